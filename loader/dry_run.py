"""Tries a layout: what a load by it would give, and what the sales come to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.contracts import ENTITIES, folded
from loader.currencies import codes_of, currencies_in
from loader.deliveries import Delivery
from loader.evidence.dates import ORDERS, SWAPPED, order_of, read_date
from loader.evidence.digits import latin_digits
from loader.file_reader import FileReader
from loader.layouts import LayoutFile, read_layouts
from loader.load import Outcome
from loader.mapping import Part
from loader.questions import Held, Question
from loader.reading.sheet import BadFile
from loader.understanding.profiles import Profile
from loader.unpivoting import month_names

_SIGNED = ("line_total", "unit_price")
"""Amounts whose texts may have a sign of their currency; the first that is there."""

TOP = 5
"""How many products are shown."""

_IN_WORDS = r"[^\d:]*(\d{1,2})[^\d:]+(\d{4}|\d{2})(?!\d)"
"""A day and a year, with the name of a month among the words; which others may be is staging's."""


@dataclass(frozen=True)
class Figures:
    """What the sales come to.

    Attributes:
        lines: how many there are.
        first: day of the earliest; None where no day could be read.
        last: day of the latest.
        undated: how many there are beside them whose day cannot be read, and that do not count.
        unread: how many there are beside them without a product, units or an amount, as a load
            keeps in quarantine; they do not count either.
        totals: by currency ("" where none is told); None where no line has an amount.
        products: the strongest, each with its amount and its currency.
    """

    lines: int
    first: date | None
    last: date | None
    undated: int
    unread: int
    totals: list[tuple[str, Decimal | None]]
    products: list[tuple[str, Decimal, str]]


class DryRun:
    """Reads the files by the layout, as a load would, and adds up what it finds.

    Attributes:
        outcomes: what became of each file.
        questions: what is open, by file.
        repeating: the sheets left out, as they hold the sales of others once more.
    """

    def __init__(
        self, text: str, deliveries: Sequence[Delivery], understood: set[Path], *, is_draft: bool
    ) -> None:
        """Read files.

        Args:
            text: the layout.
            deliveries: the files.
            understood: those that it reads.
            is_draft: whether it names sheets that nobody has said to count.
        """
        self.outcomes: list[Outcome] = []
        self.questions: dict[Path, tuple[Question, ...]] = {}
        self.repeating: set[tuple[Path, str]] = set()
        self._is_draft = is_draft
        self._rows: dict[str, list[pa.Table]] = {}
        with TemporaryDirectory() as folder:
            Path(folder, "learned.yml").write_text(text, encoding="utf-8")
            (layouts,) = read_layouts(Path(folder))
        for delivery in deliveries:
            if delivery.place in understood:
                self.outcomes.append(self._read(delivery, layouts.naming(delivery.known_as)))

    @property
    def are_sheets_open(self) -> bool:
        """Whether it is not known which sheets count."""
        return any(
            reading.flag.startswith("--sheets ")
            for questions in self.questions.values()
            for question in questions
            for reading in question.readings
        )

    def _read(self, delivery: Delivery, layouts: LayoutFile) -> Outcome:
        reader = FileReader(delivery, layouts, is_draft=self._is_draft)
        read: list[tuple[Part, list[pa.RecordBatch]]] = []
        try:
            read = [(part, [*rows]) for part, rows in reader.parts_and_batches(version=0)]
        except Held as held:
            self.questions[delivery.place] = held.questions
            return Outcome(delivery, "held", error=str(held))
        except BadFile as problem:
            return Outcome(delivery, "failed", error=str(problem))
        self.repeating |= {(delivery.place, sheet) for sheet in reader.repeating}
        for part, rows in read:
            for batch in rows:
                self._rows.setdefault(part.layout.entity, []).append(_typed(part, batch))
        skipped: dict[str, int] = {}
        for part in reader.parts:
            for reason, number in part.rows_skipped.items():
                skipped[reason] = skipped.get(reason, 0) + number
        return Outcome(
            delivery,
            "loaded",
            entity=", ".join(dict.fromkeys(part.layout.entity for part in reader.parts)),
            rows_loaded=sum(part.rows_loaded for part in reader.parts),
            rows_skipped=skipped,
            notes=reader.notes(),
        )

    def figures(self) -> Figures | None:
        """Add up the sales; an order's header and the price list say what the lines do not."""
        if "sales_lines" not in self._rows:
            return None
        with duckdb.connect() as database:
            for entity in ("sales_lines", "orders", "products"):
                rows = self._rows.get(entity) or [_typed_nothing(entity)]
                database.register(entity, pa.concat_tables(rows, promote_options="default"))
            database.execute(_LINES)
            # What has no day is in no figure; unless the days are those of orders elsewhere.
            ((undated,),) = database.execute(
                "delete from lines where day is null and exists (from lines where day is not null)"
            ).fetchall()
            unread = 0
            for is_read in _READ:
                ((more,),) = database.execute(
                    f"delete from lines where not {is_read} and exists (from lines where {is_read})"
                ).fetchall()
                unread += more
            lines, first, last = database.execute(
                "select count(*), min(day), max(day) from lines"
            ).fetchall()[0]
            totals = database.execute(
                "select currency, sum(amount)::decimal(38, 2) from lines group by all order by 1"
            ).fetchall()
            products = database.execute(
                "select product, sum(amount)::decimal(38, 2) as total, currency from lines "
                "where product is not null and amount is not null "
                f"group by all order by total desc, product, currency limit {TOP}"
            ).fetchall()
        return Figures(lines, first, last, undated, unread, totals, products)


