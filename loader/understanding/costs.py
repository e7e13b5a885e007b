"""Tells what sales cost from what they earned, and the cost of one piece from that of all."""

from loader.understanding import proofs
from loader.understanding.columns import Columns


def check_costs(columns: Columns) -> None:
    """Refuse costs and profits that are none, and take a cost of one piece for that."""
    totals = columns.candidates("line_total")
    revenue = columns.numbers(totals[0]) if totals else columns.gross()
    if revenue is None:
        return
    units = columns.candidates("units")
    for position in [*columns.candidates("line_cost"), *columns.candidates("line_profit")]:
        if proofs.proves(columns.numbers(position), revenue):
            columns.refuse(position, ("line_cost", "line_profit"), "it equals the revenue")
    for cost in columns.candidates("line_cost"):
        for profit in columns.candidates("line_profit"):
            if proofs.proves(revenue - columns.numbers(cost), columns.numbers(profit)):
                columns.support("line_cost", cost, 0.3, "revenue less it is the profit")
                columns.support("line_profit", profit, 0.3, "it is revenue less cost")
                return
    for position in columns.candidates("line_cost"):
        # A cost that grows with the price and not with the units is that of one piece.
        if not units or ("unit_cost", position) in columns.weights:
            continue
        one = proofs.spread(columns.numbers(position) * columns.numbers(units[0]), revenue)
        all_ = proofs.spread(columns.numbers(position), revenue)
        if one < all_ / 3:
            weight = columns.weights.pop(("line_cost", position))
            columns.add("unit_cost", position, weight, "it grows with the price, not with units")
        elif one < all_ * 0.8:
            columns.refuse(position, ("line_cost",), "of one piece or of all: that is not clear")
