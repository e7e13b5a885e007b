"""Every key of the layout language does what it says, from the file to the raw table."""

import json
from datetime import date, datetime, time
from pathlib import Path

import pytest

from loader.layouts import BadLayout, read_layouts
from tests.conftest import Warehouse
from tests.loader.conftest import (
    HEADER,
    LAYOUT,
    LINE,
    Dropped,
    LaidOut,
    failed,
    ledger,
    loaded,
    raw,
)

ROWS = [["Order", "Item", "Pieces"], ["A1", "Tea", "2"], ["A2", "Milk", "3"]]


def part(warehouse: Warehouse, columns: str) -> tuple[object, ...]:
    """Return columns of the only part that was loaded."""
    ((*values,),) = warehouse.query(f"select {columns} from raw.file_parts")
    return tuple(values)


# ------------------------------------------------------------------ columns


def test_a_column_is_known_by_any_of_its_names(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    drop("2025.csv", [["Invoice", "Item", "Pieces"], ["A1", "Tea", "2"]])
    path = drop("2026.csv", [["invoice_no", "Item", "Pieces"], ["A2", "Tea", "2"]])
    layout = LAYOUT.replace("order_id: Order", "order_id: [Invoice No, Invoice]")
    duckdb_warehouse.load(path.parent, layouts=layouts(a=layout))
    assert raw(duckdb_warehouse, "order_id") == [("A1",), ("A2",)]


@pytest.mark.parametrize(
    ("source", "cells", "text"),
    [
        ("{join: [a, b]}", ["Ada", "Lovelace"], "Ada Lovelace"),
        ("{join: [a, b]}", ["Ada", None], "Ada"),
        ("{join: [a, b]}", [None, None], None),
        ("{join: [a, b]}", ["2026-01-05", "10:30"], "2026-01-05 10:30"),
        ("{join: [a, b]}", [date(2026, 1, 5), time(10, 30)], "2026-01-05 10:30:00"),
        ("{join: [a, b]}", [datetime(2026, 1, 5), "10:30"], "2026-01-05 10:30"),
        ("{join: [a, b, c], with: '-'}", [2026, 1, 5], "2026-1-5"),
        ("{constant: Royal Mail}", [], "Royal Mail"),
        ("{constant: 007}", [], "007"),
        ("a", ["Ada"], "Ada"),
    ],
)
def test_sources(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    layouts: LaidOut,
    source: str,
    cells: list[object],
    text: str | None,
) -> None:
    rows = [["Order", "Item", "Pieces", "a", "b", "c"], ["A1", "Tea", 2, *cells]]
    path = drop("file.xlsx", {"S": rows})
    layout = LAYOUT.replace("units: Pieces", f"units: Pieces, seller_name: {source}")
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=layout)))
    assert raw(duckdb_warehouse, "seller_name") == [(text,)]


def test_names_are_texts_whatever_yaml_makes_of_them(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    path = drop("file.csv", [["No", "2026", "1.10", "NULL"], ["A1", "Tea", "2", "x"]])
    layout = (
        "entity: sales_lines\nfiles: file.csv\n"
        "columns: {order_id: No, product_name: 2026, units: 1.10, city: NULL}\n"
        "missing: [NULL, -, no]\n"
    )
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=layout)))
    assert raw(duckdb_warehouse, "order_id, product_name, units, city") == [("A1", "Tea", "2", "x")]
    assert part(duckdb_warehouse, "missing_texts") == (["NULL", "-", "no"],)


def test_optional_columns_may_be_absent(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    layout = LAYOUT.replace("units: Pieces", "units: Pieces, city: Town") + "optional: city\n"
    loaded(duckdb_warehouse.load(drop("file.csv", ROWS), layouts=layouts(a=layout)))
    assert part(duckdb_warehouse, "columns_delivered") == (["order_id", "product_name", "units"],)


def test_a_repeated_header_is_named_with_its_letters(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    path = drop("file.csv", [["Order", "Item", "Pieces", "Item"], ["A1", "T", "2", "Tea"]])
    layout = LAYOUT.replace("product_name: Item", 'product_id: Item, product_name: "Item [D]"')
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=layout)))
    assert raw(duckdb_warehouse, "product_id, product_name, _extra") == [("T", "Tea", None)]


# ------------------------------------------------------------------ what staging is told


