"""What the tables are made of, as the warehouse itself says: columns, types and what they mean.

So nothing about them is written twice; the words are those of dbt's docs.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.periods import NoFigures

_COLUMNS = {
    "duckdb": """
        select schema_name, table_name, column_name, data_type, comment
        from duckdb_columns()
        where database_name = current_database()
            and schema_name in ('marts', 'reports', 'quality')
        order by schema_name, table_name, column_index
    """,
    "postgresql": """
        select
            namespace.nspname,
            class.relname,
            attribute.attname,
            format_type(attribute.atttypid, null),
            col_description(class.oid, attribute.attnum)
        from pg_attribute as attribute
        inner join pg_class as class on attribute.attrelid = class.oid
        inner join pg_namespace as namespace on class.relnamespace = namespace.oid
        where namespace.nspname in ('marts', 'reports', 'quality')
            and class.relkind in ('r', 'v')
            and attribute.attnum > 0
            and not attribute.attisdropped
        order by namespace.nspname, class.relname, attribute.attnum
    """,
}


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: of it.
        type: as the database calls it.
        comment: what it means; empty where nobody said it.
    """

    name: str
    type: str
    comment: str

    @property
    def is_key(self) -> bool:
        """Whether it is a surrogate key, which JSON carries as text: those of lines pass 2^53."""
        return self.name.endswith("_key") and not self.name.endswith("date_key")


class Catalog(dict[str, tuple[Column, ...]]):
    """By `schema.table`."""

    def __missing__(self, table: str) -> tuple[Column, ...]:
        raise NoFigures(f"There is no {table} yet: run `dbt build` with this version.")


def read_catalog(connection: Connection) -> Catalog:
    """Read what marts, reports and quality are made of."""
    tables: dict[str, list[Column]] = {}
    rows: Any = connection.execute(sa.text(_COLUMNS[connection.dialect.name]))
    for schema, table, name, kind, comment in rows:
        tables.setdefault(f"{schema}.{table}", []).append(Column(name, kind, comment or ""))
    return Catalog((name, tuple(columns)) for name, columns in tables.items())
