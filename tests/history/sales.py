"""Rows of sales files, and what becomes of them."""

from tests.history.steps import SALES, History


def sale(order: str, line: int | str = 1, day: str = "2026-01-30", **cells: object) -> str:
    """Write a row of a sales file."""
    known = {"order_id": order, "line_number": line, "sold_at": day, "product_name": "Tea"}
    cells = {**known, "units": 2, **cells}
    assert not set(cells) - set(SALES.split(","))
    return ",".join(str(cells.get(column, "")) for column in SALES.split(","))


def lines(history: History) -> list[tuple[object, ...]]:
    """Return what counts, as it was built."""
    return history.warehouse.query(
        "select order_id, line_number, revenue, source_file "
        f"from {history.warehouse.built('marts')}.fact_sales_line order by 1, 2, 3, 4"
    )
