"""Layouts: how some files provide an entity. Small YAML files that analysts write."""

import hashlib
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from loader.contracts import ENTITIES, Entity, Requirement, unmet

DEFAULT_MISSING = ["", "NULL", "null", "N/A", "n/a"]


class BadLayout(Exception):
    """A layout that cannot be used; the message names the file, the document and the key."""


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _scalar_text(value: Any) -> Any:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_scalar_text)]
Names = Annotated[list[Text], BeforeValidator(_listed), Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Join(_Strict):
    """Several columns of the file, put together: names, a date and a time, a year and a month."""

    join: Annotated[list[Text], Field(min_length=2)]
    separator: str = Field(default=" ", alias="with")


class Constant(_Strict):
    """A value that the file does not hold, the same for all its rows."""

    constant: Text


def _source(value: Any) -> Any:
    if not isinstance(value, dict):
        return _listed(value)
    # Chosen here and not left to the union, whose message would list every form it tried.
    return (Constant if "constant" in value else Join).model_validate(value)


Source = Annotated[Join | Constant | list[Text], BeforeValidator(_source)]


class SkipRows(_Strict):
    """Rows that are totals, told by the text of one column."""

    column: Text
    matches: str


class Layout(_Strict):
    """How some files provide one entity; the keys are explained in the README."""

    entity: str
    files: Names
    sheets: Names = ["*"]
    header: Literal["auto"] | Annotated[list[int], BeforeValidator(_listed)] = "auto"
    columns: dict[str, Source]
    optional: list[str] = []
    missing: list[Text] = DEFAULT_MISSING
    rows: str | None = Field(default=None, pattern=r"^\d+-\d*$")
    comment: str | None = Field(default=None, min_length=1)
    decimal: Literal[".", ","] | None = None
    dates: Literal["dmy", "mdy", "ymd"] | None = None
    encoding: str | None = None
    skip_rows_where: SkipRows | None = None
    identity: list[str] = []
    extract: Literal["complete", "partial"] = "partial"
    return_orders: str | None = None

    @field_validator("header")
    @classmethod
    def _header_rows(cls, value: Any) -> Any:
        if value != "auto" and (min(value) < 1 or value != sorted(set(value))):
            raise ValueError("row numbers as Excel shows them, from the top, such as 5 or [4, 5]")
        return value

    @field_validator("return_orders")
    @classmethod
    def _return_pattern(cls, value: str | None) -> str | None:
        return None if value is None else _simple_pattern(value)

    @field_validator("skip_rows_where")
    @classmethod
    def _skip_pattern(cls, value: SkipRows | None) -> SkipRows | None:
        if value is not None:
            _simple_pattern(value.matches)
        return value

    @model_validator(mode="after")
    def _fits_the_contract(self) -> "Layout":
        contract = ENTITIES.get(self.entity)
        if contract is None:
            raise ValueError(f"entity '{self.entity}' is none of {', '.join(ENTITIES)}")
        for key in ("columns", "optional", "identity"):
            unknown = [name for name in getattr(self, key) if name not in contract.columns]
            if unknown:
                raise ValueError(
                    f"{key}: {self.entity} has no column {', '.join(unknown)}; "
                    f"it has {', '.join(contract.columns)}"
                )
        for choice in unmet(contract.required, set(self.columns)):
            raise ValueError(f"columns: {self.entity} needs {' or '.join(choice)}")
        return self

    @property
    def contract(self) -> Entity:
        """The entity's contract."""
        return ENTITIES[self.entity]

    @property
    def names_positions(self) -> bool:
        """Whether a column is named by the letters that tell repeated headers apart."""
        return bool(re.search(r'\[[A-Z]+\]"', self.model_dump_json(include={"columns"})))

    @property
    def needed(self) -> list[Requirement]:
        """The columns a sheet must have to be read by this layout."""
        return [name for name in self.columns if name not in self.optional]

    def first_and_last_row(self) -> tuple[int, int | None]:
        """Return the numbers of the first and the last row to read; None means to the end."""
        if self.rows is None:
            return 1, None
        first, last = self.rows.split("-")
        return int(first), int(last) if last else None

    def wants_sheet(self, name: str) -> bool:
        """Tell whether the layout names this sheet."""
        return any(fnmatchcase(name.casefold(), item.casefold()) for item in self.sheets)


def _simple_pattern(pattern: str) -> str:
    """Refuse what the regular expressions of Python, DuckDB and PostgreSQL do not share."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"'{pattern}' is no regular expression: {error}") from None
    if re.search(r"\(\?|\\[0-9AbBZ]", pattern):
        raise ValueError(
            f"'{pattern}' uses look-around, flags, back references or word boundaries; "
            "use plain ones such as ^C or ^(Total|Grand total)"
        )
    return pattern


@dataclass(frozen=True)
class LayoutFile:
    """The documents of one YAML file; a delivered file is read by all of one file's that name it.

    Attributes:
        name: file name without its ending.
        layouts: its documents, in order.
    """

    name: str
    layouts: tuple[Layout, ...]

    def naming(self, path: PurePosixPath) -> "LayoutFile":
        """Return the documents that name this delivered file."""
        return LayoutFile(self.name, tuple(item for item in self.layouts if _names(item, path)))

    def fingerprint(self) -> str:
        """Return a hash of the meaning: it changes when the files should be read again."""
        text = "\n".join(item.model_dump_json(by_alias=True) for item in self.layouts)
        return hashlib.sha256(text.encode()).hexdigest()


def _names(layout: Layout, path: PurePosixPath) -> bool:
    for pattern in layout.files:
        target = str(path) if "/" in pattern else path.name
        if fnmatchcase(target.casefold(), pattern.casefold()):
            return True
    return False


def read_layouts(folder: Path) -> list[LayoutFile]:
    """Read every layout of a folder (not of folders in it).

    Raises:
        BadLayout: one of them cannot be used.
    """
    if not folder.is_dir():
        raise BadLayout(f"LAYOUTS_DIR: there is no folder {folder}.")
    paths = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")])
    return [_read_layout_file(path) for path in paths]


def _read_layout_file(path: Path) -> LayoutFile:
    try:
        documents = [item for item in yaml.safe_load_all(path.read_text("utf-8")) if item]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadLayout(f"Layout {path.name} is not YAML: {' '.join(str(error).split())}") from None
    except OSError as error:
        raise BadLayout(f"Layout {path.name} cannot be read: {error.strerror}.") from None
    layouts = []
    for number, document in enumerate(documents, start=1):
        try:
            layouts.append(Layout.model_validate(document))
        except ValidationError as error:
            where = f" (document {number})" if len(documents) > 1 else ""
            raise BadLayout(f"Layout {path.name}{where}: {_in_words(error)}") from None
    return LayoutFile(path.stem, tuple(layouts))


def _in_words(error: ValidationError) -> str:
    problems = []
    for item in error.errors(include_url=False):
        key = ".".join(str(part) for part in item["loc"] if not str(part).startswith("list["))
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message = f"no such key; there are {', '.join(_keys())}"
        problems.append(f"{key}: {message}" if key else message)
    return "; ".join(problems) + "."


def _keys() -> list[str]:
    return [field.alias or name for name, field in Layout.model_fields.items()]


@cache
def tidy_layouts() -> LayoutFile:
    """Return the layouts that read a tidy file: one an entity, by common header names."""
    layouts = []
    for name, entity in ENTITIES.items():
        layouts.append(
            Layout(
                entity=name,
                files=["*"],
                columns={key: column.headers for key, column in entity.columns.items()},
                optional=list(entity.columns),
                identity=entity.identity,
            )
        )
    return LayoutFile("", tuple(layouts))
