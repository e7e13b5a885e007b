"""The days that a report is about: a week, or any span."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting import Refusal
from reporting.ask.built import is_built

_WEEK = re.compile(r"(\d{4})-W(\d{2})")


class NoFigures(Refusal):
    """There is nothing to show; the message says why and what to do."""

    exit_code = 1


@dataclass(frozen=True)
class Week:
    """A week of the reports.

    Attributes:
        start: its first day, whichever weekday that is (var week_start_day).
        name: as the reports write it (2026-W03).
        is_complete: whether the sales of all its trading days have been delivered.
    """

    start: date
    name: str
    is_complete: bool

    @property
    def end(self) -> date:
        """Its last day."""
        return self.start + timedelta(days=6)


@dataclass(frozen=True)
class Period:
    """The days that a report is about.

    Attributes:
        first_day: of the period.
        last_day: of the period, included.
        is_complete: whether the sales of all its trading days have been delivered.
        week: the week it is, None for another span.
    """

    first_day: date
    last_day: date
    is_complete: bool
    week: Week | None = None

    @property
    def label(self) -> str:
        """As people write it."""
        if self.week:
            return self.week.name
        return f"{self.first_day} to {self.last_day}"

    @property
    def stem(self) -> str:
        """Names of its files, without their endings."""
        if self.week:
            return f"weekly-{self.week.name}"
        return f"sales-{self.first_day}--{self.last_day}"

    def days_before(self, days: int) -> "Period":
        """Return the span of equal length that lies so many days earlier."""
        back = timedelta(days=days)
        return Period(self.first_day - back, self.last_day - back, is_complete=True)

    @property
    def day_count(self) -> int:
        """Return how many days it has."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True)
class Calendar:
    """The weeks that can be reported.

    Attributes:
        weeks: from the first with sales to the last, in order; those without sales are there.
        last_sale_date: the last day with sales: "now", as far as the warehouse knows.
    """

    weeks: tuple[Week, ...]
    last_sale_date: date

    def last_complete_week(self) -> Period:
        """Return the last complete week, or the last of all if none is complete."""
        complete = [week for week in self.weeks if week.is_complete]
        return _of_week((complete or self.weeks)[-1])

    def week_named(self, text: str) -> Period:
        """Return the week of a name, such as 2026-W03.

        Raises:
            ValueError: no week can have this name.
            NoFigures: nothing was sold in it.
        """
        name = text.strip().upper()
        parts = _WEEK.fullmatch(name)
        if not parts:
            raise ValueError(f"'{text}' is no ISO week; write it like 2026-W03.")
        try:
            date.fromisocalendar(int(parts[1]), int(parts[2]), 1)
        except ValueError:
            raise ValueError(f"There is no week {int(parts[2])} in {parts[1]}.") from None
        for week in self.weeks:
            if week.name == name:
                return _of_week(week)
        raise NoFigures(f"There are no sales in {name}; {self._there_are_some()}")

    def span(self, first_day: date, last_day: date) -> Period:
        """Return a span of days, as the week if it is exactly one.

        Args:
            first_day: of the span.
            last_day: of the span, included.

        Raises:
            ValueError: it ends before it begins.
            NoFigures: nothing was sold in it.
        """
        if last_day < first_day:
            raise ValueError("A span needs a first and a last day, the first not after the last.")
        if last_day < self.weeks[0].start or first_day > self.weeks[-1].end:
            raise NoFigures(
                f"There are no sales from {first_day} to {last_day}; {self._there_are_some()}"
            )
        for week in self.weeks:
            if (week.start, week.end) == (first_day, last_day):
                return _of_week(week)
        # A complete week may end with days on which nobody trades.
        last = self.weeks[-1]
        known_until = last.end if last.is_complete else self.last_sale_date
        return Period(first_day, last_day, is_complete=last_day <= known_until)

    def everything(self) -> Period:
        """Return all days from the first week with sales to the last."""
        first, last = self.weeks[0], self.weeks[-1]
        return Period(first.start, last.end, last.is_complete)

    def _there_are_some(self) -> str:
        return f"there are some from {self.weeks[0].name} to {self.weeks[-1].name}."


def read_calendar(connection: Connection) -> Calendar:
    """Read which weeks there are.

    Raises:
        NoFigures: nothing was built yet, or nothing was sold.
    """
    if not is_built(connection, "reports.rpt_weekly_summary"):
        raise NoFigures("There are no reports yet: run `make run` (or `make load && dbt build`).")
    rows = connection.execute(
        sa.text(
            "select distinct week_start_date, iso_week, is_week_complete "
            "from reports.rpt_weekly_summary order by week_start_date"
        )
    )
    weeks = tuple(Week(row[0], row[1], row[2]) for row in rows)
    if not weeks:
        raise NoFigures(
            "The warehouse holds no sales: put sales workbooks into the inbox, `make load`, "
            "`dbt build`."
        )
    last_sale_date: date = connection.execute(
        sa.text(
            "select full_date from marts.dim_date "
            "where date_key = (select max(sale_date_key) from marts.fact_sales_line)"
        )
    ).scalar_one()
    return Calendar(weeks, last_sale_date)


@dataclass(frozen=True)
class Preset:
    """Days that people ask for often.

    Attributes:
        label: what they call them.
        first_day: of them.
        last_day: of them, included.
    """

    label: str
    first_day: date
    last_day: date


def read_presets(connection: Connection, calendar: Calendar) -> tuple[Preset, ...]:
    """Read which days people ask for often; up to the last day with sales, which is "to date"."""
    last = calendar.last_sale_date
    day = connection.execute(
        sa.text(
            "select month_start_date, quarter_start_date, "
            "cast(date_trunc('year', full_date) as date) as year_start_date, "
            "fiscal_period_start_date, fiscal_quarter_start_date, fiscal_year_start_date "
            "from marts.dim_date where full_date = :last"
        ),
        {"last": last},
    ).one()
    week, whole = calendar.last_complete_week(), calendar.everything()
    quarter_of_weeks = calendar.weeks[-13:]
    presets = [
        Preset("Last week", week.first_day, week.last_day),
        Preset("Last 13 weeks", quarter_of_weeks[0].start, quarter_of_weeks[-1].end),
        Preset("Month to date", day.month_start_date, last),
        Preset("Quarter to date", day.quarter_start_date, last),
        Preset("Year to date", day.year_start_date, last),
        Preset("Fiscal period", day.fiscal_period_start_date, last),
        Preset("Fiscal quarter", day.fiscal_quarter_start_date, last),
        Preset("Fiscal year", day.fiscal_year_start_date, last),
        Preset("All", whole.first_day, whole.last_day),
    ]
    # Where the fiscal year is that of the calendar, once is enough.
    known = {(preset.first_day, preset.last_day) for preset in presets[:5]}
    return tuple(
        preset
        for preset in presets
        if not (preset.label.startswith("Fiscal") and (preset.first_day, preset.last_day) in known)
    )


def _of_week(week: Week) -> Period:
    return Period(week.start, week.end, week.is_complete, week)
