"""Figures in words."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, get_currency_name, get_plus_sign_symbol, parse_pattern

from reporting.tables import Kind, Value

NO_CURRENCY = "XXX"
"""ISO 4217 for amounts that came without a currency."""

# Half away from zero, as the warehouse and Excel round; Python's own rounding is half to even.
_ROUNDING = Context(prec=60, rounding=ROUND_HALF_UP)


def write_value(value: Value, kind: Kind, currency: str = "", locale: str = "en") -> str:
    """Write a value as people of a place write it; nothing where it is unknown.

    Args:
        value: as it is in a pack.
        kind: what it is.
        currency: to be written with an amount or a price; empty where a heading has said it.
        locale: as `locale_named` takes it.
    """
    if value is None:
        return ""
    return _WRITERS[kind](value, currency, locale_named(locale))


@lru_cache
def locale_named(name: str) -> Locale:
    """Return a locale by its name, such as en, en_GB or de-CH.

    Raises:
        ValueError: there is none of this name.
    """
    try:
        return Locale.parse(name.strip().replace("-", "_"))
    except (ValueError, TypeError, UnknownLocaleError):
        raise ValueError(
            f"REPORT_LOCALE: '{name}' is no locale; write it like en, en_GB or de_DE."
        ) from None


def currency_words(currency: str, locale: str = "en") -> str:
    """Name a currency in a title: "Euro (EUR)"; nothing for amounts without one."""
    if not currency or currency == NO_CURRENCY:
        return ""
    name = get_currency_name(currency, locale=locale_named(locale))
    return currency if name == currency else f"{name} ({currency})"


def write_amounts(amounts: Iterable[tuple[str, Decimal]], locale: str) -> list[str]:
    """Write amounts, each with its currency."""
    return [write_value(amount, Kind.AMOUNT, currency, locale) for currency, amount in amounts]


def counted(number: int, noun: str, locale: str, plural: str = "") -> str:
    """Write how many there are of something: "1 file", "1,200 files"."""
    said = noun if number == 1 else plural or f"{noun}s"
    return f"{write_value(number, Kind.COUNT, locale=locale)} {said}"


def _text(value: Value, currency: str, locale: Locale) -> str:
    return str(value)


def _amount(value: Value, currency: str, locale: Locale) -> str:
    return _money(_decimal(value), 2, 2, currency, locale)


def _price(value: Value, currency: str, locale: Locale) -> str:
    return _money(_decimal(value), 2, 4, currency, locale)


def _count(value: Value, currency: str, locale: Locale) -> str:
    return _plain(_decimal(value), 0, 0, locale)


def _number(value: Value, currency: str, locale: Locale) -> str:
    number = _decimal(value)
    if number == number.to_integral_value():
        return _plain(number, 0, 0, locale)
    return _plain(number, 2, 4, locale)


def _share(value: Value, currency: str, locale: Locale) -> str:
    return _percent(100 * _decimal(value), locale)


def _change(value: Value, currency: str, locale: Locale) -> str:
    change = _rounded(_decimal(value), 1)
    sign = get_plus_sign_symbol(locale) if change > 0 else ""
    return sign + _percent(change, locale)


def _index(value: Value, currency: str, locale: Locale) -> str:
    return _plain(_decimal(value), 1, 1, locale)


def _date(value: Value, currency: str, locale: Locale) -> str:
    if isinstance(value, datetime):
        return str(format_datetime(value, "medium", locale=locale))
    assert isinstance(value, date)
    return str(format_date(value, "medium", locale=locale))


def _yes(value: Value, currency: str, locale: Locale) -> str:
    return "yes" if value else "no"


_WRITERS: dict[Kind, Callable[[Value, str, Locale], str]] = {
    Kind.TEXT: _text,
    Kind.AMOUNT: _amount,
    Kind.PRICE: _price,
    Kind.COUNT: _count,
    Kind.ORDINAL: _text,
    Kind.NUMBER: _number,
    Kind.SHARE: _share,
    Kind.CHANGE: _change,
    Kind.INDEX: _index,
    Kind.DATE: _date,
    Kind.YES: _yes,
}


def _decimal(value: Value) -> Decimal:
    assert isinstance(value, int | Decimal)
    return Decimal(value)


def _rounded(number: Decimal, decimals: int) -> Decimal:
    # Adding 0 turns what was rounded to -0 into 0.
    return _ROUNDING.add(_ROUNDING.quantize(number, Decimal(1).scaleb(-decimals)), Decimal(0))


def _plain(number: Decimal, least: int, most: int, locale: Locale) -> str:
    pattern = _pattern(locale, "decimal", least, most)
    return str(pattern.apply(_rounded(number, most), locale))


def _percent(number: Decimal, locale: Locale) -> str:
    pattern = _pattern(locale, "percent", 1, 1)
    return str(pattern.apply(_rounded(number, 1).scaleb(-2), locale))


def _money(number: Decimal, least: int, most: int, currency: str, locale: Locale) -> str:
    if not currency or currency == NO_CURRENCY:
        return _plain(number, least, most, locale)
    pattern = _pattern(locale, "currency", least, most)
    return str(pattern.apply(_rounded(number, most), locale, currency, currency_digits=False))


@lru_cache
def _pattern(locale: Locale, style: str, least: int, most: int) -> NumberPattern:
    """Return how the locale groups digits and places signs, with decimals of our own."""
    formats = {
        "decimal": locale.decimal_formats.get(None),
        "percent": locale.percent_formats.get(None),
        "currency": locale.currency_formats["standard"],
    }
    # A parsed pattern is shared by whoever uses the locale: parse a new one to change it.
    pattern = parse_pattern(formats[style].pattern)
    pattern.frac_prec = (least, most)
    return pattern
