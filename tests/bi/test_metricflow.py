"""MetricFlow, really asked: it finds nothing wrong, and its figures are those of the reports."""

import csv
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from bi.dashboards import read_dashboards
from bi.datasets import Described, sql_of
from demo.company import write_demo
from reporting.__main__ import main as reporting
from tests.conftest import ENGINES, Warehouse
from tests.reporting.served import served
from tests.reporting.test_pack import column
from warehouse.settings import CHECKOUT

PROGRAMS = CHECKOUT / ".venv" / "metricflow" / "bin"

pytestmark = [
    pytest.mark.bi,
    pytest.mark.skipif(not PROGRAMS.exists(), reason="`make .venv/metricflow` installs MetricFlow"),
]

WEEKLY = {
    **{name: name for name in ("revenue", "gross_amount", "discount_amount", "units")},
    **{name: name for name in ("average_order_value", "cost", "profit")},
    **{"lines": "line_count", "orders": "order_count", "margin": "margin_share"},
    **{"customers": "customer_count", "new_customers": "new_customer_count"},
    **{"returns": "return_amount", "return_lines": "return_line_count"},
}
"""Metrics, and the columns of rpt_weekly_summary that have the same figures."""


@pytest.fixture(scope="module", params=ENGINES)
def published(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[[str], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Warehouse]:
    """A demo that was built and published."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, lines=2_000, months=4, end=date(2026, 11, 15))
    warehouse = new_warehouse(request.param)
    warehouse.load(folder)
    if warehouse.engine == "postgres":
        warehouse.execute("drop role if exists salesops_reader")
        warehouse.execute("create role salesops_reader login password 'reader'")
    # All of it, for it to be published; that so few lines have a bad week is a warning.
    built = warehouse.dbt("build", "--exclude-resource-type", "unit_test", "--log-level", "none")
    assert built.success
    # MetricFlow reads from target/ what the tables of this warehouse are called.
    _run(warehouse, "dbt", "--quiet", "parse")
    yield warehouse
    if warehouse.engine == "postgres":
        warehouse.execute("drop owned by salesops_reader", "drop role salesops_reader")


def test_metricflow_finds_nothing_wrong(published: Warehouse) -> None:
    said = _run(published, "mf", "validate-configs")
    assert said.count("(ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0)") == 6, said


def test_metricflow_gives_the_figures_of_the_weekly_report(
    published: Warehouse, tmp_path: Path
) -> None:
    by = ["sale_day__iso_week", "sales_line__currency"]
    found = _ask(published, list(WEEKLY), by, tmp_path)
    reported = published.query(
        f"select iso_week, currency, {', '.join(WEEKLY.values())} "
        "from reports.rpt_weekly_summary where line_count > 0 order by 1, 2"
    )
    assert len(reported) > 10
    _hold(found, reported)


def test_metricflow_gives_the_attainment_of_the_report(
    published: Warehouse, tmp_path: Path
) -> None:
    by = ["target__calendar_month", "target__member_name"]
    found = _ask(published, ["target", "target_revenue", "attainment"], by, tmp_path)
    reported = published.query(
        "select calendar_month, member_name, target_amount, revenue, attainment_share "
        "from reports.rpt_target_attainment order by 1, 2"
    )
    assert len(reported) > 10
    _hold(found, reported)


def test_metricflow_gives_the_revenue_of_places_and_products(
    published: Warehouse, tmp_path: Path
) -> None:
    by = ["sale_day__iso_week", "place__region", "store__store_name", "product__category"]
    found = _ask(published, ["revenue", "orders"], by, tmp_path)
    reported = published.query(
        "select iso_week, dim_region.region, store_name, category, sum(revenue), "
        "count(distinct order_id) from marts.fact_sales_line "
        "join marts.dim_date on sale_date_key = date_key "
        "join marts.dim_region using (region_key) join marts.dim_store using (store_key) "
        "join marts.dim_product using (product_key) group by 1, 2, 3, 4"
    )
    _hold(found, reported)


def test_the_last_week_of_each_store_is_the_same_everywhere(
    published: Warehouse, tmp_path: Path
) -> None:
    """The same revenue and orders from SQL, MetricFlow, the API, the pack and dashboards."""
    week, first, last = published.query(
        "select iso_week, week_start_date, week_start_date + 6 from reports.rpt_weekly_summary "
        "where is_week_complete order by 2 desc limit 1"
    )[0]
    reported = published.query(
        "select region, store_name, revenue, order_count from reports.rpt_weekly_region_store "
        f"where iso_week = '{week}' and place_level = 'store'"
    )
    assert len(reported) > 5

    def same(answer: Iterable[Sequence[object]]) -> bool:
        """Tell whether an answer has the same stores with the same figures."""
        found = {(row[0], row[1]): (amount(row[2]), int(str(row[3]))) for row in answer}
        return found == {(row[0], row[1]): (amount(row[2]), row[3]) for row in reported}

    def amount(value: object) -> Decimal:
        return Decimal(str(value)).quantize(Decimal("0.0001"))

    by = ["place__region", "store__store_name"]
    condition = f"{{{{ Dimension('sale_day__iso_week') }}}} = '{week}'"
    found = _ask(published, ["revenue", "orders"], by, tmp_path, "--where", condition)
    assert same([list(row.values()) for row in found]), "MetricFlow"

    dashboards = read_dashboards().datasets["sales_lines"]
    manifest = published.manifest().writable_manifest().to_dict(omit_none=False)
    figures = {figure.name: figure for figure in Described(manifest).figures(dashboards)}
    assert same(
        published.query(
            f"select region, store_name, {figures['revenue'].expression}, "
            f"{figures['orders'].expression} from ({sql_of(dashboards)}) as lines "
            f"where iso_week = '{week}' group by 1, 2"
        )
    ), "the data set of the dashboards"

    with served(published.url) as api:
        span = {"start_date": str(first), "end_date": str(last)}
        rows = api.rows("/reports/region-store-breakdown", **span)
    columns = ("region", "store_name", "revenue", "order_count")
    stores = [row for row in rows if row["place_level"] == "store"]
    assert same([[row[name] for name in columns] for row in stores]), "the API"

    written = CliRunner().invoke(
        reporting,
        ["weekly", "--week", week, "--out", str(tmp_path)],
        env={"DATABASE_URL": published.url},
    )
    assert written.exit_code == 0, written.output
    sheet = openpyxl.load_workbook(tmp_path / f"weekly-{week}.xlsx")["Stores"]
    headings = ("Region", "Store", "Revenue", "Orders")
    shown = [column(sheet, heading) for heading in headings]
    assert same(list(zip(*shown, strict=True))), "the pack"


def _ask(
    warehouse: Warehouse, metrics: list[str], by: list[str], folder: Path, *more: str
) -> list[dict[str, str]]:
    """Return what MetricFlow answers, row by row; first what it is by, then the metrics."""
    answer = folder / "answer.csv"
    _run(
        *(warehouse, "mf", "query", "--metrics", ",".join(metrics), "--group-by", ",".join(by)),
        *("--csv", str(answer), *more),
    )
    with answer.open(encoding="utf-8", newline="") as lines:
        return [{name: row[name] for name in (*by, *metrics)} for row in csv.DictReader(lines)]


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


def _run(warehouse: Warehouse, program: str, *arguments: str) -> str:
    """Run a program beside MetricFlow; on PostgreSQL as a reader, who sees what is published."""
    url, target = warehouse.url, warehouse.engine
    if warehouse.engine == "postgres":
        url = url.replace(url.split("@")[0], "postgresql://salesops_reader:reader")
        target = "postgres_read"
    done = subprocess.run(
        [str(PROGRAMS / program), *arguments],
        env=os.environ | {"DATABASE_URL": url, "DBT_TARGET": target},
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
