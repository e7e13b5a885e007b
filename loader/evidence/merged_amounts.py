"""Totals that are merged over several lines: those of all of them together, or of each."""

import json
import shlex
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from loader.evidence.finding import Finding
from loader.headers import Header
from loader.layouts import Layout
from loader.questions import Question, Reading
from loader.reading.sheet import MergedDown
from loader.understanding.profiles import Profile
from loader.wording import count, short


class MergedAmounts:
    """The totals of lines whose cells are merged downwards, where the layout says nothing of them.

    Args:
        merged: the cells below the header.
        header: of the sheet.
        layout: that reads it.
    """

    def __init__(self, merged: Sequence[MergedDown], header: Header, layout: Layout) -> None:
        self._cells: dict[int, MergedDown] = {}
        self._total = self._more = 0.0
        self._found: set[int] = set()
        places = header.positions.get("line_total") or ()
        if len(places) != 1 or "line_total" in {*layout.order_amounts, *layout.fill_down}:
            return
        self._name = header.at.names[places[0]]
        self._cells = {item.top: item for item in merged if item.position == places[0]}

    def learn(self, numbers: pa.Array, mapped: Mapping[str, pa.Array]) -> None:
        """Look at one block of lines."""
        if not self._cells:
            return
        rows = numbers.to_pylist()
        amounts = np.nan_to_num(Profile(mapped["line_total"]).numbers)
        self._total += float(amounts.sum())
        there = set(rows)
        for i, row in enumerate(rows):
            if item := self._cells.get(row):
                below = sum(number in there for number in range(item.top + 1, item.bottom + 1))
                self._found |= {row} if below else set()
                self._more += below * float(amounts[i])

    def finding(self) -> Finding[None]:
        """Return the question what such a total is of, if there are any."""
        if not self._found:
            return Finding(None)
        item = self._cells[min(self._found)]
        header = json.dumps(self._name, ensure_ascii=False)
        said = shlex.quote(f"line_total={self._name}")
        return Finding(
            None,
            question=Question(
                f"'{short(self._name, 30)}' is merged over several lines in "
                f"{count(len(self._found), 'place')}, such as rows {item.top} to {item.bottom}: is "
                "it the total",
                (
                    Reading(
                        f"of them together, to be shared out among them ({self._total:,.2f})",
                        f"line_total: {header} and order_amounts: line_total",
                        f"--order-amounts {said}",
                    ),
                    Reading(
                        f"of each of them ({self._total + self._more:,.2f})",
                        "fill_down: line_total",
                        "--fill-down line_total",
                    ),
                ),
            ),
        )
