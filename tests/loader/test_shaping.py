"""Keys of a layout that say what rows and columns are: kept, headings, parts of an order."""

import json
import re

import pytest

from loader.inspection import propose_layout
from loader.layouts import BadLayout, read_layouts
from tests.conftest import Warehouse
from tests.loader.conftest import LAYOUT, Dropped, LaidOut, failed, loaded, raw

ORDERS = [
    ["Order", "Item", "Pieces", "Status"],
    ["A1", "Tea", "2", "Shipped"],
    ["A2", "Milk", "3", "cancelled "],
    ["A3", "Salt", "1", ""],
    ["A4", "Rice", "1", "Returned"],
    ["A5", "Oats", "1", "Cancelled"],
]


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("{Status: Shipped}", ["A1"]),
        ("{status: [Shipped, RETURNED]}", ["A1", "A4"]),
        ("{Status: {not: [Cancelled, Returned]}}", ["A1", "A3"]),
        ('{Status: {not: ["", Cancelled]}}', ["A1", "A4"]),
        ('{Status: ["", Shipped]}', ["A1", "A3"]),
        ('{Status: {matches: "^(Shipped|Ret)"}}', ["A1", "A4"]),
        ('{column: Status, matches: "^Ret"}', ["A4"]),
        ('{"[D]": Shipped}', ["A1"]),
        ("{Status: {not: Cancelled}, product_name: {not: Tea}}", ["A3", "A4"]),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rows_that_are_kept(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    layouts: LaidOut,
    rule: str,
    kept: list[str],
    kind: str,
) -> None:
    path = drop(f"file.{kind}", ORDERS if kind == "csv" else {"S": ORDERS})
    outcome = loaded(
        duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + f"keep_rows_where: {rule}\n"))
    )
    assert [order for (order,) in raw(duckdb_warehouse, "order_id")] == kept
    assert outcome.rows_skipped == {"not_kept": 5 - len(kept)}


def test_rows_left_out_are_counted_by_what_they_say(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    layout = LAYOUT + "keep_rows_where: {Status: Shipped}\n"
    outcome = loaded(duckdb_warehouse.load(drop("file.csv", ORDERS), layouts=layouts(a=layout)))
    (note,) = [note for note in outcome.notes if "left out" in note]
    assert note == (
        "left out, as keep_rows_where says, by 'Status': 'cancelled' (1 row), blank (1 row), "
        "'Returned' (1 row), 'Cancelled' (1 row)"
    )
    ((totals, skipped),) = duckdb_warehouse.query(
        "select control_totals, rows_skipped from raw.file_parts"
    )
    assert (totals, skipped) == ("[]", '{"not_kept": 4}')


def test_a_column_that_is_not_there(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    layout = LAYOUT + "keep_rows_where: {State: Shipped}\n"
    message = failed(duckdb_warehouse.load(drop("file.csv", ORDERS), layouts=layouts(a=layout)))
    assert message.startswith(
        "keep_rows_where names the column 'State', which is not in the header"
    )
    assert "'Status'" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("keep_rows_where: {}", "a header and what is kept is wanted here"),
        ("keep_rows_where: Paid", "keep_rows_where: a header and what is kept is wanted here"),
        ("keep_rows_where: {Status: []}", "what is kept is wanted here"),
        ("keep_rows_where: {Status: {is: Paid}}", "keep_rows_where.Status: what is kept is wanted"),
        ('keep_rows_where: {Status: {matches: "(?=a)"}}', "uses look-around"),
        ("heading_rows: customer_name", "heading_rows: customer_name must be among its columns"),
        ("heading_rows: {column: Item, into: [city]}", "heading_rows: a column of ours is wanted"),
        ("heading_rows: {column: Item}", "heading_rows: a column of ours is wanted here"),
        ("heading_rows: {column: A, into: units}", "units is read from another header"),
        ("unpivot: {columns: A, names: units, values: city}", "unpivot: 'units' must be one of"),
        ("unpivot: {columns: A, names: city, values: city}", "and another for `names`"),
        ("unpivot: {columns: A, names: city}", "unpivot.values: this key is missing"),
        ("delimiter: ab", "delimiter: one character that is no letter or digit is wanted"),
        ("values: {units: One}", "values.units: texts and their values are wanted here"),
        ("values: {city: {A: B}}", "values: city must be among its columns"),
        ("values: {town: {A: B}}", "values: sales_lines has no column town"),
    ],
)
def test_layouts_that_cannot_be_used(layouts: LaidOut, text: str, message: str) -> None:
    with pytest.raises(BadLayout) as error:
        read_layouts(layouts(a=f"{LAYOUT}{text}\n"))
    assert message in str(error.value)


