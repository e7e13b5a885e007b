"""The day that a file tells about: by its layout, by its name, or by when it was changed."""

import os
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath

import pytest

from loader.deliveries import Delivery
from loader.file_dates import as_of_date
from loader.layouts import BadLayout, read_layouts
from loader.reading.sheet import BadFile
from tests.conftest import Warehouse
from tests.loader.conftest import LAYOUT, Dropped, LaidOut, failed, ledger, loaded

ROWS = [["Order", "Item", "Pieces"], ["A1", "Tea", "2"]]
MODIFIED = date(2026, 3, 1)


def delivery(folder: Path, name: str) -> Delivery:
    path = folder / name
    path.touch()
    moment = datetime(2026, 3, 1, 23, 30, tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    return Delivery(path, PurePosixPath(name), folder)


@pytest.mark.parametrize(
    ("pattern", "name", "day"),
    [
        ("customers_{yyyy}-{mm}-{dd}", "customers_2026-01-05.csv", date(2026, 1, 5)),
        ("customers_{yyyy}-{mm}-{dd}", "old CUSTOMERS_2026-01-05 b.csv", date(2026, 1, 5)),
        ("{DD}.{MM}.{YYYY}", "stand 31.12.2026.csv", date(2026, 12, 31)),
        ("{yyyy}{mm}", "x202602.csv", date(2026, 2, 1)),
        ("{yyyy}", "2026.csv", date(2026, 1, 1)),
        ("{yy}{mm}{dd}", "a260105b.csv", date(2026, 1, 5)),
        ("{yyyy}-W{ww}", "2026-w01.csv", date(2025, 12, 29)),
        ("{yyyy}-W{ww}", "2026-W53.csv", date(2026, 12, 28)),
        ("{dd} {month} {yyyy}", "Customers 5 Jan, 31 MARCH 2026.csv", date(2026, 3, 31)),
        ("a+b ({yyyy})", "A+B (2026).csv", date(2026, 1, 1)),
        ("caf\u00e9 {yyyy}", "cafe\u0301 2026.csv", date(2026, 1, 1)),
        ("{yyyy}", "5000 rows of 2026.csv", date(2026, 1, 1)),
    ],
)
def test_a_name_as_the_layout_says(tmp_path: Path, pattern: str, name: str, day: date) -> None:
    assert as_of_date(delivery(tmp_path, name), [pattern], "mine") == day


@pytest.mark.parametrize(
    ("pattern", "name", "said"),
    [
        ("c_{yyyy}-{mm}", "c_26-01.csv", "the name does not fit that: rename the file"),
        ("{yyyy}", "12026.csv", "the name does not fit that"),
        ("{mm}{yyyy}", "12020266.csv", "the name does not fit that"),
        ("c_{yyyy}-{mm}-{dd}", "c_2026-02-30.csv", "'c_2026-02-30' is no date from 1990 to 2099"),
        ("{yyyy}-W{ww}", "2025-W53.csv", "'2025-W53' is no date"),
        ("{yyyy}", "1989.csv", "'1989' is no date"),
        ("{yyyy}", "2025 or 2026.csv", "in several ways (2025-01-01 and 2026-01-01)"),
    ],
)
def test_a_name_that_drifted(tmp_path: Path, pattern: str, name: str, said: str) -> None:
    with pytest.raises(BadFile) as raised:
        as_of_date(delivery(tmp_path, name), [pattern], "mine")
    assert str(raised.value).startswith("layout 'mine' reads the day it tells about from its name")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("customers 2026-01-05.csv", date(2026, 1, 5)),
        ("2026_01_05.csv", date(2026, 1, 5)),
        ("x20260105y.csv", date(2026, 1, 5)),
        ("2026-01-05 again 20260105.csv", date(2026, 1, 5)),
        ("2026-01-05 to 2026-01-11.csv", MODIFIED),
        ("2026-02-30.csv", MODIFIED),
        ("2026-01_05.csv", MODIFIED),
        ("120260105.csv", MODIFIED),
        ("202601051.csv", MODIFIED),
        ("1989-01-05.csv", MODIFIED),
        ("2100-01-05.csv", MODIFIED),
        ("05-01-2026.csv", MODIFIED),
        ("sales.csv", MODIFIED),
    ],
)
def test_a_name_that_no_layout_explains(tmp_path: Path, name: str, day: date) -> None:
    assert as_of_date(delivery(tmp_path, name), [], "") == day


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("sales_{mm}-{dd}", "'sales_{mm}-{dd}' is no date: a year, a year and a month"),
        ("sales", "'sales' is no date"),
        ("{yyyy}{dd}", "is no date"),
        ("{yyyy}{ww}{dd}", "is no date"),
        ("{yyyy}{yy}", "is no date"),
        ("{yyyy}{mm}{mm}", "is no date"),
        ("{yyyy}{mm}{month}", "is no date"),
        ("{yyyy}-{week}", "'{week}' is none of {yyyy}, {yy}, {mm}, {dd}, {ww}, {month}"),
        ("{yyyy-mm-dd}", "is no date"),
    ],
)
def test_patterns_that_mean_nothing(layouts: LaidOut, pattern: str, said: str) -> None:
    with pytest.raises(BadLayout) as raised:
        read_layouts(layouts(a=f"{LAYOUT}as_of: '{pattern}'\n"))
    assert str(raised.value).startswith("Layout a.yml: as_of: ")
    assert said in str(raised.value)


