"""The currencies that cells of an .xls or .xlsb show by their format; calamine tells none."""

import posixpath
import struct
import zipfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import xlrd
from defusedxml.ElementTree import fromstring

from loader.reading.number_formats import currency_shown

# Records of an .xlsb, as [MS-XLSB] numbers them.
_ROW, _FORMAT, _STYLE, _SHEET = 0, 44, 47, 156
_CELLS = range(2, 12)  # those with a value
_STYLES_BEGIN, _STYLES_END = 617, 618


def currencies_of_xls(path: Path, sheet: str, column: int) -> dict[int, str]:
    """Return the currencies of the numbers in a column (1 is A) of a sheet, by row from 1."""
    with xlrd.open_workbook(
        str(path), formatting_info=True, on_demand=True, logfile=StringIO()
    ) as book:
        # Those of the list stand in the file; xlrd knows others, of an American machine.
        codes = {item.format_key: item.format_str for item in book.format_list}
        shown = {
            number: sign
            for number, style in enumerate(book.xf_list)
            if (sign := currency_shown(codes.get(style.format_key, "")))
        }
        if not shown:
            return {}
        table = book.sheet_by_name(sheet)
        if column > table.ncols:
            return {}
        return {
            row + 1: shown[style]
            for row in range(table.nrows)
            if table.cell_type(row, column - 1) == xlrd.XL_CELL_NUMBER
            and (style := table.cell_xf_index(row, column - 1)) in shown
        }


def currencies_of_xlsb(path: Path, sheet: str, column: int) -> dict[int, str]:
    """Return the currencies of the values in a column (1 is A) of a sheet, by row from 1."""
    found: dict[int, str] = {}
    row = 0
    with zipfile.ZipFile(path) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        if "xl/styles.bin" not in names:
            return {}
        shown = _styles(archive.read(names["xl/styles.bin"]))
        if not shown:
            return {}
        listed = dict(_sheets(archive.read(names["xl/workbook.bin"])))
        relations = {
            item.get("Id"): posixpath.normpath(posixpath.join("/xl", item.get("Target", "")))
            for item in fromstring(archive.read(names["xl/_rels/workbook.bin.rels"]))
        }
        part = names[relations[listed[sheet]].lstrip("/").lower()]
        for kind, data in _records(archive.read(part)):
            if kind == _ROW:
                row = struct.unpack_from("<I", data)[0] + 1
            elif kind in _CELLS:
                place, style = struct.unpack_from("<II", data)
                if place == column - 1 and (sign := shown.get(style & 0xFFFFFF)):
                    found[row] = sign
    return found


def _styles(styles: bytes) -> dict[int, str]:
    """Return the currency that each style of cells shows, by its number."""
    codes: dict[int, str] = {}
    formats: list[int] = []
    are_of_cells = False
    for kind, data in _records(styles):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _text(data, 2)[0]
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            are_of_cells = kind == _STYLES_BEGIN
        elif kind == _STYLE and are_of_cells:
            formats.append(struct.unpack_from("<H", data, 2)[0])
    signs = {code: currency_shown(text) for code, text in codes.items()}
    return {number: sign for number, code in enumerate(formats) if (sign := signs.get(code, ""))}


def _sheets(book: bytes) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet and the id of its part."""
    for kind, data in _records(book):
        if kind == _SHEET:
            part, end = _text(data, 8)
            yield _text(data, end)[0], part


def _text(data: bytes, start: int) -> tuple[str, int]:
    """Return a text with its length before it, and where it ends."""
    end = start + 4 + 2 * struct.unpack_from("<I", data, start)[0]
    return data[start + 4 : end].decode("utf-16-le"), end


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the content of each record: both kind and size in bytes of seven bits."""
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | data[at] << 7
            at += 1
        size = shift = 0
        while True:
            size |= (data[at] & 0x7F) << shift
            shift += 7
            at += 1
            if not data[at - 1] & 0x80:
                break
        yield kind, data[at : at + size]
        at += size
