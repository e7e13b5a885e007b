"""Asks about columns of numbers that would be left aside in silence, though they change figures."""

import json
import shlex
from collections.abc import Iterator

import numpy as np

from loader.questions import Question, Reading
from loader.understanding import proofs
from loader.understanding.profiles import Numbers
from loader.understanding.tables import Table
from loader.understanding.vocabulary import OTHER, meanings, says_of_numbers
from loader.wording import short

_GROWING = 8
"""So many amounts that grow from row to row are hardly so by chance."""

Places = dict[str, int]
"""Our column -> its position."""


def question(table: Table, places: Places, asides: dict[int, str]) -> Question | None:
    """Return what to ask about numbers that nothing of ours reads.

    Args:
        table: with sales.
        places: what is read.
        asides: position -> why it is not read, where that is known.
    """
    return (
        _of_units(table, places, asides)
        or _of_what_is_taken_off(table, places, asides)
        or _of_a_running_total(table, places)
    )


def _unread(table: Table, places: Places, asides: dict[int, str]) -> Iterator[tuple[int, str]]:
    for position, profile in enumerate(table.profiles):
        is_read = position in places.values() or position in asides
        if (
            not is_read
            and profile.count
            and profile.number_share > 0.6
            and profile.date_share < 0.5
            and not profile.is_percent
        ):
            yield position, table.headers[position]


def _of_units(table: Table, places: Places, asides: dict[int, str]) -> Question | None:
    """Ask which column counts the pieces, where another one than is read may, or none is read."""
    chosen = places.get("units")
    numbers = [profile.numbers for profile in table.profiles]
    price, total = places.get("unit_price"), places.get("line_total")
    if (
        chosen is not None
        and price is not None
        and total is not None
        and proofs.proves(numbers[total], numbers[price] * numbers[chosen])
    ):
        return None
    kinds = ("pieces", "packed") if chosen is None else ("pieces",)
    if chosen is None and price is not None:
        total = None  # `Sold` is an amount no more than it is a number of pieces
    if total is None:
        places = {name: place for name, place in places.items() if name != "line_total"}
    counts = [
        position
        for position, header in _unread(table, places, asides)
        if says_of_numbers(header, *kinds)
        and table.profiles[position].is_whole
        and (chosen is None or not _is_known(table, position))
        and (chosen is None or proofs.differs(numbers[position], numbers[chosen]))
    ]
    if not counts:
        return None

    def meaning(name: str, units: Numbers) -> str:
        if total is None and price is not None:
            return f"{name} ({float(np.nansum(numbers[price] * units)):,.2f} in the first rows)"
        return f"{name} ({float(np.nansum(units)):,.0f} in the first rows)"

    names = table.header.names
    readings = [
        Reading(
            meaning(f"'{short(names[position], 30)}'", numbers[position]),
            f"units: {json.dumps(names[position], ensure_ascii=False)}",
            f"--column {shlex.quote(f'units={names[position]}')}",
        )
        for position in ([] if chosen is None else [chosen]) + counts
    ]
    if chosen is None:
        one = np.ones(len(numbers[counts[0]]))
        readings.append(
            Reading(meaning("one piece a row", one), "units: {constant: 1}", "--column units=none")
        )
    return Question(
        "is the number of pieces (if it takes two columns, add one with the result to the file)",
        tuple(readings),
        table.places[0][1],
    )


def _is_known(table: Table, position: int) -> bool:
    """Tell whether the vocabulary knows a column for something else."""
    return any(item.column == OTHER for item in meanings(table.headers[position], "sales_lines"))


def _of_what_is_taken_off(table: Table, places: Places, asides: dict[int, str]) -> Question | None:
    """Ask whether refunds and discounts that nothing reads are to be taken off."""
    column = "line_total" if "line_total" in places else "unit_price"
    if column not in places:
        return None
    amounts = table.profiles[places[column]].numbers
    gross = amounts
    if "unit_price" in places and "units" in places:
        price, units = (table.profiles[places[name]].numbers for name in ("unit_price", "units"))
        gross = price * units
    if column == "unit_price":
        amounts = gross
    for position, header in _unread(table, places, asides):
        off = np.nan_to_num(table.profiles[position].numbers)
        is_off = says_of_numbers(header, "taken_off")
        if not is_off or says_of_numbers(header, "before_or_after") or not off.any():
            continue
        if proofs.proves(amounts, gross - off) and proofs.differs(amounts, gross):
            continue  # it is taken off already
        names = table.header.names
        name, own = names[position], names[places[column]]
        sums = [float(np.nansum(numbers)) for numbers in (amounts, amounts - np.abs(off))]
        order = places.get("order_id")
        of_order = order is not None and proofs.of_the_order(
            table.profiles[order], table.profiles[position], table.origins
        )
        is_offered = column == "unit_price" and "discount_amount" not in places
        if is_offered:
            taken = Reading(
                f"each line less what stands there ({sums[1]:,.2f})",
                f"discount_amount: {json.dumps(name, ensure_ascii=False)}",
                f"--column {shlex.quote(f'discount_amount={name}')}",
            )
        else:
            taken = Reading(
                f"less what stands there ({sums[1]:,.2f}), for which the file needs a column with "
                "the rest, or rows of their own with a minus",
                "",
                "",
            )
        if of_order and "discount_amount" not in places:
            # What is taken off once of an order stands on each of its lines.
            taken = Reading(
                "less what stands there, which is that of the whole order, shared out among its "
                "lines",
                f"discount_amount: {json.dumps(name, ensure_ascii=False)} and "
                "order_amounts: discount_amount",
                f"--order-amounts {shlex.quote(f'discount_amount={name}')}",
            )
        as_it_is = Reading(
            f"as it is ({sums[0]:,.2f} in the first rows)",
            f"{column}: {json.dumps(own, ensure_ascii=False)}",
            f"--column {shlex.quote(f'{column}={own}')}",
        )
        return Question(
            f"'{short(name, 30)}' beside the amounts is not read (one of a whole order is to be "
            "shared among its lines first): is the amount",
            (as_it_is, taken),
            table.places[0][1],
        )
    return None


def _of_a_running_total(table: Table, places: Places) -> Question | None:
    """Ask whether a total that grows from row to row, as the days do, adds up the rows above."""
    place = places.get("line_total")
    if place is None or "unit_price" in places or "sold_at" not in places:
        return None
    numbers = table.profiles[place].numbers
    if len(numbers) < _GROWING or len({*table.origins}) > 1 or not np.isfinite(numbers).all():
        return None
    if numbers[0] <= 0 or not (np.diff(numbers) > 0).all():
        return None
    name = table.header.names[place]
    return Question(
        f"'{short(name, 30)}' grows in every row: is it",
        (
            Reading(
                f"the amount of each line ({float(numbers.sum()):,.2f} in the first rows)",
                f"line_total: {json.dumps(name, ensure_ascii=False)}",
                f"--column {shlex.quote(f'line_total={name}')}",
            ),
            Reading(
                f"a running total ({float(numbers[-1]):,.2f}), for which the file needs a column "
                "with the amount of each line",
                "",
                "",
            ),
        ),
        table.places[0][1],
    )
