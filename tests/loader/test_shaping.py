"""Keys of a layout that say what whole rows are: kept or left out, parts of an order, headings."""

import pytest

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
        ('{Status: {not: ""}}', ["A1", "A2", "A4", "A5"]),
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
    ],
)
def test_layouts_that_cannot_be_used(layouts: LaidOut, text: str, message: str) -> None:
    with pytest.raises(BadLayout) as error:
        read_layouts(layouts(a=f"{LAYOUT}{text}\n"))
    assert message in str(error.value)
