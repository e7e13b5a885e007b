"""Tables that stand side by side in a sheet: where each is, and what it seems to be."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from loader.contracts import header_key
from loader.deliveries import Delivery
from loader.evidence.sheets import other_kind
from loader.headers import HeaderRow, SheetTop, peek
from loader.questions import Question, Reading
from loader.reading.cutout import Cells, Cutout
from loader.reading.opening import open_sheets
from loader.reading.sheet import Block, Sheet
from loader.understanding.profiles import Profile
from loader.understanding.tables import Table, header_rows, table_of
from loader.understanding.understand import understand
from loader.understanding.understood import Understood
from loader.wording import SHOWN, count, quoted

_REPEATED = 3
"""So many headers that stand there again, all of them, begin a table without a gap."""
_SHARED = 2
"""Headers that two columns of one table would hardly share."""
_SLIP = 2
"""Rows by which the columns of one table may end earlier than others: totals have few cells."""


@dataclass(frozen=True)
class TableBeside:
    """One of the tables that stand side by side in a sheet.

    Attributes:
        cells: from its header to its last row, as far as was looked at.
        sheet: its columns alone.
        first: the first block of it.
        header: of it.
        title: what stands above its header.
        is_dense: it has no blank row.
        is_certain: it is no part of the table to its left.
    """

    cells: Cells
    sheet: Cutout
    first: Block
    header: HeaderRow
    title: str
    is_dense: bool
    is_certain: bool = True

    @property
    def columns(self) -> str:
        """Its columns as Excel writes them: `A:E`."""
        return self.cells.columns

    @property
    def height(self) -> int:
        """Rows below its header."""
        assert self.cells.bottom is not None
        return self.cells.bottom - self.cells.top

    @property
    def keys(self) -> list[str]:
        """Its headers, as they are compared."""
        return [header_key(cell) for cell in self.header.cells if cell]

    def __str__(self) -> str:
        headers = [cell for cell in self.header.cells if cell]
        return f"{self.cells} ({quoted(headers, SHOWN)})"


def tables_beside(sheet: Sheet, first: Block, header_row: int | None = None) -> list[TableBeside]:
    """Return the tables that stand side by side in a sheet; nothing where there is but one.

    A blank column stands between them, or all headers stand there again. Columns that begin and
    end where those to the left of a blank one do are of the same table.

    Args:
        sheet: which.
        first: its first block that is not blank.
        header_row: number of the last row of the header, if it is known.
    """
    top = SheetTop(sheet, first)
    row = header_row or header_rows(top)[-1]
    groups = [*_groups(first, row, top.at((row,)))]
    if len(groups) < 2:
        return []
    found: list[TableBeside] = []
    for start, stop in groups:
        table = _table(sheet, first, start, stop)
        is_apart = bool(found) and _is_apart(found[-1], table)
        if not found or is_apart:
            found.append(table)
        elif _is_in_doubt(found[-1], table):
            found.append(replace(table, is_certain=False))
        else:
            left = found.pop()
            width = Cells(left.cells.left, table.cells.right)
            whole = _table(sheet, first, *(_place(sheet, n) for n in (width.left, width.right + 1)))
            found.append(replace(whole, is_certain=left.is_certain))
    return found if len(found) > 1 else []


def _place(sheet: Sheet, column: int) -> int:
    return column - sheet.first_column()


def _groups(first: Block, row: int, at: HeaderRow | None) -> Iterator[tuple[int, int]]:
    """Yield where columns begin and end that no blank one divides, or whose headers repeat."""
    offset = max(row - first.first_row, 0)
    is_blank = [column.slice(offset).null_count == len(column) - offset for column in first.columns]
    cells = at.cells if at is not None else []
    start = 0
    for stop in range(len(is_blank) + 1):
        if stop < len(is_blank) and not is_blank[stop]:
            continue
        if start < stop:
            keys = [header_key(cell or "") for cell in cells[start:stop]]
            step = _period(keys) or stop - start
            yield from ((place, place + step) for place in range(start, stop, step))
        start = stop + 1


def _period(keys: Sequence[str]) -> int:
    """Return after how many headers all of them stand there again; 0 if they do not."""
    for step in range(_REPEATED, len(keys) // 2 + 1):
        again = len(keys) // step
        if len(keys) % step == 0 and list(keys) == [*keys[:step]] * again and all(keys[:step]):
            return step if len(set(keys[:step])) == step else 0
    return 0


def _table(sheet: Sheet, first: Block, start: int, stop: int) -> TableBeside:
    left = sheet.first_column() + start
    cells = Cells(left, left + stop - start - 1)
    cutout = Cutout(sheet, cells)
    block = cutout.of(first)
    top = SheetTop(cutout, block)
    header = top.at(header_rows(top))
    assert header is not None  # a column that is blank is in no table
    filled = np.logical_or.reduce([np.asarray(column.is_valid()) for column in block.columns])
    rows = block.first_row + np.flatnonzero(filled)
    above = [
        cell
        for number in rows[rows < header.row].tolist()
        if (at := top.at((number,))) is not None
        for cell in at.cells
        if cell
    ]
    bottom = int(rows[-1])
    return TableBeside(
        cells._replace(top=header.row, bottom=bottom),
        cutout,
        block,
        header,
        " ".join(above),
        is_dense=int((rows > header.row).sum()) == bottom - header.row > 0,
    )


def _is_apart(left: TableBeside, right: TableBeside) -> bool:
    """Tell whether columns are a table of their own."""
    if not (_has_header(left) and _has_header(right)):
        return False
    if len(set(left.keys) & set(right.keys)) >= _SHARED or left.header.row != right.header.row:
        return True
    return right.is_dense and abs(left.height - right.height) > _SLIP


def _is_in_doubt(left: TableBeside, right: TableBeside) -> bool:
    both = _has_header(left) and _has_header(right)
    return both and right.is_dense and left.is_dense and left.height != right.height


def _has_header(table: TableBeside) -> bool:
    cells = [cell for cell in table.header.cells if cell]
    return len(cells) > 1 and not any(cell[:1].isdigit() for cell in cells) and table.height > 0


# ------------------------------------------------------------------ what each is


def main_of(tables: Sequence[TableBeside]) -> TableBeside | None:
    """Return the table that is read: the first of sales; None if no table is one by itself."""
    for table in tables:
        if _understood(table) == "sales_lines":
            return table
    are_alike = all(set(table.keys) == set(tables[0].keys) for table in tables)
    return tables[0] if tables and are_alike else None


def _understood(table: TableBeside) -> str | None:
    """Return what a table is, as if nothing stood beside it."""
    (found,) = understand([table_of(Path(), table.sheet, table.first, siblings=1)])
    return None if found.lacking else found.entity


@dataclass(frozen=True)
class Beside:
    """What is to be said of the tables beside one of sales.

    Attributes:
        notes: which others are not read.
        question: whether others are sales, too.
    """

    notes: list[str]
    question: Question | None


def read_beside(
    tables: Sequence[TableBeside], main: TableBeside, whole: Collection[int] = ()
) -> Beside:
    """Return what is to be said of the tables beside one of sales.

    Args:
        tables: all of them.
        main: the one that is read.
        whole: the columns that would be read if the sheet were one table (1 is A).
    """
    others = [table for table in tables if table is not main]
    doubtful = [
        table
        for table in others
        if not (table.is_certain and main.is_certain)
        and any(table.cells.left <= column <= table.cells.right for column in whole)
    ]
    alike = [table for table in others if table not in doubtful and _is_like(table, main)]
    notes = [
        f"another table stands in {table}: not loaded; a document of a layout that says `range: "
        f'"{table.columns}"` reads it'
        for table in others
        if table not in alike
    ]
    if doubtful:
        return Beside(notes, _of_the_same_rows(main, doubtful[0]))
    return Beside(notes, _of_sales(main, alike) if alike else None)


def _is_like(table: TableBeside, main: TableBeside) -> bool:
    shared = set(table.keys) & set(main.keys)
    return len(shared) * 2 > len(set(main.keys)) or _understood(table) == "sales_lines"


def _of_sales(main: TableBeside, others: Sequence[TableBeside]) -> Question:
    listed = "; ".join(map(str, others[:SHOWN]))
    rows = count(sum(table.height for table in others), "row")
    kind = next((kind for table in others if (kind := other_kind(table.title))), None)
    titled = next((f", titled {quoted([t.title])}," for t in others if t.title), "")
    together = [main.columns, *(table.columns for table in others)]
    line = f"range: {json.dumps(together)}"
    if any(set(table.keys) != set(main.keys) for table in others):
        line = f'range: "{main.columns}" and a document of its own for each of the others'
    return Question(
        f"beside the table in {main.cells}, there is {listed}{titled} with the columns of sales: "
        f"are its {rows}",
        (
            Reading(
                f"{kind}, and no sales" if kind else "no sales",
                f'range: "{main.columns}"',
                f"--range {main.columns}",
            ),
            Reading("sales", line, f"--range {','.join(together)}"),
        ),
    )


def _of_the_same_rows(main: TableBeside, other: TableBeside) -> Question:
    left, right = sorted((main.cells, other.cells))
    both = Cells(left.left, right.right).columns
    return Question(
        f"beside the table in {main.cells} with its {count(main.height, 'row')}, {other} has "
        f"{other.height:,}: is that",
        (
            Reading("a table of its own", f'range: "{main.columns}"', f"--range {main.columns}"),
            Reading("of the same rows", f'range: "{both}"', f"--range {both}"),
        ),
    )


# ------------------------------------------------------------------ tables of files


def read_tables(
    deliveries: Iterable[Delivery], encoding: str | None = None, ranges: Sequence[Cells] = ()
) -> list[Table]:
    """Read the top of every sheet of some files; those of one header are one table.

    Args:
        deliveries: which.
        encoding: of those that are text.
        ranges: the cells in which the tables of a sheet stand; none to find them.

    Raises:
        BadFile: a file cannot be read.
    """
    found: dict[tuple[tuple[str, ...], ...], list[Table]] = {}
    for delivery in deliveries:
        file = delivery.place
        member = delivery.member.name if delivery.member else None
        with open_sheets(delivery.path, member=member, encoding=encoding) as sheets:
            for sheet in sheets:
                first, _ = peek(sheet)
                if first is None:
                    continue
                tables = [*_tables_of(file, sheet, first, len(sheets), ranges)]
                for table in tables:
                    alike = [item.ranges for item in tables if _headers(item) == _headers(table)]
                    found.setdefault((_headers(table), *alike), []).append(table)
    return [_together(alike) for alike in found.values()]


def _headers(table: Table) -> tuple[str, ...]:
    return tuple(map(header_key, table.headers))


def _tables_of(
    file: Path, sheet: Sheet, first: Block, siblings: int, ranges: Sequence[Cells]
) -> Iterator[Table]:
    """Yield the tables of a sheet: those of the ranges, else those that stand side by side."""
    for cells in ranges:
        cutout = Cutout(sheet, cells)
        block = cutout.of(first)
        if any(column.null_count < block.height for column in block.columns):
            yield replace(table_of(file, cutout, block, siblings=siblings), ranges=(str(cells),))
    if ranges:
        return
    whole = table_of(file, sheet, first, siblings=siblings)
    tables = tables_beside(sheet, first)
    main = main_of(tables)
    if main is None:
        yield whole
        return
    (read,) = understand([whole])
    asks = read_beside(tables, main, columns_read(sheet, read)).question
    for table in tables:
        yield replace(
            table_of(file, table.sheet, table.first, siblings=siblings),
            ranges=(table.columns,),
            asks=replace(asks, sheet=sheet.name) if asks and table is main else None,
        )


def columns_read(sheet: Sheet, found: Understood) -> list[int]:
    """Return the columns that are read of a table (1 is A)."""
    places = (place for pick in found.picks.values() for place in pick.positions)
    return [sheet.first_column() + place for place in places]


def set_apart(found: list[Understood]) -> list[Understood]:
    """Take the tables beside one of sales that are no sales themselves for nothing."""
    sales = {
        place
        for item in found
        if item.entity == "sales_lines" and item.table.ranges
        for place in item.table.places
    }
    return [
        item
        if item.entity == "sales_lines" or not (item.table.ranges and sales & {*item.table.places})
        else Understood(item.table, None)
        for item in found
    ]


def _together(tables: list[Table]) -> Table:
    """Put tables of one header together, so that the values of all are the evidence."""
    first = tables[0]
    if len(tables) == 1:
        return first
    columns = [
        pa.concat_arrays([table.profiles[position].texts for table in tables])
        for position in range(len(first.profiles))
    ]
    return replace(
        first,
        places=[place for table in tables for place in table.places],
        profiles=[Profile(column) for column in columns],
        heights=[height for table in tables for height in table.heights],
        ranges=tuple(dict.fromkeys(cells for table in tables for cells in table.ranges)),
        asks=next((table.asks for table in tables if table.asks), None),
    )
