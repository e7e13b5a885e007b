"""What the quality models say of the build that readers see, as tables."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.periods import Period
from reporting.tables import Column, Kind, Table

_TEXT, _COUNT = Kind.TEXT, Kind.COUNT

_RULES = (
    Column("description", "What is wrong", _TEXT),
    Column("what_to_do", "What to do", _TEXT),
    Column("effect", "Its rows are", _TEXT),
    Column("issue_count", "Rows", _COUNT),
    Column("file_count", "Files", _COUNT),
)
_SENDERS = (
    Column("source_file", "File", _TEXT),
    Column("kept_out_count", "Kept out", _COUNT),
    Column("flagged_count", "Flagged", _COUNT),
    Column("description", "Most of it", _TEXT),
)
_PARTS = (
    Column("source_file", "File", _TEXT),
    Column("source_sheet", "Sheet", _TEXT),
    Column("entity", "What its rows are", _TEXT),
    Column("rows_read", "Delivered", _COUNT),
    Column("rows_accepted", "Accepted", _COUNT),
    Column("rows_rejected", "Kept out", _COUNT),
    Column("rows_duplicate", "Duplicate", _COUNT),
    Column("rows_skipped", "Skipped", _COUNT),
)
_QUARANTINE = (
    Column("source_file", "File", _TEXT),
    Column("source_sheet", "Sheet", _TEXT),
    Column("source_row_number", "Row", Kind.ORDINAL),
    Column("rejection_reasons", "Why", _TEXT),
    Column("order_id", "Order", _TEXT),
    Column("product_name", "Product", _TEXT),
    Column("sold_at_text", "Sold", _TEXT),
    Column("units_text", "Units", _TEXT),
    Column("unit_price_text", "Unit price", _TEXT),
    Column("line_total_text", "Line total", _TEXT),
)


def rules_table(connection: Connection) -> Table:
    """Return what is wrong in all files together, the worst first."""
    return _table(
        connection,
        "rules",
        "What is wrong, and what to do",
        _RULES,
        "select description, what_to_do, "
        "case severity when 'reject' then 'kept out of the figures' "
        "else 'counted, but flagged' end as effect, "
        "cast(sum(issue_count) as bigint) as issue_count, "
        "count(distinct source_file) as file_count from quality.dq_summary "
        "where issue_count > 0 group by severity, description, what_to_do "
        "order by case severity when 'reject' then 0 else 1 end, 4 desc, description",
    )


def senders_table(connection: Connection) -> Table:
    """Return the files with rows to correct, those first of which most is kept out."""
    return _table(
        connection,
        "senders",
        "Who sent it",
        _SENDERS,
        "select source_file, "
        "cast(sum(case severity when 'reject' then issue_count else 0 end) as bigint) "
        "as kept_out_count, "
        "cast(sum(case severity when 'reject' then 0 else issue_count end) as bigint) "
        "as flagged_count, "
        "max(case when place = 1 then description end) as description "
        "from (select dq_summary.*, row_number() over (partition by source_file "
        "order by case severity when 'reject' then 0 else 1 end, issue_count desc, rule) as place "
        "from quality.dq_summary where issue_count > 0) as ranked "
        "group by source_file order by 2 desc, 3 desc, source_file",
    )


def reconciliation_table(connection: Connection) -> Table:
    """Return what became of the rows of each file, those first that lost most."""
    return _table(
        connection,
        "reconciliation",
        "What became of each file",
        _PARTS,
        "select source_file, source_sheet, replace(entity, '_', ' ') as entity, rows_read, "
        "rows_accepted, rows_rejected, rows_duplicate, rows_skipped "
        "from quality.dq_reconciliation "
        "order by rows_rejected desc, rows_duplicate desc, source_file, file_part_number, entity",
        "Every delivered row is accepted, kept out, a duplicate of a row that counts, or skipped "
        "(blank rows, repeated headers, totals).",
    )


def quarantine_table(connection: Connection, period: Period) -> Table:
    """Return the rows of the weeks of a period that wait, each as it was delivered."""
    return _table(
        connection,
        "quarantine",
        "What waits in quarantine",
        _QUARANTINE,
        "select source_file, source_sheet, source_row_number, "
        "rejection_reasons, order_id, product_name, sold_at_text, units_text, unit_price_text, "
        "line_total_text "
        "from quality.dq_quarantine "
        "where week_start_date is null or (week_start_date <= :last "
        "and week_start_date > cast(:first as date) - 7) "
        "order by source_file, source_sheet, source_row_number",
        "Rows of the weeks shown, and those whose day nobody can read, as they were delivered. "
        "Corrected and sent again under the same name, they leave by themselves.",
        first=period.first_day,
        last=period.last_day,
    )


def _table(
    connection: Connection,
    name: str,
    title: str,
    columns: tuple[Column, ...],
    sql: str,
    note: str = "",
    **values: Any,
) -> Table:
    rows: Any = connection.execute(sa.text(sql), values)
    return Table(name, title, columns, tuple(tuple(row) for row in rows), note=note)
