"""Loading a workbook, against the least that it could cost: reading it and copying it in bulk.

The peer reads the same 200,000 rows with fastexcel, as text, which is what raw tables hold, and
copies them as they come: into DuckDB from Arrow, into PostgreSQL by COPY. A second peer leaves
numbers and dates as they are, which is less than raw needs. All take turns in one process; a ratio
is the peer's time to ours, run by run, so 1.0 is as fast as the peer. The goal is 0.8 of the first.
"""

import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.csv as pa_csv
import sqlalchemy as sa
import structlog
import xlsxwriter
from rich.console import Console
from rich.table import Table

from loader.deliveries import find_deliveries
from loader.load import load
from warehouse.connection import connect, warehouse_url

ROWS = 200_000
RUNS = 5
GOAL = 0.8
COLUMNS = [
    "Invoice No",
    "Stock Code",
    "Product Name",
    "Quantity",
    "Invoice Date",
    "Unit Price",
    "Customer ID",
    "Country",
]


def make_workbook(path: Path) -> None:
    """Write 200,000 rows of 8 columns: numbers, texts and a date."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Sales")
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, COLUMNS)
    for row in range(1, ROWS + 1):
        sheet.write_number(row, 0, 536365 + row // 8)
        sheet.write_string(row, 1, f"{10000 + row % 4000}A")
        sheet.write_string(row, 2, f"PRODUCT NAME {row % 4000}")
        sheet.write_number(row, 3, 1 + row % 20)
        sheet.write_number(row, 4, 45658 + row / 1440, day)
        sheet.write_number(row, 5, (1 + row % 9999) / 100)
        sheet.write_number(row, 6, 10000 + row % 9999)
        sheet.write_string(row, 7, "United Kingdom")
    book.close()


def peer(workbook: Path, url: str, *, as_text: bool) -> None:
    """Read the sheet and copy it, and no more."""
    engine = connect(warehouse_url(url))
    quoted = ", ".join(f'"{name}"' for name in COLUMNS)
    table = _peer_table(as_text=as_text)
    with engine.connect() as connection, connection.begin():
        connection.execute(sa.schema.DropTable(table, if_exists=True))
        connection.execute(sa.schema.CreateTable(table))
        reader = fastexcel.read_excel(workbook)
        sheet = reader.load_sheet(0, dtypes="string" if as_text else None)
        batch = sheet.to_arrow()
        dbapi = connection.connection
        if engine.dialect.name == "duckdb":
            dbapi.register("peer_rows", pa.Table.from_batches([batch]))
            dbapi.execute(f"insert into peer ({quoted}) select {quoted} from peer_rows")
            return
        buffer = BytesIO()
        pa_csv.write_csv(batch, buffer, pa_csv.WriteOptions(include_header=False))
        buffer.seek(0)
        dbapi.cursor().copy_expert(f"copy peer ({quoted}) from stdin (format csv)", buffer)


def _peer_table(*, as_text: bool) -> sa.Table:
    types = [sa.Double, sa.Text, sa.Text, sa.Double, sa.DateTime, sa.Double, sa.Double, sa.Text]
    table = sa.Table("peer", sa.MetaData())
    for name, kind in zip(COLUMNS, types, strict=True):
        table.append_column(sa.Column(name, sa.Text if as_text else kind))
    return table


def ours(workbook: Path, url: str) -> None:
    """Load the workbook, with ledger, provenance and all."""
    engine = connect(warehouse_url(url))
    found = find_deliveries([workbook], inbox=workbook.parent)
    with engine.connect() as connection:
        (outcome,) = load(connection, found.deliveries, [])
    if outcome.rows_loaded != ROWS:
        raise SystemExit(f"Only {outcome.rows_loaded} rows were loaded: {outcome.error}")


def forget(url: str) -> None:
    """Empty raw, so that the next run loads the file anew."""
    with connect(warehouse_url(url)).begin() as connection:
        connection.execute(sa.schema.DropSchema("raw", cascade=True, if_exists=True))


def seconds(action: Callable[[], None]) -> float:
    """Return how long an action takes, in seconds of wall time."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main() -> None:
    """Measure on DuckDB, and on the PostgreSQL that DATABASE_URL names, if it does."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    out = Console()
    table = Table("engine", "peer, s", "typed peer, s", "ours, s", "ratio", "to typed", box=None)
    with tempfile.TemporaryDirectory() as folder:
        workbook = Path(folder) / "Sales.xlsx"
        make_workbook(workbook)
        urls = [f"duckdb:///{folder}/bench.duckdb"]
        if os.environ.get("DATABASE_URL", "").startswith("postgres"):
            urls.append(os.environ["DATABASE_URL"])
        ratios = []
        for url in urls:
            runs = []
            for run in range(RUNS + 1):
                forget(url)
                times = (
                    seconds(partial(peer, workbook, url, as_text=True)),
                    seconds(partial(peer, workbook, url, as_text=False)),
                    seconds(partial(ours, workbook, url)),
                )
                if run:  # the first one warms up
                    runs.append(times)
            ratios.append(statistics.median(text / own for text, _, own in runs))
            table.add_row(
                warehouse_url(url).get_backend_name(),
                *(f"{statistics.median(column):.2f}" for column in zip(*runs, strict=True)),
                f"{ratios[-1]:.2f}",
                f"{statistics.median(typed / own for _, typed, own in runs):.2f}",
            )
    out.print(table)
    out.print(f"Medians of {RUNS} runs of {ROWS:,} rows. Goal: a ratio of {GOAL} or more.")
    sys.exit(0 if min(ratios) >= GOAL else 1)


if __name__ == "__main__":
    main()
