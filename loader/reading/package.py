"""What the parts of a workbook tell that calamine does not, or only after reading it all."""

import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from loader.reading.cell_scan import column_number, scan
from loader.reading.damage import max_cells, too_far
from loader.reading.number_formats import currencies_of_styles, styles_struck_through
from loader.reading.sheet import BadFile

MAX_DESCRIPTION = 64 * 2**20

MAX_ROWS = 1_048_576
"""Of a sheet of Excel."""

_CHUNK = 2**20
_OVERLAP = 1024
_SMALL_PART = 8 * 2**20
_USUAL_RATIO = 25


class Listed(NamedTuple):
    """A worksheet as the workbook lists it."""

    name: str
    visible: bool
    part: str = ""


class Package:
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
            formats = [self._read(archive, part) for part in styles if part.lower() in self._names]
        self._sheets = _sheets_of(root, relations)
        properties = next(root.iterfind("{*}workbookPr"), None)
        date1904 = "" if properties is None else properties.get("date1904", "")
        self.counts_from_1904 = date1904.lower() in ("1", "true")
        self.has_durations = any(_DURATION_FORMAT.search(text) for text in formats)
        self._currencies: dict[int, str] = {}
        self._struck_through: set[int] = set()
        for style in map(fromstring, formats):
            self._currencies |= currencies_of_styles(style)
            self._struck_through |= styles_struck_through(style)

    def worksheets(self) -> list[Listed]:
        """Return the worksheets."""
        return self._sheets

    def refuse_far_cells(self, part: str, name: str) -> None:
        """Refuse a sheet whose cells or used area calamine could not hold.

        The area that a sheet declares is believed of an ordinary large one only: of others, each
        cell with a value is looked at, since declared areas may be wrong in either direction.
        """
        with zipfile.ZipFile(self._path) as archive:
            info = self._info(archive, part)
            with archive.open(info) as file:
                declared = _DIMENSION.search(file.read(4096))
            width = column_number(declared[1]) + 1 if declared else 0
            height = int(declared[2]) if declared else 0
            usual = info.file_size <= info.compress_size * _USUAL_RATIO
            if 0 < width * height <= max_cells() and usual and info.file_size > _SMALL_PART:
                return
            _refuse_many(archive, info, f"sheet '{name}'", b"c", b"row")
            if not any(_may_be_far(chunk) for chunk in _chunks(archive, info)):
                return
            cells = scan(archive, info)
        if cells.area > max_cells():
            raise BadFile(too_far(f"sheet '{name}'", f"as far off as {cells.farthest}"))

    def uncalculated(self, part: str) -> list[tuple[int, int]]:
        """Return (row, column), from 0, of the formulas without a value."""
        with zipfile.ZipFile(self._path) as archive:
            info = self._info(archive, part)
            for chunk in _chunks(archive, info):
                formulas = b"<f" in chunk or b":f" in chunk
                if formulas and any(pattern.search(chunk) for pattern in _NO_VALUE):
                    return scan(archive, info).uncalculated
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

    def merged_down(self, part: str) -> list[tuple[int, int, int]]:
        """Return (first row, last row, column from 0) of the cells merged over several rows."""
        with zipfile.ZipFile(self._path) as archive:
            found = {
                (int(top), int(bottom), column_number(left))
                for chunk in _chunks(archive, self._info(archive, part))
                if b"mergeCell" in chunk
                for left, top, bottom in _MERGED.findall(chunk)
                if top != bottom
            }
        return sorted(found)

    def struck_through(self, part: str) -> list[tuple[int, int]]:
        """Return (row, column from 0) of the cells whose text is struck through."""
        if not self._struck_through:
            return []
        found = set()
        with zipfile.ZipFile(self._path) as archive:
            for chunk in _chunks(archive, self._info(archive, part)):
                for letters, row, style in _ANY_STYLED.findall(chunk):
                    if int(style) in self._struck_through:
                        found.add((int(row), column_number(letters)))
        return sorted(found)

    def currencies(self, part: str, column: str) -> dict[int, str]:
        """Return the currencies that the cells of a column show by their format, by their rows.

        Args:
            part: of the sheet.
            column: its letters.
        """
        if not self._currencies:
            return {}
        found: dict[int, str] = {}
        plain, other = (re.compile(text % column.encode()) for text in _STYLED)
        with zipfile.ZipFile(self._path) as archive:
            for chunk in _chunks(archive, self._info(archive, part)):
                cells = other if any(sign in chunk for sign in _STYLED_OTHERWISE) else plain
                for row, style in cells.findall(chunk):
                    if sign := self._currencies.get(int(style)):
                        found[int(row)] = sign
        return found

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
# How Excel and most libraries write a cell, which is fast to look for; and any way to.
_STYLED = (
    rb'<c r="%s(\d+)"(?: t="\w+")? s="(\d+)"',
    rb"""<(?:\w+:)?c\s(?=[^<>]*\br=["']%s(\d+)["'])(?=[^<>]*\bs=["'](\d+)["'])""",
)
_STYLED_OTHERWISE = (b"<c s=", b"<c t=", b"='", b":c ")
_ANY_STYLED = re.compile(
    rb"""<(?:\w+:)?c\s(?=[^<>]*\br=["']([A-Z]+)(\d+)["'])(?=[^<>]*\bs=["'](\d+)["'])"""
)
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^<>]*?ref=["']([A-Z]+)(\d+):[A-Z]+(\d+)["']""")
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


def _sheets_of(book: Element, relations: dict[str, tuple[str, str]]) -> list[Listed]:
    listed = []
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        ids = [value for key, value in sheet.items() if key.endswith("}id")]
        kind, part = relations.get(ids[0] if ids else "", ("", ""))
        if kind == "worksheet":
            visible = sheet.get("state", "visible") == "visible"
            listed.append(Listed(sheet.get("name", ""), visible, part))
    return listed


def refuse_many_cells_of_ods(path: Path) -> None:
    """Refuse an .ods whose sheets have more cells with values than may be."""
    with zipfile.ZipFile(path) as archive:
        _refuse_many(archive, archive.getinfo("content.xml"), "the workbook", b"table:table-cell")


def _refuse_many(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, what: str, cell: bytes, row: bytes = b""
) -> None:
    """Count the ends of cells and rows, which takes little of the time that reading them does."""
    most = max_cells()
    cells = rows = seen = 0
    for chunk in _chunks(archive, info):
        cells += _ends(chunk, cell, seen)
        rows += _ends(chunk, row, seen) if row else 0
        seen = _OVERLAP
        if rows > MAX_ROWS:
            raise BadFile(
                f"{what} has more than {MAX_ROWS:,} rows, which no sheet of Excel has: split the "
                "table, by year or month, or save it as CSV."
            )
        if cells > most:
            raise BadFile(
                f"{what} has more than {most:,} cells with values, too many to read: delete the "
                "columns and rows that are no sales, split the table, by year or month, or save it "
                "as CSV. (The setting MAX_CELLS allows more, where there is the memory.)"
            )


def _ends(xml: bytes, tag: bytes, seen: int) -> int:
    """Count the ends of a tag behind what has been seen, with or without a prefix."""
    plain, prefixed = b"</" + tag + b">", rb"</\w+:" + tag + b">"
    start = max(seen - len(plain) + 1, 0)
    others = len(re.findall(prefixed, xml[start:])) if b":" + tag in xml else 0
    return xml.count(plain, start) + others


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part piecewise; each piece repeats the end of the one before it."""
    end = b""
    with archive.open(info) as file:
        while chunk := file.read(_CHUNK):
            yield end + chunk
            end = chunk[-_OVERLAP:]


def refuse_far_cells_of_xlsb(path: Path) -> None:
    """Refuse an .xlsb one of whose sheets declares a used area that calamine could not hold."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not re.fullmatch(r"xl/worksheets/[^/]+\.bin", name, re.IGNORECASE):
                continue
            with archive.open(name) as file:
                found = re.search(rb"\x94\x01\x10(.{16})", file.read(4096), re.DOTALL)
            if found:
                top, bottom, left, right = struct.unpack("<4I", found[1])
                if (bottom + 1 - top) * (right + 1 - left) > max_cells():
                    raise BadFile(too_far("a sheet", f"in row {bottom + 1}"))
