"""Opens any file that may hold a table."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

from loader.reading import archive, workbook
from loader.reading.delimited import DelimitedSheet
from loader.reading.sheet import BadFile, Sheet
from loader.wording import quoted

_DELIMITED = frozenset({".csv", ".tsv", ".tab", ".txt"})
_PLAIN = workbook.SUFFIXES | _DELIMITED

SUFFIXES = _PLAIN | {f"{suffix}.gz" for suffix in _PLAIN}
"""What the names of table files end in, in lower case."""

MAX_UNPACKED_WORKBOOK = 2**30
_CHUNK = 2**20


def is_table_file(path: PurePath) -> bool:
    """Tell whether a file may hold a table, by its name; Excel's lock files do not."""
    return suffix_of(path) in SUFFIXES and not path.name.startswith((".", "~$"))


def suffix_of(path: PurePath) -> str:
    """Return what a name ends in, in lower case; of compressed files, both endings."""
    name = path.name.lower()
    packed = ".gz" if name.endswith(".gz") else ""
    return PurePath(name.removesuffix(".gz")).suffix + packed


def open_binary(path: Path, member: str | None = None) -> BinaryIO:
    """Open a file, or a file in a zip archive, from its start.

    Raises:
        BadFile: the archive cannot be read.
        OSError: the file cannot be read.
    """
    return path.open("rb") if member is None else archive.open_member(path, member)


@contextmanager
def open_sheets(
    path: Path,
    *,
    member: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Iterator[list[Sheet]]:
    """Open a workbook or a delimited file, by its suffix; either may be compressed.

    Args:
        path: the file.
        member: if that is a zip archive, the name of the file in it.
        encoding: that of delimited text, as the layout declares it; None to detect it.
        delimiter: likewise.

    Yields:
        The sheets, in the order of the workbook; they can be read until the context is left.

    Raises:
        BadFile: the file cannot be loaded; also while its sheets are read.
    """
    if path.is_dir():
        raise BadFile("it is a folder, not a file.")
    if member is None and suffix_of(path) == archive.SUFFIX:
        member = _only_table(path)
    suffix = suffix_of(path if member is None else PurePath(member))
    if suffix == archive.SUFFIX:
        raise BadFile("an archive in an archive is not opened: unpack it, and deliver the tables.")
    if suffix not in SUFFIXES:
        raise BadFile(
            f"files that end in '{suffix}' are not read; those in "
            f"{', '.join(sorted(_PLAIN))} are, each of them with .gz behind, and .zip archives."
        )
    packed = suffix.endswith(".gz")
    kind = suffix.removesuffix(".gz")
    if kind in _DELIMITED:
        opener = partial(_open_delimited, path, member, packed)
        tabs = "\t" if kind in (".tsv", ".tab") else None
        yield [DelimitedSheet(opener, encoding, delimiter or tabs)]
    elif packed or member is not None:
        with TemporaryDirectory() as folder:
            unpacked = Path(folder, f"workbook{kind}")
            _unpack(path, member, packed, unpacked)
            yield [*workbook.open_workbook(unpacked)]
    else:
        yield [*workbook.open_workbook(path)]


def _only_table(path: Path) -> str:
    """Return the name of the one table in a zip archive."""
    members = archive.list_members(path)
    tables = [item.name for item in members if is_table_file(item.path)]
    if len(tables) == 1:
        return tables[0]
    if tables:
        raise BadFile(f"the zip archive holds several tables ({quoted(tables, 5)}): unpack it.")
    names = [str(item.path) for item in members]
    if "[Content_Types].xml" in names:
        raise BadFile("the file is a workbook: name it .xlsx, and deliver it again.")
    holds = quoted(names, 5) or "no file at all"
    raise BadFile(
        f"the zip archive holds neither a workbook nor a CSV file, but {holds}: unpack it, and "
        "deliver the tables as .xlsx or .csv."
    )


def _open_delimited(path: Path, member: str | None, packed: bool) -> BinaryIO:
    file = open_binary(path, member)
    # A GzipFile is a binary file in all but its type.
    return cast(BinaryIO, gzip.open(file)) if packed else file


def _unpack(path: Path, member: str | None, packed: bool, target: Path) -> None:
    try:
        with (
            open_binary(path, member) as binary,
            gzip.open(binary) if packed else nullcontext(binary) as source,
            target.open("wb") as file,
        ):
            for _ in range(MAX_UNPACKED_WORKBOOK // _CHUNK):
                chunk = source.read(_CHUNK)
                if not chunk:
                    return
                file.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile):
        raise BadFile("the compressed file is damaged or cut short: copy it again.") from None
    except OSError as error:
        raise BadFile(f"the file cannot be read: {error.strerror or error}.") from None
    raise BadFile(
        f"the workbook unpacks to over {MAX_UNPACKED_WORKBOOK / 2**30:.0f} GiB: split it, or save "
        "the table as CSV."
    )
