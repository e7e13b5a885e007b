"""A sheet of delivered rows, with what is wrong in them coloured and explained."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from reporting.ask.corrections import DeliveredRow, Issue, Part
from reporting.draw.excel.cells import cell_text, fit_height, heading, set_up_rows
from reporting.draw.excel.formats import Formats
from reporting.tables import Kind

KEPT_OUT = "Kept out of the figures"
FLAGGED = "Counted, but flagged"

ROW_LIMIT = 100_000
COMMENT_LIMIT = 2_000
"""Comments by the ten thousand make Excel slow; the last column says the same."""

ROW = "Row"
WHAT_IS_WRONG = "What is wrong"

_NARROWEST, _WIDEST = 8, 42
_EXPLANATION_WIDTH = 60
_COMMENT_LETTERS = 1_000


@dataclass(frozen=True)
class Written:
    """A sheet that was written: its name, its rows, and how many more there are."""

    name: str
    row_count: int
    more_count: int


def write_rows_sheet(
    sheet: Worksheet, part: Part, rows: Iterable[DeliveredRow], formats: Formats
) -> Written:
    """Fill a sheet with the rows of a part; the rows are read one by one, and only as needed."""
    last_column = len(part.columns) + 1
    widths = _write_header(sheet, part, formats)
    comments = 0
    row = 0
    for row, delivered in enumerate(rows, 1):
        marked = _marked(part, delivered)
        _write_row(sheet, row, part, delivered, marked, formats)
        for column, issues in marked.items():
            if comments < COMMENT_LIMIT:
                _write_comment(sheet, row, column, issues)
                comments += 1
        for column, item in enumerate(part.columns, 1):
            widths[column] = max(widths[column], len(delivered.cells.get(item.number) or ""))
        if row == ROW_LIMIT:
            break
    more = max(part.row_count - row, 0)
    if more:
        sheet.write_string(row + 2, 0, f"{more:,} more rows are not listed here.", formats.label)
    for column, width in widths.items():
        sheet.set_column(column, column, min(max(width + 2, _NARROWEST), _WIDEST))
    sheet.set_column(last_column, last_column, _EXPLANATION_WIDTH)
    set_up_rows(sheet, 0, row, last_column, names=1)
    return Written(sheet.get_name(), row, more)


def _write_header(sheet: Worksheet, part: Part, formats: Formats) -> dict[int, int]:
    taken = {ROW.lower(), WHAT_IS_WRONG.lower()}
    sheet.write_string(0, 0, ROW, formats.header_right)
    widths = {0: len(ROW)}
    for column, item in enumerate(part.columns, 1):
        text = heading(item.header, taken)
        taken.add(text.lower())
        sheet.write_string(0, column, text, formats.header)
        widths[column] = len(text) + 2  # for the filter's arrow
    sheet.write_string(0, len(part.columns) + 1, WHAT_IS_WRONG, formats.header)
    return widths


def _marked(part: Part, delivered: DeliveredRow) -> dict[int, list[Issue]]:
    """Say which columns of the sheet to colour; what is in none of the sender's is in `Row`."""
    marked: defaultdict[int, list[Issue]] = defaultdict(list)
    for issue in delivered.issues:
        columns = [
            column
            for column, item in enumerate(part.columns, 1)
            if item.name == issue.column_name and item.number in delivered.cells
        ]
        for column in columns or [0]:
            marked[column].append(issue)
    return marked


def _write_row(
    sheet: Worksheet,
    row: int,
    part: Part,
    delivered: DeliveredRow,
    marked: dict[int, list[Issue]],
    formats: Formats,
) -> None:
    colours = {
        column: formats.marks[any(issue.is_reject for issue in issues), column == 0]
        for column, issues in marked.items()
    }
    text_format, number_format = formats.kinds[Kind.TEXT], formats.kinds[Kind.ORDINAL]
    sheet.write_number(row, 0, delivered.number, colours.get(0, number_format))
    for column, item in enumerate(part.columns, 1):
        text = delivered.cells.get(item.number)
        if text:
            sheet.write_string(row, column, cell_text(text), colours.get(column, text_format))
        elif column in colours:
            sheet.write_blank(row, column, None, colours[column])
    # A rule may have found the same thing twice.
    wrong = cell_text("; ".join(dict.fromkeys(issue.description for issue in delivered.issues)))
    fit_height(sheet, row, (wrong, _EXPLANATION_WIDTH))
    sheet.write_string(row, len(part.columns) + 1, wrong, formats.wrapped)


def _write_comment(sheet: Worksheet, row: int, column: int, issues: list[Issue]) -> None:
    said = [
        f"{KEPT_OUT if issue.is_reject else FLAGGED}: {issue.description}.\n{issue.what_to_do}"
        for issue in issues
    ]
    text = cell_text("\n\n".join(said)[:_COMMENT_LETTERS])
    lines = sum(len(line) // 40 + 1 for line in text.splitlines())
    sheet.write_comment(
        row, column, text, {"x_scale": 2, "height": 20 + 15 * lines, "font_size": 9}
    )
