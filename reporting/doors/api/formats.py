"""Rows as JSON, CSV or an Excel workbook; the same figures in each.

What takes long to read is written to a file first, so that a slow reader holds no connection to the
warehouse.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import IO, Any

import msgspec
from xlsxwriter import Workbook

from reporting.doors.api.catalog import Column
from reporting.draw.excel.cells import TEXTS_STAY_TEXTS, cell_text, csv_text

MOST_ROWS = 1_000_000
"""Of a CSV file or workbook; a sheet of Excel's holds 1,048,576."""

_IN_MEMORY = 8 * 2**20
_CHUNK = 2**18

_JSON = msgspec.json.Encoder(decimal_format="number")

Row = Sequence[Any]


class Format(Enum):
    """How an answer is written."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """As HTTP names it."""
        return {
            Format.JSON: "application/json",
            Format.CSV: "text/csv; charset=utf-8",
            Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }[self]


def key_text(value: int | None) -> str | None:
    """Return a surrogate key as JSON and workbooks carry it: their numbers end at 2^53."""
    return None if value is None else str(value)


def to_json(content: Any) -> bytes:
    """Write JSON; an amount is written digit for digit, not by way of a binary fraction."""
    return _JSON.encode(content)


def to_csv(columns: Sequence[Column], rows: Iterable[Row]) -> IO[bytes]:
    """Write CSV as RFC 4180 has it, in UTF-8; texts that would be run as formulas are quoted."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    text = io.TextIOWrapper(file, "utf-8", errors="replace", newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow([csv_text(value) for value in row])
    text.flush()
    text.detach()
    file.seek(0)
    return file


def to_xlsx(columns: Sequence[Column], rows: Iterable[Row]) -> IO[bytes]:
    """Write a workbook of one sheet: headings, a filter, numbers and dates as such."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    book = Workbook(file, {**TEXTS_STAY_TEXTS, "constant_memory": True})
    sheet = book.add_worksheet("Rows")
    header = book.add_format({"bold": True, "bg_color": "#1F3A4D", "font_color": "#FFFFFF"})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    amount = book.add_format({"num_format": "#,##0.00##"})
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.name, header)
        sheet.set_column(place, place, max(11, min(len(column.name) + 3, 32)))
    number = 0
    for number, row in enumerate(rows, 1):
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            match key_text(value) if column.is_key else value:
                case None:
                    pass
                case bool() as truth:
                    sheet.write_boolean(number, place, truth)
                case datetime() as at:
                    sheet.write_datetime(number, place, at, moment)
                case date() as on:
                    sheet.write_datetime(number, place, on, day)
                case Decimal() as exact:
                    sheet.write_number(number, place, exact, amount)
                case int() as whole:
                    sheet.write_number(number, place, whole)
                case other:
                    sheet.write_string(number, place, cell_text(str(other)), text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, number, max(len(columns) - 1, 0))
    book.close()
    file.seek(0)
    return file


def in_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Read a file to its end, and close it."""
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
