"""A sheet as the rest of the loader sees it, whatever format it came in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from loader.questions import Question


class BadFile(Exception):
    """A file that cannot be loaded.

    The message is for the person who dropped it: what was expected, what was found, what to do.
    """


class NoTable(BadFile):
    """A text file that seems to be no table at all, but a note to people."""


@dataclass(frozen=True)
class Block:
    """Consecutive rows of a sheet.

    Attributes:
        first_row: the number that Excel shows for the first row of the block (1 is the top row).
        columns: one array of text a column, all of the same length; null where a cell is empty.
            A later block of the same sheet may have more columns or fewer.
    """

    first_row: int
    columns: list[pa.Array]

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.columns[0]) if self.columns else 0


class MergedDown(NamedTuple):
    """A cell merged over several rows.

    Attributes:
        top: the number of the row that holds its value, as Excel shows it.
        bottom: that of the last row.
        position: of its column in the blocks.
    """

    top: int
    bottom: int
    position: int


class Sheet(Protocol):
    """One sheet of a workbook, or the whole of a CSV file."""

    name: str
    """The sheet's name; empty for CSV."""

    notes: list[str]
    """What people should know about how the sheet was read, such as a guessed encoding."""

    questions: "list[Question]"
    """What must be known to read it at all, and its bytes do not show."""

    is_hidden: bool
    """Whether whoever opens the workbook does not see it."""

    def blocks(self) -> Iterator[Block]:
        """Yield the rows from the top, a block at a time; rows before the first used one too.

        Raises:
            BadFile: the content cannot be read.
        """

    def first_column(self) -> int:
        """Return the number of the column that comes first in the blocks (1 is A)."""

    def is_number(self, row: int, column: int) -> bool:
        """Tell whether a cell holds a number, not text that looks like one.

        Args:
            row: as Excel shows it.
            column: position in the blocks, from 0.
        """

    def currencies(self, column: str) -> dict[int, str]:
        """Return the currencies that the cells of a column show by their number format alone.

        Args:
            column: its letters, as Excel has them.

        Returns:
            Row, as Excel shows it -> sign or code.
        """

    def uncalculated(self) -> list[tuple[int, int]]:
        """Return (row, position in the blocks) of the formulas that were saved without a value."""

    def merged_down(self) -> list[MergedDown]:
        """Return the cells that are merged over several rows."""

    def struck_through(self) -> list[tuple[int, int]]:
        """Return (row, position in the blocks) of the cells whose text is struck through."""
