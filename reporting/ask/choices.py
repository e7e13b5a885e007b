"""What can be chosen to ask about: the members that the filters of a page list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

MOST = 1_000
"""So many names of a kind are listed; others can be written all the same."""

_NAMES = {
    "category": "select distinct category from marts.dim_product where category is not null",
    "seller": "select distinct seller_name from marts.dim_seller where seller_key <> -1",
    "shipping_company": "select distinct shipping_company_name from marts.dim_shipping_company "
    "where shipping_company_key <> -1",
    "product": "select distinct product_name from marts.dim_product where product_key <> -1",
    "customer_segment": "select distinct customer_segment from marts.dim_customer "
    "where customer_segment is not null",
    "currency": "select distinct currency from reports.rpt_weekly_summary",
}


class Place(NamedTuple):
    """Where something was sold."""

    region: str | None
    city: str | None
    store: str | None


@dataclass(frozen=True)
class Choices:
    """The names to choose from.

    Attributes:
        places: every place, so that a region narrows down cities, and a city stores.
        names: of other members, by filter, sorted.
    """

    places: tuple[Place, ...]
    names: dict[str, tuple[str, ...]]

    def of(self, asked: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        """Return what can be chosen beside what was asked.

        Args:
            asked: values by filter.
        """
        region, city = asked.get("region"), asked.get("city")
        in_region = [place for place in self.places if region in (None, place.region)]
        in_city = [place for place in in_region if city in (None, place.city)]
        return {
            "region": _distinct(place.region for place in self.places),
            "city": _distinct(place.city for place in in_region),
            "store": _distinct(place.store for place in in_city),
            **self.names,
        }


def read_choices(connection: Connection) -> Choices:
    """Read what can be chosen."""
    places: Any = connection.execute(
        sa.text(
            "select distinct region, city, store_name from reports.rpt_weekly_region_store "
            "where place_level = 'store' order by region, city, store_name"
        )
    ).all()
    names: dict[str, Any] = {
        kind: connection.execute(sa.text(f"{sql} order by 1 limit {MOST}")).scalars().all()
        for kind, sql in _NAMES.items()
    }
    return Choices(
        tuple(Place(row.region, row.city, row.store_name) for row in places),
        {kind: tuple(str(name) for name in found) for kind, found in names.items()},
    )


def _distinct(names: Any) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name is not None}))[:MOST]
