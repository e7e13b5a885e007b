"""Amounts of whole orders, on one or on each of their lines, are shared out among these."""

from decimal import Decimal

import pytest

from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, failed, loaded, raw

HEADER = ["Date", "Order No", "Product", "Qty", "Price", "Order Total", "Order discount"]


def _laid_out(*columns: str, shared: str) -> str:
    mapped = {
        "unit_price": "Price",
        "line_total": "Order Total",
        "discount_amount": "Order discount",
    }
    more = "".join(f", {name}: {mapped[name]}" for name in columns)
    return (
        "entity: sales_lines\nfiles: '*'\ncolumns: {sold_at: Date, order_id: Order No, "
        f"product_name: Product, units: Qty{more}}}\norder_amounts: {shared}\n"
    )


def _rows(*, on_each: bool = True, mark: str = ".") -> list[list[str]]:
    orders = [("A1", [2, 1, 1], "100.00", "9.99"), ("A2", [3], "7.50", "0.50")]
    rows = []
    for order, units, total, discount in orders:
        for i, number in enumerate(units):
            is_there = on_each or not i
            amounts = [total if is_there else "", discount if is_there else ""]
            price = f"{10 * (i + 1)}.00"
            cells = [price, *amounts]
            rows.append(
                ["2026-01-05", order, f"Tea {i}", str(number)]
                + [text.replace(".", mark) for text in cells]
            )
    return rows


@pytest.mark.parametrize("on_each", [True, False])
@pytest.mark.parametrize(
    ("columns", "shares"),
    [
        # By price times units: 20, 20 and 30 of 70; by units: 2, 1 and 1 of 4.
        (("unit_price", "line_total"), ["28.57", "28.57", "42.86", "7.50"]),
        (("line_total",), ["50.00", "25.00", "25.00", "7.50"]),
    ],
)
def test_the_total_of_an_order_is_shared_out_among_its_lines(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    layouts: LaidOut,
    on_each: bool,
    columns: tuple[str, ...],
    shares: list[str],
) -> None:
    folder = layouts(own=_laid_out(*columns, shared="line_total"))
    path = drop("a.csv", [HEADER, *_rows(on_each=on_each)])
    outcome = loaded(duckdb_warehouse.load(path, layouts=folder))
    assert raw(duckdb_warehouse, "line_total") == [(share,) for share in shares]
    assert "'line_total' of 2 orders shared out among their lines, by `order_amounts`" in (
        outcome.notes
    )


def test_shares_have_the_decimal_mark_of_the_file(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    folder = layouts(
        own=_laid_out("unit_price", "discount_amount", shared="discount_amount") + "decimal: ','\n"
    )
    path = drop("a.csv", [HEADER, *_rows(mark=",")])
    loaded(duckdb_warehouse.load(path, layouts=folder))
    shares = [text for (text,) in raw(duckdb_warehouse, "discount_amount")]
    assert shares == ["2,85", "2,85", "4,29", "0,50"]
    assert sum(Decimal(text.replace(",", ".")) for text in shares[:3]) == Decimal("9.99")


def test_two_amounts_of_one_order_are_a_fault(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    rows = _rows()
    rows[1][5] = "101.00"
    folder = layouts(own=_laid_out("line_total", shared="line_total"))
    message = failed(duckdb_warehouse.load(drop("a.csv", [HEADER, *rows]), layouts=folder))
    assert "one order has the line_total '100.00' in row 2 and '101.00' in row 3" in message


@pytest.mark.parametrize(
    "header",
    [
        "Order Total",
        "Auftragssumme",
        "Total commande",
        "Total pedido",
        "Valor do pedido",
        "Totale ordine",
        "Ordertotaal",
        "Wartość zamówienia",
        "Ordersumma",
    ],
)
def test_a_total_of_orders_without_amounts_of_lines_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, header: str
) -> None:
    orders = [(f"A{i}", f"{50 + i}.00") for i in range(4) for _ in range(2)]
    rows = [
        [f"2026-01-{5 + i:02}", order, f"Tea {i}", "2", total]
        for i, (order, total) in enumerate(orders)
    ]
    path = drop("a.csv", [["Date", "Order No", "Product", "Qty", header], *rows])
    (outcome,) = duckdb_warehouse.load(path)
    assert outcome.status == "held", outcome.error
    assert "shared out among its lines (206.00 in the first rows)" in outcome.error
    assert "that of each line (412.00)" in outcome.error
    assert "--order-amounts" in outcome.error


@pytest.mark.parametrize(("off", "is_asked"), [("5.00", True), ("0.00", False)])
def test_a_total_of_orders_to_which_their_lines_do_not_come_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, off: str, is_asked: bool
) -> None:
    rows = []
    for i in range(5):
        total = Decimal(2 * (10 + i) + 2 * (20 + i)) - Decimal(off)
        for price in (10 + i, 20 + i):
            day = f"2026-01-{5 + i:02}"
            rows.append([day, f"A{i}", f"Tea {price}", "2", f"{price}.00", str(total)])
    path = drop("a.csv", [["Date", "Order No", "Product", "Qty", "Price", "Order Total"], *rows])
    (outcome,) = duckdb_warehouse.load(path)
    assert (outcome.status == "held") == is_asked, outcome.error
    if is_asked:
        assert "shared out among its lines (315.00 in the first rows)" in outcome.error
        assert "'Price' times units (340.00)" in outcome.error
