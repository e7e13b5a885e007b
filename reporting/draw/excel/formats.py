"""How the cells of a workbook look, and how values are written into them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reporting.draw.excel.cells import cell_text, letters
from reporting.tables import Kind, Value
from reporting.words import write_value

INK = "#1F3A4D"
GREY = "#5A6B78"
GOOD = "#2E7D5B"
BAD = "#B3392C"
FORECAST = "#8FA9BA"

EXACT = 2**53
"""Whole numbers above it are not exact in a cell."""

_TOP = {"valign": "top"}
# A text that begins with = would turn into a formula when somebody edits it; not in a text cell.
_TEXT = {**_TOP, "num_format": "@"}
_HEADER = {
    "bold": True,
    "bg_color": INK,
    "font_color": "#FFFFFF",
    "text_wrap": True,
    "valign": "vcenter",
}
_DECIMALS = "#,##0.00##"
_NUMBER_FORMATS = {
    Kind.TEXT: "@",
    Kind.AMOUNT: "#,##0.00",
    Kind.PRICE: _DECIMALS,
    Kind.COUNT: "#,##0",
    Kind.ORDINAL: "0",
    Kind.NUMBER: "#,##0",
    Kind.SHARE: "0.0%",
    Kind.CHANGE: "+0.0%;-0.0%;0.0%",
    Kind.INDEX: "0.0",
    Kind.DATE: "yyyy-mm-dd",
    Kind.YES: "@",
}
_STATUSES = {"ok": "#D5EBDD", "warn": "#FFE9A8", "fail": "#F8C9C4"}
_KEPT_OUT = {"bg_color": _STATUSES["fail"], "font_color": "#7A1208"}
_FLAGGED = {"bg_color": _STATUSES["warn"], "font_color": "#5C4400"}
# A figure keeps its distance from the text that may stand in the next column.
_ALIGNED: dict[bool, dict[str, Any]] = {
    False: {**_TOP, "align": "left"},
    True: {**_TOP, "align": "right", "indent": 1},
}
"""By whether they are figures."""


@dataclass(frozen=True)
class Formats:
    """The formats of one workbook.

    Attributes:
        wrapped_right: of texts that are figures.
        kinds: of values.
        decimals: of numbers that are not whole.
        moment: of days with a time.
        statuses: of "ok", "warn" and "fail".
        marks: of what is wrong, by whether it is kept out of the figures, and is a number.
    """

    title: Format
    heading: Format
    label: Format
    wrapped: Format
    wrapped_right: Format
    header: Format
    header_right: Format
    kinds: Mapping[Kind, Format]
    decimals: Format
    moment: Format
    statuses: Mapping[str, Format]
    marks: Mapping[tuple[bool, bool], Format]

    @classmethod
    def of(cls, book: Workbook) -> "Formats":
        """Add the formats to a workbook."""
        return cls(
            title=book.add_format({"bold": True, "font_size": 16, "font_color": INK}),
            heading=book.add_format({"bold": True, "font_size": 12, "font_color": INK}),
            label=book.add_format({**_TOP, "font_color": GREY}),
            wrapped=book.add_format({**_TEXT, "text_wrap": True}),
            wrapped_right=book.add_format({**_ALIGNED[True], "num_format": "@", "text_wrap": True}),
            header=book.add_format(_HEADER),
            header_right=book.add_format({**_HEADER, "align": "right", "indent": 1}),
            kinds={
                kind: book.add_format({**_ALIGNED[kind.is_figure], "num_format": number_format})
                for kind, number_format in _NUMBER_FORMATS.items()
            },
            decimals=book.add_format({**_ALIGNED[True], "num_format": _DECIMALS}),
            moment=book.add_format({**_ALIGNED[False], "num_format": "yyyy-mm-dd hh:mm"}),
            statuses={
                status: book.add_format({**_TEXT, "bold": True, "bg_color": colour})
                for status, colour in _STATUSES.items()
            },
            marks={
                (is_kept_out, is_number): book.add_format(
                    {
                        **_ALIGNED[is_number],
                        "num_format": "0" if is_number else "@",
                        **(_KEPT_OUT if is_kept_out else _FLAGGED),
                    }
                )
                for is_kept_out in (True, False)
                for is_number in (True, False)
            },
        )

    def header_of(self, kind: Kind) -> Format:
        """Return the format of a heading above values of a kind."""
        return self.header_right if kind.is_figure else self.header


def write_cell(
    sheet: Worksheet, row: int, column: int, value: Value, kind: Kind, formats: Formats
) -> None:
    """Write a value; what is unknown leaves its cell empty."""
    cell_format: Format = formats.kinds[kind]
    if value is None:
        return
    if isinstance(value, bool):
        if kind is Kind.YES:
            sheet.write_string(row, column, "yes" if value else "no", cell_format)
        else:
            sheet.write_boolean(row, column, value)
    elif isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        sheet.write_datetime(row, column, moment, formats.moment)
    elif isinstance(value, date):
        if value.year < 1900:  # before Excel's first day
            sheet.write_string(row, column, value.isoformat(), cell_format)
        else:
            sheet.write_datetime(row, column, value, cell_format)
    elif (
        isinstance(value, str)
        or kind is Kind.TEXT
        or (isinstance(value, int) and abs(value) > EXACT)
    ):
        sheet.write_string(row, column, cell_text(str(value)), formats.kinds[Kind.TEXT])
    else:
        if kind is Kind.NUMBER and value != int(value):
            cell_format = formats.decimals
        sheet.write_number(row, column, number(value, kind), cell_format)


def number(value: int | Decimal, kind: Kind) -> float:
    """Return a number as a cell holds it: percent as a share, for its format."""
    return float(value / 100 if kind is Kind.CHANGE else value)


def width(value: Value, kind: Kind) -> int:
    """Return how many letters wide a value is shown."""
    if value is None:
        return 0
    if isinstance(value, datetime):
        return 16
    if isinstance(value, date):
        return 10
    return letters(value if isinstance(value, str) else write_value(value, kind))
