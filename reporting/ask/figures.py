"""What was sold on any days, as the functions of the warehouse say (dbt_project/models/functions).

They have the columns of the weekly report models, less the week, and for a week its figures.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.periods import Period

Row = Mapping[str, Any]

FILTERS: Mapping[str, str] = {
    "currency": "ISO 4217 code; XXX where amounts came without one.",
    "seller": "A seller's name or number.",
    "product": "A product's name or number.",
    "category": "A category of products.",
    "shipping_company": "A carrier's name or number.",
    "store": "A store's name or number.",
    "city": "A city: that of the store, else that of the customer as they were at the sale.",
    "region": "A region.",
    "country": "A country.",
    "customer": "A customer's name or number.",
}
"""What a question can be about besides days, each with what its value is."""


def function_call(name: str, asked: Mapping[str, Any]) -> str:
    """Return the call of a function, in SQL; `question` has the values that it names."""
    return (
        f"reports.{name}(:start_date, :end_date"
        + "".join(
            f", for_{item} => :{item}" if item in FILTERS else f", {item} => :{item}"
            for item in asked
        )
        + ")"
    )


def question(first_day: date, last_day: date, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that `function_call` names."""
    return {"start_date": first_day, "end_date": last_day, **asked}


def read_figures(
    connection: Connection,
    name: str,
    period: Period,
    asked: Mapping[str, Any] | None = None,
    order: str = "currency",
) -> list[Row]:
    """Read what a function says of a span of days.

    Args:
        connection: to the warehouse.
        name: of the function.
        period: the span.
        asked: values of `FILTERS`, and of the function's own parameters.
        order: of the rows, in SQL.
    """
    asked = asked or {}
    rows: Any = connection.execute(
        sa.text(f"select * from {function_call(name, asked)} order by {order}"),
        question(period.first_day, period.last_day, asked),
    )
    return list(rows.mappings())
