"""A folder to hand out: a page for everybody, and a workbook for the sender of each file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import Connection
from xlsxwriter.exceptions import FileCreateError

from reporting.quality.figures import OpenFile, QualityFigures
from reporting.quality.names import ENDING, workbook_name
from reporting.quality.page import page
from reporting.quality.workbook import write_workbook

PAGE = "quality.html"


class CannotWrite(Exception):
    """A file cannot be written; the message says which one, why and what to do."""


@dataclass(frozen=True)
class Handout:
    """What is in the folder.

    Attributes:
        page: the page.
        workbooks: those that were written.
        outdated: workbooks of an earlier time, of files with nothing to correct any more.
    """

    page: Path
    workbooks: list[Path]
    outdated: list[Path]


def write_handout(
    connection: Connection, figures: QualityFigures, folder: Path, made_at: datetime
) -> Handout:
    """Write page and workbooks into a folder, which is made if it is not there.

    Raises:
        CannotWrite: the folder or a file in it.
    """
    with _said_why(folder):
        folder.mkdir(parents=True, exist_ok=True)
    workbooks: dict[str, OpenFile] = {}
    taken: set[str] = set()
    for file in figures.open_files:
        name = workbook_name(file.source_file, taken)
        taken.add(name.lower())
        workbooks[name] = file
    for name, file in workbooks.items():
        with _replaced(folder / name) as unfinished:
            write_workbook(connection, file, unfinished, made_at)
    with _replaced(folder / PAGE) as unfinished:
        unfinished.write_text(page(figures, workbooks, made_at), encoding="utf-8")
    with _said_why(folder):
        outdated = sorted(
            path for path in folder.glob(f"*{ENDING}") if path.name.lower() not in taken
        )
    return Handout(folder / PAGE, [folder / name for name in workbooks], outdated)


@contextmanager
def _replaced(path: Path) -> Iterator[Path]:
    """Put a file in its place when it is whole, so that nobody ever opens half of one."""
    unfinished = path.with_name(f".{path.name}")
    with _said_why(path):
        try:
            yield unfinished
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


@contextmanager
def _said_why(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, FileCreateError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CannotWrite(
            f"Cannot write {path}: {reason}. If it is open in another program, close it there; "
            "or name another folder with --out."
        ) from None
