"""A second warehouse made from the raw tables of the first, and how the two differ."""

import shutil
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.conftest import INCREMENTAL, Warehouse
from warehouse.connection import connect, warehouse_url
from warehouse.reset import SCHEMAS

COMPARED = ("marts", "reports", "quality", "built_quality")
"""What people read, and on PostgreSQL what is not published. Every table of these schemas is
compared, every column of every row."""

SHOWN = 4
"""How many differing rows of a table a failure shows."""

Row = tuple[Any, ...]


def second_to(warehouse: Warehouse) -> Warehouse:
    """Name a second warehouse: a file in a folder beside, or a database of the same server."""
    if warehouse.engine == "duckdb":
        file = Path(str(warehouse_url(warehouse.url).database))
        folder = file.parent / "rebuilt"
        folder.mkdir(exist_ok=True)
        return Warehouse("duckdb", f"duckdb:///{folder / file.name}", warehouse.shared)
    url = warehouse_url(warehouse.url).set(database="rebuilt")
    return Warehouse("postgres", url.render_as_string(hide_password=False), warehouse.shared)


def rebuild(
    warehouse: Warehouse, second: Warehouse, keep: Sequence[str] = (), until: Sequence[str] = ()
) -> None:
    """Build the second warehouse from the raw tables of the first; keep other schemas, too."""
    copy_raw(warehouse, second, *keep)
    second.build_from_nothing(with_seeds="reference" not in keep, until=until)


def copy_raw(warehouse: Warehouse, second: Warehouse, *also: str) -> None:
    """Make the second warehouse hold the raw tables of the first (and other schemas) only."""
    copy(warehouse, second)
    with connect(warehouse_url(second.url)).begin() as connection:
        for schema in set(SCHEMAS) - {"raw", *also}:
            connection.execute(sa.schema.DropSchema(schema, cascade=True, if_exists=True))


def copy(warehouse: Warehouse, second: Warehouse) -> None:
    """Copy all that a warehouse holds."""
    old, new = (warehouse_url(item.url) for item in (warehouse, second))
    if warehouse.engine == "duckdb":
        warehouse.execute("checkpoint")  # writes into the file what a kill left beside it
        shutil.copyfile(str(old.database), str(new.database))
        return
    server = sa.create_engine(old.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"drop database if exists {new.database}"))
        connection.execute(sa.text(f"create database {new.database} template {old.database}"))
    server.dispose()


def differences(evolved: Warehouse, rebuilt: Warehouse, only: Collection[str] = ()) -> str:
    """Say how the tables of two warehouses differ, or only some of them; nothing if they do not."""
    left, right = read_tables(evolved, only), read_tables(rebuilt, only)
    found = [_difference(name, left.get(name), right.get(name)) for name in sorted(left | right)]
    return "\n".join(item for item in found if item)


class Table:
    """The columns (with their types) and the rows of a table, in no order."""

    def __init__(self, columns: list[tuple[str, str]], rows: Counter[Row]) -> None:
        self.columns = columns
        self.rows = rows


def incremental_tables(warehouse: Warehouse) -> list[str]:
    """Return the names of the tables that go on from what an earlier build left."""
    schemas = {"fact_sales_line": warehouse.built("marts")}
    return [f"{schemas.get(name, 'staging')}.{name}" for name in ("int_sales_lines", *INCREMENTAL)]


def read_tables(warehouse: Warehouse, only: Collection[str] = ()) -> dict[str, Table]:
    """Return tables whole: these, or all that people read but for the record of builds."""
    tables = {}
    with connect(warehouse_url(warehouse.url)).connect() as connection:
        columns = connection.exec_driver_sql(
            "select table_schema, table_name, column_name, data_type "
            "from information_schema.columns order by 1, 2, ordinal_position"
        ).all()
        for schema, table in sorted({(row[0], row[1]) for row in columns}):
            if f"{schema}.{table}" not in only and (
                only or schema not in COMPARED or table.startswith(("dq_test_", "dq_build"))
            ):
                continue
            rows = connection.exec_driver_sql(f"select * from {schema}.{table}")
            tables[f"{schema}.{table}"] = Table(
                [(row[2], row[3]) for row in columns if (row[0], row[1]) == (schema, table)],
                Counter(tuple(map(_hashable, row)) for row in rows),
            )
    return tables


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _difference(name: str, left: Table | None, right: Table | None) -> str:
    if left is None or right is None:
        return f"{name} is only in the {'warehouse' if left else 'rebuild'}"
    if left.columns != right.columns:
        return f"{name} has other columns:\n  - {left.columns}\n  + {right.columns}"
    gone, new = left.rows - right.rows, right.rows - left.rows
    if not gone and not new:
        return ""
    said = [f"{name}: {gone.total()} rows are only in the warehouse, {new.total()} in the rebuild"]
    names = [column for column, _ in left.columns]
    by_key = {row[0]: row for row in new}
    for row in list(gone.elements())[:SHOWN]:
        other = by_key.get(row[0])
        if other is None:
            said.append(f"  - {_shown(names, row)}")
            continue
        both = list(zip(names, row, other, strict=True))
        said.append(f"  {names[0]}={row[0]}:")
        said += [f"    {column}: - {a!s} + {b!s}" for column, a, b in both if a != b]
    alone = [row for row in new.elements() if row[0] not in {row[0] for row in gone}]
    said += [f"  + {_shown(names, row)}" for row in alone[:SHOWN]]
    return "\n".join(said)


def _shown(names: list[str], row: Row) -> str:
    return ", ".join(f"{n}={v}" for n, v in zip(names, row, strict=True) if v is not None)
