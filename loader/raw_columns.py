"""Makes the columns of the contract of the cells of rows, and JSON of the others."""

import json
import re

import pyarrow as pa
import pyarrow.compute as pc

from loader.calculated import calculate
from loader.headers import Header
from loader.layout_keys import Calculated, Constant, Join
from loader.layouts import Layout
from loader.number_formats import AMOUNTS, NumberFormats
from loader.raw_tables import BEYOND_HEADER
from loader.reading.sheet import BadFile, Sheet
from loader.rows import Rows
from loader.shaping import ReturnedRows, column_at, recoded, without_measure
from loader.sheet_evidence import SheetEvidence
from loader.wording import SHOWN, count, quoted

_FEW = 5
"""Fewer rows may all be wrong, and are told one by one."""


class RawColumns:
    """Makes raw columns of the rows of one sheet.

    Attributes:
        decimal_mark: of numbers stored as text, as far as it is known.
        returned_rows: turns the signs of returns.
    """

    def __init__(
        self,
        sheet: Sheet,
        header: Header,
        layout: Layout,
        formats: NumberFormats,
        evidence: SheetEvidence,
    ) -> None:
        """Prepare.

        Args:
            sheet: where the rows come from.
            header: found in it.
            layout: the document that names the columns.
            formats: what shows beside the amounts.
            evidence: what titles and other columns say of currencies.
        """
        self._sheet = sheet
        self._header = header
        self._layout = layout
        self._formats = formats
        self._evidence = evidence
        self.decimal_mark: str = layout.decimal or "."
        self.returned_rows = ReturnedRows(layout, header, sheet.name)
        self._beyond: list[int] = []
        self._beyond_count = 0

    def mapped(self, rows: Rows) -> dict[str, pa.Array]:
        """Return the columns of the contract, by their names."""
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
        if rows.heads is not None and self._layout.heading_rows:
            mapped[self._layout.heading_rows] = rows.heads
        if self._formats.say_currency:
            mapped["currency"] = self._formats.currencies(rows.numbers)
        elif amounts := [mapped[name] for name in AMOUNTS if name in mapped]:
            said = self._evidence.titles.currencies(amounts[0])
            mapped |= {"currency": said} if said is not None else {}
        for name, values in self._layout.values.items():
            if name in mapped:
                mapped[name] = recoded(mapped[name], values)
        if "currency" in mapped:
            mapped["currency"] = self._evidence.currencies.codes(mapped["currency"])
        if self._layout.unit_of_measure and "units" in mapped:
            mapped["units"] = without_measure(mapped["units"], self._layout.unit_of_measure)
        self.returned_rows.turn(columns, mapped)
        return mapped

    def _calculated(self, source: Calculated, rows: Rows, positions: list[int]) -> pa.Array:
        columns = {
            header: self._marked(rows.numbers, column_at(rows.columns, place), place)
            for header, place in zip(source.names, positions, strict=True)
        }
        return calculate(source.operations, columns, self.decimal_mark)

    def mark_typed_numbers(self, numbers: pa.Array, mapped: dict[str, pa.Array]) -> None:
        """Keep a typed 1.234 from being read as text in which the point groups thousands.

        Only with decimal commas, and only with three digits behind the point: a zero more, and
        the text is no grouped number any more, and still the same number.
        """
        for name in self._layout.contract.names_of_type("decimal"):
            positions = self._header.positions.get(name)
            if positions and len(positions) == 1:
                mapped[name] = self._marked(numbers, mapped[name], positions[0])

    def _marked(self, numbers: pa.Array, texts: pa.Array, place: int) -> pa.Array:
        if self.decimal_mark != ",":
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

    def others(self, numbers: pa.Array, columns: list[pa.Array]) -> pa.Array | None:
        """Return the unmapped cells of each row as JSON text; None if there are none."""
        width = len(self._header.at.cells)
        unmapped = [
            position
            for position in range(len(columns))
            if position not in self._header.mapped and columns[position].null_count < len(numbers)
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

    def refuse_shifted(self, rows: int) -> None:
        """Refuse rows all of which have more cells than the header, as none would count.

        Raises:
            BadFile: so it is.
        """
        if rows >= _FEW and self._beyond_count == rows:
            raise BadFile(
                f"all of its {rows:,} rows have more cells than the header (row "
                f"{self._header.at.row}), so that none would count: is a comma in numbers or names "
                "taken for a separator? Export it with semicolons, or with quotes around such "
                "texts; or give the columns without a name one."
            )

    def notes(self) -> list[str]:
        """Return what people should know: which cells no column takes."""
        notes = []
        at = self._header.at
        layout = self._layout
        returns = layout.returns_where if isinstance(layout.returns_where, dict) else {}
        ruled = {at.position(name) for name in (*(layout.keep_rows_where or {}), *returns)}
        left = [
            name
            for position, name in enumerate(at.names)
            if at.cells[position] and position not in self._header.mapped | ruled
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
