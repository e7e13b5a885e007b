"""The delivered rows that something is wrong with, cell by cell, as a stream."""

from collections.abc import Generator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

FETCHED_AT_ONCE = 10_000


@dataclass(frozen=True)
class Column:
    """A column as the sender has it.

    Attributes:
        number: its place in the sheet.
        name: the contract's name for it.
        header: the sender's own heading.
    """

    number: int
    name: str
    header: str


@dataclass(frozen=True)
class Part:
    """A sheet of a file, or a CSV file.

    Attributes:
        version_id: of the file.
        number: of the part in the file.
        sheet: its name; None for CSV.
        row_count: rows with issues that are not accepted, and not told of the file as a whole.
        columns: in the sender's order.
    """

    version_id: int
    number: int
    sheet: str | None
    row_count: int
    columns: list[Column]


@dataclass(frozen=True)
class Issue:
    """What is wrong with a row; `column_name` is None if it is the row as a whole."""

    column_name: str | None
    is_reject: bool
    description: str
    what_to_do: str


@dataclass(frozen=True)
class DeliveredRow:
    """A row with issues.

    Attributes:
        number: in the sender's file.
        issues: the gravest first.
        cells: texts as delivered, by number of column; None where nothing was.
    """

    number: int
    issues: list[Issue]
    cells: dict[int, str | None]


def read_parts(connection: Connection, version_id: int) -> list[Part]:
    """Return the parts of a file version that have rows to correct."""
    headers: Any = connection.execute(
        sa.text(
            "select distinct file_part_number, column_number, column_name, header_text "
            "from dq_issue_cell where file_version_id = :version_id "
            "order by file_part_number, column_number, column_name"
        ),
        {"version_id": version_id},
    )
    columns = {
        part: [Column(row.column_number, row.column_name, row.header_text) for row in rows]
        for part, rows in groupby(headers, attrgetter("file_part_number"))
    }
    parts: Any = connection.execute(
        sa.text(
            "select file_part_number, max(source_sheet) as source_sheet, "
            "count(distinct source_row_number) as row_count from dq_issue "
            "where file_version_id = :version_id and not is_accepted and not is_widespread "
            "group by file_part_number order by file_part_number"
        ),
        {"version_id": version_id},
    )
    return [
        Part(version_id, number, sheet, row_count, columns.get(number, []))
        for number, sheet, row_count in parts
    ]


def read_rows(connection: Connection, part: Part) -> Generator[DeliveredRow]:
    """Yield the rows of a part that have issues which are not accepted, in the sender's order.

    What is wrong all over the file is none of a row (dq_issue.is_widespread).

    Issues and cells come in one sorted stream, so that no file has to fit into memory.
    """
    stream: Any = connection.execute(
        sa.text(
            "select source_row_number, 0 as is_cell, "
            "case severity when 'reject' then 0 else 1 end as place, column_name, "
            "cast(null as text) as delivered_text, "
            "description || coalesce(' (' || expected_text || ')', '') as description, what_to_do "
            "from dq_issue where file_version_id = :version_id "
            "and file_part_number = :part_number and not is_accepted and not is_widespread "
            "union all "
            "select source_row_number, 1, column_number, column_name, delivered_text, "
            "cast(null as text), cast(null as text) "
            "from dq_issue_cell where file_version_id = :version_id "
            "and file_part_number = :part_number "
            "order by source_row_number, is_cell, place, column_name, description"
        ),
        {"version_id": part.version_id, "part_number": part.number},
        execution_options={"yield_per": FETCHED_AT_ONCE},
    )
    with stream:
        for number, items in groupby(stream, attrgetter("source_row_number")):
            issues: list[Issue] = []
            cells: dict[int, str | None] = {}
            for _, is_cell, place, column_name, text, description, what_to_do in items:
                if is_cell:
                    cells[place] = text
                else:
                    issues.append(Issue(column_name, place == 0, description, what_to_do))
            # The cells of rows that need not be corrected have no issue before them.
            if issues:
                yield DeliveredRow(number, issues, cells)
