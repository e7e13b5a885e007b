"""Proposes a layout for a file that has none: a start that a person looks through."""

import json
import re
from pathlib import Path

from loader.contracts import unmet
from loader.headers import SEARCHED_ROWS, Header, NoHeader, column_letters, find_header
from loader.layouts import Layout, tidy_layouts
from loader.reading.opening import open_sheets
from loader.reading.sheet import BadFile, Block, Sheet

EXAMPLE_WIDTH = 40


def propose_layout(file: Path) -> str:
    """Return layout documents for the sheets of a file, as YAML with comments.

    Raises:
        BadFile: the file cannot be read, or holds no rows.
    """
    with open_sheets(file) as sheets:
        documents = [text for sheet in sheets if (text := _propose(file, sheet)) is not None]
    if not documents:
        raise BadFile("it holds no rows at all: every sheet is empty.")
    head = (
        f"# Proposed for {_one_line(file.name)}. Look through it, mend it, and save it as a .yml "
        "file in your\n# layouts folder (LAYOUTS_DIR).\n"
    )
    return head + "---\n".join(documents)


def _propose(file: Path, sheet: Sheet) -> str | None:
    first = next(sheet.blocks(), None)
    if first is None:
        return None
    layout, result = max(
        (
            (layout, find_header(sheet, first, layout, tidy=True))
            for layout in tidy_layouts().layouts
        ),
        key=lambda item: (_matched(item[1]), isinstance(item[1], Header)),
    )
    row = result.row if _matched(result) else None
    row = row or _fullest_row(first)
    found = find_header(sheet, first, _lenient(layout, row), tidy=False)
    assert isinstance(found, Header)  # a lenient layout asks for nothing
    return _document(file, sheet, layout, found, first)


def _matched(result: Header | NoHeader) -> int:
    return len(result.positions) if isinstance(result, Header) else result.matched


def _lenient(layout: Layout, row: int) -> Layout:
    return layout.model_copy(update={"header": [row]})


def _fullest_row(block: Block) -> int:
    """Return the number of the first row that has the most cells, where a header may well be."""
    top = [column.slice(0, SEARCHED_ROWS).to_pylist() for column in block.columns]
    filled = [sum(cell is not None for cell in row) for row in zip(*top, strict=True)]
    return block.first_row + filled.index(max(filled))


def _document(file: Path, sheet: Sheet, layout: Layout, header: Header, block: Block) -> str:
    names = header.names(sheet)
    examples = [_example(block, header.row, position) for position in range(len(names))]
    lines = [
        f"entity: {layout.entity}",
        f"files: {_quoted(re.sub(r'[0-9]+', '*', file.name))}",
    ]
    if sheet.name:
        lines.append(f"sheets: {_quoted(sheet.name)}")
    lines += [f"header: {header.row}", "columns:"]
    for column, (position, *_) in header.positions.items():
        lines.append(f"  {column}: {_quoted(names[position])}{examples[position]}")
    for choice in unmet([*layout.contract.required, *layout.contract.tidy], set(header.positions)):
        lines.append(f"  # {' or '.join(choice)}: needed, and not recognised")
    if layout.contract.identity and header.positions.keys() >= set(layout.contract.identity):
        lines.append(f"identity: [{', '.join(layout.contract.identity)}]")
    mapped = {position for found in header.positions.values() for position in found}
    left = [position for position in range(len(names)) if position not in mapped]
    if left:
        lines.append("# Not mapped; such columns are kept in _extra:")
        for position in left:
            letters = column_letters(sheet.first_column() + position)
            lines.append(f"#   {letters}: {_quoted(names[position])}{examples[position]}")
    return "\n".join(lines) + "\n"


def _example(block: Block, header_row: int, position: int) -> str:
    below = block.columns[position].slice(header_row - block.first_row + 1, SEARCHED_ROWS)
    text = next((cell for cell in below.to_pylist() if cell), None)
    if text is None:
        return ""
    line = _one_line(text)
    return f"  # {line if len(line) <= EXAMPLE_WIDTH else line[:EXAMPLE_WIDTH] + '…'}"


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
