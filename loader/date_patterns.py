"""The little language in which a layout says what days the name of a file tells about."""

import calendar
import re
import unicodedata
from datetime import date, timedelta
from typing import NamedTuple

YEARS = range(1990, 2100)
"""Other numbers of four digits are taken for no year."""

# Not those of `calendar`, which speaks the language of the machine.
_MONTHS = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
]  # fmt: skip

_MONTH_OF = {month[:3]: number for number, month in enumerate(_MONTHS, start=1)}

_MEANS = {
    "yyyy": "[0-9]{4}",
    "yy": "[0-9]{2}",
    "mm": "[0-9]{2}",
    "dd": "[0-9]{2}",
    "ww": "[0-9]{2}",
    # The full name first: "mar" would do for "march" as well.
    "month": "|".join(f"{month}|{month[:3]}" for month in _MONTHS),
}
"""The placeholders, with what each stands for."""

_KINDS = {"yy": "yyyy", "month": "mm"}
"""Placeholders that are another way to write one."""

_LETTER = r"[^\W\d_]"


class Period(NamedTuple):
    """A day, an ISO week, a month or a year, by its days; both are part of it."""

    first: date
    last: date

    def __str__(self) -> str:
        """Write it for a message."""
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


def pattern_regex(pattern: str) -> re.Pattern[str]:
    """Return what a pattern such as `stock_{yyyy}-{mm}` stands for, one group a placeholder.

    Raises:
        ValueError: it names no day, week, month or year.
    """
    pieces = re.split(r"\{(\w*)\}", unicodedata.normalize("NFC", pattern))
    keys = [key.lower() for key in pieces[1::2]]
    if unknown := [key for key in keys if key not in _MEANS]:
        known = ", ".join(f"{{{key}}}" for key in _MEANS)
        raise ValueError(f"'{{{unknown[0]}}}' is none of {known}")
    kinds = sorted(_KINDS.get(key, key) for key in keys)
    if kinds not in (["yyyy"], ["mm", "yyyy"], ["dd", "mm", "yyyy"], ["ww", "yyyy"]):
        raise ValueError(
            f"'{pattern}' is no date: a year, a year and a month, a year, a month and a day, or a "
            "year and an ISO week are wanted, each once, such as customers_{yyyy}-{mm}-{dd}"
        )
    pieces[::2] = [re.escape(literal) for literal in pieces[::2]]
    pieces[1::2] = [f"(?P<{key}>{_MEANS[key]})" for key in keys]
    # A placeholder at either end takes whole numbers and words only, and no part of a longer one.
    start = "" if pieces[0] else f"(?<!{_kin(keys[0])})"
    end = "" if pieces[-1] else f"(?!{_kin(keys[-1])})"
    return re.compile(start + "".join(pieces) + end, re.IGNORECASE)


def _kin(key: str) -> str:
    return _LETTER if key == "month" else "[0-9]"


def periods_in(name: str, regex: re.Pattern[str]) -> set[Period]:
    """Return the different valid periods that a pattern finds in a name."""
    periods = (named_period(found) for found in regex.finditer(name))
    return {period for period in periods if period is not None}


def named_period(found: re.Match[str]) -> Period | None:
    """Return what the groups of a match name; None if there is no such day, week or month."""
    texts = {key: text for key, text in found.groupdict().items() if text is not None}
    if "month" in texts:
        texts["mm"] = str(_MONTH_OF[texts["month"].casefold()[:3]])
    year = int(texts["yyyy"]) if "yyyy" in texts else 2000 + int(texts["yy"])
    if year not in YEARS:
        return None
    try:
        if "ww" in texts:
            monday = date.fromisocalendar(year, int(texts["ww"]), 1)
            return Period(monday, monday + timedelta(days=6))
        first = date(year, int(texts.get("mm", 1)), int(texts.get("dd", 1)))
    except ValueError:
        return None
    if "dd" in texts:
        return Period(first, first)
    last_month = first.month if "mm" in texts else 12
    return Period(first, date(year, last_month, calendar.monthrange(year, last_month)[1]))
