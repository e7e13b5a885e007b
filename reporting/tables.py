"""What all floors speak of: tables whose columns have kinds.

Values keep their type (`Decimal` amounts, `date` days) until something writes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

Value = str | int | Decimal | date | datetime | bool | None
"""A figure or a text; None where it is unknown, which is shown as nothing, not as 0."""


Row = Sequence[Any]
"""One `Value` a column."""


class Kind(Enum):
    """What a value is, and so how it is written."""

    TEXT = "text"
    AMOUNT = "amount"  # money, 2 decimals; in the currency of its section
    PRICE = "price"  # money a unit, 2 to 4 decimals
    COUNT = "count"  # a whole number
    ORDINAL = "ordinal"  # a whole number that counts nothing: a row, an edition
    NUMBER = "number"  # units: decimals only where there are some
    SHARE = "share"  # 0 to 1, written as percent
    CHANGE = "change"  # percent (12.5 is 12.5 %), written with its sign
    INDEX = "index"  # 100 is the average
    DATE = "date"
    YES = "yes"  # true or false

    @property
    def is_figure(self) -> bool:
        """Whether its values are aligned at their ends."""
        return self not in (Kind.TEXT, Kind.DATE, Kind.YES)


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: of the report model's column.
        heading: what people read above it.
        kind: how its values are written.
        description: what it means, as the model's documentation has it.
    """

    name: str
    heading: str
    kind: Kind
    description: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of one report.

    Attributes:
        name: of the report model (rpt_weekly_seller_ranking); a workbook's sheet, a page's anchor.
        title: what people read above it.
        columns: in the order in which they are shown; the first is the one that names the row.
        rows: a tuple a row, one value a column.
        note: what must be known to read it rightly; shown below the title.
        in_brief: how many of its rows, from the top, say what matters; the PDF and the top of the
            page show these, the workbook all.
        brief_columns: names of the columns that are shown where there is no room for all.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""
    in_brief: int = 10
    brief_columns: tuple[str, ...] = ()
