"""What a layout says of whole rows: what heads them, what they leave blank, which are kept."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from loader.headers import Header
from loader.layout_keys import ALL, SHEET, Wanted
from loader.layouts import Layout
from loader.reading.sheet import BadFile, MergedDown
from loader.understanding.profiles import Numbers, Profile
from loader.wording import SHOWN, count, quoted, short

_SAME = 0.005
"""Amounts that differ by less are one."""

_DIGITS = 6
"""Decimals that a share has at most."""

Flags = npt.NDArray[np.bool_]


@dataclass
class _Heading:
    text: str
    has_rows: bool = False
    has_headings: bool = False


class HeadingRows:
    """Tells the rows that head the ones below, and the totals of these, from the others.

    A heading has a text in its column and in no other that is mapped; a total has amounts beside
    it, and nothing else. A total ends the group that it names, else the innermost.

    Attributes:
        column: the column of ours that the headings fill; None if the layout has none.
    """

    def __init__(self, layout: Layout, header: Header) -> None:
        self.column = layout.heading_rows if layout.heading_rows in header.positions else None
        if self.column is None:
            return
        self._place = header.positions[self.column][0]
        amounts = layout.contract.names_of_type("decimal", "integer")
        others = [
            (name in amounts, place)
            for name, places in header.positions.items()
            for place in places
            if name != self.column
        ]
        self._amounts = {place for is_amount, place in others if is_amount}
        self._words = {place for is_amount, place in others if not is_amount} - {self._place}
        self._is_shared = any(place == self._place for _, place in others)
        self._open: list[_Heading] = []
        self._empty: list[str] = []
        self._unheaded = 0

    def read(
        self, columns: Sequence[pa.Array], skipped: Flags, totals: Flags
    ) -> tuple[Flags, Flags, Flags, pa.Array]:
        """Read rows, from the top of the sheet on.

        Args:
            columns: of these rows.
            skipped: which of them are no rows of this table.
            totals: which are known to be totals.

        Returns:
            Which are headings; which are totals; which of these are of groups in groups; the text
            that heads each row.
        """
        height = len(columns[0])
        texts = pc.utf8_trim_whitespace(column_at(columns, self._place)).to_pylist()
        with_words, with_amounts = (
            np.logical_or.reduce(
                [np.zeros(height, bool), *(has_text(column_at(columns, place)) for place in places)]
            )
            for places in (self._words, self._amounts)
        )
        headings, nested, totals = np.zeros(height, bool), np.zeros(height, bool), totals.copy()
        heads: list[str | None] = [None] * height
        for i in range(height):
            if skipped[i]:
                continue
            text = texts[i]
            if totals[i] or (text and self._is_total(text, with_words[i], with_amounts[i])):
                totals[i] = True
                nested[i] = self._close(text or "")
            elif text and not with_words[i] and not with_amounts[i]:
                headings[i] = True
                self._begin(text)
            elif text and not self._is_shared:
                heads[i] = text
            elif self._open:
                self._open[-1].has_rows = True
                heads[i] = self._open[-1].text
            else:
                self._unheaded += 1
        return headings, totals, nested, pa.array(heads, pa.string())

    def _is_total(self, text: str, with_words: bool, with_amounts: bool) -> bool:
        if with_words or not with_amounts:
            return False
        return not self._is_shared or any(_names(text, heading) for heading in self._open)

    def _begin(self, text: str) -> None:
        if self._open and self._open[-1].has_rows:
            self._open.pop()
        elif self._open:
            self._open[-1].has_headings = True
        self._open.append(_Heading(text))

    def _close(self, text: str) -> bool:
        """End the group that a total names, else the innermost; tell whether others were in it."""
        if not self._open:
            return False
        named = [i for i, heading in enumerate(self._open) if _names(text, heading)]
        ended = self._open[named[-1] if named else -1 :]
        del self._open[-len(ended) :]
        return ended[0].has_headings

    def notes(self) -> Iterator[str]:
        """Say what was found above no rows, and which rows have nothing above them."""
        if self.column is None:
            return
        empty = [heading.text for heading in self._open if not heading.has_rows]
        if empty:
            yield f"no rows stand below {quoted(empty, SHOWN)}: left out as heading rows"
        if self._unheaded:
            yield (
                f"{count(self._unheaded, 'row')} without a {self.column}, as no heading row stands "
                "above"
            )


def _names(total: str, heading: _Heading) -> bool:
    total, name = total.casefold(), heading.text.casefold()
    return name in total and name != total


class FilledDown:
    """Gives the lines of an order what stands on its first one only.

    An order ends where another order id stands, or, in a file without one, where the first of these
    columns has a text; and at a blank row.
    """

    def __init__(self, layout: Layout, header: Header) -> None:
        """Prepare.

        Raises:
            BadFile: a column is not there.
        """
        self._names = layout.fill_down
        self._places = list(
            dict.fromkeys(
                place for name in self._names for place in header.places(name, "fill_down")
            )
        )
        order = header.positions.get("order_id")
        self._by_order = bool(order)
        self._start: int = order[0] if order else (self._places or [0])[0]
        self._above: dict[int, str | None] = dict.fromkeys([*self._places, self._start])
        self._gaps = 0
        self._filled = 0

    def fill(self, columns: list[pa.Array], gaps: npt.NDArray[np.int64]) -> list[pa.Array]:
        """Return the columns of rows of data, filled.

        Args:
            columns: of these rows.
            gaps: for each, how many blank rows are above it.
        """
        if not self._places:
            return columns
        columns = list(columns)
        texts = {
            place: pa.concat_arrays([pa.array([above], pa.string()), column_at(columns, place)])
            for place, above in self._above.items()
        }
        behind_gap = np.diff(gaps, prepend=self._gaps) > 0
        is_first = np.concatenate([[False], behind_gap | self._starts(texts[self._start])])
        rows = np.arange(len(is_first))
        since = np.maximum.accumulate(np.where(is_first, rows, 0))
        is_filled = np.zeros(len(is_first), bool)
        for place, column in texts.items():
            stands = has_text(column)
            last = np.maximum.accumulate(np.where(stands, rows, -1))
            if place not in self._places:
                self._above[place] = column[int(last[-1])].as_py() if last[-1] >= 0 else None
                continue
            fills = ~stands & (last >= since)
            filled = column.take(pa.array(np.where(fills, last, rows)))
            is_filled |= fills
            self._above[place] = filled[-1].as_py()
            if place < len(columns):
                columns[place] = filled.slice(1)
        self._gaps = int(gaps[-1])
        self._filled += int(is_filled.sum())
        return columns

    def _starts(self, texts: pa.Array) -> Flags:
        """Return in which rows, behind the first, an order begins."""
        stands = has_text(texts)
        if not self._by_order:
            return stands[1:]
        ids = np.asarray(pc.utf8_trim_whitespace(texts).dictionary_encode().indices.fill_null(-1))
        last = np.maximum.accumulate(np.where(stands, np.arange(len(ids)), 0))
        is_other: Flags = ids[1:] != ids[last[:-1]]
        return stands[1:] & is_other

    def notes(self) -> Iterator[str]:
        """Say how many rows were filled."""
        if self._places:
            yield (
                f"{count(self._filled, 'row')} took {quoted(self._names)} from the row above, by "
                "`fill_down`"
            )


class KeptRows:
    """Leaves rows out by what stands in some columns, and counts them by it."""

    def __init__(self, layout: Layout, header: Header) -> None:
        """Prepare.

        Raises:
            BadFile: a column is not there.
        """
        self._rules = {
            name: (header.places(name, "keep_rows_where")[0], wanted)
            for name, wanted in (layout.keep_rows_where or {}).items()
        }
        self._left_out: dict[str, Counter[str]] = {name: Counter() for name in self._rules}

    def others(self, columns: Sequence[pa.Array]) -> pa.Array | None:
        """Return which rows are left out; None where no rule leaves any out."""
        mask: pa.Array | None = None
        for name, (place, wanted) in self._rules.items():
            texts = pc.fill_null(pc.utf8_trim_whitespace(column_at(columns, place)), "")
            others = pc.invert(_is_wanted(texts, wanted))
            counted = others if mask is None else pc.and_not(others, mask)
            values = pc.value_counts(texts.filter(counted)).to_pylist()
            self._left_out[name].update({item["values"]: item["counts"] for item in values})
            mask = others if mask is None else pc.or_(mask, others)
        return mask

    def notes(self) -> Iterator[str]:
        """Say which rows were left out, by the text that they have instead of a wanted one."""
        for name, counts in self._left_out.items():
            shown = counts.most_common(SHOWN)
            said = [
                (f"'{short(text, 30)}'" if text else "blank") + f" ({count(number, 'row')})"
                for text, number in shown
            ]
            if len(counts) > len(shown):
                rest = counts.total() - sum(number for _, number in shown)
                said.append(f"other texts ({count(rest, 'row')})")
            if said:
                yield f"left out, as keep_rows_where says, by '{short(name)}': {', '.join(said)}"


class ReturnedRows:
    """Gives the amounts of returns a minus, where a column says so and their signs do not."""

    _TAKEN_OFF = (
        *("units", "line_total", "included_tax", "included_freight", "discount_amount"),
        *("line_cost", "line_profit"),
    )
    _OF_A_PIECE = ("unit_price", "unit_discount", "unit_cost")
    _MINUS = r"^[^0-9]*[-(\x{2212}]|[0-9 ][-\x{2212}]\s*$"

    def __init__(self, layout: Layout, header: Header, sheet: str) -> None:
        """Prepare.

        Raises:
            BadFile: a column is not there.
        """
        rules = layout.returns_where
        by_column = dict(rules) if isinstance(rules, dict) else {}
        by_sheet = by_column.pop(SHEET, None)
        is_of_sheet = by_sheet is None or pc.all(_is_wanted(pa.array([sheet]), by_sheet)).as_py()
        self._are_all = rules == ALL or (by_sheet is not None and is_of_sheet and not by_column)
        self._rules = [
            (header.places(name, "returns_where")[0], wanted)
            for name, wanted in by_column.items()
            if is_of_sheet
        ]
        self._rows = 0

    def turn(self, columns: Sequence[pa.Array], mapped: dict[str, pa.Array]) -> None:
        """Turn the texts of our columns, in the rows that are returns."""
        returned = self._returned(columns)
        if returned is None:
            return
        for name in {*self._TAKEN_OFF, *self._OF_A_PIECE} & mapped.keys():
            texts = mapped[name]
            has_minus = pc.fill_null(pc.match_substring_regex(texts, self._MINUS), False)
            if name in self._TAKEN_OFF:
                turned = pc.binary_join_element_wise("-", texts, "")
                turns = pc.and_not(returned, has_minus)
            else:
                turned = pc.replace_substring_regex(texts, r"[-()\x{2212}]", "")
                turns = pc.and_(returned, has_minus)
            mapped[name] = pc.if_else(turns, turned, texts)

    def count(self, columns: Sequence[pa.Array]) -> None:
        """Count the returns among rows that are loaded."""
        returned = self._returned(columns)
        self._rows += pc.sum(returned).as_py() or 0 if returned is not None else 0

    def _returned(self, columns: Sequence[pa.Array]) -> pa.Array | None:
        returned: pa.Array | None = None
        if self._are_all:
            return pa.repeat(pa.scalar(True), len(columns[0]))
        for place, wanted in self._rules:
            texts = pc.fill_null(pc.utf8_trim_whitespace(column_at(columns, place)), "")
            said = _is_wanted(texts, wanted)
            returned = said if returned is None else pc.and_(returned, said)
        return returned

    def notes(self) -> Iterator[str]:
        """Say how many rows take off what was sold."""
        if self._rules or self._are_all:
            yield f"{count(self._rows, 'row')} taken off as returns, as returns_where says"


class OrderAmounts:
    """Shares out amounts of whole orders, which stand on one or on each of their lines.

    Each line gets its part by price times units; without prices by units, without these the same
    as the others. What is left of rounding goes to the last line.
    """

    def __init__(self, layout: Layout, header: Header, merged: Sequence[MergedDown]) -> None:
        """Prepare.

        Args:
            layout: names the columns.
            header: of the sheet.
            merged: cells merged over the lines that they are of.
        """
        self._power = {
            name: round(math.log10(float(number))) for name, number in layout.scale.items()
        }
        self._merged: dict[str, dict[int, int]] = {}  # column -> row -> first row of its cell
        for name in layout.order_amounts:
            places = header.positions.get(name) or ()
            tops = {
                row: item.top
                for item in merged
                if item.position in places
                for row in range(item.top, item.bottom + 1)
            }
            if places:
                self._merged[name] = tops
        self._orders = 0

    @property
    def are_there(self) -> bool:
        """Whether the layout names any that the sheet has."""
        return bool(self._merged)

    def share(self, numbers: Sequence[int], mapped: dict[str, pa.Array], mark: str) -> None:
        """Share out the amounts among all rows of a sheet.

        Args:
            numbers: of the rows, as Excel shows them.
            mapped: the columns of ours; changed in place.
            mark: of decimals.

        Raises:
            BadFile: an order has two different amounts.
        """
        gross = self._weights(mapped, mark, len(numbers))
        orders = mapped["order_id"].to_pylist() if "order_id" in mapped else [None] * len(numbers)
        for name, tops in self._merged.items():
            lines: dict[object, list[int]] = {}
            for i, (number, order) in enumerate(zip(numbers, orders, strict=True)):
                # A row of no order is one of its own.
                key = ("cell", tops[number]) if number in tops else ("order", order or (number,))
                lines.setdefault(key, []).append(i)
            texts = mapped[name].to_pylist()
            read = Profile(mapped[name], mark=mark).numbers
            for places in lines.values():
                self._share_one(name, numbers, [*places], texts, read, gross, mark)
            mapped[name] = pa.array(texts, pa.string())
            self._orders = max(self._orders, len(lines))

    def _share_one(
        self,
        name: str,
        numbers: Sequence[int],
        places: list[int],
        texts: list[str | None],
        read: Numbers,
        gross: Numbers,
        mark: str,
    ) -> None:
        """Share out one amount among the lines of one order."""
        said = [i for i in places if (texts[i] or "").strip()]
        if len(places) == 1 or not said:
            return
        if not np.isfinite(read[said]).all():
            return  # what cannot be read is for the rules about rows
        amount = read[said[0]]
        if other := next((i for i in said if abs(read[i] - amount) > _SAME), None):
            raise BadFile(
                f"order_amounts: one order has the {name} '{short(texts[said[0]] or '', 30)}' in "
                f"row {numbers[said[0]]} and '{short(texts[other] or '', 30)}' in row "
                f"{numbers[other]}: an amount of the whole order is one. Take {name} out of "
                "order_amounts, if it is of each line, or mend the rows."
            )
        weights = gross[places]
        if not weights.sum():
            weights = np.ones(len(places))
        digits = max(
            len((texts[said[0]] or "").rpartition(mark)[2])
            if mark in (texts[said[0]] or "")
            else 0,
            2,
        )
        digits = min(digits + self._power.get(name, 0), _DIGITS)
        step = Decimal(1).scaleb(-digits)
        whole = Decimal(repr(float(amount)))
        parts = [
            (whole * Decimal(repr(float(weight / weights.sum())))).quantize(step)
            for weight in weights
        ]
        parts[-1] += whole - sum(parts)
        for i, part in zip(places, parts, strict=True):
            texts[i] = format(part, "f").replace(".", mark)

    def _weights(self, mapped: dict[str, pa.Array], mark: str, height: int) -> Numbers:
        def read(name: str) -> Numbers | None:
            return Profile(mapped[name], mark=mark).numbers if name in mapped else None

        units, prices = read("units"), read("unit_price")
        totals = read("line_total") if "line_total" not in self._merged else None
        if totals is None and units is not None:
            totals = units if prices is None else units * prices
        return np.zeros(height) if totals is None else np.nan_to_num(totals)

    def notes(self) -> Iterator[str]:
        """Say what was shared out."""
        if self._merged:
            yield (
                f"{quoted([*self._merged])} of {count(self._orders, 'order')} shared out among "
                "their lines, by `order_amounts`"
            )


def _is_wanted(texts: pa.Array, wanted: Wanted) -> pa.Array:
    if wanted.matches is not None:
        return pc.match_substring_regex(texts, wanted.matches)
    listed = {_plain(text) for text in wanted.texts or wanted.excluded}
    different = pc.unique(texts)
    is_listed = pa.array([_plain(text) in listed for text in different.to_pylist()], pa.bool_())
    found = is_listed.take(pc.index_in(texts, different))
    return found if wanted.texts else pc.invert(found)


def recoded(texts: pa.Array, values: dict[str, str]) -> pa.Array:
    """Return texts with the values that a layout has for some of them."""
    plain = {_plain(code): value for code, value in values.items()}
    different = pc.unique(pc.drop_null(texts))
    known = [plain.get(_plain(text)) for text in different.to_pylist()]
    known_texts = pa.array(known, pa.string()).take(pc.index_in(texts, different))
    return pc.coalesce(known_texts, texts, pa.scalar(plain.get(""), pa.string()))


def without_measure(texts: pa.Array, measures: Sequence[str]) -> pa.Array:
    """Return numbers without the unit of measure behind them: `2 Stk`."""
    listed = "|".join(re.escape(text) for text in measures)
    return pc.replace_substring_regex(texts, rf"(?i)([0-9])\s*(?:{listed})\s*$", r"\1")


def _plain(text: str) -> str:
    return text.strip().casefold()


def column_at(columns: Sequence[pa.Array], place: int) -> pa.Array:
    """Return a column of a block, which may have fewer than the header."""
    return columns[place] if place < len(columns) else pa.nulls(len(columns[0]), pa.string())


def has_text(texts: pa.Array) -> Flags:
    """Return which texts are not blank."""
    return np.asarray(pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(texts), ""), False))
