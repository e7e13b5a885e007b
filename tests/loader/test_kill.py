"""A load that is killed at any moment leaves each file fully in or fully out."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ENGINES, Warehouse
from tests.history.forks import Fork, start_load
from tests.loader.conftest import HEADER, LINE, Dropped

LINES = 1_000
FILES = 6
KILLS, MANY_KILLS = 5, 60
"""Of each engine, at least. A start takes milliseconds, as each load is a fork."""
HALFWAY = 2
"""So many of them between the first file and the last, at least."""


@pytest.fixture
def start(inbox: Path, tmp_path: Path) -> Callable[[Warehouse], Fork]:
    """Start to load the inbox."""

    def begin(warehouse: Warehouse) -> Fork:
        output = tmp_path / "load.log"
        output.unlink(missing_ok=True)
        return start_load(warehouse, inbox, output)

    return begin


@pytest.fixture
def deliver(drop: Dropped) -> Callable[[int], None]:
    """Drop every file, each time with other bytes."""

    def write(time: int) -> None:
        for i in range(FILES):
            lines = [[f"A{i}-{time}-{n}", *LINE[1:]] for n in range(LINES)]
            drop(f"{i}.csv", [HEADER, *lines])

    return write


def check(warehouse: Warehouse) -> int:
    """Make sure that each version is whole, and that the newest of each file counts.

    Returns:
        How many versions there are.
    """
    # Rows without a version in the ledger have a row of their own.
    found = warehouse.query(
        "select path, status, row_count, rows_loaded from raw.file_versions full join ("
        "select _file_version_id, count(order_id) as row_count from raw.sales_lines group by 1"
        ") as loaded on file_version_id = _file_version_id order by file_version_id"
    )
    assert {(rows, counted) for *_, rows, counted in found} <= {(LINES, LINES)}
    for path in {path for path, *_ in found}:
        *older, newest = [status for known_as, status, *_ in found if known_as == path]
        assert set(older) <= {"superseded"}
        assert newest == "active"
    parts = "select count(*), count(distinct file_version_id) from raw.file_parts"
    assert warehouse.query(parts) == [(len(found), len(found))]
    return len(found)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kills", [KILLS, pytest.param(MANY_KILLS, marks=pytest.mark.deep)])
def test_killed_loads(
    new_warehouse: Callable[[str], Warehouse],
    deliver: Callable[[int], None],
    start: Callable[[Warehouse], Fork],
    engine: str,
    kills: int,
) -> None:
    warehouse = new_warehouse(engine)
    chance = random.Random(kills)
    deliver(0)
    assert start(warehouse).wait() == 0
    deliver(1)
    begun = time.monotonic()
    assert start(warehouse).wait() == 0
    whole = time.monotonic() - begun

    before = check(warehouse)
    killed = halfway = attempts = 0
    while killed < kills or halfway < HALFWAY:
        attempts += 1
        assert attempts < 5 * kills, f"{killed} killed, {halfway} of them halfway"
        deliver(attempts + 1)
        load = start(warehouse)
        load.wait_for(r"replaced ", chance.randrange(FILES))
        time.sleep(chance.uniform(0, whole / FILES))
        killed += load.kill()
        after = check(warehouse)
        halfway += 0 < after - before < FILES
        before = after

    load = start(warehouse)
    assert load.wait() == 0, load.said()
    count = check(warehouse)
    load = start(warehouse)
    assert (load.wait(), "Nothing new" in load.said()) == (0, True)
    assert check(warehouse) == count
