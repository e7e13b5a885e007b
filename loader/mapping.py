"""Maps the rows of a sheet to the raw columns of an entity, and counts what it leaves out."""

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import PurePath
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from loader.calculated import calculate
from loader.currencies import are_currencies, codes_of, is_written
from loader.date_patterns import Period
from loader.evidence.charges import ChargeEvidence
from loader.evidence.currencies import CurrencyEvidence
from loader.evidence.dates import DateEvidence
from loader.evidence.discounts import DiscountEvidence
from loader.evidence.finding import Finding
from loader.evidence.marked_rows import ExampleRows, StruckRows
from loader.evidence.merged_amounts import MergedAmounts
from loader.evidence.numbers import NumberEvidence
from loader.evidence.returns import ReturnEvidence
from loader.evidence.signs import SignEvidence
from loader.evidence.statuses import StatusEvidence
from loader.evidence.tables import TablesBelow
from loader.evidence.texts import TextEvidence
from loader.evidence.titles import TitleEvidence
from loader.evidence.totals import MEASURES, TotalRows
from loader.evidence.unnamed_sums import UnnamedSums
from loader.evidence.zones import ZoneEvidence
from loader.headers import Header
from loader.layout_keys import Calculated, Constant, Join
from loader.layouts import Layout
from loader.questions import Question, Reading
from loader.reading.sheet import BadFile, Block, Sheet
from loader.shaping import (
    FilledDown,
    Flags,
    HeadingRows,
    KeptRows,
    OrderAmounts,
    ReturnedRows,
    column_at,
    has_text,
    recoded,
    without_measure,
)
from loader.understanding.vocabulary import DISCOUNT, currency_in, meanings, scale_in
from loader.wording import SHOWN, count, quoted, short

_AMOUNTS = ("line_total", "unit_price", "list_price", "standard_cost", "freight_amount")
"""Whose number formats show a currency; the first that does, of a row."""

_MONEY = (
    *_AMOUNTS,
    *("discount_amount", "unit_discount", "included_tax", "included_freight"),
    *("unit_cost", "line_cost", "line_profit"),
)
"""Columns that are counted as a title says, in thousands or in cents."""

_BLANK = r"^\s*$"
_ZERO = r"^[-\s$€£¥(]*(0+([.,]0+)?)?[-\s$€£¥%)]*$|^#[A-Z/0]+[!?]?$"
"""Zero, as amounts show it; or an error."""

BEYOND_HEADER = "_beyond_header"
"""Key in `_extra` for cells to the right of the header: such a row may have shifted values."""


@dataclass
class Part:
    """What one layout document made of one sheet: a row of `raw.file_parts`.

    Attributes:
        columns_delivered: the columns of the contract that it has, in the order of the sheet.
        headers: for each column that stands in the sheet, the headers it is read from, as delivered
            ("" for a blank one); stacked rows put together, as a layout names them.
        rows_read: rows below the header, blank ones included.
        rows_loaded: rows copied into the raw table.
        rows_skipped: number of rows left out, by reason.
        control_totals: the totals rows of the sheet, as delivered.
        date_order: orders of day, month and year in dates stored as text, as a layout writes them,
            with blanks between; None if there are no such dates.
        decimal_mark: of numbers stored as text.
        no_value_texts: texts in columns of text that mean no value, beside those of the layout.
        whole_number_columns: columns whose ids end in .0 and are read without it.
        powers: column of numbers that do not stand for ones -> by which power of ten they count.
        notes: what people should know.
        questions: what its rows leave open.
    """

    sheet: str
    layout: Layout
    header_row: int
    columns_delivered: list[str] = field(default_factory=list)
    headers: dict[str, list[str]] = field(default_factory=dict)
    rows_read: int = 0
    rows_loaded: int = 0
    rows_skipped: Counter[str] = field(default_factory=Counter)
    control_totals: list[dict[str, str]] = field(default_factory=list)
    date_order: str | None = None
    decimal_mark: str = "."
    no_value_texts: list[str] = field(default_factory=list)
    whole_number_columns: list[str] = field(default_factory=list)
    powers: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


