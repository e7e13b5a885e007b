"""The workbooks that go back to the senders, opened again."""

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from reporting.draw.excel import rows_sheet
from reporting.draw.excel.cells import cell_text, sheet_name
from reporting.draw.excel.workbook_names import workbook_name
from tests.reporting.conftest import PRICE, UNITS, WHOLE, Run, Tables

KEPT_OUT, FLAGGED = "FFF8C9C4", "FFFFE9A8"


def books(run: Run, folder: Path) -> list[Any]:
    """Write the workbooks and open them, in the order of their names."""
    assert run("quality", "--out", folder).exit_code == 0
    return [openpyxl.load_workbook(path) for path in sorted(folder.glob("*.xlsx"))]


def values(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def fills(sheet: Any) -> dict[str, str]:
    return {
        cell.coordinate: cell.fill.fgColor.rgb
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if cell.fill.fill_type
    }


def comments(sheet: Any) -> dict[str, str]:
    return {
        cell.coordinate: cell.comment.text
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }


def test_rows(run: Run, faulty: Tables, tmp_path: Path) -> None:
    north, web = books(run, tmp_path)
    assert north.sheetnames == ["Summary", "Sales"]
    sheet = north["Sales"]
    assert values(sheet) == [
        ["Row", "Order ID", "Menge", "Amount", "Amount (2)", "Row (2)", "What is wrong"],
        [5, "S5", "two", "95", None, "x", f"{UNITS[3]}; {PRICE[3]}"],
        [7, "S7", "3", "95", None, "x", f"{PRICE[3]} (usually 9.50)"],
        [9, "S9", "=2+3", "95", None, "x", f"{UNITS[3]}; {WHOLE[3]}"],
    ]
    assert fills(sheet) == {
        "C2": KEPT_OUT,
        "D2": FLAGGED,
        "D3": FLAGGED,
        "A4": KEPT_OUT,
        "C4": KEPT_OUT,
    }
    said = comments(sheet)
    assert set(said) == set(fills(sheet))
    assert said["C2"] == (
        "Kept out of the figures: units is no number.\nWrite a plain number, such as 3."
    )
    assert said["D3"].startswith("Counted, but flagged: unit_price is ten times")
    assert said["A4"].startswith("Kept out of the figures: the row has more cells")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:G4")
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    # A CSV has one sheet, and its empty bad cell is coloured too.
    assert web.sheetnames == ["Summary", "Rows"]
    assert values(web["Rows"])[1:] == [[2, "C1", None, UNITS[3]]]
    assert fills(web["Rows"]) == {"C2": KEPT_OUT}


def test_summary(run: Run, faulty: Tables, tmp_path: Path) -> None:
    north, _ = books(run, tmp_path)
    rows = [[value for value in row if value is not None] for row in values(north["Summary"])]
    assert rows[:2] == [["Rows to correct"], ["north/Sales 2026-W04.xlsx"]]
    assert rows[2][0].startswith("Made on 20")
    assert "save it under the same name and put it back" in rows[4][0]
    assert rows[6:] == [
        ["What is wrong", "These rows are", "Rows", "Amount at stake", "What to do"],
        [f"{UNITS[3]} (sales lines)", "kept out of the figures", 2, "€190.00", UNITS[4]],
        [f"{WHOLE[3]} (sales lines)", "kept out of the figures", 1, WHOLE[4]],
        [
            f"{PRICE[3]} (sales lines)",
            "counted, but flagged",
            2,
            "€190.00\n$285.50",
            PRICE[4],
        ],
        [],
        ["Sheet of this workbook", "Rows"],
        ["Sales", 3],
        [],
        ["Kept out of the figures"],
        ["Counted, but flagged"],
        ["Point at a coloured cell to read more (the first 2,000 of each sheet)."],
    ]


def test_no_wrapped_text_runs_over_the_row_below(run: Run, tables: Tables, tmp_path: Path) -> None:
    words = "what is wrong with this row, in some words "
    long = ("r", "warn", "units", words * 5, words * 6)
    for number, rules in ((3, [UNITS]), (4, [long]), (5, [UNITS, long])):
        tables.cells(number, {"units": "x"})
        for rule in rules:
            for currency in ("EUR", "USD", "GBP"):
                tables.issue(rule, number, "a.xlsx", amount=1, currency=currency)
    tables.part("a.xlsx", counts=(3, 0, 1, 2, 0))
    (book,) = books(run, tmp_path)

    def heights(sheet: Any) -> dict[Any, float]:
        return {row[0].value: sheet.row_dimensions[row[0].row].height or 15 for row in sheet}

    rows = heights(book["Sales"])
    assert rows[3] == 15
    # 215 letters in a column of 60, and some more.
    assert rows[4] >= 4 * 15
    assert rows[5] > rows[4] - 1
    summary = heights(book["Summary"])
    assert summary[f"{UNITS[3]} (sales lines)"] >= 3 * 15  # an amount a currency
    assert summary[f"{words * 5} (sales lines)"] >= 5 * 15


def test_what_is_wrong_all_over_a_file_is_said_once(
    run: Run, tables: Tables, tmp_path: Path
) -> None:
    for file, version in (("a.xlsx", 1), ("b.xlsx", 2)):
        for number in range(3, 15):
            tables.cells(number, {"units": "x"}, version=version)
            tables.issue(PRICE, number, file, version=version, amount=1, widespread=True)
        tables.part(file, version=version)
    tables.issue(UNITS, 4, "a.xlsx")
    both, alone = books(run, tmp_path)
    told = f"{PRICE[3]} (sales lines); it is so all over the file, and its rows are not listed"
    assert [row[:3] for row in values(both["Summary"])[7:9]] == [
        [f"{UNITS[3]} (sales lines)", "kept out of the figures", 1],
        [told, "counted, but flagged", 12],
    ]
    assert [row[0] for row in values(both["Sales"])[1:]] == [4]
    assert alone.sheetnames == ["Summary"]
    assert [row[0] for row in values(alone["Summary"])[7:9]] == [told, None]


def test_sheets_and_versions(run: Run, tables: Tables, tmp_path: Path) -> None:
    names = ["Summary", "a/b:c" * 10, "A_b_c" * 10, "History", "'x'", None]
    for part, name in enumerate(names, 1):
        tables.issue(UNITS, 3, "a.xlsx", name, part=part)
        tables.cells(3, {"units": f"u{part}"}, part=part)
    # Rows of another version that counts, and an issue of a row without cells.
    tables.issue(UNITS, 4, "a.xlsx", "New", version=2)
    tables.part("a.xlsx", counts=(9, 0, 2, 7, 0))
    (book,) = books(run, tmp_path)
    assert book.sheetnames == [
        "Summary",
        "Summary (2)",
        "a_b_ca_b_ca_b_ca_b_ca_b_ca_b_c…",
        "A_b_cA_b_cA_b_cA_b_cA_b_cA… (2)",
        "History_",
        "x",
        "Rows",
        "New",
    ]
    assert [row[1] for sheet in book.worksheets[1:7] for row in values(sheet)[1:]] == [
        f"u{part}" for part in range(1, 7)
    ]
    assert values(book["New"]) == [["Row", "What is wrong"], [4, UNITS[3]]]
    assert fills(book["New"]) == {"A2": KEPT_OUT}


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "{=A1}",
        "http://evil.example",
        "mailto:a@b.c",
        "internal:Summary!A1",
        "<b>&amp;</b>",
        "  blanks ",
        "_x0041_",
        "00123",
        "1e5",
        "one\ntwo\tthree",
        "#N/A",
        "TRUE",
        "\N{RIGHT-TO-LEFT OVERRIDE}x😀",
    ],
)
def test_texts_stay_texts(run: Run, tables: Tables, tmp_path: Path, text: str) -> None:
    hostile = ("r", "reject", "units", text, text)
    tables.cells(3, {"units": text, "other": text}, headers=[text, "Other"])
    tables.issue(hostile, 3, "a.xlsx", None, currency=text, amount=1)
    tables.part("a.xlsx", counts=(1, 0, 0, 1, 0))
    assert run("quality", "--out", tmp_path).exit_code == 0
    path = tmp_path / "a - to correct.xlsx"
    with zipfile.ZipFile(path) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
        rels = [parts.read(name) for name in parts.namelist() if name.endswith(".rels")]
    for content in sheets:
        assert not [tag for tag in (b"<f>", b"<f ", b"<hyperlink", b't="b"') if tag in content]
    assert not [content for content in rels if b"evil" in content or b'"External"' in content]
    sheet = openpyxl.load_workbook(path)["Rows"]
    for cell in (sheet["B1"], sheet["B2"], sheet["C2"], sheet["D2"]):
        assert unescape(cell.value) == text
        assert cell.row == 1 or cell.column == 4 or cell.number_format == "@"


