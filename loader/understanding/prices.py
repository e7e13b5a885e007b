"""Tells prices and totals of lines apart, by what the amounts of a row come to."""

import numpy as np

from loader.understanding import proofs
from loader.understanding.columns import DISCOUNTS, Columns
from loader.understanding.profiles import Numbers, known_or
from loader.understanding.vocabulary import says_of_numbers
from loader.wording import short


def check_totals(columns: Columns) -> None:
    """Tell which amounts are prices and totals, and which have more or less in them."""
    _find_price(columns)
    _check_prices_that_grow(columns)
    _check_net_prices(columns)
    _check_price_units(columns)
    _check_running_totals(columns)
    _check_fees(columns)
    _check_sums_with_taxes(columns)
    totals = columns.candidates("line_total")
    _choose_price(columns, totals)
    amounts = {position: columns.numbers(position) for position in columns.amounts()}
    gross = columns.gross()
    reductions = {
        position
        for column in ("discount_amount", "discount_rate", "unit_discount")
        for position in columns.candidates(column)
    }
    on_top = {
        **dict.fromkeys(columns.freights(), "shipping"),
        **dict.fromkeys(columns.taxes(), "tax"),
    }
    for total, part, rest in proofs.pairs_that_add_up(
        {place: amounts[place] for place in amounts if place in {*totals, *reductions, *on_top}}
    ):
        for one, other in ((part, rest), (rest, part)):
            if one in reductions and other in totals and total in totals:
                columns.money_off.add(one)
                columns.support("line_total", other, 0.4, "it is the amount less the discount")
                columns.refuse(total, ("line_total",), "it is the amount before the discount")
            if one in on_top and other in totals and total in totals:
                what = on_top[one]
                columns.support("line_total", other, 0.4, f"it is the amount without the {what}")
                columns.refuse(total, ("line_total",), f"it is the amount with the {what}")
    if gross is None:
        _check_growth(columns)
        return
    for position in columns.candidates("line_total"):
        _check_total(columns, position, gross, reductions, on_top)
    _check_growth(columns)


def _check_total(
    columns: Columns, position: int, gross: Numbers, reductions: set[int], on_top: dict[int, str]
) -> None:
    amount = columns.numbers(position)
    for place in reductions - {position}:
        discount = np.nan_to_num(columns.numbers(place))
        if not discount.any():
            continue
        units = columns.numbers(columns.candidates("units")[0])
        for net in (
            gross - discount,
            gross * (1 - discount),
            gross * (1 - discount / 100),
            gross - discount * units,
        ):
            if proofs.proves(amount, net) and proofs.differs(amount, gross):
                columns.support("line_total", position, 0.4, "price times units less the discount")
                return
    if proofs.proves(amount, gross):
        given = any(
            proofs.differs(gross - np.nan_to_num(columns.numbers(place)), gross)
            for place in reductions - {position}
        )
        if given:
            columns.refuse(
                position, ("line_total",), "it is price times units, before the discount"
            )
        else:
            columns.support("line_total", position, 0.3, "it is price times units")
        return
    if _is_explained_by_parts(columns, position, gross, reductions, on_top):
        return
    more = [({place}, what) for place, what in on_top.items()]
    if len(on_top) > 1:
        more.append(({*on_top}, " and the ".join(dict.fromkeys(on_top.values()))))
    for places, what in more:
        extra = sum((np.nan_to_num(columns.numbers(place)) for place in places), 0.0)
        if proofs.proves(amount, gross + extra):
            columns.refuse(position, ("line_total",), f"it is price times units with the {what}")
            return
    if proofs.has_factor(amount, gross):
        columns.refuse(position, ("line_total",), "it is price times units with something on top")
        return
    share = proofs.agree(amount, gross)
    if share is not None and share < 0.02 and len(amount) >= 20 and not reductions:
        columns.refuse(
            position, ("line_total",), "it is not price times units in any row or nearly"
        )


