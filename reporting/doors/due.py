"""The weeks that have closed: written, published and sent, each once; what a schedule calls.

A pack is noted as owed before its week is published, and as given when its files are written or a
server has taken its mail. So whatever stops in between, the next call does what is left; a call
that ends between a server's answer and the note sends that mail twice, never not at all.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from email.headerregistry import Address
from pathlib import Path

import click
import sqlalchemy as sa
from rich.text import Text
from sqlalchemy.engine import Connection

from reporting.ask.members import NoSuchName, no_such_name
from reporting.ask.opening import open_warehouse
from reporting.ask.pack.content import Pack
from reporting.ask.pack.reading import read_pack
from reporting.ask.periods import Calendar, NoFigures, Week, read_calendar
from reporting.doors import mail
from reporting.doors.common import err, out, said_politely
from reporting.doors.editions import publish, publisher, said_of
from reporting.doors.packs import PackFor, read_packs
from reporting.doors.weekly import REPORTS, write_pack
from reporting.draw.terminal.grid import shown
from reporting.words import locale_named
from warehouse.settings import Settings, read_settings

_FOLDER = ""
"""Where a pack's files are written, among the addresses that it goes to."""

Owed = Mapping[tuple[date, str], Sequence[str]]
"""Addresses, and `_FOLDER`, by the first day of a week and the name of a pack."""


@click.command("due")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path),
    default=REPORTS,
    help="Write the files into this folder (default: reports_out/ in the checkout).",
)
@click.option("--dry-run", is_flag=True, help="Only say which weeks, and who would get what.")
def due_command(folder: Path, dry_run: bool) -> None:
    """Report the weeks that have closed since the last published one; for a schedule.

    Writes the files of each, publishes it and sends its packs, to each address by itself: those of
    packs.yml, or else the one of all sales to MAIL_TO. Where nothing was ever published, that is
    the last complete week. Run again, it does what is left, such as a mail that a server did not
    take.
    """
    with said_politely():
        settings = read_settings()
        locale_named(settings.report_locale)
        by = publisher(settings)
        packs = read_packs(settings)
        everybody = list(dict.fromkeys(address for pack in packs for address in pack.to))
        route = mail.route(settings, everybody) if everybody else None
        with open_warehouse(settings, published=True) as connection:
            calendar = read_calendar(connection)
        with open_warehouse(settings) as connection:
            _refuse_without_tables(connection)
            closed = closed_weeks(calendar, _published_weeks(connection))
            owed = _owed(connection)
        due = _Due(settings, calendar, folder, route, datetime.now().astimezone())
        weeks = [
            week
            for week in calendar.weeks
            if week in closed or any(due.owes(week, pack, owed) for pack in packs)
        ]
        if not weeks:
            out.print("No week has closed since the last one that was published.")
        for week in weeks:
            if dry_run:
                due.show(week, packs, None if week in closed else owed)
                continue
            if week in closed:
                with open_warehouse(settings, read_only=False) as connection:
                    _owe(connection, week, packs)
                    for publication in publish(connection, week, by, due.now):
                        said = said_of(publication, settings.report_locale)
                        out.print(Text(shown(said)), soft_wrap=True)
                    owed = _owed(connection)
            for pack in packs:
                due.give(week, pack, due.owes(week, pack, owed))
        if weeks and not dry_run:
            mails = f", {due.sent} {'mail' if due.sent == 1 else 'mails'} sent" if route else ""
            out.print(f"Reported {', '.join(week.name for week in weeks)}{mails}.")
    if not due.is_all_well:
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


