"""Texts of others, made fit for the cells and sheets of a workbook."""

import re
import textwrap
import unicodedata
from collections.abc import Container

from xlsxwriter.worksheet import Worksheet

from warehouse.printing import printable

CELL_LIMIT = 32_767
"""Excel's, in UTF-16 units."""
SHEET_LIMIT = 31

TEXTS_STAY_TEXTS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Options of XlsxWriter: nothing that somebody wrote into a file is run or followed."""

# What XML cannot hold, and lone surrogates, which UTF-8 cannot.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_SHEET = re.compile(r"[\[\]:*?/\\]")
_A4 = 9
_LINE, _TALLEST = 15, 409
"""Points of a row with one line, and the most that Excel takes."""


def cell_text(text: str) -> str:
    """Return a text that a cell can hold: without control characters, and cut where Excel would."""
    return _cut(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", text), CELL_LIMIT)


def sheet_name(sheet: str | None, taken: Container[str]) -> str:
    """Name a sheet as the sender's, as far as Excel allows.

    Args:
        sheet: the sender's name; None for CSV, which has none.
        taken: names that are in use, in lower case.
    """
    cleaned = _NO_SHEET.sub("_", printable(sheet or "")).strip(" '")
    # Excel keeps this name for itself.
    if cleaned.lower() == "history":
        cleaned += "_"
    return unique(_cut(cleaned or "Rows", SHEET_LIMIT).rstrip(" '"), taken, SHEET_LIMIT)


def heading(text: str, taken: Container[str]) -> str:
    """Return a heading that no other column has.

    Args:
        text: the sender's heading.
        taken: headings that are in use, in lower case.
    """
    return unique(cell_text(text), taken, CELL_LIMIT)


def letters(text: str) -> int:
    """Return how many letters wide a text is; letters of East Asia and emoji are two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def fit_height(sheet: Worksheet, row: int, *texts: tuple[str, int]) -> None:
    """Make a row as high as its wrapped texts need: programs do not see to it when they open it.

    Args:
        sheet: where the row is.
        row: which it is, from 0.
        texts: each with the width of its column, or of the columns that it runs across.
    """
    lines = max(_lines(text, width) for text, width in texts)
    if lines > 1:
        sheet.set_row(row, min(_LINE * lines, _TALLEST))


def set_up_rows(
    sheet: Worksheet, header_row: int, last_row: int, last_column: int, names: int = 0
) -> None:
    """Let people work with a sheet of rows: a header that stays, a filter, fit to print.

    Args:
        sheet: the sheet.
        header_row: where the headings are.
        last_row: the last one with values.
        last_column: the last one with a heading.
        names: how many columns, from the left, name a row, and stay while one scrolls.
    """
    sheet.autofilter(header_row, 0, last_row, max(last_column, 0))
    sheet.freeze_panes(header_row + 1, names)
    # An id is a text, whatever it looks like.
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    set_up_print(sheet)
    sheet.repeat_rows(0, header_row)


def set_up_print(sheet: Worksheet) -> None:
    """Print a sheet across one page."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    # Codes of Excel: the sheet's name, the page; no text of others, whose & would be a code too.
    sheet.set_footer("&L&A&RPage &P of &N")


def unique(name: str, taken: Container[str], limit: int, suffix: str = "") -> str:
    """Return a name that is not in use, numbered if need be.

    Args:
        name: what it should be.
        taken: names that are in use, in lower case.
        limit: its length without the suffix, in UTF-16 units.
        suffix: what follows it.
    """
    candidate, number = name + suffix, 1
    while candidate.lower() in taken:
        number += 1
        mark = f" ({number})"
        candidate = _cut(name, limit - len(mark)) + mark + suffix
    return candidate


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes at most, in a font as wide as any that is common."""
    # A wide letter is counted as the two that it takes the room of.
    measured = "".join(letter * letters(letter) for letter in text)
    # A column is as wide as so many digits; letters are narrower on average.
    room = round(1.1 * width)
    return sum(max(len(textwrap.wrap(line, room)), 1) for line in measured.split("\n"))


def _cut(text: str, limit: int) -> str:
    encoded = text.encode("utf-16-le")
    if len(encoded) <= 2 * limit:
        return text
    return encoded[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"
