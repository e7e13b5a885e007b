"""Sales that another file has delivered already, in another form or under another name.

Files whose days meet are compared by what is read in their rows. Whether equal rows are one sale
is for layouts to say, and where they do not, for people: the file is held. A few rows that are
alike by chance, as those of two shops may be, are no reason to ask.
"""

import math
import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import duckdb
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from loader.contracts import ENTITIES
from loader.questions import Question, Reading
from loader.raw_tables import ENTITY_TABLES, FILE_PARTS, FILE_VERSIONS
from loader.typed_rows import TEXTS, HowRead, lines_of, typed
from loader.wording import SHOWN, quoted

ENTITY = "sales_lines"

SAME = 0.8
"""A file may be another one in another form if so many rows of one of them are in both."""

CHANGED = 0.5
"""Lines of equal numbers may be those of two shops, if so many of them have other amounts."""

_SEVERAL = 5
"""So many lines with equal numbers and other amounts are no mere corrections."""

_BY_CHANCE = {True: 1e-2, False: 1e-4}
"""Rows as likely to be alike by chance are not asked for: with numbers of orders, or without."""

_FEW = 3
"""So many rows of the same days are worth a question."""

_IDENTIFYING = ("sold_at", "order_id", "units")
_GOODS = ("product_id", "product_name")
_PLACES = ("store_id", "store_name", "region", "country")
_CUSTOMERS = ("customer_id", "customer_name")

Days = tuple[date | None, date | None]
"""The first and the last one; nothing where they are not known."""


@dataclass(frozen=True)
class Sales:
    """The sales of one file.

    Attributes:
        path: that the file is known by.
        version: of it in the warehouse; None if it is not there.
        layout: that reads it.
        has_identity: whether that says what makes two lines one.
        days: that they are of.
        read: gives its rows, typed, a table a part.
    """

    path: str
    version: int | None
    layout: str
    has_identity: bool
    days: Days
    read: Callable[[], list[pa.Table]]

    def may_repeat(self, other: "Sales") -> bool:
        """Tell whether both may have sales of one day, and nothing says which of them are one."""
        if self.layout == other.layout and self.has_identity and other.has_identity:
            return False
        (first, last), (other_first, other_last) = self.days, other.days
        if first is None or last is None or other_first is None or other_last is None:
            return True
        return first <= other_last and other_first <= last


def span(days: Iterable[Days]) -> Days:
    """Return the first and the last day of several spans; nothing where one is not known."""
    firsts, lasts = zip(*days, strict=True)
    return (None, None) if None in firsts or None in lasts else (min(firsts), max(lasts))


def counting(connection: Connection, without: Sequence[int]) -> list[Sales]:
    """Return the sales of the files that count in the warehouse, but for some versions."""
    parts, versions = FILE_PARTS.c, FILE_VERSIONS.c
    rows = connection.execute(
        sa.select(
            *(versions.path, versions.file_version_id, versions.layout),
            *(parts.identity_columns, parts.first_date, parts.last_date),
        )
        .join(FILE_PARTS, parts.file_version_id == versions.file_version_id)
        .where(versions.status == "active", parts.entity == ENTITY, parts.rows_loaded > 0)
        .where(versions.file_version_id.not_in(without))
        .order_by(versions.file_version_id)
    )
    files: dict[int, list[Row[Any]]] = {}
    for row in rows:
        files.setdefault(row.file_version_id, []).append(row)
    return [
        Sales(
            path=found[0].path,
            version=version,
            layout=found[0].layout,
            has_identity=all(row.identity_columns for row in found),
            days=span((row.first_date, row.last_date) for row in found),
            read=partial(read_rows, connection, version),
        )
        for version, found in files.items()
    ]


