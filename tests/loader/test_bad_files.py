"""Files that do not load say where and why, and what to do; what is only odd loads with a note."""

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from loader.file_reader import FileReader
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, LINE, Dropped, extra, failed, ledger, loaded, raw
from tests.reading.conftest import XLS_END, XLS_GLOBALS, XLS_PASSWORD, biff, ole, xls

TEXT = "Order ID,Order Date,Product,Units,Unit Price\nA1,2026-01-05,Tea,2,3.50\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "", "the file is empty: export it again."),
        ("a.csv", TEXT.partition("\n")[0] + "\n", "there are no rows below the header (row 1)"),
        ("a.csv", "\n\n\n", "it holds no rows at all"),
        ("a.csv", '"' + TEXT, "row 1: a quotation mark opens"),
        ("a.csv", TEXT + "A2,2026-01-05,T\0a,2,3.50\n", "row 3 holds a NUL character"),
        ("a.csv", b"PK\x03\x04" + bytes(50), "the file is no CSV; it seems to be a zip archive"),
        ("a.csv", "a" + "," * 16_384 + "\n", "row 1 has 16,385 columns, more than the 16,384"),
        ("a.xlsx", "", "the file is empty (0 bytes): export it again."),
        ("a.xlsx", TEXT, "it seems to be plain text, perhaps CSV: name it .csv"),
        ("a.xlsx", b"PK\x03\x04" + bytes(50), "is cut short or damaged"),
        ("a.xls", ole("Workbook", biff(XLS_GLOBALS, XLS_PASSWORD, XLS_END)), "by a password"),
        ("a.doc", TEXT, "files that end in '.doc' are not read; those in .csv, "),
    ],
)
def test_messages(
    duckdb_warehouse: Warehouse, drop: Dropped, name: str, content: str | bytes, said: str
) -> None:
    assert said in failed(duckdb_warehouse.load(drop(name, content)))
    assert ledger(duckdb_warehouse, "status, path") == [("failed", name)]
    assert not raw(duckdb_warehouse, "*")


