"""The revenue of the next weeks, and how far off such a forecast was on weeks that are known.

A forecast is worth showing if it is better than a plain guess. So whatever is shown was tried
first: made again from where the history stood some weeks ago, and compared with what came (a
rolling forecasting origin, FPP3 5.10). Two plain guesses are tried beside it: that a week will be
like the last one, and like the same week of the year before. The best of them all is shown, with
its errors.

The models are those of statsmodels, which is imported when a forecast is made, as that takes
seconds. FPP3 is Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd ed., 2021).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext
from enum import Enum
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.tables import Kind
from reporting.words import write_value

HORIZON = 8
"""How many weeks are forecast."""

YEAR = 52
"""Weeks of a season; every five or six years, a week 53 moves it by one."""

MINIMUM_ORIGINS = 6
"""From how many weeks of the past a forecast is tried, at least ..."""

MAXIMUM_ORIGINS = 13
"""... and at most: a quarter of a year of them."""

FIRST_TRAINING = 13
"""Weeks that the first of these forecasts is made from, at least: a quarter of a year."""

MINIMUM_WEEKS = FIRST_TRAINING + HORIZON + MINIMUM_ORIGINS - 1
"""Complete weeks without which nothing is forecast: half a year."""

SEASONAL_TRAINING = 2 * YEAR
"""Weeks that a season is taken from, at least: what came once is no season."""

SEASONAL_WEEKS = SEASONAL_TRAINING + HORIZON + MINIMUM_ORIGINS - 1
"""Complete weeks from which seasons are tried."""

HISTORY_WEEKS = 5 * YEAR
"""The forecast looks back so far; what was before tells little about the next weeks."""

NOTABLY_BETTER = Decimal("0.95")
"""Errors below this share of a plain guess's count as better, not as good luck. Ours."""

_LOW_LEVEL, _HIGH_LEVEL = 0.80, 0.95

