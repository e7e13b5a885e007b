"""Exact arithmetic: whole ten-thousandths, and quotients rounded half away from zero."""

import hashlib
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

UNKNOWN = -1
"""The key of the member that lines without one belong to."""


def ten_thousandths(value: Decimal) -> int:
    """Return an amount in whole ten-thousandths, halves rounded away from zero."""
    return int((value * 10_000).to_integral_value(ROUND_HALF_UP))


def amount(count: Any) -> Decimal | None:
    """Return the amount that so many ten-thousandths are; nothing for nothing."""
    return None if pd.isna(count) else Decimal(int(count)).scaleb(-4)


def quotient(dividend: Any, divisor: Any, scale: int) -> Decimal | None:
    """Return a quotient of whole numbers with so many decimals; nothing where it has no value."""
    if pd.isna(dividend) or pd.isna(divisor) or divisor == 0:
        return None
    above, below = int(dividend), int(divisor)
    assert (above, below) == (dividend, divisor), "only whole numbers are divided exactly"
    size = (2 * abs(above) * 10**scale + abs(below)) // (2 * abs(below))
    return Decimal(size if (above < 0) == (below < 0) else -size).scaleb(-scale)


def key(text: str | None) -> int:
    """Return the key of a natural key: 53 bits of its md5, or Unknown."""
    if text is None:
        return UNKNOWN
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:14], 16) & (2**53 - 1)


def place_key(*parts: str | None) -> int:
    """Return the key of what is told apart by several names, of which some may be missing."""
    return key("|".join(part or "" for part in parts)) if any(parts) else UNKNOWN
