"""Sheets beside each other: which count, which repeat others, which are no sales."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from loader.deliveries import find_deliveries
from loader.evidence.sheets import other_kind, title_of_others
from loader.learning import Answers, learn, open_points
from loader.load import Outcome
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, Dropped, LaidOut, Row, loaded, raw

JAN: list[Row] = [["A1", "2026-01-05", "Tea", "2", "3.50"], ["A2", "2026-01-06", "Rum", "1", "9"]]
FEB = [["B1", "2026-02-05", "Tea", "2", "3.50"], ["B2", "2026-02-06", "Rum", "1", "9"]]
MAR = [["C1", "2026-03-05", "Tea", "4", "3.50"]]
BACK = [["R1", "2026-02-09", "Tea", "1", "3.50"]]
SUMS: list[Row] = [["S1", "2026-03-31", "Tea", "8", "3.50"], ["S2", "2026-03-31", "Rum", "2", "9"]]
TOTAL: Row = ["Total", None, None, "3", None]


def load(warehouse: Warehouse, drop: Dropped, sheets: dict[str, list[Row]]) -> Outcome:
    book = {name: [HEADER, *rows] for name, rows in sheets.items()}
    (outcome,) = warehouse.load(drop("a.xlsx", book))
    return outcome


@pytest.mark.parametrize(
    ("sheets", "left_out"),
    [
        ({"All": [*JAN, *FEB, *MAR], "Jan": JAN, "Feb": FEB, "Mar": MAR}, "All"),
        ({"Jan": JAN, "Feb": FEB, "Mar": MAR, "2026": [*MAR, *FEB, *JAN]}, "2026"),
        ({"Jan": [*JAN, TOTAL], "Feb": FEB, "Rok": [*JAN, [], *FEB, TOTAL], "Mar": MAR}, "Rok"),
        ({"Jan": JAN, "Feb": FEB, "Feb (2)": FEB}, "Feb (2)"),
    ],
)
def test_a_sheet_that_repeats_others_is_left_out(
    duckdb_warehouse: Warehouse, drop: Dropped, sheets: dict[str, list[Row]], left_out: str
) -> None:
    outcome = load(duckdb_warehouse, drop, sheets)
    assert outcome.status == "loaded", outcome.error
    names = {name for (name,) in raw(duckdb_warehouse, "_source_sheet")}
    assert names == set(sheets) - {left_out}
    assert any(
        note.startswith(f"sheet '{left_out}' repeats, row for row,") for note in outcome.notes
    )
    kept = ", ".join(f"'{name}'" for name in sheets if name != left_out)
    assert outcome.sheets == [f"sales_lines: {kept}"]


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        (
            {"Year": [*JAN, *FEB, *MAR], "Jan": JAN, "Feb": [FEB[0], [*FEB[1][:4], "8"]]},
            "3 rows of the 5 of sheet 'Year' stand in 'Jan', 'Feb' too: are they the same sales "
            "once more (total 31.00) or other sales (total 77.00)? "
            'sheets: ["Jan", "Feb"] or sheets: ["Jan", "Feb", "Year"]',
        ),
        (
            {"Jan": JAN, "Feb": FEB, "Q1": [*JAN, *FEB, *MAR, ["M9", *MAR[0][1:]]] * 1},
            "4 rows of the 6 of sheet 'Q1' stand in 'Jan', 'Feb' too",
        ),
        (
            {"2026": [*JAN, *FEB, *MAR, *[[f"X{n}", *MAR[0][1:]] for n in range(9)]], "Jan": JAN},
            "2 rows of 'Jan' stand in sheet '2026' too: are they the same sales once more",
        ),
        (
            {
                "Lines": [*JAN, ["A1", "2026-01-05", "Rum", "3", "9"]],
                "Orders": [
                    ["A1", "2026-01-05", "Several", "1", "34"],
                    [*JAN[1][:2], "x", "1", "9"],
                ],
            },
            "2 orders of the 2 of sheet 'Orders' have the same amount in other sheets: are they "
            "the same sales once more (total 43.00) or other sales (total 86.00)?",
        ),
        (
            {"North": JAN, "South": FEB, "YTD by order": MAR},
            "sheet 'YTD by order' is named like one that puts others together",
        ),
        ({"Sales": [*JAN, *FEB], "Returns": BACK}, "named like returns, and its 1 row have"),
        ({"Vorlage": MAR, "Juli": JAN}, "named like a template, and its 1 row have"),
        ({"Modèle": MAR, "Juillet": JAN}, "named like a template, and its 1 row have"),
        ({"Umsatz": [*JAN, *FEB], "Angebote M\u00e4rz": MAR}, "named like quotes"),
        (
            {"Jan": JAN, "Feb": FEB, "Mar": MAR, "Q1": SUMS, "Apr": [["D1", *MAR[0][1:]]]},
            "sheet 'Q1' adds up to what 'Jan', 'Feb', 'Mar' do together: are its rows the same "
            "sales once more (total 60.00) or other sales (total 106.00)? ",
        ),
        ({"Ventas": JAN, "Inventario": MAR}, "named like a stock count"),
        ({"Orders": JAN, "RMA": MAR}, "named like returns"),
        ({"Umsatz": JAN, "Stornos": MAR}, "named like cancelled orders"),
    ],
)
def test_sheets_that_leave_open_what_they_are(
    duckdb_warehouse: Warehouse, drop: Dropped, sheets: dict[str, list[Row]], said: str
) -> None:
    outcome = load(duckdb_warehouse, drop, sheets)
    assert outcome.status == "held"
    assert said in outcome.error


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *[("returns_march.csv", "returns"), ("Angebote.xlsx", "quotes")],
        *[("stock count.xlsx", "a stock count"), ("RueckgabenMaerz.csv", "returns")],
        *[("Retourenliste 2026.xlsx", "returns"), ("remboursements-mars.csv", "returns")],
        *[("Devis 2026-03", "quotes"), ("devoluciones.csv", "returns")],
        *[
            ("Presupuestos", "quotes"),
            ("orcamentos_marco.csv", "quotes"),
            ("Estoque", "a stock count"),
        ],
        *[("Purchase orders 2026-01", "purchases"), ("Wareneingang Januar", "purchases")],
        *[("resi marzo.csv", "returns"), ("Preventivi", "quotes"), ("giacenze", "a stock count")],
        *[
            ("Retourzendingen", "returns"),
            ("offertes.csv", "quotes"),
            ("Voorraadlijst", "a stock count"),
        ],
        *[
            ("zwroty_marzec.csv", "returns"),
            ("Wyceny", "quotes"),
            ("remanent.xlsx", "a stock count"),
        ],
        *[("Returer mars", "returns"), ("Offerter", "quotes"), ("inventering", "a stock count")],
        *[
            ("Sales March.csv", None),
            ("Umsatz", None),
            ("Stockholm.csv", None),
            ("budget-actual.xlsx", None),
            ("Angebote und Umsatz.xlsx", None),
            ("Sample superstore.csv", None),
            ("Sales returns.xlsx", "returns"),
            ("Order.csv", None),
        ],
    ],
)
def test_names_that_say_what_rows_are(name: str, kind: str | None) -> None:
    assert other_kind(name) == kind


@pytest.mark.parametrize(
    ("titles", "found"),
    [
        (["Retouren März 2026"], "Retouren März 2026"),
        (["Nord GmbH", "Erstellt von: Eva", "Devis de mars"], "Devis de mars"),
        (["Report: Goods receipts"], "Goods receipts"),
        (["Recepción de mercancías"], "Recepción de mercancías"),
        (["Contagem de estoque"], "Contagem de estoque"),
        (["Note di credito"], "Note di credito"),
        (["Begroting 2026"], "Begroting 2026"),
        (["Przyjęcie towaru"], "Przyjęcie towaru"),
        (["Lagerinventering"], "Lagerinventering"),
        (["Verkaufsplan 2026"], "Verkaufsplan 2026"),
        (["Returns excl. VAT"], "Returns excl. VAT"),
        (["Sales incl. returns"], ""),
        (["Umsatz ohne Retouren"], ""),
        (["Ventes hors avoirs"], ""),
        (["Lager: Nord"], ""),
        (["Office Stock Ltd", "Sales by product, March"], ""),
        (["Verkäufe 2026"], ""),
    ],
)
def test_titles_that_say_what_rows_are(titles: list[str], found: str) -> None:
    assert title_of_others(titles) == found


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_title_of_something_else_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, name: str
) -> None:
    rows: list[Row] = [["Gutschriften"], ["Please enter returns in red, and no offers."], []]
    rows += [HEADER, *JAN]
    path = drop(name, rows if name.endswith("csv") else {"Sheet1": rows})
    (outcome,) = duckdb_warehouse.load(path)
    assert outcome.status == "held"
    assert "the title 'Gutschriften' is that of returns, and its" in (outcome.error or "")
    assert "returns, and taken off (total -16.00)" in (outcome.error or "")
    assert open_points(learn(find_deliveries([path], path.parent).deliveries, Answers()))
    flag = {"sheets": "Sheet1"} if name == "a.xlsx" else {"entity": "sales_lines"}
    lesson = learn(find_deliveries([path], path.parent).deliveries, Answers(settings=flag))
    assert not open_points(lesson)
    folder = layouts(a=lesson.text)
    assert loaded(duckdb_warehouse.load(path, layouts=folder)).rows_loaded == 2


@pytest.mark.parametrize("name", ["returns_march.csv", "Angebote.xlsx"])
def test_a_file_that_is_named_like_something_else(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, name: str
) -> None:
    rows = [HEADER, *JAN]
    path = drop(name, rows if name.endswith("csv") else {"Sheet1": rows})
    (outcome,) = duckdb_warehouse.load(path)
    assert outcome.status == "held"
    assert "and its rows have the columns of sales (total 16.00): are they" in outcome.error
    assert "--entity sales_lines" in outcome.error
    folder = layouts(
        a=f"entity: sales_lines\nfiles: '{name}'\n"
        "columns: {sold_at: Order Date, product_name: Product, units: Units}\n"
    )
    assert loaded(duckdb_warehouse.load(path, layouts=folder)).rows_loaded == 2


@pytest.mark.parametrize(
    ("old", "is_asked"),
    [
        ([*JAN[0][:3], "3", "3.50"], True),
        (["X9", *JAN[0][1:3], "3", "3.50"], True),
        (["X9", *JAN[0][1:]], False),
        (["X9", "2025-12-09", *JAN[0][2:]], False),
    ],
)
def test_a_hidden_sheet_with_an_old_state_is_asked_for(
    duckdb_warehouse: Warehouse, tmp_path: Path, old: Row, is_asked: bool
) -> None:
    book = Workbook(write_only=True)
    now, hidden = book.create_sheet("Now"), book.create_sheet("Old")
    for row in [HEADER, *JAN]:
        now.append([*row])
    for line in (HEADER, old):
        hidden.append([*line])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    (outcome,) = duckdb_warehouse.load(tmp_path / "a.xlsx")
    assert outcome.status == ("held" if is_asked else "loaded"), outcome.error
    said = (
        "sheet 'Old' is hidden, and 1 row of its 1 have the orders, or the days and products, of "
        "others: are they an old state, and no sales (total 16.00) or sales (total 26.50)? "
        'sheets: ["Now"] or sheets: ["Now", "Old"]'
    )
    assert (said in outcome.error) == is_asked


@pytest.mark.parametrize("total", [[], [["Grand total", "5", "32.00"]]])
def test_a_sheet_without_days_that_adds_up_is_a_summary(
    duckdb_warehouse: Warehouse, drop: Dropped, total: list[Row]
) -> None:
    days = ["Order ID", "Order Date", "Product", "Units", "Total"]
    book: dict[str, list[Row]] = {
        "Jan": [days, ["A1", "2026-01-05", "Tea", "2", "7.00"]],
        "Feb": [days, ["B1", "2026-02-05", "Rum", "3", "25.00"], ["", "Total", "", "3", "25.00"]],
        "Sums": [days[2:], ["Tea", "2", "7.00"], ["Rum", "3", "25.00"], *total],
    }
    path = drop("a.xlsx", book)
    outcome = loaded(duckdb_warehouse.load(path))
    assert outcome.rows_loaded == 2
    note = "sheet 'Sums' is without days, with the sums of the other sheets: left out"
    assert note in outcome.notes
    deliveries = find_deliveries([path], path.parent).deliveries
    lesson = learn(deliveries, Answers())
    assert lesson.apart == {"Sums": "without days, with the sums of other sheets"}
    assert not lesson.is_open
    book["Sums"][1] = ["Tea", "2", "8.00"]
    other = drop("b.xlsx", book)
    (failed,) = duckdb_warehouse.load(other)
    assert "--sheets Jan,Feb leaves it out" in failed.error
    lesson = learn(find_deliveries([other], other.parent).deliveries, Answers())
    assert any("--sheets Jan,Feb" in point for point in open_points(lesson))


def test_of_sheets_that_are_all_equal_one_counts(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    outcome = load(duckdb_warehouse, drop, {"Jan": JAN, "Jan (2)": JAN, "Copy": JAN})
    assert outcome.status == "loaded", outcome.error
    assert {name for (name,) in raw(duckdb_warehouse, "_source_sheet")} == {"Jan"}


def test_returns_that_have_a_minus_are_returns(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    back: list[Row] = [[*BACK[0][:3], "-1", "3.50"]]
    assert load(duckdb_warehouse, drop, {"Sales": [*JAN], "Returns": back}).status == "loaded"


def test_a_layout_that_names_its_sheets_has_said_so(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    book = drop("a.xlsx", {"All": [HEADER, *JAN, *FEB], "Jan": [HEADER, *JAN]})
    folder = layouts(
        a="entity: sales_lines\nfiles: '*'\nsheets: [All]\n"
        "columns: {sold_at: Order Date, product_name: Product, units: Units}\n"
    )
    assert loaded(duckdb_warehouse.load(book, layouts=folder)).rows_loaded == 4


# ------------------------------------------------------------------ tables below each other


def stacked(warehouse: Warehouse, drop: Dropped, *below: Row) -> Outcome:
    return load(warehouse, drop, {"Week": [*JAN, [], *below]})


def test_another_table_below_is_left_out(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    outcome = stacked(
        duckdb_warehouse,
        drop,
        ["Nach Artikel"],
        ["Artikel", "Anzahl", "Summe"],
        ["Tea", "2", "7"],
        ["Rum", "1", "9"],
        [],
        ["Store South"],
        HEADER,
        *FEB,
    )
    assert outcome.status == "loaded", outcome.error
    assert outcome.rows_loaded == 4
    assert outcome.rows_skipped == {"blank": 2, "other_table": 5, "repeated_header": 1}
    note = "another table begins in row 6 ('Artikel', 'Anzahl', 'Summe'): not loaded"
    assert note in outcome.notes


def test_a_header_in_two_languages(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    german: Row = ["Belegnr.", "Belegdatum", "Artikel", "Menge", "Einzelpreis"]
    outcome = load(duckdb_warehouse, drop, {"Week": [german, *JAN]})
    assert outcome.status == "loaded", outcome.error
    assert outcome.rows_loaded == len(JAN)
    assert any("row 2 (" in note and "heads the same columns" in note for note in outcome.notes)


@pytest.mark.parametrize(
    ("below", "said"),
    [
        ([["Retouren"], HEADER, *BACK], "row 5 says 'Retouren' above rows with the columns of sal"),
        (
            [["Count", "Day", "Item", "On hand", "Cost"], ["C", "2026-01-09", "Tea", "7", "1"]],
            "heads a table: are its rows of another kind, and no sales or sales? rows: 1-4 or rows",
        ),
    ],
)
def test_tables_below_that_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, below: list[Row], said: str
) -> None:
    outcome = stacked(duckdb_warehouse, drop, *below)
    assert outcome.status == "held"
    assert said in outcome.error


def test_a_heading_of_a_group_is_no_table(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    outcome = stacked(duckdb_warehouse, drop, ["North", "Region"], *FEB, [], ["Total", "", "", "5"])
    assert outcome.rows_loaded == 6


def test_a_table_that_begins_without_a_blank_row(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    other: list[Row] = [["Retoure", "Retourentag", "Ware", "Stück", "Erstattung"], *BACK]
    rows = [*JAN, *other]
    outcome = load(duckdb_warehouse, drop, {"Week": rows})
    assert outcome.status == "held"
    assert "row 4 ('Retoure', 'Retourentag'" in outcome.error


@pytest.mark.parametrize("between", [[["Returns"]], [[], ["", "Retouren"]]])
def test_a_title_among_rows_of_sales(
    duckdb_warehouse: Warehouse, drop: Dropped, between: list[Row]
) -> None:
    outcome = load(duckdb_warehouse, drop, {"Week": [*JAN, *between, *BACK]})
    assert outcome.status == "held"
    assert "above rows like those of sales: are they returns, and no sales" in outcome.error


@pytest.mark.parametrize(
    ("rule", "units"),
    [("{'[sheet]': Returns}", ["2", "1", "-1"]), ("all", ["-2", "-1", "-1"])],
)
def test_a_sheet_of_returns_may_be_taken_off(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, rule: str, units: list[str]
) -> None:
    asked = load(duckdb_warehouse, drop, {"Sales": JAN, "Returns": [*BACK]})
    assert "returns, and taken off (total 12.50)" in asked.error
    assert """--returns-where '[sheet]='Returns""" in asked.error
    told = layouts(
        a="entity: sales_lines\nfiles: a.xlsx\ncolumns: {order_id: Order ID, sold_at: Order Date, "
        f"product_name: Product, units: Units, unit_price: Unit Price}}\nreturns_where: {rule}\n"
    )
    book: dict[str, list[Row]] = {"Sales": [HEADER, *JAN], "Returns": [HEADER, *BACK]}
    loaded(duckdb_warehouse.load(drop("a.xlsx", book), layouts=told))
    assert [row[0] for row in raw(duckdb_warehouse, "units")] == units


def test_a_file_of_returns_may_be_taken_off(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    (outcome,) = duckdb_warehouse.load(drop("Retouren.csv", [HEADER, *BACK]))
    assert "returns, and taken off (total -3.50)? entity: sales_lines or returns_where: all" in (
        outcome.error
    )


@pytest.mark.parametrize("is_described", [False, True])
def test_a_sheet_that_goes_on_without_a_header_is_refused(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, is_described: bool
) -> None:
    book = {"Jan": [HEADER, *JAN], "Feb": FEB}
    text = (
        "entity: sales_lines\nfiles: a.xlsx\ncolumns: {sold_at: Order Date, product_name: Product, "
    )
    known = layouts(a=f"{text}units: Units, unit_price: Unit Price}}\n")
    (outcome,) = duckdb_warehouse.load(
        drop("a.xlsx", book), layouts=known if is_described else None
    )
    assert outcome.status == "failed"
    assert "sheet 'Feb' has no header, and begins with a row like those of the sales in Jan" in (
        outcome.error
    )


def test_a_sheet_of_words_or_numbers_is_no_sheet_without_a_header(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    book = {"Jan": [HEADER, *JAN], "Notes": [["Made on", "2026-02-01", "by", "Ann", "x"]]}
    (outcome,) = duckdb_warehouse.load(drop("a.xlsx", book))
    assert outcome.status == "loaded", outcome.error
