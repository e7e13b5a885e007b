"""What the commands do in the warehouse, by names that another process can call.

What only some of it uses is imported where it is used, as in `__main__.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from loader.raw_tables import create_raw_tables, has_raw_tables, is_outdated
from warehouse.connection import (
    DATABASE_ERRORS,
    WarehouseUnavailable,
    connect,
    explain,
    warehouse_url,
)
from warehouse.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from loader.deliveries import Delivery
    from loader.watched import Tell


@contextmanager
def warehouse(settings: Settings, *, read_only: bool = False) -> Iterator[Connection]:
    """Give a connection to the warehouse.

    Raises:
        WarehouseUnavailable: it does not answer, or refuses what is done with it.
    """
    url = warehouse_url(settings.database_url)
    engine = connect(url, read_only=read_only)
    try:
        with engine.connect() as connection:
            yield connection
    except DATABASE_ERRORS as error:
        raise WarehouseUnavailable(explain(url, error)) from None


@contextmanager
def ledger_if_any(settings: Settings, *, read_only: bool = True) -> Iterator[Connection | None]:
    """Give a connection to the ledger; None if nothing was ever loaded."""
    url = warehouse_url(settings.database_url)
    if url.get_backend_name() == "duckdb" and not Path(str(url.database)).exists():
        yield None
        return
    with warehouse(settings, read_only=read_only) as connection:
        with connection.begin():
            is_there = has_raw_tables(connection)
        yield connection if is_there else None


@contextmanager
def ledger_to_try(settings: Settings) -> Iterator[Connection | None]:
    """Give a connection to the ledger that can write, if that can be had, else read."""
    is_file = warehouse_url(settings.database_url).get_backend_name() == "duckdb"
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(ledger_if_any(settings, read_only=False))
        except WarehouseUnavailable:
            if not is_file:
                raise
            # Others may be reading the file, or it may not be ours to write.
            connection = stack.enter_context(ledger_if_any(settings, read_only=True))
        if connection is not None:
            bring_up_to_date(connection)
        yield connection


def bring_up_to_date(connection: Connection) -> None:
    """Give raw the tables and columns of this version."""
    with connection.begin():
        if is_outdated(connection):
            create_raw_tables(connection)


def load_files(
    deliveries: list[Delivery], tell: Tell, settings: Settings, stopped: Mapping[PurePosixPath, str]
) -> None:
    """Load files, as `watched` has it."""
    from loader.layouts import read_layouts
    from loader.load import load, one_load_at_a_time
    from warehouse.logs import log_to_file

    log_to_file("loader")
    layouts = read_layouts(settings.layouts_dir)
    # The server may not have noticed yet that the process before this one is gone.
    patience = 30 if stopped else 0
    with warehouse(settings) as connection, one_load_at_a_time(connection, patience):
        for outcome in load(connection, deliveries, layouts, tell, stopped):
            tell(outcome)


def check_files(
    deliveries: list[Delivery], tell: Tell, settings: Settings, stopped: Mapping[PurePosixPath, str]
) -> None:
    """Check files, as `watched` has it."""
    from loader.layouts import read_layouts
    from loader.load import check
    from warehouse.logs import log_to_file

    log_to_file("loader")
    layouts = read_layouts(settings.layouts_dir)
    with ledger_to_try(settings) as connection:
        for outcome in check(connection, deliveries, layouts, tell, stopped):
            tell(outcome)
