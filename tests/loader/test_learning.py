"""`learn` understands files, asks what is open, and writes a layout that loads them."""

import io
import json
import re
import shlex
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.prompt import Confirm, Prompt

from loader.__main__ import main
from loader.layouts import read_layouts
from tests.conftest import REAL_FILES, Warehouse
from tests.loader.conftest import Dropped, loaded, raw

SHEET = [
    ["Belegdatum", "Belegnr.", "Artikel", "Menge", "Einzelpreis", "Betrag"],
    ["05.01.2026", "A1", "Tee", "2", "3,50", "7,00"],
    ["06.01.2026", "A2", "Kanne", "1", "21,00", "21,00"],
    ["19.01.2026", "A3", "Tee", "4", "3,50", "14,00"],
]

Learner = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the layouts, empty."""
    folder = tmp_path / "layouts"
    folder.mkdir()
    monkeypatch.setenv("LAYOUTS_DIR", str(folder))
    return folder


@pytest.fixture
def learn(folder: Path) -> Learner:
    """Run `learn` as people do."""

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["learn", *map(str, arguments)], catch_exceptions=False)

    return run


def test_an_archive_is_learned_as_the_files_in_it(
    learn: Learner, folder: Path, drop: Dropped, duckdb_warehouse: Warehouse
) -> None:
    lines = "Order ID,Order Date,Product,Units,Total\nA1,%s,Tea,2,7.00\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("north/sales.csv", lines % "2026-01-05")
        archive.writestr("south/sales.csv", lines % "2026-01-06")
        archive.writestr("terms.pdf", b"%PDF-1.7")
    path = drop("both.zip", packed.getvalue())
    result = learn("--yes", path)
    assert (result.exit_code, "in all    14.00" in result.output) == (0, True), result.output
    statuses = [item.status for item in duckdb_warehouse.load(path, layouts=folder)]
    assert statuses.count("loaded") == 2


def test_a_copy_is_learned_once(learn: Learner, drop: Dropped) -> None:
    rows = [["Date", "Product", "Qty", "Total"], ["2026-01-05", "Tea", "2", "7"]]
    result = learn("--yes", drop("a.csv", rows), drop("copy of a.csv", rows))
    assert result.exit_code == 0
    assert re.search(r"in all +7[.]00", result.output)
    assert "it has the same bytes as a.csv" in result.output


def test_what_is_learned_loads(
    learn: Learner, folder: Path, drop: Dropped, duckdb_warehouse: Warehouse
) -> None:
    path = drop("Belege 2026-01.csv", SHEET)
    result = learn("--yes", "--currency", "EUR", path)
    assert result.exit_code == 0
    for said in (
        "taken     Belege 2026-01.csv as sales_lines",
        "line_total               Betrag  (it is price times units)",
        "3 lines, 2026-01-05 to 2026-01-19",
        "in all    42.00 EUR",
        "21.00  Kanne",
    ):
        assert said in result.output
    outcome = loaded(duckdb_warehouse.load(path, layouts=folder))
    assert outcome.layout == "belege"
    columns = "order_id, product_name, units, line_total, currency"
    assert raw(duckdb_warehouse, columns)[0] == ("A1", "Tee", "2", "7,00", "EUR")
    # The next delivery is read by it, too.
    (layout,) = read_layouts(folder)
    assert layout.layouts[0].files == ["Belege [0-9]???-[0-9]?.csv"]


def test_what_is_open_is_named_and_a_flag_answers_it(
    learn: Learner, folder: Path, drop: Dropped
) -> None:
    rows = [["Order Date", "Order ID", "Product", "Units", "Price"]]
    rows += [[f"0{n}/03/2026", f"A{n}", "Tea", "1", "1.500"] for n in range(1, 8)]
    path = drop("odd.csv", rows)
    result = learn("--yes", path)
    assert result.exit_code == 1
    assert "is the date 0" in result.output
    assert "--dates dmy or --dates mdy" in result.output
    assert "--decimal . or --decimal ," in result.output

    result = learn("--yes", "--dates", "mdy", "--decimal", ",", path)
    assert result.exit_code == 0
    assert "2026-01-03 to 2026-07-03" in result.output
    assert "10,500.00" in result.output
    (layout,) = read_layouts(folder)
    assert (layout.layouts[0].dates, layout.layouts[0].decimal) == (["mdy"], ",")


def test_somebody_is_asked(
    learn: Learner, folder: Path, drop: Dropped, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {
        "Which?": "2",
        "Which column is the units": "Wieviel",
        "Which column is the line_total": "Kohle",
        "Currency": "eur",
    }

    def ask(prompt: str, **_: object) -> str:
        return next(answer for start, answer in answers.items() if prompt.startswith(start))

    monkeypatch.setattr(Prompt, "ask", ask)
    monkeypatch.setattr(Confirm, "ask", lambda *_, **__: True)
    monkeypatch.setattr("loader.__main__._somebody_is_there", lambda: True)
    rows = [["Datum", "Beleg", "Artikel", "Wieviel", "Kohle"]]
    rows += [[f"0{n}.03.2026", f"A{n}", "Tee", str(n), "3,50"] for n in range(1, 8)]
    result = learn(drop("kasse.csv", rows))
    assert result.exit_code == 0
    (layout,) = read_layouts(folder)
    (document,) = layout.layouts
    assert document.dates == ["mdy"]
    assert document.columns["units"] == ["Wieviel"]
    assert "7 lines, 2026-01-03 to 2026-07-03" in result.output


def test_a_column_may_be_named(learn: Learner, folder: Path, drop: Dropped) -> None:
    path = drop("a.csv", [["Date", "Product", "Wieviel", "X"], ["2026-01-05", "Tea", "2", "9"]])
    assert learn("--yes", path).exit_code == 1
    result = learn("--yes", "--column", "units=Wieviel", "--column", "line_total=X", path)
    assert result.exit_code == 0
    assert "in all    9.00" in result.output
    wrong = learn("--yes", "--column", "units=Nothing", path)
    assert wrong.exit_code == 2
    assert "no table has a column 'Nothing'" in wrong.output


def test_which_of_two_amounts_is_asked(
    learn: Learner, folder: Path, drop: Dropped, duckdb_warehouse: Warehouse
) -> None:
    rows = [["Date", "Product", "Qty", "Amount", "Total"]]
    rows += [[f"2026-01-0{n}", "Tea", "2", str(n), str(n * n + 7)] for n in range(1, 9)]
    path = drop("two.csv", rows)
    (outcome,) = duckdb_warehouse.load(path)
    assert outcome.status == "held"
    for said in ("is the amount of a line", "'Amount' (36.00", "--column line_total=Total"):
        assert said in outcome.error
    result = learn("--yes", path)
    assert result.exit_code == 1
    assert "--column line_total=Total" in result.output
    assert not list(folder.iterdir())
    assert learn("--yes", "--column", "line_total=Total", path).exit_code == 0
    loaded(duckdb_warehouse.load(path, layouts=folder))
    assert raw(duckdb_warehouse, "line_total")[0] == ("8",)


@pytest.mark.parametrize(
    ("header", "cells", "lacking"),
    [
        (
            ["Date", "Order", "Product", "Qty", "X"],
            ["2026-01-05", "A1", "Tea", "2", "a"],
            "line_total",
        ),
        (["When", "Order", "Product", "Qty", "Total"], ["x", "A1", "Tea", "2", "7"], "sold_at"),
    ],
)
def test_sales_without_an_amount_or_a_day_are_open(
    learn: Learner, folder: Path, drop: Dropped, header: list[str], cells: list[str], lacking: str
) -> None:
    path = drop("till.csv", [header, cells, [*cells[:1], "A2", *cells[2:]]])
    result = learn("--yes", path)
    assert result.exit_code == 1
    assert f"which column is the {lacking}" in result.output
    assert f"; --column {lacking}=HEADER" in result.output
    assert "says it, or learn it together with" in result.output
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    "header",
    [
        ["Dato", "Fakturanr.", "Varenavn", "Antal", "Stykpris", "Beløb"],
        ["日期", "订单号", "商品名称", "数量", "单价", "金额"],
        ["Ημερομηνία", "Τιμολόγιο", "Είδος", "Ποσότητα", "Τιμή", "Αξία"],
        ["c1", "c2", "c3", "c4", "c5", "c6"],
    ],
)
def test_values_tell_what_columns_may_be_where_words_do_not(
    learn: Learner, folder: Path, drop: Dropped, duckdb_warehouse: Warehouse, header: list[str]
) -> None:
    goods = [("Tea", 350), ("Pot", 1275), ("Tray", 2490)]
    rows = [
        [f"2026-03-{n // 2 + 1:02}", f"R{n // 2}", name, str(n % 4 + 1), f"{cents / 100:.2f}",
         f"{cents * (n % 4 + 1) / 100:.2f}"]
        for n in range(12) for name, cents in [goods[n % 3]]
    ]  # fmt: skip
    path = drop("f.csv", [header, *rows])
    (outcome,) = duckdb_warehouse.load(path)
    ours = ["sold_at", "order_id", "product_name", "units", "unit_price", "line_total"]
    flags = dict(zip(ours, header, strict=True))
    assert outcome.status == "failed"
    told = learn("--yes", path).output
    for column, name in flags.items():
        flag = f"--column {shlex.quote(f'{column}={name}')}"
        assert flag in outcome.error
        assert flag in told
    assert not list(folder.iterdir())
    said = [part for item in flags.items() for part in ("--column", "=".join(item))]
    assert learn("--yes", *said, path).exit_code == 0
    loaded(duckdb_warehouse.load(path, layouts=folder))
    assert [row[0] for row in raw(duckdb_warehouse, "line_total")] == [row[5] for row in rows]


def test_a_price_beside_what_it_comes_to_in_pence_is_asked_for(
    learn: Learner, folder: Path, drop: Dropped, duckdb_warehouse: Warehouse
) -> None:
    header = ["Date", "Product", "Qty", "Unit Price", "Amount (p)"]
    rows = [[f"2026-03-{n:02}", "Tea", str(n), "350", str(350 * n)] for n in range(1, 7)]
    path = drop("f.csv", [header, *rows])
    (outcome,) = duckdb_warehouse.load(path)
    assert outcome.status == "held"
    assert "0.01 (73.50 in the first rows)" in outcome.error
    result = learn("--yes", "--scale", "unit_price=0.01", path)
    assert result.exit_code == 0
    assert re.search(r"in all +73[.]50", result.output)


def test_the_one_column_of_days_is_offered(learn: Learner, drop: Dropped) -> None:
    header = ["Close Date", "Product", "Qty", "Total"]
    rows = [[f"2026-03-{n + 1:02}", "Tea", "2", "7"] for n in range(5)]
    result = learn("--yes", drop("f.csv", [header, *rows]))
    assert "it may be 'Close Date' (days); --column 'sold_at=Close Date'" in result.output


def test_the_day_and_the_price_may_be_in_other_files(
    learn: Learner, folder: Path, drop: Dropped
) -> None:
    lines = [["Order ID", "Product ID", "Quantity"], *([f"A{n}", f"P{n}", "2"] for n in range(9))]
    orders = [["Order ID", "Order Date", "Customer ID"]]
    orders += [[f"A{n}", f"2026-01-0{n + 1}", f"C{n}"] for n in range(9)]
    prices = [["Product ID", "Product Name", "List Price"]]
    prices += [[f"P{n}", f"Tea {n}", "3.50"] for n in range(9)]
    files = [drop("lines.csv", lines), drop("orders.csv", orders), drop("products.csv", prices)]
    result = learn("--yes", *files)
    assert result.exit_code == 0, result.output
    assert "in all    63.00" in result.output


def test_headers_that_mean_nothing_or_stand_twice_may_be_named(
    learn: Learner, folder: Path, drop: Dropped, duckdb_warehouse: Warehouse
) -> None:
    rows = [["Q", "Q", "W", "", "E"]] + [[f"2026-01-0{n}", f"T{n}", "2", "7", "x"] for n in (5, 6)]
    path = drop("odd.csv", rows)
    named = ("sold_at=Q", "product_name=Q [B]", "units=W", "line_total=[D]")
    flags = [text for item in named for text in ("--column", item)]
    result = learn("--yes", *flags, path)
    assert result.exit_code == 0, result.output
    loaded(duckdb_warehouse.load(path, layouts=folder))
    columns = "sold_at, product_name, units, line_total"
    assert raw(duckdb_warehouse, columns)[0] == ("2026-01-05", "T5", "2", "7")


def test_tills_number_their_receipts_each(learn: Learner, folder: Path, drop: Dropped) -> None:
    header = ["Date", "Receipt", "Product", "Qty", "Amount"]
    for till, product in (("North", "Tea"), ("South", "Milk")):
        rows = [[f"2026-01-0{n}", str(n), product, "1", f"{n}.00"] for n in range(1, 10)]
        drop(f"tills/{till}.csv", [header, *rows])
    result = learn("--yes", folder.parent / "inbox" / "tills")
    assert result.exit_code == 0
    assert "line_total               Amount" in result.output
    assert "in all    90.00" in result.output


def test_stacked_headers(
    learn: Learner, folder: Path, drop: Dropped, duckdb_warehouse: Warehouse
) -> None:
    rows = [
        ["Sales of the week"],
        ["Order", None, "Product", None, "Sale", None],
        ["Date", "ID", "ID", "Name", "Quantity", "Amount"],
        *([f"2026-01-0{n}", f"A{n}", f"P{n}", f"Tea {n}", n, 7 * n] for n in range(1, 6)),
    ]
    path = drop("stacked.xlsx", {"S": rows})
    assert learn("--yes", path).exit_code == 0
    (layout,) = read_layouts(folder)
    assert layout.layouts[0].header == [2, 3]
    loaded(duckdb_warehouse.load(path, layouts=folder))
    columns = "sold_at, order_id, product_id, product_name, units, line_total"
    assert raw(duckdb_warehouse, columns)[1] == ("2026-01-02", "A2", "P2", "Tea 2", "2", "14")


HEADER = ["Order Date", "Order ID", "Product", "Units", "Price"]


def sold(first: int, last: int, price: str = "3.50", product: str = "Tea") -> list[list[str]]:
    """Return a sale of each day."""
    return [[f"2026-01-{n:02}", f"A{n}", product, str(n), price] for n in range(first, last + 1)]


def test_a_sheet_that_repeats_others_is_not_learned(
    learn: Learner, folder: Path, drop: Dropped, duckdb_warehouse: Warehouse
) -> None:
    sheets = {"Jan": sold(1, 3), "Feb": sold(13, 15), "All": [*sold(1, 3), *sold(13, 15)]}
    path = drop("shop.xlsx", {name: [HEADER, *rows] for name, rows in sheets.items()})
    result = learn("--yes", path)
    assert result.exit_code == 0, result.output
    assert "sheet 'All' repeats, row for row, 'Jan', 'Feb': left out" in result.output
    assert "6 lines, 2026-01-01 to 2026-01-15" in result.output
    (layout,) = read_layouts(folder)
    assert layout.layouts[0].sheets == ["Jan", "Feb"]
    assert loaded(duckdb_warehouse.load(path, layouts=folder)).rows_loaded == 6


def test_a_sheet_that_repeats_others_may_be_said_to_count(
    learn: Learner, folder: Path, drop: Dropped
) -> None:
    path = drop("shop.xlsx", {"Jan": [HEADER, *sold(1, 3)], "All": [HEADER, *sold(1, 3)]})
    assert learn("--yes", "--sheets", "Jan,All", path).exit_code == 0
    (layout,) = read_layouts(folder)
    assert layout.layouts[0].sheets == ["Jan", "All"]
    wrong = learn("--yes", "--sheets", "Jam", path)
    assert wrong.exit_code == 2
    assert "no table of sales is in 'Jam'; there are 'All', 'Jan'" in wrong.output


OPEN: dict[str, tuple[Any, str, list[Any]]] = {
    "a sheet that may repeat others": (
        {
            "Jan, net": [HEADER, *sold(1, 3)],
            "Feb": [HEADER, *sold(13, 15)],
            "Year": [HEADER, *sold(1, 3), *sold(13, 14), *sold(15, 15, "9")],
        },
        "sheets",
        [["Jan, net", "Feb"], ["Jan, net", "Feb", "Year"]],
    ),
    "returns": (
        {"Sales": [HEADER, *sold(1, 5)], "Returns": [HEADER, *sold(2, 3, "3")]},
        "sheets",
        [["Sales"], ["Sales", "Returns"], ["Sales", "Returns"]],
    ),
    "a plan": (
        {"Forecast": [HEADER, *sold(20, 25)], "Joe's": [HEADER, *sold(1, 5)]},
        "sheets",
        [["Joe's"], ["Forecast", "Joe's"]],
    ),
    "a part with a title": (
        {"Sales": [HEADER, *sold(1, 5), [], ["Returns"], HEADER, *sold(2, 3)]},
        "rows",
        ["1-7", "1-"],
    ),
    "one percent or all of it": (
        [[*HEADER, "Discount %"], *([*row, "1"] for row in sold(1, 5)), [*sold(6, 6)[0], "0.5"]],
        "scale",
        [{"discount_rate": "0.01"}, {"discount_rate": "1"}],
    ),
    "NA among names": (
        [HEADER, *sold(1, 5), *sold(6, 7, product="NA")],
        "missing",
        [["", "NULL", "null", "N/A", "n/a", "NA"], ["", "NULL", "null", "N/A", "n/a"]],
    ),
    "time zones": (
        [
            HEADER,
            *([f"2026-01-0{n}T23:30:00-05:00", *row[1:]] for n, row in enumerate(sold(1, 5), 1)),
            *([f"2026-01-0{n}T01:30:00+02:00", *row[1:]] for n, row in enumerate(sold(6, 9), 1)),
        ],
        "time_zone",
        ["UTC", "Europe/Berlin"],
    ),
}


@pytest.mark.parametrize("name", OPEN)
def test_what_a_load_would_ask_is_open_and_each_printed_flag_answers_it(
    learn: Learner,
    folder: Path,
    drop: Dropped,
    duckdb_warehouse: Warehouse,
    name: str,
) -> None:
    content, key, answers = OPEN[name]
    path = drop("shop.xlsx" if isinstance(content, dict) else "shop.csv", content)
    (outcome,) = duckdb_warehouse.load(path)
    assert outcome.status == "held"
    result = learn("--yes", path)
    assert result.exit_code == 1, result.output
    flags = outcome.error.partition(f"learn {path} ")[2]
    assert flags.startswith("--")
    assert flags in result.output
    for layout in read_layouts(folder):  # one that leaves it as open for a load
        assert key not in layout.layouts[0].model_fields_set
    for flag, meant in zip(flags.split(" or "), answers, strict=True):
        said = learn("--yes", *shlex.split(flag), path)
        assert said.exit_code == 0, said.output
        (layout,) = read_layouts(folder)
        assert getattr(layout.layouts[0], key) == meant
    loaded(duckdb_warehouse.load(path, layouts=folder))


def test_questions_print_no_flag_that_is_not_there() -> None:
    """Of all of them, as they stand in the code."""
    options = {option for item in main.commands["learn"].params for option in item.opts}
    printed = {
        flag
        for file in Path("loader").rglob("*.py")
        if "Reading(" in (text := file.read_text(encoding="utf-8"))
        for flag in re.findall(r"""["'](--[a-z][a-z-]+)""", text)
    }
    assert printed - options == set()
    assert {"--sheets", "--rows", "--missing", "--time-zone", "--column"} <= printed


