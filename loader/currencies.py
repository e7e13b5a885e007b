"""What signs, codes and names of currencies mean, as far as they tell columns of them apart."""

import re
from collections.abc import Iterable
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
from babel import Locale
from babel.numbers import get_territory_currencies

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
_WORDS = {"ALL", "CUP", "MAD", "MOP", "SOS", "TOP", "TRY"}
"""Codes that say something else where they stand alone."""

_LETTERS = r"[^\s\d.,()'+\-\x{2019}\x{2212}\x{2013}\x{2014}%]+"
_IN_AMOUNT = (
    rf"^[\s(+\-\x{{2212}}]*(?P<before>{_LETTERS})?[^\pL\p{{Sc}}]*(?P<behind>{_LETTERS})?[\s)\-]*$"
)


@cache
def codes_of(text: str) -> tuple[str, ...]:
    """Return the codes that a code, a sign or a name may mean, the likeliest first."""
    key = text.strip().upper().rstrip(".")
    return _SHARED.get(key) or ((code,) if (code := _known().get(key)) else ())


@cache
def _known() -> dict[str, str]:
    """Return the currencies that are in use, by what each is called."""
    lands = map(str, Locale("en").territories)
    codes = {code for land in lands if len(land) == 2 for code in get_territory_currencies(land)}
    signs = {sign.upper(): code for code, sign in Locale("en").currency_symbols.items()}
    named = {sign: code for sign, code in signs.items() if code in codes}
    return {**named, **{code: code for code in codes}, **_ALSO_CALLED}


def are_currencies(texts: Iterable[str]) -> bool:
    """Tell whether texts are all codes or signs of currencies, and cannot be other words."""
    said = {text.strip() for text in texts}
    are_signs_or_codes = all(not text.isalpha() or re.fullmatch("[A-Z]{3}", text) for text in said)
    return are_signs_or_codes and not said <= _WORDS and all(map(codes_of, said))


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
