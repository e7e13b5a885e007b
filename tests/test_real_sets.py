"""Real sales files give the figures that were worked out from the files, on both engines alike.

The expected figures stand beside the files, made by neither this project nor its warehouse; the
reports are computed a second time from the files (tests/independent/).
"""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import ENGINES, REAL_FILES, Warehouse
from tests.independent.comparison import differences
from tests.independent.reports import REPORTS, computed
from tests.reporting.served import served
from warehouse.settings import CHECKOUT

CENT = Decimal("0.01")
LAYOUTS = CHECKOUT / "layouts" / "examples"
SETS = ["northwind", "adidas", "celulares_br", "electronics_monthly", "online_retail"]

# What each breakdown of the expected figures is in the star schema.
BREAKDOWNS = {
    "northwind": {
        "seller": "seller_name",
        "shipper": "shipping_company_name",
        "category": "category",
        "country": "dim_region.country",
    },
    "adidas": {
        "retailer": "store_name",
        "region": "dim_region.region",
        "method": "shipping_company_name",
        "product": "product_name",
    },
    "celulares_br": {
        "seller": "seller_name",
        "country": "dim_region.country",
        "brand": "brand",
    },
}

# What is flagged, as counted in the files with pandas; but for outliers, and for repeated lines of
# which nothing differs but the carrier, the price or the name of a coded product (2 of Adidas, 1 of
# Online Retail): these are as the rules stand.
ISSUES: dict[str, dict[str, int]] = {
    "northwind": {},
    "adidas": {"price_mismatch": 3_886, "units_not_positive": 4, "duplicate_in_file": 2},
    "celulares_br": {"list_price_used": 38_456, "store_without_key": 1},
    "electronics_monthly": {"date_outside_period": 41, "duplicate_in_file": 53},
    "online_retail": {
        "missing_customer": 59_976,
        "units_not_positive": 651,
        "duplicate_in_file": 1_748,
        "price_outlier": 60,
        "units_outlier": 723,
    },
}

# Reports that are about something else than the sales in the files, and the tests that they have.
OTHER_REPORTS = {
    "rpt_weekly_data_quality": "tests/quality/, on planted faults",
    "rpt_sales_anomaly": "unit tests, on planted anomalies",
    "rpt_definition": "tells settings, no figures",
    "rpt_alert": "unit tests, on planted faults",
    "rpt_weekly_restatement": "needs published editions: its own tests make some",
}

STAR = """
    from marts.fact_sales_line
    inner join marts.dim_date on fact_sales_line.sale_date_key = dim_date.date_key
    inner join marts.dim_product using (product_key)
    inner join marts.dim_customer using (customer_key)
    inner join marts.dim_seller using (seller_key)
    inner join marts.dim_shipping_company using (shipping_company_key)
    inner join marts.dim_store using (store_key)
    inner join marts.dim_region using (region_key)
"""

pytestmark = pytest.mark.skipif(
    not REAL_FILES.is_dir(), reason=f"the real sales files are not at {REAL_FILES}"
)


class Built:
    """A real set, built on every engine, with what people would look at."""

    def __init__(self, name: str, new_warehouse: Callable[[str], Warehouse]) -> None:
        self.name = name
        self.expected = json.loads((REAL_FILES / name / "expected.json").read_text("utf-8"))
        self.columns: dict[str, list[str]] = {}
        self.tables: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
        self.answers: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
        for engine in ENGINES:
            warehouse = new_warehouse(engine)
            outcomes = warehouse.load(REAL_FILES / name, layouts=LAYOUTS)
            assert {outcome.status for outcome in outcomes} == {"loaded"}
            warehouse.build_from_nothing()
            # On one engine: the other one has the same tables, as is tested.
            if engine == ENGINES[0]:
                warehouse.assert_data_are_right()
            with warehouse.kept_open():
                self.columns = _columns(warehouse)
                self.tables[engine] = _whole_tables(warehouse, self.columns)
                self.answers[engine] = _answers(name, warehouse)
            if engine == "postgres":  # where it is published
                self.told = _told_by_the_api(warehouse, *self.answers[engine]["total"][0][6:8])