def test_rows_of_one_sheet_are_not_those_of_all(learn: Learner, drop: Dropped) -> None:
    path = drop("shop.xlsx", {"Jan": [HEADER, *sold(1, 3)], "Feb": [HEADER, *sold(13, 15)]})
    result = learn("--yes", "--rows", "2-3", path)
    assert result.exit_code == 2
    assert "it would hold for all of them" in result.output


def test_layouts_of_people_are_not_written_over(
    learn: Learner, folder: Path, drop: Dropped
) -> None:
    path = drop("Belege.csv", SHEET)
    learn("--yes", path)
    assert learn("--yes", "--currency", "EUR", path).exit_code == 0  # learned anew
    written = folder / "belege.yml"
    mine = "\n".join(written.read_text("utf-8").splitlines()[1:])
    written.write_text(mine, "utf-8")
    result = learn("--yes", path)
    assert result.exit_code == 2
    assert "layout 'belege' reads these files already" in result.output
    assert written.read_text("utf-8") == mine


def test_a_layout_for_other_files_is_not_replaced_without_a_word(
    learn: Learner, folder: Path, drop: Dropped
) -> None:
    north, south = drop("north/export.csv", SHEET), drop("south/export.csv", [HEADER, *sold(1, 5)])
    assert learn("--yes", north).exit_code == 0
    written = (folder / "export.yml").read_text("utf-8")
    for flags in ((), ("--name", "south")):
        result = learn("--yes", *flags, south)
        assert result.exit_code == 2
        assert "layout 'export' reads these files already, and was learned from" in result.output
        assert '"north/export.csv"' in result.output
        assert "--name export replaces it" in result.output
        assert (folder / "export.yml").read_text("utf-8") == written
    assert learn("--yes", "--name", "export", south).exit_code == 0
    assert (folder / "export.yml").read_text("utf-8") != written
    assert [path.name for path in folder.iterdir()] == ["export.yml"]


