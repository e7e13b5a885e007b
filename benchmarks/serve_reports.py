"""Asking the HTTP API: requests a second and their 95th percentile, beside the bare queries.

2 million lines (or as many as the command line says) are built; `python -m reporting api` serves
them, and 32 connections ask at once. Asked with parameters that nobody has used before, an answer
is read from the warehouse; asked again, it is remembered. Beside it, the statements that such an
answer takes are sent to the database by 32 connections of this process, their rows fetched and
thrown away. A ratio is the API's time at the 95th percentile to the bare queries'; the goal is 2,
and 100 ms.
"""

import itertools
import json
import logging
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import psycopg2
import sqlalchemy as sa
import structlog
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import URL, Connection

from benchmarks.add_a_day import FIRST_DAY, LINES_A_DAY, load_files, write_day, write_master_data
from reporting.ask.reports import REPORTS, TOP_PRODUCTS
from reporting.doors.api.audit import read_lines
from reporting.doors.api.database import open_database
from reporting.doors.api.known import Builds, Known
from reporting.doors.api.reports import read_report, read_rows, read_weeks
from warehouse.connection import connect, warehouse_url
from warehouse.published import published_path
from warehouse.reset import SCHEMAS
from warehouse.settings import CHECKOUT

LINES = 2_000_000
CONNECTIONS = 32
REQUESTS = 320
"""Of each kind; each connection sends as many."""
GOAL = 2.0
GOAL_MILLISECONDS = 100.0

Asked = dict[str, Any]
Statement = tuple[str, Any]


@dataclass(frozen=True)
class Endpoint:
    """A path, and what the API does to answer it.

    Attributes:
        path: of it.
        read: reads its rows.
        more: parameters besides those that differ from request to request.
        has_days: whether it is asked for days and a seller, or for a page.
    """

    path: str
    read: Callable[[Connection, Known, Mapping[str, Any]], Any]
    more: Asked
    has_days: bool = True


def endpoints() -> Iterator[Endpoint]:
    """Name what is measured."""
    yield Endpoint("/reports/weekly-summary", read_weeks, {})
    for report in (report for report in REPORTS if report.path and report.function):
        yield Endpoint(
            f"/reports/{report.path}",
            lambda connection, known, asked, report=report: read_report(  # type: ignore[misc]
                connection, report, known, asked
            ),
            {"limit": 10} if report is TOP_PRODUCTS else {},
        )
    yield Endpoint("/lines", read_lines, {"limit": 100})
    performance = next(report for report in REPORTS if report.path == "product-performance")
    yield Endpoint(
        "/reports/product-performance",
        lambda connection, known, asked: read_rows(connection, performance, known.catalog, asked),
        {"offset": 0},
        has_days=False,
    )


def distinct(endpoint: Endpoint, days: int) -> list[Asked]:
    """Return parameters, each of which differs from the others."""
    if not endpoint.has_days:
        return [endpoint.more | {"limit": 20 + number} for number in range(REQUESTS)]
    sellers = [f"Seller {number}" for number in range(40)]
    starts = [FIRST_DAY + timedelta(days=number) for number in range(-6, days)]
    spans = [(start, start + timedelta(days=6)) for start in starts]
    # All spans of a seller come after each other, so that no two requests are about the same days.
    return [
        endpoint.more | {"start_date": first, "end_date": last, "seller": seller}
        for seller, (first, last) in itertools.islice(
            itertools.cycle(itertools.product(sellers, spans)), REQUESTS
        )
    ]


