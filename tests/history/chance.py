"""Sequences of steps by chance, from small vocabularies, so that files often speak of one thing."""

import random
from collections.abc import Callable, Sequence

from tests.history.steps import (
    CHANGED,
    Build,
    BuildLines,
    ChangeLayout,
    Copy,
    Deliver,
    Rename,
    Restore,
    Step,
    Withdraw,
)

LENGTH = 12
"""Steps of a sequence."""

NAMES = [
    *("lines-1.csv", "lines-2.csv", "lines-3.csv", "dated-1.csv", "dated-2.csv"),
    *("till-1.csv", "till-2.csv", "orders-1.csv", "orders-2.csv"),
    *("customers-1.csv", "changes-1.csv", "everyone-1.csv", "register-1.csv"),
    *("products-1.csv", "products-2.csv", "sellers-1.csv", "stores-1.csv", "carriers-1.csv"),
    "targets-1.csv",
]
SALES_NAMES, OTHER_NAMES = NAMES[:7], NAMES[7:]

# Five days around the end of a month and of a week.
DAYS = ["2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02", "2026-02-03"]
ORDERS = ["A", "B", "C", "D"]
PRODUCTS = ["P1,Tea", "P1,Tea", "P2,Coffee", "P2,", ",Tea", ",Tea", ",Coffee", "P3,", ",Cocoa", ","]
CUSTOMERS = ["C1,", "C2,Ann", "C3,Cy", ",Ann", ",Bob", ","]
SELLERS = ["S1,", "S2,Tom", ",Sue", ",Sue", ",Tom", ","]
STORES = ["K1,", "K2,Corner", ",Corner", ",Market", ","]

Chance = random.Random


def _sale(chance: Chance) -> str:
    pick = chance.choice
    return ",".join(
        [
            pick([*ORDERS, *ORDERS, ""]),
            pick(["1", "1", "2", ""]),
            pick([*DAYS, *DAYS, *DAYS, "", "", "31.02.2026"]),
            pick(PRODUCTS),
            pick(CUSTOMERS),
            pick(SELLERS),
            pick(STORES),
            pick(["", "", "", "North", "West"]),
            pick(["", "DHL", "UPS", "X1"]),
            pick(["1", "1", "2", "2", "2", "3", "3", "-1", "two"]),
            pick(["", "", "", "2.5", "2.5", "3", "x"]),
            pick(["", "", "", "5", "7.25"]),
        ]
    )


def _order(chance: Chance) -> str:
    pick = chance.choice
    cells = [
        pick(ORDERS),
        pick([*DAYS, "", "soon"]),
        pick(["C1", "C2", "C4", ""]),
        pick(["Sue", "Tom", ""]),
        pick(["DHL", "UPS", ""]),
        pick(["K1", "K2", ""]),
        pick(["", "4", "4.5"]),
        pick(["", "EUR", "USD"]),
    ]
    return ",".join(cells)


def _customer(chance: Chance) -> str:
    pick = chance.choice
    cells = [
        pick(["C1", "C2", "C3"]),
        pick(["Ann", "Bob", "Cy", ""]),
        pick(["Gold", "Silver", ""]),
        pick(["North", "South", ""]),
    ]
    return ",".join(cells)


def _dated_customer(chance: Chance) -> str:
    changed = chance.choice(["", "1850-01-01", "2026-01-15", *DAYS[1:4], "someday"])
    return f"{_customer(chance)},{changed}"


def _product(chance: Chance) -> str:
    pick = chance.choice
    product = pick(["P1,Tea", "P2,Coffee", "P2,Tea", ",Tea", ",Cocoa", "P3,Cocoa"])
    category, price, cost = pick(["Hot", "Cold", ""]), pick(["", "2", "4"]), pick(["", "1"])
    return f"{product},{category},{price},{cost}"


def _seller(chance: Chance) -> str:
    pick = chance.choice
    return f"{pick(['S1,Sue', 'S1,Tom', 'S2,Tom', 'S2,Sue', ',Sue'])},{pick(['Red', 'Blue', ''])}"


def _store(chance: Chance) -> str:
    pick = chance.choice
    store = pick(["K1,Market", "K2,Corner", "K2,Market", ",Corner"])
    return f"{store},{pick(['North', 'South', ''])}"


