"""Finds the files that were delivered."""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO

from loader import Refusal
from loader.reading import archive
from loader.reading.archive import Member
from loader.reading.opening import is_table_file, open_binary, suffix_of
from loader.reading.sheet import BadFile

_CHUNK = 1 << 20


class NothingThere(Refusal):
    """A path given on the command line that does not exist; the message says which."""


@dataclass(frozen=True)
class Delivery:
    """A file and the name it is known by.

    Attributes:
        path: where the file is.
        known_as: its path below the inbox, or below the folder given on the command line; of a file
            in a zip archive, below the archive.
        root: that folder.
        member: if `path` is a zip archive, the file in it.
    """

    path: Path
    known_as: PurePosixPath
    root: Path
    member: Member | None = None

    @property
    def place(self) -> Path:
        """Where the file is; of one in a zip archive, below the archive."""
        return self.path / self.member.path if self.member else self.path

    def open(self) -> BinaryIO:
        """Open it from its start."""
        return open_binary(self.path, self.member.name if self.member else None)

    def sha256(self) -> str:
        """Return the hash of the bytes.

        Raises:
            BadFile: they cannot be read.
        """
        digest = hashlib.sha256()
        try:
            with self.open() as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise BadFile("the file is damaged in its zip archive: pack it again.") from None
        except OSError as error:
            raise BadFile(f"the file cannot be read: {error.strerror or error}.") from None
        return digest.hexdigest()

    def size(self) -> int:
        """Return the size in bytes."""
        return self.member.size if self.member else self.path.stat().st_size

    def modified_at(self) -> datetime:
        """Return when it was last changed, in UTC (in an archive, where it was packed)."""
        if self.member and self.member.modified_at:
            return self.member.modified_at
        changed = datetime.fromtimestamp(int(self.path.stat().st_mtime), UTC)
        return changed.replace(tzinfo=None)


@dataclass(frozen=True)
class Found:
    """What lies in the folders that were looked at.

    Attributes:
        deliveries: files to load, in the order of their names: of two, the later is the newer.
        left_alone: files that are neither workbooks nor delimited text.
        unreadable: folders that cannot be looked into, with the reason.
        looked_into: the files and folders that were named.
    """

    deliveries: list[Delivery]
    left_alone: list[PurePosixPath]
    unreadable: list[str]
    looked_into: list[Path]


def find_deliveries(paths: Iterable[Path], inbox: Path) -> Found:
    """Look for files.

    Args:
        paths: files and folders; folders are searched to any depth, linked ones too.
        inbox: a file below it is known by its path below it.

    Raises:
        NothingThere: a path does not exist, or two files would be known by one name.
    """
    paths = list(paths)
    deliveries: dict[PurePosixPath, Delivery] = {}
    left_alone: list[PurePosixPath] = []
    unreadable: list[str] = []
    for start in paths:
        if not os.path.exists(start):  # a Path would raise an error for a name that is too long
            raise NothingThere(f"There is no file or folder {start}.")
        is_folder = start.is_dir()
        root, prefix = inbox, _place_below(start, inbox)
        if prefix is None:
            root, prefix = (start, Path()) if is_folder else (start.parent, Path(start.name))
        files = _files_below(start, unreadable) if is_folder else [start]
        for file in files:
            known_as = _known_as(prefix / file.relative_to(start))
            if is_folder and is_hidden(known_as):
                continue
            for delivery in _deliveries_in(file, known_as, root):
                if is_folder and not is_delivered(delivery.known_as):
                    left_alone.append(delivery.known_as)
                    continue
                other = deliveries.get(delivery.known_as)
                if other is not None and other.path.resolve() != file.resolve():
                    raise NothingThere(
                        f"{other.path} and {file} would both be known as {known_as}: load their "
                        "folders one at a time, or give the folder above both."
                    )
                deliveries[delivery.known_as] = delivery
    ordered = sorted(deliveries.values(), key=lambda delivery: str(delivery.known_as))
    return Found(ordered, sorted(left_alone), unreadable, paths)


def is_delivered(path: PurePath) -> bool:
    """Tell whether a file is one to load, by its name."""
    return is_table_file(path) or suffix_of(path) == archive.SUFFIX


def _deliveries_in(file: Path, known_as: PurePosixPath, root: Path) -> list[Delivery]:
    """Return a file; of a zip archive, the files in it."""
    if suffix_of(file) == archive.SUFFIX:
        with suppress(BadFile):
            members = [item for item in archive.list_members(file) if not is_hidden(item.path)]
            if any(is_table_file(item.path) for item in members):
                return [Delivery(file, known_as / item.path, root, item) for item in members]
    # An archive that holds no table is told so when it is loaded.
    return [Delivery(file, known_as, root)]


def _files_below(folder: Path, unreadable: list[str]) -> Iterator[Path]:
    """Yield the files of a folder; a link that leads back to a folder above is not followed."""

    def note(error: OSError) -> None:
        unreadable.append(f"{error.filename}: {error.strerror}")

    for where, folders, names in os.walk(folder, onerror=note, followlinks=True):
        above = os.path.realpath(where)
        folders[:] = sorted(
            name
            for name in folders
            if not Path(above).is_relative_to(os.path.realpath(os.path.join(where, name)))
        )
        for name in sorted(names):
            file = Path(where, name)
            # A link that leads nowhere is a file that cannot be read; a pipe is no file.
            if os.path.isfile(file) or not os.path.exists(file):
                yield file


def _place_below(path: Path, folder: Path) -> Path | None:
    """Return where a path is below a folder, also if links lead there; None if it is elsewhere."""
    real = Path(os.path.realpath(path.parent), path.name)
    for place in (path.resolve(), real, Path(os.path.abspath(path))):
        for above in (folder.resolve(), Path(os.path.abspath(folder))):
            if place.is_relative_to(above):
                return place.relative_to(above)
    return None


def _known_as(path: Path) -> PurePosixPath:
    # A name that is not valid in the file system's encoding still needs a name in the ledger.
    return PurePosixPath(os.fsencode(path.as_posix()).decode("utf-8", "replace"))


def is_hidden(path: PurePath) -> bool:
    """Tell the files that programs leave behind: hidden ones, and the locks of open workbooks."""
    return any(part.startswith((".", "~$")) for part in path.parts)
