"""The command line of the loader; `python -m loader --help` lists the commands.

What only some commands use is imported by them: others are to answer at once.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import Progress
from rich.text import Text

from loader import Refusal, ledger
from loader.contracts import ENTITIES
from loader.terminal import (
    bar_columns,
    err,
    out,
    progress,
    say_done,
    show,
    show_version,
    shown,
    sum_up,
)
from loader.wording import count, quoted
from loader.work import bring_up_to_date, check_files, ledger_if_any, load_files
from warehouse.connection import WarehouseUnavailable
from warehouse.printing import printable
from warehouse.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from loader.deliveries import Delivery, Found
    from loader.learning import Answers

USAGE = 2
"""Exit code: wrong usage or settings."""


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what people can mend into one message and exit code 2."""
    try:
        yield
    except (SettingsError, WarehouseUnavailable, Refusal) as problem:
        err.print(Text(printable(str(problem))))
        sys.exit(USAGE)


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


def _column_and_header(text: str) -> tuple[str, str]:
    column, _, header = text.partition("=")
    known = {name for entity in ENTITIES.values() for name in entity.columns}
    if column not in known or not header:
        raise click.BadParameter(f"{text}: one of our columns and a header, such as units=Pieces")
    return column, header


def _currency(_context: click.Context, _option: click.Parameter, code: str) -> str:
    from babel.numbers import list_currencies

    if code and code.upper() not in list_currencies():
        raise click.BadParameter(f"ISO 4217 knows no currency {code}.")
    return code.upper()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Copy sales workbooks and CSV files, as delivered, into the warehouse.

    Exit code 0: all well. 1: some file failed, or is held until a question is answered (the others
    are loaded). 2: wrong usage or settings.
    """
    # What it would print of a broken connection, with a traceback, the command says in one line.
    logging.getLogger("sqlalchemy.pool").addHandler(logging.NullHandler())


@main.command("load")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def load_command(paths: tuple[Path, ...]) -> None:
    """Load files or folders (default: SALES_DATA_FILE, else data/inbox)."""
    from loader.watched import watched

    with _plain_errors():
        settings = read_settings()
        found = _find(paths, settings)
        work = partial(load_files, found.deliveries)
        with watched(work, settings) as outcomes_of, progress(found.deliveries) as step:
            outcomes = shown(outcomes_of(step))
    sum_up(outcomes, found)


@main.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON list.")
def check_command(paths: tuple[Path, ...], as_json: bool) -> None:
    """Say what load would do, and what a correction would change; write nothing."""
    from loader.watched import watched

    with _plain_errors():
        settings = read_settings()
        found = _find(paths, settings)
        work = partial(check_files, found.deliveries)
        with watched(work, settings) as outcomes_of, progress(found.deliveries) as step:
            would = outcomes_of(step)
            outcomes = [*would] if as_json else shown(would)
    if as_json:
        from loader.told import outcome_told

        click.echo(json.dumps([outcome_told(outcome) for outcome in outcomes], indent=1))
        sys.exit(1 if any(outcome.status in ledger.REFUSED for outcome in outcomes) else 0)
    sum_up(outcomes, found, would=True)


@main.command("inspect")
@click.argument("file", type=click.Path(path_type=Path))
def inspect_command(file: Path) -> None:
    """Propose a layout for FILE, as YAML on standard output."""
    from loader.inspection import propose_layout
    from loader.reading.sheet import BadFile

    with _plain_errors():
        if not file.is_file():
            raise Refusal(f"There is no file {file}.")
    try:
        click.echo(propose_layout(file), nl=False)
    except BadFile as problem:
        err.print(Text(printable(f"{file.name}: {problem}")))
        sys.exit(1)


@main.command("learn")
@click.argument(
    "paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--yes", is_flag=True, help="Ask nothing; what is open is named, and ends with 1.")
@click.option("--json", "as_json", is_flag=True, help="For programs: --yes, and says it in JSON.")
@click.option("--name", default="", help="Of the layout.  [default: made of the first file's]")
@click.option("--decimal", type=click.Choice([".", ","]), help="The mark of decimals.")
@click.option("--dates", metavar="ORDER", help="Of day, month and year: dmy, mdy or ymd.")
@click.option("--encoding", metavar="NAME", help="Of CSV files: utf-8, cp1252, …")
@click.option("--sheets", metavar="NAMES", help="Those whose sales count, with commas between.")
@click.option(
    "--entity",
    type=click.Choice(["sales_lines"]),
    help="What the rows are, whatever the file is called.",
)
@click.option("--rows", metavar="FIRST-LAST", help="Of a sheet, as Excel counts them: 2-500, 2-.")
@click.option("--range", "cells", metavar="CELLS", help="Of a sheet's tables: A:E,G:K, A3:E40.")
@click.option(
    "--skip-rows-where", metavar="HEADER=REGEX", help="Totals rows; none: there are none."
)
@click.option(
    "--keep-rows-where",
    metavar="HEADER=TEXTS",
    help="Those that count: Status=Paid; != for the others.",
)
@click.option(
    "--returns-where",
    metavar="HEADER=TEXTS",
    help="Those that take off what was sold: Type=Return, or Qty=^- for a pattern; none: no row.",
)
@click.option(
    "--struck-through",
    type=click.Choice(["left_out", "counted"]),
    help="What rows are that are struck through.",
)
@click.option(
    "--overlaps",
    type=click.Choice(["counted"]),
    help="Sales that other files have, too, are other sales.",
)
@click.option(
    "--identity",
    metavar="COLUMNS",
    help="Of ours, which make a line the same in another file: order_id,product_name.",
)
@click.option("--fill-down", metavar="COLUMNS", help="That stand on the first of their rows only.")
@click.option(
    "--order-amounts",
    multiple=True,
    metavar="OURS=HEADER",
    help="Amounts of whole orders, to be shared out among their lines: line_total=Total.",
)
@click.option("--missing", metavar="TEXTS", help="That mean no value, beside the usual ones.")
@click.option(
    "--scale",
    multiple=True,
    metavar="OURS=NUMBER",
    help="What a 1 stands for: line_total=1000 in thousands, discount_rate=0.01 in percent.",
)
@click.option("--time-zone", metavar="NAME", help="Of the business: Europe/Berlin, UTC, …")
@click.option(
    "--currency",
    default="",
    metavar="CODE",
    callback=_currency,
    help="Of amounts that come without one.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="OURS=HEADER",
    help="Which header a column is read from; as often as needed.",
)
@click.option(
    "--constant",
    "constants",
    multiple=True,
    metavar="OURS=VALUE",
    help="What a column without a header is in every row: store_name=North.",
)
def learn_command(
    paths: tuple[Path, ...],
    yes: bool,
    as_json: bool,
    name: str,
    decimal: str | None,
    dates: str | None,
    encoding: str | None,
    sheets: str | None,
    rows: str | None,
    cells: str | None,
    entity: str | None,
    keep_rows_where: str | None,
    skip_rows_where: str | None,
    returns_where: str | None,
    struck_through: str | None,
    overlaps: str | None,
    identity: str | None,
    fill_down: str | None,
    order_amounts: tuple[str, ...],
    missing: str | None,
    scale: tuple[str, ...],
    time_zone: str | None,
    currency: str,
    columns: tuple[str, ...],
    constants: tuple[str, ...],
) -> None:
    """Understand FILEs, ask what is open, write their layout into LAYOUTS_DIR.

    Shows what was understood, in figures, and what a load would give.
    """
    from loader.learning import Answers, layout_path
    from loader.reading.sheet import BadFile
    from loader.teaching import teach

    settings = {
        "decimal": decimal,
        "dates": dates,
        "encoding": encoding,
        "sheets": sheets,
        "rows": rows,
        "range": cells,
        "entity": entity,
        "keep_rows_where": keep_rows_where,
        "skip_rows_where": skip_rows_where,
        "returns_where": returns_where,
        "struck_through": struck_through,
        "overlaps": overlaps,
        "identity": identity,
        "fill_down": fill_down,
        "missing": missing,
        "scale": ",".join(scale) or None,
        "time_zone": time_zone,
    }
    answers = Answers(
        {key: value for key, value in settings.items() if value is not None},
        currency,
        dict(_column_and_header(item) for item in columns),
        dict(_column_and_header(item) for item in order_amounts),
        dict(_column_and_header(item) for item in constants),
    )
    with _plain_errors():
        where = read_settings()
        found = _find(paths, where)
        if not found.deliveries:
            raise Refusal("No files found: give workbooks or CSV files, or their folder.")
        path = layout_path(where.layouts_dir, found.deliveries, name)
        try:
            if as_json:
                is_open = _learn_for_program(found.deliveries, answers, path)
            else:
                is_open = teach(
                    found.deliveries,
                    answers,
                    path,
                    ask=not yes and _somebody_is_there(),
                    out=out,
                    show=show,
                )
        except BadFile as problem:
            err.print(Text(printable(str(problem))))
            sys.exit(1)
    sys.exit(1 if is_open else 0)


def _learn_for_program(deliveries: list[Delivery], answers: Answers, path: Path) -> bool:
    from loader.learning import learn
    from loader.told import lesson_told

    lesson = learn(deliveries, answers)
    if lesson.text:
        path.write_text(lesson.text, encoding="utf-8")
    click.echo(json.dumps(lesson_told(lesson, path.stem if lesson.text else None), indent=1))
    return lesson.is_open


@main.command("template")
@click.argument("layout")
@click.option("--out", "path", type=click.Path(path_type=Path), help="[default: LAYOUT.xlsx]")
def template_command(layout: str, path: Path | None) -> None:
    """Write the empty workbook for LAYOUT, a name in LAYOUTS_DIR.

    With headings, lists of what the warehouse knows, and only numbers and dates where they belong.
    """
    from loader.layouts import read_layouts
    from loader.template import write_template

    with _plain_errors():
        settings = read_settings()
        known = {item.name: item for item in read_layouts(settings.layouts_dir)}
        if layout not in known:
            there = quoted(list(known)) or "none"
            raise Refusal(f"There is no layout '{layout}' in LAYOUTS_DIR; it has {there}.")
        target = path or Path(f"{layout}.xlsx")
        with ledger_if_any(settings) as connection:
            try:
                write_template(known[layout], target, connection)
            except OSError as error:
                raise Refusal(f"{target} cannot be written: {error.strerror}.") from None
    out.print(Text(printable(f"Written: {target}")))


@main.command("status")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON list.")
def status_command(as_json: bool) -> None:
    """Show the ledger, newest first: every file version, what became of it and why."""
    with _plain_errors(), ledger_if_any(read_settings()) as connection:
        rows = [row._asdict() for row in ledger.read_ledger(connection)] if connection else []
    if as_json:
        click.echo(json.dumps(rows, default=_iso, indent=1))
        return
    if not rows:
        out.print("Nothing has been loaded yet.")
        return
    out.print("   id  status      finished (UTC)    file", style="dim")
    for row in rows:
        show_version(row)


@main.command("withdraw")
@click.argument("version_ids", metavar="ID...", nargs=-1, required=True, type=int)
def withdraw_command(version_ids: tuple[int, ...]) -> None:
    """Take file versions out: their rows count no more. ID is the number that status shows."""
    from loader.corrections import withdraw

    with _plain_errors(), _ledger_to_correct() as connection:
        taken_out = []
        for version_id in version_ids:
            taken_out.append(withdraw(connection, version_id))
            say_done("withdrawn", taken_out[-1].version)
    out.print("Next: `dbt build` takes its rows out of the figures.")
    for done in taken_out:
        if done.older is not None:
            out.print(
                "Nothing of this file counts then. To let an older version of it count instead: "
                f"`python -m loader restore {done.older}`."
            )


@main.command("restore")
@click.argument("version_id", metavar="ID", type=int)
def restore_command(version_id: int) -> None:
    """Let a withdrawn or superseded file version count again, in place of the one that does."""
    from loader.corrections import restore

    with _plain_errors(), _ledger_to_correct() as connection:
        done = restore(connection, version_id)
    if done.version.status == "active":
        path = printable(done.version.path)
        out.print(Text(f"Version {version_id} ({path}) counts already: nothing to do."))
        return
    say_done("restored", done.version)
    if done.superseded is not None:
        out.print(f"It takes the place of version {done.superseded}.")
    out.print("Next: `dbt build` brings its rows into the figures.")


@main.command("prune")
@click.option(
    "--keep-days",
    default=0,
    show_default=True,
    type=click.IntRange(0, 36_500),
    help="Leave alone what was loaded in as many days.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def prune_command(keep_days: int, yes: bool) -> None:
    """Forget the rows of superseded and withdrawn file versions for good."""
    from loader.corrections import find_prunable, prune

    with _plain_errors(), _ledger_to_correct() as connection:
        found = find_prunable(connection, keep_days)
        for why, versions in found.needed.items():
            ids = ", ".join(str(version.file_version_id) for version in versions)
            noun = "version" if len(versions) == 1 else "versions"
            out.print(f"Kept, as {why}: {noun} {ids}.", style="yellow")
        if not found.versions:
            out.print("There is nothing to prune.")
            return
        rows = sum(version.rows_loaded for version in found.versions)
        what = f"{count(len(found.versions), 'version')} with {count(rows, 'row')}"
        if not yes:
            for version in found.versions:
                show_version(version._asdict())
            if not sys.stdin.isatty():
                raise Refusal(f"This forgets {what} for good: say --yes if that is meant.")
            if not click.confirm(f"This forgets {what} for good. Go on?"):
                sys.exit(1)
        prune(connection, found.versions)
    out.print(f"Pruned: {what}.")


@main.command("demo")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same files.")
@click.option(
    "--lines",
    default=12_000,
    show_default=True,
    type=click.IntRange(1_000, 2_000_000),
    help="Number of sales lines.",
)
@click.option("--if-empty", is_flag=True, help="Do nothing where FOLDER holds files already.")
def demo_command(folder: Path, seed: int, lines: int, if_empty: bool) -> None:
    """Write demo workbooks of an invented company into FOLDER."""
    from demo.workbooks import write_demo
    from loader.deliveries import is_hidden

    if if_empty and folder.is_dir() and any(not is_hidden(file) for file in folder.iterdir()):
        return
    with Progress(*bar_columns(), console=err, disable=not err.is_terminal, transient=True) as bar:
        task = bar.add_task("Writing demo workbooks", total=lines)
        files = write_demo(
            folder,
            seed=seed,
            lines=lines,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    out.print(Text(printable(f"{len(files)} demo workbooks written to {folder}")))


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _find(paths: tuple[Path, ...], settings: Settings) -> Found:
    from loader.deliveries import find_deliveries

    inbox = settings.sales_data_file
    if not paths and inbox == Settings.model_fields["sales_data_file"].default:
        inbox.mkdir(parents=True, exist_ok=True)
    return find_deliveries(paths or (inbox,), inbox.parent if inbox.is_file() else inbox)


@contextmanager
def _ledger_to_correct() -> Iterator[Connection]:
    """Hold the ledger, to change what counts."""
    from loader.load import one_load_at_a_time
    from warehouse.logs import log_to_file

    log_to_file("loader")
    with ledger_if_any(read_settings(), read_only=False) as connection:
        if connection is None:
            raise Refusal("Nothing has been loaded yet.")
        with one_load_at_a_time(connection):
            bring_up_to_date(connection)
            yield connection


if __name__ == "__main__":
    main(prog_name="python -m loader")
