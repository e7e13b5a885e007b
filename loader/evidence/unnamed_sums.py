"""Rows that are the sums of the others, day by day or order by order, whatever they are called."""

import json
import shlex
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.amounts import amounts_of, factor_places
from loader.evidence.finding import Finding
from loader.layout_keys import Wanted
from loader.questions import Question, Reading, as_argument
from loader.understanding.profiles import Numbers, Profile
from loader.wording import SHOWN, count, quoted, short

_MOST_ROWS = 200_000
"""Of more rows, these are not looked at: no table with sums in it is so long."""
_MOST_TEXTS = 2_000
_FEWEST = 3
"""So many rows must have been added up."""
_CENT = 0.006
_MOST_SUMS = 60
"""Sums of so many names can still be listed."""
_ONE = 4
"""A single row is a sum of so many at least."""

_GROUPED_BY = ("sold_at", "order_id", "product_id", "product_name")


class UnnamedSums:
    """Looks for a text whose rows add up to what all other rows do, in each group of rows.

    Args:
        positions: the columns of the contract, each where it stands in the sheet.
        names: the headers; empty where there is nothing to look at.
        rules: what the layout says of headers; those that it names are settled.
    """

    def __init__(
        self,
        positions: Mapping[str, Sequence[int]],
        names: Sequence[str],
        rules: Mapping[str, Wanted],
    ) -> None:
        self._names = names
        self._factors = factor_places(positions) if names else []
        self._units = [*(positions.get("units") or ())][:1]
        self._groups = [places[0] for name in _GROUPED_BY if (places := positions.get(name))]
        numbers = {
            *self._factors,
            *self._units,
            *(positions.get("sold_at") or ()),
            *(positions.get("unit_price") or ()),
        }
        self._prices = [*(positions.get("unit_price") or ())][:1] if names else []
        ruled = {name.strip().casefold() for name in rules}
        self._settled = [
            place for place, name in enumerate(names) if name.strip().casefold() in ruled
        ]
        self._places = [
            place
            for place, name in enumerate(names)
            if place not in numbers and name.strip().casefold() not in ruled
        ]
        self._blocks: list[list[pa.Array]] = []
        self._rows = 0

    def learn(self, columns: Sequence[pa.Array]) -> None:
        """Look at one block of rows that count."""
        looked_at = [*self._places, *self._groups, *self._prices, *self._settled]
        width = max([*self._factors, *self._units, *looked_at], default=0)
        if not self._factors or not self._places or len(columns) <= width:
            return
        self._rows += len(columns[0])
        if self._rows > _MOST_ROWS:
            self._factors, self._blocks = [], []
        else:
            self._blocks.append(list(columns[: width + 1]))

    def finding(self) -> Finding[None]:
        """Return the question whether such rows are sums, if there are any."""
        if not self._factors or self._rows <= _FEWEST:
            return Finding(None)
        columns = [pa.concat_arrays(pieces) for pieces in zip(*self._blocks, strict=True)]
        amounts = amounts_of([columns[place] for place in self._factors])
        total = float(amounts.sum())
        units = [np.nan_to_num(Profile(columns[place]).numbers) for place in self._units]
        for place in self._places if total else ():
            encoded = pc.fill_null(columns[place], "").dictionary_encode()
            if not 1 < len(encoded.dictionary) <= _MOST_TEXTS:
                continue
            codes = encoded.indices.to_numpy(zero_copy_only=False)
            sums = np.bincount(codes, weights=amounts)
            rows = np.bincount(codes)
            for code in np.flatnonzero(np.abs(2 * sums - total) < _CENT).tolist():
                others = len(codes) - int(rows[code])
                if not _FEWEST <= others > rows[code]:
                    continue
                if self._adds_up(codes == code, amounts, units, columns):
                    text = encoded.dictionary[code].as_py()
                    question = self._question(place, [text], rows[code], total, total / 2)
                    return Finding(None, question=question)
        return Finding(None, question=self._on_runs(columns, amounts, units))

    def _on_runs(
        self, columns: list[pa.Array], amounts: Numbers, units: list[Numbers]
    ) -> Question | None:
        """Ask for rows that are the sums of those above each, or below, if a text tells them."""
        measures = [amounts, *units]
        below = _sums_of_runs(measures)
        above = _sums_of_runs([number[::-1] for number in measures])[::-1]
        are_sums = below if below.sum() >= above.sum() else above
        if not are_sums.any():
            return None
        told: list[tuple[bool, int, int, list[str]]] = []
        for place in [*self._places, *self._prices, *self._settled]:
            texts = pc.fill_null(columns[place], "")
            of_sums = pc.unique(texts.filter(pa.array(are_sums)))
            others = texts.filter(pa.array(~are_sums))
            if len(of_sums) > _MOST_SUMS or pc.any(pc.is_in(others, value_set=of_sums)).as_py():
                continue
            is_blank = of_sums.to_pylist() == [""]
            repeats = len(of_sums) < are_sums.sum() or len(pc.unique(others)) < len(others)
            if is_blank or (repeats and place not in self._prices):
                told.append((not is_blank, len(of_sums), place, of_sums.to_pylist()))
        if not told or {place for _, _, place, _ in told} & {*self._settled}:
            return None
        _, _, place, named = min(told)
        total = float(amounts.sum())
        without = total - float(amounts[are_sums].sum())
        return self._question(place, named, are_sums.sum(), total, without)

    def _adds_up(
        self,
        are_sums: npt.NDArray[np.bool_],
        amounts: Numbers,
        units: list[Numbers],
        columns: list[pa.Array],
    ) -> bool:
        """Tell whether the rows are the sums of the others in each of several groups."""
        measures = [amounts, *(number for number in units if number[are_sums].any())]
        for place in self._groups:
            encoded = pc.fill_null(columns[place], "").dictionary_encode()
            codes = encoded.indices.to_numpy(zero_copy_only=False)
            if len(np.unique(codes[are_sums])) < 2:
                continue
            if all(
                np.allclose(
                    np.bincount(codes, weights=np.where(are_sums, number, 0)),
                    np.bincount(codes, weights=np.where(are_sums, 0, number)),
                    rtol=0,
                    atol=_CENT,
                )
                for number in measures
            ):
                return True
        return False

    def _question(
        self, place: int, texts: list[str], rows: int, total: float, without: float
    ) -> Question:
        name = self._names[place]
        key = json.dumps(name, ensure_ascii=False)
        said = quoted(texts, SHOWN) if any(texts) else "nothing"
        readings = tuple(
            Reading(
                f"{meaning} ({amount:,.2f})",
                f"keep_rows_where: {{{key}: {{not: {json.dumps(left, ensure_ascii=False)}}}}}",
                f"--keep-rows-where {shlex.quote(f'{name}!=')}"
                + (as_argument(left) if left else ""),
            )
            for meaning, amount, left in (
                ("sums, and no sales", without, texts),
                ("sales", total, []),
            )
        )
        return Question(
            f"{count(int(rows), 'row')} with {said} under '{short(name, 30)}' have the sums of the "
            "other rows: are they",
            readings,
        )


