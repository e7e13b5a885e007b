"""Says which columns may be which of ours by their values alone, where words tell nothing."""

import shlex
from collections.abc import Container, Iterator
from itertools import permutations
from pathlib import Path

import numpy as np

from loader.understanding import proofs
from loader.understanding.profiles import Numbers, Profile
from loader.understanding.tables import Table
from loader.wording import short

_COLUMNS = 10
"""Of more columns of numbers, products of two are not looked for."""

_MOST = 0.9
"""So much of a column must fit."""

_DAY_NUMBER = r"^(19|20)\d\d(0[1-9]|1[0-2])[0-3]\d$"

_SHOWN = 4

Guesses = dict[str, tuple[list[int], str]]
"""Our column -> where it may be, and why."""


def guesses(table: Table, taken: Container[int] = ()) -> Guesses:
    """Return where columns of sales may be, by what values are and what they are to each other.

    Args:
        table: of any kind.
        taken: positions that are known for something.
    """
    left = [place for place in range(len(table.profiles)) if place not in taken]
    profiles = table.profiles
    found: Guesses = {}
    days = [place for place in left if _are_days(profiles[place])]
    if days:
        found["sold_at"] = (days, "days")
    numbers = [place for place in left if place not in days and _are_numbers(profiles[place])]
    texts = [place for place in left if place not in days and _are_names(profiles[place])]
    factors = max(
        _products(table, numbers[:_COLUMNS], texts), key=lambda item: item[0], default=None
    )
    if factors is None:
        if amounts := [place for place in numbers if not profiles[place].is_whole] or numbers:
            found["line_total"] = (amounts, "numbers")
        if texts:
            found["product_name"] = (texts, "names")
        return found
    _, total, price, units = factors
    found["line_total"] = ([total], "price times units")
    found["unit_price"] = ([price], "a price")
    found["units"] = ([units], "how many")
    sold = [place for place in texts if _has_one_price(profiles[place], profiles[price].numbers)]
    if sold or texts:
        found["product_name"] = (sold or texts, "each has its price" if sold else "names")
    codes = [
        place
        for place in left
        if place not in (*days, *texts, total, price, units) and profiles[place].code_share > _MOST
    ]
    day = profiles[days[0]] if len(days) == 1 else None
    orders = [place for place in codes if day is not None and _has_one_day(profiles[place], day)]
    if len(orders) == 1:
        found["order_id"] = (orders, "each of one day")
    return found


def proposal(table: Table, file: Path) -> str:
    """Return what a table of sales may be by its values, with the command that says so.

    Empty for a table without a day or an amount.
    """
    found = guesses(table)
    if not {"sold_at", "line_total"} <= found.keys():
        return ""
    names = table.header.names
    said = [f"{column} {told(table, *guess)}" for column, guess in found.items()]
    flags = [
        f"--column {shlex.quote(f'{column}={names[places[0]]}')}"
        for column, (places, _) in found.items()
        if len(places) == 1
    ]
    return (
        f"{short(table.name)}: by their values, its columns may be {'; '.join(said)}. If they are, "
        f"these say it: python -m loader learn {shlex.quote(str(file))} {' '.join(flags)}"
    )


def told(table: Table, places: list[int], why: str) -> str:
    """Write where a column may be, for people."""
    shown = " or ".join(f"'{short(table.header.names[place], 30)}'" for place in places[:_SHOWN])
    return f"{shown}{' or another' * (len(places) > _SHOWN)} ({why})"


def _are_days(profile: Profile) -> bool:
    return profile.count > 1 and max(profile.date_share, profile.share(_DAY_NUMBER)) > _MOST


def _are_numbers(profile: Profile) -> bool:
    is_number = profile.number_share > _MOST and not profile.is_percent
    return profile.count > 1 and is_number and len(np.unique(profile.known_numbers)) > 1


def _are_names(profile: Profile) -> bool:
    return profile.count > 1 and profile.share(r"^\pL") > _MOST and profile.code_share < _MOST


def _products(
    table: Table, places: list[int], texts: list[int]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield how much speaks for it, total, price and units, where the first is their product."""
    numbers = {place: table.profiles[place].numbers for place in places}
    for total, price, units in permutations(places, 3):
        if not proofs.proves(numbers[total], numbers[price] * numbers[units]):
            continue
        is_price = any(_has_one_price(table.profiles[place], numbers[price]) for place in texts)
        is_whole = table.profiles[units].is_whole
        is_larger = np.nanmedian(numbers[price]) > np.nanmedian(numbers[units])
        yield 2 * is_price + is_whole + bool(is_larger), total, price, units


def _has_one_price(names: Profile, prices: Numbers) -> bool:
    """Tell whether what has one name has one price, and other names have others."""
    by_name: dict[str, list[float]] = {}
    for name, price in zip(names.texts.to_pylist(), prices.tolist(), strict=True):
        if name and np.isfinite(price):
            by_name.setdefault(name, []).append(price)
    several = [found for found in by_name.values() if len(found) > 1]
    same = [found for found in several if max(found) - min(found) < 0.011]
    return len(by_name) > 1 and len(several) > 1 and len(same) >= _MOST * len(several)


def _has_one_day(codes: Profile, days: Profile) -> bool:
    """Tell whether what has one number is of one day, as orders are."""
    by_code: dict[str, set[str | None]] = {}
    for code, day in zip(codes.texts.to_pylist(), days.texts.to_pylist(), strict=True):
        if code:
            by_code.setdefault(code, set()).add(day)
    one = sum(len(found) == 1 for found in by_code.values())
    return len(by_code) > len(days.distinct) / 2 and one >= _MOST * len(by_code)
