"""One number everywhere: what is asked about the last week has one answer, whoever is asked."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from reporting.__main__ import main as reporting
from tests.bi.conftest import MetricFlow, Superset
from tests.conftest import Warehouse
from tests.reporting.served import served
from tests.reporting.test_pack import column

pytestmark = pytest.mark.bi


def test_the_last_week_is_the_same_everywhere(
    published: Warehouse, inbox: Path, metricflow: MetricFlow, superset: Superset, tmp_path: Path
) -> None:
    """The revenue and orders of regions, their stores, and the rows of workbooks behind a store.

    By SQL, MetricFlow, the API, the pack, and what Superset answers for the data set of its
    dashboards.
    """
    week, first, last = published.query(
        "select iso_week, week_start_date, week_start_date + 6 from reports.rpt_weekly_summary "
        "where is_week_complete order by 2 desc limit 1"
    )[0]
    reported = {
        level: figures(
            published.query(
                "select region, store_name, revenue, order_count "
                "from reports.rpt_weekly_region_store "
                f"where iso_week = '{week}' and place_level = '{level}'"
            )
        )
        for level in ("region", "store")
    }
    assert len(reported["region"]) > 2
    assert len(reported["store"]) > 5

    metrics = ["revenue", "orders"]
    condition = f"{{{{ Dimension('sale_day__iso_week') }}}} = '{week}'"
    by = {"region": ["place__region"], "store": ["place__region", "store__store_name"]}
    for level, names in by.items():
        found = metricflow.ask(metrics, names, tmp_path, "--where", condition)
        assert figures(list(row.values()) for row in found) == reported[level], "MetricFlow"

    of_week = {"iso_week": week}
    for level, columns in {"region": ["region"], "store": ["region", "store_name"]}.items():
        rows = superset.ask("sales_lines", columns=columns, metrics=metrics, where=of_week)
        answer = [[row[name] for name in (*columns, *metrics)] for row in rows]
        assert figures(answer) == reported[level], "Superset"

    with served(published.url) as api:
        span = {"start_date": str(first), "end_date": str(last)}
        rows = api.rows("/reports/region-store-breakdown", **span)
        region, store = min(reported["store"])
        lines = api.rows("/lines", **span, store=store, limit=1000)
    for level, known in reported.items():
        of_level = [row for row in rows if row["place_level"] == level]
        names = ["region", "store_name", "revenue", "order_count"]
        assert figures([row[name] for name in names] for row in of_level) == known, "the API"

    written = CliRunner().invoke(
        reporting,
        ["weekly", "--week", week, "--out", str(tmp_path)],
        env={"DATABASE_URL": published.url},
    )
    assert written.exit_code == 0, written.output
    workbook = openpyxl.load_workbook(tmp_path / f"weekly-{week}.xlsx")
    shown = {
        level: [column(workbook[sheet], name) for name in headings]
        for level, (sheet, headings) in {
            "region": ("Regions", ("Region", "Revenue", "Orders")),
            "store": ("Stores", ("Region", "Store", "Revenue", "Orders")),
        }.items()
    }
    for level, known in reported.items():
        assert figures(zip(*shown[level], strict=True)) == known, "the pack"

    address = ("source_file", "source_sheet", "source_row_number")
    behind = {
        tuple(row[:3]): (row[3], amount(row[4]))
        for row in published.query(
            f"select {', '.join(address)}, order_id, revenue from marts.fact_sales_line "
            "inner join marts.dim_date on sale_date_key = date_key "
            "inner join marts.dim_store using (store_key) "
            f"where iso_week = '{week}' and store_name = '{store}'"
        )
    }
    assert sum(revenue for _, revenue in behind.values()) == reported["store"][region, store][0]
    of_superset = superset.ask(
        "sales_lines",
        columns=[*address, "order_id", "revenue"],
        where=of_week | {"store_name": store},
    )
    for who, found_lines in {"Superset": of_superset, "the API": lines}.items():
        assert {
            tuple(line[name] for name in address): (line["order_id"], amount(line["revenue"]))
            for line in found_lines
        } == behind, who
    delivered = {file: openpyxl.load_workbook(inbox / file) for file, _, _ in behind}
    for (file, sheet, row_number), (order, _) in behind.items():
        assert order in [cell.value for cell in delivered[file][sheet][row_number]]


def figures(answer: Iterable[Sequence[object]]) -> dict[tuple[object, ...], tuple[Decimal, int]]:
    """Return revenue and orders, the last of each row, by the names before them."""
    return {
        tuple(name for name in names if name is not None): (amount(revenue), int(str(orders)))
        for *names, revenue, orders in answer
    }


def amount(value: object) -> Decimal:
    """Return an amount as exact as the warehouse keeps it."""
    return Decimal(str(value)).quantize(Decimal("0.0001"))
