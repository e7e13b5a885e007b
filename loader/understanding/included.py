"""Asks whether an amount has in it what stands beside it: taxes, their rates, shipping."""

import json
import shlex
from collections.abc import Sequence

import numpy as np

from loader.calculated import as_source, written
from loader.evidence.totals import total_words
from loader.questions import Question, Reading
from loader.understanding import proofs, taxes
from loader.understanding.columns import Columns
from loader.understanding.profiles import Numbers
from loader.understanding.understood import Pick, Understood
from loader.understanding.vocabulary import rate_in, says_of_numbers
from loader.wording import short

MOST_OF = 0.9
"""In so many of the rows, a part of an amount is less than it."""

_RATES = 4
"""More rates than these are amounts, unless the header or a percent sign says otherwise."""


def with_tax(columns: Columns, found: Understood) -> Question | None:
    """Tell whether the total includes a tax that stands beside it; ask where nothing tells."""
    total = found.picks.get("line_total")
    if total is None or says_of_numbers(columns.table.headers[total.positions[0]], "without_tax"):
        return None
    place = total.positions[0]
    amounts = columns.numbers(place)
    places = [at for at in sorted(columns.taxes() - {place}) if columns.is_tax_on(at, amounts)]
    if not places:
        return None
    several = [np.nan_to_num(columns.numbers(at)) for at in places]
    tax = np.asarray(sum(several))
    others = [columns.numbers(at) for at in columns.amounts() if at not in (place, *places)]
    is_net = any(proofs.proves(other, amounts + tax) for other in others)
    is_gross = any(proofs.proves(amounts, other + tax) for other in others)
    included: bool | None = is_gross
    if is_net == is_gross:
        rates = [rate_in(columns.table.headers[at]) for at in places]
        included = taxes.are_included(amounts, several, rates)
    if included:
        names = [columns.table.header.names[at] for at in places]
        calculation = {"sum": names} if len(names) > 1 else {}
        why = ["the total includes it"]
        found.picks["included_tax"] = Pick(places, 1.0, why, calculation=calculation)
    elif included is None:
        return _question_on_part(columns, place, places, "included_tax")
    else:
        columns.asides |= dict.fromkeys(places, "it comes on top of the total")
    return None


def with_tax_rate(columns: Columns, found: Understood) -> Question | None:
    """Ask whether the amount includes the tax whose rate stands beside it."""
    pick = found.picks.get("line_total") or found.picks.get("unit_price")
    if pick is None or {"included_tax", "included_tax_rate"} & found.picks.keys():
        return None
    place = pick.positions[0]
    header = columns.table.headers[place]
    if says_of_numbers(header, "without_tax"):
        return None
    amounts = columns.numbers(place)
    beside = [columns.numbers(other) for other in columns.amounts() if other != place]
    for position in sorted(columns.taxes() - {place}):
        if not says_of_numbers(columns.table.headers[position], "tax"):
            continue
        rates = _rates(columns, position)
        if rates is None:
            continue
        net = amounts / (1 + rates)
        units = found.picks.get("units")
        lines = amounts
        if "line_total" not in found.picks and units is not None:
            lines = amounts * columns.numbers(units.positions[0])
        on_top = [amounts * (1 + rates), lines * (1 + rates)]
        if any(proofs.proves(other, total) for other in beside for total in on_top):
            columns.asides[position] = "the tax comes on top of the amount"
            return None
        if any(proofs.proves(other, net) for other in beside):
            why = "the amount includes the tax of this rate"
            found.picks["included_tax_rate"] = Pick([position], 1.0, [why])
            return None
        if any(columns.is_tax_on(other, amounts) for other in columns.taxes() - {place}):
            continue  # the tax itself tells
        amounts, net = lines, lines / (1 + rates)
        name = columns.table.header.names[position]
        column = "line_total" if "line_total" in found.picks else "unit_price"
        amount = columns.table.header.names[place]
        return Question(
            f"does '{short(amount, 30)}' include the tax at '{short(name, 30)}': is it",
            tuple(
                Reading.of_column(
                    f"{meaning} ({float(np.nansum(total)):,.2f} in the first rows)", ours, theirs
                )
                for meaning, total, ours, theirs in (
                    ("without", amounts, column, amount),
                    ("with, so that it is taken off", net, "included_tax_rate", name),
                )
            ),
            columns.table.places[0][1],
        )
    return None


