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
from loader.wording import count, quoted, short

_MOST_ROWS = 200_000
"""Of more rows, these are not looked at: no table with sums in it is so long."""
_MOST_TEXTS = 2_000
_FEWEST = 3
"""So many rows must have been added up."""
_CENT = 0.006

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
        ruled = {name.strip().casefold() for name in rules}
        self._places = [
            place
            for place, name in enumerate(names)
            if place not in numbers and name.strip().casefold() not in ruled
        ]
        self._blocks: list[list[pa.Array]] = []
        self._rows = 0

    def learn(self, columns: Sequence[pa.Array]) -> None:
        """Look at one block of rows that count."""
        width = max([*self._factors, *self._units, *self._places, *self._groups], default=0)
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
                    return Finding(None, question=self._question(place, text, rows[code], total))
        return Finding(None)

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

    def _question(self, place: int, text: str, rows: int, total: float) -> Question:
        name = self._names[place]
        key = json.dumps(name, ensure_ascii=False)
        said = quoted([text]) if text else "nothing"
        readings = tuple(
            Reading(
                f"{meaning} ({amount:,.2f})",
                f"keep_rows_where: {{{key}: {{not: {json.dumps(left, ensure_ascii=False)}}}}}",
                f"--keep-rows-where {shlex.quote(f'{name}!=')}"
                + (as_argument(left) if left else ""),
            )
            for meaning, amount, left in (
                ("sums, and no sales", total / 2, [text]),
                ("sales", total, []),
            )
        )
        return Question(
            f"{count(int(rows), 'row')} with {said} under '{short(name, 30)}' have the sums of the "
            "other rows: are they",
            readings,
        )
