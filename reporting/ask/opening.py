"""Opens the warehouse for whoever only reads, and says in words why it cannot be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Connection

from reporting.ask.periods import NoFigures
from warehouse.connection import (
    DATABASE_ERRORS,
    WarehouseUnavailable,
    connect,
    explain,
    warehouse_url,
)
from warehouse.published import readable_url
from warehouse.settings import Settings


@contextmanager
def open_warehouse(
    settings: Settings, *, published: bool = False, read_only: bool = True
) -> Iterator[Connection]:
    """Open what the last good build published, or else the warehouse, as any build has left it."""
    url = warehouse_url(settings.database_url)
    if published:
        url = readable_url(url)
    if url.get_backend_name() == "duckdb" and not Path(str(url.database)).exists():
        raise NoFigures("There is no warehouse yet: run `make run` (or `make load && dbt build`).")
    try:
        with connect(url, read_only=read_only).connect() as connection:
            yield connection
    except DATABASE_ERRORS as error:
        raise WarehouseUnavailable(explain(url, error)) from None
