"""Amounts beside a tax: without it, with it, or asked."""

import pytest

from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, loaded

HEADER = ["Order", "Date", "Product", "Qty"]


def _rows(header: list[str], amounts: list[tuple[object, ...]]) -> list[list[object]]:
    rows = [[f"A{n}", f"2026-01-0{n}", f"Tea {n}", 1, *row] for n, row in enumerate(amounts, 1)]
    return [[*HEADER, *header], *rows]


@pytest.mark.parametrize(
    ("header", "amounts", "included"),
    [
        (["Amount", "VAT"], [("119", "19"), ("59.5", "9.5"), ("23.80", "3.80")], True),
        (["Amount", "VAT"], [("120", "20"), ("60", "10")], True),
        (["Amount", "VAT"], [("100", "19"), ("50", "9.5"), ("20", "3.80")], False),
        (["Betrag", "MwSt"], [("107", "7"), ("238", "38"), ("11.90", "1.90")], True),
        (["Total", "Moms"], [("100", "25"), ("50", "12.5"), ("20", "2.40")], False),
        (["Amount", "Sales tax"], [("100", "8.88"), ("250", "22.19"), ("20", "1.78")], False),
        (["Amount", "VAT", "Gross"], [("100", "20", "120"), ("50", "10", "60")], False),
        (["Amount", "VAT", "Base"], [("120", "20", "100"), ("60", "10", "50")], True),
        (["Net amount", "VAT"], [("100", "20"), ("50", "10")], False),
        (["Net amount", "VAT %"], [("100", "20"), ("50", "20")], False),
        (["Amount", "VAT %", "Gross"], [("100", "20", "120"), ("50", "20", "60")], False),
        (["Amount", "VAT"], [("100", "0"), ("50", "0")], False),
    ],
)
def test_rates_and_sums_tell_whether_an_amount_includes_a_tax(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    header: list[str],
    amounts: list[tuple[object, ...]],
    included: bool,
) -> None:
    loaded(duckdb_warehouse.load(drop("file.csv", _rows(header, amounts))))
    raw = duckdb_warehouse.query("select line_total, included_tax from raw.sales_lines")
    assert raw == [(row[0], row[1] if included else None) for row in amounts]


def test_what_may_be_with_and_without_tax_is_asked(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    # 20 % of it, or 25 % of what is left without it.
    rows = _rows(["Amount", "VAT"], [("100", "20"), ("50", "10")])
    (outcome,) = duckdb_warehouse.load(drop("file.csv", rows))
    assert outcome.status == "held"
    assert "without (150.00 in the first rows) or with" in outcome.error
    assert "taken off (120.00 in the first rows)?" in outcome.error
    assert "--column line_total=Amount or --column included_tax=VAT" in outcome.error


@pytest.mark.parametrize(
    ("header", "rates"),
    [("VAT %", ("20", "20")), ("VAT", ("20", "7")), ("MwSt-Satz", ("19 %", "7 %")),
     ("Taux TVA", ("0.2", "0.055")), ("Aliquota IVA", ("22", "10"))],
)  # fmt: skip
def test_a_rate_beside_an_amount_is_asked(
    duckdb_warehouse: Warehouse, drop: Dropped, header: str, rates: tuple[str, str]
) -> None:
    rows = _rows(["Amount", header], [("100", rates[0]), ("50", rates[1]), ("75", rates[1])])
    (outcome,) = duckdb_warehouse.load(drop("file.csv", rows))
    assert outcome.status == "held"
    assert f"does 'Amount' include the tax at '{header}'" in outcome.error
    assert f'line_total: "Amount" or included_tax_rate: "{header}"' in outcome.error


def test_a_sum_tells_that_an_amount_includes_a_tax_by_its_rate(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    rows = _rows(["Amount", "VAT %", "Base"], [("120", "20", "100"), ("55", "10", "50")])
    loaded(duckdb_warehouse.load(drop("file.csv", rows)))
    raw = duckdb_warehouse.query("select line_total, included_tax_rate from raw.sales_lines")
    assert raw == [("120", "20"), ("55", "10")]
