"""Opens any file that may hold a table."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

from loader.reading import workbook
from loader.reading.delimited import DelimitedSheet
from loader.reading.sheet import BadFile, Sheet

_DELIMITED = frozenset({".csv", ".tsv"})
_PLAIN = workbook.SUFFIXES | _DELIMITED

SUFFIXES = _PLAIN | {f"{suffix}.gz" for suffix in _PLAIN}
"""What the names of table files end in, in lower case."""

MAX_UNPACKED_WORKBOOK = 2**30
_CHUNK = 2**20


def is_table_file(path: Path) -> bool:
    """Tell whether a file may hold a table, by its name; Excel's lock files do not."""
    return _suffix(path) in SUFFIXES and not path.name.startswith((".", "~$"))


@contextmanager
def open_sheets(path: Path, *, encoding: str | None = None) -> Iterator[list[Sheet]]:
    """Open a workbook or a delimited file, by its suffix; either may be compressed by gzip.

    Args:
        path: the file.
        encoding: that of delimited text, as the layout declares it; None to detect it.

    Yields:
        The sheets, in the order of the workbook; they can be read until the context is left.

    Raises:
        BadFile: the file cannot be loaded; also while its sheets are read.
    """
    suffix = _suffix(path)
    if suffix not in SUFFIXES:
        raise BadFile(
            f"files that end in '{path.suffix}' are not read; those in "
            f"{', '.join(sorted(_PLAIN))} are, and each of them with .gz behind."
        )
    if path.is_dir():
        raise BadFile("it is a folder, not a file.")
    packed = suffix.endswith(".gz")
    kind = suffix.removesuffix(".gz")
    if kind in _DELIMITED:
        opener = partial(_open_delimited, path, packed)
        yield [DelimitedSheet(opener, encoding, tabs=kind == ".tsv")]
    elif packed:
        with TemporaryDirectory() as folder:
            unpacked = Path(folder, f"workbook{kind}")
            _unpack(path, unpacked)
            yield [*workbook.open_workbook(unpacked)]
    else:
        yield [*workbook.open_workbook(path)]


def _suffix(path: Path) -> str:
    name = path.name.lower()
    packed = ".gz" if name.endswith(".gz") else ""
    return Path(name.removesuffix(".gz")).suffix + packed


def _open_delimited(path: Path, packed: bool) -> BinaryIO:
    # A GzipFile is a binary file in all but its type.
    return cast(BinaryIO, gzip.open(path)) if packed else path.open("rb")


def _unpack(path: Path, target: Path) -> None:
    try:
        with gzip.open(path) as source, target.open("wb") as file:
            for _ in range(MAX_UNPACKED_WORKBOOK // _CHUNK):
                chunk = source.read(_CHUNK)
                if not chunk:
                    return
                file.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BadFile("the compressed file is damaged or cut short: copy it again.") from None
    except OSError as error:
        raise BadFile(f"the file cannot be read: {error.strerror or error}.") from None
    raise BadFile(
        f"the workbook unpacks to over {MAX_UNPACKED_WORKBOOK / 2**30:.0f} GiB: split it, or save "
        "the table as CSV."
    )
