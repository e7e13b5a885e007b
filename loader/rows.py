"""Rows of data, with their numbers in the sheet."""

from typing import NamedTuple

import pyarrow as pa

from loader.shaping import Flags, column_at


class Rows(NamedTuple):
    """Rows of data.

    Attributes:
        numbers: those that Excel shows.
        columns: their cells.
        heads: what heads each of them; None where nothing does.
    """

    numbers: pa.Array
    columns: list[pa.Array]
    heads: pa.Array | None

    def filter(self, kept: Flags) -> "Rows":
        """Return some of the rows."""
        mask = pa.array(kept)
        heads = None if self.heads is None else self.heads.filter(mask)
        columns = [column.filter(mask) for column in self.columns]
        return Rows(self.numbers.filter(mask), columns, heads)


def as_one(rows: list[Rows]) -> Rows:
    """Put blocks of rows together, whose last may have fewer columns than the first."""
    width = max(len(block.columns) for block in rows)
    columns = [
        pa.concat_arrays([column_at(block.columns, place) for block in rows])
        for place in range(width)
    ]
    heads = [block.heads for block in rows if block.heads is not None]
    return Rows(
        pa.concat_arrays([block.numbers for block in rows]),
        columns,
        pa.concat_arrays(heads) if len(heads) == len(rows) else None,
    )
