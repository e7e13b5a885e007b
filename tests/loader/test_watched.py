"""A file that takes too much to read is stopped, and takes nothing along."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import duckdb
import psutil
import pytest
import xlsxwriter

from loader import Refusal
from loader.deliveries import Delivery
from loader.load import Outcome
from loader.watched import Tell, Work, watched
from tests.loader.conftest import HEADER, LINE, write_csv
from warehouse.settings import Settings

FILES = [Delivery(Path(name), PurePosixPath(name), Path()) for name in ("a", "b", "c")]


def read(tell: Tell, stopped: Mapping[PurePosixPath, str], worst: Work) -> None:
    """Read the files; the second one is the worst."""
    for delivery in FILES:
        tell(delivery)
        if reason := stopped.get(delivery.known_as):
            tell(Outcome(delivery, "failed", error=reason))
            continue
        if delivery is FILES[1]:
            worst(tell, Settings(), stopped)
        tell(Outcome(delivery, "loaded"))


def die(tell: Tell, settings: Settings, stopped: Mapping[PurePosixPath, str]) -> None:
    read(tell, stopped, lambda *_: os._exit(6))


def dawdle(tell: Tell, settings: Settings, stopped: Mapping[PurePosixPath, str]) -> None:
    read(tell, stopped, lambda *_: time.sleep(600))


def swell(tell: Tell, settings: Settings, stopped: Mapping[PurePosixPath, str]) -> None:
    read(tell, stopped, lambda *_: [os.urandom(2**20) for _ in range(50_000)].clear())


@pytest.mark.parametrize(
    ("work", "says"),
    [
        (die, "ended the program (exit code 6)"),
        (dawdle, "more than 1 seconds (MAX_SECONDS)"),
        (swell, "MB of memory (MAX_MEMORY_MB)"),
    ],
)
def test_a_file_that_takes_too_much_fails_alone(work: Work, says: str) -> None:
    here = psutil.Process().memory_info().rss // 2**20  # what a fork has from the start
    settings = Settings(max_memory_mb=here + 300, max_seconds=1 if work is dawdle else 600)
    begun: list[str] = []
    with watched(work, settings) as outcomes_of:
        outcomes = list(outcomes_of(lambda delivery: begun.append(delivery.place.name)))
    assert [(o.delivery.place.name, o.status) for o in outcomes] == [
        *(("a", "loaded"), ("b", "failed"), ("c", "loaded")),
    ]
    assert says in outcomes[1].error
    assert begun == ["a", "b", "a", "b", "c"]


def test_what_dies_where_it_reads_no_file_is_not_begun_again() -> None:
    with (
        watched(lambda *_: os._exit(6), Settings()) as outcomes_of,
        pytest.raises(Refusal, match="exit code 6"),
    ):
        list(outcomes_of(lambda _: None))


def test_a_small_workbook_that_is_large_in_memory(tmp_path: Path) -> None:
    """Its text stands in it once, and many cells refer to that."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with xlsxwriter.Workbook(inbox / "b.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for row in range(1, 15_000):
            sheet.write_row(row, 0, [f"B{row}", "2026-01-05", "x" * 32_000, 1, 2.5])
    assert (inbox / "b.xlsx").stat().st_size < 2**20
    for name in ("a", "c"):
        write_csv(inbox / f"{name}.csv", [HEADER, [f"{name}1", *LINE[1:]]])
    database = tmp_path / "w.duckdb"
    environment = os.environ | {
        "DATABASE_URL": f"duckdb:///{database}",
        "LAYOUTS_DIR": str(tmp_path),
        "MAX_MEMORY_MB": "400",
    }
    command = [sys.executable, "-m", "loader", "load", str(inbox)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "failed    b.xlsx\n          reading it takes more than 400 MB" in done.stdout
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute("select path, status from raw.file_versions order by 1")
        assert found.fetchall() == [("a.csv", "active"), ("b.xlsx", "failed"), ("c.csv", "active")]


def test_nothing_is_left_that_holds_the_warehouse(tmp_path: Path) -> None:
    """Whoever is told to end takes the process along that it watches."""
    code = (
        "from tests.loader import test_watched as it\n"
        "from loader.watched import watched\n"
        "with watched(it.dawdle, it.Settings()) as outcomes_of:\n"
        "    list(outcomes_of(lambda d: print(d.place, flush=True)))\n"
    )
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert running.stdout is not None
    assert [running.stdout.readline() for _ in "ab"] == [b"a\n", b"b\n"]
    (reader,) = psutil.Process(running.pid).children()
    running.kill()
    running.communicate()
    reader.wait(timeout=60)
