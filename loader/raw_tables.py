"""The tables of the schema `raw`: the ledger and one table an entity."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateSchema, CreateTable

from loader.contracts import ENTITIES

SCHEMA = "raw"
BEYOND_HEADER = "_beyond_header"
"""Key in `_extra` for cells to the right of the header: such a row may have shifted values."""
_metadata = sa.MetaData(schema=SCHEMA)

FILE_VERSIONS = sa.Table(
    "file_versions",
    _metadata,
    sa.Column("file_version_id", sa.BigInteger, nullable=False, autoincrement=False),
    sa.Column("file_id", sa.BigInteger),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("entity", sa.Text),
    sa.Column("layout", sa.Text),
    sa.Column("layout_sha256", sa.Text),
    sa.Column("sha256", sa.Text),
    sa.Column("size_bytes", sa.BigInteger),
    sa.Column("modified_at", sa.DateTime),
    sa.Column("as_of_date", sa.Date),
    sa.Column("period_start_date", sa.Date),
    sa.Column("period_end_date", sa.Date),
    sa.Column("rows_read", sa.BigInteger),
    sa.Column("rows_loaded", sa.BigInteger),
    sa.Column("rows_skipped", sa.Text),
    sa.Column("control_totals", sa.Text),
    sa.Column("supersedes", sa.BigInteger),
    sa.Column("same_content_as", sa.BigInteger),
    sa.Column("error", sa.Text),
    sa.Column("notes", sa.Text),
    sa.Column("loader_version", sa.Text, nullable=False),
    sa.Column("started_at", sa.DateTime, nullable=False),
    sa.Column("finished_at", sa.DateTime, nullable=False),
)
"""The ledger. One row a delivered file version; times are UTC; lists and maps are JSON text.

`file_id` is the first version of the same file, under whatever name; `as_of_date` is the day that
the file tells about; the period, both of its days included, is the one that its sales should be
of, where that is known. `status` is active, superseded, withdrawn, pruned (superseded or withdrawn,
and its rows are gone for good), failed, held (not loaded either: `error` is the question that is
open), or copy (the bytes of an active or withdrawn version under another path: recorded, not
loaded). Where an older name of the same bytes holds others by now, they are loaded under the new
name, and `same_content_as` is the version whose place they take.
"""

FILE_PARTS = sa.Table(
    "file_parts",
    _metadata,
    sa.Column("file_version_id", sa.BigInteger, nullable=False),
    sa.Column("file_part_number", sa.Integer, nullable=False),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("sheet", sa.Text, nullable=False),
    sa.Column("header_row", sa.Integer, nullable=False),
    sa.Column("rows_read", sa.BigInteger, nullable=False),
    sa.Column("rows_loaded", sa.BigInteger, nullable=False),
    sa.Column("rows_skipped", sa.Text, nullable=False),
    sa.Column("control_totals", sa.Text, nullable=False),
    sa.Column("columns_delivered", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("headers", sa.Text),
    sa.Column("missing_texts", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("identity_columns", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("date_order", sa.Text),
    sa.Column("time_zone", sa.Text),
    sa.Column("decimal_mark", sa.Text, nullable=False),
    sa.Column("is_complete_extract", sa.Boolean, nullable=False),
    sa.Column("return_orders_pattern", sa.Text),
    sa.Column("no_value_texts", sa.ARRAY(sa.Text)),
    sa.Column("whole_number_columns", sa.ARRAY(sa.Text)),
    sa.Column("powers_of_ten", sa.Text),
    sa.Column("first_date", sa.Date),
    sa.Column("last_date", sa.Date),
)
"""One row a sheet (and layout document) of a file version: what staging must know to read it.

