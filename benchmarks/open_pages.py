"""Opening the app's pages: how long a new question takes, by how many days it is about.

The demo is built, and its lines, orders and customers are repeated in what is published, to 2
million lines (or as many as the command line says), on DuckDB. One person opens page after page,
each with days and a filter that nobody has asked for before, then all of them once more. Elapsed
time is what people wait; processor time is that of all cores, and does not depend on what else runs
on the machine. The goal is 300 ms at the 95th percentile over 2 million lines, 1 s over 10 million.
"""

import itertools
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.client import HTTPConnection
from pathlib import Path

import duckdb
import structlog
from rich.console import Console
from rich.table import Table

from benchmarks.serve_reports import LINES, ask
from demo.workbooks import write_demo
from reporting.doors.api.app import create_app
from reporting.doors.api.serve import server
from reporting.doors.api.settings import ApiSettings
from warehouse.published import published_path
from warehouse.settings import CHECKOUT

LAST_DAY = date(2026, 6, 14)
MONTHS = 24
PAGES = ("sales", "sales", "customers", "products", "sellers")
SPANS = {"a week": 7, "a month": 30, "a quarter": 91, "half a year": 182, "a year": 364}
QUESTIONS = 25
"""About each span."""

Asked = dict[str, str]


def build(folder: Path) -> Path:
    """Load and build the demo; return the copy that readers open."""
    write_demo(folder / "inbox", lines=24_000, months=MONTHS, end=LAST_DAY)
    database = folder / "warehouse.duckdb"
    settings = {
        "DATABASE_URL": f"duckdb:///{database}",
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder),
    }
    for command in (
        [sys.executable, "-m", "loader", "load", str(folder / "inbox")],
        [str(Path(sys.executable).with_name("dbt")), "build", "--exclude-resource-type=unit_test"],
    ):
        subprocess.run(
            command, cwd=CHECKOUT, env=os.environ | settings, stdout=subprocess.DEVNULL, check=True
        )
    return published_path(database)


def repeat(published: Path, lines: int) -> int:
    """Repeat what was sold, each time to other customers; return how many lines there are."""
    with duckdb.connect(str(published)) as connection:
        ((found,),) = connection.execute("select count(*) from marts.fact_sales_line").fetchall()
        count = int(found)
        times = -(-lines // count)
        key = "case when customer_key = -1 then -1 else customer_key + time end"
        order_id = "order_id || '-' || time as order_id"
        changes = {
            "fact_sales_line": f"sales_line_key + time as sales_line_key, {order_id}, "
            f"{key} as customer_key",
            "fact_order": f"{order_id}, {key} as customer_key",
            "dim_customer": "customer_key + time as customer_key, "
            "customer_durable_key + time as customer_durable_key, "
            "customer_id || '-' || time as customer_id, "
            "customer_name || ' ' || time as customer_name",
        }
        for table, change in changes.items():
            day = {"fact_sales_line": "sale_date_key", "fact_order": "order_date_key"}.get(table)
            unknown = (
                "" if day else " union all select * from marts.dim_customer where customer_key = -1"
            )
            connection.execute(
                f"create table marts.more as select told.* replace ({change}) "
                f"from marts.{table} as told cross join range({times}) as times (time) "
                + (f"order by {day}, time" if day else f"where customer_key <> -1{unknown}")
            )
            connection.execute(f"drop table marts.{table}")
            connection.execute(f"alter table marts.more rename to {table}")
        return count * times


def questions(published: Path, days: int) -> Iterator[tuple[str, Asked]]:
    """Return pages with what they are asked, no two of them the same."""
    with duckdb.connect(str(published), read_only=True) as connection:

        def names(sql: str) -> list[str]:
            return [name for (name,) in connection.execute(sql).fetchall()]

        filters: list[Asked] = [{}]
        for name, sql in {
            "region": "select distinct region from marts.dim_region where region_key <> -1",
            "store": "select store_name from marts.dim_store where store_key <> -1",
            "category": "select distinct category from marts.dim_product where category <> ''",
            "seller": "select seller_name from marts.dim_seller where seller_key <> -1",
        }.items():
            filters += [{name: value} for value in names(f"{sql} order by 1 limit 3")]
    for number, filter_by in zip(range(QUESTIONS), itertools.cycle(filters), strict=False):
        last = LAST_DAY - timedelta(days=7 * (number % 26))
        first = last - timedelta(days=days - 1)
        yield (
            f"/app/{PAGES[number % len(PAGES)]}",
            {"start_date": str(first), "end_date": str(last), **filter_by},
        )


@contextmanager
def serving(url: str) -> Iterator[int]:
    """Serve the app in this process, so that its processor time is known; yield its port."""
    settings = ApiSettings(without_keys=True, rate_limit="1000000/second", statement_seconds=600)
    settings = settings.model_copy(update={"port": 0})
    running = server(create_app(settings, url), settings)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        while not running.started:
            time.sleep(0.01)
        yield int(running.servers[0].sockets[0].getsockname()[1])
    finally:
        running.should_exit = True
        thread.join(timeout=30)


def timed(connection: HTTPConnection, path: str, asked: Asked) -> tuple[float, float]:
    """Open a page; return the milliseconds that it took, elapsed and of all processors."""
    started, used = time.perf_counter(), time.process_time()
    ask(connection, path, asked)
    return 1_000 * (time.perf_counter() - started), 1_000 * (time.process_time() - used)


def p95(figures: Iterable[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(figures, n=20)[-1]


def main() -> None:
    """Measure."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    out = Console()
    table = Table(
        *("days", "elapsed, median", "p95, ms", "processor, median", "p95, ms", "again, p95"),
        box=None,
    )
    everything: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        published = build(Path(name))
        out.print(f"{repeat(published, lines):,} lines", style="dim")
        with serving(f"duckdb:///{Path(name, 'warehouse.duckdb')}") as port:
            connection = HTTPConnection("127.0.0.1", port, timeout=600)
            elapsed, used = timed(connection, "/app/sales", {})
            out.print(f"The first page: {elapsed:.0f} ms, {used:.0f} of processors")
            for span, days in SPANS.items():
                asked = list(questions(published, days))
                new = [timed(connection, *question) for question in asked]
                again = [timed(connection, *question) for question in asked]
                everything += [elapsed for elapsed, _ in new]
                figures = (
                    statistics.median(elapsed for elapsed, _ in new),
                    p95(elapsed for elapsed, _ in new),
                    statistics.median(used for _, used in new),
                    p95(used for _, used in new),
                    p95(elapsed for elapsed, _ in again),
                )
                table.add_row(span, *(f"{figure:.0f}" for figure in figures))
                out.print(f"{span} done", style="dim")
    out.print(table)
    out.print(f"All: {p95(everything):.0f} ms at the 95th percentile")


if __name__ == "__main__":
    main()
