"""Asks about numbers beside prices and amounts whose headers no word explains, or as corrected."""

import json
import shlex
from collections.abc import Iterator, Mapping

import numpy as np

from loader.calculated import as_source, written
from loader.questions import Question, Reading
from loader.understanding import proofs
from loader.understanding.profiles import Numbers, Profile
from loader.understanding.tables import Table
from loader.understanding.vocabulary import (
    currency_in,
    meanings,
    number_words,
    parts,
    says_of_numbers,
)
from loader.wording import short

_CORRECTED = ("line_total", "unit_price", "units", "discount_amount", "discount_rate")

_FACTOR = 3
"""No price is multiplied by more."""
_MOST = 0.9
"""In so many of its rows, money off or on top is less than the amount."""
_BLANK = 0.2
"""What so many rows lack changes some of the amounts, and numbers nothing."""
_LIKE_A_PRICE = (0.3, 2)
"""Between these shares of a price, most rows, is another price."""

_NUMBERING = frozenset({"id", "no", "nr", "num", "number", "code", "ref", "key"})


def question(table: Table, places: Mapping[str, int], unread: list[int]) -> Question | None:
    """Return what to ask about columns of numbers that may change the amounts.

    Args:
        table: with sales.
        places: our column -> its position.
        unread: positions of numbers that nothing reads, percent among them.
    """
    return _of_corrected(table, places, unread) or _of_unknown(table, places, unread)


def of_doubtful_discount(
    table: Table, places: Mapping[str, int], column: str, position: int
) -> Question:
    """Return what to ask about a discount whose header is only nearly a word for it.

    Args:
        table: with sales.
        places: our column -> its position, price and units among them.
        column: which discount it would be.
        position: where it is.
    """
    price, name = table.profiles[places["unit_price"]].numbers, table.header.names[position]
    without = float(np.nansum(_amounts(table, places, price)))
    return Question(
        f"'{short(name, 30)}' is nearly a word for a discount: is the amount",
        (
            _reading(
                "price times units less what stands there",
                _amounts(table, {**places, column: position}, price),
                column,
                _quoted(name),
                name,
            ),
            Reading(
                f"price times units ({without:,.2f})", f"no {column}", f"--column {column}=none"
            ),
        ),
        table.places[0][1],
    )


def _of_corrected(table: Table, places: Mapping[str, int], unread: list[int]) -> Question | None:
    """Ask which holds, where a column stands beside one that is called the same, but corrected."""
    for position in unread:
        words = parts(table.headers[position])
        rest = [word for word in words if word not in number_words("corrected")]
        if not rest or len(rest) == len(words):
            continue
        meant = {meaning.column for meaning in meanings(" ".join(rest), "sales_lines")}
        for column in _CORRECTED:
            place = places.get(column)
            if place is None or column not in meant:
                continue
            numbers = [table.profiles[at].numbers for at in (place, position)]
            if not (np.abs(np.nan_to_num(numbers[0]) - np.nan_to_num(numbers[1])) > 0.005).any():
                continue
            names = [table.header.names[at] for at in (place, position)]
            return Question(
                f"which holds ({column})",
                tuple(
                    _reading(f"'{short(name, 30)}'", of_one, column, _quoted(name), name)
                    for name, of_one in zip(names, numbers, strict=True)
                ),
                table.places[0][1],
            )
    return None


def _of_unknown(table: Table, places: Mapping[str, int], unread: list[int]) -> Question | None:
    """Ask whether numbers change what price times units gives, where no total tells."""
    if "line_total" in places or not {"unit_price", "units"} <= places.keys():
        return None
    price, units = (table.profiles[places[name]].numbers for name in ("unit_price", "units"))
    gross = _amounts(table, places, price)
    for place in unread:
        if any(proofs.proves(table.profiles[place].numbers, of) for of in (gross, price * units)):
            return None  # it tells
    for position in unread:
        readings = [*_readings(table, places, position)]
        if readings:
            name = table.header.names[places["unit_price"]]
            as_it_is = _reading(
                "price times units as it is", gross, "unit_price", _quoted(name), name
            )
            asks = f"'{short(table.header.names[position], 30)}' beside the prices is not read"
            return Question(f"{asks}: is the amount", (as_it_is, *readings), table.places[0][1])
    return None


