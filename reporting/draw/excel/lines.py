"""Writes traced lines into a CSV file or a workbook, safe to open in a spreadsheet."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy.engine import RowMapping
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from reporting.ask.lines import LINE_COLUMNS
from reporting.draw.excel.cells import TEXTS_STAY_TEXTS, csv_text, set_up_print
from reporting.draw.excel.formats import Formats, write_cell
from reporting.draw.files import make_folder, replaced
from reporting.tables import Kind

ROW_LIMIT = 1_000_000
"""Rows of a sheet; Excel takes 1,048,576. What does not fit goes on to another sheet."""

_WIDTHS = {Kind.TEXT: 24, Kind.DATE: 17}
_WIDTH = 12


def write_lines(rows: Iterable[RowMapping], path: Path) -> int:
    """Write lines into a file; its ending says of which kind.

    Args:
        rows: with the columns of `LINE_COLUMNS`.
        path: of the file, .csv or .xlsx.

    Returns:
        How many lines.

    Raises:
        ValueError: another ending.
        CannotWrite: the file or its folder.
    """
    write = _writer(path)
    make_folder(path.parent)
    with replaced(path) as unfinished:
        return write(rows, unfinished)


def check_ending(path: Path) -> None:
    """Make sure that lines can be written into a file of this ending.

    Raises:
        ValueError: they cannot.
    """
    _writer(path)


def _writer(path: Path) -> Callable[[Iterable[RowMapping], Path], int]:
    writers = {".csv": _write_csv, ".xlsx": _write_workbook}
    try:
        return writers[path.suffix.lower()]
    except KeyError:
        raise ValueError(
            f"--out takes a file that ends in .csv or .xlsx, not {path.name}."
        ) from None


def _write_csv(rows: Iterable[RowMapping], path: Path) -> int:
    count = 0
    # Excel takes a CSV for UTF-8 only if it begins with this mark.
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in LINE_COLUMNS])
        for row in rows:
            writer.writerow([csv_text(row[column.name]) for column in LINE_COLUMNS])
            count += 1
    return count


def _write_workbook(rows: Iterable[RowMapping], path: Path) -> int:
    book = Workbook(path, {**TEXTS_STAY_TEXTS, "constant_memory": True})
    formats = Formats.of(book)
    sheet, count = _add_sheet(book, formats), 0
    for count, row in enumerate(rows, 1):
        place = (count - 1) % ROW_LIMIT
        if place == 0 and count > 1:
            sheet = _add_sheet(book, formats)
        for number, column in enumerate(LINE_COLUMNS):
            write_cell(sheet, place + 1, number, row[column.name], column.kind, formats)
        if place == 0 or place + 1 == ROW_LIMIT:
            sheet.autofilter(0, 0, place + 1, len(LINE_COLUMNS) - 1)
    if count:
        sheet.autofilter(0, 0, (count - 1) % ROW_LIMIT + 1, len(LINE_COLUMNS) - 1)
    book.close()
    return count


def _add_sheet(book: Workbook, formats: Formats) -> Worksheet:
    number = len(book.worksheets()) + 1
    sheet = book.add_worksheet("Lines" if number == 1 else f"Lines ({number})")
    for place, column in enumerate(LINE_COLUMNS):
        sheet.set_column(place, place, _WIDTHS.get(column.kind, _WIDTH))
        sheet.write_string(0, place, column.heading, formats.header_of(column.kind))
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    set_up_print(sheet)
    sheet.repeat_rows(0)
    return sheet