def _is_explained_by_parts(
    columns: Columns, position: int, gross: Numbers, reductions: set[int], on_top: dict[int, str]
) -> bool:
    """Tell what a total has beside price times units, where the columns beside it say so."""
    read = {place for _, place in columns.weights} - reductions
    parts = {
        place: columns.numbers(place)
        for place in columns.amounts()
        if place != position and (place in on_top or place not in read)
    }
    known_signs = {**dict.fromkeys(on_top, 1), **dict.fromkeys(reductions, -1)}
    signs = proofs.signed_parts(columns.numbers(position), gross, parts, known_signs)
    if not signs:
        return False
    names = columns.table.headers
    off = {place for place, sign in signs.items() if sign < 0}
    more = {place for place, sign in signs.items() if sign > 0}
    known = more & on_top.keys()
    columns.money_off |= off & reductions
    if off <= reductions and more == known:
        what = " and the ".join(dict.fromkeys(on_top[place] for place in sorted(known)))
        if not more:
            columns.support("line_total", position, 0.4, "price times units less the discount")
        else:
            why = f"it is price times units with the {what}"
            columns.refuse(position, ("line_total",), why)
            columns.asides |= dict.fromkeys(known, "it comes on top of price times units")
        return True
    columns.parts_of_total[position] = sorted(more - known)[:1] or sorted(off - reductions)[:1]
    for place in sorted(signs.keys() - reductions - on_top.keys()):
        columns.asides.setdefault(place, f"'{short(names[position], 30)}' has it in it")
    return True


def _check_sums_with_taxes(columns: Columns) -> None:
    """Take for the total what comes to another one with its taxes and what is beside them."""
    taxes = columns.taxes() & {*columns.amounts()}
    if not taxes:
        return
    read = {place for _, place in columns.weights}
    free = [place for place in columns.amounts() if place not in read - taxes]
    for total in columns.candidates("line_total"):
        for base in [place for place in free if place not in taxes]:
            parts = {place: columns.numbers(place) for place in free if place not in (base, total)}
            signs = proofs.signed_parts(columns.numbers(total), columns.numbers(base), parts)
            is_tax = taxes & signs.keys() and min(signs.values()) > 0
            if len(signs) == 1 and columns.is_tax_on(next(iter(signs)), columns.numbers(total)):
                continue  # it is taken off the total, or on top of it: that is seen later
            if is_tax and not columns.is_price_by_units(total):
                columns.refuse(total, ("line_total",), "it is the amount with the taxes")
                columns.add("line_total", base, 1.2, "the other total is it with the taxes")
                for place in signs:
                    columns.asides[place] = "it comes on top of the amount"
                return


def _find_price(columns: Columns) -> None:
    """Take what gives the total, times the units, for the price, whatever it is called."""
    units = columns.candidates("units")
    if columns.candidates("unit_price") or not units:
        return
    count = columns.numbers(units[0])
    totals = columns.candidates("line_total")
    for column in ("line_total", "unit_cost"):
        for position in columns.candidates(column):
            amount = columns.numbers(position) * count
            for total in totals:
                is_total = total != position and proofs.proves(columns.numbers(total), amount)
                if is_total and proofs.differs(columns.numbers(total), columns.numbers(position)):
                    del columns.weights[column, position]
                    columns.add("unit_price", position, 1.0, "times units, it is the total")
                    return


def _choose_price(columns: Columns, totals: list[int]) -> None:
    """Of several prices, take the one that the total is made of."""
    prices, units = columns.candidates("unit_price"), columns.candidates("units")
    if len(prices) < 2 or not units:
        return
    for position in prices:
        gross = columns.numbers(position) * columns.numbers(units[0])
        if any(
            proofs.proves(columns.numbers(total), gross) for total in totals if total != position
        ):
            columns.support("unit_price", position, 0.3, "times units, it is the total")
            return


