"""What a file's name says of time: the day that it tells about, and the period that it is about."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from loader.date_patterns import YEARS, Period, named_period, pattern_regex, periods_in
from loader.deliveries import Delivery
from loader.reading.sheet import BadFile

NO_PERIOD = "none"
"""What `period:` says where a name that looks like a period is none."""

_ISO_DATE = re.compile(
    r"(?<!\d)(?P<yyyy>\d{4})(?P<mark>[-_]?)(?P<mm>\d\d)(?P=mark)(?P<dd>\d\d)(?!\d)", re.ASCII
)

_JOINED = r"[-_.,+&\u2013]"
"""Marks that join numbers to a date, a range or a longer number."""

# One without its year counts too: 2026-W04 to W06 is no single week.
_ISO_WEEK = re.compile(
    r"((?<!\d)(?P<yyyy>\d{4})[-_]?|(?<![^\W_]))W(?P<ww>\d\d)"
    rf"(?!\d)(?!{_JOINED}\d\d?(?!\d))",  # 2026-W04-3 is a day, and 2026-W04-05 are two weeks
    re.ASCII | re.IGNORECASE,
)

_YEAR_AND_MONTH = re.compile(
    rf"(?<!\d)(?<!\d{_JOINED})(?P<yyyy>\d{{4}})[-_](?P<mm>\d\d)(?!{_JOINED}?\d)", re.ASCII
)


class _Key(NamedTuple):
    """A key of a layout by which the name of a file is read, in the words of its messages."""

    name: str
    asks: str
    several: str
    only_one: str


_AS_OF = _Key("as_of", "the day it tells about", "dates", "tells about one day")
_PERIOD = _Key("period", "the period it is about", "periods", "is about one period")


def as_of_date(delivery: Delivery, patterns: Sequence[str], layout: str) -> date:
    """Return the day that a delivered file tells about.

    Args:
        delivery: the file.
        patterns: the `as_of` of the layout documents that name it.
        layout: their name.

    Raises:
        BadFile: its name is not as its layout says.
    """
    if not patterns:
        dates = periods_in(_name(delivery), _ISO_DATE)
        return dates.pop().first if len(dates) == 1 else _day_modified(delivery)
    days = {pattern: _declared(_AS_OF, pattern, delivery, layout).first for pattern in patterns}
    _refuse_several(_AS_OF, days, layout)
    return days[patterns[0]]


def declared_period(delivery: Delivery, patterns: Sequence[str], layout: str) -> Period | None:
    """Return the period that a delivered file is about; None where its layout says none.

    Args:
        delivery: the file.
        patterns: the `period` of the layout documents that name it.
        layout: their name.

    Raises:
        BadFile: its name is not as its layout says.
    """
    periods = {
        pattern: None if pattern == NO_PERIOD else _declared(_PERIOD, pattern, delivery, layout)
        for pattern in patterns
    }
    _refuse_several(_PERIOD, periods, layout)
    return periods[patterns[0]] if patterns else None


def automatic_period(delivery: Delivery) -> Period | None:
    """Return the one ISO week, else the one month, that a name shows; None if it is in doubt."""
    name = _name(delivery)
    weeks = {named_period(found) if found["yyyy"] else None for found in _ISO_WEEK.finditer(name)}
    shown = weeks or periods_in(name, _YEAR_AND_MONTH)
    return shown.pop() if len(shown) == 1 else None


def no_such_dates(delivery: Delivery) -> list[str]:
    """Return the weeks and days in a name that its year does not have, in words."""
    name, said = _name(delivery), []
    for found in _ISO_WEEK.finditer(name):
        if found["yyyy"] and int(found["yyyy"]) in YEARS and named_period(found) is None:
            weeks = date(int(found["yyyy"]), 12, 28).isocalendar().week
            said.append(f"{found[0]} is no week, as {found['yyyy']} has {weeks}")
    for found in _ISO_DATE.finditer(name):
        if found["mark"] and int(found["yyyy"]) in YEARS and named_period(found) is None:
            said.append(f"{found[0]} is no day")
    return said


def _name(delivery: Delivery) -> str:
    return unicodedata.normalize("NFC", delivery.known_as.name)


def _day_modified(delivery: Delivery) -> date:
    try:
        return delivery.modified_at().date()
    except OSError as error:
        raise BadFile(f"the file cannot be read: {error.strerror}.") from None


def _declared(key: _Key, pattern: str, delivery: Delivery, layout: str) -> Period:
    name, regex = _name(delivery), pattern_regex(pattern)
    periods = periods_in(name, regex)
    if len(periods) == 1:
        return periods.pop()
    if periods:
        ways = sorted(period.first if key is _AS_OF else period for period in periods)
        several = " and ".join(str(way) for way in ways)
        why = f"the name fits that in several ways ({several}): make `{key.name}:` longer"
    elif found := regex.search(name):
        why = f"'{found[0]}' is no date from {YEARS[0]} to {YEARS[-1]}: rename the file"
    else:
        why = f"the name does not fit that: rename the file, or mend `{key.name}:`"
    asked = f"layout '{layout}' reads {key.asks} from its name, {key.name}: '{pattern}'"
    raise BadFile(f"{asked}; {why}.")


def _refuse_several(key: _Key, found: Mapping[str, date | Period | None], layout: str) -> None:
    if len(set(found.values())) > 1:
        said = ", ".join(f"'{pattern}' gives {told or 'none'}" for pattern, told in found.items())
        raise BadFile(
            f"layout '{layout}' gives the file several {key.several} ({said}): one file "
            f"{key.only_one}; mend `{key.name}:`."
        )
