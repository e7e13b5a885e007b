"""MetricFlow, really asked: it finds nothing wrong, and its figures are those of the reports."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.bi.conftest import MetricFlow
from tests.conftest import Warehouse

pytestmark = pytest.mark.bi

WEEKLY = {
    **{name: name for name in ("revenue", "gross_amount", "discount_amount", "units")},
    **{name: name for name in ("average_order_value", "cost", "profit")},
    **{"lines": "line_count", "orders": "order_count", "margin": "margin_share"},
    **{"customers": "customer_count", "new_customers": "new_customer_count"},
    **{"returns": "return_amount", "return_lines": "return_line_count"},
}
"""Metrics, and the columns of rpt_weekly_summary that have the same figures."""


def test_metricflow_finds_nothing_wrong(metricflow: MetricFlow) -> None:
    said = metricflow.run("mf", "validate-configs")
    assert said.count("(ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0)") == 6, said


def test_metricflow_gives_the_figures_of_the_weekly_report(
    published: Warehouse, metricflow: MetricFlow, tmp_path: Path
) -> None:
    by = ["sale_day__iso_week", "sales_line__currency"]
    found = metricflow.ask(list(WEEKLY), by, tmp_path)
    reported = published.query(
        f"select iso_week, currency, {', '.join(WEEKLY.values())} "
        "from reports.rpt_weekly_summary where line_count > 0 order by 1, 2"
    )
    assert len(reported) > 10
    _hold(found, reported)


def test_metricflow_gives_the_attainment_of_the_report(
    published: Warehouse, metricflow: MetricFlow, tmp_path: Path
) -> None:
    by = ["target__calendar_month", "target__member_name"]
    found = metricflow.ask(["target", "target_revenue", "attainment"], by, tmp_path)
    reported = published.query(
        "select calendar_month, member_name, target_amount, revenue, attainment_share "
        "from reports.rpt_target_attainment order by 1, 2"
    )
    assert len(reported) > 10
    _hold(found, reported)


def test_metricflow_gives_the_revenue_of_places_and_products(
    published: Warehouse, metricflow: MetricFlow, tmp_path: Path
) -> None:
    by = ["sale_day__iso_week", "place__region", "store__store_name", "product__category"]
    found = metricflow.ask(["revenue", "orders"], by, tmp_path)
    reported = published.query(
        "select iso_week, dim_region.region, store_name, category, sum(revenue), "
        "count(distinct order_id) from marts.fact_sales_line "
        "join marts.dim_date on sale_date_key = date_key "
        "join marts.dim_region using (region_key) join marts.dim_store using (store_key) "
        "join marts.dim_product using (product_key) group by 1, 2, 3, 4"
    )
    _hold(found, reported)


def _hold(found: list[dict[str, str]], reported: list[tuple[object, ...]]) -> None:
    """Hold answers against rows; what is divided is rounded there, and nothing is zero or empty."""
    rows = sorted(tuple(row.values()) for row in found)
    expected = sorted(
        tuple("" if value is None else str(value) for value in row) for row in reported
    )
    assert len(rows) == len(expected)
    names = list(found[0])
    rounding = {
        "average_order_value": "0.000051",
        "margin": "0.00000051",
        "attainment": "0.00000051",
    }
    for row, report in zip(rows, expected, strict=True):
        for name, figure, reference in zip(names, row, report, strict=True):
            if "__" in name:
                assert figure == reference, (row, report)
            else:
                difference = abs(Decimal(figure or 0) - Decimal(reference or 0))
                assert difference <= Decimal(rounding.get(name, "0")), (name, row, report)
