"""Writes traced lines into a CSV file or a workbook, safe to open in a spreadsheet."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import click
from rich.text import Text
from sqlalchemy.engine import RowMapping

from reporting.ask.lines import LINE_COLUMNS
from reporting.ask.opening import open_warehouse
from reporting.ask.periods import read_calendar
from reporting.ask.tracing import count_kept_out, read_lines, read_totals, select_lines
from reporting.doors.common import asked_period, of_period, out, said_politely
from reporting.draw.data import write_csv
from reporting.draw.excel.rows import write_rows
from reporting.draw.files import make_folder, replaced
from reporting.draw.terminal.trace import show_trace
from reporting.tables import Row
from reporting.words import locale_named
from warehouse.settings import read_settings


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


@click.command("trace")
@of_period
@click.option("--seller", help="Name or ID of a seller; Unknown for lines without one.")
@click.option("--product", help="Name or ID of a product.")
@click.option("--category", help="A product category.")
@click.option("--customer", help="Name or ID of a customer.")
@click.option("--store", help="Name or ID of a store.")
@click.option("--city", help="City of the store, else of the customer.")
@click.option("--region", help="A region, or 'region, country'.")
@click.option("--carrier", help="Name or ID of a shipping company.")
@click.option("--currency", help="A currency, such as EUR.")
@click.option("--order", help="An order number; of all days, unless some are named.")
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    help="How many lines to print, the largest first.",
)
@click.option(
    "--out",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all lines into this file, .csv or .xlsx.",
)
def trace_command(
    week_text: str | None,
    start: datetime | None,
    end: datetime | None,
    limit: int,
    path: Path | None,
    **wanted: str | None,
) -> None:
    """Show the lines behind a figure, each with its file, sheet and row.

    Options narrow it down: without any, it is the revenue of the last complete week.
    """
    with said_politely():
        settings = read_settings()
        locale_named(settings.report_locale)
        if path is not None:
            check_ending(path)
        with open_warehouse(settings, published=True) as connection:
            calendar = read_calendar(connection)
            if wanted["order"] and not (week_text or start or end):
                period = calendar.everything()
            else:
                period = asked_period(calendar, week_text, start, end, settings)
            selection = select_lines(connection, period, wanted)
            totals = read_totals(connection, selection)
            shown = list(read_lines(connection, selection, limit))
            show_trace(period, selection, totals, shown, settings.report_locale, out)
            more = sum(total.line_count for total in totals) - len(shown)
            if path is not None:
                count = write_lines(read_lines(connection, selection), path)
                out.print(Text(f"\nWrote {count:,} lines into {path}"), soft_wrap=True)
            elif more:
                out.print(f"… and {more:,} more: --out FILE.csv (or .xlsx) writes all.")
            kept_out = count_kept_out(connection, period)
        if kept_out:
            noun = "row of these days is" if kept_out == 1 else "rows of these days are"
            said = f"{kept_out:,} delivered {noun} kept out of all figures: `make dq-workbook`."
            out.print(said, style="yellow", soft_wrap=True)
