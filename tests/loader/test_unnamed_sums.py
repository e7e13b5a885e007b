"""Rows that add up the others without saying so are asked for."""

import pytest

from tests.conftest import Warehouse
from tests.loader.conftest import Dropped

HEADER = ["Date", "Order", "Product", "Units", "Total", "Store"]


def _rows(*, of_days: bool = False, of_stores: bool = False, off: float = 0) -> list[list[object]]:
    rows: list[list[object]] = []
    for day in range(1, 5):
        sold = [(f"Tea {i}", 1 + i, 7.17 * (day % 3) + 3.01 * i, f"S{i % 2}") for i in range(3)]
        whole = sum(amount for _, _, amount, _ in sold) + off
        units = sum(number for _, number, _, _ in sold)
        for i, (product, number, amount, store) in enumerate(sold):
            line = [f"2026-01-0{day}", f"A{day}{i}", product, number, f"{amount:.2f}", store]
            rows.append(line)
            if of_stores:
                rows.append([*line[:5], "Everywhere"])
        if of_days:
            rows.append([f"2026-01-0{day}", "", "Takings", units, f"{whole:.2f}", ""])
    return rows


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        (
            _rows(of_days=True),
            "4 rows with 'Takings' under 'Product' have the sums of the other rows",
        ),
        (_rows(of_days=True, off=0.01), ""),
        (_rows(of_stores=True), ""),  # as many rows: another till, or the same sales twice
        (_rows(), ""),
    ],
)
def test_sums_of_each_day_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, rows: list[list[object]], asked: str
) -> None:
    (outcome,) = duckdb_warehouse.load(drop("a.csv", [HEADER, *rows]))
    assert ("have the sums of" in outcome.error) == bool(asked), outcome.error
    assert asked in outcome.error
