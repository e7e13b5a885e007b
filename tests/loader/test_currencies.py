"""Currencies and scales that stand beside amounts: in number formats, and in headers."""

import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from loader.currencies import are_currencies, sign_or_code
from loader.deliveries import find_deliveries
from loader.learning import Answers, learn
from loader.reading.number_formats import currency_shown
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, Row, loaded, raw
from tests.reading.conftest import xls, xlsb

HEADER = ["Order ID", "Order Date", "Product", "Units", "Total"]
PLAIN = (
    "entity: sales_lines\nfiles: '*'\ncolumns: {sold_at: Order Date, product_name: Product, "
    "units: Units, line_total: Total}\n"
)
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
        ('#,##0.00" Tsd. €"', "Tsd. €"),
        ('0.0"k"', "k"),
        ('"€ "0.0"k"', "€ k"),
        ('[$CHF-807] 0.0"k"', "k CHF"),
        ('0.0" Mio. EUR"', "Mio. EUR"),
        ('#,##0," Tsd. €"', "€"),
        ('#,##0.0,,"M"', ""),
        ('0 "t"', ""),
        ('0.0" m"', ""),
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


def before_2007(path: Path, formats: list[str], currency: str) -> None:
    path.write_bytes(xls(binary(formats), formats))


def in_binary(path: Path, formats: list[str], currency: str) -> None:
    xlsb(path, binary(formats), (0, len(formats), 0, 4), formats)


def binary(formats: list[str]) -> list[list[float | str]]:
    rows: list[list[float | str]] = [[*HEADER]]
    for i in range(len(formats)):
        rows.append([f"A{i}", f"2026-01-{i + 5:02}", "Tea", 1.0, 10.0 + i])
    return rows


@pytest.mark.parametrize(
    ("suffix", "write"),
    [
        (".xlsx", by_xlsxwriter),
        (".xlsx", by_openpyxl),
        (".xlsx", by_another_program),
        (".xls", before_2007),
        (".xlsb", in_binary),
    ],
)
def test_each_row_has_the_currency_that_its_amount_shows(
    duckdb_warehouse: Warehouse,
    tmp_path: Path,
    suffix: str,
    write: Callable[[Path, list[str], str], None],
) -> None:
    write(tmp_path / f"a{suffix}", [EUR, USD, GBP, "0.00", EUR], "")
    outcome = loaded(duckdb_warehouse.load(tmp_path / f"a{suffix}"))
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
    assert lesson.figures.totals == [("EUR", Decimal(21))]


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
    assert f"does a 1 under '{header}' (line_total) stand for {scale} or 1?" in held.error
    assert f"--scale line_total={scale} or --scale line_total=1" in held.error
    loaded(duckdb_warehouse.load(file, layouts=layouts(a=f"{said}scale: {{line_total: {scale}}}")))
    power = len(scale) - 1 if scale > "1" else -2
    assert duckdb_warehouse.one("select powers_of_ten from raw.file_parts") == f"line_total={power}"


def with_column(header: str, *texts: str) -> list[Row]:
    rows: list[Row] = [
        [f"A{i}", f"2026-01-{i + 5:02}", "Tea", "1", "10.00", text] for i, text in enumerate(texts)
    ]
    return [[*HEADER, header], *rows]


@pytest.mark.parametrize("texts", [("CHF", "EUR", "CHF"), ("€", "$", "€"), ("EUR", "", "CHF")])
@pytest.mark.parametrize("header", ["Whg", "Waehrg", "Col 7"])
def test_columns_that_are_currencies_by_their_values(
    duckdb_warehouse: Warehouse,
    layouts: LaidOut,
    drop: Dropped,
    header: str,
    texts: tuple[str, ...],
) -> None:
    path = drop("a.csv", with_column(header, *texts))
    lesson = learn(find_deliveries([path], path.parent).deliveries, Answers())
    assert lesson.found[0].picks["currency"].positions == [5]
    (outcome,) = duckdb_warehouse.load(path, layouts=layouts(a=PLAIN))
    assert outcome.status == "held"
    assert f'currency: "{header}" or currency: {{constant: ' in outcome.error
    said = PLAIN.replace("columns: {", f"columns: {{currency: {header}, ")
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=said)))


@pytest.mark.parametrize(
    "texts", [("ALL", "TRY"), ("DE", "FR"), ("EUR", "Berlin"), ("A", "B"), ("FT", "FR"), ("", "")]
)
def test_columns_that_are_no_currencies(
    duckdb_warehouse: Warehouse, layouts: LaidOut, drop: Dropped, texts: tuple[str, ...]
) -> None:
    path = drop("a.csv", with_column("Col 7", *texts))
    lesson = learn(find_deliveries([path], path.parent).deliveries, Answers())
    assert "currency" not in lesson.found[0].picks
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=PLAIN)))


