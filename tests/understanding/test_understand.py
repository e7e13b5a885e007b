"""What is understood of tables under true-to-life headers, in nine languages: all, none wrong."""

import csv
from pathlib import Path

import pytest

from loader.deliveries import find_deliveries
from loader.understanding.beside import read_tables
from loader.understanding.tables import Table
from loader.understanding.understand import understand
from loader.understanding.understood import Understood
from loader.understanding.vocabulary import meanings, words_for
from tests.understanding.shops import SHOPS, Shop


def write(file: Path, rows: list[list[str]]) -> Path:
    with file.open("w", newline="", encoding="utf-8") as text:
        csv.writer(text, delimiter=";").writerows(rows)
    return file


def tables(folder: Path, **files: list[list[str]]) -> list[Table]:
    """Return the tables of files in the order in which they are named."""
    paths = [write(folder / f"{name}.csv", rows) for name, rows in files.items()]
    deliveries = find_deliveries(paths, folder).deliveries
    return read_tables(sorted(deliveries, key=lambda delivery: paths.index(delivery.path)))


def read_from(found: Understood) -> dict[str, str]:
    """Return the header (several with + between) that each of our columns is read from."""
    names = found.table.header.names
    return {
        column: " + ".join(names[position] for position in pick.positions)
        for column, pick in found.picks.items()
    }


@pytest.mark.parametrize("shop", SHOPS, ids=[shop.name for shop in SHOPS])
def test_every_column_of_a_shop(shop: Shop, tmp_path: Path) -> None:
    path = write(tmp_path / shop.file, shop.cells())
    (found,) = understand(read_tables(find_deliveries([path], tmp_path).deliveries))
    expected = {ours: header for header, ours, _ in shop.columns if ours} | (shop.also or {})
    assert (found.entity, read_from(found)) == (shop.entity, expected)
    assert {column: value for column, (value, _) in found.constants.items()} == (
        shop.constants or {}
    )
    assert not found.lacking


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("UNIT_PRICE", "unit_price"),
        ("unitPrice", "unit_price"),
        ("Price / Unit", "unit_price"),
        ("Price per unit (EUR)", "unit_price"),
        ("Quanity", "units"),  # a letter lost
        ("Stueckzahl", "units"),  # as people without umlauts write it
        ("Verkaeufer Nr", "seller_id"),
        ("N° de commande", "order_id"),
        ("código do cliente", "customer_id"),
        ("ID klienta", "customer_id"),
        ("Lineitem quantity", "units"),
        ("Order Lines/Unit Price", "unit_price"),
    ],
)
def test_spellings(header: str, column: str) -> None:
    assert meanings(header, "sales_lines")[0].column == column


@pytest.mark.parametrize(
    "header",
    ["Ship Date", "Tax 5%", "Margin", "Row ID", "Custom label", "Xyzzy", "Gross Sales", ""],
)
def test_what_is_none_of_ours(header: str) -> None:
    columns = {meaning.column for meaning in meanings(header, "sales_lines")}
    assert columns <= {"other", "product_id"} if header == "Custom label" else columns <= {"other"}


def test_every_column_has_words_of_every_language() -> None:
    assert {"quantity", "Menge", "quantité", "cantidad", "quantidade", "quantità", "aantal",
            "ilość", "antal"} <= set(words_for("sales_lines", "units"))  # fmt: skip


def test_order_totals_are_no_line_totals(tmp_path: Path) -> None:
    header = ["Order Number", "Order Date", "Item", "Quantity", "Total"]
    lines = [["W-1", "Cap"], ["W-1", "Hat"], ["W-2", "Cap"], ["W-2", "Bag"], ["W-3", "Hat"]]
    repeated = [[order, "2025-03-03", item, "1", f"{order[-1]}0"] for order, item in lines]
    (found,) = understand(tables(tmp_path, woo=[header, *repeated]))
    assert found.question is not None
    assert found.question.asks == "is the amount"

    first = [[*row[:4], row[4] if i in (0, 2, 4) else ""] for i, row in enumerate(repeated)]
    (found,) = understand(tables(tmp_path, shopify=[header, *first]))
    assert found.question is not None
    assert found.question.asks == "is the amount"


