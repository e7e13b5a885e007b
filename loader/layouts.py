"""Layouts: how some files provide an entity. Small YAML files that analysts write."""

import hashlib
import re
import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from zoneinfo import available_timezones

import yaml
from pydantic import (
    BaseModel,
    Field,
    ValidationError,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from loader import Refusal
from loader.contracts import ENTITIES, Entity, Requirement, unmet
from loader.date_patterns import pattern_regex
from loader.evidence.dates import ORDERS, SWAPPED
from loader.file_dates import NO_PERIOD
from loader.layout_keys import (
    Calculated,
    Constant,
    KeepRows,
    Names,
    Pattern,
    Ranges,
    ReturnsRule,
    Scales,
    Source,
    Strict,
    Texts,
    TotalsRule,
    Unpivot,
    Values,
    listed,
)
from loader.reading.cutout import Cells, cells_of

ROW_KEYS = (
    *("keep_rows_where", "returns_where", "struck_through"),
    *("fill_down", "order_amounts", "heading_rows", "values", "unpivot"),
)
"""Keys that say what whole rows are, or make other texts of their cells."""

OF_ORDERS = (
    *("line_total", "discount_amount", "included_tax", "included_freight"),
    *("line_cost", "line_profit"),
)
"""Columns whose amounts may be those of a whole order."""

MARK = "# Learned from "
"""How a layout begins that may be learned anew; who mends one takes the line out."""

DEFAULT_MISSING = ["", "NULL", "null", "N/A", "n/a"]


class BadLayout(Refusal):
    """A layout that cannot be used; the message names the file, the document and the key."""


class Layout(BaseModel):
    """How some files provide one entity; the keys are explained in the README."""

    model_config = Strict.model_config

    entity: str
    files: Names
    sheets: Names = ["*"]
    header: Literal["auto"] | list[int] = "auto"
    columns: dict[str, Source]
    optional: Texts = []
    missing: Texts = DEFAULT_MISSING
    rows: str | None = None
    range: Ranges = []
    comment: str | None = Field(default=None, min_length=1)
    decimal: Literal[".", ","] | None = None
    dates: Names | None = None
    time_zone: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    skip_rows_where: TotalsRule | None = None
    keep_rows_where: KeepRows | None = None
    returns_where: ReturnsRule | None = None
    struck_through: Literal["counted", "left_out"] | None = None
    fill_down: Texts = []
    order_amounts: Texts = []
    heading_rows: str | None = None
    values: dict[str, Values] = {}
    unit_of_measure: Texts = []
    scale: Scales = {}
    unpivot: Unpivot | None = None
    identity: Texts = []
    overlaps: Literal["counted"] | None = None
    left_aside: Texts | None = None
    extract: Literal["complete", "partial"] = "partial"
    as_of: str | None = None
    period: str | None = None
    return_orders: Pattern | None = None

    @field_validator("header", mode="before")
    @classmethod
    def _header_rows(cls, value: Any) -> Any:
        texts = listed(value)
        if texts == ["auto"]:
            return "auto"
        rows = [int(text) for text in texts if re.fullmatch(r"[1-9]\d{0,6}", str(text))]
        if not rows or len(rows) < len(texts) or rows != sorted(set(rows)):
            raise ValueError(
                "auto, or row numbers as Excel shows them, from the top, such as 5 or [4, 5]"
            )
        return rows

    @field_validator("rows")
    @classmethod
    def _rows_in_order(cls, value: str | None) -> str | None:
        found = re.fullmatch(r"(\d{1,7})-(\d{0,7})", value or "1-")
        if not found or (found[2] and int(found[2]) < int(found[1])):
            raise ValueError("the first and the last row, such as 2-500, or 2- up to the end")
        return value

    @field_validator("as_of", "period")
    @classmethod
    def _date_pattern(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and (info.field_name, value) != ("period", NO_PERIOD):
            pattern_regex(value)
        return value

    @field_validator("dates")
    @classmethod
    def _date_orders(cls, value: list[str] | None) -> list[str] | None:
        for item in value or []:
            if not re.fullmatch(r"[dmy]([./-]?)[dmy]\1[dmy]", item) or (
                re.sub("[./-]", "", item) not in (*ORDERS, SWAPPED)
            ):
                raise ValueError(
                    f"'{item}' is no order of dates: dmy, mdy or ymd is wanted; or a list by mark, "
                    "such as [d.m.y, m/d/y]; and ydm for dates whose month and day Excel swapped"
                )
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise ValueError(f"'{value}' is no time zone: such as Europe/Berlin, or UTC")
        return value

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        value = "\t" if value in ("tab", r"\t") else value
        if value is not None and not re.fullmatch(r"[^\w\r\n\"]", value):
            raise ValueError("one character that is no letter or digit is wanted here, or tab")
        return value

    @field_serializer("dates")
    def _one_date_order(self, value: list[str] | None) -> list[str] | str | None:
        # As it was when there was but one: files that are loaded are not read again.
        return value[0] if value and len(value) == 1 else value

    @model_validator(mode="before")
    @classmethod
    def _heading_column(cls, value: Any) -> Any:
        """Take `heading_rows: {column: .., into: ..}` for a column that headings fill."""
        headings = value.get("heading_rows") if isinstance(value, dict) else None
        if not isinstance(headings, dict):
            return value
        columns = value.get("columns")
        is_named = headings.keys() == {"column", "into"} and isinstance(headings["into"], str)
        if not is_named or not isinstance(columns, dict):
            raise ValueError(
                "heading_rows: a column of ours is wanted here, such as customer_name; or "
                '{column: "[A]", into: customer_name}'
            )
        column, into = headings["column"], headings["into"]
        if columns.get(into, column) != column:
            raise ValueError(f"heading_rows: {into} is read from another header under `columns:`")
        return {**value, "heading_rows": into, "columns": {**columns, into: column}}

    @model_validator(mode="after")
    def _fits_the_contract(self) -> "Layout":
        contract = ENTITIES.get(self.entity)
        if contract is None:
            raise ValueError(f"entity '{self.entity}' is none of {', '.join(ENTITIES)}")
        for key in ("columns", "optional", "identity", "values", "scale"):
            unknown = [name for name in getattr(self, key) if name not in contract.columns]
            if unknown:
                raise ValueError(
                    f"{key}: {self.entity} has no column {', '.join(unknown)}; "
                    f"it has {', '.join(contract.columns)}"
                )
        across = [self.unpivot.names, self.unpivot.values] if self.unpivot else []
        for name in across:
            if name not in contract.columns or name in self.columns or across[0] == across[1]:
                raise ValueError(
                    f"unpivot: '{name}' must be one of {', '.join(contract.columns)}, other than "
                    "those under `columns:`, and another for `names` than for `values`"
                )
        known = {*self.columns, *across}
        for choice in unmet(contract.required, known):
            raise ValueError(f"columns: {self.entity} needs {' or '.join(choice)}")
        for key in ("identity", "values", "scale", "order_amounts"):
            if unmapped := [name for name in getattr(self, key) if name not in known]:
                raise ValueError(f"{key}: {', '.join(unmapped)} must be among its columns")
        if others := [name for name in self.order_amounts if name not in OF_ORDERS]:
            raise ValueError(
                f"order_amounts: {', '.join(others)} is none of {', '.join(OF_ORDERS)}"
            )
        amounts = contract.names_of_type("decimal")
        if others := [name for name in self.scale if name not in amounts]:
            raise ValueError(f"scale: {', '.join(others)} holds no amounts")
        numbers = {*amounts, *contract.names_of_type("integer")}
        for name, source in self.columns.items():
            if isinstance(source, Calculated) and name not in numbers:
                raise ValueError(f"columns: {name} is no number, and cannot be calculated")
        headed = self.heading_rows
        if headed is not None and not isinstance(self.columns.get(headed), list):
            raise ValueError(
                f"heading_rows: {headed} must be among its columns, with the header (or the "
                'letters, such as "[A]") of the column that the heading rows stand in'
            )
        return self

    @cached_property
    def cells(self) -> list[Cells]:
        """The cells in which its tables stand; none for the whole of a sheet."""
        return [cells_of(text) for text in self.range]

    @property
    def contract(self) -> Entity:
        """The entity's contract."""
        return ENTITIES[self.entity]

    @cached_property
    def names_positions(self) -> bool:
        """Whether a column is named by the letters that tell repeated headers apart."""
        return bool(re.search(r'\[[A-Z]+\]"', self.model_dump_json(include={"columns"})))

    @property
    def needed(self) -> list[Requirement]:
        """The columns a sheet must have to be read by this layout."""
        return [
            name
            for name, source in self.columns.items()
            if name not in self.optional and not isinstance(source, Constant)
        ]

    def first_and_last_row(self) -> tuple[int, int | None]:
        """Return the numbers of the first and the last row to read; None means to the end."""
        if self.rows is None:
            return 1, None
        first, last = self.rows.split("-")
        return int(first), int(last) if last else None

    def wants_sheet(self, name: str) -> bool:
        """Tell whether the layout names this sheet."""
        return any(_fits(name, item) for item in self.sheets)


def _fits(name: str, pattern: str) -> bool:
    """Tell whether a name is the pattern, or matches it; a name may hold [ or ? itself."""
    # Some systems write é as two letters; case never counts.
    name, pattern = (unicodedata.normalize("NFC", text).casefold() for text in (name, pattern))
    return name == pattern or fnmatchcase(name, pattern)


@dataclass(frozen=True)
class LayoutFile:
    """The documents of one YAML file; a delivered file is read by all of one file's that name it.

    Attributes:
        name: file name without its ending.
        layouts: its documents, in order.
        is_learned: whether no person has mended what was learned.
        learned_from: the files that it was learned from, as its first line has them.
    """

    name: str
    layouts: tuple[Layout, ...]
    is_learned: bool = False
    learned_from: str = ""

    def naming(self, path: PurePosixPath) -> "LayoutFile":
        """Return the documents that name this delivered file."""
        named = tuple(item for item in self.layouts if _names(item, path))
        return replace(self, layouts=named)

    def as_of_patterns(self) -> list[str]:
        """Return the different patterns by which the name of a file tells its day."""
        return list(dict.fromkeys(item.as_of for item in self.layouts if item.as_of is not None))

    def period_patterns(self) -> list[str]:
        """Return the different patterns by which the name of a file tells its period, or none."""
        return list(dict.fromkeys(item.period for item in self.layouts if item.period is not None))

    def fingerprint(self) -> str:
        """Return a hash of the meaning: it changes when the files should be read again."""
        # These count where they are used: files loaded before they came are not read again.
        later = {"as_of", "period", "range", "time_zone", "delimiter", "scale", *ROW_KEYS}
        later.add("unit_of_measure")
        # These answer what was asked before anything was loaded.
        never = {"overlaps", "left_aside"}
        text = "\n".join(
            item.model_dump_json(
                by_alias=True, exclude=never | {key for key in later if not getattr(item, key)}
            )
            for item in self.layouts
        )
        return hashlib.sha256(text.encode() + (b"" if self.name else _vocabulary())).hexdigest()


@cache
def _vocabulary() -> bytes:
    return Path(__file__).with_name("vocabulary.yml").read_bytes()


def _names(layout: Layout, path: PurePosixPath) -> bool:
    # A zip archive may be named for the files in it.
    packed = [above for above in path.parents if above.suffix.lower() == ".zip"]
    return any(
        _fits(str(known) if "/" in pattern else known.name, pattern)
        for pattern in layout.files
        for known in (path, *packed)
    )


def read_layouts(folder: Path) -> list[LayoutFile]:
    """Read every layout of a folder (not of folders in it).

    Raises:
        BadLayout: one of them cannot be used.
    """
    if not folder.is_dir():
        raise BadLayout(f"LAYOUTS_DIR: there is no folder {folder}.")
    paths = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in (".yml", ".yaml") and not path.name.startswith(".")
    )
    return [_read_layout_file(path) for path in paths]


class _TextLoader(yaml.BaseLoader):
    """Reads every value as the text that stands there: the header No is not the boolean false."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key that stands twice, of which only the second would count."""
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key.value}' stands twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _read_layout_file(path: Path) -> LayoutFile:
    try:
        text = path.read_text("utf-8-sig")
        documents = [item for item in yaml.load_all(text, _TextLoader) if item]
    except UnicodeDecodeError:
        raise BadLayout(f"Layout {path.name} is not UTF-8 text: save it as such.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise BadLayout(f"Layout {path.name} is not YAML{where}: {error.problem}.") from None
    except yaml.YAMLError as error:
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
    first_line = text.partition("\n")[0] if text.startswith(MARK) else ""
    return LayoutFile(path.stem, tuple(layouts), bool(first_line), first_line)


def _in_words(error: ValidationError) -> str:
    problems = []
    for item in error.errors(include_url=False):
        key = ".".join(str(part) for part in item["loc"] if not str(part).startswith("list["))
        message = _PLAIN.get(item["type"], item["msg"].removeprefix("Value error, "))
        if item["type"] == "extra_forbidden":
            there = f"; there are {', '.join(_keys())}" if key in item["loc"] else ""
            message = f"no such key{there}"
        problems.append(f"{key}: {message}" if key else message)
    return "; ".join(problems) + "."


_PLAIN = {
    "missing": "this key is missing",
    "string_type": "one text is wanted here",
    "list_type": "a list is wanted here, such as [A, B]",
    "dict_type": "keys with values are wanted here",
    "model_type": "keys with values are wanted here",
}


def _keys() -> list[str]:
    return [field.alias or name for name, field in Layout.model_fields.items()]


TIDY = LayoutFile("", ())
"""What reads a file that no layout names: the words of its headers, and its values."""
