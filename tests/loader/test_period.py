"""The period that a file is about: by its layout, or by a name that leaves no doubt."""

from datetime import date
from pathlib import Path, PurePosixPath

import pytest

from loader.date_patterns import Period
from loader.deliveries import Delivery
from loader.file_dates import automatic_period, declared_period, no_such_dates
from loader.layouts import BadLayout, read_layouts
from loader.load import check
from loader.reading.sheet import BadFile
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, LAYOUT, LINE, Dropped, LaidOut, failed, ledger, loaded

ROWS = [["Order", "Item", "Pieces"], ["A1", "Tea", "2"]]
PEOPLE = [["Customer ID", "Customer Name"], ["C1", "Ada"]]

WEEK_4 = Period(date(2026, 1, 19), date(2026, 1, 25))
JANUARY = Period(date(2026, 1, 1), date(2026, 1, 31))


def delivery(name: str) -> Delivery:
    return Delivery(Path(name), PurePosixPath(name), Path())


def period(warehouse: Warehouse) -> tuple[date | None, date | None]:
    """Return the period of the version that was loaded last."""
    first, last = ledger(warehouse, "period_start_date, period_end_date")[-1]
    return first, last


@pytest.mark.parametrize(
    ("pattern", "name", "first", "last"),
    [
        ("{yyyy}-{mm}-{dd}", "2026-01-05.csv", date(2026, 1, 5), date(2026, 1, 5)),
        ("W{ww} {yy}", "Sales w01 26.csv", date(2025, 12, 29), date(2026, 1, 4)),
        ("{yyyy}-W{ww}", "2026-W53.csv", date(2026, 12, 28), date(2027, 1, 3)),
        ("{mm}.{yyyy}", "02.2028.csv", date(2028, 2, 1), date(2028, 2, 29)),
        ("s{yyyy}", "old S2026.csv", date(2026, 1, 1), date(2026, 12, 31)),
        ("{month}_{yyyy}", "Sales_January_2019.csv", date(2019, 1, 1), date(2019, 1, 31)),
        ("{Month}{yy}", "sales_DEC19.csv", date(2019, 12, 1), date(2019, 12, 31)),
        ("{yyyy}{month}", "2026march.csv", date(2026, 3, 1), date(2026, 3, 31)),
        ("{month} {yyyy}", "May 2026, not dismay 2025.csv", date(2026, 5, 1), date(2026, 5, 31)),
        ("{yyyy} {month}", "2025 Marches, 2026 Mar.csv", date(2026, 3, 1), date(2026, 3, 31)),
        ("{dd}{month}{yyyy}", "05\N{LATIN SMALL LETTER LONG S}ep2026.csv",
         date(2026, 9, 5), date(2026, 9, 5)),
    ],
)  # fmt: skip
def test_a_name_as_the_layout_says(pattern: str, name: str, first: date, last: date) -> None:
    assert declared_period(delivery(name), [pattern], "mine") == (first, last)


@pytest.mark.parametrize(
    ("pattern", "name", "why"),
    [
        (
            "Sales_{month}_{yyyy}",
            "Sales_Janvier_2019.csv",
            "the name does not fit that: rename the file, or mend `period:`",
        ),
        (
            "{month} {yyyy}",
            "Sept 2026.csv",
            "the name does not fit that: rename the file, or mend `period:`",
        ),
        (
            "{dd} {month} {yyyy}",
            "30 Feb 2026.csv",
            "'30 Feb 2026' is no date from 1990 to 2099: rename the file",
        ),
        (
            "{yyyy}-{mm}",
            "2026-01 to 2026-02.csv",
            "the name fits that in several ways (2026-01-01 to 2026-01-31 and 2026-02-01 to "
            "2026-02-28): make `period:` longer",
        ),
    ],
)
def test_a_name_that_drifted(pattern: str, name: str, why: str) -> None:
    with pytest.raises(BadFile) as raised:
        declared_period(delivery(name), [pattern], "mine")
    assert str(raised.value) == (
        f"layout 'mine' reads the period it is about from its name, period: '{pattern}'; {why}."
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Sales 2026-W04.xlsx", WEEK_4),
        ("sales2026w04b.csv", WEEK_4),
        ("store_3_2026_W04.csv.gz", WEEK_4),
        ("2026-W04, again 2026W04.csv", WEEK_4),
        ("2026-W04 of 2026-01, sent 2026-01-26.csv", WEEK_4),
        ("Sales_2026-W04_20260126.csv", WEEK_4),
        ("FW26 2026-W04.csv", WEEK_4),
        ("2026-W04 and 2026-W05.csv", None),
        ("2026-W04_2026-W05.csv", None),
        ("2026-W04 to W06.csv", None),
        ("2026-W04-W06.csv", None),
        ("2026-W04-05.csv", None),
        ("2026-W04-3.csv", None),
        ("2025-W53.csv", None),
        ("12026-W04.csv", None),
        ("2026-W045.csv", None),
        ("Online Retail 2010-12.xlsx", Period(date(2010, 12, 1), date(2010, 12, 31))),
        ("Sales 2026-01.csv", JANUARY),
        ("sales_2026_01.csv", JANUARY),
        ("x2026-01y (2).csv", JANUARY),
        ("2026-01, again 2026_01.csv", JANUARY),
        ("2026-01, sent 2026-02-03.csv", JANUARY),
        ("no. 4711-12 of 2026-01.csv", JANUARY),
        ("2026-01 W05.csv", None),
        ("2026-01 to 2026-03.csv", None),
        ("2026-01_2026-03.csv", None),
        ("2026-01_03.csv", None),
        ("2026-01\N{EN DASH}03.csv", None),
        ("01.2026-02.2026.csv", None),
        ("2026-01-05.csv", None),
        ("2026_01_05.csv", None),
        ("20260105.csv", None),
        ("202601.csv", None),
        ("05-01-2026.csv", None),
        ("RE-2026-01-12345.csv", None),
        ("2026-011.csv", None),
        ("12026-01.csv", None),
        ("2025-26.csv", None),
        ("1989-12.csv", None),
        ("January 2026.csv", None),
        ("2026.csv", None),
        ("sales.csv", None),
    ],
)
def test_a_name_that_no_layout_explains(name: str, shown: Period | None) -> None:
    assert automatic_period(delivery(name)) == shown


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Sales 2024-W53.csv", ["2024-W53 is no week, as 2024 has 52"]),
        ("2026W00 north.xlsx", ["2026W00 is no week, as 2026 has 53"]),
        ("customers_2026-02-30.csv", ["2026-02-30 is no day"]),
        *((name, []) for name in ("2026-W53.csv", "2026-02-28.csv", "9999-W99.csv", "W60.csv")),
    ],
)
def test_a_week_or_a_day_that_there_is_not_is_said(name: str, said: list[str]) -> None:
    assert no_such_dates(delivery(name)) == said


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ("", JANUARY),
        ("period: none\n", (None, None)),
        ("period: '{yyyy}'\n", (date(2026, 1, 1), date(2026, 12, 31))),
    ],
)
def test_the_ledger_keeps_it(
    warehouse: Warehouse,
    drop: Dropped,
    layouts: LaidOut,
    key: str,
    kept: tuple[date | None, date | None],
) -> None:
    path = drop("Sales 2026-01.csv", ROWS)
    loaded(warehouse.load(path, layouts=layouts(a=LAYOUT + key)))
    assert period(warehouse) == kept


