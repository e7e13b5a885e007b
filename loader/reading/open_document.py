"""What the cells of an .ods show by their format, which calamine does not tell."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

from loader.reading.number_formats import first_sign

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"

_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"

_CHUNK = 2**20

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


def merged_down_in_ods(path: Path, sheet: str) -> list[tuple[int, int, int]]:
    """Return (first row, last row, column from 0) of the cells merged over several rows."""
    if not _mentions(path, b"number-rows-spanned"):
        return []
    found = []
    for row, place, cell in _cells(path, sheet):
        if (height := int(cell.get(f"{_TABLE}number-rows-spanned", "1"))) > 1:
            found.append((row, row + height - 1, place))
    return found


def struck_through_in_ods(path: Path, sheet: str) -> list[tuple[int, int]]:
    """Return (row from 1, column from 0) of the cells whose text is struck through."""
    if not _mentions(path, b"text-line-through-"):
        return []
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as file:
        struck = set()
        for _, style in iterparse(file):
            if style.tag == f"{_TABLE}table":
                break
            if style.tag == f"{_STYLE}style" and any(
                text.get(f"{_STYLE}text-line-through-{what}", "none") != "none"
                for text in style.iterfind(f"{_STYLE}text-properties")
                for what in ("style", "type")
            ):
                struck.add(style.get(f"{_STYLE}name"))
    return [
        (row, place)
        for row, place, cell in _cells(path, sheet)
        if cell.get(f"{_TABLE}style-name") in struck
    ]


def _mentions(path: Path, name: bytes) -> bool:
    """Tell whether the content says a name; most of it need not be parsed then."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as file:
        end = b""
        while chunk := file.read(_CHUNK):
            if name in end + chunk:
                return True
            end = chunk[-len(name) :]
    return False


def _cells(path: Path, sheet: str) -> Iterator[tuple[int, int, Element]]:
    """Yield the row, from 1, and the column, from 0, of each cell; of repeated ones, the first."""
    is_wanted, row = False, 1
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as file:
        for event, element in iterparse(file, events=("start", "end")):
            if event == "start" and element.tag == f"{_TABLE}table":
                is_wanted, row = element.get(f"{_TABLE}name") == sheet, 1
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                place = 0
                for cell in element if is_wanted else ():
                    yield row, place, cell
                    place += int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
                row += int(element.get(f"{_TABLE}number-rows-repeated", "1"))
                element.clear()


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