# ------------------------------------------------------------------ the first line of an order


FIRST_LINES: list[list[str | None]] = [
    ["Order", "Day", "Customer", "Item", "Pieces"],
    ["A1", "2026-01-05", "Ada", "Tea", "2"],
    [None, None, None, "Milk", "1"],
    ["A2", "2026-01-06", None, "Salt", "1"],
    ["A2", None, None, "Rice", "4"],
    ["A3", None, "Bob", "Oats", "1"],
    [None, "2026-01-08", None, "Corn", "1"],
    [None, None, None, None, None],
    [None, None, None, "Lost", "1"],
]
DAYS = LAYOUT.replace("units: Pieces", "units: Pieces, sold_at: Day, customer_name: Customer")


@pytest.mark.parametrize("names", ["[order_id, sold_at, customer_name]", "[Order, Day, Customer]"])
@pytest.mark.parametrize("block_rows", [1, 2, 50_000])
def test_what_stands_on_the_first_line_of_an_order(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    layouts: LaidOut,
    monkeypatch: pytest.MonkeyPatch,
    names: str,
    block_rows: int,
) -> None:
    monkeypatch.setattr("loader.reading.delimited.BLOCK_ROWS", block_rows)
    path = drop("file.csv", FIRST_LINES)
    layout = f"{DAYS}fill_down: {names}\n"
    outcome = loaded(duckdb_warehouse.load(path, layouts=layouts(a=layout)))
    assert raw(duckdb_warehouse, "order_id, sold_at, customer_name, product_name") == [
        ("A1", "2026-01-05", "Ada", "Tea"),
        ("A1", "2026-01-05", "Ada", "Milk"),
        ("A2", "2026-01-06", None, "Salt"),  # its own customer is not told: not Ada
        ("A2", "2026-01-06", None, "Rice"),
        ("A3", None, "Bob", "Oats"),
        ("A3", "2026-01-08", "Bob", "Corn"),
        (None, None, None, "Lost"),
    ]
    assert any("3 rows took" in note for note in outcome.notes)


