"""Names of delivered files, made fit for the names of the workbooks that go back."""

import re
from collections.abc import Container

from reporting.draw.excel.cells import unique
from warehouse.printing import printable

ENDING = " - to correct.xlsx"
FILE_LIMIT = 180
"""In bytes; file systems take 255, and more is to come behind the name."""

_NO_FILE = re.compile(r'[<>:"|?*\\/]')
_SUFFIX = re.compile(r"\.(xlsx|xlsm|xlsb|xls|ods|csv|tsv)(\.gz)?$", re.IGNORECASE)
_DEVICES = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9])(\.|\s|$)", re.IGNORECASE)


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
    return unique(stem, taken, FILE_LIMIT, ENDING)
