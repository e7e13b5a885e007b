"""Looks, in the rows of one sheet, for and against each way to read them."""

from pathlib import PurePath

import numpy as np
import pyarrow as pa

from loader.currencies import are_currencies, codes_of
from loader.date_patterns import Period
from loader.evidence.charges import ChargeEvidence
from loader.evidence.currencies import CurrencyEvidence
from loader.evidence.dates import DateEvidence
from loader.evidence.discounts import DiscountEvidence
from loader.evidence.marked_rows import ExampleRows
from loader.evidence.merged_amounts import MergedAmounts
from loader.evidence.numbers import NumberEvidence
from loader.evidence.returns import ReturnEvidence
from loader.evidence.signs import SignEvidence
from loader.evidence.statuses import StatusEvidence
from loader.evidence.texts import TextEvidence
from loader.evidence.titles import TitleEvidence
from loader.evidence.unnamed_sums import UnnamedSums
from loader.evidence.zones import ZoneEvidence
from loader.headers import Header
from loader.layout_keys import Calculated, Constant
from loader.layouts import Layout
from loader.number_formats import AMOUNTS, NumberFormats
from loader.questions import Question, Reading
from loader.reading.sheet import Sheet
from loader.rows import Rows
from loader.shaping import column_at
from loader.understanding.vocabulary import DISCOUNT, meanings, says_of_numbers

_MONEY = (
    *AMOUNTS,
    *("discount_amount", "unit_discount", "included_tax", "included_freight"),
    *("unit_cost", "line_cost", "line_profit"),
)
"""Columns that are counted as a title says, in thousands or in cents."""

_TAXES = {"included_tax", "included_tax_rate"}


