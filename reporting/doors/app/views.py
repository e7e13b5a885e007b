"""What pages of figures have in common: the warehouse, the question, its filters, and links."""

import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

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
T = TypeVar("T")

HELPERS = max(1, min(4, os.cpu_count() or 1) - 1)
"""Connections that may read for a page beside its own."""
MOST_ANSWERS = 100
"""Answers that are remembered."""

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

_pool = ThreadPoolExecutor(2 * HELPERS, thread_name_prefix="reads-beside")


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
        database: that it is of.
        build: that it is of.
        known: of the build.
        question: days and filters.
        presets: days that people ask for often.
        choices: what can be chosen to filter by.
        home: where the app is.
    """

    connection: Connection
    database: Database
    build: Build
    known: Known
    question: Question
    presets: tuple[Preset, ...]
    choices: Choices
    home: str

    def side_by_side(self, works: Sequence[Callable[["Reading"], T]]) -> list[T]:
        """Read several things of one build, some of them by other connections.

        Whoever is free takes the next one, so that nobody waits for a connection that is not free.
        """
        waiting = deque(enumerate(works))
        done: dict[int, T] = {}

        def work(read: "Reading") -> None:
            while waiting:
                try:
                    place, do = waiting.popleft()
                except IndexError:  # a helper was faster
                    return
                done[place] = do(read)

        def help_out() -> None:
            with self.database.reading() as (connection, build):
                if build == self.build:
                    work(replace(self, connection=connection))

        helpers = [_pool.submit(help_out) for _ in range(min(HELPERS, len(works) - 1))]
        try:
            work(self)
        finally:
            waiting.clear()
        for helper in helpers:
            if len(done) < len(works):
                helper.result()
        return [done[place] for place in range(len(works))]

    def said(self) -> dict[str, Any]:
        """Return what the template of figures speaks of."""
        filters = self.question.filters
        choices = self.choices.of(filters)
        return {
            "question": self.question,
            "has_sales": self.known.calendar is not None,
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
    """What pages need of a build beside the API's, read once, and what they answered last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: tuple[Build, tuple[Preset, ...], Choices] | None = None
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()

    def answer(self, question: Hashable, read: Callable[[], T]) -> T:
        """Return what was answered before, else read it.

        Args:
            question: what is asked, and the build that is asked.
            read: reads the answer, which nobody changes.
        """
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                known: T = self._answers[question]
                return known
        answer = read()
        with self._lock:
            self._answers[question] = answer
            while len(self._answers) > MOST_ANSWERS:
                self._answers.popitem(last=False)
        return answer

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
            connection,
            database,
            build,
            known,
            ask(request, known),
            presets,
            choices,
            request.scope["root_path"],
        )


def filter_link(question: Question, column: str, row: Mapping[str, Value]) -> str:
    """Return the address that a name in a table leads to: the same page, about it alone."""
    name = _FILTER_OF.get(column)
    value = row[column]
    if name is None or value is None or question.filters.get(name) == value:
        return ""
    # Of one name there may be places in several countries, and each is a row.
    around = {"region": ("country",), "city": ("region", "country")}.get(name, ())
    more = {place: row[place] for place in around if row.get(place) is not None}
    return question.link(**{name: value, **more})