def _sums_of_runs(measures: Sequence[Numbers]) -> npt.NDArray[np.bool_]:
    """Return which rows are the sums of those since the last such row, in every measure.

    A row right behind one may be the sum of several runs. None is one, unless they take in all
    rows, or there are several.
    """
    rows = np.column_stack([np.nan_to_num(number) for number in measures])
    are_sums = np.zeros(len(rows), dtype=bool)
    before = np.cumsum(rows, axis=0) - rows
    may_be_first = ((np.abs(before - rows) < _CENT) | (rows == 0)).all(axis=1) & (rows[:, 0] != 0)
    if not may_be_first[2:].any():  # so that most tables need one look only
        return are_sums
    so_far, length, runs = np.zeros(rows.shape[1]), 0, 0
    starts = [so_far.copy()]
    for i, row in enumerate(rows):
        # What has no units or another measure is compared by what it has.
        has = row != 0
        since = starts[-1:] if length else starts[-3::-1]
        if has[0] and length != 1 and any(
            (np.abs(so_far - start - row)[has] < _CENT).all() for start in since
        ):  # fmt: skip
            are_sums[i] = True
            if length:
                runs += 1
                starts.append(so_far.copy())
            length = 0
        else:
            so_far = so_far + row
            length += 1
    is_whole = length == 0
    is_one = runs == 1 and is_whole and len(rows) - are_sums.sum() >= _ONE
    is_several = runs > 1 and (is_whole or runs > 2)
    return are_sums if is_one or is_several else np.zeros_like(are_sums)