class _Due:
    """Gives packs to those whom they are owed to.

    Attributes:
        is_all_well: whether everything that was due has been done.
        sent: how many mails.
    """

    def __init__(
        self,
        settings: Settings,
        calendar: Calendar,
        folder: Path,
        route: mail.Route | None,
        now: datetime,
    ) -> None:
        self.settings = settings
        self.calendar = calendar
        self.folder = folder
        self.route = route
        self.now = now
        self.is_all_well = True
        self.sent = 0
        self._is_server_up = True

    def owes(self, week: Week, pack: PackFor, owed: Owed) -> list[str]:
        """Return to whom a pack is owed now; an address that it no longer has gets nothing."""
        places = [_FOLDER, *(pack.to if pack.is_ripe(week.end, self.now.date()) else ())]
        waiting = owed.get((week.start, pack.name), ())
        return [place for place in places if place in waiting]

    def show(self, week: Week, packs: Sequence[PackFor], owed: Owed | None) -> None:
        """Say who would get what, of all packs or of those that are owed."""
        for pack in packs:
            places = pack.to if owed is None else self.owes(week, pack, owed)
            ripe = "" if pack.is_ripe(week.end, self.now.date()) else f", on {pack.weekday}"
            to = ", ".join(place for place in places if place != _FOLDER)
            if owed is None or places:
                said = f"{_name(week, pack)}: {self._stem(week, pack)} to {to or 'nobody'}{ripe}"
                out.print(Text(shown(said)), soft_wrap=True)

    def give(self, week: Week, pack: PackFor, places: Sequence[str]) -> None:
        """Write a pack, and send it to each address by itself, as one may be refused."""
        if not places:
            return
        try:
            read, files = self._written(week, pack)
        except NoSuchName as problem:
            self._fail(f"{_name(week, pack)}: {problem} Mend `only` in packs.yml.")
            return
        except NoFigures:
            out.print(Text(f"{_name(week, pack)}: nothing was sold, so there is nothing to send."))
            self._settle(week, pack, places)
            return
        self._settle(week, pack, [_FOLDER])
        sent = [
            place
            for place in places
            if place != _FOLDER and self._send(week, pack, read, files, place)
        ]
        if sent:
            out.print(
                Text(f"Sent {_name(week, pack)} to {shown(', '.join(sent))}."), soft_wrap=True
            )

    def _written(self, week: Week, pack: PackFor) -> tuple[Pack, list[Path]]:
        period = self.calendar.week_named(week.name)
        with open_warehouse(self.settings, published=True) as connection:
            for kind, text in pack.only.items():
                if problem := no_such_name(connection, kind.replace("_", " "), text):
                    raise NoSuchName(problem)
            locale = pack.locale or self.settings.report_locale
            read = read_pack(connection, self.calendar, period, self.now, locale, pack.only)
        files = write_pack(read, self.folder, self._stem(week, pack))
        for path in files:
            out.print(Text(f"Wrote {path}"), soft_wrap=True)
        return read, [path for path in files if path.suffix[1:] in pack.files]

    def _stem(self, week: Week, pack: PackFor) -> str:
        return f"{self.calendar.week_named(week.name).stem}{pack.stem}"

    def _send(
        self, week: Week, pack: PackFor, read: Pack, files: Sequence[Path], address: str
    ) -> bool:
        if self.route is None or not self._is_server_up:
            return False
        route = replace(self.route, recipients=(Address(addr_spec=address),))
        try:
            mail.send(mail.compose(read, files, route), route)
        except mail.CannotSend as problem:
            self._fail(f"{_name(week, pack)}, to {address}: {problem} The next run tries again.")
            self._is_server_up = problem.is_of_address
            return False
        self._settle(week, pack, [address])
        self.sent += 1
        return True

    def _settle(self, week: Week, pack: PackFor, places: Sequence[str]) -> None:
        with open_warehouse(self.settings, read_only=False) as connection, connection.begin():
            for place in places:
                connection.execute(
                    sa.text(
                        "update published.owed_packs set given_at = :now where pack_name = :pack "
                        "and week_start_date = :week and place = :place and given_at is null"
                    ),
                    {"now": _utc(), "pack": pack.name, "week": week.start, "place": place},
                )

    def _fail(self, said: str) -> None:
        err.print(Text(shown(said)))
        self.is_all_well = False


def _name(week: Week, pack: PackFor) -> str:
    return f"{week.name} {pack.name}".strip()


def _refuse_without_tables(connection: Connection) -> None:
    made = connection.scalar(
        sa.text(
            "select count(*) from information_schema.tables "
            "where table_schema = 'published' and table_name = 'owed_packs'"
        )
    )
    if not made:
        raise NoFigures("There is nothing to publish into yet: run `make build` (or `dbt build`).")


def _published_weeks(connection: Connection) -> Sequence[date]:
    query = "select distinct week_start_date from published.weekly_editions"
    return connection.scalars(sa.text(query)).all()


def _owed(connection: Connection) -> Owed:
    """Return where packs of published weeks have not been given to yet."""
    rows = connection.execute(
        sa.text(
            "select week_start_date, pack_name, place from published.owed_packs "
            "where given_at is null and week_start_date in "
            "(select week_start_date from published.weekly_editions)"
        )
    )
    owed = defaultdict(list)
    for row in rows:
        owed[row.week_start_date, row.pack_name].append(row.place)
    return owed


def _owe(connection: Connection, week: Week, packs: Sequence[PackFor]) -> None:
    with connection.begin():
        for pack in packs:
            for place in (_FOLDER, *pack.to):
                connection.execute(
                    sa.text(
                        "insert into published.owed_packs "
                        "(week_start_date, pack_name, place, owed_at) "
                        "values (:week, :pack, :place, :now) on conflict do nothing"
                    ),
                    {"week": week.start, "pack": pack.name, "place": place, "now": _utc()},
                )


def _utc() -> datetime:
    """The time, as the warehouse keeps it: UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
