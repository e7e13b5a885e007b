"""A sheet a report: headings that stay, a filter, widths that fit, fit to print."""

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from reporting.draw.excel.cells import cell_text, fit_height, letters, set_up_rows
from reporting.draw.excel.formats import Formats, width, write_cell
from reporting.tables import Column, Kind, Table, Value

CURRENCY = Column(
    "currency", "Currency", Kind.TEXT, "Amounts of different currencies are never added."
)

_HEADER_ROW = 2
_NARROWEST, _WIDEST = 8, 44
_HEADING_WIDTH = 16
_SENTENCE_WIDTH = 110
_COMMENT_LETTERS = 600


@dataclass(frozen=True)
class Sheet:
    """What a sheet shows.

    Attributes:
        names_row: how many columns, from the left, name a row; they stay while one scrolls.
        wide_column: name of the column with sentences, which need room, and lines.
    """

    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    names_row: int = 1
    wide_column: str = ""

    @classmethod
    def of(cls, tables: Sequence[tuple[str, Table]], *, names_currency: bool) -> "Sheet":
        """Put the tables of one report, one a currency, on one sheet.

        Args:
            tables: each with its currency.
            names_currency: whether each row says its currency.
        """
        (_, first), *others = tables
        if not names_currency:
            return cls(first.title, first.note, first.columns, first.rows)
        # A column that is empty in one currency may be there in another.
        columns = list(first.columns)
        for _, table in others:
            for place, column in enumerate(table.columns):
                if column.name not in {known.name for known in columns}:
                    columns.insert(place, column)
        rows = tuple(
            (currency, *_in_order(columns, table, row))
            for currency, table in tables
            for row in table.rows
        )
        # Only notes can differ: of how many rows are left out.
        notes = dict.fromkeys(table.note for _, table in tables)
        return cls(first.title, " ".join(notes), (CURRENCY, *columns), rows, names_row=2)


def write_table_sheet(sheet: Worksheet, content: Sheet, header: str, formats: Formats) -> None:
    """Fill a sheet.

    Args:
        sheet: an empty one.
        content: what it shows.
        header: of each printed page.
        formats: of the workbook.
    """
    sheet.write_string(0, 0, cell_text(content.title), formats.title)
    sheet.write_string(1, 0, cell_text(content.note), formats.label)
    for place, column in enumerate(content.columns):
        sheet.write_string(
            _HEADER_ROW, place, cell_text(column.heading), formats.header_of(column.kind)
        )
        if column.description:
            sheet.write_comment(
                _HEADER_ROW,
                place,
                cell_text(column.description[:_COMMENT_LETTERS]),
                {"x_scale": 2, "font_size": 9},
            )
    for number, row in enumerate(content.rows, _HEADER_ROW + 1):
        for place, (column, value) in enumerate(zip(content.columns, row, strict=True)):
            if column.name == content.wide_column:
                sheet.write_string(number, place, cell_text(str(value)), formats.wrapped)
                fit_height(sheet, number, (str(value), _SENTENCE_WIDTH))
            else:
                write_cell(sheet, number, place, value, column.kind, formats)
    _set_widths(sheet, content)
    last_row = _HEADER_ROW + len(content.rows)
    set_up_rows(sheet, _HEADER_ROW, last_row, len(content.columns) - 1, content.names_row)
    sheet.set_header(f"&L{header.replace('&', '&&')}")


def _in_order(columns: Sequence[Column], table: Table, row: tuple[Value, ...]) -> tuple[Value, ...]:
    values = dict(zip((column.name for column in table.columns), row, strict=True))
    return tuple(values.get(column.name) for column in columns)


def _set_widths(sheet: Worksheet, content: Sheet) -> None:
    tallest = 1
    for place, column in enumerate(content.columns):
        widest = max((width(row[place], column.kind) for row in content.rows), default=0)
        heading = letters(column.heading)
        fit = min(max(widest + 2, min(heading + 3, _HEADING_WIDTH), _NARROWEST), _WIDEST)
        if column.name == content.wide_column:
            fit = _SENTENCE_WIDTH
        tallest = max(tallest, -(-(heading + 3) // fit))
        sheet.set_column(place, place, fit)
    sheet.set_row(_HEADER_ROW, 6 + 15 * tallest)
