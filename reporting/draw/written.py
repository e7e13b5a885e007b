"""A pack with its figures written out: what the PDF and the page both show."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reporting.ask.pack.content import Change, Headline, Section, TrendPoint
from reporting.tables import Column, Kind, Table, Value
from reporting.words import currency_words, write_value

NEUTRAL = "neutral"
GOOD = "good"
BAD = "bad"

_LESS_IS_BETTER = ("cost", "discount", "freight", "return")
"""Parts of the names of figures that nobody wants to grow."""

_FORMATS_OF_SCRIPTS = "\u200c\u200d\u200e\u200f"
"""Joiners of emoji and Persian, and the marks in figures as Arabic and Hebrew write them."""


@dataclass(frozen=True)
class WrittenCell:
    """A value of a table.

    Attributes:
        text: the value, written.
        tone: whether it is a good change, a bad one, or none.
    """

    text: str
    tone: str = NEUTRAL


@dataclass(frozen=True)
class WrittenColumn:
    """A column of a table, as people read it.

    Attributes:
        is_figure: whether it is aligned at its end.
        is_date: whether its values are days.
        is_brief: whether it is shown where there is no room for all.
    """

    heading: str
    description: str
    is_figure: bool
    is_brief: bool
    is_date: bool = False


@dataclass(frozen=True)
class WrittenTable:
    """A table, written; its attributes are those of `Table`."""

    name: str
    title: str
    note: str
    columns: tuple[WrittenColumn, ...]
    rows: tuple[tuple[WrittenCell, ...], ...]
    in_brief: int

    @property
    def has_more(self) -> bool:
        """Whether the brief view leaves something out."""
        return len(self.rows) > self.in_brief or not all(c.is_brief for c in self.columns)


@dataclass(frozen=True)
class WrittenChange:
    """How a headline figure compares.

    Attributes:
        label: with what.
        text: the change, written; empty where there is nothing to compare with.
        direction: "up", "down", or "" if it is neither.
        tone: whether that is good.
    """

    label: str
    text: str
    direction: str
    tone: str


@dataclass(frozen=True)
class WrittenHeadline:
    """A figure at the top, written.

    Attributes:
        label: what people read above it.
        text: the figure; empty where it is unknown.
        changes: how it compares.
        history: how high it was week by week, from 0 for its lowest to 1 for its highest; empty
            where too little is known.
    """

    label: str
    text: str
    changes: tuple[WrittenChange, ...]
    history: tuple[float, ...]


def written_headline(headline: Headline, currency: str, locale: str) -> WrittenHeadline:
    """Write a figure at the top and how it compares."""
    return WrittenHeadline(
        readable(headline.label),
        written(headline.value, headline.kind, currency, locale),
        tuple(_change(headline.name, change, locale) for change in headline.changes),
        _heights(headline.history),
    )


def written_table(table: Table, locale: str) -> WrittenTable:
    """Write a table; its amounts without currency, which its section has named."""
    brief = table.brief_columns or tuple(column.name for column in table.columns)
    return WrittenTable(
        table.name,
        readable(table.title),
        readable(table.note),
        tuple(
            WrittenColumn(
                readable(column.heading),
                readable(column.description),
                column.kind.is_figure,
                column.name in brief,
                column.kind is Kind.DATE,
            )
            for column in table.columns
        ),
        tuple(_row(table.columns, row, locale) for row in table.rows),
        table.in_brief,
    )


def written(value: Value, kind: Kind, currency: str, locale: str) -> str:
    """Write a value; texts without what would break or turn the line that they are in."""
    text = write_value(value, kind, currency, locale)
    return readable(text) if kind is Kind.TEXT else text


def readable(text: str) -> str:
    """Return a text without control characters, and without those that turn its direction.

    Unlike on a terminal, where `warehouse.printing` has its say, spaces of any width are harmless.
    """
    return "".join(
        letter if _is_readable(letter) else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def trend_table(section: Section) -> Table:
    """Return the weeks of the trend as a table, for those who cannot see it drawn."""
    columns = (
        Column("iso_week", "Week", Kind.TEXT),
        Column("revenue", "Revenue", Kind.AMOUNT),
        Column("low", "At least", Kind.AMOUNT),
        Column("high", "At most", Kind.AMOUNT),
        Column("state", "This week is", Kind.TEXT),
    )
    is_forecast = any(point.is_forecast for point in section.trend)
    shown = [place for place in range(len(columns)) if is_forecast or place not in (2, 3)]
    rows = [
        (point.label, point.revenue, point.low, point.high, week_state(point))
        for point in section.trend
    ]
    return Table(
        "trend",
        "Revenue by week",
        tuple(columns[place] for place in shown),
        tuple(tuple(row[place] for place in shown) for row in rows),
    )


def week_state(point: TrendPoint) -> str:
    """Say whether a week was, is unfinished or is still to come."""
    if point.is_forecast:
        return "forecast"
    return "complete" if point.is_complete else "unfinished"


def currency_heading(section: Section, locale: str) -> str:
    """Say in which currency a section is."""
    return currency_words(section.currency, locale) or "Amounts without a currency"


def _is_readable(letter: str) -> bool:
    return (
        letter.isprintable()
        or letter in _FORMATS_OF_SCRIPTS
        or unicodedata.category(letter) == "Zs"
    )


def _row(columns: Sequence[Column], row: Sequence[Value], locale: str) -> tuple[WrittenCell, ...]:
    return tuple(
        WrittenCell(
            written(value, column.kind, "", locale),
            _tone(column.name, value) if column.kind is Kind.CHANGE else NEUTRAL,
        )
        for column, value in zip(columns, row, strict=True)
    )


def _heights(history: Sequence[Value]) -> tuple[float, ...]:
    known = [Decimal(value) for value in history if isinstance(value, int | Decimal)]
    # A line through a gap would say what nobody knows.
    if len(known) < 3 or len(known) < len(history):
        return ()
    low, high = min(known), max(known)
    return tuple(float((value - low) / (high - low)) if high > low else 0.5 for value in known)


def _change(name: str, change: Change, locale: str) -> WrittenChange:
    text = write_value(change.percent, Kind.CHANGE, "", locale)
    tone = _tone(name, change.percent)
    sign = _sign(change.percent)
    return WrittenChange(readable(change.label), text, {1: "up", -1: "down", 0: ""}[sign], tone)


def _tone(name: str, percent: Value) -> str:
    sign = _sign(percent)
    if sign == 0:
        return NEUTRAL
    is_unwanted = any(part in name for part in _LESS_IS_BETTER)
    return BAD if (sign > 0) is is_unwanted else GOOD


def _sign(percent: Value) -> int:
    """Return whether a change is up or down once it is written, with one decimal."""
    change = Decimal(percent) if isinstance(percent, int | Decimal) else Decimal(0)
    if abs(change) < Decimal("0.05"):
        return 0
    return 1 if change > 0 else -1
