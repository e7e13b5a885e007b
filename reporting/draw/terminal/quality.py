"""Prints what the quality models found as tables a person can read."""

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from sqlalchemy.engine import RowMapping

from reporting.ask.quality import QualityFigures, Rule
from reporting.doors.quality import Handout
from reporting.draw.words import amount_in, percent, whole
from warehouse.printing import printable

LISTED = 20
"""Files and workbooks named one by one; the page has them all."""

_STATUS_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def show_quality(figures: QualityFigures, console: Console) -> None:
    """Print the latest weeks, every file, and what is wrong."""
    if figures.weeks:
        console.print(Text("\nThe latest weeks", style="bold"), _weeks(figures.weeks), sep="\n")
    _show_files(figures.parts, console)
    if figures.rules:
        console.print(
            Text("\nWhat is wrong, and what to do", style="bold"), _rules(figures.rules), sep="\n"
        )
    else:
        console.print(
            Text("\nNothing needs correcting: every delivered row is as the rules want it."),
            style="green",
            soft_wrap=True,
        )
    if figures.accepted_count:
        console.print(
            f"Not counted here: {whole(figures.accepted_count)} that somebody has accepted as "
            "they are.",
            soft_wrap=True,
        )


def show_handout(handout: Handout, console: Console) -> None:
    """Print what was written, and where."""
    said = [f"\nWrote {handout.page}"]
    if handout.workbooks:
        said.append("To send back to those who sent the files:")
        said += _listed([str(path) for path in handout.workbooks])
    else:
        said.append("There is no workbook to send back, as nothing needs correcting.")
    if handout.outdated:
        said.append("From an earlier time, of files that need no correcting any more; delete them:")
        said += _listed([str(path) for path in handout.outdated])
    for line in said:
        console.print(Text(line), soft_wrap=True)


def _listed(names: list[str]) -> list[str]:
    lines = [f"  {printable(name)}" for name in names[:LISTED]]
    return lines if len(names) <= LISTED else [*lines, f"  … and {len(names) - LISTED:,} more"]


def _weeks(weeks: list[RowMapping]) -> Table:
    table = _table("Week", "Status")
    for heading in ("Rows", "Kept out", "Flagged", "Amount kept out", "Affected"):
        table.add_column(heading, justify="right")
    for week in weeks:
        table.add_row(
            week["iso_week"],
            Text(week["status"], style=_STATUS_STYLES.get(week["status"], "")),
            whole(week["row_count"]),
            whole(week["quarantined_row_count"]),
            whole(week["flagged_row_count"]),
            amount_in(week["currency"], week["quarantined_amount"]),
            percent(week["revenue_affected_share"]),
        )
    return table


def _show_files(parts: list[RowMapping], console: Console) -> None:
    """Print the files that lost rows, the worst first, and how many lost none."""
    lossy = [part for part in parts if part["rows_rejected"] or part["rows_duplicate"]]
    console.print(Text("\nWhat became of each file", style="bold"))
    if lossy:
        table = _table("File")
        for heading in ("Delivered", "Accepted", "Kept out", "Duplicate", "Skipped"):
            table.add_column(heading, justify="right", min_width=len(heading))
        for part in lossy[:LISTED]:
            sheet = f"{printable(part['source_sheet'])}: " if part["source_sheet"] else ""
            name = Text(printable(part["source_file"]))
            name.append(f"\n  {sheet}{part['entity'].replace('_', ' ')}", style="dim")
            table.add_row(
                name,
                whole(part["rows_read"]),
                whole(part["rows_accepted"]),
                whole(part["rows_rejected"]),
                whole(part["rows_duplicate"]),
                whole(part["rows_skipped"]),
            )
        console.print(table)
    if len(lossy) > LISTED:
        console.print(f"… and {len(lossy) - LISTED:,} more that lost rows (--out DIR names all).")
    smooth = len(parts) - len(lossy)
    if smooth:
        also = "more " if lossy else ""
        noun = "sheet or file" if smooth == 1 else "sheets and files"
        console.print(f"{smooth:,} {also}{noun} with every row accepted.")


def _rules(rules: list[Rule]) -> Table:
    table = _table("")
    table.add_column("Rows", justify="right")
    table.add_column("Amount at stake", justify="right", no_wrap=True)
    for rule in rules:
        what = Text(printable(rule.description))
        what.append(f" ({printable(rule.entity)})", style="dim")
        place = (
            Text("kept out of the figures", style="red")
            if rule.is_reject
            else Text("counted, but flagged", style="yellow")
        )
        advice = Padding(Group(place, Text(printable(rule.what_to_do))), (0, 0, 0, 2))
        amounts = Text("\n".join(printable(amount) for amount in rule.amounts))
        table.add_row(Group(what, advice), whole(rule.issue_count), amounts)
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