`date_order` is what a layout may say under `dates`, with blanks between, such as `dmy` or
`d.m.y m/d/y`; `time_zone` is that of the business, where a layout names it. `headers` is JSON: for
each column that stands in the sheet, the headers that it was read from. `powers_of_ten` is by which
numbers are multiplied that do not stand for ones, such as `line_total=3|discount_rate=-2`.
`first_date` and `last_date` are those of its sales, where their days can be read.
"""

ENTITY_TABLES = {
    name: sa.Table(
        name,
        _metadata,
        *(sa.Column(column, sa.Text) for column in entity.columns),
        sa.Column("_extra", sa.Text),
        sa.Column("_file_version_id", sa.BigInteger, nullable=False),
        sa.Column("_file_part_number", sa.Integer, nullable=False),
        sa.Column("_source_row_number", sa.BigInteger, nullable=False),
        sa.Column("_source_sheet", sa.Text, nullable=False),
    )
    for name, entity in ENTITIES.items()
}
"""The delivered rows, as text, with the columns of the contract; append-only."""


def create_raw_tables(connection: Connection) -> None:
    """Create what is not there yet, also in a warehouse that an earlier version made."""
    connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
    for table in _metadata.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
    _add_columns(connection, _missing_columns(connection))
    if connection.dialect.name == "postgresql":
        _index_by_version(connection)


def _missing_columns(connection: Connection) -> list[sa.Column[Any]]:
    rows = connection.execute(
        sa.text(
            "select table_name, column_name from information_schema.columns "
            "where table_schema = :schema"
        ),
        {"schema": SCHEMA},
    )
    there = {(table, column) for table, column in rows}
    return [
        column
        for table in _metadata.sorted_tables
        for column in table.columns
        if (table.name, column.name) not in there
    ]


def _add_columns(connection: Connection, columns: list[sa.Column[Any]]) -> None:
    quote = connection.dialect.identifier_preparer
    for column in columns:
        name, of_type = quote.quote(column.name), column.type.compile(connection.dialect)
        connection.exec_driver_sql(
            f"alter table {quote.format_table(column.table)} "
            f"add column if not exists {name} {of_type}"
        )
    if any(column.table is FILE_VERSIONS for column in columns):
        _fill_in_ledger(connection)


def _fill_in_ledger(connection: Connection) -> None:
    """Give the versions that were loaded their file and their day, as the loads of today do."""
    connection.exec_driver_sql(
        """
        update raw.file_versions set file_id = known.file_id
        from (
            with recursive chain as (
                select file_version_id, file_version_id as file_id
                from raw.file_versions
                where supersedes is null
                union all
                select following.file_version_id, chain.file_id
                from raw.file_versions as following
                inner join chain on following.supersedes = chain.file_version_id
            )
            select * from chain
        ) as known
        where
            file_versions.file_id is null
            and file_versions.file_version_id = known.file_version_id
            and status not in ('failed', 'held', 'copy')
        """
    )
    connection.exec_driver_sql(
        """
        update raw.file_versions set as_of_date = cast(coalesce(modified_at, finished_at) as date)
        where as_of_date is null and status not in ('failed', 'held', 'copy')
        """
    )


def _index_by_version(connection: Connection) -> None:
    """Let PostgreSQL find the rows of one version; they lie together, so BRIN is all it takes."""
    indexed = connection.scalars(
        sa.text("select indexname from pg_indexes where schemaname = :schema"), {"schema": SCHEMA}
    ).all()
    for table in ENTITY_TABLES.values():
        index = f"{table.name}_by_version"
        if index not in indexed:
            connection.exec_driver_sql(
                f"create index {index} on {table} using brin (_file_version_id) "
                "with (autosummarize = on)"
            )


def has_raw_tables(connection: Connection) -> bool:
    """Tell whether a load has ever been here."""
    first = FILE_VERSIONS.c.file_version_id
    return not any(column is first for column in _missing_columns(connection))


def is_outdated(connection: Connection) -> bool:
    """Tell whether an earlier version made the tables, and no load has been here since."""
    return bool(_missing_columns(connection))
