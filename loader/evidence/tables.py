"""Other tables below the one of a sheet: where they begin, and what they seem to be."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.sheets import other_kind
from loader.questions import Question, Reading
from loader.wording import SHOWN, quoted, short

_NUMBERS = 2
"""A row with words for so many numbers of a sale is no sale that was typed badly."""

_TITLES = 1_000
"""So many rows without units are looked at, of a block."""


@dataclass
class TablesBelow:
    """Follows the rows below a header, block by block.

    Attributes:
        first: the number of the first row of data.
        places: where the day and the units of a sale stand, where they do.
        notes: the other tables, with what heads them.
        question: a part under the same header whose title says that it holds no sales.
    """

    first: int
    places: Sequence[int]
    notes: list[str] = field(default_factory=list)
    question: Question | None = None
    _is_outside: bool = False
    _is_after_blank: bool = False
    _title: tuple[int, str] | None = None

    def outside(
        self,
        start: int,
        columns: Sequence[pa.Array],
        blank: pa.Array | None,
        header: pa.Array | None,
    ) -> pa.Array | None:
        """Return which rows are of other tables; None if all are of the first.

        A table begins behind a blank row, perhaps with a title of one cell, or anywhere with words
        for the day and the units, with two or more different cells of words only; it ends where
        the header of the first is repeated.

        Args:
            start: number of the first row.
            columns: the cells of these rows.
            blank: which of them are blank.
            header: which repeat the header.
        """
        height = len(columns[0])
        starts = self._words_for_numbers(columns)
        self._look_at_titles(start, columns)
        if blank is None and not starts and not self._is_outside and not self._is_after_blank:
            return None
        blanks = blank.to_pylist() if blank is not None else [False] * height
        headers = header.to_pylist() if header is not None else [False] * height
        outside = [False] * height
        was_title = None
        for i in range(height):
            if blanks[i]:
                self._is_after_blank, self._title = True, None
                continue
            if headers[i]:
                self._is_outside = False
                if self._title is not None:
                    row, title = self._title
                    if kind := other_kind(title):
                        what = (
                            f"row {row} says '{short(title, 30)}' above rows with the columns of "
                        )
                        self._ask(f"{what}sales: are they", kind, row)
                    if was_title is not None:
                        outside[was_title] = True
                self._is_after_blank, self._title = False, None
                continue
            if self._is_outside:
                outside[i] = True
            if not self._is_after_blank and i not in starts:
                continue
            words = self._words(columns, i)
            if len(words) == 1 and self._title is None:
                self._title, was_title = (start + i, words[0]), i
                continue
            if len({*words}) > 1 and start + i == self.first:
                outside[i] = True
                self.notes.append(
                    f"row {start + i} ({quoted(words, SHOWN)}) heads the same columns: left out"
                )
            elif len({*words}) > 1 and self._heads(columns, i, len(words)):
                self._is_outside = outside[i] = True
                if self._title is not None and was_title is not None:
                    outside[was_title] = True
                self.notes.append(
                    f"another table begins in row {start + i} ({quoted(words, SHOWN)}): not loaded"
                )
                if self._is_like_sale(columns, i + 1):
                    what = f"row {start + i} ({quoted(words, SHOWN)}) heads a table: are its rows"
                    self._ask(what, "of another kind", self._title[0] if self._title else start + i)
            self._is_after_blank, self._title = False, None
        return pa.array(outside) if any(outside) else None

    def _look_at_titles(self, start: int, columns: Sequence[pa.Array]) -> None:
        """Ask for rows of one cell that say what the rows below them are, if that is not sales."""
        places = [place for place in self.places if place < len(columns)]
        if len(places) < _NUMBERS or self._is_outside:
            return
        lacking = columns[places[1]].is_null()  # few; the title may stand where days do
        for i in pc.indices_nonzero(lacking).to_pylist()[:_TITLES]:
            words = self._words(columns, i)
            kind = other_kind(words[0]) if len(words) == 1 else None
            if kind and i + 1 < len(columns[0]) and self._is_like_sale(columns, i + 1):
                what = (
                    f"row {start + i} says '{short(words[0], 30)}' above rows like those of sales"
                )
                self._ask(f"{what}: are they", kind, start + i)

    def _words_for_numbers(self, columns: Sequence[pa.Array]) -> set[int]:
        """Return the rows that have a text without digits where a sale has numbers."""
        places = [place for place in self.places if place < len(columns)]
        if len(places) < _NUMBERS:
            return set()
        found: pa.Array | None = None
        for place in places:
            column = columns[place]
            words = pc.match_substring_regex(column, r"\pL")
            words = pc.and_not(words, pc.match_substring_regex(column, r"\pN"))
            found = words if found is None else pc.and_(found, words)
            if not pc.any(found).as_py():
                return set()
        return set(pc.indices_nonzero(pc.fill_null(found, False)).to_pylist())

    def _words(self, columns: Sequence[pa.Array], row: int) -> list[str]:
        """Return the cells of a row if they are words only; else nothing."""
        cells = [text for column in columns if (text := column[row].as_py())]
        are_words = all(not any(letter.isdigit() for letter in text) for text in cells)
        return cells if are_words else []

    def _heads(self, columns: Sequence[pa.Array], row: int, cells: int) -> bool:
        """Tell whether a row has a word for each cell of the next one, or for all but one."""
        if row + 1 >= len(columns[0]):
            return False
        below = [column[row + 1].as_py() for column in columns]
        filled = sum(bool(text) for text in below)
        return 0 < filled <= cells + 1

    def _is_like_sale(self, columns: Sequence[pa.Array], row: int) -> bool:
        """Tell whether there is a number where a sale has its day, and where it has its units."""
        cells = [columns[place][row].as_py() or "" for place in self.places if place < len(columns)]
        return bool(cells) and all(any(letter.isdigit() for letter in cell) for cell in cells)

    def _ask(self, what: str, kind: str, row: int) -> None:
        # With the row of the header: the next one that looks like one would be taken for it.
        first = self.first - 1
        rows = f"{first}-{row - 1}"
        self.question = self.question or Question(
            what,
            (
                Reading(f"{kind}, and no sales", f"rows: {rows}", f"--rows {rows}"),
                Reading("sales", f"rows: {first}-", f"--rows {first}-"),
            ),
        )
