"""Warehouses for the tests: a DuckDB file or a database of the embedded PostgreSQL, each new."""

import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import GenericTestNode, SingularTestNode
from hypothesis import settings

from loader.deliveries import find_deliveries
from loader.layouts import read_layouts
from loader.load import Outcome, check, load
from tests.quick_dbt import remembering, without_events
from tests.replay import of_nodes, recorded, replay, without_seeds, without_words
from warehouse import postgres
from warehouse.connection import connect, warehouse_url
from warehouse.published import Table, publish
from warehouse.reset import SCHEMAS
from warehouse.settings import CHECKOUT

REAL_FILES = CHECKOUT.parent / "shared" / "data"
"""Real sales files, kept beside the project and never in it."""

ENGINES = ["duckdb", "postgres"]

LONG = (
    *("test_real_sets", "test_pipeline", "test_published", "test_published_postgres"),
    *("test_people", "test_api", "test_pack", "test_customer_history", "test_editions"),
    *("test_calendar", "test_corrections", "test_field_cases"),
)
"""Files that take a minute or more; those of `history` do, too."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that what runs side by side ends together."""
    items.sort(key=lambda item: "history" not in item.path.parts and item.path.stem not in LONG)


# The same examples in every run, so that a failure is of the change that it is seen with;
# `make test-deep` looks for others.
settings.register_profile("repeatable", derandomize=True, database=None)
settings.load_profile("default" if "HISTORY_SEED" in os.environ else "repeatable")


PLENTY = 8 * 2**30
"""Bytes that must be free in memory for the tests to keep their warehouses there."""

BUILD = ["--resource-type", "model", "--resource-type", "seed", "--resource-type", "snapshot"]
"""All that builds tables; tests cost more than the rest together."""

INCREMENTAL = ("fact_sales_line", "int_file_days", "int_file_repeats", "int_line_members")
"""The models that go on from what an earlier build left, with all of them that they read."""

LINES = ["--select", *(f"+{name}" for name in INCREMENTAL), *BUILD]
"""What builds these and what they read: a third of all models, as the others are made anew."""


@dataclass(frozen=True)
class DataTest:
    """A test of the data, as dbt compiles it: a query of what is wrong."""

    sql: str
    is_error: bool
    """Whether a build fails on what it finds, or only warns."""


class Shared:
    """What is made once for all the processes that run tests, by whichever needs it first."""

    def __init__(self, folder: Path) -> None:
        self.manifests: dict[str, Manifest] = {}
        self._folder = folder
        self._known: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        """Return what was made under a name, or None."""
        path = self._folder / name
        if name not in self._known and path.exists():
            self._known[name] = pickle.loads(path.read_bytes())  # noqa: S301
        return self._known.get(name)

    def keep(self, name: str, made: Any) -> None:
        """Keep what was made."""
        unfinished = self._folder / f"{name}.{os.getpid()}"
        unfinished.write_bytes(pickle.dumps(made))
        unfinished.rename(self._folder / name)


