"""What the commands share: which days are meant, the warehouse, and how a refusal is told."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from rich.console import Console
from rich.text import Text

from reporting import Refusal
from reporting.ask.periods import Calendar, Period
from warehouse.connection import (
    WarehouseUnavailable,
)
from warehouse.settings import Settings, SettingsError

USAGE = 2
"""Exit code: wrong usage or settings."""

Command = Callable[..., None]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def of_period(command: Command) -> Command:
    """Add the options that say which days a command is about."""
    for option in (
        click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="Last day (or END_DATE)."),
        click.option(
            "--start", type=click.DateTime(["%Y-%m-%d"]), help="First day (or START_DATE)."
        ),
        click.option("--week", "week_text", help="A week, such as 2026-W03."),
    ):
        command = option(command)
    return command


@contextmanager
def said_politely() -> Iterator[None]:
    """Say what went wrong in a sentence."""
    try:
        yield
    except Refusal as problem:
        err.print(Text(str(problem)))
        sys.exit(problem.exit_code)
    except (SettingsError, WarehouseUnavailable, ValueError) as problem:
        err.print(Text(str(problem)))
        sys.exit(USAGE)


def asked_period(
    calendar: Calendar,
    week_text: str | None,
    start: datetime | None,
    end: datetime | None,
    settings: Settings,
) -> Period:
    """Return the days that options or settings name; else the last complete week.

    Raises:
        ValueError: they do not fit together.
        NoFigures: nothing was sold in them.
    """
    if week_text is not None:
        if start or end:
            raise ValueError("Give --week, or --start and --end, not both.")
        return calendar.week_named(week_text)
    first = start.date() if start else settings.start_date
    last = end.date() if end else settings.end_date
    if first is None and last is None:
        return calendar.last_complete_week()
    if first is None or last is None:
        raise ValueError("A span needs a first and a last day, the first not after the last.")
    return calendar.span(first, last)
