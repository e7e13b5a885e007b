"""One sales line: its row as it was delivered, what became of it, and what was found in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from loader.raw_tables import BEYOND_HEADER

Row = Mapping[str, Any]

MOST_LINES_OF_ROW = 60
"""A row of a cross table may have been many lines; so many are shown."""


@dataclass(frozen=True)
class DeliveredCell:
    """A cell of a row, as it was delivered.

    Attributes:
        header: the sender's own heading.
        column: the contract's name for it; empty where no column takes it.
        text: to the letter; None where nothing was.
    """

    header: str
    column: str
    text: str | None


def read_line(connection: Connection, sales_line_key: int) -> Row | None:
    """Read a sales line with the names of its members, and where it came from.

    Returns:
        A row of reports.sales_lines; None if there is no such line.
    """
    day = connection.execute(
        sa.text(
            "select dim_date.full_date from marts.fact_sales_line as line "
            "inner join marts.dim_date on line.sale_date_key = dim_date.date_key "
            "where line.sales_line_key = :key"
        ),
        {"key": sales_line_key},
    ).scalar()
    if day is None:
        return None
    found: Any = connection.execute(
        sa.text("select * from reports.sales_lines(:day, :day) where sales_line_key = :key"),
        {"day": day, "key": sales_line_key},
    )
    line: Row | None = found.mappings().first()
    return line


def read_findings(connection: Connection, line: Row) -> list[Row]:
    """Read what the rules found in the row of a line, each with what was delivered."""
    found: Any = connection.execute(
        sa.text(
            "select rule, severity, column_name, offending_text, expected_text, description, "
            "what_to_do, is_accepted from quality.dq_issue "
            "where file_version_id = :version and source_row_number = :row "
            "and coalesce(source_sheet, '') = :sheet and entity = 'sales_lines' "
            "order by severity, rule, column_name"
        ),
        {
            "version": line["file_version_id"],
            "row": line["source_row_number"],
            "sheet": line["source_sheet"] or "",
        },
    )
    return list(found.mappings())


def read_delivered(connection: Connection, line: Row) -> list[list[DeliveredCell]]:
    """Read the row of a line as it was delivered.

    Args:
        connection: to the warehouse itself, as nothing raw is published.
        line: what `read_line` returned.

    Returns:
        What was read from the row: of a cross table, several lines. Nothing where a version has
        been pruned.
    """
    found: Any = connection.execute(
        sa.text(
            "select delivered.*, parts.columns_delivered, parts.headers "
            "from raw.sales_lines as delivered inner join raw.file_parts as parts "
            "on delivered._file_version_id = parts.file_version_id "
            "and delivered._file_part_number = parts.file_part_number "
            "where delivered._file_version_id = :version "
            "and delivered._source_row_number = :row and delivered._source_sheet = :sheet "
            "order by delivered._file_part_number limit :most"
        ),
        {
            "version": line["file_version_id"],
            "row": line["source_row_number"],
            "sheet": line["source_sheet"] or "",
            "most": MOST_LINES_OF_ROW,
        },
    )
    return [_cells(row) for row in found.mappings()]


def _cells(row: Row) -> list[DeliveredCell]:
    headers = json.loads(row["headers"] or "{}")
    mapped = [
        DeliveredCell(", ".join(headers.get(name, [name])), name, row[name])
        for name in row["columns_delivered"]
    ]
    others = json.loads(row["_extra"] or "{}")
    return mapped + [
        DeliveredCell(
            "(beyond the header)" if name == BEYOND_HEADER else name,
            "",
            text if text is None or isinstance(text, str) else json.dumps(text, ensure_ascii=False),
        )
        for name, text in others.items()
    ]