def _rates(columns: Columns, position: int) -> Numbers | None:
    """Return a column of tax rates as shares; None where it holds no rates, or nothing else."""
    rates = np.nan_to_num(columns.numbers(position))
    some = np.unique(np.abs(rates[rates != 0]))
    profile = columns.table.profiles[position]
    if not len(some) or profile.date_share > 0.5 or not taxes.are_rates(some):
        return None
    says_rate = says_of_numbers(columns.table.headers[position], "rate")
    if not (profile.is_percent or says_rate or len(some) <= _RATES):
        return None
    return taxes.as_shares(rates)


def with_freight(columns: Columns, found: Understood) -> Question | None:
    """Ask whether the total includes the shipping beside it, where nothing tells."""
    total = found.picks.get("line_total")
    if total is None or total.weight > 1:
        return None
    place = total.positions[0]
    header = columns.table.headers[place]
    amounts = columns.numbers(place)
    is_paid = total_words().search(header) or says_of_numbers(header, "paid")
    if says_of_numbers(header, "without_tax") or not is_paid:
        return None
    if (gross := columns.gross()) is not None and proofs.proves(amounts, gross):
        return None
    for position in sorted(columns.freights() - {place}):
        freight = np.nan_to_num(columns.numbers(position))
        if not np.any((freight != 0) & np.isfinite(amounts)):
            continue
        others = [columns.numbers(at) for at in columns.amounts() if at not in (place, position)]
        if any(proofs.proves(other, amounts + freight) for other in others):
            columns.asides[position] = "it comes on top of the total"
        elif any(proofs.proves(amounts, other + freight) for other in others):
            found.picks["included_freight"] = Pick([position], 1.0, ["the total includes it"])
        else:
            return _question_on_part(columns, place, [position], "included_freight")
    return None


def with_part(columns: Columns, found: Understood) -> Question | None:
    """Ask whether a total is meant with what stands beside it and is in it."""
    total = found.picks.get("line_total")
    if total is None:
        return None
    place = total.positions[0]
    taken = {at for pick in found.picks.values() for at in pick.positions}
    for position in columns.parts_of_total.get(place, []):
        if position not in taken:
            return _question_on_part(columns, place, [position], "included_freight")
    amounts = columns.numbers(place)
    units, gross = found.picks.get("units"), columns.gross()
    if gross is not None and units is not None:
        return None  # the rows would have shown it
    for position in [at for at in columns.amounts() if at not in {*taken, *columns.asides}]:
        if says_of_numbers(columns.table.headers[position], "on_top"):
            part = np.nan_to_num(columns.numbers(position))
            some = (part != 0) & np.isfinite(amounts)
            if some.any() and np.mean(np.abs(part[some]) < np.abs(amounts[some])) > MOST_OF:
                return _question_on_part(columns, place, [position], "included_freight")
    return None


def _question_on_part(
    columns: Columns, place: int, positions: Sequence[int], part: str
) -> Question:
    """Ask whether the total includes what stands beside it."""
    total = columns.table.header.names[place]
    names = [columns.table.header.names[at] for at in positions]
    amounts = float(np.nansum(columns.numbers(place)))
    taken = sum(float(np.nansum(columns.numbers(at))) for at in positions)
    calculation = {"sum": names}
    source = as_source(calculation) if names[1:] else _in_quotes(names[0])
    asked = " and ".join(f"'{short(name, 30)}'" for name in names)
    return Question(
        f"does '{short(total, 30)}' include the {asked} beside it: is it",
        tuple(
            Reading(
                f"{meaning} ({amount:,.2f} in the first rows)",
                f"{column}: {written_as}",
                f"--column {shlex.quote(f'{column}={said}')}",
            )
            for meaning, amount, column, written_as, said in (
                ("without", amounts, "line_total", _in_quotes(total), total),
                (
                    "with, so that it is taken off",
                    amounts - taken,
                    part,
                    source,
                    written(calculation),
                ),
            )
        ),
        columns.table.places[0][1],
    )


def _in_quotes(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
