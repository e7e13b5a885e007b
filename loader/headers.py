"""Finds the header of a sheet and what each of its columns is called."""

from dataclasses import dataclass
from itertools import zip_longest

from loader.contracts import header_key, unmet
from loader.layouts import Constant, Join, Layout, Source
from loader.reading.sheet import Block, Sheet

SEARCHED_ROWS = 100
"""A header is looked for in the first rows of a sheet only."""

Row = list[str | None]


def column_letters(number: int) -> str:
    """Return the letters that Excel shows for a column (1 is A, 27 is AA)."""
    letters = ""
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


@dataclass(frozen=True)
class Header:
    """The header of one sheet, read by one layout.

    Attributes:
        row: number of its last row.
        cells: its text by position; of stacked rows, put together.
        last: the text of its last row alone, by position.
        repeated: position of a column whose name stands there twice -> position of the first.
        positions: for each mapped column of the contract, where it is found.
    """

    row: int
    cells: Row
    last: Row
    repeated: dict[int, int]
    positions: dict[str, list[int]]

    def names(self, sheet: Sheet) -> list[str]:
        """Return what each column is called: repeated and blank headers get their letters."""
        return _names(sheet, self.cells, self.repeated)

    def notes(self, sheet: Sheet) -> list[str]:
        """Return what people should know: which columns share a name."""
        notes = []
        for later, earlier in self.repeated.items():
            first, second = (
                f"{column_letters(sheet.first_column() + position)}{self.row}"
                for position in (earlier, later)
            )
            name = self.names(sheet)[later]
            text = (self.cells[later] or "").strip()
            notes.append(
                f"'{text}' heads two columns, {first} and {second}; the second is called '{name}'"
            )
        return notes


@dataclass(frozen=True)
class NoHeader:
    """A sheet in which no row holds the columns that a layout needs.

    Attributes:
        row: number of the nearest row; None if the sheet is blank there.
        found: what stands in it.
        matched: how many of the wanted columns it has.
        missing: the columns it lacks, each with the choices that would do.
    """

    row: int | None
    found: list[str]
    matched: int
    missing: list[list[str]]


def find_header(sheet: Sheet, first: Block, layout: Layout, *, tidy: bool) -> Header | NoHeader:
    """Find the header row, or the nearest to one.

    Args:
        sheet: where `first` comes from; asked for its first column if a message needs it.
        first: the first block of the sheet.
        layout: says where the header is, or `auto`, and what it should hold.
        tidy: no layout names the file, so the contract says what must be there.
    """
    top = [column.slice(0, SEARCHED_ROWS).to_pylist() for column in first.columns]
    rows: list[Row] = [list(row) for row in zip_longest(*top)]
    if layout.header == "auto":
        start, stop = layout.first_and_last_row()
        numbers = [
            [number]
            for number in range(first.first_row, first.first_row + len(rows))
            if start <= number and (stop is None or number <= stop)
        ]
    else:
        numbers = [layout.header]
    attempts = []
    for group in numbers:
        stacked = [rows[n - first.first_row] for n in group if 0 <= n - first.first_row < len(rows)]
        cells = _flatten(stacked) if len(stacked) == len(group) else []
        if any(cells):
            attempts.append(_match(sheet, cells, stacked[-1], group[-1], layout, tidy=tidy))
    headers = [attempt for attempt in attempts if isinstance(attempt, Header)]
    if headers:
        return max(headers, key=lambda header: len(header.positions))
    nothing = NoHeader(None, [], 0, unmet(layout.needed, set()))
    near = [attempt for attempt in attempts if isinstance(attempt, NoHeader)]
    return max(near, key=lambda attempt: attempt.matched, default=nothing)


