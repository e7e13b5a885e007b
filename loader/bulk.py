"""Copies Arrow batches into a raw table the fast way of each engine."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import sqlalchemy as sa
from sqlalchemy.engine import Connection

ROWS_A_COPY = 50_000


def copy_batches(
    connection: Connection, table: sa.Table, batches: Iterable[pa.RecordBatch]
) -> None:
    """Append batches to a table, inside the connection's transaction.

    Args:
        connection: of either engine.
        table: whose columns are named by the batches; those a batch lacks become null.
        batches: text and integers.
    """
    quote = connection.dialect.identifier_preparer
    copy = _copy_postgres if connection.dialect.name == "postgresql" else _copy_duckdb
    for batch in batches:
        columns = ", ".join(quote.quote(name) for name in batch.schema.names)
        copy(connection.connection, quote.format_table(table), columns, batch)


def _copy_duckdb(dbapi: Any, table: str, columns: str, batch: pa.RecordBatch) -> None:
    dbapi.register("delivered_rows", pa.Table.from_batches([batch]))
    dbapi.execute(f"insert into {table} ({columns}) select {columns} from delivered_rows")
    dbapi.unregister("delivered_rows")


def _copy_postgres(dbapi: Any, table: str, columns: str, batch: pa.RecordBatch) -> None:
    options = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")
    for start in range(0, batch.num_rows, ROWS_A_COPY):
        buffer = BytesIO()
        pa_csv.write_csv(batch.slice(start, ROWS_A_COPY), buffer, options)
        buffer.seek(0)
        with dbapi.cursor() as cursor:
            # Null is the empty field without quotes, so that an empty text stays a text.
            cursor.copy_expert(f"copy {table} ({columns}) from stdin (format csv)", buffer)
