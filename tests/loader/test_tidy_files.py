"""Files that no layout names are read by common header names, or said to be short of something."""

import re

import pytest

from loader.contracts import ENTITIES
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, LINE, Dropped, Row, failed, loaded, raw

TIDY = {
    "sales_lines": {"Order ID": "A1", "Order Date": "2026-01-05", "SKU": "T1", "Qty": "2",
                    "Price": "3.50", "Sales Rep": "Ada", "Carrier": "Royal Mail"},
    "orders": {"Order ID": "A1", "Order Date": "2026-01-05", "Freight": "4.50"},
    "customers": {"Customer ID": "C1", "Customer Name": "Ada", "Email": "a@b.c", "Tier": "Gold"},
    "products": {"SKU": "T1", "Product Name": "Tea", "Brand": "Leaf", "List Price": "3.50"},
    "product_categories": {"Category ID": "1", "Category Name": "Drinks"},
    "sellers": {"Seller": "Ada", "Team": "North", "Active": "yes"},
    "stores": {"Store ID": "S1", "Store Name": "Main Street", "City": "Leeds"},
    "shipping_companies": {"Carrier ID": "1", "Carrier": "Royal Mail"},
    "sales_targets": {"Month": "2026-01-01", "Seller": "Ada", "Target": "1000"},
}  # fmt: skip


def test_every_entity_is_here() -> None:
    assert TIDY.keys() == ENTITIES.keys()


@pytest.mark.parametrize("entity", TIDY)
def test_each_entity_is_recognised(duckdb_warehouse: Warehouse, drop: Dropped, entity: str) -> None:
    cells = TIDY[entity]
    outcome = loaded(duckdb_warehouse.load(drop("file.csv", [list(cells), list(cells.values())])))
    assert (outcome.entity, outcome.layout, outcome.notes) == (entity, "", [])
    (row,) = raw(duckdb_warehouse, ", ".join(ENTITIES[entity].columns), entity)
    assert sorted(text for text in row if text is not None) == sorted(cells.values())


