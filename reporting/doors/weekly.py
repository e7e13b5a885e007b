"""The weekly pack: printed, written as a workbook, a PDF and a page, published, sent."""

from datetime import datetime
from pathlib import Path

import click
from rich.text import Text

from reporting.ask.opening import open_warehouse
from reporting.ask.pack.content import Pack
from reporting.ask.pack.reading import read_pack
from reporting.ask.periods import read_calendar
from reporting.doors import mail
from reporting.doors.common import asked_period, of_period, out, said_politely
from reporting.doors.editions import publish, publisher, said_of
from reporting.draw.files import make_folder, replaced
from reporting.draw.terminal.grid import shown
from reporting.draw.terminal.pack import show_pack
from reporting.words import locale_named
from warehouse.settings import CHECKOUT, read_settings

REPORTS = CHECKOUT / "reports_out"


@click.command("weekly")
@of_period
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
    with said_politely():
        settings = read_settings()
        locale_named(settings.report_locale)
        if email and no_files:
            raise ValueError("A mail carries the files: leave out --no-files, or --email.")
        mail_route = mail.route(settings) if email else None
        made_at = datetime.now().astimezone()
        with open_warehouse(settings, published=True) as connection:
            calendar = read_calendar(connection)
            period = asked_period(calendar, week_text, start, end, settings)
            if is_published and period.week is None:
                raise ValueError("Only weeks are published: name one with --week.")
            pack = read_pack(
                connection,
                calendar,
                period,
                made_at,
                settings.report_locale,
                with_forecast=not no_files,
            )
        show_pack(pack, out)
        if not no_files:
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
            mail.send(mail.compose(pack, files, mail_route), mail_route)
            count = len(mail_route.recipients)
            out.print(f"Sent to {count} {'address' if count == 1 else 'addresses'}.")


def write_pack(pack: Pack, folder: Path, stem: str) -> list[Path]:
    """Write the three files of a pack into a folder, which is made if it is not there.

    Args:
        pack: what they say.
        folder: where they go; those of an earlier time are replaced.
        stem: their names without endings.

    Returns:
        The files.

    Raises:
        CannotWrite: the folder or a file in it.
    """
    from reporting.draw.excel.pack import write_workbook
    from reporting.draw.page.pack import page
    from reporting.draw.pdf.pack import write_pdf

    make_folder(folder)
    workbook, pdf, html = (folder / f"{stem}.{ending}" for ending in ("xlsx", "pdf", "html"))
    with replaced(workbook) as unfinished:
        write_workbook(pack, unfinished)
    with replaced(pdf) as unfinished:
        write_pdf(pack, unfinished)
    with replaced(html) as unfinished:
        unfinished.write_text(page(pack), encoding="utf-8")
    return [workbook, pdf, html]
