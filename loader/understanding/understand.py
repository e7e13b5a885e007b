"""Understands tables: what each is about, and which of its columns is which of ours.

The words of the headers say what a column may be, the values what it cannot be; what several
columns may be is settled for all of them together. What stays in doubt is not proposed.
"""

import json
import re
import shlex
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from loader.calculated import CHAINED, as_source, written
from loader.contracts import ENTITIES, unmet
from loader.currencies import SEVERAL, are_currencies, codes_of, contradict
from loader.evidence.sheets import SheetRows
from loader.evidence.totals import total_words
from loader.questions import Question, Reading
from loader.understanding import discounts, proofs, taxes, unread
from loader.understanding.first_lines import of_first_lines
from loader.understanding.profiles import NUMBER_OF, Numbers, Profile, measure_of
from loader.understanding.tables import Table
from loader.understanding.vocabulary import (
    DISCOUNT,
    OTHER,
    currency_in,
    meanings,
    nouns_in,
    parts,
    rate_in,
    says,
    says_of_numbers,
    says_order_total,
)
from loader.unpivoting import month_names
from loader.wording import SHOWN, quoted, short

PROPOSED = 0.6
"""What is less sure than this is not proposed."""

_MONTHS = 2
"""So many columns called for months, with amounts, are a table turned on its side."""

MOST_OF = 0.9
"""In so many of the rows, a part of an amount is less than it."""

_DAYS = 5
_DAY = re.compile(
    r"(?:[^\W\d_]{1,8}[. ]*)?\d{1,2}\.?|\d{1,4}[./-]\d{1,2}[./-]?(?:\d{1,4})?(?: .*)?"
)
"""Headers of days and weeks: `1`, `KW 12`, `12.03.`, `2026-03-12`. So many are a tally sheet."""

_NO_STATUS = ("region", "city", "country", "loyalty_tier", "customer_segment")
"""Columns whose headers may also be those of a status, which the values tell."""

_DISCOUNTS = ("discount_amount", "discount_rate", "unit_discount")

_RATES = 4
"""More rates than these are amounts, unless the header or a percent sign says otherwise."""

_NOUN_OF = {
    "customers": "customer",
    "products": "product",
    "sellers": "seller",
    "stores": "store",
    "shipping_companies": "shipping_company",
    "product_categories": "category",
}
"""The master data, with what a row of each is."""


@dataclass
class Pick:
    """Where a column of ours is found.

    Attributes:
        positions: several are put together.
        weight: how surely, from 0 to 1.
        reasons: for people.
        separator: what several columns are put together with.
        calculation: of a number that is calculated from them, the headers of each operation.
    """

    positions: list[int]
    weight: float
    reasons: list[str] = field(default_factory=list)
    separator: str = " "
    calculation: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Understood:
    """What a table was taken for.

    Attributes:
        entity: None if for nothing.
        picks: our column -> where it is.
        constants: our column -> the value that every row has.
        asides: position -> why a column with a promising name is not taken.
        lacking: what the entity needs and nothing was found for, as lists of choices.
        settings: other keys of a layout that its values show, each with its value and why.
        question: which of several columns is the line's total, where nothing tells.
    """

    table: Table
    entity: str | None
    picks: dict[str, Pick] = field(default_factory=dict)
    constants: dict[str, tuple[str, str]] = field(default_factory=dict)
    asides: dict[int, str] = field(default_factory=dict)
    lacking: list[list[str]] = field(default_factory=list)
    settings: dict[str, tuple[str | list[str], str]] = field(default_factory=dict)
    question: Question | None = None

    def without(self, places: Container[tuple[Path, str]]) -> "Understood":
        """Return it without some of its sheets."""
        there = zip(self.table.places, self.table.heights, strict=True)
        kept = [(place, height) for place, height in there if place not in places]
        table = replace(
            self.table,
            places=[place for place, _ in kept],
            heights=[height for _, height in kept],
        )
        return replace(self, table=table)

    @property
    def rows(self) -> SheetRows:
        """The rows that were looked at, by our columns."""
        profiles = ((column, self.profile(column)) for column in self.picks)
        columns = {column: profile.texts for column, profile in profiles if profile is not None}
        return SheetRows(self.table.places[0][1], columns)

    def profile(self, column: str) -> Profile | None:
        """Return the values of a column of ours that stands in one column of the table."""
        pick = self.picks.get(column)
        if pick is None or len(pick.positions) != 1:
            return None
        return self.table.profiles[pick.positions[0]]


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


def read_as(table: Table, entity: str) -> Understood:
    """Return what a table has of an entity."""
    return _Reading(table, entity, {}).understood()


def still_open(found: Understood, is_answered: Callable[[Question], bool]) -> Question | None:
    """Return what is open of a table of sales beside the questions that people have answered."""
    if found.entity != "sales_lines" or any(
        pick.calculation and len(pick.positions) > 1 for pick in found.picks.values()
    ):
        return None  # who calculates a column has looked at the amounts
    reading = _Reading(found.table, found.entity, {})
    reading.understood()
    return next((item for item in reading.questions(found) if not is_answered(item)), None)


def nearest(table: Table) -> Understood:
    """Return the entity that most of a table's columns may be of, whatever it lacks."""
    readings = [read_as(table, entity) for entity in ENTITIES]
    return max(readings, key=lambda found: len(found.picks))


_References = dict[str, list[Profile]]


def _references(found: list[Understood]) -> _References:
    """Return the ids by which sales and orders refer to master data, by what they are ids of."""
    keys: _References = {}
    for item in found:
        if item.entity not in ("sales_lines", "orders"):
            continue
        for entity, noun in _NOUN_OF.items():
            profile = item.profile(f"{noun}_id") or item.profile(f"{noun}_name")
            if profile is not None and profile.count:
                keys.setdefault(entity, []).append(profile)
    return keys


# ------------------------------------------------------------------ what a sheet is


def _best(table: Table, references: _References) -> Understood:
    sales = _Reading(table, "sales_lines", references).understood()
    if _are_sales(sales):
        return sales
    product = {"product_id", "product_name"} & sales.picks.keys()
    readings = [
        _Reading(table, entity, references).understood()
        for entity in ENTITIES
        # What names products, or counts pieces, is no list of order headers, but sales that lack
        # something.
        if entity != "sales_lines"
        and not (entity == "orders" and (product or "units" in sales.picks))
    ]
    nouns = nouns_in(table.name)
    scored = [(_score(item, nouns, references), item) for item in readings]
    score, best = max(scored, key=lambda pair: pair[0])
    if best.entity in _NOUN_OF and (months_across(table) or _days_across(table)):
        return Understood(table, None)
    if score > 0:
        is_named = _NOUN_OF.get(best.entity or "") in nouns
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
    is_list = best.entity in _NOUN_OF
    return is_list and len(told) > 1 and len(sales.picks) >= len(best.picks)


def _score(found: Understood, nouns: set[str], references: _References) -> float:
    """Return how much speaks for an entity; 0 if it lacks something or its key is none."""
    assert found.entity is not None
    if found.lacking or not found.picks:
        return 0.0
    score = sum(pick.weight for pick in found.picks.values())
    named = score / max(len(found.table.headers), 1)
    noun = _NOUN_OF.get(found.entity)
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
        other = [name for name in nouns if name != noun and name in _NOUN_OF.values()]
        score -= 2 * (bool(other) and noun not in nouns)
        if found.entity == "product_categories" and len(found.table.headers) > 5:
            return 0.0
    elif found.entity == "orders":
        order = found.profile("order_id")
        if order is None or order.uniqueness < 0.95:
            return 0.0
        score += 1
    return max(score + named, 0.0) if score >= 1.2 else 0.0


# ------------------------------------------------------------------ which column is which


