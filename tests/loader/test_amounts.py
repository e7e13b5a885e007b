"""What an amount is of: one piece, several, the line; and what stands beside it or in it."""

import pytest

from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, Row, loaded, raw

SOLD = [("Tea", 1, 10), ("Tea", 3, 10), ("Pot", 2, 7), ("Pot", 5, 7), ("Cup", 4, 3), ("Cup", 1, 3)]
"""A product, its units and its price."""


def rows_of(header: list[str], *columns: list[float | str]) -> list[Row]:
    table: list[Row] = [["Order", "Date", "Product", "Qty", *header]]
    for number, (sold, *others) in enumerate(zip(SOLD, *columns, strict=True)):
        table.append([f"A{number % 3}", f"2026-01-1{number}", sold[0], sold[1], *others])
    return table


PRICES: list[float | str] = [price for _, _, price in SOLD]
TOTALS: list[float | str] = [units * price for _, units, price in SOLD]
PER: list[float | str] = [100, 1000, 1, 100, 1000, 1]
BY_PER: list[float | str] = [
    round(u * p / float(n), 4) for (_, u, p), n in zip(SOLD, PER, strict=True)
]
OFF: list[float | str] = [1, 0, 2, 1, 0.5, 0]
LESS: list[float | str] = [u * (p - float(d)) for (_, u, p), d in zip(SOLD, OFF, strict=True)]
SHIPPING: list[float | str] = [4.9, 0, 4.9, 4.9, 0, 4.9]
SHIPPED: list[float | str] = [float(t) + float(s) for t, s in zip(TOTALS, SHIPPING, strict=True)]


@pytest.mark.parametrize(
    ("header", "columns", "taken"),
    [
        (["Preis", "Preiseinheit", "Netto"], [PRICES, PER, BY_PER],
         "unit_price price_units line_total"),
        (["Price", "per", "Net amount"], [PRICES, PER, TOTALS], "unit_price line_total"),
        (["Cena", "Jednostka ceny"], [PRICES, [1] * 6], "unit_price price_units"),
        (["Price", "Discount per unit"], [PRICES, OFF], "unit_price unit_discount"),
        (["Prezzo", "Sconto unitario"], [PRICES, OFF], "unit_price unit_discount"),
        (["Price", "Discount", "Net amount"], [PRICES, OFF, LESS],
         "unit_price unit_discount line_total"),
        (["Price"], [TOTALS], "line_total"),
        (["item-price"], [TOTALS], "line_total"),
        (["item-price"], [PRICES], "unit_price"),
        (["Precio"], [TOTALS], "line_total"),
        (["Amount"], [TOTALS], "line_total"),
        (["Price", "Shipping", "Total"], [PRICES, SHIPPING, SHIPPED], "unit_price"),
        (["Preis", "Versandkosten", "Gesamt"], [PRICES, SHIPPING, TOTALS], "unit_price line_total"),
        (["Subtotal", "Frakt", "Total"], [TOTALS, SHIPPING, SHIPPED],
         "line_total included_freight"),
    ],
)  # fmt: skip
def test_rows_prove_what_an_amount_is_of(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    header: list[str],
    columns: list[list[float | str]],
    taken: str,
) -> None:
    loaded(duckdb_warehouse.load(drop("file.csv", rows_of(header, *columns))))
    amounts = "unit_price", "price_units", "unit_discount", "line_total", "included_freight"
    counts = [f"count({name})" for name in amounts]
    (found,) = duckdb_warehouse.query(f"select {', '.join(counts)} from raw.sales_lines")
    assert [name for name, count in zip(amounts, found, strict=True) if count] == taken.split()


@pytest.mark.parametrize(
    ("header", "columns", "asked"),
    [
        (["Preis", "Preiseinheit"], [PRICES, PER],
         "is 'Preis' the price of as many units as 'Preiseinheit' says"),
        (["Preis", "je"], [PRICES, [100] * 6], "is 'Preis' the price of as many units as 'je'"),
        (["Prix", "Prix par"], [PRICES, [10] * 6], "the price of as many units as 'Prix par' says"),
        (["Cena", "Cena za"], [PRICES, PER], "the price of as many units as 'Cena za' says"),
        (["Amount"], [PRICES], "'Amount' of each product is one, whatever its units: is it of the "
         "line (40.00 in the first rows) or of one piece (104.00 in the first rows)?"),
        (["item-price"], [[3, 4, 5, 6, 7, 8]], "is 'item-price' of the line"),
        (["Shipping", "Total"], [SHIPPING, SHIPPED],
         "does 'Total' include the 'Shipping' beside it"),
        (["Price", "Discount amount"], [PRICES, [1, 2, 3, 1, 2, 3]],
         "'Discount amount' is the same on every line of an order: is it of each line (12.00 off"),
        (["Versand", "Betrag"], [SHIPPING, TOTALS], 'included_freight: "Versand"'),
    ],
)  # fmt: skip
def test_what_nothing_proves_is_asked(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    header: list[str],
    columns: list[list[float | str]],
    asked: str,
) -> None:
    (outcome,) = duckdb_warehouse.load(drop("file.csv", rows_of(header, *columns)))
    assert outcome.status == "held"
    assert asked in outcome.error


