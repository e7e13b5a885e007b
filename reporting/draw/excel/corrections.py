"""The workbook that goes back to the sender of a file."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import Connection
from xlsxwriter import Workbook

from reporting.ask.corrections import read_parts, read_rows
from reporting.ask.quality import OpenFile
from reporting.draw.excel.cells import TEXTS_STAY_TEXTS, sheet_name
from reporting.draw.excel.corrections_formats import Formats
from reporting.draw.excel.corrections_summary import write_summary_sheet
from reporting.draw.excel.rows_sheet import write_rows_sheet

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
