"""The sales of Alder & Finch, an invented outdoor-gear wholesaler with stores.

Amounts are counted in cents of a euro (`int`) until they are written; discounts in whole percent.

Seven lines have something wrong with them, however many lines there are: see PLANTED_FAULTS.
"""

import calendar
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate, groupby
from random import Random
from typing import NamedTuple

from demo.catalogue import (
    ARTICLES,
    CAMPAIGNS,
    CARRIERS,
    COLLECTED,
    FIRST_WORDS,
    LEAVER,
    PLACES,
    SEASONS,
    SECOND_WORDS,
    SELLERS,
    STORES,
    SUCCESSOR,
    TEAM_OF_REGION,
    TIERS,
    UNITS,
    Place,
    Store,
)

PLANTED_FAULTS = {
    "units as text": 0.13,  # "two"
    "missing product": 0.27,  # neither ID nor name
    "unparseable date": 0.45,  # "31.02.2026", or whatever the year
    "total too high": 0.62,  # by 10.00
    "unknown product": 0.81,  # UNKNOWN_PRODUCT, which no master data knows
    "price typo": 0.991,  # ten times the price, in the unit price and in the total
    "total doubled": 0.996,
}
"""What is wrong with a line, and how far into all the lines (0-1) that line is."""

UNKNOWN_PRODUCT = "P-9999"

MINIMUM_LINES = 1_000
"""With fewer, the planted faults would be no exceptions (or two of them on one line)."""


GROWTH = 0.12  # a year
WEEKDAYS = (100, 104, 108, 106, 122, 58, 9)
CLOSED = {(1, 1), (5, 1), (12, 25), (12, 26)}  # month, day
OPEN_MINUTES = range(8 * 60 + 30, 18 * 60 + 30)  # of the day
LINES_OF_ORDER = (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8)
RETURNS = 0.18  # of the orders of one line; about 1.5 % of all lines
WALK_INS = 0.16  # of the orders of one or two lines
FORGETFUL = timedelta(days=14)  # at the end: walk-ins and pick-ups are not booked as such
PICK_UPS = 0.12  # of the customers' orders
DISCOUNTS = (0,) * 16 + (5, 5, 10, 15)
WALK_IN_UNITS = (1, 1, 1, 1, 2)


class Product(NamedTuple):
    """A product of the master data.

    Attributes:
        cost: standard cost of one, in cents.
        bulk: what the units of a cheap product are divided by: fewer tents than mugs.
        prices: of one, in cents: today's, last year's, the year's before, and so on.
    """

    product_id: str
    name: str
    category: str
    subcategory: str
    brand: str
    cost: int
    bulk: int
    prices: tuple[int, ...]


class State(NamedTuple):
    """What may change about a customer, from a day on."""

    since: date
    tier: str
    place: Place


class Customer(NamedTuple):
    """A customer.

    Attributes:
        share: of the orders, against the other customers.
        joined: day of the first order at the earliest.
        left: day they no longer order.
        states: oldest first.
    """

    customer_id: str
    name: str
    email: str
    segment: str
    seller_id: str
    store_id: str
    share: float
    joined: date
    left: date
    states: tuple[State, ...]


class Line(NamedTuple):
    """A sales line: the columns of SALES without the currency.

    Attributes:
        unit_price: cents.
        discount: percent.
        total: cents, net of the discount.
    """

    sold_at: datetime | str
    order_id: str
    line_number: int
    product_id: str | None
    product_name: str | None
    customer_id: str | None
    seller_id: str
    store_id: str
    carrier_id: str | None
    unit_price: int
    units: int | str
    discount: int
    total: int


class Parties(NamedTuple):
    """Whom an order is between; `units` are those a line may have (of a cheap article)."""

    customer_id: str | None
    seller_id: str
    store_id: str
    carrier_id: str | None
    units: tuple[int, ...]


class Week(NamedTuple):
    """What one sales workbook is made from.

    Attributes:
        days: each day with its number of lines.
        faults: the planted ones, by the position of their line in the week, from 0.
        seed: of the week's own random numbers, so that weeks can be made in any order.
    """

    days: list[tuple[date, int]]
    faults: dict[int, str]
    seed: int

    @property
    def lines(self) -> int:
        """Number of lines."""
        return sum(lines for _, lines in self.days)


