"""Asks whether amounts are those of whole orders."""

import json
import shlex

import numpy as np

from loader.questions import Question, Reading
from loader.understanding import proofs
from loader.understanding.columns import Columns
from loader.understanding.profiles import Numbers
from loader.understanding.understood import Pick, Understood
from loader.wording import short


def total_of_orders(columns: Columns, found: Understood) -> Question | None:
    """Ask about a total of orders to which no amounts of lines come."""
    order = found.picks.get("order_id")
    if order is None or "units" not in found.picks or "line_total" in found.picks:
        return None
    gross = columns.gross()
    for position, why in columns.of_orders.items():
        name = columns.table.header.names[position]
        totals = _by_order(columns, order.positions[0], columns.numbers(position), of_orders=True)
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
            columns.asides.pop(position, None)
            each = float(np.nansum(columns.numbers(position)))
            if why == "the same on every line of an order":
                of_each = Reading(f"that of each line ({each:,.2f})", key, f"--column {said}")
            else:
                of_each = Reading(
                    "that of each line", "fill_down: line_total", "--fill-down line_total"
                )
            units = columns.numbers(found.picks["units"].positions[0])
            prices = tuple(
                Reading.of_column(
                    f"'{short(price, 30)}' times units ({float(np.nansum(amounts)):,.2f})",
                    "unit_price",
                    price,
                )
                for place in _unread_amounts(columns, found)
                for price, amounts in (
                    [(columns.table.header.names[place], columns.numbers(place) * units)]
                )
            )
            return Question("is the amount", (shared, of_each, *prices), columns.table.places[0][1])
        lines = _by_order(columns, order.positions[0], gross)
        if proofs.proves(totals, lines) or _is_explained(
            columns, order.positions[0], totals, lines
        ):
            continue
        price = columns.table.header.names[found.picks["unit_price"].positions[0]]
        return Question(
            "do the lines come to",
            (
                shared,
                Reading.of_column(
                    f"'{short(price, 30)}' times units ({float(np.nansum(lines)):,.2f})",
                    "unit_price",
                    price,
                ),
            ),
            columns.table.places[0][1],
        )
    return None


def discount_of_order(columns: Columns, found: Understood) -> Question | None:
    """Ask whether a discount that all lines of each order share is that of the order."""
    pick, order = found.picks.get("discount_amount"), found.picks.get("order_id")
    if pick is None or order is None:
        return None
    place = pick.positions[0]
    off, gross = np.nan_to_num(columns.numbers(place)), columns.gross()
    if len(np.unique(off[off != 0])) < 2:
        return None
    why = columns.of_the_order(order.positions[0], place)
    if why != "the same on every line of an order" or place in columns.money_off:
        return None
    totals = [columns.numbers(total) for total in columns.candidates("line_total")]
    if gross is not None and any(proofs.proves(total, gross - off) for total in totals):
        return None
    header = columns.table.header.names[place]
    return Question(
        f"'{short(header, 30)}' is the same on every line of an order: is it",
        (
            Reading.of_column(
                f"of each line ({float(off.sum()):,.2f} off in the first rows)",
                "discount_amount",
                header,
            ),
            Reading(
                "of the whole order, to be shared out among its lines "
                f"({_once(columns, order.positions[0], off):,.2f} off)",
                f"discount_amount: {json.dumps(header, ensure_ascii=False)} and "
                "order_amounts: discount_amount",
                f"--order-amounts {shlex.quote(f'discount_amount={header}')}",
            ),
        ),
        columns.table.places[0][1],
    )


def _unread_amounts(columns: Columns, found: Understood) -> list[int]:
    """Return where amounts stand of which nothing is known, and that are of no whole order."""
    taken = {place for pick in found.picks.values() for place in pick.positions}
    known = {*taken, *columns.asides, *columns.others, *columns.of_orders}
    return [
        place
        for place in columns.amounts()
        if place not in known
        and columns.table.headers[place]
        and not columns.table.profiles[place].is_whole
    ]


def _is_explained(columns: Columns, order: int, totals: Numbers, lines: Numbers) -> bool:
    """Tell whether totals are the lines with the shipping, the taxes, less the discounts."""
    reductions = {
        position
        for column in ("discount_amount", "unit_discount")
        for position in columns.candidates(column)
    }
    others = {*columns.freights(), *columns.taxes(), *reductions}
    others |= {place for place in columns.asides if place not in columns.of_orders}
    parts = [
        _by_order(
            columns,
            order,
            columns.numbers(place),
            of_orders=columns.of_the_order(order, place) is not None,
        )
        for place in sorted(others)
        if columns.table.profiles[place].number_share > 0.6
    ]
    return proofs.is_sum_with_some_of(totals, lines, parts)


def _by_order(
    columns: Columns, order: int, numbers: Numbers, *, of_orders: bool = False
) -> Numbers:
    """Return the sum of each order; of what is that of whole orders, the amount itcolumns."""
    sums: dict[tuple[int, str | None], float] = {}
    ids = columns.table.profiles[order].texts.to_pylist()
    for origin, text, number in zip(columns.table.origins, ids, numbers.tolist(), strict=True):
        key = (origin, text)
        if not of_orders:
            sums[key] = sums.get(key, 0.0) + float(np.nan_to_num(number))
        elif np.isfinite(number):
            sums[key] = number
        else:
            sums.setdefault(key, 0.0)
    return np.array([*sums.values()])


def _once(columns: Columns, order: int, numbers: Numbers) -> float:
    """Return what amounts of whole orders come to, each counted once."""
    return float(_by_order(columns, order, numbers, of_orders=True).sum())
