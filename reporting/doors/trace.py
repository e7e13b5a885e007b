"""Writes traced lines into a CSV file or a workbook, safe to open in a spreadsheet."""

from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy.engine import RowMapping

from reporting.ask.lines import LINE_COLUMNS
from reporting.draw.data import write_csv
from reporting.draw.excel.rows import write_rows
from reporting.draw.files import make_folder, replaced
from reporting.tables import Row


def write_lines(rows: Iterable[RowMapping], path: Path) -> int:
    """Write lines into a file; its ending says of which kind.

    Args:
        rows: with the columns of `LINE_COLUMNS`.
        path: of the file, .csv or .xlsx.

    Returns:
        How many lines.

    Raises:
        ValueError: another ending.
        CannotWrite: the file or its folder.
    """
    write = _writer(path)
    make_folder(path.parent)
    with replaced(path) as unfinished:
        return write(([row[column.name] for column in LINE_COLUMNS] for row in rows), unfinished)


def check_ending(path: Path) -> None:
    """Make sure that lines can be written into a file of this ending.

    Raises:
        ValueError: they cannot.
    """
    _writer(path)


def _writer(path: Path) -> Callable[[Iterable[Row], Path], int]:
    writers = {".csv": _write_csv, ".xlsx": _write_workbook}
    try:
        return writers[path.suffix.lower()]
    except KeyError:
        raise ValueError(
            f"--out takes a file that ends in .csv or .xlsx, not {path.name}."
        ) from None


def _write_csv(rows: Iterable[Row], path: Path) -> int:
    # Excel takes a CSV for UTF-8 only if it begins with this mark.
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        return write_csv(LINE_COLUMNS, rows, file)


def _write_workbook(rows: Iterable[Row], path: Path) -> int:
    return write_rows(LINE_COLUMNS, rows, path, "Lines")