@dataclass(frozen=True)
class Business:
    """All that the weeks have in common.

    Attributes:
        handover: the day the successor takes over the leaver's customers.
        customers: in the order they joined.
        reach: running sum of the customers' shares.
        demand: running sum of the products' demand, for every month from January.
        staff: sellers of every store.
        counters: by store, the customer that its sales to walk-ins are booked on.
    """

    start: date
    end: date
    handover: date
    products: list[Product]
    customers: list[Customer]
    reach: list[float]
    demand: list[list[float]]
    staff: dict[str, list[str]]
    counters: dict[str, Customer]


# ------------------------------------------------------------------------------ the calendar


def monday(day: date) -> date:
    """Return the first day of a week."""
    return day - timedelta(days=day.weekday())


def months_before(end: date, months: int) -> date:
    """Return the first of the days that make up so many months, of which `end` is the last."""
    year, month = divmod(end.year * 12 + end.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(end.day, last)) + timedelta(days=1)


def month_end(day: date) -> date:
    """Return the last day of a month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_ends(start: date, end: date) -> Iterator[date]:
    """Yield the last day of every month, and `end` for the last one."""
    day = month_end(start)
    while day < end:
        yield day
        day = month_end(day + timedelta(days=1))
    yield end


def _price_year(day: date) -> int:
    """Return the year of the price list: a new one comes out each first of February."""
    return day.year if day.month > 1 else day.year - 1


def _campaign(day: date) -> tuple[float, tuple[int, ...]]:
    """Return how many times the usual lines are sold on a day, and the discounts in percent."""
    for campaign in CAMPAIGNS:
        if campaign.first <= (day.month, day.day) <= campaign.last:
            return campaign.uplift, campaign.discounts
    return 1, DISCOUNTS


# ------------------------------------------------------------------------------ the business


def invent(rng: Random, lines: int, start: date, end: date) -> Business:
    """Invent whoever buys and sells, and what."""
    products = _products(rng, _price_year(end) - _price_year(start) + 1)
    customers = _customers(rng, min(max(220, lines // 400), 20_000), start, end)
    return Business(
        start,
        end,
        start + (end - start) * 3 // 5,
        products,
        customers,
        list(accumulate(customer.share for customer in customers)),
        _demand(rng, products),
        {store.store_id: _team(place_of(store).region) for store in STORES},
        {store.store_id: _counter(store, start) for store in STORES},
    )


def place_of(store: Store) -> Place:
    """Return where a store is."""
    return next(place for place in PLACES if place.city == store.city)


def _team(region: str) -> list[str]:
    """Return the sellers of a region, but for the one who has yet to take over."""
    team = TEAM_OF_REGION[region]
    return [seller.seller_id for seller in SELLERS if seller.team == team and seller.strength]


def _products(rng: Random, price_years: int) -> list[Product]:
    catalogue = [(category, item) for category, items in ARTICLES.items() for item in items]
    products = []
    for number, (category, item) in enumerate(catalogue, 1001):
        cost = item.price * rng.randint(46, 64) // 100
        prices = tuple(accumulate(range(price_years - 1), _last_year, initial=item.price))
        products.append(
            Product(
                f"P-{number}",
                item.name,
                category,
                item.subcategory,
                item.brand,
                cost,
                1 if item.price < 5000 else 3 if item.price < 15000 else 6,
                prices,
            )
        )
    return products


def _last_year(price: int, _: int) -> int:
    """Return the price in cents before it went up by 3 %, to 5 cents."""
    return (price * 100 // 103 + 2) // 5 * 5


def _demand(rng: Random, products: list[Product]) -> list[list[float]]:
    ranks = rng.sample(range(len(products)), len(products))
    return [
        list(
            accumulate(
                SEASONS[product.category][month] / (rank + 8)
                for product, rank in zip(products, ranks, strict=True)
            )
        )
        for month in range(12)
    ]


def _customers(rng: Random, count: int, start: date, end: date) -> list[Customer]:
    days = (end - start).days
    old = sorted(start - timedelta(days=rng.randint(1, 3650)) for _ in range(count * 7 // 10))
    new = sorted(start + timedelta(days=rng.randrange(days)) for _ in range(count - len(old)))
    ranks = rng.sample(range(count), count)
    names = _names(rng)
    return [
        _customer(rng, number, *names[number % len(names)], joined, 1 / (rank + 4), start, end)
        for number, (joined, rank) in enumerate(zip(old + new, ranks, strict=True))
    ]


def _names(rng: Random) -> list[tuple[str, str]]:
    """Return all names with their segments, shuffled."""
    names = [
        (f"{first} {second}", segment)
        for segment, seconds in SECOND_WORDS.items()
        for second in seconds
        for first in FIRST_WORDS
    ]
    rng.shuffle(names)
    return names


def _customer(
    rng: Random,
    number: int,
    name: str,
    segment: str,
    joined: date,
    share: float,
    start: date,
    end: date,
) -> Customer:
    home = rng.choice(PLACES)
    stores = [store.store_id for store in STORES if place_of(store).region == home.region]
    team = [seller for seller in SELLERS if seller.seller_id in _team(home.region)]
    seller = rng.choices(team, [seller.strength for seller in team])[0]
    first_day = max(joined, start)
    leaves = rng.random() < 0.1
    left = first_day + (end - first_day) * rng.randint(2, 9) // 10 if leaves else date.max
    domain = "example.org" if segment == "Club" else "example.com"
    return Customer(
        f"C-{number + 10001}",
        name,
        f"{name.lower().replace(' ', '.')}.{number + 10001}@{domain}",
        segment,
        seller.seller_id,
        rng.choice(stores),
        share,
        joined,
        left,
        _states(rng, joined, home, start, end),
    )


def _counter(store: Store, start: date) -> Customer:
    number = f"C-{store.store_id}"
    return Customer(
        number,
        f"Counter, {store.name}",
        f"{store.store_id.lower()}@example.com",
        "Counter",
        "",
        store.store_id,
        0,
        start,
        date.max,
        (State(start, TIERS[0], place_of(store)),),
    )


def _states(rng: Random, joined: date, home: Place, start: date, end: date) -> tuple[State, ...]:
    """Let a customer move and change tier now and then, on different days after `start`."""
    tier = rng.choices(TIERS, (6, 3, 1))[0] if joined < start else TIERS[0]
    states = [State(joined, tier, home)]
    quiet = max(joined, start)
    days = range(1, (end - quiet).days + 1)
    changes = min(rng.choice((0, 0, 0, 1, 1, 2, 3)), len(days))
    for day in sorted(rng.sample(days, changes)):
        since = quiet + timedelta(days=day)
        _, tier, place = states[-1]
        if rng.random() < 0.4:
            places = [other for other in PLACES if other != place]
            states.append(State(since, tier, rng.choice(places)))
        else:
            states.append(State(since, _other_tier(rng, tier), place))
    return tuple(states)


def _other_tier(rng: Random, tier: str) -> str:
    """Return the next tier, up more often than down."""
    if tier == "Silver":
        return "Gold" if rng.random() < 0.7 else "Bronze"
    return "Silver"


# ------------------------------------------------------------------------------ the weeks


def weeks_of(rng: Random, business: Business, lines: int) -> list[Week]:
    """Spread the lines over the weeks; a week without any is left out."""
    days = [
        business.start + timedelta(days=day)
        for day in range((business.end - business.start).days + 1)
    ]
    weights = list(accumulate(_day_weight(rng, business, day) for day in days))
    sold = [int(lines * (weight / weights[-1])) for weight in weights]
    counts = [after - before for before, after in zip([0, *sold], sold, strict=False)]
    faults = {int(lines * share): fault for fault, share in PLANTED_FAULTS.items()}
    weeks = []
    first = 0
    for _, group in groupby(zip(days, counts, strict=True), lambda day: monday(day[0])):
        week = Week(list(group), {}, rng.getrandbits(64))
        after = first + week.lines
        week.faults.update(
            (line - first, fault) for line, fault in faults.items() if first <= line < after
        )
        if week.lines:
            weeks.append(week)
        first = after
    return weeks


def _day_weight(rng: Random, business: Business, day: date) -> float:
    if (day.month, day.day) in CLOSED:
        return 0
    growth = 1 + GROWTH * (day - business.start).days / 365
    season = business.demand[day.month - 1][-1]
    return season * WEEKDAYS[day.weekday()] * growth * _campaign(day)[0] * rng.uniform(0.85, 1.15)


def sales_lines(business: Business, week: Week) -> Iterator[Line]:
    """Yield the lines of a week by time, without its faults; no return where one is planted."""
    rng = Random(week.seed)
    year, number, _ = week.days[0][0].isocalendar()
    recent: deque[Line] = deque(maxlen=200)
    order = position = 0
    for day, lines in week.days:
        sizes = _order_sizes(rng, lines)
        minutes = sorted(rng.choice(OPEN_MINUTES) for _ in sizes)
        for size, minute in zip(sizes, minutes, strict=True):
            order += 1
            order_id = f"{year % 100:02}{number:02}-{order:05}"
            sold_at = datetime.combine(day, time(minute // 60, minute % 60))
            returned = size == 1 and recent and position not in week.faults
            if returned and rng.random() < RETURNS:
                yield _return(rng, recent, sold_at, f"R{order_id}")
            else:
                sold = _order(rng, business, sold_at, f"S{order_id}", size)
                recent.extend(sold)
                yield from sold
            position += size


def _order_sizes(rng: Random, lines: int) -> list[int]:
    sizes = []
    while lines:
        sizes.append(min(lines, rng.choice(LINES_OF_ORDER)))
        lines -= sizes[-1]
    return sizes


def _return(rng: Random, recent: deque[Line], sold_at: datetime, order_id: str) -> Line:
    """Bring back a line of the last days, or a part of it; no line comes back twice."""
    position = rng.randrange(len(recent))
    line = recent[position]
    del recent[position]
    units = -rng.randint(1, int(line.units))
    return line._replace(
        sold_at=sold_at,
        order_id=order_id,
        line_number=1,
        units=units,
        total=_total(line.unit_price, units, line.discount),
    )


def _order(
    rng: Random, business: Business, sold_at: datetime, order_id: str, size: int
) -> list[Line]:
    day = sold_at.date()
    parties = _parties(rng, business, day, size)
    price_list = _price_year(business.end) - _price_year(day)
    demand = business.demand[day.month - 1]
    lines = []
    for number in range(1, size + 1):
        product = rng.choices(business.products, cum_weights=demand)[0]
        price = product.prices[price_list]
        units = max(1, rng.choice(parties.units) // product.bulk)
        discount = rng.choice(_campaign(day)[1])
        lines.append(
            Line(
                sold_at,
                order_id,
                number,
                product.product_id,
                product.name,
                parties.customer_id,
                parties.seller_id,
                parties.store_id,
                parties.carrier_id,
                price,
                units,
                discount,
                _total(price, units, discount),
            )
        )
    return lines


def _parties(rng: Random, business: Business, day: date, size: int) -> Parties:
    """Draw who buys, from whom, and who ships it; some small orders are those of a walk-in."""
    is_booked = day <= business.end - FORGETFUL
    carrier_id = COLLECTED if is_booked else None
    if size <= 2 and rng.random() < WALK_INS:
        store_id = rng.choice(STORES).store_id
        seller_id = _successor(business, rng.choice(business.staff[store_id]), day)
        customer_id = business.counters[store_id].customer_id if is_booked else None
        return Parties(customer_id, seller_id, store_id, carrier_id, WALK_IN_UNITS)
    customer = _buyer(rng, business, day)
    if rng.random() >= PICK_UPS:
        carrier_id = rng.choices(CARRIERS, [each.parcels for each in CARRIERS])[0].carrier_id
    seller_id = _successor(business, customer.seller_id, day)
    units = UNITS[customer.segment]
    return Parties(customer.customer_id, seller_id, customer.store_id, carrier_id, units)


def _successor(business: Business, seller_id: str, day: date) -> str:
    """Return who does the seller's work on a day."""
    return SUCCESSOR if seller_id == LEAVER and day >= business.handover else seller_id


