"""The command line: `python -m reporting weekly`, `quality` and `aliases`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text
from sqlalchemy.engine import Connection

from reporting.aliases.names import KINDS, read_names
from reporting.aliases.proposals import propose
from reporting.aliases.seed import write_header, write_proposals
from reporting.quality.figures import read_quality
from reporting.quality.handout import CannotWrite, write_handout
from reporting.quality.terminal import show_handout, show_quality
from reporting.terminal import show_week
from reporting.weekly import NoFigures, Week, read_week, weeks_between
from warehouse.connection import (
    DATABASE_ERRORS,
    WarehouseUnavailable,
    connect,
    explain,
    warehouse_url,
)
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
    with _said_politely(out):
        settings = read_settings()
        weeks = _weeks(week_text, start, end, settings)
        with _warehouse(settings) as connection:
            for week in weeks:
                show_week(read_week(connection, week), out)


@main.command("quality")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path),
    help="Write into this folder: a page, and for each file with rows to correct a workbook.",
)
def quality_command(folder: Path | None) -> None:
    """Print what is wrong with the delivered rows, and what to do about it."""
    with _said_politely(out), _warehouse(read_settings()) as connection:
        figures = read_quality(connection)
        show_quality(figures, out)
        if folder is not None:
            made_at = datetime.now().astimezone()
            show_handout(write_handout(connection, figures, folder, made_at), out)


@main.command("aliases")
@click.option("--kind", type=click.Choice(KINDS), help="Whose names (default: all kinds).")
@click.option(
    "--score",
    type=click.IntRange(70, 100),
    default=90,
    show_default=True,
    help="How alike two names must be; 100: the same but for case, accents, punctuation, blanks.",
)
def aliases_command(kind: str | None, score: int) -> None:
    """Propose which names mean the same, as rows for seeds/name_aliases.csv.

    Nothing is merged by itself: a row counts when a person has looked at it and written their
    name under approved_by. Names stay as they are, to the letter; one that a spreadsheet would
    take for a formula is left out.
    """
    # A seed is read as UTF-8 wherever it was written.
    stdout = click.get_text_stream("stdout", encoding="utf-8")
    with _said_politely(err), _warehouse(read_settings()) as connection:
        kinds = [kind] if kind else KINDS
        names = {item: read_names(connection, item) for item in kinds}
        write_header(stdout)
        for item in kinds:
            proposals = propose(names[item], score)
            left_out = write_proposals(item, proposals, stdout)
            note = f"{item}: {len(names[item]):,} names, {len(proposals):,} proposed"
            if left_out:
                note += (
                    f", {len(left_out):,} of them left out: a name begins with = + - @ or holds "
                    "control characters"
                )
            err.print(f"{note}.")


@contextmanager
def _said_politely(nothing: Console) -> Iterator[None]:
    """Say what went wrong in a sentence.

    Args:
        nothing: where to say that there is nothing to show, which is no mistake.
    """
    try:
        yield
    except NoFigures as reason:
        nothing.print(Text(str(reason)))
    except (SettingsError, WarehouseUnavailable, CannotWrite, ValueError) as problem:
        err.print(Text(str(problem)))
        sys.exit(USAGE)


@contextmanager
def _warehouse(settings: Settings) -> Iterator[Connection]:
    url = warehouse_url(settings.database_url)
    if url.get_backend_name() == "duckdb" and not Path(str(url.database)).exists():
        raise NoFigures("There is no warehouse yet: run `make run` (or `make load && dbt build`).")
    try:
        with connect(url, read_only=True).connect() as connection:
            yield connection
    except DATABASE_ERRORS as error:
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
