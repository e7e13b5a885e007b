"""The workbook that goes back to the sender of a file."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import Connection
from xlsxwriter import Workbook

from reporting.cells import TEXTS_STAY_TEXTS, sheet_name
from reporting.quality.figures import OpenFile
from reporting.quality.formats import Formats
from reporting.quality.rows import read_parts, read_rows
from reporting.quality.rows_sheet import write_rows_sheet
from reporting.quality.summary_sheet import write_summary_sheet

# Each row goes to disk when the next one comes.
_OPTIONS = {**TEXTS_STAY_TEXTS, "constant_memory": True}


def write_workbook(connection: Connection, file: OpenFile, path: Path, made_at: datetime) -> None:
    """Write the rows of a file that should be corrected.

    Args:
        connection: to the warehouse.
        file: what is wrong in it.
        path: of the workbook.
        made_at: the time that the workbook shows.
    """
    book = Workbook(path, _OPTIONS)
    formats = Formats.of(book)
    summary = book.add_worksheet("Summary")
    taken = {"summary"}
    sheets = []
    for version_id in file.version_ids:
        for part in read_parts(connection, version_id):
            name = sheet_name(part.sheet, taken)
            taken.add(name.lower())
            with closing(read_rows(connection, part)) as rows:
                sheets.append(write_rows_sheet(book.add_worksheet(name), part, rows, formats))
    write_summary_sheet(summary, file, sheets, made_at, formats)
    book.set_properties({"title": "Rows to correct", "created": made_at.astimezone(UTC)})
    book.close()
