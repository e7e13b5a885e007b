"""When `make run` may leave the build out."""

import os
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from warehouse import unchanged


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    database = tmp_path / "warehouse.duckdb"
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "model.sql").write_text("select 1")
    monkeypatch.setattr(unchanged, "NOTE", tmp_path / "note")
    monkeypatch.setattr(unchanged, "BEGUN", tmp_path / "begun")
    monkeypatch.setattr(unchanged, "CODE", [str(tmp_path / "code")])
    monkeypatch.setenv("DATABASE_URL", f"duckdb:///{database}")
    write(database, "create schema raw")
    write(database, "create table raw.file_versions (file_version_id bigint, status text)")
    return database


def write(database: Path, statement: str) -> None:
    with duckdb.connect(database) as connection:
        connection.execute(statement)


def run(command: str) -> int:
    result = CliRunner().invoke(unchanged.main, [command])
    assert result.exit_code == 1 or result.exception is None
    assert ("Nothing is new" in result.output) == (command == "check" and result.exit_code == 0)
    return result.exit_code


def build() -> None:
    assert run("check") == 1
    assert run("remember") == 0
    assert run("check") == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda file: write(file, "insert into raw.file_versions values (1, 'active')"),
        lambda file: write(file, "create table raw.anything as select 1 as number"),
        lambda file: os.utime(file),
        lambda file: (file.parent / "code" / "model.sql").write_text("select 2"),
        lambda file: (file.parent / "code" / "seed.csv").write_text("a\n1\n"),
        lambda file: (file.parent / "code" / "model.sql").unlink(),
        lambda file: os.environ.update(REPORT_LOCALE="de_DE"),
        lambda file: os.environ.update(DBT_VARS="{}"),
        lambda file: file.with_name("warehouse.duckdb.wal").write_text("killed"),
    ],
    ids=[
        *("a file was loaded", "something was written", "something may have been written"),
        *(
            "SQL was changed",
            "a seed was added",
            "a model was removed",
            "a setting",
            "dbt's setting",
        ),
        "a build was killed",
    ],
)
def test_a_change_makes_a_build_due(
    database: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    build()
    monkeypatch.setenv("REPORT_LOCALE", "en")
    monkeypatch.setenv("DBT_VARS", "")
    build()
    change(database)
    assert run("check") == 1


def test_a_build_that_did_not_end_is_due(database: Path) -> None:
    build()
    os.utime(database)
    assert run("check") == 1
    assert run("check") == 1, "nothing was remembered"


def test_a_load_during_a_build_makes_the_next_one_due(database: Path) -> None:
    assert run("check") == 1
    write(database, "insert into raw.file_versions values (1, 'active')")
    assert run("remember") == 0
    assert run("check") == 1


def test_without_a_warehouse_a_build_is_due(database: Path) -> None:
    build()
    database.unlink()
    assert run("check") == 1
    assert run("remember") == 0
    assert run("check") == 1


def test_on_a_server_a_build_is_always_due(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@localhost:1/db")
    for _ in range(2):
        assert run("check") == 1
        assert run("remember") == 0


def test_the_hour_counts_where_deliveries_are_owed(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        hour_now = 9

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Clock":
            return cls(2026, 1, 19, cls.hour_now)

    monkeypatch.setattr(unchanged, "datetime", Clock)
    monkeypatch.setattr(unchanged, "DELIVERIES", database.with_name("deliveries.csv"))
    unchanged.DELIVERIES.write_text("delivery\n")
    build()
    Clock.hour_now = 10
    assert run("check") == 0, "nothing is owed"
    unchanged.DELIVERIES.write_text("delivery\nstore 12\n")
    build()
    Clock.hour_now = 11
    assert run("check") == 1
