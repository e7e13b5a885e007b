"""The forecast on series whose nature is known, made by chance from fixed seeds."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from reporting.ask.forecast import (
    HISTORY_WEEKS,
    HORIZON,
    MINIMUM_WEEKS,
    SEASONAL_WEEKS,
    YEAR,
    Floats,
    Forecast,
    Method,
    WeekRevenue,
    make_forecast,
    read_history,
)
from tests.reporting.conftest import Tables
from warehouse.connection import connect, warehouse_url

FIRST = date(2020, 1, 6)

Series = Callable[[np.random.Generator, int], Floats]


def weeks(amounts: Sequence[float] | Floats, first: date = FIRST) -> list[WeekRevenue]:
    return [
        WeekRevenue(first + timedelta(weeks=number), round(Decimal(float(amount)), 4))
        for number, amount in enumerate(amounts)
    ]


def noise(chance: np.random.Generator, count: int) -> Floats:
    return 1000 + chance.normal(0, 50, count)


def random_walk(chance: np.random.Generator, count: int) -> Floats:
    return 5000 + np.cumsum(chance.normal(0, 50, count))


def season(chance: np.random.Generator, count: int) -> Floats:
    return 1000 + 300 * np.sin(2 * np.pi * np.arange(count) / YEAR) + chance.normal(0, 50, count)


@cache
def made(series: Series, count: int, seed: int) -> tuple[Forecast, Floats]:
    """Forecast a series, and return what comes after it as well."""
    amounts = series(np.random.default_rng(seed), count + HORIZON)
    return make_forecast(weeks(amounts[:count]), "EUR"), amounts[count:]


def skill(forecast: Forecast, method: Method, plain: Method) -> float:
    """The error of a method as a share of a plain guess's."""
    off = forecast.accuracy
    return float(off[method].mean_absolute_error / off[plain].mean_absolute_error)


@pytest.mark.parametrize(
    ("count", "words"), [(0, "there are none"), (1, "1 complete week."), (25, "25 complete weeks.")]
)
def test_a_thin_history_is_no_ground_for_a_forecast(count: int, words: str) -> None:
    forecast = make_forecast(weeks([100.0] * count), "EUR")
    assert (forecast.method, forecast.weeks, forecast.accuracy) == (None, (), {})
    assert f"it takes {MINIMUM_WEEKS} complete weeks" in forecast.note
    assert forecast.note.endswith(words) or words in forecast.note


def test_weeks_follow_the_history_day_by_day() -> None:
    forecast, _ = made(noise, MINIMUM_WEEKS, 1)
    assert [week.week_start_date for week in forecast.weeks] == [
        FIRST + timedelta(weeks=MINIMUM_WEEKS + number) for number in range(HORIZON)
    ]
    for week in forecast.weeks:
        assert week.low_95 < week.low < week.revenue < week.high < week.high_95
        assert all(
            amount.as_tuple().exponent == -2
            for amount in (week.revenue, week.low, week.high, week.low_95, week.high_95)
        )


def test_noise_is_forecast_by_its_mean() -> None:
    forecast, _ = made(noise, 100, 3)
    assert forecast.method is Method.SMOOTHING
    # The deviation of a mean of 100 weeks is 5.
    assert all(abs(week.revenue - 1000) < 25 for week in forecast.weeks)
    # Repeating one week has the noise of two: 1 / sqrt(2) of the error is left.
    assert skill(forecast, Method.SMOOTHING, Method.LAST_WEEK) < 0.85


def test_a_trend_goes_on() -> None:
    forecast, _ = made(lambda chance, n: 1000 + 10 * np.arange(n) + chance.normal(0, 20, n), 80, 4)
    expected = [1000 + 10 * (80 + number) for number in range(HORIZON)]
    found = [float(week.revenue) for week in forecast.weeks]
    assert found == pytest.approx(expected, rel=0.03)
    assert found == sorted(found)


@pytest.mark.parametrize("count", [156, 208])
def test_seasons_are_better_than_the_year_before(count: int) -> None:
    shares = []
    for seed in range(3):
        forecast, came = made(season, count, seed)
        shares.append(skill(forecast, Method.SEASONAL, Method.LAST_YEAR))
        found = np.array([float(week.revenue) for week in forecast.weeks])
        # It goes up and down by 300.
        assert np.abs(found - came).mean() < 100
    assert np.mean(shares) < 0.95


