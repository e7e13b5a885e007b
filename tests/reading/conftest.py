"""Makers of files for the tests of the readers."""

import struct
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from loader.reading.opening import open_sheets

SHEET_XML = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

Grid = dict[tuple[int, int], str]
"""Texts by row, as Excel numbers it, and column (1 is A)."""


class Read:
    """What came out of one sheet."""

    def __init__(self, path: Path, position: int = 0, encoding: str | None = None) -> None:
        with open_sheets(path, encoding=encoding) as sheets:
            sheet = sheets[position]
            self.blocks = list(sheet.blocks())
            self.name = sheet.name
            self.first_column = sheet.first_column()
            self.uncalculated = sheet.uncalculated()
            self.notes = sheet.notes

    @property
    def grid(self) -> Grid:
        return {
            (block.first_row + row, self.first_column + position): text
            for block in self.blocks
            for position, column in enumerate(block.columns)
            for row, text in enumerate(column.to_pylist())
            if text is not None
        }

    @property
    def rows(self) -> list[list[str | None]]:
        return [
            list(row)
            for block in self.blocks
            for row in zip(*(column.to_pylist() for column in block.columns), strict=True)
        ]


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Make an .xlsx of one sheet, A, filled by a function of workbook and sheet."""

    def make(
        fill: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], object],
        name: str = "book.xlsx",
        **options: object,
    ) -> Path:
        book = xlsxwriter.Workbook(tmp_path / name, options)
        fill(book, book.add_worksheet("A"))
        book.close()
        return tmp_path / name

    return make


@pytest.fixture
def patched(workbook: Callable[..., Path]) -> Callable[..., Path]:
    """Make an .xlsx of which some parts are replaced, added, or (None) left out."""

    def make(parts: dict[str, str | None]) -> Path:
        path = workbook(lambda _, sheet: sheet.write(0, 0, "x"))
        with zipfile.ZipFile(BytesIO(path.read_bytes())) as archive:
            content: dict[str, str | bytes | None] = {
                name: archive.read(name) for name in archive.namelist()
            }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in (content | parts).items():
                if text is not None:
                    archive.writestr(name, text)
        return path

    return make


@pytest.fixture
def sheet_xml(patched: Callable[..., Path]) -> Callable[[str], Path]:
    """Make an .xlsx from the rows of its sheet as XML, with what stands before them."""

    def make(rows: str, before: str = "") -> Path:
        xml = f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'
        return patched({SHEET_XML: xml})

    return make


@pytest.fixture
def ods(tmp_path: Path) -> Callable[[str], Path]:
    """Make an .ods from the rows of its only sheet as XML."""
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    space = "urn:oasis:names:tc:opendocument:xmlns"

    def make(rows: str) -> Path:
        path = tmp_path / "book.ods"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", mime)
            archive.writestr(
                "META-INF/manifest.xml",
                f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"/>',
            )
            archive.writestr(
                "content.xml",
                f'<office:document-content xmlns:office="{space}:office:1.0" '
                f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body>'
                f'<office:spreadsheet><table:table table:name="S">{rows}</table:table>'
                "</office:spreadsheet></office:body></office:document-content>",
            )
        return path

    return make


def ole(stream: str, content: bytes) -> bytes:
    """Make a compound file, the container of .xls, that holds one stream."""
    sector = 512
    content = content.ljust(8 * sector, b"\0")  # shorter ones would go elsewhere
    used = len(content) // sector
    header = struct.pack(
        "<8s16x5H6x9I",
        bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, used + 2), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return text.ljust(64, b"\0") + struct.pack(
            "<HBB3I36xIQ",
            len(text),
            kind,
            1,
            0xFFFFFFFF,
            0xFFFFFFFF,
            child,
            start,
            size,
        )

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(
        stream, 2, 0xFFFFFFFF, 2, len(content)
    )
    return header + table + folder.ljust(sector, b"\0") + content


def biff(*records: tuple[int, bytes]) -> bytes:
    """Put together the records of an .xls."""
    return b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in records)


XLS_GLOBALS = (0x0809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
XLS_END = (0x000A, b"")
XLS_PASSWORD = (0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48))


def xls(rows: list[list[float | str]], formats: Sequence[str] = ()) -> bytes:
    """Make an .xls of one sheet, S; the rows below the first have these number formats."""
    cells = [
        (0x0203, struct.pack("<HHHd", row, column, row * bool(formats), value))
        if isinstance(value, float)
        else (
            0x0204,
            struct.pack("<HHHHB", row, column, 0, len(value), 0) + value.encode("latin-1"),
        )
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
    ]
    sheet = biff((0x0809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0)), *cells, XLS_END)
    code_page = (0x0042, struct.pack("<H", 1200))
    font = struct.pack("<5H5B", 200, 0, 8, 400, 0, 0, 0, 0, 0, 1) + b"\0A"
    styles = [
        *[(0x0031, font)] * bool(formats),
        *(
            (0x041E, struct.pack("<HHB", 163 + i, len(code), 1) + code.encode("utf-16-le"))
            for i, code in enumerate(["General"] * bool(formats) + [*formats])
        ),
        *((0x00E0, struct.pack("<HH16x", 0, 163 + i)) for i in range(len(formats) + 1)),
    ]
    bound = len(biff(XLS_GLOBALS, code_page, *styles, (0x0085, bytes(9)), XLS_END))
    listed = (0x0085, struct.pack("<IBBBB", bound, 0, 0, 1, 0) + b"S")
    return ole("Workbook", biff(XLS_GLOBALS, code_page, *styles, listed, XLS_END) + sheet)


def xlsb(
    path: Path,
    rows: list[list[float | str]],
    area: tuple[int, int, int, int],
    formats: Sequence[str] = (),
) -> Path:
    """Make an .xlsb of one sheet, S, that declares an area (first and last row, and column).

    The rows below the first have these number formats.
    """

    def record(kind: int, data: bytes = b"") -> bytes:
        number = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
        return number + bytes([len(data)]) + data

    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode("utf-16-le")

    cells = b"".join(
        record(0, struct.pack("<II9x", row, 0))
        + b"".join(
            record(5, struct.pack("<IId", column, row * bool(formats), value))
            if isinstance(value, float)
            else record(6, struct.pack("<II", column, 0) + text(value))
            for column, value in enumerate(values)
        )
        for row, values in enumerate(rows)
    )
    sheet = record(148, struct.pack("<4I", *area)) + record(145) + cells + record(146)
    listed = record(156, struct.pack("<II", 0, 1) + text("rId1") + text("S"))
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{space}">'
            f'<Relationship Id="rId1" Type="{kind}" Target="worksheets/sheet1.bin"/>'
            "</Relationships>",
        )
        archive.writestr(
            "xl/workbook.bin",
            record(131) + record(143) + listed + record(144) + record(132),
        )
        archive.writestr("xl/worksheets/sheet1.bin", record(129) + sheet + record(130))
        if formats:
            named = [record(44, struct.pack("<H", 164 + i) + text(code))
                     for i, code in enumerate(formats)]  # fmt: skip
            begin = record(615, struct.pack("<I", len(named)))
            # Styles that cells are made of come before those of cells.
            styles = [record(47, struct.pack("<HH12x", 0, 164))]
            styles.append(record(617, struct.pack("<I", len(named) + 1)))
            styles += [record(47, struct.pack("<HH12x", 0, 163 + i)) for i in range(len(named) + 1)]
            archive.writestr("xl/styles.bin", b"".join([begin, *named, *styles, record(618)]))
    return path