def test_a_file_that_fails_has_none(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    path = drop("Sales 2026-01.csv", ROWS)
    folder = layouts(a=LAYOUT + "period: 'Sales {yyyy}-W{ww}'\n")
    message = failed(duckdb_warehouse.load(path, layouts=folder))
    assert message == (
        "layout 'a' reads the period it is about from its name, period: 'Sales {yyyy}-W{ww}'; the "
        "name does not fit that: rename the file, or mend `period:`."
    )
    assert period(duckdb_warehouse) == (None, None)
    unseen = Delivery(path, PurePosixPath(path.name), path.parent)
    assert failed(list(check(None, [unseen], read_layouts(folder)))) == message


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ([HEADER, LINE], JANUARY),
        (PEOPLE, (None, None)),
        ({"People": PEOPLE, "Sales": [HEADER, LINE]}, JANUARY),
    ],
)
def test_only_sales_have_one_by_themselves(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    content: object,
    kept: tuple[date | None, date | None],
) -> None:
    ending = "xlsx" if isinstance(content, dict) else "csv"
    loaded(duckdb_warehouse.load(drop(f"all 2026-01.{ending}", content)))
    assert period(duckdb_warehouse) == kept


@pytest.mark.parametrize("key", ["", "period: '{yyyy}-{mm}'\n"])
def test_other_entities_have_one_where_the_layout_says_so(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, key: str
) -> None:
    columns = "{customer_id: Customer ID, customer_name: Customer Name}"
    layout = f'entity: customers\nfiles: "*"\ncolumns: {columns}\n'
    path = drop("People 2026-01.csv", PEOPLE)
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=layout + key)))
    assert period(duckdb_warehouse) == (JANUARY if key else (None, None))


def test_documents_that_disagree(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    path = drop("2026-01.csv", ROWS)
    month, none = (f"{LAYOUT}period: {pattern}\n" for pattern in ("'{yyyy}-{mm}'", "none"))
    message = failed(duckdb_warehouse.load(path, layouts=layouts(a=f"{month}---\n{none}")))
    assert message == (
        "layout 'a' gives the file several periods ('{yyyy}-{mm}' gives 2026-01-01 to 2026-01-31, "
        "'none' gives none): one file is about one period; mend `period:`."
    )
    # A document without the key goes along with the one that has it.
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=f"{LAYOUT}---\n{none}")))
    assert period(duckdb_warehouse) == (None, None)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (
            "period: 'sales'",
            "period: 'sales' is no date: a year, a year and a month, a year, a month and a day, or "
            "a year and an ISO week are wanted, each once, such as customers_{yyyy}-{mm}-{dd}",
        ),
        (
            "period: '{week} {yyyy}'",
            "period: '{week}' is none of {yyyy}, {yy}, {mm}, {dd}, {ww}, {month}",
        ),
        (
            "as_of: none",
            "as_of: 'none' is no date: a year, a year and a month, a year, a month and a day, or "
            "a year and an ISO week are wanted, each once, such as customers_{yyyy}-{mm}-{dd}",
        ),
    ],
)
def test_patterns_that_mean_nothing(layouts: LaidOut, key: str, said: str) -> None:
    with pytest.raises(BadLayout) as raised:
        read_layouts(layouts(a=f"{LAYOUT}{key}\n"))
    assert str(raised.value) == f"Layout a.yml: {said}."


def test_a_new_period_reads_the_file_again(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    path = drop("2026-01.csv", ROWS)
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT)))
    (outcome,) = duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + "period: none\n"))
    assert outcome.status == "replaced"
    assert period(duckdb_warehouse) == (None, None)
