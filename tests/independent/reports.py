"""Each report, and what computes it from the delivered files."""

from collections.abc import Callable
from functools import cache

from tests.independent import bridge, customers, periods, places, products, weekly
from tests.independent.delivered import Delivered, delivered
from tests.independent.tables import Report

REPORTS: dict[str, Callable[[Delivered], Report]] = {
    "rpt_weekly_summary": weekly.summary,
    "rpt_weekly_seller_ranking": weekly.seller_ranking,
    "rpt_weekly_top_products": weekly.top_products,
    "rpt_weekly_shipping_breakdown": weekly.shipping_breakdown,
    "rpt_weekly_region_store": places.region_store,
    "rpt_period_growth": periods.growth,
    "rpt_seasonality": periods.seasonality,
    "rpt_target_attainment": periods.target_attainment,
    "rpt_revenue_bridge": bridge.revenue_bridge,
    "rpt_product_performance": products.performance,
    "rpt_product_pareto": products.pareto,
    "rpt_customer_value": customers.value,
    "rpt_customer_rfm": customers.rfm,
    "rpt_cohort_retention": customers.cohorts,
}


@cache
def computed(name: str, report: str) -> Report:
    """Compute a report of the set of this folder; once for all engines."""
    return REPORTS[report](delivered(name))
