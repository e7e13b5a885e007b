"""Rows that people set apart by hand: struck through, or filled in as an example."""

import json
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.amounts import amounts_of, factor_places
from loader.evidence.finding import Finding
from loader.layout_keys import Wanted
from loader.questions import Question, Reading, as_argument
from loader.understanding.vocabulary import is_example, parts, row_phrases
from loader.unpivoting import month_names
from loader.wording import SHOWN, count, quoted, short

_FEW = 3
"""More rows than these are no examples, but goods that are called so."""

_TEXTS = ("order_id", "product_id", "product_name", "customer_id", "customer_name")
"""Columns of which one says that a row is an example."""


class StruckRows:
    """The rows most of whose cells are struck through, which in most files are cancelled.

    Args:
        cells: (row, position) of the cells that are struck through.
        positions: the columns of the contract, each where it stands in the sheet.
        said: what the layout says of such rows; empty for nothing.
    """

    def __init__(
        self,
        cells: Iterable[tuple[int, int]],
        positions: Mapping[str, Sequence[int]],
        said: str,
    ) -> None:
        self._places = sorted({place for places in positions.values() for place in places})
        self._cells: dict[int, set[int]] = {}
        for row, place in cells:
            self._cells.setdefault(row, set()).add(place)
        self._factors = factor_places(positions)
        self._said = said
        self._rows: list[int] = []
        self._amount = self._total = 0.0

    @property
    def are_left_out(self) -> bool:
        """Whether the layout says that such rows do not count."""
        return self._said == LEFT_OUT

    def flags(self, numbers: pa.Array, columns: Sequence[pa.Array]) -> npt.NDArray[np.bool_] | None:
        """Return which rows are struck through; None if none is."""
        found = np.zeros(len(numbers), bool)
        if not self._cells or not len(numbers):
            return None
        places = [place for place in self._places if place < len(columns)]
        for i, row in enumerate(numbers.to_pylist()):
            if struck := self._cells.get(row):
                filled = [place for place in places if columns[place][i].is_valid]
                found[i] = bool(filled) and 2 * len(struck.intersection(filled)) > len(filled)
        return found if found.any() else None

    def learn(self, numbers: pa.Array, columns: Sequence[pa.Array]) -> None:
        """Look at one block of rows that count."""
        if not self._cells:
            return
        factors = [columns[place] for place in self._factors if place < len(columns)]
        amounts = amounts_of(factors) if factors else np.zeros(len(numbers))
        self._total += float(amounts.sum())
        if (found := self.flags(numbers, columns)) is not None:
            self._rows += numbers.filter(pa.array(found)).to_pylist()
            self._amount += float(amounts[found].sum())

    def finding(self, *, is_asked: bool) -> Finding[None]:
        """Return the question whether such rows count, or what was made of them."""
        if not self._rows:
            return Finding(None)
        shown = ", ".join(map(str, self._rows[:SHOWN])) + ", …" * (len(self._rows) > SHOWN)
        told = f"{count(len(self._rows), 'row')} struck through ({shown})"
        if self._said or not is_asked:
            return Finding(None, [f"{told}: read like the others"])
        without = self._total - self._amount
        readings = tuple(
            Reading(
                f"{meaning} ({total:,.2f})", f"struck_through: {said}", f"--struck-through {said}"
            )
            for meaning, total, said in (
                ("cancelled, and no sales", without, LEFT_OUT),
                ("sales all the same", self._total, COUNTED),
            )
        )
        return Finding(None, question=Question(f"{told}: are such rows", readings))


LEFT_OUT, COUNTED = "left_out", "counted"


class ExampleRows:
    """The rows that say of themselves that they are examples: `Muster`, `Beispiel`, `e.g. 1001`.

    Args:
        positions: the columns of the contract, each where it stands in the sheet.
        names: the headers.
        rules: what the layout says of headers; those that it names are settled.
    """

    def __init__(
        self,
        positions: Mapping[str, Sequence[int]],
        names: Sequence[str],
        rules: Mapping[str, Wanted],
    ) -> None:
        self._names = names
        ruled = {name.strip().casefold() for name in rules}
        places = [place for name in _TEXTS for place in positions.get(name) or ()]
        self._found: dict[int, dict[str, list[int]]] = {
            place: {} for place in places if names and names[place].strip().casefold() not in ruled
        }
        products = {place for name in _TEXTS[1:3] for place in positions.get(name) or ()}
        self._odd: dict[int, Callable[[str], bool]] = {
            place: _is_no_product if place in products else is_example for place in self._found
        }
        self._factors = factor_places(positions)
        self._amounts: dict[int, float] = dict.fromkeys(self._found, 0.0)
        self._total = 0.0

    def learn(self, numbers: pa.Array, columns: Sequence[pa.Array]) -> None:
        """Look at one block of rows that count."""
        places = [place for place in self._found if place < len(columns)]
        if not places or not self._factors or max(self._factors) >= len(columns):
            return
        amounts = amounts_of([columns[place] for place in self._factors])
        self._total += float(amounts.sum())
        for place in places:
            texts = pc.unique(pc.drop_null(columns[place])).to_pylist()
            is_odd = self._odd[place]
            for text in filter(is_odd, texts):
                rows = np.flatnonzero(
                    np.asarray(pc.fill_null(pc.equal(columns[place], text), False))
                )
                rows = rows[amounts[rows] != 0]
                if len(rows):
                    where = [numbers[int(row)].as_py() for row in rows]
                    self._found[place].setdefault(text, []).extend(where)
                    self._amounts[place] += float(amounts[rows].sum())

    def finding(self) -> Finding[None]:
        """Return the question whether such rows are sales, if there are any."""
        for place, said in self._found.items():
            rows = sorted(row for found in said.values() for row in found)
            if not 0 < len(rows) <= _FEW:
                continue
            name, texts = self._names[place], sorted(said)
            key = json.dumps(name, ensure_ascii=False)
            without = self._total - self._amounts[place]
            is_example_ = any(map(is_example, texts))
            what = "examples, and no sales" if is_example_ else "plans or balances, and no sales"
            readings = tuple(
                Reading(
                    f"{meaning} ({total:,.2f})",
                    f"keep_rows_where: {{{key}: {{not: {json.dumps(left, ensure_ascii=False)}}}}}",
                    f"--keep-rows-where {shlex.quote(f'{name}!=')}"
                    + (as_argument(left) if left else ""),
                )
                for meaning, total, left in (
                    (what, without, texts),
                    ("sales", self._total, []),
                )
            )
            asks = (
                f"{short(name, 30)} says {quoted(texts, SHOWN)} in {count(len(rows), 'row')} "
                f"(row {', '.join(map(str, rows))}): are such rows"
            )
            return Finding(None, question=Question(asks, readings))
        return Finding(None)


def _is_no_product(text: str) -> bool:
    return is_example(text) or _is_no_goods(text)


@cache
def _is_no_goods(text: str) -> bool:
    """Tell whether the name of a product is a plan or a balance: `Budget June`."""
    words = parts(text[:100].lower())
    for length in range(1, len(words) + 1):
        rest = words[length:]
        is_said = " ".join(words[:length]) in row_phrases("no_goods")
        if is_said and all(word.isdigit() or word in month_names() for word in rest):
            return True
    return False
