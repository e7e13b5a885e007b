"""Columns that name the currency of amounts, where no column of ours takes them."""

import json
import shlex
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from loader.currencies import (
    SEVERAL,
    are_currencies,
    codes_of,
    contradict,
    is_written,
    sign_or_code,
)
from loader.evidence.finding import Finding
from loader.questions import Question, Reading
from loader.wording import SHOWN, count, short

_MOST = 0.5
"""If more of the lines have no currency, the first one with one may be that of those below it."""


class CurrencyEvidence:
    """The texts of columns that are not read, as long as they are currencies alone.

    Args:
        places: those columns; none where a layout or a column says the currency.
        names: the headers.
    """

    def __init__(self, places: Sequence[int], names: Sequence[str]) -> None:
        self._names = names
        self._said: dict[int, Counter[str]] = {place: Counter() for place in places}
        self._without = 0  # lines, beside others of their order that have a currency
        self._stated: dict[str, str] = {}
        self._stated_by = ""
        self._against: Counter[str] = Counter()
        self._first_against = 0
        self._named: dict[str, str] = {}
        self._told: dict[str, int] = {}  # -> its first row
        self._rows = self._blank = 0
        self._is_first_told = False

    def codes(self, currencies: pa.Array) -> pa.Array:
        """Return the currencies of a block of lines, codes and signs for names: `US Dollar`."""
        different = pc.unique(pc.drop_null(currencies))
        texts = different.to_pylist()
        names = [None if is_written(text) else sign_or_code(text) for text in texts]
        self._named |= {text: name for text, name in zip(texts, names, strict=True) if name}
        told = pa.array(names, pa.string()).take(pc.index_in(currencies, different))
        return pc.coalesce(told, currencies)

    def learn_stated(
        self, stated: dict[str, str], by: str, numbers: pa.Array, currencies: pa.Array
    ) -> None:
        """Look at the currencies of a block of lines beside those that headers of amounts name.

        Args:
            stated: those headers, each with what it names.
            by: what tells the currencies of the lines.
            numbers: of the rows, as Excel shows them.
            currencies: of the lines.
        """
        self._stated, self._stated_by = stated, by
        for item in pc.value_counts(pc.drop_null(currencies)).to_pylist():
            text = item["values"].strip()
            if any(contradict(said, text) for said in stated.values()):
                self._against[text] += item["counts"]
                row = pc.index(currencies, item["values"]).as_py()
                self._first_against = self._first_against or numbers[row].as_py()

    def learn_orders(self, orders: pa.Array, currencies: pa.Array) -> None:
        """Look at the currencies of a block of lines, as a column of ours has them."""
        there = pc.is_valid(currencies)
        if currencies.null_count and pc.any(there).as_py():
            told = pc.unique(orders.filter(there))
            there = pc.or_(there, pc.is_null(orders))
            self._without += pc.sum(pc.is_in(orders.filter(pc.invert(there)), told)).as_py() or 0

    def learn_blocks(self, numbers: pa.Array, currencies: pa.Array) -> None:
        """Look at a block of the currencies of lines, as the sheet has them."""
        if not self._rows:
            self._is_first_told = currencies[0].is_valid
        self._rows += len(currencies)
        self._blank += currencies.null_count
        for text in pc.unique(pc.drop_null(currencies)).to_pylist()[:SEVERAL]:
            self._told.setdefault(text, numbers[pc.index(currencies, text).as_py()].as_py())

    def question_of_blocks(self, header: str) -> Question | None:
        """Ask for the currency of lines that have none, where a few head all others.

        Args:
            header: of the column.
        """
        if not self._is_first_told or self._blank <= _MOST * self._rows or self._without:
            return None
        told = ", ".join(f"{text} (row {row})" for text, row in [*self._told.items()][:SHOWN])
        first = next(iter(self._told))
        return Question(
            f"'{short(header, 30)}' says {told}, and nothing in {count(self._blank, 'row')}: are "
            "the amounts of these in",
            (
                Reading("the currency above them, which is to stand in each row", "", ""),
                Reading(first, f'values: {{currency: {{"": {json.dumps(first)}}}}}', ""),
            ),
        )

    def learn(self, columns: Sequence[pa.Array]) -> None:
        """Look at one block of rows that count."""
        for place in [place for place in self._said if place < len(columns)]:
            texts = pc.drop_null(columns[place])
            few = len(pc.unique(texts)) <= SEVERAL
            counts = pc.value_counts(pc.utf8_trim_whitespace(texts)).to_pylist() if few else []
            new = {item["values"]: item["counts"] for item in counts if item["values"]}
            if new and are_currencies([*self._said[place], *new]):
                self._said[place].update(new)
            elif new or not few:
                del self._said[place]

    def finding(self, title: str | None) -> Finding[None]:
        """Return what is said of one currency, or the question whether several are the amounts'.

        Args:
            title: the currency that a title says.
        """
        if self._against:
            return Finding(None, question=self._question_of_header())
        names = [f"'{short(text, 30)}' is {name}" for text, name in self._named.items()]
        notes = [f"currencies by their names: {', '.join(names[:SHOWN])}"] if names else []
        if self._without:
            notes.append(
                f"{count(self._without, 'row')} without a currency stand beside lines of the same "
                "order that have one; `fill_down: [currency]` in a layout gives them that of the "
                "first"
            )
        for place, said in self._said.items():
            if not said:
                continue
            name = self._names[place]
            column = f"currency: {json.dumps(name, ensure_ascii=False)}"
            told = ", ".join(
                f"{text} ({count(rows, 'row')})" for text, rows in said.most_common(SHOWN)
            )
            first, _ = said.most_common(1)[0]
            if len(said) == 1 and not (title and contradict(first, title)):
                notes.append(
                    f"'{short(name, 30)}' says {told}, and no column takes it: `{column}` in a "
                    "layout does"
                )
                continue
            if title:
                first = title
            readings = (
                Reading("yes", column, f"--column {shlex.quote(f'currency={name}')}"),
                Reading(
                    "no, all are of one currency",
                    f"currency: {{constant: {json.dumps(first, ensure_ascii=False)}}}",
                    f"--currency {codes_of(first)[0]}",
                ),
            )
            asks = (
                f"'{short(name, 30)}' says {told}, and no column takes it: are these the "
                "currencies of the amounts:"
            )
            return Finding(None, question=Question(asks, readings))
        return Finding(None, notes)

    def _question_of_header(self) -> Question:
        header, said = next(
            (header, said)
            for header, said in self._stated.items()
            if any(contradict(said, text) for text in self._against)
        )
        code = codes_of(said)[0]
        told = ", ".join(f"{text} ({count(rows, 'row')})" for text, rows in self._against.items())
        same = {text: text for text in sorted(self._against)}
        only = next(iter(same))
        return Question(
            f"'{short(header, 30)}' says {said}, and the {self._stated_by} {told}, such as "
            f"row {self._first_against}: are these amounts of",
            (
                Reading(code, f"currency: {{constant: {code}}}", f"--currency {code}"),
                Reading(
                    ", ".join(same),
                    f"values: {{currency: {json.dumps(same, ensure_ascii=False)}}}",
                    f"--currency {codes_of(only)[0]}" if len(same) == 1 else "",
                ),
            ),
        )