def test_facts_for_staging(duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut) -> None:
    more = (
        'missing: ["", "k.A."]\ndecimal: ","\ndates: mdy\nidentity: order_id\n'
        'extract: complete\nreturn_orders: "^C"\n'
    )
    loaded(duckdb_warehouse.load(drop("file.csv", ROWS), layouts=layouts(a=LAYOUT + more)))
    columns = (
        "missing_texts, decimal_mark, date_order, identity_columns, is_complete_extract, "
        "return_orders_pattern, header_row"
    )
    assert part(duckdb_warehouse, columns) == (
        ["", "k.A."], ",", "mdy", ["order_id"], True, "^C", 1,
    )  # fmt: skip


def test_facts_where_the_layout_says_nothing(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    loaded(duckdb_warehouse.load(drop("file.csv", ROWS), layouts=layouts(a=LAYOUT)))
    columns = "missing_texts, decimal_mark, date_order, identity_columns, is_complete_extract"
    assert part(duckdb_warehouse, columns) == (
        ["", "NULL", "null", "N/A", "n/a"], ".", None, [], False,
    )  # fmt: skip


@pytest.mark.parametrize(("delimiter", "text"), [('":"', ":"), ("tab", "\t"), ('" "', " ")])
def test_delimiter(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, delimiter: str, text: str
) -> None:
    rows = [["Order", "Item", "Pieces"], ["A1", "Tea;Milk,2", "2"], ["A2", "Tea|", "3"]]
    path = drop("file.csv", "".join(text.join(row) + "\n" for row in rows))
    layout = f"{LAYOUT}delimiter: {delimiter}\n"
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=layout)))
    assert raw(duckdb_warehouse, "product_name, units") == [("Tea;Milk,2", "2"), ("Tea|", "3")]


def test_encoding(duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut) -> None:
    path = drop("file.csv", "Order,Item,Pieces\nA1,Café,2\n".encode("cp850"))
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + "encoding: cp850\n")))
    assert raw(duckdb_warehouse, "product_name") == [("Café",)]
    message = failed(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + "encoding: utf-8\n")))
    assert "line 2" in message
    assert "`encoding:` in the layout" in message
    message = failed(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + "encoding: utf-9\n")))
    assert "'utf-9', which there is not" in message


@pytest.mark.parametrize(
    ("top", "columns", "headers"),
    [
        (
            [[" Order\nno. ", "ITEM", "Pieces"]],
            "{order_id: order no, product_name: Item, units: Pieces}",
            {"order_id": [" Order\nno. "], "product_name": ["ITEM"], "units": ["Pieces"]},
        ),
        (
            [["Pieces", "Last", "First"]],
            "{order_id: Pieces, product_name: {join: [First, Last]}, units: [Qty, Pieces]}",
            {"order_id": ["Pieces"], "product_name": ["First", "Last"], "units": ["Pieces"]},
        ),
        (
            [["Item", "Pieces"]],
            "{order_id: {constant: A1}, product_name: Item, units: Pieces, city: Town}",
            {"product_name": ["Item"], "units": ["Pieces"]},
        ),
        (
            [["Item", None, "Item"]],
            '{order_id: Item, product_name: "Item [C]", units: "[B]"}',
            {"order_id": ["Item"], "product_name": ["Item"], "units": [""]},
        ),
    ],
)
def test_headers_as_delivered(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    layouts: LaidOut,
    top: list[list[str | None]],
    columns: str,
    headers: dict[str, list[str]],
) -> None:
    """Nothing of a constant, nor of an optional column that is absent."""
    path = drop("file.xlsx", {"S": [*top, ["Tea", 2, 3]]})
    layout = f'entity: sales_lines\nfiles: "*"\ncolumns: {columns}\noptional: city\n'
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=layout)))
    (text,) = part(duckdb_warehouse, "headers")
    assert json.loads(str(text)) == headers


# ------------------------------------------------------------------ rows


def test_comments_are_counted(duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut) -> None:
    path = drop("file.csv", [ROWS[0], ["# made by hand"], *ROWS[1:], ["", "# late", ""]])
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + 'comment: "#"\n')))
    assert raw(duckdb_warehouse, "order_id, _source_row_number") == [("A1", 3), ("A2", 4)]
    ((skipped,),) = ledger(duckdb_warehouse, "rows_skipped")
    assert json.loads(skipped) == {"comment": 2}


@pytest.mark.parametrize("name", ["Order", "order", "order_id"])
def test_totals_become_control_totals(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, name: str
) -> None:
    rule = f'skip_rows_where: {{column: {name}, matches: "^(Total|Grand total)"}}\n'
    path = drop("file.csv", [*ROWS, ["Total", "", "5"], ["Grand total", "", "5"]])
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + rule)))
    ((skipped, totals),) = ledger(duckdb_warehouse, "rows_skipped, control_totals")
    assert json.loads(skipped) == {"total": 2}
    assert json.loads(totals) == [
        {"sheet": "", "row": "4", "order_id": "Total", "units": "5"},
        {"sheet": "", "row": "5", "order_id": "Grand total", "units": "5"},
    ]