class Warehouse:
    """A warehouse of one engine, and the commands on it, run in this process."""

    def __init__(self, engine: str, url: str, shared: Shared) -> None:
        self.engine = engine
        self.url = url
        self.shared = shared

    def manifest(self) -> Manifest:
        """Return the project as dbt has parsed it, once for all warehouses of the engine."""
        if self.engine in self.shared.manifests:
            return self.shared.manifests[self.engine]
        name = f"{self.engine}.manifest"
        if self.shared.get(name) is None:
            os.environ["DATABASE_URL"] = self.url
            result = dbtRunner().invoke(["parse", *_quietly(self.engine)])
            assert result.success, result.exception
            assert isinstance(result.result, Manifest)
            self.shared.keep(name, manifest_parts(result.result))
        manifest = Manifest(**self.shared.get(name))
        manifest.build_parent_and_child_maps()
        return self.shared.manifests.setdefault(self.engine, manifest)

    @cached_property
    def open(self) -> sa.Engine:
        """Return what opens the warehouse, each time anew; to make one opens it once more."""
        return connect(warehouse_url(self.url))

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Open the warehouse once for all that this process asks of it meanwhile.

        To open a file costs DuckDB as much as dozens of small queries. No other process can open it
        then, nor can dbt.
        """
        with self.open.connect():
            yield

    def forget(self) -> None:
        """Remove the file of DuckDB, with all that is beside it."""
        if self.engine == "duckdb":
            shutil.rmtree(Path(str(warehouse_url(self.url).database)).parent, ignore_errors=True)

    def load(self, *paths: Path, layouts: Path | None = None) -> list[Outcome]:
        """Load files and folders; return what became of each."""
        known = read_layouts(layouts) if layouts else []
        found = find_deliveries(paths, inbox=Path("/nonexistent"))
        with self.open.connect() as connection:
            return list(load(connection, found.deliveries, known))

    def check(self, *paths: Path) -> list[Outcome]:
        """Check files and folders; return what would become of each."""
        found = find_deliveries(paths, inbox=Path("/nonexistent"))
        with self.open.connect() as connection:
            return list(check(connection, found.deliveries, []))

    def dbt(self, *arguments: str, parse_anew: bool = False) -> dbtRunnerResult:
        """Run a dbt command; its manifest is parsed once a session, unless another is needed."""
        os.environ["DATABASE_URL"] = self.url
        runner = dbtRunner(manifest=None if parse_anew else self.manifest())
        try:
            return runner.invoke([*arguments, *_quietly(self.engine)])
        finally:
            # dbt keeps the file open for the rest of the process, which nobody else may then open.
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]

    def build(self, *arguments: str) -> None:
        """Run `dbt build`, which must pass."""
        with without_events():
            result = self.dbt("build", "--log-level", "none", *arguments)
        problems = [
            f"{item.node.name}: {item.message}"
            for item in getattr(result.result, "results", [])
            if item.status not in ("success", "pass", "no-op")
        ]
        assert not problems, "\n".join(problems)
        assert result.success, result.exception

    def build_from_nothing(
        self, with_seeds: bool = True, until: Sequence[str] = (), with_words: bool = False
    ) -> None:
        """Build every table of a warehouse that holds only raw tables: as dbt does, but faster.

        For tests of what is in a warehouse, or of what comes after. Only the first is dbt's own.

        Args:
            with_seeds: make the tables of the seeds as well.
            until: only these models, and what they read.
            with_words: describe tables and columns.
        """
        if not self.is_recorded():
            assert with_seeds, "the first build is of everything"
            with recorded() as statements:
                self.build(*BUILD)
            self.shared.keep(f"{self.engine}.statements", statements)
            return
        statements = self.shared.get(f"{self.engine}.statements")
        if not with_words:
            statements = without_words(statements)
        if until:
            statements = of_nodes(statements, self._read_by(until))
        replay(warehouse_url(self.url), statements if with_seeds else without_seeds(statements))

    def publish(self) -> None:
        """Let people read what was built from nothing, as a whole build does that has passed."""
        self.execute(
            "insert into quality.dq_build (invocation_id, run_started_at, built_at, "
            "is_full_refresh, test_count, warning_count) "
            "values ('here', current_timestamp, current_timestamp, false, 0, 0)"
        )
        if self.engine == "postgres":  # where what was replayed has published the rest
            return
        read = set(self.tables("marts", "reports", "quality")) - {("quality", "dq_issue_cell")}
        statements = [sql for sql, _ in self.shared.get("duckdb.statements")]
        functions = [sql for sql in statements if "create or replace macro" in sql]
        file = str(warehouse_url(self.url).database)
        with duckdb.connect(file) as connection:
            tables = [Table(schema, name) for schema, name in sorted(read)]
            publish(connection, file, tables, None, "here", functions)

    def _read_by(self, names: Sequence[str]) -> set[str]:
        """Return the ids of models and of all that they read."""
        parents, due = self.manifest().parent_map, [f"model.salesops.{name}" for name in names]
        found: set[str] = set()
        while due:
            node = due.pop()
            if node not in found:
                found.add(node)
                due += parents[node]
        return found

    def data_tests(self) -> dict[str, DataTest]:
        """Return the tests of the data, which dbt compiles once for all warehouses of the engine.

        On a warehouse that is built. One takes dbt ten times as long as its query.
        """
        name = f"{self.engine}.tests"
        if self.shared.get(name) is None:
            with without_events():
                result = self.dbt("compile", "--select", "test_type:data")
            assert isinstance(result.result, RunExecutionResult), result.exception
            compiled = {}
            for item in result.result.results:
                node = item.node
                assert isinstance(node, GenericTestNode | SingularTestNode)
                assert node.compiled_code
                is_error = node.config.severity.lower() == "error"
                compiled[node.name] = DataTest(node.compiled_code, is_error)
            self.shared.keep(name, compiled)
        tests: dict[str, DataTest] = self.shared.get(name)
        return tests

    def found_by(self, name: str) -> list[tuple[Any, ...]]:
        """Return the rows that a test of the data finds."""
        return self.query(self.data_tests()[name].sql)

    def assert_data_are_right(self, *of: str) -> None:
        """Run the tests of the data, or only those of these names, on which no build may fail."""
        tests = self.data_tests()
        wrong = {}
        with self.open.connect() as connection:
            # Without values, a percent sign is one.
            cursor = connection.connection.cursor()
            for name in of or tests:
                cursor.execute(f"select count(*) from ({tests[name].sql}) as found")
                ((count,),) = cursor.fetchall()
                if count and tests[name].is_error:
                    wrong[name] = count
            cursor.close()
        assert not wrong

    def is_recorded(self) -> bool:
        """Tell whether the first build from nothing has been."""
        return self.shared.get(f"{self.engine}.statements") is not None

    def built(self, schema: str) -> str:
        """Return the schema that builds write into for one that people read."""
        return f"built_{schema}" if self.engine == "postgres" else schema

    def query(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.open.connect() as connection:
            if values:
                return [tuple(row) for row in connection.execute(sa.text(sql), values)]
            # Without values, a colon is a colon and a percent sign a percent sign.
            cursor = connection.connection.cursor()
            cursor.execute(sql)
            rows = [tuple(row) for row in cursor.fetchall()]
            cursor.close()
            return rows

    def execute(self, *statements: str, **values: Any) -> None:
        """Run statements in one transaction."""
        with self.open.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement), values)

    def refused(self, sql: str) -> bool:
        """Tell whether the database says that one may not do this."""
        try:
            self.execute(sql)
        except sa.exc.ProgrammingError as error:
            return "permission denied" in str(error)
        return False

    def one(self, sql: str, **values: Any) -> Any:
        """Return the single value of a query."""
        ((value,),) = self.query(sql, **values)
        return value

    def columns(self, schema: str, table: str) -> list[str]:
        """Return the names of a table's columns, in order."""
        return [
            name
            for (name,) in self.query(
                "select column_name from information_schema.columns "
                "where table_schema = :schema and table_name = :table order by ordinal_position",
                schema=schema,
                table=table,
            )
        ]

    def tables(self, *schemas: str) -> list[tuple[str, str]]:
        """Return (schema, name) of the tables of these schemas."""
        rows = self.query(
            "select table_schema, table_name from information_schema.tables order by 1, 2"
        )
        return [(schema, name) for schema, name in rows if schema in schemas]


