"""Any table on a terminal."""

from collections.abc import Iterable, Sequence

from rich.table import Table as Grid
from rich.text import Text

from reporting.tables import Column, Kind, Row, Value
from reporting.words import write_value
from warehouse.printing import printable

STATUS_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def grid(columns: Sequence[Column], rows: Iterable[Row], locale: str) -> Grid:
    """Return rows as they are printed: figures at their ends, whole; texts folded."""
    table = empty_grid()
    for column in columns:
        if column.kind.is_figure:
            table.add_column(column.heading, justify="right", no_wrap=True)
        else:
            table.add_column(column.heading, overflow="fold", min_width=len(column.heading))
    for row in rows:
        table.add_row(
            *(_cell(column, value, locale) for column, value in zip(columns, row, strict=True))
        )
    return table


def empty_grid(*, has_header: bool = True) -> Grid:
    """Return a grid without columns, in the style of all."""
    return Grid(box=None, padding=(0, 2, 0, 0), header_style="dim", show_header=has_header)


def shown(text: str) -> str:
    """Return a text that is safe to print; spaces that do not break, as in figures, are blanks."""
    return printable(text.replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " "))


def _cell(column: Column, value: Value, locale: str) -> Text:
    text = shown(write_value(value, column.kind, locale=locale))
    is_status = column.name == "status" and column.kind is Kind.TEXT
    return Text(text, style=STATUS_STYLES.get(text, "") if is_status else "")
