"""What is behind the figures of a pack: the files, and the lines of the top figures."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.figures import function_call, question
from reporting.ask.lines import LARGEST_FIRST, LINE_COLUMNS, SELECTED
from reporting.ask.periods import Period
from reporting.tables import Column, Kind, Table
from reporting.words import NO_CURRENCY

FIGURES_TRACED = 5
"""How many sellers and products have their lines in the pack."""
LINES_LISTED = 500
"""How many lines of each, the largest."""

_FILE_COLUMNS = (
    Column("source_file", "File", Kind.TEXT),
    Column("source_sheet", "Sheet", Kind.TEXT),
    Column("currency", "Currency", Kind.TEXT),
    Column("line_count", "Lines", Kind.COUNT),
    Column("units", "Units", Kind.NUMBER),
    Column("revenue", "Revenue", Kind.AMOUNT),
    Column("file_version_id", "File version", Kind.COUNT),
    Column("loaded_at", "Loaded (UTC)", Kind.DATE),
)


def read_files(connection: Connection, period: Period, filters: Mapping[str, Any]) -> Table:
    """Read which files the sales of a period came from, and what from each."""
    rows = connection.execute(
        sa.text(
            "select source_file, source_sheet, currency, count(*) as line_count, "
            "sum(units) as units, sum(revenue) as revenue, file_version_id, "
            f"max(loaded_at) as loaded_at from {function_call('sales_lines', filters)} "
            "group by source_file, source_sheet, currency, file_version_id "
            "order by currency, revenue desc, source_file, source_sheet, file_version_id"
        ),
        question(period.first_day, period.last_day, filters),
    ).mappings()
    return Table(
        "files",
        "Files behind the figures",
        _FILE_COLUMNS,
        tuple(tuple(row[column.name] for column in _FILE_COLUMNS) for row in rows),
        note="Every sale of the period came from one of these. `python -m loader status` says more "
        "of a file version.",
        brief_columns=("source_file", "currency", "line_count", "revenue"),
    )


def read_lines(
    connection: Connection,
    period: Period,
    currency: str,
    member: str,
    title: str,
    members: Sequence[Mapping[str, Any]],
    filters: Mapping[str, Any],
) -> Table | None:
    """Read the lines behind the top figures of sellers or products.

    Args:
        connection: to the warehouse.
        period: whose lines.
        currency: in which.
        member: "seller" or "product".
        title: of the table.
        members: rows of their report, the best first; these have names and keys.
        filters: what the lines are of besides.

    Returns:
        None if there are no members.
    """
    top = members[:FIGURES_TRACED]
    if not top:
        return None
    # The member's name comes first: it is what the rows are about.
    names = [f"{member}_name", *(c.name for c in LINE_COLUMNS if c.name != f"{member}_name")]
    columns = sorted(
        (column for column in LINE_COLUMNS if column.name != "currency"),
        key=lambda column: names.index(column.name),
    )
    sql = sa.text(
        f"with lines as (select {SELECTED}, {member}_key, row_number() over ("
        f"partition by {member}_key order by {LARGEST_FIRST}) as place "
        f"from {function_call('sales_lines', filters)} "
        f"where currency = :line_currency and {member}_key in :keys) "
        "select * from lines where place <= :most"
    ).bindparams(sa.bindparam("keys", expanding=True))
    keys = [row[f"{member}_key"] for row in top]
    asked = {**filters, "line_currency": currency, "keys": keys, "most": LINES_LISTED}
    values = question(period.first_day, period.last_day, asked)
    rows = connection.execute(sql, values).mappings().all()
    ordered = sorted(rows, key=lambda row: (keys.index(row[f"{member}_key"]), row["place"]))
    cut = [row for row in top if row["line_count"] > LINES_LISTED]
    note = "The lines of the first figures, the largest first."
    if cut:
        note += (
            f" Of those with more than {LINES_LISTED}, only as many are here; `python -m reporting "
            "trace` lists all."
        )
    suffix = "" if currency == NO_CURRENCY else f"_{currency}"
    return Table(
        f"lines_{member}{suffix}",
        title,
        tuple(columns),
        tuple(tuple(row[column.name] for column in columns) for row in ordered),
        note=note,
        brief_columns=(
            *(f"{member}_name", "sold_at", "units", "revenue", "source_file", "source_sheet"),
            "source_row_number",
        ),
    )