def test_what_no_cell_can_hold(run: Run, tables: Tables, tmp_path: Path) -> None:
    tables.cells(3, {"units": "a\x01b\x1f\ufffe\r", "other": "y" * 40_000})
    tables.issue(("r", "warn", "units", "z" * 40_000, "z" * 40_000), 3, "a.xlsx")
    tables.part("a.xlsx", counts=(1, 0, 1, 0, 0))
    (book,) = books(run, tmp_path)
    row = values(book["Sales"])[1]
    assert row[1].startswith("a\N{REPLACEMENT CHARACTER}b" + 2 * "\N{REPLACEMENT CHARACTER}")
    assert [len(text) for text in row[2:]] == [32_767, 32_767]
    assert row[2].endswith("y…")
    assert cell_text("\ud800" + "😀" * 20_000).endswith("😀…")


def test_more_rows_and_comments_than_a_sheet_takes(
    run: Run, tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_sheet, "ROW_LIMIT", 3)
    monkeypatch.setattr(rows_sheet, "COMMENT_LIMIT", 2)
    for number in range(5):
        tables.cells(number, {"units": "x"})
        tables.issue(UNITS, number, "a.xlsx")
    tables.part("a.xlsx", counts=(5, 0, 0, 5, 0))
    (book,) = books(run, tmp_path)
    assert [row[0] for row in values(book["Sales"])] == [
        *("Row", 0, 1, 2, None),
        "2 more rows are not listed here.",
    ]
    assert book["Sales"].auto_filter.ref == "A1:C4"
    assert len(comments(book["Sales"])) == 2
    assert ["Sales", 3, "and 2 more, not listed", None, None] in values(book["Summary"])