def test_a_header_and_a_column_that_name_different_currencies(drop: Dropped) -> None:
    header = [*HEADER[:4], "Amount EUR", "Currency"]
    path = drop("a.csv", [header, *with_column("", "USD", "USD")[1:]])
    found = find_deliveries([path], path.parent).deliveries
    lesson = learn(found, Answers())
    assert lesson.is_open
    assert not lesson.text
    ((question,),) = lesson.questions.values()
    assert [reading.flag for reading in question.readings] == [
        "--column currency=Currency",
        "--currency EUR",
    ]
    for answers, total in (
        (Answers(currency="EUR"), ("EUR", Decimal(20))),
        (Answers(columns={"currency": "Currency"}), ("USD", Decimal(20))),
    ):
        lesson = learn(found, answers)
        assert not lesson.is_open
        assert lesson.figures is not None
        assert lesson.figures.totals == [total]


def test_learn_adds_up_each_currency_that_the_amounts_show(drop: Dropped) -> None:
    shown = {
        "USD": ["$12.00", "($1.20)", "USD 10.00", "-$5", "US$ 4.00", "(12.00 USD)"],
        "EUR": ["12.50 EUR", "€ 5.25", "1.00 €", "-5 €", "5,- €"],
        "GBP": ["£8.00"],
        "PLN": ["1 149.50 zł"],
        "BRL": ["R$ 7.50"],
        "CHF": ["CHF 1'000.50"],
    }
    texts = [text for some in shown.values() for text in some]
    rows = [[f"A{i}", f"2026-01-{i + 5:02}", "Tea", "1", text] for i, text in enumerate(texts)]
    path = drop("a.csv", [HEADER, *rows])
    lesson = learn(find_deliveries([path], path.parent).deliveries, Answers())
    assert not lesson.is_currency_open
    assert lesson.figures is not None
    assert [code for code, _ in lesson.figures.totals] == sorted(shown)
    assert dict(lesson.figures.totals)["USD"] == Decimal("7.80")
    assert {code for _, _, code in lesson.figures.products} <= shown.keys()


def test_what_stands_on_the_first_line_of_an_order_holds_for_its_others(
    duckdb_warehouse: Warehouse, layouts: LaidOut, drop: Dropped
) -> None:
    header = ["Date", "Order", "Product", "Qty", "Price", "Currency", "Status", "Cancelled at"]
    rows: list[Row] = []
    for number in range(4):
        head = [f"2026-01-{number + 5:02}", f"A{number}"]
        status = ["paid", ""] if number < 3 else ["refunded", "2026-01-09"]
        rows += [[*head, "Tea", "1", "10", "EUR", *status], [*head, "Mug", "1", "5", "", "", ""]]
    path = drop("a.csv", [header, *rows])
    found = find_deliveries([path], path.parent).deliveries
    lesson = learn(found, Answers({"keep_rows_where": "Status!=refunded"}))
    assert 'fill_down: ["Currency", "Status", "Cancelled at"]' in lesson.text
    assert lesson.figures is not None
    assert lesson.figures.totals == [("EUR", Decimal(45))]
    # A date and a number that stand there once, too; and a row that is no line of an order.
    first = [["", "", *row[2:]] if row[2] == "Mug" else row for row in rows]
    path.write_text("\n".join(",".join(map(str, row)) for row in [header, *first]))
    lesson = learn(found, Answers({"keep_rows_where": "Status!=refunded"}))
    assert 'fill_down: ["Date", "Order", "Currency", "Status", "Cancelled at"]' in lesson.text
    assert lesson.figures is not None
    assert lesson.figures.totals == [("EUR", Decimal(45))]
    path.write_text(path.read_text() + "\n,,,8,60,,,")
    assert "fill_down" not in learn(found, Answers()).text
    # Where each line says the rest, a flag is of its own line.
    flags = [[*row[:5], "EUR", "paid", "x" * (row[2] == "Tea")] for row in rows]
    lines = "\n".join(",".join(map(str, row)) for row in flags)
    path.write_text(",".join([*header[:7], "Storno"]) + "\n" + lines)
    lesson = learn(found, Answers({"keep_rows_where": "Storno!=x"}))
    assert "fill_down" not in lesson.text
    assert lesson.figures is not None
    assert lesson.figures.totals == [("EUR", Decimal(20))]
    # Without it, a load says what it finds.
    said = (
        "entity: sales_lines\nfiles: '*'\ncolumns: {order_id: Order, sold_at: Date, "
        "product_name: Product, units: Qty, unit_price: Price, currency: Currency}\n"
    )
    other = drop("b.csv", [[*header[:6]], *([*row[:6]] for row in rows)])
    outcome = loaded(duckdb_warehouse.load(other, layouts=layouts(a=said)))
    assert any("4 rows without a currency stand beside" in note for note in outcome.notes)


