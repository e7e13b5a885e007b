"""The columns of a table that is read as one entity, and which of ours each may be."""

from collections.abc import Iterable

import numpy as np

from loader.contracts import ENTITIES
from loader.understanding import proofs, taxes
from loader.understanding.profiles import Numbers, known_or
from loader.understanding.tables import Table
from loader.understanding.vocabulary import meanings, parts, rate_in, says_of_numbers

PROPOSED = 0.6
"""What is less sure than this is not proposed."""

NOUN_OF = {
    "customers": "customer",
    "products": "product",
    "sellers": "seller",
    "stores": "store",
    "shipping_companies": "shipping_company",
    "product_categories": "category",
}
"""The master data, with what a row of each is."""

DISCOUNTS = ("discount_amount", "discount_rate", "unit_discount")


class Columns:
    """The columns of one table, with what is known of them while it is read as one entity."""

    def __init__(self, table: Table, entity: str) -> None:
        """Begin with nothing known."""
        self.table = table
        self.entity = entity
        self.contract = ENTITIES[entity]
        self.asides: dict[int, str] = {}  # why a column is not taken
        # (our column, position) -> how surely, and why.
        self.weights: dict[tuple[str, int], float] = {}
        self.reasons: dict[tuple[str, int], list[str]] = {}
        self.others: set[int] = set()  # what means nothing of ours, or is part of an amount
        self.turned: set[int] = set()  # discounts written with a minus
        self.parts_of_total: dict[int, list[int]] = {}  # what a total has in it, perhaps wrongly
        self.of_orders: dict[int, str] = {}  # totals of whole orders, with how they stand there
        self.money_off: set[int] = set()  # discounts that a total proves to be amounts

    def add(self, column: str, position: int, weight: float, reason: str = "") -> None:
        """Say how surely a column of ours is at a position."""
        self.weights[column, position] = weight
        if reason:
            self.reasons.setdefault((column, position), []).append(reason)

    def support(self, column: str, position: int, more: float, reason: str) -> None:
        """Say that more speaks for a column of ours at a position."""
        before = self.weights.get((column, position), 0.0)
        self.add(column, position, min(before + more, 1.5), reason)

    def refuse(self, position: int, columns: Iterable[str], why: str) -> None:
        """Say why columns of ours are not at a position."""
        for column in columns:
            if self.weights.pop((column, position), None) is not None:
                self.asides[position] = why

    def drop(self, column: str, position: int) -> None:
        """Take a column of ours for something else that was found at its position."""
        self.weights.pop((column, position), None)

    def candidates(self, column: str) -> list[int]:
        """Return the positions that a column may be at, the likelier ones first."""
        places = [place for name, place in self.weights if name == column]
        return sorted(places, key=lambda place: -self.weights[column, place])

    def numbers(self, position: int) -> Numbers:
        """Return the numbers of a column; NaN where there are none."""
        return self.table.profiles[position].numbers

    def of_the_order(self, order: int, position: int) -> str | None:
        """Tell how amounts of whole orders stand on their lines; None if they are of lines."""
        profiles = self.table.profiles
        return proofs.of_the_order(profiles[order], profiles[position], self.table.origins)

    def gross(self) -> Numbers | None:
        """Return price times units, where both are there beyond doubt."""
        prices, units = self.candidates("unit_price"), self.candidates("units")
        if not prices or not units:
            return None
        gross = self.numbers(prices[0]) * self.numbers(units[0])
        per = self.candidates("price_units")
        return gross / known_or(self.numbers(per[0]), 1) if per else gross

    def is_price_by_units(self, position: int) -> bool:
        """Tell whether a column is price times units."""
        gross = self.gross()
        return gross is not None and proofs.proves(self.numbers(position), gross)

    def taxes(self) -> set[int]:
        """Return the positions of taxes and their rates."""
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

    def freights(self) -> set[int]:
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
            for position in self.amounts()
            if says_of_numbers(self.table.headers[position], "freight")
            and not meanings(self.table.headers[position], self.entity)
        }

    def amounts(self) -> list[int]:
        """Return the positions of numbers, percent and days left out."""
        return [
            position
            for position, profile in enumerate(self.table.profiles)
            if profile.count and profile.number_share > 0.6 and profile.date_share < 0.5
        ]

    def grows(self, position: int) -> bool | None:
        """Tell whether amounts of each product grow with its units; None where that is not seen."""
        units = self.candidates("units")
        products = self.candidates("product_id") or self.candidates("product_name")
        if not units or not products:
            return None
        return proofs.grows_with_units(
            self.table.profiles[products[0]], self.numbers(units[0]), self.numbers(position)
        )

    def is_tax_on(self, position: int, amounts: Numbers) -> bool:
        """Tell whether a column holds taxes of amounts, and not their rates or what has them."""
        profile, header = self.table.profiles[position], self.table.headers[position]
        tax = self.numbers(position)
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