@pytest.mark.parametrize(
    ("source_file", "name"),
    [
        ("north/Sales 2026-W04.xlsx", "north - Sales 2026-W04"),
        ("../../etc/passwd.csv", "etc - passwd"),
        ("/abs/x.csv.gz", "abs - x"),
        ("C:\\temp\\x.XLSB", "C_ - temp - x"),
        (
            "a\x00b\n\x1b[1m.csv",
            "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[1m",
        ),
        ("..", "file"),
        ("", "file"),
        ("...csv", "file"),
        ("-rf.csv", "rf"),
        ("CON.csv", "_CON"),
        ("nul.x.csv", "_nul.x"),
        ('a<b>:"|?*.ods', "a_b______"),
        ("ü" * 300 + ".csv", "ü" * 90),
        ("v1.2 final", "v1.2 final"),
    ],
)
def test_workbook_names(source_file: str, name: str) -> None:
    found = workbook_name(source_file, set())
    assert found == f"{name} - to correct.xlsx"
    assert Path(found).name == found


def test_names_are_unique() -> None:
    taken: set[str] = set()
    found = []
    for source_file in ("a/b.csv", "a/b.xlsx", "A/B.csv.gz", "a - b.csv"):
        found.append(workbook_name(source_file, taken))
        taken.add(found[-1].lower())
    assert found[:2] == ["a - b - to correct.xlsx", "a - b (2) - to correct.xlsx"]
    assert len(taken) == 4
    sheets = {"summary"}
    for _ in range(12):
        name = sheet_name("😀" * 40, sheets)
        assert len(name.encode("utf-16-le")) <= 2 * 31
        sheets.add(name.lower())
    assert len(sheets) == 13