def _columns(warehouse: Warehouse) -> dict[str, list[str]]:
    """Name the columns that two warehouses may not differ in.

    They may in when a row was loaded, and in how an engine hashes a row.
    """
    found = warehouse.query(
        "select table_schema, table_name, column_name from information_schema.columns "
        "order by 1, 2, ordinal_position"
    )
    columns: dict[str, list[str]] = {}
    for schema in ("marts", "reports", "quality"):
        for _, table, name in (row for row in found if row[0] == warehouse.built(schema)):
            # Some tell when builds were, and how long.
            is_compared = name not in ("loaded_at", "known_since", "line_fingerprint")
            if is_compared and not table.startswith(("dq_test_", "dq_build")):
                columns.setdefault(f"{schema}.{table}", []).append(name)
    return columns


def _whole_tables(
    warehouse: Warehouse, columns: dict[str, list[str]]
) -> dict[str, list[tuple[Any, ...]]]:
    tables = {}
    for table, names in columns.items():
        schema, name = table.split(".")
        listed = ", ".join(f'"{column}"' for column in names)
        # Both engines sort alike, and faster than it can be done here.
        places = ", ".join(str(place) for place, _ in enumerate(names, 1))
        tables[table] = warehouse.query(
            f"select {listed} from {warehouse.built(schema)}.{name} order by {places}"
        )
    return tables