def test_what_is_no_table_teaches_nothing(learn: Learner, folder: Path, drop: Dropped) -> None:
    result = learn("--yes", drop("notes.csv", [["hello", "world"], ["a", "b"]]))
    assert result.exit_code == 1
    assert "nothing in these files looks like sales" in result.output
    assert not list(folder.iterdir())


# ------------------------------------------------------------------ real sets

FLAGS = {
    "adidas": ("--currency", "USD"),
    "celulares_br": ("--currency", "BRL"),
    "electronics_monthly": ("--currency", "USD"),
    "northwind": ("--currency", "USD"),
    "online_retail": ("--currency", "GBP"),
}


@pytest.mark.skipif(not REAL_FILES.is_dir(), reason="the real sales files are not there")
def test_real_sets_in_their_expected_figures(
    learn: Learner, folder: Path, duckdb_warehouse: Warehouse
) -> None:
    for name, flags in FLAGS.items():
        result = learn("--yes", *flags, "--name", name, REAL_FILES / name)
        assert result.exit_code == 0, result.output
    outcomes = duckdb_warehouse.load(REAL_FILES, layouts=folder)
    # A list of countries that nothing refers to.
    assert {outcome.delivery.path.name for outcome in outcomes if outcome.status != "loaded"} == {
        "Pais.csv"
    }
    duckdb_warehouse.build_from_nothing(until=("fact_sales_line", "dim_date"))
    by_week = duckdb_warehouse.query(
        "select split_part(source_file, '/', 1), split_part(source_file, '/', 2), iso_week, "
        "count(*), sum(units), sum(revenue), count(distinct currency) "
        "from marts.fact_sales_line inner join marts.dim_date "
        "on fact_sales_line.sale_date_key = dim_date.date_key group by all"
    )
    for name in FLAGS:
        expected = json.loads((REAL_FILES / name / "expected.json").read_text("utf-8"))
        rows = [row[1:] for row in by_week if row[0] == name]
        assert {row[-1] for row in rows} == {1}
        weeks = expected.get("iso_weeks") or expected["expected"]["as_delivered"]["weeks"]
        for week, figures in weeks.items():
            assert _agree([row for row in rows if row[1] == week], figures), (name, week)
        if "expected" in expected:
            figures = dict(expected["expected"]["as_delivered"])
            figures["revenue"] = figures["revenue_exact"]
            assert _agree(rows, figures), name
        for file, figures in (expected.get("months") or expected.get("files") or {}).items():
            own = [row for row in rows if row[0] == figures.get("file", file)]
            assert _agree(own, figures), (name, file)


def _agree(rows: list[tuple[object, ...]], expected: dict[str, object]) -> bool:
    lines, units, revenue = (sum(Decimal(str(row[place])) for row in rows) for place in (2, 3, 4))
    return (
        lines == expected["rows"]
        and units == Decimal(str(expected["units"]))
        and abs(revenue - Decimal(str(expected["revenue"]))) < Decimal("0.01")
    )


def test_the_name_of_a_file_is_asked_for(learn: Learner, folder: Path, drop: Dropped) -> None:
    path = drop("Angebote 2026.csv", SHEET)
    assert "named like quotes" in learn("--yes", path).output
    assert learn("--yes", "--entity", "sales_lines", path).exit_code == 0
    assert len(read_layouts(folder)) == 1
