"""Tells whether a build would find anything new: `python -m warehouse.unchanged`.

`make run` asks before it builds, and has the answer kept after a build that passed. Nothing is new
if the code, the settings, the ledger and the day are those that this build began with, and nobody
has written into the warehouse since; where deliveries are owed, the hour, as one may be missing by
now. In doubt, a build is due; on a server, which others build in too, always.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
import sqlalchemy as sa

from warehouse.connection import (
    DATABASE_ERRORS,
    WarehouseUnavailable,
    connect,
    warehouse_url,
)
from warehouse.published import published_path
from warehouse.settings import CHECKOUT, Settings, SettingsError, read_settings

NOTE = CHECKOUT / "data" / ".last_build"
"""What the last build of `make run` that passed began with, and how it left the warehouse."""

BEGUN = NOTE.with_suffix(".begun")

CODE = ["dbt_project", "dbt_packages", "seeds", "loader", "reporting", "warehouse"]
FILES = ["dbt_project.yml", "packages.yml", "profiles.yml", "requirements.txt", "selectors.yml"]
"""What builds are made by; layouts are not among them, as loads note what these change."""

DELIVERIES = CHECKOUT / "seeds" / "deliveries.csv"


@click.group()
def main() -> None:
    """Tell whether a build would find anything new."""


@main.command()
def check() -> None:
    """End with 0, and say so, if nothing is new; end with 1 if a build is due."""
    begun, database = "", None
    try:
        database = _database()
        if database is not None:
            begun = _fingerprint(database)
    except (SettingsError, WarehouseUnavailable, *DATABASE_ERRORS, OSError):
        pass  # the build says what it is
    if begun and NOTE.exists() and NOTE.read_text("ascii") == f"{begun} {_left(database)}":
        click.echo(
            "Nothing is new since the last build, which passed: the figures are up to date.\n"
            "(`make report` writes the reports again, `make build` builds all the same.)"
        )
        return
    NOTE.unlink(missing_ok=True)
    BEGUN.parent.mkdir(parents=True, exist_ok=True)
    BEGUN.write_text(begun, "ascii")
    sys.exit(1)


@main.command()
def remember() -> None:
    """Keep what the build that has just passed began with."""
    begun, database = BEGUN.read_text("ascii") if BEGUN.exists() else "", _database()
    BEGUN.unlink(missing_ok=True)
    if begun and database is not None:
        NOTE.write_text(f"{begun} {_left(database)}", "ascii")


def _database() -> Path | None:
    """The DuckDB file, if there is one."""
    url = warehouse_url(read_settings().database_url)
    path = Path(str(url.database))
    return path if url.get_backend_name() == "duckdb" and path.exists() else None


def _left(database: Path | None) -> str:
    """How a file was left; a load that finds nothing new does not touch it."""
    assert database is not None
    files = [database, database.with_name(f"{database.name}.wal"), published_path(database)]
    found = [file.stat() for file in files if file.exists()]
    return " ".join(f"{one.st_size} {one.st_mtime_ns}" for one in found)


def _fingerprint(database: Path) -> str:
    """Return a hash of code, settings, ledger and day."""
    is_owed = len(DELIVERIES.read_text("utf-8").splitlines()) > 1
    now = f"{datetime.now():{'%Y-%m-%d %H' if is_owed else '%Y-%m-%d'}}"
    known = hashlib.sha256(f"{now} {database}".encode())
    settings = {name.upper() for name in Settings.model_fields}
    for name, value in sorted(os.environ.items()):
        if name in settings or name.startswith("DBT_"):
            known.update(f"{name}={value}\0".encode())
    for file in _files():
        known.update(f"{file}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    # Loads that come while a build goes by the ledger as it was must make the next one due.
    url = warehouse_url(read_settings().database_url)
    with connect(url, read_only=True).connect() as connection:
        ledger = "select file_version_id, status from raw.file_versions order by 1"
        for version, status in connection.execute(sa.text(ledger)):
            known.update(f"{version} {status}\0".encode())
    return known.hexdigest()


def _files() -> Iterator[Path]:
    yield from (CHECKOUT / name for name in FILES)
    for folder in CODE:
        found = (CHECKOUT / folder).rglob("*")
        yield from sorted(file for file in found if file.is_file() and file.suffix != ".pyc")


if __name__ == "__main__":
    main()
