"""Whether an amount beside a tax includes it."""

from collections.abc import Sequence

import numpy as np

from loader.understanding.profiles import Numbers

_LEAST = 10
"""Of smaller amounts, a rounded tax tells too little."""
_MOST = 0.9
"""So many of the rows must fit."""

# Percent: those of value added taxes; and sales taxes, which are put on top, in eighths.
_INCLUDED = [
    *(2.1, 2.5, 2.6, 3, 3.7, 3.8, 4, 4.8, 5, 5.5, 6, 6.5, 7, 7.5, 7.7, 8, 8.1, 8.5, 9, 9.5, 10),
    *(11, 12, 13, 13.5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 25.5, 26, 27, 28),
]
_ON_TOP = np.union1d(_INCLUDED, np.arange(1, 11.5, 0.125))


def is_included(amounts: Numbers, taxes: Numbers) -> bool | None:
    """Tell whether amounts include a tax, by the rates that it would have; None if that is open."""
    telling = (taxes != 0) & (np.abs(amounts) >= _LEAST) & np.isfinite(taxes)
    amounts, taxes = amounts[telling], taxes[telling]
    on_top = _fits(amounts, taxes, _ON_TOP)
    included = _fits(amounts - taxes, taxes, np.asarray(_INCLUDED))
    return None if on_top == included else included


def are_included(
    amounts: Numbers, several: Sequence[Numbers], rates: Sequence[float | None]
) -> bool | None:
    """Tell likewise of several taxes, by the rates that their headers say; None if that is open."""
    if len(several) == 1 and rates[0] is None:
        return is_included(amounts, several[0])
    net = amounts - sum(np.nan_to_num(tax) for tax in several)

    def fit(base: Numbers) -> bool:
        return all(
            _fits(base[tax != 0], tax[tax != 0], np.array([rate]) if rate else _ON_TOP)
            for tax, rate in zip(map(np.nan_to_num, several), rates, strict=True)
        )

    on_top, included = fit(amounts), fit(net)
    return None if on_top == included else included


def _fits(net: Numbers, taxes: Numbers, rates: Numbers) -> bool:
    """Tell whether taxes are usual percentages of amounts, but for the rounding to cents."""
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.abs(taxes[:, None] / net[:, None] - rates / 100).min(axis=1)
        return bool(len(off)) and float(np.mean(off <= 0.0062 / np.abs(net) + 1e-9)) >= _MOST


def as_shares(rates: Numbers) -> Numbers:
    """Return rates as shares, as staging reads them: no tax is of less than one percent."""
    return np.asarray(np.where(np.abs(rates) >= 1, rates / 100, rates))


def are_rates(numbers: Numbers) -> bool:
    """Tell whether numbers are usual rates, as shares or in percent."""
    percent = as_shares(np.abs(numbers)) * 100
    return bool(np.isin(np.round(percent, 3), np.round(_ON_TOP, 3)).all())
