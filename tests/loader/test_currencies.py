"""Currencies and scales that stand beside amounts: in number formats, and in headers."""

import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from loader.deliveries import find_deliveries
from loader.learning import Answers, learn
from loader.reading.number_formats import currency_shown
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, loaded

HEADER = ["Order ID", "Order Date", "Product", "Units", "Total"]
EUR, USD, GBP = '#,##0.00\\ "€"', "[$$-409]#,##0.00", "£#,##0.00;[Red]-£#,##0.00"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (EUR, "€"),
        (USD, "$"),
        (GBP, "£"),
        ("[$€-407]\\ #,##0.00", "€"),
        ("[$CHF-807] #,##0.00", "CHF"),
        ("#,##0.00\\ [$kr.-406]", "kr."),
        ('#,##0.00 "zł"', "zł"),
        ('_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_)', "$"),
        ('"R$" #,##0.00', "R$"),
        ('#,##0.00 "USD"', "USD"),
        ("[$-409]d-mmm-yy", ""),
        ("#,##0.00_€", ""),
        ('0.00 "kg"', ""),
        ('0 "units"', ""),
        ("#,##0.00;[Red]-#,##0.00", ""),
        ("0.00%", ""),
        ("", ""),
    ],
)
def test_what_a_format_shows(code: str, shown: str) -> None:
    assert currency_shown(code) == shown


def by_xlsxwriter(path: Path, formats: list[str], currency: str) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Sales")
    sheet.write_row(2, 1, [*HEADER, *(["Currency"] if currency else [])])
    for i, code in enumerate(formats):
        sheet.write_row(3 + i, 1, [f"A{i}", f"2026-01-{i + 5:02}", "Tea", 1])
        sheet.write_number(3 + i, 5, 10 + i, book.add_format({"num_format": code}))
        if currency:
            sheet.write_string(3 + i, 6, currency)
    book.close()


def by_openpyxl(path: Path, formats: list[str], currency: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*HEADER, *(["Currency"] if currency else [])])
    for i, code in enumerate(formats):
        sheet.append(
            [f"A{i}", f"2026-01-{i + 5:02}", "Tea", 1, 10 + i, *([currency] * bool(currency))]
        )
        sheet.cell(i + 2, 5).number_format = code
    book.save(path)


def by_another_program(path: Path, formats: list[str], currency: str) -> None:
    """Write attributes in another order and in other quotes, as XML may."""
    by_xlsxwriter(path, formats, currency)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    for i in range(len(formats)):
        old = f'<c r="F{4 + i}" s="'.encode()
        head, _, rest = parts[name].partition(old)
        style, _, rest = rest.partition(b'"')
        parts[name] = head + b"<c s='" + style + f"' r='F{4 + i}'".encode() + rest
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


@pytest.mark.parametrize("write", [by_xlsxwriter, by_openpyxl, by_another_program])
def test_each_row_has_the_currency_that_its_amount_shows(
    duckdb_warehouse: Warehouse,
    tmp_path: Path,
    write: Callable[[Path, list[str], str], None],
) -> None:
    write(tmp_path / "a.xlsx", [EUR, USD, GBP, "0.00", EUR], "")
    outcome = loaded(duckdb_warehouse.load(tmp_path / "a.xlsx"))
    shown = "select currency, line_total from raw.sales_lines order by order_id"
    assert duckdb_warehouse.query(shown) == [
        ("€", "10"),
        ("$", "11"),
        ("£", "12"),
        (None, "13"),
        ("€", "14"),
    ]
    note = "currency, as number formats show it: € (2 rows), $ (1 row), £ (1 row), none (1 row)"
    assert note in outcome.notes


def test_a_column_of_currencies_counts_more(duckdb_warehouse: Warehouse, tmp_path: Path) -> None:
    by_xlsxwriter(tmp_path / "a.xlsx", [EUR, USD], "GBP")
    outcome = loaded(duckdb_warehouse.load(tmp_path / "a.xlsx"))
    assert duckdb_warehouse.query("select distinct currency from raw.sales_lines") == [("GBP",)]
    assert not any("number formats" in note for note in outcome.notes)


