"""Signs that contradict each other: negative units whose amounts come to no minus."""

import json
import shlex
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from loader.evidence.finding import Finding
from loader.questions import Question, Reading
from loader.understanding.profiles import Profile
from loader.wording import count, short


class SignEvidence:
    """What the signs of units and amounts say, where no negative units come to a negative amount.

    Where some returns have a minus at both, the others are faults of single rows.
    """

    def __init__(
        self, positions: Mapping[str, Sequence[int]], names: Sequence[str], *, is_settled: bool
    ) -> None:
        """Prepare.

        Args:
            positions: the columns of the contract, each where it stands in the sheet.
            names: the headers.
            is_settled: whether the layout says which rows are returns.
        """
        amount = "line_total" if "line_total" in positions else "unit_price"
        places = [positions.get(name) or () for name in ("units", amount)]
        is_asked = not is_settled and all(len(found) == 1 for found in places)
        self._is_price = amount == "unit_price"
        self._places = [found[0] for found in places] if is_asked else []
        self._names = names
        self._total = self._taken_back = 0.0
        self._rows = self._first_row = 0
        self._has_both = False

    def learn(self, numbers: pa.Array, columns: Sequence[pa.Array]) -> None:
        """Look at one block of rows that count."""
        if not self._places or self._has_both or max(self._places) >= len(columns):
            return
        units, totals = (np.nan_to_num(Profile(columns[at]).numbers) for at in self._places)
        if self._is_price:
            totals = totals * units
        self._total += float(totals.sum())
        self._has_both = bool(((units < 0) & (totals < 0)).any())
        odd = (units < 0) & (totals > 0)
        if odd.any():
            self._rows += int(odd.sum())
            self._first_row = self._first_row or int(numbers[int(np.flatnonzero(odd)[0])].as_py())
            self._taken_back += float(totals[odd].sum())

    def finding(self) -> Finding[None]:
        """Return the question whether such rows are taken off, if there are any."""
        if not self._rows or self._has_both:
            return Finding(None)
        units, total = (self._names[place] for place in self._places)
        return Finding(
            None,
            question=Question(
                f"'{short(units, 30)}' is negative and '{short(total, 30)}' is "
                f"{'so, too,' if self._is_price else 'not'} in {count(self._rows, 'row')}, such as "
                f"row {self._first_row}: are their amounts",
                (
                    Reading(
                        f"taken off ({self._total - 2 * self._taken_back:,.2f} in all)",
                        f"returns_where: {{{json.dumps(units, ensure_ascii=False)}: "
                        '{matches: "^.*[-(]"}}',
                        f"--returns-where {shlex.quote(f'{units}=^.*[-(]')}",
                    ),
                    Reading(
                        f"sold as they stand ({self._total:,.2f})",
                        "returns_where: none",
                        "--returns-where none",
                    ),
                ),
            ),
        )