def with_its_orders(connection: Connection, version: int, others: Sequence[Sales]) -> list[Sales]:
    """Leave out the files whose orders have other numbers than those of a version, at one look."""
    table = ENTITY_TABLES[ENTITY].c
    number = sa.func.regexp_replace(sa.func.trim(table.order_id), r"\.0+$", "")
    own = sa.select(number).where(table["_file_version_id"] == version, number != "")
    if not others or connection.execute(own.limit(1)).first() is None:
        return [*others]
    numbered = connection.execute(
        sa.select(table["_file_version_id"], sa.func.max(sa.case((number.in_(own), 1), else_=0)))
        .where(table["_file_version_id"].in_([other.version for other in others]), number != "")
        .group_by(table["_file_version_id"])
    )
    apart = {other for other, is_shared in numbered if not is_shared}
    return [other for other in others if other.version not in apart]


def read_rows(connection: Connection, version: int) -> list[pa.Table]:
    """Return the sales of a version from raw, typed, a table a part."""
    table, parts = ENTITY_TABLES[ENTITY].c, FILE_PARTS.c
    names = [*ENTITIES[ENTITY].columns]
    read = []
    for part in connection.execute(
        sa.select(FILE_PARTS).where(parts.file_version_id == version, parts.entity == ENTITY)
    ).all():
        rows = connection.execute(
            sa.select(*(table[name] for name in names)).where(
                table["_file_version_id"] == version,
                table["_file_part_number"] == part.file_part_number,
            )
        ).all()
        columns = zip(names, zip(*rows, strict=True), strict=False)
        texts = {name: pa.array(column, pa.string()) for name, column in columns}
        there = {name: array for name, array in texts.items() if array.null_count < len(array)}
        if there:
            read.append(typed(_how_read(part), pa.RecordBatch.from_pydict(there)))
    return read


def _how_read(part: Row[Any]) -> HowRead:
    pairs = (pair.split("=") for pair in (part.powers_of_ten or "").split("|") if pair)
    return HowRead(
        entity=ENTITY,
        decimal_mark=part.decimal_mark,
        date_order=part.date_order,
        powers={name: int(power) for name, power in pairs},
        no_value=[*(part.no_value_texts or []), *part.missing_texts],
    )


# ------------------------------------------------------------------ what is asked


def question_on(fresh: Sales, others: Iterable[Sales]) -> Question | None:
    """Ask for the sales of a file that others have too; None where there are none."""
    near = [other for other in others if fresh.may_repeat(other)]
    if not near:
        return None
    found: list[_Shared] = []
    with duckdb.connect() as database:
        lines_of(database, "fresh", {ENTITY: fresh.read()})
        for other in near:
            lines_of(database, "other", {ENTITY: other.read()})
            shared = _Comparison(database, is_one_layout=fresh.layout == other.layout).shared()
            if shared is not None:
                found.append(replace(shared, other=other))
        if not found:
            return None
        amounts = _amounts(database, "fresh")
    changed = [item for item in found if item.is_changed]
    if changed:
        return _ask_for_place(fresh, changed[0], amounts)
    whole = [item for item in found if item.share_of_smaller >= SAME]
    if not whole and sum(item.rows for item in found) >= SAME * found[0].rows_of_fresh:
        whole = found
    if whole and sum(item.certainty for item in whole) >= 1:
        return _ask_which(whole, amounts)
    windows = [item for item in found if item.is_window and item.certainty >= 1]
    return _ask_for_identity(windows[0], amounts) if windows else None


_Amounts = dict[str, float]


@dataclass(frozen=True)
class _Shared:
    """What two files have in common.

    Attributes:
        rows: so many, equal in both.
        rows_of_fresh: all that the new file has.
        rows_of_other: all that the other one has.
        by: what they are equal in.
        of: what is equal: rows, or sums of them.
        amounts: of the other one.
        is_changed: whether it is their numbers only that are equal.
        is_window: whether they are (nearly) all rows of the days that both have.
        new: amounts of the rows that only the new file has.
        other: the other file.
    """

    rows: int
    rows_of_fresh: int
    rows_of_other: int
    by: Sequence[str]
    amounts: _Amounts
    certainty: float
    of: str = "rows"
    is_changed: bool = False
    is_window: bool = False
    new: _Amounts = field(default_factory=dict)
    other: Sales | None = None

    @property
    def share_of_smaller(self) -> float:
        return self.rows / max(min(self.rows_of_fresh, self.rows_of_other), 1)


