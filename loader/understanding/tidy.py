"""Reads a table that no layout names by what is certain of it: its words, and its values."""

from collections.abc import Collection
from functools import cache

from loader.contracts import ENTITIES, unmet
from loader.headers import Header, NoHeader
from loader.layout_keys import Calculated, Join, Source
from loader.layouts import Layout
from loader.questions import Held
from loader.understanding import beside_prices
from loader.understanding.tables import Table
from loader.understanding.understand import nearest, understand
from loader.understanding.understood import Pick, Understood
from loader.understanding.vocabulary import meanings, words_for
from loader.wording import short

_INCLUDED = ("included_tax", "included_tax_rate", "included_freight")
_AMOUNTS = ("line_total", "unit_price", "units", "discount_amount", "discount_rate", *_INCLUDED)

_TOLD = 8
"""So many of the words of a column are told to who lacks it."""


def read_tidy(
    table: Table, *, supplied: Collection[str] = ()
) -> tuple[Layout, Header | NoHeader, str]:
    """Return the layout that a table fits as it is, or the nearest and what the table lacks.

    What the rows prove of its amounts is told in one sentence; empty where the headers say it all.

    Args:
        table: of any kind.
        supplied: columns of ours that another table has for it.

    Raises:
        Held: the values leave open which of two columns is meant.
    """
    (found,) = understand([table])
    if found.entity is None:
        found = nearest(table)
    entity = found.entity or "sales_lines"
    contract = ENTITIES[entity]
    picks = _certain(found)
    missing = unmet([*contract.required, *contract.tidy], {*picks, *supplied})
    if missing:
        at = table.header
        names = [name for name, cell in zip(at.names, at.cells, strict=True) if cell]
        read = {position for pick in found.picks.values() for position in pick.positions}
        lacking = {column for choice in missing for column in choice}
        unfit = {
            header: example
            for position, header in enumerate(table.headers)
            if position not in read
            and any(meaning.column in lacking for meaning in meanings(header, entity))
            and (example := table.example(position)) is not None
        }
        return _wanted(entity), NoHeader(at.row, names, len(picks), missing, unfit), ""
    if found.question is not None:
        raise Held([found.question], table.places[0][0])
    places = {name: pick.positions[0] for name, pick in picks.items()}
    # A total is what the lines come to, whatever the discount.
    is_telling = {"unit_price", "units"} <= picks.keys() and "line_total" not in picks
    for column in ("discount_amount", "discount_rate", "unit_discount") if is_telling else ():
        if column in found.picks and column not in picks:
            (position,) = found.picks[column].positions
            doubtful = beside_prices.of_doubtful_discount(table, places, column, position)
            raise Held([doubtful], table.places[0][0])
    names = table.header.names
    columns: dict[str, Source] = {
        column: _source(pick, [names[position] for position in pick.positions])
        for column, pick in picks.items()
    }
    shown = {
        key: found.settings[key][0]
        for key in ("unit_of_measure", "fill_down")
        if key in found.settings
    }
    layout = Layout.model_validate({"entity": entity, "files": ["*"], "columns": columns, **shown})
    header = Header(table.header, {column: pick.positions for column, pick in picks.items()})
    return layout, header, _why(found)


def _why(found: Understood) -> str:
    """Say which amounts were taken of several, and why not the others."""
    names = found.table.header.names
    read = {place for pick in found.picks.values() for place in pick.positions}
    left = [
        f"'{short(names[place], 30)}' ({why})"
        for place, why in sorted(found.asides.items())
        if place not in read and found.table.profiles[place].number_share > 0.6
    ]
    taken = [
        " and ".join(f"'{short(names[place], 30)}'" for place in pick.positions)
        + f" as {column}"
        + (f" ({'; '.join(pick.reasons)})" if pick.reasons else "")
        for column, pick in found.picks.items()
        if column in _AMOUNTS and pick.positions
    ]
    if found.entity != "sales_lines" or not (left or found.picks.keys() & {*_INCLUDED}):
        return ""
    return f"taken: {', '.join(taken)}" + (f"; not taken: {', '.join(left)}" if left else "")


def _source(pick: Pick, names: list[str]) -> Source:
    if pick.calculation:
        return Calculated.model_validate(pick.calculation)
    if len(names) == 1:
        return names
    return Join.model_validate({"join": names, "with": pick.separator})


def _certain(found: Understood) -> dict[str, Pick]:
    """Return what needs nobody's consent: no word that is only nearly known, nothing read twice."""
    certain: dict[str, Pick] = {}
    for column, pick in found.picks.items():
        is_guess = any(reason.startswith("nearly") for reason in pick.reasons)
        if not is_guess and all(pick.positions != other.positions for other in certain.values()):
            certain[column] = pick
    return certain


@cache
def _wanted(entity: str) -> Layout:
    """Return a layout of the usual words, to tell what was looked for."""
    return Layout(
        entity=entity,
        files=["*"],
        columns={name: words_for(entity, name)[:_TOLD] for name in ENTITIES[entity].columns},
    )
