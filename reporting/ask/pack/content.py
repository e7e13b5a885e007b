"""What a pack says, before it becomes a workbook, a PDF or a page.

The three are drawn from one `Pack`, so they cannot differ in a figure. Nothing here is text made
for one of them: values keep their type (`Decimal` amounts, `date` days) until they are written.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from reporting.tables import Kind, Table, Value


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
