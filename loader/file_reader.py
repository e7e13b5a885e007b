"""Reads one delivered file: which sheet is which entity, by which layout."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from loader.date_patterns import Period
from loader.deliveries import Delivery
from loader.evidence.sheets import (
    SheetRows,
    hidden_sheet,
    is_summary,
    misnamed_file,
    misnamed_sheet,
    other_kind,
    repeating_sheets,
    summary_sheet,
    title_of_others,
)
from loader.headers import Header, NoHeader, SheetTop, explain_missing, find_header, peek
from loader.layout_keys import ALL, SHEET
from loader.layouts import TIDY, Layout, LayoutFile
from loader.mapping import Mapping
from loader.merged import fill_merged
from loader.parts import Part
from loader.questions import Held, as_argument
from loader.reading.cutout import Cutout
from loader.reading.opening import open_sheets, suffix_of
from loader.reading.sheet import BadFile, Block, NoTable, Sheet
from loader.typed_rows import Days
from loader.understanding import new_columns
from loader.understanding.beside import Beside, columns_read, main_of, read_beside, tables_beside
from loader.understanding.by_values import proposal
from loader.understanding.proposal import kept_name, months_as_rows, pattern
from loader.understanding.proposal import quoted as quoted_as_yaml
from loader.understanding.renamed import cure
from loader.understanding.tables import Table, table_of
from loader.understanding.tidy import read_tidy
from loader.understanding.understand import understand
from loader.understanding.vocabulary import scale_in
from loader.unpivoting import spread
from loader.wording import SHOWN, count, quoted, sheets_are, short

_EMPTY = "it holds no rows at all: every sheet is empty."
_LIKE_A_TABLE = 2
"""A .txt that no layout names, with fewer known headers than this, is a note to people."""

_FEW = 5
_NEARLY_ALL = 0.9
"""A file of which so many rows would not count is not taken; nor for fewer rows than the above."""

_NUMBERS = ("units", "line_total", "unit_price")
_DAY = r"\d{1,4}([./-])\d{1,2}\1\d{1,4}"
_NUMBER = r"^[^\w]*(?:[^\W\d_]{1,3}[^\w]*)?[+-]?\d"
"""How the day and the numbers of a sale mostly begin."""

_Found = tuple[Sheet, Header, Layout, Iterator[Block]]


def choose_layouts(delivery: Delivery, layouts: list[LayoutFile]) -> LayoutFile:
    """Return the layouts that name a file, or those that read a tidy one.

    Raises:
        BadFile: several layout files name it.
    """
    naming = [item for item in (file.naming(delivery.known_as) for file in layouts) if item.layouts]
    if len(naming) > 1:
        names = ", ".join(item.name for item in naming)
        example = quoted_as_yaml(pattern(delivery.known_as.name))
        raise BadFile(
            f"several layouts name this file ({names}): make the `files:` of those that it is not "
            f"for narrower; one that names this file and the like of it says `files: {example}`."
        )
    return naming[0] if naming else TIDY


class FileReader:
    """Reads one delivered file by its layouts, part by part.

    Attributes:
        parts: those read so far; each is complete once its batches are used up.
        days: of the sales of each part.
        repeating: the sheets left out, as they hold the sales of others once more.
    """

    def __init__(
        self,
        delivery: Delivery,
        chosen: LayoutFile,
        period: Period | None = None,
        *,
        is_draft: bool = False,
    ) -> None:
        """Prepare.

        Args:
            delivery: the file.
            chosen: the documents that name it, or those that read a tidy one.
            period: that it is about, by its name.
            is_draft: whether the layout names sheets that nobody has said to count.
        """
        self.parts: list[Part] = []
        self.days: list[Days] = []
        self.repeating: set[str] = set()
        self.delivery = delivery
        self.chosen = chosen
        self._period = period
        self._is_draft = is_draft
        # What was learned is no more a person's word than what is about to be.
        self._is_declared = bool(chosen.name) and not (is_draft or chosen.is_learned)
        self._is_answered = kept_name(delivery.place) in chosen.learned_from
        self._notes: list[str] = []
        self._sales: list[SheetRows] = []  # of the sheets that no layout names one by one

    def parts_and_batches(self, version: int) -> Iterator[tuple[Part, Iterator[pa.RecordBatch]]]:
        """Yield each part with its raw rows; a part is complete when they are used up.

        Raises:
            BadFile: the file does not fit.
            Held: it does, and its rows leave something open.
        """
        member = self.delivery.member
        with open_sheets(
            self.delivery.path,
            member=member.name if member else None,
            encoding=self._declared("encoding"),
            delimiter=self._declared("delimiter"),
        ) as sheets:
            unread = [question for sheet in sheets for question in sheet.questions]
            try:
                yield from self._parts(sheets, version)
            except BadFile as problem:
                if not unread:
                    raise
                # What is asked besides is asked at once, unless its words may be other ones.
                others = problem.questions if isinstance(problem, Held) else ()
                plain = [item for item in others if item.text(Path()).isascii()]
                raise Held([*unread, *plain], self.delivery.path) from None
            if unread:
                raise Held(unread, self.delivery.path)

    def _parts(
        self, sheets: list[Sheet], version: int
    ) -> Iterator[tuple[Part, Iterator[pa.RecordBatch]]]:
        find = self._find_named if self.chosen.name else self._find_tidy
        filled = (
            (sheet, header, layout, fill_merged(sheet, header, layout, blocks))
            for sheet, header, layout, blocks in find(sheets)
        )
        for found in self._once(filled):
            for mapping, blocks in self._mappings(*found):
                self.parts.append(mapping.part)
                self.days.append(Days())
                batches = _naming_sheet(found[0], mapping.batches(blocks, version))
                yield mapping.part, _looking_at(self.days[-1], batches)
        self._refuse_no_rows()
        if questions := [question for part in self.parts for question in part.questions]:
            raise Held(questions, self.delivery.path)
        self._refuse_unread_days()

    def _refuse_unread_days(self) -> None:
        """Refuse sales whose days cannot be read in (nearly) all rows: none would count.

        Raises:
            BadFile: a sheet has such days.
        """
        for part, days in zip(self.parts, self.days, strict=True):
            rows, example = days.unread(part.date_order)
            header = quoted(part.headers.get("sold_at", []))
            if part.layout.entity == "sales_lines" and rows >= max(_FEW, days.rows * _NEARLY_ALL):
                raise BadFile(
                    _in_sheet(
                        part.sheet,
                        f"no day can be read in {rows:,} of its {count(days.rows, 'row')}, such as "
                        f"'{short(example, 30)}' under {header}, so that none would count. Write "
                        "days like 2026-01-12 or 12 Jan 2026, and deliver it again.",
                    )
                )

    def _declared(self, key: str) -> str | None:
        """Return what the documents of the layout say of the file as a whole."""
        values = {value for item in self.chosen.layouts if (value := getattr(item, key))}
        if len(values) > 1:
            raise BadFile(f"its layout declares several {key}s ({quoted(sorted(values))}).")
        return next(iter(values), None)

    def _mappings(
        self, sheet: Sheet, header: Header, layout: Layout, blocks: Iterator[Block]
    ) -> Iterator[tuple[Mapping, Iterator[Block]]]:
        try:
            for part, part_layout, part_blocks in spread(header, layout, blocks):
                mapping = Mapping(
                    sheet,
                    part,
                    part_layout,
                    len(self.parts) + 1,
                    self._period,
                    file_name=self.delivery.known_as.name,
                    is_declared=self._is_declared,
                    is_answered=self._is_answered,
                )
                yield mapping, part_blocks
        except BadFile as problem:
            raise BadFile(_in_sheet(sheet.name, str(problem))) from None

    def notes(self) -> list[str]:
        """Return what people should know about the file, once all parts are read."""
        several = len({part.sheet for part in self.parts}) > 1
        notes = [
            _in_sheet(part.sheet, note) if several else note
            for part in self.parts
            for note in part.notes
        ]
        # Columns that are rows share what is to be said of their sheet.
        return [*dict.fromkeys(notes), *self._notes]

    def sheets(self) -> list[str]:
        """Return what each sheet of a workbook was taken for."""
        names: dict[str, list[str]] = {}
        for part in self.parts:
            # By its cells, where there are other tables in the sheet.
            name = " ".join([part.sheet, *part.layout.range]).strip()
            if name and name not in names.setdefault(part.layout.entity, []):
                names[part.layout.entity].append(name)
        several = sum(map(len, names.values())) > 1
        return [f"{entity}: {quoted(found, SHOWN)}" for entity, found in names.items() if several]

    def _once(self, found: Iterator[_Found]) -> Iterator[_Found]:
        """Leave out the sheets that hold the sales of others once more.

        A layout that names its sheets has said that all of them count.
        """
        items: list[_Found] = []
        for sheet, header, layout, blocks in found:
            is_told = layout.unpivot is not None or bool(layout.range)
            is_open = (self._is_draft or layout.sheets == ["*"]) and not is_told
            if sheet.name and layout.entity == "sales_lines" and is_open:
                in_memory = [*blocks]
                self._sales.append(_rows_of(sheet, header, in_memory))
                items.append((sheet, header, layout, iter(in_memory)))
            else:
                items.append((sheet, header, layout, blocks))
        repeating = repeating_sheets(self._sales)
        self.repeating = set(repeating.value)
        counting = [item for item in self._sales if item.name not in self.repeating]
        is_asked = len(counting) > 1 or self._is_draft or not self.chosen.name
        told = {item[0].name for item in items if _are_returns(item[2], item[0].name)}
        unsaid = [item for item in counting if item.name not in told]
        misnamed = misnamed_sheet(counting, unsaid) if is_asked else None
        hidden = hidden_sheet(counting)
        question = misnamed or hidden or repeating.question or summary_sheet(counting)
        if question is not None:
            raise Held([question], self.delivery.path)
        self._notes += repeating.notes
        yield from (item for item in items if item[0].name not in self.repeating)

    def _refuse_no_rows(self) -> None:
        for part in self.parts:
            if not part.rows_loaded:
                part.notes.append(f"there are no rows below the header (row {part.header_row})")
        if not any(part.rows_loaded for part in self.parts):
            rows = ", ".join(str(part.header_row) for part in self.parts)
            raise BadFile(f"there are no rows below the header (row {rows}): nothing to load.")

    def _find_named(self, sheets: list[Sheet]) -> Iterator[_Found]:
        used = set()
        for layout in self.chosen.layouts:
            near: list[tuple[Sheet, NoHeader]] = []
            sales: dict[str, Header] = {}
            tops: dict[str, Block] = {}
            empty = []
            found = False
            wanted = _wanted(sheets, layout)
            used |= {sheet.name for sheet in wanted}
            for sheet in _cut_out(wanted, layout):
                first, blocks = peek(sheet)
                if first is None:
                    empty.append(sheet.name)
                    continue
                header = find_header(SheetTop(sheet, first), layout)
                if isinstance(header, Header):
                    found = True
                    self._ask_for_new_columns(sheet, header, layout, first, len(sheets))
                    if layout.entity == "sales_lines":
                        sales[sheet.name] = header
                    yield self._alone(sheet, header, layout, first, blocks)
                elif layout.sheets == ["*"] and header.matched * 2 < len(layout.needed):
                    near.append((sheet, header))
                    tops[sheet.name] = first
                else:
                    raise BadFile(self._misfit(sheet, layout, header))
            if not found:
                if not near:
                    raise BadFile(_EMPTY)
                sheet, header = max(near, key=lambda item: item[1].matched)
                raise BadFile(self._misfit(sheet, layout, header))
            self._refuse_without_header(tops, sales)
            self._note_sheets("empty: nothing to load", empty)
            self._note_sheets(
                f"without the columns of {layout.entity}: not loaded",
                [sheet.name for sheet, _ in near],
            )
        self._note_sheets(
            "named by no layout: not loaded",
            [sheet.name for sheet in sheets if sheet.name not in used],
        )

    def _find_tidy(self, sheets: list[Sheet]) -> Iterator[_Found]:
        widths: dict[str, int] = {}  # entity -> most columns that one of its sheets has
        near: list[tuple[Sheet, Layout, NoHeader]] = []
        sales: dict[str, Header] = {}
        tops: dict[str, Block] = {}
        undated: dict[str, SheetRows] = {}
        path, misnamed = self.delivery.known_as, None
        across: dict[str, list[str]] = {}
        proposed: dict[str, str] = {}  # of tables of which no word is known
        undated_lines: list[tuple[Sheet, Table, Iterator[Block]]] = []
        are_orders_dated = False
        for sheet in sheets:
            first, blocks = peek(sheet)
            if first is None:
                continue
            # One that lacks something is not passed over for a lesser entity: a sales file without
            # its units is no file of order headers.
            table = table_of(self.delivery.path, sheet, first, siblings=len(sheets))
            tables = tables_beside(sheet, first)
            if main := main_of(tables):
                whole = columns_read(sheet, *understand([table]))
                self._say_beside(sheet, read_beside(tables, main, whole))
                sheet, blocks = main.sheet, main.sheet.cut(blocks)
                table = table_of(self.delivery.path, sheet, main.first, siblings=len(sheets))
            layout, result, why = read_tidy(table)
            sheet.notes += [why] * bool(why)
            if isinstance(result, Header):
                titles = [] if sheet.name else result.at.headlines
                is_odd = bool(other_kind(path.name) or title_of_others(titles))
                if layout.entity == "sales_lines" and is_odd and misnamed is None:
                    (found,) = understand([table])
                    is_of_some = found.says_which_rows()
                    misnamed = misnamed_file(path.name, found.rows, titles, is_of_some=is_of_some)
                widths[layout.entity] = max(widths.get(layout.entity, 0), result.matched)
                are_orders_dated |= layout.entity == "orders" and "sold_at" in result.positions
                if layout.entity == "sales_lines":
                    sales[sheet.name] = result
                yield sheet, result, layout, blocks
            else:
                if layout.entity == "sales_lines" and result.missing == [["sold_at"]]:
                    undated_lines.append((sheet, table, blocks))
                near.append((sheet, layout, result))
                tops[sheet.name] = first
                (found,) = understand([table])
                undated[sheet.name] = found.rows
                across[sheet.name] = months_as_rows(table)
                proposed[sheet.name] = "" if found.entity else proposal(table, self.delivery.path)
        if misnamed is not None:
            raise Held([misnamed], self.delivery.path)
        summaries = [name for name, rows in undated.items() if is_summary(rows, self._sales)]
        self._note_sheets("without days, with the sums of the other sheets: left out", summaries)
        near = [item for item in near if item[0].name not in summaries]
        for sheet, table, blocks in undated_lines if are_orders_dated else ():
            layout, result, why = read_tidy(table, supplied=["sold_at"])
            if isinstance(result, Header) and "order_id" in result.positions:
                sheet.notes += [*[why] * bool(why), "its days are those of its orders"]
                near = [item for item in near if item[0] is not sheet]
                widths["sales_lines"] = result.matched
                yield sheet, result, layout, blocks
        self._refuse_without_header({item[0].name: tops[item[0].name] for item in near}, sales)
        for sheet, layout, result in near:
            # It looks like others that do load: its rows are meant to count as theirs do.
            if layout.entity in widths and result.matched * 2 > widths[layout.entity]:
                counting = as_argument([item.name for item in self._sales])
                raise BadFile(
                    self._misfit(sheet, layout, result)
                    + f" If its rows are no sales of their own, `learn` with --sheets {counting} "
                    "leaves it out."
                )
            # Prices or customers alone are not what it was delivered for.
            lacks_amount = all("line_total" in choice for choice in result.missing)
            is_sold = layout.entity == "sales_lines" and lacks_amount
            if widths and "sales_lines" not in widths and is_sold:
                raise BadFile(self._misfit(sheet, layout, result))
        if not widths:
            if not near:
                raise BadFile(_EMPTY)
            sheet, layout, result = max(near, key=lambda item: item[2].matched)
            is_prose = result.matched < _LIKE_A_TABLE and ".txt" in suffix_of(
                self.delivery.known_as
            )
            if lines := across[sheet.name]:
                raise BadFile(_in_sheet(sheet.name, _as_rows(lines)))
            if proposed[sheet.name]:
                raise BadFile(
                    "no layout names this file, and its headers are not those of sales. "
                    + proposed[sheet.name]
                )
            raise (NoTable if is_prose else BadFile)(
                "no layout names this file, and it is not tidy enough to load without one: "
                + self._misfit(sheet, layout, result)
            )
        apart: dict[str, list[str]] = {}
        for sheet, layout, result in near:
            lacking = " and ".join(" or ".join(choice) for choice in result.missing)
            why = f" (for {layout.entity}: no {lacking})" if result.matched else ""
            apart.setdefault(f"no table of an entity{why}: not loaded", []).append(sheet.name)
        for note, names in apart.items():
            self._note_sheets(note, names)

    def _ask_for_new_columns(
        self, sheet: Sheet, header: Header, layout: Layout, first: Block, siblings: int
    ) -> None:
        """Look at the columns that have come since a layout was learned.

        Raises:
            Held: one may change the amounts.
        """
        if layout.left_aside is None or len(header.mapped) == len(header.at.cells):
            return
        table = table_of(self.delivery.path, sheet, first, siblings=siblings)
        question = new_columns.question_on(table, layout, header)
        if question is not None:
            raise Held([replace(question, sheet=sheet.name)], self.delivery.path)

    def _alone(
        self, sheet: Sheet, header: Header, layout: Layout, first: Block, blocks: Iterator[Block]
    ) -> _Found:
        """Leave out the tables that stand beside the one of a sheet that a layout reads."""
        same = (sheet, header, layout, blocks)
        is_told = bool(layout.range or layout.rows or layout.unpivot or layout.names_positions)
        if is_told or layout.entity != "sales_lines":
            return same
        tables = tables_beside(sheet, first, header.at.row)
        places = [place + sheet.first_column() for found in header.positions.values()
                  for place in found]  # fmt: skip
        holding = [
            sum(table.cells.left <= place <= table.cells.right for place in places)
            for table in tables
        ]
        if not any(holding):
            return same
        main = tables[holding.index(max(holding))]
        header_alone = find_header(SheetTop(main.sheet, main.first), layout)
        if isinstance(header_alone, NoHeader):
            return same  # it names columns of several
        others = sum(other.wants_sheet(sheet.name) for other in self.chosen.layouts)
        self._say_beside(sheet, read_beside(tables, main, places), is_asked=others == 1)
        return main.sheet, header_alone, layout, main.sheet.cut(blocks)

    def _say_beside(self, sheet: Sheet, beside: Beside, *, is_asked: bool = True) -> None:
        """Say which tables beside the one that is read are not.

        Raises:
            Held: some may be sales, too.
        """
        if beside.question is not None and is_asked:
            raise Held([replace(beside.question, sheet=sheet.name)], self.delivery.path)
        self._notes += [_in_sheet(sheet.name, note) for note in beside.notes]

    def _refuse_without_header(self, tops: dict[str, Block], sales: dict[str, Header]) -> None:
        """Refuse sheets that go on with the rows of another, without its header.

        Args:
            tops: the first block of each sheet that has no header.
            sales: headers of the sheets that hold sales.

        Raises:
            BadFile: there is one.
        """
        for name, top in tops.items():
            if any(_is_a_sale(top, header) for header in sales.values()):
                others = as_argument([*sales])
                raise BadFile(
                    f"sheet '{name}' has no header, and begins with a row like those of the sales "
                    f"in {others}. Put the header above it; or, if its rows are no sales of their "
                    f"own, `learn` with --sheets {others} leaves it out."
                )

    def _note_sheets(self, note: str, names: list[str]) -> None:
        if names:
            self._notes.append(f"{sheets_are(names)} {note}")

    def _misfit(self, sheet: Sheet, layout: Layout, near: NoHeader) -> str:
        name = f"layout '{self.chosen.name}'" if self.chosen.name else "the nearest entity"
        mend = "" if not self.chosen.name else cure(layout, near)
        if scaled := {cell: scale for cell in near.found if (scale := scale_in(cell))}:
            mend += (
                " Not taken, as it is in cents, thousands or millions: "
                f"{quoted([*scaled], SHOWN)}; deliver whole amounts, or say in a layout what is "
                f"which, and `scale:`, such as {{line_total: {next(iter(scaled.values()))}}}."
            )
        return (
            f"{name} ({layout.entity}): "
            + _in_sheet(sheet.name, explain_missing(layout, near))
            + (mend or " Mend the file or the layout.")
            + f' `python -m loader inspect "{self.delivery.path}"` proposes one.'
        )


def _is_a_sale(top: Block, header: Header) -> bool:
    """Tell whether a block begins with a day and numbers where a header has those of a sale."""
    places = [header.positions[name][0] for name in _NUMBERS if header.positions.get(name)]
    days = header.positions.get("sold_at")
    if not days or not places or max(*days, *places) >= len(top.columns):
        return False
    filled = next(
        row for row in range(top.height) if any(column[row].is_valid for column in top.columns)
    )
    day, *numbers = (top.columns[place][filled].as_py() or "" for place in (days[0], *places))
    return bool(re.search(_DAY, day)) and all(re.search(_NUMBER, text) for text in numbers)


def _as_rows(lines: list[str]) -> str:
    """Say how a table of months side by side becomes one that loads, by the lines of a layout."""
    year = " (YYYY is the year)" if "YYYY" in lines[-1] else ""
    return (
        "no layout names this file, and its months stand side by side; a layout of these lines "
        f"makes rows of them{year}: {', '.join(f'`{line}`' for line in lines)}."
        + " If the cells are pieces and no amounts, units stand in the place of line_total, and "
        "not among the columns." * (lines[0] == "entity: sales_lines")
    )


def _rows_of(sheet: Sheet, header: Header, blocks: list[Block]) -> SheetRows:
    """Return the dated rows of a sheet."""
    columns = {}
    for name, positions in header.positions.items():
        for number, position in enumerate(positions):
            pieces = [
                block.columns[position].slice(max(header.at.row + 1 - block.first_row, 0))
                if position < len(block.columns)
                else pa.nulls(block.height, pa.string())
                for block in blocks
            ]
            columns[f"{name} {number}" if number else name] = pa.concat_arrays(pieces)
    return SheetRows(sheet.name, columns, sheet.is_hidden, header.at.headlines).dated()


def _cut_out(sheets: Iterable[Sheet], layout: Layout) -> Iterator[Sheet]:
    """Yield the sheets; of those in which a layout names cells, each table alone."""
    for sheet in sheets:
        yield from (Cutout(sheet, cells) for cells in layout.cells)
        if not layout.range:
            yield sheet


def _wanted(sheets: list[Sheet], layout: Layout) -> list[Sheet]:
    if [sheet.name for sheet in sheets] == [""]:  # CSV has no sheets to name
        return sheets
    wanted = [sheet for sheet in sheets if layout.wants_sheet(sheet.name)]
    if not wanted:
        there = quoted([sheet.name for sheet in sheets])
        raise BadFile(f"there is no sheet {quoted(layout.sheets)}; the workbook has {there}.")
    return wanted


def _naming_sheet(sheet: Sheet, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    except BadFile as problem:
        raise BadFile(_in_sheet(sheet.name, str(problem))) from None


def _looking_at(days: Days, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        days.learn(batch)
        yield batch


def _in_sheet(name: str, text: str) -> str:
    return f"sheet {quoted([name])}: {text}" if name else text


def _are_returns(layout: Layout, sheet: str) -> bool:
    """Tell whether a layout says that all rows of a sheet are returns."""
    rule = layout.returns_where
    if not isinstance(rule, dict):
        return rule == ALL
    named = rule[SHEET].texts if SHEET in rule else []
    return sheet.strip().casefold() in {text.strip().casefold() for text in named}
