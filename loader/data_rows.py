"""Which rows of a sheet are its data: the others are left out, and counted by reason."""

from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.finding import Finding
from loader.evidence.marked_rows import StruckRows
from loader.evidence.tables import TablesBelow
from loader.evidence.totals import MEASURES, TotalRows
from loader.headers import Header
from loader.layouts import Layout
from loader.parts import Part
from loader.raw_columns import RawColumns
from loader.reading.sheet import Block, Sheet
from loader.rows import Rows
from loader.shaping import FilledDown, Flags, HeadingRows, KeptRows, column_at, has_text

_BLANK = r"^\s*$"
_ZERO = r"^[-\s$€£¥(]*(0+([.,]0+)?)?[-\s$€£¥%)]*$|^#[A-Z/0]+[!?]?$"
"""Zero, as amounts show it; or an error."""


class DataRows:
    """Tells the rows of one sheet that are its data from all others.

    Attributes:
        below: finds other tables below this one.
        totals: finds the rows that are sums of those above.
        struck: finds the rows that are struck through.
        headings: finds the rows that head others.
        filled_down: fills what stands on the first of several rows.
        kept_rows: finds the rows that the layout keeps.
    """

    def __init__(
        self, sheet: Sheet, header: Header, layout: Layout, part: Part, columns: RawColumns
    ) -> None:
        """Prepare.

        Args:
            sheet: where the rows come from.
            header: found in it.
            layout: the document that names the columns.
            part: where rows are counted, and totals kept.
            columns: makes columns of the contract of the cells of totals.
        """
        self._header = header
        self._layout = layout
        self._part = part
        self._columns = columns
        self._amounts = {
            place
            for name in layout.contract.names_of_type("decimal")
            for place in header.positions.get(name, [])
        }
        places = [
            found[0] for name in ("sold_at", "units") if (found := header.positions.get(name))
        ]
        self.below = TablesBelow(header.at.row + 1, places)
        # What is turned has been searched for totals by then.
        is_known = layout.skip_rows_where or layout.unpivot
        measures = () if is_known else MEASURES.get(layout.entity, ())
        self.totals = TotalRows(header.positions, header.at.names, measures)
        # A total may be the sum of all rows, or of those that `keep_rows_where` keeps.
        of_all = measures if layout.keep_rows_where else ()
        self._totals_of_all = TotalRows(header.positions, header.at.names, of_all)
        self._sums_of_all = 0
        self.struck = StruckRows(
            sheet.struck_through(), header.positions, layout.struck_through or ""
        )
        self.filled_down = FilledDown(layout, header)
        self.headings = HeadingRows(layout, header)
        self.kept_rows = KeptRows(layout, header)
        self._gaps = 0

    def of(self, block: Block) -> Rows | None:
        """Return the rows of a block that are data; None if there are none."""
        kept = self._keep_rows(*self._below_header(block))
        if kept is None:
            return None
        sums = self.totals.outside(kept.numbers, kept.columns)
        if sums is not None:
            self._part.rows_skipped["sum_of_rows"] += int(sums.sum())
            if sums.all():
                return None
            kept = kept.filter(~sums)
        self.struck.learn(kept.numbers, kept.columns)
        return kept

    def totals_of_all(self) -> Finding[int]:
        """Return what is known of sums of all rows, those that are not kept among them."""
        return self._totals_of_all.finding() if self._sums_of_all else Finding(0)

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
            self._part.rows_read += outside
            self._part.rows_skipped["outside_rows"] += outside

    def _keep_rows(self, start: int, columns: list[pa.Array]) -> Rows | None:
        """Leave out the rows that are no data; None if none is left."""
        height = len(columns[0]) if columns else 0
        if not height:
            return None
        self._part.rows_read += height
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
        rows = Rows(numbers, columns, self._left_heads(numbers, columns, skipped))
        gaps = self._gaps_above(void, height)
        if skipped.any():
            rows, gaps = rows.filter(~skipped), gaps[~skipped]
        if not len(gaps):
            return None
        rows = rows._replace(columns=self.filled_down.fill(rows.columns, gaps))
        sums = self._totals_of_all.outside(rows.numbers, rows.columns)
        if sums is not None:
            self._sums_of_all += int(sums.sum())
            self._part.rows_skipped["sum_of_rows"] += int(sums.sum())
            if sums.all():
                return None
            rows = rows.filter(~sums)
        skipped = np.zeros(len(rows.numbers), bool)
        if self.struck.are_left_out:
            struck = self.struck.flags(rows.numbers, rows.columns)
            self._leave_out("struck_through", struck, skipped)
        self._leave_out("not_kept", self.kept_rows.others(rows.columns), skipped)
        if not skipped.any():
            return rows
        return None if skipped.all() else rows.filter(~skipped)

    def _leave_out(self, reason: str, mask: pa.Array | Flags | None, skipped: Flags) -> None:
        """Mark and count the rows of a mask that are not skipped already."""
        if mask is None:
            return
        left_out = np.asarray(mask) & ~skipped
        if number := int(left_out.sum()):
            self._part.rows_skipped[reason] += number
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
        if self.headings.column is not None:
            totals = np.asarray(totals) if totals is not None else np.zeros(len(numbers), bool)
            headings, totals, nested, heads = self.headings.read(columns, skipped, totals)
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
        order = sorted(
            range(len(columns)), key=lambda position: position not in self._header.mapped
        )
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
        words = self._header.mapped - self._amounts
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
        for position in sorted(self._header.mapped):
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
        return self.below.outside(start, columns, blank, header) if is_asked else None

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
            for name, column in self._columns.mapped(Rows(numbers, columns, None)).items()
        }
        for i, number in enumerate(numbers.filter(mask).to_pylist()):
            texts = {name: column[i].as_py() for name, column in mapped.items()}
            kept = {name: text for name, text in texts.items() if text is not None}
            self._part.control_totals.append({"row": str(number), **kept})
