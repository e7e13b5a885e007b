"""The workbook that goes back to the sender of a file."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import Connection
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reporting.ask.corrections import read_parts, read_rows
from reporting.ask.quality import OpenFile
from reporting.draw.excel.cells import (
    TEXTS_STAY_TEXTS,
    cell_text,
    fit_height,
    set_up_print,
    sheet_name,
)
from reporting.draw.excel.formats import Formats
from reporting.draw.excel.rows_sheet import (
    COMMENT_LIMIT,
    FLAGGED,
    KEPT_OUT,
    Written,
    write_rows_sheet,
)
from reporting.tables import Kind
from reporting.words import write_amounts
from warehouse.printing import printable

HOW_TO = (
    "Correct these rows in your own file, save it under the same name and put it back where it "
    "was: the new version replaces the old one, row for row. This workbook is only a list to "
    "work from; nobody reads it in again."
)
NOT_LISTED = "; it is so all over the file, and its rows are not listed"
COLOURS = f"Point at a coloured cell to read more (the first {COMMENT_LIMIT:,} of each sheet)."

_WIDTHS = (44, 24, 9, 22, 60)
_NUMBERS = ("Rows", "Amount at stake")

# Each row goes to disk when the next one comes.
_OPTIONS = {**TEXTS_STAY_TEXTS, "constant_memory": True}


def write_workbook(
    connection: Connection, file: OpenFile, path: Path, made_at: datetime, locale: str
) -> None:
    """Write the rows of a file that should be corrected.

    Args:
        connection: to the warehouse.
        file: what is wrong in it.
        path: of the workbook.
        made_at: the time that the workbook shows.
        locale: how amounts are written that are texts.
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
    _write_summary_sheet(summary, file, sheets, made_at, formats, locale)
    book.set_properties({"title": "Rows to correct", "created": made_at.astimezone(UTC)})
    book.close()


def _write_summary_sheet(
    sheet: Worksheet,
    file: OpenFile,
    sheets: list[Written],
    made_at: datetime,
    formats: Formats,
    locale: str,
) -> None:
    """Fill the first sheet."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    set_up_print(sheet)
    sheet.write_string(0, 0, "Rows to correct", formats.title)
    sheet.write_string(1, 0, cell_text(printable(file.source_file)), formats.kinds[Kind.TEXT])
    sheet.write_string(2, 0, f"Made on {made_at:%Y-%m-%d at %H:%M}", formats.label)
    _write_across(sheet, 4, HOW_TO, formats.wrapped)
    row = _write_rules(sheet, 6, file, formats, locale)
    if sheets:
        row = _write_sheets(sheet, row + 1, sheets, formats)
    sheet.write_string(row + 1, 0, KEPT_OUT, formats.marks[True, False])
    sheet.write_string(row + 2, 0, FLAGGED, formats.marks[False, False])
    _write_across(sheet, row + 3, COLOURS, formats.label)


def _write_rules(sheet: Worksheet, row: int, file: OpenFile, formats: Formats, locale: str) -> int:
    headers = ("What is wrong", "These rows are", "Rows", "Amount at stake", "What to do")
    _write_header(sheet, row, headers, formats)
    for rule in file.rules:
        row += 1
        more = NOT_LISTED if rule.is_widespread else ""
        wrong = cell_text(f"{rule.description} ({rule.entity}){more}")
        amounts, to_do = (
            cell_text("\n".join(write_amounts(rule.amounts, locale))),
            cell_text(rule.what_to_do),
        )
        fit_height(sheet, row, (wrong, _WIDTHS[0]), (amounts, _WIDTHS[3]), (to_do, _WIDTHS[4]))
        sheet.write_string(row, 0, wrong, formats.wrapped)
        if rule.is_reject:
            sheet.write_string(row, 1, KEPT_OUT.lower(), formats.marks[True, False])
        else:
            sheet.write_string(row, 1, FLAGGED.lower(), formats.marks[False, False])
        sheet.write_number(row, 2, rule.issue_count, formats.kinds[Kind.COUNT])
        if rule.amounts:
            sheet.write_string(row, 3, amounts, formats.wrapped_right)
        sheet.write_string(row, 4, to_do, formats.wrapped)
    return row + 1


def _write_sheets(sheet: Worksheet, row: int, sheets: list[Written], formats: Formats) -> int:
    _write_header(sheet, row, ("Sheet of this workbook", "Rows"), formats)
    for written in sheets:
        row += 1
        sheet.write_string(row, 0, written.name, formats.kinds[Kind.TEXT])
        sheet.write_number(row, 1, written.row_count, formats.kinds[Kind.COUNT])
        if written.more_count:
            more = f"and {written.more_count:,} more, not listed"
            sheet.write_string(row, 2, more, formats.label)
    return row + 1


def _write_header(sheet: Worksheet, row: int, headers: tuple[str, ...], formats: Formats) -> None:
    for column, header in enumerate(headers):
        is_number = header in _NUMBERS
        sheet.write_string(
            row, column, header, formats.header_right if is_number else formats.header
        )


def _write_across(sheet: Worksheet, row: int, text: str, cell_format: Format) -> None:
    fit_height(sheet, row, (text, sum(_WIDTHS)))
    sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, "", cell_format)
    sheet.write_string(row, 0, text, cell_format)
