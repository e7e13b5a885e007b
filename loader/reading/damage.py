"""What the readers of workbooks raise, in words for the person who made the file."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

import fastexcel
import python_calamine
from defusedxml.common import DefusedXmlException

from loader.reading.sheet import BadFile
from warehouse.settings import read_settings


@contextmanager
def in_plain_words(sheet: str | None = None) -> Iterator[None]:
    """Turn what the readers raise into a message for the person who made the file."""
    what = "the workbook" if sheet is None else f"sheet '{sheet}'"
    try:
        yield
    except BadFile:
        raise
    except OSError as error:
        raise BadFile(f"the file cannot be read: {error.strerror or error}.") from error
    except BaseException as error:
        # A panic of the Rust readers is no Exception, and has no name to import.
        if not isinstance(error, _DAMAGE) and type(error).__name__ != "PanicException":
            raise
        reason = str(error).partition("\nContext:")[0].removeprefix("calamine error: ").strip()
        if "password" in reason.lower() or "encrypted" in reason.lower():
            raise BadFile(PROTECTED) from error
        if "Cell limit exceeded" in reason:
            raise BadFile(too_far(what, "far from its table")) from error
        if found := re.search(r"Unsupported cell error value '(.+?)'", reason):
            raise BadFile(
                f"{what} has a formula that shows {found[1]}, which cannot be read: "
                "correct the formula, save the workbook and deliver it again."
            ) from error
        raise BadFile(
            f"{what} is damaged or incomplete ({reason}). Open it in Excel or LibreOffice, "
            "let it be repaired, save it as .xlsx and deliver it again."
        ) from error


_DAMAGE = (
    fastexcel.FastExcelError,
    python_calamine.CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    ParseError,
    DefusedXmlException,
    EOFError,
    NotImplementedError,  # a zip compression that Python lacks
)

PROTECTED = (
    "the workbook is protected by a password: open it in Excel, take the password off "
    "(File > Info > Protect Workbook), save it and deliver it again."
)


def too_far(what: str, cell: str) -> str:
    """Say that the used area is too large, as a cell lies far off."""
    return (
        f"{what} has a cell {cell}, so that its used area is too large to read "
        f"(over {max_cells():,} cells). Delete the stray cells outside of the table (select the "
        "rows below it and the columns beside it, Delete), save and deliver it again."
    )


def max_cells() -> int:
    """Return how many cells a sheet may have.

    Calamine allocates the whole used area, and the process aborts when memory falls short.
    """
    return read_settings().max_cells