def test_a_fault_of_the_program_fails_one_file(
    duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        drop(name, TEXT.replace("A1", name))
    notes = FileReader.notes

    def faulty(reader: FileReader) -> list[str]:
        if reader.delivery.path.name == "b.csv":
            raise TypeError("a fault")
        return notes(reader)

    monkeypatch.setattr(FileReader, "notes", faulty)
    for outcomes, rest in (
        (duckdb_warehouse.load(inbox), "loaded"),
        (duckdb_warehouse.check(inbox), "unchanged"),
    ):
        assert [outcome.status for outcome in outcomes] == [rest, "failed", rest]
        assert "the program failed on it (TypeError in test_bad_files.py" in outcomes[1].error
    assert raw(duckdb_warehouse, "order_id") == [("a.csv",), ("c.csv",)]
    assert ledger(duckdb_warehouse, "status, path")[1] == ("failed", "b.csv")


def test_truncated_workbook(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    path = drop("a.xlsx", {"S": [HEADER, LINE]})
    path.write_bytes(path.read_bytes()[:-100])
    assert "as by a broken copy or download" in failed(duckdb_warehouse.load(path))


@pytest.mark.filterwarnings("ignore:Unknown worksheet")
def test_charts_only(duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    book = xlsxwriter.Workbook(inbox / "a.xlsx")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=S!$A$1:$A$2"})
    book.add_chartsheet("Chart").set_chart(chart)
    book.close()
    message = failed(duckdb_warehouse.load(inbox))
    assert message == "the workbook holds no worksheet (charts and macros are no tables)."


def test_a_sheet_that_is_not_there(
    duckdb_warehouse: Warehouse, drop: Dropped, tmp_path: Path
) -> None:
    (tmp_path / "mine.yml").write_text(
        "entity: sales_lines\nfiles: '*'\nsheets: Sales\n"
        "columns: {order_id: Order ID, product_name: Product, units: Units}\n"
    )
    path = drop("a.xlsx", {f"S{i}": [HEADER, LINE] for i in range(40)})
    message = failed(duckdb_warehouse.load(path, layouts=tmp_path))
    assert message.startswith("there is no sheet 'Sales'; the workbook has 'S0', 'S1', ")
    assert message.endswith("'S29' and 10 more.")


def test_formula_without_a_value(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    """It matters only where its value would be read."""
    rows = [[*HEADER, "Memo"], [*LINE, "=1+1"], [*LINE, "x"]]
    loaded(duckdb_warehouse.load(drop("a.xlsx", {"S": rows})))
    rows = [HEADER, LINE, [*LINE[:3], "=1+1", "=2+2"]]
    message = failed(duckdb_warehouse.load(drop("b.xlsx", {"S": rows})))
    assert message == (
        "sheet 'S': cell D3 holds a formula without a saved value, and so do 1 more. "
        "Open the workbook in Excel or LibreOffice, save it, and deliver it again."
    )


def test_formula_without_a_value_outside_of_the_rows(
    duckdb_warehouse: Warehouse, drop: Dropped, tmp_path: Path
) -> None:
    (tmp_path / "mine.yml").write_text(
        "entity: sales_lines\nfiles: '*'\nrows: 1-2\n"
        "columns: {order_id: Order ID, product_name: Product, units: Units}\n"
    )
    path = drop("a.xlsx", {"S": [HEADER, LINE, ["Total", None, None, "=SUM(D2:D2)"]]})
    assert loaded(duckdb_warehouse.load(path, layouts=tmp_path)).rows_loaded == 1


def test_error_cells_are_text(duckdb_warehouse: Warehouse, inbox: Path) -> None:
    book = xlsxwriter.Workbook(inbox / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [*HEADER, "Memo"])
    sheet.write_row(1, 0, LINE)
    sheet.write_formula(1, 4, "=NA()", value="#N/A")
    sheet.write_formula(1, 5, "=1/0", value="#DIV/0!")
    book.close()
    loaded(duckdb_warehouse.load(inbox))
    ((price, text),) = raw(duckdb_warehouse, "unit_price, _extra")
    assert (price, extra(text)) == ("#N/A", {"Memo": "#DIV/0!"})


def test_nul_in_a_workbook(warehouse: Warehouse, drop: Dropped) -> None:
    """An .xls can hold what neither engine can: the same message from both, and nothing loaded."""
    rows: list[list[float | str]] = [[*HEADER], [*LINE], ["A2", "2026-01-05", "T\0a", 1.0, 2.0]]
    message = failed(warehouse.load(drop("a.xls", xls(rows))))
    assert message.startswith("sheet 'S': cell C3 holds a NUL character, which no database can")
    assert not raw(warehouse, "*")


def test_nul_as_an_escape_of_a_workbook(
    duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    path = drop("a.xlsx", {"S": [HEADER, LINE, ["A2", "2026-01-05", "T@a", "1", "2"]]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b"T@a", b"T_x0000_a"))
    assert "cell C3 holds a NUL character" in failed(duckdb_warehouse.load(inbox))


def test_a_far_cell(duckdb_warehouse: Warehouse, inbox: Path) -> None:
    book = xlsxwriter.Workbook(inbox / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    message = failed(duckdb_warehouse.load(inbox))
    assert "XFD1048576" in message
    assert "Delete the stray cells" in message


def test_a_sheet_as_wide_as_can_be(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    header = [*HEADER, *["Memo"] * (16_384 - len(HEADER))]
    outcome = loaded(duckdb_warehouse.load(drop("a.csv", [header, [*LINE, *"x" * 16_379]])))
    ((text,),) = raw(duckdb_warehouse, "_extra")
    assert len(extra(text)) == 16_379
    assert sum(len(note) for note in outcome.notes) < 1_500


def test_many_sheets_that_are_no_tables(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    notes = {f"N{i}": [[f"note {row}", "x"] for row in range(100)] for i in range(60)}
    outcome = loaded(duckdb_warehouse.load(drop("a.xlsx", {"S": [HEADER, LINE], **notes})))
    assert len(outcome.notes) == 1


def test_a_workbook_of_another_suffix(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    path = drop("a.xlsx", {"S": [HEADER, LINE]})
    outcome = loaded(duckdb_warehouse.load(path.rename(path.with_suffix(".xls"))))
    assert outcome.notes == ["its name ends in .xls, its content is .xlsx; it was read as such"]


def test_a_zip_that_is_no_workbook(duckdb_warehouse: Warehouse, inbox: Path) -> None:
    with zipfile.ZipFile(inbox / "a.xlsx", "w") as archive:
        archive.writestr("a.csv", TEXT)
    assert "a zip archive that holds no workbook" in failed(duckdb_warehouse.load(inbox))
