"""The tables of the schema `raw`: the ledger and one table an entity."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateSchema, CreateTable

from loader.contracts import ENTITIES

SCHEMA = "raw"
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
the file tells about. `status` is active, superseded, withdrawn, failed, or copy (the bytes of an
active version under another path: recorded, not loaded twice).
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
    sa.Column("missing_texts", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("identity_columns", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("date_order", sa.Text),
    sa.Column("decimal_mark", sa.Text, nullable=False),
    sa.Column("is_complete_extract", sa.Boolean, nullable=False),
    sa.Column("return_orders_pattern", sa.Text),
)
"""One row a sheet (and layout document) of a file version: what staging must know to read it."""

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
    """Create what is not there yet."""
    connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
    for table in _metadata.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))


def has_raw_tables(connection: Connection) -> bool:
    """Tell whether a load has ever been here."""
    found = connection.execute(
        sa.text(
            "select count(*) from information_schema.tables "
            "where table_schema = :schema and table_name = :name"
        ),
        {"schema": SCHEMA, "name": FILE_VERSIONS.name},
    )
    return bool(found.scalar_one())
