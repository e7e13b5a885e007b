"""Which mark stands before the decimals of numbers that are stored as text."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.digits import latin_digits
from loader.evidence.finding import Finding
from loader.questions import Question, Reading

OUTNUMBERED = 20
"""So many numbers that show one mark stand against one that shows the other: a slip."""

ENOUGH = 1_000
"""So many numbers that show one mark: what more there are need not be counted."""

_LEAD, _TAIL = "^[^0-9]*", r"\D*$"
_GROUP = "[ '\u2019\u00a0\u202f\u2009]"
_OTHER = {".": ",", ",": "."}

_SHOWS = {
    # Decimals that are no group of three; a group that begins with a zero or with nothing;
    # decimals behind groups of another mark; a dash for the cents; the other mark twice, which
    # only groups.
    mark: (
        rf"\d[{mark}](\d{{1,2}}|\d{{4,}}){_TAIL}|{_LEAD}(0[0-9]*)?[{mark}]\d+{_TAIL}"
        rf"|\d[{mark}][-\x{{2013}}\x{{2014}}]|[{_OTHER[mark]}]\d{{3}}[{mark}]\d"
        rf"|\d{_GROUP}\d{{3}}[{mark}]\d"
        rf"|\d[{_OTHER[mark]}]\d{{2,3}}[{_OTHER[mark]}]\d{{3}}(\D|$)"
    )
    for mark in _OTHER
}

_OPEN = {mark: rf"{_LEAD}[1-9]\d{{0,2}}[{mark}]\d{{3}}{_TAIL}" for mark in _OTHER}
"""One group of three behind a mark: thousands, or decimals."""

_MAY_BE_TYPED = r"^-?\d+\.\d*[1-9]$"
"""How a cell that holds a number is written, too: without zeros at its end."""


class NumberEvidence:
    """The numbers of a sheet that are stored as text, for and against either decimal mark.

    Args:
        declared: what the layout says.
        is_number: tells whether the cell of a row and a column holds a number; None where no cell
            can, as in CSV.
    """

    def __init__(self, declared: str | None, is_number: Callable[[int, str], bool] | None) -> None:
        self._declared = declared
        self._is_number = is_number
        self._shows = {".": 0, ",": 0}
        self._proof: dict[str, str] = {}
        self._open: dict[str, tuple[int, str]] = {}
        self._columns: dict[str, list[pa.Array]] = {}

    def learn(self, name: str, numbers: pa.Array, texts: pa.Array) -> None:
        """Look at one block of a column.

        Args:
            name: of the column, as the contract has it.
            numbers: of the rows, as Excel shows them.
            texts: its cells.
        """
        if self._declared is not None:
            return
        texts = latin_digits(texts)
        for mark in _OTHER:
            if self._shows[mark] >= ENOUGH and self._is_number is None:
                continue
            if not _has(texts, mark) and not _has(texts, _OTHER[mark], twice=True):
                continue
            shown = self._stored_as_text(name, numbers, texts, _SHOWS[mark])
            self._shows[mark] += len(shown)
            if len(shown):
                self._proof.setdefault(mark, shown[0].as_py())
            if name not in self._open:
                left = self._stored_as_text(name, numbers, texts, _OPEN[mark])
                if len(left):
                    row = numbers[pc.index(texts, left[0]).as_py()].as_py()
                    self._open[name] = row, left[0].as_py()
        if sum(self._shows.values()) < ENOUGH:
            self._columns.setdefault(name, []).append(texts)

    def _stored_as_text(
        self, name: str, numbers: pa.Array, texts: pa.Array, shape: str
    ) -> pa.Array:
        found = pc.fill_null(pc.match_substring_regex(texts, shape), False)
        kept = texts.filter(found)
        if self._is_number is None or not len(kept):
            return kept
        typed = pc.match_substring_regex(kept, _MAY_BE_TYPED)
        if not pc.any(typed).as_py():
            return kept
        rows = numbers.filter(found).to_pylist()
        texts_ = kept.to_pylist()
        is_text = [
            not (may and self._is_number(row, name))
            for row, may in zip(rows, typed.to_pylist(), strict=True)
        ]
        return pa.array([t for t, keep in zip(texts_, is_text, strict=True) if keep], pa.string())

    def finding(self) -> Finding[str]:
        """Return the decimal mark and why, or the question."""
        if self._declared is not None:
            return Finding(self._declared)
        mark = max(_OTHER, key=lambda item: (self._shows[item], item == "."))
        against = self._shows[_OTHER[mark]]
        is_proven = self._shows[mark] and self._shows[mark] >= against * OUTNUMBERED
        if self._open and not is_proven:
            return Finding(mark, question=self._question())
        if not self._shows[mark] or (mark == "." and not (self._open or against)):
            return Finding(mark)
        settles = f'`decimal: "{mark}"` in a layout settles it'
        kind = "points" if mark == "." else "commas"
        but = f", but for {against:,} that use the other mark" if against else ""
        note = (
            f"numbers stored as text were read with decimal {kind} "
            f"({self._proof[mark]} shows it{but}); {settles}"
        )
        return Finding(mark, [note])

    def _question(self) -> Question:
        name, (row, example) = next(iter(self._open.items()))
        texts = pa.chunked_array(self._columns.get(name, []), pa.string()).drop_null().to_pylist()
        readings = []
        for mark in _OTHER:
            total = sum((amount(text, mark) or Decimal() for text in texts), Decimal())
            meaning = f"{_shown(amount(example, mark))} (total {total:,.2f})"
            readings.append(Reading(meaning, f'decimal: "{mark}"', f"--decimal {mark}"))
        return Question(f"{name} in row {row}: is {example.strip()}", tuple(readings))


def _has(texts: pa.Array, mark: str, *, twice: bool = False) -> bool:
    return (pc.max(pc.count_substring(texts, mark)).as_py() or 0) > twice


def amount(text: str, mark: str) -> Decimal | None:
    """Return about what a text is worth, for a message; what counts, staging reads."""
    text = re.sub(r"(\d[.,:])[-\u2013\u2014]+", r"\1", text)  # 5,- is five
    digits = "".join(letter for letter in text if letter.isdecimal() or letter == mark)
    try:
        value = Decimal(digits.replace(mark, "."))
    except InvalidOperation:
        return None
    return -value if any(sign in text for sign in "-\u2212(") else value


def _shown(value: Decimal | None) -> str:
    return "no number" if value is None else f"{value.normalize():,f}"
