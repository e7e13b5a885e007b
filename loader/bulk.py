"""Copies Arrow batches into a raw table the fast way of each engine."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain
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
        table: some of whose columns the batches have; the others become null.
        batches: text and integers; a column that a later batch lacks is null in it.
    """
    rest = iter(batches)
    first = next(rest, None)
    if first is None:
        return
    schema = _with_extra(first.schema)
    aligned = (_align(batch, schema) for batch in chain([first], rest))
    quote = connection.dialect.identifier_preparer
    columns = ", ".join(quote.quote(name) for name in schema.names)
    copy = _copy_postgres if connection.dialect.name == "postgresql" else _copy_duckdb
    copy(connection.connection, quote.format_table(table), columns, schema, aligned)


def _with_extra(schema: pa.Schema) -> pa.Schema:
    """Add the one column that a later batch may have and the first one has not."""
    return schema if "_extra" in schema.names else schema.append(pa.field("_extra", pa.string()))


def _align(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [
        batch.column(field.name)
        if field.name in batch.schema.names
        else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _copy_duckdb(
    dbapi: Any, table: str, columns: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch]
) -> None:
    # One statement for all the batches: several would be merged, row by row, at the commit.
    failure: list[BaseException] = []

    def delivered() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except BaseException as error:
            failure.append(error)
            raise

    dbapi.register("delivered_rows", pa.RecordBatchReader.from_batches(schema, delivered()))
    try:
        dbapi.execute(f"insert into {table} ({columns}) select {columns} from delivered_rows")
    except Exception:
        if failure:  # DuckDB knows its text only
            raise failure[0] from None
        raise
    dbapi.unregister("delivered_rows")


def _copy_postgres(
    dbapi: Any, table: str, columns: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch]
) -> None:
    options = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")
    for batch in batches:
        for start in range(0, batch.num_rows, ROWS_A_COPY):
            buffer = BytesIO()
            pa_csv.write_csv(batch.slice(start, ROWS_A_COPY), buffer, options)
            buffer.seek(0)
            with dbapi.cursor() as cursor:
                # Null is the empty field without quotes, so that an empty text stays a text.
                cursor.copy_expert(f"copy {table} ({columns}) from stdin (format csv)", buffer)
