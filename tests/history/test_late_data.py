"""What incremental models get wrong elsewhere: data that come after the lines they are about."""

import pytest

from tests.history.conftest import NewHistory
from tests.history.sales import lines, sale
from tests.history.steps import Build, BuildFirstLines, BuildLines, Deliver, Restore, Withdraw

ON_POSTGRES = [pytest.param("duckdb", marks=pytest.mark.deep), "postgres"]
"""On the other engine too where there is time."""


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
                sale("G", store_id="K1", line_total=1),  # asks for a place only,
                sale("H", product_id="P1"),  # for a price only,
                sale("I", shipping_company_name="DHL", line_total=1),  # and for a carrier only
            ),
        ),
        # The time is part of the identity of these, and comes from the header too.
        Deliver("dated-1.csv", (sale("E", day="", line_total=4), sale("F", line_total=6))),
        Deliver("dated-2.csv", (sale("E", line_total=8),)),
        BuildFirstLines(),
        # The price list comes: lines without an amount get one. And customers come who bought
        # before, with a history that begins between the sales.
        Deliver("products-1.csv", ("P1,Tea,Hot,2,1",)),
        Deliver("changes-1.csv", ("C1,Ann,Gold,North,2026-01-15", "C3,Bob,,South,2026-01-20")),
        BuildLines(),
    )
    assert ("A", 1, 4, "lines-1.csv") in lines(history)
    history.play(
        # Order headers come: unreadable lines can be read, and a line turns out to be another's.
        Deliver("orders-1.csv", ("C,2026-02-02,C9,Tom,DHL,K2,4,EUR", "E,2026-01-30,,,,,,")),
        # The history is dated back: the sale of 1 February is of another version now.
        Deliver("changes-2.csv", ("C1,Ann,Silver,West,2026-01-31", "C1,Ann,,North,2025-12-01")),
        Deliver("sellers-1.csv", ("S1,Sue,Red",)),
        Deliver("stores-1.csv", ("K1,Market,North", "K2,Corner,")),
        BuildLines(),
    )
    assert {row[0] for row in lines(history)} == set("ABCEFGHI")
    assert [row for row in lines(history) if row[0] == "E"] == [("E", 1, 8, "dated-2.csv")]
    history.play(
        # There is a second Sue, so that the name alone tells nobody. A price changes, and so does
        # a store's region, and a carrier gets an id.
        Deliver("sellers-2.csv", ("S2,Sue,Blue",)),
        Deliver("products-1.csv", ("P1,Tea,Cold,3,2",)),
        Deliver("stores-1.csv", ("K1,Market,South", "K2,Corner,East")),
        Deliver("carriers-1.csv", ("X1,DHL",)),
        BuildLines(),
        Deliver("orders-1.csv", ("C,2026-01-31,C9,Sue,UPS,K1,5,USD", "E,2026-02-03,,,,,,")),
        Deliver("targets-1.csv", ("2026-01-01,,Sue,,100", "2026-02-01,S3,,,250")),
        # A complete extract has one customer no more, and the next one has them again.
        Deliver("everyone-1.csv", ("C1,Ann,,North", "C2,Cy,Gold,"), day=3),
        Deliver("everyone-1.csv", ("C2,,Gold,",), day=4),
        Deliver("everyone-1.csv", ("C1,Ann,,North", "C2,,Gold,"), day=5),
        BuildLines(),
        # And everything that came after the lines goes again.
        Withdraw("products-1.csv"),
        Withdraw("sellers-2.csv"),
        Withdraw("changes-2.csv"),
        BuildLines(),
        Withdraw("orders-1.csv"),
        Withdraw("stores-1.csv"),
        Withdraw("changes-1.csv"),
        Withdraw("everyone-1.csv"),
        Restore("products-1.csv", back=1),
        Build(),
    )
    assert {row[0] for row in lines(history)} == set("ABEFGHI")
