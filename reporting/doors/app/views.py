"""What pages of figures have in common: the warehouse, the question, its filters, and links."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy.engine import Connection

from reporting.ask.choices import Choices, read_choices
from reporting.ask.periods import Preset, read_presets
from reporting.doors.api.database import Build, Database
from reporting.doors.api.known import Builds, Known
from reporting.doors.app.question import Question, ask
from reporting.tables import Value

_FIELDS = (
    ("region", "Region"),
    ("city", "City"),
    ("store", "Store"),
    ("category", "Category"),
    ("product", "Product"),
    ("seller", "Seller"),
    ("shipping_company", "Carrier"),
    ("customer_segment", "Segment"),
    ("customer", "Customer"),
    ("currency", "Currency"),
)
_LONGEST_LIST = 200
"""Names that are listed to choose from; of more, one begins to write the name."""

_FILTER_OF = {
    "region": "region",
    "country": "country",
    "city": "city",
    "store_name": "store",
    "category": "category",
    "product_name": "product",
    "seller_name": "seller",
    "shipping_company_name": "shipping_company",
    "customer_name": "customer",
    "customer_segment": "customer_segment",
}
"""By column, the filter that a click on a name in it sets."""


@dataclass(frozen=True)
class FilterField:
    """A filter as people fill it in."""

    name: str
    label: str
    value: str
    choices: tuple[str, ...]
    is_list: bool


@dataclass(frozen=True)
class Reading:
    """A question that is being answered.

    Attributes:
        connection: to one state of the warehouse.
        known: of its build.
        question: days and filters.
        presets: days that people ask for often.
        choices: what can be chosen to filter by.
        home: where the app is.
    """

    connection: Connection
    known: Known
    question: Question
    presets: tuple[Preset, ...]
    choices: Choices
    home: str

    def said(self) -> dict[str, Any]:
        """Return what the template of figures speaks of."""
        filters = self.question.filters
        choices = self.choices.of(filters)
        return {
            "question": self.question,
            "presets": self.presets,
            # Of one member there is nothing to choose.
            "fields": [
                _field(name, label, str(filters.get(name, "")), choices.get(name, ()))
                for name, label in _FIELDS
                if name in filters or name == "customer" or len(choices.get(name, ())) > 1
            ],
        }


def _field(name: str, label: str, value: str, choices: tuple[str, ...]) -> FilterField:
    is_list = 0 < len(choices) <= _LONGEST_LIST
    if is_list and value and value not in choices:
        choices = (value, *choices)
    return FilterField(name, label, value, choices, is_list)


class Remembered:
    """What pages need of a build beside the API's, read once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: tuple[Build, tuple[Preset, ...], Choices] | None = None

    def of(
        self, connection: Connection, build: Build, known: Known
    ) -> tuple[tuple[Preset, ...], Choices]:
        """Return presets and choices of a build that is being read."""
        with self._lock:
            if self._read is None or self._read[0] != build:
                presets = read_presets(connection, known.calendar) if known.calendar else ()
                self._read = build, presets, read_choices(connection)
            return self._read[1:]


@contextmanager
def reading(request: Request) -> Iterator[Reading]:
    """Read what a page is asked from one state of the warehouse."""
    state = request.app.state
    database: Database = state.database
    builds: Builds = state.builds
    with database.reading() as (connection, build):
        known = builds.known(connection, build)
        presets, choices = state.remembered.of(connection, build, known)
        yield Reading(
            connection, known, ask(request, known), presets, choices, request.scope["root_path"]
        )


def filter_link(question: Question, column: str, row: Mapping[str, Value]) -> str:
    """Return the address that a name in a table leads to: the same page, about it alone."""
    name = _FILTER_OF.get(column)
    value = row[column]
    if name is None or value is None or question.filters.get(name) == value:
        return ""
    if name == "region" and row.get("country") is not None:
        # Of one name there may be a region in each of several countries, and each is a row.
        return question.link(region=value, country=row["country"])
    return question.link(**{name: value})
