"""Zip archives: the files in them are delivered ones; their names are never used to write."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from loader.reading.sheet import BadFile
from loader.wording import quoted

SUFFIX = ".zip"

MAX_MEMBERS = 1_000
MAX_UNPACKED = 4 * 2**30
MAX_RATIO = 200
"""A table seldom packs to a fiftieth; what packs to much less is made to fill a disk."""

_LARGE = 64 * 2**20


@dataclass(frozen=True)
class Member:
    """A file in an archive.

    Attributes:
        name: as the archive has it, to open it by.
        path: where it is below the archive, without what would lead out of it.
        size: of its content, in bytes.
        modified_at: as the archive says; None if it says no valid day.
    """

    name: str
    path: PurePosixPath
    size: int
    modified_at: datetime | None


def list_members(path: Path) -> list[Member]:
    """Return the files in an archive; those that only programs need are left out.

    Raises:
        BadFile: it is damaged, protected, or too much to unpack.
    """
    with _opened(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if len(infos) > MAX_MEMBERS:
        raise BadFile(
            f"the zip archive holds {len(infos):,} files, more than {MAX_MEMBERS:,}: unpack it."
        )
    if unpacked > MAX_UNPACKED or is_bomb(packed, unpacked):
        raise BadFile(
            f"the zip archive unpacks from {packed / 2**20:,.1f} to {unpacked / 2**20:,.1f} MiB, "
            "which is too much to be plausible: unpack it yourself, and deliver what is in it."
        )
    if any(info.flag_bits & 1 for info in infos):
        raise BadFile(
            "the zip archive is protected by a password: unpack it, and deliver what is in it."
        )
    members = [_member(info) for info in infos]
    twice = {item.path for item in members if sum(item.path == it.path for it in members) > 1}
    if twice:
        names = quoted(sorted(map(str, twice)), 3)
        raise BadFile(f"the zip archive holds several files called {names}: unpack it.")
    return [item for item in members if "__MACOSX" not in item.path.parts]


def is_bomb(packed: int, unpacked: int) -> bool:
    """Tell whether what is packed unpacks to implausibly much, in bytes."""
    return unpacked > max(_LARGE, packed * MAX_RATIO)


def _member(info: zipfile.ZipInfo) -> Member:
    name = info.filename
    if not info.flag_bits & 0x800:
        # Without that flag it is read as cp437, though many programs write UTF-8.
        raw = name.encode("cp437", "replace")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = info.filename
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..")]
    try:
        modified_at = datetime(*info.date_time)
    except ValueError:
        modified_at = None
    return Member(info.filename, PurePosixPath(*parts or ["unnamed"]), info.file_size, modified_at)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        raise BadFile(
            "the zip archive is cut short or damaged, as by a broken copy or download: copy it "
            "again."
        ) from None
    except OSError as error:
        raise BadFile(f"the file cannot be read: {error.strerror or error}.") from None


def open_member(path: Path, name: str) -> BinaryIO:
    """Open a file in an archive for reading.

    Raises:
        BadFile: it cannot be read.
    """
    with _opened(path) as archive:
        return cast(BinaryIO, archive.open(name))
