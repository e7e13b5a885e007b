"""What incremental models get wrong elsewhere, in long sequences with a build after each turn."""

import pytest

from tests.history.conftest import NewHistory
from tests.history.steps import (
    SALES,
    Build,
    ChangeLayout,
    Copy,
    Deliver,
    History,
    Rename,
    Restore,
    Withdraw,
)

DEEP = pytest.mark.deep
ON_DUCKDB = ["duckdb", pytest.param("postgres", marks=DEEP)]
ON_POSTGRES = [pytest.param("duckdb", marks=DEEP), "postgres"]
"""On the other engine too where there is time."""


def sale(order: str, line: int | str = 1, day: str = "2026-01-30", **cells: object) -> str:
    """Write a row of a sales file."""
    known = {"order_id": order, "line_number": line, "sold_at": day, "product_name": "Tea"}
    cells = {**known, "units": 2, **cells}
    assert not set(cells) - set(SALES.split(","))
    return ",".join(str(cells.get(column, "")) for column in SALES.split(","))


def lines(history: History) -> list[tuple[object, ...]]:
    """Return what counts, as people read it."""
    return history.warehouse.query(
        "select order_id, line_number, revenue, source_file from marts.fact_sales_line "
        "order by 1, 2, 3, 4"
    )


@pytest.mark.parametrize("engine", ON_DUCKDB)
def test_lines_in_several_files(new_history: NewHistory, engine: str) -> None:
    history = new_history(engine)
    history.play(
        Deliver("lines-1.csv", (sale("A", line_total=10), sale("A", 2, line_total=11))),
        Deliver("lines-2.csv", (sale("B", line_total=20), sale("C", line_total=30))),
        # A file without an identity: what is there twice was sold twice.
        Deliver("till-1.csv", (sale("T", line_total=1), sale("T", line_total=1))),
        Build(),
        # A late delivery of the same line wins; another repeats it with the same value.
        Deliver("lines-3.csv", (sale("A", line_total=15), sale("B", line_total=20))),
        Deliver("lines-5.csv", (sale("A", 2, line_total=16),)),
        Build(),
    )
    assert lines(history) == [
        ("A", 1, 15, "lines-3.csv"),
        ("A", 2, 16, "lines-5.csv"),
        ("B", 1, 20, "lines-3.csv"),
        ("C", 1, 30, "lines-2.csv"),
        ("T", 1, 1, "till-1.csv"),
        ("T", 1, 1, "till-1.csv"),
    ]
    history.play(
        # The winner is corrected and has the line no more, or is withdrawn: the older line counts
        # again. A line moves between files. The till has fewer rows.
        Deliver("lines-2.csv", (sale("B", line_total=20),)),
        Deliver("lines-1.csv", (sale("A", line_total=10), sale("A", 2, line_total=11), sale("C"))),
        Deliver("lines-3.csv", (sale("A", line_total=15),)),
        Withdraw("lines-5.csv"),
        Deliver("till-1.csv", (sale("T", line_total=1),)),
        Build(),
    )
    assert lines(history) == [
        ("A", 1, 15, "lines-3.csv"),
        ("A", 2, 11, "lines-1.csv"),
        ("B", 1, 20, "lines-2.csv"),
        ("T", 1, 1, "till-1.csv"),
    ]
    history.play(
        # Corrected twice, renamed and corrected, withdrawn and restored, between two builds.
        Deliver("lines-1.csv", (sale("A", line_total=12),)),
        Deliver("lines-1.csv", (sale("A", line_total=13),)),
        Rename("lines-2.csv", "lines-4.csv"),
        Deliver("lines-4.csv", (sale("B", line_total=21), sale("B", 2, line_total=22))),
        Withdraw("till-1.csv"),
        Restore("till-1.csv"),
        Copy("till-1.csv", "till-2.csv"),
        Build(),
        # The ledger is again what it was at the build before last: what was built since is not.
        Withdraw("lines-1.csv"),
        Restore("lines-1.csv", back=1),
        ChangeLayout("lines"),
        Build(),
        Withdraw("lines-1.csv"),
        Withdraw("lines-3.csv"),
        Withdraw("lines-4.csv"),
        Withdraw("till-1.csv"),
        Build(),
    )
    assert lines(history) == []
    history.play(Restore("lines-4.csv"), Build())
    assert lines(history) == [("B", 2, 22, "lines-4.csv")]  # by its new identity, one line


