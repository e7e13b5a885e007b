"""Reports that are a table of the warehouse: which one, how it is sorted, what can be asked of it.

To add one, write it down in `REPORTS`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.doors.api.answers import Rows
from reporting.doors.api.catalog import Catalog
from reporting.doors.api.formats import Row

CURRENCY = {"currency": "ISO 4217 code; XXX where amounts came without one."}


class Spread(Enum):
    """How many days a row is about, from the day that its date column names."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def first(self, day: date) -> date:
        """Return the earliest date of a row that has this day or a later one in it."""
        match self:
            case Spread.WEEK:
                return day - timedelta(days=6)
            case Spread.MONTH:
                return day.replace(day=1)
            case _:
                return day


@dataclass(frozen=True)
class TableReport:
    """A report that is a table of the warehouse.

    Attributes:
        name: in the path.
        table: `schema.table`.
        title: in a few words.
        order: the columns that its rows are sorted by; `-` before one: the largest first.
        filters: by parameter, the column that must be equal.
        day: the column that start_date and end_date are about; None: the report is about all days.
        spread: how many days a row is about.
    """

    name: str
    table: str
    title: str
    order: tuple[str, ...]
    filters: Mapping[str, str] = field(default_factory=dict)
    day: str | None = None
    spread: Spread = Spread.DAY


REPORTS = (
    TableReport(
        "period-growth",
        "reports.rpt_period_growth",
        "Months, quarters and years, and how they grew",
        ("currency", "period_kind", "period_start_date"),
        {"currency": "currency", "period_kind": "period_kind"},
        day="period_start_date",
    ),
    TableReport(
        "seasonality",
        "reports.rpt_seasonality",
        "How strong each month and weekday is",
        ("currency", "season_kind", "season_number"),
        {"currency": "currency", "season_kind": "season_kind"},
    ),
    TableReport(
        "product-performance",
        "reports.rpt_product_performance",
        "Products: revenue, margin, tiers",
        ("currency", "-revenue", "product_key"),
        {
            "currency": "currency",
            "product": "product_name",
            "category": "category",
            "performance_tier": "performance_tier",
            "price_tier": "price_tier",
        },
    ),
    TableReport(
        "product-pareto",
        "reports.rpt_product_pareto",
        "Which few products make most of the revenue",
        ("currency", "product_rank"),
        {"currency": "currency", "category": "category", "abc_class": "abc_class"},
    ),
    TableReport(
        "customer-value",
        "reports.rpt_customer_value",
        "What each customer has brought so far",
        ("currency", "-lifetime_revenue", "customer_durable_key"),
        {
            "currency": "currency",
            "customer_status": "customer_status",
            "region": "region",
            "country": "country",
            "city": "city",
        },
    ),
    TableReport(
        "customer-segments",
        "reports.rpt_customer_rfm",
        "Customers by recency, frequency and value",
        ("currency", "-monetary", "customer_durable_key"),
        {"currency": "currency", "segment": "rfm_segment", "rfm_score": "rfm_score"},
    ),
    TableReport(
        "cohort-retention",
        "reports.rpt_cohort_retention",
        "How many customers come back, by the month of their first purchase",
        ("currency", "cohort_month_start_date", "months_since"),
        {"currency": "currency", "cohort_month": "cohort_month"},
        day="cohort_month_start_date",
        spread=Spread.MONTH,
    ),
    TableReport(
        "revenue-bridge",
        "reports.rpt_revenue_bridge",
        "Why revenue changed from week to week: price, volume, mix, new, lost",
        ("currency", "week_start_date"),
        {"currency": "currency", "iso_week": "iso_week"},
        day="week_start_date",
        spread=Spread.WEEK,
    ),
    TableReport(
        "target-attainment",
        "reports.rpt_target_attainment",
        "Targets and what was reached of them",
        ("currency", "month_start_date", "member_kind", "member_name", "seller_key", "store_key"),
        {"currency": "currency", "member_kind": "member_kind", "member": "member_name"},
        day="month_start_date",
        spread=Spread.MONTH,
    ),
    TableReport(
        "restatements",
        "reports.rpt_weekly_restatement",
        "What changed in weeks that were published",
        ("currency", "week_start_date", "source_file"),
        {"currency": "currency", "iso_week": "iso_week", "file": "source_file"},
        day="week_start_date",
        spread=Spread.WEEK,
    ),
    TableReport(
        "sales-anomalies",
        "reports.rpt_sales_anomaly",
        "Weeks out of line with the weeks before them",
        ("currency", "week_start_date", "member_kind", "member_name", "member_key", "measure"),
        {"currency": "currency", "member_kind": "member_kind", "member": "member_name"},
        day="week_start_date",
        spread=Spread.WEEK,
    ),
)


def read_table(
    connection: Connection, report: TableReport, catalog: Catalog, asked: Mapping[str, Any]
) -> Rows:
    """Read rows of a report.

    Args:
        connection: to the warehouse.
        report: which one.
        catalog: what its table is made of.
        asked: values by parameter; `limit` and `offset` for a page, None for all rows.
    """
    columns = catalog[report.table]
    conditions = ["true"]
    values: dict[str, Any] = {}
    for parameter, column in report.filters.items():
        if asked.get(parameter) is not None:
            conditions.append(f'"{column}" = :{parameter}')
            values[parameter] = asked[parameter]
    if report.day is not None:
        if asked.get("start_date"):
            conditions.append(f'"{report.day}" >= :first')
            values["first"] = report.spread.first(asked["start_date"])
        if asked.get("end_date"):
            conditions.append(f'"{report.day}" <= :last')
            values["last"] = asked["end_date"]
    selected = ", ".join(f'"{column.name}"' for column in columns)
    order = ", ".join(
        f'"{item[1:]}" desc' if item.startswith("-") else f'"{item}"' for item in report.order
    )
    query = (
        f"select {selected} from {report.table} where {' and '.join(conditions)} order by {order}"
    )
    if asked.get("limit") is None:
        return Rows(columns, _streamed(connection, query, values))
    # One row more than asked for tells whether there are more.
    values |= {"most": asked["limit"] + 1, "offset": asked["offset"]}
    found = connection.execute(sa.text(f"{query} limit :most offset :offset"), values).fetchall()
    return Rows(
        columns,
        [tuple(row) for row in found[: asked["limit"]]],
        {"has_more": len(found) > asked["limit"]},
    )


def _streamed(connection: Connection, query: str, values: Mapping[str, Any]) -> Iterator[Row]:
    result = connection.execution_options(stream_results=True).execute(sa.text(query), values)
    for part in result.partitions(10_000):
        for row in part:
            yield tuple(row)
