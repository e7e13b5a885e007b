"""Rows of any number as a workbook, written one by one."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from reporting.draw.excel.cells import TEXTS_STAY_TEXTS, cell_text, letters, set_up_rows
from reporting.draw.excel.formats import Formats, write_cell
from reporting.tables import Column, Kind, Row

ROW_LIMIT = 1_000_000
"""Rows of a sheet; Excel takes 1,048,576. What does not fit goes on to another sheet."""

_WIDTHS = {Kind.TEXT: 24, Kind.DATE: 17}
_NARROWEST, _WIDEST = 12, 32


def write_rows(
    columns: Sequence[Column], rows: Iterable[Row], file: Path | IO[bytes], name: str
) -> int:
    """Write a workbook.

    Args:
        columns: of the rows.
        rows: read while they are written.
        file: the workbook, or where it is to be.
        name: of its sheet, or sheets.

    Returns:
        How many rows.
    """
    book = Workbook(file, {**TEXTS_STAY_TEXTS, "constant_memory": True})
    formats = Formats.of(book)
    count = 0
    for number, part in enumerate(_parts(rows), 1):
        sheet = book.add_worksheet(name if number == 1 else f"{name} ({number})")
        count += _fill(sheet, columns, part, formats)
    book.close()
    return count


def _fill(
    sheet: Worksheet, columns: Sequence[Column], rows: Iterable[Row], formats: Formats
) -> int:
    for place, column in enumerate(columns):
        heading = cell_text(column.heading)
        fit = max(_WIDTHS.get(column.kind, _NARROWEST), min(letters(heading) + 3, _WIDEST))
        sheet.set_column(place, place, fit)
        sheet.write_string(0, place, heading, formats.header_of(column.kind))
    last = 0
    for last, row in enumerate(rows, 1):
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            write_cell(sheet, last, place, value, column.kind, formats)
    set_up_rows(sheet, 0, last, len(columns) - 1)
    return last


def _parts(rows: Iterable[Row]) -> Iterator[Iterable[Row]]:
    """Cut rows into those of a sheet each; there is always one."""
    remaining = iter(rows)
    yield islice(remaining, ROW_LIMIT)
    for row in remaining:
        yield chain([row], islice(remaining, ROW_LIMIT - 1))
