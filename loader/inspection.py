"""Proposes a layout for a file that has none: a start that a person looks through."""

import json
import re
from pathlib import Path

from loader.contracts import unmet
from loader.headers import SEARCHED_ROWS, Header, SheetTop, find_header, peek
from loader.layouts import Layout, tidy_layouts
from loader.reading.opening import open_sheets
from loader.reading.sheet import BadFile, Block, Sheet
from loader.wording import short

EXAMPLE_WIDTH = 40


def propose_layout(file: Path) -> str:
    """Return layout documents for the sheets of a file, as YAML with comments.

    Raises:
        BadFile: the file cannot be read, or holds no rows.
    """
    with open_sheets(file) as sheets:
        proposed = [found for sheet in sheets if (found := _propose(file, sheet)) is not None]
    if not proposed:
        raise BadFile("it holds no rows at all: every sheet is empty.")
    some = any(recognised for recognised, _ in proposed)
    documents = [
        # Such a sheet is hardly a table; its document stands there for those who know better.
        "# " + text.rstrip().replace("\n", "\n# ") + "\n" if some and not recognised else text
        for recognised, text in proposed
    ]
    head = (
        f"# Proposed for {short(file.name)}. Look through it, mend it, and save it as a .yml\n"
        "# file in your layouts folder (LAYOUTS_DIR).\n"
    )
    return head + "---\n".join(documents)


def _propose(file: Path, sheet: Sheet) -> tuple[bool, str] | None:
    """Return a document for a sheet, and whether anything in it was recognised."""
    first, _ = peek(sheet)
    if first is None:
        return None
    top = SheetTop(sheet, first)
    layout, result = max(
        ((layout, find_header(top, layout, tidy=True)) for layout in tidy_layouts().layouts),
        key=lambda item: (item[1].matched, isinstance(item[1], Header)),
    )
    row = result.at.row if isinstance(result, Header) else result.row
    if not result.matched or row is None:
        row = _fullest_row(first, top.first_used_row)
    found = find_header(top, layout.model_copy(update={"header": [row]}), tidy=False)
    assert isinstance(found, Header)  # nothing is needed here, and the row is not blank
    return found.matched > 0, _document(file, sheet, layout, found, first)


def _fullest_row(block: Block, start: int) -> int:
    """Return the number of the first row that has the most cells, where a header may well be."""
    offset = start - block.first_row
    top = [column.slice(offset, SEARCHED_ROWS).to_pylist() for column in block.columns]
    filled = [sum(cell is not None for cell in row) for row in zip(*top, strict=True)]
    return start + filled.index(max(filled))


def _document(file: Path, sheet: Sheet, layout: Layout, header: Header, block: Block) -> str:
    at = header.at
    examples = [_example(block, at.row, position) for position in range(len(at.names))]
    lines = [f"entity: {layout.entity}", f"files: {_quoted(_pattern(file.name))}"]
    if sheet.name:
        lines.append(f"sheets: {_quoted(sheet.name)}")
    lines += [f"header: {at.row}", "columns:"]
    for column, (position, *_) in header.positions.items():
        lines.append(f"  {column}: {_quoted(at.names[position])}{examples[position]}")
    for choice in unmet([*layout.contract.required, *layout.contract.tidy], set(header.positions)):
        lines.append(f"  # {' or '.join(choice)}: needed, and not recognised")
    if layout.contract.identity and header.positions.keys() >= set(layout.contract.identity):
        lines.append(f"identity: [{', '.join(layout.contract.identity)}]")
    mapped = {position for found in header.positions.values() for position in found}
    left = [position for position in range(len(at.names)) if position not in mapped]
    if left:
        lines.append("# Not mapped; such columns are kept in _extra:")
        for position in left:
            name = _quoted(short(at.names[position]))
            lines.append(f"#   {at.letters(position)}: {name}{examples[position]}")
    return "\n".join(lines) + "\n"


def _pattern(name: str) -> str:
    """Return a pattern for this file and the like of it: another number, another week."""
    literal = re.sub(r"[\[*?]", "?", name)
    stem = literal.partition(".")[0]
    # Where there is nothing but numbers, a star would take every file.
    return (
        re.sub(r"[0-9]+", "*", literal)
        if re.search(r"[^\W\d_]", stem)
        else _DIGIT.sub("?", literal)
    )


_DIGIT = re.compile("[0-9]")


def _example(block: Block, header_row: int, position: int) -> str:
    below = block.columns[position].slice(header_row - block.first_row + 1, SEARCHED_ROWS)
    text = next((cell for cell in below.to_pylist() if cell), None)
    return "" if text is None else f"  # {short(text, EXAMPLE_WIDTH)}"


def _quoted(text: str) -> str:
    """Write a text as YAML in double quotes, escaping what a terminal might obey."""
    letters = json.dumps(text, ensure_ascii=False)
    return "".join(
        letter if letter.isprintable() else f"\\U{ord(letter):08X}" for letter in letters
    )