@pytest.mark.parametrize(
    ("currency", "against"), [("{constant: USD}", "USD (2 rows)"), ("Currency", "USD (1 row)")]
)
def test_a_header_against_the_currency_of_a_layout(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, currency: str, against: str
) -> None:
    rows: list[Row] = [
        [*HEADER[:4], "Amount EUR", "Currency"],
        ["A1", "2026-01-05", "Tea", "1", "10", "€"],
        ["A2", "2026-01-06", "Tea", "1", "10", "USD"],
    ]
    path = drop("a.csv", rows)
    written = PLAIN.replace("Total}", f"Amount EUR, currency: {currency}}}")
    (outcome,) = duckdb_warehouse.load(path, layouts=layouts(a=written))
    assert outcome.status == "held"
    assert f"'Amount EUR' says EUR, and the currency by its layout is {against}" in outcome.error
    assert "currency: {constant: EUR} or values: {currency: {" in outcome.error
    for answer in ("values: {currency: {USD: USD}}\n", ""):
        answered = written if answer else PLAIN.replace(
            "Total}", "Amount EUR, currency: {constant: EUR}}"
        )  # fmt: skip
        (outcome,) = duckdb_warehouse.load(path, layouts=layouts(a=answered + answer))
        assert outcome.status in ("loaded", "replaced")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *(("US Dollar", "USD"), ("US-Dollar", "USD"), ("dollars américains", "USD")),
        *(("Dólar estadounidense", "USD"), ("dollaro statunitense", "USD"), ("dolar", "$")),
        *(("Dollars", "$"), ("Pfund", "£"), ("livres", "£"), ("libras", "£"), ("sterline", "£")),
        *(("Pound Sterling", "GBP"), ("livre sterling", "GBP"), ("Britse pond", "GBP")),
        *(("Schweizer Franken", "CHF"), ("francs suisses", "CHF"), ("franchi svizzeri", "CHF")),
        *(("Złoty", "PLN"), ("złotych", "PLN"), ("svenska kronor", "SEK"), ("RMB", "CNY")),
        *(("reais", "BRL"), ("人民币", "CNY"), ("česká koruna", "CZK"), ("Yen", "JPY")),
        *(("francs", None), ("peso", None), ("Kronen", None), ("lira", None), ("de", None)),
        *(("", None), ("Tea", None), ("Dollar Shop", None)),
    ],
)
def test_names_of_currencies(name: str, told: str | None) -> None:
    assert sign_or_code(name) == told


@pytest.mark.parametrize("header", ["Currency", "Währung", "Devise", "Moneda", "Waluta", "Valuta"])
def test_a_column_with_names_of_currencies_is_read(
    duckdb_warehouse: Warehouse, drop: Dropped, header: str
) -> None:
    names = ["Euro", "US Dollar", "Pound Sterling", "Swiss francs", "Talers"]
    rows = [
        [f"A{i}", f"2026-01-{i + 13}", "Tea", "1", "7.50", name] for i, name in enumerate(names)
    ]
    outcome = loaded(duckdb_warehouse.load(drop("a.csv", [[*HEADER, header], *rows])))
    assert raw(duckdb_warehouse, "currency") == [
        (code,) for code in ("Euro", "USD", "GBP", "CHF", "Talers")
    ]
    said = "'US Dollar' is USD, 'Pound Sterling' is GBP, 'Swiss francs' is CHF"
    assert f"currencies by their names: {said}" in outcome.notes


def test_names_of_lands_are_no_currencies() -> None:
    assert not are_currencies(["New Zealand", "South Africa"])
    assert are_currencies(["US dollars", "euros"])


