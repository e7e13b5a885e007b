"""The command line: `python -m reporting weekly`."""

import sys
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from reporting.terminal import show_week
from reporting.weekly import NoFigures, Week, read_week, weeks_between
from warehouse.connection import WarehouseUnavailable, connect, explain, warehouse_url
from warehouse.settings import Settings, SettingsError, read_settings

USAGE = 2
"""Exit code: wrong usage or settings."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Show what the report models say."""


@main.command("weekly")
@click.option("--week", "week_text", help="An ISO week, such as 2026-W03.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="First day (or START_DATE).")
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="Last day (or END_DATE).")
def weekly_command(week_text: str | None, start: datetime | None, end: datetime | None) -> None:
    """Print the figures of a week (default: the last complete one) or of the weeks of a span."""
    try:
        settings = read_settings()
        weeks = _weeks(week_text, start, end, settings)
        url = warehouse_url(settings.database_url)
        _show(url, weeks)
    except NoFigures as nothing:
        out.print(Text(str(nothing)))
    except (SettingsError, WarehouseUnavailable, ValueError) as problem:
        err.print(Text(str(problem)))
        sys.exit(USAGE)


def _show(url: URL, weeks: list[Week | None]) -> None:
    if url.get_backend_name() == "duckdb" and not Path(str(url.database)).exists():
        raise NoFigures("There is no warehouse yet: run `make run` (or `make load && dbt build`).")
    try:
        with connect(url, read_only=True).connect() as connection:
            for week in weeks:
                show_week(read_week(connection, week), out)
    except SQLAlchemyError as error:
        raise WarehouseUnavailable(explain(url, error)) from None


def _weeks(
    week_text: str | None, start: datetime | None, end: datetime | None, settings: Settings
) -> list[Week | None]:
    if week_text is not None:
        if start or end:
            raise ValueError("Give --week, or --start and --end, not both.")
        return [Week.parse(week_text)]
    first = start.date() if start else settings.start_date
    last = end.date() if end else settings.end_date
    if first is None and last is None:
        return [None]
    if first is None or last is None or last < first:
        raise ValueError("A span needs a first and a last day, the first not after the last.")
    return list(weeks_between(first, last))


if __name__ == "__main__":
    main(prog_name="python -m reporting")
