"""Which rows are sums of others: what they say, and whether they add up."""

import json
import re
import shlex
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.finding import Finding
from loader.questions import Question, Reading
from loader.understanding.profiles import Numbers, Profile
from loader.understanding.vocabulary import row_words
from loader.wording import count, short

MEASURES = {"sales_lines": ("line_total", "units"), "sales_targets": ("target_amount",)}
"""What the totals of an entity are sums of; the first that a totals row has must add up."""

NONE = "none"
"""What a layout says of rows that are no totals, whatever they are called."""

_NAMED = 200_000
"""In tables up to so many rows, a total may be that of the rows that hold its name."""
_GROUPS = 50
"""A total is that of the rows since one of so many totals above it, or of all rows."""
_RARE = 0.02
"""A cell that so few rows lack is one that a row of sales has."""
_LISTED = 5


class _Row(NamedTuple):
    """A row that may be a total.

    Attributes:
        number: as Excel shows it.
        text: what it says; empty where it says nothing.
        amount: the first of the measures that it has.
        of: number of rows that it is the sum of; 0 where it is none.
        is_sale: nothing else would keep it out of the figures.
        is_whole: it has all cells that the row before it has.
        is_own: its amount is its price times its units, or it has an order number unlike the row
            before it: totals have neither.
    """

    number: int
    text: str
    amount: float
    of: int
    is_sale: bool
    is_whole: bool
    is_own: bool


class _Boundary(NamedTuple):
    sums: tuple[float, ...]
    rows: int


