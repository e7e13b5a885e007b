"""What the rows of a file leave open, asked with the figures of each reading."""

import csv
import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from loader.reading.sheet import BadFile


@dataclass(frozen=True)
class Reading:
    """One way to read what is open.

    Attributes:
        meaning: what it makes of the cells, with its figures: `15 (total 266.00)`.
        line: the line of a layout that settles it: `decimal: "."`; empty where none does.
        flag: what `learn` takes for the same: `--decimal .`; empty where nothing does.
    """

    meaning: str
    line: str
    flag: str

    @classmethod
    def of_column(cls, meaning: str, column: str, header: str) -> "Reading":
        """Return the reading by which a column of ours is the one below a header."""
        line = f"{column}: {json.dumps(header, ensure_ascii=False)}"
        return cls(meaning, line, f"--column {shlex.quote(f'{column}={header}')}")


@dataclass(frozen=True)
class Question:
    """Something that must be known to read a file, and that its rows do not show.

    Attributes:
        asks: what is open, up to the readings: `is 15.000`.
        readings: those that nothing excludes, two or more.
        sheet: where; empty for CSV.
    """

    asks: str
    readings: tuple[Reading, ...]
    sheet: str = ""

    def is_answered_by(self, flag: str) -> bool:
        """Tell whether this is what `learn` takes for one of the readings."""
        return any(reading.flag == flag for reading in self.readings)

    def text(self, file: Path) -> str:
        """Write it for the person who dropped the file: what is open, and what settles it."""
        where = f"sheet '{self.sheet}': " if self.sheet else ""
        meanings = " or ".join(reading.meaning for reading in self.readings)
        lines = " or ".join(reading.line for reading in self.readings if reading.line)
        flags = " or ".join(reading.flag for reading in self.readings if reading.flag)
        command = f"python -m loader learn {shlex.quote(str(file))}"
        told = f"{where}{self.asks} {meanings}? {lines} in its layout"
        return f"{told}; or: {command} {flags}" if flags else f"{told}."

    def lines(self, file: Path) -> list[str]:
        """Write it for a terminal: each reading, and each cure, on a line of its own."""
        where = f"sheet '{self.sheet}': " if self.sheet else ""
        command = f"python -m loader learn {shlex.quote(str(file))}"
        told = [
            f"  {reading.meaning}" + (f": {reading.line}" if reading.line else "")
            for reading in self.readings
        ]
        flags = [f"  {command} {reading.flag}" for reading in self.readings if reading.flag]
        either = "its layout says which, or:" if flags else "its layout says which."
        return [f"{where}{self.asks}", *told, either, *flags]


def as_argument(texts: Sequence[str]) -> str:
    """Return a list as one argument of the command line, as `learn` takes it."""
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(texts)
    return shlex.quote(line.getvalue())


class Held(BadFile):
    """A file that is not loaded until what it leaves open is answered."""

    def __init__(self, questions: Sequence[Question], file: Path) -> None:
        super().__init__(" — ".join(question.text(file) for question in questions))
        self.questions = tuple(questions)
