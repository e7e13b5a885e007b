"""Workbooks: every cell where it stands and as it was meant; bad files refused, never a crash."""

import gzip
import os
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from loader.reading import opening
from loader.reading.open_document import currencies_of_ods
from loader.reading.opening import open_sheets
from loader.reading.sheet import BadFile
from loader.reading.workbook import open_workbook

from .conftest import (
    SHEET_XML,
    XLS_END,
    XLS_GLOBALS,
    XLS_PASSWORD,
    Read,
    biff,
    ole,
    xls,
    xlsb,
)

Maker = Callable[..., Path]

XML_2003 = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'


def refusal(path: Path, content: bytes | None = None) -> str:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadFile) as caught:
        Read(path)
    return str(caught.value)


# ------------------------------------------------------------------ values

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n\t"),
    min_size=1,
    max_size=30,
)
CENTS = st.integers(-(10**13), 10**13).map(lambda cents: cents / 100)
MOMENT = st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
CELL = st.none() | TEXT | st.booleans() | st.integers(-(2**49), 2**49) | CENTS | MOMENT


def canonical(cell: object) -> str:
    match cell:
        case bool():
            return str(cell).lower()
        case datetime():
            return str(cell)
        case float():
            text = format(Decimal(repr(cell)), "f")
            return text.removesuffix(".0")
        case _:
            return str(cell)


@settings(deadline=None)
@given(
    st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=5),
    st.integers(1, 30),
    st.integers(1, 30),
)
def test_any_table_comes_back_wherever_it_stands(
    table: list[list[object]], top: int, left: int
) -> None:
    cells = {
        (top + i, left + j): cell
        for i, row in enumerate(table)
        for j, cell in enumerate(row)
        if cell is not None
    }
    with TemporaryDirectory() as folder:
        path = Path(folder, "t.xlsx")
        book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet()
        for (row, column), cell in cells.items():
            write = sheet.write_string if isinstance(cell, str) else sheet.write
            write(row - 1, column - 1, cell)
        book.close()
        assert Read(path).grid == {place: canonical(cell) for place, cell in cells.items()}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "  spaces  ",
            "two\nlines",
            "two\r\nlines",
            "_x0041_",
            "_x000D_",
            "NA",
            "NULL",
            "00123",
        ),
        *("true", "1.50", "=1+1", "ünïcödé 漢字 🎉", "0.123456789", "2024-01-02"),
    ],
)
def test_text_comes_back_as_written(workbook: Maker, text: str) -> None:
    path = workbook(lambda _, sheet: sheet.write_string(0, 0, text))
    assert Read(path).grid == {(1, 1): text}


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"),
        (12345678901234567, "12345678901234570"),  # 16 digits is what the file holds
        (0.1, "0.1"),
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.3333333333333333"),
        (0.0000393021, "0.0000393021"),
        (1.23456789012e-7, "0.000000123456789012"),
        (123456789.12, "123456789.12"),
        (-8388608.01, "-8388608.01"),
        (29726357952.86, "29726357952.86"),
        (179.11, "179.11"),
        (0, "0"),
        (100, "100"),
    ],
)
def test_numbers_keep_the_digits_that_excel_shows(
    workbook: Maker, number: float, text: str
) -> None:
    assert Read(workbook(lambda _, sheet: sheet.write(0, 0, number))).grid == {(1, 1): text}


