"""A folder to hand out: a page for everybody, and a workbook for the sender of each file."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from rich.text import Text
from sqlalchemy.engine import Connection

from reporting.ask.opening import open_warehouse
from reporting.ask.quality import OpenFile, QualityFigures, read_quality
from reporting.doors.common import out, said_politely
from reporting.draw.excel.corrections import write_workbook
from reporting.draw.excel.workbook_names import ENDING, workbook_name
from reporting.draw.files import make_folder, replaced, said_why
from reporting.draw.page.quality import page
from reporting.draw.terminal.quality import show_quality
from reporting.words import locale_named
from warehouse.printing import printable
from warehouse.settings import read_settings

PAGE = "quality.html"

LISTED = 20
"""Workbooks named one by one; the page has them all."""


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
    connection: Connection,
    figures: QualityFigures,
    folder: Path,
    made_at: datetime,
    locale: str,
) -> Handout:
    """Write page and workbooks into a folder, which is made if it is not there.

    Raises:
        CannotWrite: the folder or a file in it.
    """
    make_folder(folder)
    workbooks: dict[str, OpenFile] = {}
    taken: set[str] = set()
    for file in figures.open_files:
        name = workbook_name(file.source_file, taken)
        taken.add(name.lower())
        workbooks[name] = file
    for name, file in workbooks.items():
        with replaced(folder / name) as unfinished:
            write_workbook(connection, file, unfinished, made_at, locale)
    with replaced(folder / PAGE) as unfinished:
        unfinished.write_text(page(figures, workbooks, made_at, locale), encoding="utf-8")
    with said_why(folder):
        outdated = sorted(
            path for path in folder.glob(f"*{ENDING}") if path.name.lower() not in taken
        )
    return Handout(folder / PAGE, [folder / name for name in workbooks], outdated)


def said_of_handout(handout: Handout) -> list[str]:
    """Say what was written, and where, a line each."""
    said = [f"Wrote {printable(str(handout.page))}"]
    if handout.workbooks:
        said.append("To send back to those who sent the files:")
        said += _listed(handout.workbooks)
    else:
        said.append("There is no workbook to send back, as nothing needs correcting.")
    if handout.outdated:
        said.append("From an earlier time, of files that need no correcting any more; delete them:")
        said += _listed(handout.outdated)
    return said


def _listed(paths: list[Path]) -> list[str]:
    lines = [f"  {printable(str(path))}" for path in paths[:LISTED]]
    return lines if len(paths) <= LISTED else [*lines, f"  … and {len(paths) - LISTED} more"]


@click.command("quality")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path),
    help="Write into this folder: a page, and for each file with rows to correct a workbook.",
)
def quality_command(folder: Path | None) -> None:
    """Print what is wrong with the delivered rows, and what to do about it."""
    with said_politely():
        settings = read_settings()
        locale = settings.report_locale
        locale_named(locale)
        with open_warehouse(settings) as connection:
            figures = read_quality(connection)
            show_quality(figures, locale, out)
            if folder is not None:
                made_at = datetime.now().astimezone()
                handout = write_handout(connection, figures, folder, made_at, locale)
                out.print(Text("\n" + "\n".join(said_of_handout(handout))), soft_wrap=True)
