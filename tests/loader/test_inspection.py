"""What `inspect` proposes loads the file, once it is saved as a layout."""

import pytest
import yaml

from loader.inspection import propose_layout
from loader.layouts import BadLayout, read_layouts
from loader.reading.sheet import BadFile
from tests.conftest import REAL_FILES, Warehouse
from tests.loader.conftest import HEADER, LINE, Dropped, LaidOut, failed, loaded, raw

EVIL = ['say "hi"', "two\nlines", "\x1b[31mred\x9b0m", "\N{RIGHT-TO-LEFT OVERRIDE}x", "a: b # c"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Sales 2026-01.csv", [HEADER, LINE]),
        ("2026-01.xlsx", {"S": [HEADER, LINE]}),
        ("Sales [2026].csv", [HEADER, LINE]),
        ("title.xlsx", {"S": [["Sales of the week"], [], [None, *HEADER], [None, *LINE]]}),
        ("far.xlsx", {"S": [*[[]] * 300, HEADER, LINE]}),
        ("notes.xlsx", {"Notes": [["hello", "world"]], "No": [HEADER, LINE]}),
        ("twice.csv", [[*HEADER, "Units", "Units", ""], [*LINE, "1", "2", "3"]]),
        ("evil.csv", [[*HEADER, *EVIL], [*LINE, *EVIL]]),
        ("two.xlsx", {"A": [HEADER, LINE], "B": [["Seller", "Team"], ["Ada", "North"]]}),
    ],
)
def test_round_trip(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, name: str, content: object
) -> None:
    path = drop(name, content)
    text = propose_layout(path)
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    outcome = loaded(duckdb_warehouse.load(path, layouts=layouts(mine=text)))
    assert outcome.layout == "mine"
    expected = dict(zip(("order_id", "sold_at", "product_name", "units"), LINE, strict=False))
    assert raw(duckdb_warehouse, ", ".join(expected)) == [tuple(expected.values())]


def test_the_pattern_takes_the_next_delivery_and_no_other(drop: Dropped, layouts: LaidOut) -> None:
    for name, pattern in [
        ("Sales_January_2019.csv", "Sales_*_[0-9]???.csv"),
        ("d1.csv", "d[0-9]*.csv"),
        ("Sales 2026-01.csv", "Sales [0-9]???-[0-9]?.csv"),
        ("2026-01.csv", "[0-9]???-[0-9]?.csv"),
        ("Sales [EU] 3.csv", "Sales ?EU] [0-9]*.csv"),
    ]:
        (document,) = yaml.safe_load_all(propose_layout(drop(name, [HEADER, LINE])))
        assert document["files"] == pattern


def test_what_is_not_recognised_is_left_to_the_reader(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    path = drop("a.csv", [["Beleg", "Artikel", "Wieviel"], ["A1", "Tee", "2"]])
    text = propose_layout(path)
    assert "  # units: needed, and not recognised\n" in text
    assert '#   C: "Wieviel"  # 2\n' in text
    folder = layouts(mine=text)
    with pytest.raises(BadLayout, match=r"Layout mine\.yml: columns"):
        read_layouts(folder)
    mended = text.replace("  # units: needed, and not recognised", "  units: Wieviel")
    loaded(duckdb_warehouse.load(path, layouts=layouts(mine=mended)))


def test_sheets_that_a_load_would_leave_out_are_not_proposed(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    jan, feb = ([["A1", f"2026-0{n}-05", "Tea", "2", f"{n}.50"]] * 3 for n in (1, 2))
    sheets = {"Jan": jan, "Feb": feb, "All": [*jan, *feb]}
    path = drop("year.xlsx", {name: [HEADER, *rows] for name, rows in sheets.items()})
    text = propose_layout(path)
    assert "# sheet 'All' repeats, row for row, 'Jan', 'Feb': left out\n" in text
    (document,) = yaml.safe_load_all(text)
    assert document["sheets"] == ["Jan", "Feb"]
    outcome = loaded(duckdb_warehouse.load(path, layouts=layouts(mine=text)))
    assert outcome.rows_loaded == loaded(duckdb_warehouse.load(path)).rows_loaded == 6


def test_what_a_load_would_ask_of_sheets_is_said(drop: Dropped) -> None:
    returns = [["A1", "2026-01-05", "Tea", "2", "3.50"]]
    path = drop("two.xlsx", {"Sales": [HEADER, LINE], "Returns": [HEADER, *returns]})
    text = propose_layout(path)
    assert "# sheet 'Returns' is named like returns" in text.replace("\n", " ")
    assert "--sheets Sales or --sheets Sales,Returns" in text


def test_long_texts_are_cut(drop: Dropped) -> None:
    path = drop("a.csv", [[*HEADER, "x" * 30_000], [*LINE, "y" * 30_000]])
    assert max(len(line) for line in propose_layout(path).splitlines()) < 200


@pytest.mark.parametrize("content", [{"S": []}, "\n\n"])
def test_nothing_to_propose(drop: Dropped, content: object) -> None:
    path = drop("a.xlsx" if isinstance(content, dict) else "a.csv", content)
    with pytest.raises(BadFile, match="it holds no rows at all"):
        propose_layout(path)


@pytest.mark.skipif(not REAL_FILES.is_dir(), reason="the real sales files are not there")
@pytest.mark.parametrize(
    ("file", "rows"),
    [
        ("adidas/Adidas US Sales Datasets.xlsx", 9_648),
        ("electronics_monthly/Sales_January_2019.csv", None),
        ("northwind/order_details.csv", None),
        ("northwind/customers.csv", None),
    ],
)
def test_real_files(
    duckdb_warehouse: Warehouse, layouts: LaidOut, file: str, rows: int | None
) -> None:
    text = propose_layout(REAL_FILES / file)
    if "not recognised" in text:
        assert "no column for" in failed(duckdb_warehouse.load(REAL_FILES / file))
        return
    outcome = loaded(duckdb_warehouse.load(REAL_FILES / file, layouts=layouts(mine=text)))
    assert outcome.rows_loaded == (rows or outcome.rows_loaded)
