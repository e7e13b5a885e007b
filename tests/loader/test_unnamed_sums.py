"""Rows that add up the others without saying so are asked for."""

import shlex

import pytest

from loader.deliveries import find_deliveries
from loader.learning import Answers, learn
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


SOLD: list[list[object]] = [
    ["2026-01-01", "A1", "Tea", 3, "10.50", "S1"],
    ["2026-01-01", "A2", "Rum", 1, "9.00", "S2"],
    ["2026-01-02", "A3", "Tea", 2, "7.00", "S1"],
    ["2026-01-03", "A4", "Oil", 4, "22.40", "S1"],
    ["2026-01-04", "A5", "Tea", 1, "3.50", "S2"],
    ["2026-01-05", "A6", "Oil", 1, "5.60", "S2"],
]


def _sum(name: str, rows: list[list[object]], order: str = "") -> list[object]:
    units = sum(int(str(row[3])) for row in rows)
    return [rows[-1][0], order, name, units, f"{sum(float(str(row[4])) for row in rows):.2f}", "S9"]


KITCHEN, CELLAR = _sum("Kitchen", SOLD[:3]), _sum("Cellar", SOLD[3:])


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        ([*SOLD[:3], KITCHEN, *SOLD[3:], CELLAR], "2 rows"),
        ([KITCHEN, *SOLD[:3], CELLAR, *SOLD[3:]], "2 rows"),  # above what they sum
        ([*SOLD[:3], KITCHEN, *SOLD[3:], CELLAR, _sum("House", SOLD)], "3 rows"),
        ([*SOLD, _sum("Recette", SOLD, "A6")], "1 row with 'Recette' under 'Product'"),
        ([*SOLD[:3], [*KITCHEN[:4], "26.51", "S9"], *SOLD[3:], CELLAR], ""),
        # Two pieces of what was sold by ones: a coincidence.
        ([SOLD[4], SOLD[4], SOLD[2], *SOLD], ""),
    ],
)
def test_sums_of_the_rows_beside_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, rows: list[list[object]], asked: str
) -> None:
    path = drop("a.csv", [HEADER, *rows])
    (outcome,) = duckdb_warehouse.load(path)
    assert ("have the sums of" in (outcome.error or "")) == bool(asked), outcome.error
    if not asked:
        return
    assert asked in outcome.error
    assert "are they sums, and no sales (58.00) or sales (" in outcome.error
    deliveries = find_deliveries([path], path.parent).deliveries
    (question,) = next(iter(learn(deliveries, Answers()).questions.values()))
    for reading, count in zip(question.readings, (6, len(rows)), strict=True):
        (flag, value) = shlex.split(reading.flag)
        assert flag == "--keep-rows-where"
        lesson = learn(deliveries, Answers(settings={"keep_rows_where": value}))
        assert not lesson.questions
        assert lesson.figures is not None
        assert lesson.figures.lines == count
