"""Numbers that are left aside though they change the figures: asked for, or proven away."""

import shlex
from itertools import accumulate
from pathlib import Path

import pytest

from loader.deliveries import find_deliveries
from loader.learning import Answers, learn
from loader.understanding.beside import read_tables
from loader.understanding.understand import understand
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, Row, loaded, raw, write_csv

UNITS: list[float] = [4, 1, 3, 2, 5, 1, 2, 6, 3, 2]
PRICES: list[float] = [2.5, 9.9, 4, 7.25, 1.1, 30, 8.4, 3.3, 12, 5]
TOTALS = [round(units * price, 2) for units, price in zip(UNITS, PRICES, strict=True)]
RUNNING = [round(total, 2) for total in accumulate(TOTALS)]
FEES = [round(-0.1 * total - 3, 2) for total in TOTALS]
LEFT = [round(total + fee, 2) for total, fee in zip(TOTALS, FEES, strict=True)]
GROSS = [round(1.2 * total, 2) for total in TOTALS]
FEWER = [3, 1, 3, 1, 5, 1, 2, 4, 3, 2]
OFF = [0, 9.9, 0, 0, 0, 30, 0, 0, 5.5, 0]

LESS = [round(total - off, 2) for total, off in zip(TOTALS, OFF, strict=True)]


def rows_of(columns: dict[str, list[float]]) -> list[Row]:
    rows: list[Row] = [["Date", "Order", "Product", *columns]]
    for number, values in enumerate(zip(*columns.values(), strict=True)):
        rows.append([f"2026-01-{number + 10}", f"A{number}", f"P{number % 4}", *values])
    return rows


@pytest.mark.parametrize(
    ("columns", "asked"),
    [
        ({"Qty ordered": UNITS, "Qty delivered": FEWER, "Price": PRICES},
         "'Qty ordered' (164.50 in the first rows) or 'Qty delivered' (148.15 in the first rows)?"),
        ({"Qty": UNITS, "Amount": TOTALS, "Refunded amount": OFF},
         "'Refunded amount' beside the amounts is not read"),
        ({"Qty": UNITS, "Price": PRICES, "Total": TOTALS, "Promo code amount": OFF},
         "'Promo code amount' beside the amounts is not read"),
        ({"Qty": UNITS, "Price": PRICES, "Total": TOTALS, "Total v2": LEFT},
         "'Total v2' (118.05 in the first rows)"),
        ({"Ilość": UNITS, "Cena": PRICES, "Razem": TOTALS, "Razem po korekcie": LEFT},
         "'Razem po korekcie' (118.05 in the first rows)"),
        ({"Quantité": UNITS, "Prix": PRICES, "Montant": TOTALS, "Fidélité": OFF},
         "'Fidélité' beside the amounts is not read"),
        ({"Quantité": UNITS, "Montant": TOTALS, "Montant remboursé": OFF},
         "'Montant remboursé' beside the amounts is not read"),
        ({"Ilość": UNITS, "Ilość wydana": FEWER, "Cena": PRICES},
         "'Ilość wydana' (148.15 in the first rows)?"),
        ({"Qty": UNITS, "Price": PRICES, "Order discount": OFF},
         "'Order discount' beside the amounts is not read"),
        ({"Qty": UNITS, "Product sales": TOTALS, "Fees": [-fee for fee in FEES], "Total": LEFT},
         "'Product sales' (164.50 in the first rows)"),
        ({"Menge": UNITS, "Umsatz": TOTALS, "Gebühren": [-fee for fee in FEES], "Gesamt": LEFT},
         "'Gesamt' (118.05 in the first rows)"),
        ({"Qty": UNITS, "Total": RUNNING},
         "'Total' grows in every row: is it the amount of each line"),
        ({"Qty": UNITS, "Amount EUR": TOTALS, "Local amount": [9 * total for total in TOTALS]},
         "that of the amounts in 'Local amount' or EUR, as the header 'Amount EUR' says?"),
    ],
)  # fmt: skip
def test_numbers_that_nothing_reads_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, columns: dict[str, list[float]], asked: str
) -> None:
    rows = rows_of(columns)
    if "Local amount" in columns:
        rows = [
            [*row, code] for row, code in zip(rows, ["Currency", *["GBP", "SEK"] * 5], strict=True)
        ]
    (outcome,) = duckdb_warehouse.load(drop("a.csv", rows))
    assert outcome.status == "held"
    assert asked in outcome.error