@pytest.mark.parametrize("engine", ON_POSTGRES)
def test_data_that_come_after_the_lines(new_history: NewHistory, engine: str) -> None:
    history = new_history(engine)
    history.play(
        Deliver(
            "lines-1.csv",
            (
                sale("A", seller_name="Sue", customer_id="C1", store_id="K1", day="2026-02-01"),
                sale("B", seller_name="Sue", customer_name="Bob", unit_price=3, product_id="P1"),
                sale("C", day="", customer_id="C2", line_total=7),  # only its header knows the day
                sale("D", day="soon", line_total=5),
            ),
        ),
        # The time is part of the identity of these, and comes from the header too.
        Deliver("dated-1.csv", (sale("E", day="", line_total=4), sale("F", line_total=6))),
        Deliver("dated-2.csv", (sale("E", line_total=8),)),
        Build(),
        # The price list comes: lines without an amount get one.
        Deliver("products-1.csv", ("P1,Tea,Hot,2,1",)),
        Build(),
    )
    assert ("A", 1, 4, "lines-1.csv") in lines(history)
    history.play(
        # Order headers come: unreadable lines can be read, and a line turns out to be another's.
        Deliver("orders-1.csv", ("C,2026-02-02,C9,Tom,DHL,K2,4,EUR", "E,2026-01-30,,,,,,")),
        Build(),
    )
    assert {row[0] for row in lines(history)} == {"A", "B", "C", "E", "F"}
    assert [row for row in lines(history) if row[0] == "E"] == [("E", 1, 8, "dated-2.csv")]
    history.play(
        # Customers come who bought before, with a history that begins between the sales.
        Deliver("changes-1.csv", ("C1,Ann,Gold,North,2026-01-15", "C3,Bob,,South,2026-01-20")),
        Build(),
        # That history is dated back: the sale of 1 February is of another version now.
        Deliver("changes-2.csv", ("C1,Ann,Silver,West,2026-01-31", "C1,Ann,,North,2025-12-01")),
        Deliver("sellers-1.csv", ("S1,Sue,Red",)),
        Deliver("stores-1.csv", ("K1,Market,North", "K2,Corner,")),
        Build(),
        # There is a second Sue, so that the name alone tells nobody.
        Deliver("sellers-2.csv", ("S2,Sue,Blue",)),
        Build(),
        # A price changes.
        Deliver("products-1.csv", ("P1,Tea,Cold,3,2",)),
        Build(),
        # So does a store's region, and a carrier gets an id.
        Deliver("stores-1.csv", ("K1,Market,South", "K2,Corner,East")),
        Deliver("carriers-1.csv", ("X1,DHL",)),
        Build(),
        Deliver("orders-1.csv", ("C,2026-01-31,C9,Sue,UPS,K1,5,USD", "E,2026-02-03,,,,,,")),
        Deliver("targets-1.csv", ("2026-01-01,,Sue,,100", "2026-02-01,S3,,,250")),
        # A complete extract has one customer no more, and the next one has them again.
        Deliver("everyone-1.csv", ("C1,Ann,,North", "C2,Cy,Gold,"), day=3),
        Deliver("everyone-1.csv", ("C2,,Gold,",), day=4),
        Deliver("everyone-1.csv", ("C1,Ann,,North", "C2,,Gold,"), day=5),
        Build(),
        # And everything that came after the lines goes again.
        Withdraw("products-1.csv"),
        Withdraw("sellers-2.csv"),
        Withdraw("changes-2.csv"),
        Build(),
        Withdraw("orders-1.csv"),
        Withdraw("stores-1.csv"),
        Withdraw("changes-1.csv"),
        Withdraw("everyone-1.csv"),
        Restore("products-1.csv", back=1),
        Build(),
    )
    assert {row[0] for row in lines(history)} == {"A", "B", "E", "F"}
    history.test()


def test_a_table_that_went_wrong_is_found(new_history: NewHistory) -> None:
    history = new_history("duckdb")
    history.play(Deliver("lines-1.csv", (sale("A", line_total=5), sale("B"))))
    history.build()
    history.copy()
    history.hold()
    table = "marts.fact_sales_line"
    history.warehouse.execute(f"update {table} set revenue = revenue + 1")
    history.warehouse.execute("drop table reports.rpt_weekly_summary")
    with pytest.raises(AssertionError) as found:
        history.hold()
    said = str(found.value)
    assert "Deliver(name='lines-1.csv'" in said
    assert f"{table}: 1 rows are only in the warehouse, 1 in the rebuild" in said
    assert "revenue: - 6.0000 + 5.0000" in said
    assert "reports.rpt_weekly_summary is only in the rebuild" in said
