"""Names and texts from files, made fit for file names, sheet names and cells."""

import re
from collections.abc import Container

from warehouse.printing import printable

CELL_LIMIT = 32_767
"""Excel's, in UTF-16 units."""
SHEET_LIMIT = 31
ENDING = " - to correct.xlsx"
FILE_LIMIT = 180
"""In bytes; file systems take 255, and more is to come behind the name."""

# What XML cannot hold, and lone surrogates, which UTF-8 cannot.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_FILE = re.compile(r'[<>:"|?*\\/]')
_NO_SHEET = re.compile(r"[\[\]:*?/\\]")
_SUFFIX = re.compile(r"\.(xlsx|xlsm|xlsb|xls|ods|csv|tsv)(\.gz)?$", re.IGNORECASE)
_DEVICES = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9])(\.|\s|$)", re.IGNORECASE)


def cell_text(text: str) -> str:
    """Return a text that a cell can hold: without control characters, and cut where Excel would."""
    return _cut(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", text), CELL_LIMIT)


def workbook_name(source_file: str, taken: Container[str]) -> str:
    """Name the workbook that goes back to the sender of a file.

    Args:
        source_file: path of the file below the inbox; nothing of it leads to another folder.
        taken: names that are in use, in lower case.
    """
    parts = _SUFFIX.sub("", source_file.replace("\\", "/")).split("/")
    # A name begins with no dot (hidden) or hyphen (an option), and ends with no dot (Windows).
    cleaned = [_NO_FILE.sub("_", printable(part)).strip(" .-") for part in parts]
    joined = " - ".join(part for part in cleaned if part).encode()[:FILE_LIMIT]
    stem = joined.decode(errors="ignore").strip(" .-") or "file"
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    return _unique(stem, taken, FILE_LIMIT, ENDING)


def sheet_name(sheet: str | None, taken: Container[str]) -> str:
    """Name a sheet as the sender's, as far as Excel allows.

    Args:
        sheet: the sender's name; None for CSV, which has none.
        taken: names that are in use, in lower case.
    """
    cleaned = _NO_SHEET.sub("_", printable(sheet or "")).strip(" '")
    # Excel keeps this name for itself.
    if cleaned.lower() == "history":
        cleaned += "_"
    return _unique(_cut(cleaned or "Rows", SHEET_LIMIT).rstrip(" '"), taken, SHEET_LIMIT)


def heading(text: str, taken: Container[str]) -> str:
    """Return a heading that no other column has.

    Args:
        text: the sender's heading.
        taken: headings that are in use, in lower case.
    """
    return _unique(cell_text(text), taken, CELL_LIMIT)


def _unique(name: str, taken: Container[str], limit: int, suffix: str = "") -> str:
    candidate, number = name + suffix, 1
    while candidate.lower() in taken:
        number += 1
        mark = f" ({number})"
        candidate = _cut(name, limit - len(mark)) + mark + suffix
    return candidate


def _cut(text: str, limit: int) -> str:
    encoded = text.encode("utf-16-le")
    if len(encoded) <= 2 * limit:
        return text
    return encoded[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"