def _check_net_prices(columns: Columns) -> None:
    """Take no discount off a price that is what a list price is after it."""
    prices = columns.candidates("unit_price")
    for price in prices[:2]:
        after = columns.numbers(price)
        for column in ("discount_amount", "discount_rate", "unit_discount"):
            for place in columns.candidates(column):
                off = np.nan_to_num(columns.numbers(place))
                for position in [at for at in columns.amounts() if at not in (price, place)]:
                    before = columns.numbers(position)
                    nets = (before * (1 - off), before * (1 - off / 100), before - off)
                    if proofs.differs(before, after) and any(
                        proofs.proves(after, net) for net in nets
                    ):
                        columns.refuse(place, DISCOUNTS, "the price is after it")
                        columns.support(
                            "unit_price", price, 0.3, "the list price less the discount"
                        )
                        columns.refuse(
                            position, ("unit_price",), "it is the price before the discount"
                        )


def _check_price_units(columns: Columns) -> None:
    """Find of how many units the price is, which a total proves."""
    for position in columns.candidates("price_units"):
        for_all = columns.gross()
        if for_all is None:
            return
        one = for_all * known_or(columns.numbers(position), 1)
        for total in columns.candidates("line_total"):
            amount = columns.numbers(total)
            if not proofs.differs(for_all, one):
                break
            if proofs.proves(amount, for_all):
                why = "the total is price times units by it"
                columns.support("price_units", position, 0.4, why)
            elif proofs.proves(amount, one):
                columns.refuse(position, ("price_units",), "the price is that of one unit")


def _check_running_totals(columns: Columns) -> None:
    """Refuse what adds up the rows above."""
    gross = columns.gross()
    steps = [] if gross is None else [gross]
    steps += [columns.numbers(position) for position in columns.candidates("line_total")]
    for position in columns.candidates("line_total"):
        amounts = columns.numbers(position)
        if any(proofs.adds_up(amounts, step, columns.table.origins) for step in steps):
            columns.refuse(position, ("line_total",), "it adds up the rows above")


def _check_fees(columns: Columns) -> None:
    """Take the amount before fees for the total, where the rows prove it.

    Fees with a minus are taken off the larger amount. Others may as well be put on the smaller
    one: both amounts are possible.
    """
    amounts = {position: columns.numbers(position) for position in columns.amounts()}
    fees = [place for place in amounts if says_of_numbers(columns.table.headers[place], "fees")]
    sums = {place: float(np.nansum(numbers)) for place, numbers in amounts.items()}
    for total in columns.candidates("line_total") if fees else ():
        for position in sorted(amounts.keys() - {*fees, total}):
            if not proofs.is_sum_with_some_of(
                amounts[total], amounts[position], [amounts[place] for place in fees]
            ):
                continue
            if all(sums[place] <= 0 for place in fees):
                left, before = sorted((total, position), key=lambda place: abs(sums[place]))
                columns.refuse(left, ("line_total",), "it is what is left after the fees")
                columns.add("line_total", before, 1.2, "it is the amount before the fees")
            elif position not in columns.candidates("line_total"):
                columns.add("line_total", position, columns.weights["line_total", total])
            return


def _check_prices_that_grow(columns: Columns) -> None:
    """Take several prices, with a tax and without, for totals if each grows with the units."""
    prices = columns.candidates("unit_price")
    alone = {*columns.candidates("line_total")} <= {*prices}
    if len(prices) > 1 and alone and all(columns.grows(position) for position in prices):
        for position in prices:
            columns.drop("unit_price", position)
            columns.add("line_total", position, 0.9, "that of each product grows with its units")


def _check_growth(columns: Columns) -> None:
    """Take what grows with the units of each product for the total, whatever it is called."""
    prices, totals = columns.candidates("unit_price"), columns.candidates("line_total")
    if len({*prices, *totals}) != 1:
        return
    (position,) = {*prices, *totals}
    grows = columns.grows(position)
    if grows and prices:
        columns.drop("unit_price", position)
        columns.add("line_total", position, 1.0, "that of each product grows with its units")
    elif grows is False and prices and totals:
        columns.drop("line_total", position)
        columns.add("unit_price", position, 1.0, "that of each product is one, whatever its units")
