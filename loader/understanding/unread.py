"""Asks about columns of numbers that would be left aside in silence, though they change figures."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from loader.calculated import as_source, rates_of, written
from loader.evidence.dates import ORDERS
from loader.questions import Question, Reading
from loader.typed_rows import dates_of
from loader.understanding import beside_prices, proofs
from loader.understanding.profiles import Numbers, Profile
from loader.understanding.tables import Table
from loader.understanding.vocabulary import (
    DISCOUNT,
    OTHER,
    meanings,
    parts,
    says_of_numbers,
)
from loader.wording import short

_SEVERAL_DAYS = 3
"""So many rows, or days, are no chance."""

_YEAR = 366

_GROWING = 8
"""So many amounts that grow from row to row are hardly so by chance."""

_DISCOUNTS = ("discount_amount", "discount_rate", "unit_discount")

_RATES = 8
"""More rates than these are amounts."""

_NUMBERS = 0.999
"""So much of a column must be numbers, that none is lost."""

Places = dict[str, int]
"""Our column -> its position."""


def questions(table: Table, places: Places, asides: dict[int, str]) -> Iterator[Question]:
    """Yield what to ask about numbers that nothing of ours reads.

    Args:
        table: with sales.
        places: what is read.
        asides: position -> why it is not read, where that is known.
    """
    for ask in (_of_units, _of_discounts, _of_a_factor, _of_what_is_taken_off):
        if (question := ask(table, places, asides)) is not None:
            yield question
    others = (
        _of_a_constant_day(table, places),
        _of_a_discount_beside_a_total(table, places),
        _of_a_running_total(table, places),
        beside_prices.question(table, places, [*_numbers_aside(table, places, asides)]),
    )
    yield from (question for question in others if question is not None)


def _numbers_aside(table: Table, places: Places, asides: dict[int, str]) -> Iterator[int]:
    """Yield the positions of all numbers that nothing reads, percent among them."""
    for position, profile in enumerate(table.profiles):
        is_read = position in places.values() or position in asides
        is_number = profile.count and (profile.number_share > 0.6 or profile.is_percent)
        if not is_read and is_number and profile.date_share < 0.5:
            yield position


def _unread(table: Table, places: Places, asides: dict[int, str]) -> Iterator[tuple[int, str]]:
    for position, profile in enumerate(table.profiles):
        is_read = position in places.values() or position in asides
        if (
            not is_read
            and profile.count
            and profile.number_share > 0.6
            and profile.date_share < 0.5
            and not profile.is_percent
        ):
            yield position, table.headers[position]


def _of_units(table: Table, places: Places, asides: dict[int, str]) -> Question | None:
    """Ask which column counts the pieces, where another one than is read may, or none is read."""
    chosen = places.get("units")
    numbers = [profile.numbers for profile in table.profiles]
    price, total = places.get("unit_price"), places.get("line_total")
    if (
        chosen is not None
        and price is not None
        and total is not None
        and proofs.proves(numbers[total], numbers[price] * numbers[chosen])
    ):
        return None
    kinds = ("pieces", "packed") if chosen is None else ("pieces",)
    if chosen is None and price is not None:
        total = None  # `Sold` is an amount no more than it is a number of pieces
    if total is None:
        places = {name: place for name, place in places.items() if name != "line_total"}
    counts = [
        position
        for position, header in _unread(table, places, asides)
        if says_of_numbers(header, *kinds)
        and not says_of_numbers(header, "tax", "rate")
        and table.profiles[position].is_whole
        and (chosen is None or not _is_known(table, position))
        and (chosen is None or proofs.differs(numbers[position], numbers[chosen]))
    ]
    base = chosen if chosen is not None else next(iter(counts), None)
    others = [
        position
        for position, profile in enumerate(table.profiles)
        if position not in {base, *places.values()} and profile.is_whole and profile.count
    ]
    back = [
        position
        for position in others
        if says_of_numbers(table.headers[position], "back")
        and not says_of_numbers(table.headers[position], "before_or_after", "paid")
        and _is_part(numbers[position], None if base is None else numbers[base])
    ]
    if base is None or not (counts or (back and total is None)):
        return None
    packs = [
        position
        for position in others
        if says_of_numbers(table.headers[position], "in_a_pack", "packed")
        and position not in back
        and np.nanmin(numbers[position]) >= 1
    ]
    price_of_units = None if price is None or total is not None else numbers[price]

    def reading(said: str, key: str, units: Numbers, flag: str) -> Reading:
        figure = f"{float(np.nansum(units)):,.0f}"
        if price_of_units is not None:
            figure = f"{float(np.nansum(price_of_units * units)):,.2f}"
        return Reading(
            f"{said} ({figure} in the first rows)",
            f"units: {key}",
            f"--column {shlex.quote(f'units={flag}')}",
        )

    names = table.header.names
    readings = [
        reading(
            f"'{short(names[position], 30)}'",
            json.dumps(names[position], ensure_ascii=False),
            numbers[position],
            names[position],
        )
        for position in ([] if chosen is None else [chosen]) + counts
    ]
    for operation, positions in (("times", packs[:2]), ("less", back[:2])):
        for position in positions:
            pair = [names[base], names[position]]
            calculation = (
                {"times": pair} if operation == "times" else {"sum": pair[:1], "less": pair[1:]}
            )
            units = (
                numbers[base] * numbers[position]
                if operation == "times"
                else np.nan_to_num(numbers[base]) - np.nan_to_num(np.abs(numbers[position]))
            )
            word = "times" if operation == "times" else "less"
            readings.append(
                reading(
                    f"'{short(pair[0], 30)}' {word} '{short(pair[1], 30)}'",
                    as_source(calculation),
                    units,
                    written(calculation),
                )
            )
    if chosen is None:
        one = np.ones(len(numbers[base]))
        of_one = reading("one piece a row", "{constant: 1}", one, "none")
        readings.append(of_one)
    return Question("is the number of pieces", tuple(readings), table.places[0][1])


def _is_part(part: Numbers, whole: Numbers | None) -> bool:
    """Tell whether a column may count some of the pieces of another one."""
    known = part[np.isfinite(part)]
    if not known.any() or (known < 0).any():
        return False
    both = whole is not None and np.isfinite(part) & np.isfinite(whole)
    return whole is None or bool(np.all(part[both] <= whole[both]))


def _is_known(table: Table, position: int) -> bool:
    """Tell whether the vocabulary knows a column for something else."""
    return any(item.column == OTHER for item in meanings(table.headers[position], "sales_lines"))


def _of_a_constant_day(table: Table, places: Places) -> Question | None:
    """Ask for the day where it is the same in all rows, and a column beside has earlier ones.

    It may be that of the export. Days that come later are those of deliveries and payments.
    """
    chosen = places.get("sold_at")
    if chosen is None or table.profiles[chosen].count < _SEVERAL_DAYS:
        return None
    stated = _days(table.profiles[chosen])
    if len(stated) != 1:
        return None
    last = stated[0]
    for position, profile in enumerate(table.profiles):
        if position in places.values() or profile.date_share < 1 or _is_known(table, position):
            continue
        days = _days(profile)
        is_before = days and last - timedelta(days=_YEAR) < min(days) and max(days) <= last
        if len(days) >= _SEVERAL_DAYS and is_before:
            names = table.header.names
            told = ((position, f"{min(days)} to {max(days)}"), (chosen, str(last)))
            return Question(
                f"'{short(names[chosen], 30)}' is {last} in every row, and "
                f"'{short(names[position], 30)}' is not: is the day of the sale",
                tuple(
                    Reading.of_column(f"'{short(names[at], 30)}' ({said})", "sold_at", names[at])
                    for at, said in told
                ),
                table.places[0][1],
            )
    return None


def _days(profile: Profile) -> list[date]:
    """Return the different days of a column in the first order that reads all; else none."""
    for orders in ([], *([order] for order in ORDERS)):
        days = dates_of(profile.distinct, orders)
        if not days.null_count:
            return sorted(set(days.to_pylist()))
    return []


def _of_discounts(table: Table, places: Places, asides: dict[int, str]) -> Question | None:
    """Ask about discounts beside the one that is read, and about one that cannot be read."""
    if "line_total" in places or "unit_price" not in places or "units" not in places:
        return None
    names, numbers = table.header.names, [profile.numbers for profile in table.profiles]
    read = [places[name] for name in _DISCOUNTS if name in places]
    others = [
        position
        for position, header in enumerate(table.headers)
        if position not in {*places.values(), *asides}
        and _is_discount(header, table.profiles[position])
        and table.profiles[position].count
        and (not np.isfinite(numbers[position]).all() or numbers[position].any())
    ]
    if not others:
        return None
    gross = numbers[places["unit_price"]] * numbers[places["units"]]
    told = f"{float(np.nansum(gross)):,.2f} in the first rows"
    name, price = names[others[0]], names[places["unit_price"]]
    mark = table.profiles[others[0]].decimal_mark
    shares = rates_of(table.profiles[others[0]].texts, mark)
    is_text = table.profiles[others[0]].number_share < _NUMBERS
    if is_text and np.isfinite(shares).sum() >= _NUMBERS * table.profiles[others[0]].count:
        left = float(np.nansum(gross * (1 - np.nan_to_num(shares))))
        chained = {"times": [price], "less_rates": [name]}
        return Question(
            f"'{short(name, 30)}' holds several discounts in one: is the amount",
            (
                Reading(
                    f"less each of them, one after the other ({left:,.2f} in the first rows)",
                    f"unit_price: {as_source(chained)}",
                    f"--column {shlex.quote(f'unit_price={written(chained)}')}",
                ),
                Reading.of_column(
                    f"price times units ({float(np.nansum(gross)):,.2f})", "unit_price", price
                ),
            ),
            table.places[0][1],
        )
    if is_text:
        odd = next(
            text
            for text, number in zip(
                table.profiles[others[0]].texts.to_pylist(), numbers[others[0]], strict=True
            )
            if text and not np.isfinite(number)
        )
        return Question(
            f"'{short(name, 30)}' holds texts such as '{short(odd, 30)}': is the amount",
            (
                Reading.of_column(
                    "less what stands there, with the rows in quarantine whose text is no number",
                    "discount_rate",
                    name,
                ),
                Reading.of_column(f"price times units ({told})", "unit_price", price),
            ),
            table.places[0][1],
        )
    pair = sorted({*read[:1], *others[:2]})[:2]
    if len(pair) < 2:
        return None
    readings = []
    for chosen in ([pair[0]], [pair[1]], pair):
        rates = {"times": [price], "less_rates": [names[place] for place in chosen]}
        net = gross
        for place in chosen:
            off = np.nan_to_num(numbers[place])
            net = net * (1 - off / (100 if (np.abs(off) > 1).any() else 1))
        what = " and then ".join(f"'{short(names[place], 30)}'" for place in chosen)
        readings.append(
            Reading(
                f"less {what} ({float(np.nansum(net)):,.2f} in the first rows)",
                f"unit_price: {as_source(rates)}",
                f"--column {shlex.quote(f'unit_price={written(rates)}')}",
            )
        )
    return Question("is the amount price times units", tuple(readings), table.places[0][1])


def _is_discount(header: str, profile: Profile) -> bool:
    """Tell whether a column holds discounts: `Dto. 2`, or `Aktionsrabatt` of 5 and 10."""
    if header and any(
        item.column in (DISCOUNT, *_DISCOUNTS)
        for text in (header, re.sub(r"\d+", " ", header))
        for item in meanings(text, "sales_lines")
    ):
        return True
    has_sign = profile.is_percent or "%" in header
    return says_of_numbers(header, "taken_off") and (has_sign or _are_round_rates(profile))


def _are_round_rates(profile: Profile) -> bool:
    """Tell whether numbers may be percent as people give them: 2.5, 5, 10."""
    known = profile.known_numbers
    are_some = bool(len(known)) and bool(((known >= 0) & (known <= 100)).all())
    return are_some and len(np.unique(known)) <= _RATES and bool((known % 0.5 == 0).all())


def _of_a_factor(table: Table, places: Places, asides: dict[int, str]) -> Question | None:
    """Ask whether a factor beside prices changes them."""
    if "line_total" in places or "unit_price" not in places or "units" not in places:
        return None
    names = table.header.names
    price, units = (table.profiles[places[name]].numbers for name in ("unit_price", "units"))
    for position, header in _unread(table, places, asides):
        factor = table.profiles[position].numbers
        if not says_of_numbers(header, "factor") or not (np.nan_to_num(factor, nan=1.0) != 1).any():
            continue
        own = names[places["unit_price"]]
        product = {"times": [own, names[position]]}
        sums = (price * units, price * units * np.nan_to_num(factor, nan=1.0))
        return Question(
            f"'{short(names[position], 30)}' beside the prices is not read: is the price",
            (
                Reading.of_column(
                    f"as it is ({float(np.nansum(sums[0])):,.2f} in the first rows)",
                    "unit_price",
                    own,
                ),
                Reading(
                    f"times what stands there ({float(np.nansum(sums[1])):,.2f})",
                    f"unit_price: {as_source(product)}",
                    f"--column {shlex.quote(f'unit_price={written(product)}')}",
                ),
            ),
            table.places[0][1],
        )
    return None


def _of_a_discount_beside_a_total(table: Table, places: Places) -> Question | None:
    """Ask whether a total is before or after the discount beside it, where no price tells."""
    off = places.get("discount_amount", places.get("discount_rate"))
    total = places.get("line_total")
    if off is None or total is None or "unit_price" in places:
        return None
    names = table.header.names
    amounts, discount = (table.profiles[place].numbers for place in (total, off))
    discount = np.nan_to_num(discount)
    if not discount.any() or says_of_numbers(names[total], "without_tax"):
        return None
    share = discount / (100 if (np.abs(discount) > 1).any() else 1)
    profile = table.profiles[off]
    is_either = any(item.column == DISCOUNT for item in meanings(names[off], "sales_lines"))
    kinds = ["less"] if "discount_amount" in places or is_either else []
    if ("discount_rate" in places or is_either) and not (np.abs(share) > 1).any():
        kinds = ["less_rates"] if profile.is_percent else [*kinds, "less_rates"]
    readings = [
        Reading.of_column(
            f"after '{short(names[off], 30)}' ({float(np.nansum(amounts)):,.2f} in the first rows)",
            "line_total",
            names[total],
        )
    ]
    for kind in kinds:
        rest = amounts - discount if kind == "less" else amounts * (1 - share)
        net = {"sum": [names[total]], kind: [names[off]]}
        what = "in money" if kind == "less" else "as a share"
        readings.append(
            Reading(
                f"before it, so that it is taken off {what} ({float(np.nansum(rest)):,.2f})",
                f"line_total: {as_source(net)}",
                f"--column {shlex.quote(f'line_total={written(net)}')}",
            )
        )
    return Question(
        f"is '{short(names[total], 30)}' the amount", tuple(readings), table.places[0][1]
    )


def _of_what_is_taken_off(table: Table, places: Places, asides: dict[int, str]) -> Question | None:
    """Ask whether refunds and discounts that nothing reads are to be taken off."""
    column = "line_total" if "line_total" in places else "unit_price"
    if column not in places:
        return None
    amounts = table.profiles[places[column]].numbers
    gross = amounts
    if "unit_price" in places and "units" in places:
        price, units = (table.profiles[places[name]].numbers for name in ("unit_price", "units"))
        gross = price * units
    if column == "unit_price":
        amounts = gross
    for position, header in _unread(table, places, asides):
        off = np.nan_to_num(table.profiles[position].numbers)
        is_off = says_of_numbers(header, "taken_off")
        is_other = says_of_numbers(header, "before_or_after") and not _says_amount(header)
        if not is_off or is_other or not off.any():
            continue
        if proofs.proves(amounts, gross - off) and proofs.differs(amounts, gross):
            continue  # it is taken off already
        others = [
            profile.numbers for place, profile in enumerate(table.profiles) if place != position
        ]
        if any(proofs.proves(other, amounts + np.abs(off)) for other in others):
            continue  # likewise: the amount before it stands beside
        names = table.header.names
        name, own = names[position], names[places[column]]
        sums = [float(np.nansum(numbers)) for numbers in (amounts, amounts - np.abs(off))]
        order = places.get("order_id")
        of_order = order is not None and proofs.of_the_order(
            table.profiles[order], table.profiles[position], table.origins
        )
        is_offered = column == "unit_price" and "discount_amount" not in places
        rest = {"sum": [own], "less": [name]}
        if is_offered:
            taken = Reading.of_column(
                f"each line less what stands there ({sums[1]:,.2f})", "discount_amount", name
            )
        else:
            taken = Reading(
                f"less what stands there ({sums[1]:,.2f})",
                f"{column}: {as_source(rest)}",
                f"--column {shlex.quote(f'{column}={written(rest)}')}",
            )
        if of_order and "discount_amount" not in places:
            # What is taken off once of an order stands on each of its lines.
            taken = Reading(
                "less what stands there, which is that of the whole order, shared out among its "
                "lines",
                f"discount_amount: {json.dumps(name, ensure_ascii=False)} and "
                "order_amounts: discount_amount",
                f"--order-amounts {shlex.quote(f'discount_amount={name}')}",
            )
        as_it_is = Reading.of_column(f"as it is ({sums[0]:,.2f} in the first rows)", column, own)
        readings = [as_it_is, taken]
        if column == "unit_price" and _are_round_rates(table.profiles[position]):
            rates = {"times": [own], "less_rates": [name]}
            left = amounts * (1 - off / (100 if (off > 1).any() else 1))
            readings.append(
                Reading(
                    f"each line less that share ({float(np.nansum(left)):,.2f})",
                    f"unit_price: {as_source(rates)}",
                    f"--column {shlex.quote(f'unit_price={written(rates)}')}",
                )
            )
        return Question(
            f"'{short(name, 30)}' beside the amounts is not read: is the amount",
            tuple(readings),
            table.places[0][1],
        )
    return None


def _says_amount(header: str) -> bool:
    """Tell whether a header that names a code means its amount: `Promo code amount`."""
    words = {*parts(header)}
    return "code" in words and bool(words & {"amount", "value", "discount"})


def _of_a_running_total(table: Table, places: Places) -> Question | None:
    """Ask whether a total that grows from row to row, as the days do, adds up the rows above."""
    place = places.get("line_total")
    if place is None or "unit_price" in places or "sold_at" not in places:
        return None
    numbers = table.profiles[place].numbers
    if len(numbers) < _GROWING or len({*table.origins}) > 1 or not np.isfinite(numbers).all():
        return None
    if numbers[0] <= 0 or not (np.diff(numbers) > 0).all():
        return None
    name = table.header.names[place]
    return Question(
        f"'{short(name, 30)}' grows in every row: is it",
        (
            Reading.of_column(
                f"the amount of each line ({float(numbers.sum()):,.2f} in the first rows)",
                "line_total",
                name,
            ),
            Reading(
                f"a running total ({float(numbers[-1]):,.2f}), for which the file needs a column "
                "with the amount of each line",
                "",
                "",
            ),
        ),
        table.places[0][1],
    )
