"""Tells discounts in money from rates, and those of a piece from those of a line."""

import numpy as np

from loader.understanding import discounts, proofs
from loader.understanding.columns import Columns
from loader.understanding.profiles import Numbers
from loader.understanding.vocabulary import parts


def settle(columns: Columns) -> None:
    """Tell a discount in money from a rate, where one header may mean either.

    A rate's rows say whether it is a share or percent, and whether it is none after all.
    """
    gross = columns.gross()
    totals = [columns.numbers(place) for place in columns.candidates("line_total")]
    for position in columns.candidates("discount_amount"):
        numbers = columns.numbers(position)
        known = numbers[np.isfinite(numbers)]
        of_each = np.full_like(numbers, np.nan) if gross is None else gross
        if not known.any():
            if ("discount_rate", position) in columns.weights:
                # All zero: it changes nothing, and says nothing.
                columns.refuse(position, ("discount_amount", "discount_rate"), "there is none")
            continue
        if _is_off_each_piece(columns, numbers, of_each, totals):
            columns.drop("discount_amount", position)
            columns.drop("discount_rate", position)
            why = "it is taken off the price of one piece"
            columns.add("unit_discount", position, 1.0, why)
            continue
        if ("discount_rate", position) in columns.weights:
            is_money = position in columns.money_off or discounts.possible(
                numbers, of_each, totals, discounts.KINDS
            ) == [discounts.MONEY]
            other = "discount_rate" if is_money else "discount_amount"
            columns.drop(other, position)
            continue
        if discounts.possible(numbers, of_each, totals, discounts.KINDS) == [discounts.PERCENT]:
            columns.refuse(position, ("discount_amount",), "it is percent, not an amount")
        elif _is_doubtful_amount(columns, known, gross, numbers):
            columns.refuse(
                position, ("discount_amount",), "an amount or percent: that is not clear"
            )


def _is_off_each_piece(
    columns: Columns, discount: Numbers, gross: Numbers, totals: list[Numbers]
) -> bool:
    units = columns.candidates("units")
    if not units:
        return False
    off = discount * columns.numbers(units[0])
    return any(
        proofs.proves(total, gross - off) and proofs.differs(total, gross - discount)
        for total in totals
    )


def _is_doubtful_amount(
    columns: Columns, known: Numbers, gross: Numbers | None, numbers: Numbers
) -> bool:
    header = parts(columns.table.headers[_where(columns, numbers)]) if known.any() else ()
    if not known.any() or {"amount", "betrag", "value"} & set(header):
        return False
    if gross is not None and bool(np.nanmax(np.nan_to_num(numbers) - np.abs(gross)) > 0):
        return True  # more than the line is worth
    # 5, 10, 15, 20: percent as likely as money, unless a total proves it.
    few = len(np.unique(known)) <= 12 and bool(np.all(known % 2.5 == 0)) and known.max() <= 100
    return bool(few) and len(known) >= 20


def _where(columns: Columns, numbers: Numbers) -> int:
    return next(
        position
        for position, profile in enumerate(columns.table.profiles)
        if profile.numbers is numbers
    )
