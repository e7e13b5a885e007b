"""Finds the header of a sheet and what each of its columns is called."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

import pyarrow.compute as pc

from loader.contracts import header_key, unmet
from loader.layout_keys import Calculated, Constant, Join, Source
from loader.layouts import Layout
from loader.reading.cutout import column_letters
from loader.reading.sheet import BadFile, Block, Sheet
from loader.wording import SHOWN, quoted, short

SEARCHED_ROWS = 100
"""A header is looked for in so many rows, from the first that is not blank."""

_TITLE_CELLS = 4
"""A row above a header that holds more cells is no title."""

_HEADLINE_WORDS = 7
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

_WORDS = 3
"""So many of the words that were looked for are told."""

Row = list[str | None]


@dataclass(frozen=True)
class HeaderRow:
    """A row, or several stacked ones put together, that may be a header.

    Attributes:
        row: number of its last row.
        cells: its text by position; of stacked rows, put together.
        last: the text of its last row alone, by position.
        first_column: number of the column at position 0 (1 is A).
        exact: position of each text.
        loose: position of each `header_key`.
        repeated: position of a column whose name stands there twice -> position of the first.
        above: the rows of the sheet above it.
    """

    row: int
    cells: Row
    last: Row
    first_column: int
    exact: dict[str, int]
    loose: dict[str, int]
    repeated: dict[int, int]
    above: Sequence[Row] = ()

    @property
    def titles(self) -> list[str]:
        """The texts of the rows above that hold few cells, as titles do."""
        filled = ([cell.strip() for cell in row if cell and cell.strip()] for row in self.above)
        return [" ".join(cells) for cells in filled if 0 < len(cells) <= _TITLE_CELLS]

    @property
    def headlines(self) -> list[str]:
        """The rows above of a few words in one cell, perhaps with when beside it: no settings."""
        return [
            cells[0].strip()
            for row in self.above
            if (cells := [cell for cell in row if cell and cell.strip()])
            and len(cells[0].split()) <= _HEADLINE_WORDS
            and all(_YEAR.search(cell) for cell in cells[1:])
        ]

    @cached_property
    def names(self) -> list[str]:
        """What each column is called: repeated and blank headers get their letters."""
        return [
            text
            if (text := (cell or "").strip()) and position not in self.repeated
            else f"{text} [{self.letters(position)}]".strip()
            for position, cell in enumerate(self.cells)
        ]

    def letters(self, position: int) -> str:
        """Return the letters that Excel shows for the column at a position."""
        return column_letters(self.first_column + position)

    def position(self, name: str) -> int | None:
        """Return where the column of this name, or of these letters, is; None if there is none."""
        if name in self.exact:
            return self.exact[name]
        if name.endswith("]") and name in self._lettered:
            return self._lettered[name]
        return self.loose.get(header_key(name))

    @cached_property
    def _lettered(self) -> dict[str, int]:
        letters = {f"[{self.letters(position)}]": position for position in range(len(self.cells))}
        return letters | {name: position for position, name in enumerate(self.names)}


@dataclass(frozen=True)
class Spread:
    """One of the columns of a sheet that are rows, each of which is read as a table of its own.

    Attributes:
        place: where it is; a row that is blank there says nothing.
        taken: where all of them are.
        total_rows: the numbers of the rows that are sums of those above.
        notes: what people should know.
    """

    place: int
    taken: frozenset[int]
    total_rows: frozenset[int]
    notes: list[str]


@dataclass(frozen=True)
class Header:
    """The header of one sheet, read by one layout.

    Attributes:
        at: where it stands, and what stands in it.
        positions: for each mapped column of the contract, where it is found.
        spread: which of several columns that are rows it stands for; None in other tables.
    """

    at: HeaderRow
    positions: dict[str, list[int]]
    spread: Spread | None = None

    def places(self, name: str, key: str) -> list[int]:
        """Return where a column is that a key of the layout names, by its header or by ours.

        Raises:
            BadFile: it is not there.
        """
        if name not in self.at.exact and self.positions.get(name):
            return self.positions[name]
        if (position := self.at.position(name)) is not None:
            return [position]
        raise BadFile(
            f"{key} names the column '{short(name)}', which is not in the header "
            f"(row {self.at.row}): {quoted([cell for cell in self.at.cells if cell])}."
        )

    @cached_property
    def mapped(self) -> set[int]:
        """Return the positions that are read: of columns that are rows, those of all of them."""
        read = {position for found in self.positions.values() for position in found}
        return read | (self.spread.taken if self.spread else set())

    @property
    def matched(self) -> int:
        """How many of the wanted columns it has."""
        return sum(1 for found in self.positions.values() if found)

    def delivered(self) -> dict[str, list[str]]:
        """Return the headers, as they stand there, of each column that is read from the sheet."""
        return {
            column: [self.at.cells[position] or "" for position in found]
            for column, found in self.positions.items()
            if found
        }

    def notes(self) -> list[str]:
        """Return what people should know: which columns share a name."""
        at = self.at
        notes = [
            f"'{short(at.cells[later] or '')}' heads two columns, {at.letters(earlier)}{at.row} "
            f"and {at.letters(later)}{at.row}; the second is called '{short(at.names[later])}'"
            for later, earlier in list(at.repeated.items())[:SHOWN]
        ]
        if len(at.repeated) > SHOWN:
            notes.append(f"{len(at.repeated) - SHOWN:,} more columns repeat a header")
        return notes + (self.spread.notes if self.spread else [])


@dataclass(frozen=True)
class NoHeader:
    """A sheet in which no row holds the columns that a layout needs.

    Attributes:
        row: number of the nearest row; None if the sheet is blank there.
        found: what stands in it.
        matched: how many of the wanted columns it has.
        missing: the columns it lacks, each with the choices that would do.
        unfit: what stands below a cell that says one of these, but is of another kind.
    """

    row: int | None
    found: list[str]
    matched: int
    missing: list[list[str]]
    unfit: dict[str, str] = field(default_factory=dict)


def peek(sheet: Sheet) -> tuple[Block | None, Iterator[Block]]:
    """Return the first block that is not blank, if there is one, and all blocks from there on."""
    blocks = sheet.blocks()
    for block in blocks:
        if any(column.null_count < block.height for column in block.columns):
            return block, chain([block], blocks)
    return None, blocks


class SheetTop:
    """The top of a sheet, in which any number of layouts look for their header."""

    def __init__(self, sheet: Sheet, first: Block) -> None:
        """Prepare.

        Args:
            sheet: whose top it is.
            first: its first block that is not blank.
        """
        self._first_column = sheet.first_column()
        self._is_delimited = not sheet.name
        self._block = first
        self._rows: dict[int, Row] = {}
        self._known: dict[tuple[int, ...], HeaderRow | None] = {}

    @cached_property
    def first_used_row(self) -> int:
        """Number of the first row that is not blank."""
        found: list[int] = [
            pc.index(pc.is_valid(column), True).as_py() for column in self._block.columns
        ]
        return self._block.first_row + min(i for i in found if i >= 0)

    def places(self, layout: Layout) -> Iterator[list[tuple[int, ...]]]:
        """Yield the row numbers at which a header may be, the likelier ones first."""
        if layout.header != "auto":
            yield [tuple(layout.header)]
            return
        start, stop = layout.first_and_last_row()
        start = max(start, self.first_used_row)
        end = min(start + SEARCHED_ROWS, self._block.first_row + self._block.height)
        yield [(row,) for row in range(start, end if stop is None else min(end, stop + 1))]
        # `rows:` may mean the data alone.
        yield [(row,) for row in range(max(self.first_used_row, start - SEARCHED_ROWS), start)]

    def at(self, rows: tuple[int, ...]) -> HeaderRow | None:
        """Return what stands in some rows; None where they are blank or not there."""
        if rows not in self._known:
            stacked = [row for number in rows if (row := self._row(number)) is not None]
            cells = _flatten(stacked) if len(stacked) == len(rows) else []
            known = self._header_row(rows[-1], cells, stacked[-1]) if any(cells) else None
            if known is not None:
                above = map(self._row, range(self.first_used_row, rows[0]))
                known = replace(known, above=[row for row in above if row is not None])
            self._known[rows] = known
        return self._known[rows]

    def _row(self, number: int) -> Row | None:
        if number not in self._rows:
            offset = number - self._block.first_row
            if not 0 <= offset < self._block.height:
                return None
            # Many at once: to slice every column for a single row costs as much.
            some = [column.slice(offset, SEARCHED_ROWS) for column in self._block.columns]
            cells = zip(*(column.to_pylist() for column in some), strict=True)
            self._rows |= {number + i: list(row) for i, row in enumerate(cells)}
        return self._rows[number]

    def _header_row(self, row: int, cells: Row, last: Row) -> HeaderRow:
        if self._is_delimited:
            # In a workbook a cell is where it is; here, one beyond the header may have been pushed.
            width = max(position for position, cell in enumerate(cells, start=1) if cell)
            cells = cells[:width]
        exact: dict[str, int] = {}
        loose: dict[str, int] = {}
        repeated: dict[int, int] = {}
        for position, cell in enumerate(cells):
            text = (cell or "").strip()
            if text in exact:
                repeated[position] = exact[text]
            elif text:
                exact[text] = position
                loose.setdefault(header_key(text), position)
        return HeaderRow(row, cells, last, self._first_column, exact, loose, repeated)


def find_header(top: SheetTop, layout: Layout) -> Header | NoHeader:
    """Find the header row, or the nearest to one.

    Args:
        top: where to look.
        layout: says where the header is, or `auto`, and what it should hold.
    """
    wanted = {header_key(name) for source in layout.columns.values() for name in _names(source)}
    nearest = NoHeader(None, [], 0, unmet(layout.needed, set()))
    for places in top.places(layout):
        best: Header | None = None
        for rows in places:
            at = top.at(rows)
            if at is None:
                continue
            # Most rows are as far from a header as can be; those need no closer look.
            apart = not layout.names_positions and at.loose.keys().isdisjoint(wanted)
            if apart and nearest.row is not None:
                continue
            attempt = _match(at, layout)
            if isinstance(attempt, NoHeader):
                if nearest.row is None or attempt.matched > nearest.matched:
                    nearest = attempt
            elif best is None or attempt.matched > best.matched:
                best = attempt
        if best is not None:
            return best
    return nearest


def _flatten(rows: list[Row]) -> Row:
    """Put stacked header rows together; a merged cell above names all the columns under it."""
    if len(rows) == 1:
        return rows[0]
    filled: list[list[str]] = []
    for depth, row in enumerate(rows):
        carried = ""
        line = []
        for cell in row:
            text = (cell or "").strip()
            carried = text or (carried if depth < len(rows) - 1 else "")
            line.append(carried)
        filled.append(line)
    flat: Row = []
    for parts in zip(*filled, strict=True):
        # A cell merged downwards stands in one row only; a repeated word says nothing new.
        words = [part for i, part in enumerate(parts) if part and part not in parts[:i]]
        flat.append(" ".join(words) or None)
    return flat


def _match(at: HeaderRow, layout: Layout) -> Header | NoHeader:
    positions: dict[str, list[int]] = {}
    for column, source in layout.columns.items():
        found = _positions(source, at)
        if found is not None:
            positions[column] = found

    missing = unmet(layout.needed, set(positions))
    if missing:
        matched = sum(1 for found in positions.values() if found)
        names = [name for name, cell in zip(at.names, at.cells, strict=True) if cell]
        return NoHeader(at.row, names, matched, missing)
    return Header(at, positions)


def _names(source: Source) -> list[str]:
    if isinstance(source, Constant):
        return []
    if isinstance(source, Calculated):
        return source.names
    return source.join if isinstance(source, Join) else source


def _positions(source: Source, at: HeaderRow) -> list[int] | None:
    """Return where a column is found; None if it is not; an empty list for a constant."""
    if isinstance(source, Constant):
        return []
    found = [position for name in _names(source) if (position := at.position(name)) is not None]
    if isinstance(source, Join | Calculated):
        return found if len(found) == len(_names(source)) else None
    return found[:1] or None


def explain_missing(layout: Layout, near: NoHeader) -> str:
    """Say which columns were looked for and what was there."""
    wanted = []
    for choice in near.missing:
        looked_for = [
            _looked_for(layout.columns[name]) for name in choice if name in layout.columns
        ]
        names = " or ".join(choice)
        wanted.append(f"{names} (looked for {'; '.join(looked_for)})" if looked_for else names)
    if near.row is not None:
        there = f"The nearest header is row {near.row}: {quoted(near.found)}."
    elif layout.header == "auto":
        there = "The rows where a header could stand are blank."
    else:
        rows = " and ".join(str(row) for row in layout.header)
        there = f"The layout says that the header is row {rows}, which is blank or not there."
    unfit = "".join(
        f" Below {quoted([name])} stands {quoted([value])}, which is no such value."
        for name, value in near.unfit.items()
    )
    return f"no column for {', '.join(wanted)}. {there}{unfit}"


def _looked_for(source: Source) -> str:
    if isinstance(source, Join | Calculated):
        return " with ".join(quoted([name]) for name in _names(source))
    return quoted(_names(source), _WORDS)
