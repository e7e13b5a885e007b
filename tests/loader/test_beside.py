"""Tables side by side in a sheet: none is lost in silence, none is added up in silence."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from loader.__main__ import main
from loader.inspection import propose_layout
from loader.load import Outcome
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, Dropped, LaidOut, Row, loaded, raw

JAN: list[Row] = [
    [f"A{n}", f"2026-01-{n + 4:02}", "Tea" if n % 2 else "Rum", str(n), "3.50"] for n in range(1, 9)
]
FEB: list[Row] = [
    [f"B{n}", f"2026-02-{n + 4:02}", "Tea" if n % 2 else "Rum", str(n), "9"] for n in range(1, 6)
]
BY_PRODUCT: list[Row] = [["Item", "Pieces", "Sum"], ["Tea", "16", "56"], ["Rum", "20", "70"]]


def beside(*tables: list[Row], gap: int = 1) -> list[Row]:
    """Put tables beside each other."""
    height = max(map(len, tables))
    rows: list[Row] = []
    for i in range(height):
        row: list[object] = []
        for table in tables:
            width = len(table[0])
            row += [*(table[i] if i < len(table) else []), *[None] * width][:width]
            row += [None] * gap
        rows.append(row)
    return rows


def load(
    warehouse: Warehouse, drop: Dropped, rows: list[Row], layouts: Path | None = None
) -> Outcome:
    (outcome,) = warehouse.load(drop("week.xlsx", {"Week": rows}), layouts=layouts)
    return outcome


@pytest.mark.parametrize("gap", [0, 1, 3])
def test_the_same_columns_once_more_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, gap: int
) -> None:
    outcome = load(duckdb_warehouse, drop, beside([HEADER, *JAN], [HEADER, *FEB], gap=gap))
    assert outcome.status == "held", outcome
    columns = {0: "F:J", 1: "G:K", 3: "I:M"}[gap]
    left, right = columns.split(":")
    assert (
        f"beside the table in A1:E9, there is {left}1:{right}6 ('Order ID', 'Order Date', "
        "'Product', 'Units', 'Unit Price') with the columns of sales: are its 5 rows no sales or "
        f'sales? range: "A:E" or range: ["A:E", "{columns}"] in its layout'
    ) in outcome.error
    assert f"--range A:E or --range A:E,{columns}" in outcome.error


def test_what_stands_above_a_table_says_what_it_is(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    left: list[Row] = [["Sales"] + [None] * 4, HEADER, *JAN]
    right: list[Row] = [["Rückgaben"] + [None] * 4, HEADER, *FEB]
    outcome = load(duckdb_warehouse, drop, beside(left, right))
    assert (
        "titled 'Rückgaben', with the columns of sales: are its 5 rows returns, and no sales"
        in (outcome.error)
    )


@pytest.mark.parametrize(
    "tables",
    [
        [[HEADER, *JAN], BY_PRODUCT],
        [[HEADER, *JAN], [[None] * 3, [None] * 3, *BY_PRODUCT]],
        [BY_PRODUCT, [HEADER, *JAN]],
        [[HEADER, *JAN], [["Seller", "Total"], *[[f"S{n}", "5"] for n in range(20)]]],
    ],
)
def test_a_table_of_something_else_is_named_and_left_out(
    duckdb_warehouse: Warehouse, drop: Dropped, tables: list[list[Row]]
) -> None:
    outcome = load(duckdb_warehouse, drop, beside(*tables))
    assert outcome.status == "loaded", outcome.error
    rows = raw(duckdb_warehouse, "order_id, units, seller_name, _extra")
    assert rows == [(row[0], row[3], None, None) for row in JAN]
    assert any("another table stands in " in note for note in outcome.notes)


def test_columns_apart_may_be_of_the_same_rows(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    sellers: list[Row] = [["Seller", "City"], *[["Ann", "Ulm"]] * 8]
    assert load(duckdb_warehouse, drop, beside([HEADER, *JAN], sellers)).status == "loaded"
    assert raw(duckdb_warehouse, "seller_name, city") == [("Ann", "Ulm")] * 8


def test_columns_that_may_be_of_the_same_rows_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    sellers: list[Row] = [["Seller", "City"], *[["Ann", "Ulm"]] * 7]
    outcome = load(duckdb_warehouse, drop, beside([HEADER, *JAN], sellers))
    assert (
        "G1:H8 ('Seller', 'City') has 7: is that a table of its own or of the same rows? "
        'range: "A:E" or range: "A:H" in its layout'
    ) in outcome.error


def test_tables_of_a_sheet_are_declared(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    """With one header, by one document; with others, or one below, by documents of their own."""
    other: list[Row] = [["Beleg", "Tag", "Ware", "Stück", "Preis"], *FEB]
    rows = beside([HEADER, *JAN], [HEADER, *FEB], other)
    ours = "{order_id: Order ID, sold_at: Order Date, product_name: Product, units: Units}"
    theirs = "{order_id: Beleg, sold_at: Tag, product_name: Ware, units: Stück}"
    folder = layouts(
        a=f"entity: sales_lines\nfiles: '*'\nrange: ['A:E', 'G1:K4']\ncolumns: {ours}\n"
        f"---\nentity: sales_lines\nfiles: '*'\nrange: M1:Q6\ncolumns: {theirs}\n"
    )
    outcome = load(duckdb_warehouse, drop, rows, folder)
    assert outcome.status == "loaded", outcome.error
    assert [row[0] for row in raw(duckdb_warehouse, "order_id")] == [
        *[row[0] for row in JAN],
        *[row[0] for row in FEB[:3]],
        *[row[0] for row in FEB],
    ]


def test_a_layout_without_ranges_is_asked_for_what_stands_beside_its_table(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    folder = layouts(
        a="entity: sales_lines\nfiles: '*'\n"
        "columns: {sold_at: Order Date, product_name: Product, units: Units}\n"
    )
    rows = beside([HEADER, *JAN], [HEADER, *FEB])
    assert load(duckdb_warehouse, drop, rows, folder).status == "held"


def test_learning_asks_for_tables_and_writes_them(
    drop: Dropped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, duckdb_warehouse: Warehouse
) -> None:
    monkeypatch.setenv("LAYOUTS_DIR", str(tmp_path))
    path = drop("week.xlsx", {"Week": beside([HEADER, *JAN], [HEADER, *FEB], BY_PRODUCT)})
    assert "# sheet 'Week': beside the table in A1:E9" in propose_layout(path)
    run = CliRunner()
    asked = run.invoke(main, ["learn", "--yes", str(path)])
    assert asked.exit_code == 1
    assert "--range A:E or --range A:E,G:K" in asked.output
    told = run.invoke(main, ["learn", "--yes", "--range", "A:E,G:K", str(path)])
    assert told.exit_code == 0, told.output
    assert "13 lines" in told.output
    loaded(duckdb_warehouse.load(path, layouts=tmp_path))
    assert len(raw(duckdb_warehouse, "order_id")) == 13


def test_a_range_must_be_one(drop: Dropped, layouts: LaidOut, duckdb_warehouse: Warehouse) -> None:
    result = CliRunner().invoke(main, ["learn", "--range", "A-E", str(drop("a.csv", [HEADER]))])
    assert "'A-E' is no range of cells: such as A:E, or A3:E40" in result.output
