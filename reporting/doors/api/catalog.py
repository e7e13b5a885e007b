"""What the tables are made of, as the warehouse itself says: columns, types and what they mean.

So nothing about them is written twice; the words are those of dbt's docs.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.doors.api.problems import Problem

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

_JSON_TYPES: dict[str, dict[str, object]] = {
    "bool": {"type": "boolean", "examples": [True]},
    "date": {"type": "string", "format": "date", "examples": ["2026-01-12"]},
    # No date-time: that has a time zone, and a sale has the clock of its shop.
    "timestamp": {"type": "string", "examples": ["2026-01-12T14:30:00"]},
    "decimal": {"type": "number", "examples": [1249.5]},
    "numeric": {"type": "number", "examples": [1249.5]},
    "integer": {"type": "integer", "examples": [3]},
    "bigint": {"type": "integer", "examples": [42]},
}

_EXAMPLES: dict[str, object] = {
    "_key": "593047127719203841",
    "date_key": 20260112,
    "_share": 0.125,
    "_pct": 12.5,
    "currency": "EUR",
    "iso_week": "2026-W03",
    "seller_name": "Ana Lindqvist",
    "product_name": "Snow shovel",
    "category": "Garden",
    "customer_name": "Norrland Bygg AB",
    "store_name": "Lisbon Chiado",
    "shipping_company_name": "Royal Mail",
    "city": "Lisbon",
    "region": "South",
    "country": "PT",
    "order_id": "A-10431",
    "source_file": "Sales 2026-W03.xlsx",
    "source_sheet": "Sales",
    "source_row_number": 17,
    "rule": "price_mismatch",
    "severity": "warn",
    "entity": "sales_lines",
}
"""What values look like, made up, by the end of a column's name; the last one that fits counts."""


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
        """Whether it is a surrogate key: above 2^53, so that JSON carries it as text."""
        return self.name.endswith("_key") and not self.name.endswith("date_key")

    @property
    def json_schema(self) -> dict[str, object]:
        """What its values are in JSON."""
        kind: dict[str, object] = {"type": "string"}
        if not self.is_key:
            for start, schema in _JSON_TYPES.items():
                if self.type.lower().startswith(start):
                    kind = dict(schema)
        fitting = {"string": str, "integer": int, "number": int | float}.get(str(kind["type"]))
        for end, example in _EXAMPLES.items():
            if fitting and self.name.endswith(end) and isinstance(example, fitting):
                kind["examples"] = [example]
        nullable = {**kind, "type": [kind["type"], "null"]}
        return {**nullable, "description": self.comment} if self.comment else nullable


class Catalog(dict[str, tuple[Column, ...]]):
    """By `schema.table`."""

    def __missing__(self, table: str) -> tuple[Column, ...]:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "not-built",
            f"There is no {table} yet: run `dbt build` with this version.",
        )


def read_catalog(connection: Connection) -> Catalog:
    """Read what marts, reports and quality are made of."""
    tables: dict[str, list[Column]] = {}
    rows: Any = connection.execute(sa.text(_COLUMNS[connection.dialect.name]))
    for schema, table, name, kind, comment in rows:
        tables.setdefault(f"{schema}.{table}", []).append(Column(name, kind, comment or ""))
    return Catalog((name, tuple(columns)) for name, columns in tables.items())
