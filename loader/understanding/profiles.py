"""What the values of a column look like: the evidence beside its header."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from babel import Locale

from loader.contracts import folded
from loader.currencies import codes_of
from loader.evidence.digits import latin_digits

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv")

_NUMBER = (
    r"^\s*[(\-+]?\s*([A-Z]{0,3}\$|[€£¥₹₺]|[A-Z]{3}|Rs\.?|kr\.?)?\s*[(\-+]?\s*"
    r"[\d.,'\s\x{00a0}\x{202f}]*\d[.,]?\s*\)?\s*(%|€|£|¥|zł|kr\.?|[A-Z]{3}|\$)?\s*-?\)?\s*$"
)
_GROUPED = {
    mark: (
        rf"^(\d+|\d{{1,3}}([{other}]\d{{3}})+|\d{{1,3}}( \d{{3}})+|\d{{1,2}}(,\d{{2}})+,\d{{3}})?"
        rf"([{mark}]\d*)?$"
    )
    for mark, other in ((".", ","), (",", "."))
}
"""How digits are grouped before a decimal mark, as staging has it."""

_DASH = r"[-\x{2013}\x{2014}]"
_NO_CENTS = rf"(\d[.,]){_DASH}{{1,2}}([^\d.,]*)$"
"""`5,-` and `1.250,- €`: a dash for the cents."""
_LETTER = r"[A-Za-z\x{c0}-\x{17f}]"
_MONTH = _LETTER * 3 + _LETTER + r"*\.?,?"
_DATE = (
    r"^\s*(\pL{1,9}\.?,?\s+)?"
    r"(\d{4}[-/]\d{1,2}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}-?W\d\d-?[1-7]"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4})([T ,]|$)"
    r"|^\s*([A-Za-z]{3,9},?\s+)?\d{1,2}(st|nd|rd|th|\.)?[-/. ]+" + _MONTH + r"[-/. ]+\d{2,4}\b"
    r"|^\s*\d{1,2}[-/. ]+(I{1,3}|I?V|VI{1,3}|I?X|XI{1,2})[-/. ]+\d{2,4}\b"
    r"|^\s*" + _MONTH + r"[-/ ]+\d{1,2},?[-/ ]+\d{2,4}\b"
)
_DAY_NUMBER = r"^\d{8}(\d{6})?$|^[2-6]\d{4}(\.\d+)?$"
_CODE = r"^[^\s]*\d[^\s]*$"
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"

_ALSO_CALLED = (
    *("USA", "U.S.", "United States of America", "UK", "Great Britain", "England", "Scotland"),
    *("EIRE", "Holland", "UAE", "Korea", "Czech Republic", "Russia", "Hong Kong", "Turkey"),
    *("Ivory Coast", "Burma", "Swaziland", "Macedonia"),
)
"""Names of countries that the lists of Unicode do not have in this form."""

Numbers = npt.NDArray[np.float64]


def known_or(numbers: Numbers, otherwise: float) -> Numbers:
    """Return numbers, with another for those that are not there, or nothing."""
    return np.asarray(np.where(np.isfinite(numbers) & (numbers != 0), numbers, otherwise))


@dataclass(frozen=True)
class Profile:
    """The values of one column, of the rows looked at.

    Attributes:
        texts: as delivered; null where there is none.
        mark: that of the decimals, where it is known.
    """

    texts: pa.Array
    mark: str | None = None

    @cached_property
    def filled(self) -> pa.Array:
        """The values that are there."""
        return pc.drop_null(pc.if_else(pc.equal(self.texts, ""), None, self.texts))

    @cached_property
    def count(self) -> int:
        """How many there are."""
        return len(self.filled)

    @cached_property
    def distinct(self) -> pa.Array:
        """The different values."""
        return pc.unique(self.filled)

    @property
    def uniqueness(self) -> float:
        """Different values by all values."""
        return len(self.distinct) / self.count if self.count else 0.0

    def share(self, pattern: str) -> float:
        """Return how much of the different values fits a pattern."""
        if not self.count:
            return 0.0
        found = pc.sum(pc.match_substring_regex(self.distinct, pattern)).as_py() or 0
        return float(found / len(self.distinct))

    @cached_property
    def number_share(self) -> float:
        """How much of the values are numbers, counted by row."""
        if not self.count:
            return 0.0
        return float(np.isfinite(self.numbers).sum() / self.count)

    @cached_property
    def date_share(self) -> float:
        """How much of the different values are dates."""
        return self.share(_DATE)

    @cached_property
    def day_number_share(self) -> float:
        """How much may be days written as a number: 20260105, or as Excel counts them."""
        return self.share(_DAY_NUMBER)

    @cached_property
    def code_share(self) -> float:
        """How much are one word with a digit in it: numbers, and codes such as P-1001."""
        return self.share(_CODE)

    @cached_property
    def email_share(self) -> float:
        """How much are e-mail addresses."""
        return self.share(_EMAIL)

    @cached_property
    def word_share(self) -> float:
        """How much holds three letters in a row, as names and few codes do."""
        return self.share(_LETTER * 3)

    @cached_property
    def currency_share(self) -> float:
        """How much are codes, signs or names of currencies."""
        some = self.distinct.slice(0, 500).to_pylist()
        return sum(bool(codes_of(text)) for text in some) / max(len(some), 1)

    @cached_property
    def country_share(self) -> float:
        """How much are names or codes of countries."""
        return self._known_share(_countries())

    def _known_share(self, known: frozenset[str]) -> float:
        some = self.distinct.slice(0, 500).to_pylist()
        return sum(folded(text) in known or text in known for text in some) / max(len(some), 1)

    @cached_property
    def is_percent(self) -> bool:
        """Whether the values carry percent signs."""
        return self.share(r"%\s*$") > 0.5

    @cached_property
    def decimal_mark(self) -> str:
        """The mark of decimals that most numbers fit."""
        if self.mark is not None:
            return self.mark
        comma = self.share(rf"\d,(\d{{1,2}}|{_DASH})\D*$|,\d{{4,}}\D*$|\.\d{{3}},\d")
        point = self.share(rf"\d\.(\d{{1,2}}|{_DASH})\D*$|\.\d{{4,}}\D*$|,\d{{3}}\.\d")
        return "," if comma > point else "."

    @cached_property
    def numbers(self) -> Numbers:
        """The numbers, row by row; NaN where there is none."""
        if not pc.any(pc.match_substring_regex(self.texts, r"\d")).as_py():
            return np.full(len(self.texts), np.nan)  # patterns cost more to compile than to apply
        texts = pc.replace_substring_regex(_in_plain_signs(self.texts), _NO_CENTS, r"\100\2")
        looks = pc.fill_null(pc.match_substring_regex(texts, _NUMBER), False)
        texts = pc.if_else(looks, texts, None)
        negative = pc.fill_null(
            pc.match_substring_regex(texts, r"^\(.*\)$|-\s*$|^\D{0,4}[-(]"), False
        )
        digits = pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, "[^0-9., ]", ""))
        grouping, mark = (".", ",") if self.decimal_mark == "," else (",", ".")
        is_grouped = pc.match_substring_regex(digits, _GROUPED[mark])
        # A typed 1.5 keeps its point beside texts with commas.
        is_typed = pc.match_substring_regex(digits, r"^\d*\.\d+$")
        ungrouped = pc.replace_substring_regex(digits, f"[ {grouping}]", "")
        plain = pc.if_else(is_grouped, pc.replace_substring(ungrouped, ",", "."), None)
        plain = pc.if_else(pc.and_(pc.invert(is_grouped), is_typed), digits, plain)
        sizes = pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False)
        signs = np.where(negative.to_numpy(zero_copy_only=False), -1.0, 1.0)
        return np.asarray(sizes * signs, dtype=np.float64)

    @cached_property
    def known_numbers(self) -> Numbers:
        """The numbers that are there."""
        return self.numbers[np.isfinite(self.numbers)]

    @cached_property
    def is_whole(self) -> bool:
        """Whether the numbers are whole, nearly all of them."""
        known = self.known_numbers
        return bool(len(known)) and float(np.mean(known == np.round(known))) > 0.95


NUMBER_OF = r"^\s*([-+]?\d[\d.,]*)\s*(\pL[\pL.\x{b2}\x{b3}]*)\s*$"
"""A number, and of what."""


def measure_of(profile: Profile) -> list[str]:
    """Return the unit of measure behind all numbers of a column, as it is spelt; none if others."""
    if profile.number_share > 0.5 or not profile.count:
        return []
    if profile.share(NUMBER_OF) < 1:
        return []
    texts = pc.unique(pc.replace_substring_regex(profile.distinct, NUMBER_OF, r"\2")).to_pylist()
    one = {folded(text).removesuffix("s") for text in texts}
    return sorted(texts) if len(one) == 1 else []


def _in_plain_signs(texts: pa.Array) -> pa.Array:
    """Write the minus, the blanks and the apostrophes of typesetters as those of keyboards."""
    if not pc.any(pc.match_substring_regex(texts, "['\u2019\u2212\u00a0\u202f\u2009]")).as_py():
        return latin_digits(texts)
    texts = pc.replace_substring(latin_digits(texts), "\u2212", "-")
    return pc.replace_substring_regex(texts, "['\u2019\u00a0\u202f\u2009]", " ")


@cache
def _countries() -> frozenset[str]:
    """Return the names and codes of countries in the languages of the vocabulary, folded."""
    known: set[str] = set()
    for language in LANGUAGES:
        territories = {str(code): str(name) for code, name in Locale(language).territories.items()}
        known |= {folded(name) for code, name in territories.items() if code.isalpha()}
        known |= {code for code in territories if len(code) == 2 and code.isalpha()}
    return frozenset({*known, *map(folded, _ALSO_CALLED)})
