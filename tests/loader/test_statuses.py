"""Rows that say they are no sales: asked for, unless their amounts take off what was sold."""

import pytest

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
    ("header", "statuses", "kept"),
    [
        ("Status", ["Shipped", "Cancelled", "Pending"], '["Pending", "Shipped"]'),
        ("Order Status", ["Returned - damaged", "", "Paid"], '["", "Paid"]'),
        ("Belegart", ["Rechnung", "Gutschrift"], '["Rechnung"]'),
        ("Statut", ["Annulée", "Livrée"], '["Livrée"]'),
        ("Estado", ["cancelado", "entregado"], '["entregado"]'),
        ("Type", ["Quote", "Invoice"], '["Invoice"]'),
        ("Stan", ["anulowane", "wysłane"], '["wysłane"]'),
        ("Typ", ["makulerad", "betald"], '["betald"]'),
        ("Storniert", ["ja", "nein", ""], '["", "nein"]'),
        ("Status", ["void", "void"], '[""]'),
    ],
)
def test_statuses_that_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, header: str, statuses: list[str], kept: str
) -> None:
    (outcome,) = duckdb_warehouse.load(drop("a.csv", table(header, *statuses)))
    assert outcome.status == "held"
    assert f'keep_rows_where: {{"{header}": {kept}}} or' in outcome.error
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
    never = drop("b.csv", table("Status", "Paid", "Voided"))
    (held,) = duckdb_warehouse.load(never, layouts=layouts(a=LAYOUT))
    assert held.status == "held"
    told = layouts(a=f"{LAYOUT}keep_rows_where: {{Status: [Paid]}}\n")
    assert loaded(duckdb_warehouse.load(never, layouts=told)).rows_loaded == 1