def test_seasons_are_tried_where_there_are_two_years_before_the_weeks_of_the_trial() -> None:
    assert Method.SEASONAL not in made(season, SEASONAL_WEEKS - 1, 1)[0].accuracy
    assert Method.SEASONAL in made(season, SEASONAL_WEEKS, 1)[0].accuracy


def test_a_random_walk_is_not_said_to_be_foreseen() -> None:
    shares, hardly = [], 0
    for seed in range(12):
        forecast, _ = made(random_walk, 60, seed)
        shares.append(skill(forecast, Method.SMOOTHING, Method.LAST_WEEK))
        hardly += "hardly better" in forecast.note or "no model was better" in forecast.note
    # Nothing is better than the last value; a model can only be lucky.
    assert np.mean(shares) > 0.93
    assert hardly >= 8


@pytest.mark.parametrize(("series", "count"), [(noise, 26), (noise, 60), (random_walk, 60)])
def test_intervals_hold_as_many_weeks_as_they_say(series: Series, count: int) -> None:
    within, within_95, total = 0, 0, 0
    for seed in range(25):
        forecast, came = made(series, count, seed)
        for week, truth in zip(forecast.weeks, came, strict=True):
            within += float(week.low) <= truth <= float(week.high)
            within_95 += float(week.low_95) <= truth <= float(week.high_95)
            total += 1
    assert 0.70 < within / total < 0.90
    assert 0.88 < within_95 / total < 0.99


def test_intervals_of_seasons_are_as_wide_as_the_errors_were() -> None:
    within, total = 0, 0
    for seed in range(6):
        forecast, came = made(season, 160, seed)
        for week, truth in zip(forecast.weeks, came, strict=True):
            within += float(week.low) <= truth <= float(week.high)
            total += 1
    # By the smoothing's own deviation alone it would be three in five.
    assert 0.70 < within / total < 0.90


def test_a_plain_guess_that_was_better_is_shown_and_said() -> None:
    chance = np.random.default_rng(5)
    # The same from year to year, and too jagged to be smoothed.
    year = chance.uniform(0, 1000, YEAR)
    forecast = make_forecast(weeks(np.tile(year, 4)[:100]), "EUR")
    assert forecast.method is Method.LAST_YEAR
    assert [float(week.revenue) for week in forecast.weeks] == pytest.approx(
        np.tile(year, 4)[100 : 100 + HORIZON], abs=0.005
    )
    assert "simply repeats the same week of the year before" in forecast.note
    assert "no model was better" in forecast.note
    assert "Exponential smoothing would have been off by €" in forecast.note


def test_the_note_has_the_errors_that_were_made() -> None:
    forecast, _ = made(noise, 60, 7)
    off = forecast.accuracy[Method.SMOOTHING]
    assert off.error_share is not None
    assert f"off by €{off.mean_absolute_error:,.2f} a week on average" in forecast.note
    assert f"{100 * off.error_share:.1f}% of revenue" in forecast.note
    assert "no year before them" in forecast.note
    assert "no year before them" not in made(noise, 90, 7)[0].note


def test_the_errors_are_those_of_forecasts_made_before() -> None:
    """The plain guess can be worked out by hand."""
    amounts = np.random.default_rng(9).normal(1000, 50, MINIMUM_WEEKS)
    forecast = make_forecast(weeks(amounts), "EUR")
    known = [float(week.revenue) for week in weeks(amounts)]
    errors = [
        abs(known[origin + ahead] - known[origin - 1])
        for origin in range(13, 19)
        for ahead in range(HORIZON)
    ]
    assert forecast.origins == 6
    off = forecast.accuracy[Method.LAST_WEEK]
    assert float(off.mean_absolute_error) == pytest.approx(np.mean(errors), abs=0.005)
    total = sum(known[origin + ahead] for origin in range(13, 19) for ahead in range(HORIZON))
    assert float(off.error_share or 0) == pytest.approx(sum(errors) / total, abs=1e-6)


@pytest.mark.parametrize("count", [60, 200])
def test_a_series_that_never_changes(count: int) -> None:
    forecast = make_forecast(weeks([12.34] * count), "EUR")
    for week in forecast.weeks:
        amounts = {week.revenue, week.low, week.high, week.low_95, week.high_95}
        assert amounts == {Decimal("12.34")}
    assert "€0.00 a week" in forecast.note


def test_nothing_was_ever_sold() -> None:
    assert "there are none" in make_forecast(weeks([0.0] * 60), "EUR").note


