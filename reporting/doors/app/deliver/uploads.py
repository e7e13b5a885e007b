"""Files that people drop, in a folder of their own until they are loaded or given up."""

import hashlib
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path, PurePath, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, BinaryIO

from loader.deliveries import is_delivered, is_hidden
from reporting.doors.api.problems import Problem
from reporting.doors.app.deliver.jobs import Job
from warehouse.settings import Settings

if sys.platform != "win32":
    import fcntl

MOST_FILES = 50
LONGEST_NAME = 150
SECONDS_KEPT = 12 * 60 * 60
MOST_DROPS = 20

_PREFIX = "salesops-drops-"
_HELD = ".held"
"""A file in the folder of an app that runs: it is locked until the app ends, however it does."""
_CHUNK = 2**20
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\\/]')
"""What Windows does not take, and what leads to other folders."""


@dataclass
class Dropped:
    """A file that somebody dropped.

    Attributes:
        known_as: where it goes, below the inbox.
        replaces: the hash of what lay there when it was dropped; None where nothing did.
    """

    known_as: PurePosixPath
    replaces: str | None


@dataclass
class Drop:
    """Some files that were dropped together, and what is known of them.

    Attributes:
        by: who dropped them.
        folder: in which they lie, with a copy of the layouts.
        inbox: the folder in it that stands for the inbox, and is called so.
        files: those that were dropped.
        known_layouts: the hashes of the layouts as they were then, by their paths.
        learned: the files that `learn` is given together.
        flags: the answers that it is given for them.
        outcomes: what `check` says of each, None before.
        lessons: what `learn` says.
        trial: what `trial` says, None before.
        untried: why there is no trial.
        job: that reads or loads them.
        is_loaded: whether they were put into the inbox.
    """

    by: str
    folder: Path
    inbox: Path
    files: list[Dropped] = field(default_factory=list)
    known_layouts: dict[PurePath, str | None] = field(default_factory=dict)
    learned: tuple[str, ...] = ()
    flags: list[str] = field(default_factory=list)
    outcomes: list[dict[str, Any]] | None = None
    lessons: list[dict[str, Any]] = field(default_factory=list)
    trial: dict[str, Any] | None = None
    untried: str = ""
    job: Job | None = None
    is_loaded: bool = False
    at: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        """Its name in addresses."""
        return self.folder.name

    @property
    def layouts(self) -> Path:
        """The copy of the layouts, to which what is learned is added."""
        return self.folder / "layouts"

    @property
    def temporary(self) -> Path:
        """For what its commands write meanwhile: one that is stopped tidies nothing up itself."""
        return self.folder / "temporary"

    def stop(self) -> None:
        """End what is being done with it."""
        if self.job is not None:
            self.job.stop()
        shutil.rmtree(self.temporary, ignore_errors=True)

    def delete(self) -> None:
        """Leave nothing."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Drops:
    """What was dropped and is not done with yet; it is gone when the app ends."""

    def __init__(self) -> None:
        _clear_leftovers()
        self._folder = TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
        self._held = _hold(Path(self._folder.name, _HELD))
        self._drops: dict[str, Drop] = {}

    def close(self) -> None:
        """Leave nothing."""
        if self._held is not None:
            self._held.close()
        self._folder.cleanup()

    def new(self, by: str, settings: Settings) -> Drop:
        """Make room for a drop.

        Raises:
            Problem: too many are open.
        """
        for drop in list(self._drops.values()):
            is_idle = drop.job is None or drop.job.is_over
            if is_idle and time.monotonic() - drop.at > SECONDS_KEPT:
                self.forget(drop)
        if len(self._drops) >= MOST_DROPS:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "too-many-drops",
                "Too many files wait to be loaded: load or cancel those first.",
            )
        folder = Path(self._folder.name, secrets.token_hex(16))
        drop = Drop(by, folder, folder / "files" / settings.sales_data_file.name)
        drop.inbox.mkdir(parents=True)
        drop.layouts.mkdir()
        for layout in settings.layouts_dir.glob("*.y*ml"):
            shutil.copyfile(layout, drop.layouts / layout.name)
            drop.known_layouts[PurePath(layout.name)] = hash_of(layout)
        self._drops[drop.name] = drop
        return drop

    def named(self, name: str) -> Drop:
        """Return a drop.

        Raises:
            Problem: there is none of that name.
        """
        try:
            return self._drops[name]
        except KeyError:
            raise Problem(
                HTTPStatus.NOT_FOUND,
                "not-found",
                "These files are not here any more: they were loaded or cancelled, or the app was "
                "started anew. Drop them again.",
            ) from None

    def open(self) -> Sequence[Drop]:
        """Return all drops."""
        return list(self._drops.values())

    def forget(self, drop: Drop) -> None:
        """Leave nothing of a drop."""
        self._drops.pop(drop.name, None)
        drop.delete()


def safe_name(text: str) -> str:
    """Return the name of a file that somebody dropped, without the folders before it.

    Raises:
        Problem: it is no name that a file in the inbox may have.
    """
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", text)[-1]).strip()
    if not name or len(name) > LONGEST_NAME or _is_odd(name) or is_hidden(PurePosixPath(name)):
        raise _unfit(
            f"A file's name may have up to {LONGEST_NAME} letters, none of < > : \" | ? *, and no "
            "point at its beginning: rename it, and drop it again."
        )
    if not is_delivered(PurePosixPath(name)):
        raise _unfit(
            f"{name} is neither a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods) nor a table of text "
            "(.csv, .tsv, .txt), nor a .zip of them: save it as one of these, and drop it again."
        )
    return name


def safe_folder(text: str) -> PurePosixPath:
    """Return a folder below the inbox.

    Raises:
        Problem: it may lead elsewhere.
    """
    parts = [part.strip() for part in re.split(r"[/\\]", text) if part.strip()]
    for part in parts:
        if _is_odd(part) or part.startswith((".", "~")) or len(part) > LONGEST_NAME:
            raise _unfit("The folder has to be one below the inbox, such as 2026/stores.")
    return PurePosixPath(*parts)


def place_of(name: str, folder: PurePosixPath, inbox: Path) -> PurePosixPath:
    """Return where a file goes: into the folder, else where one of its name lies already.

    Raises:
        Problem: several of its name lie in the inbox, or what lies there is no file.
    """
    place = folder / name
    if not folder.parts:
        found = [
            PurePosixPath(path.relative_to(inbox).as_posix())
            for path in inbox.rglob("*")
            if path.name == name
        ]
        if len(found) > 1 and place not in found:
            folders = ", ".join(str(path.parent) for path in found)
            raise _unfit(f"{name} lies in several folders of the inbox ({folders}): name one.")
        if len(found) == 1:
            place = found[0]
    target = inbox / place
    for part in (target, *target.parents):
        if part == inbox:
            break
        if part.is_symlink() or (part.exists() and part.is_dir() == (part == target)):
            raise _unfit(f"{place} cannot be put into the inbox: something else is in its way.")
    return place


def hash_of(path: Path) -> str | None:
    """Return the hash of a file; None where there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep(source: BinaryIO, target: Path) -> None:
    """Write a file whole, or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # Loads pass over hidden files.
    unfinished = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with unfinished.open("xb") as file:
            shutil.copyfileobj(source, file, _CHUNK)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _clear_leftovers() -> None:
    """Delete the folders of apps that were killed, and could not do so themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        held = folder / _HELD
        if folder.is_symlink() or not held.is_file():
            continue
        try:
            file = _hold(held)
        except OSError:  # another user's
            continue
        if file is not None:
            shutil.rmtree(folder, ignore_errors=True)
            file.close()


def _hold(path: Path) -> IO[bytes] | None:
    """Lock a file until it is closed; return None if somebody else has, or nobody can."""
    if sys.platform == "win32":
        return None
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _is_odd(name: str) -> bool:
    return not name.isprintable() or bool(_NOT_IN_NAMES.search(name)) or name.endswith(".")


def _unfit(detail: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unfit-file", detail)
