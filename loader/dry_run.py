"""Tries a layout: what a load by it would give, and what the sales come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from loader.deliveries import Delivery
from loader.file_reader import FileReader
from loader.layouts import LayoutFile, read_layouts
from loader.load import Outcome
from loader.parts import Part
from loader.questions import Held, Question
from loader.reading.sheet import BadFile
from loader.typed_rows import how_read, lines_of, typed

TOP = 5
"""How many products are shown."""


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
                self._rows.setdefault(part.layout.entity, []).append(typed(how_read(part), batch))
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
            lines_of(database, "lines", self._rows)
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
