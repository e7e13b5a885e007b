"""Adding a day to a history: what the next build costs, for histories of different length.

A day is a file of 20,000 lines, among them 200 of the day before, sent again. Histories of 0.2, 2
and 10 million lines (or those named on the command line, in thousands) are loaded as daily files
and built; then three more days come, one by one, each followed by a build. A ratio is the time of
the longest history to that of the shortest; the goal is 1.5 for the incremental part, the models
whose cost ought to depend on the day alone. Beside it stand all models, and a rebuild of them.
"""

import logging
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import sqlalchemy as sa
import structlog
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner
from rich.console import Console
from rich.table import Table

from loader.deliveries import find_deliveries
from loader.load import load
from warehouse.connection import connect, warehouse_url
from warehouse.reset import SCHEMAS

LINES_A_DAY = 20_000
SENT_AGAIN = 200
HISTORIES = [200, 2_000, 10_000]
DAYS = 3
GOAL = 1.5
INCREMENTAL = {
    "int_sales_lines_due",
    "int_sales_lines",
    "int_sales_line_checksums",
    "int_line_members",
    "int_file_days",
    "int_file_repeats",
    "fact_sales_line",
}
FIRST_DAY = date(2024, 1, 1)


def write_master_data(folder: Path) -> None:
    """Write 5,000 customers and 300 products."""
    customers = pa.table(
        {
            "Customer ID": [f"C{i}" for i in range(5_000)],
            "Customer Name": [f"Customer {i}" for i in range(5_000)],
            "Region": [f"Region {i % 12}" for i in range(5_000)],
            "Country": ["GB"] * 5_000,
        }
    )
    products = pa.table(
        {
            "Product ID": [f"P{i}" for i in range(300)],
            "Product Name": [f"Product {i}" for i in range(300)],
            "Category": [f"Category {i % 9}" for i in range(300)],
            "Standard Cost": [str(1 + i % 40) for i in range(300)],
        }
    )
    pa_csv.write_csv(customers, folder / "customers.csv")
    pa_csv.write_csv(products, folder / "products.csv")


def write_day(folder: Path, day: int) -> Path:
    """Write one day's lines, the last of the day before among them."""
    line = np.arange(day * LINES_A_DAY - (SENT_AGAIN if day else 0), (day + 1) * LINES_A_DAY)
    dates = np.datetime64(FIRST_DAY, "D") + line // LINES_A_DAY % 900
    units = 1 + line % 7
    price = 2 + line % 97
    table = pa.table(
        {
            "Order ID": pa.array([f"A{n}" for n in line // 4]),
            "Line Number": line % 4 + 1,
            "Order Date": pa.array(dates),
            "Product ID": pa.array([f"P{n}" for n in line * 7919 % 300]),
            "Customer ID": pa.array([f"C{n}" for n in line // 4 * 104_729 % 5_000]),
            "Seller": pa.array([f"Seller {n}" for n in line // 4 % 40]),
            "Store": pa.array([f"Store {n}" for n in line // 4 % 60]),
            "Carrier": pa.array([f"Carrier {n}" for n in line // 4 % 5]),
            "Units": units,
            "Unit Price": price,
            "Line Total": units * price,
        }
    )
    path = folder / f"day {day:04}.csv"
    pa_csv.write_csv(table, path)
    return path


def load_files(url: str, paths: list[Path]) -> None:
    """Load files, which must all go in."""
    with connect(warehouse_url(url)).connect() as connection:
        for outcome in load(connection, find_deliveries(paths, paths[0].parent).deliveries, []):
            if outcome.status != "loaded":
                raise SystemExit(f"{outcome.delivery.known_as}: {outcome.status} {outcome.error}")


def build(url: str, folder: Path, *arguments: str) -> dict[str, float]:
    """Build all models; return the seconds that each of them took."""
    os.environ["DATABASE_URL"] = url
    result = dbtRunner().invoke(
        [
            *("build", "--resource-type", "model", "--resource-type", "seed", *arguments),
            *("--quiet", "--target-path", str(folder / "target"), "--log-path", str(folder)),
        ]
    )
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if not result.success or not isinstance(result.result, RunExecutionResult):
        raise SystemExit(f"The build failed: {result.exception or result.result}")
    return {item.node.name: item.execution_time for item in result.result.results}


def measure(url: str, folder: Path, thousands: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the times of the first build, of each added day and of a rebuild."""
    with connect(warehouse_url(url)).begin() as connection:
        for schema in SCHEMAS:
            connection.execute(sa.schema.DropSchema(schema, cascade=True, if_exists=True))
    days = thousands * 1_000 // LINES_A_DAY
    write_master_data(folder)
    load_files(url, [folder / "customers.csv", folder / "products.csv"])
    for day in range(days):
        path = write_day(folder, day)
        load_files(url, [path])
        path.unlink()
    yield "first", build(url, folder)
    for day in range(days, days + DAYS):
        load_files(url, [write_day(folder, day)])
        yield "day", build(url, folder)
    yield "rebuild", build(url, folder, "--full-refresh")


def part(times: dict[str, float], names: set[str] | None = None) -> float:
    """Return the seconds of some models, or of all."""
    return sum(seconds for name, seconds in times.items() if names is None or name in names)


def main() -> None:
    """Measure on the PostgreSQL that DATABASE_URL names, which is emptied; else on DuckDB."""
    given = os.environ.get("DATABASE_URL", "")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    histories = [int(text) for text in sys.argv[1:]] or HISTORIES
    out = Console()
    incremental, everything = [], []
    table = Table(
        "lines",
        "incremental part, s",
        "all models, s",
        "same, rebuilt, s",
        "day to rebuild",
        title="A day of 20,000 lines more",
        box=None,
    )
    medians: list[dict[str, float]] = []
    for thousands in histories:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            on_postgres = given.startswith("postgres")
            url = given if on_postgres else f"duckdb:///{folder / 'warehouse.duckdb'}"
            runs = list(measure(url, folder, thousands))
        days = [times for kind, times in runs if kind == "day"]
        rebuilt = next(times for kind, times in runs if kind == "rebuild")
        incremental.append(statistics.median(part(times, INCREMENTAL) for times in days))
        everything.append(statistics.median(part(times) for times in days))
        medians.append({name: statistics.median(day[name] for day in days) for name in days[0]})
        table.add_row(
            f"{thousands * 1_000:,}",
            f"{incremental[-1]:.2f}",
            f"{everything[-1]:.2f}",
            f"{part(rebuilt):.2f}",
            f"{everything[-1] / part(rebuilt):.2f}",
        )
        out.print(f"{thousands:,} thousand lines done", style="dim")
    out.print(table)
    ratio = incremental[-1] / incremental[0]
    out.print(f"Longest to shortest history: incremental part {ratio:.2f} (goal {GOAL}), ", end="")
    out.print(f"all models {everything[-1] / everything[0]:.2f}.")
    out.print(
        "The incremental part, and the slowest models besides, a column a history:", style="dim"
    )
    slowest = sorted(medians[-1], key=lambda name: (name not in INCREMENTAL, -medians[-1][name]))
    for name in slowest[: len(INCREMENTAL) + 12]:
        seconds = " ".join(f"{times[name]:6.2f}" for times in medians)
        out.print(f"  {name:<32} {seconds}", style="dim")
    sys.exit(0 if ratio <= GOAL else 1)


if __name__ == "__main__":
    main()
