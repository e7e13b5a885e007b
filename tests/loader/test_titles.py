"""What title rows, sheets and files are called says how amounts are counted, and in what."""

import pytest

from loader.deliveries import find_deliveries
from loader.learning import Answers, learn
from loader.understanding.vocabulary import currencies_in_title, says_with_tax, scale_in_title
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, LINE, Dropped, LaidOut, loaded, raw

LAID_OUT = (
    "entity: sales_lines\nfiles: '*'\ncolumns: {order_id: Order ID, sold_at: Order Date, "
    "product_name: Product, units: Units, unit_price: Unit Price}\n"
)


@pytest.mark.parametrize(
    ("title", "scale"),
    [
        ("in thousands of EUR (T€)", "1000"),
        ("Umsatz in TEUR", "1000"),
        ("Ventes (k€)", "1000"),
        ("en milliers d'euros", "1000"),
        ("Beträge in Tsd. €", "1000"),
        ("Angaben in 1.000 Euro", "1000"),
        ("bedragen x € 1.000", "1000"),
        ("wartości w tys. zł", "1000"),
        ("belopp i tusental kronor", "1000"),
        ("em milhares de reais", "1000"),
        ("en miles de euros", "1000"),
        ("in migliaia di euro", "1000"),
        ("(000s)", "1000"),
        ("Revenue, $ millions", "1000000"),
        ("importi in centesimi", "0.01"),
        ("Orders above 1,000 EUR", None),
        ("3 million visitors", None),
        ("Frequent flyer miles", None),
        ("K Mart", None),
        ("Sales MN", None),
        ("Sales 2025", None),
    ],
)
def test_a_title_says_what_a_1_stands_for(title: str, scale: str | None) -> None:
    assert scale_in_title(title) == scale


@pytest.mark.parametrize(
    ("title", "is_with"),
    [
        ("Alle Beträge inkl. 19 % MwSt.", True),
        ("All prices including VAT", True),
        ("Prices incl. tax", True),
        ("Montants TTC", True),
        ("Importes con IVA incluido", True),
        ("Valores com IVA", True),
        ("Prezzi IVA inclusa", True),
        ("Bedragen incl. btw", True),
        ("Kwoty z VAT", True),
        ("Belopp inkl. moms", True),
        ("Umsatz brutto", True),
        ("Preise zzgl. MwSt.", False),
        ("Montants HT", False),
        ("Bedragen excl. btw", False),
        ("VAT report with net amounts", False),
        ("Umsatz mit Steuerberatern", False),
        ("Sales 2025", False),
    ],
)
def test_a_title_says_that_amounts_have_the_tax_in_them(title: str, is_with: bool) -> None:
    assert says_with_tax(title) == is_with


def test_a_tax_that_a_title_says_is_asked_for(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    rows = [["Alle Preise inkl. 7 % MwSt."], [], HEADER, LINE]
    (outcome,) = duckdb_warehouse.load(drop("a.xlsx", {"S": rows}))
    (question,) = outcome.questions
    assert [reading.flag for reading in question.readings] == [
        "--constant included_tax_rate=7%",
        "--constant included_tax_rate=0%",
    ]
    assert outcome.status == "held"


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Sales USD 2025", ["USD"]),
        ("SalesEUR", ["EUR"]),
        ("All amounts in US$", ["US$"]),
        ("kwoty w zł", ["PLN"]),
        ("EUR to CHF", ["EUR", "CHF"]),
        ("cad parts in ALL stores", []),
    ],
)
def test_a_title_names_currencies(title: str, named: list[str]) -> None:
    assert currencies_in_title(title) == named


def test_amounts_in_thousands_by_a_title_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    by_row = drop("rows.xlsx", {"Sales": [["in Tsd. EUR"], [], HEADER, LINE]})
    by_file = drop("Umsatz in TEUR.csv", [HEADER, LINE])
    held = duckdb_warehouse.load(by_row, by_file)
    assert [outcome.status for outcome in held] == ["held", "held"]
    for outcome in held:
        assert "does a 1 of unit_price stand for 1000 or 1? scale: {unit_price: 1000}" in (
            outcome.error
        )
    said = layouts(a=LAID_OUT + "scale: {unit_price: 1000}")
    for outcome in duckdb_warehouse.load(by_row, by_file, layouts=said):
        loaded([outcome])


def test_the_currency_of_a_title_counts_and_two_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    euros, dollars = [*LINE[:4], "4.00"], ["A2", *LINE[1:4], "€ 5.00"]
    book = drop("Sales.xlsx", {"EUR": [HEADER, euros], "USD": [HEADER, dollars]})
    text = drop("b.csv", [["All amounts in GBP"], HEADER, ["B1", *LINE[1:]]])
    both = drop("USD and CHF.csv", [HEADER, ["C1", *LINE[1:]]])
    read, held, said = duckdb_warehouse.load(book, text, both)
    loaded([read])
    loaded([said])
    assert "currency, as the title 'All amounts in GBP' says it: GBP (1 row)" in said.notes
    # A sign in the amount itself is nearer than the name of its sheet.
    assert raw(duckdb_warehouse, "order_id, currency") == [
        ("A1", "EUR"),
        ("A2", None),
        ("B1", "GBP"),
    ]
    assert held.status == "held"
    assert "--currency USD or --currency CHF" in held.error
    constant = layouts(a=LAID_OUT.replace("unit_price:", "currency: {constant: CHF}, unit_price:"))
    loaded(duckdb_warehouse.load(both, layouts=constant))


def test_a_title_is_held_against_the_currency_of_a_layout(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    text = LAID_OUT.replace("Unit Price}", "Unit Price, currency: {constant: EUR}}")
    path = drop("a.csv", [["All amounts in USD"], [], HEADER, LINE])
    (outcome,) = duckdb_warehouse.load(path, layouts=layouts(a=text))
    assert outcome.status == "held"
    assert "says USD, and the layout says EUR: are these amounts in" in (outcome.error or "")
    deliveries = find_deliveries([path], path.parent).deliveries
    for code in ("USD", "EUR"):
        lesson = learn(deliveries, Answers(currency=code))
        assert not lesson.questions
        loaded(duckdb_warehouse.load(path, layouts=layouts(a=lesson.text)))
        assert raw(duckdb_warehouse, "currency")[-1] == (code,)
    same = drop("b.csv", [["All amounts in euro"], [], HEADER, LINE])
    loaded(duckdb_warehouse.load(same, layouts=layouts(a=text)))