def test_days_of_three_columns(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    header = ["Year", "Month", "Day", "Order", "Product", "Qty", "Amount"]
    rows = [["2026", "1", day, "A1", "Tea", "2", "7"] for day in ("5", "13")]
    loaded(duckdb_warehouse.load(drop("a.csv", [header, *rows])))
    assert raw(duckdb_warehouse, "sold_at") == [("2026-1-5",), ("2026-1-13",)]


def test_several_sheets_of_several_entities(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    sheets = {name: [list(cells), list(cells.values())] for name, cells in TIDY.items()}
    outcome = loaded(duckdb_warehouse.load(drop("file.xlsx", sheets)))
    assert outcome.entity == ", ".join(TIDY)
    assert outcome.rows_loaded == len(TIDY)


@pytest.mark.parametrize(
    "header",
    [
        ["orderId", "orderDate", "productName", "quantity", "unitPrice"],
        ["order_id", "order_date", "product_name", "units_sold", "unit_price"],
        ["ORDER ID", "DATE", "PRODUCT", "QTY", "PRICE"],
        ["  Order-ID ", "Order\nDate", "Product:", "Units", "Unit\N{NO-BREAK SPACE}Price"],
        ["\N{FULLWIDTH LATIN CAPITAL LETTER O}rder ID", "Order Date", "Item", "Units", "Price"],
    ],
)
def test_spellings(duckdb_warehouse: Warehouse, drop: Dropped, header: list[str]) -> None:
    loaded(duckdb_warehouse.load(drop("file.xlsx", {"S": [header, LINE]})))
    columns = "order_id, sold_at, product_name, units, unit_price"
    assert raw(duckdb_warehouse, columns) == [tuple(LINE)]


def test_sales_without_units_are_no_order_headers(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    rows = [["Order ID", "Order Date", "Product", "Unit Price"], ["A1", "2026-01-05", "Tea", "2"]]
    message = failed(duckdb_warehouse.load(drop("file.csv", rows)))
    assert message.startswith("no layout names this file, and it is not tidy enough to load")
    assert "the nearest entity (sales_lines): no column for units (looked for 'units'," in message
    assert "row 1: 'Order ID', 'Order Date', 'Product', 'Unit Price'." in message
    # The command can be typed as it stands.
    assert re.search(r'`python -m loader inspect "/.*/file[.]csv"` proposes one[.]$', message)
    assert not raw(duckdb_warehouse, "*", "orders")


def test_a_known_header_over_values_of_another_kind(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    """One date proves what the column is, so that the others are odd rows; none is told."""
    odd = [["# note", "7", "Tea", "", ""]] * 3
    outcome = loaded(duckdb_warehouse.load(drop("odd.csv", [HEADER, LINE, *odd])))
    assert outcome.rows_loaded == 4
    message = failed(duckdb_warehouse.load(drop("none.csv", [HEADER, *odd])))
    assert "no column for sold_at (looked for 'sold at', " in message
    assert "Below 'Order Date' stands '7', which is no such value." in message


def test_sheets_that_are_no_tables(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    notes = {f"Note {n}": [["hello"], ["world"]] for n in range(8)}
    summary = [["Region", "Revenue"], ["North", 7]]
    sheets = {"Notes": [["hello"]], "Empty": [], "Sales": [HEADER, LINE], "Sum": summary}
    outcome = loaded(duckdb_warehouse.load(drop("file.xlsx", sheets | notes)))
    assert outcome.rows_loaded == 1
    assert outcome.notes == [
        "sheets 'Notes', 'Note 0', 'Note 1', 'Note 2', 'Note 3' and 4 more are no table of an "
        "entity: not loaded",
        "sheet 'Sum' is no table of an entity (for sales_lines: no units and product_id or "
        "product_name and sold_at): not loaded",
    ]


def test_what_stands_on_the_first_line_of_an_order_holds_for_the_others(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    rows: list[Row] = [
        [*HEADER, "Customer"],
        ["A1", "2026-01-05", "Tea", "2", "3.50", "Azure"],
        ["", "", "Mug", "1", "8.00", ""],
        ["A2", "2026-01-06", "Tea", "3", "3.50", "Berg"],
        ["", "", "Pot", "1", "20.00", ""],
    ]
    outcome = loaded(duckdb_warehouse.load(drop("file.csv", rows)))
    first = [("A1", "2026-01-05", "Azure")] * 2 + [("A2", "2026-01-06", "Berg")] * 2
    assert raw(duckdb_warehouse, "order_id, sold_at, customer_name") == first
    assert outcome.notes == [
        "2 rows took 'Order ID', 'Order Date', 'Customer' from the row above, by `fill_down`"
    ]


def test_what_was_sold_of_each_product_is_no_price_list(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    header = ["Artikel", "Prijs", "Verkocht", "Omzet"]
    rows = [[f"Kop {n}", f"{n + 0.5}", str(2 * n), f"{2 * n * (n + 0.5)}"] for n in range(1, 9)]
    message = failed(duckdb_warehouse.load(drop("file.csv", [header, *rows])))
    assert "sales_lines" in message
    assert not raw(duckdb_warehouse, "*", "products")


@pytest.mark.parametrize("header", [["Name", "Variant"], ["Variant", "Name"]])
def test_a_name_that_has_a_price_is_that_of_a_product(
    duckdb_warehouse: Warehouse, drop: Dropped, header: list[str]
) -> None:
    """As a till writes it, whose price is that of the line."""
    place = header.index("Name")
    rows = []
    for n in range(12):
        name, cents = [("Tea", 350), ("Pot", 1275), ("Tray", 2490)][n % 3]
        units = n // 3 + 1
        names = [name, ""] if place == 0 else ["", name]
        amount = f"{cents * units / 100:.2f}"
        rows.append([f"2026-03-{n + 1:02}", f"R{n}", *names, str(units), amount])
    table = [["Date", "Receipt number", *header, "Quantity", "Price (GBP)"], *rows]
    loaded(duckdb_warehouse.load(drop("raw data.csv", table)))
    assert raw(duckdb_warehouse, "product_name, line_total, unit_price")[3] == ("Tea", "7.00", None)


def test_prices_with_and_without_a_tax_that_grow_are_those_of_lines(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    """As a till writes it, with returns that have a minus."""
    rows = []
    for n in range(12):
        name, cents = [("Tea", 300), ("Pot", 1200), ("Tray", 2400)][n % 3]
        units = -1 if n == 7 else n // 3 + 1
        net = cents * units / 100
        amounts = [f"{net * 1.2:.2f}", f"{net:.2f}", f"{net * 0.2:.2f}", "20%"]
        rows.append([f"2026-03-{n + 1:02}", f"T{n}", name, str(units), *amounts])
    header = ["Datum", "Transaktions-ID", "Beschreibung", "Menge"]
    header += ["Preis (brutto)", "Preis (netto)", "Steuer", "Steuersatz"]
    loaded(duckdb_warehouse.load(drop("f.csv", [header, *rows])))
    taken = raw(duckdb_warehouse, "line_total, unit_price, included_tax_rate")
    assert taken == [(row[5], None, None) for row in rows]


@pytest.mark.parametrize("is_first", [True, False])
def test_lines_without_days_have_those_of_their_orders(
    duckdb_warehouse: Warehouse, drop: Dropped, is_first: bool
) -> None:
    orders = [["Order ID", "Order Date", "Customer ID"], ["A1", "2026-01-05", "C1"]]
    lines = [
        ["Order ID", "Item", "Qty", "Unit Price"],
        ["A1", "Tea", "2", "3"],
        ["A1", "Pot", "1", "9"],
    ]
    sheets = {"Orders": orders, "Lines": lines} if is_first else {"Lines": lines, "Orders": orders}
    outcome = loaded(duckdb_warehouse.load(drop("file.xlsx", sheets)))
    assert outcome.rows_loaded == 3
    assert "sheet 'Lines': its days are those of its orders" in outcome.notes
    assert len(raw(duckdb_warehouse, "*")) == 2


@pytest.mark.parametrize(
    "header",
    [
        # A word before each column of the lines, and words that nothing knows.
        ["Référence de la commande", "Date de la commande", "Lignes de commande/Article",
         "Lignes de commande/Quantité", "Lignes de commande/Prix unitaire"],
        ["Auftragsnummer", "Auftragsdatum", "Auftragszeilen/Artikel", "Auftragszeilen/Menge",
         "Auftragszeilen/Einzelpreis"],
    ],
)  # fmt: skip
def test_lines_below_their_order_are_no_orders(
    duckdb_warehouse: Warehouse, drop: Dropped, header: list[str]
) -> None:
    rows = [["A1", "2026-01-05", "Tea", "2", "3.50"], ["", "", "Mug", "1", "8"],
            ["A2", "2026-01-06", "Tea", "3", "3.50"], ["", "", "Pot", "1", "20"]]  # fmt: skip
    loaded(duckdb_warehouse.load(drop("file.xlsx", {"S": [header, *rows]})))
    assert [row[0] for row in raw(duckdb_warehouse, "units")] == ["2", "1", "3", "1"]


def test_prices_and_pieces_that_no_word_tells_are_no_orders(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    header = ["Order ID", "Order Date", "Wieviel", "Wert", "Zusammen"]
    rows = [[f"A{n}", "2026-01-05", str(n), "2.50", str(n * 2.5)] for n in range(1, 7)]
    rows[-1][3:] = ["4", "24"]
    failed(duckdb_warehouse.load(drop("file.csv", [header, *rows])))
    assert not raw(duckdb_warehouse, "*", "orders")


def test_a_sheet_like_those_that_load_is_not_passed_over(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    march = [[name.replace("Units", "Wieviel") for name in HEADER], LINE]
    sheets = {"Jan": [HEADER, LINE], "Feb": [HEADER, LINE], "March": march}
    message = failed(duckdb_warehouse.load(drop("file.xlsx", sheets)))
    assert "sheet 'March': no column for units" in message
    assert not raw(duckdb_warehouse, "*")


def test_words_of_other_languages(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    header = ["Belegnr.", "Belegdatum", "Artikelbezeichnung", "Stückzahl", "VK-Preis"]
    loaded(duckdb_warehouse.load(drop("file.xlsx", {"S": [header, LINE]})))
    columns = "order_id, sold_at, product_name, units, unit_price"
    assert raw(duckdb_warehouse, columns) == [tuple(LINE)]


@pytest.mark.parametrize(
    ("header", "amounts", "net"),
    [
        (["Amount", "Discount", "Net Amount"], [["100", "20", "80"], ["90", "0", "90"]], "80"),
        (["Revenue", "Tax", "Total"], [["20", "3.8", "23.8"], ["10", "1.9", "11.9"]], "20"),
        (["Total", "Net Sales", "VAT"], [["23.8", "20", "3.8"], ["11.9", "10", "1.9"]], "20"),
    ],
)
def test_the_net_amount_is_taken(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    header: list[str],
    amounts: list[list[str]],
    net: str,
) -> None:
    rows = [["Date", "Product", "Qty", *header]]
    rows += [[f"2026-01-0{n}", "Tea", "1", *row] for n, row in enumerate(amounts, start=5)]
    loaded(duckdb_warehouse.load(drop("file.csv", rows)))
    assert raw(duckdb_warehouse, "line_total")[0] == (net,)


def test_what_is_only_nearly_known_is_not_taken(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    header = [name.replace("Units", "Quantitty") for name in HEADER]
    message = failed(duckdb_warehouse.load(drop("file.csv", [header, LINE])))
    assert "no column for units" in message


@pytest.mark.parametrize("sheets", [{"A": []}, {"A": [], "B": []}])
def test_nothing_but_empty_sheets(
    duckdb_warehouse: Warehouse, drop: Dropped, sheets: dict[str, list[object]]
) -> None:
    message = failed(duckdb_warehouse.load(drop("file.xlsx", sheets)))
    assert message == "it holds no rows at all: every sheet is empty."


def test_a_sheet_of_sales_without_an_amount_is_not_passed_over_for_its_price_list(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    sales = [[*HEADER[:4]], LINE[:4]]
    prices = [["Product ID", "Product Name", "List Price"], ["T1", "Tea", "3.50"]]
    error = failed(duckdb_warehouse.load(drop("a.xlsx", {"Sales": sales, "Prices": prices})))
    assert "sheet 'Sales': no column for line_total or unit_price" in error
