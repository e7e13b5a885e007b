"""Reports of any span of days, with the columns of the weekly report models, less the week."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.figures import FILTERS, Row, read_figures
from reporting.ask.periods import Calendar, NoFigures, Period
from reporting.doors.api.answers import Rows
from reporting.doors.api.catalog import Catalog, Column
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


@dataclass(frozen=True)
class SpanReport:
    """A report of any span of days.

    Attributes:
        name: in the path; with underscores, of the function.
        table: the weekly report model whose columns it has.
        title: in a few words.
        order: of its rows, in SQL.
    """

    name: str
    table: str
    title: str
    order: str


TOP_PRODUCTS = SpanReport(
    "top-products",
    "reports.rpt_weekly_top_products",
    "Products with most revenue",
    "currency, product_rank",
)
REPORTS = (
    SpanReport(
        "seller-ranking",
        "reports.rpt_weekly_seller_ranking",
        "Sellers by revenue, with their targets",
        "currency, seller_rank, seller_key",
    ),
    SpanReport(
        "shipping-breakdown",
        "reports.rpt_weekly_shipping_breakdown",
        "Carriers: revenue, share, freight",
        "currency, revenue desc, shipping_company_key",
    ),
    SpanReport(
        "region-store-breakdown",
        "reports.rpt_weekly_region_store",
        "Regions, cities and stores, and how many of their customers bought",
        "currency, case place_level when 'region' then 1 when 'city' then 2 else 3 end, "
        "revenue desc, coalesce(country, ''), coalesce(region, ''), coalesce(city, ''), "
        "coalesce(store_name, ''), store_key",
    ),
    TOP_PRODUCTS,
)


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


def said(period: Period) -> dict[str, Any]:
    """Return the days of an answer as JSON tells them."""
    return {
        "start_date": period.first_day,
        "end_date": period.last_day,
        "is_complete": period.is_complete,
    }


def read_report(
    connection: Connection, report: SpanReport, known: Known, asked: Mapping[str, Any]
) -> Rows:
    """Read a report of a span of days."""
    period = asked_period(known.calendar, asked)
    filters = asked_filters(asked)
    if report is TOP_PRODUCTS:
        filters["product_count"] = asked["limit"]
    function = report.name.replace("-", "_")
    rows: Sequence[Row]
    if period.week and not filters:  # what a model has computed already
        found: Any = connection.execute(
            sa.text(
                f"select * from {report.table} where week_start_date = :first_day "
                f"order by {report.order}"
            ),
            {"first_day": period.first_day},
        )
        rows = found.mappings().all()
    else:
        rows = read_figures(connection, function, period, filters, report.order)
    return _rows(span_columns(report.table, known.catalog), rows, {"period": said(period)})


def read_weeks(connection: Connection, known: Known, asked: Mapping[str, Any]) -> Rows:
    """Read the weeks of a span of days, its days only, and all of it together."""
    period = asked_period(known.calendar, asked)
    filters = asked_filters(asked)
    weeks = read_figures(connection, "weekly_summary", period, filters, "currency, week_start_date")
    totals = read_figures(connection, "sales_summary", period, filters, "revenue desc, currency")
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
