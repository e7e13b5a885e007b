"""What readers open: the last build of everything that passed its tests, whole, at any moment."""

import os
import random
import resource
import shutil
import signal
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.contracts.graph.manifest import Manifest

from reporting.__main__ import main as reporting
from tests.conftest import Warehouse, manifest_parts
from tests.history.forks import start_build
from tests.history.rebuild import read_tables
from warehouse.connection import connect, warehouse_url
from warehouse.published import (
    CURRENT,
    CannotPublish,
    Table,
    publish,
    published_path,
    readable_url,
    withdraw,
)
from warehouse.reset import main as reset
from warehouse.settings import CHECKOUT

BUILD_ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
NEWEST_FORMAT_OF_1_2 = 65
"""The number in the header of a file; DuckDB 1.2 refuses a higher one."""

SALES = Table("marts", "sale")
WEEK = Table("reports", "a week")
ROWS = 200_000

PUBLISH = f"""
import sys
from pathlib import Path
import duckdb
from warehouse.published import CannotPublish, Table, publish
tables = [Table("{SALES.schema}", "{SALES.name}"), Table("{WEEK.schema}", "{WEEK.name}")]
connection = duckdb.connect(sys.argv[1])
folder = Path(sys.argv[2]) if len(sys.argv) > 2 else None
while True:
    print("begins", flush=True)
    try:
        publish(connection, sys.argv[1], tables, folder, "{BUILD_ID}")
    except CannotPublish as problem:
        sys.exit(str(problem))
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A warehouse of a table and a view, with comments."""
    file = tmp_path / "it's" / "warehouse.duckdb"
    file.parent.mkdir()
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create schema reports; create schema raw")
        connection.execute(
            f'create table marts.sale as select range as id, md5(range::text) as "of" '
            f"from range({ROWS})"
        )
        connection.execute('create view reports."a week" as select count(*) as n from marts.sale')
        connection.execute("create table raw.secret as select 1 as x")
        connection.execute("comment on table marts.sale is 'One row per sale; it''s sold.'")
        connection.execute("comment on column marts.sale.\"of\" is 'Whose'")
        connection.execute("comment on view reports.\"a week\" is 'One row per week'")
        connection.execute("comment on column reports.\"a week\".n is 'How many'")
    return file


def publish_now(database: Path, parquet: Path | None = None) -> Path:
    with duckdb.connect(str(database)) as connection:
        publish(connection, database, [SALES, WEEK], parquet, BUILD_ID)
    return published_path(database)


def ask(file: Path, sql: str) -> list[tuple[object, ...]]:
    """Query a file as it is now, whatever this process has open."""
    with duckdb.connect(":memory:") as connection:
        path = str(file).replace("'", "''")
        connection.execute(f"attach '{path}' as it (read_only); use it")
        return connection.execute(sql).fetchall()


def ask_parquet(file: Path) -> list[tuple[object, ...]]:
    """Count the rows of a file."""
    with duckdb.connect(":memory:") as connection:
        return connection.execute("select count(*) from read_parquet(?)", [str(file)]).fetchall()