def _answers(name: str, warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    answers = {
        "total": warehouse.query(
            "select count(*), sum(units), sum(revenue), count(distinct order_id), "
            "count(distinct product_key), "
            "count(distinct nullif(fact_sales_line.customer_durable_key, -1)), "
            f"min(full_date), max(full_date), count(distinct dim_date.iso_week) {STAR}"
        ),
        "week": warehouse.query(
            "select iso_week, line_count, units, revenue from reports.rpt_weekly_summary "
            "where line_count > 0"
        ),
        "file": warehouse.query(
            "select source_file, count(*), sum(units), sum(revenue), count(distinct order_id), "
            "sum(case when customer_key = -1 then 1 else 0 end), "
            "sum(case when is_return then 1 else 0 end) "
            "from marts.fact_sales_line group by source_file"
        ),
        "skipped": warehouse.query("select path, rows_skipped from raw.file_versions"),
        "freight": warehouse.query("select sum(freight_amount) from marts.fact_order"),
        "issue": warehouse.query(
            "select rule, count(*) from quality.dq_issue group by rule order by rule"
        ),
    }
    for label, column in BREAKDOWNS.get(name, {}).items():
        answers[label] = warehouse.query(
            f"select {column}, count(*), sum(units), sum(revenue) {STAR} group by {column}"
        )
    return answers


def _told_by_the_api(warehouse: Warehouse, first: date, last: date) -> tuple[Any, ...]:
    warehouse.publish()
    with served(warehouse.url) as api:
        told = api.json("/reports/weekly-summary", start_date=str(first), end_date=str(last))
    return tuple(
        sum(total[figure] for total in told["totals"])
        for figure in ("line_count", "units", "revenue")
    )


@pytest.fixture(scope="module", params=SETS)
def built(request: pytest.FixtureRequest, new_warehouse: Callable[[str], Warehouse]) -> Built:
    """A set, loaded and built once on each engine."""
    return Built(request.param, new_warehouse)


def _agrees(row: tuple[Any, ...], expected: dict[str, Any]) -> bool:
    rows, units, revenue = row
    return bool(
        rows == expected["rows"]
        and units == Decimal(str(expected["units"]))
        and abs(revenue - Decimal(expected["revenue"])) < CENT
    )


def _weeks_of(expected: dict[str, Any]) -> dict[str, Any]:
    if "iso_weeks" in expected:
        weeks: dict[str, Any] = expected["iso_weeks"]
        return weeks
    some: dict[str, Any] = expected["expected"]["as_delivered"]["weeks"]
    return some


@pytest.mark.parametrize("engine", ENGINES)
def test_totals(built: Built, engine: str) -> None:
    ((rows, units, revenue, orders, products, customers, first, last, weeks),) = built.answers[
        engine
    ]["total"]
    assert built.told == (rows, units, revenue)
    if "expected" in built.expected:
        figures = built.expected["expected"]["as_delivered"]
        assert rows == figures["rows"]
        assert units == Decimal(figures["units"])
        assert abs(revenue - Decimal(figures["revenue_exact"])) < CENT
        assert orders == (figures["distinct_orders"] or 0)
        assert products == figures["distinct_products"]
        assert customers == figures["distinct_customers"]
        assert (str(first), str(last)) == (figures["first_day"], figures["last_day"])
        assert weeks == figures["iso_weeks_with_rows"]
    else:
        parts = built.expected.get("months") or built.expected["files"]
        assert rows == sum(part["rows"] for part in parts.values())
        assert units == sum(part["units"] for part in parts.values())
        assert abs(revenue - sum(Decimal(part["revenue"]) for part in parts.values())) < CENT
        assert weeks == len(built.expected["iso_weeks"])


@pytest.mark.parametrize("engine", ENGINES)
def test_weeks_to_the_cent(built: Built, engine: str) -> None:
    weeks = {week: figures for week, *figures in built.answers[engine]["week"]}
    wrong = {
        week: (weeks.get(week), figures)
        for week, figures in _weeks_of(built.expected).items()
        if not _agrees(tuple(weeks[week]), figures)
    }
    assert not wrong


@pytest.mark.parametrize("engine", ENGINES)
def test_breakdowns(built: Built, engine: str) -> None:
    for label in BREAKDOWNS.get(built.name, {}):
        groups = {name: tuple(figures) for name, *figures in built.answers[engine][label]}
        expected = dict(built.expected["expected"]["as_delivered"]["by"][label])
        assert len(groups) == expected.pop("__groups__"), label
        for name, figures in expected.items():
            assert _agrees(groups[name], figures), (label, name, groups[name], figures)


@pytest.mark.parametrize("engine", ENGINES)
def test_files(built: Built, engine: str) -> None:
    found = {file: figures for file, *figures in built.answers[engine]["file"]}
    skipped = {path: json.loads(text) for path, text in built.answers[engine]["skipped"]}
    for figures in built.expected.get("months", {}).values():
        rows, units, revenue, _, without_customer, returns = found[figures["file"]]
        assert _agrees((rows, units, revenue), figures)
        assert without_customer == figures["missing_customer"]
        assert returns == figures["cancelled_lines"]
    for file, figures in built.expected.get("files", {}).items():
        rows, units, revenue, orders, *_ = found[file]
        assert _agrees((rows, units, revenue), figures)
        assert orders == figures["orders"]
        assert skipped[file] == {
            "blank": figures["blank_rows"],
            "repeated_header": figures["repeated_header_rows"],
        }


@pytest.mark.parametrize("engine", ENGINES)
def test_freight_is_of_orders(built: Built, engine: str) -> None:
    expected = built.expected.get("quirks", {}).get("freight_total_order_level")
    ((freight,),) = built.answers[engine]["freight"]
    assert freight == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_flagged(built: Built, engine: str) -> None:
    assert built.answers[engine]["issue"] == sorted(ISSUES[built.name].items())
    # Flagged, and counted all the same.
    assert not built.tables[engine]["quality.dq_quarantine"]


def test_engines_give_the_same_tables(built: Built) -> None:
    duckdb, postgres = built.tables["duckdb"], built.tables["postgres"]
    assert duckdb.keys() == postgres.keys()
    for table, rows in duckdb.items():
        assert rows == postgres[table], table


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("report", REPORTS)
def test_reports_are_as_computed_from_the_files(built: Built, report: str, engine: str) -> None:
    table = f"reports.{report}"
    assert not differences(
        computed(built.name, report), built.columns[table], built.tables[engine][table]
    )


def test_every_report_is_computed(built: Built) -> None:
    reports = {table for table in built.columns if table.startswith("reports.rpt_")}
    assert reports - {f"reports.{name}" for name in OTHER_REPORTS} == {
        f"reports.{name}" for name in REPORTS
    }