def test_long_numbers_below_a_header_and_beside_text(workbook: Maker) -> None:
    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_column(2, 3, ["price", 1 / 3, 9.5, 1e-10, "00.123456789", 123456789.12])
        sheet.write_column(2, 4, ["rate", 2 / 3, "n/a"])

    column = {(4, 4): "0.3333333333333333", (5, 4): "9.5", (6, 4): "0.0000000001"}
    assert Read(workbook(fill)).grid == column | {
        (3, 4): "price", (7, 4): "00.123456789", (8, 4): "123456789.12",
        (3, 5): "rate", (4, 5): "0.6666666666666666", (5, 5): "n/a",
    }  # fmt: skip


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_dates_times_and_durations(workbook: Maker, epoch_1904: bool) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        date, clock, elapsed = (
            book.add_format({"num_format": text})
            for text in ("yyyy-mm-dd", "hh:mm:ss", "[h]:mm:ss")
        )
        sheet.write_datetime(0, 0, datetime(2024, 2, 29), date)
        sheet.write_datetime(1, 0, datetime(2024, 1, 2, 3, 4, 5, 678000), date)
        sheet.write_datetime(2, 0, time(3, 4, 5), clock)
        sheet.write_datetime(3, 0, time(0), clock)
        sheet.write_number(4, 0, 26 / 24, elapsed)
        sheet.write_number(5, 0, 1.5 / 24, elapsed)
        sheet.write_number(6, 0, 1e10, date)

    path = workbook(fill, date_1904=epoch_1904)
    assert [row[0] for row in Read(path).rows] == [
        "2024-02-29 00:00:00",
        "2024-01-02 03:04:05.678",
        "03:04:05",
        "00:00:00",
        "26:00:00",
        "01:30:00",
        "10000000000",
    ]


@pytest.mark.parametrize(
    ("serial", "day"), [(1, "1900-01-01"), (59, "1900-02-28"), (61, "1900-03-01")]
)
def test_dates_around_the_leap_day_that_never_was(workbook: Maker, serial: int, day: str) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_number(0, 0, serial, book.add_format({"num_format": "yyyy-mm-dd"}))

    assert Read(workbook(fill)).grid == {(1, 1): f"{day} 00:00:00"}


