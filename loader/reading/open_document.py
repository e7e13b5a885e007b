"""The currencies that the cells of an .ods show, which calamine does not tell."""

import re
import zipfile
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

from loader.reading.number_formats import first_sign

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"

Currencies = dict[int, dict[int, str]]
"""Number of a column, from 1 -> number of a row, from 1 -> sign or code."""


def currencies_of_ods(path: Path, sheet: str) -> Currencies:
    """Return the currencies of the numbers in the cells of a sheet."""
    found: Currencies = {}
    is_wanted, row = False, 1
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as file:
        for event, element in iterparse(file, events=("start", "end")):
            if event == "start" and element.tag == f"{_TABLE}table":
                is_wanted, row = element.get(f"{_TABLE}name") == sheet, 1
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                rows = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
                column = 1
                for cell in element if is_wanted else ():
                    columns = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
                    if sign := _shown(cell):
                        for place in range(column, column + columns):
                            signs = dict.fromkeys(range(row, row + rows), sign)
                            found.setdefault(place, {}).update(signs)
                    column += columns
                row += rows
                element.clear()
    return found


def _shown(cell: Element) -> str:
    """Return the currency that a number is said to be of, or is shown with; empty if none."""
    if cell.get(f"{_OFFICE}value") is None:
        return ""
    text = re.sub(r"[\d.,'()\u2212\s+-]+", " ", "".join(cell.itertext()))
    return cell.get(f"{_OFFICE}currency") or first_sign([text.strip()])
