"""Reads files in a process of its own, so that one that takes too much takes nothing along.

A workbook of a few megabytes may unpack to more than a computer has, and the libraries that read
it then end the process that they are in.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import PurePosixPath
from typing import Any, Protocol

import psutil

from loader import Refusal
from loader.deliveries import Delivery
from loader.load import Outcome
from warehouse.settings import Settings

Tell = Callable[[Delivery | Outcome], None]

_STEP = 0.05
"""Seconds between two looks at how much memory is taken."""

_MEGABYTE = 2**20

_SPAWN = multiprocessing.get_context("spawn").Process


class Work(Protocol):
    """What reads files, and tells of each that it begins it, and what became of it."""

    def __call__(
        self, tell: Tell, settings: Settings, stopped: Mapping[PurePosixPath, str], /
    ) -> None:
        """Read; those that are stopped have failed already, for the reason given."""


class _Stopped(Exception):
    """The process took too much, or died."""


@contextmanager
def watched(
    work: Work, settings: Settings
) -> Iterator[Callable[[Callable[[Delivery], None]], Iterator[Outcome]]]:
    """Begin to read files in a process of its own.

    It begins at once, before whoever calls shows progress: a process that is forked while another
    thread writes may wait for ever for what that thread holds.

    Args:
        work: has to be known by name, as it may be called in a new interpreter.
        settings: with the limits.

    Yields:
        A function that takes what is called before each file, and gives what becomes of the files,
        as it becomes known. Whatever was read when the process had to be stopped, or died, fails;
        another process goes on with the others. It raises Refusal where the work does, or where the
        process dies while it reads no file.
    """
    # A fork has all that is imported here, at once; elsewhere than on Linux it is not safe.
    fork = multiprocessing.get_context("fork").Process if sys.platform == "linux" else _SPAWN
    reader = _Reader(work, settings, {}, fork)
    try:
        yield partial(_outcomes, reader, work, settings)
    finally:
        reader.end()


def _outcomes(
    reader: "_Reader", work: Work, settings: Settings, progress: Callable[[Delivery], None]
) -> Iterator[Outcome]:
    stopped: dict[PurePosixPath, str] = {}
    told: set[PurePosixPath] = set()
    while True:
        reading = None
        try:
            for item in reader.told():
                if isinstance(item, Delivery):
                    reading = item.known_as
                    progress(item)
                elif item.delivery.known_as not in told:
                    told.add(item.delivery.known_as)
                    yield item
            return
        except _Stopped as reason:
            if reading is None or reading in stopped:
                raise Refusal(f"Reading has not come to its end: {reason}") from None
            stopped[reading] = str(reason)
        reader = _Reader(work, settings, stopped, _SPAWN)


class _Reader:
    """A process that reads files."""

    def __init__(
        self,
        work: Work,
        settings: Settings,
        stopped: Mapping[PurePosixPath, str],
        new_process: Callable[..., BaseProcess],
    ) -> None:
        self._settings = settings
        self._pipe, theirs = multiprocessing.Pipe(duplex=False)
        self._process = new_process(target=_work, args=(theirs, work, settings, dict(stopped)))
        self._process.start()
        theirs.close()

    def told(self) -> Iterator[Delivery | Outcome]:
        """Yield what it tells.

        Raises:
            _Stopped: it took too much, or died.
        """
        try:
            resident = psutil.Process(self._process.pid).memory_info
            begun, looked = float("inf"), time.monotonic()
            while True:
                if self._pipe.poll(_STEP):
                    try:
                        item = self._pipe.recv()
                    except EOFError:
                        self._process.join()
                        raise _Stopped(_died(self._process.exitcode)) from None
                    if item is None:
                        self._process.join()
                        return
                    if isinstance(item, BaseException):
                        raise item
                    begun = time.monotonic()
                    yield item
                if (now := time.monotonic()) - looked >= _STEP:
                    looked = now
                    _keep_to_limits(resident, now - begun, self._settings)
        finally:
            self.end()

    def end(self) -> None:
        """End it, if it has not ended."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _keep_to_limits(resident: Callable[[], Any], seconds: float, settings: Settings) -> None:
    try:
        megabytes = resident().rss / _MEGABYTE
    except psutil.Error:
        return  # it is over, which the pipe tells
    if megabytes > settings.max_memory_mb:
        raise _Stopped(
            f"reading it takes more than {settings.max_memory_mb:,} MB of memory (MAX_MEMORY_MB): "
            "delete the rows and sheets that it does not need, split it, or save the table as CSV."
        )
    if seconds > settings.max_seconds:
        raise _Stopped(
            f"reading it takes more than {settings.max_seconds:,} seconds (MAX_SECONDS): delete "
            "the rows and sheets that it does not need, or split it."
        )


def _died(exit_code: int | None) -> str:
    return (
        f"reading it has ended the program (exit code {exit_code}), as where memory falls short: "
        "delete the rows and sheets that it does not need, split it, or save the table as CSV."
    )


def _work(
    pipe: Connection, work: Work, settings: Settings, stopped: dict[PurePosixPath, str]
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that watches is told, and ends this
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        work(pipe.send, settings, stopped)
    except Exception as problem:
        problem.add_note(traceback.format_exc())
        pipe.send(problem)
    else:
        pipe.send(None)


def _end_with_parent() -> None:
    """Leave no process behind that holds the warehouse, if the one that watches is killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
