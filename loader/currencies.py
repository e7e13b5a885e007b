"""What signs, codes and names of currencies mean, as far as they tell columns of them apart."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
from babel import Locale
from babel.numbers import get_currency_name, get_territory_currencies

from loader.contracts import folded

SEVERAL = 40
"""A column with more different texts names no currencies."""

_SHARED = {
    "$": ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "CLP", "COP", "ARS"),
    "¥": ("JPY", "CNY"),
    "KR": ("SEK", "NOK", "DKK", "ISK"),
    "RS": ("INR", "PKR", "LKR", "NPR", "MUR"),
    "£": ("GBP", "EGP"),
}
_ALSO_CALLED = {
    "EURO": "EUR", "EUROS": "EUR", "US$": "USD", "C$": "CAD", "AU$": "AUD", "S$": "SGD",
    "SFR": "CHF", "FR": "CHF", "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF", "₽": "RUB", "₺": "TRY",
    "TL": "TRY", "฿": "THB", "₦": "NGN", "₴": "UAH", "ЛВ": "BGN",
}  # fmt: skip
_ALSO_SAID = {
    "CNY": "rmb",
    "USD": "american americain americains amerikanischer amerikanische americano americanos "
    "statunitense statunitensi amerikaanse amerykanski amerykanskie amerykanskich amerikansk "
    "amerikanska estadounidenses estadunidense",
    "GBP": "brytyjski brytyjskie brytyjskich brits britse brittiska britannico",
}
"""Words that the names which Babel has leave out."""
_LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv")
_OTHER_LANGUAGES = ("da", "nb", "fi", "cs", "hu", "ro", "el", "tr", "ru", "ja", "zh", "ar")
_LONGEST_NAME = 60
_WORDS = {"ALL", "CUP", "MAD", "MOP", "SOS", "TOP", "TRY"}
"""Codes that say something else where they stand alone."""

_LETTERS = r"[^\s\d.,()'+\-\x{2019}\x{2212}\x{2013}\x{2014}%]+"
_IN_AMOUNT = (
    rf"^[\s(+\-\x{{2212}}]*(?P<before>{_LETTERS})?[^\pL\p{{Sc}}]*(?P<behind>{_LETTERS})?[\s)\-]*$"
)


@cache
def codes_of(text: str) -> tuple[str, ...]:
    """Return the codes that a code, a sign or a name may mean, the likeliest first."""
    if known := _written(text):
        return known
    name = sign_or_code(text)
    return _SHARED.get(name, (name,)) if name else ()


def is_written(text: str) -> bool:
    """Tell whether a text is a code or a sign, or a name that is as usual: `Euro`."""
    return bool(_written(text))


def _written(text: str) -> tuple[str, ...]:
    key = text.strip().upper().rstrip(".")
    return _SHARED.get(key) or ((code,) if (code := _known().get(key)) else ())


def sign_or_code(name: str) -> str | None:
    """Return the code of the currency that has a name, in any of many languages.

    All words must be of its name: `Swiss francs`, `Franken`. Of dollars and pounds of no land,
    their sign; None for what is no name, or may be that of several.
    """
    words = _words(name) if len(name) < _LONGEST_NAME else []
    if not words:
        return None
    codes = frozenset.intersection(*(_named().words.get(word, frozenset()) for word in words))
    if len(codes) == 1:
        return next(iter(codes))
    signs = {_named().signs.get(word) for word in words}
    return signs.pop() if len(signs) == 1 else None


def _words(text: str) -> list[str]:
    return [folded(word) for word in re.findall(r"[^\W\d_]+", text)]


@dataclass(frozen=True)
class _Names:
    """What currencies are called.

    Attributes:
        whole: names as they are, in small letters.
        words: words of names, each with the currencies.
        signs: words for what several lands call by one name, which has a sign: dollars, pounds.
    """

    whole: frozenset[str]
    words: dict[str, frozenset[str]]
    signs: dict[str, str]


@cache
def _named() -> _Names:
    whole: set[str] = set()
    words: defaultdict[str, set[str]] = defaultdict(set)
    signs: dict[str, str] = {}
    for language in (*_LANGUAGES, *_OTHER_LANGUAGES):
        locale, own = Locale.parse(language), defaultdict[str, set[str]](set)
        for code in _codes():
            for number in (None, 1, 2, 5):  # the plurals of all these languages
                name = get_currency_name(code, count=number, locale=locale)
                whole.add(name.lower())
                own[code].update(_words(name))
            for word in own[code]:
                words[word].add(code)
        if language not in _LANGUAGES:
            continue  # in some, a `lira` is that of three lands
        for sign, codes in {"$": ("USD", "CAD", "AUD"), "£": ("GBP", "EGP")}.items():
            signs |= dict.fromkeys(set.intersection(*(own[code] for code in codes)), sign)
    for code, also in _ALSO_SAID.items():
        for word in also.split():
            words[word].add(code)
    found = {word: frozenset(codes) for word, codes in words.items()}
    return _Names(frozenset(whole), found, signs)


@cache
def _codes() -> frozenset[str]:
    """Return the codes of the currencies that are in use."""
    lands = map(str, Locale("en").territories)
    return frozenset(
        code for land in lands if len(land) == 2 for code in get_territory_currencies(land)
    )


@cache
def _known() -> dict[str, str]:
    """Return the currencies that are in use, by their codes and signs."""
    codes = _codes()
    signs = {sign.upper(): code for code, sign in Locale("en").currency_symbols.items()}
    named = {sign: code for sign, code in signs.items() if code in codes}
    return {**named, **{code: code for code in codes}, **_ALSO_CALLED}


def are_currencies(texts: Iterable[str]) -> bool:
    """Tell whether texts are all codes or signs of currencies, and cannot be other words."""
    said = {text.strip() for text in texts}
    return not said <= _WORDS and all(map(_is_currency, said))


def _is_currency(text: str) -> bool:
    """Tell whether a text is a code or a sign, or the whole name of a currency."""
    if not text.isalpha() or re.fullmatch("[A-Z]{3}", text):
        return bool(_written(text)) or text.lower() in _named().whole
    return text.lower() in _named().whole


def contradict(one: str, other: str) -> bool:
    """Tell whether two texts name different currencies, whatever each may mean."""
    codes = codes_of(one), codes_of(other)
    return all(codes) and set(codes[0]).isdisjoint(codes[1])


def currencies_in(amounts: pa.Array) -> pa.Array:
    """Return the codes of the signs that stand in the texts of amounts; null for none."""
    found = pc.extract_regex(amounts, _IN_AMOUNT)
    before, behind = (pc.fill_null(found.field(side), "") for side in (0, 1))
    encoded = pc.if_else(pc.equal(before, ""), behind, before).dictionary_encode()
    codes = [next(iter(codes_of(text)), None) for text in encoded.dictionary.to_pylist()]
    return pa.array(codes, pa.string()).take(encoded.indices)
