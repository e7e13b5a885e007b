"""The weeks that have closed: written, published and sent, each once; what a schedule calls.

A mail is noted as owed before its week is published, and as sent when a server has taken it. So
whatever stops in between, the next call does what is left; a call that ends between a server's
answer and the note sends that mail twice, never not at all.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from email.headerregistry import Address
from pathlib import Path

import click
import sqlalchemy as sa
from rich.text import Text
from sqlalchemy.engine import Connection

from reporting.ask.opening import open_warehouse
from reporting.ask.pack.content import Pack
from reporting.ask.pack.reading import read_pack
from reporting.ask.periods import Calendar, NoFigures, Week, read_calendar
from reporting.doors import mail
from reporting.doors.common import err, out, said_politely
from reporting.doors.editions import publish, publisher, said_of
from reporting.doors.weekly import REPORTS, write_pack
from reporting.draw.terminal.grid import shown
from reporting.words import locale_named
from warehouse.settings import Settings, read_settings


@click.command("due")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path),
    default=REPORTS,
    help="Write the files into this folder (default: reports_out/ in the checkout).",
)
def due_command(folder: Path) -> None:
    """Report the weeks that have closed since the last published one; for a schedule.

    Writes the files of each, publishes it and, where MAIL_TO is set, sends it, to each address by
    itself. Where nothing was ever published, that is the last complete week. Run again, it does
    what is left, such as a mail that a server did not take.
    """
    with said_politely():
        settings = read_settings()
        locale_named(settings.report_locale)
        by = publisher(settings)
        route = mail.route(settings) if settings.mail_to else None
        addresses = [address.addr_spec for address in route.recipients] if route else []
        with open_warehouse(settings, published=True) as connection:
            calendar = read_calendar(connection)
        with open_warehouse(settings) as connection:
            _refuse_without_tables(connection)
            closed = closed_weeks(calendar, _published_weeks(connection))
            owed = _owed(connection, addresses)
        weeks = [week for week in calendar.weeks if week in closed or week.start in owed]
        if not weeks:
            out.print("No week has closed since the last one that was published.")
        is_all_sent = True
        for week in weeks:
            made_at = datetime.now().astimezone()
            pack, files = _written(settings, calendar, week, folder, made_at)
            if week in closed:
                with open_warehouse(settings, read_only=False) as connection:
                    _owe(connection, week, addresses)
                    for publication in publish(connection, week, by, made_at):
                        said = said_of(publication, settings.report_locale)
                        out.print(Text(shown(said)), soft_wrap=True)
            if route is not None:
                to = addresses if week in closed else owed[week.start]
                is_all_sent &= _send(settings, week, pack, files, route, to)
    if not is_all_sent:
        sys.exit(1)


def closed_weeks(calendar: Calendar, published: Sequence[date]) -> list[Week]:
    """Return the complete weeks after the last published one; if none ever was, the last complete.

    Args:
        calendar: the weeks that there are.
        published: first days of weeks that were published.
    """
    complete = [week for week in calendar.weeks if week.is_complete]
    if not published:
        return complete[-1:]
    return [week for week in complete if week.start > max(published)]


def _written(
    settings: Settings, calendar: Calendar, week: Week, folder: Path, made_at: datetime
) -> tuple[Pack, list[Path]]:
    period = calendar.week_named(week.name)
    with open_warehouse(settings, published=True) as connection:
        pack = read_pack(connection, calendar, period, made_at, settings.report_locale)
    files = write_pack(pack, folder, period.stem)
    for path in files:
        out.print(Text(f"Wrote {path}"), soft_wrap=True)
    return pack, files


def _send(
    settings: Settings,
    week: Week,
    pack: Pack,
    files: Sequence[Path],
    route: mail.Route,
    addresses: Sequence[str],
) -> bool:
    """Send a pack to each address by itself, as one may be refused; tell whether all went."""
    sent = 0
    for address in addresses:
        one = replace(route, recipients=(Address(addr_spec=address),))
        try:
            mail.send(mail.compose(pack, files, one), one)
        except mail.CannotSend as problem:
            err.print(Text(f"{week.name}, to {address}: {problem} The next call tries again."))
            if problem.is_of_address:
                continue
            break
        sent += 1
        with open_warehouse(settings, read_only=False) as connection, connection.begin():
            connection.execute(
                sa.text(
                    "update published.owed_mails set sent_at = :at "
                    "where week_start_date = :week and address = :address"
                ),
                {"at": _now(), "week": week.start, "address": address},
            )
    if sent:
        out.print(f"Sent {week.name} to {sent} {'address' if sent == 1 else 'addresses'}.")
    return sent == len(addresses)


def _refuse_without_tables(connection: Connection) -> None:
    made = connection.scalar(
        sa.text(
            "select count(*) from information_schema.tables "
            "where table_schema = 'published' and table_name = 'owed_mails'"
        )
    )
    if not made:
        raise NoFigures("There is nothing to publish into yet: run `make build` (or `dbt build`).")


def _published_weeks(connection: Connection) -> Sequence[date]:
    query = "select distinct week_start_date from published.weekly_editions"
    return connection.scalars(sa.text(query)).all()


def _owed(connection: Connection, addresses: Sequence[str]) -> dict[date, list[str]]:
    """Return who has not been sent a week that was published, of those who are to get mail now."""
    rows = connection.execute(
        sa.text(
            "select week_start_date, address from published.owed_mails "
            "where sent_at is null and week_start_date in "
            "(select week_start_date from published.weekly_editions) order by 1, 2"
        )
    )
    owed: dict[date, list[str]] = {}
    for row in rows:
        if row.address in addresses:
            owed.setdefault(row.week_start_date, []).append(row.address)
    return owed


def _owe(connection: Connection, week: Week, addresses: Sequence[str]) -> None:
    with connection.begin():
        for address in addresses:
            connection.execute(
                sa.text(
                    "insert into published.owed_mails (week_start_date, address, owed_at) "
                    "values (:week, :address, :at) on conflict do nothing"
                ),
                {"week": week.start, "address": address, "at": _now()},
            )


def _now() -> datetime:
    """The time, as the warehouse keeps it: UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
