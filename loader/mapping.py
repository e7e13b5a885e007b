"""Maps the rows of a sheet to the raw columns of an entity, and says what they leave open."""

import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from loader.data_rows import DataRows
from loader.date_patterns import Period
from loader.headers import Header
from loader.layout_keys import Calculated
from loader.layouts import Layout
from loader.number_formats import NumberFormats
from loader.parts import Part
from loader.raw_columns import RawColumns
from loader.reading.sheet import BadFile, Block, Sheet
from loader.rows import Rows, as_one
from loader.shaping import OrderAmounts
from loader.sheet_evidence import SheetEvidence
from loader.wording import quoted


def _place(header: Header, column: str) -> float:
    """Return where a column of the contract begins in the sheet; constants come last."""
    return min(header.positions[column], default=float("inf"))


class Mapping:
    """Reads one sheet by one layout document.

    `part` is complete once `batches` is exhausted.
    """

    def __init__(
        self,
        sheet: Sheet,
        header: Header,
        layout: Layout,
        number: int,
        period: Period | None,
        *,
        file_name: str,
        is_declared: bool,
        is_answered: bool,
    ) -> None:
        """Prepare.

        Args:
            sheet: where the rows come from.
            header: found in it by `find_header`.
            layout: the document that names the columns.
            number: tells the parts of one file version apart.
            period: that the file is about, by its name.
            file_name: of the delivery.
            is_declared: whether people wrote the document.
            is_answered: whether it was learned from this very file.
        """
        self.part = Part(
            sheet=sheet.name,
            layout=layout,
            header_row=header.at.row,
            columns_delivered=sorted(header.positions, key=lambda name: _place(header, name)),
            headers=header.delivered(),
        )
        self._sheet = sheet
        self._header = header
        self._layout = layout
        self._number = number
        self._formats = NumberFormats(sheet, header, layout)
        self._evidence = SheetEvidence(
            sheet,
            header,
            layout,
            self._formats,
            period=period,
            file_name=file_name,
            is_declared=is_declared,
            is_answered=is_answered,
        )
        self._columns = RawColumns(sheet, header, layout, self._formats, self._evidence)
        self._rows = DataRows(sheet, header, layout, self.part, self._columns)
        merged = [item for item in sheet.merged_down() if item.top > header.at.row]
        self._order_amounts = OrderAmounts(layout, header, merged)

    def batches(self, blocks: Iterator[Block], version: int) -> Iterator[pa.RecordBatch]:
        """Yield the raw rows, with their provenance.

        Args:
            blocks: the sheet's own, from the first.
            version: id of the file version.

        Raises:
            BadFile: a mapped column holds formulas without values, or a text cannot be stored.
        """
        self._refuse_uncalculated()
        rows: Iterable[Rows] = (kept for block in blocks if (kept := self._kept(block)))
        sources = self._layout.columns.values()
        is_calculated = any(isinstance(source, Calculated) for source in sources)
        is_first_learned = bool(self._sheet.name) or self._order_amounts.are_there or is_calculated
        if is_first_learned:
            # A workbook is in memory as it is: what its last rows show holds for its first.
            rows = list(rows)
            for kept in rows:
                self._evidence.learn_factors(kept)
                self._evidence.learn(kept.numbers, self._columns.mapped(kept))
            self._columns.decimal_mark = self._evidence.numbers.finding().value
        if self._order_amounts.are_there:
            rows = [as_one(list(rows))] if rows else rows
        for kept in rows:
            mapped = self._columns.mapped(kept)
            if not is_first_learned:
                self._evidence.learn(kept.numbers, mapped)
            if self._order_amounts.are_there:
                mark = self._columns.decimal_mark
                self._order_amounts.share(kept.numbers.to_pylist(), mapped, mark)
            yield self._raw_batch(kept, mapped, version)
        self._complete()

    def _complete(self) -> None:
        """Write into the part what all of its rows have shown."""
        part, layout, evidence, rows = self.part, self._layout, self._evidence, self._rows
        dates, decimals = evidence.dates.finding(), evidence.numbers.finding()
        zones, texts = evidence.zones.finding(), evidence.texts.finding()
        totals, statuses = rows.totals.finding(), evidence.statuses.finding()
        of_all = rows.totals_of_all()
        discounts, titles = evidence.discounts.finding(), evidence.titles.finding()
        currencies = evidence.currencies.finding(evidence.titles.currency)
        struck = rows.struck.finding(is_asked=layout.entity == "sales_lines")
        part.no_value_texts = texts.value.no_value
        part.whole_number_columns = texts.value.whole_numbers
        part.date_order, part.decimal_mark = dates.value, decimals.value
        part.powers = {
            name: round(math.log10(float(number))) for name, number in layout.scale.items()
        }
        if discounts.value:
            part.powers["discount_rate"] = discounts.value
        part.notes += [*self._sheet.notes, *self._header.notes(), *dates.notes, *zones.notes]
        part.notes += [*decimals.notes, *texts.notes, *rows.below.notes, *of_all.notes]
        part.notes += [*totals.notes, *statuses.notes, *discounts.notes, *currencies.notes]
        part.notes += [*titles.notes, *struck.notes]
        for shaping in (
            rows.headings,
            rows.filled_down,
            rows.kept_rows,
            self._columns.returned_rows,
            self._order_amounts,
        ):
            part.notes += shaping.notes()
        part.notes += evidence.charges.finding().notes
        if layout.unit_of_measure:
            part.notes.append(f"units are read without their {quoted(layout.unit_of_measure)}")
        self._columns.refuse_shifted(part.rows_loaded)
        part.notes += [*self._columns.notes(), *self._formats.notes()]
        part.questions = [
            replace(question, sheet=self._sheet.name)
            for question in (
                dates.question,
                zones.question,
                decimals.question,
                texts.question,
                rows.below.question,
                of_all.question,
                totals.question,
                struck.question,
                evidence.merged_amounts.finding().question,
                evidence.examples.finding().question,
                None if totals.question else evidence.unnamed_sums.finding().question,
                statuses.question,
                evidence.signs.finding().question,
                evidence.returns.finding().question,
                discounts.question,
                currencies.question or titles.question or evidence.question_on_headings(),
                evidence.question_on_blocks(),
                self._formats.scale_question() or evidence.titles.scale_question(),
                evidence.titles.tax_question(),
            )
            if question is not None
        ]

    def _kept(self, block: Block) -> Rows | None:
        self._refuse_nul(block)
        kept = self._rows.of(block)
        if kept is not None:
            self._evidence.learn_rows(kept)
        return kept

    def _raw_batch(self, rows: Rows, mapped: dict[str, pa.Array], version: int) -> pa.RecordBatch:
        numbers = rows.numbers
        self._columns.mark_typed_numbers(numbers, mapped)
        if self._formats.say_currency:
            self._formats.count(mapped["currency"])
        self._columns.returned_rows.count(rows.columns)
        extra = self._columns.others(numbers, rows.columns)
        height = len(numbers)
        self.part.rows_loaded += height
        if extra is not None:
            mapped["_extra"] = extra
        mapped["_file_version_id"] = pa.repeat(pa.scalar(version, pa.int64()), height)
        mapped["_file_part_number"] = pa.repeat(pa.scalar(self._number, pa.int32()), height)
        mapped["_source_row_number"] = numbers
        mapped["_source_sheet"] = pa.repeat(pa.scalar(self._sheet.name, pa.string()), height)
        return pa.RecordBatch.from_pydict(mapped)

    def _refuse_nul(self, block: Block) -> None:
        for position, column in enumerate(block.columns):
            if not _may_hold_nul(column):
                continue
            row = pc.index(pc.match_substring(column, "\0"), True).as_py()
            if row >= 0:
                raise BadFile(
                    f"cell {self._header.at.letters(position)}{block.first_row + row} holds a NUL "
                    "character, which no database can store: type the cell anew, save the "
                    "workbook, and deliver it again."
                )

    def _refuse_uncalculated(self) -> None:
        first, last = self._layout.first_and_last_row()
        cells = [
            (row, position)
            for row, position in self._sheet.uncalculated()
            if position in self._header.mapped
            and row > self._header.at.row
            and first <= row
            and (last is None or row <= last)
        ]
        if not cells:
            return
        row, position = cells[0]
        raise BadFile(
            f"cell {self._header.at.letters(position)}{row} holds a formula without a saved value"
            + (f", and so do {len(cells) - 1} more" if len(cells) > 1 else "")
            + ". Open the workbook in Excel or LibreOffice, save it, and deliver it again."
        )


def _may_hold_nul(column: pa.Array) -> bool:
    """Look at the bytes of a column at once, which takes a tenth of the time of its texts."""
    _, offsets, data = column.buffers()
    if data is None:
        return False
    start, end = (offsets[4 * i : 4 * i + 4] for i in (column.offset, column.offset + len(column)))
    first, last = (int.from_bytes(bound, sys.byteorder) for bound in (start, end))
    return b"\0" in data[first:last].to_pybytes()
