"""The week's figures, as the report models have them: nothing is computed here."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from reporting.built import is_built


class NoFigures(Exception):
    """There is nothing to show; the message says why and what to do."""


@dataclass(frozen=True)
class Week:
    """An ISO week.

    Attributes:
        start: its Monday.
    """

    start: date

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Read a week as the reports write it, such as 2026-W03.

        Raises:
            ValueError: it is no ISO week.
        """
        year, separator, week = text.strip().upper().partition("-W")
        if not separator or not (year.isdigit() and week.isdigit()):
            raise ValueError(f"'{text}' is no ISO week; write it like 2026-W03.")
        try:
            return cls(date.fromisocalendar(int(year), int(week), 1))
        except ValueError:
            raise ValueError(f"There is no week {week} in {year}.") from None

    def __str__(self) -> str:
        year, week, _ = self.start.isocalendar()
        return f"{year}-W{week:02d}"


@dataclass(frozen=True)
class WeeklyFigures:
    """What the report models say about one week.

    Attributes:
        summary: rows of rpt_weekly_summary, one a currency.
        sellers: rows of rpt_weekly_seller_ranking, in order of rank.
        products: rows of rpt_weekly_top_products, in order of rank.
        shipping: rows of rpt_weekly_shipping_breakdown, the largest first.
        rejected_rows: delivered sales lines that could not be read, of all weeks.
    """

    week: Week
    summary: list[RowMapping]
    sellers: list[RowMapping]
    products: list[RowMapping]
    shipping: list[RowMapping]
    rejected_rows: int


def read_week(connection: Connection, week: Week | None) -> WeeklyFigures:
    """Read the figures of a week.

    Args:
        connection: to the warehouse.
        week: None for the last complete one, or the last of all if none is complete.

    Raises:
        NoFigures: nothing was built yet, nothing was sold, or not in this week.
    """
    if not is_built(connection, "reports.rpt_weekly_summary"):
        raise NoFigures("There are no reports yet: run `make run` (or `make load && dbt build`).")
    known = connection.execute(
        sa.text(
            "select min(week_start_date) as first, max(week_start_date) as last, "
            "max(case when is_week_complete then week_start_date end) as last_complete "
            "from reports.rpt_weekly_summary"
        )
    ).one()
    if known.last is None:
        raise NoFigures(
            "The warehouse holds no sales: put sales workbooks into the inbox, `make load`, "
            "`dbt build`."
        )
    chosen = week or Week(known.last_complete or known.last)
    if not known.first <= chosen.start <= known.last:
        raise NoFigures(
            f"There are no sales in {chosen}; there are some from {Week(known.first)} to "
            f"{Week(known.last)}."
        )
    return WeeklyFigures(
        chosen,
        summary=_rows(connection, "rpt_weekly_summary", "currency", chosen),
        sellers=_rows(
            connection, "rpt_weekly_seller_ranking", "currency, seller_rank, seller_name", chosen
        ),
        products=_rows(connection, "rpt_weekly_top_products", "currency, product_rank", chosen),
        shipping=_rows(
            connection,
            "rpt_weekly_shipping_breakdown",
            "currency, revenue desc, shipping_company_name",
            chosen,
        ),
        rejected_rows=connection.execute(
            sa.text("select count(*) from quality.dq_quarantine")
        ).scalar_one(),
    )


def weeks_between(start: date, end: date) -> list[Week]:
    """Return the weeks that have a day from `start` to `end`, both included."""
    monday = start - timedelta(days=start.weekday())
    count = max((end - monday).days // 7 + 1, 0)
    return [Week(monday + timedelta(weeks=number)) for number in range(count)]


def _rows(connection: Connection, model: str, order: str, week: Week) -> list[RowMapping]:
    # Model and order are written above, not by users.
    query = sa.text(
        f"select * from reports.{model} where week_start_date = :start order by {order}"
    )
    result: Any = connection.execute(query, {"start": week.start})
    return list(result.mappings())
