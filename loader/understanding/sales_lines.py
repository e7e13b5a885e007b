"""Tells which columns of sales number orders, lines and products, and completes what is known."""

from loader.understanding import costs, discount_columns, prices, proofs
from loader.understanding.columns import Columns
from loader.understanding.first_lines import of_first_lines
from loader.understanding.understood import Pick, Understood
from loader.understanding.vocabulary import is_mark, meanings, parts, says_order_total


def weigh_lines(columns: Columns) -> None:
    """Weigh what the columns of sales may be by what they are beside each other."""
    _find_order_numbers(columns)
    _find_products(columns)
    _check_product_ids(columns)
    order = next(iter(columns.candidates("order_id")), None)
    _check_line_numbers(columns, order)
    if order is not None:
        for position in columns.candidates("line_total"):
            why = columns.of_the_order(order, position)
            if why and not columns.is_price_by_units(position):
                columns.refuse(position, ("line_total", "unit_price"), why)
                columns.of_orders[position] = why
        weighed = {position for _, position in columns.weights}
        for position in [place for place in columns.amounts() if place not in weighed]:
            is_total = says_order_total(columns.table.headers[position])
            if is_total and (why := columns.of_the_order(order, position)):
                columns.of_orders[position] = why
        for column in ("discount_amount", "line_cost", "line_profit"):
            for position in columns.candidates(column):
                why = columns.of_the_order(order, position)
                if why == "filled on the first line of an order only":
                    columns.refuse(position, (column,), why)
    _check_filled(columns)
    prices.check_totals(columns)
    costs.check_costs(columns)
    discount_columns.settle(columns)


def _find_order_numbers(columns: Columns) -> None:
    """Take numbers such as #1001 for those of orders, whatever the header."""
    if columns.candidates("order_id"):
        return
    for position, profile in enumerate(columns.table.profiles):
        if profile.count and profile.share(r"^#[\w-]*\d$") > 0.95:
            columns.add("order_id", position, 0.7, "its values are numbers with #")
            return


def _find_products(columns: Columns) -> None:
    """Take `pizza_id` and `pizza_name` for those of what is sold, where nothing else is."""
    known = [*columns.candidates("product_id"), *columns.candidates("product_name")]
    if any(columns.table.profiles[place].count for place in known):
        return
    _find_names(columns)
    marks = {"name": "product_name", "id": "product_id", "category": "category"}
    called: dict[str, dict[str, int]] = {}
    for position, header in enumerate(columns.table.headers):
        noun, _, mark = " ".join(parts(header)).rpartition(" ")
        if mark in marks and noun and not meanings(header, columns.entity):
            called.setdefault(noun, {})[marks[mark]] = position
    named = {noun: found for noun, found in called.items() if "product_name" in found}
    if len(named) != 1:
        return
    ((noun, found),) = named.items()
    name = columns.table.profiles[found["product_name"]]
    if name.word_share < 0.8 or name.uniqueness > 0.5:
        return
    for column, position in found.items():
        columns.add(column, position, 0.7, f"what is sold here is called {noun}")


def _find_names(columns: Columns) -> None:
    """Take a column called `Name` for that of products if each has its price, or grows with it."""
    weighed = {position for _, position in columns.weights}
    amounts = [*columns.candidates("unit_price"), *columns.candidates("line_total")][:1]
    units = columns.candidates("units")[:1]
    for position, header in enumerate(columns.table.headers):
        if position in weighed or not is_mark(header, "name"):
            continue
        names = columns.table.profiles[position]
        grows = [
            proofs.grows_with_units(names, columns.numbers(count), columns.numbers(amount))
            for count in units
            for amount in amounts
        ]
        if names.word_share > 0.8 and any(said is not None for said in grows):
            columns.add("product_name", position, 1.0, "each has its price")


def _check_product_ids(columns: Columns) -> None:
    """Refuse 1, 2, 3 … that stand for other products in each order: `Item #`."""
    for name in columns.candidates("product_name")[:1]:
        names = columns.table.profiles[name]
        for position in columns.candidates("product_id"):
            ids = columns.table.profiles[position]
            numbers_items = ids.is_whole and ids.known_numbers.min() <= 1
            if numbers_items and len(ids.distinct) * 2 < len(names.distinct):
                columns.refuse(position, ("product_id",), "it numbers the items of an order")


def _check_filled(columns: Columns) -> None:
    """Refuse amounts that many lines lack: they are of the order, or of something else."""
    units = next(iter(columns.candidates("units")), None)
    if units is None:
        return
    there = columns.table.profiles[units].texts.is_valid().to_numpy(zero_copy_only=False)
    for column in ("line_total", "unit_price"):
        for position in columns.candidates(column):
            valid = columns.table.profiles[position].texts.is_valid()
            lacking = there & ~valid.to_numpy(zero_copy_only=False)
            if columns.table.profiles[position].count and lacking.sum() > 0.5 * there.sum():
                columns.refuse(position, (column,), "most lines have none")


def _check_line_numbers(columns: Columns, order: int | None) -> None:
    profile = None if order is None else columns.table.profiles[order]
    for position in columns.candidates("line_number"):
        numbers = columns.table.profiles[position]
        if not proofs.is_numbering(numbers, profile, columns.table.origins):
            columns.refuse(position, ("line_number",), "it does not number the lines of an order")


def complete(columns: Columns, found: Understood) -> None:
    """Add what follows from the rest: one unit a row, a group for want of a product."""
    if (
        "units" not in found.picks
        and {"line_total", "unit_price"} & found.picks.keys()
        and not columns.candidates("units")
    ):
        found.constants["units"] = ("1", "the file counts no pieces: each row is one")
    category = found.picks.get("category")
    if category and not {"product_id", "product_name"} & found.picks.keys():
        found.picks["product_name"] = Pick(
            category.positions, category.weight, ["the finest name of what was sold"]
        )


def fill_down(columns: Columns, found: Understood) -> None:
    """Let what stands on the first line of an order hold for its other lines."""
    place, ours = found.picks.get("order_id"), columns.contract.columns
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
        if ours[name].type not in ("decimal", "integer")
        for position in pick.positions
    }
    if places := of_first_lines(columns.table, place.positions[0], goods, taken):
        names = [columns.table.header.names[position] for position in places]
        found.settings["fill_down"] = (names, "on the first line of an order only")
