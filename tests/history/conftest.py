"""Pairs of warehouses: one that evolves, and one to rebuild it in."""

from collections.abc import Callable

import pytest

from tests.conftest import Warehouse
from tests.history.rebuild import second_to
from tests.history.steps import History

NewHistory = Callable[[str], History]


@pytest.fixture
def new_history(
    new_warehouse: Callable[[str], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> NewHistory:
    """Begin a history, on an empty warehouse of an engine."""

    def new(engine: str) -> History:
        warehouse = new_warehouse(engine)
        if not warehouse.is_recorded():  # dbt can build only in the first of the two
            warehouse.load()
            warehouse.build_from_nothing()
            warehouse = new_warehouse(engine)
        folder = tmp_path_factory.mktemp("history")
        return History(warehouse, second_to(warehouse), folder)

    return new
