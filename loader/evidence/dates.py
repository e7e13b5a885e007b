"""In what order the dates of a column name day, month and year."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from loader.date_patterns import Period
from loader.evidence.digits import latin_digits
from loader.evidence.finding import Finding
from loader.questions import Question, Reading

ORDERS = ("dmy", "mdy", "ymd")
"""How a date of three numbers may be meant; one that begins with four digits has its year there."""

SWAPPED = "ydm"
"""Of dates that begin with their year: day and month stand in each other's place."""

MARKS = "./-"

EXAMPLES = 100
"""Among the first so many dates is the one that a question shows."""

OUTNUMBERED = 20
"""One date among so many that are otherwise is a slip, and does not decide for them."""

_MONTH, _YEARS, _SEVERAL = 31, 3 * 365, 5
"""Days within a month and within years; so many different ones are no chance."""
_OF_A_YEAR = {1, *range(28, 32)}
"""Days that stand for a whole month or year."""

_DATE = r"^\s*(?:\pL+\.?,?\s+)?(?P<date>\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2}))(?:\D|$)"
"""A date of three numbers, perhaps with a weekday before it."""
_YEAR_LAST = r"^\s*(\d\d)(\d\d)((?:19|20)\d\d)\s*$"
"""12012026: a month of 20 is none, so that the year stands behind."""
_YEAR = r"(?:^|\D)(?P<year>(?:19|20)\d\d)(?:\D|$)"
_STORED = r"^\d{4}-\d\d-\d\d(?: |$)"


def order_of(declared: Iterable[str], mark: str) -> str | None:
    """Return the order that a layout declares for dates with this mark between their numbers."""
    for item in declared:
        if len(item) == 3 and item != SWAPPED:
            return item
        if item[1:2] == mark and not item.startswith("y" + mark + "d"):
            return item.replace(mark, "")
    return None


class DateEvidence:
    """The different dates of a sheet that are stored as text, each with how often it stands there.

    Args:
        declared: what the layout says, none or several.
        is_workbook: whether there may be cells that hold a date and no text.
        period: that the file is about, by its name.
        is_answered: whether the layout was made for this very file.
    """

    def __init__(
        self,
        declared: list[str],
        *,
        is_workbook: bool,
        period: Period | None,
        is_answered: bool = False,
    ) -> None:
        self._declared = declared
        self._is_answered = is_answered
        self._is_workbook = is_workbook
        self._period = period
        self._texts: Counter[str] = Counter()
        self._where: dict[str, str] = {}  # of the first so many dates, where they stand
        self._among = 0
        self._years: set[int] = set()
        self._columns: list[pa.Array] = []  # of a workbook, which is in memory as it is

    def learn(self, name: str, numbers: pa.Array, texts: pa.Array) -> None:
        """Look at the dates of one block.

        Args:
            name: of their column, as the contract has it.
            numbers: of the rows, as Excel shows them.
            texts: its cells.
        """
        texts = pc.replace_substring_regex(latin_digits(texts), _YEAR_LAST, r"\1-\2-\3")
        read = pc.extract_regex(texts, _DATE)
        found = pc.drop_null(read)
        if len(found):
            counts = _counts(found.field(0))
            self._texts.update(counts)
            dates = pc.if_else(read.is_valid(), pc.struct_field(read, 0), None)
            for text in [text for text in counts if text not in self._where][: self._unplaced]:
                row = numbers[pc.index(dates, text).as_py()].as_py()
                self._where[text] = f"{name} in row {row}"
            if any(text[-3] in MARKS for text in counts):
                years = pc.drop_null(pc.extract_regex(texts, _YEAR))
                self._years.update(int(year) for year in pc.unique(years.field(0)).to_pylist())
        self._among += len(texts) - texts.null_count
        if self._is_workbook:
            self._columns.append(texts)

    @property
    def _unplaced(self) -> int:
        return max(EXAMPLES - len(self._where), 0)

    def finding(self) -> Finding[str | None]:
        """Return the orders, as `raw.file_parts` keeps them, and why; or the question."""
        by_mark: dict[str, Counter[str]] = {}
        for text, count in self._texts.items():
            mark = next(letter for letter in text if letter in MARKS)
            if text.count(mark) == 2 and any(read_date(text, order) for order in ORDERS):
                by_mark.setdefault(mark, Counter())[text] = count
        findings = {
            mark: _Marked(
                mark, counts, self._where, self._period, self._among, self._years
            ).finding()
            for mark, counts in by_mark.items()
            if order_of(self._declared, mark) is None
        }
        contradicted = (
            _Marked(mark, counts, self._where, self._period, self._among, self._years).against(
                order
            )
            for mark, counts in by_mark.items()
            # Who declares an order for dates of one mark has looked at them.
            if (order := order_of(self._declared, mark)) in self._declared and not self._is_answered
        )
        asked = [item.question for item in findings.values()]
        question = next((item for item in (*asked, *contradicted) if item is not None), None)
        orders = {mark: item.value for mark, item in findings.items() if item.value}
        items = [*self._declared]
        if not items and len(set(orders.values())) == 1 and len(orders) == len(by_mark):
            items.append(next(iter(orders.values())))
        else:
            orders = {mark: mark.join(order) for mark, order in orders.items()}
            items += orders.values()
        notes = [
            note for mark, item in findings.items() for note in item.notes if mark not in orders
        ]
        found = [f"{orders[mark]} ({why})" for mark in orders for why in findings[mark].notes]
        if found:
            said = items[0] if len(items) == 1 else f"[{', '.join(items)}]"
            notes.insert(
                0,
                f"dates stored as text were read as {', '.join(found)}; `dates: {said}` in a "
                "layout settles it",
            )
        if not self._declared and question is None and self._columns and by_mark:
            swap = self._swapped(next(iter(set(orders.values()))) if len(orders) == 1 else None)
            items += [SWAPPED] if swap.value else []
            notes += swap.notes
            question = swap.question
        return Finding(" ".join(items) or None, notes, question)

    def _swapped(self, order: str | None) -> Finding[bool]:
        """Look for dates that an Excel of another order took apart.

        It makes a date, with day and month in each other's place, of those that fit its order,
        and leaves the others as text: the ones have a day up to 12, the others one above it.
        """
        no = Finding(value=False)
        if order not in ("dmy", "mdy"):
            return no
        if any(date_.day <= 12 for text in self._texts if (date_ := read_date(text, order))):
            return no
        stored: Counter[str] = Counter()
        for texts in self._columns:
            dates = texts.filter(pc.fill_null(pc.match_substring_regex(texts, _STORED), False))
            stored.update(_counts(pc.utf8_slice_codeunits(dates, 0, 10)))
        as_stored = {text: date_ for text in stored if (date_ := read_date(text, "ymd"))}
        turned = [read_date(text, SWAPPED) for text in as_stored]
        if not as_stored or None in turned or turned == list(as_stored.values()):
            return no
        there = f"{sum(stored.values()):,} dates are stored as dates"
        here = f"{self._texts.total():,} as text"
        spans = [_span(as_stored.values()), _span(item for item in turned if item)]
        if self._period is not None:
            inside = [self._holds(as_stored.values()), self._holds(turned)]
            if inside == [True, False]:
                return no
            if inside == [False, True]:
                note = (
                    f"{there}, with day and month in each other's place: turned back, they are "
                    f"of {self._period}, as the file's name says"
                )
                return Finding(value=True, notes=[note])
        return Finding(
            value=False,
            question=Question(
                f"{there}, all of days up to 12, and {here}, all of days above 12, as when a file "
                f"is opened in an Excel of another date order: are those stored as dates",
                (
                    Reading(f"right ({spans[0]})", f"dates: {order}", f"--dates {order}"),
                    Reading(
                        f"with day and month swapped ({spans[1]})",
                        f"dates: [{order}, {SWAPPED}]",
                        f"--dates {order},{SWAPPED}",
                    ),
                ),
            ),
        )

    def _holds(self, dates: Iterable[date | None]) -> bool:
        assert self._period is not None
        first, last = self._period
        return all(item is not None and first <= item <= last for item in dates)


