"""Numbers that are calculated from several columns of a file."""

import pytest

from loader.calculated import parsed, written
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, loaded, raw

HEADER = ["Date", "Product", "Sold", "Returned", "Cartons", "Pack", "Price", "D1 %", "D2 %"]
ROWS = [
    ["2026-01-05", "Tea", "5", "1", "2", "12", "10,00", "10", "5"],
    ["2026-01-05", "Cup", "3", "", "", "6", "1.250,50", "", ""],
    ["2026-01-05", "Hat", "n/k", "1", "1", "6", "2,00", "20", ""],
]


def _laid_out(column: str, source: str) -> str:
    plain = {"units": "Sold", "unit_price": "Price"} | {column: source}
    columns = ", ".join(f"{name}: {text}" for name, text in plain.items())
    return (
        "entity: sales_lines\nfiles: '*'\n"
        f"columns: {{sold_at: Date, product_name: Product, {columns}}}\n"
    )


@pytest.mark.parametrize(
    ("column", "source", "texts"),
    [
        # What is no number stays, so that its row is kept out of the figures by it.
        ("units", "{sum: Sold, less: Returned}", ["4", "3", "n/k"]),
        ("units", "{times: [Cartons, Pack]}", ["24", None, "6"]),
        ("units", "{sum: [Cartons, Returned]}", ["3", None, "2"]),
        ("unit_price", "{times: Price, less_rates: ['D1 %', 'D2 %']}", ["8,55", "1250,5", "1,6"]),
        ("discount_amount", "{less: Price}", ["-10", "-1250,5", "-2"]),
    ],
)
def test_a_column_is_calculated_from_others(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    layouts: LaidOut,
    column: str,
    source: str,
    texts: list[str | None],
) -> None:
    folder = layouts(own=_laid_out(column, source))
    loaded(duckdb_warehouse.load(drop("a.csv", [HEADER, *ROWS]), layouts=folder))
    assert raw(duckdb_warehouse, column) == [(text,) for text in texts]


@pytest.mark.parametrize(
    ("text", "calculation"),
    [
        ("Sold - Returned", {"sum": ["Sold"], "less": ["Returned"]}),
        ("Cartons * Pack", {"times": ["Cartons", "Pack"]}),
        ("Price -% D1 % -% D2 %", {"sum": ["Price"], "less_rates": ["D1 %", "D2 %"]}),
        ("- Price", {"less": ["Price"]}),
        ("Sold - Nothing", {}),
        ("Sold", {}),
        ("Cartons * Pack + Sold", {"times": ["Cartons", "Pack"], "sum": ["Sold"]}),
        ("Sold + Cartons * Pack", {}),
    ],
)
def test_headers_with_signs_between_them_say_it(
    text: str, calculation: dict[str, list[str]]
) -> None:
    found = parsed(text, HEADER.__contains__)
    assert found == calculation
    assert not found or written(found) == text
