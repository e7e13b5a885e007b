"""Quotients as the warehouse computes them (macro divide), of figures that a pack compares."""

from decimal import ROUND_HALF_UP, Context, Decimal

_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)

Number = Decimal | int


def divided(dividend: Number | None, divisor: Number | None, scale: int) -> Decimal | None:
    """Divide and round half away from zero; None where something is unknown or the divisor is 0."""
    if dividend is None or not divisor:
        return None
    quotient = _EXACT.divide(Decimal(dividend), Decimal(divisor))
    # Adding 0 turns what was rounded to -0 into 0.
    return _EXACT.add(_EXACT.quantize(quotient, Decimal(1).scaleb(-scale)), Decimal(0))


def change_percent(now: Number | None, before: Number | None) -> Decimal | None:
    """Return by how many percent something has grown; None on nothing or less."""
    if now is None or before is None or before <= 0:
        return None
    return divided(100 * (now - before), before, 4)
