"""Makers of deliveries and layouts for the tests of the loader."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from loader.load import Outcome
from tests.conftest import Warehouse

HEADER = ["Order ID", "Order Date", "Product", "Units", "Unit Price"]
LINE = ["A1", "2026-01-05", "Tea", "2", "3.50"]

LAYOUT = """\
entity: sales_lines
files: "*"
columns: {order_id: Order, product_name: Item, units: Pieces}
"""

Row = Sequence[object]
Dropped = Callable[..., Path]
LaidOut = Callable[..., Path]


def write_csv(path: Path, rows: Iterable[Row]) -> Path:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_book(path: Path, sheets: dict[str, Iterable[Row]]) -> Path:
    """Write a workbook; texts that begin with = are formulas without a value."""
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False, "default_date_format": "d/m/yy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str) and value.startswith("="):
                    sheet.write_formula(number, column, value, value="")
                elif isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif value is not None:
                    sheet.write(number, column, value)
    book.close()
    return path


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder to drop files into."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def drop(inbox: Path) -> Dropped:
    """Drop a file: rows of a CSV, or (a dict) sheets of a workbook."""

    def make(name: str, content: Any) -> Path:
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_bytes(content.encode())
        elif isinstance(content, dict):
            write_book(path, content)
        else:
            write_csv(path, content)
        return path

    return make


@pytest.fixture
def layouts(tmp_path: Path) -> LaidOut:
    """Make a folder of layouts from their texts, by name."""

    def make(**texts: str) -> Path:
        folder = tmp_path / "layouts"
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.yml").write_text(text, encoding="utf-8")
        return folder

    return make


def loaded(outcomes: list[Outcome]) -> Outcome:
    """Return the only outcome, of a file that was loaded."""
    (outcome,) = outcomes
    assert outcome.status in ("loaded", "replaced"), outcome.error
    return outcome


def failed(outcomes: list[Outcome]) -> str:
    """Return the message of the only outcome, of a file that failed."""
    (outcome,) = outcomes
    assert outcome.status == "failed"
    assert outcome.error == " ".join(outcome.error.split())
    return outcome.error


def raw(warehouse: Warehouse, columns: str, entity: str = "sales_lines") -> list[tuple[Any, ...]]:
    """Return columns of a raw table, in the order of delivery."""
    return warehouse.query(
        f"select {columns} from raw.{entity} "
        "order by _file_version_id, _file_part_number, _source_row_number"
    )


def ledger(warehouse: Warehouse, columns: str) -> list[tuple[Any, ...]]:
    """Return columns of the ledger, oldest first."""
    return warehouse.query(f"select {columns} from raw.file_versions order by file_version_id")


def extra(text: str | None) -> dict[str, str]:
    """Read `_extra`, in which no name may stand twice."""
    pairs = json.loads(text or "{}", object_pairs_hook=list)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)
