"""Rows that say of themselves that they are no sales: cancelled, refunded, a quote, a test."""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.contracts import folded
from loader.evidence.amounts import amounts_of, factor_places
from loader.evidence.finding import Finding
from loader.layout_keys import Wanted
from loader.questions import Question, Reading, as_argument
from loader.understanding.profiles import Numbers
from loader.understanding.vocabulary import parts, row_keys, row_phrases, row_words, says, words_for
from loader.wording import SHOWN, count, quoted, short

_SEVERAL = 60
"""A column with more different texts is no status."""


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
    _others: set[int] = field(default_factory=set)
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
            texts = encoded.dictionary.to_pylist() if len(encoded.dictionary) <= _SEVERAL else []
            said = self._said[place]
            if not texts or len({*said, *texts}) > _SEVERAL:
                del self._said[place]
                continue
            is_flag = _is_no_sale(self.names[place]) and not _counts(self.names[place], said, texts)
            is_sign = _is_sign(self.names[place])
            for code, text in enumerate(texts):
                item = said.setdefault(text, _Said())
                is_open = is_sign or _is_no_sale(text) or (is_flag and _is_yes(text))
                is_open = is_open or _waits(self.names[place], text)
                is_open = is_open or _is_no_trade(self.names[place], text)
                if not is_open or self._is_return(place, text):
                    item.rows += 1
                    continue
                amounts = amounts_of(self._blocks[-1]) if amounts is None else amounts
                places = np.flatnonzero(encoded.indices.to_numpy(zero_copy_only=False) == code)
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
        if _is_sign(self.names[place]) or wanted.matches or wanted.excluded:
            return True  # each of its texts is one or the other
        return text.strip().casefold() in {said.strip().casefold() for said in wanted.texts}

    def finding(self) -> Finding[None]:
        """Return what is said of such rows, or the question whether they are sales."""
        notes = []
        for place, said in self._said.items():
            # What has a minus, or no amount, changes nothing or takes off what was sold.
            open_ = {text: item for text, item in said.items()
                     if item.first_row and not item.is_taken_off}  # fmt: skip
            if _is_sign(self.names[place]):
                open_ = _rarer(said) if len(open_) == len(said) else {}
            if not open_:
                continue
            if not self.is_declared or any(_never_was(self.names[place], text) for text in open_):
                return Finding(None, question=self._question(place, open_))
            rows = self._rows(place, open_)
            notes.append(f"{rows}: they count as sold; `keep_rows_where` leaves them out")
        return Finding(None, notes)

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
        is_back = _is_sign(name) or not any(
            _never_was(name, text) or _waits(name, text) for text in open_
        )
        return Question(
            f"{self._rows(place, open_)}{self._figures(place, open_)}: are such rows",
            (
                reading(f"no sales ({total - taken:,.2f} without them)", left_out),
                *([taken_off] if is_back else []),
                reading(f"sales ({total:,.2f} with them)", []),
            ),
        )


def _is_no_sale(text: str) -> bool:
    return says(text, "no_sale", "taken_back")


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
        text.isdecimal() and int(text) > 1 for text in numbers
    )


def _is_sign(header: str) -> bool:
    """Tell whether a header says debit or credit, as bookkeepers do: `S/H`, `Soll/Haben`."""
    words = {*parts(header)}
    names_both = bool(words & row_keys("debit") and words & row_keys("credit"))
    return names_both or header.strip().lower() in row_words("sign")


def _rarer(said: Mapping[str, _Said]) -> dict[str, _Said]:
    """Return the text of two that fewer rows have, where both have amounts."""
    if len(said) != 2:
        return {}
    text = min(said, key=lambda text: said[text].rows)
    return {text: said[text]}
