"""Tables as the understanding sees them: a header, and the values of the first rows below it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.contracts import header_key
from loader.headers import SEARCHED_ROWS, HeaderRow, SheetTop
from loader.merged import fill_unread
from loader.questions import Question
from loader.reading.sheet import Block, Sheet
from loader.understanding.profiles import Profile
from loader.understanding.vocabulary import is_known

SAMPLE = 5_000
"""Rows of a sheet whose values are looked at."""


@dataclass(frozen=True)
class Table:
    """The sheets, or CSV files, that have the same header.

    Attributes:
        places: the file of each, with the name of the sheet (empty for CSV).
        siblings: how many sheets the first file has.
        header_rows: the numbers of the rows of the names; several if they are stacked.
        header: these rows.
        profiles: the values of each column.
        heights: rows looked at, of each place.
        ranges: the columns that the table has of its sheets, if others stand beside it: `A:E`.
        asks: what is open of the tables that stand beside it.
    """

    places: list[tuple[Path, str]]
    siblings: int
    header_rows: tuple[int, ...]
    header: HeaderRow
    profiles: list[Profile]
    heights: list[int]
    ranges: tuple[str, ...] = ()
    asks: Question | None = None

    @property
    def height(self) -> int:
        """Rows looked at."""
        return sum(self.heights)

    @cached_property
    def origins(self) -> list[int]:
        """Of which place each row is: an order number means another order in another till."""
        return [place for place, height in enumerate(self.heights) for _ in range(height)]

    @property
    def name(self) -> str:
        """The name of the sheet, of CSV that of the file."""
        file, sheet = self.places[0]
        name = file.name if self.siblings == 1 or not sheet else sheet
        return " ".join([name, *self.ranges[:1]])

    @cached_property
    def headers(self) -> list[str]:
        """The text of each header; empty where there is none."""
        return [(cell or "").strip() for cell in self.header.cells]

    def example(self, position: int) -> str | None:
        """Return the first value of a column."""
        filled = self.profiles[position].filled
        return filled[0].as_py() if len(filled) else None


def table_of(file: Path, sheet: Sheet, first: Block, *, siblings: int) -> Table:
    """Return the table of a sheet, from its first block that is not blank."""
    top = SheetTop(sheet, first)
    rows = header_rows(top)
    header = top.at(rows)
    assert header is not None  # the row is not blank
    first = fill_unread(sheet, header.row, [cell or "" for cell in header.cells], first)
    start = header.row - first.first_row + 1
    below = [column.slice(start, SAMPLE) for column in first.columns[: len(header.cells)]]
    columns = _without_repeats(below, header)
    height = len(columns[0]) if columns else 0
    profiles = [Profile(column) for column in columns]
    return Table([(file, sheet.name)], siblings, rows, header, profiles, [height])


def _header_row(top: SheetTop) -> int:
    """Return the number of the row with the most known words, else of the fullest."""
    best, most = 0, 0
    widths: dict[int, int] = {}
    for row in range(top.first_used_row, top.first_used_row + SEARCHED_ROWS):
        at = top.at((row,))
        if at is None:
            continue
        texts = [cell for cell in at.cells if cell]
        widths[row] = len(texts)
        known = sum(is_known(text) for text in texts)
        if known > most and (known > 1 or len(texts) < 3):
            best, most = row, known
    fullest = max(widths, key=lambda row: (widths[row], -row))
    # One known word alone may be a title above the table.
    if most and (most > 1 or widths[best] * 2 > widths[fullest]):
        return best
    for row, width in widths.items():
        at = top.at((row,))
        if width * 2 > widths[fullest] and at is not None and _are_words(at):
            return row
    return fullest


def header_rows(top: SheetTop) -> tuple[int, ...]:
    """Return the row of the header; or two, if more columns have known words of their own then."""
    row = _header_row(top)
    options: list[tuple[int, ...]] = [(row,)]
    for pair in ((row - 1, row), (row, row + 1)):
        rows = [top.at((number,)) for number in pair]
        if all(at is not None and _are_words(at) for at in rows):
            options.append(pair)
    return max(options, key=lambda option: (_known(top.at(option)), -len(option)))


def _are_words(at: HeaderRow) -> bool:
    """Tell whether a row has several cells, and no digits in them."""
    cells = [cell for cell in at.cells if cell]
    return len(cells) > 1 and not any(letter.isdigit() for cell in cells for letter in cell)


def _known(at: HeaderRow | None) -> int:
    cells = at.cells if at is not None else []
    return len({header_key(cell) for cell in cells if cell and is_known(cell)})


def _without_repeats(columns: list[pa.Array], header: HeaderRow) -> list[pa.Array]:
    """Leave out rows that are blank or repeat the header."""
    if not columns:
        return columns
    keep = np.zeros(len(columns[0]), dtype=bool)
    repeats = np.ones(len(columns[0]), dtype=bool)
    for column, name in zip(columns, header.last, strict=False):
        keep |= column.is_valid().to_numpy(zero_copy_only=False)
        if name:
            same = pc.fill_null(pc.equal(column, name), False)
            repeats &= same.to_numpy(zero_copy_only=False)
    mask = pa.array(keep & ~repeats)
    return [column.filter(mask) for column in columns]
