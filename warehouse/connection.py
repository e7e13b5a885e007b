"""The connection that `DATABASE_URL` names: DuckDB in a file, or a PostgreSQL server."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from warehouse.settings import CHECKOUT, SettingsError

DEFAULT_DATABASE = CHECKOUT / "data" / "warehouse.duckdb"
MINIMUM_POSTGRES = 16
ADVICE = (
    "DATABASE_URL takes postgresql://user:password@host:port/database or "
    "duckdb:////absolute/path.duckdb; leave it unset for the DuckDB file in the checkout."
)


class WarehouseUnavailable(Exception):
    """The warehouse cannot be reached or written; the message says why and what to do."""


def warehouse_url(database_url: str) -> URL:
    """Read `DATABASE_URL` as SQLAlchemy writes URLs.

    Raises:
        SettingsError: it is no URL, or names a database this project does not speak.
    """
    if not database_url:
        return URL.create("duckdb", database=str(DEFAULT_DATABASE))
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise SettingsError(f"DATABASE_URL is not a URL. {ADVICE}") from None
    backend = url.get_backend_name()
    if backend == "postgres":  # the spelling of some hosting providers
        backend = "postgresql"
    if backend == "duckdb" and url.database not in (None, "", ":memory:"):
        database = CHECKOUT / str(url.database)
        return URL.create("duckdb", database=str(database))
    if backend == "postgresql" and url.database:
        return url.set(drivername="postgresql+psycopg2")
    raise SettingsError(f"DATABASE_URL names no warehouse ({backend or 'no scheme'}). {ADVICE}")


def describe(url: URL) -> str:
    """Name the warehouse for people, without its password."""
    if url.get_backend_name() == "duckdb":
        return f"DuckDB, {url.database}"
    return f"PostgreSQL, {url.render_as_string(hide_password=True).split('://', 1)[1]}"


def connect(url: URL, *, read_only: bool = False) -> Engine:
    """Open the warehouse and make sure that it answers.

    Args:
        url: what `warehouse_url` returned.
        read_only: open the DuckDB file beside other readers; nothing can be written then.

    Raises:
        WarehouseUnavailable: it does not answer, is in use, is too old or may not be written.
    """
    arguments: dict[str, Any] = {}
    if url.get_backend_name() == "duckdb":
        if read_only:
            arguments["read_only"] = True
        elif url.database:
            _make_folder(url.database)
    else:
        arguments["connect_timeout"] = 10
    engine = sa.create_engine(url, connect_args=arguments, poolclass=sa.pool.NullPool)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                number = str(connection.exec_driver_sql("show server_version_num").scalar_one())
                version = int(number) // 10000
                if version < MINIMUM_POSTGRES:
                    raise WarehouseUnavailable(
                        f"{describe(url)} is PostgreSQL {version}; "
                        f"{MINIMUM_POSTGRES} or later is needed."
                    )
    except SQLAlchemyError as error:
        raise WarehouseUnavailable(explain(url, error)) from None
    return engine


def explain(url: URL, error: SQLAlchemyError) -> str:
    """Say in words why the database refused, with the next thing to do."""
    reason = str(getattr(error, "orig", None) or error).strip()
    if url.get_backend_name() == "duckdb":
        first = reason.splitlines()[0]
        if "lock" in reason.lower():
            advice = "Another program has the file open: close it (or wait for it) and try again."
        elif "permission" in reason.lower() or "read-only" in reason.lower():
            advice = "The file or its folder cannot be written: check its permissions."
        else:
            advice = "If it is no DuckDB file, move it away, or name another in DATABASE_URL."
        return f"Cannot use {describe(url)}. {advice} ({first})"
    return (
        f"Cannot use {describe(url)}. Check that the server runs and that DATABASE_URL is right. "
        f"({' '.join(reason.split())})"
    )


def _make_folder(database: str) -> None:
    folder = (CHECKOUT / database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseUnavailable(f"Cannot make the folder {folder}: {error.strerror}.") from None
