"""Puts questions about figures to the warehouse: a report, days, and what else it is about.

Reports of any days are functions (dbt_project/models/functions); they have the columns of the
weekly report models, less the week, and for a week its figures. The others are tables.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.periods import Period
from reporting.ask.reports import Report

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
    "customer_segment": "A segment of customers, as they were at the sale.",
}
"""What functions can be asked about besides days, each with what its value is."""


def function_call(name: str, asked: Mapping[str, Any]) -> str:
    """Return the call of a function, in SQL; `question` has the values that it names."""
    more = (f"for_{item}" if item in FILTERS else item for item in asked)
    named = "".join(f", {name} => :{item}" for name, item in zip(more, asked, strict=True))
    return f"reports.{name}(:start_date, :end_date{named})"


def question(first_day: date, last_day: date, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that `function_call` names."""
    return {"start_date": first_day, "end_date": last_day, **asked}


def read_function(
    connection: Connection,
    name: str,
    period: Period,
    asked: Mapping[str, Any] | None = None,
    order: str = "currency",
    most: int | None = None,
) -> list[Row]:
    """Read what a function says of a span of days.

    Args:
        connection: to the warehouse.
        name: of the function.
        period: the span.
        asked: values of `FILTERS`, and of the function's own parameters.
        order: of the rows, in SQL.
        most: how many rows of a currency, the first ones; None for all.
    """
    asked = asked or {}
    values = question(period.first_day, period.last_day, asked)
    source = function_call(name, asked)
    if most is not None:
        values["most"] = most
        source = (
            f"(select told.*, row_number() over (partition by currency order by {order}) as place "
            f"from {source} as told) as ranked where place <= :most"
        )
    rows: Any = connection.execute(sa.text(f"select * from {source} order by {order}"), values)
    return list(rows.mappings())


def read_figures(
    connection: Connection,
    report: Report,
    period: Period,
    asked: Mapping[str, Any] | None = None,
    most: int | None = None,
) -> list[Row]:
    """Read a report of any days, sorted as the API has it; of a week, what has been computed.

    Args:
        connection: to the warehouse.
        report: which one.
        period: the span.
        asked: values of `FILTERS`, and of the function's own parameters.
        most: how many rows of a currency, the first ones, if a function alone has the report.
    """
    if not report.model:
        return read_function(connection, report.function, period, asked, report.sort, most)
    if not period.week or asked:
        return read_function(connection, report.function, period, asked, report.sort)
    rows: Any = connection.execute(
        sa.text(
            f"select * from {report.table} where week_start_date = :first order by {report.sort}"
        ),
        {"first": period.first_day},
    )
    return list(rows.mappings())


def read_table(
    connection: Connection,
    report: Report,
    *,
    first: date | None = None,
    last: date | None = None,
    equal: Mapping[str, str] | None = None,
    order: str,
    limit: int | None = None,
    offset: int = 0,
) -> sa.CursorResult[Any]:
    """Read a report that is a table.

    Args:
        connection: to the warehouse.
        report: which one.
        first: rows that are only about days before this one are left out.
        last: so are those that are only about days after this one.
        equal: what columns must be, by the column.
        order: of the rows, in SQL.
        limit: how many rows at most.
        offset: how many are left out before.
    """
    conditions = ["true"]
    values: dict[str, Any] = {}
    for place, (column, value) in enumerate((equal or {}).items()):
        conditions.append(f"{column} = :equal_{place}")
        values[f"equal_{place}"] = value
    if report.day and first:
        conditions.append(f"{report.day} >= :first")
        values["first"] = report.spread.first(first)
    if report.day and last:
        conditions.append(f"{report.day} <= :last")
        values["last"] = last
    sql = f"select * from {report.source or report.table} where {' and '.join(conditions)} "
    sql += f"order by {order}"
    if limit is not None:
        sql += " limit :most offset :offset"
        values |= {"most": limit, "offset": offset}
    return connection.execute(sa.text(sql), values)