@dataclass
class TotalRows:
    """Follows the rows of a table, block by block, and adds up.

    Attributes:
        positions: the columns of the contract, each where it stands in the sheet.
        names: the headers.
        measures: of the entity.
    """

    positions: Mapping[str, Sequence[int]]
    names: Sequence[str]
    measures: Sequence[str]
    _pending: list[list[pa.Array]] = field(default_factory=list)
    _at: _Boundary = field(init=False)
    _boundaries: list[_Boundary] = field(default_factory=list)
    _kept: list[list[pa.Array]] = field(default_factory=list)
    _rows: dict[int, list[_Row]] = field(default_factory=dict)  # by the column that says it
    _unsaid: _Row | None = None
    _last: int = 0

    def __post_init__(self) -> None:
        self._places = [
            found[0] for name in self.measures if len(found := self.positions.get(name, ())) == 1
        ]
        self._at = _Boundary((0.0,) * len(self._places), 0)
        self._boundaries = [self._at]
        numbers = {"unit_price", "discount_amount", "discount_rate", "unit_cost", "line_cost",
                   "line_profit", "line_number", *self.measures}  # fmt: skip
        self._numbers = {found[0] for name, found in self.positions.items()
                         if found and name in numbers}  # fmt: skip

    def outside(
        self, numbers: pa.Array, columns: Sequence[pa.Array]
    ) -> npt.NDArray[np.bool_] | None:
        """Return which rows are sums of others; None if none is.

        Args:
            numbers: of the rows, as Excel shows them.
            columns: the cells of these rows.
        """
        if not self._places:
            return None
        self._last = numbers[-1].as_py()
        said = self._said(columns)
        lacking = self._lacking(columns)
        measures = [self._column(columns, place) for place in self._places]
        if self._at.rows + sum(len(block[0]) for block in self._pending) <= _NAMED:
            self._kept.append(list(columns))
        else:
            self._kept = []
        if not said and not lacking:
            self._pending.append(measures)
            return None
        self._add_pending()
        values = [_numbers(texts) for texts in measures]
        is_total = np.zeros(len(numbers), dtype=bool)
        is_counted = np.ones(len(numbers), dtype=bool)
        is_counted[[i for i, (_, _, is_weak) in said.items() if not is_weak]] = False
        sums = [np.cumsum(np.where(is_counted, v, 0.0)) for v in map(np.nan_to_num, values)]
        rows = np.cumsum(is_counted)
        base, corrections = self._at, [0.0] * len(values)
        for i in sorted({*said, *lacking}):
            position, text, is_weak = said.get(i, (-1, "", True))
            own = [float(value[i]) for value in values]
            before = tuple(
                start + float(total[i]) - (size if is_counted[i] else 0.0) + more
                for start, total, size, more in zip(
                    base.sums, sums, np.nan_to_num(own), corrections, strict=True
                )
            )
            here = _Boundary(before, base.rows + int(rows[i]) - int(is_counted[i]))
            row = self._judged(int(numbers[i].as_py()), position, text, own, here, columns, i)
            if is_weak and (row.of < 3 or not row.is_sale):
                continue
            if position < 0:
                self._unsaid = row
                continue
            self._rows.setdefault(position, []).append(row)
            if row.of:
                is_total[i] = True
                self._boundaries.append(here)
                if is_counted[i]:
                    corrections = [more - size for more, size in zip(corrections, own, strict=True)]
            elif row.is_sale:
                corrections = [
                    more + size
                    for more, size in zip(corrections, np.nan_to_num(own).tolist(), strict=True)
                ]
        self._at = _Boundary(
            tuple(
                start + float(total[-1]) + more
                for start, total, more in zip(base.sums, sums, corrections, strict=True)
            ),
            base.rows + int(rows[-1]),
        )
        return is_total if is_total.any() else None

    # -------------------------------------------------------------- which may be totals

    def _said(self, columns: Sequence[pa.Array]) -> dict[int, tuple[int, str, bool]]:
        """Return the rows that say so: in which column, what, and whether that is a weak sign."""
        found: dict[int, tuple[int, str, bool]] = {}
        anywhere, *patterns = _patterns()
        mapped = {place for places in self.positions.values() for place in places}
        distinct = {
            position: column.unique()
            for position, column in enumerate(columns)
            if position not in self._numbers and column.null_count < len(column)
        }
        suspects = _holding(anywhere, list(distinct.values()))
        if not len(suspects):
            return found
        for position in sorted(distinct, key=lambda place: place not in mapped):
            column, texts = columns[position], distinct[position]
            texts = texts.filter(pc.is_in(texts, value_set=suspects))
            if not len(texts):
                continue
            for pattern, is_weak in zip(patterns, (False, False, True), strict=True):
                hits = texts.filter(pc.match_substring_regex(texts, pattern))
                if not len(hits):
                    continue
                rows = pc.indices_nonzero(pc.is_in(column, value_set=hits)).to_pylist()
                if is_weak and len(rows) > max(_GROUPS, len(column) * _RARE):
                    continue  # so many are what rows say, not what sums do
                for i in rows:
                    text = column[i].as_py()
                    if len(text) <= 60 and (position in mapped or not _rest(text)):
                        found.setdefault(i, (position, text.strip(), is_weak))
        return found

    def _lacking(self, columns: Sequence[pa.Array]) -> set[int]:
        """Return the rows that lack what nearly all others have."""
        found: set[int] = set()
        for name, places in self.positions.items():
            if len(places) != 1 or places[0] in self._numbers or name == "sold_at":
                continue
            column = self._column(columns, places[0])
            if 0 < column.null_count <= max(1, len(column) * _RARE):
                found.update(pc.indices_nonzero(column.is_null()).to_pylist())
        return found

    def _judged(
        self,
        number: int,
        position: int,
        text: str,
        own: list[float],
        here: _Boundary,
        columns: Sequence[pa.Array],
        i: int,
    ) -> _Row:
        def cell(place: int, row: int) -> str | None:
            value: str | None = columns[place][row].as_py() if place < len(columns) else None
            return value

        cells = {
            name: next(filter(None, (cell(place, i) for place in places)), None)
            for name, places in self.positions.items()
            if places and position not in places
        }
        which = next((k for k, value in enumerate(own) if np.isfinite(value)), None)
        amount = float("nan") if which is None else own[which]
        gross = _number(cells.get("unit_price")) * _number(cells.get("units"))
        has_total = bool({"line_total", "target_amount"} & self.positions.keys())
        order = cells.get("order_id")
        days = {"sold_at", "month"} & self.positions.keys()
        products = {"product_id", "product_name"} & self.positions.keys()
        has_day = any(re.search(r"\d", cells.get(name) or "") for name in days)
        has_product = any(cells.get(name) or position in self.positions[name] for name in products)
        return _Row(
            number,
            text,
            amount,
            of=0 if which is None else self._sum_of(which, amount, here, text),
            is_sale=(has_day or not days)
            and (has_product or not products)
            and bool(np.isfinite(amount if has_total else gross)),
            is_whole=i > 0
            and all(
                cell(place, i) or not cell(place, i - 1)
                for places in self.positions.values()
                for place in places
            ),
            is_own=(bool(np.isfinite(gross)) and (not has_total or _are_equal(gross, amount)))
            or bool(order and i > 0 and order != cell(self.positions["order_id"][0], i - 1)),
        )

    # -------------------------------------------------------------- whether they add up

    def _sum_of(self, which: int, amount: float, here: _Boundary, text: str) -> int:
        """Return of how many rows an amount is the sum; 0 if of none."""
        starts = [*reversed(self._boundaries[-_GROUPS:]), self._boundaries[0]]
        for start in starts:
            rows = here.rows - start.rows
            if rows > 0 and _are_equal(here.sums[which] - start.sums[which], amount):
                return rows
        return self._sum_by_name(which, amount, _rest(text)) if text else 0

    def _sum_by_name(self, which: int, amount: float, name: str) -> int:
        """Return how many rows hold the name of a total, if it is their sum."""
        if not name or not self._kept:
            return 0
        total, rows = 0.0, 0
        for columns in self._kept:
            is_of = np.zeros(len(columns[0]), dtype=bool)
            for position, column in enumerate(columns):
                if position not in self._numbers:
                    same = pc.fill_null(pc.equal(pc.utf8_lower(column), name.lower()), False)
                    is_of |= same.to_numpy(zero_copy_only=False)
            if is_of.any():
                values = np.nan_to_num(_numbers(self._column(columns, self._places[which])))
                total, rows = total + float(values[is_of].sum()), rows + int(is_of.sum())
        return rows if rows and _are_equal(total, amount) else 0

    def _add_pending(self) -> None:
        sums, rows = list(self._at.sums), self._at.rows
        for measures in self._pending:
            rows += len(measures[0])
            sums = [
                total + float(np.nan_to_num(_numbers(texts)).sum())
                for total, texts in zip(sums, measures, strict=True)
            ]
        self._pending = []
        self._at = _Boundary(tuple(sums), rows)

    def _column(self, columns: Sequence[pa.Array], position: int) -> pa.Array:
        if position < len(columns):
            return columns[position]
        return pa.nulls(len(columns[0]), pa.string())

    # -------------------------------------------------------------- what they are

    def finding(self) -> Finding[int]:
        """Return how many rows were left out, and why; or what is open."""
        totals: list[_Row] = []
        for position, rows in self._rows.items():
            sums = [row for row in rows if row.of]
            others = [row for row in rows if not row.of and row.is_sale]
            if not sums and all(row.is_own and _rest(row.text) for row in others):
                continue  # what is sold is called so
            if others or not _are_certain(sums):
                return Finding(0, question=self._question(position, rows))
            totals += sums
        if self._unsaid is not None and self._unsaid.number == self._last:
            return Finding(0, question=self._question_on_sum(self._unsaid))
        if not totals:
            return Finding(0)
        first = totals[0]
        note = (
            f"{count(len(totals), 'totals row')} left out, as their amounts are sums of other rows "
            f"(row {first.number}: '{short(first.text, 30)}')"
        )
        return Finding(len(totals), [note])

    def _question(self, position: int, rows: Sequence[_Row]) -> Question:
        row = next((row for row in rows if row.is_sale and not row.of), rows[0])
        texts = list(dict.fromkeys(row.text for row in rows))
        name = self.names[position]
        more = f" ({count(len(rows), 'row')} say such a thing)" if len(rows) > 1 else ""
        but = (
            f"its {row.amount:,.2f} is the sum of the rows above, and may be a sale's"
            if row.of
            else f"its {row.amount:,.2f} is not the sum of the rows above"
        )
        self._add_pending()
        without = self._at.sums[0] - sum(
            row.amount for row in rows if row.is_sale and not row.of and np.isfinite(row.amount)
        )
        with_ = without + sum(row.amount for row in rows if np.isfinite(row.amount))
        pattern = f"^({'|'.join(map(_escaped, texts[:_LISTED]))})$"
        if len(texts) > _LISTED:
            pattern = f"^({'|'.join(sorted({_escaped(text.split()[0]) for text in texts}))})"
        what = self.measures[0] if self.measures[0] in self.positions else "units"
        return Question(
            f"row {row.number} says '{short(row.text, 30)}' under {short(name, 30)}{more}, and "
            f"{but}: are such rows",
            (
                _reading("totals", what, without, name, pattern),
                Reading(
                    f"sales ({what} {with_:,.2f})",
                    f"skip_rows_where: {NONE}",
                    f"--skip-rows-where {NONE}",
                ),
            ),
        )

    def _question_on_sum(self, row: _Row) -> Question:
        return Question(
            f"row {row.number} lacks what other rows have, and its {row.amount:,.2f} is the sum of "
            f"the {row.of:,} above: is it",
            (
                Reading("a total", f"rows: 1-{row.number - 1}", f"--rows 1-{row.number - 1}"),
                Reading("a sale", f"skip_rows_where: {NONE}", f"--skip-rows-where {NONE}"),
            ),
        )


