"""Rows with numbers and days, about as staging will read them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.contracts import ENTITIES, folded
from loader.currencies import codes_of, currencies_in
from loader.evidence.dates import ORDERS, SWAPPED, order_of, read_date
from loader.evidence.digits import latin_digits
from loader.parts import Part
from loader.understanding.profiles import Profile
from loader.understanding.taxes import as_shares
from loader.unpivoting import month_names

_SIGNED = ("line_total", "unit_price")
"""Amounts whose texts may have a sign of their currency; the first that is there."""

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}
_ROMAN |= {"x": 10, "xi": 11, "xii": 12}
"""Months as Polish and Hungarian dates have them."""

_IN_WORDS = r"[^\d:]*(\d{1,2})[^\d:]+(\d{4}|\d{2})(?!\d)"
"""A day and a year, with the name of a month among the words; which others may be is staging's."""

TEXTS = (
    *("order_id", "line_number", "product_id", "product_name", "customer_id", "customer_name"),
    *("seller_id", "seller_name", "store_id", "store_name", "city", "region", "country"),
)
"""What a line says beside its day, its currency, its units and its amount."""

_SOME = 50
"""So many texts are looked at as they stand."""

_DAY = 10
"""Of most dates, so many characters are the day, and what follows is the time."""


@dataclass(frozen=True)
class HowRead:
    """What must be known to read the texts of rows; see `raw.file_parts`."""

    entity: str
    decimal_mark: str
    date_order: str | None
    powers: Mapping[str, int]
    no_value: Sequence[str]


def how_read(part: Part) -> HowRead:
    """Return how the rows of a part are to be read, once it is complete."""
    return HowRead(
        part.layout.entity,
        part.decimal_mark,
        part.date_order,
        part.powers,
        [*part.no_value_texts, *part.layout.missing],
    )


_LINES = """
    create or replace temp table {name} as
    with headers as (
        select order_id, min(sold_at) as sold_at, min(currency) as currency
        from orders group by order_id
    ),
    listed as (
        select
            coalesce(product_id, product_name) as id,
            min(product_name) as product_name,
            min(list_price) as list_price
        from products group by 1
    )
    select
        coalesce(sales.sold_at, headers.sold_at) as day,
        coalesce(sales.product_name, listed.product_name, sales.product_id) as product,
        coalesce(sales.currency, headers.currency, '') as currency,
        coalesce(sales.units, sales.line_total / nullif(sales.unit_price, 0)) as units,
        sales.is_read,
        coalesce(
            (sales.line_total - coalesce(sales.included_tax, 0) - coalesce(included_freight, 0))
            / tax_factor,
            coalesce(
                sales.unit_price / coalesce(nullif(sales.price_units, 0), 1) / tax_factor,
                listed.list_price
            ) * sales.units * (1 - coalesce(sales.discount_rate, 0))
            - coalesce(sales.discount_amount, sales.unit_discount * sales.units, 0) / tax_factor
        ) as amount,
        {texts}
    from (select *, 1 + coalesce(included_tax_rate, 0) as tax_factor from sales_lines) as sales
    left join headers on sales.order_id = headers.order_id
    left join listed on coalesce(sales.product_id, sales.product_name) = listed.id
"""


def lines_of(
    database: duckdb.DuckDBPyConnection, name: str, rows: Mapping[str, Sequence[pa.Table]]
) -> None:
    """Make a table of the sales among typed rows, with their days and amounts.

    Args:
        database: in memory.
        name: of the table.
        rows: by entity; an order's header and the price list say what the lines do not.
    """
    for entity in ("sales_lines", "orders", "products"):
        there = rows.get(entity) or [_typed_nothing(entity)]
        database.register(entity, pa.concat_tables(there, promote_options="default"))
    texts = ", ".join(f"sales.{column}" for column in TEXTS)
    database.execute(_LINES.format(name=name, texts=texts))


def typed(how: HowRead, batch: pa.RecordBatch) -> pa.Table:
    """Return rows with numbers and days."""
    columns = ENTITIES[how.entity].columns
    read = {}
    for name, column in columns.items():
        if name not in batch.schema.names:
            read[name] = pa.nulls(batch.num_rows, _type(column.type))
            continue
        texts = batch.column(name)
        if column.type in ("decimal", "integer"):
            profile = Profile(texts, mark=how.decimal_mark)
            has_sign = pc.fill_null(pc.match_substring_regex(texts, r"%\s*$"), False)
            power = np.where(np.asarray(has_sign), -2.0, how.powers.get(name, 0))
            numbers = profile.numbers * 10.0**power
            numbers = as_shares(numbers) if name == "included_tax_rate" else numbers
            read[name] = pa.array(numbers, pa.float64(), from_pandas=True)
        elif column.type in ("timestamp", "date"):
            read[name] = dates_of(texts, (how.date_order or "").split())
        else:
            nothing = pa.array(how.no_value, pa.string())
            read[name] = pc.if_else(pc.is_in(texts, nothing), None, texts)
    unread = [
        pc.and_(
            pc.fill_null(pc.match_substring_regex(batch.column(name), r"\S"), False),
            pc.is_null(read[name]),
        )
        for name in ("line_total", "units", "discount_rate", "discount_amount")
        if name in batch.schema.names
    ]
    read["is_read"] = pc.invert(reduce(pc.or_, unread, pa.array([False] * batch.num_rows)))
    if "currency" in read:
        read["currency"] = _currencies(batch, read["currency"])
    return pa.table(read)