class _Comparison:
    """Compares the tables `fresh` and `other` of a database."""

    def __init__(self, database: duckdb.DuckDBPyConnection, *, is_one_layout: bool) -> None:
        self._database = database
        self._is_one_layout = is_one_layout
        there = [self._filled(name) for name in ("fresh", "other")]
        self._common = [
            name for name in (*TEXTS, "units", "amount") if all(name in t for t in there)
        ]
        self._has_currency = all("currency" in names for names in there)
        self._goods = [name for name in _GOODS if name in self._common]

    def shared(self) -> _Shared | None:
        """Return what both have in common, if that is no chance."""
        if not self._goods or "amount" not in self._common:
            return None
        is_numbered = "order_id" in self._common
        if is_numbered and "line_number" in self._common and self._is_one_layout:
            return self._of_equal_numbers()
        texts = [name for name in self._common if name in TEXTS and name != "line_number"]
        by = ["day", *texts, *(["units"] if "units" in self._common else []), "amount"]
        row_by_row = self._equal(by, "order_id" if is_numbered else "day", is_numbered=is_numbered)
        if is_numbered and row_by_row is not None and row_by_row.share_of_smaller < SAME:
            return self._of_common_days(row_by_row)
        if row_by_row is not None and row_by_row.share_of_smaller >= SAME:
            return row_by_row
        return row_by_row if is_numbered else self._summed_up() or row_by_row

    def _of_common_days(self, shared: _Shared) -> _Shared:
        """Look whether it is (nearly) all sales of the days of both, as of exports that overlap."""
        (found,) = self._database.execute(
            """
            select
                (select count(*) from fresh where day in (select day from other)),
                (select count(*) from other where day in (select day from fresh))
            """
        ).fetchall()
        are_same = shared.rows >= max(SAME * min(found), _FEW)
        if not are_same:
            return shared
        once = self._database.execute(
            """
            select currency, sum(amount) from fresh positional join fresh_hashes
            where content not in (select content from other_hashes) and amount is not null
            group by 1
            """
        ).fetchall()
        return replace(shared, is_window=True, new=dict(once))

    def _filled(self, table: str) -> set[str]:
        names = (*TEXTS, "units", "amount")
        counts = ", ".join(f"count({name})" for name in names)
        query = f"select {counts}, count(nullif(currency, '')) from {table}"
        (found,) = self._database.execute(query).fetchall()
        return {name for name, number in zip((*names, "currency"), found, strict=True) if number}

    def _of_equal_numbers(self) -> _Shared | None:
        """Look at lines that dbt takes for one, as their numbers, days and products are equal.

        A few that have other amounts are corrections.
        """
        names = ("day", "order_id", "line_number", *self._goods, *_PLACES, *_CUSTOMERS)
        key, content = self._hash(names), self._hash(("units", "amount"))
        (found,) = self._database.execute(
            f"""
            with
            fresh_lines as (select {key} as key, min({content}) as content from fresh group by 1),
            other_lines as (select {key} as key, min({content}) as content from other group by 1)
            select
                count(*),
                count(*) filter (fresh_lines.content <> other_lines.content),
                (select count(*) from fresh_lines),
                (select count(*) from other_lines)
            from fresh_lines inner join other_lines using (key)
            """
        ).fetchall()
        shared, changed, of_fresh, of_other = found
        by = ("day", "order_id", "line_number", *self._goods)
        result = _Shared(
            shared, of_fresh, of_other, by, _amounts(self._database, "other"), 1, is_changed=True
        )
        is_open = changed >= max(CHANGED * shared, _SEVERAL) and result.share_of_smaller >= SAME
        return result if is_open else None

    def _summed_up(self) -> _Shared | None:
        """Look whether one has, by day and product, the sums of what the other has."""
        names = ["day", *self._goods, *(name for name in _PLACES if name in self._common)]
        for table in ("fresh", "other"):
            columns = ", ".join(names)
            self._database.execute(
                f"create or replace temp table {table}_lines as select * from {table}; "
                f"create or replace temp table {table} as select {columns}, currency, "
                f"sum(units) as units, sum(amount) as amount from {table}_lines group by all"
            )
        by = [*names, *(["units"] if "units" in self._common else []), "amount"]
        equal = self._equal(by, "day", is_numbered=False)
        self._database.execute("create or replace temp table fresh as select * from fresh_lines")
        if equal is None or equal.share_of_smaller < SAME:
            return None
        return replace(equal, of="sums by day and product")

    def _equal(self, by: Sequence[str], place: str, *, is_numbered: bool) -> _Shared | None:
        """Count the rows that are equal in both, and say how likely that is by chance.

        By chance, a row has its like in another file (of its day, or in the order of its number) as
        often as a file has such rows on its other days, such units, or such customers.
        """
        content, goods = self._hash(by), self._hash((*self._goods, "units", "amount"))
        if self._has_currency:
            content = self._hash((*by, "currency"))
        buyer = self._hash([name for name in _CUSTOMERS if name in by])
        self._database.execute(
            "".join(
                f"create or replace temp table {table}_hashes as select {content} as content, "
                f"{goods} as goods, {self._hash(('units',))} as units, {buyer} as buyer, "
                f"{self._hash((place,))} as place from {table}; "
                for table in ("fresh", "other")
            )
        )
        (found,) = self._database.execute(
            """
            with
            fresh_rows as (select content, count(*) as rows from fresh_hashes group by 1),
            other_rows as (select content, count(*) as rows from other_hashes group by 1)
            select
                sum(least(fresh_rows.rows, other_rows.rows)),
                (select count(*) from fresh_hashes),
                (select count(*) from other_hashes)
            from fresh_rows inner join other_rows using (content)
            """
        ).fetchall()
        rows, of_fresh, of_other = found
        if not rows:
            return None
        chance = min(self._chance("fresh", "other"), self._chance("other", "fresh"))
        amounts = _amounts(self._database, "other")
        return _Shared(
            int(rows), of_fresh, of_other, by, amounts, chance / math.log(_BY_CHANCE[is_numbered])
        )

    def _chance(self, table: str, other: str) -> float:
        """Return the logarithm of the chance that a table has the rows that it shares."""
        ((chance,),) = self._database.execute(
            f"""
            with
            matched as (
                select distinct content, goods, units, buyer from {table}_hashes
                where content in (select content from {other}_hashes)
            ),
            places as (
                select
                    goods,
                    count(distinct place)
                    / (select count(distinct place) from {table}_hashes) as share
                from {table}_hashes group by 1
            ),
            units as (
                select units, count(*) / (select count(*) from {table}_hashes) as share
                from {table}_hashes group by 1
            ),
            buyers as (
                select buyer, count(*) / (select count(*) from {table}_hashes) as share
                from {table}_hashes group by 1
            )
            select sum(ln(least(places.share, units.share, buyers.share)))
            from matched
            inner join places using (goods)
            inner join units using (units)
            inner join buyers using (buyer)
            """
        ).fetchall()
        return float(chance)

    def _hash(self, names: Sequence[str]) -> str:
        """Return an expression that is equal where some columns are."""
        spelled = ", ".join(
            f"coalesce((round({name}, 2) + 0.0)::text, '')"
            if name in ("units", "amount")
            else f"coalesce(lower(trim({name}::text)), '')"
            for name in names
        )
        return f"hash(concat_ws(chr(31), '', {spelled}))" if spelled else "hash('')"


