"""What a pack says, before it becomes a workbook, a PDF or a page.

The three are drawn from one `Pack`, so they cannot differ in a figure. Nothing here is text made
for one of them: values keep their type (`Decimal` amounts, `date` days) until they are written.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

Value = str | int | Decimal | date | datetime | bool | None
"""A figure or a text; None where it is unknown, which is shown as nothing, not as 0."""


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


@dataclass(frozen=True)
class Change:
    """How a headline figure compares.

    Attributes:
        label: with what ("last week").
        percent: 12.5 is 12.5 % more; None where there is nothing to compare with.
    """

    label: str
    percent: Decimal | None


@dataclass(frozen=True)
class Headline:
    """One of the figures at the top.

    Attributes:
        name: of the report model's column.
        label: what people read above it.
        history: its values week by week, those of the period last; empty if only the period is
            known.
    """

    name: str
    label: str
    kind: Kind
    value: Value
    changes: tuple[Change, ...] = ()
    history: tuple[Value, ...] = ()


@dataclass(frozen=True)
class TrendPoint:
    """A week of the trend: one that was, or one of the forecast.

    Attributes:
        week_start_date: its first day.
        label: as it is written (2026-W03).
        revenue: what was sold; the forecast's middle for a week to come.
        is_complete: whether all its days have been delivered; False for weeks to come.
        is_forecast: whether it is a week to come.
        low: lower end of the forecast's interval, None for weeks that were.
        high: its upper end.
    """

    week_start_date: date
    label: str
    revenue: Decimal
    is_complete: bool = True
    is_forecast: bool = False
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class BridgeStep:
    """A step of the way from the revenue before to the revenue now.

    Attributes:
        label: what people read below it ("Price").
        amount: how much it adds or takes; for the first and the last step, the revenue itself.
        is_total: whether it is the first or the last step.
    """

    label: str
    amount: Decimal
    is_total: bool = False


@dataclass(frozen=True)
class Section:
    """What is said about the sales in one currency.

    Attributes:
        currency: its ISO 4217 code; XXX where amounts came without one.
        headlines: the figures at the top, in order.
        sentences: what stands out, in words, the most important first.
        trend: weeks in order, those of the forecast last.
        forecast_note: how good the forecast was on weeks that are known, or why there is none.
        bridge: from the revenue before to the revenue now, in order; empty where there is none.
        bridge_note: from what to what.
        tables: the reports, in order; those without rows are left out.
    """

    currency: str
    headlines: tuple[Headline, ...]
    sentences: tuple[str, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    forecast_note: str = ""
    bridge: tuple[BridgeStep, ...] = ()
    bridge_note: str = ""
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Pack:
    """A weekly report, or one of any span of days.

    Attributes:
        title: "Weekly sales report".
        period: what it is about, as people write it ("2026-W03").
        first_day: of the period.
        last_day: of the period, included.
        is_complete: whether the sales of all its days have been delivered.
        made_at: when it was made, with its time zone.
        sections: one a currency, the one with most revenue first.
        quality: "ok", "warn" or "fail", as rpt_weekly_data_quality says; "" if it says nothing.
        quality_sentences: what that means here.
        restatements: what changed since an earlier edition of a published week; may be empty.
        files: the files behind the figures, with what was taken from each.
        lines: the lines behind the top figures, with file, sheet and row.
        definitions: (term, meaning): how the figures are defined, and with which settings.
        locale: how figures are written where they are words (`reporting.words.write_value`).
    """

    title: str
    period: str
    first_day: date
    last_day: date
    is_complete: bool
    made_at: datetime
    sections: tuple[Section, ...]
    quality: str = ""
    quality_sentences: tuple[str, ...] = ()
    restatements: Table | None = None
    files: Table | None = None
    lines: tuple[Table, ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()
    locale: str = "en"
