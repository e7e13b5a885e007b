"""Asks for columns that have come since a layout was learned, where they change the amounts."""

import json
import re
from dataclasses import replace

from loader.contracts import header_key
from loader.headers import Header
from loader.layouts import Layout
from loader.questions import Question, Reading
from loader.understanding import proofs
from loader.understanding.as_entity import read_as
from loader.understanding.tables import Table
from loader.understanding.understood import Understood
from loader.wording import SHOWN, quoted

_ALWAYS = ("currency", "included_tax", "included_tax_rate", "included_freight")
"""Columns that change what the lines come to."""

_OFF_A_PRICE = ("discount_amount", "discount_rate", "unit_discount", "price_units")
"""Columns that do so where the line's total is computed, or has not been made of them."""


_MAY_BE = {"discount_rate": ("discount_amount", "discount_rate")}
"""A number that is read as a share may be money."""


def question_on(table: Table, layout: Layout, header: Header) -> Question | None:
    """Ask for columns of numbers that a layout neither reads nor knows.

    They are asked for where a file without a layout would be asked for them, or read otherwise.

    Args:
        table: with sales.
        layout: that reads it; one that does not say what it leaves aside has no new columns.
        header: with the columns that it reads.
    """
    if layout.left_aside is None or layout.entity != "sales_lines":
        return None
    known = {header_key(name) for name in layout.left_aside}
    new = [
        position
        for position, (cell, name) in enumerate(
            zip(table.header.cells, table.header.names, strict=True)
        )
        if cell and position not in header.mapped and header_key(name) not in known
    ]
    if not new:
        return None
    found = read_as(table, "sales_lines")
    names = [table.header.names[position] for position in new]
    aside = f"left_aside: {_as_json([*layout.left_aside, *names])}"
    for column in (*_ALWAYS, *_OFF_A_PRICE):
        pick = found.picks.get(column)
        if pick is None or pick.positions[0] not in new:
            continue
        if column in _OFF_A_PRICE and header.positions.get("line_total") and _is_net(found):
            continue
        name = table.header.names[pick.positions[0]]
        read_as_it = (
            Reading(other.replace("_", " "), _line(other, name, header), "")
            for other in _MAY_BE.get(column, (column,))
        )
        return Question(
            f"{quoted([name])} has come since the layout was learned, and may change the amounts: "
            "is it",
            (*read_as_it, Reading("nothing that does", aside, "")),
        )
    question = found.question
    if question is None or not any(_is_about(question, name) for name in names):
        return None
    # Learned anew from this file alone, the layout would not read those before it.
    readings = [
        replace(reading, line=f"{reading.line}, with {aside}" if reading.line else aside, flag="")
        for reading in question.readings
    ]
    return Question(
        f"{quoted(names, SHOWN)} has come since the layout was learned: {question.asks}",
        tuple(readings),
    )


def _line(column: str, name: str, header: Header) -> str:
    """Return what makes a layout read a column, and still the files that do not have it."""
    line = f"{column}: {_as_json(name)} among its columns, with optional: {column}"
    places = header.positions
    if column not in _OFF_A_PRICE or not places.get("line_total"):
        return line
    if places.get("unit_price") and places.get("units"):
        return f"{line}, and no line_total"
    total = _as_json(header.at.names[places["line_total"][0]])
    less = "less_rates" if column == "discount_rate" else "less"
    return f"line_total: {{sum: [{total}], {less}: [{_as_json(name)}]}}"


def _is_net(found: Understood) -> bool:
    """Tell whether the total of the lines is something else than price times units."""
    profiles = [found.profile(name) for name in ("line_total", "unit_price", "units")]
    numbers = [profile.numbers for profile in profiles if profile is not None]
    return len(numbers) == len(profiles) and not proofs.proves(numbers[0], numbers[1] * numbers[2])


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _is_about(question: Question, name: str) -> bool:
    """Tell whether a question names a header."""
    said = [question.asks, *(f"{reading.meaning} {reading.line}" for reading in question.readings)]
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for text in said)
