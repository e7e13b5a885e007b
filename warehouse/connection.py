"""The connection that `DATABASE_URL` names: DuckDB in a file, or a PostgreSQL server."""

import re
from typing import Any

import duckdb
import psycopg2
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


DATABASE_ERRORS = (SQLAlchemyError, duckdb.Error, psycopg2.Error)
"""What databases raise; bulk copies go past SQLAlchemy, which wraps the errors of the rest."""


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
    if backend not in ("duckdb", "postgresql"):
        raise SettingsError(f"DATABASE_URL names no database spoken here ({backend}). {ADVICE}")
    if "@" in (url.host or ""):  # the rest of a password, which must not get into messages
        raise SettingsError(
            "DATABASE_URL: in a user name or password, write @ as %40, / as %2F and % as %25."
        )
    if backend == "postgresql" and url.database:
        return url.set(drivername="postgresql+psycopg2")
    raise SettingsError(f"DATABASE_URL lacks the database. {ADVICE}")


def describe(url: URL) -> str:
    """Name the warehouse for people, without its password."""
    if url.get_backend_name() == "duckdb":
        return f"DuckDB, {url.database}"
    plain = url.set(query={})  # options may hold a password too
    return f"PostgreSQL, {plain.render_as_string(hide_password=True).split('://', 1)[1]}"


def connect(url: URL, *, read_only: bool = False) -> Engine:
    """Return what opens the warehouse; a PostgreSQL server is asked at once whether it will do.

    Args:
        url: what `warehouse_url` returned.
        read_only: open the DuckDB file beside other readers; nothing can be written then.

    Raises:
        WarehouseUnavailable: the server does not answer or is too old, or a folder is not to be
            made.
    """
    if url.get_backend_name() == "duckdb":
        if not read_only and url.database:
            _make_folder(url.database)
        arguments: dict[str, Any] = {"read_only": True} if read_only else {}
        return sa.create_engine(url, connect_args=arguments, poolclass=sa.pool.NullPool)
    engine = sa.create_engine(url, connect_args={"connect_timeout": 10}, poolclass=sa.pool.NullPool)
    try:
        with engine.connect() as connection:
            number = str(connection.exec_driver_sql("show server_version_num").scalar_one())
    except DATABASE_ERRORS as error:
        raise WarehouseUnavailable(explain(url, error)) from None
    version = int(number) // 10000
    if version < MINIMUM_POSTGRES:
        raise WarehouseUnavailable(
            f"{describe(url)} is PostgreSQL {version}; {MINIMUM_POSTGRES} or later is needed."
        )
    return engine


def explain(url: URL, error: Exception) -> str:
    """Say in words why the database refused, with the next thing to do."""
    # What was tried after the first error, such as a rollback, tells less about it.
    while isinstance(error.__context__, DATABASE_ERRORS):
        error = error.__context__
    reason = str(getattr(error, "orig", None) or error).strip()
    if url.get_backend_name() == "duckdb":
        advice, reason = _duckdb_advice(reason), (reason or type(error).__name__).splitlines()[0]
    else:
        advice, reason = _postgres_advice(reason), " ".join(reason.split())
    return f"Cannot use {describe(url)}. {advice} ({reason})"


def _duckdb_advice(reason: str) -> str:
    if _is_disk_full(reason):
        return _DISK_FULL
    if re.search("lock on file|already open|used by another", reason, re.IGNORECASE):
        return "Another program has the file open: close it (or wait for it) and try again."
    if re.search("permission|read-only", reason, re.IGNORECASE):
        return "The file or its folder cannot be written: check its permissions."
    if re.search("version number", reason, re.IGNORECASE):
        return (
            f"A newer DuckDB than the one here ({duckdb.__version__}) wrote the file: go back to "
            "the release of this project that did, or name another file in DATABASE_URL and load "
            "your workbooks into it."
        )
    return "If it is no DuckDB file, move it away, or name another in DATABASE_URL."


def _postgres_advice(reason: str) -> str:
    if _is_disk_full(reason):
        return _DISK_FULL
    if re.search("permission denied", reason, re.IGNORECASE):
        return "Its user lacks the rights: grant them, or name another user in DATABASE_URL."
    return "Check that the server runs and that DATABASE_URL is right."


_DISK_FULL = "The disk is full: make room and try again."


def _is_disk_full(reason: str) -> bool:
    return bool(re.search("no space left|disk full|file too large", reason, re.IGNORECASE))


def _make_folder(database: str) -> None:
    folder = (CHECKOUT / database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseUnavailable(f"Cannot make the folder {folder}: {error.strerror}.") from None
