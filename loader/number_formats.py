"""The currencies and thousands that number formats and headers of amounts show."""

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa

from loader.currencies import is_written
from loader.headers import Header
from loader.layouts import Layout
from loader.questions import Question, Reading
from loader.reading.sheet import Sheet
from loader.understanding.vocabulary import currency_in, scale_in
from loader.wording import count, short

AMOUNTS = ("line_total", "unit_price", "list_price", "standard_cost", "freight_amount")
"""Whose number formats show a currency; the first that does, of a row."""


class NumberFormats:
    """What shows beside the amounts of one sheet, in their cells and above them.

    Attributes:
        shown: row -> its currency, as its cell shows it.
        said: the currency that the header of an amount says, where nothing else does; None if none.
    """

    def __init__(self, sheet: Sheet, header: Header, layout: Layout) -> None:
        """Look at all amounts."""
        self._sheet = sheet
        self._header = header
        self._layout = layout
        self.shown: dict[int, str] = {}
        self.said: str | None = None
        self._scales: dict[str, str] = {}
        self._rows: Counter[str | None] = Counter()
        self._look()

    @property
    def say_currency(self) -> bool:
        """Whether a currency is shown or said at all."""
        return bool(self.shown or self.said)

    def currencies(self, numbers: pa.Array) -> pa.Array:
        """Return the currency of each row, by its number."""
        told = [self.shown.get(row, self.said) for row in numbers.to_pylist()]
        return pa.array(told, pa.string())

    def count(self, currencies: pa.Array) -> None:
        """Count the currencies of rows that are loaded."""
        self._rows.update(currencies.to_pylist())

    def _look(self) -> None:
        """Look for thousands in the number formats of amounts, and for currencies, as in headers.

        Currencies are looked for where nothing else says them.
        """
        columns = self._layout.contract.columns
        is_open = "currency" in columns and "currency" not in self._header.positions
        for name in AMOUNTS:
            for position in self._header.positions.get(name, []):
                shown = self._sheet.currencies(self._header.at.letters(position))
                texts = {*shown.values()}
                scaled = sorted(filter(scale_in, texts))
                if scaled:
                    self._scales[name] = scaled[0]
                if not is_open:
                    continue
                signs = {text: text for text in texts} | {
                    text: next(filter(is_written, text.split()), currency_in(text))
                    for text in scaled
                }
                told = {row: sign for row, text in shown.items() if (sign := signs[text])}
                self.shown = told | self.shown
                said = currency_in(self._header.at.names[position])
                self.said = self.said or said

    def in_headers(self) -> dict[str, str]:
        """Return the currencies that headers of amounts say, beside a column of them."""
        if "currency" not in self._header.positions and not self.shown:
            return {}
        headers = (
            self._header.at.names[position]
            for name in AMOUNTS
            for position in self._header.positions.get(name, [])
        )
        return {header: said for header in headers if (said := currency_in(header))}

    def scale_question(self) -> Question | None:
        """Ask for the first column that says thousands or cents, where the layout says nothing."""
        for name in self._layout.contract.names_of_type("decimal"):
            for position in self._header.positions.get(name, []):
                header = self._header.at.names[position]
                shown = self._scales.get(name, "")
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

    def notes(self) -> Iterator[str]:
        """Yield what people should know: which currencies were taken from here."""
        if self._rows:
            told = (
                f"{sign} ({count(rows, 'row')})" if sign else f"none ({count(rows, 'row')})"
                for sign, rows in self._rows.most_common()
            )
            where = "number formats show" if self.shown else "the header says"
            yield f"currency, as {where} it: {', '.join(told)}"
