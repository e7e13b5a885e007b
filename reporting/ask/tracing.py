"""The lines behind a figure: which they are, what they add up to, where each came from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from reporting.ask.figures import question
from reporting.ask.lines import LARGEST_FIRST, LINES, SELECTED
from reporting.ask.members import NoSuchName, find_member, find_text
from reporting.ask.periods import Period
from warehouse.printing import printable

_CHUNK = 10_000

_MEMBERS = {
    "seller": ("seller", "seller_key"),
    "product": ("product", "product_key"),
    "store": ("store", "store_key"),
    "carrier": ("shipping company", "shipping_company_key"),
    "region": ("region", "region_key"),
    "customer": ("customer", "customer_durable_key"),
}
_TEXTS = ("city", "category", "currency")


@dataclass(frozen=True)
class Selection:
    """Which lines are meant.

    Attributes:
        words: in words, as people would say it.
        conditions: the same in SQL.
        values: those that the conditions name.
    """

    words: str
    conditions: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Total:
    """What lines in one currency add up to."""

    currency: str
    line_count: int
    units: Decimal
    revenue: Decimal


def select_lines(
    connection: Connection, period: Period, wanted: dict[str, str | None]
) -> Selection:
    """Find out which lines are meant.

    Args:
        connection: to the warehouse.
        period: of which days.
        wanted: names and ids by option, such as seller; None where the option was not given.

    Raises:
        NoSuchName: one of them means nothing, or more than one thing.
    """
    conditions = ["true"]
    values = question(period.first_day, period.last_day, {})
    said: list[str] = []
    for option, text in wanted.items():
        if text is None:
            continue
        if option in _MEMBERS:
            kind, column = _MEMBERS[option]
            member = find_member(connection, kind, text)
            values[option] = member.key
            said.append(f"{kind} {printable(member.name or member.member_id or '')}")
        elif option in _TEXTS:
            column = option
            values[option] = find_text(connection, option, text)
            said.append(f"{option} {printable(values[option])}")
        else:
            column = "order_id"
            values[option] = _order(connection, text)
            said.append(f"order {printable(values[option])}")
        conditions.append(f"{column} = :{option}")
    return Selection(", ".join(said) or "all lines", " and ".join(conditions), values)


def read_totals(connection: Connection, selection: Selection) -> list[Total]:
    """Add the lines up, a row a currency."""
    rows = connection.execute(
        sa.text(
            f"select currency, count(*), sum(units), sum(revenue) from {LINES} "
            f"where {selection.conditions} group by currency order by currency"
        ),
        selection.values,
    )
    return [Total(row[0], row[1], row[2], row[3]) for row in rows]


def read_lines(
    connection: Connection, selection: Selection, limit: int | None = None
) -> Iterator[RowMapping]:
    """Read the lines one by one, the largest first, with the columns of `LINE_COLUMNS`.

    Args:
        connection: to the warehouse.
        selection: which lines.
        limit: how many; None for all.
    """
    first = "" if limit is None else f" limit {limit:d}"
    rows = connection.execution_options(yield_per=_CHUNK).execute(
        sa.text(
            f"select {SELECTED} from {LINES} where {selection.conditions} "
            f"order by {LARGEST_FIRST}{first}"
        ),
        selection.values,
    )
    yield from rows.mappings()


def count_kept_out(connection: Connection, period: Period) -> int:
    """Count the delivered rows of the period's weeks that are in no figure."""
    count: int = connection.execute(
        sa.text(
            "select count(*) from quality.dq_quarantine "
            "where week_start_date between :first_week_start and :last"
        ),
        {"first_week_start": period.first_day - timedelta(days=6), "last": period.last_day},
    ).scalar_one()
    return count


def _order(connection: Connection, text: str) -> str:
    order = text.strip()
    found = connection.execute(
        sa.text("select 1 from marts.fact_sales_line where order_id = :order limit 1"),
        {"order": order},
    ).first()
    if found is None:
        raise NoSuchName(f"There is no order '{printable(order)}'.")
    return order
