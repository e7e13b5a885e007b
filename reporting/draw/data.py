"""Rows for programs: CSV and JSON."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TextIO

import msgspec

from reporting.tables import Column, Row, Value

_JSON = msgspec.json.Encoder(decimal_format="number")

# Where a spreadsheet program that opens a CSV file may begin a cell with a formula. In much of the
# world it takes semicolons for what separates cells, and then rows end within quotes, too.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[ ]*[=+\-@＝＋－＠])")  # noqa: RUF001


def csv_text(value: Value) -> str:
    """Return a value for a CSV file: unknown ones empty, all digits, no text that would be run."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case str():
            return _FORMULA.sub(r"\1'", value)
    return str(value)


def write_csv(columns: Sequence[Column], rows: Iterable[Row], file: TextIO) -> int:
    """Write CSV as RFC 4180 has it, under the columns' names; return how many rows."""
    writer = csv.writer(file)
    writer.writerow([column.name for column in columns])
    count = 0
    for row in rows:
        writer.writerow([csv_text(value) for value in row])
        count += 1
    return count


def to_json(content: Any) -> bytes:
    """Write JSON; an amount is written digit for digit, not by way of a binary fraction."""
    return _JSON.encode(content)
