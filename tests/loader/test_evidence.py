"""What the rows of a file prove about its dates and numbers, and what they leave open."""

import math
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from loader.deliveries import find_deliveries
from loader.learning import Answers, learn
from loader.typed_rows import dates_of
from loader.understanding.profiles import Profile
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, ledger, loaded

HEADER = ["Order ID", "Order Date", "Product", "Units", "Unit Price"]
LAYOUT = (
    "entity: sales_lines\nfiles: 'file.*'\ncolumns: {order_id: Order ID, sold_at: Order Date, "
    "product_name: Product, units: Units, unit_price: Unit Price}\n"
)


def _with_prices(prices: list[str]) -> list[list[str]]:
    return [HEADER, *(["A1", "2026-01-05", "Tea", "1", price] for price in prices)]


def _with_dates(dates: list[str]) -> list[list[str]]:
    return [HEADER, *(["A1", date, "Tea", "1", "2.50"] for date in dates)]


@pytest.mark.parametrize(
    ("numbers", "mark", "note"),
    [
        (["1,5", "2,25"], ",", "read with decimal commas (1,5 shows it)"),
        (["1.5", "2.25"], ".", None),
        (["1,234.50"], ".", None),
        (["1.234,50"], ",", "read with decimal commas"),
        (["1,5", "2.5"], ".", "(2.5 shows it, but for 1 that use the other mark)"),
        (["15.000", "1.250.000"], ",", "(1.250.000 shows it)"),
        (["15,000", "1,250,000"], ".", "(1,250,000 shows it)"),
        (["15,000", "1,25,000"], ".", "(1,25,000 shows it)"),
        (["15,000", "1 234,5"], ",", "(1 234,5 shows it)"),
        (["15.000", "1 234.500"], ".", "(1 234.500 shows it)"),
        (["0,500", "1,250"], ",", "(0,500 shows it)"),
        (["€ 100,000", "€ 1,250,000"], ".", "(€ 1,250,000 shows it)"),
        (["1.250,-", "1.250"], ",", "(1.250,- shows it)"),
        (["1,250.-", "1,250"], ".", "(1,250.- shows it)"),
        (["0.500", "1.250"], ".", "(0.500 shows it)"),
        (["$1.234", "$12.50"], ".", "($12.50 shows it)"),
        ([*["1.234,50"] * 30, "1.234", "12.5"], ",", "but for 1 that use the other mark"),
    ],
)
def test_decimal_mark(
    duckdb_warehouse: Warehouse, drop: Dropped, numbers: list[str], mark: str, note: str | None
) -> None:
    outcome = loaded(duckdb_warehouse.load(drop("file.csv", _with_prices(numbers))))
    assert duckdb_warehouse.one("select decimal_mark from raw.file_parts") == mark
    assert len(outcome.notes) == (note is not None)
    assert note is None or note in outcome.notes[0]


