"""Reads a table as one entity: which of its columns is which, and what that leaves open."""

from collections.abc import Callable, Iterable, Iterator

import pyarrow.compute as pc

from loader.contracts import unmet
from loader.questions import Question
from loader.understanding import (
    currency,
    included,
    rivals,
    sales_lines,
    unread,
    weighing,
    whole_orders,
)
from loader.understanding.columns import NOUN_OF, Columns
from loader.understanding.matching import assigned
from loader.understanding.profiles import Profile
from loader.understanding.tables import Table
from loader.understanding.understood import Pick, Understood
from loader.understanding.vocabulary import parts


def read_as(table: Table, entity: str, references: Iterable[Profile] = ()) -> Understood:
    """Return what a table has of an entity.

    Args:
        table: of any kind.
        entity: what it is read as.
        references: the ids by which sales and orders refer to this master data.
    """
    return _read(Columns(table, entity), references)


def still_open(found: Understood, is_answered: Callable[[Question], bool]) -> Question | None:
    """Return what is open of a table of sales beside the questions that people have answered."""
    if found.entity != "sales_lines" or any(
        pick.calculation and len(pick.positions) > 1 for pick in found.picks.values()
    ):
        return None  # who calculates a column has looked at the amounts
    columns = Columns(found.table, found.entity)
    _read(columns, ())
    return next((item for item in _questions(columns, found) if not is_answered(item)), None)


def _read(columns: Columns, references: Iterable[Profile]) -> Understood:
    entity, contract = columns.entity, columns.contract
    measures = weighing.take_off_measures(columns)
    weighing.turn_discounts(columns)
    for position in range(len(columns.table.headers)):
        weighing.weigh_header(columns, position)
    weighing.weigh_currencies(columns)
    weighing.weigh_by_reference(columns, references)
    if entity == "sales_lines":
        sales_lines.weigh_lines(columns)
    picks = {
        column: Pick([position], weight, columns.reasons.get((column, position), []))
        for column, (position, weight) in assigned(columns).items()
    }
    found = Understood(columns.table, entity, picks, {}, columns.asides)
    _put_together(columns, found)
    if entity == "sales_lines":
        sales_lines.complete(columns, found)
        sales_lines.fill_down(columns, found)
        found.question = next(_questions(columns, found), None)
    for pick in found.picks.values():
        if len(pick.positions) == 1 and pick.positions[0] in columns.turned:
            pick.calculation = {"less": [columns.table.header.names[pick.positions[0]]]}
            pick.reasons.append("it is written with a minus")
    units = found.picks.get("units")
    if units is not None and (texts := measures.get(units.positions[0])):
        found.settings["unit_of_measure"] = (texts, "stands behind all numbers of units")
    present = {*found.picks, *found.constants}
    needed = [*contract.required, *contract.tidy]
    if entity == "sales_lines":
        # A line's day or price may stand in the order's header, or the price list.
        needed = list(contract.required)
    found.lacking = unmet(needed, present)
    if entity == "sales_targets":
        _tell_first_days(found)
    return found


def _questions(columns: Columns, found: Understood) -> Iterator[Question]:
    """Yield what is open of sales: first what the rest hangs on."""
    for ask in (
        whole_orders.total_of_orders,
        rivals.of_line_total,
        rivals.price_or_total,
        rivals.price_of_several,
        rivals.scaled,
        rivals.of_versions,
        included.with_tax,
        included.with_tax_rate,
        included.with_freight,
        included.with_part,
        whole_orders.discount_of_order,
        currency.question,
    ):
        if (question := ask(columns, found)) is not None:
            yield question
    places = {
        column: pick.positions[0]
        for column, pick in found.picks.items()
        if len(pick.positions) == 1
    }
    yield from unread.questions(columns.table, places, found.asides)


def _tell_first_days(found: Understood) -> None:
    """Find the order of day and month of targets: a target is for a month, by its first day."""
    month = found.profile("month")
    if month is None:
        return
    for order, first, other in (("dmy", 1, 2), ("mdy", 2, 1)):
        days = pc.extract_regex(month.distinct, r"^(?P<a>\d{1,2})[./-](?P<b>\d{1,2})[./-]\d")
        if days.null_count or len(days) < 2:
            break
        both = [set(days.field(place - 1).to_pylist()) for place in (first, other)]
        if both[0] <= {"1", "01"} and len(both[1]) > 1:
            found.settings["dates"] = (order, "every one is the first day of a month")


def _put_together(columns: Columns, found: Understood) -> None:
    """Make a name of a first and a last name, a day of a year, a month and a day."""
    places = {
        "".join(parts(header)): position for position, header in enumerate(columns.table.headers)
    }
    noun = NOUN_OF.get(columns.entity)
    name = f"{noun}_name"
    if noun in ("customer", "seller") and name not in found.picks:
        for first, last in (
            ("firstname", "lastname"), ("vorname", "nachname"), ("prenom", "nom"),
            ("nombre", "apellido"), ("nome", "cognome"), ("voornaam", "achternaam"),
            ("imie", "nazwisko"), ("fornamn", "efternamn"), ("nome", "sobrenome"),
        ):  # fmt: skip
            if first in places and last in places:
                found.picks[name] = Pick([places[first], places[last]], 0.9)
                break
    if columns.entity == "sales_lines" and "sold_at" not in found.picks:
        for names in (
            ("year", "month", "day"),
            ("jahr", "monat", "tag"),
            ("ano", "mes", "dia"),
        ):
            if all(part in places for part in names):
                positions = [places[part] for part in names]
                profiles = [columns.table.profiles[place] for place in positions]
                if all(profile.number_share > 0.9 for profile in profiles):
                    found.picks["sold_at"] = Pick(positions, 0.9, separator="-")
