"""Whether a discount is written as a share, in percent, or in money."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.calculated import as_source
from loader.evidence.finding import Finding
from loader.questions import Question, Reading
from loader.understanding.discounts import MONEY, PERCENT, SHARE, possible, taken_off
from loader.understanding.profiles import Numbers, Profile
from loader.wording import short

_POWERS = {SHARE: 0, PERCENT: -2}


@dataclass
class DiscountEvidence:
    """The numbers of `discount_rate` without a percent sign, beside price, units and total.

    Attributes:
        header: of the column; None where there is nothing to look at.
        may_be_money: nobody, and no word of the header, says that it is a rate.
        is_turned: a minus under the header is left out of the numbers.
    """

    header: str | None
    may_be_money: bool
    is_turned: bool = False
    _rows: list[tuple[Numbers, Numbers, Numbers]] = field(default_factory=list)
    _example: str = ""

    def learn(self, mapped: Mapping[str, pa.Array]) -> None:
        """Look at one block of the columns of ours."""
        if self.header is None:
            return
        texts = mapped["discount_rate"]
        bare = pc.if_else(pc.match_substring(texts, "%"), None, texts)
        rates = Profile(bare).numbers
        # More than everything is no rate, however it is written: the rules keep such rows out.
        most = np.inf if self.may_be_money else 100
        telling = np.flatnonzero((rates != 0) & (np.abs(rates) <= most))
        if not len(telling):
            return
        self._example = self._example or texts[int(telling[0])].as_py()
        some = pa.array(telling)

        def numbers(name: str) -> Numbers:
            if name not in mapped:
                return np.full(len(telling), np.nan)
            return Profile(mapped[name].take(some)).numbers

        gross = numbers("unit_price") * numbers("units")
        self._rows.append((rates[telling], gross, numbers("line_total")))

    def finding(self) -> Finding[int]:
        """Return the power of ten that the numbers are multiplied by, or the question."""
        if not self._rows:
            return Finding(0)
        rates, gross, totals = (
            np.concatenate(columns) for columns in zip(*self._rows, strict=True)
        )
        kinds = [PERCENT, SHARE, *([MONEY] if self.may_be_money else [])]
        left = possible(rates, gross, [totals], kinds)
        if len(left) > 1 or left == [MONEY]:
            return Finding(0, question=self._question(left, rates, gross))
        notes = []
        if left == [PERCENT]:
            example = self._example.strip()
            notes.append(
                f"'{short(self.header or '', 30)}' was read as percent ({example} is {example} %), "
                "as no other reading fits its rows; `scale: {discount_rate: 0.01}` in a layout "
                "settles it"
            )
        return Finding(_POWERS[left[0]], notes)

    def _question(self, left: list[str], rates: Numbers, gross: Numbers) -> Question:
        example = self._example.strip()
        header = json.dumps(self.header, ensure_ascii=False)
        first = float(abs(rates[0]))
        meanings = {
            PERCENT: f"{first:,g} %",
            SHARE: f"{first * 100:,g} %",
            MONEY: f"{first:,.2f} in money",
        }
        # A minus in every row says what is done with a discount.
        is_minus = self.is_turned or bool(
            (rates < 0).all() and (gross[np.isfinite(gross)] > 0).all()
        )
        source = as_source({"less": [self.header or ""]}) if is_minus else header
        named = f"- {self.header}" if is_minus else self.header
        readings = []
        for kind in left:
            off = float(np.nansum(taken_off(kind, np.abs(rates) if is_minus else rates, gross)))
            figures = f" ({off:,.2f} off in all)" if np.isfinite(gross).any() else ""
            column = "discount_amount" if kind == MONEY else "discount_rate"
            scale = None if kind == MONEY else "0.01" if kind == PERCENT else "1"
            is_named = is_minus or kind == MONEY
            lines = [f"{column}: {source}"] if is_named else []
            flags = [f"--column {shlex.quote(f'{column}={named}')}"] if is_named else []
            if scale:
                lines.append(f"scale: {{discount_rate: {scale}}}")
                flags.append(f"--scale discount_rate={scale}")
            readings.append(Reading(meanings[kind] + figures, ", ".join(lines), " ".join(flags)))
        return Question(
            f"discount: is {example} under '{short(self.header or '', 30)}'", tuple(readings)
        )
