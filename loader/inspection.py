"""Proposes a layout for a file that has none: a start that a person looks through."""

from pathlib import Path, PurePosixPath

from loader.deliveries import Delivery
from loader.dry_run import DryRun
from loader.reading.sheet import BadFile
from loader.understanding.beside import read_tables, set_apart
from loader.understanding.proposal import as_yaml, file_patterns
from loader.understanding.understand import understand
from loader.understanding.understood import Understood
from loader.wording import short


def propose_layout(file: Path) -> str:
    """Return layout documents for the sheets of a file, as YAML with comments.

    Raises:
        BadFile: the file cannot be read, or holds no rows.
    """
    proposed = set_apart(
        understand(read_tables([Delivery(file, PurePosixPath(file.name), file.parent)]))
    )
    if not proposed:
        raise BadFile("it holds no rows at all: every sheet is empty.")
    notes, repeating = _of_sheets(file, proposed)
    notes += [found.table.asks.text(file) for found in proposed if found.table.asks]
    kept = [found.without(repeating) for found in proposed]
    some = any(found.entity for found in kept)
    documents = []
    for found in (found for found in kept if found.table.places):
        text = _document(found)
        if some and not found.entity:
            # Such a sheet is hardly a table; its document stands there for those who know better.
            text = "# " + text.rstrip().replace("\n", "\n# ") + "\n"
        documents.append(text)
    head = (
        f"# Proposed for {short(file.name)}. Look through it, mend it, and save it as a .yml\n"
        "# file in your layouts folder (LAYOUTS_DIR).\n"
    )
    return head + "".join(f"# {note}\n" for note in notes) + "---\n".join(documents)


def _document(found: Understood) -> str:
    return as_yaml(found, file_patterns(found, []), {})


def _of_sheets(file: Path, proposed: list[Understood]) -> tuple[list[str], set[tuple[Path, str]]]:
    """Return what a load would say or ask of the sheets, and which it would leave out."""
    whole = [found for found in proposed if found.entity and not found.lacking]
    if sum(len(found.table.places) for found in whole) < 2:
        return [], set()
    delivery = Delivery(file, PurePosixPath(file.name), file.parent)
    text = "---\n".join(map(_document, whole))
    tried = DryRun(text, [delivery], {file}, is_draft=True)
    notes = [
        note
        for outcome in tried.outcomes
        for note in outcome.notes
        if any(short(sheet) in note for _, sheet in tried.repeating)
    ]
    if tried.are_sheets_open:
        notes += [question.text(file) for asked in tried.questions.values() for question in asked]
    return notes, tried.repeating