def _readings(table: Table, places: Mapping[str, int], position: int) -> Iterator[Reading]:
    """Yield what unread numbers may make of the amounts; nothing where they are none of these."""
    header, profile = table.headers[position], table.profiles[position]
    is_surcharge = says_of_numbers(header, "surcharge")
    meant = {meaning.column for meaning in meanings(header, "sales_lines")}
    # A price is no percent, whatever its header says.
    is_known = meant - ({"unit_price", "line_total"} if profile.is_percent else set())
    is_other = says_of_numbers(header, "tax", "fees", "on_top", "freight")
    if not is_surcharge and (is_known or is_other or _is_numbering(header)):
        return
    names = table.header.names
    own, price_name = names[position], names[places["unit_price"]]
    price, units = (table.profiles[places[name]].numbers for name in ("unit_price", "units"))
    numbers = np.nan_to_num(profile.numbers)
    known = numbers[numbers != 0]
    if not len(known):
        return
    if profile.is_percent or "%" in header:
        sign = 1 if is_surcharge else -1
        share = numbers / (100 if (np.abs(numbers) > 1).any() or profile.is_percent else 1)
        net = _amounts(table, places, price * (1 + sign * share))
        what = f"{'with' if is_surcharge else 'less'} the share that stands there"
        if is_surcharge:
            yield _told(what, net)
            return
        yield _of_price(what, net, {"times": [price_name], "less_rates": [own]})
        if profile.is_percent:
            net = _amounts(table, places, price * share)
            yield _of_price("times what stands there", net, {"times": [price_name, own]})
        return
    if not is_surcharge and _is_factor(profile):
        net = _amounts(table, places, price * np.where(numbers == 0, 1, numbers))
        yield _of_price("times what stands there", net, {"times": [price_name, own]})
    if not is_surcharge and _are_some_of(numbers, units, profile):
        net = _amounts(table, places, price, units - numbers)
        calculation = {"sum": [names[places["units"]]], "less": [own]}
        yield _reading(
            "for less pieces, by what stands there",
            net,
            "units",
            as_source(calculation),
            written(calculation),
        )
    if not _is_money(profile, header, price * units):
        return
    gross = _amounts(table, places, price)
    if not is_surcharge:
        if "discount_amount" not in places and (numbers >= 0).all():
            yield _reading(
                "less what stands there", gross - numbers, "discount_amount", _quoted(own), own
            )
        if _is_like_a_price(numbers, price):
            other = _amounts(table, places, numbers)
            yield _reading("what stands there times units", other, "unit_price", _quoted(own), own)
    if {"discount_amount", "discount_rate", "unit_discount", "price_units"} & places.keys():
        yield _told("with what stands there on top", gross + numbers)
    else:
        calculation = {"times": [price_name, names[places["units"]]], "sum": [own]}
        yield _reading(
            "with what stands there on top",
            gross + numbers,
            "line_total",
            as_source(calculation),
            written(calculation),
        )


def _amounts(
    table: Table, places: Mapping[str, int], price: Numbers, units: Numbers | None = None
) -> Numbers:
    """Return what lines come to at prices, less the discounts that are read."""

    def of(name: str) -> Numbers | float:
        return np.nan_to_num(table.profiles[places[name]].numbers) if name in places else 0.0

    count = table.profiles[places["units"]].numbers if units is None else units
    per, rate = of("price_units"), of("discount_rate")
    rate = rate / (100 if np.any(np.abs(rate) > 1) else 1)
    gross = price * count / np.where(per == 0, 1, per)
    off = of("discount_amount") if "discount_amount" in places else of("unit_discount") * count
    return np.asarray(gross * (1 - rate) - off)


def _is_numbering(header: str) -> bool:
    return not header or not _NUMBERING.isdisjoint(parts(header))


def _is_factor(profile: Profile) -> bool:
    known = profile.known_numbers
    return bool(
        not profile.is_whole
        and ((known > 0) & (known <= _FACTOR)).all()
        and (known != 1).any()
        and len(np.unique(known)) <= max(len(known) / 2, 4)
    )


def _is_sparse(profile: Profile) -> bool:
    filled = int(np.count_nonzero(np.nan_to_num(profile.numbers)))
    return filled <= (1 - _BLANK) * len(profile.numbers)


def _are_some_of(numbers: Numbers, units: Numbers, profile: Profile) -> bool:
    """Tell whether numbers may count some of the pieces of their rows."""
    is_part = bool((numbers >= 0).all() and (numbers <= np.abs(np.nan_to_num(units))).all())
    return profile.is_whole and is_part and _is_sparse(profile)


def _is_money(profile: Profile, header: str, gross: Numbers) -> bool:
    """Tell whether numbers look like money of their rows: cents, a currency, in some rows only."""
    numbers = np.nan_to_num(profile.numbers)
    some = (numbers != 0) & np.isfinite(gross)
    if not some.any() or np.mean(np.abs(numbers[some]) <= np.abs(gross[some])) < _MOST:
        return False
    are_cents = not profile.is_whole and bool(
        (np.abs(numbers * 100 - np.round(numbers * 100)) < 1e-6).all()
    )
    has_sign = currency_in(header) is not None or profile.share(r"[€$£¥]|[A-Z]{3}") > 0.5
    return are_cents or has_sign or _is_sparse(profile)


def _is_like_a_price(numbers: Numbers, price: Numbers) -> bool:
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = numbers / price
    low, high = _LIKE_A_PRICE
    return bool(np.mean((shares >= low) & (shares <= high)) > _MOST)


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _of_price(what: str, amounts: Numbers, calculation: dict[str, list[str]]) -> Reading:
    return _reading(what, amounts, "unit_price", as_source(calculation), written(calculation))


def _told(what: str, amounts: Numbers) -> Reading:
    figure = f"{float(np.nansum(amounts)):,.2f}"
    return Reading(f"{what} ({figure}), for which the file needs a column of amounts", "", "")


def _reading(what: str, amounts: Numbers, column: str, source: str, flag: str) -> Reading:
    return Reading(
        f"{what} ({float(np.nansum(amounts)):,.2f} in the first rows)",
        f"{column}: {source}",
        f"--column {shlex.quote(f'{column}={flag}')}",
    )
