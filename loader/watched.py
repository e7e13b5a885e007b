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
from multiprocessing.connection import Connection, wait
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


class Work(Protocol):
    """What reads files, and tells of each that it begins it, and what became of it."""

    def __call__(
        self, tell: Tell, settings: Settings, stopped: Mapping[PurePosixPath, str], /
    ) -> None:
        """Read; those that are stopped have failed already, for the reason given."""


class _Stopped(Exception):
    """The process took too much, or died."""


def watched(
    work: Work, settings: Settings, progress: Callable[[Delivery], None]
) -> Iterator[Outcome]:
    """Yield what becomes of files that a process of its own reads.

    Whatever it was reading when it had to be stopped, or died, fails; another process goes on with
    the others.

    Args:
        work: has to be known by name, as it may be called in a new interpreter.
        settings: with the limits.
        progress: called before each file.

    Raises:
        Refusal: whatever the work raises; or it died where it read no file.
    """
    stopped: dict[PurePosixPath, str] = {}
    told: set[PurePosixPath] = set()
    while True:
        reading = None
        try:
            for item in _told(work, settings, stopped):
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


def _told(
    work: Work, settings: Settings, stopped: Mapping[PurePosixPath, str]
) -> Iterator[Delivery | Outcome]:
    # A fork has all that is imported here, at once; elsewhere than on Linux it is not safe.
    if sys.platform == "linux":
        new_process = multiprocessing.get_context("fork").Process
    else:
        new_process = multiprocessing.get_context("spawn").Process
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = new_process(target=_work, args=(theirs, work, settings, dict(stopped)))
    process.start()
    theirs.close()
    try:
        resident = psutil.Process(process.pid).memory_info
        begun = looked = time.monotonic()
        while True:
            if ours.poll(_STEP):
                try:
                    item = ours.recv()
                except EOFError:
                    process.join()
                    raise _Stopped(_died(process.exitcode)) from None
                if item is None:
                    process.join()
                    return
                if isinstance(item, BaseException):
                    raise item
                begun = time.monotonic()
                yield item
            if (now := time.monotonic()) - looked >= _STEP:
                looked = now
                _keep_to_limits(resident, now - begun, settings)
    finally:
        process.kill()
        process.join()
        ours.close()


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
