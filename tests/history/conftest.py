"""Pairs of warehouses: one that evolves, and one to rebuild it in."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Warehouse
from tests.history.steps import History
from warehouse import postgres

NewHistory = Callable[[str], History]


@pytest.fixture(scope="session")
def second_postgres_url() -> Iterator[str]:
    """Start another server: dbt's manifest holds the database's name, which must be the same."""
    data = Path(tempfile.mkdtemp(prefix="salesops-postgres-"))
    yield postgres.start(data, durable=False)
    postgres.stop(data)
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def new_history(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[[str], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> NewHistory:
    """Begin a history, on an empty warehouse of an engine."""

    def new(engine: str) -> History:
        warehouse = new_warehouse(engine)
        if engine == "duckdb":
            second = new_warehouse(engine)
        else:
            url = request.getfixturevalue("second_postgres_url")
            second = Warehouse(engine, url, warehouse.manifest)
        return History(warehouse, second, tmp_path_factory.mktemp("history"))

    return new
