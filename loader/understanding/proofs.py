"""What the columns of a table prove about each other: sums that work out, values that repeat."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np
import pyarrow as pa

from loader.understanding.profiles import Numbers, Profile

MOST = 0.9
"""So many of the rows must agree for a proof;"""
_FEW = 2
"""and there must be so many rows that could disagree."""
_RATE_MOVES = 0.1
"""So much may a rate of exchange move in the time of a table."""
_PARTS = 5
"""Of more parts, some are the difference by chance."""
_MANY_PARTS, _SUMMED = 8, 4
"""Of more columns, or in more of them, a difference is not looked for."""
_SIZES = 3
"""So many times must a product have been sold in another number than at first."""


def agree(left: Numbers, right: Numbers, *, tolerance: float = 0.011) -> float | None:
    """Return in how many rows two columns of amounts are equal; None where too few have both.

    Args:
        left: one.
        right: the other.
        tolerance: rounding of each amount; beside it, a thousandth counts as nothing.
    """
    both = np.isfinite(left) & np.isfinite(right)
    telling = both & ((np.abs(left) > tolerance) | (np.abs(right) > tolerance))
    if telling.sum() < _FEW:
        return None
    difference = np.abs(left[telling] - right[telling])
    return float(np.mean(difference <= tolerance + 1e-3 * np.abs(right[telling])))


def proves(left: Numbers, right: Numbers) -> bool:
    """Tell whether two columns of amounts are equal in nearly all rows, not all of them zero."""
    share = agree(left, right)
    return share is not None and share >= MOST


def differs(left: Numbers, right: Numbers) -> bool:
    """Tell whether two columns of amounts are other amounts in a good part of the rows."""
    share = agree(left, right)
    return share is not None and share < 1 - (1 - MOST) / 2


def adds_up(running: Numbers, amounts: Numbers, origins: Sequence[int]) -> bool:
    """Tell whether a column is the sum of another one up to each row, in each file or sheet."""
    if running is amounts or len(running) < 2:
        return False
    same = np.diff(np.asarray(origins)) == 0
    steps, told = np.diff(running)[same], amounts[1:][same]
    return proves(steps, told) and differs(running[1:][same], told)


def is_sum_with_some_of(total: Numbers, amount: Numbers, parts: list[Numbers]) -> bool:
    """Tell whether a total is an amount and some of other columns, added or taken off."""
    if not differs(total, amount):
        return False
    some = [np.nan_to_num(part) for part in parts if np.nan_to_num(part).any()][:_PARTS]
    return any(
        proves(total, amount + sign * sum(chosen))
        for number in range(1, len(some) + 1)
        for chosen in combinations(some, number)
        for sign in (1, -1)
    )


def signed_parts(
    total: Numbers,
    amount: Numbers,
    parts: dict[int, Numbers],
    known: dict[int, int] | None = None,
) -> dict[int, int]:
    """Return which columns, added to an amount or taken off, come to a total; none if none do.

    Args:
        total: of each row.
        amount: beside it.
        parts: the columns that may be the difference, by their positions.
        known: which of them are added (1) or taken off (-1), if anything.

    Returns:
        Position -> 1 or -1, of the fewest columns that do.
    """
    some = {place: np.nan_to_num(part) for place, part in parts.items()}
    some = {place: part for place, part in [*some.items()] if part.any()}
    if not differs(total, amount) or len(some) > _MANY_PARTS:
        return {}
    for number in range(1, min(len(some), _SUMMED) + 1):
        for places in combinations(some, number):
            for signs in product(
                *([known[p]] if known and p in known else (1, -1) for p in places)
            ):
                pairs = dict(zip(places, signs, strict=True))
                change = sum(sign * some[place] for place, sign in pairs.items())
                if proves(total, amount + change):
                    return pairs
    return {}


def has_factor(left: Numbers, right: Numbers) -> bool:
    """Tell whether one column is the other times the same factor above 1: with tax."""
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = left / right
    factors = factors[np.isfinite(factors)]
    if len(factors) < _FEW:
        return False
    middle = float(np.median(factors))
    return 1.005 < middle < 1.5 and float(np.mean(np.abs(factors - middle) < 0.002)) >= MOST


def has_one_rate(left: Numbers, right: Numbers) -> bool:
    """Tell whether one column is the other at one rate, or nearly: in another currency."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = left / right
    rates = rates[np.isfinite(rates)]
    return bool(len(rates)) and bool(np.all(np.abs(rates / np.median(rates) - 1) < _RATE_MOVES))


