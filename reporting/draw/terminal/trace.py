"""Prints traced lines, and what they add up to."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text
from sqlalchemy.engine import RowMapping

from reporting.ask.lines import LINE_COLUMNS
from reporting.ask.periods import Period
from reporting.ask.tracing import Selection, Total
from reporting.draw.terminal.grid import grid, shown
from reporting.tables import Column, Kind
from reporting.words import counted, write_value

_SHOWN = (
    *("sold_at", "product_name", "units", "revenue", "source_file", "source_sheet"),
    "source_row_number",
)
# Of the moment, the day is enough here.
_DAY = Column("sold_at", "Sold", Kind.TEXT)


def show_trace(
    period: Period,
    selection: Selection,
    totals: Sequence[Total],
    rows: Sequence[RowMapping],
    locale: str,
    console: Console,
) -> None:
    """Print a figure and the first lines behind it."""
    days = f" ({period.first_day} to {period.last_day})" if period.week else ""
    console.print(Text(f"\n{period.label}{days}: {selection.words}", style="bold"), soft_wrap=True)
    for total in totals:
        revenue = write_value(total.revenue, Kind.AMOUNT, total.currency, locale)
        units = write_value(total.units, Kind.NUMBER, locale=locale)
        lines = counted(total.line_count, "line", locale)
        console.print(Text(shown(f"{lines}, {units} units, revenue {revenue}")))
    if not totals:
        console.print("No line is behind it: nothing was sold.")
        return
    columns = [_DAY if column.name == _DAY.name else column for column in LINE_COLUMNS]
    columns = [column for column in columns if column.name in _SHOWN]
    cells = [
        [f"{row[_DAY.name]:%Y-%m-%d}" if column is _DAY else row[column.name] for column in columns]
        for row in rows
    ]
    console.print()
    console.print(grid(columns, cells, locale))
