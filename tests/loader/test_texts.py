"""What is told of the texts of a file: which mean no value, and which ids were numbers once."""

import json
from pathlib import Path

import pytest

from loader.load import Outcome
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, loaded

HEADER = ["Order Date", "Product Code", "Product Name", "Customer", "Country", "Units", "Total"]
NAMES = ["Smith", "Jones", "Brown", "Green"]


def load(warehouse: Warehouse, drop: Dropped, column: str, *texts: str, other: str = "") -> Outcome:
    """Load a file that has these texts in a column; `other` stands in the product's name, too."""
    rows = []
    for number, text in enumerate(texts):
        row = {
            "Order Date": "2026-01-05",
            "Product Code": f"P{number}",
            "Product Name": other or f"Tea {number}",
            "Customer": NAMES[number % len(NAMES)],
            "Country": "Spain",
            "Units": "1",
            "Total": "5",
        }
        rows.append(list((row | {column: text}).values()))
    (outcome,) = warehouse.load(drop("a.csv", [HEADER, *rows]))
    return outcome


def found(warehouse: Warehouse) -> list[str]:
    return list(warehouse.one("select no_value_texts from raw.file_parts"))


@pytest.mark.parametrize(
    ("column", "texts", "nothing"),
    [
        ("Product Name", ["#N/A", "#REF!", "#NAME?", "Tea"], ["#N/A", "#NAME?", "#REF!"]),
        ("Customer", ["#NV", "#WERT!", "#BEZUG!", "Meier"], ["#BEZUG!", "#NV", "#WERT!"]),
        ("Customer", ["-", "--", "?", "Meier & Co."], ["-", "--", "?"]),
        ("Customer", ["N.A.", "(blank)", "<NA>", "Meier"], ["(blank)", "<NA>", "N.A."]),
        ("Customer", ["NaN", "smith", "jones"], ["NaN"]),
        ("Customer", ["nan", "Smith", "Jones"], ["nan"]),
        ("Product Code", ["NA", "P1", "P2"], ["NA"]),
        ("Country", ["NA", "ES", "FR", "DE"], []),
        ("Customer", ["Nan", "Smith", "Jones"], []),
        ("Customer", ["#1 Foods", "A-1", "Smith"], []),
        ("Customer", ["$", "€", "Smith"], []),
    ],
)
def test_texts_that_mean_no_value(
    duckdb_warehouse: Warehouse, drop: Dropped, column: str, texts: list[str], nothing: list[str]
) -> None:
    outcome = load(duckdb_warehouse, drop, column, *texts)
    assert outcome.status == "loaded", outcome.error
    assert found(duckdb_warehouse) == nothing
    if nothing:
        assert "taken for no value" in " ".join(outcome.notes)


def test_a_text_in_columns_of_two_things_is_no_name(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    load(duckdb_warehouse, drop, "Customer", "NA", "SMITH", other="NA")
    assert found(duckdb_warehouse) == ["NA"]


@pytest.mark.parametrize(
    ("column", "texts"),
    [("Customer", ["NA", "SMITH", "JONES & SONS"]), ("Country", ["NA", "Spain", "France"])],
)
def test_a_text_that_may_be_a_name_is_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, column: str, texts: list[str]
) -> None:
    outcome = load(duckdb_warehouse, drop, column, *texts)
    assert outcome.status == "held"
    assert (
        f"is 'NA' in {'country' if column == 'Country' else 'customer_name'} (1 row)"
        in outcome.error
    )
    assert "no value or a value like any other? missing: [" in outcome.error


def test_a_layout_says_what_means_no_value(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    path = drop("a.csv", [["Order", "Item", "Pieces"], ["1", "NA", "2"], ["-", "#N/A", "3"]])
    folder = layouts(
        a="entity: sales_lines\nfiles: '*'\nmissing: [none]\n"
        "columns: {order_id: Order, product_name: Item, units: Pieces}\n"
    )
    loaded(duckdb_warehouse.load(path, layouts=folder))
    assert found(duckdb_warehouse) == ["#N/A"]


@pytest.mark.parametrize(
    ("texts", "are_numbers"),
    [
        (["17850.0", "13047.0", "17850.0"], True),
        (["17850.0", "C13047", "17850"], True),
        (["17850,0", "13047", "17850"], True),
        (["1.0", "1.5", "2.0"], False),
        (["17850", "13047"], False),
    ],
)
def test_ids_that_a_program_took_for_numbers(
    duckdb_warehouse: Warehouse, drop: Dropped, texts: list[str], are_numbers: bool
) -> None:
    outcome = load(duckdb_warehouse, drop, "Product Code", *texts)
    assert outcome.status == "loaded", outcome.error
    wanted = ["product_id"] if are_numbers else []
    assert duckdb_warehouse.one("select whole_number_columns from raw.file_parts") == wanted
    assert ("with .0 at the end" in json.dumps(outcome.notes)) == are_numbers


def test_a_code_page_is_asked_beside_what_else_is_open(
    duckdb_warehouse: Warehouse, inbox: Path
) -> None:
    rows = [f"0{day}.01.2026;L\x94ffel;1;1.{day}00" for day in range(1, 8)]
    path = inbox / "a.csv"
    path.write_bytes("\n".join(["Datum;Artikel;Menge;Umsatz", *rows]).encode("latin-1"))
    (outcome,) = duckdb_warehouse.load(path)
    assert outcome.status == "held"
    assert outcome.error.count("its code page is open") == 1
    assert outcome.error.count("is 1.100 1.1 (total 9.80) or 1,100") == 1
    assert duckdb_warehouse.query("select count(*) from raw.sales_lines") == [(0,)]
