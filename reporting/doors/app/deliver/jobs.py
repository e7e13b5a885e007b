"""What takes long, one at a time: commands, in processes of their own."""

import os
import re
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from reporting.doors.api.problems import Problem
from warehouse.settings import CHECKOUT

MOST_WAITING = 8
"""Jobs that may wait for their turn."""

_KEPT = 50
"""How many jobs are remembered."""

_SECONDS_BESIDE = 120

_OF_ALL = re.compile(r"\b(\d+) of (\d+)\b")
"""How dbt counts."""

PYTHON = (sys.executable, "-m")
BUILD = (str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "build")


class Failed(Exception):
    """A command has failed; the message is what it said."""


class Stopped(Exception):
    """Somebody has stopped the job."""


@dataclass
class Job:
    """Something that is being done, or was.

    Attributes:
        title: for people: what is done.
        by: who began it.
        step: what is done now.
        done: of the steps that are counted, how many are done.
        total: how many are counted; 0 where nothing is.
        status: waiting, running, done, failed or stopped.
        said: what there is to say of it: why it failed, or what the commands printed.
    """

    title: str
    by: str
    name: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    begun_at: datetime = field(default_factory=lambda: datetime.now().astimezone())
    step: str = "Waiting for its turn"
    done: int = 0
    total: int = 0
    status: str = "waiting"
    said: str = ""
    process: subprocess.Popen[str] | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in ("done", "failed", "stopped")

    def run(
        self,
        step: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        accepted: Sequence[int] = (0,),
        seconds: float = 6 * 60 * 60,
    ) -> str:
        """Run a command to its end, or until it has taken so many seconds; return what it printed.

        Raises:
            Failed: it has ended with another exit code.
            Stopped: the job was stopped.
        """
        if self.status == "stopped":
            raise Stopped
        self.step, self.done, self.total = step, 0, 0
        is_late = threading.Event()
        with subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as self.process:
            errors: list[str] = []
            reader = threading.Thread(target=self._drain, args=(self.process, errors))
            reader.start()
            ending = threading.Timer(seconds, self._end_late, (self.process, is_late))
            ending.start()
            printed = []
            assert self.process.stdout is not None
            for line in self.process.stdout:
                printed.append(line)
                counted = _OF_ALL.search(line)
                if counted and int(counted[2]) >= self.total:
                    self.done, self.total = int(counted[1]), int(counted[2])
            reader.join()
            ending.cancel()
        code, self.process = self.process.returncode, None
        if self.status == "stopped":
            raise Stopped
        if is_late.is_set():
            raise Failed(f"It has taken more than {seconds:,.0f} seconds, and was ended.")
        if code not in accepted:
            lines = "".join([*printed, *errors]).strip().splitlines()
            raise Failed("\n".join(lines[-25:]) or f"It ended with exit code {code}.")
        return "".join(printed)

    @staticmethod
    def _end_late(process: "subprocess.Popen[str]", is_late: threading.Event) -> None:
        is_late.set()
        _kill(process)

    @staticmethod
    def _drain(process: "subprocess.Popen[str]", lines: list[str]) -> None:
        assert process.stderr is not None
        lines += process.stderr

    def stop(self) -> None:
        """End it, with whatever it runs."""
        if not self.is_over:
            self.status = "stopped"
        if (process := self.process) is not None:
            _kill(process)


def _kill(process: "subprocess.Popen[str]") -> None:
    """End a process with whatever it has started."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


class Jobs:
    """All jobs of the app, which are done one after the other."""

    def __init__(self, database_url: str) -> None:
        self.environment = {"DATABASE_URL": database_url}
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._jobs: list[Job] = []

    @property
    def current(self) -> Job | None:
        """What is being done now; else what waits."""
        jobs = [job for job in self._jobs if not job.is_over]
        return next((job for job in jobs if job.status == "running"), jobs[0] if jobs else None)

    @property
    def last(self) -> Job | None:
        """What was done last."""
        return next((job for job in reversed(self._jobs) if job.is_over), None)

    def run_beside(self, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        """Run a command that only reads, and takes its turn with no other.

        Raises:
            TimeoutExpired: it takes too long.
        """
        return subprocess.run(
            [*PYTHON, *command],
            cwd=CHECKOUT,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS_BESIDE,
            check=False,
        )

    def named(self, name: str) -> Job:
        """Return a job.

        Raises:
            Problem: there is none of that name.
        """
        for job in self._jobs:
            if job.name == name:
                return job
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such job (any more).")

    def begin(self, title: str, by: str, work: Callable[[Job], str]) -> Job:
        """Do something when its turn comes.

        Args:
            title: for people.
            by: who wants it.
            work: what is done; returns what there is to say when it is done.

        Raises:
            Problem: too much waits already.
        """
        job = Job(title, by)
        with self._lock:
            if sum(not other.is_over for other in self._jobs) > MOST_WAITING:
                raise Problem(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "busy",
                    "Others are waiting already: try again in some minutes.",
                    headers={"Retry-After": "60"},
                )
            self._jobs = [*self._jobs[-_KEPT:], job]
        threading.Thread(target=self._do, args=(job, work), daemon=True).start()
        return job

    def build(self, job: Job) -> None:
        """Build the warehouse and publish it, as `dbt build` does."""
        job.run("Building and testing the figures", BUILD, self.environment)

    def stop_all(self) -> None:
        """End whatever runs."""
        for job in self._jobs:
            job.stop()

    def _do(self, job: Job, work: Callable[[Job], str]) -> None:
        with self._turn:
            if job.status == "stopped":
                return
            job.status = "running"
            try:
                said = work(job)
            except Stopped:
                pass
            except Failed as problem:
                job.said, job.status = str(problem), "failed"
            except Exception as fault:
                job.said = f"The program failed ({type(fault).__name__}): please report it."
                job.status = "failed"
                raise
            else:
                job.said, job.status = said, "done"