class _Reading:
    """One table read as one entity."""

    def __init__(self, table: Table, entity: str, references: _References) -> None:
        self.table = table
        self.entity = entity
        self.contract = ENTITIES[entity]
        self.references = references
        self.asides: dict[int, str] = {}
        # (our column, position) -> how surely, and why.
        self.weights: dict[tuple[str, int], float] = {}
        self.reasons: dict[tuple[str, int], list[str]] = {}
        self.others: set[int] = set()
        self.turned: set[int] = set()  # discounts written with a minus
        self.parts_of_total: dict[int, list[int]] = {}  # what a total has in it, perhaps wrongly
        self.of_orders: dict[int, str] = {}  # totals of whole orders, with how they stand there
        self.money_off: set[int] = set()  # discounts that a total proves to be amounts

    def understood(self) -> Understood:
        measures = self._measures()
        self._turn_discounts()
        for position in range(len(self.table.headers)):
            self._weigh(position)
        self._weigh_currencies()
        self._by_reference()
        if self.entity == "sales_lines":
            self._weigh_lines()
        picks = {
            column: Pick([position], weight, self.reasons.get((column, position), []))
            for column, (position, weight) in self._assigned().items()
        }
        found = Understood(self.table, self.entity, picks, {}, self.asides)
        self._put_together(found)
        if self.entity == "sales_lines":
            self._complete_lines(found)
            self._fill_down(found)
            found.question = next(self.questions(found), None)
        for pick in found.picks.values():
            if len(pick.positions) == 1 and pick.positions[0] in self.turned:
                pick.calculation = {"less": [self.table.header.names[pick.positions[0]]]}
                pick.reasons.append("it is written with a minus")
        units = found.picks.get("units")
        if units is not None and (texts := measures.get(units.positions[0])):
            found.settings["unit_of_measure"] = (texts, "stands behind all numbers of units")
        present = {*found.picks, *found.constants}
        needed = [*self.contract.required, *self.contract.tidy]
        if self.entity == "sales_lines":
            # A line's day or price may stand in the order's header, or the price list.
            needed = list(self.contract.required)
        found.lacking = unmet(needed, present)
        month = found.profile("month")
        if self.entity == "sales_targets" and month is not None:
            # A target is for a month, which its first day stands for.
            for order, first, other in (("dmy", 1, 2), ("mdy", 2, 1)):
                days = pc.extract_regex(
                    month.distinct, r"^(?P<a>\d{1,2})[./-](?P<b>\d{1,2})[./-]\d"
                )
                if days.null_count or len(days) < 2:
                    break
                parts = [set(days.field(place - 1).to_pylist()) for place in (first, other)]
                if parts[0] <= {"1", "01"} and len(parts[1]) > 1:
                    found.settings["dates"] = (order, "every one is the first day of a month")
        return found

    def questions(self, found: Understood) -> Iterator[Question]:
        """Yield what is open of sales: first what the rest hangs on."""
        for ask in (
            self._total_of_orders,
            self._rivals,
            self._price_or_total,
            self._price_of_several,
            self._with_tax,
            self._with_tax_rate,
            self._with_freight,
            self._with_part,
            self._discount_of_order,
            self._question_on_currency,
        ):
            if (question := ask(found)) is not None:
                yield question
        places = {
            column: pick.positions[0]
            for column, pick in found.picks.items()
            if len(pick.positions) == 1
        }
        yield from unread.questions(self.table, places, found.asides)

    # -------------------------------------------------------------- by words and values

    def _measures(self) -> dict[int, list[str]]:
        """Take one unit of measure for granted behind numbers of units: `2 Stk`, `3 Stk`."""
        found: dict[int, list[str]] = {}
        profiles = list(self.table.profiles)
        for position, header in enumerate(self.table.headers):
            if not any(meaning.column == "units" for meaning in meanings(header, self.entity)):
                continue
            if texts := measure_of(profiles[position]):
                bare = pc.replace_substring_regex(profiles[position].texts, NUMBER_OF, r"\1")
                profiles[position] = Profile(bare)
                found[position] = texts
        if found:
            self.table = replace(self.table, profiles=profiles)
        return found

    def _turn_discounts(self) -> None:
        """Read discounts that are all written with a minus as what is taken off."""
        if self.entity != "sales_lines":
            return
        profiles = list(self.table.profiles)
        for position, header in enumerate(self.table.headers):
            meant = {meaning.column for meaning in meanings(header, self.entity)}
            if not meant & {DISCOUNT, *_DISCOUNTS} or profiles[position].number_share < 0.6:
                continue
            known = profiles[position].known_numbers
            if known.any() and (known <= 0).all():
                bare = pc.replace_substring_regex(profiles[position].texts, r"[-\x{2212}()]", "")
                profiles[position] = Profile(bare)
                self.turned.add(position)
        if self.turned:
            self.table = replace(self.table, profiles=profiles)

    def _weigh(self, position: int) -> None:
        header = self.table.headers[position]
        profile = self.table.profiles[position]
        meant = meanings(header, self.entity) if header else ()
        # Whether a tax is included, its values say.
        others = (OTHER, "included_tax", "included_tax_rate", "included_freight")
        if any(meaning.column in others for meaning in meant):
            self.others.add(position)
        for meaning in meant:
            if meaning.column in others:
                continue
            columns = (
                ("discount_amount", "discount_rate")
                if meaning.column == DISCOUNT
                else (meaning.column,)
            )
            for column in columns:
                if column in _DISCOUNTS and profile.share(CHAINED):
                    continue  # `10%+5%`, which is asked for
                fits = self._fits(column, profile, alone=meaning.weight <= 0.85)
                if not fits and len(meant) == 1 and self._is_unreadable(column, profile):
                    # The header leaves no doubt; its values are for the rules about rows.
                    fits = PROPOSED / meaning.weight if meaning.weight > 0.87 else 0.0
                if fits > 0:
                    self._add(column, position, meaning.weight * fits, meaning.why)
        if "country" in self.contract.columns and not any(
            place == position for _, place in self.weights
        ):
            self._weigh_country(position, profile)

    def _weigh_currencies(self) -> None:
        """Find the currency by its values, where no header says it."""
        if "currency" in self.contract.columns and not self._candidates("currency"):
            for position, profile in enumerate(self.table.profiles):
                few = profile.count and len(profile.distinct) <= SEVERAL
                if few and are_currencies(profile.distinct.to_pylist()):
                    self._add("currency", position, 0.65, "its values are currencies")

    def _add(self, column: str, position: int, weight: float, reason: str = "") -> None:
        self.weights[column, position] = weight
        if reason:
            self.reasons.setdefault((column, position), []).append(reason)

    def _support(self, column: str, position: int, more: float, reason: str) -> None:
        before = self.weights.get((column, position), 0.0)
        self._add(column, position, min(before + more, 1.5), reason)

    def _refuse(self, position: int, columns: Iterable[str], why: str) -> None:
        for column in columns:
            if self.weights.pop((column, position), None) is not None:
                self.asides[position] = why

    def _weigh_country(self, position: int, profile: Profile) -> None:
        long = profile.share(r"^.{4,}$")
        if profile.country_share > 0.9 and long > 0.6 and len(profile.distinct) > 1:
            self._add("country", position, 0.65, "its values are countries")

    def _fits(self, column: str, profile: Profile, *, alone: bool) -> float:
        """Return how well values fit a column: 0 not at all, 1 as well as not.

        Args:
            column: ours.
            profile: the values.
            alone: the header is a noun alone, so that the values say whether it is a name or an id.
        """
        if not profile.count:
            return 0.9
        kind = self.contract.columns[column].type
        if kind in ("timestamp", "date"):
            return self._fits_date(profile)
        if kind in ("decimal", "integer"):
            return self._fits_number(column, profile)
        if kind == "boolean":
            return 1.0 if len(profile.distinct) <= 3 else 0.0
        if column.endswith("_id"):
            # A header that says "ID" has codes that look like dates (0-1-25), too.
            if (alone and profile.date_share > 0.5) or (
                profile.number_share > 0.9 and not profile.is_whole
            ):
                return 0.0
            if alone and not column.startswith("order"):
                return 1.0 if profile.code_share > 0.8 else 0.0
            return 1.0
        return self._fits_text(column, profile, alone=alone)

    def _is_unreadable(self, column: str, profile: Profile) -> bool:
        """Tell whether values are of no other kind, but odd ones of this."""
        kind = self.contract.columns[column].type
        if kind in ("timestamp", "date"):
            return profile.number_share < 0.5 or profile.date_share > 0
        if column == "currency":
            return profile.number_share < 0.5 and profile.date_share < 0.5
        is_number = kind in ("decimal", "integer") and column != "line_number"
        return is_number and not profile.is_percent and profile.date_share < 0.5

    def _fits_date(self, profile: Profile) -> float:
        if profile.date_share > 0.6:
            return 1.0
        return 0.9 if profile.day_number_share > 0.9 else 0.0

    def _fits_number(self, column: str, profile: Profile) -> float:
        if profile.number_share < 0.6 or profile.date_share > 0.5:
            return 0.0
        known = profile.known_numbers
        if column == "line_number":
            return 1.0 if profile.is_whole else 0.0
        if column == "price_units":
            return 1.0 if np.isin(known, 10.0 ** np.arange(6)).all() else 0.0
        if column == "discount_rate":
            return 1.0 if known.max() <= 100 and known.min() >= 0 else 0.0
        if column == "discount_amount":
            return 0.0 if profile.is_percent else 1.0
        if column == "units" and profile.is_percent:
            return 0.0
        return 0.0 if profile.is_percent else 1.0

    def _fits_text(self, column: str, profile: Profile, *, alone: bool) -> float:
        if profile.date_share > 0.8:
            return 0.0
        if column == "currency":
            return 1.0 if profile.currency_share > 0.6 else 0.0
        if column == "email":
            return 1.0 if profile.email_share > 0.5 else 0.0
        if profile.number_share > 0.9:
            return 0.0
        if column in _NO_STATUS and any(
            says(text, "no_sale", "taken_back")
            for text in profile.distinct.slice(0, 60).to_pylist()
        ):
            return 0.0  # a status: `Estado` is that, too, and `Stato`
        if column == "country":
            if profile.country_share > 0.5:
                return 1.0
            return 0.75 if profile.country_share > 0.1 or len(profile.distinct) < 5 else 0.0
        if column == "city" and profile.country_share > 0.8 and len(profile.distinct) > 2:
            return 0.0
        if alone and column.endswith("_name"):
            return 0.0 if profile.code_share > 0.8 else 1.0
        return 1.0

    def _by_reference(self) -> None:
        """Find the key of master data by the ids that the sales refer to, and its name beside."""
        noun = _NOUN_OF.get(self.entity)
        columns = self.contract.columns
        for referring in self.references.get(self.entity, []):
            for position, profile in enumerate(self.table.profiles):
                is_key = profile.uniqueness > 0.98 and profile.count > 1
                if not is_key or proofs.holds(profile.distinct, referring) < 0.95:
                    continue
                if f"{noun}_id" not in columns or profile.code_share < 0.5:
                    continue
                self._support(f"{noun}_id", position, 0.65, "the sales refer to its values")
                words = [
                    place
                    for place, values in enumerate(self.table.profiles)
                    if place != position and values.word_share > 0.8 and values.uniqueness > 0.5
                ]
                if len(words) == 1 and not self._candidates(f"{noun}_name"):
                    self._add(f"{noun}_name", words[0], 0.7, "the only text beside the key")

    # -------------------------------------------------------------- sales lines

    def _candidates(self, column: str) -> list[int]:
        """Return the positions that a column may be at, the likelier ones first."""
        places = [place for name, place in self.weights if name == column]
        return sorted(places, key=lambda place: -self.weights[column, place])

    def _numbers(self, position: int) -> Numbers:
        return self.table.profiles[position].numbers

    def _weigh_lines(self) -> None:
        self._find_order_numbers()
        self._find_products()
        self._check_product_ids()
        order = next(iter(self._candidates("order_id")), None)
        self._check_line_numbers(order)
        if order is not None:
            for position in self._candidates("line_total"):
                why = self._of_the_order(order, position)
                if why and not self._is_price_by_units(position):
                    self._refuse(position, ("line_total", "unit_price"), why)
                    self.of_orders[position] = why
            weighed = {position for _, position in self.weights}
            for position in [place for place in self._amounts() if place not in weighed]:
                is_total = says_order_total(self.table.headers[position])
                if is_total and (why := self._of_the_order(order, position)):
                    self.of_orders[position] = why
            for column in ("discount_amount", "line_cost", "line_profit"):
                for position in self._candidates(column):
                    why = self._of_the_order(order, position)
                    if why == "filled on the first line of an order only":
                        self._refuse(position, (column,), why)
        self._check_filled()
        self._check_totals()
        self._check_costs()
        self._settle_discounts()

    def _of_the_order(self, order: int, position: int) -> str | None:
        profiles = self.table.profiles
        return proofs.of_the_order(profiles[order], profiles[position], self.table.origins)

    def _find_order_numbers(self) -> None:
        """Take numbers such as #1001 for those of orders, whatever the header."""
        if self._candidates("order_id"):
            return
        for position, profile in enumerate(self.table.profiles):
            if profile.count and profile.share(r"^#\d+$") > 0.95:
                self._add("order_id", position, 0.7, "its values are numbers with #")
                return

    def _find_products(self) -> None:
        """Take `pizza_id` and `pizza_name` for those of what is sold, where nothing else is."""
        if self._candidates("product_id") or self._candidates("product_name"):
            return
        marks = {"name": "product_name", "id": "product_id", "category": "category"}
        called: dict[str, dict[str, int]] = {}
        for position, header in enumerate(self.table.headers):
            noun, _, mark = " ".join(parts(header)).rpartition(" ")
            if mark in marks and noun and not meanings(header, self.entity):
                called.setdefault(noun, {})[marks[mark]] = position
        named = {noun: found for noun, found in called.items() if "product_name" in found}
        if len(named) != 1:
            return
        ((noun, found),) = named.items()
        name = self.table.profiles[found["product_name"]]
        if name.word_share < 0.8 or name.uniqueness > 0.5:
            return
        for column, position in found.items():
            self._add(column, position, 0.7, f"what is sold here is called {noun}")

    def _check_product_ids(self) -> None:
        """Refuse 1, 2, 3 … that stand for other products in each order: `Item #`."""
        for name in self._candidates("product_name")[:1]:
            names = self.table.profiles[name]
            for position in self._candidates("product_id"):
                ids = self.table.profiles[position]
                numbers_items = ids.is_whole and ids.known_numbers.min() <= 1
                if numbers_items and len(ids.distinct) * 2 < len(names.distinct):
                    self._refuse(position, ("product_id",), "it numbers the items of an order")

    def _check_filled(self) -> None:
        """Refuse amounts that many lines lack: they are of the order, or of something else."""
        units = next(iter(self._candidates("units")), None)
        if units is None:
            return
        there = self.table.profiles[units].texts.is_valid().to_numpy(zero_copy_only=False)
        for column in ("line_total", "unit_price"):
            for position in self._candidates(column):
                valid = self.table.profiles[position].texts.is_valid()
                lacking = there & ~valid.to_numpy(zero_copy_only=False)
                if self.table.profiles[position].count and lacking.sum() > 0.5 * there.sum():
                    self._refuse(position, (column,), "most lines have none")

    def _check_line_numbers(self, order: int | None) -> None:
        profile = None if order is None else self.table.profiles[order]
        for position in self._candidates("line_number"):
            numbers = self.table.profiles[position]
            if not proofs.is_numbering(numbers, profile, self.table.origins):
                self._refuse(position, ("line_number",), "it does not number the lines of an order")

    def _gross(self) -> Numbers | None:
        """Return price times units, where both are there beyond doubt."""
        prices, units = self._candidates("unit_price"), self._candidates("units")
        if not prices or not units:
            return None
        gross = self._numbers(prices[0]) * self._numbers(units[0])
        per = self._candidates("price_units")
        return gross / _known(self._numbers(per[0]), 1) if per else gross

    def _is_price_by_units(self, position: int) -> bool:
        gross = self._gross()
        return gross is not None and proofs.proves(self._numbers(position), gross)

    def _taxes(self) -> set[int]:
        headers = self.table.headers
        weighed = {position for _, position in self.weights}
        return {
            position
            for position, header in enumerate(headers)
            if (
                says_of_numbers(header, "tax")
                and (position in self.others or position not in weighed)
            )
            or (
                rate_in(header) is not None
                and position not in weighed
                and not meanings(header, self.entity)
                and not says_of_numbers(header, "taken_off", "fees")
            )
        }

    def _freights(self) -> set[int]:
        """Return the positions of what the shipping cost."""
        return {
            position
            for position in self.others
            if any(
                meaning.column == "freight_amount"
                for meaning in meanings(self.table.headers[position], "orders")
            )
        } | {
            position
            for position in self._amounts()
            if says_of_numbers(self.table.headers[position], "freight")
            and not meanings(self.table.headers[position], self.entity)
        }

    def _check_sums_with_taxes(self) -> None:
        """Take for the total what comes to another one with its taxes and what is beside them."""
        taxes = self._taxes() & {*self._amounts()}
        if not taxes:
            return
        read = {place for _, place in self.weights}
        free = [place for place in self._amounts() if place not in read - taxes]
        for total in self._candidates("line_total"):
            for base in [place for place in free if place not in taxes]:
                parts = {
                    place: self._numbers(place) for place in free if place not in (base, total)
                }
                signs = proofs.signed_parts(self._numbers(total), self._numbers(base), parts)
                is_tax = taxes & signs.keys() and min(signs.values()) > 0
                if len(signs) == 1 and self._is_tax_on(next(iter(signs)), self._numbers(total)):
                    continue  # it is taken off the total, or on top of it: that is seen later
                if is_tax and not self._is_price_by_units(total):
                    self._refuse(total, ("line_total",), "it is the amount with the taxes")
                    self._add("line_total", base, 1.2, "the other total is it with the taxes")
                    for place in signs:
                        self.asides[place] = "it comes on top of the amount"
                    return

    def _check_net_prices(self) -> None:
        """Take no discount off a price that is what a list price is after it."""
        prices = self._candidates("unit_price")
        for price in prices[:2]:
            after = self._numbers(price)
            for column in ("discount_amount", "discount_rate", "unit_discount"):
                for place in self._candidates(column):
                    off = np.nan_to_num(self._numbers(place))
                    for position in [at for at in self._amounts() if at not in (price, place)]:
                        before = self._numbers(position)
                        nets = (before * (1 - off), before * (1 - off / 100), before - off)
                        if proofs.differs(before, after) and any(
                            proofs.proves(after, net) for net in nets
                        ):
                            self._refuse(place, _DISCOUNTS, "the price is after it")
                            self._support(
                                "unit_price", price, 0.3, "the list price less the discount"
                            )
                            self._refuse(
                                position, ("unit_price",), "it is the price before the discount"
                            )

    def _check_totals(self) -> None:
        self._find_price()
        self._check_net_prices()
        self._check_price_units()
        self._check_running_totals()
        self._check_fees()
        self._check_sums_with_taxes()
        totals = self._candidates("line_total")
        self._choose_price(totals)
        amounts = {position: self._numbers(position) for position in self._amounts()}
        gross = self._gross()
        reductions = {
            position
            for column in ("discount_amount", "discount_rate", "unit_discount")
            for position in self._candidates(column)
        }
        on_top = {
            **dict.fromkeys(self._freights(), "shipping"),
            **dict.fromkeys(self._taxes(), "tax"),
        }
        for total, part, rest in proofs.pairs_that_add_up(
            {place: amounts[place] for place in amounts if place in {*totals, *reductions, *on_top}}
        ):
            for one, other in ((part, rest), (rest, part)):
                if one in reductions and other in totals and total in totals:
                    self.money_off.add(one)
                    self._support("line_total", other, 0.4, "it is the amount less the discount")
                    self._refuse(total, ("line_total",), "it is the amount before the discount")
                if one in on_top and other in totals and total in totals:
                    what = on_top[one]
                    self._support("line_total", other, 0.4, f"it is the amount without the {what}")
                    self._refuse(total, ("line_total",), f"it is the amount with the {what}")
        if gross is None:
            self._check_growth()
            return
        for position in self._candidates("line_total"):
            self._check_total(position, gross, reductions, on_top)
        self._check_growth()

    def _check_total(
        self, position: int, gross: Numbers, reductions: set[int], on_top: dict[int, str]
    ) -> None:
        amount = self._numbers(position)
        for place in reductions - {position}:
            discount = np.nan_to_num(self._numbers(place))
            if not discount.any():
                continue
            units = self._numbers(self._candidates("units")[0])
            for net in (
                gross - discount,
                gross * (1 - discount),
                gross * (1 - discount / 100),
                gross - discount * units,
            ):
                if proofs.proves(amount, net) and proofs.differs(amount, gross):
                    self._support(
                        "line_total", position, 0.4, "price times units less the discount"
                    )
                    return
        if proofs.proves(amount, gross):
            given = any(
                proofs.differs(gross - np.nan_to_num(self._numbers(place)), gross)
                for place in reductions - {position}
            )
            if given:
                self._refuse(
                    position, ("line_total",), "it is price times units, before the discount"
                )
            else:
                self._support("line_total", position, 0.3, "it is price times units")
            return
        if self._is_explained_by_parts(position, gross, reductions, on_top):
            return
        more = [({place}, what) for place, what in on_top.items()]
        if len(on_top) > 1:
            more.append(({*on_top}, " and the ".join(dict.fromkeys(on_top.values()))))
        for places, what in more:
            extra = sum((np.nan_to_num(self._numbers(place)) for place in places), 0.0)
            if proofs.proves(amount, gross + extra):
                self._refuse(position, ("line_total",), f"it is price times units with the {what}")
                return
        if proofs.has_factor(amount, gross):
            self._refuse(position, ("line_total",), "it is price times units with something on top")
            return
        share = proofs.agree(amount, gross)
        if share is not None and share < 0.02 and len(amount) >= 20 and not reductions:
            self._refuse(
                position, ("line_total",), "it is not price times units in any row or nearly"
            )

    def _is_explained_by_parts(
        self, position: int, gross: Numbers, reductions: set[int], on_top: dict[int, str]
    ) -> bool:
        """Tell what a total has beside price times units, where the columns beside it say so."""
        read = {place for _, place in self.weights} - reductions
        parts = {
            place: self._numbers(place)
            for place in self._amounts()
            if place != position and (place in on_top or place not in read)
        }
        known_signs = {**dict.fromkeys(on_top, 1), **dict.fromkeys(reductions, -1)}
        signs = proofs.signed_parts(self._numbers(position), gross, parts, known_signs)
        if not signs:
            return False
        names = self.table.headers
        off = {place for place, sign in signs.items() if sign < 0}
        more = {place for place, sign in signs.items() if sign > 0}
        known = more & on_top.keys()
        self.money_off |= off & reductions
        if off <= reductions and more == known:
            what = " and the ".join(dict.fromkeys(on_top[place] for place in sorted(known)))
            if not more:
                self._support("line_total", position, 0.4, "price times units less the discount")
            else:
                why = f"it is price times units with the {what}"
                self._refuse(position, ("line_total",), why)
                self.asides |= dict.fromkeys(known, "it comes on top of price times units")
            return True
        self.parts_of_total[position] = sorted(more - known)[:1] or sorted(off - reductions)[:1]
        for place in sorted(signs.keys() - reductions - on_top.keys()):
            self.asides.setdefault(place, f"'{short(names[position], 30)}' has it in it")
        return True

    def _with_part(self, found: Understood) -> Question | None:
        """Ask whether a total is meant with what stands beside it and is in it."""
        total = found.picks.get("line_total")
        if total is None:
            return None
        place = total.positions[0]
        taken = {at for pick in found.picks.values() for at in pick.positions}
        for position in self.parts_of_total.get(place, []):
            if position not in taken:
                return self._question_on_part(place, [position], "included_freight")
        amounts = self._numbers(place)
        units, gross = found.picks.get("units"), self._gross()
        if gross is not None and units is not None:
            return None  # the rows would have shown it
        for position in [at for at in self._amounts() if at not in {*taken, *self.asides}]:
            if says_of_numbers(self.table.headers[position], "on_top"):
                part = np.nan_to_num(self._numbers(position))
                some = (part != 0) & np.isfinite(amounts)
                if some.any() and np.mean(np.abs(part[some]) < np.abs(amounts[some])) > MOST_OF:
                    return self._question_on_part(place, [position], "included_freight")
        return None

    def _find_price(self) -> None:
        """Take what gives the total, times the units, for the price, whatever it is called."""
        units = self._candidates("units")
        if self._candidates("unit_price") or not units:
            return
        count = self._numbers(units[0])
        totals = self._candidates("line_total")
        for column in ("line_total", "unit_cost"):
            for position in self._candidates(column):
                amount = self._numbers(position) * count
                for total in totals:
                    is_total = total != position and proofs.proves(self._numbers(total), amount)
                    if is_total and proofs.differs(self._numbers(total), self._numbers(position)):
                        del self.weights[column, position]
                        self._add("unit_price", position, 1.0, "times units, it is the total")
                        return

    def _check_price_units(self) -> None:
        """Find of how many units the price is, which a total proves."""
        for position in self._candidates("price_units"):
            for_all = self._gross()
            if for_all is None:
                return
            one = for_all * _known(self._numbers(position), 1)
            for total in self._candidates("line_total"):
                amount = self._numbers(total)
                if not proofs.differs(for_all, one):
                    break
                if proofs.proves(amount, for_all):
                    why = "the total is price times units by it"
                    self._support("price_units", position, 0.4, why)
                elif proofs.proves(amount, one):
                    self._refuse(position, ("price_units",), "the price is that of one unit")

    def _check_running_totals(self) -> None:
        """Refuse what adds up the rows above."""
        gross = self._gross()
        steps = [] if gross is None else [gross]
        steps += [self._numbers(position) for position in self._candidates("line_total")]
        for position in self._candidates("line_total"):
            amounts = self._numbers(position)
            if any(proofs.adds_up(amounts, step, self.table.origins) for step in steps):
                self._refuse(position, ("line_total",), "it adds up the rows above")

    def _check_fees(self) -> None:
        """Take the amount before fees for the total, where the rows prove it.

        Fees with a minus are taken off the larger amount. Others may as well be put on the smaller
        one: both amounts are possible.
        """
        amounts = {position: self._numbers(position) for position in self._amounts()}
        fees = [place for place in amounts if says_of_numbers(self.table.headers[place], "fees")]
        sums = {place: float(np.nansum(numbers)) for place, numbers in amounts.items()}
        for total in self._candidates("line_total") if fees else ():
            for position in sorted(amounts.keys() - {*fees, total}):
                if not proofs.is_sum_with_some_of(
                    amounts[total], amounts[position], [amounts[place] for place in fees]
                ):
                    continue
                if all(sums[place] <= 0 for place in fees):
                    left, before = sorted((total, position), key=lambda place: abs(sums[place]))
                    self._refuse(left, ("line_total",), "it is what is left after the fees")
                    self._add("line_total", before, 1.2, "it is the amount before the fees")
                elif position not in self._candidates("line_total"):
                    self._add("line_total", position, self.weights["line_total", total])
                return

    def _check_growth(self) -> None:
        """Take what grows with the units of each product for the total, whatever it is called."""
        prices, totals = self._candidates("unit_price"), self._candidates("line_total")
        if len({*prices, *totals}) != 1:
            return
        (position,) = {*prices, *totals}
        grows = self._grows(position)
        if grows and prices:
            self._refuse_quietly("unit_price", position)
            self._add("line_total", position, 1.0, "that of each product grows with its units")
        elif grows is False and prices and totals:
            self._refuse_quietly("line_total", position)
            self._add(
                "unit_price", position, 1.0, "that of each product is one, whatever its units"
            )

    def _grows(self, position: int) -> bool | None:
        """Tell whether amounts of each product grow with its units; None where that is not seen."""
        units = self._candidates("units")
        products = self._candidates("product_id") or self._candidates("product_name")
        if not units or not products:
            return None
        return proofs.grows_with_units(
            self.table.profiles[products[0]], self._numbers(units[0]), self._numbers(position)
        )

    def _choose_price(self, totals: list[int]) -> None:
        """Of several prices, take the one that the total is made of."""
        prices, units = self._candidates("unit_price"), self._candidates("units")
        if len(prices) < 2 or not units:
            return
        for position in prices:
            gross = self._numbers(position) * self._numbers(units[0])
            if any(
                proofs.proves(self._numbers(total), gross) for total in totals if total != position
            ):
                self._support("unit_price", position, 0.3, "times units, it is the total")
                return

    def _amounts(self) -> list[int]:
        return [
            position
            for position, profile in enumerate(self.table.profiles)
            if profile.count and profile.number_share > 0.6 and profile.date_share < 0.5
        ]

    def _check_costs(self) -> None:
        totals = self._candidates("line_total")
        revenue = self._numbers(totals[0]) if totals else self._gross()
        if revenue is None:
            return
        units = self._candidates("units")
        for position in [*self._candidates("line_cost"), *self._candidates("line_profit")]:
            if proofs.proves(self._numbers(position), revenue):
                self._refuse(position, ("line_cost", "line_profit"), "it equals the revenue")
        for cost in self._candidates("line_cost"):
            for profit in self._candidates("line_profit"):
                if proofs.proves(revenue - self._numbers(cost), self._numbers(profit)):
                    self._support("line_cost", cost, 0.3, "revenue less it is the profit")
                    self._support("line_profit", profit, 0.3, "it is revenue less cost")
                    return
        for position in self._candidates("line_cost"):
            # A cost that grows with the price and not with the units is that of one piece.
            if not units or ("unit_cost", position) in self.weights:
                continue
            one = proofs.spread(self._numbers(position) * self._numbers(units[0]), revenue)
            all_ = proofs.spread(self._numbers(position), revenue)
            if one < all_ / 3:
                weight = self.weights.pop(("line_cost", position))
                self._add("unit_cost", position, weight, "it grows with the price, not with units")
            elif one < all_ * 0.8:
                self._refuse(position, ("line_cost",), "of one piece or of all: that is not clear")

    def _settle_discounts(self) -> None:
        """Tell a discount in money from a rate, where one header may mean either.

        A rate's rows say whether it is a share or percent, and whether it is none after all.
        """
        gross = self._gross()
        totals = [self._numbers(place) for place in self._candidates("line_total")]
        for position in self._candidates("discount_amount"):
            numbers = self._numbers(position)
            known = numbers[np.isfinite(numbers)]
            of_each = np.full_like(numbers, np.nan) if gross is None else gross
            if not known.any():
                if ("discount_rate", position) in self.weights:
                    # All zero: it changes nothing, and says nothing.
                    self._refuse(position, ("discount_amount", "discount_rate"), "there is none")
                continue
            if self._is_off_each_piece(numbers, of_each, totals):
                self._refuse_quietly("discount_amount", position)
                self._refuse_quietly("discount_rate", position)
                why = "it is taken off the price of one piece"
                self._add("unit_discount", position, 1.0, why)
                continue
            if ("discount_rate", position) in self.weights:
                is_money = position in self.money_off or discounts.possible(
                    numbers, of_each, totals, discounts.KINDS
                ) == [discounts.MONEY]
                other = "discount_rate" if is_money else "discount_amount"
                self._refuse_quietly(other, position)
                continue
            if discounts.possible(numbers, of_each, totals, discounts.KINDS) == [discounts.PERCENT]:
                self._refuse(position, ("discount_amount",), "it is percent, not an amount")
            elif self._is_doubtful_amount(known, gross, numbers):
                self._refuse(
                    position, ("discount_amount",), "an amount or percent: that is not clear"
                )

    def _is_off_each_piece(self, discount: Numbers, gross: Numbers, totals: list[Numbers]) -> bool:
        units = self._candidates("units")
        if not units:
            return False
        off = discount * self._numbers(units[0])
        return any(
            proofs.proves(total, gross - off) and proofs.differs(total, gross - discount)
            for total in totals
        )

    def _is_doubtful_amount(self, known: Numbers, gross: Numbers | None, numbers: Numbers) -> bool:
        header = parts(self.table.headers[self._where(numbers)]) if known.any() else ()
        if not known.any() or {"amount", "betrag", "value"} & set(header):
            return False
        if gross is not None and bool(np.nanmax(np.nan_to_num(numbers) - np.abs(gross)) > 0):
            return True  # more than the line is worth
        # 5, 10, 15, 20: percent as likely as money, unless a total proves it.
        few = len(np.unique(known)) <= 12 and bool(np.all(known % 2.5 == 0)) and known.max() <= 100
        return bool(few) and len(known) >= 20

    def _where(self, numbers: Numbers) -> int:
        return next(
            position
            for position, profile in enumerate(self.table.profiles)
            if profile.numbers is numbers
        )

    def _refuse_quietly(self, column: str, position: int) -> None:
        self.weights.pop((column, position), None)

    # -------------------------------------------------------------- all together

    def _assigned(self) -> dict[str, tuple[int, float]]:
        """Return the assignment of columns that has the most weight in all."""
        usable = {key: weight for key, weight in self.weights.items() if weight >= PROPOSED}
        chosen: dict[str, tuple[int, float]] = {}
        for group in _connected(usable):
            best = _heaviest(sorted({place for _, place in group}), group)
            for place, column in best.items():
                chosen[column] = (place, group[column, place])
        ordered = [column for column in self.contract.columns if column in chosen]
        return {column: chosen[column] for column in ordered}

    def _put_together(self, found: Understood) -> None:
        """Make a name of a first and a last name, a day of a year, a month and a day."""
        places = {
            "".join(parts(header)): position for position, header in enumerate(self.table.headers)
        }
        noun = _NOUN_OF.get(self.entity)
        name = f"{noun}_name"
        if noun in ("customer", "seller") and name not in found.picks:
            for first, last in (
                ("firstname", "lastname"), ("vorname", "nachname"), ("prenom", "nom"),
                ("nombre", "apellido"), ("nome", "cognome"), ("voornaam", "achternaam"),
                ("imie", "nazwisko"), ("fornamn", "efternamn"), ("nome", "sobrenome"),
            ):  # fmt: skip
                if first in places and last in places:
                    found.picks[name] = Pick([places[first], places[last]], 0.9)
                    break
        if self.entity == "sales_lines" and "sold_at" not in found.picks:
            for names in (
                ("year", "month", "day"),
                ("jahr", "monat", "tag"),
                ("ano", "mes", "dia"),
            ):
                if all(part in places for part in names):
                    positions = [places[part] for part in names]
                    profiles = [self.table.profiles[place] for place in positions]
                    if all(profile.number_share > 0.9 for profile in profiles):
                        found.picks["sold_at"] = Pick(positions, 0.9, separator="-")

    def _rivals(self, found: Understood) -> Question | None:
        """Ask which of two amounts is the line's, where no sum proves it and the values differ."""
        total = found.picks.get("line_total")
        if total is None or total.weight > 1:
            return None
        taken = {position for pick in found.picks.values() for position in pick.positions}
        chosen = total.positions[0]
        for position in self._candidates("line_total"):
            numbers = self._numbers(position)
            if position in taken or not proofs.differs(numbers, self._numbers(chosen)):
                continue
            readings = []
            for place in (chosen, position):
                name = self.table.header.names[place]
                amount = float(np.nansum(self._numbers(place)))
                readings.append(
                    Reading(
                        f"'{short(name)}' ({amount:,.2f} in the first rows)",
                        f"line_total: {json.dumps(name, ensure_ascii=False)}",
                        f"--column {shlex.quote(f'line_total={name}')}",
                    )
                )
            return Question("is the amount of a line", tuple(readings), self.table.places[0][1])
        return None

    def _price_or_total(self, found: Understood) -> Question | None:
        """Ask whether an amount is of a piece or of the line, where its word or values doubt it."""
        picks = [name for name in ("unit_price", "line_total") if name in found.picks]
        if len(picks) != 1 or "units" not in found.picks:
            return None
        (place,) = found.picks[picks[0]].positions
        header, units = (
            self.table.header.names[place],
            self._numbers(found.picks["units"].positions[0]),
        )
        amounts, grows = self._numbers(place), self._grows(place)
        meant = {meaning.column for meaning in meanings(self.table.headers[place], self.entity)}
        is_open = grows is None and {"unit_price", "line_total"} <= meant
        is_odd = grows is False and picks == ["line_total"]
        if not (is_open or is_odd) or not proofs.differs(amounts * units, amounts):
            return None
        asks = f"is '{short(header, 30)}'"
        if is_odd:
            asks = f"'{short(header, 30)}' of each product is one, whatever its units: is it"
        readings = tuple(
            Reading(
                f"{meaning} ({float(np.nansum(numbers)):,.2f} in the first rows)",
                f"{column}: {json.dumps(header, ensure_ascii=False)}",
                f"--column {shlex.quote(f'{column}={header}')}",
            )
            for meaning, column, numbers in (
                ("of the line", "line_total", amounts),
                ("of one piece", "unit_price", amounts * units),
            )
        )
        return Question(asks, readings, self.table.places[0][1])

    def _discount_of_order(self, found: Understood) -> Question | None:
        """Ask whether a discount that all lines of each order share is that of the order."""
        pick, order = found.picks.get("discount_amount"), found.picks.get("order_id")
        if pick is None or order is None:
            return None
        place = pick.positions[0]
        off, gross = np.nan_to_num(self._numbers(place)), self._gross()
        if len(np.unique(off[off != 0])) < 2:
            return None
        why = self._of_the_order(order.positions[0], place)
        if why != "the same on every line of an order" or place in self.money_off:
            return None
        totals = [self._numbers(total) for total in self._candidates("line_total")]
        if gross is not None and any(proofs.proves(total, gross - off) for total in totals):
            return None
        header = self.table.header.names[place]
        return Question(
            f"'{short(header, 30)}' is the same on every line of an order: is it",
            (
                Reading(
                    f"of each line ({float(off.sum()):,.2f} off in the first rows)",
                    f"discount_amount: {json.dumps(header, ensure_ascii=False)}",
                    f"--column {shlex.quote(f'discount_amount={header}')}",
                ),
                Reading(
                    "of the whole order, to be shared out among its lines "
                    f"({self._once(order.positions[0], off):,.2f} off)",
                    f"discount_amount: {json.dumps(header, ensure_ascii=False)} and "
                    "order_amounts: discount_amount",
                    f"--order-amounts {shlex.quote(f'discount_amount={header}')}",
                ),
            ),
            self.table.places[0][1],
        )

    def _total_of_orders(self, found: Understood) -> Question | None:
        """Ask about a total of orders to which no amounts of lines come."""
        order = found.picks.get("order_id")
        if order is None or "units" not in found.picks or "line_total" in found.picks:
            return None
        gross = self._gross()
        for position, why in self.of_orders.items():
            name = self.table.header.names[position]
            totals = self._by_order(order.positions[0], self._numbers(position), of_orders=True)
            whole = float(np.nansum(totals))
            said = shlex.quote(f"line_total={name}")
            key = f"line_total: {json.dumps(name, ensure_ascii=False)}"
            shared = Reading(
                f"'{short(name, 30)}', which is that of the whole order, shared out among its "
                f"lines ({whole:,.2f} in the first rows)",
                f"{key} and order_amounts: line_total",
                f"--order-amounts {said}",
            )
            if gross is None:
                # Perhaps; whoever answers says so.
                found.picks["line_total"] = Pick([position], 0.9, [why])
                self.asides.pop(position, None)
                each = float(np.nansum(self._numbers(position)))
                if why == "the same on every line of an order":
                    of_each = Reading(f"that of each line ({each:,.2f})", key, f"--column {said}")
                else:
                    of_each = Reading(
                        "that of each line", "fill_down: line_total", "--fill-down line_total"
                    )
                units = self._numbers(found.picks["units"].positions[0])
                prices = tuple(
                    Reading(
                        f"'{short(price, 30)}' times units ({float(np.nansum(amounts)):,.2f})",
                        f"unit_price: {json.dumps(price, ensure_ascii=False)}",
                        f"--column {shlex.quote(f'unit_price={price}')}",
                    )
                    for place in self._unread_amounts(found)
                    for price, amounts in (
                        [(self.table.header.names[place], self._numbers(place) * units)]
                    )
                )
                return Question(
                    "is the amount", (shared, of_each, *prices), self.table.places[0][1]
                )
            lines = self._by_order(order.positions[0], gross)
            if proofs.proves(totals, lines) or self._is_explained(
                order.positions[0], totals, lines
            ):
                continue
            price = self.table.header.names[found.picks["unit_price"].positions[0]]
            return Question(
                "do the lines come to",
                (
                    shared,
                    Reading(
                        f"'{short(price, 30)}' times units ({float(np.nansum(lines)):,.2f})",
                        f"unit_price: {json.dumps(price, ensure_ascii=False)}",
                        f"--column {shlex.quote(f'unit_price={price}')}",
                    ),
                ),
                self.table.places[0][1],
            )
        return None

    def _unread_amounts(self, found: Understood) -> list[int]:
        """Return where amounts stand of which nothing is known, and that are of no whole order."""
        taken = {place for pick in found.picks.values() for place in pick.positions}
        known = {*taken, *self.asides, *self.others, *self.of_orders}
        return [
            place
            for place in self._amounts()
            if place not in known
            and self.table.headers[place]
            and not self.table.profiles[place].is_whole
        ]

    def _is_explained(self, order: int, totals: Numbers, lines: Numbers) -> bool:
        """Tell whether totals are the lines with the shipping, the taxes, less the discounts."""
        reductions = {
            position
            for column in ("discount_amount", "unit_discount")
            for position in self._candidates(column)
        }
        others = {*self._freights(), *self._taxes(), *reductions}
        others |= {place for place in self.asides if place not in self.of_orders}
        parts = [
            self._by_order(
                order,
                self._numbers(place),
                of_orders=self._of_the_order(order, place) is not None,
            )
            for place in sorted(others)
            if self.table.profiles[place].number_share > 0.6
        ]
        return proofs.is_sum_with_some_of(totals, lines, parts)

    def _by_order(self, order: int, numbers: Numbers, *, of_orders: bool = False) -> Numbers:
        """Return the sum of each order; of what is that of whole orders, the amount itself."""
        sums: dict[tuple[int, str | None], float] = {}
        ids = self.table.profiles[order].texts.to_pylist()
        for origin, text, number in zip(self.table.origins, ids, numbers.tolist(), strict=True):
            key = (origin, text)
            if not of_orders:
                sums[key] = sums.get(key, 0.0) + float(np.nan_to_num(number))
            elif np.isfinite(number):
                sums[key] = number
            else:
                sums.setdefault(key, 0.0)
        return np.array([*sums.values()])

    def _once(self, order: int, numbers: Numbers) -> float:
        """Return what amounts of whole orders come to, each counted once."""
        return float(self._by_order(order, numbers, of_orders=True).sum())

    def _price_of_several(self, found: Understood) -> Question | None:
        """Ask whether a price is that of so many units as stand beside it, where no total tells."""
        per, price = found.picks.get("price_units"), found.picks.get("unit_price")
        gross = self._gross()
        if per is None or per.weight > 1 or price is None or gross is None:
            return None
        names = self.table.header.names
        of_several, of_one = (names[pick.positions[0]] for pick in (per, price))
        one = gross * _known(self._numbers(per.positions[0]), 1)
        if not proofs.differs(gross, one):
            return None
        return Question(
            f"is '{short(of_one, 30)}' the price",
            (
                Reading(
                    f"of as many units as '{short(of_several, 30)}' says "
                    f"({float(np.nansum(gross)):,.2f} in the first rows)",
                    f"price_units: {json.dumps(of_several, ensure_ascii=False)}",
                    f"--column {shlex.quote(f'price_units={of_several}')}",
                ),
                Reading(
                    f"of one ({float(np.nansum(one)):,.2f})",
                    "no price_units",
                    "--column price_units=none",
                ),
            ),
            self.table.places[0][1],
        )

    def _with_tax_rate(self, found: Understood) -> Question | None:
        """Ask whether the amount includes the tax whose rate stands beside it."""
        pick = found.picks.get("line_total") or found.picks.get("unit_price")
        if pick is None or {"included_tax", "included_tax_rate"} & found.picks.keys():
            return None
        place = pick.positions[0]
        header = self.table.headers[place]
        if says_of_numbers(header, "without_tax"):
            return None
        amounts = self._numbers(place)
        beside = [self._numbers(other) for other in self._amounts() if other != place]
        for position in sorted(self._taxes() - {place}):
            if not says_of_numbers(self.table.headers[position], "tax"):
                continue
            rates = self._rates(position)
            if rates is None:
                continue
            net = amounts / (1 + rates)
            if any(proofs.proves(other, amounts * (1 + rates)) for other in beside):
                self.asides[position] = "the tax comes on top of the amount"
                return None
            if any(proofs.proves(other, net) for other in beside):
                why = "the amount includes the tax of this rate"
                found.picks["included_tax_rate"] = Pick([position], 1.0, [why])
                return None
            if any(self._is_tax_on(other, amounts) for other in self._taxes() - {place}):
                continue  # the tax itself tells
            units = found.picks.get("units")
            if "line_total" not in found.picks and units is not None:
                count = self._numbers(units.positions[0])
                amounts, net = amounts * count, net * count
            name = self.table.header.names[position]
            column = "line_total" if "line_total" in found.picks else "unit_price"
            amount = self.table.header.names[place]
            return Question(
                f"does '{short(amount, 30)}' include the tax at '{short(name, 30)}': is it",
                tuple(
                    Reading(
                        f"{meaning} ({float(np.nansum(total)):,.2f} in the first rows)",
                        f"{ours}: {json.dumps(theirs, ensure_ascii=False)}",
                        f"--column {shlex.quote(f'{ours}={theirs}')}",
                    )
                    for meaning, total, ours, theirs in (
                        ("without", amounts, column, amount),
                        ("with, so that it is taken off", net, "included_tax_rate", name),
                    )
                ),
                self.table.places[0][1],
            )
        return None

    def _rates(self, position: int) -> Numbers | None:
        """Return a column of tax rates as shares; None where it holds no rates, or nothing else."""
        rates = np.nan_to_num(self._numbers(position))
        some = np.unique(np.abs(rates[rates != 0]))
        profile = self.table.profiles[position]
        if not len(some) or profile.date_share > 0.5 or not taxes.are_rates(some):
            return None
        says_rate = says_of_numbers(self.table.headers[position], "rate")
        if not (profile.is_percent or says_rate or len(some) <= _RATES):
            return None
        return np.asarray(np.where(np.abs(rates) >= 1, rates / 100, rates))

    def _with_freight(self, found: Understood) -> Question | None:
        """Ask whether the total includes the shipping beside it, where nothing tells."""
        total = found.picks.get("line_total")
        if total is None or total.weight > 1:
            return None
        place = total.positions[0]
        header = self.table.headers[place]
        amounts = self._numbers(place)
        is_paid = total_words().search(header) or says_of_numbers(header, "paid")
        if says_of_numbers(header, "without_tax") or not is_paid:
            return None
        if (gross := self._gross()) is not None and proofs.proves(amounts, gross):
            return None
        for position in sorted(self._freights() - {place}):
            freight = np.nan_to_num(self._numbers(position))
            if not np.any((freight != 0) & np.isfinite(amounts)):
                continue
            others = [self._numbers(at) for at in self._amounts() if at not in (place, position)]
            if any(proofs.proves(other, amounts + freight) for other in others):
                self.asides[position] = "it comes on top of the total"
            elif any(proofs.proves(amounts, other + freight) for other in others):
                found.picks["included_freight"] = Pick([position], 1.0, ["the total includes it"])
            else:
                return self._question_on_part(place, [position], "included_freight")
        return None

    def _question_on_currency(self, found: Understood) -> Question | None:
        """Ask which of two columns names the currency, or whether it is the amount's header."""
        currency = found.picks.get("currency")
        if currency is None:
            return None
        place = currency.positions[0]
        own, names = self.table.profiles[place], self.table.header.names
        others = [
            other
            for other in self._candidates("currency")
            if other != place and self.table.profiles[other].texts != own.texts
        ]
        readings = [
            Reading(
                f"'{short(names[at], 30)}' ({quoted(profile.distinct.to_pylist(), SHOWN)})",
                f"currency: {json.dumps(names[at], ensure_ascii=False)}",
                f"--column {shlex.quote(f'currency={names[at]}')}",
            )
            for at in [place, *others]
            for profile in [self.table.profiles[at]]
        ]
        amount = found.picks.get("line_total") or found.picks.get("unit_price")
        header = names[amount.positions[0]] if amount else ""
        said = currency_in(header)
        if said and any(contradict(said, text) for text in own.distinct.to_pylist()):
            code = codes_of(said)[0]
            if (
                amount
                and (local := self._in_local_currency(found, amount.positions[0])) is not None
            ):
                # It is that of the other amount.
                readings = [
                    Reading(
                        f"that of the amounts in '{short(names[local], 30)}'",
                        f"line_total: {json.dumps(names[local], ensure_ascii=False)}",
                        f"--column {shlex.quote(f'line_total={names[local]}')}",
                    )
                ]
            readings.append(
                Reading(
                    f"{code}, as the header '{short(header, 30)}' says",
                    f"currency: {{constant: {code}}}",
                    f"--currency {code}",
                )
            )
        if len(readings) < 2:
            return None
        return Question("is the currency of the amounts", tuple(readings), self.table.places[0][1])

    def _in_local_currency(self, found: Understood, place: int) -> int | None:
        """Return where the same amounts stand in other currencies."""
        taken = {position for pick in found.picks.values() for position in pick.positions}
        currencies = self.table.profiles[found.picks["currency"].positions[0]].texts.to_pylist()
        groups = [
            np.array([other == currency for other in currencies])
            for currency in dict.fromkeys(currencies)
        ]
        amounts = self._numbers(place)
        for position in self._amounts():
            other = self._numbers(position)
            if position not in taken and all(
                proofs.has_one_rate(amounts[group], other[group]) for group in groups
            ):
                return position
        return None

    def _with_tax(self, found: Understood) -> Question | None:
        """Tell whether the total includes a tax that stands beside it; ask where nothing tells."""
        total = found.picks.get("line_total")
        if total is None or says_of_numbers(self.table.headers[total.positions[0]], "without_tax"):
            return None
        place = total.positions[0]
        amounts = self._numbers(place)
        places = [at for at in sorted(self._taxes() - {place}) if self._is_tax_on(at, amounts)]
        if not places:
            return None
        several = [np.nan_to_num(self._numbers(at)) for at in places]
        tax = np.asarray(sum(several))
        others = [self._numbers(at) for at in self._amounts() if at not in (place, *places)]
        is_net = any(proofs.proves(other, amounts + tax) for other in others)
        is_gross = any(proofs.proves(amounts, other + tax) for other in others)
        included: bool | None = is_gross
        if is_net == is_gross:
            rates = [rate_in(self.table.headers[at]) for at in places]
            included = taxes.are_included(amounts, several, rates)
        if included:
            names = [self.table.header.names[at] for at in places]
            calculation = {"sum": names} if len(names) > 1 else {}
            why = ["the total includes it"]
            found.picks["included_tax"] = Pick(places, 1.0, why, calculation=calculation)
        elif included is None:
            return self._question_on_part(place, places, "included_tax")
        else:
            self.asides |= dict.fromkeys(places, "it comes on top of the total")
        return None

    def _is_tax_on(self, position: int, amounts: Numbers) -> bool:
        """Tell whether a column holds taxes of amounts, and not their rates or what has them."""
        profile, header = self.table.profiles[position], self.table.headers[position]
        tax = self._numbers(position)
        both = np.isfinite(tax) & np.isfinite(amounts) & (tax != 0) & (amounts != 0)
        if (
            not both.any()
            or profile.is_percent
            or profile.date_share > 0.5
            # `VAT 20%` says of amounts at which rate they are.
            or (rate_in(header) is None and says_of_numbers(header, "rate"))
            or {"code", "id", "no"} & {*parts(header)}
        ):
            return False
        some = np.unique(tax[both])
        is_rate = taxes.are_rates(some) and len(np.unique(amounts[both])) > len(some)
        return not is_rate and float(np.mean(np.abs(tax[both]) < 0.3 * np.abs(amounts[both]))) > 0.9

    def _question_on_part(self, place: int, positions: Sequence[int], part: str) -> Question:
        """Ask whether the total includes what stands beside it."""
        total = self.table.header.names[place]
        names = [self.table.header.names[at] for at in positions]
        amounts = float(np.nansum(self._numbers(place)))
        taken = sum(float(np.nansum(self._numbers(at))) for at in positions)
        calculation = {"sum": names}
        source = as_source(calculation) if names[1:] else _in_quotes(names[0])
        asked = " and ".join(f"'{short(name, 30)}'" for name in names)
        return Question(
            f"does '{short(total, 30)}' include the {asked} beside it: is it",
            tuple(
                Reading(
                    f"{meaning} ({amount:,.2f} in the first rows)",
                    f"{column}: {written_as}",
                    f"--column {shlex.quote(f'{column}={said}')}",
                )
                for meaning, amount, column, written_as, said in (
                    ("without", amounts, "line_total", _in_quotes(total), total),
                    (
                        "with, so that it is taken off",
                        amounts - taken,
                        part,
                        source,
                        written(calculation),
                    ),
                )
            ),
            self.table.places[0][1],
        )

    def _fill_down(self, found: Understood) -> None:
        """Let what stands on the first line of an order hold for its other lines."""
        place, columns = found.picks.get("order_id"), self.contract.columns
        if place is None:
            return
        goods = [
            found.picks[name].positions[0]
            for name in ("product_id", "product_name", "units", "line_total")
            if name in found.picks and found.picks[name].positions != place.positions
        ]
        taken = {
            position
            for name, pick in found.picks.items()
            if columns[name].type not in ("decimal", "integer")
            for position in pick.positions
        }
        if places := of_first_lines(self.table, place.positions[0], goods, taken):
            names = [self.table.header.names[position] for position in places]
            found.settings["fill_down"] = (names, "on the first line of an order only")

    def _complete_lines(self, found: Understood) -> None:
        """Add what follows from the rest: one unit a row, a group for want of a product."""
        if (
            "units" not in found.picks
            and {"line_total", "unit_price"} & found.picks.keys()
            and not self._candidates("units")
        ):
            found.constants["units"] = ("1", "the file counts no pieces: each row is one")
        category = found.picks.get("category")
        if category and not {"product_id", "product_name"} & found.picks.keys():
            found.picks["product_name"] = Pick(
                category.positions, category.weight, ["the finest name of what was sold"]
            )