@pytest.mark.parametrize(
    ("dates", "order", "note"),
    [
        (["2026-01-05"], None, None),
        (["13/01/2026", "05/01/2026"], "dmy", "read as dmy (the one order that fits them all)"),
        (["01/13/2026"], "mdy", "read as mdy"),
        (["05/05/2026"], "dmy", None),
        (["13.01.2026", "02/14/2026"], "d.m.y m/d/y", "read as d.m.y"),
        (["12/31/25"], "mdy", "the one order that fits them all"),
        ([f"{day:02}/03/25" for day in range(1, 32)], "dmy", "as one or two years stand there"),
        ([f"25-03-{day:02}" for day in range(1, 32)], "ymd", "as one or two years stand there"),
        ([f"{day:02}.12.25" for day in range(1, 27, 3)], "dmy", "as all are of one month"),
        ([f"25-03-{day:02}" for day in range(3, 9)], "ymd", "as all are of one month"),
        ([*["13/01/2026"] * 20, "05/06/2026", "01/13/2026"], "dmy", "but for 1 that do not fit"),
        ([*["2026-01-05"] * 30, "05/06/2026"], None, "may be dmy or mdy; such rows are kept out"),
    ],
)
def test_date_order(
    duckdb_warehouse: Warehouse, drop: Dropped, dates: list[str], order: str, note: str | None
) -> None:
    outcome = loaded(duckdb_warehouse.load(drop("file.csv", _with_dates(dates))))
    assert duckdb_warehouse.one("select date_order from raw.file_parts") == order
    assert note is None or note in outcome.notes[0]
    assert bool(outcome.notes) == (note is not None)


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        (
            _with_prices(["15.000", "7", "-2.500"]),
            "unit_price in row 2: is 15.000 15 (total 19.50) or 15,000 (total 12,507.00)? "
            'decimal: "." or decimal: "," in its layout; or: python -m loader learn file.csv '
            "--decimal . or --decimal ,",
        ),
        (_with_prices(["15,000"]), "is 15,000 15,000 (total 15,000.00) or 15 (total 15.00)?"),
        (_with_prices(["1,234", "1,5", "2.5"]), "unit_price in row 2: is 1,234"),
        (
            _with_dates(["05.01.2026", "06.01.2026"]),
            "sold_at in row 3: is the date 06.01.2026 2026-01-06 (2026-01-05 to 2026-01-06) or "
            "2026-06-01 (2026-05-01 to 2026-06-01)? dates: dmy or dates: mdy in its layout",
        ),
        (_with_dates(["13/01/2026", "01/13/2026"]), "(2026-01-13, 1 of 2 no date)"),
        (_with_dates([f"01.01.{year}" for year in range(19, 26)]), "2019-01-01 to 2025-01-01"),
        (_with_dates(["25-03-03", "25-03-04"]), "2025-03-04 (2025-03-03 to 2025-03-04)?"),
    ],
)
def test_what_is_open_is_asked(
    duckdb_warehouse: Warehouse, drop: Dropped, rows: list[list[str]], asked: str
) -> None:
    (outcome,) = duckdb_warehouse.load(drop("file.csv", rows))
    path = str(outcome.delivery.path)
    assert outcome.status == "held"
    assert asked in outcome.error.replace(path, "file.csv")
    assert duckdb_warehouse.one("select count(*) from raw.sales_lines") == 0
    assert ledger(duckdb_warehouse, "status, error") == [("held", outcome.error)]


def test_a_held_file_loads_once_it_is_answered(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    """The version loaded before stays until then; the same question is written down once."""
    loaded(duckdb_warehouse.load(drop("file.csv", _with_prices(["1.50"]))))
    path = drop("file.csv", _with_prices(["15.000"]))
    for _ in range(2):
        (outcome,) = duckdb_warehouse.load(path)
        assert outcome.status == "held"
        assert outcome.error.endswith("The version loaded before stays in place.")
    assert ledger(duckdb_warehouse, "status") == [("active",), ("held",)]
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + 'decimal: ","\n')))
    assert ledger(duckdb_warehouse, "status") == [("superseded",), ("held",), ("active",)]


SWAPPED = ["2026-01-02", "2026-05-03", "13/03/2026", "28/03/2026"]


@pytest.mark.parametrize("lines", ["dates: dmy\n", "dates: [dmy, ydm]\n"])
def test_dates_that_excel_swapped_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, lines: str
) -> None:
    """Stored as dates are the days up to 12 only, and as text the others."""
    cells = [date.fromisoformat(text) if "-" in text else text for text in SWAPPED]
    path = drop("file.xlsx", {"S": [HEADER, *(["A", cell, "Tea", 1, 2] for cell in cells)]})
    (outcome,) = duckdb_warehouse.load(path)
    assert outcome.status == "held"
    assert "with day and month swapped (2026-02-01 to 2026-03-05)" in outcome.error
    assert "dates: [dmy, ydm] in its layout" in outcome.error
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + lines)))


