"""Prints traced lines, and what they add up to."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text
from sqlalchemy.engine import RowMapping

from reporting.ask.lines import LINE_COLUMNS
from reporting.ask.periods import Period
from reporting.ask.tracing import Selection, Total
from reporting.draw.words import write_value
from reporting.tables import Kind
from warehouse.printing import printable

_SHOWN = (
    *("sold_at", "product_name", "units", "revenue", "source_file", "source_sheet"),
    "source_row_number",
)


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
        revenue = write_value(total.revenue, Kind.AMOUNT, printable(total.currency), locale)
        units = write_value(total.units, Kind.NUMBER, "", locale)
        lines = write_value(total.line_count, Kind.COUNT, "", locale)
        noun = "line" if total.line_count == 1 else "lines"
        console.print(f"{lines} {noun}, {units} units, revenue {revenue}", markup=False)
    if not totals:
        console.print("No line is behind it: nothing was sold.")
        return
    columns = [column for column in LINE_COLUMNS if column.name in _SHOWN]
    grid = Grid(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        is_text = column.kind in (Kind.TEXT, Kind.DATE)
        grid.add_column(column.heading, justify="left" if is_text else "right", overflow="fold")
    for row in rows:
        cells = []
        for column in columns:
            value = row[column.name]
            if column.name == "sold_at":
                text = f"{value:%Y-%m-%d}"
            elif column.kind is Kind.TEXT:
                text = printable(value or "")
            else:
                text = write_value(value, column.kind, "", locale)
            cells.append(Text(text))
        grid.add_row(*cells)
    console.print()
    console.print(grid)
