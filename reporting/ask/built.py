"""Whether the models that a command reads are there, and which build they are of."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_SCHEMAS = ("marts", "reports", "quality")


def is_built(connection: Connection, *models: str) -> bool:
    """Tell whether all these models are there to read.

    Args:
        connection: to the warehouse.
        models: each as schema.name.
    """
    return set(models) <= {f"{schema}.{name}" for schema, name in _tables(connection, *_SCHEMAS)}


def see_last_build(connection: Connection, *models: str) -> bool:
    """Let queries see what the last build left, whether it passed or not.

    On PostgreSQL that is not what everybody reads: builds write beside it, into `built_marts` and
    so on. So these queries name models without a schema.

    Args:
        connection: to the warehouse; its queries are meant, from now on.
        models: without a schema.

    Returns:
        Whether all these models are there. If not, nothing has changed.
    """
    prefix = "built_" if connection.dialect.name == "postgresql" else ""
    found = _tables(connection, *(f"{prefix}{schema}" for schema in _SCHEMAS))
    if not set(models) <= {name for _, name in found}:
        return False
    schemas = ",".join(sorted({schema for schema, _ in found}))
    # The names are ours; DuckDB takes a text, PostgreSQL a list.
    path = schemas if prefix else f"'{schemas}'"
    connection.execute(sa.text(f"set search_path = {path}"))
    return True


def _tables(connection: Connection, *schemas: str) -> list[tuple[str, str]]:
    rows: Any = connection.execute(
        sa.text("select table_schema, table_name from information_schema.tables")
    )
    return [(schema, name) for schema, name in rows if schema in schemas]