def test_the_period_in_a_name_tells_that_excel_swapped_dates(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    cells = [date(2026, 2, 3), date(2026, 5, 3), "13/03/2026", "28/03/2026"]
    rows = [["A", cell, "Tea", 1, 2] for cell in cells]
    outcome = loaded(duckdb_warehouse.load(drop("Sales 2026-03.xlsx", {"S": [HEADER, *rows]})))
    assert duckdb_warehouse.one("select date_order from raw.file_parts") == "dmy ydm"
    assert "turned back, they are of 2026-03-01 to 2026-03-31" in outcome.notes[1]


@pytest.mark.parametrize(
    "day",
    [
        *("12. Januar 2026", "Mon, January 12, 2026", "lundi 12 janvier 2026", "12-Jan-26"),
        *("12 de enero de 2026", "12 de janeiro de 2026", "12 gennaio 2026", "Jan 12, 2026"),
        *("12 januari 2026", "12 stycznia 2026", "46034", "46034.5", "20260112", "2026年1月12日"),
    ],
)
def test_days_as_staging_reads_them(day: str) -> None:
    assert dates_of(pa.array([day, None, "soon"]), []).to_pylist() == [
        date(2026, 1, 12),
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        *[
            ("8\u2019999.95", ".", 8999.95),
            ("\u2212327.56", ".", -327.56),
            ("1,234.5", ".", 1234.5),
        ],
        *[("8\u202f999,99\u202f€", ",", 8999.99), ("1.250,-", ",", 1250.0), ("12.5", ",", 12.5)],
        *[("1,25,000.00", ".", 125000.0), ("1,25", ".", None), ("1.25.0", ",", None)],
    ],
)
def test_numbers_as_staging_reads_them(text: str, mark: str, number: float | None) -> None:
    (read,) = Profile(pa.array([text]), mark=mark).numbers.tolist()
    assert read == number if number is not None else math.isnan(read)


def test_what_a_load_keeps_in_quarantine_is_in_no_figure(tmp_path: Path) -> None:
    rows = ["A1,Tea,1,10", "A2,,1,10", "A3,Tea,tbd,10", "A4,Tea,1,tbd", "A5,Tea,1,", "A6,Tea,2,7"]
    text = "\n".join(["Order ID,Product,Units,Total,Date", *(f"{row},2026-01-05" for row in rows)])
    (tmp_path / "a.csv").write_text(text)
    lesson = learn(find_deliveries([tmp_path], tmp_path).deliveries, Answers())
    assert lesson.figures is not None
    assert (lesson.figures.lines, lesson.figures.unread) == (2, 4)
    assert lesson.figures.totals == [("", Decimal(17))]


def test_lines_without_a_day_are_said_to_be_in_no_figure(tmp_path: Path) -> None:
    days = ["01/13/2026", "14.01.2026", "?", "15.01.2026"]
    rows = [f"A{number},{day},Tea,1,10" for number, day in enumerate(days)]
    (tmp_path / "a.csv").write_text("\n".join(["Order ID,Date,Product,Units,Total", *rows]))
    lesson = learn(find_deliveries([tmp_path], tmp_path).deliveries, Answers())
    assert lesson.figures is not None
    assert (lesson.figures.lines, lesson.figures.undated) == (3, 1)
    assert lesson.figures.totals == [("", Decimal(30))]
    (outcome,) = lesson.outcomes
    (note,) = [note for note in outcome.notes if "dates" in note]
    assert "read as m/d/y (the one order that fits them all), d.m.y (" in note
    assert "`dates: [m/d/y, d.m.y]` in a layout settles it" in note
    # And so it does.
    said = learn(
        find_deliveries([tmp_path], tmp_path).deliveries, Answers({"dates": "m/d/y,d.m.y"})
    )
    assert said.figures == lesson.figures
    assert not any("dates" in note for note in said.outcomes[0].notes)


def test_a_terminal_shows_each_reading_and_each_command_on_a_line_of_its_own(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    (outcome,) = duckdb_warehouse.load(drop("file.csv", _with_prices(["15.000", "7", "-2.500"])))
    (question,) = outcome.questions
    assert question.lines(Path("my file.csv")) == [
        "unit_price in row 2: is 15.000",
        '  15 (total 19.50): decimal: "."',
        '  15,000 (total 12,507.00): decimal: ","',
        "its layout says which, or:",
        "  python -m loader learn 'my file.csv' --decimal .",
        "  python -m loader learn 'my file.csv' --decimal ,",
    ]
