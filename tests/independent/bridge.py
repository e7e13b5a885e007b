"""The bridge from one week's revenue to the next one's, from the lines as delivered."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd

from tests.independent.delivered import Delivered
from tests.independent.exact import amount, quotient
from tests.independent.tables import WEEK, Report, about_weeks

EFFECTS = [
    "volume_effect", "mix_effect", "price_effect", "new_product_effect", "lost_product_effect",
    "other_effect",
]  # fmt: skip


def _rounded(exact: Fraction) -> Decimal:
    """Round an exact number of ten-thousandths, half away from zero, to an amount."""
    return quotient(exact.numerator, exact.denominator, 0) * Decimal("0.0001")  # type: ignore[operator]


def _effects(
    before: dict[int, tuple[int, int]], now: dict[int, tuple[int, int]]
) -> dict[str, Decimal | None]:
    """Explain the change from one week to the next; each week is units and revenue by product."""
    continued = [
        product
        for product in before.keys() & now.keys()
        if before[product][0] > 0 and now[product][0] > 0
    ]
    units_before = sum(before[product][0] for product in continued)
    units_now = sum(now[product][0] for product in continued)
    revenue_before = sum(before[product][1] for product in continued)
    # What this week's units would have brought at the prices of the week before.
    at_old_prices = sum(
        (Fraction(now[p][0] * before[p][1], before[p][0]) for p in continued), Fraction(0)
    )
    at_old_mix = Fraction(revenue_before * units_now, units_before) if continued else Fraction(0)
    revenue_now = sum(now[product][1] for product in continued)
    volume, price = _rounded(at_old_mix - revenue_before), _rounded(revenue_now - at_old_prices)
    new = [p for p in now.keys() - before.keys() if now[p][0] > 0]
    lost = [p for p in before.keys() - now.keys() if before[p][0] > 0]
    other = (before.keys() | now.keys()) - set(continued) - set(new) - set(lost)
    nothing = (0, 0)
    return {
        "volume_effect": volume,
        # What is left, so that the effects add up to the last decimal.
        "mix_effect": Decimal(revenue_now - revenue_before) / 10_000 - volume - price,
        "price_effect": price,
        "new_product_effect": amount(sum(now[p][1] for p in new)),
        "lost_product_effect": amount(-sum(before[p][1] for p in lost)),
        "other_effect": amount(
            sum(now.get(p, nothing)[1] - before.get(p, nothing)[1] for p in other)
        ),
    }


def revenue_bridge(delivered: Delivered) -> Report:
    """Compute rpt_revenue_bridge."""
    lines = delivered.lines
    products = lines.groupby(["currency", "week", "product_key"])[["units", "revenue"]].sum()
    rows = []
    for currency in lines["currency"].unique():
        weeks = pd.date_range(lines["week"].min(), lines["week"].max(), freq="7D", unit="us")
        sold: dict[pd.Timestamp, dict[int, tuple[int, int]]] = {week: {} for week in weeks}
        for (week, product), units, revenue in products.loc[currency].itertuples(name=None):
            sold[week][product] = (units, revenue)
        for week in weeks[1:]:
            before, now = sold[week - WEEK], sold[week]
            rows.append(
                {
                    "week": week,
                    "currency": currency,
                    "previous_week_start_date": week - WEEK,
                    "previous_week_revenue": amount(sum(r for _, r in before.values())),
                    **_effects(before, now),
                    "revenue": amount(sum(r for _, r in now.values())),
                }
            )
    table = about_weeks(delivered, pd.DataFrame(rows, dtype=object))
    return Report(
        table[
            [
                "week_start_date", "iso_week", "currency", "is_week_complete",
                "previous_week_start_date", "previous_week_revenue", *EFFECTS, "revenue",
            ]
        ],
        ["week_start_date", "currency"],
    )  # fmt: skip
