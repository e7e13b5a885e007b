"""The way of the data on demo workbooks, on both engines: loaded, built, corrected, built again."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from bi.dashboards import read_dashboards
from bi.datasets import Described, sql_of
from bi.metabase.content import read_content
from bi.metrics import metrics, sql
from demo.workbooks import write_demo
from loader.preview import Changes
from reporting.__main__ import main as reporting
from reporting.doors.trial import copy_warehouse
from tests.asked_by_tools import FOREIGN, FOREIGN_KEYS, PRIMARY, PRIMARY_KEYS
from tests.conftest import ENGINES, LINES, Warehouse
from warehouse.connection import connect, warehouse_url

LINE_COUNT = 2_000
END = date(2026, 11, 15)


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, lines=LINE_COUNT, months=4, end=END)
    return folder


@pytest.fixture(scope="module", params=ENGINES)
def demo(
    request: pytest.FixtureRequest, new_warehouse: Callable[[str], Warehouse], workbooks: Path
) -> Iterator[Warehouse]:
    """The demo, loaded and built with every test of the data; unit tests on one engine."""
    warehouse = new_warehouse(request.param)
    assert {outcome.status for outcome in warehouse.load(workbooks)} == {"loaded"}
    if warehouse.engine == "postgres":
        warehouse.execute("drop role if exists salesops_reader")
        warehouse.execute("create role salesops_reader login password 'reader'")
    # In so few lines, one that cannot be read is much of its week. Unit tests run once: the engines
    # are held against each other in whole tables (test_real_sets.py).
    unit_tests = [] if warehouse.engine == "duckdb" else ["--exclude-resource-type", "unit_test"]
    warehouse.build("--exclude", "rpt_weekly_data_quality_no_week_fails", *unit_tests)
    yield warehouse
    if warehouse.engine == "postgres":
        warehouse.execute("drop owned by salesops_reader", "drop role salesops_reader")


def test_every_delivered_line_is_somewhere(demo: Warehouse) -> None:
    accepted = demo.one("select count(*) from marts.fact_sales_line")
    rejected = demo.one("select count(*) from quality.dq_quarantine")
    assert accepted + rejected == LINE_COUNT
    delivered = "select sum(rows_read) from quality.dq_reconciliation where entity = 'sales_lines'"
    assert demo.one(delivered) == LINE_COUNT


def test_unreadable_lines_are_kept_with_their_reasons(demo: Warehouse) -> None:
    found = demo.query(
        "select rejection_reasons, sold_at_text, units_text, source_file, source_row_number "
        "from quality.dq_quarantine order by rejection_reasons"
    )
    assert [row[0] for row in found] == [
        "The date of the sale is no date",
        "The product is missing",
        "Units are no number",
    ]
    assert found[0][1].startswith("31.02.")
    assert found[2][2] == "two"
    assert all(file.startswith("Sales 2026-W") and row > 3 for *_, file, row in found)


def test_a_fact_leads_to_its_row_in_the_workbook(demo: Warehouse, workbooks: Path) -> None:
    file, sheet, row, order, units, revenue = demo.query(
        "select source_file, source_sheet, source_row_number, order_id, units, revenue "
        "from marts.fact_sales_line order by sales_line_key limit 1"
    )[0]
    cells = openpyxl.load_workbook(workbooks / file)[sheet]
    header = [cell.value for cell in cells[3]]
    delivered = dict(zip(header, (cell.value for cell in cells[row]), strict=True))
    assert delivered["Order ID"] == order
    assert delivered["Units"] == units
    assert round(Decimal(str(delivered["Line Total"])), 2) == revenue


def test_schemas_have_their_exact_names(demo: Warehouse) -> None:
    found = {name for (name,) in demo.query("select schema_name from information_schema.schemata")}
    assert found >= {"raw", "staging", "marts", "reports", "quality", "snapshots", "reference"}


def test_a_customer_is_as_they_were_at_the_time(demo: Warehouse) -> None:
    changed = demo.query(
        "select customer_id, customer_key, effective_start_date, effective_end_date "
        "from marts.dim_customer where customer_durable_key in ("
        "select customer_durable_key from marts.dim_customer group by 1 having count(*) > 1)"
    )
    assert changed
    wrong = demo.one(
        "select count(*) from marts.fact_sales_line inner join marts.dim_customer "
        "using (customer_key) where cast(sold_at as date) < effective_start_date "
        "or cast(sold_at as date) >= effective_end_date"
    )
    assert wrong == 0


def test_keys_that_tools_join_on_are_exact_everywhere(demo: Warehouse) -> None:
    keys = demo.query(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_schema in ('marts', 'reports', 'quality') and column_name like '%\\_key' "
        "escape '\\' and column_name <> 'sales_line_key' and lower(data_type) = 'bigint'"
    )
    assert len(keys) > 30
    largest = [
        demo.one(f"select max({name}) from {schema}.{table}") for schema, table, name in keys
    ]
    assert 2**52 < max(key for key in largest if key is not None) < 2**53


def test_the_week_is_printed_as_the_report_has_it(
    demo: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", demo.url)
    shown = CliRunner().invoke(reporting, ["weekly", "--no-files", "--week", "2026-W40"])
    assert shown.exit_code == 0, shown.output
    revenue, lines = demo.query(
        "select revenue, line_count from reports.rpt_weekly_summary where iso_week = '2026-W40'"
    )[0]
    assert f"{revenue:,.2f}" in shown.output
    assert (
        f"Lines  {lines:>10,}".split()
        == shown.output.split()[shown.output.split().index("Lines") :][:2]
    )
    assert "3 delivered rows are kept out of the figures" in shown.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--week", "2020-W01"], 1, "There are no sales in 2020-W01"),
        (["--week", "2026-W54"], 2, "no week 54"),
        (["--week", "last"], 2, "write it like 2026-W03"),
        (["--start", "2026-10-01"], 2, "first and a last day"),
    ],
)
def test_a_week_that_cannot_be_shown(
    demo: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    monkeypatch.setenv("DATABASE_URL", demo.url)
    shown = CliRunner().invoke(reporting, ["weekly", "--no-files", *arguments])
    assert shown.exit_code == code
    assert words in " ".join(shown.output.split())


def test_the_copy_of_a_trial_has_all_that_was_delivered(demo: Warehouse, tmp_path: Path) -> None:
    with connect(warehouse_url(demo.url), read_only=True).connect() as connection:
        url = copy_warehouse(connection, tmp_path)
    copy = Warehouse("duckdb", url.render_as_string(), demo.shared)
    assert len(demo.tables("raw")) > 8
    for schema, table in demo.tables("raw"):
        columns = ", ".join(demo.columns(schema, table))
        rows = f"select {columns} from {schema}.{table}"
        assert Counter(map(str, copy.query(rows))) == Counter(map(str, demo.query(rows)))


def test_a_correction_replaces_exactly_its_own_rows(
    demo: Warehouse, workbooks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = sorted(workbooks.glob("Sales 2026-W*.xlsx"))[2]
    lines = (
        "select sales_line_key, revenue, source_file, source_row_number "
        f"from {demo.built('marts')}.fact_sales_line order by 1"
    )
    before = demo.query(lines)
    raw_rows = demo.one("select count(*) from raw.sales_lines")
    book = openpyxl.load_workbook(file)
    sheet = book["Sales"]
    header = [cell.value for cell in sheet[3]]
    column = header.index("Line Total") + 1
    sheet.cell(4, column).value = 12345.67
    delivered = sheet.max_row - 3
    corrected = tmp_path / file.name
    book.save(corrected)

    # Shown before it lands, in rows and in figures, and nothing is left of it.
    (shown,) = demo.check(corrected)
    assert shown.preview is not None
    assert shown.preview.changes == [Changes("sales_lines", 0, 0, 1, delivered - 1)]
    if demo.engine == "duckdb":  # it builds on DuckDB, whatever the warehouse is
        monkeypatch.setenv("DATABASE_URL", demo.url)
        tried = CliRunner().invoke(reporting, ["trial", str(corrected)])
        assert tried.exit_code == 0, tried.output
        (old_line,) = [revenue for _, revenue, name, row in before if (name, row) == (file.name, 4)]
        assert tried.output.split()[-1] == f"{Decimal('12345.67') - old_line:,.2f}"
    assert demo.one("select count(*) from raw.sales_lines") == raw_rows

    (outcome,) = demo.load(corrected)
    assert (outcome.status, outcome.rows_loaded) == ("replaced", delivered)
    demo.build(*LINES)

    after = demo.query(lines)
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0][1][1:] == (Decimal("12345.67"), file.name, 4)
    assert demo.one("select count(*) from raw.sales_lines") == raw_rows + delivered

    # And back again, as it was.
    assert [item.status for item in demo.load(workbooks / file.name)] == ["replaced"]
    demo.build(*LINES)
    assert before == demo.query(lines)


def test_metrics_in_sql_are_the_figures_of_the_reports(demo: Warehouse) -> None:
    manifest = demo.manifest().writable_manifest().to_dict(omit_none=False)
    known = metrics(manifest)
    weekly = {
        **{name: name for name in ("revenue", "gross_amount", "discount_amount", "units")},
        **{name: name for name in ("average_order_value", "cost", "profit")},
        **{"lines": "line_count", "orders": "order_count", "margin": "margin_share"},
        **{"customers": "customer_count", "new_customers": "new_customer_count"},
        **{"returns": "return_amount", "return_lines": "return_line_count"},
    }
    joined = (
        "marts.fact_sales_line join marts.dim_date on sale_date_key = date_key "
        "join marts.dim_customer using (customer_key)"
    )
    # Dashboards have the star as one table.
    dataset = read_dashboards().datasets["sales_lines"]
    flat = {figure.name: figure.expression for figure in Described(manifest).figures(dataset)}
    figures = ", ".join(f"coalesce({name}, 0)" for name in weekly.values())
    reported = demo.query(
        f"select iso_week, currency, {figures} from reports.rpt_weekly_summary where line_count > 0"
    )
    # Reports round what is divided; a half may go either way in a binary number.
    rounding = {"average_order_value": Decimal("0.000051"), "margin": Decimal("0.00000051")}
    for rows, expressions in (
        (joined, {name: sql(name, known) for name in weekly}),
        (f"({sql_of(dataset)}) as lines", flat),
    ):
        figures = ", ".join(
            f"cast(coalesce({expressions[name]}, 0) as decimal(38, 12))" for name in weekly
        )
        counted = demo.query(f"select iso_week, currency, {figures} from {rows} group by 1, 2")
        assert len(counted) == len(reported) > 10
        for week, report in zip(sorted(counted), sorted(reported), strict=True):
            assert week[:2] == report[:2]
            for name, figure, expected in zip(weekly, week[2:], report[2:], strict=True):
                assert abs(figure - expected) <= rounding.get(name, 0), (week[:2], name)

    shown = {name for name, metric in known.items() if not metric.is_helper}
    targets = {"target", "target_revenue", "attainment"}
    assert shown == weekly.keys() | targets, "each is held against a report"
    by_member = "select month_start_date, member_name, {} from reports.rpt_target_attainment"
    figures = ", ".join(f"cast({sql(name, known)} as decimal(38, 12))" for name in sorted(targets))
    counted = demo.query(by_member.format(figures) + " group by 1, 2 order by 1, 2")
    figures = "attainment_share, target_amount, revenue"
    reported = demo.query(by_member.format(figures) + " order by 1, 2")
    for target, report in zip(counted, reported, strict=True):
        assert target[:2] + target[3:] == report[:2] + report[3:]
        assert abs(target[2] - report[2]) <= rounding["margin"]

    (of_sellers_and_stores,) = demo.query(
        f"select {sql('target', known)} from (select 'seller' as member_kind, 1 as target_amount "
        "union all select 'store', 1) as rpt_target_attainment"
    )
    assert of_sellers_and_stores == (None,), "they cut the same sales twice"
    (over_currencies,) = demo.query(
        f"select {sql('revenue', known)}, {sql('lines', known)} from (select 1 as revenue, "
        "'EUR' as currency union all select 1, 'USD') as fact_sales_line"
    )
    assert over_currencies == (None, 2)
    # As in the unit test weekly_summary_counts_new_customers_once.
    of_two_currencies = demo.query(
        f"select currency, {sql('new_customers', known)} from ("
        "select 1 as customer_durable_key, false as is_return, 'EUR' as currency, "
        "cast('2026-01-19' as date) as sold_at "
        "union all select 1, false, 'USD', cast('2026-01-21' as date)) as fact_sales_line "
        "cross join (select cast('2026-01-19' as date) as first_purchase_date) as dim_customer "
        "group by currency order by currency"
    )
    assert of_two_currencies == [("EUR", 1), ("USD", 0)], "new in the currency of the first day"


def reader_of(demo: Warehouse) -> Warehouse:
    """Return the demo in PostgreSQL, as who may only read it opens it."""
    url = demo.url.replace(demo.url.split("@")[0], "postgresql://salesops_reader:reader")
    return Warehouse("postgres", url, demo.shared)


def test_questions_of_metabase_give_readers_the_figures_of_the_reports(demo: Warehouse) -> None:
    if demo.engine != "postgres":
        pytest.skip("PostgreSQL only: Metabase reads no DuckDB by itself")
    as_reader = reader_of(demo)
    week, currency, day = demo.query(
        "select iso_week, currency, week_start_date from reports.rpt_weekly_summary "
        "where is_week_complete order by revenue desc limit 1"
    )[0]
    region, of_region = demo.query(
        "select region, revenue from reports.rpt_weekly_region_store where place_level = 'region' "
        f"and iso_week = '{week}' and currency = '{currency}' order by revenue desc limit 1"
    )[0]
    chosen = {"week": week, "currency": currency, "region": region}
    files = read_content()
    others = {"days": day, **dict.fromkeys(("city", "store", "category", "segment"), "Unknown")}
    figures = {}
    for path, question in files.items():
        if path.startswith("questions/"):
            sql = question["sql"]
            # Nothing chosen, everything chosen, and what a person chooses.
            unfiltered = as_reader.query(filled_in(sql, files["filters.yaml"], {}))
            assert unfiltered, path
            as_reader.query(filled_in(sql, files["filters.yaml"], {**others, **chosen}))
            figures[question["name"]] = as_reader.query(
                filled_in(sql, files["filters.yaml"], chosen)
            )
    assert figures["Revenue"] == [(of_region,)]
    assert [row[:2] for row in figures["Revenue by region"]] == [(region, of_region)]
    lines = figures["Lines, with file, sheet and row"]
    assert sum(row[6] for row in lines) == of_region
    assert all(row[8].endswith(".xlsx") and row[10] > 1 for row in lines)
    stores = dict(
        demo.query(
            "select store_name, revenue from reports.rpt_weekly_region_store where place_level = "
            f"'store' and iso_week = '{week}' and currency = '{currency}' and region = '{region}'"
        )
    )
    assert {row[0]: row[1] for row in figures["Revenue by store"]} == stores


def filled_in(sql: str, filters: dict[str, Any], chosen: dict[str, Any]) -> str:
    """Return a question's SQL as Metabase runs it, with conditions on what filters choose from."""

    def condition(found: re.Match[str]) -> str:
        (name,) = re.findall(r"{{(\w+)}}", found[1])
        if name not in chosen:
            return ""
        field = ".".join(f'"{part}"' for part in filters[name]["field"].split("."))
        return found[1].replace(f"{{{{{name}}}}}", f"({field} = '{chosen[name]}')")

    return re.sub(r"\[\[(.+?)\]\]", condition, sql)