def test_errors_keep_the_text_of_excel(workbook: Maker) -> None:
    errors = ["#N/A", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"] * 300

    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row(4, 2, ["x", "y"])
        for i, error in enumerate(errors):
            sheet.write_formula(5 + i, 3, "=1", None, error)

    expected = {(6 + i, 4): error for i, error in enumerate(errors)}
    assert Read(workbook(fill)).grid == {(5, 3): "x", (5, 4): "y"} | expected


def test_calculated_empty_text_is_an_empty_cell(sheet_xml: Maker) -> None:
    row = '<c r="A1"><v>1</v></c><c r="B1" t="str"><f>""</f><v></v></c>'
    sheet = Read(sheet_xml(f'<row r="1">{row}</row>'))
    assert sheet.rows == [["1", None]]
    assert sheet.uncalculated == []


def test_cells_without_references_follow_each_other(sheet_xml: Maker) -> None:
    path = sheet_xml("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")
    assert Read(path).rows == [["1", "2"], ["3", None]]


def test_numbers_are_told_from_text_that_looks_like_them(workbook: Maker) -> None:
    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row(3, 2, [1.5, "1.5"])
        sheet.write_row(4, 2, [True, 7])

    with open_sheets(workbook(fill)) as [sheet]:
        assert sheet.first_column() == 3
        cells = [(row, column) for row in (4, 5) for column in (0, 1)]
        assert [sheet.is_number(*cell) for cell in cells] == [True, False, False, True]
        assert not sheet.is_number(99, 99)


def test_a_long_sheet_comes_in_blocks(workbook: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loader.reading.workbook.BLOCK_ROWS", 2)
    sheet = Read(workbook(lambda _, sheet: sheet.write_column(1, 0, ["a", "b", "c", "d"])))
    assert [(block.first_row, block.height) for block in sheet.blocks] == [
        (1, 2),
        (3, 2),
        (5, 1),
    ]
    assert sheet.grid == {(2, 1): "a", (3, 1): "b", (4, 1): "c", (5, 1): "d"}


@pytest.mark.parametrize(
    "text",
    [
        "20260105103000123.1",
        "12345678901234567890",
        "8388609.123456789123",
        "0.1234567891234",
        "007",
    ],
)
def test_text_cells_stay_to_the_letter(workbook: Callable[..., Path], text: str) -> None:
    path = workbook(lambda _, sheet: (sheet.write_string(0, 0, text), sheet.write_number(1, 0, 3)))
    assert Read(path).rows == [[text], ["3"]]


# ------------------------------------------------------------------ formulas


def test_formulas_without_a_value_are_reported(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("S", 0)
    sheet["C3"], sheet["D3"] = "units", "total"
    sheet["C4"], sheet["D4"] = 2, "=C4*2"
    sheet["D9"] = "=SUM(D4:D8)"
    book.save(tmp_path / "f.xlsx")
    assert Read(tmp_path / "f.xlsx").uncalculated == [(4, 1), (9, 1)]


def test_calculated_formulas_are_not(workbook: Maker) -> None:
    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_formula(0, 0, "=1+1", None, 2)
        sheet.write_formula(1, 0, '="a"', None, "a")
        sheet.write_formula(2, 0, "=NA()", None, "#N/A")

    assert Read(workbook(fill)).uncalculated == []


@pytest.mark.parametrize("value", ["", "<v/>", "<v></v>", "<v> </v>"])
@pytest.mark.parametrize("formula", ["<f>1+1</f>", '<f t="shared" si="0"/>'])
def test_every_way_to_leave_out_a_value(sheet_xml: Maker, formula: str, value: str) -> None:
    row = f'<c r="B2"><v>1</v></c><c r="C2">{formula}<v>2</v></c><c r="D2">{formula}{value}</c>'
    # The last column is one of the table only if something stands in it.
    path = sheet_xml(f'<row r="1"><c r="D1"><v>1</v></c></row><row r="2">{row}</row>')
    assert Read(path).uncalculated == [(2, 2)]


def test_a_sheet_of_nothing_but_uncalculated_formulas(sheet_xml: Maker) -> None:
    sheet = Read(sheet_xml('<row r="2"><c r="B2"><f>1</f></c><c r="C2"><f>1</f></c></row>'))
    assert sheet.blocks == []
    assert sheet.uncalculated == [(2, 0), (2, 1)]


# ------------------------------------------------------------------ sheets


def test_hidden_sheets_are_read_and_charts_left_out(workbook: Maker) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write(0, 0, 1)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=A!$A$1:$A$1"})
        book.add_chartsheet("Chart").set_chart(chart)
        hidden = book.add_worksheet("Hïdden & co")
        hidden.write(0, 0, "secret")
        hidden.set_row(0, None, None, {"hidden": True})
        hidden.hide()
        book.add_worksheet("Empty").very_hidden()

    with open_sheets(workbook(fill)) as sheets:
        assert [sheet.name for sheet in sheets] == ["A", "Hïdden & co", "Empty"]
        assert [sheet.notes for sheet in sheets] == [
            [],
            ["sheet 'Hïdden & co' is hidden; it was read all the same"],
            ["sheet 'Empty' is hidden; it was read all the same"],
        ]
        assert [sum(block.height for block in sheet.blocks()) for sheet in sheets] == [
            1,
            1,
            0,
        ]
        assert sheets[2].first_column() == 1


def test_sheets_are_parsed_only_when_read(workbook: Maker) -> None:
    path = workbook(lambda book, sheet: (sheet.write(0, 0, 1), book.add_worksheet("B")))
    broken = path.with_name("broken.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            target.writestr(name, "<worksheet><" if "sheet2" in name else source.read(name))
    with open_sheets(broken) as sheets:
        assert next(sheets[0].blocks()).height == 1
        with pytest.raises(BadFile, match="sheet 'B' is damaged"):
            next(sheets[1].blocks())


def test_a_workbook_of_charts_only(workbook: Maker) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=A!$A$1:$A$1"})
        book.add_chartsheet("Chart").set_chart(chart)

    path = workbook(fill)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b'<sheet name="A" sheetId="1" r:id="rId1"/>', b""
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert "no worksheet" in refusal(path)


# ------------------------------------------------------------------ other formats


def test_xls(tmp_path: Path) -> None:
    (tmp_path / "f.xls").write_bytes(xls([["name", "price"], ["Ann", 1.5], ["Bob", 1 / 3]]))
    sheet = Read(tmp_path / "f.xls")
    assert sheet.rows == [
        ["name", "price"],
        ["Ann", "1.5"],
        ["Bob", "0.3333333333333333"],
    ]
    assert (sheet.name, sheet.notes, sheet.uncalculated) == ("S", [], [])


def test_xlsb(tmp_path: Path) -> None:
    path = xlsb(tmp_path / "f.xlsb", [["name", "price"], ["Ann", 1 / 3]], area=(0, 1, 0, 1))
    sheet = Read(path)
    assert sheet.rows == [["name", "price"], ["Ann", "0.3333333333333333"]]
    assert (sheet.name, sheet.notes, sheet.uncalculated) == ("S", [], [])
    path = xlsb(tmp_path / "far.xlsb", [["a"]], area=(0, 1_048_575, 0, 16_383))
    assert "too large to read" in refusal(path)


def test_ods(ods: Maker) -> None:
    def cell(kind: str, value: str) -> str:
        name = "value" if kind == "float" else f"{kind}-value"
        return f'<table:table-cell office:value-type="{kind}" office:{name}="{value}"/>'

    blank = '<table:table-cell table:number-columns-repeated="2"/>'
    kinds = [("float", "1.5"), ("date", "2024-01-02"), ("time", "PT03H04M05S")]
    kinds += [("time", "PT26H00M00S"), ("boolean", "true"), ("string", "text")]
    path = ods(
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        f"<table:table-row>{blank}{''.join(cell(*kind) for kind in kinds)}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048572">{blank}</table:table-row>'
    )
    assert Read(path).grid == {
        (4, 3): "1.5", (4, 4): "2024-01-02", (4, 5): "03:04:05",
        (4, 6): "26:00:00", (4, 7): "true", (4, 8): "text",
    }  # fmt: skip


def test_currencies_of_ods(ods: Maker) -> None:
    def cell(text: str, more: str = "") -> str:
        return (
            f'<table:table-cell office:value-type="float" office:value="5"{more}>'
            f"<text:p>{text}</text:p></table:table-cell>"
        )

    path = ods(
        "<table:table-row><table:table-cell/>"
        + cell("5", ' office:currency="USD" table:number-columns-repeated="2"')
        + '</table:table-row><table:table-row table:number-rows-repeated="2"><table:table-cell/>'
        + "".join(cell(text) for text in ("-5,00 €", "£5.00", "5 kg", "1'000.00 CHF", "5"))
        + "</table:table-row>"
    )
    sheet = open_workbook(path)[0]
    assert [sheet.currencies(letters) for letters in "BCDEF"] == [
        {1: "USD", 2: "€", 3: "€"}, {1: "USD", 2: "£", 3: "£"}, {}, {2: "CHF", 3: "CHF"}, {},
    ]  # fmt: skip


def test_a_cell_repeated_without_end_takes_no_memory(ods: Maker) -> None:
    path = ods(
        '<table:table-row table:number-rows-repeated="999999999999"><table:table-cell '
        'table:number-columns-repeated="999999999999" office:value-type="currency" '
        'office:currency="EUR" office:value="5"><text:p>5</text:p></table:table-cell>'
        "</table:table-row>"
    )
    assert len(currencies_of_ods(path, "S", 16_384)) == 1_048_576


def test_the_content_decides_and_not_the_suffix(workbook: Maker) -> None:
    path = workbook(lambda _, sheet: sheet.write(0, 0, 5))
    wrong = path.rename(path.with_suffix(".xls"))
    assert Read(wrong).grid == {(1, 1): "5"}
    assert Read(wrong).notes == ["its name ends in .xls, its content is .xlsx; it was read as such"]
    (wrong.with_suffix(".xlsx")).write_bytes(xls([["old"]]))
    with open_sheets(wrong.with_suffix(".xlsx")) as [sheet]:
        assert next(sheet.blocks()).columns[0].to_pylist() == ["old"]
        assert not sheet.is_number(1, 0)


@pytest.mark.parametrize("name", ["f.xlsm", "F.XLSX"])
def test_other_names_of_the_same(workbook: Maker, name: str) -> None:
    sheet = Read(workbook(lambda _, sheet: sheet.write(0, 0, 5), name))
    assert (sheet.grid, sheet.notes) == ({(1, 1): "5"}, [])


def test_a_compressed_workbook(workbook: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(lambda _, sheet: sheet.write(0, 0, 5))
    packed = path.with_name("f.xlsx.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert Read(packed).grid == {(1, 1): "5"}
    monkeypatch.setattr(opening, "MAX_UNPACKED_WORKBOOK", 2**20)
    assert "unpacks to over" in refusal(packed, gzip.compress(bytes(2**21)))
    assert "damaged or cut short" in refusal(packed, b"\x1f\x8b\x08")


# ------------------------------------------------------------------ size


@pytest.mark.parametrize("far", ["XFD1048576", "CV1000000", "A4000000000"])
@pytest.mark.parametrize("declared", ["", '<dimension ref="A1:B2"/>', '<dimension ref="B2"/>'])
def test_a_stray_far_cell_is_refused_and_named(sheet_xml: Maker, far: str, declared: str) -> None:
    path = sheet_xml(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        f'<row r="{far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{far}"><v>2</v></c></row>',
        declared,
    )
    message = refusal(path)
    assert far in message
    assert "sheet 'A'" in message


def test_a_far_cell_without_reference(sheet_xml: Maker) -> None:
    row = '<row r="1048576">' + "<c/>" * 16383 + "<c><v>2</v></c></row>"
    assert "XFD1048576" in refusal(sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>' + row))


def test_formatted_blanks_do_not_count(sheet_xml: Maker) -> None:
    path = sheet_xml(
        '<row r="3"><c r="C3"><v>1</v></c></row>'
        + "".join(f'<row r="{row}"><c r="XFD{row}" s="1"/></row>' for row in range(4, 200_000)),
        '<dimension ref="A1:XFD1048576"/>',
    )
    assert Read(path).grid == {(3, 3): "1"}


def test_repetition_in_ods_is_bounded(ods: Maker) -> None:
    cell = '<table:table-cell office:value-type="float" office:value="1"'
    path = ods(
        '<table:table-row table:number-rows-repeated="1048576">'
        f'{cell} table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert "too large to read" in refusal(path)


def test_a_zip_bomb_is_refused(workbook: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(lambda _, sheet: sheet.write(0, 0, 1))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", bytes(2**20))
    monkeypatch.setattr("loader.reading.kinds.MAX_PART", 2**19)
    assert "xl/bomb.xml" in refusal(path)
    monkeypatch.undo()
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/large.xml", bytes(65 * 2**20))
    assert "(xl/large.xml: 65.0)" in refusal(path)


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_too_many_cells_are_refused_before_they_are_read(
    sheet_xml: Maker, ods: Maker, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    row = f"<{prefix}row><{prefix}c><{prefix}v>1</{prefix}v></{prefix}c></{prefix}row>"
    path = sheet_xml(row * 50_000)  # of several pieces, which share the cells at their ends
    monkeypatch.setenv("MAX_CELLS", "49999")
    assert "sheet 'A' has more than 49,999 cells" in refusal(path)
    repeated = '<table:table-cell office:value-type="float" office:value="1"></table:table-cell>'
    message = refusal(ods(f"<table:table-row>{repeated * 50_000}</table:table-row>"))
    assert "more than 49,999 cells" in message
    monkeypatch.setenv("MAX_CELLS", "50000")
    monkeypatch.setattr("loader.reading.package.MAX_ROWS", 49_999)
    assert "more than 49,999 rows" in refusal(path)
    monkeypatch.setattr("loader.reading.package.MAX_ROWS", 50_000)
    assert prefix or len(Read(path).grid) == 50_000


def test_entities_do_not_explode(patched: Maker) -> None:
    levels = "".join(f'<!ENTITY e{i + 1} "{f"&e{i};" * 10}">' for i in range(12))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]><workbook><sheets>&e12;</sheets></workbook>'
    assert "damaged" in refusal(patched({"xl/workbook.xml": bomb}))


# ------------------------------------------------------------------ bad files


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods", ".xlsb"])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "plain text, perhaps CSV"),
        (b"<html><body><table>", "a web page (HTML)"),
        (XML_2003, "an XML Spreadsheet 2003"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
        (b"\x00\x01\x02\x03", "binary data"),
        (b"PK\x03\x04" + bytes(100), "cut short or damaged"),
        (ole("EncryptedPackage", b"secret"), "protected by a password"),
        (ole("WordDocument", b"text"), "no workbook"),
        (ole("Workbook", b"\xff" * 4096), "damaged"),
    ],
)  # fmt: skip
def test_what_is_no_workbook(tmp_path: Path, suffix: str, content: bytes, says: str) -> None:
    assert says in refusal(tmp_path / f"f{suffix}", content)


def test_an_xls_with_a_password(tmp_path: Path) -> None:
    content = ole("Workbook", biff(XLS_GLOBALS, XLS_PASSWORD, XLS_END))
    assert "protected by a password" in refusal(tmp_path / "f.xls", content)


def test_a_workbook_cut_short(workbook: Maker) -> None:
    path = workbook(lambda _, sheet: sheet.write(0, 0, 1))
    assert "cut short or damaged" in refusal(path, path.read_bytes()[:3000])


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    for name in ("readme.txt", "word/document.xml"):
        with zipfile.ZipFile(tmp_path / "f.xlsx", "w") as archive:
            archive.writestr(name, "x")
            archive.writestr("_rels/.rels" if "word" in name else "b.txt", "x")
        assert "holds no workbook" in refusal(tmp_path / "f.xlsx")


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"xl/workbook.xml": None}, "lacks its part 'xl/workbook.xml'"),
        ({"xl/_rels/workbook.xml.rels": None}, "lacks its part"),
        ({SHEET_XML: None}, f"lacks its part '{SHEET_XML}'"),
        ({"xl/sharedStrings.xml": None}, "sheet 'A' is damaged"),
        ({"xl/workbook.xml": "<workbook><sheets>"}, "the workbook is damaged"),
        ({"xl/workbook.xml": "<workbook><sheets/></workbook>"}, "no worksheet"),
        ({SHEET_XML: "<worksheet><sheetData><row><c><v>1</c>"}, "sheet 'A' is damaged"),
        (
            {SHEET_XML: '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v>'},
            "sheet 'A' is damaged",
        ),
        ({SHEET_XML: "no XML"}, "sheet 'A' is damaged"),
        ({"xl/sharedStrings.xml": "<sst><si><t>x"}, "damaged"),
    ],
)
def test_missing_and_corrupt_parts(patched: Maker, parts: dict[str, str | None], says: str) -> None:
    assert says in refusal(patched(parts))


def test_an_error_that_calamine_does_not_know(sheet_xml: Maker) -> None:
    path = sheet_xml('<row r="1"><c r="A1" t="e"><v>#SPILL!</v></c></row>')
    assert "sheet 'A' has a formula that shows #SPILL!" in refusal(path)


def test_a_panic_of_the_parser_is_a_bad_file(
    workbook: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):
        pass

    def panic(*_: object) -> None:
        raise PanicException("index out of bounds")

    monkeypatch.setattr("fastexcel.read_excel", panic)
    path = workbook(lambda _, sheet: sheet.write(0, 0, 1))
    assert "damaged or incomplete (index out of bounds)" in refusal(path)


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    assert "folder" in refusal(tmp_path / "folder.xlsx")
    assert "cannot be read" in refusal(tmp_path / "none.xlsx")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(workbook: Maker) -> None:
    path = workbook(lambda _, sheet: sheet.write(0, 0, 1))
    path.chmod(0)
    assert "cannot be read" in refusal(path)
