"""What the numbers of a discount may be: shares of the price, percent of it, or money."""

from collections.abc import Sequence

import numpy as np

from loader.understanding import proofs
from loader.understanding.profiles import Numbers

KINDS = SHARE, PERCENT, MONEY = "share", "percent", "money"

_LEAST = 0.01
"""A usual discount is not less than this share of the price, and never more than all of it."""
_SLIPS = 0.05
"""So many of the rows may be mistyped."""


def taken_off(kind: str, discounts: Numbers, gross: Numbers) -> Numbers:
    """Return what discounts take off amounts, if they are of a kind."""
    if kind == MONEY:
        return discounts
    return gross * discounts / (100 if kind == PERCENT else 1)


def possible(
    discounts: Numbers, gross: Numbers, totals: Sequence[Numbers], kinds: Sequence[str]
) -> list[str]:
    """Return the kinds that discounts may be of: one where that is certain.

    A total that is the amount less the discount proves a kind. Else a kind is excluded if it would
    take off more than everything, or nearly nothing in most rows.

    Args:
        discounts: one a row; those that are zero or missing say nothing.
        gross: price times units; NaN where that is not known.
        totals: what may be the amounts less the discounts.
        kinds: to choose from.
    """
    telling = np.isfinite(discounts) & (discounts != 0)
    discounts, gross = np.abs(discounts[telling]), np.abs(gross[telling])
    nets = [np.abs(total[telling]) for total in totals]
    proven = [
        kind
        for kind in kinds
        if any(
            proofs.proves(net, gross - taken_off(kind, discounts, gross))
            and proofs.differs(net, gross)
            for net in nets
        )
    ]
    if len(proven) == 1:
        return proven
    kinds = proven or list(kinds)
    odd = {kind: _odd(kind, discounts, gross) for kind in kinds}
    left = [kind for kind in kinds if odd[kind][0] <= 0.5 and odd[kind][1] <= _SLIPS]
    is_certain = len(left) == 1 and sum(odd[left[0]]) <= _SLIPS
    return left if len(left) > 1 or is_certain else list(kinds)


def _odd(kind: str, discounts: Numbers, gross: Numbers) -> tuple[float, float]:
    """Return in how many of the rows a kind would take off nearly nothing, and more than all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = (
            taken_off(kind, discounts, gross) / gross
            if kind == MONEY
            else (taken_off(kind, discounts, np.ones_like(discounts)))
        )
    shares = shares[~np.isnan(shares)]
    if not len(shares):
        return 0.0, 0.0
    return float(np.mean(shares < _LEAST - 1e-9)), float(np.mean(shares > 1 + 1e-9))
