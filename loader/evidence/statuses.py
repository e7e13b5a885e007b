"""Rows that say of themselves that they are no sales: cancelled, refunded, a quote, a test."""

import json
import re
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.contracts import folded
from loader.evidence.amounts import amounts_of, factor_places
from loader.evidence.finding import Finding
from loader.layout_keys import Wanted
from loader.questions import Question, Reading, as_argument
from loader.understanding.profiles import Numbers, Profile
from loader.understanding.vocabulary import parts, row_keys, row_phrases, row_words, says, words_for
from loader.wording import SHOWN, count, quoted, short

_SEVERAL = 60
"""A column with more different texts is no status."""

_CODES = 6
"""A column of kinds of documents has no more different codes than these."""

_PLUS = {"+", "1", "+1"}
_MINUS = {"-", "\N{MINUS SIGN}", "-1"}

_NUMBER_OF_DOCUMENT = 5
"""So many digits at least have the numbers of documents."""


@dataclass
class _Said:
    rows: int = 0
    first_row: int = 0
    amount: float = 0.0
    is_taken_off: bool = True


@dataclass
class StatusEvidence:
    """What the columns say that no column of ours takes.

    Attributes:
        positions: the columns of the contract, each where it stands in the sheet.
        names: the headers; empty where there is nothing to look at.
        rules: what the layout says of headers. Of one of which it says what does not count, another
            text that comes later is asked for; what else it says is settled.
        returns: what it says of headers that tell returns: other texts of these are asked for.
        is_declared: whether people wrote how to read it: what they sold and took back was sold.
    """

    positions: Mapping[str, Sequence[int]]
    names: Sequence[str]
    rules: Mapping[str, Wanted]
    returns: Mapping[str, Wanted]
    is_declared: bool
    _said: dict[int, dict[str, _Said]] = field(default_factory=dict)
    _blocks: list[list[pa.Array]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._excluded = {
            name.strip().casefold(): wanted.excluded for name, wanted in self.rules.items()
        }
        self._returns = {name.strip().casefold(): wanted for name, wanted in self.returns.items()}
        mapped = {place for places in self.positions.values() for place in places}
        self._said = {
            place: {}
            for place, name in enumerate(self.names)
            if place not in mapped and self._excluded.get(name.strip().casefold()) != []
        }
        self._factors = factor_places(self.positions)
        if not self._factors:
            self._said = {}

    def learn(self, numbers: pa.Array, columns: Sequence[pa.Array]) -> None:
        """Look at one block of rows that count.

        Args:
            numbers: of the rows, as Excel shows them.
            columns: the cells of these rows.
        """
        if not self._said:
            return
        self._blocks.append([columns[place] for place in self._factors if place < len(columns)])
        amounts: Numbers | None = None
        for place in [place for place in self._said if place < len(columns)]:
            encoded = pc.fill_null(columns[place], "").dictionary_encode()
            said, name = self._said[place], self.names[place]
            # When, why or by what a row was cancelled, each says otherwise.
            most = sys.maxsize if _is_no_sale(name) else _SEVERAL
            texts = encoded.dictionary.to_pylist() if len(encoded.dictionary) <= most else []
            if not texts or len({*said, *texts}) > most:
                del self._said[place]
                continue
            is_flag = _is_no_sale(name) and not _counts(name, said, texts)
            is_sign = _is_sign(name, [*said, *texts])
            indices = encoded.indices.to_numpy(zero_copy_only=False)
            rows = np.bincount(indices, minlength=len(texts))
            for code, text in enumerate(texts):
                item = said.setdefault(text, _Said())
                is_open = is_sign or _is_no_sale(text) or (is_flag and bool(text.strip()))
                is_open = is_open or _waits(name, text) or _is_credit(name, text)
                is_open = is_open or _is_no_trade(name, text)
                if not is_open or self._is_return(place, text):
                    item.rows += int(rows[code])
                    continue
                amounts = amounts_of(self._blocks[-1]) if amounts is None else amounts
                places = np.flatnonzero(indices == code)
                own = amounts[places]
                item.first_row = item.first_row or int(numbers[int(places[0])].as_py())
                item.rows += len(places)
                item.amount += float(own.sum())
                # A fee has a minus, and takes off no sale.
                is_other = _is_no_trade(self.names[place], text)
                item.is_taken_off &= not (own != 0 if is_other else own > 0).any()

    def _is_return(self, place: int, text: str) -> bool:
        wanted = self._returns.get(self.names[place].strip().casefold())
        if wanted is None:
            return False
        if _is_sign(self.names[place], self._said[place]) or wanted.matches or wanted.excluded:
            return True  # each of its texts is one or the other
        return text.strip().casefold() in {said.strip().casefold() for said in wanted.texts}

    def finding(self) -> Finding[None]:
        """Return what is said of such rows, or the question whether they are sales."""
        notes = []
        for place, said in self._said.items():
            open_ = self._open(place, said)
            if not open_:
                continue
            if not self.is_declared or any(_never_was(self.names[place], text) for text in open_):
                return Finding(None, question=self._question(place, open_))
            rows = self._rows(place, open_)
            notes.append(f"{rows}: they count as sold; `keep_rows_where` leaves them out")
        return Finding(None, notes)

    def _open(self, place: int, said: Mapping[str, _Said]) -> dict[str, _Said]:
        """Return the texts that may say that rows are no sales."""
        name = self.names[place]
        # What has a minus, or no amount, changes nothing or takes off what was sold.
        found = {
            text: item for text, item in said.items() if item.first_row and not item.is_taken_off
        }
        if _is_sign(name, said):
            return _minus(said) if len(found) == len(said) else {}
        if _are_marks(name, said):
            return found
        is_flag = _is_no_sale(name) and not _counts(name, said)
        are_codes = _are_codes(said)
        return {
            text: item
            for text, item in found.items()
            if _is_no_sale(text)
            or (is_flag and _is_yes(text))
            or _waits(name, text)
            or _is_no_trade(name, text)
            or (are_codes and _is_credit(name, text))
        }

    def _rows(self, place: int, open_: Mapping[str, _Said]) -> str:
        first = min(item.first_row for item in open_.values())
        rows = count(sum(item.rows for item in open_.values()), "row")
        name = short(self.names[place], 30)
        return f"{name} says {quoted([*open_], SHOWN)} in {rows}, such as row {first}"

    def _figures(self, place: int, open_: Mapping[str, _Said]) -> str:
        """Return the amount of each text of several, and what the other rows say."""
        each = [f"'{short(text, 30)}' {item.amount:,.2f}" for text, item in open_.items()]
        figures = f" ({', '.join(each[:SHOWN])}{', …' * (len(each) > SHOWN)})"
        others = [text for text in self._said[place] if text and text not in open_]
        beside = f"; others say {quoted(others, SHOWN)}" if others else ""
        return figures * (len(each) > 1) + beside

    def _question(self, place: int, open_: Mapping[str, _Said]) -> Question:
        name = self.names[place]
        total = sum(float(amounts_of(block).sum()) for block in self._blocks)
        taken = sum(item.amount for item in open_.values())
        # As rules compare them, without case: each once.
        texts = [*self._excluded.get(name.strip().casefold(), []), *sorted(open_)]
        left_out = [*{text.strip().casefold(): text.strip() for text in texts}.values()]

        def reading(meaning: str, texts: list[str]) -> Reading:
            listed = json.dumps(texts, ensure_ascii=False)
            return Reading(
                meaning,
                f"keep_rows_where: {{{json.dumps(name, ensure_ascii=False)}: {{not: {listed}}}}}",
                f"--keep-rows-where {shlex.quote(f'{name}!=')}"
                + (as_argument(texts) if texts else ""),
            )

        known = self._returns.get(name.strip().casefold())
        returned = sorted({text.strip() for text in [*open_, *(known.texts if known else [])]})
        listed = json.dumps(returned, ensure_ascii=False)
        taken_off = Reading(
            f"taken off as returns ({total - 2 * taken:,.2f})",
            f"returns_where: {{{json.dumps(name, ensure_ascii=False)}: {listed}}}",
            f"--returns-where {shlex.quote(f'{name}=')}{as_argument(returned)}",
        )
        is_sign = _is_sign(name, self._said[place])
        is_back = is_sign or not any(_never_was(name, text) or _waits(name, text) for text in open_)
        if not is_sign and _are_marks(name, self._said[place]):
            # Other rows will have other days, and other reasons.
            return self._question_of_marks(place, open_, total, taken)
        return Question(
            f"{self._rows(place, open_)}{self._figures(place, open_)}: are such rows",
            (
                reading(f"no sales ({total - taken:,.2f} without them)", left_out),
                *([taken_off] if is_back else []),
                reading(f"sales ({total:,.2f} with them)", []),
            ),
        )

    def _question_of_marks(
        self, place: int, open_: Mapping[str, _Said], total: float, taken: float
    ) -> Question:
        name = self.names[place]
        key = json.dumps(name, ensure_ascii=False)

        def kept(pattern: str) -> tuple[str, str]:
            return (
                f'keep_rows_where: {{{key}: {{matches: "{pattern}"}}}}',
                f"--keep-rows-where {shlex.quote(f'{name}={pattern}')}",
            )

        rows = count(sum(item.rows for item in open_.values()), "row")
        first = min(item.first_row for item in open_.values())
        return Question(
            f"'{short(name, 30)}' is blank but in {rows}, such as row {first} "
            f"({quoted([*open_], SHOWN)}): are these",
            (
                Reading(f"no sales ({total - taken:,.2f} without them)", *kept("^$")),
                Reading(
                    f"taken off as returns ({total - 2 * taken:,.2f})",
                    f'returns_where: {{{key}: {{matches: "."}}}}',
                    f"--returns-where {shlex.quote(f'{name}=^.')}",
                ),
                Reading(f"sales ({total:,.2f} with them)", *kept("^")),
            ),
        )


def _is_no_sale(text: str) -> bool:
    return says(text, "no_sale", "taken_back", "no_sale_mark")


def _never_was(header: str, text: str) -> bool:
    """Tell whether a row was no sale, not even one that was taken back."""
    return any(says(said, "no_sale") for said in (header, text)) or _is_no_trade(header, text)


def _waits(header: str, text: str) -> bool:
    """Tell whether a status is that an order is open: nothing was delivered or paid yet."""
    return _is_status(header) and folded(text) in row_keys("open")


def _is_no_trade(header: str, text: str) -> bool:
    """Tell whether a kind of row is of other business: a deal that is not won, a fee, stock."""
    is_kind = " ".join(parts(header)) in row_phrases("kind")
    return (is_kind or _is_status(header)) and says(text, "no_trade")


def _is_status(header: str) -> bool:
    return any(word.endswith(tuple(row_keys("status"))) for word in parts(header))


def _is_yes(text: str) -> bool:
    return folded(text) in row_keys("yes")


def _counts(header: str, *said: Iterable[str]) -> bool:
    """Tell whether a column says how many came back, not whether: `Units returned`."""
    units = {folded(word) for word in words_for("sales_lines", "units")}
    numbers = {text.strip() for texts in said for text in texts}
    return not units.isdisjoint(parts(header)) or any(
        text.isdecimal() and len(text) < _NUMBER_OF_DOCUMENT and int(text) > 1 for text in numbers
    )


def _is_sign(header: str, texts: Iterable[str]) -> bool:
    """Tell whether a column says debit or credit, as bookkeepers do: `S/H`; + and -."""
    said = {text.strip() for text in texts}
    if said <= _PLUS | _MINUS and said & _PLUS and said & _MINUS:
        return True
    words = {*parts(header)}
    names_both = bool(words & row_keys("debit") and words & row_keys("credit"))
    return names_both or header.strip().lower() in row_words("sign")


def _minus(said: Mapping[str, _Said]) -> dict[str, _Said]:
    """Return the text of two that is a minus, else the one that fewer rows have."""
    if len(said) != 2:
        return {}
    minus = [text for text in said if text.strip() in _MINUS]
    text = minus[0] if minus else min(said, key=lambda text: said[text].rows)
    return {text: said[text]}


def _is_credit(header: str, text: str) -> bool:
    """Tell whether a kind of document is a code for what takes off sales: `GU`, `AV`, `CRN`."""
    is_kind = " ".join(parts(header)) in row_phrases("kind")
    return is_kind and text.strip().upper() in _credit_codes()


@cache
def _credit_codes() -> frozenset[str]:
    return frozenset(
        word.upper() for kind in ("credit_number", "credit_code") for word in row_words(kind)
    )


def _are_codes(texts: Iterable[str]) -> bool:
    """Tell whether texts are a few codes, as of kinds of documents: `RE` and `GU`."""
    said = [text.strip() for text in texts if text.strip()]
    return len(said) <= _CODES and all(re.fullmatch(r"\w{1,5}", text) for text in said)


def _are_marks(header: str, said: Mapping[str, _Said]) -> bool:
    """Tell whether a column says of a few rows when, why or by what they were cancelled."""
    texts = [text for text in said if text.strip()]
    rows = sum(item.rows for item in said.values())
    blank = sum(item.rows for text, item in said.items() if not text.strip())
    is_mark = _is_no_sale(header) and bool(texts) and 2 * blank > rows
    if not is_mark or any(map(_is_yes, texts)):
        return False
    profile = Profile(pa.array(texts, pa.string()))
    if profile.number_share < 0.5 or profile.date_share > 0.5:
        return True
    return all(re.fullmatch(rf"\D*\d{{{_NUMBER_OF_DOCUMENT},}}", text) for text in texts)