def start_publishing(
    database: Path, *arguments: Path, first: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    """Publish again and again, in a process of its own.

    Args:
        database: the warehouse.
        arguments: a folder for Parquet files.
        first: what that process does before.
    """
    return subprocess.Popen(
        [sys.executable, "-c", PUBLISH, str(database), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
        preexec_fn=first,
    )


# ------------------------------------------------------------------------------ the copy


def test_it_holds_what_was_named_as_tables_with_their_comments(database: Path) -> None:
    copy = publish_now(database)
    assert copy == database.parent / "warehouse.published.duckdb"
    tables = "select schema_name, table_name, comment from duckdb_tables() order by all"
    assert ask(copy, tables) == [
        ("marts", "sale", "One row per sale; it's sold."),
        ("reports", "a week", "One row per week"),
    ]
    columns = (
        "select table_name, column_name, comment from duckdb_columns() "
        "where not internal order by all"
    )
    assert ask(copy, columns) == [
        ("a week", "n", "How many"),
        ("sale", "id", None),
        ("sale", "of", "Whose"),
    ]
    assert ask(copy, 'select count(*), max("of") from marts.sale') == ask(
        database, 'select count(*), max("of") from marts.sale'
    )
    assert ask(copy, 'from reports."a week"') == [(ROWS,)]


def test_drivers_of_today_can_open_it(database: Path) -> None:
    copy = publish_now(database)
    with copy.open("rb") as file:
        file.seek(12)
        (number,) = struct.unpack("<Q", file.read(8))
    assert number <= NEWEST_FORMAT_OF_1_2


@pytest.mark.skipif(os.name == "nt", reason="Windows does not replace such files")
def test_nobody_writes_into_it(database: Path) -> None:
    assert not publish_now(database).stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    publish_now(database)


def test_who_has_the_old_copy_open_keeps_it(database: Path) -> None:
    copy = publish_now(database)
    with duckdb.connect(str(copy), read_only=True) as reader:
        with duckdb.connect(str(database)) as connection:
            connection.execute("delete from marts.sale where id >= 10")
        publish_now(database)
        assert reader.execute("select count(*) from marts.sale").fetchall() == [(ROWS,)]
        assert ask(copy, "select count(*) from marts.sale") == [(10,)]
    with duckdb.connect(str(copy), read_only=True) as reader:
        assert reader.execute("select count(*) from marts.sale").fetchall() == [(10,)]


def test_a_kill_leaves_the_old_copy_or_the_new_one(database: Path) -> None:
    chance = random.Random(1)
    folder = database.parent / "parquet"
    copy = publish_now(database, folder)
    killed_midway = 0
    for _ in range(8):
        publisher = start_publishing(database, folder)
        assert publisher.stdout is not None
        publisher.stdout.readline()
        time.sleep(chance.uniform(0, 0.4))
        publisher.kill()
        publisher.communicate()
        assert publisher.returncode == -signal.SIGKILL
        killed_midway += copy.with_name(f"{copy.name}.new").exists()
        assert ask(copy, 'select count(*), count(distinct "of") from marts.sale') == [(ROWS, ROWS)]
        assert ask(copy, 'from reports."a week"') == [(ROWS,)]
        assert ask_parquet(folder / CURRENT / "marts" / "sale.parquet") == [(ROWS,)]
    assert killed_midway
    publish_now(database, folder)
    assert {path.name for path in copy.parent.iterdir()} == {
        "warehouse.duckdb",
        "warehouse.published.duckdb",
        "parquet",
    }
    assert len(list(folder.iterdir())) <= 3  # the link, where it leads, and the one before


def test_a_full_disk_leaves_the_old_copy(database: Path) -> None:
    """Stood in for by a limit on the size of files."""
    copy = publish_now(database)
    before = copy.stat()

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    publisher = start_publishing(database, first=limit)
    said = publisher.communicate()[1]
    assert publisher.returncode == 1
    assert "The disk is full: make room and try again." in said
    assert len(said.splitlines()) == 1
    assert copy.stat() == before
    assert {path.name for path in copy.parent.iterdir()} == {"warehouse.duckdb", copy.name}


def test_what_is_in_the_way_is_named(database: Path) -> None:
    published_path(database).mkdir()
    with pytest.raises(CannotPublish, match=r"warehouse\.published\.duckdb"):
        publish_now(database)


# ----------------------------------------------------------------------- Parquet files


def test_parquet_files_of_this_build_and_the_one_before(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parquet"
    kept = folder / "mine" / "sale.parquet"
    kept.parent.mkdir(parents=True)
    kept.touch()
    found = []
    for times in range(3):
        with duckdb.connect(str(database)) as connection:
            connection.execute("delete from marts.sale where id >= ?", [30 - times])
            publish(connection, database, [SALES, WEEK], folder, f"{times}" * 8)
        found.append((folder / CURRENT).resolve())
        file = found[-1] / "marts" / "sale.parquet"
        assert ask_parquet(file) == [(30 - times,)]
    assert found[-1].name.endswith("-22222222")
    assert [path.exists() for path in found] == [False, True, True]
    assert kept.exists()
    with duckdb.connect(str(database)) as connection:
        connection.execute('drop view reports."a week"')
        with pytest.raises(CannotPublish, match="a week"):
            publish(connection, database, [SALES, WEEK], folder, "3" * 8)
    assert (folder / CURRENT).resolve() == found[-1]
    assert {path.name for path in folder.iterdir()} == {
        "mine",
        CURRENT,
        *(path.name for path in found[1:]),
    }
    withdraw(database, folder)
    assert [path.name for path in folder.iterdir()] == ["mine"]


# -------------------------------------------------------------------------- what builds do


def write_sales(folder: Path, orders: range) -> Path:
    folder.mkdir(exist_ok=True)
    rows = [f"A{n},1,2026-01-{1 + n % 28:02},Tea {n % 3},2,{n % 7 + 1}.50" for n in orders]
    header = "Order ID,Line Number,Order Date,Product,Units,Line Total"
    (folder / "sales.csv").write_text("\n".join([header, *rows, ""]))
    return folder


@contextmanager
def few_data_tests(warehouse: Warehouse) -> Iterator[None]:
    """Have the project test two models only, as what is published depends on all tests alike.

    That all of them together let a build be published is seen where the real sets are built.
    """
    tested = {f"model.salesops.{name}" for name in ("dq_test_result", "dim_region")}
    parts = manifest_parts(warehouse.manifest())
    parts["nodes"] = {
        name: node
        for name, node in parts["nodes"].items()
        if node.resource_type != "test" or getattr(node, "attached_node", None) in tested
    }
    few = Manifest(**parts)
    few.build_parent_and_child_maps()
    few.build_flat_graph()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(warehouse.shared.manifests, warehouse.engine, few)
        yield


@pytest.fixture(scope="module")
def built(
    new_warehouse: Callable[[str], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    """A warehouse on DuckDB that was loaded and built as people do it."""
    warehouse = new_warehouse("duckdb")
    with few_data_tests(warehouse):
        warehouse.load(write_sales(tmp_path_factory.mktemp("sales"), range(40)))
        warehouse.build("--exclude-resource-type", "unit_test")
        yield warehouse


def copy_of(warehouse: Warehouse) -> Path:
    return published_path(str(warehouse_url(warehouse.url).database))


def builds(warehouse: Warehouse) -> list[tuple[object, ...]]:
    return warehouse.query("select * from quality.dq_build order by built_at")


# test_a_build_that_passed_is_recorded and test_a_part_is_not_published hold on PostgreSQL, too:
# test_published_postgres.py has them as well.


def test_a_build_that_passed_is_recorded(built: Warehouse) -> None:
    recorded = built.query(
        "select builds.invocation_id, builds.run_started_at, builds.test_count, "
        "builds.warning_count, builds.is_full_refresh, "
        "count(*), count(case when tests.status = 'warn' then 1 end) "
        "from quality.dq_build as builds inner join quality.dq_test_result as tests "
        "on builds.invocation_id = tests.invocation_id "
        "and builds.run_started_at = tests.run_started_at group by 1, 2, 3, 4, 5"
    )
    ((_, _, tests, warnings, is_full_refresh, tests_seen, warnings_seen),) = recorded
    assert (tests, warnings, is_full_refresh) == (tests_seen, warnings_seen, False)
    assert tests > 0


def test_readers_see_what_was_built(built: Warehouse, tmp_path: Path) -> None:
    seen = shutil.copyfile(copy_of(built), tmp_path / "warehouse.duckdb")
    readers = Warehouse("duckdb", f"duckdb:///{seen}", built.shared)
    meant, found = read_tables(built), read_tables(readers)
    # Cells as delivered are for senders, and large.
    assert set(meant) - set(found) == {"quality.dq_issue_cell"}
    for name, table in found.items():
        assert (name, table.columns, table.rows) == (name, meant[name].columns, meant[name].rows)
    assert readers.query("from quality.dq_test_trend order by all") == built.query(
        "from quality.dq_test_trend order by all"
    )
    assert builds(readers) == builds(built)
    described = (
        "select table_name, column_name, comment from duckdb_columns() "
        "where schema_name in ('marts', 'reports', 'quality') "
        "and table_name <> 'dq_issue_cell' order by all"
    )
    assert readers.query(described) == built.query(described)
    assert readers.one("select count(*) from duckdb_tables() where comment is null") == 0
    schemas = readers.query(
        "select distinct table_schema from information_schema.tables order by 1"
    )
    assert schemas == [("marts",), ("quality",), ("reports",)]
    functions = (
        "select function_name, comment from duckdb_functions() where schema_name = 'reports'"
    )
    said = dict(readers.query(functions))
    assert said == dict(built.query(functions))
    assert all(said.values())
    for name in said:
        rows = f"from reports.{name}('2026-01-01', '2026-12-31') order by all"
        assert readers.query(rows) == built.query(rows) != []


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--select", "dim_region"],
        ["test", "--select", "dim_region"],
        ["build", "--select", "dim_region"],
        ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"],
    ],
    ids=" ".join,
)
def test_a_part_is_not_published(built: Warehouse, arguments: list[str]) -> None:
    before = builds(built)
    published = copy_of(built).stat() if built.engine == "duckdb" else None
    assert built.dbt(*arguments).success
    assert builds(built) == before
    assert published is None or copy_of(built).stat() == published


def test_the_week_is_of_the_copy(built: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    assert readable_url(warehouse_url(built.url)).database == str(copy_of(built))
    monkeypatch.setenv("DATABASE_URL", built.url)
    with connect(warehouse_url(built.url)).connect():  # what a build does
        shown = CliRunner().invoke(reporting, ["weekly", "--week", "2026-W03"])
    assert shown.exit_code == 0, shown.output
    assert "2026-W03" in shown.output


def test_a_failed_build_is_not_published_and_readers_are_at_ease(
    built: Warehouse, tmp_path: Path
) -> None:
    copy = copy_of(built)
    before, recorded = copy.stat(), builds(built)
    lines = "select count(*) from marts.fact_sales_line"
    folder = write_sales(tmp_path / "more", range(50))
    built.load(folder)
    # A fault that one test finds and that stops nothing else.
    twice = "select invocation_id, test_name, 'twice' from quality.dq_test_result limit 1"
    built.execute(f"insert into quality.dq_test_result (invocation_id, test_name, status) {twice}")
    with duckdb.connect(str(copy), read_only=True):
        build = start_build(built, tmp_path / "build.log", "--exclude-resource-type", "unit_test")
        while build.process.is_alive():
            assert ask(copy, lines) == [(40,)]
            time.sleep(0.2)
        assert build.wait() == 1
    assert "FAIL 1 dq_test_result_grain" in build.said()
    assert "Not published: readers still see" in build.said()
    assert copy.stat() == before
    assert builds(built) == recorded
    assert built.one(lines) == 50

    built.execute("delete from quality.dq_test_result where status = 'twice'")
    built.build("--exclude-resource-type", "unit_test")
    assert ask(copy, lines) == [(50,)]
    assert len(builds(built)) == len(recorded) + 1


def test_a_build_says_that_it_could_not_publish(built: Warehouse) -> None:
    copy = copy_of(built)
    aside = copy.rename(copy.with_name("aside"))
    copy.mkdir()
    result = built.dbt("build", "--exclude-resource-type", "unit_test")
    copy.rmdir()
    aside.rename(copy)
    assert not result.success
    assert isinstance(result.result, RunExecutionResult)
    (failed,) = [item for item in result.result.results if item.status == "error"]
    assert failed.node.name == "salesops-on-run-end-3"
    assert "The build is good, but readers still see the one before." in str(failed.message)
    assert str(copy) in str(failed.message)


def test_reset_takes_the_copy_away(built: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", built.url)
    shown = CliRunner().invoke(reset, ["--force"])
    assert shown.exit_code == 0, shown.output
    assert "The copy that readers open goes with it." in shown.output
    assert not copy_of(built).exists()
    assert readable_url(warehouse_url(built.url)) == warehouse_url(built.url)
