"""The run of a schedule: what it does after what, what it says, and how it ends."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from orchestration import daily
from orchestration.__main__ import main
from orchestration.daily import Done
from orchestration.notify import CannotNotify, Failure
from warehouse.settings import Settings

Daily = Callable[..., Result]


@pytest.fixture
def run_daily(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Daily:
    monkeypatch.setattr(daily, "LOCK_FILE", tmp_path / "data" / ".daily.lock")
    monkeypatch.setattr("warehouse.logs.LOGS", tmp_path / "logs")
    monkeypatch.delenv("NOTIFY_URLS", raising=False)
    monkeypatch.setattr(daily.out, "_file", None)
    monkeypatch.setattr(daily.err, "_file", None)

    def run(**stages: Done) -> Result:
        monkeypatch.setattr(
            daily, "STAGES", {name: lambda done=done: done for name, done in stages.items()}
        )
        return CliRunner().invoke(main, ["daily"])

    return run


WELL, PART, BAD = Done(0, "much", "All is well."), Done(1, "Why.", "1 failed."), Done(2, "Why.")


@pytest.mark.parametrize(
    ("stages", "code", "said"),
    [
        ((WELL, WELL, WELL), 0, ["ok", "ok", "ok"]),
        ((PART, WELL, WELL), 1, ["not well", "ok", "ok"]),
        ((WELL, WELL, PART), 1, ["ok", "ok", "not well"]),
        # A build that fails is none of the settings: the figures of the last good one stay.
        ((WELL, BAD, WELL), 1, ["ok", "failed", "left out"]),
        ((BAD, WELL, WELL), 2, ["failed", "left out", "left out"]),
    ],
)
def test_what_follows_what(
    run_daily: Daily, tmp_path: Path, stages: tuple[Done, ...], code: int, said: list[str]
) -> None:
    result = run_daily(**dict(zip(("load", "build", "report"), stages, strict=True)))
    assert result.exit_code == code
    lines = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert [line[10:19].strip() for line in lines] == said
    # What a stage printed is shown where it matters only.
    assert "much" not in result.stdout
    assert result.stdout.count("          Why.") == sum(stage in (PART, BAD) for stage in stages)
    logged = (tmp_path / "logs" / "daily.jsonl").read_text()
    assert logged.count('"event": "stage"') == 3
    assert "Why" not in logged


def test_never_two_at_once(run_daily: Daily) -> None:
    assert run_daily(load=WELL).exit_code == 0
    with FileLock(daily.LOCK_FILE):
        result = run_daily(load=WELL)
    assert result.exit_code == 1
    assert "Another daily run is at work here" in result.stderr
    assert run_daily(load=WELL).exit_code == 0


def test_a_command_that_fails_is_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SALES_DATA_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("DATABASE_URL", f"duckdb:///{tmp_path / 'warehouse.duckdb'}")
    assert daily.load().code == 2
    assert str(tmp_path / "none") in daily.load().said


def test_wrong_settings(run_daily: Daily, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_CELLS", "many")
    result = run_daily(load=WELL)
    assert result.exit_code == 2
    assert "MAX_CELLS" in result.stderr


def test_who_acts_is_told_of_stages_that_failed(
    run_daily: Daily, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[Failure]] = []

    def notify(_: Settings, failures: list[Failure]) -> str:
        told.append(failures)
        if len(told) == 3:
            raise CannotNotify("Slack does not answer.")
        return "Slack: 1 new alert."

    monkeypatch.setattr(daily, "notify", notify)
    assert run_daily(load=WELL).exit_code == 0
    assert told == []  # nobody is to be
    monkeypatch.setenv("NOTIFY_URLS", "slack://secret")
    # What became of files, the warehouse tells; that all is well may be news, too.
    result = run_daily(load=PART, build=WELL)
    assert told.pop() == []
    assert "Slack: 1 new alert." in result.stdout
    result = run_daily(load=WELL, build=BAD, report=WELL)
    assert [(failure.stage, failure.said) for failure in told.pop()] == [("build", "Why.")]
    told += [[], []]
    result = run_daily(load=WELL)
    assert result.exit_code == 1
    assert "Slack does not answer." in result.stdout
    assert "secret" not in result.stdout
