"""One sales line: what became of its row, and what was found in it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

Row = Mapping[str, Any]


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
