"""What the API reads, and which build it is of.

On DuckDB that is the copy that a build publishes. Each copy is attached to an instance of its own:
DuckDB keeps one instance for each path and process, so a copy that has taken the place of another
would else not be seen as long as one request reads the old one.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol

import duckdb
import duckdb_engine
import psycopg2
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from reporting.doors.api.problems import Problem
from warehouse.connection import DATABASE_ERRORS
from warehouse.published import published_path

CONNECTIONS = 8
"""So many requests query at once; the others wait their turn."""
PATIENCE = 10.0
"""For so many seconds, at most."""

_LOOKS_EVERY = 0.2
"""After so many seconds, queries on DuckDB are looked at again: does one take too long?"""

REMEMBERED = 1.0
"""For so many seconds, requests need not ask PostgreSQL which build is the newest."""

_RETRY = {"Retry-After": "10"}


@dataclass(frozen=True)
class Build:
    """The build that an answer is of.

    Attributes:
        build_id: of the run of dbt.
        built_at: when all was built and tested, in UTC.
    """

    build_id: str
    built_at: datetime


class Database(Protocol):
    """What the API reads."""

    @property
    def build(self) -> Build:
        """The build that readers see now.

        Raises:
            Problem: there is none, or the database does not answer.
        """

    def reading(self) -> Any:
        """Return a context manager: one state of the warehouse, as (connection, build).

        Raises:
            Problem: there is no build, the database does not answer, or takes too long.
        """


def open_database(url: URL, statement_seconds: float) -> Database:
    """Return what the API reads; it is opened when somebody asks.

    Args:
        url: what `warehouse_url` returned.
        statement_seconds: after how long a query is given up.
    """
    if url.get_backend_name() == "duckdb":
        return PublishedCopy(published_path(str(url.database)), statement_seconds)
    return Server(url, statement_seconds)


class PublishedCopy:
    """The copy that the last good build on DuckDB left, whichever that is when somebody asks."""

    def __init__(self, path: Path, statement_seconds: float) -> None:
        self._path = path
        self._limit = _TimeLimit(statement_seconds)
        self._lock = threading.Lock()
        self._file: tuple[int, int] | None = None
        self._opened: tuple[Engine, Build] | None = None

    @property
    def build(self) -> Build:
        """The build that readers see now."""
        return self._current()[1]

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, Build]]:
        """Read one copy, also when another takes its place meanwhile."""
        engine, build = self._current()
        with _answering(), engine.connect() as connection:
            running = connection.connection.dbapi_connection
            assert isinstance(running, duckdb_engine.ConnectionWrapper)
            with self._limit.kept(running):
                yield connection, build

    def _current(self) -> tuple[Engine, Build]:
        try:
            status = self._path.stat()
        except OSError:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "not-built",
                "Nothing has been published yet: run `make load && dbt build`.",
                headers=_RETRY,
            ) from None
        file = (status.st_ino, status.st_mtime_ns)
        with self._lock:
            if self._opened is None or self._file != file:
                # The engine before goes when the last request that reads it is done.
                with _answering():
                    self._opened = self._open()
                self._file = file
            return self._opened

    def _open(self) -> tuple[Engine, Build]:
        instance = duckdb.connect(":memory:", config={"threads": 2})
        path = str(self._path).replace("'", "''")
        instance.execute(f"attach '{path}' as published (read_only)").fetchall()
        # From now on, no query reaches files or the network.
        instance.execute("set enable_external_access = false")
        instance.execute("set lock_configuration = true")

        def connect() -> duckdb_engine.ConnectionWrapper:
            cursor = instance.cursor()
            cursor.execute("use published").fetchall()
            return duckdb_engine.ConnectionWrapper(cursor)

        engine = sa.create_engine(
            "duckdb://",
            hide_parameters=True,
            creator=connect,
            poolclass=sa.pool.QueuePool,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=PATIENCE,
        )
        with engine.connect() as connection:
            return engine, _newest_build(connection)


class _TimeLimit:
    """Interrupts queries that take too long: DuckDB has no setting for it.

    One thread does for all requests: to start one for each would have each wait for its turn to
    run. It lasts as long as there are requests.

    Args:
        seconds: that a query may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._until: dict[duckdb_engine.ConnectionWrapper, float] = {}
        self._is_watched = False

    @contextmanager
    def kept(self, connection: duckdb_engine.ConnectionWrapper) -> Iterator[None]:
        """Interrupt what a connection does, if it is not done in time."""
        with self._lock:
            if not self._is_watched:
                threading.Thread(target=self._interrupt_late, daemon=True).start()
                self._is_watched = True
            self._until[connection] = time.monotonic() + self._seconds
        try:
            yield
        finally:
            # From here on the connection may be another request's.
            with self._lock:
                del self._until[connection]

    def _interrupt_late(self) -> None:
        while True:
            time.sleep(_LOOKS_EVERY)
            now = time.monotonic()
            with self._lock:
                if not self._until:
                    self._is_watched = False
                    return
                for connection, until in self._until.items():
                    if until < now:
                        connection.interrupt()