def test_totals_by_a_column_that_is_not_there(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    rule = "skip_rows_where: {column: Kind, matches: Total}\n"
    message = failed(duckdb_warehouse.load(drop("f.csv", ROWS), layouts=layouts(a=LAYOUT + rule)))
    assert "the column 'Kind', which is not in the header (row 1)" in message


@pytest.mark.parametrize(
    ("rows", "numbers"), [("2-3", [2, 3]), ("3-", [3, 4, 5, 6]), ("1-2", [2]), ("5-5", [5])]
)
def test_rows_by_their_numbers(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, rows: str, numbers: list[int]
) -> None:
    """The header may stand above the rows that are wanted."""
    path = drop("file.csv", [ROWS[0], *[[f"A{i}", "Tea", "1"] for i in range(2, 7)]])
    outcome = loaded(duckdb_warehouse.load(path, layouts=layouts(a=f"{LAYOUT}rows: {rows}\n")))
    assert [n for (n,) in raw(duckdb_warehouse, "_source_row_number")] == numbers
    assert outcome.rows_loaded + sum(outcome.rows_skipped.values()) == 5


def test_rows_choose_one_of_two_tables(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    below = [["Item", "Order", "Pieces"], ["Rum", "B1", "9"]]
    path = drop("file.csv", [*ROWS, [], *below])
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + "rows: 5-6\n")))
    assert raw(duckdb_warehouse, "order_id, product_name") == [("B1", "Rum")]


# ------------------------------------------------------------------ headers


@pytest.mark.parametrize("above", [0, 3, 99])
def test_header_is_found_below_a_title(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, above: int
) -> None:
    path = drop("file.csv", [*[["Report"]] * above, *ROWS])
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT)))
    assert raw(duckdb_warehouse, "_source_row_number") == [(above + 2,), (above + 3,)]


def test_header_is_found_below_many_blank_rows(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    path = drop("file.xlsx", {"S": [*[[]] * 500, *ROWS]})
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT)))
    assert raw(duckdb_warehouse, "_source_row_number") == [(502,), (503,)]


def test_header_row_by_its_number(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    path = drop("file.csv", [*ROWS, *[["x"]] * 300, *ROWS])
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + "header: 304\n")))
    assert raw(duckdb_warehouse, "_source_row_number") == [(305,), (306,)]


def test_header_row_that_is_not_there(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    message = failed(
        duckdb_warehouse.load(drop("f.csv", ROWS), layouts=layouts(a=LAYOUT + "header: [7, 8]\n"))
    )
    assert "says that the header is row 7 and 8, which is blank or not there" in message


def test_stacked_headers(duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut) -> None:
    """A cell merged to the right names all below it; one merged downwards is its own name."""
    path = drop(
        "file.xlsx",
        {
            "S": [
                ["Weekly report"],
                [],
                [],
                ["Order", "Product", None, "Sold", None],
                [None, "Code", "Name", "Units", "Units"],
                ["A1", "T1", "Tea", 2, 3],
            ]
        },
    )
    layout = LAYOUT.replace(
        "product_name: Item, units: Pieces",
        "product_id: Product Code, product_name: Product Name, units: Sold Units",
    )
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=layout + "header: [4, 5]\n")))
    assert raw(duckdb_warehouse, "order_id, product_id, product_name, units, _extra") == [
        ("A1", "T1", "Tea", "2", '{"Sold Units [E]": "3"}')
    ]
    (headers,) = part(duckdb_warehouse, "headers")
    assert json.loads(str(headers))["units"] == ["Sold Units"]


# ------------------------------------------------------------------ files and sheets


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("Sales*.xlsx", "sales 2026.XLSX"),
        ("2026/*.xlsx", "2026/week 3.xlsx"),
        ("Sales [2026].xlsx", "Sales [2026].xlsx"),
        ("Café*.xlsx", "Cafe\N{COMBINING ACUTE ACCENT} 1.xlsx"),
    ],
)
def test_files_by_name(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    layouts: LaidOut,
    inbox: Path,
    pattern: str,
    name: str,
) -> None:
    drop(name, {"S": ROWS})
    layout = LAYOUT.replace('"*"', f'"{pattern}"')
    assert loaded(duckdb_warehouse.load(inbox, layouts=layouts(a=layout))).layout == "a"


