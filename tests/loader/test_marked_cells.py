"""Cells that are merged over several rows or struck through, and rows that are examples."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, loaded, raw

HEADER = ["Date", "Order", "Customer", "Product", "Qty", "Total"]
LINES: list[list[str | float]] = [
    [f"2026-01-{5 + i // 3:02}", f"A{i // 3}", f"Shop {i // 3}", f"Tea {i}", 2, 10.0 + i]
    for i in range(6)
]
LAID_OUT = (
    "entity: sales_lines\nfiles: '*'\ncolumns: {sold_at: Date, order_id: Order, "
    "customer_name: Customer, product_name: Product, units: Qty, line_total: Total}\n"
)

Book = Callable[..., Path]


@pytest.fixture
def book(inbox: Path) -> Book:
    """Drop a workbook with cells of some columns merged over rows 2 to 4, and over 5 to 7."""

    def make(merged: str = "", struck: tuple[int, ...] = (), name: str = "a.xlsx") -> Path:
        work = openpyxl.Workbook()
        sheet = work.active
        assert sheet is not None
        sheet.append(HEADER)
        for row in LINES:
            sheet.append(row)
        for letters in merged:
            for first in (2, 5):
                sheet.merge_cells(f"{letters}{first}:{letters}{first + 2}")
        for number in struck:
            for column in range(1, 7):
                sheet.cell(number, column).font = Font(strike=True)
        work.save(inbox / name)
        return inbox / name

    return make


def test_a_day_and_a_name_merged_downwards_stand_for_each_of_their_rows(
    duckdb_warehouse: Warehouse, book: Book
) -> None:
    outcome = loaded(duckdb_warehouse.load(book("ABC")))
    assert raw(duckdb_warehouse, "sold_at, order_id, customer_name, line_total") == [
        (*line[:3], str(int(float(line[5])))) for line in LINES
    ]
    told = "cells merged downwards under 'Date', 'Order', 'Customer' stand for each of their rows"
    assert f"{told} (4 rows filled)" in outcome.notes


def test_a_blank_row_in_a_merged_cell_stays_blank(
    duckdb_warehouse: Warehouse, inbox: Path, book: Book
) -> None:
    work = openpyxl.load_workbook(book("A"))
    sheet = work.active
    assert sheet is not None
    for column in range(2, 7):
        sheet.cell(6, column, None).value = None
    work.save(inbox / "a.xlsx")
    assert loaded(duckdb_warehouse.load(inbox / "a.xlsx")).rows_skipped == {"blank": 1}


def test_a_total_merged_over_lines_is_asked_for(
    duckdb_warehouse: Warehouse, book: Book, layouts: LaidOut
) -> None:
    (outcome,) = duckdb_warehouse.load(book("AF"))
    assert outcome.status == "held"
    # Rows 2 and 5 hold 10 and 13, each for three lines.
    assert "shared out among its lines (23.00 in the first rows)" in outcome.error
    (outcome,) = duckdb_warehouse.load(book("F"), layouts=layouts(own=LAID_OUT))
    assert "of them together, to be shared out among them (23.00)" in outcome.error
    assert "of each of them (69.00)" in outcome.error


@pytest.mark.parametrize(
    ("key", "totals"),
    [
        ("order_amounts: line_total", ["3.33", "3.33", "3.34", "4.33", "4.33", "4.34"]),
        ("fill_down: line_total", ["10", "10", "10", "13", "13", "13"]),
    ],
)
def test_the_answer_about_a_merged_total_loads(
    duckdb_warehouse: Warehouse, book: Book, layouts: LaidOut, key: str, totals: list[str]
) -> None:
    folder = layouts(own=f"{LAID_OUT}{key}\n")
    loaded(duckdb_warehouse.load(book("F"), layouts=folder))
    assert raw(duckdb_warehouse, "line_total") == [(total,) for total in totals]


def test_rows_struck_through_are_asked_for(duckdb_warehouse: Warehouse, book: Book) -> None:
    (outcome,) = duckdb_warehouse.load(book(struck=(3, 6)))
    assert outcome.status == "held"
    assert "2 rows struck through (3, 6): are such rows cancelled, and no sales (50.00)" in (
        outcome.error
    )
    assert "or sales all the same (75.00)?" in outcome.error


@pytest.mark.parametrize(("said", "rows"), [("left_out", 4), ("counted", 6)])
def test_a_layout_says_whether_rows_struck_through_count(
    duckdb_warehouse: Warehouse, book: Book, layouts: LaidOut, said: str, rows: int
) -> None:
    folder = layouts(own=f"{LAID_OUT}struck_through: {said}\n")
    outcome = loaded(duckdb_warehouse.load(book(struck=(3, 6)), layouts=folder))
    assert outcome.rows_loaded == rows
    assert outcome.rows_skipped == ({"struck_through": 2} if said == "left_out" else {})


def test_one_cell_struck_through_strikes_no_row(
    duckdb_warehouse: Warehouse, inbox: Path, book: Book
) -> None:
    work = openpyxl.load_workbook(book())
    sheet = work.active
    assert sheet is not None
    sheet.cell(3, 6).font = Font(strike=True)
    work.save(inbox / "a.xlsx")
    assert loaded(duckdb_warehouse.load(inbox / "a.xlsx")).rows_loaded == 6


@pytest.mark.parametrize(
    ("word", "is_example"),
    [
        ("Muster", True),
        ("Example product", True),
        ("Beispielartikel", True),
        ("Exemple", True),
        ("Ejemplo", True),
        ("Exemplo", True),
        ("Articolo di prova", True),
        ("Voorbeeld", True),
        ("Przykładowy produkt", True),
        ("Wzór", True),
        ("Exempel", True),
        ("z.B. Tee", True),
        ("Musterring Sofa", False),
        ("Sample", False),
    ],
)
def test_an_example_in_a_sheet_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, word: str, is_example: bool
) -> None:
    rows = [HEADER, [LINES[0][0], "A9", "Shop", word, "1", "9.99"], *LINES]
    (outcome,) = duckdb_warehouse.load(drop("a.csv", rows))
    assert outcome.status == ("held" if is_example else "loaded"), outcome.error
    if is_example:
        assert "(row 2): are such rows examples, and no sales (75.00) or sales (84.99)?" in (
            outcome.error
        )


@pytest.mark.parametrize(
    ("product", "is_asked"),
    [
        *(("Budget June", True), ("Saldovortrag", True), ("Prévision 2026", True), ("Cel", True)),
        *(("Target board", False), ("Plan B poster", False), ("Mål och medel", False)),
    ],
)
def test_a_plan_or_a_balance_among_products_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, product: str, is_asked: bool
) -> None:
    rows = [HEADER, *LINES, [LINES[0][0], "A9", "Shop", product, "1", "5000"]]
    (outcome,) = duckdb_warehouse.load(drop("a.csv", rows))
    assert (outcome.status == "held") == is_asked, outcome.error
    assert ("plans or balances, and no sales (75.00)" in outcome.error) == is_asked
