"""What people read on PostgreSQL: the last build that passed, whole, at any moment."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode
from sqlalchemy.engine import Connection

from reporting.ask.built import see_last_build
from tests import test_published
from tests.conftest import Warehouse
from tests.history.forks import start_build
from tests.test_published import few_data_tests, write_sales
from warehouse.connection import connect, warehouse_url

WHOLE = ["--exclude-resource-type", "unit_test"]

READ = ("marts", "reports", "quality")

SEEN = (
    "select (select count(*) from marts.fact_sales_line), "
    "(select sum(revenue) from marts.fact_sales_line), "
    "(select sum(revenue) from reports.rpt_weekly_summary), "
    "(select sum(rows_accepted) from quality.dq_reconciliation where entity = 'sales_lines')"
)


@pytest.fixture(scope="module")
def built(
    new_warehouse: Callable[[str], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    """A warehouse with 40 lines that people read, and a role that reads it."""
    warehouse = new_warehouse("postgres")
    warehouse.execute(
        "drop role if exists salesops_reader",
        "create role salesops_reader login password 'reader'",
    )
    with few_data_tests(warehouse):
        warehouse.load(write_sales(tmp_path_factory.mktemp("sales"), range(40)))
        warehouse.build(*WHOLE)
        yield warehouse
    warehouse.execute("drop owned by salesops_reader", "drop role salesops_reader")


@pytest.fixture
def readers(built: Warehouse) -> Iterator[Callable[[], Connection]]:
    """Connect as the role that reads; each transaction sees one moment."""
    url = warehouse_url(built.url).set(username="salesops_reader", password="reader")  # noqa: S106
    engine = sa.create_engine(url, isolation_level="REPEATABLE READ", poolclass=sa.pool.NullPool)
    with ExitStack() as connections:
        yield lambda: connections.enter_context(engine.connect())


def seen(connection: Connection) -> list[Any]:
    """Return what one transaction sees: lines, their revenue, and what reports say of both."""
    with connection.begin():
        return list(connection.execute(sa.text(SEEN)).one())


def hold_what_readers_see(built: Warehouse) -> None:
    """Hold the tables that people read against those that were built: columns and rows."""
    for schema in READ:
        tables = [name for _, name in built.tables(schema)]
        made = [name for _, name in built.tables(f"built_{schema}")]
        assert sorted(tables) == sorted(set(made) - {"dq_issue_cell"})
        for name in tables:
            assert built.columns(schema, name) == built.columns(f"built_{schema}", name)
            rows = f"select * from {schema}.{name} except all select * from built_{schema}.{name}"
            assert built.query(rows) == []
            assert built.one(f"select count(*) from {schema}.{name}") == built.one(
                f"select count(*) from built_{schema}.{name}"
            )


def test_readers_see_what_was_built(built: Warehouse) -> None:
    hold_what_readers_see(built)
    words = (
        "select relname, attname, description from pg_description "
        "inner join pg_class on objoid = pg_class.oid "
        "left join pg_attribute on attrelid = objoid and attnum = objsubid "
        "where relnamespace = to_regnamespace(:schema) and relname <> 'dq_issue_cell' "
        "order by relname, attname"
    )
    for schema in READ:
        assert built.query(words, schema=schema) == built.query(words, schema=f"built_{schema}")
        assert built.query(words, schema=schema)
    functions = (
        "select proname, obj_description(oid) from pg_proc "
        "where pronamespace = to_regnamespace(:schema) order by proname"
    )
    said = built.query(functions, schema="reports")
    assert said == built.query(functions, schema="built_reports") != []
    for name, _ in said:
        asked = f"{name}('2026-01-01', '2026-12-31')"
        rows = f"select * from reports.{asked} except all select * from built_reports.{asked}"
        assert built.query(rows) == []
        assert built.one(f"select count(*) from reports.{asked}") > 0


def test_the_docs_name_what_readers_see(built: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    target = ("--target", "postgres_read")
    manifest = built.dbt("parse", *target, parse_anew=True).result
    assert isinstance(manifest, Manifest)
    named = {
        (node.schema, node.alias)
        for node in manifest.nodes.values()
        if isinstance(node, ModelNode) and node.config.materialized != "report_function"
    }
    assert {name for name in named if name[0] in READ} == set(built.tables(*READ))
    assert {name for name in named if "built" in name[0]} == {("built_quality", "dq_issue_cell")}
    # It would build over what people read.
    monkeypatch.setitem(built.shared.manifests, "postgres", manifest)
    assert not built.dbt("run", "--select", "dim_region", *target).success


# What holds on DuckDB, too.
test_a_build_that_passed_is_recorded = test_published.test_a_build_that_passed_is_recorded
test_a_part_is_not_published = test_published.test_a_part_is_not_published


def test_a_failed_build_changes_nothing_for_readers(
    built: Warehouse, readers: Callable[[], Connection], tmp_path: Path
) -> None:
    reader, early = readers(), readers()
    before = seen(reader)
    assert before[0] == before[3] == 40
    assert before[1] == before[2]
    built.load(write_sales(tmp_path / "more", range(50)))
    # A fault that one test finds and that stops nothing else.
    built.execute(
        "insert into built_quality.dq_test_result (invocation_id, test_name, status) "
        "select invocation_id, test_name, 'twice' from built_quality.dq_test_result limit 1"
    )
    build = start_build(built, tmp_path / "build.log", *WHOLE)
    while build.process.is_alive():
        assert seen(reader) == before
        time.sleep(0.05)
    assert build.wait() == 1
    assert "FAIL 1 dq_test_result_grain" in build.said()
    assert "Not published: readers still see" in build.said()
    assert seen(reader) == before
    assert built.one("select count(*) from built_marts.fact_sales_line") == 50
    with connect(warehouse_url(built.url)).connect() as connection:
        assert see_last_build(connection, "fact_sales_line")  # as who mends it does
        assert connection.execute(sa.text("select count(*) from fact_sales_line")).scalar() == 50
    for arguments in (["run", "--select", "dim_region"], ["build", "--select", "dim_region"]):
        assert built.dbt(*arguments).success
        assert seen(reader) == before

    # The same without the fault, while one reads again and again and another one has begun to.
    built.execute(
        "delete from built_quality.dq_test_result where status = 'twice'",
        "create schema ours",
        "create view ours.revenue as select sum(revenue) as revenue from marts.fact_sales_line",
    )
    states = set()
    with early.begin():
        early.execute(sa.text("select count(*) from marts.dim_region")).all()
        build = start_build(built, tmp_path / "build.log", *WHOLE)
        while build.process.is_alive():
            states.add(tuple(seen(reader)))
            time.sleep(0.02)
        assert build.wait() == 0, build.said()  # it did not wait for the reader
        assert list(early.execute(sa.text(SEEN)).one()) == before
    after = seen(early)
    assert after[0] == after[3] == 50
    assert after[1] == after[2] > before[1]
    assert states <= {tuple(before), tuple(after)}
    assert built.one("select revenue from ours.revenue") == after[1]
    built.execute("drop schema ours cascade")


def test_what_did_not_change_is_not_written(built: Warehouse) -> None:
    def versions() -> dict[str, Any]:
        return {
            name: built.query(f"select max(xmin::text::bigint), count(*) from {schema}.{name}")
            for schema in READ
            for _, name in built.tables(schema)
            if not name.startswith(("dq_build", "dq_test_"))
        }

    before = versions()
    built.build(*WHOLE, "--full-refresh")
    changed = [name for name, version in versions().items() if version != before[name]]
    assert changed == []


def test_a_build_killed_while_it_publishes_and_tables_with_other_columns(
    built: Warehouse, readers: Callable[[], Connection], tmp_path: Path
) -> None:
    reader = readers()
    before = seen(reader)
    # But for `not null`, which PostgreSQL names as it likes.
    keys = (
        "select conname from pg_constraint where connamespace = 'marts'::regnamespace "
        "and contype <> 'n' order by 1"
    )
    indexes = "select indexname from pg_indexes where schemaname = 'marts' order by 1"
    named = built.query(keys), built.query(indexes)
    built.load(write_sales(tmp_path / "less", range(35)))
    with connect(warehouse_url(built.url)).begin() as other:
        # The transaction that publishes has to wait here, with much of its work done.
        other.execute(sa.text("lock table reports.rpt_weekly_top_products in share mode"))
        build = start_build(built, tmp_path / "build.log", *WHOLE)
        waiting = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' "
            "and datname = current_database()"
        )
        while build.process.is_alive() and not built.one(waiting):
            time.sleep(0.05)
        assert seen(reader) == before
        assert build.kill()
    while built.one(
        "select count(*) from pg_stat_activity where datname = current_database() "
        "and query like '%rpt_weekly_top_products%' and pid <> pg_backend_pid()"
    ):
        time.sleep(0.05)
    assert seen(reader) == before

    # The next one makes good all that is not as it has to be.
    built.execute(
        "alter table marts.dim_product drop column brand",
        "alter table marts.fact_sales_line add column later text",
        "drop table reports.rpt_seasonality",
    )
    built.build("--select", "dim_region", "--resource-type", "model")
    assert "later" in built.columns("marts", "fact_sales_line")  # it publishes nothing
    built.build(*WHOLE)
    hold_what_readers_see(built)
    assert (built.query(keys), built.query(indexes)) == named
    after = seen(reader)
    assert after[0] == after[3] == 35
    assert after[1] == after[2]


def test_before_a_whole_build_has_passed_readers_see_what_there_is(
    new_warehouse: Callable[[str], Warehouse], tmp_path: Path
) -> None:
    warehouse = new_warehouse("postgres")
    warehouse.load(write_sales(tmp_path / "sales", range(10)))
    assert warehouse.dbt("run", "--select", "dq_file_version", "--empty").success
    assert ("quality", "dq_file_version") not in warehouse.tables("quality")
    models = ["--resource-type", "seed", "--resource-type", "model", "--resource-type", "snapshot"]
    warehouse.build(*models)
    assert warehouse.one("select count(*) from marts.fact_sales_line") == 10
    warehouse.load(write_sales(tmp_path / "sales", range(12)))
    warehouse.build(*models)
    assert warehouse.one("select count(*) from marts.fact_sales_line") == 12
    assert warehouse.one("select count(*) from quality.dq_build") == 0
