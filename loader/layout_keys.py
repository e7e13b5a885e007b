"""What the keys of a layout may hold, where that is more than a text or a list."""

import re
from typing import Annotated, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    model_validator,
)

from loader.evidence.totals import NONE as NO_TOTALS
from loader.reading.cutout import cells_of


def simple_pattern(pattern: str) -> str:
    """Refuse what the regular expressions of Python, DuckDB and PostgreSQL do not share."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"'{pattern}' is no regular expression: {error}") from None
    if re.search(r"\(\?|\\[0-9AbBZ]|\{\d*,?\d{3}", pattern) or not _is_re2(pattern):
        raise ValueError(
            f"'{pattern}' uses look-around, flags, back references, word boundaries or another "
            "thing that not every engine knows; use plain ones such as ^C or ^(Total|Grand total)"
        )
    return pattern


def _is_re2(pattern: str) -> bool:
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return False
    return True


def listed(value: Any) -> Any:
    """Return a list of one for what is none."""
    return value if isinstance(value, list) else [value]


Texts = Annotated[list[str], BeforeValidator(listed)]
Names = Annotated[Texts, Field(min_length=1)]


def _ranges(value: list[str]) -> list[str]:
    for text in value:
        cells_of(text)
    return value


Ranges = Annotated[Texts, AfterValidator(_ranges)]
"""Cells as Excel names them: `A:E`, or `A3:E40`."""


class Strict(BaseModel):
    """What takes the keys that it names and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Join(Strict):
    """Several columns of the file, put together: names, a date and a time, a year and a month."""

    join: Annotated[list[str], Field(min_length=2)]
    separator: str = Field(default=" ", alias="with")


class Calculated(Strict):
    """A number made of columns of the file: a product and a sum, less others."""

    sum: Texts = []
    times: Texts = []
    less: Texts = []
    less_rates: Texts = []

    @model_validator(mode="after")
    def _is_one(self) -> "Calculated":
        if len(self.names) < 2 and not self.less:
            raise ValueError("two columns or more are wanted here, or one under `less`")
        if not (self.sum or self.times or self.less):
            raise ValueError("`less_rates` takes shares off a `sum`, or off what is under `times`")
        return self

    @property
    def operations(self) -> dict[str, list[str]]:
        """The headers of each operation."""
        named = {
            "sum": self.sum,
            "times": self.times,
            "less": self.less,
            "less_rates": self.less_rates,
        }
        return {key: names for key, names in named.items() if names}

    @property
    def names(self) -> list[str]:
        """All headers."""
        return [name for names in self.operations.values() for name in names]


class Constant(Strict):
    """A value that the file does not hold, the same for all its rows."""

    constant: str


def _source(value: Any) -> Any:
    # Chosen here and not left to the union, whose message would list every form it tried.
    if isinstance(value, Join | Constant | Calculated):
        return value
    if not isinstance(value, dict):
        return _NAMES.validate_python(value)
    if value.keys() & Calculated.model_fields.keys():
        return Calculated.model_validate(value)
    return (Constant if "constant" in value else Join).model_validate(value)


_NAMES = TypeAdapter[list[str]](Names)
Source = Annotated[Join | Constant | Calculated | list[str], BeforeValidator(_source)]


def _codes(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise ValueError("texts and their values are wanted here, such as {One: 1, Two: 2}")
    return value


Values = Annotated[dict[str, str], BeforeValidator(_codes)]
"""Text of the file -> the value that it stands for."""


def _scales(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise ValueError(
            "columns and what one of their numbers stands for are wanted here, such as "
            "{line_total: 1000} for thousands or {discount_rate: 0.01} for percent"
        )
    for name, number in value.items():
        if not re.fullmatch(r"10{0,9}|0\.0{0,5}1", str(number)):
            raise ValueError(f"{name}: 1, 1000, 0.01 or another power of ten is wanted here")
    return value


Scales = Annotated[dict[str, str], BeforeValidator(_scales)]
"""Column of ours -> what a 1 in it stands for: 1000 in thousands, 0.01 in cents."""

Pattern = Annotated[str, AfterValidator(simple_pattern)]


class Unpivot(Strict):
    """Columns across a sheet that are rows, such as months.

    A layout names the headers of the columns, or patterns of them; the column of ours that these
    headers fill (`names`), and the one that the cells below them fill (`values`).
    """

    columns: Names
    names: str
    values: str


class SkipRows(Strict):
    """Rows that are totals, told by the text of one column."""

    column: str
    matches: Pattern


def _totals(value: Any) -> Any:
    return value if value == NO_TOTALS else SkipRows.model_validate(value)


TotalsRule = Annotated[SkipRows | Literal["none"], BeforeValidator(_totals)]
"""Which rows are totals, or that none is."""


class Wanted(Strict):
    """The texts of one column with which a row is kept; or those with which it is not.

    A layout writes them as a text, as a list, as `{not: ..}` or as `{matches: ..}`.
    """

    texts: Texts = []
    excluded: Texts = Field(default=[], alias="not")
    matches: Pattern | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_of_three(cls, value: Any) -> Any:
        if not isinstance(value, dict) and value != []:
            return {"texts": value}
        if not value or len(value) != 1 or not {"not", "matches"}.issuperset(value):
            raise ValueError(
                "what is kept is wanted here: a text, a list of texts, {not: [..]} or "
                '{matches: "^(Paid|Shipped)$"}'
            )
        return value


def _by_column(value: Any) -> Any:
    is_pair = isinstance(value, dict) and value.keys() == {"column", "matches"}
    if is_pair and isinstance(value["column"], str):
        return {value["column"]: {"matches": value["matches"]}}
    if not isinstance(value, dict) or not value:
        raise ValueError(
            "a header and what is kept is wanted here, such as {Status: [Paid, Shipped]} or "
            "{Status: {not: Cancelled}}"
        )
    return value


KeepRows = Annotated[dict[str, Wanted], BeforeValidator(_by_column)]
"""Header (or column of ours) -> what a row must have there to be kept."""


ALL = "all"
SHEET = "[sheet]"
"""Stands for the name of the sheet where a header may stand."""


def _returns(value: Any) -> Any:
    return value if value in (NO_TOTALS, ALL) else _RETURNS.validate_python(value)


_RETURNS = TypeAdapter[dict[str, Wanted]](KeepRows)
ReturnsRule = Annotated[dict[str, Wanted] | Literal["none", "all"], BeforeValidator(_returns)]
"""Header (or column of ours, or `[sheet]`) -> what a row has that takes off what was sold; or no
row does, or all do."""
