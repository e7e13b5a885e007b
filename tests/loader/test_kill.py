"""A load that is killed at any moment leaves each file fully in or fully out."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, LINE, Dropped

LINES = 2_000
FILES = 6
KILLS = {"duckdb": 4, "postgres": 2}


def start(warehouse: Warehouse, inbox: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "loader", "load", str(inbox)],
        env=os.environ | {"DATABASE_URL": warehouse.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def rows_by_file(warehouse: Warehouse) -> dict[str, tuple[int, int]]:
    """Return the rows that are there and those that the ledger counts, of each version."""
    found = warehouse.query(
        "select path, count(order_id), max(rows_loaded) from raw.file_versions "
        "full join raw.sales_lines on file_version_id = _file_version_id "
        "group by path, file_version_id"
    )
    return {path: (rows, counted) for path, rows, counted in found}


@pytest.mark.parametrize("engine", KILLS)
def test_killed_loads(
    new_warehouse: Callable[[str], Warehouse], drop: Dropped, inbox: Path, engine: str
) -> None:
    warehouse = new_warehouse(engine)
    for i in range(FILES):
        drop(f"{i}.csv", [HEADER, *[[f"{i}-{n}", *LINE[1:]] for n in range(LINES)]])
    chance = random.Random(1)
    killed = 0
    for _ in range(KILLS[engine]):
        process = start(warehouse, inbox)
        assert process.stdout
        # The imports take a second, the files a tenth of it each: the first is reported, then on.
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
        found = rows_by_file(warehouse)
        assert set(found.values()) <= {(LINES, LINES)}
    assert killed
    process = start(warehouse, inbox)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")
    found = rows_by_file(warehouse)
    assert found == {f"{i}.csv": (LINES, LINES) for i in range(FILES)}
