"""The weekly reports, from the lines as delivered."""

import pandas as pd

from tests.independent.delivered import Delivered, mondays
from tests.independent.exact import amount, quotient
from tests.independent.tables import (
    DAY,
    WEEK,
    WEEKLY,
    Report,
    about_weeks,
    amounts,
    change_pct,
    computed,
    definition,
    purchases,
    target_currency,
    totals,
    with_costs,
    with_share,
)


def summary(delivered: Delivered) -> Report:
    """Compute rpt_weekly_summary."""
    lines = delivered.lines
    by = ["week", "currency"]
    weeks = pd.date_range(lines["week"].min(), lines["week"].max(), freq="7D", unit="us")
    grid = pd.MultiIndex.from_product([weeks, lines["currency"].unique()], names=by).to_frame(False)
    table = grid.merge(with_costs(lines, totals(lines, by), by), on=by, how="left")

    returns = lines[lines["is_return"]].groupby(by, as_index=False)
    table = table.merge(
        returns.agg(return_line_count=("row", "size"), returned=("revenue", "sum")),
        on=by,
        how="left",
    )
    ordered = lines[lines["order_id"].notna()].groupby(by, as_index=False)
    table = table.merge(ordered.agg(ordered=("revenue", "sum")), on=by, how="left")
    first_weeks = purchases(lines).sort_values("day").drop_duplicates("customer")
    newcomers = first_weeks.groupby(by, as_index=False).agg(new_customer_count=("row", "size"))
    table = table.merge(newcomers, on=by, how="left")

    zeros = [
        "gross", "discount", "revenue", "units", "line_count", "order_count", "customer_count",
        "return_line_count", "returned", "new_customer_count",
    ]  # fmt: skip
    table[zeros] = table[zeros].fillna(0).astype("int64")
    table = about_weeks(delivered, table)

    revenues = {(row.week, row.currency): row.revenue for row in table.itertuples()}
    named = {(row.iso_week, row.currency): row.revenue for row in table.itertuples()}
    compared = []
    for row in table.itertuples():
        last_week = revenues.get((row.week - WEEK, row.currency))
        four = [row.week - WEEK * back for back in (1, 2, 3, 4)]
        is_there = all((week, row.currency) in revenues for week in four)
        four_weeks = sum(revenues[week, row.currency] for week in four) if is_there else None
        year, number = row.iso_week.split("-")
        last_year = named.get((f"{int(year) - 1}-{number}", row.currency))
        is_complete = row.is_week_complete
        compared.append(
            {
                "previous_week_revenue": amount(last_week),
                "revenue_change_pct": change_pct(row.revenue, last_week, is_complete),
                "previous_four_weeks_mean_revenue": quotient(four_weeks, 4 * 10_000, 4),
                "revenue_change_on_four_weeks_pct": change_pct(
                    4 * row.revenue, four_weeks, is_complete
                ),
                "same_week_last_year_revenue": amount(last_year),
                "revenue_change_on_last_year_pct": change_pct(row.revenue, last_year, is_complete),
            }
        )
    table = table.join(pd.DataFrame(compared, table.index, dtype=object))
    table = table.assign(
        average_order_value=computed(
            table, (quotient(r.ordered, r.order_count * 10_000, 4) for r in table.itertuples())
        ),
        margin_share=computed(
            table, (quotient(r.profit, r.revenue_with_cost, 6) for r in table.itertuples())
        ),
    )
    table = amounts(
        table, gross_amount="gross", discount_amount="discount", revenue="revenue", units="units",
        return_amount="returned", cost="cost", profit="profit",
    )  # fmt: skip
    return Report(
        table[
            [
                *WEEKLY, "gross_amount", "discount_amount", "revenue", "units", "line_count",
                "order_count", "customer_count", "new_customer_count", "average_order_value",
                "return_line_count", "return_amount", "cost", "profit", "margin_share",
                *compared[0],
            ]
        ],
        ["week_start_date", "currency"],
    )  # fmt: skip


def _target_until(target: int, month: pd.Period, day: pd.Timestamp) -> int:
    """Return the part of a month's target that is due by the end of a day, in ten-thousandths."""
    days = min(max((day - month.start_time).days + 1, 0), month.days_in_month)
    due = quotient(target * days, month.days_in_month, 0)
    assert due is not None
    return int(due)


