"""What columns mean, as dbt has written it into the warehouse."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from reporting.tables import Column

_DUCKDB = (
    "select table_name, column_name, comment from duckdb_columns() "
    "where schema_name = 'reports' and comment is not null"
)
_POSTGRES = (
    "select pg_class.relname, pg_attribute.attname, pg_description.description "
    "from pg_description "
    "inner join pg_class on pg_description.objoid = pg_class.oid "
    "and pg_description.classoid = 'pg_class'::regclass "
    "inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid "
    "inner join pg_attribute on pg_attribute.attrelid = pg_class.oid "
    "and pg_attribute.attnum = pg_description.objsubid "
    "where pg_namespace.nspname = 'reports' and pg_description.objsubid > 0"
)


@dataclass(frozen=True)
class Comments:
    """Descriptions by report model and column."""

    of_columns: dict[tuple[str, str], str]

    def describe(self, model: str, columns: Sequence[Column]) -> tuple[Column, ...]:
        """Return the columns of a model with their descriptions, where there are some."""
        return tuple(
            replace(column, description=self.of_columns.get((model, column.name), ""))
            for column in columns
        )


def read_comments(connection: Connection) -> Comments:
    """Read the descriptions of all columns of the reports."""
    is_duckdb = connection.dialect.name == "duckdb"
    rows = connection.exec_driver_sql(_DUCKDB if is_duckdb else _POSTGRES)
    return Comments({(row[0], row[1]): " ".join(row[2].split()) for row in rows})
