"""What an amount is made of, in nine languages: read where the rows prove it, else asked for."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from loader.calculated import as_source, calculate, parsed, rates_of, written
from loader.questions import Held
from loader.understanding.tidy import read_tidy
from loader.understanding.understand import understand
from loader.understanding.understood import Understood
from loader.understanding.vocabulary import rate_in
from tests.understanding.test_understand import read_from, tables

UNITS = [4, 1, 3, 2, 5, 1, 2, 6, 3, 2]
PRICES = [2.5, 9.9, 4, 7.25, 1.1, 30, 8.4, 3.3, 12, 5]
GROSS = [round(units * price, 2) for units, price in zip(UNITS, PRICES, strict=True)]
SOME = [0.5, 0, 0, 1.5, 0, 0, 1, 0, 2, 0]
FREE = [1, 0, 0, 1, 2, 0, 0, 3, 0, 1]
FACTORS = [1, 0.9, 0.85, 1, 0.9, 0.85, 1, 0.9, 0.85, 1]
TAXES = [round(0.2 * amount, 2) for amount in GROSS]
LESSER = [round(amount - some, 2) for amount, some in zip(GROSS, SOME, strict=True)]
MORE = [round(amount + some, 2) for amount, some in zip(GROSS, SOME, strict=True)]
TAXED = [round(amount + tax, 2) for amount, tax in zip(GROSS, TAXES, strict=True)]

HEADERS = {
    "en": ["Date", "Product", "Qty", "Price", "Amount"],
    "de": ["Datum", "Artikel", "Menge", "Einzelpreis", "Betrag"],
    "fr": ["Date", "Article", "Quantité", "Prix unitaire", "Montant"],
    "es": ["Fecha", "Producto", "Cantidad", "Precio", "Importe"],
    "pt": ["Data", "Produto", "Quantidade", "Preço unitário", "Valor total"],
    "it": ["Data", "Articolo", "Quantità", "Prezzo", "Importo"],
    "nl": ["Datum", "Artikel", "Aantal", "Stukprijs", "Bedrag"],
    "pl": ["Data", "Towar", "Ilość", "Cena", "Kwota"],
    "sv": ["Datum", "Artikel", "Antal", "Pris", "Belopp"],
}

Column = tuple[str, list[float]] | tuple[str, list[int]] | tuple[str, list[str]]


def understood(folder: Path, language: str, *columns: Column) -> Understood:
    """Understand ten sales; `units`, `price` and `amount` go by their headers of a language."""
    day, product, units, price, amount = HEADERS[language]
    known = {"units": units, "price": price, "amount": amount}
    rows = [[day, product, *(known.get(name, name) for name, _ in columns)]]
    for number, values in enumerate(zip(*(values for _, values in columns), strict=True)):
        rows.append([f"2026-01-{number + 10}", f"P {'abcd'[number % 4]}", *map(str, values)])
    (found,) = understand(tables(folder, sales=rows))
    return found


def lines(found: Understood) -> list[str]:
    """Return what settles the question in a layout, one line for each reading."""
    return [reading.line for reading in found.question.readings] if found.question else []


def meant(found: Understood) -> str:
    return " | ".join(item.meaning for item in found.question.readings) if found.question else ""


@pytest.mark.parametrize(
    ("language", "header", "numbers", "operation"),
    [
        ("en", "Price factor", FACTORS, "times"),
        ("de", "Preisfaktor", FACTORS, "times"),
        ("pl", "Mnożnik", FACTORS, "times"),
        ("fr", "Zzyx", FACTORS, "times"),  # no word, but its numbers
        ("de", "Treuerabatt", SOME, "less"),
        ("nl", "Waardebon", SOME, "less"),
        ("fr", "Escompte", SOME, "less"),
        ("sv", "Xyzw", SOME, "less"),
        ("de", "Expresszuschlag", SOME, "sum"),
        ("es", "Recargo", SOME, "sum"),
        ("it", "Maggiorazione", SOME, "sum"),
        ("en", "of which free", FREE, "pieces"),
        ("de", "davon gratis", FREE, "pieces"),
        ("fr", "dont offerts", FREE, "pieces"),
        ("pt", "Zzyx", FREE, "pieces"),
    ],
)
def test_what_may_change_price_times_units(
    tmp_path: Path, language: str, header: str, numbers: list[float], operation: str
) -> None:
    found = understood(tmp_path, language, ("units", UNITS), ("price", PRICES), (header, numbers))
    _, _, units, price, _ = HEADERS[language]
    wanted = {
        "times": (f'unit_price: {{times: ["{price}", "{header}"]}}', np.dot(GROSS, FACTORS)),
        "less": (f'discount_amount: "{header}"', sum(LESSER)),
        "sum": (f'line_total: {{times: ["{price}", "{units}"], sum: "{header}"}}', sum(MORE)),
        "pieces": (
            f'units: {{sum: "{units}", less: "{header}"}}',
            np.dot(PRICES, np.subtract(UNITS, FREE)),
        ),
    }
    line, figure = wanted[operation]
    assert line in lines(found)
    assert f"{sum(GROSS):,.2f}" in meant(found)
    assert f"{figure:,.2f}" in meant(found)


@pytest.mark.parametrize(
    ("language", "columns"),
    [
        ("en", [("Price factor", FACTORS)]),  # the total proves that it is in it
        ("de", [("Xyzw", SOME)]),
    ],
)
def test_a_total_proves_what_numbers_beside_do_not_change(
    tmp_path: Path, language: str, columns: list[Column]
) -> None:
    amount: Column = ("amount", GROSS)
    found = understood(tmp_path, language, ("units", UNITS), ("price", PRICES), *columns, amount)
    assert found.question is None


@pytest.mark.parametrize(
    ("language", "header"),
    [
        ("en", "Amount new"),
        ("en", "Corrected amount"),
        ("de", "Betrag (neu)"),
        ("de", "Betrag korrigiert"),
        ("fr", "Montant corrigé"),
        ("es", "Importe corregido"),
        ("pt", "Valor total corrigido"),
        ("it", "Importo corretto"),
        ("nl", "Bedrag gecorrigeerd"),
        ("pl", "Kwota skorygowana"),
        ("sv", "Nytt belopp"),
    ],
)
def test_which_of_two_amounts_holds_is_asked(tmp_path: Path, language: str, header: str) -> None:
    found = understood(tmp_path, language, ("units", UNITS), ("amount", GROSS), (header, LESSER))
    assert f'line_total: "{header}"' in lines(found)
    assert f"{sum(GROSS):,.2f}" in meant(found)
    assert f"{sum(LESSER):,.2f}" in meant(found)


@pytest.mark.parametrize(
    ("language", "header"),
    [
        ("en", "of which VAT"),
        ("en", "VAT 20%"),
        ("de", "davon MwSt"),
        ("de", "MwSt 20 %"),
        ("fr", "dont TVA"),
        ("es", "IVA incluido"),
        ("pt", "do qual IVA"),
        ("it", "di cui IVA"),
        ("nl", "waarvan btw"),
        ("pl", "w tym VAT"),
        ("sv", "varav moms"),
    ],
)
def test_a_tax_is_known_among_other_words(tmp_path: Path, language: str, header: str) -> None:
    found = understood(tmp_path, language, ("units", UNITS), ("amount", TAXED), (header, TAXES))
    is_taken_off = read_from(found).get("included_tax") == header
    assert is_taken_off or f'included_tax: "{header}"' in lines(found)


@pytest.mark.parametrize(
    ("language", "header"),
    [
        ("en", "Postage and packing"),
        ("de", "Verpackung und Versand"),
        ("fr", "Emballage et port"),
        ("es", "Embalaje y envío"),
        ("pt", "Embalagem e envio"),
        ("it", "Imballaggio e spedizione"),
        ("nl", "Verpakking en verzending"),
        ("pl", "Pakowanie i wysyłka"),
        ("sv", "Porto och emballage"),
    ],
)
def test_shipping_is_taken_off_where_the_price_proves_it(
    tmp_path: Path, language: str, header: str
) -> None:
    found = understood(
        tmp_path, language, ("units", UNITS), ("price", PRICES), (header, SOME), ("amount", MORE)
    )
    assert found.question is None
    assert "line_total" not in found.picks  # price times units is


@pytest.mark.parametrize(
    ("language", "header"),
    [
        ("de", "Versandanteil"),
        ("pl", "Opłata za przesyłkę"),
        ("fr", "Pourboire"),
        ("en", "Eco fee"),
    ],
)
def test_what_a_total_may_include_is_asked_for(tmp_path: Path, language: str, header: str) -> None:
    found = understood(tmp_path, language, ("units", UNITS), (header, SOME), ("amount", MORE))
    assert f'included_freight: "{header}"' in lines(found)
    assert f"{sum(GROSS):,.2f}" in meant(found)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("es", "IVA 21%", "Recargo 5,2%"),
        ("fr", "TPS 5 %", "TVQ 9,975 %"),
        ("en", "GST 5%", "PST 7%"),
        ("pt", "ICMS 18%", "IPI 10%"),
    ],
)
@pytest.mark.parametrize("beside", ["price", "base", ""])
def test_two_taxes_of_a_total_are_not_sold(
    tmp_path: Path, language: str, one: str, other: str, beside: str
) -> None:
    rates = [rate_in(one) or 0, rate_in(other) or 0]
    taxes = [[round(amount * rate / 100, 2) for amount in GROSS] for rate in rates]
    totals = [round(sum(parts), 2) for parts in zip(GROSS, *taxes, strict=True)]
    columns: list[Column] = [("units", UNITS), (one, taxes[0]), (other, taxes[1])]
    columns += {"price": [("price", PRICES)], "base": [("Base", GROSS)], "": []}[beside]
    found = understood(tmp_path, language, *columns, ("amount", totals))
    assert found.question is None
    read = read_from(found)
    if beside == "price":
        assert "line_total" not in read  # price times units is
    elif read["line_total"] != "Base":
        assert read["included_tax"] == f"{one} + {other}"
        assert found.picks["included_tax"].calculation == {"sum": [one, other]}


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("de", "Rabatt 1 %", "Rabatt 2 %"),
        ("de", "Grundrabatt", "Aktionsrabatt"),
        ("es", "Dto. 1", "Dto. 2"),
        ("it", "Sconto 1", "Sconto 2"),
        ("pl", "Rabat 1 %", "Rabat 2 %"),
    ],
)
def test_two_discounts_are_asked_for(tmp_path: Path, language: str, one: str, other: str) -> None:
    first, second = [10, 0, 5, 20] * 2 + [10, 5], [5, 0, 0, 3] * 2 + [5, 0]
    columns: list[Column] = [(one, first), (other, second)]
    found = understood(tmp_path, language, ("units", UNITS), ("price", PRICES), *columns)
    price = HEADERS[language][3]
    both = f'unit_price: {{times: "{price}", less_rates: ["{one}", "{other}"]}}'
    assert both in lines(found)
    left = np.multiply(1 - np.array(first) / 100, 1 - np.array(second) / 100)
    assert f"{np.dot(GROSS, left):,.2f}" in meant(found)


@pytest.mark.parametrize(
    ("texts", "shares"),
    [
        (["10%+5%", "10 %", None], [0.145, 0.1, np.nan]),
        (["10+5", "20", "0"], [0.145, 0.2, 0]),
        (["12,5% + 10%", "5%/5%", "2,5 %"], [0.2125, 0.0975, 0.025]),
    ],
)
def test_discounts_of_several_steps(texts: list[str], shares: list[float]) -> None:
    found = rates_of(pa.array(texts, pa.string()), "," if "," in texts[0] else ".")
    assert np.allclose(found, shares, equal_nan=True)


def test_discounts_in_one_text_are_asked_for(tmp_path: Path) -> None:
    off = ["10%+5%", "", "10 %", "", "", "", "10%+5%", "", "", ""]
    found = understood(tmp_path, "de", ("units", UNITS), ("price", PRICES), ("Rabatt", off))
    assert lines(found)[0] == 'unit_price: {times: "Einzelpreis", less_rates: "Rabatt"}'


@pytest.mark.parametrize(
    ("language", "header"), [("en", "Discounnt %"), ("de", "Rabatttsatz"), ("sv", "Rabattsatts")]
)
def test_a_discount_by_nearly_its_word_is_asked_for(
    tmp_path: Path, language: str, header: str
) -> None:
    off: Column = (header, [10, 0, 5, 20] * 2 + [10, 5])
    found = understood(tmp_path, language, ("units", UNITS), ("price", PRICES), off)
    with pytest.raises(Held) as held:
        read_tidy(found.table)
    assert [item.line for item in held.value.questions[0].readings] == [
        f'discount_rate: "{header}"',
        "no discount_rate",
    ]


def test_what_learn_is_told_is_what_it_is_calculated_by() -> None:
    headers = {"Price", "Qty", "Extra"}
    told = "Price * Qty + Extra"
    calculation = parsed(told, headers.__contains__)
    assert calculation == {"times": ["Price", "Qty"], "sum": ["Extra"]}
    assert written(calculation) == told
    assert as_source(calculation) == '{times: ["Price", "Qty"], sum: "Extra"}'
    columns = {
        "Price": pa.array(["2.50", "4", None]),
        "Qty": pa.array(["2", "3", "1"]),
        "Extra": pa.array(["1", None, "1"]),
    }
    assert calculate(calculation, columns, ".").to_pylist() == ["6", "12", None]
    assert parsed("Extra + Price * Qty", headers.__contains__) == {}
