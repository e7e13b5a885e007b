"""Whether the models that a command reads are there."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection


def is_built(connection: Connection, *models: str) -> bool:
    """Tell whether all these models are there to read.

    Args:
        connection: to the warehouse.
        models: each as schema.name.
    """
    rows = connection.execute(
        sa.text(
            "select table_schema, table_name from information_schema.tables "
            "where table_schema in ('marts', 'reports', 'quality')"
        )
    )
    return set(models) <= {f"{schema}.{name}" for schema, name in rows}
