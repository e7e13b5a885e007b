"""The currencies that the cells of an .ods show, which calamine does not tell."""

import re
import zipfile
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

from loader.reading.number_formats import first_sign

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"

_ROWS = 1_048_576
"""Of a sheet, at most, however often a row is said to be repeated."""


def currencies_of_ods(path: Path, sheet: str, column: int) -> dict[int, str]:
    """Return the currencies of the numbers in a column (1 is A) of a sheet, by row from 1."""
    found: dict[int, str] = {}
    is_wanted, row = False, 1
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as file:
        for event, element in iterparse(file, events=("start", "end")):
            if event == "start" and element.tag == f"{_TABLE}table":
                is_wanted, row = element.get(f"{_TABLE}name") == sheet, 1
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                rows = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
                cell = _cell(element, column) if is_wanted else None
                if cell is not None and (sign := _shown(cell)):
                    found |= dict.fromkeys(range(row, min(row + rows, _ROWS + 1)), sign)
                row += rows
                element.clear()
    return found


def _cell(row: Element, column: int) -> Element | None:
    """Return the cell of a row that stands in a column."""
    last = 0
    for cell in row:
        last += int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        if last >= column:
            return cell
    return None


def _shown(cell: Element) -> str:
    """Return the currency that a number is said to be of, or is shown with; empty if none."""
    if cell.get(f"{_OFFICE}value") is None:
        return ""
    text = re.sub(r"[\d.,'()\u2212\s+-]+", " ", "".join(cell.itertext()))
    return cell.get(f"{_OFFICE}currency") or first_sign([text.strip()])
