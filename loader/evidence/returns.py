"""Rows whose product, document number or remark begins with a word for what was taken back."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.amounts import amounts_of, factor_places
from loader.evidence.finding import Finding
from loader.layout_keys import Wanted
from loader.questions import Question, Reading, as_argument
from loader.understanding.vocabulary import back_words, parts, row_phrases, row_words
from loader.wording import SHOWN, count, quoted, short

_TEXTS = 20
"""So many texts are listed in a layout."""

_KINDS = 4
"""So many kinds of documents have numbers of their own."""

# A word, and what shows that it is not the beginning of a name, such as `Return ticket`.
_HEAD = r"[\[(*\s]*"
_TAIL = r"\s*$|\s*[\])*]|\s*[:|;,]\s|\s+[-" "\u2013\u2014" r"]|\s+#?\d"
_BEFORE_A_NAME = r"\s+"
_NUMBER = ""
_DIGITS = r"[-_/ .]?\d"


@dataclass
class _Column:
    words: set[str] = field(default_factory=set)
    head: str = ""
    tails: list[str] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    rows: int = 0
    first_row: int = 0
    amount: float = 0.0
    has_invoices: bool = False
    beginnings: set[str] = field(default_factory=set)


class ReturnEvidence:
    """What products, numbers and remarks say of rows whose amounts have no minus."""

    def __init__(
        self,
        positions: Mapping[str, Sequence[int]],
        names: Sequence[str],
        rules: Mapping[str, Wanted],
        returns: str | Mapping[str, Wanted] | None,
        *,
        is_declared: bool,
    ) -> None:
        """Prepare.

        Args:
            positions: the columns of the contract, each where it stands in the sheet.
            names: the headers; empty where there is nothing to look at.
            rules: what the layout says of headers; where it leaves out some texts, others are open.
            returns: what the layout says of returns; of the headers that it names, that is all.
            is_declared: whether people wrote how to read it.
        """
        self._names = names
        self._factors = factor_places(positions)
        is_settled = is_declared or isinstance(returns, str) or not self._factors
        told = set() if returns is None or isinstance(returns, str) else {*map(_plain, returns)}
        told |= {_plain(name) for name, wanted in rules.items() if not wanted.excluded}
        mapped = {place for places in positions.values() for place in places}
        texts = {*(positions.get("product_name") or ())} | {
            place
            for place, name in enumerate(names)
            if place not in mapped and " ".join(parts(name)) in row_phrases("remark")
        }
        numbers = {*(positions.get("order_id") or ())}
        self._texts, self._numbers = (
            [
                place
                for place in sorted(places)
                if not is_settled and _plain(names[place]) not in told
            ]
            for places in (texts if names else set(), numbers if names else set())
        )
        self._found = {place: _Column() for place in (*self._texts, *self._numbers)}
        self._blocks: list[list[pa.Array]] = []

    def learn(self, numbers: pa.Array, columns: Sequence[pa.Array]) -> None:
        """Look at one block of rows that count."""
        if not self._found or max(self._factors) >= len(columns):
            return
        factors = [columns[place] for place in self._factors]
        self._blocks.append(factors)
        words = "|".join(back_words())
        credits, invoices = (
            "|".join(row_words(kind)) for kind in ("credit_number", "invoice_number")
        )
        for place in (place for place in self._found if place < len(columns)):
            column = columns[place]
            found = self._found[place]
            if place in self._texts:
                self._take(found, column, (_HEAD, words, _TAIL), numbers, factors)
                # Before a name that other rows have, a word is no part of it.
                before = (_HEAD, words, _BEFORE_A_NAME)
                rest = pc.replace_substring_regex(column, f"(?i){_pattern(*before)}", "")
                is_name = pc.is_in(rest, value_set=pc.unique(pc.drop_null(column)))
                changed = pc.and_(is_name, pc.fill_null(pc.not_equal(rest, column), False))
                if pc.any(changed).as_py():
                    some = pc.if_else(changed, column, None)
                    self._take(found, some, before, numbers, factors)
            else:
                letters = pc.extract_regex(column, r"(?i)^(?P<word>\pL+)[-_/ .]?\d").drop_null()
                found.beginnings |= {*pc.unique(letters.field("word")).to_pylist()}
                found.has_invoices |= _any(column, _pattern(_NUMBER, invoices, _DIGITS))
                self._take(found, column, (_NUMBER, credits, _DIGITS), numbers, factors)

    def _take(
        self,
        found: _Column,
        column: pa.Array,
        pattern: tuple[str, str, str],
        numbers: pa.Array,
        factors: Sequence[pa.Array],
    ) -> None:
        head, words, tail = pattern
        said = pc.fill_null(pc.match_substring_regex(column, f"(?i){_pattern(*pattern)}"), False)
        if not pc.any(said).as_py():
            return
        amounts = amounts_of(factors)
        places = np.flatnonzero(np.asarray(said) & (amounts > 0))
        if not len(places):
            return
        found.rows += len(places)
        found.first_row = found.first_row or int(numbers[int(places[0])].as_py())
        found.amount += float(amounts[places].sum())
        texts = pc.unique(column.take(pa.array(places)))
        # Of all words, the layout is to have those that stand there.
        heads = pc.extract_regex(texts, f"(?i)^{head}(?P<word>{words})(?:{tail})")
        found.words |= {*heads.field("word").to_pylist()}
        found.head = head
        found.tails = [*dict.fromkeys([*found.tails, tail])]
        found.texts.update(texts.to_pylist()[: _TEXTS + 1])

    def finding(self) -> Finding[None]:
        """Return the question whether such rows are taken off, if there are any."""
        for place, found in self._found.items():
            # Of more than some kinds of documents, these are countries or shops.
            are_kinds = found.has_invoices and len(found.beginnings) <= _KINDS
            if found.rows and (place in self._texts or are_kinds):
                return Finding(None, question=self._question(place, found))
        return Finding(None)

    def _question(self, place: int, found: _Column) -> Question:
        name = self._names[place]
        total = sum(float(amounts_of(block).sum()) for block in self._blocks)
        key = json.dumps(name, ensure_ascii=False)
        spelt = {form for word in found.words for form in (word, word.upper(), word.lower())}
        matches = _pattern(found.head, "|".join(sorted(spelt)), "|".join(found.tails))
        readings = [
            Reading(
                f"returns, and taken off ({total - 2 * found.amount:,.2f} in all)",
                f"returns_where: {{{key}: {{matches: {json.dumps(matches, ensure_ascii=False)}}}}}",
                f"--returns-where {shlex.quote(f'{name}={matches}')}",
            )
        ]
        texts = sorted(found.texts)
        if place in self._texts and len(texts) <= _TEXTS:
            listed = json.dumps(texts, ensure_ascii=False)
            readings.append(
                Reading(
                    f"no sales ({total - found.amount:,.2f} without them)",
                    f"keep_rows_where: {{{key}: {{not: {listed}}}}}",
                    f"--keep-rows-where {shlex.quote(f'{name}!=')}{as_argument(texts)}",
                )
            )
        sold = f"sales ({total:,.2f} with them)"
        readings.append(Reading(sold, "returns_where: none", "--returns-where none"))
        return Question(
            f"{short(name, 30)} begins with {quoted(sorted(found.words), SHOWN)} in "
            f"{count(found.rows, 'row')}, such as row {found.first_row}, whose amounts have no "
            "minus: are they",
            tuple(readings),
        )


def _pattern(head: str, words: str, tail: str) -> str:
    return f"^{head}({words})({tail})"


def _plain(name: str) -> str:
    return name.strip().casefold()


def _any(column: pa.Array, pattern: str) -> bool:
    return pc.any(pc.match_substring_regex(column, f"(?i){pattern}")).as_py() is True
