"""The reports as the API answers with them (`reporting.ask.reports`)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from http import HTTPStatus
from typing import Any

from sqlalchemy.engine import Connection

from reporting.ask.catalog import Catalog, Column
from reporting.ask.figures import FILTERS, Row, read_figures, read_function, read_table
from reporting.ask.members import no_such_name
from reporting.ask.periods import Calendar, NoFigures, Period
from reporting.ask.reports import Report
from reporting.doors.api.answers import Rows
from reporting.doors.api.known import Known
from reporting.doors.api.problems import Problem

LONGEST = 3_660
"""Days that a question can be about: ten years."""

_OF_A_WEEK = {"week_start_date", "iso_week", "is_week_complete"}
_COMPARED = {
    "previous_week_revenue",
    "revenue_change_pct",
    "previous_four_weeks_mean_revenue",
    "revenue_change_on_four_weeks_pct",
    "same_week_last_year_revenue",
    "revenue_change_on_last_year_pct",
}
"""What the weekly report says of other weeks, which may lie outside of what was asked for."""


def asked_period(calendar: Calendar | None, asked: Mapping[str, Any]) -> Period:
    """Return the days that a question is about: those asked for, else the last complete week.

    Raises:
        Problem: one end of the span lacks, or it is too long.
    """
    first, last = asked.get("start_date"), asked.get("end_date")
    if (first is None) != (last is None):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-parameter",
            "Give start_date and end_date, or neither for the last complete week.",
        )
    if first is not None and last is not None and (last - first).days >= LONGEST:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-parameter",
            f"From {first} to {last} is more than {LONGEST:,} days: ask for fewer.",
        )
    if calendar is not None:
        if first is None or last is None:
            return calendar.last_complete_week()
        with suppress(NoFigures):
            return calendar.span(first, last)
    # No sales in these days, or none at all: an answer without rows.
    never = date(1970, 1, 1)
    return Period(first or never, last or never, is_complete=False)


def asked_filters(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a question is about besides days."""
    return {name: asked[name] for name in FILTERS if asked.get(name) is not None}


def refuse_unknown(connection: Connection, asked: Mapping[str, Any]) -> None:
    """Refuse a question about what does not exist, which no lines can be of.

    Raises:
        Problem: a filter names nothing; it says which names are near.
    """
    errors = [
        {"parameter": name, "detail": found}
        for name, text in asked_filters(asked).items()
        if (found := no_such_name(connection, name.replace("_", " "), text))
    ]
    if errors:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-parameter",
            "; ".join(f"{item['parameter']}: {item['detail']}" for item in errors),
            errors,
        )


def said(period: Period) -> dict[str, Any]:
    """Return the days of an answer as JSON tells them."""
    return {
        "start_date": period.first_day,
        "end_date": period.last_day,
        "is_complete": period.is_complete,
    }


def read_report(
    connection: Connection, report: Report, known: Known, asked: Mapping[str, Any]
) -> Rows:
    """Read a report of a span of days."""
    period = asked_period(known.calendar, asked)
    filters = asked_filters(asked)
    if asked.get("limit") is not None:
        filters["product_count"] = asked["limit"]
    rows = read_figures(connection, report, period, filters)
    if not rows:
        refuse_unknown(connection, asked)
    return _rows(span_columns(report.table, known.catalog), rows, {"period": said(period)})


def read_rows(
    connection: Connection, report: Report, catalog: Catalog, asked: Mapping[str, Any]
) -> Rows:
    """Read rows of a report that is a table.

    Args:
        connection: to the warehouse.
        report: which one.
        catalog: what its table is made of.
        asked: values by parameter; `limit` and `offset` for a page, None for all rows.
    """
    limit = asked.get("limit")
    of_members = {name: asked[name] for name in report.filters if asked.get(name) is not None}
    if limit is None:
        refuse_unknown(connection, of_members)
    found = read_table(
        connection if limit else connection.execution_options(stream_results=True),
        report,
        first=asked.get("start_date"),
        last=asked.get("end_date"),
        equal={
            column: asked[parameter]
            for parameter, column in report.filters.items()
            if asked.get(parameter) is not None
        },
        order=report.sort,
        # One row more than asked for tells whether there are more.
        limit=limit and limit + 1,
        offset=asked.get("offset") or 0,
    )
    columns = catalog[report.table]
    if limit is None:
        return Rows(columns, (tuple(row) for part in found.partitions(10_000) for row in part))
    rows = [tuple(row) for row in found]
    if not rows:
        refuse_unknown(connection, of_members)
    return Rows(columns, rows[:limit], {"has_more": len(rows) > limit})


def read_weeks(connection: Connection, known: Known, asked: Mapping[str, Any]) -> Rows:
    """Read the weeks of a span of days, its days only, and all of it together."""
    period = asked_period(known.calendar, asked)
    filters = asked_filters(asked)
    weeks = read_function(
        connection, "weekly_summary", period, filters, "currency, week_start_date"
    )
    if not weeks:
        refuse_unknown(connection, asked)
    totals = read_function(connection, "sales_summary", period, filters, "revenue desc, currency")
    return _rows(
        week_columns(known.catalog),
        weeks,
        {"period": said(period), "totals": [dict(row) for row in totals]},
    )


def span_columns(table: str, catalog: Catalog) -> tuple[Column, ...]:
    """Return what a report of any days is made of: the columns of the weekly one, less the week."""
    return tuple(column for column in catalog[table] if column.name not in _OF_A_WEEK)


def week_columns(catalog: Catalog) -> tuple[Column, ...]:
    """Return what the summary is made of."""
    return (
        *(
            column
            for column in catalog["reports.rpt_weekly_summary"]
            if column.name not in _COMPARED
        ),
        Column("first_day", "date", "The first of its days that the row is about."),
        Column("last_day", "date", "The last of its days that the row is about, included."),
    )


def _rows(columns: Sequence[Column], rows: Sequence[Row], more: Mapping[str, Any]) -> Rows:
    return Rows(columns, [tuple(row[column.name] for column in columns) for row in rows], more)
