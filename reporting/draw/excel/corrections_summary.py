"""The first sheet of a workbook to correct: what is wrong, and how to send the file again."""

from datetime import datetime

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reporting.ask.quality import OpenFile
from reporting.draw.excel.cells import cell_text, fit_height, set_up_print
from reporting.draw.excel.corrections_formats import FLAGGED, KEPT_OUT, Formats
from reporting.draw.excel.rows_sheet import COMMENT_LIMIT, Written
from warehouse.printing import printable

HOW_TO = (
    "Correct these rows in your own file, save it under the same name and put it back where it "
    "was: the new version replaces the old one, row for row. This workbook is only a list to "
    "work from; nobody reads it in again."
)
COLOURS = f"Point at a coloured cell to read more (the first {COMMENT_LIMIT:,} of each sheet)."

_WIDTHS = (44, 24, 9, 22, 60)
_NUMBERS = ("Rows", "Amount at stake")


def write_summary_sheet(
    sheet: Worksheet, file: OpenFile, sheets: list[Written], made_at: datetime, formats: Formats
) -> None:
    """Fill the first sheet."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    set_up_print(sheet)
    sheet.write_string(0, 0, "Rows to correct", formats.title)
    sheet.write_string(1, 0, cell_text(printable(file.source_file)), formats.text)
    sheet.write_string(2, 0, f"Made on {made_at:%Y-%m-%d at %H:%M}", formats.label)
    _write_across(sheet, 4, HOW_TO, formats.wrapped)
    row = _write_rules(sheet, 6, file, formats)
    row = _write_sheets(sheet, row + 1, sheets, formats)
    sheet.write_string(row + 1, 0, KEPT_OUT, formats.kept_out)
    sheet.write_string(row + 2, 0, FLAGGED, formats.flagged)
    _write_across(sheet, row + 3, COLOURS, formats.label)


def _write_rules(sheet: Worksheet, row: int, file: OpenFile, formats: Formats) -> int:
    headers = ("What is wrong", "These rows are", "Rows", "Amount at stake", "What to do")
    _write_header(sheet, row, headers, formats)
    for rule in file.rules:
        row += 1
        wrong = cell_text(f"{rule.description} ({rule.entity})")
        amounts, to_do = cell_text("\n".join(rule.amounts)), cell_text(rule.what_to_do)
        fit_height(sheet, row, (wrong, _WIDTHS[0]), (amounts, _WIDTHS[3]), (to_do, _WIDTHS[4]))
        sheet.write_string(row, 0, wrong, formats.wrapped)
        if rule.is_reject:
            sheet.write_string(row, 1, KEPT_OUT.lower(), formats.kept_out)
        else:
            sheet.write_string(row, 1, FLAGGED.lower(), formats.flagged)
        sheet.write_number(row, 2, rule.issue_count, formats.count)
        if rule.amounts:
            sheet.write_string(row, 3, amounts, formats.right)
        sheet.write_string(row, 4, to_do, formats.wrapped)
    return row + 1


def _write_sheets(sheet: Worksheet, row: int, sheets: list[Written], formats: Formats) -> int:
    _write_header(sheet, row, ("Sheet of this workbook", "Rows"), formats)
    for written in sheets:
        row += 1
        sheet.write_string(row, 0, written.name, formats.text)
        sheet.write_number(row, 1, written.row_count, formats.count)
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
