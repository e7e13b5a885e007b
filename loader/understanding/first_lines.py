"""Columns that have a text on the first line of an order only, as shops export them."""

import numpy as np

from loader.shaping import has_text
from loader.understanding.proofs import MOST
from loader.understanding.tables import Table
from loader.understanding.vocabulary import says

_ORDERS = 2
"""So many orders of several lines must show it."""


def of_first_lines(table: Table, order: int, goods: list[int], taken: set[int]) -> list[int]:
    """Return the columns whose text holds for the lines below, up to the next order.

    A row without an order's number is another line of the one above if it has goods: no total.

    Args:
        table: the sales.
        order: where the order's number stands.
        goods: columns that every line has, such as the product.
        taken: columns that are no amounts, whatever they look like.
    """
    there = [has_text(profile.texts) for profile in table.profiles]
    ids = table.profiles[order].texts.to_pylist()
    is_line = np.all([there[place] for place in goods], axis=0)
    if not goods or not (there[order] | is_line).all():
        return []
    is_first = np.zeros(len(ids), bool)
    current: tuple[int, str | None] | None = None
    for row, (origin, text) in enumerate(zip(table.origins, ids, strict=True)):
        key = (origin, text)
        if current is None or origin != current[0] or (there[order][row] and key != current):
            is_first[row], current = True, key
    has_more = np.append(~is_first[1:], False)
    heads = is_first & has_more
    if heads.sum() < _ORDERS:
        return []
    found, seldom = [], []
    for place, profile in enumerate(table.profiles):
        share = float(there[place][heads].mean())
        is_amount = profile.number_share > 0.6 and profile.date_share < 0.5 and place not in taken
        if is_amount or there[place][~is_first].any() or not share:
            continue
        if says(table.headers[place], "no_sale", "taken_back"):
            seldom.append(place)
        elif share >= MOST:
            found.append(place)
    # Most orders have none of what says that they were cancelled. In a file that says the rest of
    # an order in each line, a blank there is an answer, for that line.
    return sorted([*found, *seldom]) if found else []