def _amounts(database: duckdb.DuckDBPyConnection, table: str) -> _Amounts:
    query = f"select currency, sum(amount) from {table} where amount is not null group by 1"
    return dict(database.execute(query).fetchall())


def _total(*amounts: _Amounts) -> str:
    sums: _Amounts = {}
    for found in amounts:
        for currency, amount in found.items():
            sums[currency] = sums.get(currency, 0.0) + amount
    told = (f"{amount:,.2f} {currency}".rstrip() for currency, amount in sorted(sums.items()))
    return f"total {', '.join(told) or '0.00'}"


def _ask_which(found: Sequence[_Shared], amounts: _Amounts) -> Question:
    """Ask which of several files count."""
    others = [item.other for item in found if item.other is not None]
    names = quoted([other.path for other in others], SHOWN)
    rows = sum(item.rows for item in found)
    there = sum(item.rows_of_other for item in found)
    theirs = [item.amounts for item in found]
    return Question(
        f"{rows:,} of its {found[0].rows_of_fresh:,} {found[0].of} and of the {there:,} of "
        f"{names} are the same ({_in_words(found[0].by)}): are they",
        (
            Reading(
                f"the same sales, and this file takes its place ({_total(amounts)}): "
                f"{_take_out(others)}, and load again",
                "",
                "",
            ),
            Reading(
                f"the same sales, which {names} has ({_total(*theirs)}): take this file out of the "
                "folder",
                "",
                "",
            ),
            Reading(
                f"other sales ({_total(amounts, *theirs)})",
                "overlaps: counted",
                "--overlaps counted",
            ),
        ),
    )