def _currencies(batch: pa.RecordBatch, delivered: pa.Array) -> pa.Array:
    """Return the codes of the currencies, where none is told those of the signs in amounts."""
    encoded = delivered.cast(pa.string()).dictionary_encode()
    codes = [next(iter(codes_of(text)), text) for text in encoded.dictionary.to_pylist()]
    there = [batch.column(name) for name in _SIGNED if name in batch.schema.names]
    signs = [currencies_in(texts) for texts in there[:1]]
    return pc.coalesce(pa.array(codes, pa.string()).take(encoded.indices), *signs)


def dates_of(texts: pa.Array, declared: Sequence[str]) -> pa.Array:
    """Return the days of texts, by the orders that a part found or its layout declares."""
    encoded = latin_digits(texts).dictionary_encode()
    days = [_day(text.strip(), declared) for text in encoded.dictionary.to_pylist()]
    return pa.array(days, pa.date32()).take(encoded.indices)


def _day(text: str, declared: Sequence[str]) -> date | None:
    if re.fullmatch(r"(19|20)\d{2}[01]\d{3}", text):
        return read_date(f"{text[:4]}-{text[4:6]}-{text[6:]}", "ymd")
    if re.fullmatch(r"[3-6]\d{4}([.]\d{1,15})?", text):
        return date(1899, 12, 30) + timedelta(days=int(text[:5]))
    if week := re.fullmatch(r"(\d{4})-?W(\d\d)-?([1-7])", text):
        with suppress(ValueError):
            return date.fromisocalendar(*map(int, week.groups()))
        return None
    text = re.sub(r"^(\d\d)(\d\d)((?:19|20)\d\d)$", r"\1-\2-\3", text)
    found = re.match(r"(?:[^\W\d_]+\.?,? +)?(\d{1,4}([./-])\d{1,2}\2\d{1,4})", text)
    if found is None:
        return _day_in_words(text)
    order = "ymd" if re.match(r"\d{4}", found[1]) else order_of(declared, found[2])
    if order == "ymd" and SWAPPED in declared:
        order = SWAPPED
    fitting = {read_date(found[1], item) for item in ([order] if order else ORDERS)} - {None}
    return fitting.pop() if len(fitting) == 1 else None


def _day_in_words(text: str) -> date | None:
    if found := re.match(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2})", text):
        return read_date("-".join(found.groups()), "ymd")
    found = re.match(_IN_WORDS, text)
    words = map(folded, re.findall(r"[^\W\d_]+", found[0])) if found else ()
    names = month_names() | _ROMAN
    months = [month for word in words if (month := names.get(word))]
    return (
        read_date(f"{found[1]}-{months[0]}-{found[2]}", "dmy")
        if found and len(months) == 1
        else None
    )


def _typed_nothing(entity: str) -> pa.Table:
    """Return no row, with the columns that typed ones have."""
    return pa.table(
        {name: pa.nulls(0, _type(c.type)) for name, c in ENTITIES[entity].columns.items()}
    )


def _type(kind: str) -> pa.DataType:
    if kind in ("decimal", "integer"):
        return pa.float64()
    return pa.date32() if kind in ("timestamp", "date") else pa.string()


class Days:
    """The days of sales, looked at as the rows pass by.

    Attributes:
        rows: how many there are.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._texts: Counter[str | None] = Counter()
        self._some: list[str] = []

    def learn(self, batch: pa.RecordBatch) -> None:
        """Look at some rows."""
        self.rows += batch.num_rows
        if "sold_at" not in batch.schema.names:
            return
        texts = batch.column("sold_at")
        is_long = pc.match_substring_regex(texts, r"^\D|^\d{1,2}[-/. ]*\pL|^\d{4} ?\pL")
        shown = pc.utf8_slice_codeunits(texts, 0, _DAY)
        if pc.any(is_long).as_py():
            day = pc.replace_substring_regex(texts, r"[T, ]+\d{1,2}:\d\d.*$", "")
            shown = pc.if_else(is_long, day, shown)
        if len(self._some) < _SOME:
            filled = texts.drop_null().slice(0, _SOME).to_pylist()
            self._some += [text for text in filled if text.strip()]
        for found in pc.value_counts(shown).to_pylist():
            self._texts[found["values"]] += found["counts"]

    def unread(self, date_order: str | None) -> tuple[int, str]:
        """Return how many rows have a text that is no day, and one of these texts.

        None has where the first texts show at least one day as they stand, with their times.
        """
        declared = (date_order or "").split()
        if any(day is not None for day in self._days(self._some, declared)):
            return 0, ""
        texts = [text for text in self._texts if text and text.strip()]
        days = zip(texts, self._days(texts, declared), strict=True)
        rows = sum(self._texts[text] for text, day in days if day is None)
        return rows, next(iter(self._some), "")

    @staticmethod
    def _days(texts: Sequence[str], declared: Sequence[str]) -> list[date | None]:
        days: list[date | None] = dates_of(pa.array(texts, pa.string()), declared).to_pylist()
        return days

    def first_and_last(self, date_order: str | None) -> tuple[date | None, date | None]:
        """Return the first and the last day; nothing where none can be read."""
        declared = (date_order or "").split()
        texts = [text for text in self._texts if text]
        days = [day for day in self._days(texts, declared) if day is not None]
        return min(days, default=None), max(days, default=None)
