"""A rule that changes holds for the lines of old files too, without a full refresh."""

from tests.conftest import BUILD, Warehouse
from tests.history.conftest import NewHistory
from tests.history.rebuild import copy_raw
from tests.history.sales import sale
from tests.history.steps import Deliver


def build_in(currency: str, warehouse: Warehouse) -> None:
    """Build every table, with this as the currency of files that name none."""
    variables = ("--vars", f"default_currency: {currency}")
    # The manifest holds the vars of its parse.
    result = warehouse.dbt("build", *BUILD, *variables, parse_anew=True)
    assert result.success, result.exception


def test_another_default_currency(new_history: NewHistory) -> None:
    history = new_history("duckdb")
    history.play(
        Deliver("lines-1.csv", (sale("A", line_total=10),)),
        Deliver("orders-1.csv", ("B,2026-02-02,,,,,4,USD",)),
        Deliver("lines-2.csv", (sale("B", line_total=20),)),
    )
    history.build()
    currencies = "select order_id, currency from marts.fact_sales_line order by 1"
    assert history.warehouse.query(currencies) == [("A", "XXX"), ("B", "USD")]
    build_in("CHF", history.warehouse)
    assert history.warehouse.query(currencies) == [("A", "CHF"), ("B", "USD")]
    copy_raw(history.warehouse, history.second)
    build_in("CHF", history.second)
    history.hold()
