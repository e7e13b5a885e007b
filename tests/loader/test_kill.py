"""A load that is killed at any moment leaves each file fully in or fully out."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ENGINES, Warehouse
from tests.history.forks import Fork, start_load
from tests.loader.conftest import HEADER, LINE, Dropped

LINES = 5_000
FILES = 6
KILLS = 26
"""Of each engine, at least. A start takes milliseconds, as each load is a fork."""
HALFWAY = 6
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
            lines = [[f"{i}-{time}-{n}", *LINE[1:]] for n in range(LINES)]
            drop(f"{i}.csv", [HEADER, *lines])

    return write


def versions(warehouse: Warehouse) -> list[tuple[str, str, str, int, int]]:
    """Return path, status, sha256, and rows as they are and as the ledger counts them.

    Rows without a version in the ledger have a row of their own.
    """
    found = warehouse.query(
        "select path, status, sha256, count(order_id), max(rows_loaded) from raw.file_versions "
        "full join raw.sales_lines on file_version_id = _file_version_id "
        "group by path, status, sha256, file_version_id order by file_version_id"
    )
    return [(path, status, sha256, rows, counted) for path, status, sha256, rows, counted in found]


def check(warehouse: Warehouse) -> None:
    """Make sure that each version is whole, and that the newest of each file counts."""
    found = versions(warehouse)
    assert {(rows, counted) for *_, rows, counted in found} <= {(LINES, LINES)}
    for path in {path for path, *_ in found}:
        *older, newest = [status for known_as, status, *_ in found if known_as == path]
        assert set(older) <= {"superseded"}
        assert newest == "active"
    parts = "select count(*), count(distinct file_version_id) from raw.file_parts"
    assert warehouse.query(parts) == [(len(found), len(found))]


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_loads(
    new_warehouse: Callable[[str], Warehouse],
    deliver: Callable[[int], None],
    start: Callable[[Warehouse], Fork],
    engine: str,
) -> None:
    warehouse = new_warehouse(engine)
    chance = random.Random(1)
    deliver(0)
    assert start(warehouse).wait() == 0
    deliver(1)
    begun = time.monotonic()
    assert start(warehouse).wait() == 0
    whole = time.monotonic() - begun

    killed = halfway = attempts = 0
    while killed < KILLS or halfway < HALFWAY:
        attempts += 1
        assert attempts < 5 * KILLS, f"{killed} killed, {halfway} of them halfway"
        deliver(attempts + 1)
        before = len(versions(warehouse))
        load = start(warehouse)
        load.wait_for(r"replaced ", chance.randrange(FILES))
        time.sleep(chance.uniform(0, whole / FILES))
        killed += load.kill()
        check(warehouse)
        halfway += 0 < len(versions(warehouse)) - before < FILES

    load = start(warehouse)
    assert load.wait() == 0, load.said()
    check(warehouse)
    count = len(versions(warehouse))
    load = start(warehouse)
    assert (load.wait(), "Nothing new" in load.said()) == (0, True)
    assert len(versions(warehouse)) == count
