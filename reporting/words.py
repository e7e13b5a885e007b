"""Figures in words."""

from decimal import Decimal

NO_CURRENCY = "XXX"
"""ISO 4217 for amounts that came without a currency."""


def whole(number: int) -> str:
    """Write a count."""
    return f"{number:,}"


def money(amount: Decimal | None) -> str:
    """Write an amount; nothing where it is unknown."""
    return "" if amount is None else f"{amount:,.2f}"


def percent(share: Decimal | None) -> str:
    """Write a share of 0 to 1; nothing where it is unknown."""
    return "" if share is None else f"{100 * share:.1f} %"


def amount_in(currency: str | None, amount: Decimal) -> str:
    """Write an amount with its currency, if it has one."""
    return f"{currency} {money(amount)}" if currency and currency != NO_CURRENCY else money(amount)
