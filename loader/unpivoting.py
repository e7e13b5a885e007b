"""Columns across a sheet that are rows: months, stores, products; never their totals twice."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache

import numpy as np
import numpy.typing as npt
from babel.dates import get_month_names

from loader.contracts import folded
from loader.evidence.numbers import amount
from loader.evidence.totals import NONE as NO_TOTALS
from loader.evidence.totals import total_words
from loader.headers import Header, Spread
from loader.layout_keys import Constant, SkipRows, Unpivot
from loader.layouts import Layout
from loader.reading.sheet import BadFile, Block
from loader.wording import SHOWN, quoted, short

_LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv")
_CENT = 0.005
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T].*)?|\d{1,2}[./-]\d{1,2}[./-]\d{4}")

Spreads = Iterator[tuple[Header, Layout, Iterator[Block]]]


def spread(header: Header, layout: Layout, blocks: Iterator[Block]) -> Spreads:
    """Yield a table once for each of the columns that its layout unpivots, else as it is.

    Raises:
        BadFile: a column is not there, its header names no day, or a total may be counted twice.
    """
    rule = layout.unpivot
    if rule is None:
        yield header, layout, blocks
        return
    in_memory = [*blocks]
    grid = _Grid(header, layout, rule, in_memory)
    notes = grid.notes()
    taken = frozenset(grid.taken)
    for place, name in grid.counting.items():
        columns = {**layout.columns, rule.names: Constant(constant=name)}
        columns[rule.values] = [header.at.names[place]]
        positions = {**header.positions, rule.names: [], rule.values: [place]}
        part = replace(
            header,
            positions=positions,
            spread=Spread(place, taken, frozenset(grid.total_rows), notes),
        )
        yield part, layout.model_copy(update={"columns": columns}), iter(in_memory)


class _Grid:
    """The cells under the columns that are unpivoted.

    Attributes:
        taken: where these columns are, totals included.
        counting: where those are that count -> what they are called.
        total_rows: the numbers of rows that are the totals of others.
    """

    def __init__(
        self, header: Header, layout: Layout, rule: Unpivot, blocks: Sequence[Block]
    ) -> None:
        self._header = header
        self._layout = layout
        self._rule = rule
        self._rows = [number for block in blocks for number in _numbers(header, layout, block)]
        self._blocks = blocks
        self._is_date = layout.contract.columns[rule.names].type in ("timestamp", "date")
        self._listed: set[int] = set()  # by their own names, and no pattern
        self.taken = self._places()
        self._amounts = {place: self._amounts_at(place) for place in self.taken}
        self.counting: dict[int, str] = {}
        self._total_columns: list[int] = []
        self._find_total_columns()
        self.total_rows: list[int] = []
        self._find_total_rows()

    def notes(self) -> list[str]:
        """Say which totals were left out."""
        notes = []
        if self._total_columns:
            names = quoted([self._header.at.names[place] for place in self._total_columns])
            notes.append(f"left out, as they are sums of the columns beside them: {names}")
        if self.total_rows:
            shown = ", ".join(str(row) for row in self.total_rows[:SHOWN])
            more = ", …" if len(self.total_rows) > SHOWN else ""
            notes.append(f"left out, as they are sums of the rows above them: row {shown}{more}")
        return notes

    # -------------------------------------------------------------- columns

    def _places(self) -> list[int]:
        at = self._header.at
        mapped = {place for places in self._header.positions.values() for place in places}
        found: dict[int, None] = {}
        for pattern in self._rule.columns:
            place = at.position(pattern)
            fitting = [place] if place is not None else []
            self._listed.update(fitting)
            if place is None and re.search(r"[*?]", pattern):
                fitting = [
                    other
                    for other, name in enumerate(at.names)
                    if other not in mapped
                    and fnmatchcase(name.casefold(), pattern.casefold())
                    and (pattern != "*" or self._holds_amounts(other))
                ]
            if not fitting:
                there = quoted([cell for cell in at.cells if cell])
                raise BadFile(
                    f"unpivot names the column '{short(pattern)}', which is not in the header "
                    f"(row {at.row}): {there}."
                )
            found |= dict.fromkeys(fitting)
        return list(found)

    def _holds_amounts(self, place: int) -> bool:
        amounts = self._amounts_at(place)
        texts = self._texts_at(place)
        return any(texts) and all(
            amount_ is not None for text, amount_ in zip(texts, amounts, strict=True) if text
        )

    def _find_total_columns(self) -> None:
        sums: list[npt.NDArray[np.float64]] = []  # of the columns since the last total
        for place in self.taken:
            header = self._header.at.names[place]
            name = self._named(header)
            others = [self._filled(other) for other in self.taken if other != place]
            is_sum = self._is_sum(place, sums) or self._is_sum(place, others)
            is_sum = is_sum or self._is_sum(place, [self._filled(item) for item in self.counting])
            if name is not None and not _says_total(header):
                if is_sum and not self._is_date and place not in self._listed:
                    raise BadFile(
                        f"unpivot: '{short(header)}' is the sum of the columns beside it: list the "
                        "columns that count, by their names."
                    )
                self.counting[place] = name
                sums.append(self._filled(place))
            elif is_sum:
                self._total_columns.append(place)
                sums = []
            elif name is None:
                raise BadFile(
                    f"unpivot: the header '{short(header)}' names no month or day with its year. "
                    f'Say which: `values: {{{self._rule.names}: {{"{short(header)}": 2026-01}}}}`; '
                    "or list only the columns that count."
                )
            else:
                raise BadFile(
                    f"unpivot: '{short(header)}' is no sum of the columns beside it, or there are "
                    "no rows to tell: list only the columns that count."
                )
        if not self.counting:
            raise BadFile("unpivot: no column is left that counts.")

    def _named(self, header: str) -> str | None:
        """Return what a column is called; None where a day is wanted and it is none."""
        values = self._layout.values.get(self._rule.names, {})
        known = {text.strip().casefold(): value for text, value in values.items()}
        name = known.get(header.strip().casefold(), header)
        return _day(name) if self._is_date else name

    def _is_sum(self, place: int, others: Sequence[npt.NDArray[np.float64]]) -> bool:
        amounts = self._filled(place)
        return (
            len(others) > 1
            and bool(amounts.any())
            and bool((abs(np.sum(others, axis=0) - amounts) < _CENT).all())
        )

    # ----------------------------------------------------------------- rows

    def _find_total_rows(self) -> None:
        """Find the rows that are the sums of those above them, and say so in some other way."""
        if self._layout.skip_rows_where == NO_TOTALS:
            return
        grid = np.array([self._filled(place) for place in self.counting]).T
        labels, skipped = self._labels(), self._known_totals()
        since: list[int] = []
        counted: list[int] = []
        for i, row in enumerate(grid):
            if not row.any():
                continue
            if self._rows[i] in skipped:
                since = []
                continue
            summed = next((g for g in (since, counted) if g and _adds_up(grid[g], row)), None)
            says = any(_says_total(label) for label in labels[i] if label)
            if summed is not None and (says or _lacks(labels, i, summed)):
                self.total_rows.append(self._rows[i])
                since = []
                continue
            here = f"unpivot: row {self._rows[i]} ('{short(next(filter(None, labels[i]), ''))}') is"
            if says:
                raise BadFile(
                    f"{here} no sum of the rows above it: `skip_rows_where:` leaves it out, and "
                    "`skip_rows_where: none` counts it."
                )
            is_last = not grid[i + 1 :].any()
            if summed is not None and len(summed) > 2 and is_last:
                raise BadFile(
                    f"{here} the sum of all rows above it: `skip_rows_where:` leaves it out, and "
                    "`skip_rows_where: none` counts it."
                )
            since.append(i)
            counted.append(i)

    def _known_totals(self) -> set[int]:
        """Return the numbers of the rows that the layout calls totals."""
        rule = self._layout.skip_rows_where
        if not isinstance(rule, SkipRows):
            return set()
        texts = self._texts_at(self._header.places(rule.column, "skip_rows_where")[0])
        return {
            row
            for row, text in zip(self._rows, texts, strict=True)
            if text and re.search(rule.matches, text)
        }

    def _labels(self) -> list[list[str | None]]:
        places = {
            place
            for column, found in self._header.positions.items()
            if self._layout.contract.columns[column].type == "text"
            for place in found
        }
        texts = [self._texts_at(place) for place in sorted(places)]
        return [[texts_[i] for texts_ in texts] for i in range(len(self._rows))]

    # ---------------------------------------------------------------- cells

    def _texts_at(self, place: int) -> list[str | None]:
        texts: list[str | None] = []
        for block in self._blocks:
            numbers = _numbers(self._header, self._layout, block)
            if not len(numbers):
                continue
            if place >= len(block.columns):
                texts += [None] * len(numbers)
                continue
            cells = block.columns[place].slice(numbers[0] - block.first_row, len(numbers))
            texts += [text.strip() if text else None for text in cells.to_pylist()]
        return texts

    def _amounts_at(self, place: int) -> list[Decimal | None]:
        mark = self._layout.decimal or "."
        return [
            amount(text, mark) if text and any(map(str.isdigit, text)) else None
            for text in self._texts_at(place)
        ]

    def _filled(self, place: int) -> npt.NDArray[np.float64]:
        return np.array([float(item or 0) for item in self._amounts[place]])


def _numbers(header: Header, layout: Layout, block: Block) -> range:
    """Return the numbers of the rows of data in a block."""
    first, last = layout.first_and_last_row()
    start = max(header.at.row + 1, first, block.first_row)
    stop = min(block.first_row + block.height, (last or block.first_row + block.height) + 1)
    return range(start, max(start, stop))


def _says_total(text: str) -> bool:
    return bool(total_words().search(text))


def _adds_up(rows: npt.NDArray[np.float64], total: npt.NDArray[np.float64]) -> bool:
    return bool((abs(rows.sum(axis=0) - total) < _CENT).all())


def _lacks(labels: Sequence[Sequence[str | None]], row: int, others: Sequence[int]) -> bool:
    """Tell whether a row has no label where all others have one."""
    return any(
        label is None and all(labels[other][i] for other in others)
        for i, label in enumerate(labels[row])
    )


def _day(text: str) -> str | None:
    """Return the day that a header names, the first of its month if that; None if neither."""
    text = text.strip()
    if _DATE.fullmatch(text):
        return text
    found = re.fullmatch(r"(\d{4})[-/. ]?(\d{1,2})|(\d{1,2})[-/.](\d{4})", text)
    if found:
        year, month = found[1] or found[4], int(found[2] or found[3])
        return f"{year}-{month:02}-01" if 1 <= month <= 12 else None
    words = re.fullmatch(r"(\D+?)[-/.' ]*(\d{4}|\d{2})|(\d{4})[-/.' ]*(\D+)", text)
    if not words:
        return None
    year, name = words[2] or words[3], folded(words[1] or words[4])
    number = month_names().get(name)
    return f"{int(year) + 2000 * (len(year) == 2)}-{number:02}-01" if number else None


@cache
def month_names() -> dict[str, int]:
    """Return the months by their names, in full and short, without the ones that contradict."""
    named: dict[str, set[int]] = {"mrz": {3}}  # as Excel shortens März
    for language in _LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = get_month_names(width, context, language)
                for number, name in names.items():
                    named.setdefault(folded(name), set()).add(number)
    return {name: next(iter(numbers)) for name, numbers in named.items() if len(numbers) == 1}