@pytest.mark.parametrize(
    ("sheets", "read"),
    [
        ("Jan", ["Jan"]),
        ("j*", ["Jan", "June"]),
        ("[Feb, June]", ["Feb", "June"]),
        ('"*"', ["Jan", "Feb", "June"]),
    ],
)
def test_sheets_by_name(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, sheets: str, read: list[str]
) -> None:
    book = {name: [ROWS[0], [name, "Tea", "2"]] for name in ("Jan", "Feb", "June")}
    path = drop("file.xlsx", book)
    outcome = loaded(duckdb_warehouse.load(path, layouts=layouts(a=f"{LAYOUT}sheets: {sheets}\n")))
    parts = duckdb_warehouse.query("select sheet from raw.file_parts order by file_part_number")
    assert [name for (name,) in parts] == read
    left = {"Jan", "Feb", "June"} - set(read)
    assert all(any(name in note for note in outcome.notes) for name in left)


def test_several_documents_in_one_file(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    """One for each sheet, and two that read the same."""
    people = [["Rep", "Team"], ["Ada", "North"], ["Bob", "South"]]
    path = drop("file.xlsx", {"Sales": ROWS, "People": people, "Notes": [["hello"]]})
    text = "\n---\n".join(
        [
            LAYOUT + "sheets: Sales\n",
            'entity: sellers\nfiles: "*"\nsheets: People\ncolumns: {seller_name: Rep, team: Team}',
            'entity: products\nfiles: "*"\nsheets: Sales\n'
            "columns: {product_name: Item, category: {constant: Drinks}}",
        ]
    )
    outcome = loaded(duckdb_warehouse.load(path, layouts=layouts(a=text)))
    assert outcome.entity == "sales_lines, sellers, products"
    assert outcome.notes[-1] == "sheet 'Notes' is named by no layout: not loaded"
    assert len(raw(duckdb_warehouse, "*", "sales_lines")) == 2
    assert raw(duckdb_warehouse, "seller_name", "sellers") == [("Ada",), ("Bob",)]
    assert raw(duckdb_warehouse, "product_name, category, _file_part_number", "products") == [
        ("Tea", "Drinks", 3),
        ("Milk", "Drinks", 3),
    ]


def test_a_sheet_with_most_columns_is_not_passed_over(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    """Constants do not count as columns that are lacking."""
    path = drop("file.xlsx", {"Jan": ROWS, "Feb": [["Order", "Item", "Qty"], ["A1", "Tea", "2"]]})
    constants = "city: {constant: A}, region: {constant: B}, country: {constant: C}"
    layout = LAYOUT.replace("units: Pieces", f"units: Pieces, {constants}")
    message = failed(duckdb_warehouse.load(path, layouts=layouts(a=layout)))
    assert "sheet 'Feb': no column for units (looked for 'Pieces')" in message
    assert "row 1: 'Order', 'Item', 'Qty'" in message


def test_two_layouts_that_name_one_file(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    message = failed(
        duckdb_warehouse.load(
            drop("Sales 2026-01.csv", ROWS), layouts=layouts(one=LAYOUT, two=LAYOUT)
        )
    )
    assert message.startswith("several layouts name this file (one, two): make the `files:` of")
    assert message.endswith('says `files: "Sales [0-9]???-[0-9]?.csv"`.')


# ------------------------------------------------------------------ bad layouts


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("sheet: A", "sheet: no such key; there are entity, files, sheets,"),
        ("header: five", "header: auto, or row numbers as Excel shows them"),
        ("header: 0", "such as 5 or [4, 5]"),
        ("header: []", "such as 5 or [4, 5]"),
        ("header: [5, 4]", "such as 5 or [4, 5]"),
        ("rows: 5", "rows: the first and the last row, such as 2-500"),
        ("rows: 9-5", "such as 2-500"),
        ("decimal: comma", "decimal: Input should be '.' or ','"),
        ("dates: ddmmyyyy", "dates: 'ddmmyyyy' is no order of dates: dmy, mdy or ymd"),
        ("extract: full", "extract: Input should be 'complete' or 'partial'"),
        ('comment: ""', "comment: String should have at least 1 character"),
        ("identity: [line_number]", "identity: line_number must be among its columns"),
        ("optional: [town]", "optional: sales_lines has no column town; it has sold_at,"),
        ("skip_rows_where: Total", "skip_rows_where: keys with values are wanted here"),
        ("skip_rows_where: {column: A}", "skip_rows_where.matches: this key is missing"),
        ("skip_rows_where: {column: A, matches: '('}", "'(' is no regular expression"),
        ("return_orders: '(?!C)'", "return_orders: '(?!C)' uses look-around"),
        ("return_orders: 'C++'", "'C++' uses"),
        (r"return_orders: '\bC'", "word boundaries"),
        (r"return_orders: '(C)\1'", "back references"),
        ("return_orders: 'C{300}'", "not every engine knows"),
        ('files: "again*"', "(line 4, column 1): the key 'files' stands twice"),
        ('missing: ["a', "is not YAML (line 5, column 1)"),
    ],
)
def test_what_a_layout_may_not_say(layouts: LaidOut, more: str, said: str) -> None:
    with pytest.raises(BadLayout) as caught:
        read_layouts(layouts(mine=f"{LAYOUT}{more}\n"))
    message = str(caught.value)
    assert message.startswith("Layout mine.yml")
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sales_lines", "sale", "entity 'sale' is none of sales_lines, orders,"),
        ("units:", "quantity:", "columns: sales_lines has no column quantity; it has sold_at,"),
        (", units: Pieces", "", "columns: sales_lines needs units."),
        ("Pieces", "{join: [Pieces]}", "columns.units.join: List should have at least 2 items"),
        ("Pieces", "{joins: [a, b]}", "columns.units.join: this key is missing"),
        ("Pieces", "{constant: [1]}", "columns.units.constant: one text is wanted here"),
        ("Pieces", "[]", "columns.units: Value should have at least 1 item"),
        ('files: "*"\n', "", "files: this key is missing"),
        ("{order_id: Order, product_name: Item, units: Pieces}", "", "columns: keys with values"),
    ],
)
def test_what_a_layout_must_say(layouts: LaidOut, old: str, new: str, said: str) -> None:
    with pytest.raises(BadLayout) as caught:
        read_layouts(layouts(mine=f"{LAYOUT}\n---\n{LAYOUT.replace(old, new)}"))
    assert str(caught.value).startswith("Layout mine.yml (document 2): ")
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["- a\n- b\n", "hello\n"])
def test_a_layout_that_is_no_mapping(layouts: LaidOut, text: str) -> None:
    with pytest.raises(BadLayout, match=r"Layout mine\.yml: keys with values are wanted here"):
        read_layouts(layouts(mine=text))


