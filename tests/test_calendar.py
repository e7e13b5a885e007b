"""The calendar that the vars choose, day by day, against one that is counted out in Python."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from dbt.cli.main import dbtRunnerResult

from tests.conftest import ENGINES, Warehouse
from tests.loader.conftest import write_csv

FIRST, LAST = date(2000, 1, 1), date(2040, 12, 31)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Settings:
    """Vars of the calendar, with the defaults of the project."""

    week_start_day: int = 1
    fiscal_calendar: str = "months"
    fiscal_year_start_month: int = 1
    fiscal_year_start_rule: str = "nearest"
    fiscal_year_named_by: str = "end"

    def __str__(self) -> str:
        return ", ".join(f"{name}: {value}" for name, value in vars(self).items())


NRF = Settings(7, "4-5-4", 2, "nearest", "start")
ISO_YEARS = Settings(1, "4-4-5", 1, "nearest", "end")
# Each weekday, calendar and rule; years that begin early and late in the calendar year.
CALENDARS = [
    Settings(),
    Settings(2, "months", 12, "nearest", "start"),
    Settings(3, "5-4-4", 1, "on_or_after", "start"),
    Settings(4, "4-5-4", 12, "on_or_after", "end"),
    Settings(5, "4-4-5", 1, "on_or_before", "end"),
    Settings(6, "months", 4, "on_or_before", "end"),
    Settings(7, "5-4-4", 10, "on_or_before", "end"),
    NRF,
    ISO_YEARS,
]


class Day(NamedTuple):
    """What dim_date says of a day, in the order of its columns here."""

    full_date: date
    week_start_date: date
    iso_year: int
    iso_week_of_year: int
    iso_week: str
    fiscal_year: int
    fiscal_quarter: int
    fiscal_period: int
    fiscal_week: int
    fiscal_year_label: str
    fiscal_quarter_label: str
    fiscal_period_label: str
    fiscal_year_start_date: date
    fiscal_year_end_date: date
    fiscal_quarter_start_date: date
    fiscal_quarter_end_date: date
    fiscal_period_start_date: date
    fiscal_period_end_date: date


# ------------------------------------------------------------------ counted out


def year_start(settings: Settings, year: int) -> date:
    """Pick the first day of a fiscal year among the days around the first of its month."""
    first = date(year, settings.fiscal_year_start_month, 1)
    if settings.fiscal_calendar == "months":
        return first
    around = [first + number * DAY for number in range(-6, 7)]
    candidates = [day for day in around if day.isoweekday() == settings.week_start_day]
    return {
        "nearest": min(candidates, key=lambda day: abs(day - first)),
        "on_or_before": max(day for day in candidates if day <= first),
        "on_or_after": min(day for day in candidates if day >= first),
    }[settings.fiscal_year_start_rule]


def period_starts(settings: Settings, start: date, end: date) -> list[date]:
    """Return the first days of the 12 periods of a year, and the first day after them."""
    if settings.fiscal_calendar == "months":
        days = [start + number * DAY for number in range((end - start).days + 1)]
        return [day for day in days if day.day == 1]
    starts = [start]
    for length in 4 * settings.fiscal_calendar.split("-"):
        starts.append(starts[-1] + int(length) * 7 * DAY)
    assert (end - starts[-1]).days in (0, 7)
    return [*starts[:-1], end]


def counted(settings: Settings) -> Iterator[Day]:
    """Count out every day of the fiscal years that the calendar is in."""
    for year in range(FIRST.year - 2, LAST.year + 2):
        start, end = year_start(settings, year), year_start(settings, year + 1)
        last_by_months = date(year + 1, settings.fiscal_year_start_month, 1) - DAY
        name = year if settings.fiscal_year_named_by == "start" else last_by_months.year
        starts = period_starts(settings, start, end)
        assert len(starts) == 13
        week = 1
        for period, (period_start, next_period_start) in enumerate(pairwise(starts), start=1):
            quarter = 1 + [period in thirds for thirds in _QUARTERS].index(True)
            day = period_start
            while day < next_period_start:
                if day.isoweekday() == settings.week_start_day and day > start:
                    week += 1
                week_start = day
                while week_start.isoweekday() != settings.week_start_day:
                    week_start -= DAY
                iso_year, iso_week, _ = (week_start + 3 * DAY).isocalendar()
                yield Day(
                    day,
                    week_start,
                    iso_year,
                    iso_week,
                    f"{iso_year}-W{iso_week:02}",
                    name,
                    quarter,
                    period,
                    week,
                    f"FY{name}",
                    f"FY{name}-Q{quarter}",
                    f"FY{name}-P{period:02}",
                    start,
                    end - DAY,
                    starts[3 * quarter - 3],
                    starts[3 * quarter] - DAY,
                    period_start,
                    next_period_start - DAY,
                )
                day += DAY


_QUARTERS = [(1, 2, 3), (4, 5, 6), (7, 8, 9), (10, 11, 12)]


# ------------------------------------------------------------------ built


@pytest.fixture(scope="module", params=ENGINES)
def loaded(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[[str], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    """A warehouse that a build has something to work on in, with the holidays."""
    warehouse: Warehouse = new_warehouse(request.param)
    header = ["Order Date", "Order ID", "Product", "Units", "Unit Price"]
    row = ["2026-01-12", "A1", "Tea", 1, 2]
    path: Path = write_csv(tmp_path_factory.mktemp("inbox") / "a.csv", [header, row])
    warehouse.load(path)
    assert warehouse.dbt("seed", "--select", "holidays").success
    return warehouse


def built(warehouse: Warehouse, settings: Settings) -> list[Day]:
    """Build dim_date alone, which must pass its tests; return its days.

    The tests run on one engine, as the other one must have the same days.
    """
    what = ["model", "test"] if warehouse.engine == "duckdb" else ["model"]
    warehouse.build(
        *("--select", "dim_date", "--indirect-selection", "cautious"),
        *("--vars", f"{{{settings}}}", "--resource-type", *what),
    )
    columns = ", ".join(Day._fields)
    rows = warehouse.query(f"select {columns} from marts.dim_date order by date_key")
    unknown, *days = (Day(*row) for row in rows)
    labels = {name for name in Day._fields if name == "iso_week" or name.endswith("_label")}
    assert unknown._asdict() == {
        name: "Unknown" if name in labels else None for name in Day._fields
    }
    return days


@pytest.mark.parametrize("settings", CALENDARS, ids=str)
def test_every_day_is_as_counted(loaded: Warehouse, settings: Settings) -> None:
    days = built(loaded, settings)
    assert days == [day for day in counted(settings) if FIRST <= day.full_date <= LAST]
    if settings == NRF:
        as_published(days)
    if settings == ISO_YEARS:
        assert all(
            (day.fiscal_year, day.fiscal_week) == (day.iso_year, day.iso_week_of_year)
            for day in days
        )


def as_published(days: list[Day]) -> None:
    """Compare with the calendars that the National Retail Federation has published."""
    years = {day.fiscal_year: day for day in days}
    published = {
        2012: ("2012-01-29", "2013-02-02"),  # 53 weeks
        2013: ("2013-02-03", "2014-02-01"),
        2014: ("2014-02-02", "2015-01-31"),
        2015: ("2015-02-01", "2016-01-30"),
        2016: ("2016-01-31", "2017-01-28"),
        2017: ("2017-01-29", "2018-02-03"),  # 53 weeks
        2018: ("2018-02-04", "2019-02-02"),
        2019: ("2019-02-03", "2020-02-01"),
        2020: ("2020-02-02", "2021-01-30"),
        2021: ("2021-01-31", "2022-01-29"),
        2022: ("2022-01-30", "2023-01-28"),
        2023: ("2023-01-29", "2024-02-03"),  # 53 weeks
        2024: ("2024-02-04", "2025-02-01"),
        2025: ("2025-02-02", "2026-01-31"),
    }
    for name, (start, end) in published.items():
        found = years[name]
        assert (f"{found.fiscal_year_start_date}", f"{found.fiscal_year_end_date}") == (start, end)
    long_years = {day.fiscal_year for day in days if day.fiscal_week == 53}
    assert long_years & published.keys() == {2012, 2017, 2023}
    periods = {day.fiscal_period_start_date for day in days if day.fiscal_year == 2023}
    assert [f"{start:%m-%d}" for start in sorted(periods)] == [
        *("01-29", "02-26", "04-02", "04-30", "05-28", "07-02"),
        *("07-30", "08-27", "10-01", "10-29", "11-26", "12-31"),
    ]  # fmt: skip
    (last,) = (day for day in days if day.full_date == date(2024, 2, 3))
    assert (last.fiscal_period_label, last.fiscal_week) == ("FY2023-P12", 53)


# ------------------------------------------------------------------ refused


def said(result: dbtRunnerResult) -> str:
    """Return what went wrong."""
    assert not result.success
    outcomes: Any = result.result
    return " ".join([str(result.exception), *(each.message for each in outcomes or [])])


@pytest.mark.parametrize(
    ("model", "setting", "complaint"),
    [
        (
            "dim_date",
            "week_start_day: 9",
            "The var week_start_day is 9; it must be one of 1, 2, 3, 4, 5, 6, 7.",
        ),
        (
            "dim_date",
            "fiscal_calendar: 4-4-4",
            'The var fiscal_calendar is "4-4-4"; it must be one of "months", "4-4-5", "4-5-4", '
            '"5-4-4".',
        ),
        (
            "dim_date",
            "fiscal_year_start_month: 0",
            "The var fiscal_year_start_month is 0; it must be one of 1, 2, ",
        ),
        (
            "dim_date",
            "fiscal_year_start_rule: closest",
            'The var fiscal_year_start_rule is "closest"; it must be one of "on_or_before", '
            '"nearest", "on_or_after".',
        ),
        (
            "dim_date",
            "fiscal_year_named_by: null",
            'The var fiscal_year_named_by is null; it must be one of "start", "end".',
        ),
        (
            "rpt_weekly_summary",
            "last_trading_weekday: Friday",
            'The var last_trading_weekday is "Friday"; it must be one of null, 1, 2, ',
        ),
    ],
)
def test_a_setting_that_cannot_be(
    duckdb_warehouse: Warehouse, model: str, setting: str, complaint: str
) -> None:
    result = duckdb_warehouse.dbt("compile", "--select", model, "--vars", setting)
    assert complaint in said(result)


def test_nothing_is_built_by_a_setting_that_cannot_be(duckdb_warehouse: Warehouse) -> None:
    """As people meet it: the project is read with the vars that they give."""
    result = duckdb_warehouse.dbt("build", "--vars", "week_start_day: 9", parse_anew=True)
    assert "The var week_start_day is 9" in said(result)
    assert duckdb_warehouse.tables("marts", "staging") == []