def test_formats_without_a_currency_say_nothing(
    duckdb_warehouse: Warehouse, tmp_path: Path
) -> None:
    by_xlsxwriter(tmp_path / "a.xlsx", ["0.00", "#,##0"], "")
    outcome = loaded(duckdb_warehouse.load(tmp_path / "a.xlsx"))
    assert duckdb_warehouse.query("select distinct currency from raw.sales_lines") == [(None,)]
    assert not any("number formats" in note for note in outcome.notes)


def test_learn_does_not_ask_for_what_formats_show(tmp_path: Path) -> None:
    by_xlsxwriter(tmp_path / "a.xlsx", [EUR, EUR], "")
    lesson = learn(find_deliveries([tmp_path], tmp_path).deliveries, Answers())
    assert not lesson.is_currency_open
    assert lesson.figures is not None
    assert lesson.figures.totals == [("€", Decimal(21))]


@pytest.mark.parametrize(
    ("header", "currency"),
    [
        ("Total (USD)", "USD"),
        ("Umsatz in Euro", "EURO"),
        ("Total €", "€"),
        ("Valor total R$", "R$"),
        ("Total", None),
    ],
)
def test_a_header_names_the_currency(
    duckdb_warehouse: Warehouse, drop: Dropped, header: str, currency: str | None
) -> None:
    row = ["A1", "2026-01-05", "Tea", "1", "10"]
    outcome = loaded(duckdb_warehouse.load(drop("a.csv", [[*HEADER[:4], header], row])))
    assert duckdb_warehouse.query("select currency from raw.sales_lines") == [(currency,)]
    note = f"currency, as the header says it: {currency} (1 row)"
    assert (note in outcome.notes) == (currency is not None)


@pytest.mark.parametrize(
    "header",
    [
        *("Amount (cents)", "Revenue (k EUR)", "Umsatz TEUR", "Umsatz in T€", "Umsatz Mio. €"),
        *("Sales in thousands", "Total (000s)", "Ventas (miles)", "Chiffre d'affaires (milliers)"),
        *("Sprzedaż w tys. zł", "Belopp tkr", "Fatturato in migliaia", "Omzet (duizend)"),
    ],
)
def test_cents_and_thousands_are_not_taken_for_whole_amounts(
    duckdb_warehouse: Warehouse, drop: Dropped, header: str
) -> None:
    row = ["A1", "2026-01-05", "Tea", "1", "10"]
    (outcome,) = duckdb_warehouse.load(drop("a.csv", [[*HEADER[:4], header], row]))
    assert outcome.status == "failed"
    assert f"it is in cents, thousands or millions: '{header}'" in outcome.error
    # Beside a price, what is sold is known without it.
    priced = [[*HEADER[:4], "Unit Price", header], [*row, "1050"]]
    loaded(duckdb_warehouse.load(drop("b.csv", priced)))
    assert duckdb_warehouse.query("select unit_price, line_total from raw.sales_lines") == [
        ("10", None)
    ]


SCALED = """\
entity: sales_lines
files: "*"
columns:
  {order_id: Order ID, sold_at: Order Date, product_name: Product, units: Units,
   line_total: "%s"}
"""


@pytest.mark.parametrize(
    ("header", "scale"),
    [("Revenue (k EUR)", "1000"), ("Amount in cents", "0.01"), ("Mio.", "1000000")],
)
def test_a_layout_says_what_a_1_stands_for(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, header: str, scale: str
) -> None:
    file = drop("a.csv", [[*HEADER[:4], header], ["A1", "2026-01-05", "Tea", "1", "10"]])
    said = SCALED % header
    (held,) = duckdb_warehouse.load(file, layouts=layouts(a=said))
    assert held.status == "held"
    assert f"is a 1 under '{header}' {scale} of line_total or 1 of line_total?" in held.error
    assert f"--scale line_total={scale} or --scale line_total=1" in held.error
    loaded(duckdb_warehouse.load(file, layouts=layouts(a=f"{said}scale: {{line_total: {scale}}}")))
    power = len(scale) - 1 if scale > "1" else -2
    assert duckdb_warehouse.one("select powers_of_ten from raw.file_parts") == f"line_total={power}"
