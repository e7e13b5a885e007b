"""The copy that readers open: marts, reports and quality as the last good build left them.

DuckDB admits one program that writes or several that read. So a build of everything that passed
its tests ends by writing what people read into a file of its own, beside the warehouse, which then
takes the place of the one before in a single step. Readers of the copy never wait for a build, and
no build waits for them. On PostgreSQL, SQL does it all (dbt_project/macros/publishing).
"""

import os
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from sqlalchemy.engine import URL

from warehouse.connection import explain

STORAGE_VERSION = "v1.2.0"
"""Files of this version are opened by DuckDB 1.2 and later, which is what BI drivers carry; 2.0's
own version by none of them."""

CURRENT = "current"
"""The link in the folder of Parquet files that leads to those of the last good build."""

_BUILD = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}")
"""What the folder of one build's Parquet files is called."""


class CannotPublish(Exception):
    """The copy could not be written or put in its place; the one before is still there."""


@dataclass(frozen=True)
class Table:
    """A table or view of the warehouse that readers get, as a table."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{_quoted(self.schema)}.{_quoted(self.name)}"


def published_path(database: str | Path) -> Path:
    """Where the copy of a DuckDB file is: `data/warehouse.published.duckdb`."""
    path = Path(database)
    return path.with_name(f"{path.stem}.published.duckdb")


def readable_url(url: URL) -> URL:
    """What readers open: the copy, if there is one, and the warehouse itself if there is none.

    Whoever writes, or wants to know what a failed build found, opens `warehouse_url` instead.

    A program that reads for long must know that DuckDB keeps one instance for each path and
    process: as long as any connection to the copy is open, a new one sees what that one sees, and
    not the copy that has taken its place. `duckdb.connect(":memory:")` and
    `attach '…' (read_only)` make an instance of their own.

    Args:
        url: what `warehouse_url` returned.
    """
    if url.get_backend_name() == "duckdb":
        copy = published_path(str(url.database))
        if copy.exists():
            return url.set(database=str(copy))
    return url


def publish(
    cursor: duckdb.DuckDBPyConnection,
    database: str | Path,
    tables: Iterable[Table],
    parquet: Path | None,
    build_id: str,
    functions: Iterable[str] = (),
) -> None:
    """Write tables into a new copy, and put it in the place of the one before.

    A kill at any moment leaves the old copy or the new one; what it leaves beside them, the next
    call removes. There is one caller at a time, the one who has the warehouse open.

    Args:
        cursor: a connection to the warehouse.
        database: the file of the warehouse.
        tables: what the copy is made of.
        parquet: a folder that gets the tables as Parquet files, too.
        build_id: the build that they are of, a UUID.
        functions: statements that make the functions which read the tables.

    Raises:
        CannotPublish: something refused; the message says what and what to do.
    """
    tables = list(tables)
    copy = published_path(database)
    unfinished = copy.with_name(f"{copy.name}.new")
    files = None if parquet is None else parquet / _folder_name(build_id)
    try:
        _forget(unfinished)
        _write_copy(cursor, unfinished, tables, functions)
        if files is not None:
            _write_parquet(cursor, files, tables)
        os.replace(unfinished, copy)
        if files is not None:
            _lead_to(files)
    except (duckdb.Error, OSError) as error:
        raise CannotPublish(_explained(copy, error)) from error
    finally:
        with suppress(OSError):  # what cannot be removed now, the next call removes
            _forget(unfinished)
            if parquet is not None:
                _clear(parquet)


def withdraw(database: str | Path, parquet: Path | None) -> None:
    """Remove the copy of a warehouse, and its Parquet files.

    Raises:
        CannotPublish: they cannot be removed.
    """
    copy = published_path(database)
    try:
        _forget(copy.with_name(f"{copy.name}.new"))
        _forget(copy)
        if parquet is not None:
            (parquet / CURRENT).unlink(missing_ok=True)
            _clear(parquet)
    except OSError as error:
        raise CannotPublish(_explained(copy, error)) from error


def _write_copy(
    cursor: duckdb.DuckDBPyConnection, file: Path, tables: list[Table], functions: Iterable[str]
) -> None:
    """Write all there is to the copy; nothing else writes into the warehouse meanwhile."""
    (warehouse,) = cursor.execute("select current_database()").fetchall()[0]
    path = str(file).replace("'", "''")
    cursor.execute(f"attach '{path}' as salesops_copy (storage_version '{STORAGE_VERSION}')")
    try:
        cursor.execute("begin")
        for schema in sorted({table.schema for table in tables}):
            cursor.execute(f"create schema salesops_copy.{_quoted(schema)}")
        for table in tables:
            cursor.execute(f"create table salesops_copy.{table} as select * from {table}")
        for statement in _comments(cursor, tables):
            cursor.execute(statement)
        # They name tables without a database, and mean those beside them.
        cursor.execute("use salesops_copy")
        for statement in functions:
            cursor.execute(statement)
        cursor.execute("commit")
    except duckdb.Error:
        cursor.execute("rollback")
        raise
    finally:
        cursor.execute(f"use {_quoted(warehouse)}")
        cursor.execute("detach salesops_copy")
    if os.name != "nt":
        # A reader that forgot to say that it only reads would lock all others out. (Windows does
        # not replace a file that may not be written.)
        file.chmod(file.stat().st_mode & ~0o222)


def _comments(cursor: duckdb.DuckDBPyConnection, tables: list[Table]) -> list[str]:
    """The statements that give the copies the comments of the tables and their columns."""
    found = cursor.execute(
        "select schema_name, table_name, null, comment from duckdb_tables() "
        "where database_name = current_database() and comment is not null "
        "union all select schema_name, view_name, null, comment from duckdb_views() "
        "where database_name = current_database() and comment is not null "
        "union all select schema_name, table_name, column_name, comment from duckdb_columns() "
        "where database_name = current_database() and comment is not null"
    ).fetchall()
    statements = []
    for schema, name, column, comment in found:
        table = Table(schema, name)
        if table in tables:
            what = f"column salesops_copy.{table}.{_quoted(column)}" if column else None
            text = comment.replace("'", "''")
            statements.append(f"comment on {what or f'table salesops_copy.{table}'} is '{text}'")
    return statements


def _write_parquet(cursor: duckdb.DuckDBPyConnection, folder: Path, tables: list[Table]) -> None:
    """Write a file a table: `marts/fact_sales_line.parquet`."""
    for table in tables:
        file = folder / table.schema / f"{table.name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        path = str(file).replace("'", "''")
        cursor.execute(f"copy {table} to '{path}' (format parquet, compression zstd)")


def _lead_to(folder: Path) -> None:
    """Let the link `current` lead to a folder beside it, in one step."""
    link = folder.with_name(f"{CURRENT}.new")
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name, target_is_directory=True)
    os.replace(link, folder.with_name(CURRENT))


def _clear(folder: Path) -> None:
    """Remove the Parquet files of builds that nobody reads any more, and half-written ones.

    Those before the current ones stay, for readers who are still at them.
    """
    builds = sorted(path for path in folder.glob("*-*") if _BUILD.fullmatch(path.name))
    link = folder / CURRENT
    current = link.readlink().name if link.is_symlink() else ""
    before = [path for path in builds if path.name < current][-1:]
    for path in builds:
        if path.name != current and path not in before:
            shutil.rmtree(path)


def _folder_name(build_id: str) -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{build_id[:8]}"


def _forget(file: Path) -> None:
    """Remove a DuckDB file and the log that a kill leaves beside it."""
    for path in (file, file.with_name(f"{file.name}.wal")):
        path.unlink(missing_ok=True)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _explained(copy: Path, error: Exception) -> str:
    return explain(URL.create("duckdb", database=str(copy)), error)
