"""The day that a file tells about: as its layout reads it from the name, or as the name shows."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from loader.deliveries import Delivery
from loader.reading.sheet import BadFile

YEARS = range(1990, 2100)
"""Other numbers of four digits are taken for no year."""

_ISO_DATE = re.compile(
    r"(?<!\d)(?P<yyyy>\d{4})(?P<mark>[-_]?)(?P<mm>\d\d)(?P=mark)(?P<dd>\d\d)(?!\d)", re.ASCII
)

_DIGITS = {"yyyy": 4, "yy": 2, "mm": 2, "dd": 2, "ww": 2}
"""The placeholders of `as_of`, with how many digits each stands for."""


def as_of_regex(pattern: str) -> str:
    """Return what a pattern such as `stock_{yyyy}-{mm}` stands for, one group a placeholder.

    Raises:
        ValueError: it names no day, week, month or year.
    """
    pieces = re.split(r"\{(\w*)\}", unicodedata.normalize("NFC", pattern))
    keys = [key.lower() for key in pieces[1::2]]
    if unknown := [key for key in keys if key not in _DIGITS]:
        known = ", ".join(f"{{{key}}}" for key in _DIGITS)
        raise ValueError(f"'{{{unknown[0]}}}' is none of {known}")
    kinds = sorted("yyyy" if key == "yy" else key for key in keys)
    if kinds not in (["yyyy"], ["mm", "yyyy"], ["dd", "mm", "yyyy"], ["ww", "yyyy"]):
        raise ValueError(
            f"'{pattern}' is no date: a year, a year and a month, a year, a month and a day, or a "
            "year and an ISO week are wanted, each once, such as customers_{yyyy}-{mm}-{dd}"
        )
    pieces[::2] = [re.escape(literal) for literal in pieces[::2]]
    pieces[1::2] = [f"(?P<{key}>[0-9]{{{_DIGITS[key]}}})" for key in keys]
    # A placeholder at either end takes whole numbers only, and no part of a longer one.
    start = "" if pieces[0] else "(?<![0-9])"
    end = "" if pieces[-1] else "(?![0-9])"
    return start + "".join(pieces) + end


def as_of_date(delivery: Delivery, patterns: Sequence[str], layout: str) -> date:
    """Return the day that a delivered file tells about.

    Args:
        delivery: the file.
        patterns: the `as_of` of the layout documents that name it.
        layout: their name.

    Raises:
        BadFile: its name is not as its layout says.
    """
    name = unicodedata.normalize("NFC", delivery.known_as.name)
    if not patterns:
        dates = _dates(_ISO_DATE, name)
        return dates.pop() if len(dates) == 1 else _day_modified(delivery)
    found = {pattern: _declared(pattern, name, layout) for pattern in patterns}
    if len(set(found.values())) > 1:
        said = ", ".join(f"'{pattern}' gives {day}" for pattern, day in found.items())
        raise BadFile(
            f"layout '{layout}' gives the file several dates ({said}): one file tells about one "
            "day; mend `as_of:`."
        )
    return next(iter(found.values()))


def _day_modified(delivery: Delivery) -> date:
    try:
        return delivery.modified_at().date()
    except OSError as error:
        raise BadFile(f"the file cannot be read: {error.strerror}.") from None


def _declared(pattern: str, name: str, layout: str) -> date:
    regex = re.compile(as_of_regex(pattern), re.IGNORECASE)
    asked = f"layout '{layout}' reads the day it tells about from its name, as_of: '{pattern}'"
    dates = _dates(regex, name)
    if len(dates) == 1:
        return dates.pop()
    if dates:
        several = " and ".join(str(day) for day in sorted(dates))
        why = f"the name fits that in several ways ({several}): make `as_of:` longer"
    elif found := regex.search(name):
        why = f"'{found[0]}' is no date from {YEARS[0]} to {YEARS[-1]}: rename the file"
    else:
        why = "the name does not fit that: rename the file, or mend `as_of:`"
    raise BadFile(f"{asked}; {why}.")


def _dates(regex: re.Pattern[str], name: str) -> set[date]:
    """Return the different valid dates that a pattern finds in a name."""
    days = (_day(found.groupdict()) for found in regex.finditer(name))
    return {day for day in days if day is not None}


def _day(texts: dict[str, str]) -> date | None:
    """Return the first day of what the texts name: a day, an ISO week, a month or a year."""
    number = {key: int(text) for key, text in texts.items() if text.isdecimal()}
    year = number["yyyy"] if "yyyy" in number else 2000 + number["yy"]
    try:
        if "ww" in number:
            day = date.fromisocalendar(year, number["ww"], 1)
        else:
            day = date(year, number.get("mm", 1), number.get("dd", 1))
    except ValueError:
        return None
    return day if year in YEARS else None
