"""Proposes a layout for a file that has none: a start that a person looks through."""

from pathlib import Path

from loader.reading.sheet import BadFile
from loader.understanding.proposal import as_yaml, file_patterns
from loader.understanding.tables import read_tables
from loader.understanding.understand import understand
from loader.wording import short


def propose_layout(file: Path) -> str:
    """Return layout documents for the sheets of a file, as YAML with comments.

    Raises:
        BadFile: the file cannot be read, or holds no rows.
    """
    proposed = understand(read_tables([file]))
    if not proposed:
        raise BadFile("it holds no rows at all: every sheet is empty.")
    some = any(found.entity for found in proposed)
    documents = []
    for found in proposed:
        text = as_yaml(found, file_patterns(found, []), {})
        if some and not found.entity:
            # Such a sheet is hardly a table; its document stands there for those who know better.
            text = "# " + text.rstrip().replace("\n", "\n# ") + "\n"
        documents.append(text)
    head = (
        f"# Proposed for {short(file.name)}. Look through it, mend it, and save it as a .yml\n"
        "# file in your layouts folder (LAYOUTS_DIR).\n"
    )
    return head + "---\n".join(documents)