_ALWAYS = 10 * HISTORY_WEEKS + 1
"""Over how many years a season may not change; an odd number, as the library asks for."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WeekRevenue:
    """A week that was.

    Attributes:
        week_start_date: its first day.
        revenue: what was sold, in one currency.
    """

    week_start_date: date
    revenue: Decimal


@dataclass(frozen=True)
class ForecastWeek:
    """A week to come.

    Attributes:
        week_start_date: its first day.
        revenue: what is to be expected.
        low: in 80 of 100 weeks, revenue is not below this and not above `high`.
        high: see `low`.
        low_95: in 95 of 100 weeks, revenue is not below this and not above `high_95`.
        high_95: see `low_95`.
    """

    week_start_date: date
    revenue: Decimal
    low: Decimal
    high: Decimal
    low_95: Decimal
    high_95: Decimal


class Method(Enum):
    """How a forecast is made."""

    SMOOTHING = "exponential smoothing"
    SEASONAL = "seasons of a year and exponential smoothing"
    LAST_WEEK = "the last week"
    LAST_YEAR = "the same week of the year before"

    @property
    def is_plain(self) -> bool:
        """Whether it is a guess that needs no model."""
        return self in (Method.LAST_WEEK, Method.LAST_YEAR)


@dataclass(frozen=True)
class Accuracy:
    """How far off forecasts of known weeks were.

    Attributes:
        mean_absolute_error: how far off a week was, on average (MAE, FPP3 5.8).
        error_share: the sum of the errors as a share of the revenue of these weeks (WAPE); None
            if there was none.
    """

    mean_absolute_error: Decimal
    error_share: Decimal | None


@dataclass(frozen=True)
class Forecast:
    """What is said about the weeks to come.

    Attributes:
        method: how the weeks were forecast; None if they were not.
        weeks: the next weeks in order; none where the history is too thin.
        accuracy: of each method that was tried, on the same weeks.
        origins: from how many weeks of the past it was tried.
        note: all that a reader must know of it, in sentences.
    """

    method: Method | None
    weeks: tuple[ForecastWeek, ...]
    accuracy: dict[Method, Accuracy]
    origins: int
    note: str


def read_history(
    connection: Connection, last_week: date | None = None
) -> dict[str, list[WeekRevenue]]:
    """Read the complete weeks of each currency from the weekly report.

    Args:
        connection: to the warehouse, where the reports are built.
        last_week: first day of the last week to look at; None for all.
    """
    rows = connection.execute(
        sa.text(
            "select currency, week_start_date, revenue from reports.rpt_weekly_summary "
            "where is_week_complete order by currency, week_start_date"
        )
    )
    history: dict[str, list[WeekRevenue]] = {}
    for row in rows:
        if last_week is None or row.week_start_date <= last_week:
            week = WeekRevenue(row.week_start_date, row.revenue)
            history.setdefault(row.currency, []).append(week)
    return history


def make_forecast(history: Sequence[WeekRevenue], currency: str, locale: str = "en") -> Forecast:
    """Forecast the weeks that follow a history.

    Args:
        history: complete weeks, in order; one that is not among them had no sales. The weeks
            before the first sale do not count: other currencies were sold in them.
        currency: what the amounts are in, for the note.
        locale: how the note writes figures.
    """
    weeks = _without_gaps(history)
    if len(weeks) < MINIMUM_WEEKS:
        counted = "1 complete week" if len(weeks) == 1 else f"{len(weeks)} complete weeks"
        note = (
            f"There is no forecast: it takes {MINIMUM_WEEKS} complete weeks of sales to make one "
            f"and to try it, and there are {counted if weeks else 'none'}."
        )
        return Forecast(None, (), {}, 0, note)
    known = np.array([float(week.revenue) for week in weeks])
    scale = float(np.abs(known).max()) or 1.0  # so that no amount is too large to be squared
    known = known / scale

    tried = _try_methods(known)
    best = min(tried, key=lambda method: tried[method].mean_absolute_error)
    accuracy = {method: trial.accuracy(scale) for method, trial in tried.items()}
    trial = tried[best]
    floor = 0.0 if known.min() >= 0 else None
    forecast, is_floored = _weeks_to_come(trial, weeks[-1].week_start_date, scale, floor)
    words = _Words(currency, locale)
    note = _note(best, accuracy, len(weeks), words, is_floored=is_floored)
    return Forecast(best, forecast, accuracy, len(trial.errors), note)


def _without_gaps(history: Sequence[WeekRevenue]) -> list[WeekRevenue]:
    """Return every week from the first with sales, the latest years of them."""
    if any(after.week_start_date <= before.week_start_date for before, after in pairwise(history)):
        raise ValueError("The weeks of a history must be in order.")
    sold = {week.week_start_date: week.revenue for week in history}
    day = next((week.week_start_date for week in history if week.revenue), None)
    weeks = []
    while day is not None and day <= history[-1].week_start_date:
        weeks.append(WeekRevenue(day, sold.pop(day, Decimal(0))))
        day += timedelta(weeks=1)
    if day is not None and any(start > weeks[0].week_start_date for start in sold):
        raise ValueError("The weeks of a history must begin on the same day of the week.")
    return weeks[-HISTORY_WEEKS:]


# --------------------------------------------------------------------------------- trying


@dataclass(frozen=True)
class _Path:
    """What one method expects of the next weeks, and how far off it takes itself to be.

    Attributes:
        points: what it expects.
        deviation: of the errors that it made in its own past, a week ahead.
        growth: how many times as large the variance is, week by week.
    """

    points: Floats
    deviation: float
    growth: Floats


@dataclass(frozen=True)
class _Trial:
    """What a method said from each origin, what came then, and what it says of the future."""

    came: list[Floats]
    said: list[_Path]
    future: _Path

    @property
    def errors(self) -> Floats:
        """A row an origin."""
        return np.array(
            [came - path.points for came, path in zip(self.came, self.said, strict=True)]
        )

    @property
    def mean_absolute_error(self) -> float:
        return float(np.abs(self.errors).mean())

    def accuracy(self, scale: float) -> Accuracy:
        known = float(np.abs(self.came).sum())
        share = round(Decimal(float(np.abs(self.errors).sum()) / known), 6) if known else None
        return Accuracy(_decimal(self.mean_absolute_error * scale), share)

    def deviations(self) -> Floats:
        """Return the deviations of the future, as wide as the errors of the past ask for.

        A model knows how its errors grow from week to week, but takes itself to be right: it
        leaves out that it may be another model, and what it does not know of a season (FPP3
        8.7). So it gets the deviation that its forecasts of known weeks had, if that is larger.
        """
        growth = sum(float(path.growth.sum()) for path in self.said)
        seen = np.sqrt(np.square(self.errors).sum() / growth)
        return np.sqrt(self.future.growth) * max(self.future.deviation, float(seen))


def _try_methods(known: Floats) -> dict[Method, _Trial]:
    """Try the methods that the history is long enough for, the plain ones last."""
    count = len(known)
    is_seasonal = count >= SEASONAL_WEEKS
    first = SEASONAL_TRAINING if is_seasonal else FIRST_TRAINING
    last = count - HORIZON
    origins = list(range(max(first, last - MAXIMUM_ORIGINS + 1), last + 1))
    ends = [*origins, count]
    paths = {}
    if is_seasonal:
        paths[Method.SEASONAL] = [_seasons(known[:end]) for end in ends]
    paths[Method.SMOOTHING] = [_smoothing(known[:end]) for end in ends]
    if origins[0] > YEAR:
        paths[Method.LAST_YEAR] = [_last_year(known[:end]) for end in ends]
    paths[Method.LAST_WEEK] = [_last_week(known[:end]) for end in ends]
    came = [known[origin : origin + HORIZON] for origin in origins]
    return {method: _Trial(came, found[:-1], found[-1]) for method, found in paths.items()}


def _last_week(known: Floats) -> _Path:
    """Expect the last week again: the naive method (FPP3 5.2; its deviations, 5.5)."""
    growth = np.arange(1.0, HORIZON + 1)
    return _Path(np.repeat(known[-1], HORIZON), _root_mean_square(np.diff(known)), growth)


def _last_year(known: Floats) -> _Path:
    """Expect the same week of the year before: the seasonal naive method (FPP3 5.2 and 5.5)."""
    deviation = _root_mean_square(known[YEAR:] - known[:-YEAR])
    return _Path(known[-YEAR:][:HORIZON], deviation, np.ones(HORIZON))


def _root_mean_square(errors: Floats) -> float:
    return float(np.sqrt(np.square(errors).mean()))


def _smoothing(known: Floats) -> _Path:
    """Smooth a series exponentially: simply, or with a damped trend (FPP3 8.1 and 8.2).

    AICc decides which (FPP3 8.6). A trend that goes on for ever is not among them: over some weeks
    of sales it overshoots.
    """
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    if not np.ptp(known):  # nothing to be fitted
        return _Path(np.repeat(known[-1], HORIZON), 0.0, np.ones(HORIZON))
    series = pd.Series(known)
    kinds = [{}, {"trend": "add", "damped_trend": True}]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a fit that might be better: how good it is, is tried
        fits = [
            ETSModel(series, initialization_method="heuristic", **kind).fit(disp=False)
            for kind in kinds
        ]
        best = min(fits, key=lambda fit: fit.aicc)
        ahead = best.get_prediction(start=len(known), end=len(known) + HORIZON - 1)
    variance = np.asarray(ahead.forecast_variance)
    growth = variance / variance[0] if variance[0] else np.ones(HORIZON)
    return _Path(np.asarray(ahead.predicted_mean), float(np.sqrt(variance[0])), growth)


def _seasons(known: Floats) -> _Path:
    """Take the season of a year off, smooth the rest, put the season back (FPP3 3.6 and 5.7).

    The season is the same every year: of two or three years, one that may change would be little
    else than the last of them.
    """
    from statsmodels.tsa.seasonal import STL

    season = STL(known, period=YEAR, seasonal=_ALWAYS, seasonal_deg=0).fit().seasonal
    rest = _smoothing(known - season)
    return replace(rest, points=rest.points + season[-YEAR:][:HORIZON])


# ---------------------------------------------------------------------------------- saying


def _weeks_to_come(
    trial: _Trial, last_week: date, scale: float, floor: float | None
) -> tuple[tuple[ForecastWeek, ...], bool]:
    """Return the weeks, and whether something of them would have been below the floor."""
    points = trial.future.points
    deviations = trial.deviations()
    reaches = [NormalDist().inv_cdf((1 + level) / 2) for level in (_LOW_LEVEL, _HIGH_LEVEL)]
    columns = [points]
    for reach in reaches:
        columns += [points - reach * deviations, points + reach * deviations]
    table = np.column_stack(columns)
    is_floored = floor is not None and bool((table * scale < floor - 0.005).any())
    if floor is not None:
        table = np.maximum(table, floor)
    weeks = tuple(
        ForecastWeek(
            last_week + timedelta(weeks=number), *(_decimal(amount * scale) for amount in row)
        )
        for number, row in enumerate(table, 1)
    )
    return weeks, is_floored


def _note(
    best: Method,
    accuracy: dict[Method, Accuracy],
    weeks: int,
    words: "_Words",
    *,
    is_floored: bool,
) -> str:
    plain = min(
        (method for method in accuracy if method.is_plain),
        key=lambda method: accuracy[method].mean_absolute_error,
    )
    if best.is_plain:
        said = [f"The forecast simply repeats {best.value}: on known weeks, no model was better."]
    else:
        said = [f"The forecast is made from {weeks} complete weeks by {best.value}."]
    error = accuracy[best]
    share = "" if error.error_share is None else f", {words.share(error)} of revenue"
    said.append(
        f"Tried on the weeks before, it was off by {words.amount(error)} a week on average{share}."
    )
    others = [method for method in accuracy if method is not best]
    if not best.is_plain:
        others = [method for method in others if method.is_plain]
    said.append(
        " ".join(
            f"{method.value[0].upper()}{method.value[1:]} would have been off by "
            f"{words.amount(accuracy[method])}."
            for method in others
        )
    )
    if not best.is_plain:
        off, plainly_off = (accuracy[item].mean_absolute_error for item in (best, plain))
        if off >= NOTABLY_BETTER * plainly_off:
            said.append("So it is hardly better than a plain guess.")
    if Method.LAST_YEAR not in accuracy:
        said.append("These weeks have no year before them to compare with.")
    said.append("Four weeks in five should lie within the range.")
    if is_floored:
        said.append("No week was ever below zero, so the forecast is not, either.")
    return " ".join(said)


@dataclass(frozen=True)
class _Words:
    """Writes how far off a method was.

    Attributes:
        currency: what the amounts are in.
        locale: how figures are written.
    """

    currency: str
    locale: str

    def amount(self, accuracy: Accuracy) -> str:
        """Write its mean absolute error."""
        return write_value(accuracy.mean_absolute_error, Kind.AMOUNT, self.currency, self.locale)

    def share(self, accuracy: Accuracy) -> str:
        """Write it as a share of revenue."""
        return write_value(accuracy.error_share, Kind.SHARE, locale=self.locale)


def _decimal(amount: float) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        # Adding nothing makes nothing of minus nothing.
        return round(Decimal(amount), 2) + 0
