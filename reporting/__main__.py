"""The command line: `python -m reporting weekly`, `trace`, `quality`, `api` and so on.

What only some commands use is imported by them: others are to answer at once.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from reporting import Refusal
from reporting.ask.names import KINDS
from reporting.ask.opening import open_warehouse
from reporting.ask.periods import Calendar, Period, read_calendar
from reporting.doors.api.keys import Role
from reporting.draw.words import locale_named
from warehouse.connection import WarehouseUnavailable
from warehouse.settings import CHECKOUT, Settings, SettingsError, read_settings

REPORTS = CHECKOUT / "reports_out"

USAGE = 2
"""Exit code: wrong usage or settings."""

Command = Callable[..., None]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Show what the report models say."""


def _of_period(command: Command) -> Command:
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


@main.command("weekly")
@_of_period
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path),
    default=REPORTS,
    help="Write the files into this folder (default: reports_out/ in the checkout).",
)
@click.option("--no-files", is_flag=True, help="Print only.")
@click.option(
    "--publish",
    "is_published",
    is_flag=True,
    help="Keep the week's figures as those given away, to be told what changes later.",
)
@click.option("--email", is_flag=True, help="Send the files to MAIL_TO (see .env.example).")
def weekly_command(
    week_text: str | None,
    start: datetime | None,
    end: datetime | None,
    folder: Path,
    no_files: bool,
    is_published: bool,
    email: bool,
) -> None:
    """Report a week (default: the last complete one) or any span of days.

    Prints the short view, and writes a workbook, a PDF and a page with all of it.
    """
    from reporting.ask.pack.reading import read_pack
    from reporting.doors.editions import publish, publisher, said_of
    from reporting.doors.mail import compose, route, send
    from reporting.draw.terminal.grid import shown
    from reporting.draw.terminal.pack import show_pack

    with _said_politely():
        settings = read_settings()
        locale_named(settings.report_locale)
        if email and no_files:
            raise ValueError("A mail carries the files: leave out --no-files, or --email.")
        mail_route = route(settings) if email else None
        made_at = datetime.now().astimezone()
        with open_warehouse(settings, published=True) as connection:
            calendar = read_calendar(connection)
            period = _period(calendar, week_text, start, end, settings)
            if is_published and period.week is None:
                raise ValueError("Only weeks are published: name one with --week.")
            pack = read_pack(connection, calendar, period, made_at, settings.report_locale)
        show_pack(pack, out)
        if not no_files:
            from reporting.doors.pack import write_pack

            files = write_pack(pack, folder, period.stem)
            for number, path in enumerate(files):
                out.print(Text(f"{'' if number else chr(10)}Wrote {path}"), soft_wrap=True)
        if is_published and period.week is not None:
            with open_warehouse(settings, read_only=False) as connection:
                made = publish(connection, period.week, publisher(settings), made_at)
            for publication in made:
                said = said_of(publication, settings.report_locale)
                out.print(Text(shown(said)), soft_wrap=True)
        if mail_route is not None:
            # Last, so that nothing is given away that could not be published.
            send(compose(pack, files, mail_route), mail_route)
            count = len(mail_route.recipients)
            out.print(f"Sent to {count} {'address' if count == 1 else 'addresses'}.")


@main.command("editions")
def editions_command() -> None:
    """List the weeks that were published: when, by whom, with which revenue."""
    from reporting.doors.editions import EDITION_COLUMNS, edition_rows, read_editions
    from reporting.draw.terminal.grid import grid

    with _said_politely():
        settings = read_settings()
        locale_named(settings.report_locale)
        with open_warehouse(settings) as connection:
            rows = edition_rows(read_editions(connection))
        out.print(grid(EDITION_COLUMNS, rows, settings.report_locale))


@main.command("trace")
@_of_period
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
    from reporting.ask.tracing import count_kept_out, read_lines, read_totals, select_lines
    from reporting.doors.trace import check_ending, write_lines
    from reporting.draw.terminal.trace import show_trace

    with _said_politely():
        settings = read_settings()
        locale_named(settings.report_locale)
        if path is not None:
            check_ending(path)
        with open_warehouse(settings, published=True) as connection:
            calendar = read_calendar(connection)
            if wanted["order"] and not (week_text or start or end):
                period = calendar.everything()
            else:
                period = _period(calendar, week_text, start, end, settings)
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


@main.command("quality")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path),
    help="Write into this folder: a page, and for each file with rows to correct a workbook.",
)
def quality_command(folder: Path | None) -> None:
    """Print what is wrong with the delivered rows, and what to do about it."""
    from reporting.ask.quality import read_quality
    from reporting.doors.quality import said_of_handout, write_handout
    from reporting.draw.terminal.quality import show_quality

    with _said_politely():
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


@main.command("api")
def api_command() -> None:
    """Serve the HTTP API; the settings that begin with API_ say where, and for whom."""
    from reporting.doors.api.serve import serve
    from reporting.doors.api.settings import read_api_settings

    with _said_politely():
        settings = read_api_settings()
        where = f"http://{settings.host}:{settings.port}"
        err.print(f"The API is at {where}, its documentation at {where}/docs (Ctrl-C stops).")
        serve(settings, read_settings().database_url)


@main.command("api-key")
@click.option("--name", required=True, help="Whose key it is, such as power-bi.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.READER.value,
    show_default=True,
    help="reader: reports; auditor: also lines, files and delivered texts.",
)
def api_key_command(name: str, role: str) -> None:
    """Make a key for the API: prints it, once, and the line that the API is told."""
    from reporting.doors.api.keys import new_key

    with _said_politely():
        key, line = new_key(name, Role(role))
        err.print("The key, for whoever asks; it cannot be shown again:")
        click.echo(key)
        err.print("Its line, for API_KEYS or the file that API_KEYS_FILE names:")
        click.echo(line)


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
    from reporting.ask.names import read_names
    from reporting.doors.aliases.proposals import propose
    from reporting.doors.aliases.seed import write_header, write_proposals

    # A seed is read as UTF-8 wherever it was written.
    stdout = click.get_text_stream("stdout", encoding="utf-8")
    with _said_politely(), open_warehouse(read_settings()) as connection:
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
def _said_politely() -> Iterator[None]:
    """Say what went wrong in a sentence."""
    try:
        yield
    except Refusal as problem:
        err.print(Text(str(problem)))
        sys.exit(problem.exit_code)
    except (SettingsError, WarehouseUnavailable, ValueError) as problem:
        err.print(Text(str(problem)))
        sys.exit(USAGE)


def _period(
    calendar: Calendar,
    week_text: str | None,
    start: datetime | None,
    end: datetime | None,
    settings: Settings,
) -> Period:
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


if __name__ == "__main__":
    main(prog_name="python -m reporting")
