"""Understands tables: what each is about, in the light of the others."""

import re
from itertools import combinations

import numpy as np

from loader.contracts import ENTITIES
from loader.understanding import proofs
from loader.understanding.as_entity import read_as
from loader.understanding.columns import NOUN_OF
from loader.understanding.profiles import Profile
from loader.understanding.tables import Table
from loader.understanding.understood import Understood
from loader.understanding.vocabulary import nouns_in, parts
from loader.unpivoting import month_names

_MONTHS = 2
"""So many columns called for months, with amounts, are a table turned on its side."""

_DAYS = 5
_DAY = re.compile(
    r"(?:[^\W\d_]{1,8}[. ]*)?\d{1,2}\.?|\d{1,4}[./-]\d{1,2}[./-]?(?:\d{1,4})?(?: .*)?"
)
"""Headers of days and weeks: `1`, `KW 12`, `12.03.`, `2026-03-12`. So many are a tally sheet."""

_MULTIPLIED = 12
"""Columns of numbers that are looked at for a product of two."""

_NUMBERED = 0.9
"""So many rows of a list of orders have a number."""

_References = dict[str, list[Profile]]
"""Master data -> the ids by which sales and orders refer to it."""


def understand(tables: list[Table]) -> list[Understood]:
    """Return what each table is, in the light of the others."""
    first = [_best(table, {}) for table in tables]
    keys = _references(first)
    if not keys:
        return first
    return [
        item if item.entity in ("sales_lines", "orders") else _best(item.table, keys)
        for item in first
    ]


def nearest(table: Table) -> Understood:
    """Return the entity that most of a table's columns may be of, whatever it lacks."""
    readings = [read_as(table, entity) for entity in ENTITIES]
    return max(readings, key=lambda found: len(found.picks))


def _references(found: list[Understood]) -> _References:
    """Return the ids by which sales and orders refer to master data, by what they are ids of."""
    keys: _References = {}
    for item in found:
        if item.entity not in ("sales_lines", "orders"):
            continue
        for entity, noun in NOUN_OF.items():
            profile = item.profile(f"{noun}_id") or item.profile(f"{noun}_name")
            if profile is not None and profile.count:
                keys.setdefault(entity, []).append(profile)
    return keys


def _best(table: Table, references: _References) -> Understood:
    sales = read_as(table, "sales_lines")
    if _are_sales(sales):
        return sales
    product = {"product_id", "product_name"} & sales.picks.keys()
    readings = [
        read_as(table, entity, references.get(entity, ()))
        for entity in ENTITIES
        # What names products, or counts pieces, is no list of order headers, but sales that lack
        # something.
        if entity != "sales_lines"
        and not (entity == "orders" and (product or "units" in sales.picks))
    ]
    nouns = nouns_in(table.name)
    scored = [(_score(item, nouns, references), item) for item in readings]
    score, best = max(scored, key=lambda pair: pair[0])
    if best.entity in NOUN_OF and (months_across(table) or _days_across(table)):
        return Understood(table, None)
    if best.entity == "products" and "line_total" in sales.picks and _multiplies(sales):
        return sales  # how many were sold, and for what, is no price list
    if score > 0:
        is_named = NOUN_OF.get(best.entity or "") in nouns
        return sales if not is_named and _has_more_of_sales(sales, best) else best
    told = {"sold_at", "order_id", "units", "line_total"} & sales.picks.keys()
    if product and told:
        return sales
    return Understood(table, None)


def months_across(table: Table) -> list[int]:
    """Return where amounts of months stand side by side, which is no list of anything."""
    months = [
        position
        for position, header in enumerate(table.headers)
        if _is_month(header) and table.profiles[position].number_share > 0.6
    ]
    return months if len(months) >= _MONTHS else []


def _days_across(table: Table) -> bool:
    """Tell whether numbers stand below days or weeks side by side, as on a tally sheet."""
    days = [
        header
        for header, profile in zip(table.headers, table.profiles, strict=False)
        if _DAY.fullmatch(header.strip()) and (not profile.count or profile.number_share > 0.6)
    ]
    return len(days) >= _DAYS


def _is_month(header: str) -> bool:
    words = [word for word in parts(header) if not re.fullmatch(r"(20)?\d\d", word)]
    if len(words) == 1:
        return words[0] in month_names()
    return not words and re.fullmatch(r"20\d\d\D(0[1-9]|1[0-2])(\D.*)?", header.strip()) is not None


def _are_sales(sales: Understood) -> bool:
    if sales.lacking or not {"sold_at", "order_id"} & sales.picks.keys():
        return False
    product = sales.profile("product_id") or sales.profile("product_name")
    lists_products = (
        product is not None
        and product.count >= 5
        and product.uniqueness > 0.98
        and "order_id" not in sales.picks
        and "units" not in sales.picks
        and "customer_id" not in sales.picks
    )
    return not lists_products


def _has_more_of_sales(sales: Understood, best: Understood) -> bool:
    """Tell whether a list would leave aside what are sales that lack something."""
    told = {"sold_at", "order_id", "units", "line_total", "currency"} & sales.picks.keys()
    is_list = best.entity in NOUN_OF
    return is_list and len(told) > 1 and len(sales.picks) >= len(best.picks)


def _score(found: Understood, nouns: set[str], references: _References) -> float:
    """Return how much speaks for an entity; 0 if it lacks something or its key is none."""
    assert found.entity is not None
    if found.lacking or not found.picks:
        return 0.0
    score = sum(pick.weight for pick in found.picks.values())
    named = score / max(len(found.table.headers), 1)
    noun = NOUN_OF.get(found.entity)
    if noun is not None:
        key = found.profile(f"{noun}_id") or found.profile(
            "category" if noun == "category" else f"{noun}_name"
        )
        # Extracts of several days in one sheet repeat their keys; other tables do so more.
        if key is None or key.uniqueness < 0.5:
            return 0.0
        referred = any(
            proofs.holds(key.distinct, profile) > 0.9
            for profile in references.get(found.entity, [])
        )
        score += 2 * (noun in nouns) + 2 * referred
        other = [name for name in nouns if name != noun and name in NOUN_OF.values()]
        score -= 2 * (bool(other) and noun not in nouns)
        if found.entity == "product_categories" and len(found.table.headers) > 5:
            return 0.0
    elif found.entity == "orders":
        order = found.profile("order_id")
        if order is None or order.uniqueness < 0.95:
            return 0.0
        # Lines without the number of their order, or prices and pieces that are read by no word.
        if order.count < _NUMBERED * found.table.height or _multiplies(found):
            return 0.0
        score += 1
    return max(score + named, 0.0) if score >= 1.2 else 0.0


def _multiplies(found: Understood) -> bool:
    """Tell whether one column of numbers is the product of two others: price times units."""
    numbers = [
        profile.numbers
        for profile in found.table.profiles
        if profile.count > 1 and profile.number_share > 0.6 and profile.date_share < 0.5
    ][:_MULTIPLIED]
    varying = [column for column in numbers if len(np.unique(column[np.isfinite(column)])) > 1]
    return any(
        proofs.proves(total, left * right)
        for left, right in combinations(varying, 2)
        for total in varying
        if total is not left and total is not right
    )