def test_readers_of_postgres_have_keys_words_and_rights_after_every_build(demo: Warehouse) -> None:
    if demo.engine != "postgres":
        pytest.skip("PostgreSQL only: DuckDB's readers look for none of this")
    as_reader = reader_of(demo)
    for build in (["--resource-type", "model"], ["--select", "dim_product"]):
        demo.build(*build)
        for tool, asked in PRIMARY_KEYS.items():
            assert dict(as_reader.query(asked)) == PRIMARY, tool
        for tool, asked in FOREIGN_KEYS.items():
            assert set(as_reader.query(asked)) == FOREIGN, tool

    undescribed = as_reader.query(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_schema in ('marts', 'reports', 'quality') and col_description("
        "(quote_ident(table_schema) || '.' || quote_ident(table_name))::regclass, "
        "ordinal_position) is null"
    )
    assert not undescribed

    assert as_reader.one("select count(*) from marts.fact_sales_line") > 0
    assert as_reader.one("select count(*) from reports.rpt_weekly_summary") > 0
    assert as_reader.one("select count(*) from reports.rpt_weekly_restatement") == 0
    assert as_reader.refused("select * from raw.sales_lines")
    assert as_reader.refused("select * from published.weekly_editions")
    assert as_reader.refused("delete from marts.fact_sales_line")
    # Not even with a schema of its own: a foreign key of a reader would keep builds from deleting.
    demo.execute("create schema own authorization salesops_reader")
    for table, key in PRIMARY.items():
        assert as_reader.refused(
            f"create table own.mine (of bigint references marts.{table} ({key}))"
        )
    demo.execute("drop schema own")


def test_the_snapshot_records_what_each_run_saw(demo: Warehouse, tmp_path: Path) -> None:
    customer = demo.one("select min(customer_id) from marts.dim_customer where customer_key <> -1")
    text = f"customer_id,loyalty_tier,updated_at\n{customer},Diamond,2026-11-20\n"
    (tmp_path / "change.csv").write_text(text)
    demo.load(tmp_path / "change.csv")
    demo.build("--select", "+customers_snapshot", "--resource-type", "model", "snapshot")
    seen = demo.query(
        "select loyalty_tier, dbt_valid_to is null from snapshots.customers_snapshot "
        "where customer_id = :customer order by dbt_valid_from",
        customer=customer,
    )
    assert len(seen) == 2
    assert seen[-1] == ("Diamond", True)
    assert [is_open for _, is_open in seen] == [False, True]


def test_a_developer_writes_beside_the_others(demo: Warehouse) -> None:
    before = demo.one("select count(*) from marts.dim_region")
    result = demo.dbt(
        "run", "--select", "+stg_sellers", "--target", f"{demo.engine}_dev", parse_anew=True
    )
    assert result.success
    assert ("dev_staging", "stg_sellers") in demo.tables("dev_staging")
    assert demo.one("select count(*) from marts.dim_region") == before
    demo.execute("drop schema dev_staging cascade")
