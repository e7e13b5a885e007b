"""The reports about customers, from the lines as delivered."""

import csv
from decimal import Decimal
from functools import cache

import pandas as pd

from tests.independent.delivered import Delivered
from tests.independent.exact import amount, quotient
from tests.independent.tables import (
    Report,
    amounts,
    computed,
    definition,
    is_month_complete,
    purchases,
    with_costs,
)
from warehouse.settings import CHECKOUT

CUSTOMER = ["currency", "customer_key"]
MONTH_DAYS = Decimal("30.4375")
"""Days of a month: those of a year of 365.25, divided by twelve."""


def _status(since_first: int, since_last: int) -> str:
    if since_first <= definition("customer_new_days"):
        return "new"
    if since_last <= definition("customer_active_days"):
        return "active"
    if since_last <= definition("customer_at_risk_days"):
        return "at_risk"
    return "lost"


def _histories(delivered: Delivered) -> pd.DataFrame:
    """Return what each known customer bought and gave back, and when, by currency."""
    known = delivered.lines[delivered.lines["customer"].notna()]
    table = known.groupby(CUSTOMER, as_index=False).agg(
        revenue=("revenue", "sum"), units=("units", "sum")
    )
    table = with_costs(known, table, CUSTOMER)
    bought = (
        purchases(known)
        .groupby(CUSTOMER, as_index=False)
        .agg(
            first_purchase_date=("day", "min"),
            last_purchase_date=("day", "max"),
            purchase_count=("purchase", "nunique"),
            bought=("revenue", "sum"),
        )
    )
    table = table.merge(bought, on=CUSTOMER, how="left")
    table["purchase_count"] = table["purchase_count"].fillna(0).astype("int64")
    table["since_first"] = (delivered.last_day - table["first_purchase_date"]).dt.days
    table["since_last"] = (delivered.last_day - table["last_purchase_date"]).dt.days
    return table.join(delivered.customers, on="customer_key")


def value(delivered: Delivered) -> Report:
    """Compute rpt_customer_value."""
    table = _histories(delivered)
    averages: list[Decimal | None] = []
    frequencies: list[Decimal | None] = []
    statuses: list[str | None] = []
    for row in table.itertuples():
        averages.append(quotient(row.bought, row.purchase_count * 10_000, 4))
        if row.purchase_count == 0:
            frequencies.append(None)
            statuses.append(None)
            continue
        # Who came yesterday has not been seen to come thirty times a month.
        days = max(Decimal(int(row.since_first) + 1), MONTH_DAYS)
        frequencies.append(quotient(MONTH_DAYS * row.purchase_count * 10_000, days * 10_000, 4))
        statuses.append(_status(int(row.since_first), int(row.since_last)))
    table = table.assign(
        customer_durable_key=table["customer_key"],
        customer_segment=None,
        loyalty_tier=None,
        days_since_last_purchase=table["since_last"],
        average_order_value=computed(table, averages),
        purchases_per_month=computed(table, frequencies),
        customer_status=computed(table, statuses),
    )
    table = amounts(table, lifetime_revenue="revenue", lifetime_profit="profit", units="units")
    return Report(
        table[
            [
                "customer_durable_key", "customer_id", "customer_name", "customer_segment",
                "loyalty_tier", "city", "region", "country", "currency", "first_purchase_date",
                "last_purchase_date", "days_since_last_purchase", "purchase_count",
                "lifetime_revenue", "lifetime_profit", "units", "average_order_value",
                "purchases_per_month", "customer_status",
            ]
        ],
        ["customer_durable_key", "currency"],
    )  # fmt: skip