def _carrier(chance: Chance) -> str:
    return chance.choice(["X1,DHL", "X2,UPS", "X2,DHL", "X3,UPS"])


def _target(chance: Chance) -> str:
    pick = chance.choice
    whose = pick(["S1,,", ",Sue,", ",Tom,", ",,K1", ",,K2"])
    return f"{pick(['2026-01-01', '2026-02-01', 'May'])},{whose},{pick(['100', '250', 'much'])}"


ROWS: dict[str, Callable[[Chance], str]] = {
    "lines": _sale,
    "dated": _sale,
    "till": _sale,
    "orders": _order,
    "customers": _customer,
    "changes": _dated_customer,
    "everyone": _customer,
    "register": _dated_customer,
    "products": _product,
    "sellers": _seller,
    "stores": _store,
    "carriers": _carrier,
    "targets": _target,
}


def random_steps(seed: int) -> list[Step]:
    """Make a sequence: always the same of one seed.

    It begins with sales, other data and a build, as what comes to a warehouse that has been built
    is what matters, and ends with a build.
    """
    chance = random.Random(seed)
    written: dict[str, list[Deliver]] = {}
    first = [*chance.sample(SALES_NAMES, 2), chance.choice(OTHER_NAMES)]
    steps: list[Step] = [*(_delivery(chance, name, written) for name in first), BuildLines()]
    while len(steps) < LENGTH - 1:
        step = _step(chance, written)
        if step != steps[-1]:
            steps.append(step)
    return [*steps, Build()]


def _step(chance: Chance, written: dict[str, list[Deliver]]) -> Step:
    """Make one step, of files that were delivered before as often as of new ones."""
    known = sorted(written)
    what = chance.choices(
        ["new", "again", "withdraw", "restore", "rename", "copy", "layout", "build"],
        [26, 26, 10, 10, 4, 3, 5, 16],
    )[0]
    name = chance.choice(known)
    other = chance.choice([item for item in NAMES if item.split("-")[0] == name.split("-")[0]])
    match what:
        case "withdraw":
            return Withdraw(name)
        case "restore":
            return Restore(name, chance.choice([0, 0, 1]))
        case "rename":
            return Rename(name, other if other != name else name.replace("-", "-new-"))
        case "copy":
            return Copy(name, other if other != name else name.replace("-", "-copy-"))
        case "layout":
            return ChangeLayout(chance.choice(list(CHANGED)))
        case "build":
            return BuildLines()
        case "again":
            return _delivery(chance, name, written)
        case _:
            return _delivery(chance, chance.choice(NAMES), written)


def _delivery(chance: Chance, name: str, written: dict[str, list[Deliver]]) -> Deliver:
    """Write a file: corrected, as it was once before, as another of its kind is, or all anew."""
    kind = name.split("-")[0]
    row = ROWS[kind]
    before = written.setdefault(name, [])
    others = [item for key in sorted(written) if key.startswith(kind) for item in written[key]]
    how = chance.choices(["corrected", "as before", "as another", "anew"], [5, 2, 1, 3])[0]
    if before and how == "corrected":
        rows = _corrected(chance, before[-1].rows, row)
    elif before and how == "as before":
        rows = chance.choice(before).rows
    elif others and how == "as another":
        rows = chance.choice(others).rows
    else:
        rows = tuple(row(chance) for _ in range(chance.choice([1, 2, 3, 3, 4, 6])))
        if others and chance.random() < 0.5:  # repeats a row of another file, to the letter
            rows = (*rows, chance.choice(chance.choice(others).rows))
    made = Deliver(name, rows, day=chance.randint(1, 6))
    before.append(made)
    return made


def _corrected(
    chance: Chance, rows: Sequence[str], row: Callable[[Chance], str]
) -> tuple[str, ...]:
    changed = list(rows)
    place = chance.randrange(len(changed))
    match chance.choice(["cell", "cell", "row", "less", "more"]):
        case "cell":
            cells, others = changed[place].split(","), row(chance).split(",")
            cell = chance.randrange(len(cells))
            cells[cell] = others[cell]
            changed[place] = ",".join(cells)
        case "row":
            changed[place] = row(chance)
        case "less" if len(changed) > 1:
            del changed[place]
        case _:
            changed.insert(place, row(chance))
    return tuple(changed)
