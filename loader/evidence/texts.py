"""Which texts mean no value, and which ids a program took for numbers."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.finding import Finding
from loader.questions import Question, Reading, as_argument
from loader.wording import count, short

ENOUGH = 500
"""So many different texts show how a column is written; more need not be looked at."""

_SHOWN = 3

# Errors in the languages of Excel: #REF!, #WERT!, #N/A, #NV.
_ERROR = "^#(?:[\\p{Lu}0-9_/.¿¡]{1,20}[!?]|N/A|NV|N/D|ND|N/B|I/T|\u041d/\u0414|BRAK|GETTING_DATA)$"
# A sign of a currency is a name of it, so not nothing.
_NOTHING = (
    r"^[^\p{L}\p{N}\p{Sc}]+$"
    r"|(?i)^(?:null|n/a|n\.a\.|<na>|\(blank\)|\(null\)|\(none\)|\(empty\))$"
)
_DOUBTFUL = r"(?i)^(?:na|nan|none|nil)$"
_WHOLE = r"^\d+(\.0+|,0)$"
_FRACTION = r"^\d+[.,]\d*[1-9]\d*$"


_PLACES = ("city", "region", "country")


@dataclass
class _Column:
    no_value: Counter[str] = field(default_factory=Counter)
    doubtful: Counter[str] = field(default_factory=Counter)
    others: set[str] = field(default_factory=set)
    whole: int = 0
    has_fractions: bool = False


@dataclass(frozen=True)
class Texts:
    """What evidence says of the texts of a sheet.

    Attributes:
        no_value: texts that mean no value in its columns of text, beside those of the layout.
        whole_numbers: columns whose ids end in .0, as when a program took them for numbers.
    """

    no_value: list[str]
    whole_numbers: list[str]


class TextEvidence:
    """The texts of a sheet's ids and names.

    Args:
        missing: the texts that mean no value, by the layout.
        is_declared: whether the layout says so itself; then only errors of Excel are looked for.
    """

    def __init__(self, missing: Sequence[str], *, is_declared: bool) -> None:
        self._missing = missing
        self._is_declared = is_declared
        self._columns: dict[str, _Column] = {}

    def learn(self, name: str, texts: pa.Array) -> None:
        """Look at one block of a column."""
        column = self._columns.setdefault(name, _Column())
        counted = pc.value_counts(pc.utf8_trim_whitespace(texts.drop_null()))
        different, counts = counted.field(0), counted.field(1)
        if name.endswith("_id"):
            whole = pc.match_substring_regex(different, _WHOLE)
            column.whole += pc.sum(counts.filter(whole)).as_py() or 0
            column.has_fractions |= _any(different, _FRACTION)
        is_no_value = pc.match_substring_regex(different, _ERROR)
        if not self._is_declared:
            nothing = pc.match_substring_regex(different, _NOTHING)
            is_no_value = pc.or_(is_no_value, nothing)
        known = pc.is_in(different, value_set=pa.array(["", *self._missing], pa.string()))
        is_no_value = pc.and_not(is_no_value, known)
        column.no_value.update(_pairs(different, counts, is_no_value))
        doubtful = pc.match_substring_regex(different, _DOUBTFUL)
        doubtful = pc.and_not(doubtful, known)
        if not self._is_declared:
            column.doubtful.update(_pairs(different, counts, doubtful))
        if len(column.others) < ENOUGH:
            rest = different.filter(pc.invert(pc.or_(pc.or_(is_no_value, doubtful), known)))
            column.others.update(rest.slice(0, ENOUGH).to_pylist())

    def finding(self) -> Finding[Texts]:
        """Return what the texts are, and why; or what is open."""
        nothing_in: dict[str, list[str]] = {}
        value_in: dict[str, list[str]] = {}
        open_in: dict[str, list[str]] = {}
        for name, column in self._columns.items():
            for text in column.no_value:
                nothing_in.setdefault(text, []).append(name)
            for text in column.doubtful:
                means_nothing = self._means_nothing(name, text)
                found = open_in if means_nothing is None else value_in
                (nothing_in if means_nothing else found).setdefault(text, []).append(name)
        # One list holds for all columns of a sheet.
        for text in value_in.keys() & nothing_in.keys():
            open_in.setdefault(text, []).extend(nothing_in[text])
        for text in open_in:
            nothing_in.pop(text, None)
        notes = [
            f"'{text}' in {' and '.join(names)} was taken for a value, as it is written like one"
            for text, names in value_in.items()
            if text not in open_in
        ]
        if nothing_in:
            said = ", ".join(
                f"'{short(text, 20)}' in {' and '.join(names[:_SHOWN])}"
                for text, names in list(nothing_in.items())[:_SHOWN]
            )
            more = f" and {len(nothing_in) - _SHOWN} more" if len(nothing_in) > _SHOWN else ""
            rows = sum(self._rows(name, text) for text in nothing_in for name in nothing_in[text])
            notes.append(f"taken for no value: {said}{more} ({count(rows, 'cell')})")
        whole = [
            name for name, item in self._columns.items() if item.whole and not item.has_fractions
        ]
        for name in whole:
            notes.append(
                f"{name}: {count(self._columns[name].whole, 'id')} with .0 at the end, as when a "
                "program takes them for numbers, read without it"
            )
        question = self._question(open_in, [*nothing_in]) if open_in else None
        return Finding(Texts(sorted(nothing_in), whole), notes, question)

    def _means_nothing(self, name: str, text: str) -> bool | None:
        """Tell whether a text such as NA is no value in a column; None if nothing shows it."""
        others = self._columns[name].others
        if len({_member(other) for other in self._columns if self._has(other, text)}) > 1:
            return True  # no name is that of a customer and of a product
        if text == "NaN":
            return True  # only programs write so
        if text in ("Nan", "Na", "Nil"):
            return False  # no program writes so
        if not others:
            return None
        if name.endswith("_id") and not any(other.isalpha() for other in others):
            return True
        if text.isupper() and all(len(o) <= 5 and o.isupper() and o.isalpha() for o in others):
            return False  # one of several abbreviations
        if text.islower() and all(other[0].isupper() or other[0].isdigit() for other in others):
            return True
        return None

    def _has(self, name: str, text: str) -> bool:
        return name not in _PLACES and text in self._columns[name].doubtful

    def _question(self, open_: dict[str, list[str]], nothing: Sequence[str]) -> Question:
        """Ask about the most frequent text; a layout that answers says all that is no value."""
        text, names = max(
            open_.items(), key=lambda item: sum(self._rows(name, item[0]) for name in item[1])
        )
        rows = sum(self._rows(name, text) for name in names)

        def reading(meaning: str, texts: Sequence[str]) -> Reading:
            listed = json.dumps([*self._missing, *texts], ensure_ascii=False)
            return Reading(meaning, f"missing: {listed}", f"--missing {as_argument(texts)}")

        return Question(
            f"is '{text}' in {' and '.join(names)} ({count(rows, 'row')})",
            (
                reading("no value", [*nothing, *open_]),
                reading("a value like any other", nothing),
            ),
        )

    def _rows(self, name: str, text: str) -> int:
        column = self._columns[name]
        return column.doubtful[text] + column.no_value[text]


def _member(column: str) -> str:
    return column.removesuffix("_id").removesuffix("_name")


def _any(texts: pa.Array, pattern: str) -> bool:
    return pc.any(pc.match_substring_regex(texts, pattern)).as_py() is True


def _pairs(texts: pa.Array, counts: pa.Array, mask: pa.Array) -> dict[str, int]:
    kept: Iterable[tuple[str, int]] = zip(
        texts.filter(mask).to_pylist(), counts.filter(mask).to_pylist(), strict=True
    )
    return dict(kept)
