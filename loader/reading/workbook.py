"""Workbooks: .xlsx, .xlsm, .xlsb, .xls and .ods, read by calamine straight into Arrow."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc
import python_calamine

from loader.questions import Question
from loader.reading.binary_formats import (
    currencies_of_xls,
    currencies_of_xlsb,
    merged_down_in_xlsb,
    struck_through_in_xls,
    struck_through_in_xlsb,
)
from loader.reading.cell_scan import column_number
from loader.reading.cell_texts import (
    LONG_OR_LARGE,
    WIDE_STEPS,
    clock,
    has,
    inexact,
    put_errors,
    shortest,
    with_texts,
)
from loader.reading.damage import in_plain_words
from loader.reading.kinds import fitting, kind_of
from loader.reading.open_document import (
    currencies_of_ods,
    merged_down_in_ods,
    struck_through_in_ods,
)
from loader.reading.package import (
    Listed,
    Package,
    refuse_far_cells_of_xlsb,
    refuse_many_cells_of_ods,
)
from loader.reading.sheet import BadFile, Block, MergedDown
from loader.wording import SHOWN, count

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})

BLOCK_ROWS = 100_000


def open_workbook(path: Path) -> "list[WorkbookSheet]":
    """Return the worksheets of a workbook; none is parsed yet.

    Raises:
        BadFile: it is no workbook, it is damaged or protected, or it has no worksheet.
    """
    with in_plain_words():
        kind = kind_of(path)
        if kind == ".ods":
            refuse_many_cells_of_ods(path)
        book = _Book(path, kind)
        package = Package(path) if kind == ".xlsx" else None
        listed = package.worksheets() if package else book.worksheets()
    if not listed:
        raise BadFile("the workbook holds no worksheet (charts and macros are no tables).")
    notes = []
    if fitting(path.suffix) != kind:
        notes.append(f"its name ends in {path.suffix}, its content is {kind}; it was read as such")
    return [WorkbookSheet(book, package, item, notes) for item in listed]


class WorkbookSheet:
    """A worksheet; it is parsed when its blocks are asked for."""

    def __init__(
        self,
        book: "_Book",
        package: "Package | None",
        listed: Listed,
        notes: list[str],
    ) -> None:
        self.name = listed.name
        self.notes = list(notes)
        self.questions: list[Question] = []
        self.is_hidden = not listed.visible
        if self.is_hidden:
            self.notes.append(f"sheet '{self.name}' is hidden; it was read all the same")
        self._book = book
        self._package = package
        self._part = listed.part
        self._hidden_noted = False
        self._formulas: list[tuple[int, int]] | None = None
        self._span: tuple[int, int] | None = None
        self._cells: tuple[int, int, Sequence[Sequence[object]]] | None = None

    def blocks(self) -> Iterator[Block]:
        """Yield the rows from the top; see `Sheet`."""
        columns = self._load()
        height = len(columns[0]) if columns else 0
        for start in range(0, height, BLOCK_ROWS):
            yield Block(start + 1, [column.slice(start, BLOCK_ROWS) for column in columns])

    def first_column(self) -> int:
        """Return the number of the first used column (1 is A)."""
        return self._used()[0] + 1

    def is_number(self, row: int, column: int) -> bool:
        """Tell whether a cell holds a number; parses the sheet again when first asked."""
        value = self._typed(row - 1, self._used()[0] + column)
        return isinstance(value, int | float) and not isinstance(value, bool)

    def currencies(self, column: str) -> dict[int, str]:
        """Return what cells show by their format."""
        with in_plain_words(self.name):
            if self._package is not None:
                return self._package.currencies(self._part, column)
            place = self._book.path, self.name, column_number(column.encode()) + 1
            read = {
                ".ods": currencies_of_ods,
                ".xls": currencies_of_xls,
                ".xlsb": currencies_of_xlsb,
            }[self._book.kind]
            try:
                return read(*place)
            except Exception as error:
                self._note_formats(error)
                return {}

    def merged_down(self) -> list[MergedDown]:
        """Return the cells that are merged over several rows."""
        with in_plain_words(self.name):
            try:
                merged = self._find_merged()
            except (BadFile, MemoryError):
                raise
            except Exception as error:
                self._note_formats(error)
                return []
        first, width = self._used()
        return [
            MergedDown(top, bottom, column - first)
            for top, bottom, column in merged
            if first <= column < first + width
        ]

    def struck_through(self) -> list[tuple[int, int]]:
        """Return the cells whose text is struck through."""
        with in_plain_words(self.name):
            if self._package is not None:
                cells = self._package.struck_through(self._part)
            else:
                read = {
                    ".ods": struck_through_in_ods,
                    ".xls": struck_through_in_xls,
                    ".xlsb": struck_through_in_xlsb,
                }[self._book.kind]
                try:
                    cells = read(self._book.path, self.name)
                except Exception as error:
                    self._note_formats(error)
                    return []
        first, width = self._used()
        return [(row, column - first) for row, column in cells if first <= column < first + width]

    def _find_merged(self) -> list[tuple[int, int, int]]:
        if self._package is not None:
            return self._package.merged_down(self._part)
        if self._book.kind == ".ods":
            return merged_down_in_ods(self._book.path, self.name)
        if self._book.kind == ".xlsb":
            return merged_down_in_xlsb(self._book.path, self.name)
        ranges = self._book.typed.get_sheet_by_name(self.name).merged_cell_ranges or []
        return [(top + 1, bottom + 1, left) for (top, left), (bottom, _) in ranges if top < bottom]

    def _note_formats(self, error: Exception) -> None:
        """Say what is not known; calamine has read the cells, so that the file is not lost."""
        note = (
            f"formats of this {self._book.kind} cannot be read ({error}): which currency they show "
            "and which cells are merged or struck through is not known; `currency:` in a layout "
            "says the first"
        )
        self.notes += [note] * (note not in self.notes)

    def uncalculated(self) -> list[tuple[int, int]]:
        """Return the formulas without a value; of .xlsx and .xlsm only, else none."""
        if self._formulas is None:
            with in_plain_words(self.name):
                self._formulas = self._find_uncalculated()
        if not self._formulas:
            return []
        first, width = self._used()
        if not width:  # nothing but such formulas
            first = min(column for _, column in self._formulas)
            width = max(column for _, column in self._formulas) - first + 1
        return [
            (row + 1, column - first)
            for row, column in self._formulas
            if first <= column < first + width
        ]

    def _used(self) -> tuple[int, int]:
        """Return the first used column, from 0, and how many there are."""
        if self._span is None:
            self._load()
        assert self._span is not None
        return self._span

    def _load(self) -> list[pa.Array]:
        with in_plain_words(self.name), ThreadPoolExecutor(1) as pool:
            if self._package:
                self._package.refuse_far_cells(self._part, self.name)
            elif self._book.kind == ".xlsb":
                refuse_far_cells_of_xlsb(self._book.path)
            # Beside the parsing this costs no time: both leave the interpreter free.
            search = pool.submit(self._find_uncalculated)
            hidden = pool.submit(self._find_hidden)
            sheet = self._book.parsed(self.name)
            batch, errors = sheet.to_arrow_with_errors()
            self._formulas = search.result()
            self._note_hidden(hidden.result())
            places = [info.absolute_index for info in sheet.selected_columns]
            self._span = (places[0] if places else 0, len(places))
            columns = [
                pc.if_else(pc.equal(c, ""), None, c) if has(c, pc.equal, "") else c
                for c in batch.columns
            ]
            if errors:
                put_errors(columns, errors.errors)
            self._restore_digits(columns, places)
            self._restore_times(columns)
            return columns

    def _find_uncalculated(self) -> list[tuple[int, int]]:
        return self._package.uncalculated(self._part) if self._package else []

    def _find_hidden(self) -> list[int]:
        return self._package.hidden_rows(self._part) if self._package else []

    def _note_hidden(self, rows: list[int]) -> None:
        if not rows or self._hidden_noted:
            return
        self._hidden_noted = True
        shown = ", ".join(str(row) for row in rows[:SHOWN]) + (", …" if len(rows) > SHOWN else "")
        self.notes.append(
            f"{count(len(rows), 'hidden row')} in sheet '{self.name}' ({shown}), by a filter or by "
            "hand; read all the same"
        )

    def _restore_digits(self, columns: list[pa.Array], places: list[int]) -> None:
        """Put back what fastexcel loses by rounding every number to nine decimals."""
        again = []
        for i, column in enumerate(columns):
            if (pc.max(pc.binary_length(column)).as_py() or 0) < len("0.123456789"):
                continue
            suspect = pc.match_substring_regex(column, LONG_OR_LARGE)
            if not pc.any(suspect).as_py():
                continue
            numbers = pc.cast(pc.if_else(suspect, column, None), pa.float64())
            long = pc.match_substring_regex(column, r"\.\d{9}$")
            if pc.any(pc.and_(long, pc.less(pc.abs(numbers), WIDE_STEPS))).as_py():
                again.append(i)
            else:
                columns[i] = self._with_numbers(i, column, shortest(numbers))
        if again:
            sheet = self._book.parsed(self.name, [places[i] for i in again])
            for i, exact in zip(again, sheet.to_arrow().columns, strict=True):
                lost = inexact(columns[i], exact)
                columns[i] = self._with_numbers(
                    i, columns[i], pc.if_else(lost, shortest(exact), None)
                )

    def _with_numbers(self, position: int, column: pa.Array, numbers: pa.Array) -> pa.Array:
        """Put numbers, where there are, in the place of other texts, but not of text cells."""
        differing = pc.indices_nonzero(pc.fill_null(pc.not_equal(numbers, column), False))
        texts = {
            row: numbers[row].as_py()
            for row in differing.to_pylist()
            if not isinstance(self._typed(row, self._used()[0] + position), str)
        }
        return with_texts(column, texts)

    def _restore_times(self, columns: list[pa.Array]) -> None:
        """Tell times of day and durations from the dates that calamine makes of them."""
        day_zero = (
            "1904-01-01 " if self._package and self._package.counts_from_1904 else "1899-12-31 "
        )
        durations = not self._package or self._package.has_durations
        for i, column in enumerate(columns):
            if durations and has(column, pc.starts_with, day_zero[:2]):
                columns[i] = self._restore_durations(i, column)
            if has(columns[i], pc.starts_with, day_zero):
                columns[i] = pc.replace_substring_regex(columns[i], f"^{day_zero}", "")

    def _restore_durations(self, position: int, column: pa.Array) -> pa.Array:
        texts = {}
        dated = pc.fill_null(pc.match_substring_regex(column, r"^(18|19)\d\d-\d\d-\d\d \d"), False)
        for row in pc.indices_nonzero(dated).to_pylist():
            value = self._typed(row, self._used()[0] + position)
            if isinstance(value, timedelta):
                texts[row] = clock(value)
        return with_texts(column, texts)

    def _typed(self, row: int, column: int) -> object:
        """Return a cell as Python sees it; row and column count from 0."""
        if self._cells is None:
            with in_plain_words(self.name):
                sheet = self._book.typed.get_sheet_by_name(self.name)
                top, left = sheet.start or (0, 0)
                self._cells = (top, left, sheet.to_python())
        top, left, rows = self._cells
        if 0 <= row - top < len(rows) and 0 <= column - left < len(rows[row - top]):
            return rows[row - top][column - left]
        return None


class _Book:
    """The readers that the sheets of a workbook share, opened when first needed."""

    def __init__(self, path: Path, kind: str) -> None:
        self.path = path
        self.kind = kind
        # Calamine goes by the suffix of a path, but by the content of bytes.
        self._misnamed = fitting(path.suffix) != kind

    @cached_property
    def _fast(self) -> fastexcel.ExcelReader:
        return fastexcel.read_excel(self.path.read_bytes() if self._misnamed else str(self.path))

    @cached_property
    def typed(self) -> python_calamine.CalamineWorkbook:
        """The workbook with the types of its cells."""
        source = BytesIO(self.path.read_bytes()) if self._misnamed else str(self.path)
        return python_calamine.CalamineWorkbook.from_object(source)

    def parsed(self, name: str, columns: list[int] | None = None) -> fastexcel.ExcelSheet:
        """Return a sheet as text from its very first row; or some columns of it as numbers."""
        if columns is None:
            return self._fast.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        return self._fast.load_sheet(
            name, header_row=None, skip_rows=0, dtypes="float", use_columns=columns
        )

    def worksheets(self) -> list[Listed]:
        """Return the worksheets by calamine, which parses the whole of an .xls or .ods."""
        return [
            Listed(item.name, item.visible == python_calamine.SheetVisibleEnum.Visible)
            for item in self.typed.sheets_metadata
            if item.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
