"""Columns that come after a layout was learned, beside amounts that it reads."""

import pytest

from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, Row, loaded

HEADER = ["Invoice", "Date", "Product", "Qty", "Unit Price", "Amount"]
LINES: list[list[object]] = [
    [f"A{i}", f"2026-01-{15 + i}", f"Tea {i % 3}", 1 + i % 4, 5.95 * (1 + i % 3), 0]
    for i in range(9)
]
for line in LINES:
    line[5] = round(float(str(line[3])) * float(str(line[4])), 2)
DISCOUNTS = [0.6, 0, 1.19, 0, 0.4, 0, 0.7, 2.1, 0]
READ = (
    "entity: sales_lines\nfiles: '*'\ncolumns: {order_id: Invoice, sold_at: Date, "
    "product_name: Product, units: Qty, unit_price: Unit Price, line_total: Amount}\n"
)


def _beside(header: str, values: list[object]) -> list[Row]:
    return [[*HEADER, header], *([*line, value] for line, value in zip(LINES, values, strict=True))]


@pytest.mark.parametrize(
    "header",
    ["Discount", "Rabatt", "Remise", "Descuento", "Desconto", "Sconto", "Korting", "Rabat"],
)
def test_a_discount_that_has_come_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, header: str
) -> None:
    path = drop("week 2.xlsx", {"Sales": _beside(header, [*DISCOUNTS])})
    (outcome,) = duckdb_warehouse.load(path, layouts=layouts(own=f"{READ}left_aside: []\n"))
    assert f"'{header}' has come since the layout was learned" in outcome.error
    known = layouts(own=f"{READ}left_aside: [{header}]\n")
    assert loaded(duckdb_warehouse.load(path, layouts=known)).rows_loaded == 9


def test_what_a_layout_that_people_wrote_does_not_name_is_no_question(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    path = drop("week 2.xlsx", {"Sales": _beside("Discount", [*DISCOUNTS])})
    loaded(duckdb_warehouse.load(path, layouts=layouts(own=READ)))


@pytest.mark.parametrize("header", ["VAT", "MwSt", "TVA", "IVA", "BTW", "Moms"])
def test_a_tax_that_has_come_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, header: str
) -> None:
    taxes = [round(float(str(line[5])) * 0.19 / 1.19, 2) for line in LINES]
    rows = [[*row[:4], *row[5:]] for row in _beside(header, [*taxes])]
    path = drop("week 2.csv", rows)
    text = f"{READ.replace('unit_price: Unit Price, ', '')}left_aside: []\n"
    (outcome,) = duckdb_warehouse.load(path, layouts=layouts(own=text))
    assert f"'{header}' has come since the layout was learned" in outcome.error


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Remark", ["", "", "late", "", "", "", "", "", ""]),
        ("Customer", [f"Shop {i % 3}" for i in range(9)]),
        ("Weight", [12.5, 7, 3.1, 12.5, 7, 3.1, 12.5, 7, 3.1]),
    ],
)
def test_a_column_that_changes_no_amount_is_no_question(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, header: str, values: list[object]
) -> None:
    path = drop("week 2.xlsx", {"Sales": _beside(header, values)})
    loaded(duckdb_warehouse.load(path, layouts=layouts(own=f"{READ}left_aside: []\n")))