def _target(engine: str) -> Path:
    """Return where dbt writes; each process that runs tests has folders of its own."""
    return Path(tempfile.gettempdir()) / f"salesops-tests-{os.getpid()}" / engine


def _quietly(engine: str) -> list[str]:
    """Have dbt write as little as it can: a third of its time goes into what nobody reads."""
    folders = ["--target-path", str(_target(engine)), "--log-path", str(_target(engine))]
    return ["--quiet", "--log-level-file", "none", "--no-write-json", *folders]


def manifest_parts(manifest: Manifest) -> dict[str, Any]:
    """Take a manifest apart; pickled whole, it comes back with its parts mixed up."""
    names = [field.name for field in fields(manifest) if not field.name.startswith("_")]
    return {name: getattr(manifest, name) for name in names}


@pytest.fixture(scope="session", autouse=True)
def _checkout() -> Iterator[None]:
    """Run dbt where people do, and leave their settings out of the tests."""
    before = dict(os.environ)
    for name in (
        *("DATABASE_URL", "SALES_DATA_FILE", "LAYOUTS_DIR"),
        *("START_DATE", "END_DATE", "PARQUET_DIR"),
    ):
        os.environ.pop(name, None)
    folder = Path.cwd()
    os.chdir(CHECKOUT)
    with remembering():
        yield
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(before)
    shutil.rmtree(_target(""), ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start an embedded PostgreSQL for the session; its data are not made to last."""
    data = Path(tempfile.mkdtemp(prefix="salesops-postgres-"))
    yield postgres.start(data, durable=False)
    postgres.stop(data)
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """Keep things beside the folders of the processes, if there are several."""
    folder = tmp_path_factory.getbasetemp()
    return Shared(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)


@pytest.fixture(scope="session")
def _files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for the files of DuckDB: in memory, where there is much, as they need not last.

    DuckDB waits for the disk at the end of each statement that changes something.
    """
    memory = Path("/dev/shm")  # noqa: S108
    if not memory.is_dir() or shutil.disk_usage(memory).free < PLENTY:
        yield tmp_path_factory.mktemp("duckdb")
        return
    folder = Path(tempfile.mkdtemp(prefix="salesops-tests-", dir=memory))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_warehouse(
    request: pytest.FixtureRequest,
    _files: Path,
    _shared: Shared,
) -> Callable[[str], Warehouse]:
    """Make empty warehouses. There is one PostgreSQL database: a new one empties the one before."""

    def new(engine: str) -> Warehouse:
        if engine == "duckdb":
            # The name is in the manifest, the folder is not: one parse serves all the files.
            url = f"duckdb:///{tempfile.mkdtemp(dir=_files)}/warehouse.duckdb"
        else:
            url = request.getfixturevalue("postgres_url")
            with connect(warehouse_url(url)).begin() as connection:
                for schema in SCHEMAS:
                    connection.execute(sa.schema.DropSchema(schema, cascade=True, if_exists=True))
        return Warehouse(engine, url, _shared)

    return new


@pytest.fixture(params=ENGINES)
def warehouse(
    request: pytest.FixtureRequest, new_warehouse: Callable[[str], Warehouse]
) -> Iterator[Warehouse]:
    """An empty warehouse, on each engine in turn."""
    warehouse = new_warehouse(request.param)
    yield warehouse
    warehouse.forget()


@pytest.fixture
def duckdb_warehouse(new_warehouse: Callable[[str], Warehouse]) -> Iterator[Warehouse]:
    """An empty warehouse on DuckDB, where the engine makes no difference."""
    warehouse = new_warehouse("duckdb")
    yield warehouse
    warehouse.forget()