def _buyer(rng: Random, business: Business, day: date) -> Customer:
    """Draw one of those who have joined and not left, by their shares."""
    last = bisect_right(business.customers, day, key=lambda customer: customer.joined) - 1
    while True:
        drawn = rng.random() * business.reach[last]
        customer = business.customers[bisect_right(business.reach, drawn, hi=last)]
        if day < customer.left:
            return customer


def _total(price: int, units: int, discount: int) -> int:
    """Return the cents of a line, rounded half away from zero."""
    cents = (price * abs(units) * (100 - discount) + 50) // 100
    return cents if units > 0 else -cents


def plant(fault: str, line: Line) -> Line:
    """Return the line with one of the PLANTED_FAULTS."""
    match fault:
        case "units as text":
            return line._replace(units="two")
        case "missing product":
            return line._replace(product_id=None, product_name=None)
        case "unparseable date":
            return line._replace(sold_at=f"31.02.{line.sold_at:%Y}")
        case "total too high":
            return line._replace(total=line.total + 1000)
        case "unknown product":
            return line._replace(product_id=UNKNOWN_PRODUCT, product_name="Sample, new season")
        case "price typo":
            price = line.unit_price * 10
            total = _total(price, int(line.units), line.discount)
            return line._replace(unit_price=price, total=total)
        case "total doubled":
            return line._replace(total=line.total * 2)
    raise ValueError(fault)