def _in_quotes(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _known(numbers: Numbers, otherwise: float) -> Numbers:
    """Return numbers, with another for those that are not there, or nothing."""
    return np.asarray(np.where(np.isfinite(numbers) & (numbers != 0), numbers, otherwise))


_Weights = dict[tuple[str, int], float]


def _connected(weights: _Weights) -> list[_Weights]:
    """Split what may be matched into groups that have nothing to do with each other."""
    groups: list[_Weights] = []
    for (column, place), weight in weights.items():
        touching = [
            group for group in groups if any(column == other or place == at for other, at in group)
        ]
        merged: _Weights = {(column, place): weight}
        for group in touching:
            merged |= group
            groups.remove(group)
        groups.append(merged)
    return groups


def _heaviest(places: list[int], weights: _Weights) -> dict[int, str]:
    """Return the matching of places with columns that weighs the most, each used once."""
    best: dict[int, str] = {}
    most = 0.0

    def options(place: int) -> list[str]:
        columns = [column for column, at in weights if at == place]
        return sorted(columns, key=lambda column: -weights[column, place])[:4]

    def go(index: int, chosen: dict[int, str], total: float) -> None:
        nonlocal best, most
        if total > most + 1e-9:
            best, most = dict(chosen), total
        if index == len(places) or total + (len(places) - index) * 1.5 <= most:
            return
        place = places[index]
        for column in options(place):
            if column not in chosen.values():
                go(index + 1, {**chosen, place: column}, total + weights[column, place])
        go(index + 1, chosen, total)

    go(0, {}, 0.0)
    return best
