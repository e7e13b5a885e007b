"""Cells merged over several rows: a name or a day stands for each of them, an amount does not."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.contracts import ENTITIES
from loader.headers import Header
from loader.layouts import Layout
from loader.reading.cell_texts import with_texts
from loader.reading.sheet import Block, MergedDown, Sheet
from loader.understanding.vocabulary import meanings
from loader.wording import count, quoted

_NUMBER = r"^\s*[-+]?[\d.,' ]+%?\s*$"


def fill_merged(
    sheet: Sheet, header: Header, layout: Layout, blocks: Iterator[Block]
) -> Iterator[Block]:
    """Yield the blocks of a sheet with the values of merged cells in all of their rows.

    Amounts and units stay where they are, unless the layout fills them down: what is merged beside
    several lines is theirs together, most likely.
    """
    below = [item for item in sheet.merged_down() if item.top > header.at.row]
    if not below:
        return blocks
    contract = layout.contract
    counted = {*contract.names_of_type("decimal", "integer")} - {"unit_price", *layout.fill_down}
    amounts = {place for name in counted for place in header.positions.get(name, [])}
    mapped = {place for places in header.positions.values() for place in places}
    merged = [item for item in below if item.position not in amounts]
    return _filled(sheet, header, blocks, merged, mapped)


def _filled(
    sheet: Sheet,
    header: Header,
    blocks: Iterator[Block],
    merged: list[MergedDown],
    mapped: set[int],
) -> Iterator[Block]:
    above: dict[MergedDown, str] = {}
    rows: dict[int, int] = {}
    for block in blocks:
        filled, numbers = fill_block(block, merged, mapped, above)
        rows |= numbers
        yield filled
    names = header.at.names
    places = [place for place in rows if place in mapped]
    if places:
        headers = quoted([names[place] for place in sorted(places)])
        number = max(rows[place] for place in places)
        sheet.notes.append(
            f"cells merged downwards under {headers} stand for each of their rows "
            f"({count(number, 'row')} filled)"
        )


def fill_block(
    block: Block,
    merged: Iterable[MergedDown],
    mapped: set[int],
    above: dict[MergedDown, str],
) -> tuple[Block, dict[int, int]]:
    """Return a block with the values of merged cells in all of their rows that are not blank.

    Args:
        block: consecutive rows.
        merged: the cells.
        mapped: the positions of columns that may be filled with numbers.
        above: the values of cells so far, some of which may go on in the next block.

    Returns:
        It, and how many rows were filled, by position.
    """
    last = block.first_row + block.height - 1
    here = [item for item in merged if item.top <= last and item.bottom >= block.first_row]
    if not here:
        return block, {}
    is_used = np.logical_or.reduce(
        [column.is_valid().to_numpy(zero_copy_only=False) for column in block.columns]
    )
    texts: dict[int, dict[int, str]] = {}
    for item in here:
        if item.position >= len(block.columns):
            continue
        column = block.columns[item.position]
        if item.top >= block.first_row:
            value = column[item.top - block.first_row].as_py()
            is_number = value is not None and _is_number(value)
            if value is not None and (item.position in mapped or not is_number):
                above[item] = value
        if item not in above:
            continue
        start = max(item.top + 1, block.first_row) - block.first_row
        for row in range(start, min(item.bottom, last) - block.first_row + 1):
            if is_used[row] and not column[row].is_valid:
                texts.setdefault(item.position, {})[row] = above[item]
    columns = list(block.columns)
    for position, found in texts.items():
        columns[position] = with_texts(columns[position], found)
    return replace(block, columns=columns), {place: len(found) for place, found in texts.items()}


def fill_unread(sheet: Sheet, header_row: int, headers: list[str], block: Block) -> Block:
    """Return a block of a sheet of which only the headers are known, filled."""
    below = [item for item in sheet.merged_down() if item.top > header_row]
    if not below:
        return block
    amounts = {
        place
        for place, header in enumerate(headers)
        if any(_is_amount(meaning.column) for meaning in meanings(header, "sales_lines"))
    }
    merged = [item for item in below if item.position not in amounts]
    known = {place for place, header in enumerate(headers) if meanings(header, "sales_lines")}
    return fill_block(block, merged, known - amounts, {})[0]


def _is_amount(name: str) -> bool:
    column = ENTITIES["sales_lines"].columns.get(name)
    return column is None or (column.type in ("decimal", "integer") and name != "unit_price")


def _is_number(text: str) -> bool:
    return bool(pc.match_substring_regex(pa.scalar(text), _NUMBER).as_py())