def test_without_an_order_id_the_first_column_begins_an_order(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    rows = [row[1:] for row in FIRST_LINES]
    layout = DAYS.replace("order_id: Order, ", "") + "fill_down: [sold_at, customer_name]\n"
    loaded(duckdb_warehouse.load(drop("file.xlsx", {"S": rows}), layouts=layouts(a=layout)))
    assert raw(duckdb_warehouse, "sold_at, customer_name, product_name")[:4] == [
        ("2026-01-05", "Ada", "Tea"),
        ("2026-01-05", "Ada", "Milk"),
        ("2026-01-06", None, "Salt"),
        ("2026-01-06", None, "Rice"),
    ]


def test_a_state_on_the_first_line_keeps_or_leaves_the_whole_order(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    rows = [
        ["Order", "Item", "Pieces", "Status"],
        ["A1", "Tea", "2", "paid"],
        ["A1", "Milk", "3", None],
        ["A2", "Salt", "1", "voided"],
        ["A2", "Rice", "1", None],
    ]
    layout = LAYOUT + "fill_down: Status\nkeep_rows_where: {Status: paid}\n"
    loaded(duckdb_warehouse.load(drop("file.csv", rows), layouts=layouts(a=layout)))
    assert raw(duckdb_warehouse, "product_name") == [("Tea",), ("Milk",)]


# ------------------------------------------------------------------ headings of groups


GROUPS = [
    ["", "Day", "Item", "Pieces", "Amount"],
    ["Ada"],
    [None, "2026-01-05", "Tea", 2, 7],
    [None, "2026-01-06", "Milk", 1, 3],
    ["Total for Ada", None, None, 3, 10],
    ["Bob"],
    ["Bob's shop"],
    [None, "2026-01-07", "Salt", 1, 1],
    ["Bob's shop total", None, None, 1, 1],
    [None, "2026-01-08", "Rice", 1, 2],
    ["Total for Bob", None, None, 2, 3],
    ["TOTAL", None, None, 5, 13],
    [None, "2026-01-09", "Oats", 1, 1],
    ["Printed on 9 January"],
]
GROUPED = """\
entity: sales_lines
files: "*"
columns: {sold_at: Day, product_name: Item, units: Pieces, line_total: Amount, customer_name: "[A]"}
"""


@pytest.mark.parametrize(
    "more",
    [
        "heading_rows: customer_name\n",
        'heading_rows: {column: "[A]", into: customer_name}\n',
        "heading_rows: customer_name\n"
        'skip_rows_where: {column: "[A]", matches: "^(Total for|TOTAL)|total$"}\n',
    ],
)
def test_rows_that_name_the_customer_of_those_below(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, more: str
) -> None:
    path = drop("file.xlsx", {"S": GROUPS})
    outcome = loaded(duckdb_warehouse.load(path, layouts=layouts(a=GROUPED + more)))
    assert raw(duckdb_warehouse, "customer_name, product_name, units") == [
        ("Ada", "Tea", "2"),
        ("Ada", "Milk", "1"),
        ("Bob's shop", "Salt", "1"),
        ("Bob", "Rice", "1"),
        (None, "Oats", "1"),
    ]
    assert outcome.rows_skipped == {"heading": 4, "total": 4}
    assert "no rows stand below 'Printed on 9 January': left out as heading rows" in outcome.notes
    assert any("1 row without a customer_name" in note for note in outcome.notes)
    ((totals,),) = duckdb_warehouse.query("select control_totals from raw.file_parts")
    assert [total["row"] for total in json.loads(totals)] == ["5", "9", "12"]  # not Bob's, a sum


def test_headings_may_be_absent_where_their_column_is_optional(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    layout = LAYOUT + "heading_rows: {column: Town, into: city}\noptional: city\n"
    layout += 'keep_rows_where: {Status: [Shipped, Returned, cancelled, ""]}\n'
    loaded(duckdb_warehouse.load(drop("file.csv", ORDERS), layouts=layouts(a=layout)))
    assert len(raw(duckdb_warehouse, "order_id")) == 5


def test_headings_in_the_column_of_the_products(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    rows = [
        ["Item", "Pieces", "Amount", "Order"],
        ["Drinks", None, None, None],
        ["Tea", 2, 7, None],
        ["Total Drinks", 2, 7, None],
        ["Food", None, None, None],
        ["Rice", 1, 3, None],
    ]
    layout = LAYOUT + "heading_rows: {column: Item, into: category}\n"
    loaded(duckdb_warehouse.load(drop("file.xlsx", {"S": rows}), layouts=layouts(a=layout)))
    assert raw(duckdb_warehouse, "category, product_name") == [("Drinks", "Tea"), ("Food", "Rice")]


# ------------------------------------------------------------------ texts and their values


def test_texts_that_stand_for_values(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    rows = [["Order", "Item", "Pieces"], ["A1", "T", "one"], ["A2", "t ", "2"], ["A3", "M", None]]
    layout = LAYOUT + 'values: {units: {One: 1, "": 0}, product_name: {T: Tea}}\n'
    loaded(duckdb_warehouse.load(drop("file.csv", rows), layouts=layouts(a=layout)))
    assert raw(duckdb_warehouse, "product_name, units") == [
        ("Tea", "1"), ("Tea", "2"), ("M", "0"),
    ]  # fmt: skip


# ------------------------------------------------------------------ columns that are rows


TARGETS = """\
entity: sales_targets
files: "*"
columns: {seller_name: Seller}
unpivot: {columns: COLUMNS, names: month, values: target_amount}
"""
MONTHS = [
    ["Seller", "Jan 2025", "Feb 2025", "Q1", "März 2025", "Total"],
    ["Ann", 10, 20, 30, None, 30],
    ["Bob", 5, 5, 10, 1.5, 11.5],
    ["Total", 15, 25, 40, 1.5, 41.5],
]


@pytest.mark.parametrize(
    "columns", ['"*"', "[Jan 2025, Feb 2025, März 2025]", '["* 2025"]', '["[B]", "[C]", "[E]"]']
)
def test_months_across_are_rows_and_their_totals_are_not(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, columns: str
) -> None:
    path = drop("file.xlsx", {"S": MONTHS})
    layout = layouts(a=TARGETS.replace("COLUMNS", columns))
    outcome = loaded(duckdb_warehouse.load(path, layouts=layout))
    assert raw(duckdb_warehouse, "month, seller_name, target_amount", "sales_targets") == [
        ("2025-01-01", "Ann", "10"),
        ("2025-01-01", "Bob", "5"),
        ("2025-02-01", "Ann", "20"),
        ("2025-02-01", "Bob", "5"),
        ("2025-03-01", "Bob", "1.5"),
    ]
    assert outcome.rows_skipped == {"total": 3, "blank": 1}
    assert "left out, as they are sums of the rows above them: row 4" in outcome.notes
    sums = "left out, as they are sums of the columns beside them: 'Q1', 'Total'"
    assert (sums in outcome.notes) == (columns == '"*"')
    ((read, kept),) = duckdb_warehouse.query(
        "select sum(rows_read), sum(rows_loaded) from raw.file_parts"
    )
    assert (read, kept) == (9, 5)


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        ([["Seller", "Jan"], ["Ann", 1]], "Jan", "the header 'Jan' names no month or day with its"),
        (
            [["Seller", "Jan 2025"], ["Ann", 1]],
            "Feb 2025",
            "the column 'Feb 2025', which is not in",
        ),
        (
            [["Seller", "Jan 2025", "Feb 2025", "Q1"], ["Ann", 1, 2, 4]],
            '"*"',
            "the header 'Q1' names no month or day",
        ),
        (
            [["Seller", "Jan 2025", "Feb 2025"], ["Ann", 1, 2], ["Bob", 1, 2], ["Total", 2, 5]],
            '"*"',
            "row 4 ('Total') is no sum of the rows above it",
        ),
        (
            [["Seller", "Jan 2025"], ["Ann", 1], ["Bob", 1], ["Cid", 2], ["Yhteensä", 4]],
            '"*"',
            "row 5 ('Yhteensä') is the sum of all rows above it",
        ),
    ],
)
def test_what_may_be_counted_twice_is_refused(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    layouts: LaidOut,
    rows: list[list[object]],
    columns: str,
    message: str,
) -> None:
    path = drop("file.xlsx", {"S": rows})
    layout = layouts(a=TARGETS.replace("COLUMNS", columns))
    assert message in failed(duckdb_warehouse.load(path, layouts=layout))


def test_a_seller_with_the_targets_of_two_others_counts(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    rows = [["Seller", "Jan"], ["Ann", 5], ["Bob", 5], ["Cid", 10], ["Dee", 20]]
    more = "values: {month: {Jan: 2025-01}}\nskip_rows_where: none\n"
    layout = layouts(a=TARGETS.replace("COLUMNS", "Jan") + more)
    loaded(duckdb_warehouse.load(drop("file.xlsx", {"S": rows}), layouts=layout))
    assert raw(duckdb_warehouse, "seller_name, target_amount", "sales_targets") == [
        ("Ann", "5"), ("Bob", "5"), ("Cid", "10"), ("Dee", "20"),
    ]  # fmt: skip


def test_stores_across(duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut) -> None:
    rows = [
        ["Day", "Item", "North", "South", "All stores"],
        ["2026-01-05", "Tea", 2, 3, 5],
        ["2026-01-05", "Milk", None, 4, 4],
    ]
    layout = (
        "entity: sales_lines\nfiles: '*'\ncolumns: {sold_at: Day, product_name: Item}\n"
        "unpivot: {columns: COLUMNS, names: store_name, values: units}\n"
    )
    path = drop("file.xlsx", {"S": rows})
    message = failed(
        duckdb_warehouse.load(path, layouts=layouts(a=layout.replace("COLUMNS", '"*"')))
    )
    assert "'All stores' is the sum of the columns beside it" in message
    layout = layout.replace("COLUMNS", "[North, South]")
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=layout)))
    assert raw(duckdb_warehouse, "store_name, product_name, units, _extra") == [
        ("North", "Tea", "2", '{"All stores": "5"}'),
        ("South", "Tea", "3", '{"All stores": "5"}'),
        ("South", "Milk", "4", '{"All stores": "4"}'),
    ]


@pytest.mark.parametrize("name", ["Umsatz.csv", "Budget 2026.csv"])
@pytest.mark.parametrize("year", [" 2026", ""])
def test_months_across_are_met_with_the_layout_that_loads_them(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, name: str, year: str
) -> None:
    header = ["Verkäufer", f"Januar{year}", f"Februar{year}", f"März{year}", "Summe"]
    path = drop(name, [header, ["Anna", "10", "20", "30", "60"], ["Ben", "1", "2", "3", "6"]])
    message = failed(duckdb_warehouse.load(path))
    lines = re.findall(r"`([a-z]+: .+?)`[,.]", message)
    assert "\n".join(lines) in propose_layout(path)
    layout = "\n".join(lines).replace("YYYY", "2026")
    (outcome,) = duckdb_warehouse.load(path, layouts=layouts(a=layout))
    assert (outcome.status, outcome.rows_loaded) == ("loaded", 6), outcome
    table, day, amount = (
        ("sales_targets", "month", "target_amount")
        if "Budget" in name
        else ("sales_lines", "sold_at", "line_total")
    )
    found = duckdb_warehouse.query(f"select {day}, sum({amount}::int) from raw.{table} group by 1")
    assert sorted(total for _, total in found) == [11, 22, 33]
