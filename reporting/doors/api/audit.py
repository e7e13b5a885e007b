"""Where figures come from: lines with file, sheet and row; what is wrong in the files."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.catalog import Catalog, Column
from reporting.ask.figures import function_call, question
from reporting.doors.api.answers import Rows
from reporting.doors.api.keys import Client, Role
from reporting.doors.api.known import Known
from reporting.doors.api.problems import Problem
from reporting.doors.api.reports import asked_filters, asked_period, refuse_unknown, said
from reporting.tables import Row

LINE_COLUMNS = (
    *("sales_line_key", "sold_at", "order_id", "line_number", "is_return"),
    *("product_id", "product_name", "category", "customer_id", "customer_name"),
    *("seller_name", "store_name", "shipping_company_name", "currency", "units", "unit_price"),
    *("gross_amount", "discount_amount", "revenue", "revenue_basis", "cost", "profit"),
    *("source_file", "source_sheet", "source_row_number", "file_version_id", "loaded_at"),
)
"""Of a line, from the fact and from the dimensions that name its members."""

_DIMENSION_OF = {
    "product_id": "dim_product",
    "product_name": "dim_product",
    "category": "dim_product",
    "customer_id": "dim_customer",
    "customer_name": "dim_customer",
    "seller_name": "dim_seller",
    "store_name": "dim_store",
    "shipping_company_name": "dim_shipping_company",
}


def line_columns(catalog: Catalog) -> tuple[Column, ...]:
    """Return what a line is made of."""
    found = []
    for name in LINE_COLUMNS:
        table = catalog[f"marts.{_DIMENSION_OF.get(name, 'fact_sales_line')}"]
        found += [column for column in table if column.name == name]
    return tuple(found)


def quality_columns(catalog: Catalog) -> tuple[Column, ...]:
    """Return what a rule that found something is made of."""
    of_issues = {column.name: column for column in catalog["quality.dq_issue"]}
    return (
        *(of_issues[name] for name in ("rule", "severity", "entity", "description", "what_to_do")),
        of_issues["currency"],
        Column("issue_count", "bigint", "How many delivered rows it found."),
        Column("accepted_count", "bigint", "How many of them somebody accepted as they are."),
        of_issues["amount_at_stake"],
    )


def read_lines(connection: Connection, known: Known, asked: Mapping[str, Any]) -> Rows:
    """Read lines in the order of their days; with `limit`, a page of them.

    A page goes on behind the last line of the one before, so that it costs the same however far
    it is.

    Raises:
        Problem: the cursor is none of ours.
    """
    period = asked_period(known.calendar, asked)
    filters = asked_filters(asked)
    values = question(period.first_day, period.last_day, filters)
    conditions = "true"
    for name, column in (("order_id", "order_id"), ("file", "source_file")):
        if asked.get(name) is not None:
            conditions += f" and {column} = :{name}"
            values[name] = asked[name]
    if asked.get("cursor") is not None:
        values["day"], values["key"] = _cursor(asked["cursor"])
        conditions += (
            " and sale_date_key >= :day and (sale_date_key > :day or sales_line_key > :key)"
        )
    limit = asked.get("limit")
    columns = line_columns(known.catalog)
    bound = ""
    if limit is not None:
        values["most"] = limit + 1
        bound = " limit :most"
    query = sa.text(
        f"select sale_date_key, {', '.join(column.name for column in columns)} "
        f"from {function_call('sales_lines', filters)} where {conditions} "
        f"order by sale_date_key, sales_line_key{bound}"
    )
    if limit is None:
        refuse_unknown(connection, asked)
        return Rows(columns, _without_day(connection, query, values))
    found: list[Any] = [tuple(row) for row in connection.execute(query, values)]
    if not found:
        refuse_unknown(connection, asked)
    page = found[:limit]
    following = None
    if len(found) > limit:
        following = _made_cursor(page[-1][0], page[-1][1])
    return Rows(
        columns, [row[1:] for row in page], {"period": said(period), "next_cursor": following}
    )


def read_quality(
    connection: Connection, known: Known, asked: Mapping[str, Any], client: Client
) -> Rows:
    """Read what is wrong in the weeks of a span: a row a rule, and some of the delivered rows.

    What was delivered, to the letter, is told to auditors only.
    """
    period = asked_period(known.calendar, asked)
    values: dict[str, Any] = {"first_day": period.first_day, "last_day": period.last_day}
    weeks = (
        "week_start_date <= :last_day and "
        "week_start_date > cast(:first_day as date) - interval '7 days'"
    )
    more = ""
    for name in ("currency", "rule", "severity"):
        if asked.get(name) is not None:
            more += f" and {name} = :{name}"
            values[name] = asked[name]
    rows = connection.execute(
        sa.text(
            "select rule, severity, entity, description, what_to_do, currency, "
            "count(*) as issue_count, sum(case when is_accepted then 1 else 0 end) "
            "as accepted_count, sum(amount_at_stake) as amount_at_stake "
            f"from quality.dq_issue where {weeks}{more} "
            "group by rule, severity, entity, description, what_to_do, currency "
            "order by case severity when 'reject' then 0 else 1 end, issue_count desc, rule, "
            "currency"
        ),
        values,
    ).fetchall()
    samples = connection.execute(
        sa.text(
            "select rule, currency, source_file, source_sheet, source_row_number, column_name, "
            "offending_text, expected_text from ("
            "select dq_issue.*, row_number() over (partition by rule, currency "
            "order by file_version_id desc, file_part_number, source_row_number, column_name) "
            f"as place from quality.dq_issue where {weeks}{more}) as numbered "
            "where place <= :samples order by rule, currency, place"
        ),
        values | {"samples": asked["samples"]},
    ).mappings()
    by_rule: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    for sample in samples:
        told = dict(sample)
        if not client.role.includes(Role.AUDITOR):
            del told["offending_text"]
        by_rule.setdefault((told.pop("rule"), told.pop("currency")), []).append(told)
    status = connection.execute(
        sa.text(
            "select iso_week, currency, status, row_count, quarantined_row_count, "
            "flagged_row_count, quarantined_amount, revenue_affected_share "
            f"from reports.rpt_weekly_data_quality where {weeks} "
            + ("and currency = :currency " if "currency" in values else "")
            + "order by week_start_date, currency"
        ),
        values,
    ).mappings()
    return Rows(
        quality_columns(known.catalog),
        [tuple(row) for row in rows],
        {
            "period": said(period),
            "weeks": [dict(row) for row in status],
            "samples": [
                {"rule": rule, "currency": currency, "rows": told}
                for (rule, currency), told in by_rule.items()
            ],
        },
    )


def _without_day(
    connection: Connection, query: sa.TextClause, values: Mapping[str, Any]
) -> Iterator[Row]:
    result = connection.execution_options(stream_results=True).execute(query, values)
    for part in result.partitions(10_000):
        for row in part:
            yield tuple(row)[1:]


def _made_cursor(day: int, key: int) -> str:
    return base64.urlsafe_b64encode(f"{day}:{key}".encode()).decode().rstrip("=")


def _cursor(text: str) -> tuple[int, int]:
    try:
        padded = text + "=" * (-len(text) % 4)
        day, key = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split(":")
        found = int(day), int(key)
    except (ValueError, binascii.Error):
        found = (0, 2**63)
    if not (-1 <= found[0] < 10**8 and -(2**62) < found[1] < 2**62):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-parameter",
            "cursor: it is none that this API has given; leave it out to begin from the start.",
        )
    return found
