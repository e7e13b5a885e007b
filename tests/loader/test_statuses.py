"""Rows that say they are no sales: asked for, unless their amounts take off what was sold."""

import json

import pytest

from loader.layouts import MARK
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, Row, loaded

HEADER = ["Order ID", "Order Date", "Product", "Units", "Unit Price", "Total"]
LAYOUT = (
    "entity: sales_lines\nfiles: '*'\ncolumns: {sold_at: Order Date, product_name: Product, "
    "units: Units, line_total: Total}\n"
)


def table(header: str, *statuses: str, back: str = "") -> list[Row]:
    rows: list[Row] = [
        [f"A{i}", f"2026-01-{i + 5:02}", "Tea", f"{back if status else ''}1", "10", "10", status]
        for i, status in enumerate(statuses)
    ]
    if back:
        rows = [[*row[:5], f"{back if row[6] == statuses[0] else ''}10", row[6]] for row in rows]
    return [[*HEADER, header], *rows]


@pytest.mark.parametrize(
    ("header", "statuses", "left_out"),
    [
        ("Status", ["Shipped", "Cancelled", "Pending"], ["Cancelled"]),
        ("Order Status", ["Returned - damaged", "", "Paid"], ["Returned - damaged"]),
        ("Belegart", ["Rechnung", "Gutschrift"], ["Gutschrift"]),
        ("Statut", ["Annulée", "Livrée"], ["Annulée"]),
        ("Estado", ["cancelado", "entregado"], ["cancelado"]),
        ("Stato", ["annullato", "spedito"], ["annullato"]),
        ("Type", ["Quote", "Invoice"], ["Quote"]),
        ("Stan", ["anulowane", "wysłane"], ["anulowane"]),
        ("Typ", ["makulerad", "betald"], ["makulerad"]),
        ("Storniert", ["ja", "nein", ""], ["ja"]),
        ("Status", ["void", "void"], ["void"]),
    ],
)
def test_statuses_that_are_asked_for(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    header: str,
    statuses: list[str],
    left_out: list[str],
) -> None:
    (outcome,) = duckdb_warehouse.load(drop("a.csv", table(header, *statuses)))
    assert outcome.status == "held"
    listed = json.dumps(left_out, ensure_ascii=False)
    assert f'keep_rows_where: {{"{header}": {{not: {listed}}}}} or' in outcome.error
    assert f"sales ({10 * len(statuses):.2f} with them)" in outcome.error


@pytest.mark.parametrize(
    ("header", "statuses"),
    [
        ("Status", ["Not cancelled", "Paid"]),
        ("Status", ["partially refunded", "Paid"]),
        ("Remark", ["ja", "nein"]),
        ("Note", ["the customer did not like it and was refunded in part", "fine"]),
    ],
)
def test_statuses_that_say_nothing(
    duckdb_warehouse: Warehouse, drop: Dropped, header: str, statuses: list[str]
) -> None:
    loaded(duckdb_warehouse.load(drop("a.csv", table(header, *statuses))))


def test_what_has_a_minus_is_taken_off(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    rows = table("Belegart", "Gutschrift", "Rechnung", back="-")
    loaded(duckdb_warehouse.load(drop("a.csv", rows)))


def test_what_a_layout_says_of_statuses(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    """One that says nothing means that what was taken back was sold, and not what never was."""
    back = drop("a.csv", table("Status", "Paid", "Refunded"))
    outcome = loaded(duckdb_warehouse.load(back, layouts=layouts(a=LAYOUT)))
    said = "Status says 'Refunded' in 1 row, such as row 3: they count as sold"
    assert any(note.startswith(said) for note in outcome.notes)
    learned = layouts(a=f"{MARK}a.csv\n{LAYOUT}")
    other = drop("c.csv", table("Status", "Paid", "Refunded", ""))
    (asked,) = duckdb_warehouse.load(other, layouts=learned)
    assert asked.status == "held", "what was learned is no person's word"
    never = drop("b.csv", table("Status", "Paid", "Voided"))
    (held,) = duckdb_warehouse.load(never, layouts=layouts(a=LAYOUT))
    assert held.status == "held"
    told = layouts(a=f"{LAYOUT}keep_rows_where: {{Status: [Paid]}}\n")
    assert loaded(duckdb_warehouse.load(never, layouts=told)).rows_loaded == 1


def test_a_status_that_comes_later_is_asked_for_again(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    told = layouts(a=f"{LAYOUT}keep_rows_where: {{Status: {{not: [Cancelled]}}}}\n")
    known = drop("a.csv", table("Status", "Paid", "cancelled", "Packed"))
    assert loaded(duckdb_warehouse.load(known, layouts=told)).rows_loaded == 2
    (held,) = duckdb_warehouse.load(drop("b.csv", table("Status", "Paid", "Void")), layouts=told)
    assert "Status says 'Void' in 1 row" in held.error
    assert 'keep_rows_where: {"Status": {not: ["Cancelled", "Void"]}}' in held.error
    all_count = layouts(a=f"{LAYOUT}keep_rows_where: {{Status: {{not: []}}}}\n")
    again = drop("c.csv", table("Status", "Paid", "Void"))
    assert loaded(duckdb_warehouse.load(again, layouts=all_count)).rows_loaded == 2
