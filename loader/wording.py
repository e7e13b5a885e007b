"""Words that messages share."""

from collections.abc import Sequence

from warehouse.printing import printable

SHOWN = 5
"""How many rows or sheets a message names before it only counts."""


def short(text: str, most: int = 60) -> str:
    """Return a text from a file on one line, printable, and not too long for a message."""
    line = printable(" ".join(text[: 20 * most].split()))
    return line if len(line) <= most else line[: most - 1] + "…"


def quoted(texts: Sequence[str], most: int = 30) -> str:
    """Return texts from a file as a list; of many, the first and how many more."""
    shown = ", ".join(f"'{short(text)}'" for text in texts[:most])
    return shown + (f" and {len(texts) - most:,} more" if len(texts) > most else "")


def sheets_are(names: Sequence[str]) -> str:
    """Return the beginning of a sentence about sheets."""
    several = len(names) > 1
    return f"sheets {quoted(names, SHOWN)} are" if several else f"sheet {quoted(names)} is"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: 1 row, 2 rows."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
