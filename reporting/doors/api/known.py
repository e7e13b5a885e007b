"""What does not change as long as a build is the newest: read once, not once a request."""

import threading
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from reporting.ask.catalog import Catalog, read_catalog
from reporting.ask.periods import Calendar, NoFigures, read_calendar
from reporting.doors.api.database import Build, Database


@dataclass(frozen=True)
class Known:
    """What requests need to know of a build before they read.

    Attributes:
        catalog: what its tables are made of.
        calendar: the weeks that it has; None where nothing was sold.
    """

    catalog: Catalog
    calendar: Calendar | None


class Builds:
    """What is known of the newest build that somebody has asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._read: tuple[Build, Known] | None = None

    def known(self, connection: Connection, build: Build) -> Known:
        """Return what is known of a build that is being read."""
        with self._lock:
            if self._read is None or self._read[0] != build:
                self._read = build, Known(read_catalog(connection), _calendar(connection))
            return self._read[1]

    def newest(self) -> Known:
        """Return what is known of the newest build.

        Raises:
            Problem: there is none, or the database does not answer.
        """
        with self._database.reading() as (connection, build):
            return self.known(connection, build)


def _calendar(connection: Connection) -> Calendar | None:
    try:
        return read_calendar(connection)
    except NoFigures:
        return None
