"""What became of one part of a file: a sheet, read by one layout document."""

from collections import Counter
from dataclasses import dataclass, field

from loader.layouts import Layout
from loader.questions import Question


@dataclass
class Part:
    """What one layout document made of one sheet: a row of `raw.file_parts`.

    Attributes:
        columns_delivered: the columns of the contract that it has, in the order of the sheet.
        headers: for each column that stands in the sheet, the headers it is read from, as delivered
            ("" for a blank one); stacked rows put together, as a layout names them.
        rows_read: rows below the header, blank ones included.
        rows_loaded: rows copied into the raw table.
        rows_skipped: number of rows left out, by reason.
        control_totals: the totals rows of the sheet, as delivered.
        date_order: orders of day, month and year in dates stored as text, as a layout writes them,
            with blanks between; None if there are no such dates.
        decimal_mark: of numbers stored as text.
        no_value_texts: texts in columns of text that mean no value, beside those of the layout.
        whole_number_columns: columns whose ids end in .0 and are read without it.
        powers: column of numbers that do not stand for ones -> by which power of ten they count.
        notes: what people should know.
        questions: what its rows leave open.
    """

    sheet: str
    layout: Layout
    header_row: int
    columns_delivered: list[str] = field(default_factory=list)
    headers: dict[str, list[str]] = field(default_factory=dict)
    rows_read: int = 0
    rows_loaded: int = 0
    rows_skipped: Counter[str] = field(default_factory=Counter)
    control_totals: list[dict[str, str]] = field(default_factory=list)
    date_order: str | None = None
    decimal_mark: str = "."
    no_value_texts: list[str] = field(default_factory=list)
    whole_number_columns: list[str] = field(default_factory=list)
    powers: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