_READ = ("is_read", "(units is not null)", "(product is not null)", "(amount is not null)")
"""What a line must have to count."""

_LINES = """
    create temp table lines as
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
        ) as amount
    from (
        select
            *,
            1 + coalesce(included_tax_rate, 0)
            * case when included_tax_rate >= 1 then 0.01 else 1 end as tax_factor
        from sales_lines
    ) as sales
    left join headers on sales.order_id = headers.order_id
    left join listed on coalesce(sales.product_id, sales.product_name) = listed.id
"""


def _typed(part: Part, batch: pa.RecordBatch) -> pa.Table:
    """Return the rows of a part with numbers and days, about as staging will read them."""
    columns = ENTITIES[part.layout.entity].columns
    typed = {}
    for name, column in columns.items():
        if name not in batch.schema.names:
            typed[name] = pa.nulls(batch.num_rows, _type(column.type))
            continue
        texts = batch.column(name)
        if column.type in ("decimal", "integer"):
            profile = Profile(texts, mark=part.decimal_mark)
            has_sign = pc.fill_null(pc.match_substring_regex(texts, r"%\s*$"), False)
            power = np.where(np.asarray(has_sign), -2.0, part.powers.get(name, 0))
            numbers = profile.numbers * 10.0**power
            typed[name] = pa.array(numbers, pa.float64(), from_pandas=True)
        elif column.type in ("timestamp", "date"):
            typed[name] = dates_of(texts, (part.date_order or "").split())
        else:
            nothing = pa.array([*part.no_value_texts, *part.layout.missing], pa.string())
            typed[name] = pc.if_else(pc.is_in(texts, nothing), None, texts)
    unread = [
        pc.and_(
            pc.fill_null(pc.match_substring_regex(batch.column(name), r"\S"), False),
            pc.is_null(typed[name]),
        )
        for name in ("line_total", "units", "discount_rate", "discount_amount")
        if name in batch.schema.names
    ]
    typed["is_read"] = pc.invert(reduce(pc.or_, unread, pa.array([False] * batch.num_rows)))
    if "currency" in typed:
        typed["currency"] = _currencies(batch, typed["currency"])
    return pa.table(typed)


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
    if re.fullmatch(r"(19|20)\d{6}", text):
        return read_date(f"{text[:4]}-{text[4:6]}-{text[6:]}", "ymd")
    if re.fullmatch(r"[3-6]\d{4}([.]\d{1,15})?", text):
        return date(1899, 12, 30) + timedelta(days=int(text[:5]))
    found = re.match(r"(\d{1,4}([./-])\d{1,2}\2\d{1,4})", text)
    if found is None:
        return _day_in_words(text)
    order = "ymd" if re.match(r"\d{4}", text) else order_of(declared, found[2])
    if order == "ymd" and SWAPPED in declared:
        order = SWAPPED
    fitting = {read_date(found[1], item) for item in ([order] if order else ORDERS)} - {None}
    return fitting.pop() if len(fitting) == 1 else None


def _day_in_words(text: str) -> date | None:
    if found := re.match(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2})", text):
        return read_date("-".join(found.groups()), "ymd")
    found = re.match(_IN_WORDS, text)
    words = map(folded, re.findall(r"[^\W\d_]+", found[0])) if found else ()
    months = [month for word in words if (month := month_names().get(word))]
    return (
        read_date(f"{found[1]}-{months[0]}-{found[2]}", "dmy")
        if found and len(months) == 1
        else None
    )


def _typed_nothing(entity: str) -> pa.Table:
    return pa.table(
        {name: pa.nulls(0, _type(c.type)) for name, c in ENTITIES[entity].columns.items()}
    )


def _type(kind: str) -> pa.DataType:
    if kind in ("decimal", "integer"):
        return pa.float64()
    return pa.date32() if kind in ("timestamp", "date") else pa.string()
