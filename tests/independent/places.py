"""The weekly report on places, from the lines as delivered."""

import pandas as pd

from tests.independent.delivered import Delivered
from tests.independent.exact import UNKNOWN, place_key
from tests.independent.tables import (
    WEEK,
    WEEKLY,
    Report,
    about_weeks,
    amounts,
    purchases,
    quotients,
    totals,
    with_share,
)

LEVELS = {"region": ["region_key"], "city": ["region_key", "city"], "store": ["store_key"]}
"""What tells the places of a level apart."""


def _places(delivered: Delivered) -> pd.DataFrame:
    """Give each line its city: that of its store, else that of its customer, else Unknown."""
    lines = delivered.lines
    of_store = lines["store_key"].map(delivered.stores["city"])
    of_customer = lines["customer_key"].map(delivered.customers["city"])
    cities = of_store.where(of_store.notna(), of_customer)
    return lines.assign(city=cities.where(cities.notna(), "Unknown"))


def _residents(delivered: Delivered, level: str) -> dict[tuple[object, ...], set[int]]:
    """Return the customers who live in a place by the customer list, which is of one day."""
    residents: dict[tuple[object, ...], set[int]] = {}
    for row in delivered.customers.itertuples():
        region_key = place_key(row.region, row.country)
        if row.Index == UNKNOWN:
            continue
        if level == "region" and region_key != UNKNOWN:
            residents.setdefault((region_key,), set()).add(row.Index)
        if level == "city" and row.city is not None:
            residents.setdefault((region_key, row.city), set()).add(row.Index)
    return residents


def _customer_counts(
    delivered: Delivered, bought: pd.DataFrame, table: pd.DataFrame, level: str
) -> pd.DataFrame:
    """Count who bought in each place and week, and who had lived or bought there by its end."""
    place = LEVELS[level]
    known = _residents(delivered, level)
    buyers: dict[tuple[object, ...], set[int]] = {
        group: set(keys)
        for group, keys in bought.groupby([*place, "currency", "week"])["customer_key"]
    }
    newly: dict[tuple[object, ...], dict[pd.Timestamp, set[int]]] = {}
    for group, keys in bought.groupby([*place, "week"])["customer_key"]:
        newly.setdefault(group[:-1], {})[group[-1]] = set(keys)
    known_counts: dict[tuple[object, ...], int] = {}
    weeks = pd.date_range(table["week"].min(), table["week"].max(), freq=WEEK, unit="us")
    for group in table[place].drop_duplicates().itertuples(index=False, name=None):
        there = set(known.get(group, ()))
        for week in weeks:
            there |= newly.get(group, {}).get(week, set())
            known_counts[*group, week] = len(there)
    groups = list(table[place].itertuples(index=False, name=None))
    rows = list(zip(groups, table["currency"], table["week"], strict=True))
    return table.assign(
        active_customer_count=[
            len(buyers.get((*group, currency, week), ())) for group, currency, week in rows
        ],
        known_customer_count=[known_counts[*group, week] for group, _, week in rows],
    )


def region_store(delivered: Delivered) -> Report:
    """Compute rpt_weekly_region_store."""
    lines = _places(delivered)
    bought = purchases(lines)
    regions = lines.drop_duplicates("region_key").set_index("region_key")[["region", "country"]]
    regions.loc[UNKNOWN] = {"region": "Unknown", "country": None}
    levels = []
    for level, place in LEVELS.items():
        table = totals(lines, ["week", "currency", *place])
        table = with_share(table, ["week", "currency"])
        table = _customer_counts(delivered, bought, table, level)
        if level == "store":
            table = table.join(delivered.stores, on="store_key")
        else:
            table = table.join(regions, on="region_key")
            table[["store_key", "store_name"]] = None
        if level == "region":
            table["city"] = None
        levels.append(table.assign(place_level=level).astype(object))
    table = pd.concat(levels, ignore_index=True)
    table["penetration_share"] = quotients(
        table["active_customer_count"], table["known_customer_count"], 6
    )
    table = about_weeks(delivered, table)
    table = amounts(table, revenue="revenue", units="units")
    return Report(
        table[
            [
                *WEEKLY, "place_level", "country", "region", "city", "store_key", "store_name",
                "revenue", "revenue_share", "units", "line_count", "order_count",
                "active_customer_count", "known_customer_count", "penetration_share",
            ]
        ],
        ["week_start_date", "currency", "place_level", "country", "region", "city", "store_key"],
    )  # fmt: skip
