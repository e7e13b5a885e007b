"""Reads one delivered file: which sheet is which entity, by which layout."""

from collections.abc import Iterator
from itertools import chain

import pyarrow as pa

from loader.deliveries import Delivery
from loader.headers import Header, NoHeader, explain_missing, find_header
from loader.layouts import Layout, LayoutFile, tidy_layouts
from loader.mapping import Mapping, Part
from loader.reading.opening import open_sheets
from loader.reading.sheet import BadFile, Block, Sheet

_Found = tuple[Sheet, Header, Layout, Iterator[Block]]


def choose_layouts(delivery: Delivery, layouts: list[LayoutFile]) -> LayoutFile:
    """Return the layouts that name a file, or those that read a tidy one.

    Raises:
        BadFile: several layout files name it.
    """
    naming = [item for item in (file.naming(delivery.known_as) for file in layouts) if item.layouts]
    if len(naming) > 1:
        names = ", ".join(item.name for item in naming)
        raise BadFile(f"several layouts name this file ({names}): make their `files:` narrower.")
    return naming[0] if naming else tidy_layouts()


class FileReader:
    """Reads one delivered file by its layouts, part by part.

    Attributes:
        parts: those read so far; each is complete once its batches are used up.
    """

    def __init__(self, delivery: Delivery, chosen: LayoutFile) -> None:
        self.parts: list[Part] = []
        self.delivery = delivery
        self.chosen = chosen
        self._notes: list[str] = []

    def parts_and_batches(self, version: int) -> Iterator[tuple[Part, Iterator[pa.RecordBatch]]]:
        """Yield each part with its raw rows; a part is complete when they are used up.

        Raises:
            BadFile: the file does not fit.
        """
        encodings = {item.encoding for item in self.chosen.layouts if item.encoding}
        if len(encodings) > 1:
            raise BadFile(
                f"its layout declares several encodings ({', '.join(sorted(encodings))})."
            )
        with open_sheets(self.delivery.path, encoding=next(iter(encodings), None)) as sheets:
            find = self._find_named if self.chosen.name else self._find_tidy
            for sheet, header, layout, blocks in find(sheets):
                mapping = Mapping(sheet, header, layout, number=len(self.parts) + 1)
                self.parts.append(mapping.part)
                yield mapping.part, _naming_sheet(sheet, mapping.batches(blocks, version))
        self._refuse_no_rows()

    def notes(self) -> list[str]:
        """Return what people should know about the file, once all parts are read."""
        several = len({part.sheet for part in self.parts}) > 1
        on_parts = [
            f"sheet '{part.sheet}': {note}" if several else note
            for part in self.parts
            for note in part.notes
        ]
        return on_parts + self._notes

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
            found = False
            for sheet in _wanted(sheets, layout):
                used.add(sheet.name)
                first, blocks = _peek(sheet)
                if first is None:
                    self._notes.append(_in_sheet(sheet, "is empty: nothing to load from it."))
                    continue
                header = find_header(sheet, first, layout, tidy=False)
                if isinstance(header, Header):
                    found = True
                    yield sheet, header, layout, blocks
                elif layout.sheets == ["*"] and header.matched * 2 < len(layout.needed):
                    near.append((sheet, header))
                else:
                    raise BadFile(self._misfit(sheet, layout, header))
            if not found:
                if not near:
                    raise BadFile("it holds no rows at all: every sheet is empty.")
                sheet, header = max(near, key=lambda item: item[1].matched)
                raise BadFile(self._misfit(sheet, layout, header))
            self._notes += [
                f"sheet '{sheet.name}' has none of the columns of {layout.entity}: not loaded"
                for sheet, _ in near
            ]
        self._notes += [
            f"sheet '{sheet.name}' is named by no layout: not loaded"
            for sheet in sheets
            if sheet.name not in used
        ]

    def _find_tidy(self, sheets: list[Sheet]) -> Iterator[_Found]:
        found = False
        near: list[tuple[Sheet, Layout, NoHeader]] = []
        for sheet in sheets:
            first, blocks = _peek(sheet)
            if first is None:
                continue
            # The entity that most columns speak for; one that lacks something is not passed over
            # for a lesser one: a sales file without its units is no file of order headers.
            best: tuple[tuple[int, bool], Layout, Header | NoHeader] | None = None
            for layout in self.chosen.layouts:
                header = find_header(sheet, first, layout, tidy=True)
                fits = isinstance(header, Header)
                matched = len(header.positions) if isinstance(header, Header) else header.matched
                if best is None or (matched, fits) > best[0]:
                    best = ((matched, fits), layout, header)
            if best is None:
                continue
            _, layout, result = best
            if isinstance(result, Header):
                found = True
                yield sheet, result, layout, blocks
            else:
                near.append((sheet, layout, result))
        if not found:
            if not near:
                raise BadFile("it holds no rows at all: every sheet is empty.")
            sheet, layout, result = max(near, key=lambda item: item[2].matched)
            raise BadFile(
                "no layout names this file, and it is not tidy enough to load without one. "
                + self._misfit(sheet, layout, result)
            )
        self._notes += [
            f"sheet '{sheet.name}' is no table of an entity (nearest: {layout.entity}): not loaded"
            for sheet, layout, _ in near
        ]

    def _misfit(self, sheet: Sheet, layout: Layout, near: NoHeader) -> str:
        name = f"layout '{self.chosen.name}'" if self.chosen.name else "the nearest entity"
        return (
            f"{name} ({layout.entity}): "
            + _in_sheet(sheet, explain_missing(layout, near))
            + " Mend the file or the layout; "
            f'`python -m loader inspect "{self.delivery.known_as.name}"` proposes one.'
        )


def _wanted(sheets: list[Sheet], layout: Layout) -> list[Sheet]:
    if [sheet.name for sheet in sheets] == [""]:  # CSV has no sheets to name
        return sheets
    wanted = [sheet for sheet in sheets if layout.wants_sheet(sheet.name)]
    if not wanted:
        there = ", ".join(f"'{sheet.name}'" for sheet in sheets)
        names = ", ".join(f"'{name}'" for name in layout.sheets)
        raise BadFile(f"there is no sheet {names}; the workbook has {there}.")
    return wanted


def _peek(sheet: Sheet) -> tuple[Block | None, Iterator[Block]]:
    blocks = sheet.blocks()
    first = next(blocks, None)
    return first, blocks if first is None else chain([first], blocks)


def _naming_sheet(sheet: Sheet, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    except BadFile as problem:
        raise BadFile(_in_sheet(sheet, str(problem))) from None


def _in_sheet(sheet: Sheet, text: str) -> str:
    return f"sheet '{sheet.name}': {text}" if sheet.name else text
