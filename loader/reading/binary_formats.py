"""What cells of an .xls or .xlsb show by their format, which calamine does not tell."""

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
_ROW, _FONT, _FORMAT, _STYLE, _SHEET, _MERGED = 0, 43, 44, 47, 156, 176
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


def struck_through_in_xls(path: Path, sheet: str) -> list[tuple[int, int]]:
    """Return (row from 1, column from 0) of the cells whose text is struck through."""
    with xlrd.open_workbook(
        str(path), formatting_info=True, on_demand=True, logfile=StringIO()
    ) as book:
        struck = {
            number
            for number, style in enumerate(book.xf_list)
            if style.font_index < len(book.font_list)
            and book.font_list[style.font_index].struck_out
        }
        if not struck:
            return []
        table = book.sheet_by_name(sheet)
        return [
            (row + 1, column)
            for row in range(table.nrows)
            for column in range(table.row_len(row))
            if table.cell_xf_index(row, column) in struck
        ]


def currencies_of_xlsb(path: Path, sheet: str, column: int) -> dict[int, str]:
    """Return the currencies of the values in a column (1 is A) of a sheet, by row from 1."""
    shown = _currencies(_styles_part(path))
    if not shown:
        return {}
    cells = _styled(_sheet_part(path, sheet))
    return {
        row: shown[style] for row, place, style in cells if place == column - 1 and style in shown
    }


def struck_through_in_xlsb(path: Path, sheet: str) -> list[tuple[int, int]]:
    """Return (row from 1, column from 0) of the cells whose text is struck through."""
    fonts, used = [], []
    for kind, data in _records_of_cells(_styles_part(path)):
        if kind == _FONT:
            fonts.append(bool(data[2] & 0x08))
        elif kind == _STYLE:
            used.append(struct.unpack_from("<H", data, 4)[0])
    struck = {number for number, font in enumerate(used) if font < len(fonts) and fonts[font]}
    if not struck:
        return []
    cells = _styled(_sheet_part(path, sheet))
    return [(row, place) for row, place, style in cells if style in struck]


def merged_down_in_xlsb(path: Path, sheet: str) -> list[tuple[int, int, int]]:
    """Return (first row, last row, column from 0) of the cells merged over several rows."""
    areas = (
        struct.unpack_from("<4I", data)
        for kind, data in _records(_sheet_part(path, sheet))
        if kind == _MERGED
    )
    return [(top + 1, bottom + 1, left) for top, bottom, left, _ in areas if top < bottom]


def _styles_part(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        return archive.read(names["xl/styles.bin"]) if "xl/styles.bin" in names else b""


def _sheet_part(path: Path, sheet: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        listed = dict(_sheets(archive.read(names["xl/workbook.bin"])))
        relations = {
            item.get("Id"): posixpath.normpath(posixpath.join("/xl", item.get("Target", "")))
            for item in fromstring(archive.read(names["xl/_rels/workbook.bin.rels"]))
        }
        return archive.read(names[relations[listed[sheet]].lstrip("/").lower()])


def _styled(part: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the row, from 1, the column, from 0, and the style of each cell with a value."""
    row = 0
    for kind, data in _records(part):
        if kind == _ROW:
            row = struct.unpack_from("<I", data)[0] + 1
        elif kind in _CELLS:
            place, style = struct.unpack_from("<II", data)
            yield row, place, style & 0xFFFFFF


def _records_of_cells(styles: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of styles, without the styles that others are made from."""
    are_of_cells = False
    for kind, data in _records(styles):
        if kind in (_STYLES_BEGIN, _STYLES_END):
            are_of_cells = kind == _STYLES_BEGIN
        elif kind != _STYLE or are_of_cells:
            yield kind, data


def _currencies(styles: bytes) -> dict[int, str]:
    """Return the currency that each style of cells shows, by its number."""
    codes: dict[int, str] = {}
    formats: list[int] = []
    for kind, data in _records_of_cells(styles):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _text(data, 2)[0]
        elif kind == _STYLE:
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
