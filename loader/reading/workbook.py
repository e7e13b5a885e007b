"""Workbooks: .xlsx, .xlsm, .xlsb, .xls and .ods, read by calamine straight into Arrow."""

import mmap
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc
import python_calamine
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from loader.questions import Question
from loader.reading.sheet import BadFile, Block
from loader.wording import SHOWN, count

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})

MAX_CELLS = 60_000_000
"""Calamine allocates the whole used area, and the process aborts when memory falls short."""

MAX_PART = 2 * 2**30
MAX_UNPACKED = 4 * 2**30
MAX_DESCRIPTION = 64 * 2**20

BLOCK_ROWS = 100_000

_CHUNK = 2**20
_SMALL_PART = 8 * 2**20
_USUAL_RATIO = 25

_ERRORS = {
    "NA": "#N/A",
    "Div0": "#DIV/0!",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}

_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an Office document of the 97-2003 kind"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"\x1f\x8b", "a file compressed by gzip (name it .gz)"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"PAR1", "a Parquet file"),
)


def likeness(head: bytes) -> str | None:
    """Say what a file seems to be from its first bytes; None where it may be plain text."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"<?xml") and b"schemas-microsoft-com:office:spreadsheet" in text:
        return "an XML Spreadsheet 2003"
    if text.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")):
        return "a web page (HTML)"
    return "an XML file" if text.startswith(b"<?xml") else None


def open_workbook(path: Path) -> "list[WorkbookSheet]":
    """Return the worksheets of a workbook; none is parsed yet.

    Raises:
        BadFile: it is no workbook, it is damaged or protected, or it has no worksheet.
    """
    with _in_plain_words():
        kind = _kind(path)
        book = _Book(path, kind)
        package = _Package(path) if kind == ".xlsx" else None
        listed = package.worksheets() if package else book.worksheets()
    if not listed:
        raise BadFile("the workbook holds no worksheet (charts and macros are no tables).")
    notes = []
    if _fitting(path.suffix) != kind:
        notes.append(f"its name ends in {path.suffix}, its content is {kind}; it was read as such")
    return [WorkbookSheet(book, package, item, notes) for item in listed]


class _Listed(NamedTuple):
    name: str
    visible: bool
    part: str = ""


class WorkbookSheet:
    """A worksheet; it is parsed when its blocks are asked for."""

    def __init__(
        self,
        book: "_Book",
        package: "_Package | None",
        listed: _Listed,
        notes: list[str],
    ) -> None:
        self.name = listed.name
        self.notes = list(notes)
        self.questions: list[Question] = []
        if not listed.visible:
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

    def uncalculated(self) -> list[tuple[int, int]]:
        """Return the formulas without a value; of .xlsx and .xlsm only, else none."""
        if self._formulas is None:
            with _in_plain_words(self.name):
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
        with _in_plain_words(self.name), ThreadPoolExecutor(1) as pool:
            if self._package:
                self._package.refuse_far_cells(self._part, self.name)
            elif self._book.kind == ".xlsb":
                _refuse_far_cells_of_xlsb(self._book.path)
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
                pc.if_else(pc.equal(c, ""), None, c) if _has(c, pc.equal, "") else c
                for c in batch.columns
            ]
            if errors:
                _put_errors(columns, errors.errors)
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
            suspect = pc.match_substring_regex(column, _LONG_OR_LARGE)
            if not pc.any(suspect).as_py():
                continue
            numbers = pc.cast(pc.if_else(suspect, column, None), pa.float64())
            long = pc.match_substring_regex(column, r"\.\d{9}$")
            if pc.any(pc.and_(long, pc.less(pc.abs(numbers), _WIDE_STEPS))).as_py():
                again.append(i)
            else:
                columns[i] = self._with_numbers(i, column, _shortest(numbers))
        if again:
            sheet = self._book.parsed(self.name, [places[i] for i in again])
            for i, exact in zip(again, sheet.to_arrow().columns, strict=True):
                lost = _inexact(columns[i], exact)
                columns[i] = self._with_numbers(
                    i, columns[i], pc.if_else(lost, _shortest(exact), None)
                )

    def _with_numbers(self, position: int, column: pa.Array, numbers: pa.Array) -> pa.Array:
        """Put numbers, where there are, in the place of other texts, but not of text cells."""
        differing = pc.indices_nonzero(pc.fill_null(pc.not_equal(numbers, column), False))
        texts = {
            row: numbers[row].as_py()
            for row in differing.to_pylist()
            if not isinstance(self._typed(row, self._used()[0] + position), str)
        }
        return _with_texts(column, texts)

    def _restore_times(self, columns: list[pa.Array]) -> None:
        """Tell times of day and durations from the dates that calamine makes of them."""
        day_zero = (
            "1904-01-01 " if self._package and self._package.counts_from_1904 else "1899-12-31 "
        )
        durations = not self._package or self._package.has_durations
        for i, column in enumerate(columns):
            if durations and _has(column, pc.starts_with, day_zero[:2]):
                columns[i] = self._restore_durations(i, column)
            if _has(columns[i], pc.starts_with, day_zero):
                columns[i] = pc.replace_substring_regex(columns[i], f"^{day_zero}", "")

    def _restore_durations(self, position: int, column: pa.Array) -> pa.Array:
        texts = {}
        dated = pc.fill_null(pc.match_substring_regex(column, r"^(18|19)\d\d-\d\d-\d\d \d"), False)
        for row in pc.indices_nonzero(dated).to_pylist():
            value = self._typed(row, self._used()[0] + position)
            if isinstance(value, timedelta):
                texts[row] = _clock(value)
        return _with_texts(column, texts)

    def _typed(self, row: int, column: int) -> object:
        """Return a cell as Python sees it; row and column count from 0."""
        if self._cells is None:
            with _in_plain_words(self.name):
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
        self._misnamed = _fitting(path.suffix) != kind

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

    def worksheets(self) -> list[_Listed]:
        """Return the worksheets by calamine, which parses the whole of an .xls or .ods."""
        return [
            _Listed(item.name, item.visible == python_calamine.SheetVisibleEnum.Visible)
            for item in self.typed.sheets_metadata
            if item.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]


# ------------------------------------------------------------------ text of the cells


def _has(column: pa.Array, test: Callable[[pa.Array, str], pa.Array], text: str) -> bool:
    return bool(pc.any(test(column, text)).as_py())


def _with_texts(column: pa.Array, texts: dict[int, str]) -> pa.Array:
    rows = sorted(texts)
    mask = pc.is_in(pa.arange(0, len(column)), value_set=pa.array(rows, pa.int64()))
    return pc.replace_with_mask(column, mask, pa.array([texts[row] for row in rows], pa.string()))


def _put_errors(columns: list[pa.Array], errors: list[fastexcel.CellError]) -> None:
    texts: dict[int, dict[int, str]] = {}
    for error in errors:
        row, column = error.position
        texts.setdefault(column, {})[row] = _unreadable(error.detail)
    for position, in_column in texts.items():
        columns[position] = _with_texts(columns[position], in_column)


def _unreadable(detail: str) -> str:
    """Return the text for a cell that fastexcel makes no text of."""
    if found := re.search(r"Error\((\w+)\)", detail):
        return _ERRORS.get(found[1], f"#{found[1].upper()}!")
    if found := re.search(r'DurationIso\("PT(\d+)H(\d+)M([\d.]+)S"\)', detail):
        seconds = Decimal(found[3])
        return f"{int(found[1]):02}:{int(found[2]):02}:{seconds:0{2 if seconds % 1 == 0 else 6}}"
    if found := re.search(r"ExcelDateTime \{ value: (-?[\d.e]+)", detail):
        return _plain(float(found[1]))  # beyond the calendar: Excel shows #### for it
    return detail.removeprefix("Expected string but got ")


_LONG_OR_LARGE = r"^-?(?:(?:0|[1-9]\d*)\.\d{8}|[1-9]\d{6,}\.\d*)[1-9]$"

_WIDE_STEPS = 2.0**23
"""From here up floats lie farther apart than nine decimals do: these add noise and lose nothing."""


def _inexact(column: pa.Array, exact: pa.Array) -> pa.Array:
    """Tell which texts differ from the number within the 15 digits that Excel shows."""
    plain = pc.match_substring_regex(column, r"^-?(0|[1-9]\d*)(\.\d*[1-9])?$")
    read = pc.cast(pc.if_else(plain, column, None), pa.float64())
    size = pc.abs(exact)
    lost = pc.greater(pc.abs(pc.subtract(read, exact)), pc.multiply(size, 1e-14))
    noisy = pc.and_(pc.greater_equal(size, _WIDE_STEPS), pc.match_substring(column, "."))
    return pc.fill_null(pc.and_(plain, pc.or_(lost, noisy)), False)


def _shortest(numbers: pa.Array) -> pa.Array:
    texts = pc.cast(numbers, pa.string())
    scientific = pc.indices_nonzero(pc.fill_null(pc.match_substring(texts, "e"), False))
    if not len(scientific):
        return texts
    return _with_texts(texts, {i: _plain(numbers[i].as_py()) for i in scientific.to_pylist()})


def _plain(number: float) -> str:
    text = format(Decimal(repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _clock(duration: timedelta) -> str:
    seconds = duration // timedelta(seconds=1)
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


# ------------------------------------------------------------------ kinds and damage


@contextmanager
def _in_plain_words(sheet: str | None = None) -> Iterator[None]:
    """Turn what the readers raise into a message for the person who made the file."""
    what = "the workbook" if sheet is None else f"sheet '{sheet}'"
    try:
        yield
    except BadFile:
        raise
    except OSError as error:
        raise BadFile(f"the file cannot be read: {error.strerror or error}.") from error
    except BaseException as error:
        # A panic of the Rust readers is no Exception, and has no name to import.
        if not isinstance(error, _DAMAGE) and type(error).__name__ != "PanicException":
            raise
        reason = str(error).partition("\nContext:")[0].removeprefix("calamine error: ").strip()
        if "password" in reason.lower() or "encrypted" in reason.lower():
            raise BadFile(_PROTECTED) from error
        if "Cell limit exceeded" in reason:
            raise BadFile(_too_far(what, "far from its table")) from error
        if found := re.search(r"Unsupported cell error value '(.+?)'", reason):
            raise BadFile(
                f"{what} has a formula that shows {found[1]}, which cannot be read: "
                "correct the formula, save the workbook and deliver it again."
            ) from error
        raise BadFile(
            f"{what} is damaged or incomplete ({reason}). Open it in Excel or LibreOffice, "
            "let it be repaired, save it as .xlsx and deliver it again."
        ) from error


_DAMAGE = (
    fastexcel.FastExcelError,
    python_calamine.CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    ParseError,
    DefusedXmlException,
    EOFError,
    NotImplementedError,  # a zip compression that Python lacks
)

_PROTECTED = (
    "the workbook is protected by a password: open it in Excel, take the password off "
    "(File > Info > Protect Workbook), save it and deliver it again."
)


def _too_far(what: str, cell: str) -> str:
    return (
        f"{what} has a cell {cell}, so that its used area is too large to read "
        f"(over {MAX_CELLS:,} cells). Delete the stray cells outside of the table (select the "
        "rows below it and the columns beside it, Delete), save and deliver it again."
    )


def _fitting(suffix: str) -> str:
    return ".xlsx" if suffix.lower() == ".xlsm" else suffix.lower()


def _kind(path: Path) -> str:
    """Return the suffix that fits the content."""
    if path.is_dir():
        raise BadFile("it is a folder, not a workbook.")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise BadFile("the file is empty (0 bytes): export it again.")
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _kind_of_ole(path)
    seems = likeness(head) or ("binary data" if b"\0" in head else "plain text, perhaps CSV")
    cure = "name it .csv" if "CSV" in seems else "open it in Excel, save it as .xlsx"
    raise BadFile(f"the file is no workbook; it seems to be {seems}: {cure} and deliver it again.")


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise BadFile(
            "the workbook is cut short or damaged, as by a broken copy or download: copy it again."
        ) from None
    if any(part.flag_bits & 1 for part in parts):
        raise BadFile(_PROTECTED)
    largest = max(parts, key=lambda part: part.file_size, default=None)
    total = sum(part.file_size for part in parts)
    if largest and (largest.file_size > MAX_PART or total > MAX_UNPACKED):
        raise BadFile(
            f"the workbook unpacks to {total / 2**30:,.1f} GiB ({largest.filename}: "
            f"{largest.file_size / 2**30:,.1f}), too much to read: split it, or save it as CSV."
        )
    names = {part.filename.lower() for part in parts}
    if "xl/workbook.bin" in names:
        return ".xlsb"
    if "content.xml" in names:
        return ".ods"
    if "_rels/.rels" in names and not any(name.startswith(("word/", "ppt/")) for name in names):
        return ".xlsx"
    raise BadFile(
        "the file is a zip archive that holds no workbook: unpack it, and deliver the workbook."
    )


def _kind_of_ole(path: Path) -> str:
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        if data.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise BadFile(_PROTECTED)
        if any(
            data.find(name.encode("utf-16-le")) >= 0 for name in ("Workbook", "Book", "WORKBOOK")
        ):
            return ".xls"
    raise BadFile(
        "the file is an Office document of the 97-2003 kind, but no workbook: save the table as "
        ".xlsx and deliver that."
    )


# ------------------------------------------------------------------ inside .xlsx and .xlsm


class _Package:
    """The parts of an .xlsx that tell what calamine does not, or only after reading it all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with zipfile.ZipFile(path) as archive:
            self._names = {name.lower(): name for name in archive.namelist()}
            start = self._relations(archive, "").values()
            book = next(
                (part for kind, part in start if kind == "officeDocument"),
                "xl/workbook.xml",
            )
            relations = self._relations(archive, book)
            root = fromstring(self._read(archive, book))
            styles = [part for kind, part in relations.values() if kind == "styles"]
            formats = b"".join(
                self._read(archive, part) for part in styles if part.lower() in self._names
            )
        self._sheets = _sheets_of(root, relations)
        properties = next(root.iterfind("{*}workbookPr"), None)
        date1904 = "" if properties is None else properties.get("date1904", "")
        self.counts_from_1904 = date1904.lower() in ("1", "true")
        self.has_durations = bool(_DURATION_FORMAT.search(formats))

    def worksheets(self) -> list[_Listed]:
        """Return the worksheets."""
        return self._sheets

    def refuse_far_cells(self, part: str, name: str) -> None:
        """Refuse a sheet whose used area calamine could not hold.

        The area that a sheet declares is believed of an ordinary large one only: of others, each
        cell with a value is looked at, since declared areas may be wrong in either direction.
        """
        with zipfile.ZipFile(self._path) as archive:
            info = self._info(archive, part)
            with archive.open(info) as file:
                declared = _DIMENSION.search(file.read(4096))
            width, height = (_column(declared[1]) + 1, int(declared[2])) if declared else (0, 0)
            usual = info.file_size <= info.compress_size * _USUAL_RATIO
            if 0 < width * height <= MAX_CELLS and usual and info.file_size > _SMALL_PART:
                return
            if not any(_may_be_far(chunk) for chunk in _chunks(archive, info)):
                return
            cells = _scan(archive, info)
        if cells.area > MAX_CELLS:
            raise BadFile(_too_far(f"sheet '{name}'", f"as far off as {cells.farthest}"))

    def uncalculated(self, part: str) -> list[tuple[int, int]]:
        """Return (row, column), from 0, of the formulas without a value."""
        with zipfile.ZipFile(self._path) as archive:
            info = self._info(archive, part)
            for chunk in _chunks(archive, info):
                formulas = b"<f" in chunk or b":f" in chunk
                if formulas and any(pattern.search(chunk) for pattern in _NO_VALUE):
                    return _scan(archive, info).uncalculated
        return []

    def hidden_rows(self, part: str) -> list[int]:
        """Return the numbers of the rows that are hidden, by hand or by a filter."""
        with zipfile.ZipFile(self._path) as archive:
            found = {
                int(row)
                for chunk in _chunks(archive, self._info(archive, part))
                if b"hidden=" in chunk
                for tag in _HIDDEN_ROW.findall(chunk)
                for row in _ROW_NUMBER.findall(tag)
            }
        return sorted(found)

    def _info(self, archive: zipfile.ZipFile, part: str) -> zipfile.ZipInfo:
        name = self._names.get(part.lower())
        if name is None:
            raise BadFile(
                f"the workbook lacks its part '{part}': open it in Excel, let it be repaired, save "
                "it and deliver it again."
            )
        return archive.getinfo(name)

    def _read(self, archive: zipfile.ZipFile, part: str) -> bytes:
        info = self._info(archive, part)
        if info.file_size > MAX_DESCRIPTION:
            raise BadFile(
                f"the part '{part}' of the workbook is implausibly large: save the table as CSV."
            )
        return archive.read(info)

    def _relations(self, archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
        """Return the kind and the name of each part that a part refers to, by their ids."""
        folder, file = posixpath.split(part)
        root = fromstring(self._read(archive, f"{folder}/_rels/{file}.rels".lstrip("/")))
        return {
            item.get("Id", ""): (
                item.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, item.get("Target", ""))).lstrip("/"),
            )
            for item in root
        }


