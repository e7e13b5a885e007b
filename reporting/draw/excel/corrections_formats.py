"""How the cells of a workbook to correct look."""

from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.format import Format

KEPT_OUT = "Kept out of the figures"
FLAGGED = "Counted, but flagged"

_TOP = {"valign": "top"}
# A text that begins with = would turn into a formula when somebody edits it; not in a text cell.
_TEXT = {**_TOP, "num_format": "@"}
_RIGHT = {**_TOP, "align": "right", "indent": 1}
_HEADER = {
    "bold": True,
    "bg_color": "#1F3A4D",
    "font_color": "#FFFFFF",
    "text_wrap": True,
    "valign": "vcenter",
}
_KEPT_OUT = {"bg_color": "#F8C9C4", "font_color": "#7A1208"}
_FLAGGED = {"bg_color": "#FFE9A8", "font_color": "#5C4400"}


@dataclass(frozen=True)
class Formats:
    """The formats of one workbook."""

    title: Format
    label: Format
    header: Format
    header_right: Format
    text: Format
    wrapped: Format
    right: Format
    count: Format
    row_number: Format
    kept_out: Format
    flagged: Format
    kept_out_number: Format
    flagged_number: Format

    @classmethod
    def of(cls, book: Workbook) -> "Formats":
        """Add the formats to a workbook."""
        return cls(
            title=book.add_format({"bold": True, "font_size": 16, "font_color": "#1F3A4D"}),
            label=book.add_format({**_TOP, "font_color": "#5A6B78"}),
            header=book.add_format(_HEADER),
            header_right=book.add_format({**_HEADER, "align": "right", "indent": 1}),
            text=book.add_format(_TEXT),
            wrapped=book.add_format({**_TEXT, "text_wrap": True}),
            right=book.add_format({**_TEXT, "text_wrap": True, "align": "right", "indent": 1}),
            count=book.add_format({**_RIGHT, "num_format": "#,##0"}),
            row_number=book.add_format(_RIGHT),
            kept_out=book.add_format({**_TEXT, **_KEPT_OUT}),
            flagged=book.add_format({**_TEXT, **_FLAGGED}),
            kept_out_number=book.add_format({**_RIGHT, **_KEPT_OUT}),
            flagged_number=book.add_format({**_RIGHT, **_FLAGGED}),
        )