class SheetEvidence:
    """What the values of one sheet say of how they are to be read."""

    def __init__(
        self,
        sheet: Sheet,
        header: Header,
        layout: Layout,
        formats: NumberFormats,
        *,
        period: Period | None,
        file_name: str,
        is_declared: bool,
        is_answered: bool,
    ) -> None:
        """Begin with what the layout declares.

        Args:
            sheet: where the rows come from.
            header: found in it.
            layout: the document that names the columns.
            formats: what shows beside the amounts.
            period: that the file is about, by its name.
            file_name: of the delivery.
            is_declared: whether people wrote the document.
            is_answered: whether it was learned from this very file.
        """
        self._sheet = sheet
        self._header = header
        self._layout = layout
        self._formats = formats
        self.dates = DateEvidence(
            layout.dates or [],
            is_workbook=bool(sheet.name),
            period=period,
            is_answered=is_answered,
        )
        self.zones = ZoneEvidence(layout.time_zone)
        self.numbers = NumberEvidence(layout.decimal, self._is_number if sheet.name else None)
        self.texts = TextEvidence(layout.missing, is_declared="missing" in layout.model_fields_set)
        names = header.at.names if layout.entity == "sales_lines" else []
        kept, returns = layout.keep_rows_where or {}, layout.returns_where
        self.statuses = StatusEvidence(
            header.positions,
            names,
            kept,
            returns if isinstance(returns, dict) else {},
            is_declared,
        )
        self.returns = ReturnEvidence(
            header.positions, names, kept, returns, is_declared=is_declared
        )
        # Of whole orders that are returns, dbt says what their signs mean.
        is_told = returns is not None or layout.return_orders is not None
        is_settled = is_told or layout.entity != "sales_lines"
        self.signs = SignEvidence(header.positions, header.at.names, is_settled=is_settled)
        self.unnamed_sums = UnnamedSums(
            header.positions, [] if layout.skip_rows_where or layout.unpivot else names, kept
        )
        self.examples = ExampleRows(header.positions, names, kept)
        self.discounts = self._discount_evidence(is_declared)
        self.charges = ChargeEvidence(self._header_of_products())
        self.currencies = self._currency_evidence()
        merged = [item for item in sheet.merged_down() if item.top > header.at.row]
        self.merged_amounts = MergedAmounts(merged, header, layout)
        # Of others, who learned them was asked; `values` says that the texts are right.
        is_open = "currency" not in layout.values and (is_declared or bool(formats.shown))
        self._stated = formats.in_headers() if is_open else {}
        self.titles = TitleEvidence(
            [PurePath(file_name).stem, sheet.name, *header.at.titles],
            [name for name in _MONEY if self._is_scale_open(name)],
            is_currency_open="currency" in layout.contract.columns
            and "currency" not in header.positions
            and not formats.say_currency,
            column=self._open_currency_column(is_declared),
            constant=(self._open_constant_currency(), header.at.titles),
            taxed="" if is_declared else self._open_to_tax(),
        )
        self._heading_currencies: dict[str, int] = {}  # -> its first row

    def learn_rows(self, rows: Rows) -> None:
        """Look at the cells of rows."""
        self._look_at_lone_texts(rows)
        self.examples.learn(rows.numbers, rows.columns)
        self.unnamed_sums.learn(rows.columns)
        self.statuses.learn(rows.numbers, rows.columns)
        self.currencies.learn(rows.columns)
        self.signs.learn(rows.numbers, rows.columns)
        self.returns.learn(rows.numbers, rows.columns)

    def learn_factors(self, rows: Rows) -> None:
        """Look at the numbers that columns are calculated from."""
        for name, source in self._layout.columns.items():
            if not isinstance(source, Calculated) or name not in self._header.positions:
                continue
            for header, place in zip(source.names, self._header.positions[name], strict=True):
                texts = column_at(rows.columns, place)
                self.numbers.learn(header, rows.numbers, texts)

    def learn(self, numbers: pa.Array, mapped: dict[str, pa.Array]) -> None:
        """Look at the values of rows, by our columns."""
        contract = self._layout.contract
        for name in contract.names_of_type("timestamp", "date"):
            if name in mapped:
                self.dates.learn(name, numbers, mapped[name])
                self.zones.learn(mapped[name])
        for name in contract.names_of_type("decimal", "integer"):
            is_calculated = isinstance(self._layout.columns.get(name), Calculated)
            if name in mapped and not is_calculated:
                self.numbers.learn(name, numbers, mapped[name])
        for name in contract.names_of_type("text"):
            if name in mapped and self._header.positions.get(name):
                self.texts.learn(name, mapped[name])
        if "currency" in mapped and self._stated:
            by = "cells show" if self._formats.shown else "currency by its layout is"
            self.currencies.learn_stated(self._stated, by, numbers, mapped["currency"])
        if "currency" in mapped:
            self.titles.learn_column(mapped["currency"])
        if {"currency", "order_id"} <= mapped.keys():
            self.currencies.learn_orders(mapped["order_id"], mapped["currency"])
        if "currency" in mapped and "currency" not in self._layout.values:
            self.currencies.learn_blocks(numbers, mapped["currency"])
        self.merged_amounts.learn(numbers, mapped)
        self.discounts.learn(mapped)
        self.charges.learn(mapped)
        for name in [name for name in AMOUNTS if name in mapped][:1]:
            self.titles.learn(mapped[name])

    def question_on_blocks(self) -> Question | None:
        """Ask for the currency of lines without one, below a few that have one."""
        places = self._header.positions.get("currency", [])
        if len(places) != 1 or self._layout.entity != "sales_lines":
            return None
        return self.currencies.question_of_blocks(self._header.at.names[places[0]])

    def question_on_headings(self) -> Question | None:
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

    def _look_at_lone_texts(self, rows: Rows) -> None:
        """Look at the rows that hold nothing but one text: notes, and currencies that head rows."""
        filled = np.zeros(len(rows.numbers), int)
        for column in rows.columns:
            filled += column.is_valid().to_numpy(zero_copy_only=False)
        for i in np.flatnonzero(filled == 1).tolist():
            text = next(column[i].as_py() for column in rows.columns if column[i].is_valid)
            if are_currencies([text]):
                self._heading_currencies.setdefault(text.strip(), rows.numbers[i].as_py())
            else:
                self.titles.add(text)

    def _discount_evidence(self, is_declared: bool) -> DiscountEvidence:
        positions = self._header.positions.get("discount_rate", [])
        if len(positions) != 1 or "discount_rate" in self._layout.scale:
            return DiscountEvidence(None, may_be_money=False)
        header = self._header.at.names[positions[0]]
        is_open = any(meaning.column == DISCOUNT for meaning in meanings(header, "sales_lines"))
        source = self._layout.columns["discount_rate"]
        return DiscountEvidence(
            header,
            may_be_money=is_open and not is_declared,
            is_turned=isinstance(source, Calculated) and bool(source.less),
        )

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
        places = [
            place for place in range(len(names)) if is_open and place not in self._header.mapped
        ]
        return CurrencyEvidence(places, names)

    def _open_to_tax(self) -> str:
        """Return the amount of sales of which no header says whether it has a tax in it."""
        names = self._header.at.names
        if self._layout.entity != "sales_lines" or _TAXES & self._layout.columns.keys():
            return ""
        column = next((name for name in _MONEY if self._header.positions.get(name)), "")
        own = [names[place] for place in self._header.positions.get(column, [])]
        is_said = any(says_of_numbers(name, "without_tax") for name in own)
        is_beside = any(says_of_numbers(name, "tax") for name in names)
        return "" if is_said or is_beside else column

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

    def _is_scale_open(self, name: str) -> bool:
        """Tell whether the sheet has a column of money, and the layout does not say its scale."""
        return bool(self._header.positions.get(name)) and name not in self._layout.scale

    def _is_number(self, row: int, name: str) -> bool:
        positions = self._header.positions.get(name)
        if positions is None:  # what a column is calculated from goes by its header
            place = self._header.at.position(name)
            return place is not None and self._sheet.is_number(row, place)
        return len(positions) == 1 and self._sheet.is_number(row, positions[0])
