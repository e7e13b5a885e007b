"""The reports on months, quarters, years and weekdays, from the lines as delivered."""

import csv
from calendar import day_name, month_name
from datetime import date
from functools import cache

import pandas as pd

from tests.independent.delivered import Delivered
from tests.independent.exact import UNKNOWN, amount, quotient
from tests.independent.tables import (
    DAY,
    Report,
    change_pct,
    definition,
    is_month_complete,
    is_period_complete,
    last_trading_weekday,
    target_currency,
    totals,
)
from warehouse.settings import CHECKOUT

KINDS = {"month": "M", "quarter": "Q", "year": "Y"}
A_YEAR = {"month": 12, "quarter": 4, "year": 1}


@cache
def _holidays() -> set[date]:
    with (CHECKOUT / "seeds" / "holidays.csv").open(encoding="utf-8", newline="") as seed:
        return {date.fromisoformat(row["holiday_date"]) for row in csv.DictReader(seed)}


def _is_start_missing(period: pd.Period, first_day: pd.Timestamp) -> bool:
    """Tell whether a period had a trading day before these sales begin."""
    day = period.start_time
    while day < first_day and day <= period.end_time:
        if day.isoweekday() <= last_trading_weekday() and day.date() not in _holidays():
            return True
        day += DAY
    return False


def _label(kind: str, period: pd.Period) -> str:
    return f"{period.year}-Q{period.quarter}" if kind == "quarter" else str(period)


def growth(delivered: Delivered) -> Report:
    """Compute rpt_period_growth, of calendar periods."""
    lines, first_day = delivered.lines, delivered.lines["day"].min()
    nothing = dict.fromkeys(["revenue", "units", "line_count", "order_count", "customer_count"], 0)
    rows = []
    for kind, freq in KINDS.items():
        by_period = lines.assign(period=lines["day"].dt.to_period(freq))
        found = totals(by_period, ["currency", "period"]).set_index(["currency", "period"])
        sums = found.to_dict("index")
        periods = list(
            pd.period_range(by_period["period"].min(), by_period["period"].max(), freq=freq)
        )
        for currency in lines["currency"].unique():
            for place, period in enumerate(periods):
                now = sums.get((currency, period), nothing)
                last_day = period.end_time.normalize()
                is_complete = is_period_complete(delivered, last_day)
                row = {
                    "period_kind": kind,
                    "period_start_date": period.start_time,
                    "period_end_date": last_day,
                    "period_label": _label(kind, period),
                    "currency": currency,
                    "is_period_complete": is_complete,
                    "is_start_missing": _is_start_missing(period, first_day),
                    **{name: now[name] for name in nothing},
                    "revenue": amount(now["revenue"]),
                    "units": amount(now["units"]),
                }
                for before, change, back in (
                    ("previous_period_revenue", "revenue_change_pct", 1),
                    (
                        "same_period_last_year_revenue",
                        "revenue_change_on_last_year_pct",
                        A_YEAR[kind],
                    ),
                ):
                    row[before] = row[change] = None
                    if place >= back:
                        earlier = periods[place - back]
                        base = sums.get((currency, earlier), nothing)["revenue"]
                        row[before] = amount(base)
                        is_comparable = is_complete and not _is_start_missing(earlier, first_day)
                        row[change] = change_pct(now["revenue"], base, is_comparable)
                rows.append(row)
    return Report(
        pd.DataFrame(rows, dtype=object),
        ["period_kind", "period_start_date", "currency"],
    )


def seasonality(delivered: Delivered) -> Report:
    """Compute rpt_seasonality."""
    rows = []
    for currency, lines in delivered.lines.groupby("currency"):
        first_day = lines["day"].min()
        days = pd.date_range(first_day, delivered.last_day, freq="D", unit="us")
        by_day = lines.groupby("day")["revenue"].sum().reindex(days, fill_value=0)
        months = by_day.groupby(by_day.index.to_period("M")).sum()
        months = months[
            [
                is_month_complete(delivered, month) and not _is_start_missing(month, first_day)
                for month in months.index
            ]
        ]
        for kind, values, numbers, names, minimum in (
            ("month", months, months.index.month, month_name, "seasonality_minimum_years"),
            (
                "weekday",
                by_day,
                by_day.index.day_of_week + 1,
                ["", *day_name],
                "seasonality_minimum_weeks",
            ),
        ):
            whole, all_count = int(values.sum()), len(values)
            for number, of_season in values.groupby(numbers):
                revenue, count = int(of_season.sum()), len(of_season)
                rows.append(
                    {
                        "season_kind": kind,
                        "season_number": number,
                        "season_name": names[number],
                        "currency": currency,
                        "period_count": count,
                        "revenue": amount(revenue),
                        "mean_revenue": quotient(revenue, count * 10_000, 4),
                        "seasonal_index": quotient(100 * revenue * all_count, count * whole, 4)
                        if whole > 0
                        else None,
                        "is_reliable": count >= definition(minimum),
                    }
                )
    return Report(
        pd.DataFrame(rows, dtype=object),
        ["season_kind", "season_number", "currency"],
    )


def target_attainment(delivered: Delivered) -> Report:
    """Compute rpt_target_attainment; the sets have targets of sellers only."""
    columns = [
        "month_start_date", "calendar_month", "is_month_complete", "member_kind", "seller_key",
        "store_key", "member_name", "currency", "target_amount", "revenue", "gap_amount",
        "attainment_share", "target_to_date_amount", "attainment_to_date_share",
    ]  # fmt: skip
    assert (delivered.targets["store_key"] == UNKNOWN).all()
    currency = target_currency(delivered)
    lines = delivered.lines[delivered.lines["currency"] == currency]
    sold = lines.groupby([lines["day"].dt.to_period("M"), "seller_key"])["revenue"].sum()
    revenues = sold.to_dict()
    rows = []
    for row in delivered.targets.itertuples():
        month = row.month.to_period("M")
        revenue = int(revenues.get((month, row.seller_key), 0))
        days = min(max((delivered.last_day - row.month).days + 1, 0), month.days_in_month)
        to_date = quotient(row.target * days, month.days_in_month * 10_000, 4)
        assert to_date is not None
        rows.append(
            (
                row.month, str(month), is_month_complete(delivered, month), "seller",
                row.seller_key, None, delivered.sellers["seller_name"][row.seller_key], currency,
                amount(row.target), amount(revenue), amount(revenue - row.target),
                quotient(revenue, row.target, 6) if row.target > 0 else None,
                to_date, quotient(revenue, to_date * 10_000, 6) if to_date > 0 else None,
            )
        )  # fmt: skip
    return Report(
        pd.DataFrame(rows, columns=columns, dtype=object),
        ["month_start_date", "seller_key", "store_key"],
    )