@pytest.mark.parametrize(
    ("columns", "amount"),
    [
        ({"Quantity": UNITS, "Product sales": TOTALS, "Selling fees": FEES, "Total": LEFT}, TOTALS),
        ({"Menge": UNITS, "Umsatz": TOTALS, "Gebühren": FEES, "Gesamt": LEFT}, TOTALS),
        ({"Ilość": UNITS, "Wartość": TOTALS, "Opłata": FEES, "Razem": LEFT}, TOTALS),
        ({"Qty": UNITS, "Price": PRICES, "Total": RUNNING}, None),
        ({"Qty": UNITS, "Price": PRICES, "Total": TOTALS, "Qty delivered": FEWER}, TOTALS),
        ({"Qty": UNITS, "Gross Amount": TOTALS, "Trade discount": OFF, "Net Amount": LESS}, LESS),
        ({"Qty": UNITS, "Unit Price": PRICES, "VAT %": [20.0] * 10, "Total": GROSS}, None),
    ],
)  # fmt: skip
def test_rows_prove_which_amount_is_meant(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    columns: dict[str, list[float]],
    amount: list[float] | None,
) -> None:
    loaded(duckdb_warehouse.load(drop("a.csv", rows_of(columns))))
    taken = [float(total) for (total,) in raw(duckdb_warehouse, "line_total") if total]
    assert taken == (amount or [])


@pytest.mark.parametrize("names", [("Line", "Version"), ("Pozycja", "Wersja"), ("Rad", "Revision")])
def test_states_of_a_line_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, names: tuple[str, str]
) -> None:
    rows: list[Row] = [["Date", "Order", names[0], "Product", "Qty", "Total", names[1]]]
    rows += [[f"2026-01-1{n // 2}", f"A{n // 2}", n % 2 + 1, "Tea", 1, n + 1, 1] for n in range(8)]
    (outcome,) = duckdb_warehouse.load(drop("a.csv", [*rows, [*rows[-1][:5], 9, 2]]))
    assert outcome.status == "held"
    assert "of which the last counts (37.00 in the first rows)" in outcome.error
    assert f"--column line_number={names[0]}" in outcome.error


def test_one_piece_a_row_is_no_answer_beside_a_column_that_counts(tmp_path: Path) -> None:
    for sold in ("Cartons", "Sold", "Verkauft", "Sålda"):
        rows = rows_of({sold: UNITS, "Price each": PRICES})
        path = write_csv(tmp_path / f"{sold}.csv", rows)
        (found,) = understand(read_tables(find_deliveries([path], tmp_path).deliveries))
        assert found.question is not None
        assert [reading.flag for reading in found.question.readings] == [
            f"--column {shlex.quote(f'units={sold}')}",
            "--column units=none",
        ]


_PACKS = [12.0, 6, 12, 6, 12, 6, 12, 6, 12, 6]
_HALF = [round(total / 2, 2) for total in TOTALS]
_BACK = [1.0, 0, 1, 0, 2, 0, 0, 3, 0, 1]
_ODD = [1.5, 0.0, 2.25, 0, 0, 1, 0, 0, 3, 0]


