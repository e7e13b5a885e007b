"""Reports of any span of days, added up as the pack does (`reporting.ask.span`).

Their columns are those of the weekly report models, less the week.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.arithmetic import divided
from reporting.ask.filters import FILTERS, Selection
from reporting.ask.periods import Calendar, NoFigures, Period
from reporting.ask.span import (
    TOTALS,
    Row,
    date_keys,
    read_places,
    read_sellers,
    read_shipping,
    read_summary,
    read_top_products,
)
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
_TOTALS = {
    "previous_revenue",
    "revenue_change_pct",
    "last_year_revenue",
    "revenue_change_on_last_year_pct",
}

_WEEKS = """
with sales as (
    select
        line.*,
        dim_date.week_start_date,
        dim_customer.customer_durable_key
    from marts.fact_sales_line as line
    inner join marts.dim_date on line.sale_date_key = dim_date.date_key
    inner join marts.dim_customer on line.customer_key = dim_customer.customer_key
    where line.sale_date_key between :first and :last{filters}
),
totals as (
    select
        week_start_date,
        currency,
        {totals}
    from sales
    group by week_start_date, currency
),
first_purchases as (
    select customer_durable_key, min(first_purchase_date) as first_purchase_date
    from reports.rpt_customer_value
    group by customer_durable_key
),
buyers as (
    select distinct week_start_date, currency, customer_durable_key
    from sales
    where customer_key <> -1 and not is_return
),
weeks as (
    select week_start_date, iso_week, is_week_complete, currency
    from reports.rpt_weekly_summary
    where
        week_start_date between :first_week and :last_day
        and (:is_all or currency in (select currency from totals))
),
newcomers as (
    select buyers.week_start_date, buyers.currency, count(*) as new_customer_count
    from buyers
    inner join first_purchases
        on buyers.customer_durable_key = first_purchases.customer_durable_key
    inner join marts.dim_date on first_purchases.first_purchase_date = dim_date.full_date
    where
        dim_date.week_start_date = buyers.week_start_date
        and first_purchases.first_purchase_date >= :first_day
    group by buyers.week_start_date, buyers.currency
)
select
    weeks.*,
    coalesce(totals.gross_amount, cast(0 as decimal(18, 4))) as gross_amount,
    coalesce(totals.discount_amount, cast(0 as decimal(18, 4))) as discount_amount,
    coalesce(totals.revenue, cast(0 as decimal(18, 4))) as revenue,
    coalesce(totals.units, cast(0 as decimal(18, 4))) as units,
    coalesce(totals.line_count, 0) as line_count,
    coalesce(totals.order_count, 0) as order_count,
    coalesce(totals.customer_count, 0) as customer_count,
    coalesce(totals.return_line_count, 0) as return_line_count,
    coalesce(totals.return_amount, cast(0 as decimal(18, 4))) as return_amount,
    totals.revenue_with_order,
    totals.cost,
    totals.profit,
    totals.revenue_with_cost,
    coalesce(newcomers.new_customer_count, 0) as new_customer_count
from weeks
left join totals
    on weeks.week_start_date = totals.week_start_date and weeks.currency = totals.currency
left join newcomers
    on weeks.week_start_date = newcomers.week_start_date and weeks.currency = newcomers.currency
order by weeks.currency, weeks.week_start_date
"""


@dataclass(frozen=True)
class SpanReport:
    """A report of any span of days.

    Attributes:
        name: in the path.
        table: the weekly report model whose columns it has.
        title: in a few words.
        read: reads its rows.
        order: sorts them.
    """

    name: str
    table: str
    title: str
    read: Callable[[Connection, Period, Selection], list[Row]]
    order: Callable[[Row], Any]


REPORTS = (
    SpanReport(
        "seller-ranking",
        "reports.rpt_weekly_seller_ranking",
        "Sellers by revenue, with their targets",
        read_sellers,
        lambda row: (row["currency"], row["seller_rank"], row["seller_key"]),
    ),
    SpanReport(
        "shipping-breakdown",
        "reports.rpt_weekly_shipping_breakdown",
        "Carriers: revenue, share, freight",
        read_shipping,
        lambda row: (row["currency"], -row["revenue"], row["shipping_company_key"]),
    ),
    SpanReport(
        "region-store-breakdown",
        "reports.rpt_weekly_region_store",
        "Regions, cities and stores, and how many of their customers bought",
        read_places,
        lambda row: (
            row["currency"],
            ("region", "city", "store").index(row["place_level"]),
            -row["revenue"],
            *(row[name] or "" for name in ("country", "region", "city", "store_name")),
            row["store_key"] or 0,
        ),
    ),
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


def asked_lines(asked: Mapping[str, Any]) -> Selection:
    """Return which lines a question is about."""
    return Selection({name: asked[name] for name in FILTERS if asked.get(name) is not None})


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
    selection = asked_lines(asked)
    if period.week and not selection.wanted:  # what a model has computed already
        found = connection.execute(
            sa.text(f"select * from {report.table} where week_start_date = :first_day"),
            {"first_day": period.first_day},
        )
        rows = [dict(row) for row in found.mappings()]
    else:
        rows = report.read(connection, period, selection)
    rows.sort(key=report.order)
    return _rows(span_columns(report.table, known.catalog), rows, {"period": said(period)})


def read_products(connection: Connection, known: Known, asked: Mapping[str, Any]) -> Rows:
    """Read the products with most revenue in a span of days."""
    period = asked_period(known.calendar, asked)
    rows = read_top_products(connection, period, asked_lines(asked), asked["limit"])
    rows.sort(key=lambda row: (row["currency"], row["product_rank"]))
    columns = span_columns("reports.rpt_weekly_top_products", known.catalog)
    return _rows(columns, rows, {"period": said(period)})


def read_weeks(connection: Connection, known: Known, asked: Mapping[str, Any]) -> Rows:
    """Read the weeks of a span of days, its days only, and all of it together."""
    period = asked_period(known.calendar, asked)
    selection = asked_lines(asked)
    query = sa.text(_WEEKS.format(totals=TOTALS, filters=selection.condition))
    values: dict[str, Any] = date_keys(period) | dict(selection.wanted)
    values |= {
        "first_day": period.first_day,
        "first_week": period.first_day - timedelta(days=6),
        "last_day": period.last_day,
        # Weeks without sales are told, too; of a currency that is asked for in vain, none.
        "is_all": not selection.wanted,
    }
    rows = [dict(row) for row in connection.execute(query, values).mappings()]
    for row in rows:
        row["average_order_value"] = divided(row["revenue_with_order"], row["order_count"], 4)
        row["margin_share"] = divided(row["profit"], row["revenue_with_cost"], 6)
        row["first_day"] = max(row["week_start_date"], period.first_day)
        row["last_day"] = min(row["week_start_date"] + timedelta(days=6), period.last_day)
    columns = week_columns(known.catalog)
    model = {column.name for column in columns}
    totals = sorted(read_summary(connection, period, selection), key=lambda row: -row["revenue"])
    return _rows(
        columns,
        rows,
        {
            "period": said(period),
            "totals": [
                {name: value for name, value in row.items() if name in model or name in _TOTALS}
                for row in totals
            ],
        },
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


def _rows(columns: Sequence[Column], rows: list[Row], more: Mapping[str, Any]) -> Rows:
    return Rows(columns, [tuple(row[column.name] for column in columns) for row in rows], more)
