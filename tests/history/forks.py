"""Commands in processes of their own: forks of one that has imported all, so that they start fast.

That one has no threads and no connections, so that a fork of it is as good as a new process. What
runs in it can be killed at any moment, as people's machines do.
"""

import multiprocessing
import os
import random
import re
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import psutil
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from loader.__main__ import main as loader
from tests.conftest import Warehouse, manifest_parts

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([__name__])


class Fork:
    """A command in a process of its own."""

    def __init__(self, process: ForkServerProcess, output: Path) -> None:
        self.process = process
        self.output = output
        process.start()

    def said(self) -> str:
        """Return what it has printed so far, to either stream."""
        return self.output.read_text("utf-8", "replace") if self.output.exists() else ""

    def wait(self) -> int | None:
        """Return its exit code; the negative number of the signal if it was killed."""
        self.process.join(timeout=600)
        return self.process.exitcode

    def wait_for(self, pattern: str, times: int = 1) -> None:
        """Wait until it has printed something so many times, or is over."""
        while self.process.is_alive() and len(re.findall(pattern, self.said())) < times:
            time.sleep(0.005)

    def kill(self) -> bool:
        """Kill it, with what it has started; return whether it was still at work."""
        started: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            started = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()  # first, as it would start another one
        for process in started:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(started)
        return (self.wait() or 0) < 0


def start_load(warehouse: Warehouse, inbox: Path, output: Path) -> Fork:
    """Start `python -m loader load INBOX`."""
    arguments = (warehouse.url, output, ["load", str(inbox)])
    return Fork(_forks.Process(target=_load, args=arguments), output)


def start_build(warehouse: Warehouse, output: Path, *arguments: str) -> Fork:
    """Start `dbt build`."""
    known = (warehouse.url, output, manifest_parts(warehouse.manifest()), arguments)
    return Fork(_forks.Process(target=_build, args=known), output)


def kill_build(
    warehouse: Warehouse,
    output: Path,
    chance: random.Random,
    pattern: str,
    times: int,
    what: Sequence[str],
) -> bool:
    """Start a build of something and kill it a moment after it has printed something so many times.

    Returns:
        Whether it was still at work.
    """
    output.unlink(missing_ok=True)
    fork = start_build(warehouse, output, *what)
    fork.wait_for(pattern, times)
    time.sleep(chance.uniform(0, 0.1))
    return fork.kill()


def _load(url: str, output: Path, arguments: list[str]) -> None:
    _settle(url, output)
    loader(arguments, prog_name="python -m loader")


def _build(url: str, output: Path, parts: dict[str, Any], arguments: tuple[str, ...]) -> None:
    _settle(url, output)
    folder = str(output.parent / "target")
    quietly = ["--no-use-colors", "--no-write-json", "--log-level-file", "none"]
    quietly += ["--target-path", folder, "--log-path", folder]
    result = dbtRunner(manifest=Manifest(**parts)).invoke(["build", *arguments, *quietly])
    sys.stdout.flush()
    sys.exit(0 if result.success else 1)


def _settle(url: str, output: Path) -> None:
    """Take the settings, and print into a file."""
    os.environ["DATABASE_URL"] = url
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
