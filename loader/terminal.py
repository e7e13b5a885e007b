"""What the commands of the loader write to the terminal."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from loader import ledger
from loader.wording import count
from warehouse.printing import printable

if TYPE_CHECKING:
    from sqlalchemy.engine import Row

    from loader.deliveries import Delivery, Found
    from loader.load import Outcome
    from loader.preview import Changes


LISTED = 10
"""How many files are listed of which there is nothing to say but that they were loaded."""

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

STYLES = {
    "loaded": "green",
    "replaced": "green",
    "unchanged": "dim",
    "copy": "yellow",
    "withdrawn": "yellow",
    "superseded": "dim",
    "pruned": "dim",
    "failed": "bold red",
    "held": "bold magenta",
}


def show_version(row: dict[str, Any]) -> None:
    """Write a row of the ledger."""
    line = Text(f"{row['file_version_id']:>5}  ")
    line.append(f"{row['status']:<10}", style=STYLES.get(row["status"], ""))
    line.append(f"  {row['finished_at']:%Y-%m-%d %H:%M}  {printable(row['path'])}")
    if row["rows_loaded"] is not None:
        line.append(f"  {count(row['rows_loaded'], 'row')} of {row['entity']}")
    out.print(line)
    if row["error"]:
        out.print(Text(f"{'':7}{printable(row['error'])}", style="red"))


def say_done(done: str, version: Row[Any]) -> None:
    """Say what was done with a version."""
    what = f"{count(version.rows_loaded, 'row')} of {version.entity}"
    line = Text.assemble((done, "green"), f"  {printable(version.path)}  {what}")
    line.append(f"  [version {version.file_version_id}]", style="dim")
    out.print(line)


def bar_columns() -> tuple[TextColumn, BarColumn, MofNCompleteColumn]:
    """Return what a progress bar shows."""
    # A file name is no markup.
    return TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()


@contextmanager
def progress(deliveries: list[Delivery]) -> Iterator[_Step]:
    """Show a progress bar, where somebody is there; what it gives moves it on."""
    with Progress(*bar_columns(), console=err, disable=not err.is_terminal, transient=True) as bar:
        yield _Step(bar, len(deliveries))


class _Step:
    """Moves the progress bar on, one file at a time."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=total)
        self._begun = 0

    def __call__(self, delivery: Delivery) -> None:
        name = printable(delivery.known_as.name)
        self._bar.update(self._task, description=name, completed=self._begun)
        self._begun += 1


def shown(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Write what becomes of each file as it is known, but for most that loaded smoothly."""
    seen: list[Outcome] = []
    smooth = 0
    for outcome in outcomes:
        seen.append(outcome)
        is_smooth = outcome.status == "loaded" and not outcome.notes and not outcome.rows_skipped
        smooth += is_smooth
        is_quiet = outcome.status in ("unchanged", "left alone") and not outcome.notes
        if not is_quiet and not (is_smooth and smooth > LISTED):
            show(outcome)
    if smooth > LISTED:
        out.print(f"          … and {smooth - LISTED:,} more that loaded as smoothly", style="dim")
    return seen


def sum_up(outcomes: list[Outcome], found: Found, *, would: bool = False) -> None:
    """Write what became of all files; with `would`, what would become of them."""
    prose = [item.delivery.known_as for item in outcomes if item.status == "left alone"]
    left_alone = sorted([*found.left_alone, *prose])
    outcomes = [item for item in outcomes if item.status != "left alone"]
    if left_alone:
        names = ", ".join(printable(str(name)) for name in left_alone[:5])
        rest = f" and {len(left_alone) - 5:,} more" if len(left_alone) > 5 else ""
        line = f"left alone, neither workbook nor delimited text: {names}{rest}"
        out.print(Text(f"{line} (a table among them? save it as .xlsx or .csv)", style="dim"))
    for reason in found.unreadable:
        failed = Text.assemble(("failed   ", STYLES["failed"]), " ", printable(reason))
        failed.append(": the folder cannot be looked into; nothing of it was loaded")
        out.print(failed)
    counts = Counter(outcome.status for outcome in outcomes)
    rows = sum(outcome.rows_loaded for outcome in outcomes)
    new = counts["loaded"] + counts["replaced"]
    refused = sum(counts[status] for status in ledger.REFUSED)
    if not outcomes:
        where = printable(", ".join(map(str, found.looked_into)))
        out.print(
            Text(
                f"No files found in {where}: drop workbooks or CSV files there and load again. "
                "(`make run` fills an empty data/inbox with a demo.)"
            )
        )
    elif not new and not refused and not counts["withdrawn"]:
        out.print("Nothing new: every file is in the warehouse as it is.")
    else:
        said = [f"{new} {'would be ' if would else ''}loaded ({count(rows, 'row')})"]
        others = ("unchanged", "copy", "withdrawn", *ledger.REFUSED)
        said += [f"{counts[status]} {status}" for status in others if counts[status]]
        out.print(f"{count(len(outcomes), 'file')}: {', '.join(said)}.")
    sys.exit(1 if refused or found.unreadable else 0)


def show(outcome: Outcome) -> None:
    """Write what became of one file."""
    line = Text.assemble(
        (f"{outcome.status:<9}", STYLES[outcome.status]),
        " ",
        printable(str(outcome.delivery.known_as)),
    )
    if outcome.rows_loaded:
        line.append(f"  {count(outcome.rows_loaded, 'row')} of {outcome.entity}")
    preview = outcome.preview
    if preview is not None and len(preview.changes) == 1:
        line.append(f": {_in_words(preview.changes[0])}")
    if outcome.rows_skipped:
        left_out = ", ".join(f"{n:,} {reason}" for reason, n in outcome.rows_skipped.items())
        line.append(f" (left out: {left_out.replace('_', ' ')})")
    if outcome.layout:
        line.append(f"  [layout {outcome.layout}]", style="dim")
    out.print(line)
    if preview is not None:
        several = preview.changes if len(preview.changes) > 1 else []
        counted = [f"{changes.entity}: {_in_words(changes)}" for changes in several]
        for text in (*counted, *preview.samples):
            out.print(Text(f"          {printable(text)}"))
    for taken in outcome.sheets:
        out.print(Text(f"          {printable(taken)}", style="dim"))
    for note in outcome.notes:
        _tell(note, "yellow")
    for text in _lines(outcome):
        _tell(text, "red")


def _lines(outcome: Outcome) -> list[str]:
    """Return why a file is not loaded; what to type stands on lines of its own."""
    from loader.load import STAYS

    if not outcome.questions:
        found = re.split(r"(?<=[.:;]) (?=`python -m loader)", outcome.error)
        return [text for text in found if text]
    file = outcome.delivery.path
    asked = [line for question in outcome.questions for line in question.lines(file)]
    return asked + [STAYS] * outcome.error.endswith(STAYS)


def _tell(text: str, style: str) -> None:
    """Write a text below the name of its file, each of its lines as far in; commands stay whole."""
    margin = " " * (10 + len(text) - len(text.lstrip()))
    line = Text(printable(text.strip()), style=style)
    if line.plain.startswith("python -m loader"):
        out.print(Text(margin) + line, soft_wrap=True)
        return
    for part in line.wrap(out, max(out.width - len(margin), 40)):
        part.rstrip()
        out.print(Text(margin) + part)


def _in_words(changes: Changes) -> str:
    return (
        f"{changes.added:,} added, {changes.removed:,} removed, {changes.changed:,} changed, "
        f"{changes.as_before:,} as before"
    )
