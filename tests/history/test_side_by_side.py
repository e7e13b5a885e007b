"""Loads, builds and withdrawals at one time: each is done or refused, and nothing is broken."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LINES
from tests.history.conftest import NewHistory
from tests.history.forks import Fork, start_build
from tests.history.sales import lines, sale
from tests.history.steps import BuildLines, Deliver, History
from tests.history.takeout import withdraw

STARTED = r" START sql"


def running_build(history: History, name: str = "build") -> Fork:
    """Start a build; return when it is at work on the models."""
    build = start_build(history.warehouse, history.inbox.parent / f"{name}.log", *LINES)
    build.wait_for(STARTED)
    return build


def load(history: History, path: Path) -> "subprocess.CompletedProcess[str]":
    """Run the loader as people do."""
    environment = {"DATABASE_URL": history.warehouse.url, "LAYOUTS_DIR": str(history.layouts)}
    return subprocess.run(
        [sys.executable, "-m", "loader", "load", str(path)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def write(history: History, step: Deliver) -> Path:
    """Write the file of a delivery without loading it."""
    path = history.inbox / step.name
    header = path.read_text().splitlines()[0]
    path.write_text("\n".join([header, *step.rows, ""]))
    history.done.append(f"    {step},  # during a build")
    return path


@pytest.fixture
def history(new_history: NewHistory, request: pytest.FixtureRequest) -> History:
    made = new_history(request.param)
    made.play(
        Deliver("lines-1.csv", (sale("A", line_total=1),)),
        Deliver("lines-2.csv", (sale("B", line_total=2),)),
        Deliver("customers-1.csv", ("C1,Ann,Gold,", "C2,Bob,,")),
    )
    return made


@pytest.mark.parametrize("history", ["postgres"], indirect=True)
def test_postgres_is_for_all(history: History) -> None:
    build = running_build(history)
    path = write(history, Deliver("lines-1.csv", (sale("A", line_total=5), sale("C"))))
    assert withdraw(history.warehouse, "lines-2.csv")
    done = load(history, path)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert build.wait() == 0, build.said()

    history.play(Deliver("customers-1.csv", ("C1,Ann,Silver,", "C3,Cy,,"), day=3))
    builds = [running_build(history, name) for name in ("one", "two")]
    refused = [build for build in builds if build.wait() != 0]
    assert len(refused) < len(builds)
    for build in refused:
        assert "Another build is at work in this database" in build.said(), build.said()

    history.play(BuildLines())
    assert [row[:3] for row in lines(history)] == [("A", 1, 5)]


@pytest.mark.parametrize("history", ["duckdb"], indirect=True)
def test_duckdb_is_for_one_at_a_time(history: History) -> None:
    build = running_build(history)
    path = write(history, Deliver("lines-1.csv", (sale("A", line_total=5),)))
    refused = load(history, path)
    assert refused.returncode == 2, refused
    assert "Another program has the file open" in refused.stderr
    other = start_build(history.warehouse, history.inbox.parent / "other.log", *LINES)
    assert build.wait() == 0, build.said()
    assert other.wait() == 0, other.said()  # it waited
    assert load(history, path).returncode == 0
    history.play(BuildLines())
    assert [row[:3] for row in lines(history)] == [("A", 1, 5), ("B", 1, 2)]
