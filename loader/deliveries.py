"""Finds the files that were delivered."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath, PurePosixPath

from loader.reading.opening import is_table_file
from loader.reading.sheet import BadFile

_CHUNK = 1 << 20


class NothingThere(Exception):
    """A path given on the command line that does not exist; the message says which."""


@dataclass(frozen=True)
class Delivery:
    """A file and the name it is known by.

    Attributes:
        path: where the file is.
        known_as: its path below the inbox, or below the folder given on the command line.
        root: that folder.
    """

    path: Path
    known_as: PurePosixPath
    root: Path

    def sha256(self) -> str:
        """Return the hash of the bytes.

        Raises:
            BadFile: they cannot be read.
        """
        digest = hashlib.sha256()
        try:
            with self.path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise BadFile(f"the file cannot be read: {error.strerror}.") from None
        return digest.hexdigest()

    def size(self) -> int:
        """Return the size in bytes."""
        return self.path.stat().st_size

    def modified_at(self) -> datetime:
        """Return when it was last changed, in UTC, to the second."""
        changed = datetime.fromtimestamp(int(self.path.stat().st_mtime), UTC)
        return changed.replace(tzinfo=None)


@dataclass(frozen=True)
class Found:
    """What lies in the folders that were looked at.

    Attributes:
        deliveries: files to load, in the order of their names: of two, the later is the newer.
        left_alone: files that are neither workbooks nor CSV.
    """

    deliveries: list[Delivery]
    left_alone: list[PurePosixPath]


def find_deliveries(paths: Iterable[Path], inbox: Path) -> Found:
    """Look for files.

    Args:
        paths: files and folders; folders are searched to any depth.
        inbox: a file below it is known by its path below it.

    Raises:
        NothingThere: a path does not exist, or two files would be known by one name.
    """
    deliveries: dict[PurePosixPath, Delivery] = {}
    left_alone = []
    for start in paths:
        if not os.path.exists(start):  # a Path would raise an error for a name that is too long
            raise NothingThere(f"There is no file or folder {start}.")
        is_folder = start.is_dir()
        root = start if is_folder else start.parent
        if start.resolve().is_relative_to(inbox.resolve()):
            root = inbox
        files = [file for file in start.rglob("*") if file.is_file()] if is_folder else [start]
        for file in files:
            known_as = _known_as(file, root)
            if is_folder and is_hidden(known_as):
                continue
            if is_folder and not is_table_file(file):
                left_alone.append(known_as)
                continue
            other = deliveries.get(known_as)
            if other is not None and other.path.resolve() != file.resolve():
                raise NothingThere(
                    f"{other.path} and {file} would both be known as {known_as}: load their "
                    "folders one at a time, or give the folder above both."
                )
            deliveries[known_as] = Delivery(file, known_as, root)
    ordered = sorted(deliveries.values(), key=lambda delivery: str(delivery.known_as))
    return Found(ordered, sorted(left_alone))


def _known_as(file: Path, root: Path) -> PurePosixPath:
    relative = file.absolute().relative_to(root.absolute())
    # A name that is not valid in the file system's encoding still needs a name in the ledger.
    text = os.fsencode(relative.as_posix()).decode("utf-8", "replace")
    return PurePosixPath(text)


def is_hidden(path: PurePath) -> bool:
    """Tell the files that programs leave behind: hidden ones, and the locks of open workbooks."""
    return any(part.startswith((".", "~$")) for part in path.parts)
