"""The formats of answers: JSON, CSV or an Excel workbook, with the same figures in each.

What takes long to read is written to a file first, so that a slow reader holds no connection to the
warehouse.
"""

import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import IO

from reporting.ask.catalog import Column
from reporting.draw.data import write_csv
from reporting.draw.excel.rows import write_rows
from reporting.tables import Column as Shown
from reporting.tables import Kind, Row

MOST_ROWS = 1_000_000
"""Of a CSV file or workbook; a sheet of Excel's holds 1,048,576."""

_IN_MEMORY = 8 * 2**20
_CHUNK = 2**18

_KINDS = (
    ("date", Kind.DATE),
    ("timestamp", Kind.DATE),
    ("decimal", Kind.PRICE),
    ("numeric", Kind.PRICE),
    ("integer", Kind.ORDINAL),
    ("bigint", Kind.ORDINAL),
)
"""By how the type of a column begins."""


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
    """Return a surrogate key as JSON and workbooks carry it: numbers end at 2^53, lines' do not."""
    return None if value is None else str(value)


def to_csv(columns: Sequence[Column], rows: Iterable[Row]) -> IO[bytes]:
    """Write CSV in UTF-8; texts that would be run as formulas are quoted."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    text = io.TextIOWrapper(file, "utf-8", errors="replace", newline="")
    write_csv(_shown(columns), rows, text)
    text.flush()
    text.detach()
    file.seek(0)
    return file


def to_xlsx(columns: Sequence[Column], rows: Iterable[Row]) -> IO[bytes]:
    """Write a workbook of one sheet: headings, a filter, numbers and dates as such."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    keys = [place for place, column in enumerate(columns) if column.is_key]

    def with_key_texts() -> Iterator[Row]:
        for row in rows:
            cells = list(row)
            for place in keys:
                cells[place] = key_text(cells[place])
            yield cells

    write_rows(_shown(columns), with_key_texts(), file, "Rows")
    file.seek(0)
    return file


def _shown(columns: Sequence[Column]) -> list[Shown]:
    """Return columns as they are drawn: under their names, by the kind of their type."""
    return [Shown(column.name, column.name, _kind(column.type.lower())) for column in columns]


def _kind(type_name: str) -> Kind:
    return next((kind for start, kind in _KINDS if type_name.startswith(start)), Kind.TEXT)


def in_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Read a file to its end, and close it."""
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
