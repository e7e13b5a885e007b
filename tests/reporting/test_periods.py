"""Which days a report is about."""

from datetime import date, timedelta

import pytest

from reporting.ask.periods import Calendar, NoFigures, Week


def calendar(first_day: date, *, complete: int = 3, weeks: int = 4) -> Calendar:
    """Make weeks in a row, named by the ISO week of their fourth day."""
    made = []
    for number in range(weeks):
        start = first_day + timedelta(weeks=number)
        year, week, _ = (start + timedelta(days=3)).isocalendar()
        made.append(Week(start, f"{year}-W{week:02d}", number < complete))
    return Calendar(tuple(made), made[-1].start + timedelta(days=2))


MONDAYS = calendar(date(2025, 12, 22))
SUNDAYS = calendar(date(2025, 12, 21))


def test_the_last_complete_week_is_the_default() -> None:
    assert MONDAYS.last_complete_week().label == "2026-W02"
    assert calendar(date(2026, 1, 5), complete=0).last_complete_week().label == "2026-W05"


def test_weeks_begin_when_the_reports_say_so() -> None:
    for weeks, start in ((MONDAYS, date(2025, 12, 29)), (SUNDAYS, date(2025, 12, 28))):
        week = weeks.week_named(" 2026-w01 ")
        assert (week.first_day, week.last_day) == (start, start + timedelta(days=6))
        assert weeks.span(start, start + timedelta(days=6)) == week
        assert week.stem == "weekly-2026-W01"
    # Seven days that are no week of the reports.
    span = SUNDAYS.span(date(2025, 12, 29), date(2026, 1, 4))
    assert span.week is None
    assert span.stem == "sales-2025-12-29--2026-01-04"


@pytest.mark.parametrize(
    ("last_day", "is_complete"),
    [(date(2026, 1, 11), True), (date(2026, 1, 14), True), (date(2026, 1, 15), False)],
)
def test_a_span_is_complete_as_far_as_sales_reach(last_day: date, is_complete: bool) -> None:
    assert MONDAYS.span(date(2026, 1, 1), last_day).is_complete is is_complete


def test_a_complete_week_may_end_before_its_last_day() -> None:
    weeks = calendar(date(2026, 1, 5), complete=4)
    assert weeks.span(date(2026, 1, 6), weeks.weeks[-1].end).is_complete


@pytest.mark.parametrize("text", ["last", "2026-3", "2026W03", "2026-W3", "-W03", "٢٠٢٦-W03x"])
def test_what_is_no_week(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 2026-W03"):
        MONDAYS.week_named(text)


def test_weeks_that_are_not_there() -> None:
    with pytest.raises(ValueError, match="There is no week 53 in 2025"):
        MONDAYS.week_named("2025-W53")
    with pytest.raises(NoFigures, match="there are some from 2025-W52 to 2026-W03"):
        MONDAYS.week_named("2026-W04")
    with pytest.raises(NoFigures, match="no sales from 2026-02-01 to 2026-02-02"):
        MONDAYS.span(date(2026, 2, 1), date(2026, 2, 2))
    with pytest.raises(ValueError, match="the first not after the last"):
        MONDAYS.span(date(2026, 1, 2), date(2026, 1, 1))