class _Rows(NamedTuple):
    """Rows of data.

    Attributes:
        numbers: those that Excel shows.
        columns: their cells.
        heads: what heads each of them; None where nothing does.
    """

    numbers: pa.Array
    columns: list[pa.Array]
    heads: pa.Array | None

    def filter(self, kept: Flags) -> "_Rows":
        """Return some of the rows."""
        mask = pa.array(kept)
        heads = None if self.heads is None else self.heads.filter(mask)
        columns = [column.filter(mask) for column in self.columns]
        return _Rows(self.numbers.filter(mask), columns, heads)


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
        self._dates = DateEvidence(layout.dates or [], is_workbook=bool(sheet.name), period=period)
        self._zones = ZoneEvidence(layout.time_zone)
        self._numbers = NumberEvidence(layout.decimal, self._is_number if sheet.name else None)
        self._texts = TextEvidence(layout.missing, is_declared="missing" in layout.model_fields_set)
        places = [
            found[0] for name in ("sold_at", "units") if (found := header.positions.get(name))
        ]
        self._below = TablesBelow(header.at.row + 1, places)
        # What is turned has been searched for totals by then.
        is_known = layout.skip_rows_where or layout.unpivot
        measures = () if is_known else MEASURES.get(layout.entity, ())
        self._totals = TotalRows(header.positions, header.at.names, measures)
        # A total may be the sum of all rows, or of those that `keep_rows_where` keeps.
        of_all = measures if layout.keep_rows_where else ()
        self._totals_of_all = TotalRows(header.positions, header.at.names, of_all)
        names = header.at.names if layout.entity == "sales_lines" else []
        returns = layout.returns_where
        self._statuses = StatusEvidence(
            header.positions,
            names,
            layout.keep_rows_where or {},
            returns if isinstance(returns, dict) else {},
            is_declared,
        )
        # Of whole orders that are returns, dbt says what their signs mean.
        is_told = returns is not None or layout.return_orders is not None
        is_settled = is_told or layout.entity != "sales_lines"
        self._returns = ReturnEvidence(
            header.positions,
            names,
            layout.keep_rows_where or {},
            returns,
            is_declared=is_declared,
        )
        self._signs = SignEvidence(header.positions, header.at.names, is_settled=is_settled)
        self._struck = StruckRows(
            sheet.struck_through(), header.positions, layout.struck_through or ""
        )
        self._unnamed_sums = UnnamedSums(
            header.positions,
            [] if layout.skip_rows_where or layout.unpivot else names,
            layout.keep_rows_where or {},
        )
        self._examples = ExampleRows(header.positions, names, layout.keep_rows_where or {})
        self._discounts = self._discount_evidence(is_declared)
        self._charges = ChargeEvidence(self._header_of_products())
        self._decimal_mark: str = layout.decimal or "."
        self._mapped = {position for found in header.positions.values() for position in found}
        if header.spread is not None:
            self._mapped |= header.spread.taken
        self._currency_columns = self._currency_evidence()
        self._amounts = {
            place
            for name in layout.contract.names_of_type("decimal")
            for place in header.positions.get(name, [])
        }
        self._filled_down = FilledDown(layout, header)
        self._headings = HeadingRows(layout, header)
        merged = [item for item in sheet.merged_down() if item.top > header.at.row]
        self._order_amounts = OrderAmounts(layout, header, merged)
        self._merged_amounts = MergedAmounts(merged, header, layout)
        self._kept_rows = KeptRows(layout, header)
        self._returned_rows = ReturnedRows(layout, header, sheet.name)
        self._header_currency: str | None = None
        self._currencies: dict[int, str] = {}
        self._scales_shown: dict[str, str] = {}
        self._look_at_number_formats()
        # Of others, who learned them was asked; `values` says that the texts are right.
        is_open = "currency" not in layout.values and (is_declared or bool(self._currencies))
        self._stated = self._currencies_in_headers() if is_open else {}
        self._titles = TitleEvidence(
            [PurePath(file_name).stem, sheet.name, *header.at.titles],
            [name for name in _MONEY if self._is_scale_open(name)],
            is_currency_open="currency" in layout.contract.columns
            and "currency" not in header.positions
            and not (self._currencies or self._header_currency),
            column=self._open_currency_column(is_declared),
            constant=(self._open_constant_currency(), header.at.titles),
        )
        self._heading_currencies: dict[str, int] = {}  # -> its first row
        self._currency_rows: Counter[str | None] = Counter()
        self._gaps = 0
        self._sums_of_all = 0
        self._beyond: list[int] = []
        self._beyond_count = 0

    def batches(self, blocks: Iterator[Block], version: int) -> Iterator[pa.RecordBatch]:
        """Yield the raw rows, with their provenance.

        Args:
            blocks: the sheet's own, from the first.
            version: id of the file version.

        Raises:
            BadFile: a mapped column holds formulas without values, or a text cannot be stored.
        """
        self._refuse_uncalculated()
        rows: Iterable[_Rows] = (kept for block in blocks if (kept := self._kept(block)))
        sources = self._layout.columns.values()
        is_calculated = any(isinstance(source, Calculated) for source in sources)
        is_first_learned = bool(self._sheet.name) or self._order_amounts.are_there or is_calculated
        if is_first_learned:
            # A workbook is in memory as it is: what its last rows show holds for its first.
            rows = list(rows)
            for kept in rows:
                self._learn_factors(kept)
                self._learn(kept.numbers, self._mapped_columns(kept))
            self._decimal_mark = self._numbers.finding().value
        if self._order_amounts.are_there:
            rows = [_as_one(list(rows))] if rows else rows
        for kept in rows:
            mapped = self._mapped_columns(kept)
            if not is_first_learned:
                self._learn(kept.numbers, mapped)
            if self._order_amounts.are_there:
                self._order_amounts.share(kept.numbers.to_pylist(), mapped, self._decimal_mark)
            yield self._raw_batch(kept, mapped, version)
        part = self.part
        dates, decimals = self._dates.finding(), self._numbers.finding()
        zones, texts = self._zones.finding(), self._texts.finding()
        totals, statuses = self._totals.finding(), self._statuses.finding()
        of_all = self._totals_of_all.finding() if self._sums_of_all else Finding(0)
        discounts, titles = self._discounts.finding(), self._titles.finding()
        currencies = self._currency_columns.finding(self._titles.currency)
        struck = self._struck.finding(is_asked=self._layout.entity == "sales_lines")
        part.no_value_texts = texts.value.no_value
        part.whole_number_columns = texts.value.whole_numbers
        part.date_order, part.decimal_mark = dates.value, decimals.value
        part.powers = {
            name: round(math.log10(float(number))) for name, number in self._layout.scale.items()
        }
        if discounts.value:
            part.powers["discount_rate"] = discounts.value
        part.notes += [*self._sheet.notes, *self._header.notes(), *dates.notes, *zones.notes]
        part.notes += [*decimals.notes, *texts.notes, *self._below.notes, *of_all.notes]
        part.notes += [*totals.notes, *statuses.notes, *discounts.notes, *currencies.notes]
        part.notes += [*titles.notes, *struck.notes]
        for shaping in (
            self._headings,
            self._filled_down,
            self._kept_rows,
            self._returned_rows,
            self._order_amounts,
        ):
            part.notes += shaping.notes()
        part.notes += self._charges.finding().notes
        if self._layout.unit_of_measure:
            part.notes.append(
                f"units are read without their {quoted(self._layout.unit_of_measure)}"
            )
        part.notes += self._notes_on_columns()
        part.notes += self._notes_on_currencies()
        part.questions = [
            replace(question, sheet=self._sheet.name)
            for question in (
                dates.question,
                zones.question,
                decimals.question,
                texts.question,
                self._below.question,
                of_all.question,
                totals.question,
                struck.question,
                self._merged_amounts.finding().question,
                self._examples.finding().question,
                None if totals.question else self._unnamed_sums.finding().question,
                statuses.question,
                self._signs.finding().question,
                self._returns.finding().question,
                discounts.question,
                currencies.question or titles.question or self._question_on_headings(),
                self._scale_question() or self._titles.scale_question(),
            )
            if question is not None
        ]

    def _look_at_number_formats(self) -> None:
        """Look for thousands in the number formats of amounts, and for currencies, as in headers.

        Currencies are looked for where nothing else says them.
        """
        columns = self._layout.contract.columns
        is_open = "currency" in columns and "currency" not in self._header.positions
        for name in _AMOUNTS:
            for position in self._header.positions.get(name, []):
                shown = self._sheet.currencies(self._header.at.letters(position))
                texts = {*shown.values()}
                scaled = sorted(filter(scale_in, texts))
                if scaled:
                    self._scales_shown[name] = scaled[0]
                if not is_open:
                    continue
                signs = {text: text for text in texts} | {
                    text: next(filter(is_written, text.split()), currency_in(text))
                    for text in scaled
                }
                told = {row: sign for row, text in shown.items() if (sign := signs[text])}
                self._currencies = told | self._currencies
                said = currency_in(self._header.at.names[position])
                self._header_currency = self._header_currency or said

    def _question_on_headings(self) -> Question | None:
        """Ask whether currencies that stand alone in rows are those of the rows below."""
        if not self._heading_currencies or "currency" in self._header.positions:
            return None
        if "currency" not in self._layout.contract.columns or self._layout.heading_rows:
            return None
        told = ", ".join(f"{text} (row {row})" for text, row in self._heading_currencies.items())
        first = next(iter(self._heading_currencies))
        code = codes_of(first)[0]
        return Question(
            f"{told} stand alone in their rows: are they",
            (
                Reading(
                    "the currencies of the rows below them",
                    'heading_rows: {column: "[A]", into: currency}, with the column that they '
                    "stand in",
                    "",
                ),
                Reading(
                    f"nothing, and all amounts are in {code}",
                    f"currency: {{constant: {code}}}",
                    f"--currency {code}",
                ),
            ),
        )

    def _notes_on_currencies(self) -> Iterator[str]:
        if self._currency_rows:
            told = (
                f"{sign} ({count(rows, 'row')})" if sign else f"none ({count(rows, 'row')})"
                for sign, rows in self._currency_rows.most_common()
            )
            where = "number formats show" if self._currencies else "the header says"
            yield f"currency, as {where} it: {', '.join(told)}"

    def _learn(self, numbers: pa.Array, mapped: dict[str, pa.Array]) -> None:
        contract = self._layout.contract
        for name in contract.names_of_type("timestamp", "date"):
            if name in mapped:
                self._dates.learn(name, numbers, mapped[name])
                self._zones.learn(mapped[name])
        for name in contract.names_of_type("decimal", "integer"):
            is_calculated = isinstance(self._layout.columns.get(name), Calculated)
            if name in mapped and not is_calculated:
                self._numbers.learn(name, numbers, mapped[name])
        for name in contract.names_of_type("text"):
            if name in mapped and self._header.positions.get(name):
                self._texts.learn(name, mapped[name])
        if "currency" in mapped and self._stated:
            by = "cells show" if self._currencies else "currency by its layout is"
            self._currency_columns.learn_stated(self._stated, by, numbers, mapped["currency"])
        if "currency" in mapped:
            self._titles.learn_column(mapped["currency"])
        if {"currency", "order_id"} <= mapped.keys():
            self._currency_columns.learn_orders(mapped["order_id"], mapped["currency"])
        self._merged_amounts.learn(numbers, mapped)
        self._discounts.learn(mapped)
        self._charges.learn(mapped)
        for name in [name for name in _AMOUNTS if name in mapped][:1]:
            self._titles.learn(mapped[name])

    def _discount_evidence(self, is_declared: bool) -> DiscountEvidence:
        positions = self._header.positions.get("discount_rate", [])
        if len(positions) != 1 or "discount_rate" in self._layout.scale:
            return DiscountEvidence(None, may_be_money=False)
        header = self._header.at.names[positions[0]]
        is_open = any(meaning.column == DISCOUNT for meaning in meanings(header, "sales_lines"))
        return DiscountEvidence(header, may_be_money=is_open and not is_declared)

    def _header_of_products(self) -> str | None:
        """Return the header of the names of what was sold, if no rule about rows names it."""
        positions = self._header.positions.get("product_name", [])
        if self._layout.entity != "sales_lines" or len(positions) != 1:
            return None
        header = self._header.at.names[positions[0]]
        ruled = {name.strip().casefold() for name in self._layout.keep_rows_where or {}}
        return None if ruled & {header.strip().casefold(), "product_name"} else header

    def _currency_evidence(self) -> CurrencyEvidence:
        names = self._header.at.names
        is_open = self._layout.entity == "sales_lines" and "currency" not in self._header.positions
        places = [place for place in range(len(names)) if is_open and place not in self._mapped]
        return CurrencyEvidence(places, names)

    def _open_currency_column(self, is_declared: bool) -> str:
        """Return the header of the currencies, where nobody has said that they are right."""
        places = self._header.positions.get("currency") or []
        is_settled = is_declared or "currency" in self._layout.values
        return "" if is_settled or len(places) != 1 else self._header.at.names[places[0]]

    def _open_constant_currency(self) -> str:
        """Return the currency that the layout says of all rows, unless its `values` say it too."""
        source = self._layout.columns.get("currency")
        is_open = "currency" not in self._layout.values
        return source.constant if isinstance(source, Constant) and is_open else ""

    def _currencies_in_headers(self) -> dict[str, str]:
        if "currency" not in self._header.positions and not self._currencies:
            return {}
        headers = (
            self._header.at.names[position]
            for name in _AMOUNTS
            for position in self._header.positions.get(name, [])
        )
        return {header: said for header in headers if (said := currency_in(header))}

    def _scale_question(self) -> Question | None:
        """Ask for the first column that says thousands or cents, where the layout says nothing."""
        for name in self._layout.contract.names_of_type("decimal"):
            for position in self._header.positions.get(name, []):
                header = self._header.at.names[position]
                shown = self._scales_shown.get(name, "")
                scale = scale_in(header) or scale_in(shown)
                if scale is None or name in self._layout.scale:
                    continue
                by = f", whose cells show '{short(shown, 30)}'," if shown else ""
                return Question(
                    f"does a 1 under '{short(header, 30)}' ({name}){by} stand for",
                    tuple(
                        Reading(
                            number,
                            f"scale: {{{name}: {number}}}",
                            f"--scale {name}={number}",
                        )
                        for number in (scale, "1")
                    ),
                )
        return None

    def _is_scale_open(self, name: str) -> bool:
        """Tell whether the sheet has a column of money, and the layout does not say its scale."""
        return bool(self._header.positions.get(name)) and name not in self._layout.scale

    def _is_number(self, row: int, name: str) -> bool:
        positions = self._header.positions.get(name)
        if positions is None:  # what a column is calculated from goes by its header
            place = self._header.at.position(name)
            return place is not None and self._sheet.is_number(row, place)
        return len(positions) == 1 and self._sheet.is_number(row, positions[0])

    def _learn_factors(self, rows: _Rows) -> None:
        """Look at the numbers that columns are calculated from."""
        for name, source in self._layout.columns.items():
            if not isinstance(source, Calculated) or name not in self._header.positions:
                continue
            for header, place in zip(source.names, self._header.positions[name], strict=True):
                texts = column_at(rows.columns, place)
                self._numbers.learn(header, rows.numbers, texts)

    def _calculated(self, source: Calculated, rows: _Rows, positions: list[int]) -> pa.Array:
        columns = {
            header: self._marked(rows.numbers, column_at(rows.columns, place), place)
            for header, place in zip(source.names, positions, strict=True)
        }
        return calculate(source.operations, columns, self._decimal_mark)

    # ------------------------------------------------------------------ rows

    def _kept(self, block: Block) -> _Rows | None:
        self._refuse_nul(block)
        kept = self._keep_rows(*self._below_header(block))
        if kept is None:
            return None
        sums = self._totals.outside(kept.numbers, kept.columns)
        if sums is not None:
            self.part.rows_skipped["sum_of_rows"] += int(sums.sum())
            if sums.all():
                return None
            kept = kept.filter(~sums)
        self._look_at_lone_texts(kept)
        self._struck.learn(kept.numbers, kept.columns)
        self._examples.learn(kept.numbers, kept.columns)
        self._unnamed_sums.learn(kept.columns)
        self._statuses.learn(kept.numbers, kept.columns)
        self._currency_columns.learn(kept.columns)
        self._signs.learn(kept.numbers, kept.columns)
        self._returns.learn(kept.numbers, kept.columns)
        return kept

    def _look_at_lone_texts(self, rows: _Rows) -> None:
        """Look at the rows that hold nothing but one text: notes, and currencies that head rows."""
        filled = np.zeros(len(rows.numbers), int)
        for column in rows.columns:
            filled += column.is_valid().to_numpy(zero_copy_only=False)
        for i in np.flatnonzero(filled == 1).tolist():
            text = next(column[i].as_py() for column in rows.columns if column[i].is_valid)
            if are_currencies([text]):
                self._heading_currencies.setdefault(text.strip(), rows.numbers[i].as_py())
            else:
                self._titles.add(text)

    def _below_header(self, block: Block) -> tuple[int, list[pa.Array]]:
        first, last = self._layout.first_and_last_row()
        start = max(self._header.at.row + 1, first, block.first_row)
        stop = block.first_row + block.height
        if last is not None:
            stop = min(stop, last + 1)
        offset = start - block.first_row
        below = [column.slice(offset, max(stop - start, 0)) for column in block.columns]
        self._count_outside(block, start, stop)
        return start, below

    def _count_outside(self, block: Block, start: int, stop: int) -> None:
        """Count the rows below the header that `rows:` leaves out, so that none goes unsaid."""
        top = max(self._header.at.row + 1, block.first_row)
        bottom = block.first_row + block.height
        outside = max(bottom - top, 0) - max(stop - start, 0)
        if outside > 0:
            self.part.rows_read += outside
            self.part.rows_skipped["outside_rows"] += outside

    def _keep_rows(self, start: int, columns: list[pa.Array]) -> _Rows | None:
        """Leave out the rows that are no data; None if none is left."""
        height = len(columns[0]) if columns else 0
        if not height:
            return None
        self.part.rows_read += height
        numbers = pa.arange(start, start + height)
        blank, header = self._blank(columns), self._repeats_header(columns)
        unfilled = self._unfilled(columns)
        voids = [mask for mask in (blank, unfilled) if mask is not None]
        void = reduce(pc.or_, voids) if voids else None
        skipped = np.zeros(height, bool)
        for reason, mask in (
            ("blank", blank),
            ("unfilled", unfilled),
            ("blank", self._says_nothing(columns)),
            ("repeated_header", header),
            ("other_table", self._other_table(start, columns, void, header)),
            ("comment", self._comment(columns)),
        ):
            self._leave_out(reason, mask, skipped)
        rows = _Rows(numbers, columns, self._left_heads(numbers, columns, skipped))
        gaps = self._gaps_above(void, height)
        if skipped.any():
            rows, gaps = rows.filter(~skipped), gaps[~skipped]
        if not len(gaps):
            return None
        rows = rows._replace(columns=self._filled_down.fill(rows.columns, gaps))
        sums = self._totals_of_all.outside(rows.numbers, rows.columns)
        if sums is not None:
            self._sums_of_all += int(sums.sum())
            self.part.rows_skipped["sum_of_rows"] += int(sums.sum())
            if sums.all():
                return None
            rows = rows.filter(~sums)
        skipped = np.zeros(len(rows.numbers), bool)
        if self._struck.are_left_out:
            struck = self._struck.flags(rows.numbers, rows.columns)
            self._leave_out("struck_through", struck, skipped)
        self._leave_out("not_kept", self._kept_rows.others(rows.columns), skipped)
        if not skipped.any():
            return rows
        return None if skipped.all() else rows.filter(~skipped)

    def _leave_out(self, reason: str, mask: pa.Array | Flags | None, skipped: Flags) -> None:
        """Mark and count the rows of a mask that are not skipped already."""
        if mask is None:
            return
        left_out = np.asarray(mask) & ~skipped
        if number := int(left_out.sum()):
            self.part.rows_skipped[reason] += number
            skipped |= left_out

    def _left_heads(
        self, numbers: pa.Array, columns: list[pa.Array], skipped: Flags
    ) -> pa.Array | None:
        """Leave out totals and the rows that head others; return what heads each row."""
        totals, heads = self._total(columns), None
        if self._header.spread is not None:
            sums = np.isin(numbers, [*self._header.spread.total_rows])
            totals = sums if totals is None else sums | np.asarray(totals)
        stated = totals
        if self._headings.column is not None:
            totals = np.asarray(totals) if totals is not None else np.zeros(len(numbers), bool)
            headings, totals, nested, heads = self._headings.read(columns, skipped, totals)
            self._leave_out("heading", headings, skipped)
            # Groups in a group are not those rows that a total is compared with.
            stated = totals & ~nested
        if stated is not None and (stated := np.asarray(stated) & ~skipped).any():
            self._keep_totals(numbers, columns, pa.array(stated))
        self._leave_out("total", totals, skipped)
        return heads

    def _gaps_above(self, blank: pa.Array | None, height: int) -> npt.NDArray[np.int64]:
        """Return how many blank rows are above each row of a block."""
        gaps = np.cumsum(np.asarray(blank) if blank is not None else np.zeros(height, bool))
        gaps += self._gaps
        self._gaps = int(gaps[-1])
        return gaps

    def _blank(self, columns: list[pa.Array]) -> pa.Array | None:
        # Mapped columns first: they are the full ones, so that most sheets need one look only.
        order = sorted(range(len(columns)), key=lambda position: position not in self._mapped)
        blank: pa.Array | None = None
        for position in order:
            column = columns[position]
            empty = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), True)
            blank = empty if blank is None else pc.and_(blank, empty)
            if not pc.any(blank).as_py():
                return None
        return blank

    def _unfilled(self, columns: list[pa.Array]) -> pa.Array | None:
        """Return which rows wait to be filled in: formulas that come to zero, and nothing else.

        Where a formula has nothing to look up yet, it shows an error.
        """
        words = self._mapped - self._amounts
        nothing: pa.Array | None = None
        # Names and days first: most rows have them, so that most sheets need one look only.
        for position in sorted(range(len(columns)), key=lambda place: place not in words):
            column = columns[position]
            if column.null_count == len(column):
                continue
            shape = _BLANK if position in words else _ZERO
            empty = pc.fill_null(pc.match_substring_regex(column, shape), True)
            nothing = empty if nothing is None else pc.and_(nothing, empty)
            if not pc.any(nothing).as_py():
                return None
        return nothing

    def _repeats_header(self, columns: list[pa.Array]) -> pa.Array | None:
        mask: pa.Array | None = None
        for position in sorted(self._mapped):
            text = self._header.at.last[position]
            if position >= len(columns) or text is None:
                continue
            same = pc.fill_null(
                pc.equal(pc.utf8_trim_whitespace(columns[position]), text.strip()), False
            )
            mask = same if mask is None else pc.and_(mask, same)
            if not pc.any(mask).as_py():
                return None
        return mask

    def _other_table(
        self, start: int, columns: list[pa.Array], blank: pa.Array | None, header: pa.Array | None
    ) -> pa.Array | None:
        is_asked = self._layout.entity == "sales_lines" and self._layout.rows is None
        return self._below.outside(start, columns, blank, header) if is_asked else None

    def _says_nothing(self, columns: list[pa.Array]) -> Flags | None:
        """Return which rows are blank in the one of many columns that this part is."""
        spread = self._header.spread
        return None if spread is None else ~has_text(column_at(columns, spread.place))

    def _comment(self, columns: list[pa.Array]) -> pa.Array | None:
        if self._layout.comment is None:
            return None
        first_text = pc.coalesce(*columns)
        return pc.fill_null(pc.starts_with(first_text, self._layout.comment), False)

    def _total(self, columns: list[pa.Array]) -> pa.Array | None:
        rule = self._layout.skip_rows_where
        if rule is None or isinstance(rule, str):
            return None
        position = self._header.places(rule.column, "skip_rows_where")[0]
        if position >= len(columns):
            return None
        return pc.fill_null(pc.match_substring_regex(columns[position], rule.matches), False)

    def _keep_totals(self, numbers: pa.Array, columns: list[pa.Array], mask: pa.Array) -> None:
        mapped = {
            name: column.filter(mask)
            for name, column in self._mapped_columns(_Rows(numbers, columns, None)).items()
        }
        for i, number in enumerate(numbers.filter(mask).to_pylist()):
            texts = {name: column[i].as_py() for name, column in mapped.items()}
            kept = {name: text for name, text in texts.items() if text is not None}
            self.part.control_totals.append({"row": str(number), **kept})

    # --------------------------------------------------------------- columns

    def _raw_batch(self, rows: _Rows, mapped: dict[str, pa.Array], version: int) -> pa.RecordBatch:
        numbers = rows.numbers
        self._mark_typed_numbers(numbers, mapped)
        if self._currencies or self._header_currency:
            self._currency_rows.update(mapped["currency"].to_pylist())
        self._returned_rows.count(rows.columns)
        extra = self._extra(numbers, rows.columns)
        height = len(numbers)
        self.part.rows_loaded += height
        if extra is not None:
            mapped["_extra"] = extra
        mapped["_file_version_id"] = pa.repeat(pa.scalar(version, pa.int64()), height)
        mapped["_file_part_number"] = pa.repeat(pa.scalar(self._number, pa.int32()), height)
        mapped["_source_row_number"] = numbers
        mapped["_source_sheet"] = pa.repeat(pa.scalar(self._sheet.name, pa.string()), height)
        return pa.RecordBatch.from_pydict(mapped)

    def _mapped_columns(self, rows: _Rows) -> dict[str, pa.Array]:
        columns, height = rows.columns, len(rows.numbers)
        mapped = {}
        for name, positions in self._header.positions.items():
            source = self._layout.columns[name]
            if isinstance(source, Constant):
                mapped[name] = pa.repeat(pa.scalar(source.constant, pa.string()), height)
                continue
            found = [
                columns[position] if position < len(columns) else pa.nulls(height, pa.string())
                for position in positions
            ]
            if isinstance(source, Join):
                mapped[name] = _join(found, source.separator)
            elif isinstance(source, Calculated):
                mapped[name] = self._calculated(source, rows, positions)
            else:
                mapped[name] = found[0]
        if rows.heads is not None and self._headings.column is not None:
            mapped[self._headings.column] = rows.heads
        if self._currencies or self._header_currency:
            told = [
                self._currencies.get(row, self._header_currency) for row in rows.numbers.to_pylist()
            ]
            mapped["currency"] = pa.array(told, pa.string())
        elif amounts := [mapped[name] for name in _AMOUNTS if name in mapped]:
            said = self._titles.currencies(amounts[0])
            mapped |= {"currency": said} if said is not None else {}
        for name, values in self._layout.values.items():
            if name in mapped:
                mapped[name] = recoded(mapped[name], values)
        if "currency" in mapped:
            mapped["currency"] = self._currency_columns.codes(mapped["currency"])
        if self._layout.unit_of_measure and "units" in mapped:
            mapped["units"] = without_measure(mapped["units"], self._layout.unit_of_measure)
        self._returned_rows.turn(columns, mapped)
        return mapped

    def _mark_typed_numbers(self, numbers: pa.Array, mapped: dict[str, pa.Array]) -> None:
        """Keep a typed 1.234 from being read as text in which the point groups thousands.

        Only with decimal commas, and only with three digits behind the point: a zero more, and
        the text is no grouped number any more, and still the same number.
        """
        for name in self._layout.contract.names_of_type("decimal"):
            positions = self._header.positions.get(name)
            if positions and len(positions) == 1:
                mapped[name] = self._marked(numbers, mapped[name], positions[0])

    def _marked(self, numbers: pa.Array, texts: pa.Array, place: int) -> pa.Array:
        if self._decimal_mark != ",":
            return texts
        looks_grouped = pc.fill_null(pc.match_substring_regex(texts, r"^-?\d{1,3}\.\d{3}$"), False)
        if not pc.any(looks_grouped).as_py():
            return texts
        marked = [
            f"{text}0" if looks and self._sheet.is_number(row, place) else text
            for row, text, looks in zip(
                numbers.to_pylist(), texts.to_pylist(), looks_grouped.to_pylist(), strict=True
            )
        ]
        return pa.array(marked, pa.string())

    def _extra(self, numbers: pa.Array, columns: list[pa.Array]) -> pa.Array | None:
        """Return the unmapped cells of each row as JSON text; None if there are none."""
        width = len(self._header.at.cells)
        unmapped = [
            position
            for position in range(len(columns))
            if position not in self._mapped and columns[position].null_count < len(numbers)
        ]
        if not unmapped:
            return None
        names = self._header.at.names
        pairs = []
        for position in [p for p in unmapped if p < width]:
            pairs.append(_json_pairs(names[position], columns[position]))
        beyond = [columns[position] for position in unmapped if position >= width]
        if beyond:
            texts = _joined(beyond, " | ")
            self._note_beyond(numbers.filter(pc.is_valid(texts)))
            pairs.append(_json_pairs(BEYOND_HEADER, texts))
        return pc.binary_join_element_wise("{", _joined(pairs, ", "), "}", "")

    def _note_beyond(self, numbers: pa.Array) -> None:
        self._beyond_count += len(numbers)
        self._beyond += numbers.slice(0, SHOWN - len(self._beyond)).to_pylist()

    def _notes_on_columns(self) -> list[str]:
        notes = []
        at = self._header.at
        left = [
            name
            for position, name in enumerate(at.names)
            if at.cells[position] and position not in self._mapped
        ]
        if left:
            notes.append(f"kept in _extra, as no column takes them: {quoted(left)}")
        if self._beyond_count:
            rows = ", ".join(str(number) for number in self._beyond)
            more = ", …" if self._beyond_count > len(self._beyond) else ""
            notes.append(
                f"more cells than the header in {count(self._beyond_count, 'row')} (row {rows}"
                f"{more}): a separator inside a text, or a column without a name? Values may stand "
                "in the wrong columns, so such rows are kept out of the figures"
            )
        return notes

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
            if position in self._mapped
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


