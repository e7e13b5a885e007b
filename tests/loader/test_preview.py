"""What `check` says of a correction before it lands, and that nothing of it stays."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from loader.deliveries import find_deliveries
from loader.layouts import read_layouts
from loader.load import Outcome, check
from loader.preview import Changes, Preview
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, LAYOUT, Dropped, LaidOut
from warehouse.connection import connect, warehouse_url
from warehouse.reset import SCHEMAS

WIDE = ["Order ID", "Order Date", "Product", "Units", "Unit Price", "Currency", "Line Number"]

NOT_SHOWN = "what it changes is not shown, as the warehouse cannot be written now"


def line(number: int, units: object = "2", **other: str) -> list[object]:
    row = {
        "Order ID": f"A{number}",
        "Order Date": f"2026-01-{5 + number:02}",
        "Product": "Tea",
        "Units": units,
        "Unit Price": "3.50",
        "Currency": "EUR",
        "Line Number": "1",
    } | other
    return list(row.values())


@contextmanager
def connected(warehouse: Warehouse, **options: bool) -> Iterator[Connection]:
    with connect(warehouse_url(warehouse.url), **options).connect() as connection:
        yield connection


def checked(
    warehouse: Warehouse, *paths: Path, layouts: Path | None = None, **options: bool
) -> list[Outcome]:
    """Check files, and make sure that nothing of it stays."""
    tables = [f"{schema}.{table}" for schema, table in warehouse.tables("raw")]
    before = [sorted(map(str, warehouse.query(f"select * from {table}"))) for table in tables]
    with connected(warehouse, **options) as connection:
        known = read_layouts(layouts) if layouts else []
        deliveries = find_deliveries(paths, Path("/nonexistent")).deliveries
        outcomes = list(check(connection, deliveries, known))
    after = [sorted(map(str, warehouse.query(f"select * from {table}"))) for table in tables]
    assert after == before
    return outcomes


def preview(outcomes: list[Outcome]) -> Preview:
    (outcome,) = outcomes
    assert outcome.status == "replaced"
    assert outcome.preview is not None
    return outcome.preview


def sales(added: int, removed: int, changed: int, as_before: int) -> list[Changes]:
    return [Changes("sales_lines", added, removed, changed, as_before)]


# ------------------------------------------------------------------ rows


def test_a_row_at_the_top_changes_no_other(warehouse: Warehouse, drop: Dropped) -> None:
    lines = [line(number) for number in range(1, 6)]
    path = drop("a.xlsx", {"S": [WIDE, *lines]})
    warehouse.load(path)
    drop("a.xlsx", {"S": [WIDE, line(9), *lines]})
    found = preview(checked(warehouse, path))
    assert found.changes == sales(1, 0, 0, 5)
    assert found.samples == [
        "S row 2 added: sold_at 2026-01-14, order_id A9, line_number 1, product_name Tea, "
        "unit_price 3.50, units 2, …"
    ]


def test_lines_are_paired_by_their_identity(warehouse: Warehouse, drop: Dropped) -> None:
    lines = [line(number) for number in range(1, 6)]
    path = drop("a.xlsx", {"S": [WIDE, *lines]})
    warehouse.load(path)
    drop("a.xlsx", {"S": [WIDE, line(9), line(3, 7, Product=" "), lines[0], *lines[3:]]})
    found = preview(checked(warehouse, path))
    assert found.changes == sales(1, 1, 1, 3)
    assert found.samples == [
        "S row 2 added: sold_at 2026-01-14, order_id A9, line_number 1, product_name Tea, "
        "unit_price 3.50, units 2, …",
        "S row 3 removed: sold_at 2026-01-07, order_id A2, line_number 1, product_name Tea, "
        "unit_price 3.50, units 2, …",
        "S row 3 (was S row 4): product_name Tea -> (empty), units 2 -> 7",
    ]


def test_lines_without_an_identity_are_paired_by_their_row(
    warehouse: Warehouse, drop: Dropped
) -> None:
    """No identity: the layout has none, or a part of it is empty."""
    header = [*HEADER, "Memo"]
    lines: list[list[object]] = [["A1", "2026-01-05", "Tea", n, "3.50", "x"] for n in range(5)]
    path = drop("a.csv", [header, *lines])
    warehouse.load(path)
    lines[1][3], lines[3][5] = "9", "y"
    drop("a.csv", [header, *lines[:4]])
    found = preview(checked(warehouse, path))
    assert found.changes == sales(0, 1, 2, 2)
    assert found.samples == [
        "row 3: units 1 -> 9",
        "row 5: Memo x -> y",
        "row 6 removed: sold_at 2026-01-05, order_id A1, product_name Tea, unit_price 3.50, "
        "units 4, Memo x",
    ]


def test_rows_that_are_equal_count_as_often_as_they_stand_there(
    warehouse: Warehouse, drop: Dropped
) -> None:
    path = drop("a.csv", [HEADER, *[["A1", "2026-01-05", "Tea", "2", "3.50"]] * 3])
    warehouse.load(path)
    drop("a.csv", [HEADER, *[["A1", "2026-01-05", "Tea", "2", "3.50"]] * 5])
    assert preview(checked(warehouse, path)).changes == sales(2, 0, 0, 3)
    # The one that was changed is the one that is shown.
    rows = [["A1", "2026-01-05", "Tea", "2", "3.50"] for _ in range(3)]
    rows[0][3] = "4"
    drop("a.csv", [HEADER, *rows])
    found = preview(checked(warehouse, path))
    assert (found.changes, found.samples) == (sales(0, 0, 1, 2), ["row 2: units 2 -> 4"])


def test_cells_are_told_apart_to_the_letter(warehouse: Warehouse, drop: Dropped) -> None:
    """Nothing and an empty text, and texts that flow from one cell into the next."""
    path = drop("a.csv", [HEADER, ["A1", "2026-01-05", "Tea", "1", "23"]])
    warehouse.load(path)
    drop("a.csv", [HEADER, ["A1", "2026-01-05", "Tea", "12", "3"]])
    assert preview(checked(warehouse, path)).samples == ["row 2: unit_price 23 -> 3, units 1 -> 12"]
    drop("a.csv", [HEADER, ["A1", "2026-01-05", "Tea ", "1", "23"]])
    assert preview(checked(warehouse, path)).samples == [
        "row 2: product_name Tea (differs in blanks or further on)"
    ]


def test_cells_are_cut_and_printable(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    path = drop("a.csv", [HEADER, ["A1", "2026-01-05", "Tea", "1", "23"]])
    duckdb_warehouse.load(path)
    hostile = "\N{RIGHT-TO-LEFT OVERRIDE}\x9b\u2028" * 20
    drop("a.csv", [HEADER, ["A1", "2026-01-05", hostile, "1", "23"]])
    (sample,) = preview(checked(duckdb_warehouse, path)).samples
    assert sample.isprintable()
    assert len(sample.split(" -> ")[1]) == 30


def test_few_of_many_differences_are_shown(warehouse: Warehouse, drop: Dropped) -> None:
    path = drop("a.csv", [WIDE, *[line(number) for number in range(20)]])
    warehouse.load(path)
    drop("a.csv", [WIDE, *[line(number, 3) for number in range(25)]])
    found = preview(checked(warehouse, path))
    assert found.changes == sales(5, 0, 20, 0)
    assert found.samples == [f"row {number}: units 2 -> 3" for number in range(2, 12)]


def test_sheets_of_several_entities(warehouse: Warehouse, drop: Dropped) -> None:
    people: list[list[object]] = [["Customer ID", "Customer Name"], ["C1", "Ada"], ["C2", "Grace"]]
    path = drop("a.xlsx", {"People": people, "Sales": [WIDE, line(1)], "More": [WIDE, line(2)]})
    warehouse.load(path)
    people[1][1] = "Ada L."
    drop("a.xlsx", {"People": people, "Sales": [WIDE, line(1)], "More": [WIDE, line(2, 3)]})
    found = preview(checked(warehouse, path))
    assert found.changes == [Changes("customers", 0, 0, 1, 1), *sales(0, 0, 1, 1)]
    assert found.samples == [
        "People row 2: customer_name Ada -> Ada L.",
        "More row 2: units 2 -> 3",
    ]


def test_a_changed_layout(warehouse: Warehouse, drop: Dropped, layouts: LaidOut) -> None:
    """The bytes are the same, and what is read of them is not."""
    path = drop("a.csv", [["Order", "Item", "Pieces", "Town"], ["A1", "Tea", "2", "Leeds"]])
    warehouse.load(path, layouts=layouts(a=LAYOUT))
    folder = layouts(a=LAYOUT.replace("units: Pieces", "units: Pieces, city: Town"))
    found = preview(checked(warehouse, path, layouts=folder))
    assert found.changes == sales(0, 0, 1, 0)
    assert found.samples == ["row 2: city (empty) -> Leeds, Town Leeds -> (empty)"]
    folder = layouts(a="entity: customers\nfiles: '*'\ncolumns: {customer_id: Order, city: Town}\n")
    found = preview(checked(warehouse, path, layouts=folder))
    assert found.changes == [Changes("customers", 1, 0, 0, 0), *sales(0, 1, 0, 0)]


def test_a_correction_that_fails(warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    """After rows of it were copied; the file after it is checked all the same."""
    drop("a.xlsx", {"S": [WIDE, line(1)], "T": [WIDE, line(2)]})
    drop("b.csv", [WIDE, line(3)])
    warehouse.load(inbox)
    drop("a.xlsx", {"S": [WIDE, line(1, 9)], "T": [WIDE, line(2, "=1+1")]})
    drop("b.csv", [WIDE, line(3, 9)])
    first, second = checked(warehouse, inbox)
    assert (first.status, first.preview) == ("failed", None)
    assert preview([second]).changes == sales(0, 0, 1, 0)


# ------------------------------------------------------------------ who may not write


def test_a_warehouse_opened_to_read(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    path = drop("a.csv", [WIDE, line(1)])
    duckdb_warehouse.load(path)
    drop("a.csv", [WIDE, line(1, 3), line(2)])
    (outcome,) = checked(duckdb_warehouse, path, read_only=True)
    assert (outcome.status, outcome.rows_loaded, outcome.preview) == ("replaced", 2, None)
    assert outcome.notes[-1] == NOT_SHOWN


@pytest.fixture
def reader(new_warehouse: Callable[[str], Warehouse]) -> Iterator[tuple[Warehouse, Warehouse]]:
    """A warehouse on PostgreSQL, and the same as a user sees it who may read only."""
    owner = new_warehouse("postgres")
    url = warehouse_url(owner.url).set(username="checker", password="checker")  # noqa: S106
    owner.execute("drop role if exists checker", "create role checker login password 'checker'")
    yield owner, Warehouse("postgres", url.render_as_string(hide_password=False), owner.shared)
    drops = [f"drop schema if exists {schema} cascade" for schema in SCHEMAS]
    owner.execute(*drops, "drop role checker")


def test_a_user_who_may_not_write(reader: tuple[Warehouse, Warehouse], drop: Dropped) -> None:
    owner, seen = reader
    path = drop("a.csv", [WIDE, line(1)])
    owner.load(path)
    owner.execute(
        "grant usage on schema raw to checker",
        "grant select on all tables in schema raw to checker",
    )
    drop("a.csv", [WIDE, line(1, 3)])
    (outcome,) = checked(seen, path)
    assert (outcome.status, outcome.preview) == ("replaced", None)
    assert outcome.notes[-1] == NOT_SHOWN
    owner.execute("grant insert, update on all tables in schema raw to checker")
    assert preview(checked(seen, path)).changes == sales(0, 0, 1, 0)