def _flatten(rows: list[Row]) -> Row:
    """Put stacked header rows together; a merged cell above names all the columns under it."""
    if len(rows) == 1:
        return rows[0]
    filled: list[list[str]] = []
    for depth, row in enumerate(rows):
        carried = ""
        line = []
        for cell in row:
            text = (cell or "").strip()
            carried = text or (carried if depth < len(rows) - 1 else "")
            line.append(carried)
        filled.append(line)
    flat: Row = []
    for parts in zip(*filled, strict=True):
        # A cell merged downwards stands in one row only; a repeated word says nothing new.
        words = [part for i, part in enumerate(parts) if part and part not in parts[:i]]
        flat.append(" ".join(words) or None)
    return flat


def _match(
    sheet: Sheet, cells: Row, last: Row, row: int, layout: Layout, *, tidy: bool
) -> Header | NoHeader:
    exact: dict[str, int] = {}
    loose: dict[str, int] = {}
    repeated: dict[int, int] = {}  # position -> position of the first column of that name
    for position, cell in enumerate(cells):
        text = (cell or "").strip()
        if text in exact:
            repeated[position] = exact[text]
        elif text:
            exact[text] = position
            loose.setdefault(header_key(text), position)
    if layout.names_positions:
        exact |= {name: i for i, name in enumerate(_names(sheet, cells, repeated))}

    positions: dict[str, list[int]] = {}
    for column, source in layout.columns.items():
        found = _positions(source, exact, loose)
        if found is not None:
            positions[column] = found

    missing = unmet(layout.needed, set(positions))
    if tidy:
        missing += unmet([*layout.contract.required, *layout.contract.tidy], set(positions))
    if missing:
        matched = sum(1 for found in positions.values() if found)
        return NoHeader(row, [cell for cell in cells if cell], matched, missing)
    return Header(row, cells, last, repeated, positions)


def _names(sheet: Sheet, cells: Row, repeated: dict[int, int]) -> list[str]:
    names = []
    for position, cell in enumerate(cells):
        text = (cell or "").strip()
        if text and position not in repeated:
            names.append(text)
        else:
            letters = column_letters(sheet.first_column() + position)
            names.append(f"{text} [{letters}]".strip())
    return names


def _positions(source: Source, exact: dict[str, int], loose: dict[str, int]) -> list[int] | None:
    """Return where a column is found; None if it is not; an empty list for a constant."""
    if isinstance(source, Constant):
        return []
    if isinstance(source, Join):
        parts = [exact.get(name, loose.get(header_key(name))) for name in source.join]
        return None if None in parts else [part for part in parts if part is not None]
    for name in source:
        if name in exact:
            return [exact[name]]
        if (key := header_key(name)) in loose:
            return [loose[key]]
    return None


def explain_missing(layout: Layout, near: NoHeader) -> str:
    """Say which columns were looked for and what was there."""
    wanted = []
    for choice in near.missing:
        looked_for = [
            _looked_for(layout.columns[name]) for name in choice if name in layout.columns
        ]
        names = " or ".join(choice)
        wanted.append(f"{names} (looked for {'; '.join(looked_for)})" if looked_for else names)
    if near.row is None:
        there = "The rows where a header could stand are blank."
    else:
        there = f"The nearest header is row {near.row}: {_listed(near.found)}."
    return f"no column for {', '.join(wanted)}. {there}"


def _looked_for(source: Source) -> str:
    if isinstance(source, Constant):
        return f"the constant {source.constant}"
    names = source.join if isinstance(source, Join) else source
    joint = " with " if isinstance(source, Join) else ", "
    return joint.join(f"'{name}'" for name in names)


def _listed(texts: list[str], most: int = 30) -> str:
    shown = ", ".join(f"'{_short(text)}'" for text in texts[:most])
    return shown + (f" and {len(texts) - most} more" if len(texts) > most else "")


def _short(text: str, most: int = 60) -> str:
    line = " ".join(text.split())
    printable = "".join(letter if letter.isprintable() else "?" for letter in line)
    return printable if len(printable) <= most else printable[: most - 1] + "…"