def _ask_for_identity(shared: _Shared, amounts: _Amounts) -> Question:
    """Ask whether lines of the days that two exports have in common count once."""
    other = shared.other
    assert other is not None
    columns = ["sold_at" if name == "day" else name for name in shared.by if name != "amount"]
    names = ", ".join(name for name in columns if name in (*_IDENTIFYING, *_GOODS))
    return Question(
        f"{shared.rows:,} of its {shared.rows_of_fresh:,} rows, of the days that it shares with "
        f"{quoted([other.path])}, stand there, too ({_in_words(shared.by)}): are they",
        (
            Reading(
                f"the same sales, and each counts once ({_total(shared.new, shared.amounts)})",
                f"identity: [{names}] in a layout of both",
                f"--identity {names.replace(' ', '')}",
            ),
            Reading(
                f"other sales ({_total(amounts, shared.amounts)})",
                "overlaps: counted",
                "--overlaps counted",
            ),
        ),
    )


def _in_words(columns: Sequence[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in columns)


def _ask_for_place(fresh: Sales, shared: _Shared, amounts: _Amounts) -> Question:
    """Ask whether lines of equal numbers are corrections, or those of another shop."""
    other = shared.other
    assert other is not None
    place = _place_in(fresh.path)
    return Question(
        f"{shared.rows:,} of its {shared.rows_of_fresh:,} lines have the numbers, days and "
        f"products of lines in {quoted([other.path])}, and most of them other units or amounts: "
        "are they",
        (
            Reading(
                f"corrections, so that this file takes its place ({_total(amounts)}): "
                f"{_take_out([other])}, and load again",
                "",
                "",
            ),
            Reading(
                "sales of another place, which numbers them alike "
                f"({_total(amounts, shared.amounts)})",
                f"store_name: {{constant: {place}}}",
                f"--constant {shlex.quote(f'store_name={place}')}",
            ),
        ),
    )


def _take_out(others: Sequence[Sales]) -> str:
    versions = [str(other.version) for other in others if other.version is not None]
    if len(versions) == len(others):
        return f"`python -m loader withdraw {' '.join(versions)}`"
    return f"take {quoted([other.path for other in others], SHOWN)} out of the folder"


def _place_in(path: str) -> str:
    """Return what the name of a file says beside dates: the name of the place, perhaps."""
    words = re.findall(r"[^\W\d_]+", PurePosixPath(path).stem)
    return " ".join(words) or PurePosixPath(path).stem
