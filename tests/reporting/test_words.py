"""How figures are written, place by place."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from reporting.tables import Kind, Value
from reporting.words import currency_words, locale_named, write_value

NBSP, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "kind", "currency", "locale", "text"),
    [
        (Decimal("1234567.895"), Kind.AMOUNT, "EUR", "en", "€1,234,567.90"),
        (Decimal("-1234567.895"), Kind.AMOUNT, "EUR", "de_DE", f"-1.234.567,90{NBSP}€"),
        (Decimal("1234567.8949"), Kind.AMOUNT, "INR", "en-IN", "₹12,34,567.89"),
        (Decimal("1234.5"), Kind.AMOUNT, "", "fr", f"1{NARROW}234,50"),
        (Decimal("12"), Kind.AMOUNT, "XXX", "en", "12.00"),
        (Decimal("-0.004"), Kind.AMOUNT, "", "en", "0.00"),
        (Decimal("9" * 24 + ".9999"), Kind.AMOUNT, "", "en", "1" + ",000" * 8 + ".00"),
        (Decimal("1"), Kind.AMOUNT, "=A1", "en", "=A11.00"),
        (Decimal("12.5"), Kind.PRICE, "", "en", "12.50"),
        (Decimal("12.1234"), Kind.PRICE, "EUR", "de", f"12,1234{NBSP}€"),
        (12345, Kind.COUNT, "", "en", "12,345"),
        (Decimal("3.0000"), Kind.NUMBER, "", "en", "3"),
        (Decimal("0.125"), Kind.NUMBER, "", "en", "0.125"),
        (Decimal("1.5"), Kind.NUMBER, "", "en", "1.50"),
        (Decimal("0.12345"), Kind.SHARE, "", "en", "12.3%"),
        (Decimal("0.1235"), Kind.SHARE, "", "de", f"12,4{NBSP}%"),
        (Decimal("12.45"), Kind.CHANGE, "", "en", "+12.5%"),
        (Decimal("-7.5"), Kind.CHANGE, "", "en", "-7.5%"),
        (Decimal("-0.04"), Kind.CHANGE, "", "en", "0.0%"),
        (Decimal("99.95"), Kind.INDEX, "", "en", "100.0"),
        (date(2026, 1, 12), Kind.DATE, "", "en", "Jan 12, 2026"),
        (date(2026, 1, 12), Kind.DATE, "", "de", "12.01.2026"),
        (datetime(2026, 1, 12, 15, 4), Kind.DATE, "", "de", "12.01.2026, 15:04:00"),
        (True, Kind.YES, "", "en", "yes"),
        (False, Kind.YES, "", "en", "no"),
        ("=1+1", Kind.TEXT, "EUR", "en", "=1+1"),
        (None, Kind.AMOUNT, "EUR", "en", ""),
        (None, Kind.YES, "", "en", ""),
    ],
)
def test_values(value: Value, kind: Kind, currency: str, locale: str, text: str) -> None:
    assert write_value(value, kind, currency, locale) == text


def test_a_currency_is_named() -> None:
    assert currency_words("EUR") == "Euro (EUR)"
    assert currency_words("CHF", "de_CH") == "Schweizer Franken (CHF)"
    assert currency_words("XXX") == ""
    assert currency_words("zorkmid") == "zorkmid"


@pytest.mark.parametrize("name", ["", "xx", "de_XX", "../etc/passwd"])
def test_a_locale_that_is_none(name: str) -> None:
    with pytest.raises(ValueError, match=r"is no locale; write it like en, en_GB or de_DE"):
        locale_named(name)
