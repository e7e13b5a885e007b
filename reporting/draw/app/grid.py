"""Tables of the app: with links, by which one asks further, and bars."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from reporting.draw.written import WrittenColumn, WrittenTable, written_table
from reporting.tables import Table, Value

RowOf = Mapping[str, Value]
"""A row, by the names of its columns."""


@dataclass(frozen=True)
class GridCell:
    """A value of a table.

    Attributes:
        text: the value, written.
        tone: whether it is a good change, a bad one, or none.
        address: where it leads; nowhere if empty.
        bar: from -100 to 100, how long its bar is; None without one.
    """

    text: str
    tone: str
    address: str = ""
    bar: float | None = None


@dataclass(frozen=True)
class Grid:
    """A table as the app shows it.

    Attributes:
        has_more: whether the table has more rows than are shown.
        files: the address of its files, with FORMAT in place of their format.
    """

    name: str
    title: str
    note: str
    columns: tuple[WrittenColumn, ...]
    rows: tuple[tuple[GridCell, ...], ...]
    has_more: bool
    files: str = ""


def grid(
    table: Table,
    locale: str,
    address_of: Callable[[str, RowOf], str] = lambda column, row: "",
    *,
    bar: str = "",
    most: int = 0,
) -> Grid:
    """Write a table.

    Args:
        table: what it says.
        locale: how figures are written.
        address_of: where a cell leads, by its column and row.
        bar: the column that has bars beside its figures.
        most: rows shown at most; 0 for all.
    """
    names = [column.name for column in table.columns]
    shown: WrittenTable = written_table(table, locale)
    lengths = _lengths(table, names.index(bar)) if bar in names else []
    rows = []
    for place, (values, cells) in enumerate(zip(table.rows, shown.rows, strict=True)):
        if most and place == most:
            break
        row = dict(zip(names, values, strict=True))
        rows.append(
            tuple(
                GridCell(
                    cell.text,
                    cell.tone,
                    address_of(name, row),
                    lengths[place] if name == bar and lengths else None,
                )
                for name, cell in zip(names, cells, strict=True)
            )
        )
    return Grid(
        table.name, shown.title, shown.note, shown.columns, tuple(rows), len(table.rows) > len(rows)
    )


def _lengths(table: Table, column: int) -> list[float]:
    values = [row[column] if isinstance(row[column], int | Decimal) else 0 for row in table.rows]
    numbers = [Decimal(value) for value in values if isinstance(value, int | Decimal)]
    most = max((abs(number) for number in numbers), default=Decimal(0))
    return [round(float(100 * number / most), 2) if most else 0.0 for number in numbers]