class Server:
    """A PostgreSQL server, read as the role salesops_reader where there is one.

    What people read there changes in one transaction, at the end of a good build. So a request that
    reads one moment reads one build.
    """

    def __init__(self, url: URL, statement_seconds: float) -> None:
        milliseconds = round(1_000 * statement_seconds)
        self._engine = sa.create_engine(
            url,
            hide_parameters=True,
            connect_args={
                "connect_timeout": 5,
                "application_name": "salesops api",
                "options": f"-c statement_timeout={milliseconds} -c lock_timeout=5s "
                "-c default_transaction_read_only=on",
            },
            isolation_level="REPEATABLE READ",
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=PATIENCE,
            pool_pre_ping=True,
        )
        sa.event.listen(self._engine, "connect", _become_reader)
        self._lock = threading.Lock()
        self._seen: tuple[float, Build] | None = None

    @property
    def build(self) -> Build:
        """The build that readers see now, or saw a second ago."""
        with self._lock:
            seen = self._seen
        if seen and time.monotonic() - seen[0] < REMEMBERED:
            return seen[1]
        with self.reading() as (_, build):
            return build

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, Build]]:
        """Read one moment of the warehouse."""
        with _answering(), self._engine.connect() as connection:
            build = _newest_build(connection)
            with self._lock:
                self._seen = time.monotonic(), build
            yield connection, build


def _become_reader(connection: psycopg2.extensions.connection, _: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select 1 from pg_roles where rolname = 'salesops_reader' "
            "and pg_has_role(current_user, oid, 'member')"
        )
        if cursor.fetchone():
            cursor.execute("set session role salesops_reader")
    connection.commit()


def _newest_build(connection: Connection) -> Build:
    try:
        row = connection.execute(
            sa.text(
                "select invocation_id, built_at from quality.dq_build "
                "order by built_at desc, invocation_id desc limit 1"
            )
        ).first()
    except DBAPIError as error:
        if not _is_missing(error.orig):
            raise
        row = None
    if row is None:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "not-built",
            "There is no build that passed its tests yet: run `make load && dbt build`.",
            headers=_RETRY,
        )
    return Build(row.invocation_id, row.built_at)


def _is_missing(error: object) -> bool:
    if isinstance(error, duckdb.BinderException):
        # A function lacks a parameter that came with this version.
        return "does not support the supplied arguments" in str(error)
    return isinstance(
        error,
        psycopg2.errors.UndefinedTable
        | psycopg2.errors.UndefinedFunction
        | psycopg2.errors.InvalidSchemaName
        | duckdb.CatalogException,
    )


@contextmanager
def _answering() -> Iterator[None]:
    """Tell of a database that does not answer, or not in time, as a problem."""
    try:
        yield
    except NoConnectionFree:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "busy",
            f"All {CONNECTIONS} connections are taken: try again in a few seconds.",
            headers=_RETRY,
        ) from None
    except DATABASE_ERRORS as error:
        cause = getattr(error, "orig", error)
        if _is_missing(cause):
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "not-built",
                "The newest build does not have this yet: run `dbt build` with this version.",
                headers=_RETRY,
            ) from None
        if isinstance(cause, psycopg2.errors.InsufficientPrivilege):
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "no-rights",
                "The role salesops_reader may not read the reports yet: the next build grants it.",
                headers=_RETRY,
            ) from None
        if isinstance(cause, duckdb.InterruptException | psycopg2.errors.QueryCanceled):
            raise Problem(
                HTTPStatus.GATEWAY_TIMEOUT,
                "too-slow",
                "The query took too long and was given up: ask for fewer days, or a filter more.",
            ) from None
        if isinstance(
            cause, psycopg2.OperationalError | psycopg2.InterfaceError | duckdb.IOException
        ):
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "warehouse-unavailable",
                "The warehouse does not answer: try again in a few seconds.",
                headers=_RETRY,
            ) from None
        raise
