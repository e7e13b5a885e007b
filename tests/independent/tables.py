"""What the computed reports share: definitions, groups, weeks, finished cells."""

from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import pandas as pd
import yaml

from tests.independent.delivered import Delivered
from tests.independent.exact import amount, quotient
from warehouse.settings import CHECKOUT

WEEK = pd.Timedelta(days=7)
DAY = pd.Timedelta(days=1)

WEEKLY = ["week_start_date", "iso_week", "currency", "is_week_complete"]
"""The columns that every weekly report begins with."""


class Report(NamedTuple):
    """A computed report, and the columns that tell its rows apart."""

    table: pd.DataFrame
    grain: list[str]


@cache
def _vars() -> dict[str, Any]:
    project = yaml.safe_load((CHECKOUT / "dbt_project.yml").read_text("utf-8"))
    known: dict[str, Any] = project["vars"]
    return known


def definition(name: str) -> Any:
    """Return a definition that can be argued about, as dbt_project.yml has it."""
    return _vars()[name]


def totals(lines: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return sums and counts of the lines of each group."""
    return lines.groupby(by, as_index=False).agg(
        gross=("gross", "sum"),
        discount=("discount", "sum"),
        revenue=("revenue", "sum"),
        units=("units", "sum"),
        line_count=("row", "size"),
        order_count=("order_id", "nunique"),
        customer_count=("customer", "nunique"),
    )


def with_costs(lines: pd.DataFrame, groups: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Add the cost and profit of the lines whose cost is known, and the revenue of these."""
    costed = lines[lines["cost"].notna()]
    sums = costed.groupby(by, as_index=False).agg(
        cost=("cost", "sum"), profit=("profit", "sum"), revenue_with_cost=("revenue", "sum")
    )
    return groups.merge(sums, on=by, how="left")


def purchases(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of known customers that are no returns, each with its `purchase`.

    A purchase is an order; where a line has none, its day counts as one.
    """
    bought = lines[lines["customer"].notna() & ~lines["is_return"]]
    days = bought["day"].dt.strftime("%Y-%m-%d")
    return bought.assign(purchase=bought["order_id"].where(bought["order_id"].notna(), days))


def iso_week(day: pd.Timestamp) -> str:
    """Return the name of a day's ISO week."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def last_trading_weekday() -> int:
    """Return the ISO weekday that a week's sales must reach."""
    return int(definition("last_trading_weekday") or 7)


def is_period_complete(delivered: Delivered, last_day: pd.Timestamp) -> bool:
    """Tell whether the newest sale has reached the last trading day up to the end of a period."""
    closed = max(last_day.isoweekday() - last_trading_weekday(), 0)
    return bool(last_day - DAY * closed <= delivered.last_day)


def is_month_complete(delivered: Delivered, month: pd.Period) -> bool:
    """Tell whether sales reach the last trading day of a calendar month."""
    return is_period_complete(delivered, month.end_time.normalize())


def about_weeks(delivered: Delivered, table: pd.DataFrame) -> pd.DataFrame:
    """Name the week of each row as weekly reports do."""
    weeks = {week: iso_week(week) for week in table["week"].unique()}
    complete = {week: is_period_complete(delivered, week + 6 * DAY) for week in weeks}
    return table.assign(
        week_start_date=table["week"],
        iso_week=table["week"].map(weeks),
        is_week_complete=table["week"].map(complete).astype(object),
    )


def amounts(table: pd.DataFrame, **columns: str) -> pd.DataFrame:
    """Turn columns of ten-thousandths into amounts, under these new names."""
    return table.assign(
        **{
            new: pd.Series([amount(cell) for cell in table[old]], table.index, dtype=object)
            for new, old in columns.items()
        }
    )


def computed(table: pd.DataFrame, cells: Any) -> pd.Series:
    """Make a column of Python values, which pandas is to leave as they are."""
    return pd.Series(list(cells), table.index, dtype=object)


def quotients(dividends: pd.Series, divisors: pd.Series, scale: int) -> pd.Series:
    """Divide two columns of whole numbers, with so many decimals."""
    pairs = zip(dividends, divisors, strict=True)
    return computed(dividends.to_frame(), (quotient(*pair, scale) for pair in pairs))


def with_share(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Add each row's share of its group's revenue."""
    whole = table.groupby(by)["revenue"].transform("sum")
    return table.assign(revenue_share=quotients(table["revenue"], whole, 6))


def change_pct(now: int, before: int | None, is_comparable: bool) -> Decimal | None:
    """Return a change in percent; there is none from nothing or less, nor with a part."""
    if not is_comparable or before is None or before <= 0:
        return None
    return quotient(100 * (now - before), before, 4)


def target_currency(delivered: Delivered) -> str:
    """Return the currency that targets are in: that of most lines, if none is chosen."""
    return str(definition("target_currency") or delivered.lines["currency"].mode()[0])