def test_a_layout_in_another_encoding(layouts: LaidOut) -> None:
    folder = layouts()
    (folder / "mine.yml").write_bytes(LAYOUT.replace("Order", "Año").encode("cp1252"))
    with pytest.raises(BadLayout, match=r"Layout mine\.yml is not UTF-8 text"):
        read_layouts(folder)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadLayout, match="LAYOUTS_DIR: there is no folder"):
        read_layouts(tmp_path / "none")


def test_which_files_of_the_folder_are_layouts(layouts: LaidOut) -> None:
    folder = layouts(a=LAYOUT, empty="# nothing yet\n")
    (folder / "b.YAML").write_text(LAYOUT)
    (folder / "._a.yml").write_bytes(b"\x00\x05\x16\x07")  # as macOS leaves them beside a file
    (folder / "notes.txt").write_text("not one")
    assert [file.name for file in read_layouts(folder)] == ["a", "b", "empty"]


@pytest.mark.parametrize(
    ("old", "new", "cure"),
    [
        ("Units", "Quantity Sold", '`units: ["Units", "Quantity Sold"]`'),
        ("Units", "Unitss", '`units: ["Units", "Unitss"]`'),
        ("Product", "Bezeichnung", '`product_name: ["Product", "Bezeichnung"]`'),
    ],
)
def test_a_header_with_a_new_name_has_a_cure(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, old: str, new: str, cure: str
) -> None:
    text = (
        "entity: sales_lines\nfiles: '*.csv'\ncolumns: {order_id: Order ID, sold_at: Order Date, "
        "product_name: Product, units: Units}\n"
    )
    header = [name.replace(old, new) if name == old else name for name in HEADER]
    path = drop("file.csv", [header, LINE])
    message = failed(duckdb_warehouse.load(path, layouts=layouts(mine=text)))
    assert f"If a header has a new name, mend the layout with {cure}." in message


def test_what_may_be_anything_has_no_cure(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    text = (
        "entity: sales_lines\nfiles: '*.csv'\ncolumns: {order_id: Order ID, sold_at: Order Date, "
        "product_name: Product, units: Units}\n"
    )
    header = [name.replace("Units", "Xyzzy") for name in HEADER]
    path = drop("file.csv", [header, LINE])
    message = failed(duckdb_warehouse.load(path, layouts=layouts(mine=text)))
    assert "new name" not in message