class _Marked:
    """The dates with one mark between their numbers, such as those with slashes."""

    def __init__(
        self,
        mark: str,
        counts: Counter[str],
        where: dict[str, str],
        period: Period | None,
        among: int,
        years: set[int],
    ) -> None:
        self._among = among
        self._full_years = years
        self._mark = mark
        self._counts = counts
        self._where = where
        self._read = {
            order: {text: found for text in counts if (found := read_date(text, order))}
            for order in ORDERS
        }
        self._period = period

    def finding(self) -> Finding[str | None]:
        """Return the one order that the dates leave, with why as its note, or a question."""
        rows = self._counts.total()
        fits = {order: self._rows(self._read[order]) for order in ORDERS}
        possible = [order for order in ORDERS if fits[order] == rows]
        if not possible:
            best = max(ORDERS, key=lambda order: fits[order])
            # A date that another order reads too neither supports the best one nor speaks against.
            support = sum(
                count
                for text, count in self._counts.items()
                if [order for order in ORDERS if text in self._read[order]] == [best]
            )
            against = rows - fits[best]
            if support < against * OUTNUMBERED:
                return Finding(None, question=self._question([o for o in ORDERS if fits[o]]))
            return Finding(best, [f"but for {against:,} that do not fit it"])
        differing = [order for order in possible if self._read[order] != self._read[possible[0]]]
        if len(possible) == 1:
            return Finding(possible[0], ["the one order that fits them all"])
        if not differing:
            return Finding(possible[0])
        for why, excluded in (
            ("as the file's name says", self._outside(possible)),
            ("as the dates with full years are of these years", self._strange_years(possible)),
            ("as one or two years stand there, and the other numbers vary", self._years(possible)),
            ("as all are of one month, and else a day in each of years", self._scattered(possible)),
        ):
            left = [order for order in possible if order not in excluded]
            if len(left) == 1:
                return Finding(left[0], [why])
            possible = left or possible
        if rows * OUTNUMBERED <= self._among:
            note = (
                f"{rows:,} of {self._among:,} dates are stored as text and may be "
                f"{' or '.join(possible)}; such rows are kept out of the figures until a layout "
                "says `dates:`"
            )
            return Finding(None, [note])
        return Finding(None, question=self._question(possible))

    def against(self, declared: str) -> Question | None:
        """Return a question where the dates contradict the order that a layout declares."""
        others = [
            order for order in ORDERS if order != declared and self._speak_for(order, declared)
        ]
        if not others:
            return None
        question = self._question([declared, *others])
        # Said of dates with this mark, it holds.
        kept = self._mark.join(declared)
        insisted = replace(question.readings[0], line=f"dates: {kept}", flag=f"--dates {kept}")
        return Question(
            f"its layout says dates: {declared}, and {question.asks}",
            (insisted, *question.readings[1:]),
        )

    def _speak_for(self, order: str, declared: str) -> bool:
        """Tell whether all dates are of one month, which the declared order makes several of."""
        days = {item: set(self._read[item].values()) for item in (order, declared)}
        if len(self._read[order]) < len(self._counts) or len(days[order]) < _SEVERAL:
            return False
        if (max(days[order]) - min(days[order])).days >= _MONTH:
            return False
        as_declared = days[declared]
        months = {(day.year, day.month) for day in as_declared}
        is_one_a_month = len(months) == len(as_declared)
        return is_one_a_month and _OF_A_YEAR.isdisjoint(day.day for day in as_declared)

    def _rows(self, texts: Iterable[str]) -> int:
        return sum(self._counts[text] for text in texts)

    def _outside(self, possible: list[str]) -> set[str]:
        """Return the orders that lead out of the file's period, where another one does not."""
        if self._period is None:
            return set()
        first, last = self._period
        outside = {
            order
            for order in possible
            if not all(first <= item <= last for item in self._read[order].values())
        }
        return outside if len(outside) < len(possible) else set()

    def _strange_years(self, possible: list[str]) -> set[str]:
        """Return the orders that lead to other years than all dates that write theirs in full."""
        strange = {
            order
            for order in possible
            if not {found.year for found in self._read[order].values()} <= self._full_years
        }
        return strange if self._full_years and len(strange) < len(possible) else set()

    def _years(self, possible: list[str]) -> set[str]:
        """Return the orders that two-digit years exclude.

        Of numbers that are all the same or two in succession, beside others of more than twelve
        values, the former are the year: nobody sells in thirteen years on one day of the month.
        """
        first = {int(text.split(self._mark)[0]) for text in self._counts}
        last = {int(text.split(self._mark)[2]) for text in self._counts}
        if _is_year(last) and len(first) > 12:
            return {"ymd"}
        if _is_year(first) and len(last) > 12:
            return set(possible) - {"ymd"}
        return set()

    def _scattered(self, possible: list[str]) -> set[str]:
        """Return the orders that spread over years what is one month in another order.

        Nobody sells on the 25th of January alone, year by year; a figure of each year may stand
        under its first or its last day.
        """
        days = {order: set(self._read[order].values()) for order in possible}
        spans = {order: (max(found) - min(found)).days for order, found in days.items()}
        near = {order for order in possible if spans[order] < _MONTH}
        far = {
            order
            for order in possible
            if spans[order] > _YEARS and _OF_A_YEAR.isdisjoint(day.day for day in days[order])
        }
        enough = min(map(len, days.values())) >= _SEVERAL
        return far if near and enough else set()

    def _question(self, possible: list[str]) -> Question:
        def differs(text: str) -> tuple[int, str]:
            return len({self._read[order].get(text) for order in possible}), text

        placed = [text for text in self._counts if text in self._where]
        example = max(placed or self._counts, key=differs)
        where = self._where.get(example)
        rows = self._counts.total()
        readings = []
        for order in possible:
            fitting = self._read[order]
            said = str(fitting.get(example, "no date"))
            unread = rows - self._rows(fitting)
            figures = _span(fitting.values()) + (f", {unread:,} of {rows:,} no date" * bool(unread))
            readings.append(Reading(f"{said} ({figures})", f"dates: {order}", f"--dates {order}"))
        asks = f"is the date {example}"
        return Question(f"{where}: {asks}" if where else asks, tuple(readings))


def _is_year(values: set[int]) -> bool:
    return max(values) - min(values) <= 1


def _counts(texts: pa.Array) -> dict[str, int]:
    counted = pc.value_counts(texts)
    return dict(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))


def read_date(text: str, order: str) -> date | None:
    """Read a date of three numbers in this order, as staging does; None if it is none."""
    parts = text.replace(".", "-").replace("/", "-").split("-")
    year, month, day = (parts[order.index(letter)] for letter in "ymd")
    if len(year) == 2:
        year = ("20" if year < "69" else "19") + year
    try:
        return date(int(year), int(month), int(day)) if len(year) == 4 else None
    except ValueError:
        return None


def _span(dates: Iterable[date]) -> str:
    days = sorted(dates)
    return f"{days[0]} to {days[-1]}" if days[0] != days[-1] else str(days[0])