def _reading(meaning: str, what: str, amount: float, column: str, pattern: str) -> Reading:
    rule = (
        f"{{column: {json.dumps(column, ensure_ascii=False)}, "
        f"matches: {json.dumps(pattern, ensure_ascii=False)}}}"
    )
    return Reading(
        f"{meaning} ({what} {amount:,.2f} without them)",
        f"skip_rows_where: {rule}",
        f"--skip-rows-where {shlex.quote(f'{column}={pattern}')}",
    )


def _are_certain(sums: Sequence[_Row]) -> bool:
    """Tell whether sums are no coincidence: one row's amount is that of the row before it often."""
    if any(not (row.is_sale and row.is_whole) for row in sums):
        return True
    several = [row for row in sums if row.of > 1]
    enough = 2 if any(row.is_own for row in several) else 1
    return len(several) >= enough


def _are_equal(left: float, right: float) -> bool:
    return abs(left - right) <= 0.011 + 1e-5 * abs(right)


def _holding(pattern: str, arrays: Sequence[pa.Array]) -> pa.Array:
    """Return the texts of any of these arrays that hold a pattern, which costs much to compile."""
    texts = pa.chunked_array(arrays, pa.string())
    texts = pa.table({"text": texts}).combine_chunks()["text"]  # compiled once a chunk
    return texts.filter(pc.match_substring_regex(texts, pattern)).unique()