def _as_one(rows: list[_Rows]) -> _Rows:
    """Put blocks of rows together, whose last may have fewer columns than the first."""
    width = max(len(block.columns) for block in rows)
    columns = [
        pa.concat_arrays([column_at(block.columns, place) for block in rows])
        for place in range(width)
    ]
    heads = [block.heads for block in rows if block.heads is not None]
    return _Rows(
        pa.concat_arrays([block.numbers for block in rows]),
        columns,
        pa.concat_arrays(heads) if len(heads) == len(rows) else None,
    )


def _may_hold_nul(column: pa.Array) -> bool:
    """Look at the bytes of a column at once, which takes a tenth of the time of its texts."""
    _, offsets, data = column.buffers()
    if data is None:
        return False
    start, end = (offsets[4 * i : 4 * i + 4] for i in (column.offset, column.offset + len(column)))
    first, last = (int.from_bytes(bound, sys.byteorder) for bound in (start, end))
    return b"\0" in data[first:last].to_pybytes()


def _join(columns: list[pa.Array], separator: str) -> pa.Array:
    """Put columns together; of a date without a time, and of a time, only what was meant."""
    without_midnight = [
        pc.replace_substring_regex(column, r"^(\d{4}-\d{2}-\d{2}) 00:00:00$", r"\1")
        for column in columns
    ]
    return _joined(without_midnight, separator)


def _joined(columns: list[pa.Array], separator: str) -> pa.Array:
    """Put texts together, leaving out null ones; null where all of them are."""
    # Led by an empty text, since Arrow gives no row at all for one in which every text is null.
    lead = pa.repeat(pa.scalar("", pa.string()), len(columns[0]))
    texts = pc.binary_join_element_wise(lead, *columns, separator, null_handling="skip")
    return pc.if_else(pc.equal(texts, ""), None, pc.utf8_slice_codeunits(texts, len(separator)))


_NEEDS_ESCAPE = re.compile(r'["\\\x00-\x1f]').pattern


def _json_pairs(name: str, texts: pa.Array) -> pa.Array:
    """Return `"name": "text"` for each text, as JSON writes it; null for null."""
    if pc.any(pc.match_substring_regex(texts, _NEEDS_ESCAPE)).as_py():
        quoted = pa.array(
            [
                None if text is None else json.dumps(text, ensure_ascii=False)
                for text in texts.to_pylist()
            ],
            pa.string(),
        )
    else:
        quoted = pc.binary_join_element_wise('"', texts, '"', "")
    return pc.binary_join_element_wise(json.dumps(name, ensure_ascii=False), quoted, ": ")
