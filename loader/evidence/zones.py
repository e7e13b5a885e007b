"""Whose days the times of a column are counted by, where they name a time zone."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.finding import Finding
from loader.questions import Question, Reading

_STAMP = (
    r"[T\s](?P<clock>\d{1,2}:\d\d)(?::\d\d)?(?:[.]\d+)? ?"
    r"(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?[+-]\d\d:?\d\d)(?: ?[(].*[)])?\s*$"
)
_DAY = 24 * 60


class ZoneEvidence:
    """The offsets behind the times of a sheet, each time of day with how often it stands there."""

    def __init__(self, declared: str | None) -> None:
        self._declared = declared
        self._stamps: Counter[tuple[int, int]] = Counter()  # minute of the day, and offset
        self._example = ""

    def learn(self, texts: pa.Array) -> None:
        """Look at the dates of one block."""
        longest = pc.max(pc.binary_length(texts)).as_py() or 0
        if self._declared is not None or longest <= len("2026-01-05 10:00:00"):
            return
        found = pc.extract_regex(texts, _STAMP)
        stamps = pc.drop_null(found)
        if not len(stamps):
            return
        self._example = self._example or texts.filter(pc.is_valid(found))[0].as_py()
        joined = pc.binary_join_element_wise(stamps.field(0), stamps.field(1), " ")
        for item in pc.value_counts(joined).to_pylist():
            clock, zone = item["values"].split(" ")
            hours, minutes = clock.split(":")
            at = (int(hours) * 60 + int(minutes), _offset(zone))
            self._stamps[at] += item["counts"]

    def finding(self) -> Finding[None]:
        """Return what is said about the zones, or the question."""
        offsets = sorted({offset for _, offset in self._stamps})
        if not offsets:
            return Finding(None)
        declare = "`time_zone: Europe/Berlin` (that of the business) in a layout"
        if offsets == [0]:
            note = (
                f"times are in UTC ({self._example}) and counted by the days of UTC; {declare} "
                "counts them by its own"
            )
            return Finding(None, [note])
        moved = sum(
            count
            for (minute, own), count in self._stamps.items()
            if any(not 0 <= minute + other - own < _DAY for other in offsets)
        )
        # Two an hour apart are one place in winter and in summer.
        if not moved or (len(offsets) == 2 and offsets[1] - offsets[0] == 60):
            note = (
                f"times name their time zone ({self._example}) and are counted by the days they "
                f"name; {declare} counts them by its own"
            )
            return Finding(None, [note])
        return Finding(
            None,
            question=Question(
                f"times have different time zones, such as {self._example}, and {moved:,} of them "
                "are on another day in another of these: are they counted by",
                (
                    Reading("the days of UTC", "time_zone: UTC", "--time-zone UTC"),
                    Reading(
                        "those of the business, such as Berlin",
                        "time_zone: Europe/Berlin",
                        "--time-zone Europe/Berlin",
                    ),
                ),
            ),
        )


def _offset(zone: str) -> int:
    """Return the minutes that a zone adds to UTC."""
    digits = "".join(letter for letter in zone if letter.isdigit())
    if not digits:
        return 0
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return -minutes if "-" in zone else minutes