def test_a_header_against_number_formats_is_asked(duckdb_warehouse: Warehouse, inbox: Path) -> None:
    book = xlsxwriter.Workbook(inbox / "s.xlsx")
    sheet = book.add_worksheet("Sales")
    sheet.write_row(0, 0, [*HEADER[:-1], "Total (EUR)"])
    for i in range(3):
        sheet.write_row(1 + i, 0, [f"A{i}", f"2026-01-{i + 15}", "Tea", 1])
        sheet.write_number(1 + i, 4, 10 + i, book.add_format({"num_format": USD}))
    book.close()
    (outcome,) = duckdb_warehouse.load(inbox / "s.xlsx")
    assert outcome.status == "held"
    assert "'Total (EUR)' says EUR, and the cells show $ (3 rows)" in outcome.error
    assert "--currency EUR" in outcome.error
    assert "--currency USD" in outcome.error


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        ([["EUR"], ["A1", "2026-01-05", "Tea", "1", "10.00"], ["USD"],
          ["A2", "2026-01-06", "Tea", "1", "10.00"]],
         "EUR (row 2), USD (row 4) stand alone in their rows: are they the currencies of the rows"),
        ([["A1", "2026-01-05", "Tea", "1", "10.00"], ["* All amounts in thousands of EUR"]],
         "does a 1 of line_total stand for 1000"),
    ],
)  # fmt: skip
def test_notes_and_headings_in_the_table_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, rows: list[list[str]], asked: str
) -> None:
    header = ["Order ID", "Order Date", "Product", "Units", "Total"]
    (outcome,) = duckdb_warehouse.load(drop("a.xlsx", {"S": [header, *rows]}))
    assert outcome.status == "held", outcome
    assert asked in outcome.error


def test_a_title_that_contradicts_a_column_of_currencies_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    header = ["Order ID", "Order Date", "Product", "Units", "Total", "Currency"]
    rows = [["A1", f"2026-01-0{i}", "Tea", "1", "10.00", "USD"] for i in range(1, 4)]
    (outcome,) = duckdb_warehouse.load(
        drop("a.xlsx", {"S": [["All amounts in EUR"], [], header, *rows]})
    )
    assert "says EUR, and 'Currency' says USD (3 rows): are these amounts in EUR or what" in (
        outcome.error
    )
    (outcome,) = duckdb_warehouse.load(drop("Sales USD.xlsx", {"S": [header, *rows]}))
    assert outcome.status == "loaded"


@pytest.mark.parametrize(
    ("code", "shown", "currency"),
    [
        ('#,##0.00" Tsd. €"', "Tsd. €", "€"),
        ('0.0"k"', "k", None),
        ('[$CHF-807] 0.0"k"', "k CHF", "CHF"),
        ('0.0" tys. zł"', "tys. zł", "zł"),
    ],
)
def test_thousands_that_number_formats_show_are_asked_for(
    duckdb_warehouse: Warehouse,
    inbox: Path,
    layouts: LaidOut,
    code: str,
    shown: str,
    currency: str | None,
) -> None:
    by_openpyxl(inbox / "s.xlsx", [code, code], "")
    (held,) = duckdb_warehouse.load(inbox / "s.xlsx")
    assert held.status == "held"
    said = f"does a 1 under 'Total' (line_total), whose cells show '{shown}', stand for 1000 or 1?"
    assert said in held.error
    scaled = layouts(a=f"{PLAIN}scale: {{line_total: 1000}}")
    loaded(duckdb_warehouse.load(inbox / "s.xlsx", layouts=scaled))
    assert raw(duckdb_warehouse, "currency") == [(currency,), (currency,)]
    # Beside a column of currencies, too.
    by_openpyxl(inbox / "t.xlsx", [code, code], "EUR")
    (held,) = duckdb_warehouse.load(inbox / "t.xlsx")
    assert (held.status, said in held.error) == ("held", True)


@pytest.mark.parametrize(
    ("currencies", "is_asked"),
    [
        (["EUR", "", "", "", "USD", "", ""], True),
        (["EUR", "", "", "", "", "", ""], True),
        # What is in the currency of the house is left blank, and the first row is.
        (["", "", "USD", "", "", "", ""], False),
        (["EUR", "", "EUR", "USD", "", "EUR", "USD"], False),
    ],
)
def test_a_currency_that_heads_others_is_asked_for(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    layouts: LaidOut,
    currencies: list[str],
    is_asked: bool,
) -> None:
    rows: list[Row] = [[*HEADER, "Moneda"]]
    for number, currency in enumerate(currencies, 1):
        rows.append([f"A{number}", f"2026-01-{number:02}", "Tea", "2", "7.50", currency])
    file = drop("a.csv", rows)
    (outcome,) = duckdb_warehouse.load(file)
    assert (outcome.status == "held") is is_asked
    if is_asked:
        assert "'Moneda' says EUR (row 2)" in outcome.error
        assert outcome.error.endswith('values: {currency: {"": "EUR"}} in its layout.')
        told = PLAIN.replace("units:", "currency: Moneda, units:")
        settled = layouts(a=f"{told}values: {{currency: {{'': EUR}}}}\n")
        loaded(duckdb_warehouse.load(file, layouts=settled))
        assert {code for (code,) in raw(duckdb_warehouse, "currency")} == {"EUR", *currencies} - {
            ""
        }
