"""Some cells of a sheet, read as if it had no others: one of the tables that stand in it."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa

from loader.reading.cell_scan import column_number
from loader.reading.sheet import Block, MergedDown, Sheet


class Cells(NamedTuple):
    """A range of cells, by the numbers of its columns (1 is A) and rows.

    Attributes:
        bottom: None for a range without an end.
    """

    left: int
    right: int
    top: int = 1
    bottom: int | None = None

    @property
    def columns(self) -> str:
        """The range as Excel writes it, of whole columns: `A:E`."""
        return f"{column_letters(self.left)}:{column_letters(self.right)}"

    def __str__(self) -> str:
        if self.bottom is None:
            return self.columns
        left, right = column_letters(self.left), column_letters(self.right)
        return f"{left}{self.top}:{right}{self.bottom}"


def cells_of(text: str) -> Cells:
    """Read a range as Excel writes it: `A:E`, or `A3:E40`.

    Raises:
        ValueError: it is none.
    """
    found = re.fullmatch(r"([A-Z]{1,3})([1-9]\d{0,6})?:([A-Z]{1,3})([1-9]\d{0,6})?", text.upper())
    if found is None or (found[2] is None) != (found[4] is None):
        raise ValueError(f"'{text}' is no range of cells: such as A:E, or A3:E40")
    left, right = (column_number(letters.encode()) + 1 for letters in (found[1], found[3]))
    top, bottom = int(found[2] or 1), int(found[4]) if found[4] else None
    if left > right or (bottom is not None and top > bottom):
        raise ValueError(f"'{text}' ends before it begins")
    return Cells(left, right, top, bottom)


def column_letters(number: int) -> str:
    """Return the letters that Excel shows for a column (1 is A, 27 is AA)."""
    letters = ""
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


class Cutout:
    """A sheet that has these cells of another one, and no others."""

    def __init__(self, sheet: Sheet, cells: Cells) -> None:
        self.name = sheet.name
        self.notes = sheet.notes
        self.questions = sheet.questions
        self.is_hidden = sheet.is_hidden
        self._sheet = sheet
        self._cells = cells

    def blocks(self) -> Iterator[Block]:
        """Yield the rows from the top; see `Sheet`."""
        return self.cut(self._sheet.blocks())

    def cut(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """Return these cells of blocks of the sheet."""
        for block in blocks:
            if self._cells.bottom is not None and block.first_row > self._cells.bottom:
                return
            yield self.of(block)

    def of(self, block: Block) -> Block:
        """Return these cells of a block; those above them are blank."""
        start = self._offset()
        stop = max(self._cells.right - self._sheet.first_column() + 1, 0)
        columns = block.columns[start:stop] or [pa.nulls(block.height, pa.string())]
        if self._cells.bottom is not None:
            columns = [c.slice(0, self._cells.bottom + 1 - block.first_row) for c in columns]
        above = min(max(self._cells.top - block.first_row, 0), len(columns[0]))
        if above:
            blank = pa.nulls(above, pa.string())
            columns = [pa.concat_arrays([blank, column.slice(above)]) for column in columns]
        return Block(block.first_row, columns)

    def first_column(self) -> int:
        """Return the number of its first column."""
        return max(self._sheet.first_column(), self._cells.left)

    def is_number(self, row: int, column: int) -> bool:
        """Tell whether a cell holds a number; see `Sheet`."""
        return self._sheet.is_number(row, column + self._offset())

    def currencies(self, column: str) -> dict[int, str]:
        """Return what cells show by their format; see `Sheet`."""
        return self._sheet.currencies(column)

    def uncalculated(self) -> list[tuple[int, int]]:
        """Return the formulas without a value; see `Sheet`."""
        return self._within(self._sheet.uncalculated())

    def merged_down(self) -> list[MergedDown]:
        """Return the cells that are merged over several rows."""
        return [
            item._replace(position=item.position - self._offset())
            for item in self._sheet.merged_down()
            if self._has(item.top, item.position)
        ]

    def struck_through(self) -> list[tuple[int, int]]:
        """Return the cells whose text is struck through; see `Sheet`."""
        return self._within(self._sheet.struck_through())

    def _within(self, places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return those places of the sheet that are among its cells, with positions of its own."""
        return [(row, column - self._offset()) for row, column in places if self._has(row, column)]

    def _has(self, row: int, position: int) -> bool:
        width = self._cells.right - self.first_column() + 1
        return 0 <= position - self._offset() < width and self._cells.top <= row <= (
            self._cells.bottom or row
        )

    def _offset(self) -> int:
        return max(self._cells.left - self._sheet.first_column(), 0)
