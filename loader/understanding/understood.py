"""What a table was taken for."""

from collections.abc import Container
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from loader.evidence.sheets import SheetRows
from loader.evidence.statuses import StatusEvidence
from loader.questions import Question
from loader.understanding.profiles import Profile
from loader.understanding.tables import Table


@dataclass
class Pick:
    """Where a column of ours is found.

    Attributes:
        positions: several are put together.
        weight: how surely, from 0 to 1.
        reasons: for people.
        separator: what several columns are put together with.
        calculation: of a number that is calculated from them, the headers of each operation.
    """

    positions: list[int]
    weight: float
    reasons: list[str] = field(default_factory=list)
    separator: str = " "
    calculation: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Understood:
    """What a table was taken for.

    Attributes:
        entity: None if for nothing.
        picks: our column -> where it is.
        constants: our column -> the value that every row has.
        asides: position -> why a column with a promising name is not taken.
        lacking: what the entity needs and nothing was found for, as lists of choices.
        settings: other keys of a layout that its values show, each with its value and why.
        question: which of several columns is the line's total, where nothing tells.
    """

    table: Table
    entity: str | None
    picks: dict[str, Pick] = field(default_factory=dict)
    constants: dict[str, tuple[str, str]] = field(default_factory=dict)
    asides: dict[int, str] = field(default_factory=dict)
    lacking: list[list[str]] = field(default_factory=list)
    settings: dict[str, tuple[str | list[str], str]] = field(default_factory=dict)
    question: Question | None = None

    def without(self, places: Container[tuple[Path, str]]) -> "Understood":
        """Return it without some of its sheets."""
        there = zip(self.table.places, self.table.heights, strict=True)
        kept = [(place, height) for place, height in there if place not in places]
        table = replace(
            self.table,
            places=[place for place, _ in kept],
            heights=[height for _, height in kept],
        )
        return replace(self, table=table)

    @property
    def rows(self) -> SheetRows:
        """The rows that were looked at, by our columns."""
        profiles = ((column, self.profile(column)) for column in self.picks)
        columns = {column: profile.texts for column, profile in profiles if profile is not None}
        return SheetRows(self.table.places[0][1], columns)

    def says_which_rows(self) -> bool:
        """Tell whether a column that nothing reads says of some rows that they are no sales."""
        table = self.table
        positions = {column: pick.positions for column, pick in self.picks.items()}
        statuses = StatusEvidence(positions, table.header.names, {}, {}, is_declared=False)
        statuses.learn(pa.array(range(table.height)), [item.texts for item in table.profiles])
        return statuses.finding().question is not None

    def profile(self, column: str) -> Profile | None:
        """Return the values of a column of ours that stands in one column of the table."""
        pick = self.picks.get(column)
        if pick is None or len(pick.positions) != 1:
            return None
        return self.table.profiles[pick.positions[0]]
