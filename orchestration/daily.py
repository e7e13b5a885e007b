"""One command for a schedule: load, build, report the weeks that have closed, notify."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
import structlog
from filelock import FileLock, Timeout
from rich.console import Console
from rich.text import Text

from orchestration.notify import CannotNotify, Failure, notify
from warehouse.logs import log_to_file
from warehouse.settings import CHECKOUT, Settings, SettingsError, read_settings

LOCK_FILE = CHECKOUT / "data" / ".daily.lock"
"""Held while a run is at work; the system lets go of it, however a run ends."""

NOT_WELL = 1
"""Exit code: some file failed or is held, or a later stage failed; what could be done, was."""

USAGE = 2
"""Exit code: wrong usage or settings."""

_PYTHON = (sys.executable, "-m")
_DBT = str(Path(sys.executable).with_name("dbt"))

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
log = structlog.get_logger()


@dataclass(frozen=True)
class Done:
    """What became of a stage.

    Attributes:
        code: 0 all well; 1 part of it failed, and the next ones can go on; 2 nothing was done.
        said: what the command printed, errors last.
        summary: in a line.
    """

    code: int
    said: str = ""
    summary: str = ""


def run(*command: str) -> Done:
    """Run a command of ours to its end."""
    ended = subprocess.run(
        command,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    printed = ended.stdout.strip().splitlines()
    said = "\n".join(part for part in (ended.stdout.strip(), ended.stderr.strip()) if part)
    return Done(ended.returncode, said, printed[-1] if printed else "")


def load() -> Done:
    """Copy new and changed files of the inbox into the raw tables."""
    return run(*_PYTHON, "loader", "load")


def build() -> Done:
    """Build, test and publish the warehouse, unless nothing is new since a build that passed."""
    if run(*_PYTHON, "warehouse.unchanged", "check").code == 0:
        return Done(0, summary="Nothing is new since the last build.")
    built = run(_DBT, "--no-use-colors", "--log-level", "warn", "build")
    if built.code != 0:
        return Done(USAGE, built.said, "Readers keep the figures of the last build that passed.")
    run(*_PYTHON, "warehouse.unchanged", "remember")
    return Done(0, built.said, "Every model is built and tested, and published.")


def report() -> Done:
    """Write, publish and send the weeks that have closed."""
    return run(*_PYTHON, "reporting", "due")


STAGES: dict[str, Callable[[], Done]] = {"load": load, "build": build, "report": report}
"""In their order; after one that ends with 2 there is nothing to go on with."""


@click.command("daily")
def daily_command() -> None:
    """Load what is new, build, report each week that has closed, notify: a line a stage.

    Run again, it does what is left. Exit code 0: all well. 1: a file failed or is held, or a stage
    failed; what could be done without it, was. 2: wrong usage or settings.
    """
    log_to_file("daily")
    try:
        settings = read_settings()
        LOCK_FILE.parent.mkdir(exist_ok=True)
        with FileLock(LOCK_FILE, timeout=0):
            code = run_stages(STAGES, settings)
    except SettingsError as problem:
        err.print(Text(str(problem)))
        code = USAGE
    except Timeout:
        err.print("Another daily run is at work here: this one does nothing.")
        code = NOT_WELL
    sys.exit(code)


def run_stages(stages: dict[str, Callable[[], Done]], settings: Settings) -> int:
    """Run stages in their order, tell of each, and notify; return the exit code for all.

    Args:
        stages: by their names.
        settings: whom to notify.
    """
    failures: list[Failure] = []
    codes: list[int] = []
    for name, stage in stages.items():
        if USAGE in codes:
            _tell(name, "left out")
            continue
        done = _run_stage(name, stage)
        codes.append(done.code)
        # Files that failed or are held have alerts of their own.
        if done.code == USAGE or (done.code and name != "load"):
            failures.append(Failure(name, done.said, "Mend it, and run `make daily` again."))
    if settings.notify_urls or settings.notify_senders:
        codes.append(_run_stage("notify", partial(_notify, settings, failures)).code)
    if codes[0] == USAGE:
        return USAGE
    return NOT_WELL if any(codes) else 0


def _run_stage(name: str, stage: Callable[[], Done]) -> Done:
    began = time.monotonic()
    with out.status(f"{name} ..."):
        done = stage()
    seconds = time.monotonic() - began
    status = {0: "ok", NOT_WELL: "not well"}.get(done.code, "failed")
    _tell(name, status, seconds, done.summary)
    if done.code != 0:
        for line in done.said.splitlines():
            out.print(Text(f"          {line}"))
    return done


def _notify(settings: Settings, failures: Sequence[Failure]) -> Done:
    try:
        return Done(0, summary=notify(settings, failures))
    except (CannotNotify, SettingsError) as problem:
        return Done(NOT_WELL, str(problem))


def _tell(name: str, status: str, seconds: float = 0, summary: str = "") -> None:
    log.info("stage", stage=name, status=status, seconds=round(seconds, 1))
    minutes, rest = divmod(round(seconds), 60)
    time_taken = "" if status == "left out" else f"{minutes}:{rest:02}"
    out.print(Text(f"{name:<9} {status:<9} {time_taken:>6}  {summary}".rstrip()))