def test_the_ledger_keeps_the_day(
    warehouse: Warehouse, drop: Dropped, inbox: Path, layouts: LaidOut
) -> None:
    folder = layouts(a=LAYOUT + "as_of: 'c {yyyy}-{mm}'\n")
    loaded(warehouse.load(drop("c 2026-02.csv", ROWS), layouts=folder))
    message = failed(warehouse.load(drop("c.csv", [*ROWS, ROWS[1]]), layouts=folder))
    assert "the name does not fit that" in message
    assert ledger(warehouse, "status, as_of_date") == [
        ("active", date(2026, 2, 1)),
        ("failed", None),
    ]


def test_documents_that_disagree(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    first, second = LAYOUT + "as_of: 'a{yyyy}'\n", LAYOUT + "as_of: 'b{yyyy}'\n"
    folder = layouts(a=f"{first}---\n{second}")
    message = failed(duckdb_warehouse.load(drop("a2025 b2026.csv", ROWS), layouts=folder))
    assert "several dates ('a{yyyy}' gives 2025-01-01, 'b{yyyy}' gives 2026-01-01)" in message
    # A document without the key goes along with the one that has it.
    folder = layouts(a=f"{first}---\n{LAYOUT}")
    assert loaded(duckdb_warehouse.load(drop("a2024.csv", ROWS), layouts=folder))
    assert ledger(duckdb_warehouse, "as_of_date")[-1] == (date(2024, 1, 1),)


def test_a_new_as_of_reads_the_file_again(
    duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path, layouts: LaidOut
) -> None:
    """And no layout that lacks the key has another fingerprint than before it came."""
    drop("c 2026-02.csv", ROWS)
    folder = layouts(a=LAYOUT)
    assert read_layouts(folder)[0].fingerprint() == (
        "1464b5762fc9903d92c58e953c5618e0dbf9cfea147f1790ad71b689daa2cf9d"
    )
    duckdb_warehouse.load(inbox, layouts=folder)
    outcomes = duckdb_warehouse.load(inbox, layouts=layouts(a=LAYOUT + "as_of: 'c {yyyy}-{mm}'\n"))
    assert [outcome.status for outcome in outcomes] == ["replaced"]
    assert ledger(duckdb_warehouse, "as_of_date")[-1] == (date(2026, 2, 1),)
