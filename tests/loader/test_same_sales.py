"""Sales that several files deliver, in other forms or under other names."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from loader import corrections
from loader.deliveries import find_deliveries
from loader.load import check
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, Row, loaded
from warehouse.connection import connect, warehouse_url

HEADER = ["Order ID", "Order Date", "Product", "Units", "Line total"]
NUMBERED = ["Order ID", "Line Number", *HEADER[1:]]
GOODS = {"Tea": 3.5, "Cocoa": 4.25, "Coffee": 11.9, "Mug": 7.75, "Kettle": 39.0}


def _sales(seed: int, lines: int = 12, days: int = 6) -> list[list[object]]:
    """Make sales: an order a line, over some days of March."""
    chance = random.Random(seed)
    rows: list[list[object]] = []
    for i in range(lines):
        product = chance.choice(sorted(GOODS))
        units = chance.randint(1, 9)
        day = f"2026-03-{14 + i * days // lines}"
        rows.append([f"A{100 + i}", day, product, units, round(units * GOODS[product], 2)])
    return rows


def _german(rows: list[list[object]]) -> list[list[object]]:
    """Write rows as a German program exports them."""
    return [
        [
            order,
            ".".join(reversed(str(day).split("-"))),
            product,
            units,
            f"{total:.2f}".replace(".", ","),
        ]
        for order, day, product, units, total in rows
    ]


def _corrected(rows: list[list[object]]) -> list[list[object]]:
    return [[*rows[0][:-2], 1, 1.0], *rows[1:]]


def _summed(rows: list[list[object]]) -> list[list[object]]:
    sums: dict[tuple[object, object], list[float]] = {}
    for _, day, product, units, total in rows:
        one = sums.setdefault((day, product), [0, 0])
        one[0] += float(str(units))
        one[1] += float(str(total))
    return [[*key, *found] for key, found in sums.items()]


ROWS = _sales(1)
LATER = [[f"B{i}", "2026-03-25", *row[2:]] for i, row in enumerate(_sales(2, 5))]
SAME: dict[str, tuple[list[Row], list[Row]]] = {
    "another form": ([HEADER, *ROWS], [HEADER, *_german(ROWS)]),
    "one row corrected": ([HEADER, *ROWS], [HEADER, *_corrected(ROWS)]),
    "some rows more": ([HEADER, *ROWS], [HEADER, *ROWS, *LATER]),
    "some rows fewer": ([HEADER, *ROWS, *LATER], [HEADER, *ROWS]),
    "to date, without numbers": (
        [HEADER[1:], *(row[1:] for row in ROWS[:6])],
        [HEADER[1:], *(row[1:] for row in ROWS)],
    ),
    "summed up": ([HEADER, *ROWS], [HEADER[1:], *_summed(ROWS)]),
    "another shop with the same numbers": (
        [NUMBERED, *([row[0], 1, *row[1:]] for row in ROWS)],
        [NUMBERED, *([row[0], 1, *row[1:3], 10, 99.5] for row in ROWS)],
    ),
}


@pytest.mark.parametrize("kind", SAME)
def test_the_same_sales_in_two_files_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path, kind: str
) -> None:
    first, second = SAME[kind]
    drop("a.csv", first)
    drop("b.csv", second)
    deliveries = find_deliveries([inbox], inbox).deliveries
    for outcomes in ([*check(None, deliveries, [])], duckdb_warehouse.load(inbox)):
        assert [outcome.status for outcome in outcomes] == ["loaded", "held"]
        (question,) = outcomes[1].questions
        assert question.readings[-1].line in ("overlaps: counted", "store_name: {constant: b}")


def test_the_question_says_what_each_answer_comes_to(warehouse: Warehouse, drop: Dropped) -> None:
    total = sum(float(str(row[-1])) for row in ROWS)
    loaded(warehouse.load(drop("list.csv", [HEADER, *ROWS])))
    (outcome,) = warehouse.load(drop("list.xlsx", {"Sheet1": [HEADER, *_corrected(ROWS)]}))
    assert "11 of its 12 rows and of the 12 of 'list.csv' are the same" in outcome.error
    assert "`python -m loader withdraw 1`, and load again" in outcome.error
    assert f"other sales (total {2 * total - float(str(ROWS[0][-1])) + 1:,.2f})" in outcome.error
    with connect(warehouse_url(warehouse.url)).connect() as connection:
        corrections.withdraw(connection, 1)
    loaded(warehouse.load(outcome.delivery.path))


def test_whoever_says_that_they_are_other_sales_is_not_asked(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    text = (
        "entity: sales_lines\nfiles: b.csv\noverlaps: counted\ncolumns: {order_id: Order ID, "
        "sold_at: Order Date, product_name: Product, units: Units, line_total: Line total}\n"
    )
    loaded(duckdb_warehouse.load(drop("a.csv", [HEADER, *ROWS])))
    loaded(duckdb_warehouse.load(drop("b.csv", [HEADER, *_german(ROWS)]), layouts=layouts(b=text)))


def test_a_place_tells_shops_apart_that_number_alike(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    first, second = SAME["another shop with the same numbers"]
    text = (
        "entity: sales_lines\nfiles: b.csv\ncolumns: {order_id: Order ID, "
        "line_number: Line Number, sold_at: Order Date, product_name: Product, units: Units, "
        "line_total: Line total, store_name: {constant: North}}\n"
    )
    loaded(duckdb_warehouse.load(drop("a.csv", first)))
    loaded(duckdb_warehouse.load(drop("b.csv", second), layouts=layouts(b=text)))


def _alike() -> Iterator[tuple[str, list[Row], list[Row]]]:
    """Yield pairs of files that have some rows in common, as two shops or two weeks may."""
    one_product = [[f"A{i}", f"2026-03-{1 + i // 3:02}", "Tea", 1, 3.5] for i in range(12)]
    yield "of a shop that sells one thing", [HEADER, *one_product], [HEADER, *one_product]
    yield "few rows", [HEADER, *ROWS[:2]], [HEADER, *ROWS[:2]]
    yield "of other days", [HEADER, *ROWS], [HEADER, *([r[0], "2026-04-01", *r[2:]] for r in ROWS)]
    yield "half of them", [HEADER, *ROWS], [HEADER, *ROWS[6:], *LATER, *_sales(3)[:6]]
    yield (
        "of two shops",
        [HEADER[1:], *(r[1:] for r in ROWS)],
        [HEADER[1:], *(r[1:] for r in _sales(4))],
    )
    lines = [[row[0], 1, *row[1:]] for row in ROWS]
    yield "with line numbers, which count once", [NUMBERED, *lines], [NUMBERED, *lines, *lines[:0]]
    fewer = [[*lines[0][:-1], 1.0], *lines[1:]]
    yield "with line numbers and a correction", [NUMBERED, *lines], [NUMBERED, *fewer]


@pytest.mark.parametrize(("first", "second"), [pytest.param(a, b, id=n) for n, a, b in _alike()])
def test_rows_that_are_alike_are_no_question(
    duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path, first: list[Row], second: list[Row]
) -> None:
    drop("a.csv", first)
    drop("b.xlsx", {"Sheet1": second})
    assert [item.status for item in duckdb_warehouse.load(inbox)] == ["loaded", "loaded"]


def test_exports_that_overlap_are_asked_for_and_an_identity_counts_their_lines_once(
    duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path, layouts: LaidOut
) -> None:
    drop("export1.csv", [HEADER, *ROWS])
    drop(
        "export2.csv",
        [HEADER, *ROWS[8:], *LATER, *([f"C{i}", *row[1:]] for i, row in enumerate(LATER))],
    )
    (_, outcome) = duckdb_warehouse.load(inbox)
    assert "4 of its 14 rows, of the days that it shares with 'export1.csv'" in outcome.error
    (once, other) = outcome.questions[0].readings
    assert once.flag == "--identity sold_at,order_id,product_name,units"
    total = sum(float(str(row[-1])) for row in [*ROWS, *LATER, *LATER])
    assert once.meaning.endswith(f"(total {total:,.2f})")
    assert other.line == "overlaps: counted"
    text = (
        "entity: sales_lines\nfiles: export*.csv\nidentity: [sold_at, order_id, product_name, "
        "units]\ncolumns: {order_id: Order ID, sold_at: Order Date, product_name: Product, "
        "units: Units, line_total: Line total}\n"
    )
    outcomes = duckdb_warehouse.load(inbox, layouts=layouts(exports=text))
    assert [item.status for item in outcomes] == ["replaced", "loaded"]
