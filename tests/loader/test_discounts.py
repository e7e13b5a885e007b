"""Discounts: shares, percent or money, as all rows prove, a layout says, or a person is asked."""

from itertools import cycle

import pytest

from loader.deliveries import find_deliveries
from loader.learning import Answers, learn, open_points
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, loaded

GROSS = [20, 60, 200, 140]
LAYOUT = """\
entity: sales_lines
files: "*"
columns:
  {order_id: Order, sold_at: Date, product_name: Item, units: Qty, unit_price: Price,
   discount_rate: Disc}
"""


def _rows(header: str, discounts: list[str], totals: list[str] | None = None) -> list[list[str]]:
    rows = [["Order", "Date", "Item", "Qty", "Price", header, *(["Total"] if totals else [])]]
    for number, (discount, gross) in enumerate(zip(discounts, cycle(GROSS), strict=False)):
        rows.append([f"A{number}", "2026-01-05", f"Tea {number}", "2", f"{gross / 2:.2f}"])
        rows[-1] += [discount, *(totals[number : number + 1] if totals else [])]
    return rows


def _powers(warehouse: Warehouse) -> str | None:
    text: str | None = warehouse.one("select powers_of_ten from raw.file_parts")
    return text


@pytest.mark.parametrize(
    ("header", "discounts", "totals", "column", "power"),
    [
        ("Disc", ["0.1", "0", "0.25", "0.05"], None, "discount_rate", None),
        ("Rabatt %", ["10", "0", "2.5", "5"], None, "discount_rate", "discount_rate=-2"),
        ("Rabatt %", ["0,1", "0", "0,25"], None, "discount_rate", None),
        ("Disc", ["10%", "", "5 %"], None, "discount_rate", None),
        ("Disc %", ["", "150"], None, "discount_rate", None),
        ("Disc", ["1", "5", "0"], ["19.80", "57.00", "200"], "discount_rate", "discount_rate=-2"),
        ("Disc", ["0.5", "0.1"], ["10", "54"], "discount_rate", None),
        ("Disc", ["1", "5", "0"], ["19", "55", "200"], "discount_amount", None),
        ("Disc", ["0.5", "0.1"], ["19.5", "59.9"], "discount_amount", None),
        ("Disc", ["12", "30", "150", "70"], None, "discount_amount", None),
    ],
)
def test_rows_prove_what_a_discount_is(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    header: str,
    discounts: list[str],
    totals: list[str] | None,
    column: str,
    power: str | None,
) -> None:
    loaded(duckdb_warehouse.load(drop("file.csv", _rows(header, discounts, totals))))
    delivered = duckdb_warehouse.one(
        f"select count({column}) from raw.sales_lines where {column} is not null"
    )
    assert delivered == sum(bool(text) for text in discounts)
    assert _powers(duckdb_warehouse) == power


@pytest.mark.parametrize(
    ("header", "discounts", "readings"),
    [
        ("Disc", ["1", "0.5", "5"], "1 % (10.50 off in all) or 1.00 in money (6.50 off in all)"),
        ("Disc", ["5", "10", "15"], "5 % (37.00 off in all) or 5.00 in money (30.00 off in all)"),
        ("Disc %", ["1", "0.5"], "1 % (0.50 off in all) or 100 % (50.00 off in all)"),
        ("Disc %", ["0.1", "10"], "0.1 % (6.02 off in all) or 10 % (602.00 off in all)"),
    ],
)
def test_what_a_discount_may_be_as_well_is_asked(
    duckdb_warehouse: Warehouse, drop: Dropped, header: str, discounts: list[str], readings: str
) -> None:
    (outcome,) = duckdb_warehouse.load(drop("file.csv", _rows(header, discounts)))
    assert outcome.status == "held"
    question = outcome.error
    assert f"discount: is {discounts[0]} under '{header}' {readings}?" in question
    assert "--scale discount_rate=0.01 or --" in question


def test_a_discount_with_a_minus_is_taken_off(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    file = drop("file.csv", _rows("Rabatt", ["-1", "0", "-0.5", "-5"]))
    (outcome,) = duckdb_warehouse.load(file)
    assert "1 % (8.20 off in all) or 1.00 in money (6.50 off in all)?" in outcome.error
    (question,) = outcome.questions
    assert [(reading.line, reading.flag) for reading in question.readings] == [
        (
            'discount_rate: {less: "Rabatt"}, scale: {discount_rate: 0.01}',
            "--column 'discount_rate=- Rabatt' --scale discount_rate=0.01",
        ),
        ('discount_amount: {less: "Rabatt"}', "--column 'discount_amount=- Rabatt'"),
    ]
    deliveries = find_deliveries([file], file.parent).deliveries
    lesson = learn(deliveries, Answers(columns={"discount_amount": "- Rabatt"}))
    assert 'discount_amount: {less: "Rabatt"}' in lesson.text
    assert not open_points(lesson)


@pytest.mark.parametrize(
    ("scale", "power"), [("0.01", "discount_rate=-2"), ("1", "discount_rate=0")]
)
def test_a_layout_settles_it(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, scale: str, power: str
) -> None:
    file = drop("file.csv", _rows("Disc", ["1", "0.5", "5"]))
    (outcome,) = duckdb_warehouse.load(file, layouts=layouts(a=LAYOUT))
    assert outcome.status == "held"
    assert "in money" not in outcome.error  # the layout says that it is a rate
    settled = layouts(a=f"{LAYOUT}scale: {{discount_rate: {scale}}}\n")
    loaded(duckdb_warehouse.load(file, layouts=settled))
    assert _powers(duckdb_warehouse) == power
