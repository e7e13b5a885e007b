"""Learns a layout from files: what they hold, what is open, what a load would give."""

import csv
import os.path
import re
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from loader import Refusal
from loader.contracts import ENTITIES, header_key
from loader.deliveries import Delivery
from loader.evidence.dates import SWAPPED, order_of, read_date
from loader.file_reader import FileReader
from loader.layouts import DEFAULT_MISSING, LayoutFile, read_layouts
from loader.load import Outcome
from loader.mapping import Part
from loader.questions import Held, Question
from loader.reading.sheet import BadFile
from loader.understanding.profiles import Profile
from loader.understanding.proposal import Setting, as_yaml, file_patterns
from loader.understanding.tables import read_tables
from loader.understanding.understand import Pick, Understood, understand
from loader.wording import quoted, short

MARK = "# Learned from "
"""How a layout begins that may be learned anew; who mends one takes the line out."""

TOP = 5
"""How many products are shown."""

_OF_TYPE = {
    "decimal": ("decimal", "integer"),
    "dates": ("timestamp", "date"),
    "time_zone": ("timestamp", "date"),
    "missing": ("text",),
}
"""Settings that mean something only beside columns of these types."""


class CannotLearn(Refusal):
    """What was asked for cannot be; the message says why, and what to do."""


@dataclass(frozen=True)
class Answers:
    """What people have said of the files.

    Attributes:
        settings: keys of a layout, such as `decimal`; lists are written with commas between.
        currency: of amounts that come without one.
        columns: our column -> the header it is read from.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """What the sales come to.

    Attributes:
        lines: how many there are.
        first: day of the earliest; None where no day could be read.
        last: day of the latest.
        totals: by currency ("" where none is told); None where no line has an amount.
        products: the strongest, each with its amount.
    """

    lines: int
    first: date | None
    last: date | None
    totals: list[tuple[str, Decimal | None]]
    products: list[tuple[str, Decimal]]


@dataclass(frozen=True)
class Lesson:
    """What was learned.

    Attributes:
        found: the tables that were understood.
        apart: names of tables that were not, each with why.
        text: the layout.
        outcomes: what a load would make of each file.
        questions: what is open, by file.
        figures: of the sales; None where there are none that can be read.
        is_currency_open: whether amounts have no currency.
    """

    found: list[Understood]
    apart: dict[str, str]
    text: str
    outcomes: list[Outcome]
    questions: dict[Path, tuple[Question, ...]]
    figures: Figures | None
    is_currency_open: bool

    @property
    def is_open(self) -> bool:
        """Whether a load would not take all of it."""
        failed = any(outcome.status in ("failed", "held") for outcome in self.outcomes)
        unclear = any(found.lacking or found.question for found in self.found)
        return failed or unclear or not self.text


def learn(deliveries: Sequence[Delivery], answers: Answers) -> Lesson:
    """Understand files, and try what a load by the layout would give; write nothing.

    Raises:
        BadFile: a file cannot be read.
        CannotLearn: an answer fits none of the files.
    """
    files = [delivery.path for delivery in deliveries]
    tables = understand(read_tables(files, answers.settings.get("encoding")))
    entities = list(ENTITIES)  # sales first
    found = sorted(
        (table for table in tables if table.entity),
        key=lambda table: entities.index(table.entity or ""),
    )
    sheets, rows = answers.settings.get("sheets"), answers.settings.get("rows")
    if sheets is not None:
        found = _take_sheets(found, said_list(sheets))
    if rows is not None and sum(len(t.table.places) for t in found if _is_sales(t)) > 1:
        raise CannotLearn(
            f"--rows {rows}: there are several sheets or files of sales, and it would hold for all "
            "of them: learn one at a time, with --sheets or its file alone."
        )
    _take_columns(found, answers.columns)
    for table in found:
        takes = "currency" in ENTITIES[table.entity or ""].columns and "currency" not in table.picks
        if answers.currency and takes:
            table.constants["currency"] = (answers.currency, "")
    apart = {table.table.name: "no table of sales or of what they refer to" for table in tables
             if not table.entity}  # fmt: skip
    whole = [table for table in found if not table.lacking and table.question is None]
    patterns = [file_patterns(table, _others(table, tables)) for table in whole]

    def written(repeating: Container[tuple[Path, str]]) -> str:
        """Return the layout, without the sheets that repeat others."""
        documents = [
            as_yaml(_without(table, repeating), names, _settings(table, answers))
            for table, names in zip(whole, patterns, strict=True)
            if any(place not in repeating for place in table.table.places)
        ]
        return _layout_text(files, documents)

    sales = [table for table in whole if _is_sales(table)]
    is_currency_open = any(not {*t.picks, *t.constants} & {"currency"} for t in sales)
    unclear: dict[Path, tuple[Question, ...]] = {
        table.table.places[0][0]: (table.question,) for table in found if table.question is not None
    }
    if not whole:
        return Lesson(found, apart, "", [], unclear, None, is_currency_open)
    understood = {file for table in whole for file, _ in table.table.places}
    trial = _Trial(written(()), deliveries, understood, is_draft=sheets is None)
    return Lesson(
        found,
        apart,
        # Which sheets count is said by its own key, so that a load by it would not ask again.
        "" if trial.are_sheets_open else written(trial.repeating),
        trial.outcomes,
        unclear | trial.questions,
        trial.figures(),
        is_currency_open,
    )


def said_list(text: str) -> list[str]:
    """Return the items of a list as the command line has it: A,B,"C, with a comma"."""
    return [item for row in csv.reader([text]) for item in row if item]


def _is_sales(table: Understood) -> bool:
    return table.entity == "sales_lines"


def _take_sheets(found: list[Understood], names: list[str]) -> list[Understood]:
    """Let people say which sheets hold the sales that count."""
    there = {sheet for table in found if _is_sales(table) for _, sheet in table.table.places}
    if unknown := [name for name in names if name not in there]:
        raise CannotLearn(
            f"--sheets: no table of sales is in {quoted(unknown)}; there are "
            f"{quoted(sorted(there)) or 'none'}."
        )
    others = {
        place
        for table in found
        if _is_sales(table)
        for place in table.table.places
        if place[1] and place[1] not in names
    }
    kept = [_without(table, others) for table in found]
    return [table for table in kept if table.table.places]


def _without(table: Understood, places: Container[tuple[Path, str]]) -> Understood:
    """Return a table without some of its sheets."""
    kept = [place for place in table.table.places if place not in places]
    return replace(table, table=replace(table.table, places=kept))


def _layout_text(files: Sequence[Path], documents: Iterable[str]) -> str:
    names = ", ".join(dict.fromkeys(short(file.name) for file in files[:5]))
    more = f" and {len(files) - 5} more" if len(files) > 5 else ""
    return f"{MARK}{names}{more}\n" + "---\n".join(documents)


def _others(table: Understood, tables: list[Understood]) -> list[str]:
    own = {file for file, _ in table.table.places}
    return [file.name for other in tables for file, _ in other.table.places if file not in own]


def _settings(table: Understood, answers: Answers) -> dict[str, Setting]:
    """Return the settings that mean something for a table."""
    contract = ENTITIES[table.entity or ""]
    types = {contract.columns[column].type for column in table.picks}
    is_csv = not table.table.places[0][1]
    kept: dict[str, Setting] = {}
    for key, value in answers.settings.items():
        if key in _OF_TYPE and types.isdisjoint(_OF_TYPE[key]):
            continue
        if key == "encoding" and not is_csv:
            continue
        if key == "sheets" or (key == "rows" and not _is_sales(table)):
            continue  # the sheets are those of the table
        if key == "skip_rows_where" and "=" in value:
            header, _, pattern = value.partition("=")
            if table.table.header.position(header) is not None:
                kept[key] = {"column": header, "matches": pattern}
            continue
        if key == "missing":
            kept[key] = [*DEFAULT_MISSING, *said_list(value)]
            continue
        kept[key] = value.split(",") if key == "dates" and "," in value else value
    return kept


def _take_columns(found: list[Understood], columns: Mapping[str, str]) -> None:
    """Let people say which column is which."""
    for column, header in columns.items():
        taken = False
        for table in found:
            position = table.table.header.position(header)
            if position is None or column not in ENTITIES[table.entity or ""].columns:
                continue
            taken = True
            for other in [
                name for name, pick in table.picks.items() if pick.positions == [position]
            ]:
                del table.picks[other]
            table.picks[column] = Pick([position], 1.0, ["as you say"])
            table.constants.pop(column, None)
            table.lacking = [choice for choice in table.lacking if column not in choice]
            table.question = None if column == "line_total" else table.question
        if not taken:
            raise CannotLearn(
                f"--column {column}={header}: no table has a column '{short(header)}' and may have "
                f"a {column}."
            )


# ------------------------------------------------------------------ trying it


class _Trial:
    """Reads the files by the layout, as a load would, and adds up what it finds."""

    def __init__(
        self, text: str, deliveries: Sequence[Delivery], understood: set[Path], *, is_draft: bool
    ) -> None:
        self.outcomes: list[Outcome] = []
        self.questions: dict[Path, tuple[Question, ...]] = {}
        self.repeating: set[tuple[Path, str]] = set()
        self._is_draft = is_draft
        self._rows: dict[str, list[pa.Table]] = {}
        with TemporaryDirectory() as folder:
            Path(folder, "learned.yml").write_text(text, encoding="utf-8")
            (layouts,) = read_layouts(Path(folder))
        for delivery in deliveries:
            if delivery.path in understood:
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
            self.questions[delivery.path] = held.questions
            return Outcome(delivery, "held", error=str(held))
        except BadFile as problem:
            return Outcome(delivery, "failed", error=str(problem))
        self.repeating |= {(delivery.path, sheet) for sheet in reader.repeating}
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
            lines, first, last = database.execute(
                "select count(*), min(day), max(day) from lines"
            ).fetchall()[0]
            totals = database.execute(
                "select currency, sum(amount)::decimal(38, 2) from lines group by all order by 1"
            ).fetchall()
            products = database.execute(
                "select product, sum(amount)::decimal(38, 2) as total from lines "
                "where product is not null and amount is not null "
                f"group by all order by total desc, product limit {TOP}"
            ).fetchall()
        return Figures(lines, first, last, totals, products)


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
        coalesce(
            sales.line_total,
            coalesce(sales.unit_price, listed.list_price) * sales.units
            * (1 - coalesce(sales.discount_rate, 0)) - coalesce(sales.discount_amount, 0)
        ) as amount
    from sales_lines as sales
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
            numbers = profile.numbers / 100 if profile.is_percent else profile.numbers
            typed[name] = pa.array(numbers, pa.float64(), from_pandas=True)
        elif column.type in ("timestamp", "date"):
            typed[name] = dates_of(texts, (part.date_order or "").split())
        else:
            typed[name] = texts
    return pa.table(typed)


def dates_of(texts: pa.Array, declared: Sequence[str]) -> pa.Array:
    """Return the days of texts, by the orders that a part found or its layout declares."""
    days: dict[str | None, date | None] = {None: None}
    for text in pc.unique(texts).to_pylist():
        if text is not None:
            days[text] = _day(text, declared)
    return pa.array([days[text] for text in texts.to_pylist()], pa.date32())


def _day(text: str, declared: Sequence[str]) -> date | None:
    found = re.match(r"\s*(\d{1,4}([./-])\d{1,2}\2\d{1,4})", text)
    if found is None:
        return None
    order = "ymd" if re.match(r"\s*\d{4}", text) else order_of(declared, found[2])
    if order == "ymd" and SWAPPED in declared:
        order = SWAPPED
    return read_date(found[1], order) if order else None


def _typed_nothing(entity: str) -> pa.Table:
    return pa.table(
        {name: pa.nulls(0, _type(c.type)) for name, c in ENTITIES[entity].columns.items()}
    )


def _type(kind: str) -> pa.DataType:
    if kind in ("decimal", "integer"):
        return pa.float64()
    return pa.date32() if kind in ("timestamp", "date") else pa.string()


# ------------------------------------------------------------------ where it is kept


def layout_path(folder: Path, deliveries: Sequence[Delivery], name: str = "") -> Path:
    """Return the file that the layout goes into.

    Raises:
        CannotLearn: a layout that people wrote reads these files, or has the name.
        BadLayout: a layout of the folder cannot be used.
    """
    reading = {
        layouts.name
        for layouts in read_layouts(folder)
        for delivery in deliveries
        if layouts.naming(delivery.known_as).layouts
    }
    for other in sorted(reading):
        if not _is_learned(folder / f"{other}.yml"):
            raise CannotLearn(
                f"layout '{other}' reads these files already: mend it, or take it out of {folder} "
                "and learn again."
            )
    if len(reading) > 1:
        raise CannotLearn(
            f"several layouts read these files ({', '.join(sorted(reading))}): learn the files of "
            "one at a time."
        )
    chosen = name or next(iter(reading), "") or _slug(deliveries)
    path = folder / f"{chosen}.yml"
    if path.exists() and chosen not in reading:
        raise CannotLearn(f"there is a layout '{chosen}' already: give another with --name.")
    return path


def _is_learned(path: Path) -> bool:
    try:
        return path.read_text(encoding="utf-8").startswith(MARK)
    except (OSError, UnicodeDecodeError):
        return False


def _slug(deliveries: Sequence[Delivery]) -> str:
    """Return a name made of what the names of the files begin with, else of their folder."""
    first = deliveries[0]
    shared = os.path.commonprefix([delivery.path.stem for delivery in deliveries])  # noqa: RUF071
    for text in (shared, first.path.resolve().parent.name if len(deliveries) > 1 else ""):
        letters = unicodedata.normalize("NFKD", text).casefold()
        if words := re.findall(r"[a-z]{2,}", letters):
            return "_".join(words)
    return "learned"


def open_points(lesson: Lesson) -> list[str]:
    """Say what is open, a sentence each, with the flag that answers it."""
    said = [
        question.text(file)
        for file, questions in lesson.questions.items()
        for question in questions
    ]
    said += [
        f"{outcome.delivery.path.name}: {outcome.error}"
        for outcome in lesson.outcomes
        if outcome.status == "failed"
    ]
    for found in lesson.found:
        for choice in found.lacking:
            headers = [name for name in found.table.header.names if header_key(name)]
            said.append(
                f"{found.table.name}: which column is the {' or the '.join(choice)}? It has "
                f"{quoted(headers)}; --column {choice[0]}=HEADER says it"
            )
    if not lesson.found:
        said.append(
            "nothing in these files looks like sales, or like what sales refer to: "
            "`python -m loader inspect` shows what was looked at"
        )
    return list(dict.fromkeys(said))
