"""The command that loads files into a copy of the warehouse, builds there and compares."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Container, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from loader.raw_tables import ENTITY_TABLES, FILE_PARTS, FILE_VERSIONS, create_raw_tables
from reporting import Refusal
from reporting.ask.built import see_last_build
from reporting.ask.corrections import DeliveredRow, read_parts, read_rows
from reporting.ask.corrections import Part as CorrectedPart
from reporting.ask.opening import open_warehouse
from reporting.ask.periods import read_calendar
from reporting.doors.common import out, said_politely
from reporting.draw.terminal.grid import grid
from reporting.tables import Column, Kind, Row
from warehouse.connection import connect, warehouse_url
from warehouse.settings import CHECKOUT, Settings, read_settings

_STDERR = 2
"""The file descriptor of standard error, which other programs write to."""

_COLUMNS = [
    Column("iso_week", "Week", Kind.TEXT),
    Column("currency", "Currency", Kind.TEXT),
    Column("before", "Revenue before", Kind.AMOUNT),
    Column("after", "After", Kind.AMOUNT),
    Column("change", "Change", Kind.AMOUNT),
]
_WEEKS = 20
"""How many weeks whose revenue differs are listed."""

_ROWS_TO_CORRECT = 100
"""How many rows with something to correct are shown of a sheet."""

_ROWS_A_BATCH = 50_000

Revenue = Mapping[tuple[str, str], Decimal]
"""By week and currency."""


class TrialFailed(Refusal):
    """The load or the build of the copy failed, and has said why."""

    exit_code = 1


@click.command("trial")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="For programs; with the rows to correct.")
def trial_command(paths: tuple[str, ...], as_json: bool) -> None:
    """Show what files would change in the figures: revenue before and after, by week.

    Files and folders as for `python -m loader load`; default: the inbox. A copy of the warehouse
    loads and builds them, and is then thrown away. It is a DuckDB file, also of a PostgreSQL, as
    every engine gives the same tables.
    """
    settings = read_settings()
    with said_politely(), tempfile.TemporaryDirectory(prefix="salesops-trial-") as folder:
        with open_warehouse(settings, published=True) as connection:
            read_calendar(connection)  # says what to do where there are no figures
            before = _read_revenue(connection)
        with open_warehouse(settings) as connection:
            url = copy_warehouse(connection, Path(folder))
        trial = f"duckdb:///{url.database}"
        newest = _newest_version(trial)
        _run([sys.executable, "-m", "loader", "load", *paths], trial, accepted=(0, 1))
        dbt = [
            str(Path(sys.executable).with_name("dbt")),
            "--log-level",
            "error",
            "--no-print",
            "build",
        ]
        dbt += ["--select", "+rpt_weekly_summary", *(["+dq_issue_cell"] if as_json else [])]
        dbt += ["--resource-type", "model"]
        dbt += ["--resource-type", "seed", "--target-path", folder, "--log-path", folder]
        _run(dbt, trial, accepted=(0,))
        with open_warehouse(Settings(database_url=trial)) as connection:
            after = _read_revenue(connection)
            problems = _read_problems(connection, newest) if as_json else []
        rows = changes(before, after)
        if as_json:
            weeks = [
                dict(zip((column.name for column in _COLUMNS), row, strict=True)) for row in rows
            ]
            click.echo(json.dumps({"weeks": weeks, "problems": problems}, default=str))
        elif rows:
            out.print(grid(_COLUMNS, rows, settings.report_locale))
        else:
            out.print("Revenue as before, in every week.")


def copy_warehouse(connection: Connection, folder: Path) -> URL:
    """Copy a warehouse into a DuckDB file: all of it, or of a server what was delivered."""
    path = folder / "trial.duckdb"
    url = URL.create("duckdb", database=str(path))
    if connection.dialect.name == "duckdb":
        # The connection keeps others from writing meanwhile.
        original = Path(str(connection.engine.url.database))
        for suffix in ("", ".wal"):
            if (file := original.with_name(original.name + suffix)).exists():
                shutil.copyfile(file, path.with_name(path.name + suffix))
        return url
    with connect(url).begin() as target:
        create_raw_tables(target)
        for table in (FILE_VERSIONS, FILE_PARTS, *ENTITY_TABLES.values()):
            _copy_table(connection, target, table)
    return url


def _copy_table(source: Connection, target: Connection, table: sa.Table) -> None:
    duckdb: Any = target.connection
    schema = duckdb.sql(f"select * from {table} limit 0").to_arrow_reader().schema
    rows = source.execution_options(stream_results=True).execute(sa.select(table))
    batches = (
        pa.RecordBatch.from_pylist([dict(row._mapping) for row in some], schema)
        for some in rows.partitions(_ROWS_A_BATCH)
    )
    duckdb.register("delivered_rows", pa.RecordBatchReader.from_batches(schema, batches))
    duckdb.execute(f"insert into {table} select * from delivered_rows")
    duckdb.unregister("delivered_rows")


def _run(command: Sequence[str], database_url: str, accepted: Container[int]) -> None:
    """Run a command on the copy; what it says goes to the terminal, beside the answer."""
    environment = os.environ | {"DATABASE_URL": database_url}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, stdout=_STDERR, check=False)
    if done.returncode not in accepted:
        raise TrialFailed("So there is nothing to compare; your warehouse is as it was.")


def _read_revenue(connection: Connection) -> Revenue:
    rows = connection.execute(
        sa.text("select iso_week, currency, revenue from reports.rpt_weekly_summary")
    )
    return {(row.iso_week, row.currency): row.revenue for row in rows}


def _newest_version(database_url: str) -> int:
    with connect(warehouse_url(database_url)).connect() as connection:
        newest: int | None = connection.scalar(sa.select(sa.func.max(FILE_VERSIONS.c[0])))
    return newest or 0


def _read_problems(connection: Connection, newest: int) -> list[dict[str, Any]]:
    """Read what is wrong in the files that were loaded, in their own rows, part by part."""
    see_last_build(connection, "dq_issue", "dq_issue_cell")
    versions: Any = connection.execute(
        sa.text(
            "select file_version_id, path from raw.file_versions "
            "where file_version_id > :newest and status = 'active' order by file_version_id"
        ),
        {"newest": newest},
    ).all()
    problems = []
    for version_id, path in versions:
        for part in read_parts(connection, version_id):
            with closing(read_rows(connection, part)) as rows:
                shown = [_told(row, part) for row in islice(rows, _ROWS_TO_CORRECT)]
            problems.append(
                {
                    "file": path,
                    "sheet": part.sheet,
                    "headers": [column.header for column in part.columns],
                    "rows": shown,
                    "row_count": part.row_count,
                }
            )
    return problems


def _told(row: DeliveredRow, part: CorrectedPart) -> dict[str, Any]:
    """Return a row as its sender has it, with the gravest of what is wrong with each cell."""
    bad: dict[str, bool] = {}
    for issue in row.issues:
        if issue.column_name is not None:
            bad[issue.column_name] = bad.get(issue.column_name, False) or issue.is_reject
    return {
        "row": row.number,
        "is_kept_out": any(issue.is_reject for issue in row.issues),
        "issues": [f"{issue.description}. {issue.what_to_do}" for issue in row.issues],
        "cells": [
            {
                "text": row.cells.get(column.number) or "",
                "mark": {None: "", True: "fail", False: "warn"}[bad.get(column.name)],
            }
            for column in part.columns
        ],
    }


def changes(before: Revenue, after: Revenue) -> list[Row]:
    """Return the weeks whose revenue differs, oldest first, then all weeks by currency."""
    nothing = Decimal()
    weeks = [
        (*key, before.get(key, nothing), after.get(key, nothing))
        for key in sorted(before.keys() | after.keys())
        if before.get(key, nothing) != after.get(key, nothing)
    ]
    rows: list[Row] = [(*row, row[3] - row[2]) for row in weeks[:_WEEKS]]
    if len(weeks) > _WEEKS:
        rows.append((f"… and {len(weeks) - _WEEKS:,} more", None, None, None, None))
    for currency in sorted({row[1] for row in weeks}):
        old, new = (
            sum((of[key] for key in of if key[1] == currency), nothing) for of in (before, after)
        )
        rows.append(("In all", currency, old, new, new - old))
    return rows
