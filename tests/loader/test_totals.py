"""Rows that are sums of others: left out where they add up, asked where they may be sales."""

import pytest

from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, Row, loaded

HEADER = ["Order ID", "Order Date", "Product", "Store", "Units", "Unit Price", "Total"]
NORTH: list[Row] = [
    ["A1", "2026-01-05", "Tea", "North", "2", "3.50", "7"],
    ["A2", "2026-01-06", "Rum", "North", "1", "9", "9"],
    ["A3", "2026-01-07", "Tea", "North", "4", "3.50", "14"],
]
SOUTH: list[Row] = [
    ["A4", "2026-01-08", "Tea", "South", "1", "3.50", "3.50"],
    ["A5", "2026-01-09", "Rum", "South", "3", "9", "27"],
]
END: Row = ["", "2026-01-31", "Grand total", "", "11", "", "60.50"]


@pytest.mark.parametrize(
    "rows",
    [
        [*NORTH, ["", "Subtotal", "", "", "7", "", "30"], *SOUTH],
        [*NORTH, ["A3", "Summe KW 10", "", "", "", "", "30"], *SOUTH],
        [*NORTH, ["A3", "2026-01-07", "Tea", "Total North", "7", "3.50", "30"], *SOUTH],
        [*NORTH, ["A3", "2026-01-07", "Suma częściowa", "North", "7", "4.29", "30"], *SOUTH, END],
        [*NORTH, ["A3", "2026-01-07", "Tea", "All stores", "7", "", "30"], *SOUTH],
        [*NORTH, *SOUTH, ["", "2026-01-31", "Totaal North", "", "", "", "30"], END],
        [*NORTH, *SOUTH, ["Razem", "", "", "", "", "", "60.5"]],
        [*NORTH, *SOUTH, ["", "2026-01-31", "Zwischensumme:", "", "11", "", ""]],
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_sums_with_the_name_of_one_are_left_out(
    duckdb_warehouse: Warehouse, drop: Dropped, rows: list[Row], name: str
) -> None:
    table = [HEADER, *rows]
    outcome = loaded(duckdb_warehouse.load(drop(name, {"S": table} if name == "a.xlsx" else table)))
    assert outcome.rows_loaded == 5
    assert outcome.rows_skipped == {"sum_of_rows": len(rows) - 5}
    assert any("left out, as their amounts are sums of other rows" in n for n in outcome.notes)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [*NORTH, ["A3", "2026-01-07", "Tea", "Delsumma", "7", "", "33"], *SOUTH],
            "row 5 says 'Delsumma' under Store, and its 33.00 is not the sum of the rows above: "
            "are such rows totals (line_total 60.50 without them) or sales (line_total 93.50)? "
            'skip_rows_where: {column: "Store", matches: "^(Delsumma)$"} or skip_rows_where: none',
        ),
        # The line before costs the same: a coincidence, or a total of one line.
        (
            [NORTH[0], ["A9", "2026-01-07", "Total Effects", "North", "1", "7", "7"]],
            "and its 7.00 is the sum of the rows above, and may be a sale's",
        ),
        # As good as a total, but for its name.
        (
            [*NORTH, *SOUTH, ["", "2026-01-31", "Sales", "", "11", "", "60.50"]],
            "row 7 lacks what other rows have, and its 60.50 is the sum of the 5 above",
        ),
    ],
)
def test_what_may_be_a_sum_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, rows: list[Row], said: str
) -> None:
    (outcome,) = duckdb_warehouse.load(drop("a.csv", [HEADER, *rows]))
    assert outcome.status == "held"
    assert said in outcome.error


def test_products_that_are_called_so_are_sold(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    sold: Row = ["A6", "2026-01-09", "Total Effects Cream", "South", "2", "8", "16"]
    outcome = loaded(duckdb_warehouse.load(drop("a.csv", [HEADER, *NORTH, sold, *SOUTH, sold])))
    assert (outcome.rows_loaded, outcome.rows_skipped) == (7, {})


@pytest.mark.parametrize(
    ("rule", "loaded_rows"),
    [("none", 6), ('{column: Store, matches: "^Total$"}', 5)],
)
def test_a_layout_says_what_totals_are(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, rule: str, loaded_rows: int
) -> None:
    folder = layouts(
        a="entity: sales_lines\nfiles: '*'\ncolumns: {sold_at: Order Date, product_name: Product, "
        f"units: Units, line_total: Total}}\nskip_rows_where: {rule}\n"
    )
    rows = [*NORTH, ["A3", "2026-01-07", "Tea", "Total", "7", "", "33"], *SOUTH]
    outcome = loaded(duckdb_warehouse.load(drop("a.csv", [HEADER, *rows]), layouts=folder))
    assert outcome.rows_loaded == loaded_rows


@pytest.mark.parametrize("total", ["60.50", "33.50"])
@pytest.mark.parametrize("kept", ["{not: [Void]}", "[Paid]", '["Paid", ""]'])
def test_a_total_of_all_rows_or_of_those_that_count(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, total: str, kept: str
) -> None:
    """Whichever rows are kept, a total of them is none."""
    rows = [
        [*row, "Void" if row[5] == "9" and row[4] == "3" else "Paid"] for row in (*NORTH, *SOUTH)
    ]
    path = drop("a.csv", [[*HEADER, "Status"], *rows, ["Total", *[""] * 5, total, ""]])
    folder = layouts(
        a="entity: sales_lines\nfiles: '*'\n"
        f"keep_rows_where: {{Status: {kept}}}\n"
        "columns: {order_id: Order ID, sold_at: Order Date, product_name: Product, units: Units, "
        "line_total: Total}\n"
    )
    outcome = loaded(duckdb_warehouse.load(path, layouts=folder))
    assert outcome.rows_loaded == 4
    assert outcome.rows_skipped["not_kept"] + outcome.rows_skipped.get("sum_of_rows", 0) == 2