_DURATION_FORMAT = re.compile(rb'numFmtId="46"|formatCode="[^"]*\[[hms]', re.IGNORECASE)
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s(?=[^<>]*\shidden=["'](?:1|true)["'])[^<>]*>""")
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d+)["']""")
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\s[^>]*?ref="(?:[A-Z]+\d+:)?([A-Z]+)(\d+)"')
# A cell that is not blank beyond column Z, or where it is not plain to see; 26 columns stay below
# the limit however long they are.
_MAYBE_FAR = re.compile(
    rb"""["'](?:[A-Za-z]{2,3}\d+["'][^<>]*(?<!/)>|[A-Za-z]*\d{8}|&)|<(?:\w+:)?c(?! r=)[\s/>]"""
)
# The same where every cell begins as Excel writes it: ten times as fast.
_CELL_OTHERWISE = re.compile(rb'<c(?! r="| r?=?\Z)[\s/>]|<\w+:c[\s/>]')
_MAYBE_FAR_PLAIN = re.compile(rb'<c r="(?:[A-Z]{2,3}\d+"[^<>]*(?<!/)>|[A-Z]\d{7}|[^A-Z])')
# Fixed beginnings make these fast; together they find every formula that no value follows.
_EMPTY_VALUE = rb"\s*(?:<(?:\w+:)?v\s*>\s*</(?:\w+:)?v\s*>\s*)?</(?:\w+:)?c\s*>"
_NO_VALUE = (re.compile(rb"f>" + _EMPTY_VALUE), re.compile(rb"/>" + _EMPTY_VALUE))


def _may_be_far(xml: bytes) -> bool:
    plain = _CELL_OTHERWISE.search(xml) is None
    return (_MAYBE_FAR_PLAIN if plain else _MAYBE_FAR).search(xml) is not None


def _sheets_of(book: Element, relations: dict[str, tuple[str, str]]) -> list[_Listed]:
    listed = []
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        ids = [value for key, value in sheet.items() if key.endswith("}id")]
        kind, part = relations.get(ids[0] if ids else "", ("", ""))
        if kind == "worksheet":
            visible = sheet.get("state", "visible") == "visible"
            listed.append(_Listed(sheet.get("name", ""), visible, part))
    return listed


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part piecewise; each piece repeats the end of the one before it."""
    end = b""
    with archive.open(info) as file:
        while chunk := file.read(_CHUNK):
            yield end + chunk
            end = chunk[-1024:]


def _scan(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> "_CellScan":
    scan = _CellScan()
    with archive.open(info) as file:
        scan.parser.ParseFile(file)
    return scan


class _CellScan:
    """Looks at every cell of a sheet's XML: exact, in little memory, and slow."""

    def __init__(self) -> None:
        self.uncalculated: list[tuple[int, int]] = []
        self._corner = (0, 0)
        self._far = (0, 0)
        self._top_left: tuple[int, int] | None = None
        self._row = self._column = -1
        self._type = ""
        self._formula = self._valued = self._in_value = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    @property
    def area(self) -> int:
        """How many cells calamine would hold."""
        top, left = self._top_left or (0, 0)
        return (self._corner[0] + 1 - top) * (self._corner[1] + 1 - left)

    @property
    def farthest(self) -> str:
        """The cell farthest from the top left, such as XFD1048576."""
        row, column = self._far
        letters = ""
        column += 1
        while column:
            column, rest = divmod(column - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{letters}{row + 1}"

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "row":
                number = attributes.get("r", "")
                self._row = int(number) - 1 if number.isdigit() else self._row + 1
                self._column = -1
            case "c":
                self._column += 1
                if found := re.fullmatch(r"([A-Za-z]+)(\d+)", attributes.get("r", "")):
                    self._column, self._row = (
                        _column(found[1].encode()),
                        int(found[2]) - 1,
                    )
                self._type = attributes.get("t", "n")
                self._formula = self._valued = False
            case "f":
                self._formula = True
            case "v":
                self._in_value = True
                # Excel saves a calculated empty text in just this way.
                self._valued |= self._type == "str"
            case "is":
                self._valued = True

    def _end(self, tag: str) -> None:
        match tag.rpartition(":")[2]:
            case "v":
                self._in_value = False
            case "c" if self._valued:
                place = (self._row, self._column)
                top, left = self._top_left or place
                self._top_left = (min(top, place[0]), min(left, place[1]))
                self._corner = (
                    max(self._corner[0], place[0]),
                    max(self._corner[1], place[1]),
                )
                self._far = max(self._far, place, key=sum)
            case "c" if self._formula:
                self.uncalculated.append((self._row, self._column))

    def _text(self, text: str) -> None:
        if self._in_value and not text.isspace():
            self._valued = True


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number - 1


# ------------------------------------------------------------------ inside .xlsb


def _refuse_far_cells_of_xlsb(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not re.fullmatch(r"xl/worksheets/[^/]+\.bin", name, re.IGNORECASE):
                continue
            with archive.open(name) as file:
                found = re.search(rb"\x94\x01\x10(.{16})", file.read(4096), re.DOTALL)
            if found:
                top, bottom, left, right = struct.unpack("<4I", found[1])
                if (bottom + 1 - top) * (right + 1 - left) > MAX_CELLS:
                    raise BadFile(_too_far("a sheet", f"in row {bottom + 1}"))
