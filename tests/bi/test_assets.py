"""What BI tools import: made of dbt's words and metrics, and of dashboards that fit them."""

from collections.abc import Callable
from itertools import chain

import pytest

from bi.dashboards import Chart, read_dashboards
from bi.datasets import Described
from bi.superset.assets import ASSETS, assets
from tests.conftest import Warehouse

DASHBOARDS = read_dashboards()
CHARTS = {
    f"{slug}: {chart.title}": chart
    for slug, dashboard in DASHBOARDS.dashboards.items()
    for chart in dashboard.charts
}


@pytest.fixture(scope="module")
def described(new_warehouse: Callable[[str], Warehouse]) -> Described:
    """The data sets, by the project as dbt has parsed it."""
    parsed = new_warehouse("duckdb").manifest().writable_manifest()
    return Described(parsed.to_dict(omit_none=False))


def test_the_files_are_those_of_the_manifest(described: Described) -> None:
    kept = {
        str(path.relative_to(ASSETS)): path.read_text(encoding="utf-8")
        for path in ASSETS.rglob("*.yaml")
    }
    assert assets(DASHBOARDS, described) == kept, "`make bi` writes them anew"


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())
def test_a_chart_shows_what_its_data_set_has(chart: Chart, described: Described) -> None:
    dataset = DASHBOARDS.datasets[chart.dataset]
    columns = {column.name for column in described.columns(dataset)}
    metrics = {metric.name for metric in described.figures(dataset)}
    assert {*chart.by, *chart.columns, *chart.order, *chart.where} <= columns
    assert set(chart.metrics) <= metrics
    named = {DASHBOARDS.filters[name].column or dataset.day for name in dataset.filters}
    assert named <= columns


def test_no_data_set_shows_keys_that_tools_round(described: Described) -> None:
    shown = chain.from_iterable(
        described.columns(dataset) for dataset in DASHBOARDS.datasets.values()
    )
    keys = {column.name for column in shown if column.name.endswith(("_key", "_fingerprint"))}
    assert keys == {"customer_durable_key"}
