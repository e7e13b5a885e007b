"""Finds the member that a name or an id means, and says which names are near if there is none."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from rapidfuzz import fuzz, process, utils
from sqlalchemy.engine import Connection

from warehouse.printing import printable

UNKNOWN = "Unknown"

_NEAR = 5
_LIKENESS = 60
_LISTED = 5

_MEMBERS = {
    "seller": "select seller_key, seller_id, seller_name from marts.dim_seller",
    "product": "select product_key, product_id, product_name from marts.dim_product",
    # Of stores without an id, the place tells those of one name apart; of regions, the country.
    "store": (
        "select store_key, coalesce(store_id, store_name || coalesce(', ' || city, '') "
        "|| coalesce(', ' || region, '') || coalesce(', ' || country, '')), store_name "
        "from marts.dim_store"
    ),
    "shipping company": (
        "select shipping_company_key, shipping_company_id, shipping_company_name "
        "from marts.dim_shipping_company"
    ),
    # Whatever a customer was called at any time.
    "customer": (
        "select distinct customer_durable_key, customer_id, customer_name from marts.dim_customer"
    ),
    "region": (
        "select region_key, coalesce(region || ', ' || country, country, region), "
        "coalesce(region, country) from marts.dim_region"
    ),
}
_TEXTS = {
    "city": (
        "select city from marts.dim_store where city is not null union "
        "select city from marts.dim_customer where city is not null"
    ),
    "category": "select distinct category from marts.dim_product where category is not null",
    "country": "select distinct country from marts.dim_region where country is not null",
    "currency": "select distinct currency from marts.fact_sales_line",
    "customer segment": (
        "select distinct customer_segment from marts.dim_customer "
        "where customer_segment is not null"
    ),
}
_PLURALS = {
    "seller": "sellers",
    "product": "products",
    "store": "stores",
    "shipping company": "shipping companies",
    "customer": "customers",
    "region": "regions",
    "city": "cities",
    "category": "categories",
    "currency": "currencies",
    "customer segment": "customer segments",
}


class NoSuchName(ValueError):
    """A name means nothing, or more than one thing; the message says which names are near."""


@dataclass(frozen=True)
class Member:
    """Somebody or something that lines belong to.

    Attributes:
        key: of the dimension; -1 is Unknown.
        member_id: the business's own, or what else tells it apart; None if nothing does.
        name: as the reports write it.
    """

    key: int
    member_id: str | None
    name: str | None


def find_member(connection: Connection, kind: str, text: str) -> Member:
    """Find the member that people mean.

    Args:
        connection: to the warehouse.
        kind: such as "seller".
        text: an id or a name; case matters only where it tells members apart.

    Raises:
        NoSuchName: there is none, or there are several.
    """
    rows = connection.execute(sa.text(_MEMBERS[kind]))
    members = [Member(row[0], row[1], row[2]) for row in rows]
    wanted = text.strip()
    folded = wanted.casefold()
    found: list[Member] = (
        [member for member in members if member.member_id == wanted]
        or [member for member in members if member.name == wanted]
        or [
            member
            for member in members
            if folded in ((member.member_id or "").casefold(), (member.name or "").casefold())
        ]
    )
    if not found:
        names = [name for member in members for name in (member.name, member.member_id) if name]
        raise NoSuchName(_near(kind, wanted, names))
    if len({member.key for member in found}) > 1:
        ids = [member.member_id or member.name or "" for member in found]
        raise NoSuchName(
            f"There are {len(ids)} {_PLURALS[kind]} called '{printable(wanted)}': name one by "
            f"{_listed(ids)}."
        )
    return found[0]


def find_text(connection: Connection, kind: str, text: str) -> str:
    """Find the city, category or currency that people mean, as the warehouse writes it.

    Raises:
        NoSuchName: there is none, or several differ in case only.
    """
    texts: list[str] = [row[0] for row in connection.execute(sa.text(_TEXTS[kind])).all()]
    if kind == "city":
        texts.append(UNKNOWN)
    wanted = text.strip()
    found = [known for known in texts if known == wanted] or sorted(
        {known for known in texts if known.casefold() == wanted.casefold()}
    )
    if not found:
        raise NoSuchName(_near(kind, wanted, texts))
    if len(found) > 1:
        raise NoSuchName(
            f"There are {len(found)} {_PLURALS[kind]} called '{printable(wanted)}' but for case: "
            f"{_listed(found)}."
        )
    return found[0]


def no_such_name(connection: Connection, kind: str, text: str) -> str | None:
    """Return what to say if nothing is called so, to the letter; None if something is."""
    rows = connection.execute(sa.text(_MEMBERS.get(kind) or _TEXTS[kind]))
    # Of members, what comes first is the key.
    names = {name for row in rows for name in row[kind in _MEMBERS :] if name} | {UNKNOWN}
    return None if text in names else _near(kind, text, names)


def _near(kind: str, wanted: str, names: Iterable[str]) -> str:
    near = process.extract(
        wanted,
        # Each name once, in an order that is the same every time.
        sorted(set(names)),
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=_NEAR,
        score_cutoff=_LIKENESS,
    )
    said = f"There is no {kind} '{printable(wanted)}'."
    if not near:
        return f"{said} No name is near it."
    return f"{said} Near it: {_listed([name for name, *_ in near])}."


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return "; ".join(printable(name) for name in names[:_LISTED]) + more