def _weekly_targets(delivered: Delivered) -> dict[tuple[pd.Timestamp, int], int]:
    """Spread each seller's monthly target evenly over its days; return those of weeks."""
    weeks: dict[tuple[pd.Timestamp, int], int] = {}
    for row in delivered.targets.itertuples():
        month = row.month.to_period("M")
        monday = row.month - DAY * row.month.day_of_week
        for week in pd.date_range(monday, month.end_time, freq=WEEK, unit="us"):
            # A month's weeks are to add up to its target, so they are cut out of rounded sums.
            part = _target_until(row.target, month, week + 6 * DAY) - _target_until(
                row.target, month, week - DAY
            )
            weeks[week, row.seller_key] = weeks.get((week, row.seller_key), 0) + part
    return weeks


def seller_ranking(delivered: Delivered) -> Report:
    """Compute rpt_weekly_seller_ranking."""
    by = ["week", "currency"]
    table = totals(delivered.lines, [*by, "seller_key"])
    table["seller_rank"] = (
        table.groupby(by)["revenue"].rank(method="min", ascending=False).astype("int64")
    )
    ranks = {
        (row.week, row.currency, row.seller_key): row.seller_rank for row in table.itertuples()
    }
    previous = [
        ranks.get((row.week - WEEK, row.currency, row.seller_key)) for row in table.itertuples()
    ]
    table["previous_rank"] = computed(table, previous)
    table["rank_change"] = computed(
        table,
        (
            None if before is None else before - now
            for before, now in zip(previous, table["seller_rank"], strict=True)
        ),
    )

    targets, currency = _weekly_targets(delivered), target_currency(delivered)
    due = [
        targets.get((row.week, row.seller_key)) if row.currency == currency else None
        for row in table.itertuples()
    ]
    table["target_amount"] = computed(table, map(amount, due))
    table["target_attainment_share"] = computed(
        table,
        (
            quotient(revenue, target, 6) if target is not None and target > 0 else None
            for revenue, target in zip(table["revenue"], due, strict=True)
        ),
    )
    table = about_weeks(delivered, with_share(table, by))
    table = amounts(table, revenue="revenue", units="units")
    table["seller_name"] = table["seller_key"].map(delivered.sellers["seller_name"])
    table["team"] = None
    return Report(
        table[
            [
                *WEEKLY, "seller_rank", "previous_rank", "rank_change", "seller_key", "seller_name",
                "team", "revenue", "revenue_share", "units", "line_count", "order_count",
                "target_amount", "target_attainment_share",
            ]
        ],
        ["week_start_date", "currency", "seller_key"],
    )  # fmt: skip


def top_products(delivered: Delivered) -> Report:
    """Compute rpt_weekly_top_products."""
    by = ["week", "currency"]
    table = with_share(totals(delivered.lines, [*by, "product_key"]), by)
    table = table.sort_values([*by, "revenue", "product_key"], ascending=[True, True, False, True])
    table["product_rank"] = table.groupby(by).cumcount() + 1
    table = table[table["product_rank"] <= definition("top_products_count")]
    table = about_weeks(delivered, table.join(delivered.products, on="product_key"))
    table = amounts(table, revenue="revenue", units="units")
    return Report(
        table[
            [
                *WEEKLY, "product_rank", "product_key", "product_id", "product_name", "category",
                "revenue", "revenue_share", "units", "line_count",
            ]
        ],
        ["week_start_date", "currency", "product_rank"],
    )  # fmt: skip


def shipping_breakdown(delivered: Delivered) -> Report:
    """Compute rpt_weekly_shipping_breakdown."""
    by = ["week", "currency", "carrier_key"]
    table = totals(delivered.lines, by)
    if delivered.orders is None:
        table[["freight", "freight_order_count"]] = None
    else:
        orders = delivered.orders
        orders = orders.assign(week=mondays(orders["day"]))
        freight = orders.groupby(by, as_index=False).agg(
            freight=("freight", "sum"), freight_order_count=("freight", "size")
        )
        table = table.merge(freight, on=by, how="outer")
        counts = ["revenue", "units", "line_count", "order_count"]
        table[counts] = table[counts].fillna(0).astype("int64")
    table = about_weeks(delivered, with_share(table, ["week", "currency"]))
    table = amounts(table, revenue="revenue", units="units", freight_amount="freight")
    table["shipping_company_key"] = table["carrier_key"]
    table["shipping_company_name"] = table["carrier_key"].map(delivered.carriers["carrier_name"])
    return Report(
        table[
            [
                *WEEKLY, "shipping_company_key", "shipping_company_name", "revenue",
                "revenue_share", "units", "line_count", "order_count", "freight_amount",
                "freight_order_count",
            ]
        ],
        ["week_start_date", "currency", "shipping_company_key"],
    )  # fmt: skip
