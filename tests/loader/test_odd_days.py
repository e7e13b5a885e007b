"""Days of sales that speak against what a layout, or the word above them, says."""

from datetime import date, timedelta

import pytest

from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, Row, loaded

HEADER = ["Order ID", "Order Date", "Product", "Units", "Line total"]
LAYOUT = (
    "entity: sales_lines\nfiles: '*'\ncolumns: {order_id: Order ID, sold_at: Order Date, "
    "product_name: Product, units: Units, line_total: Line total}\n"
)
FEBRUARY = [date(2026, 2, 2) + timedelta(days=i) for i in range(9)]


def _on(days: list[str]) -> list[Row]:
    return [HEADER, *([f"A{i}", day, "Tea", 2, 7] for i, day in enumerate(days))]


@pytest.mark.parametrize(
    ("declared", "written"), [("dmy", "%m/%d/%Y"), ("mdy", "%d.%m.%Y"), ("dmy", "%m-%d-%y")]
)
def test_a_declared_order_that_makes_months_of_the_days_of_one_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, declared: str, written: str
) -> None:
    path = drop("week 2.csv", _on([day.strftime(written) for day in FEBRUARY]))
    (outcome,) = duckdb_warehouse.load(path, layouts=layouts(own=f"{LAYOUT}dates: {declared}\n"))
    assert f"its layout says dates: {declared}, and sold_at in row" in outcome.error
    # Said of dates with this mark, it holds.
    mark = written[2]
    folder = layouts(own=f"{LAYOUT}dates: {mark.join(declared)}\n")
    loaded(duckdb_warehouse.load(path, layouts=folder))


@pytest.mark.parametrize(
    "days",
    [
        [day.strftime("%d/%m/%Y") for day in FEBRUARY],
        [f"{month:02}/{month:02}/2026" for month in range(1, 10)],
        [f"01/{month:02}/2026" for month in range(1, 10)],
        ["02/01/2026", "02/02/2026", "02/03/2026"],
    ],
    ids=["of the month", "the same either way", "the first of each month", "few"],
)
def test_days_as_the_layout_says_are_no_question(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, days: list[str]
) -> None:
    folder = layouts(own=f"{LAYOUT}dates: dmy\n")
    loaded(duckdb_warehouse.load(drop("week 2.csv", _on(days)), layouts=folder))


def _beside(first: list[str], header: str, second: list[str]) -> list[Row]:
    rows = _on(first)
    return [[*rows[0], header], *([*row, day] for row, day in zip(rows[1:], second, strict=True))]


EXPORTED = ["2026-02-28"] * 9
DAYS = [str(day) for day in FEBRUARY]


@pytest.mark.parametrize("header", ["Transaction day", "Buchungstag", "Jour de vente", "Moment"])
def test_one_day_in_every_row_beside_earlier_ones_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, header: str
) -> None:
    (outcome,) = duckdb_warehouse.load(drop("a.csv", _beside(EXPORTED, header, DAYS)))
    assert "is 2026-02-28 in every row" in outcome.error
    assert f'sold_at: "{header}" or sold_at: "Order Date" in its layout' in outcome.error


@pytest.mark.parametrize(
    ("first", "header", "second"),
    [
        (DAYS, "Exported on", EXPORTED),
        (["2026-02-01"] * 9, "Delivery", DAYS),
        (EXPORTED, "Date of birth", ["1980-01-12", "1981-02-13", "1979-05-09"] * 3),
        (EXPORTED, "Checked", ["2026-02-27"] * 9),
    ],
)
def test_other_dates_are_no_question(
    duckdb_warehouse: Warehouse, drop: Dropped, first: list[str], header: str, second: list[str]
) -> None:
    loaded(duckdb_warehouse.load(drop("a.csv", _beside(first, header, second))))