def build(url: str, folder: Path, lines: int) -> int:
    """Load and build so many lines, as a whole; return the number of days that have some."""
    with connect(warehouse_url(url)).begin() as connection:
        for schema in SCHEMAS:
            connection.execute(sa.schema.DropSchema(schema, cascade=True, if_exists=True))
    days = -(-lines // LINES_A_DAY)
    write_master_data(folder)
    load_files(url, [folder / "customers.csv", folder / "products.csv"])
    for day in range(days):
        path = write_day(folder, day)
        load_files(url, [path])
        path.unlink()
    os.environ["DATABASE_URL"] = url
    result = dbtRunner().invoke(
        [
            *("build", "--exclude-resource-type", "unit_test", "--quiet"),
            *("--target-path", str(folder / "target"), "--log-path", str(folder)),
        ]
    )
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if not result.success:
        raise SystemExit(f"The build failed: {result.exception or result.result}")
    return days


@contextmanager
def serving(url: str) -> Iterator[int]:
    """Serve the API in a process of its own; yield its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    settings = {
        "DATABASE_URL": url,
        "API_PORT": str(port),
        "API_WITHOUT_KEYS": "true",
        "API_RATE_LIMIT": "1000000/second",
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "reporting", "api"],
            cwd=CHECKOUT,
            env=os.environ | settings,
            stdout=log,
            stderr=log,
        )
        try:
            for _ in range(300):
                if process.poll() is not None:
                    break
                try:
                    ask(HTTPConnection("127.0.0.1", port, timeout=60), "/ready", {})
                    break
                except OSError:
                    time.sleep(0.1)
            if process.poll() is not None:
                log.seek(0)
                raise SystemExit(f"The API did not start: {log.read().decode()}")
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def ask(connection: HTTPConnection, path: str, asked: Mapping[str, Any]) -> bytes:
    """Send a request, and read the answer, which must be good."""
    connection.request("GET", f"{path}?{urlencode(asked)}")
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path} {asked}: {answer.status} {body.decode()}")
    return body


def statements(url: URL, endpoint: Endpoint, asked: Sequence[Asked]) -> list[list[Statement]]:
    """Return what the API sends to the database for each of the requests."""
    database = open_database(url, 600)
    builds = Builds(database)
    sent: list[list[Statement]] = []
    with database.reading() as (connection, newest):
        known = builds.known(connection, newest)

        @sa.event.listens_for(connection, "before_cursor_execute")
        def remember(_connection: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
            sent[-1].append((sql, values))

        for parameters in asked:
            sent.append([])
            endpoint.read(connection, known, parameters)
    return sent


@contextmanager
def bare(url: URL) -> Iterator[Callable[[], Any]]:
    """Open the database as directly as it can be; yield what makes a cursor of a connection."""
    opened: list[Any] = []
    if url.get_backend_name() == "duckdb":
        instance = duckdb.connect(config={"threads": 2})
        opened.append(instance)
        path = str(published_path(str(url.database))).replace("'", "''")
        instance.execute(f"attach '{path}' as published (read_only)")

        def cursor() -> Any:
            made = instance.cursor()
            made.execute("use published")
            return made
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)

        def cursor() -> Any:
            connection = psycopg2.connect(plain)
            connection.autocommit = True
            opened.append(connection)
            return connection.cursor()

    try:
        yield cursor
    finally:
        for connection in opened:
            connection.close()


def timed(connect_once: Callable[[], Callable[[int], None]], count: int) -> tuple[float, float]:
    """Do something so many times on 32 connections.

    Args:
        connect_once: called by each of them; returns what does the nth of the things.
        count: how many times.

    Returns:
        How many were done a second, and the 95th percentile of their milliseconds.
    """
    numbers = itertools.count()
    begin = threading.Barrier(CONNECTIONS + 1)

    def work() -> list[float]:
        do = connect_once()
        begin.wait()
        times = []
        while (number := next(numbers)) < count:
            started = time.perf_counter()
            do(number)
            times.append(1_000 * (time.perf_counter() - started))
        return times

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        working = [pool.submit(work) for _ in range(CONNECTIONS)]
        begin.wait()
        started = time.perf_counter()
        times = [item for future in working for item in future.result()]
        seconds = time.perf_counter() - started
    return count / seconds, statistics.quantiles(times, n=20)[-1]


def measure(url: URL, port: int, endpoint: Endpoint, days: int) -> list[float]:
    """Return requests a second and the 95th percentile: bare, of new requests, of repeated ones."""
    asked = distinct(endpoint, days)
    if len({json.dumps(item, default=date.isoformat) for item in asked}) < len(asked):
        raise SystemExit(f"Too few days for {len(asked)} different requests: give more lines.")
    sent = statements(url, endpoint, asked)

    def request() -> Callable[[int], None]:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        return lambda number: void(ask(connection, endpoint.path, asked[number]))

    with bare(url) as cursor:

        def query() -> Callable[[int], None]:
            opened = cursor()

            def run(number: int) -> None:
                for sql, values in sent[number]:
                    opened.execute(sql, values)
                    opened.fetchall()

            return run

        timed(query, CONNECTIONS)  # to warm up
        plainly = timed(query, REQUESTS)
    new = timed(request, REQUESTS)
    repeated = timed(request, REQUESTS)
    return [*plainly, *new, *repeated]


def void(_: object) -> None:
    """Drop a result."""


def main() -> None:
    """Measure on the PostgreSQL that DATABASE_URL names, which is emptied; else on DuckDB."""
    given = os.environ.get("DATABASE_URL", "")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    out = Console()
    on_postgres = given.startswith("postgres")
    engine = "PostgreSQL" if on_postgres else "DuckDB"
    table = Table(
        *("path", "bare, /s", "p95, ms", "API, /s", "p95, ms", "ratio", "again, /s", "p95, ms"),
        title=f"{lines:,} lines, {CONNECTIONS} connections, {engine}",
        box=None,
    )
    is_met = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = given if on_postgres else f"duckdb:///{folder / 'warehouse.duckdb'}"
        days = build(url, folder, lines)
        out.print("Built.", style="dim")
        with serving(url) as port:
            for endpoint in endpoints():
                figures = measure(warehouse_url(url), port, endpoint, days)
                ratio = figures[3] / figures[1]
                is_met &= ratio <= GOAL and figures[3] <= GOAL_MILLISECONDS
                table.add_row(
                    endpoint.path.removeprefix("/reports"),
                    *(f"{figure:.0f}" for figure in figures[:4]),
                    f"{ratio:.2f}",
                    *(f"{figure:.0f}" for figure in figures[4:]),
                )
                out.print(f"{endpoint.path} done", style="dim")
    out.print(table)
    out.print(f"Goal: ratio {GOAL:g} and p95 {GOAL_MILLISECONDS:g} ms, of requests that are new.")
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
