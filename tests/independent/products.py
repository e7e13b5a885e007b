"""The reports about products, from the lines as delivered."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd

from tests.independent.delivered import Delivered
from tests.independent.exact import UNKNOWN, quotient
from tests.independent.tables import Report, amounts, computed, definition, totals, with_costs


def _share(name: str) -> Fraction:
    """Return a share among the definitions exactly: 0.2 is a fifth."""
    return Fraction(str(definition(name)))


def _median_prices(table: pd.DataFrame) -> dict[tuple[str, str | None], Decimal]:
    """Return the median price of each category, the lower one of two in the middle.

    Unknown is a mixture, and what is given away has no price.
    """
    prices: dict[tuple[str, str | None], list[Decimal]] = {}
    for row in table.itertuples():
        if row.product_key != UNKNOWN and row.average_price is not None and row.average_price > 0:
            prices.setdefault((row.currency, row.category), []).append(row.average_price)
    return {group: sorted(of_it)[(len(of_it) - 1) // 2] for group, of_it in prices.items()}


def _price_tier(price: Decimal | None, median: Decimal | None) -> str | None:
    if price is None or price <= 0 or median is None:
        return None
    if Fraction(price) >= _share("premium_price_factor") * Fraction(median):
        return "premium"
    if Fraction(price) <= _share("budget_price_factor") * Fraction(median):
        return "budget"
    return "standard"


def _performance_tiers(revenues: pd.Series) -> pd.Series:
    """Part the products of a currency by their place; equals are in the middle of theirs."""
    above = revenues.rank(method="min", ascending=False).astype("int64") - 1
    equals = revenues.groupby(revenues).transform("size")
    tiers = []
    for revenue, better, equal in zip(revenues, above, equals, strict=True):
        place = Fraction(2 * int(better) + int(equal), 2 * len(revenues))
        if revenue <= 0:
            tiers.append("low")
        elif place <= _share("product_top_share"):
            tiers.append("top")
        elif place >= 1 - _share("product_low_share"):
            tiers.append("low")
        else:
            tiers.append("middle")
    return computed(revenues.to_frame(), tiers)


def performance(delivered: Delivered) -> Report:
    """Compute rpt_product_performance."""
    by = ["currency", "product_key"]
    lines = delivered.lines.assign(
        moved=delivered.lines["revenue"].abs(),
        moved_with_cost=delivered.lines["revenue"].abs().where(delivered.lines["cost"].notna(), 0),
    )
    table = with_costs(lines, totals(lines, by), by)
    more = lines.groupby(by, as_index=False).agg(
        first_sale_date=("day", "min"),
        last_sale_date=("day", "max"),
        moved=("moved", "sum"),
        moved_with_cost=("moved_with_cost", "sum"),
    )
    table = table.merge(more, on=by).join(delivered.products, on="product_key")
    table["whole"] = table.groupby("currency")["revenue"].transform("sum")
    rows = list(table.itertuples())
    table["average_price"] = computed(
        table, (quotient(r.revenue, r.units, 4) if r.units > 0 else None for r in rows)
    )
    medians = _median_prices(table)
    table["price_tier"] = computed(
        table,
        (
            None
            if row.product_key == UNKNOWN
            else _price_tier(row.average_price, medians.get((row.currency, row.category)))
            for row in table.itertuples()
        ),
    )
    table["performance_tier"] = table.groupby("currency")["revenue"].transform(_performance_tiers)
    table["revenue_share"] = computed(
        table, (quotient(r.revenue, r.whole, 6) if r.whole > 0 else None for r in rows)
    )
    table["margin_share"] = computed(
        table,
        (
            None
            if pd.isna(r.revenue_with_cost) or r.revenue_with_cost <= 0
            else quotient(r.profit, r.revenue_with_cost, 6)
            for r in rows
        ),
    )
    table["cost_coverage_share"] = computed(
        table, (quotient(r.moved_with_cost, r.moved, 6) for r in rows)
    )
    table = amounts(table, revenue="revenue", units="units", cost="cost", profit="profit")
    return Report(
        table[
            [
                "product_key", "product_id", "product_name", "category", "brand", "currency",
                "first_sale_date", "last_sale_date", "revenue", "revenue_share", "units",
                "line_count", "order_count", "customer_count", "average_price", "list_price",
                "cost", "profit", "margin_share", "cost_coverage_share", "performance_tier",
                "price_tier",
            ]
        ],
        ["product_key", "currency"],
    )  # fmt: skip


def pareto(delivered: Delivered) -> Report:
    """Compute rpt_product_pareto."""
    table = totals(delivered.lines, ["currency", "product_key"])
    table = table.sort_values(["currency", "revenue", "product_key"], ascending=[True, False, True])
    table["positive"] = table["revenue"].clip(lower=0)
    by_currency = table.groupby("currency")
    table["cumulative"] = by_currency["positive"].cumsum()
    table["whole"] = by_currency["positive"].transform("sum")
    table["product_rank"] = by_currency.cumcount() + 1
    table["product_count"] = by_currency["revenue"].transform("size")
    table = table.join(delivered.products, on="product_key")

    def abc_class(positive: int, cumulative: int, whole: int) -> str:
        # The product with which a limit is reached belongs to the class.
        before = cumulative - positive
        if positive and before < _share("pareto_class_a_share") * whole:
            return "A"
        if positive and before < _share("pareto_class_b_share") * whole:
            return "B"
        return "C"

    rows = list(table.itertuples())
    table = table.assign(
        revenue_share=computed(table, (quotient(r.positive, r.whole, 6) for r in rows)),
        cumulative_revenue_share=computed(
            table, (quotient(r.cumulative, r.whole, 6) for r in rows)
        ),
        product_share=computed(table, (quotient(r.product_rank, r.product_count, 6) for r in rows)),
        abc_class=computed(table, (abc_class(r.positive, r.cumulative, r.whole) for r in rows)),
        is_in_top_share=computed(
            table,
            (r.product_rank - 1 < _share("pareto_top_share") * r.product_count for r in rows),
        ),
    )
    table = amounts(table, revenue="revenue", cumulative_revenue="cumulative")
    return Report(
        table[
            [
                "currency", "product_rank", "product_key", "product_id", "product_name", "category",
                "revenue", "revenue_share", "cumulative_revenue", "cumulative_revenue_share",
                "product_share", "abc_class", "is_in_top_share",
            ]
        ],
        ["currency", "product_rank"],
    )  # fmt: skip