def _scores(values: pd.Series) -> list[int]:
    """Return the fifth that each value is in, 1 for the lowest; equals are in the same one."""
    below = values.rank(method="min").astype("int64") - 1
    equal = values.groupby(values).transform("size")
    return [
        min(5 * (2 * int(less) + int(same)) // (2 * len(values)) + 1, 5)
        for less, same in zip(below, equal, strict=True)
    ]


@cache
def _segments() -> dict[tuple[int, int], str]:
    """Return the segment of each recency score and value score, as the seed has it."""
    segments = {}
    with (CHECKOUT / "seeds" / "rfm_segments.csv").open(encoding="utf-8", newline="") as seed:
        for row in csv.DictReader(seed):
            recencies = range(
                int(row["lowest_recency_score"]), int(row["highest_recency_score"]) + 1
            )
            values = range(int(row["lowest_value_score"]), int(row["highest_value_score"]) + 1)
            for cell in ((recency, worth) for recency in recencies for worth in values):
                assert cell not in segments
                segments[cell] = row["rfm_segment"]
    return segments


def rfm(delivered: Delivered) -> Report:
    """Compute rpt_customer_rfm."""
    table = _histories(delivered)
    table = table[table["purchase_count"] > 0].reset_index(drop=True)
    measured = {"recency": -table["since_last"], "frequency": table["purchase_count"]}
    measured["monetary"] = table["revenue"]
    for name, values in measured.items():
        table[f"{name}_score"] = 0
        for _, of_currency in values.groupby(table["currency"]):
            table.loc[of_currency.index, f"{name}_score"] = _scores(of_currency)
    scores = list(
        table[["recency_score", "frequency_score", "monetary_score"]].itertuples(index=False)
    )
    table = table.assign(
        customer_durable_key=table["customer_key"],
        recency_days=table["since_last"],
        frequency=table["purchase_count"],
        rfm_score=computed(table, ("".join(map(str, three)) for three in scores)),
        # The mean of two scores, half rounded up.
        rfm_segment=computed(table, (_segments()[r, (f + m + 1) // 2] for r, f, m in scores)),
    )
    table = amounts(table, monetary="revenue")
    return Report(
        table[
            [
                "customer_durable_key", "customer_id", "customer_name", "currency", "recency_days",
                "frequency", "monetary", "recency_score", "frequency_score", "monetary_score",
                "rfm_score", "rfm_segment",
            ]
        ],
        ["customer_durable_key", "currency"],
    )  # fmt: skip


def cohorts(delivered: Delivered) -> Report:
    """Compute rpt_cohort_retention."""
    columns = [
        "cohort_month_start_date", "cohort_month", "currency", "months_since", "month_start_date",
        "is_month_complete", "cohort_customer_count", "active_customer_count", "retention_share",
        "churn_share", "revenue", "cumulative_revenue",
    ]  # fmt: skip
    lines = delivered.lines
    lines = lines.assign(month=lines["day"].dt.to_period("M"))
    bought = purchases(lines)
    first = bought.groupby(CUSTOMER)["month"].min().rename("cohort").reset_index()
    active = bought.merge(first, on=CUSTOMER).groupby(["currency", "cohort", "month"])
    active_counts = active["customer_key"].nunique().to_dict()
    moved = lines.merge(first, on=CUSTOMER)
    # What was returned before the first purchase that is known is no cohort's.
    moved = moved[moved["month"] >= moved["cohort"]]
    revenues = moved.groupby(["currency", "cohort", "month"])["revenue"].sum().to_dict()
    sizes = first.groupby(["currency", "cohort"]).size()
    rows = []
    for (currency, cohort), size in sizes.items():
        cumulative = 0
        for month in pd.period_range(cohort, delivered.last_day.to_period("M"), freq="M"):
            count = active_counts.get((currency, cohort, month), 0)
            revenue = int(revenues.get((currency, cohort, month), 0))
            cumulative += revenue
            is_complete = is_month_complete(delivered, month)
            rows.append(
                (
                    cohort.start_time, str(cohort), currency, (month - cohort).n, month.start_time,
                    is_complete, size, count,
                    quotient(count, size, 6) if is_complete else None,
                    quotient(size - count, size, 6) if is_complete else None,
                    amount(revenue), amount(cumulative),
                )
            )  # fmt: skip
    return Report(
        pd.DataFrame(rows, columns=columns, dtype=object),
        ["cohort_month_start_date", "currency", "months_since"],
    )