def _numbers(texts: pa.Array) -> Numbers:
    return Profile(texts).numbers


def _number(text: str | None) -> float:
    return float(_numbers(pa.array([text], pa.string()))[0])


def _escaped(text: str) -> str:
    return re.sub(r"([\\^$.|?*+()\[\]{}])", r"\\\1", text)


@cache
def _patterns() -> tuple[str, ...]:
    """Return what totals hold, what they begin with, what they end with, and what may be one."""

    def any_of(kind: str) -> str:
        words = sorted(row_words(kind), key=len, reverse=True)
        spelt = dict.fromkeys(text for word in words for text in (word, _plain(word)))
        return "|".join(re.sub(r"[ -]", r"[\\s-]*", text) for text in spelt)

    letters = r"[^\pL\pN]"
    words, weak = any_of("total"), any_of("all")
    return (
        rf"(?i)(?:^|{letters})(?:{words}|{weak})(?:{letters}|$)",
        rf"(?i)^{letters}*(?:{words})(?:{letters}|$)",
        rf"(?i){letters}(?:{words}){letters}*$",
        rf"(?i)^(?:{weak})(?: [\pL]+)?$",
    )


@cache
def total_words() -> re.Pattern[str]:
    """Return what finds the words for a total, in any of the languages."""
    words = sorted(row_words("total"), key=len, reverse=True)
    spelt = dict.fromkeys(text for word in words for text in (word, _plain(word)))
    listed = "|".join(re.sub(r"\\?[ -]", r"[\\s-]*", re.escape(text)) for text in spelt)
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE)


def _rest(text: str) -> str:
    """Return what a total is of: `North` of `Total North:`."""
    return re.sub(r"^\W+|\W+$", "", total_words().sub(" ", text))


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