def spread(part: Numbers, whole: Numbers) -> float:
    """Return how much the relation of two amounts varies: little if one grows with the other."""
    with np.errstate(divide="ignore", invalid="ignore"):
        relation = np.log(np.abs(part / whole))
    relation = relation[np.isfinite(relation)]
    return float(np.std(relation)) if len(relation) >= _FEW else float("inf")


def of_the_order(order: Profile, amount: Profile, origins: Sequence[int]) -> str | None:
    """Say how an amount belongs to whole orders and not to their lines; None if it does not.

    Args:
        order: the order numbers.
        amount: the amounts.
        origins: of which file or sheet each is, as numbers are those of one.
    """
    rows: dict[tuple[int, str], list[str | None]] = {}
    texts = amount.texts.to_pylist()
    for origin, key, text in zip(origins, order.texts.to_pylist(), texts, strict=True):
        if key is not None:
            rows.setdefault((origin, key), []).append(text)
    several = [texts for texts in rows.values() if len(texts) > 1]
    first_only = [texts for texts in several if texts[0] and not any(texts[1:])]
    if first_only and len(first_only) >= MOST * len(several):
        return "filled on the first line of an order only"
    if len(several) < _FEW:
        return None
    # One product ordered twice costs the same twice: it takes several orders to tell.
    repeated = [texts for texts in several if texts[0] and len(set(texts)) == 1]
    if len(repeated) == len(several):
        return "the same on every line of an order"
    return None


def grows_with_units(products: Profile, units: Numbers, amounts: Numbers) -> bool | None:
    """Tell whether the amounts of one product grow with its units, or stay: totals, or prices.

    Args:
        products: what was sold.
        units: how many of it.
        amounts: what may be the price of one, or the total.

    Returns:
        None where too few products were sold in several sizes, or they do neither.
    """
    known = np.isfinite(units) & np.isfinite(amounts) & (units != 0) & (amounts != 0)
    names = products.texts.to_pylist()
    sold: dict[str, dict[float, list[float]]] = {}
    for row in np.flatnonzero(known).tolist():
        if name := names[row]:
            sizes = sold.setdefault(name, {})
            sizes.setdefault(abs(float(units[row])), []).append(abs(float(amounts[row])))
    usual = [
        np.array([(size, np.median(paid)) for size, paid in sizes.items()])
        for sizes in sold.values()
        if len(sizes) > 1
    ]
    if sum(len(sizes) - 1 for sizes in usual) < _SIZES:
        return None
    are_prices = [_are_one(paid, 0.011) for _, paid in (sizes.T for sizes in usual)]
    are_totals = [_are_one(paid / size, 0.011 / size) for size, paid in (s.T for s in usual)]
    stay, grow = float(np.mean(are_prices)), float(np.mean(are_totals))
    if max(stay, grow) < MOST or min(stay, grow) > 1 - MOST:
        return None
    return grow > stay


def _are_one(numbers: Numbers, tolerance: Numbers | float) -> bool:
    return bool(np.all(np.abs(numbers - np.median(numbers)) <= tolerance + 1e-3 * numbers))


def is_numbering(numbers: Profile, order: Profile | None, origins: Sequence[int]) -> bool:
    """Tell whether a column numbers the lines of an order: no number twice, from 1 or so.

    Args:
        numbers: the column.
        order: the order numbers, where there are some.
        origins: of which file or sheet each is.
    """
    known = numbers.known_numbers
    if not len(known) or not numbers.is_whole or known.min() < 0 or known.max() > 10_000:
        return False
    if order is None:
        return numbers.uniqueness < 0.5 and known.min() <= 10
    if order.uniqueness > 0.99:
        return numbers.uniqueness < 0.5
    pairs = set(zip(origins, order.texts.to_pylist(), numbers.texts.to_pylist(), strict=True))
    return len(pairs) >= 0.98 * len(order.texts) and numbers.uniqueness < 0.9


def holds(keys: pa.Array, values: Profile) -> float:
    """Return how many of the different values are among the keys."""
    if not len(values.distinct):
        return 0.0
    known = set(keys.to_pylist())
    return sum(value in known for value in values.distinct.to_pylist()) / len(values.distinct)


def pairs_that_add_up(columns: dict[int, Numbers]) -> Iterator[tuple[int, int, int]]:
    """Yield (total, part, rest) of three columns where the total is the sum of the others."""
    for total, numbers in columns.items():
        others = [position for position in columns if position != total]
        for part, rest in combinations(others, 2):
            is_sum = proves(columns[part] + columns[rest], numbers)
            if is_sum and np.nansum(np.abs(columns[part])) and np.nansum(np.abs(columns[rest])):
                yield total, part, rest