@pytest.mark.parametrize(
    "name",
    [
        *["Shipping", "Discount 10%", "GIFT WRAP", "Versandkosten - DHL", "Rabatt", "Pfand"],
        *["Frais de port", "Gastos de envío", "Frete", "Spese di spedizione", "Verzendkosten"],
        *["Koszt dostawy", "Öresavrundning", "Gutschein (5 €)", "Tips"],
    ],
)
def test_lines_that_are_no_products_are_named(
    duckdb_warehouse: Warehouse, drop: Dropped, name: str
) -> None:
    rows: list[Row] = [
        ["Order", "Date", "Product", "Qty", "Amount"],
        ["A1", "2026-01-12", "Tip Top Tea", 2, 20],
        ["A1", "2026-01-12", name, 1, 4.9],
    ]
    outcome = loaded(duckdb_warehouse.load(drop("file.csv", rows)))
    said = f"1 row under 'Product' ('{name}'; 4.90 in all) are no products"
    assert any(said in note and f'{{not: ["{name}"]}}' in note for note in outcome.notes)


def test_lines_of_products_are_not_named(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    rows = [["Order", "Date", "Product", "Qty", "Amount"]]
    names = "Shipping box", "Porto wine", "Tip Top Tea", "Freight wagon, red"
    rows += [["A1", "2026-01-12", name, "1", "4.90"] for name in names]
    outcome = loaded(duckdb_warehouse.load(drop("file.csv", rows)))
    assert not any("no products" in note for note in outcome.notes)


@pytest.mark.parametrize(
    ("texts", "units"),
    [
        (["2 Stk", "1,5 Stk."], ["2", "1,5"]),
        (["3 pcs", "1 pc", "2PCS"], ["3", "1", "2"]),
        (["2.5 kg", "-1 kg"], ["2.5", "-1"]),
        (["2 szt.", "4 szt"], ["2", "4"]),
        (["2 Stk", "1,5 kg"], ["2 Stk", "1,5 kg"]),
        (["2 Stk", "3"], ["2 Stk", "3"]),
    ],
)
def test_one_unit_of_measure_behind_all_units_is_taken_off(
    duckdb_warehouse: Warehouse, drop: Dropped, texts: list[str], units: list[str]
) -> None:
    rows: list[Row] = [["Order", "Date", "Product", "Qty", "Price"]]
    rows += [["A1", "2026-01-12", f"Tea {n}", text, "9,50"] for n, text in enumerate(texts)]
    loaded(duckdb_warehouse.load(drop("file.csv", rows)))
    assert [row[0] for row in raw(duckdb_warehouse, "units")] == units


@pytest.mark.parametrize(("amount", "is_odd"), [("Unit Price", False), ("Total", True)])
def test_signs_at_odds_are_asked_of_a_persons_layout_too(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, amount: str, is_odd: bool
) -> None:
    column = "line_total" if amount == "Total" else "unit_price"
    told = layouts(
        a="entity: sales_lines\nfiles: '*'\ncolumns: {sold_at: Date, product_name: Product, "
        f"units: Qty, {column}: {amount}}}\n"
    )
    rows: list[Row] = [
        ["Date", "Product", "Qty", amount],
        ["2026-01-12", "Tea", -2, 7],
        ["2026-01-12", "Pot", 1, 9],
    ]
    (outcome,) = duckdb_warehouse.load(drop("file.csv", rows), layouts=told)
    assert outcome.status == ("held" if is_odd else "loaded")
    rows[1] = ["2026-01-12", "Tea", -2, -7]
    (outcome,) = duckdb_warehouse.load(drop("next.csv", rows), layouts=told)
    assert outcome.status == ("loaded" if is_odd else "held")