def test_a_business_that_stopped() -> None:
    forecast = make_forecast(weeks([100.0] * 60 + [0.0] * 60), "EUR")
    assert all(week.revenue == 0 for week in forecast.weeks)
    assert forecast.method is not None
    assert forecast.accuracy[forecast.method].error_share is None


def test_weeks_before_the_first_sale_do_not_count() -> None:
    amounts = np.random.default_rng(2).normal(1000, 50, 40)
    late = make_forecast(weeks([0.0] * 100 + list(amounts)), "EUR")
    alone = make_forecast(weeks(amounts, FIRST + timedelta(weeks=100)), "EUR")
    assert late == alone


def test_a_week_that_is_not_there_had_no_sales() -> None:
    amounts = np.random.default_rng(2).normal(1000, 50, 40)
    amounts[20] = 0
    whole = weeks(amounts)
    assert make_forecast([*whole[:20], *whole[21:]], "EUR") == make_forecast(whole, "EUR")


def test_weeks_out_of_order_are_refused() -> None:
    whole = weeks([1.0] * 40)
    with pytest.raises(ValueError, match="in order"):
        make_forecast([*whole[1:], whole[0]], "EUR")
    with pytest.raises(ValueError, match="same day"):
        make_forecast([whole[0], WeekRevenue(FIRST + timedelta(days=9), Decimal(1))], "EUR")


def test_revenue_that_never_was_negative_is_not_forecast_so() -> None:
    chance = np.random.default_rng(11)
    forecast = make_forecast(weeks(np.abs(chance.normal(0, 100, 60))), "EUR")
    assert min(week.low_95 for week in forecast.weeks) == 0
    assert not any(week.low_95.is_signed() for week in forecast.weeks)
    assert "No week was ever below zero" in forecast.note


def test_revenue_that_was_negative_may_be_so_again() -> None:
    chance = np.random.default_rng(11)
    forecast = make_forecast(weeks(chance.normal(-10, 100, 60)), "EUR")
    assert min(week.low for week in forecast.weeks) < -50
    assert "below zero" not in forecast.note


@pytest.mark.parametrize("size", ["1e-2", "1e9", "1e23"])
def test_amounts_of_any_size(size: str) -> None:
    amounts = np.random.default_rng(6).normal(1000, 50, 60)
    plain = make_forecast(weeks(amounts), "EUR")
    scaled = make_forecast(
        [
            WeekRevenue(week.week_start_date, week.revenue * Decimal(size))
            for week in weeks(amounts)
        ],
        "EUR",
    )
    assert scaled.method is plain.method
    for one, other in zip(scaled.weeks, plain.weeks, strict=True):
        for name in ("revenue", "low", "high"):
            expected = float(getattr(other, name)) * float(size)
            assert float(getattr(one, name)) == pytest.approx(expected, rel=1e-5, abs=0.006)


def test_a_leap_does_not_blow_up_the_interval() -> None:
    forecast = make_forecast(weeks([5.0] * 55 + [50.0] * 5), "EUR")
    assert all(week.high_95 < 300 for week in forecast.weeks)


def test_what_was_five_years_ago_has_no_say() -> None:
    amounts = season(np.random.default_rng(8), HISTORY_WEEKS + 10)
    recent = weeks(amounts)[-HISTORY_WEEKS:]
    assert make_forecast(recent, "EUR") == make_forecast(weeks(amounts), "EUR")


def test_the_history_is_that_of_the_complete_weeks(tables: Tables, database: Path) -> None:
    tables.execute(
        "create table reports.rpt_weekly_summary "
        "(currency text, week_start_date date, is_week_complete boolean, revenue decimal(28,4))"
    )
    tables.insert(
        "reports.rpt_weekly_summary",
        [
            ("USD", "2026-01-05", True, 7),
            ("EUR", "2026-01-12", True, "12.3456"),
            ("EUR", "2026-01-05", True, 10),
            ("EUR", "2026-01-19", False, 3),
        ],
    )
    with connect(warehouse_url(f"duckdb:///{database}")).connect() as connection:
        assert read_history(connection) == {
            "EUR": weeks([10, 12.3456], date(2026, 1, 5)),
            "USD": weeks([7], date(2026, 1, 5)),
        }
        assert read_history(connection, date(2026, 1, 5)) == {
            "EUR": weeks([10], date(2026, 1, 5)),
            "USD": weeks([7], date(2026, 1, 5)),
        }