@pytest.mark.parametrize(
    ("columns", "asked"),
    [
        ({"Menge (Karton)": UNITS, "Stück je Karton": _PACKS, "Preis": PRICES},
         "units: {times: [\"Menge (Karton)\", \"Stück je Karton\"]}"),
        ({"Qty": UNITS, "of which free": _BACK, "Price": PRICES},
         "'Qty' less 'of which free' (140.90 in the first rows)"),
        ({"Menge": UNITS, "davon gratis": _BACK, "Preis": PRICES}, "'Menge' less 'davon gratis'"),
        ({"Qty": UNITS, "Amount": TOTALS, "Coupon": OFF}, "'Coupon' beside the amounts"),
        ({"Qté": UNITS, "Montant": TOTALS, "Bon de réduction": OFF}, "'Bon de réduction' beside"),
        ({"Menge": UNITS, "Einzelpreis": PRICES, "Faktor": _ODD}, "'Faktor' beside the prices"),
        ({"Qty": UNITS, "Tip": _ODD, "Total": TOTALS}, "does 'Total' include the 'Tip' beside it"),
        ({"Qty": UNITS, "Price": PRICES, "Pfand": _ODD,
          "Summe": [round(a + b, 2) for a, b in zip(TOTALS, _ODD, strict=True)]},
         "does 'Summe' include the 'Pfand' beside it"),
        ({"Menge": UNITS, "Preis": PRICES, "Rabatt 1 %": _BACK, "Rabatt 2 %": _PACKS},
         "less 'Rabatt 1 %' and then 'Rabatt 2 %'"),
    ],
)  # fmt: skip
def test_what_changes_amounts_is_asked_for_with_a_cure(
    duckdb_warehouse: Warehouse, drop: Dropped, columns: dict[str, list[float]], asked: str
) -> None:
    (outcome,) = duckdb_warehouse.load(drop("a.csv", rows_of(columns)))
    assert outcome.status == "held", outcome.error
    assert asked in outcome.error


def test_rows_prove_what_a_total_has_in_it(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    tax = [round(total / 10, 2) for total in TOTALS]
    whole = [
        round(total - off + more + 4, 2) for total, off, more in zip(TOTALS, _ODD, tax, strict=True)
    ]
    columns = {"Quantidade": UNITS, "Valor unitário": PRICES, "Frete": [4.0] * 10}
    columns |= {"Desconto": _ODD, "IPI": tax, "Valor total": whole}
    outcome = loaded(duckdb_warehouse.load(drop("a.csv", rows_of(columns))))
    assert raw(duckdb_warehouse, "line_total, included_tax, included_freight")[0] == (None,) * 3
    why = "'Valor total' (it is price times units with the shipping and the tax)"
    assert any(note.startswith("taken: ") and why in note for note in outcome.notes)
    assert [float(text or 0) for (text,) in raw(duckdb_warehouse, "discount_amount")] == _ODD


def test_no_discount_is_taken_off_a_price_that_is_after_it(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    net = [round(price * (1 - back / 10), 2) for price, back in zip(PRICES, _BACK, strict=True)]
    columns = {"Qty": UNITS, "List price": PRICES, "Discount %": [10 * back for back in _BACK]}
    columns |= {"Net price": net}
    loaded(duckdb_warehouse.load(drop("a.csv", rows_of(columns))))
    assert [float(text) for (text,) in raw(duckdb_warehouse, "unit_price")] == net
    assert raw(duckdb_warehouse, "discount_rate, discount_amount")[0] == (None, None)


def test_a_discount_with_a_minus_is_taken_off(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    columns = {"Qty": UNITS, "Price": PRICES, "Discount amount": [-off for off in _ODD]}
    loaded(duckdb_warehouse.load(drop("a.csv", rows_of(columns))))
    assert [float(text) for (text,) in raw(duckdb_warehouse, "discount_amount")] == _ODD


def test_an_answer_hides_no_other_question(tmp_path: Path) -> None:
    rows = [["Date", "Order", "Product", "Qty", "Amount", "VAT", "Coupon"]]
    amounts = [("100.00", "8.88"), ("250.00", "22.19"), ("20.00", "1.78"), ("40.00", "3.00")]
    for i, (amount, tax) in enumerate(amounts, 1):
        rows.append([f"2026-01-0{i}", f"A{i}", f"Tea {i}", "1", amount, tax, "2.00"])
    write_csv(tmp_path / "a.csv", rows)
    deliveries = find_deliveries((tmp_path / "a.csv",), tmp_path).deliveries

    def asked(columns: dict[str, str]) -> str:
        lesson = learn(deliveries, Answers(columns=columns))
        return " ".join(q.asks for found in lesson.questions.values() for q in found)

    first = asked({})
    assert first
    second = asked({"line_total": "Amount"})
    assert "'Coupon' beside the amounts is not read" in first + second
    assert "Coupon" not in asked({"line_total": "Amount - Coupon"})
