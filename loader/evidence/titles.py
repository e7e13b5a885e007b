"""What the titles of a table say of its amounts: the rows above it, its sheet, its file."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from loader.currencies import codes_of, contradict, currencies_in
from loader.evidence.finding import Finding
from loader.questions import Question, Reading
from loader.understanding.vocabulary import (
    currencies_in_title,
    rate_in,
    says_with_tax,
    scale_in_title,
)
from loader.wording import count, short


class TitleEvidence:
    """The scale and the currency that titles name.

    Args:
        titles: the nearest to the amounts last.
        amounts: columns of money whose scale nothing else says.
        is_currency_open: whether no column, no layout and no header says the currency.
        column: the header of a column that says it, where nobody has said that it is right.
        constant: what a layout says of all rows, and the titles that it is held against.
        taxed: an amount of which nothing else says whether it has a tax in it; empty for none.
    """

    def __init__(
        self,
        titles: Sequence[str],
        amounts: Sequence[str],
        *,
        is_currency_open: bool,
        column: str = "",
        constant: tuple[str, Sequence[str]] = ("", ()),
        taxed: str = "",
    ) -> None:
        self._titles = [*titles]
        self._constant, self._beside_constant = constant
        self._amounts = amounts
        self._taxed = taxed
        self._is_currency_open = is_currency_open
        self._column = column
        self._against: Counter[str] = Counter()
        self._taken = 0  # rows

    def add(self, text: str) -> None:
        """Look at a text that stands alone in its row below the table, as notes do."""
        if scale_in_title(text) or currencies_in_title(text) or says_with_tax(text):
            self._titles.append(text)
            self.__dict__.pop("_currencies", None)

    def learn_column(self, currencies: pa.Array) -> None:
        """Look at the currencies of a block of rows, as their column says them."""
        said = [name for title in self._titles for name in currencies_in_title(title)]
        if not self._column or not said:
            return
        for item in pc.value_counts(pc.drop_null(currencies)).to_pylist():
            if all(contradict(name, item["values"]) for name in said):
                self._against[item["values"].strip()] += item["counts"]

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
        for title in self._beside_constant if self._constant else ():
            for name in currencies_in_title(title):
                if contradict(name, self._constant):
                    return Finding(None, question=self._question_of_constant(title, name))
        if self._against:
            return Finding(None, question=self._question_of_column())
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

    def _question_of_constant(self, title: str, name: str) -> Question:
        code, own = codes_of(name)[0], self._constant
        as_it_is = json.dumps({own: own}, ensure_ascii=False)
        return Question(
            f"the title '{short(title, 40)}' says {name}, and the layout says {short(own, 30)}: "
            "are these amounts in",
            (
                Reading(
                    code,
                    f"currency: {{constant: {code}}} for such files",
                    f"--currency {code}",
                ),
                Reading(own, f"values: {{currency: {as_it_is}}}", f"--currency {shlex.quote(own)}"),
            ),
        )

    def _question_of_column(self) -> Question:
        title, name = next(
            (title, name) for title in self._titles for name in currencies_in_title(title)
        )
        code = codes_of(name)[0]
        told = ", ".join(f"{text} ({count(rows, 'row')})" for text, rows in self._against.items())
        same = {text: text for text in sorted(self._against)}
        return Question(
            f"the title '{short(title, 40)}' says {name}, and '{short(self._column, 30)}' says "
            f"{told}: are these amounts in",
            (
                Reading(code, f"currency: {{constant: {code}}}", f"--currency {code}"),
                Reading(
                    f"what '{short(self._column, 30)}' says",
                    f"values: {{currency: {json.dumps(same, ensure_ascii=False)}}}",
                    f"--column {shlex.quote(f'currency={self._column}')}",
                ),
            ),
        )

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

    def tax_question(self) -> Question | None:
        """Ask whether to take off the tax that a title says amounts have in them."""
        title = next(filter(says_with_tax, self._titles), None)
        if not self._taxed or title is None:
            return None
        rate = rate_in(title)
        usual = "19%" if rate is None else f"{rate:g}%"
        such = ", or whichever rate it is" if rate is None else ""
        return Question(
            f"the title '{short(title, 40)}' says that amounts have a tax in them: is "
            f"{self._taxed}",
            (
                Reading(
                    f"without it, once it is taken off ({usual}{such})",
                    f'included_tax_rate: {{constant: "{usual}"}}',
                    f"--constant included_tax_rate={usual}",
                ),
                Reading(
                    "as it stands",
                    'included_tax_rate: {constant: "0%"}',
                    "--constant included_tax_rate=0%",
                ),
            ),
        )
