"""Asks in which currency the amounts are, where two columns or a header say different ones."""

import numpy as np

from loader.currencies import codes_of, contradict
from loader.questions import Question, Reading
from loader.understanding import proofs
from loader.understanding.columns import Columns
from loader.understanding.understood import Understood
from loader.understanding.vocabulary import currency_in
from loader.wording import SHOWN, quoted, short


def question(columns: Columns, found: Understood) -> Question | None:
    """Ask which of two columns names the currency, or whether it is the amount's header."""
    currency = found.picks.get("currency")
    if currency is None:
        return None
    place = currency.positions[0]
    own, names = columns.table.profiles[place], columns.table.header.names
    others = [
        other
        for other in columns.candidates("currency")
        if other != place and columns.table.profiles[other].texts != own.texts
    ]
    readings = [
        Reading.of_column(
            f"'{short(names[at], 30)}' ({quoted(profile.distinct.to_pylist(), SHOWN)})",
            "currency",
            names[at],
        )
        for at in [place, *others]
        for profile in [columns.table.profiles[at]]
    ]
    amount = found.picks.get("line_total") or found.picks.get("unit_price")
    header = names[amount.positions[0]] if amount else ""
    said = currency_in(header)
    if said and any(contradict(said, text) for text in own.distinct.to_pylist()):
        code = codes_of(said)[0]
        if (
            amount
            and (local := _in_local_currency(columns, found, amount.positions[0])) is not None
        ):
            # It is that of the other amount.
            readings = [
                Reading.of_column(
                    f"that of the amounts in '{short(names[local], 30)}'",
                    "line_total",
                    names[local],
                )
            ]
        readings.append(
            Reading(
                f"{code}, as the header '{short(header, 30)}' says",
                f"currency: {{constant: {code}}}",
                f"--currency {code}",
            )
        )
    if len(readings) < 2:
        return None
    return Question("is the currency of the amounts", tuple(readings), columns.table.places[0][1])


def _in_local_currency(columns: Columns, found: Understood, place: int) -> int | None:
    """Return where the same amounts stand in other currencies."""
    taken = {position for pick in found.picks.values() for position in pick.positions}
    currencies = columns.table.profiles[found.picks["currency"].positions[0]].texts.to_pylist()
    groups = [
        np.array([other == currency for other in currencies])
        for currency in dict.fromkeys(currencies)
    ]
    amounts = columns.numbers(place)
    for position in columns.amounts():
        other = columns.numbers(position)
        if position not in taken and all(
            proofs.has_one_rate(amounts[group], other[group]) for group in groups
        ):
            return position
    return None