def test_what_the_sales_refer_to_is_their_master_data(tmp_path: Path) -> None:
    sales = [["Date", "Product ID", "Customer ID", "Qty", "Price"]]
    sales += [["2025-03-03", f"P{n % 4}", f"C{n % 3}", "1", "2.50"] for n in range(12)]
    articles = [["Key", "Text"], *([f"P{n}", f"Thing {n}"] for n in range(6))]
    found = understand(tables(tmp_path, till=sales, list=articles))
    assert [item.entity for item in found] == ["sales_lines", "products"]
    assert found[1].picks["product_id"].positions == [0]


def test_files_of_one_header_are_one_table(tmp_path: Path) -> None:
    header = ["Date", "Order ID", "Product", "Qty", "Price"]
    january = [header, ["2025-01-03", "1", "Tea", "1", "2.50"]]
    february = [header, ["2025-02-03", "2", "Tea", "2", "2.50"]]
    (table,) = tables(tmp_path, january=january, february=february)
    assert [file.name for file, _ in table.places] == ["january.csv", "february.csv"]
    assert table.height == 2


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            ["Kunde", "Bezeichnung", "Material", "Menge", "Nettowert", "Gesehen"],
            ["1000{n}", "Schraube", "M1", "{n}", "{n}.50", "x"],
        ),
        (
            ["id", "Customer Email", "Description", "Status", "Amount", "Currency"],
            ["ch_{n}", "a{n}@x.org", "Pro plan", "Paid", "{n}.50", "usd"],
        ),
    ],
)
def test_sales_that_lack_something_are_no_list(
    tmp_path: Path, header: list[str], row: list[str]
) -> None:
    """A list of customers would leave their amounts aside without a word."""
    rows = [[cell.format(n=n) for cell in row] for n in range(10, 30)]
    (found,) = understand(tables(tmp_path, export=[header, *rows]))
    assert found.entity == "sales_lines"
    assert found.lacking


def test_numbers_within_the_order_are_no_ids_of_products(tmp_path: Path) -> None:
    rows = [["Date", "Order Number", "Item #", "Item Name", "Quantity", "Total"]]
    names = ["Cap", "Hat", "Bag", "Tea", "Pot", "Cup"]
    rows += [
        ["2025-03-03", f"W-{n // 2}", f"{n % 2 + 1}", names[n % 6], "1", "5"] for n in range(20)
    ]
    (found,) = understand(tables(tmp_path, woo=rows))
    assert "product_id" not in found.picks


@pytest.mark.parametrize(
    "months", [["Jan 2026", "Feb 2026", "Mrz 2026"], ["2026-01", "2026-02", "2026-03"]]
)
def test_months_side_by_side_are_no_list(tmp_path: Path, months: list[str]) -> None:
    rows = [["Artikel", *months], *([f"Tee {n}", f"{n}", f"{n + 3}", "5"] for n in range(8))]
    (found,) = understand(tables(tmp_path, Umsatz_je_Artikel=rows))
    assert found.entity is None


@pytest.mark.parametrize(
    "days",
    [
        [str(day) for day in range(1, 11)],
        [f"KW {week}" for week in range(10, 16)],
        [f"{day:02}.03." for day in range(1, 8)],
        [f"2026-03-{day:02}" for day in range(1, 8)],
    ],
)
def test_a_tally_of_days_is_no_price_list(tmp_path: Path, days: list[str]) -> None:
    rows = [["Artikel", "Preis", *days, "Summe"]]
    rows += [[f"Tee {i}", f"{i}.50", *("2" for _ in days), "14"] for i in range(1, 8)]
    (found,) = understand(tables(tmp_path, strichliste=rows))
    assert found.entity not in ("products", "product_categories")


def test_what_counts_pieces_is_no_list_of_orders(tmp_path: Path) -> None:
    rows = [["# de venta", "Fecha de venta", "Unidades", "Ingresos (ARS)", "Anuncio"]]
    rows += [[f"20000{i}", f"2026-03-{i:02}", "2", f"{i}0.50", f"A-{i}"] for i in range(1, 16)]
    (found,) = understand(tables(tmp_path, ventas=rows))
    assert found.entity != "orders"
