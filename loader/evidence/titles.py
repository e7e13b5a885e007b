"""What the titles of a table say of its amounts: the rows above it, its sheet, its file."""

import re
from collections.abc import Sequence
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from loader.currencies import contradict, currencies_in
from loader.evidence.finding import Finding
from loader.questions import Question, Reading
from loader.understanding.vocabulary import currencies_in_title, scale_in_title
from loader.wording import count, short


class TitleEvidence:
    """The scale and the currency that titles name.

    Args:
        titles: the nearest to the amounts last.
        amounts: columns of money whose scale nothing else says.
        is_currency_open: whether no column, no layout and no header says the currency.
    """

    def __init__(
        self, titles: Sequence[str], amounts: Sequence[str], *, is_currency_open: bool
    ) -> None:
        self._titles = titles
        self._amounts = amounts
        self._is_currency_open = is_currency_open
        self._taken = 0  # rows

    @cached_property
    def _currencies(self) -> dict[str, str]:
        """The title of each currency that is named; of two names of one, the nearer."""
        said: dict[str, str] = {}
        for title in self._titles if self._is_currency_open else ():
            for name in currencies_in_title(title):
                for other in [other for other in said if not contradict(name, other)]:
                    del said[other]
                said[name] = title
        return said

    @property
    def currency(self) -> str | None:
        """The one that titles name; None for none, or for several."""
        return next(iter(self._currencies)) if len(self._currencies) == 1 else None

    def learn(self, amounts: pa.Array) -> None:
        """Look at a block of amounts."""
        if self._currencies:
            self._taken += currencies_in(amounts).null_count

    def currencies(self, amounts: pa.Array) -> pa.Array | None:
        """Return the currency of each row whose amount shows none itself; None where none is."""
        if self.currency is None:
            return None
        return pc.if_else(currencies_in(amounts).is_null(), self.currency, None)

    def finding(self) -> Finding[None]:
        """Return what was taken, or the question which of several currencies is the amounts'."""
        if not self._taken:
            return Finding(None)
        if self.currency is not None:
            title = short(self._currencies[self.currency], 40)
            told = f"{self.currency} ({count(self._taken, 'row')})"
            return Finding(None, [f"currency, as the title '{title}' says it: {told}"])
        asks = (
            f"the titles '{short(' / '.join(dict.fromkeys(self._currencies.values())), 60)}' name "
            "several currencies: are the amounts in"
        )
        readings = tuple(
            Reading(name, f"currency: {{constant: {name}}}", f"--currency {name}")
            for name in self._currencies
        )
        return Finding(None, question=Question(asks, readings))

    def scale_question(self) -> Question | None:
        """Ask what a 1 stands for, where a title says thousands or cents."""
        said = {scale: title for title in self._titles if (scale := scale_in_title(title))}
        if not said or not self._amounts:
            return None
        title = re.sub(r"\s+", " ", next(iter(said.values())))
        return Question(
            f"the title '{short(title, 40)}' says how amounts are counted: does a 1 of "
            f"{', '.join(self._amounts)} stand for",
            tuple(
                Reading(
                    number,
                    f"scale: {{{', '.join(f'{name}: {number}' for name in self._amounts)}}}",
                    " ".join(f"--scale {name}={number}" for name in self._amounts),
                )
                for number in (*said, "1")
            ),
        )
