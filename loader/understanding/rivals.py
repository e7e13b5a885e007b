"""Asks which of several amounts is the line's, and whether one is that of a piece or of all."""

import numpy as np

from loader.questions import Question, Reading
from loader.understanding import proofs
from loader.understanding.columns import Columns
from loader.understanding.profiles import known_or
from loader.understanding.understood import Understood
from loader.understanding.vocabulary import meanings, says_of_numbers, scale_in
from loader.wording import short

_MOST = 0.9
"""So many values must be numbers."""


def of_line_total(columns: Columns, found: Understood) -> Question | None:
    """Ask which of two amounts is the line's, where no sum proves it and the values differ."""
    total = found.picks.get("line_total")
    if total is None or total.weight > 1:
        return None
    taken = {position for pick in found.picks.values() for position in pick.positions}
    chosen = total.positions[0]
    for position in columns.candidates("line_total"):
        numbers = columns.numbers(position)
        if position in taken or not proofs.differs(numbers, columns.numbers(chosen)):
            continue
        readings = []
        for place in (chosen, position):
            name = columns.table.header.names[place]
            amount = float(np.nansum(columns.numbers(place)))
            readings.append(
                Reading.of_column(
                    f"'{short(name)}' ({amount:,.2f} in the first rows)", "line_total", name
                )
            )
        return Question("is the amount of a line", tuple(readings), columns.table.places[0][1])
    return None


def price_or_total(columns: Columns, found: Understood) -> Question | None:
    """Ask whether an amount is of a piece or of the line, where its word or values doubt it."""
    picks = [name for name in ("unit_price", "line_total") if name in found.picks]
    if len(picks) != 1 or "units" not in found.picks:
        return None
    (place,) = found.picks[picks[0]].positions
    header, units = (
        columns.table.header.names[place],
        columns.numbers(found.picks["units"].positions[0]),
    )
    amounts, grows = columns.numbers(place), columns.grows(place)
    meant = {meaning.column for meaning in meanings(columns.table.headers[place], columns.entity)}
    is_open = grows is None and {"unit_price", "line_total"} <= meant
    is_odd = grows is False and picks == ["line_total"]
    if not (is_open or is_odd) or not proofs.differs(amounts * units, amounts):
        return None
    asks = f"is '{short(header, 30)}'"
    if is_odd:
        asks = f"'{short(header, 30)}' of each product is one, whatever its units: is it"
    readings = tuple(
        Reading.of_column(
            f"{meaning} ({float(np.nansum(numbers)):,.2f} in the first rows)", column, header
        )
        for meaning, column, numbers in (
            ("of the line", "line_total", amounts),
            ("of one piece", "unit_price", amounts * units),
        )
    )
    return Question(asks, readings, columns.table.places[0][1])


def scaled(columns: Columns, found: Understood) -> Question | None:
    """Ask whether amounts are in cents or thousands, as those that they come to are said to be."""
    units = found.picks.get("units")
    if units is None:
        return None
    counted = columns.numbers(units.positions[0])
    names = columns.table.header.names
    for position, header in enumerate(columns.table.headers):
        scale = scale_in(header)
        if scale is None or columns.table.profiles[position].number_share < _MOST:
            continue
        same = columns.numbers(position)
        for column in ("unit_price", "line_total"):
            pick = found.picks.get(column)
            if pick is None or len(pick.positions) != 1:
                continue
            own = columns.numbers(pick.positions[0])
            is_same = (
                proofs.proves(same, own * counted)
                if column == "unit_price"
                else proofs.proves(own, same) or proofs.proves(own, same * counted)
            )
            if not is_same:
                continue
            shown = float(np.nansum(own * counted if column == "unit_price" else own))
            return Question(
                f"'{short(header, 30)}' is what '{short(names[pick.positions[0]], 30)}' comes to: "
                f"does a 1 of {column} stand for",
                tuple(
                    Reading(
                        f"{number} ({shown * float(number):,.2f} in the first rows)",
                        f"scale: {{{column}: {number}}}",
                        f"--scale {column}={number}",
                    )
                    for number in (scale, "1")
                ),
                columns.table.places[0][1],
            )
    return None


def of_versions(columns: Columns, found: Understood) -> Question | None:
    """Ask whether lines whose number stands twice in their order are states of one line."""
    order, total = found.picks.get("order_id"), found.picks.get("line_total")
    headers, profiles = columns.table.headers, columns.table.profiles
    lines = [
        place
        for place in columns.asides
        if any(item.column == "line_number" for item in meanings(headers[place], columns.entity))
    ]
    versions = [
        place
        for place, profile in enumerate(profiles)
        if profile.is_whole
        and profile.known_numbers.max() > 1
        and says_of_numbers(headers[place], "version")
    ]
    if order is None or total is None or not lines or not versions:
        return None
    amounts = columns.numbers(total.positions[0])
    numbers = zip(
        columns.table.origins,
        profiles[order.positions[0]].texts.to_pylist(),
        profiles[lines[0]].texts.to_pylist(),
        strict=True,
    )
    last = dict(zip(numbers, amounts.tolist(), strict=True))
    if len(last) == len(amounts):
        return None
    name, version = (short(columns.table.header.names[at], 30) for at in (lines[0], versions[0]))
    of_last = float(np.nansum([*last.values()]))
    return Question(
        f"'{name}' stands more than once in an order, beside '{version}': is it",
        (
            Reading.of_column(
                f"the number of a line, of which the last counts ({of_last:,.2f} in the first "
                "rows)",
                "line_number",
                columns.table.header.names[lines[0]],
            ),
            Reading(
                f"none, and each line counts ({float(np.nansum(amounts)):,.2f})",
                "no line_number",
                "--column line_number=none",
            ),
        ),
        columns.table.places[0][1],
    )


def price_of_several(columns: Columns, found: Understood) -> Question | None:
    """Ask whether a price is that of so many units as stand beside it, where no total tells."""
    per, price = found.picks.get("price_units"), found.picks.get("unit_price")
    gross = columns.gross()
    if per is None or per.weight > 1 or price is None or gross is None:
        return None
    names = columns.table.header.names
    of_several, of_one = (names[pick.positions[0]] for pick in (per, price))
    one = gross * known_or(columns.numbers(per.positions[0]), 1)
    if not proofs.differs(gross, one):
        return None
    return Question(
        f"is '{short(of_one, 30)}' the price",
        (
            Reading.of_column(
                f"of as many units as '{short(of_several, 30)}' says "
                f"({float(np.nansum(gross)):,.2f} in the first rows)",
                "price_units",
                of_several,
            ),
            Reading(
                f"of one ({float(np.nansum(one)):,.2f})",
                "no price_units",
                "--column price_units=none",
            ),
        ),
        columns.table.places[0][1],
    )
