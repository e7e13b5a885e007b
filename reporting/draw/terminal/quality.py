"""Prints what the quality models found as tables a person can read."""

from collections.abc import Sequence

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text
from sqlalchemy.engine import RowMapping

from reporting.ask.quality import FILE_COLUMNS, RULE_COLUMNS, WEEK_COLUMNS, QualityFigures, Rule
from reporting.draw.terminal.grid import grid, shown
from reporting.tables import Kind
from reporting.words import counted, write_amounts, write_value
from warehouse.printing import printable

LISTED = 20
"""Files named one by one; the page has them all."""


def show_quality(figures: QualityFigures, locale: str, console: Console) -> None:
    """Print the latest weeks, every file, and what is wrong."""
    if figures.weeks:
        weeks = ([week[column.name] for column in WEEK_COLUMNS] for week in figures.weeks)
        title = Text("\nThe latest weeks", style="bold")
        console.print(title, grid(WEEK_COLUMNS, weeks, locale), sep="\n")
    _show_files(figures.parts, locale, console)
    if figures.rules:
        title = Text("\nWhat is wrong, and what to do", style="bold")
        console.print(title, _rules(figures.rules, locale), sep="\n")
    else:
        console.print(
            Text("\nNothing needs correcting: every delivered row is as the rules want it."),
            style="green",
            soft_wrap=True,
        )
    if figures.accepted_count:
        accepted = write_value(figures.accepted_count, Kind.COUNT, locale=locale)
        said = f"Not counted here: {accepted} that somebody has accepted as they are."
        console.print(said, soft_wrap=True)


def _show_files(parts: Sequence[RowMapping], locale: str, console: Console) -> None:
    """Print the files that lost rows, the worst first, and how many lost none."""
    lossy = [part for part in parts if part["rows_rejected"] or part["rows_duplicate"]]
    console.print(Text("\nWhat became of each file", style="bold"))
    if lossy:
        files = grid(FILE_COLUMNS, (), locale)
        for part in lossy[:LISTED]:
            sheet = f"{printable(part['source_sheet'])}: " if part["source_sheet"] else ""
            name = Text(printable(part["source_file"]))
            name.append(f"\n  {sheet}{part['entity'].replace('_', ' ')}", style="dim")
            figures = (part[column.name] for column in FILE_COLUMNS[1:])
            files.add_row(name, *(write_value(one, Kind.COUNT, locale=locale) for one in figures))
        console.print(files)
    if len(lossy) > LISTED:
        more = write_value(len(lossy) - LISTED, Kind.COUNT, locale=locale)
        console.print(f"… and {more} more that lost rows (--out DIR names all).")
    smooth = len(parts) - len(lossy)
    if smooth:
        also = "more " if lossy else ""
        said = counted(smooth, f"{also}sheet or file", locale, f"{also}sheets and files")
        console.print(f"{said} with every row accepted.")


def _rules(rules: Sequence[Rule], locale: str) -> Grid:
    table = grid(RULE_COLUMNS, (), locale)
    for rule in rules:
        what = Text(printable(rule.description))
        what.append(f" ({printable(rule.entity)})", style="dim")
        place = (
            Text("kept out of the figures", style="red")
            if rule.is_reject
            else Text("counted, but flagged", style="yellow")
        )
        advice = Padding(Group(place, Text(printable(rule.what_to_do))), (0, 0, 0, 2))
        amounts = Text("\n".join(map(shown, write_amounts(rule.amounts, locale))))
        count = write_value(rule.issue_count, Kind.COUNT, locale=locale)
        table.add_row(Group(what, advice), count, amounts)
    return table
