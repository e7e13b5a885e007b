"""What some days are said to be without."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.deliveries import said_of_missing

MONDAY = date(2026, 1, 12)


@pytest.fixture
def connection() -> Iterator[Connection]:
    with sa.create_engine("duckdb:///:memory:").connect() as connection:
        connection.exec_driver_sql(
            "create schema quality; create table quality.dq_delivery (contents text, "
            "iso_week text, week_start_date date, first_day date, last_day date, "
            "delivered_at timestamp)"
        )
        yield connection


def owe(connection: Connection, contents: str, week: int, came: str | None = None) -> None:
    start = MONDAY + timedelta(weeks=week - 3)
    connection.execute(
        sa.text("insert into quality.dq_delivery values (:what, :name, :start, :start, :end, :at)"),
        {
            "what": contents,
            "name": f"2026-W{week:02}",
            "start": start,
            "end": start + timedelta(days=6),
            "at": came,
        },
    )


def test_what_is_owed_for_the_days_and_not_there_is_named_with_its_weeks(
    connection: Connection,
) -> None:
    assert said_of_missing(connection, MONDAY, MONDAY) == ""
    owe(connection, "store 12", 3)
    owe(connection, "store 12", 4)
    owe(connection, "store 12", 4)
    owe(connection, "store 7", 3, came="2026-01-19 08:00:00")
    owe(connection, "the web shop", 5)
    sunday = MONDAY + timedelta(days=6)
    assert said_of_missing(connection, sunday, sunday + timedelta(days=8)) == (
        "Without store 12 (2026-W03, 2026-W04), the web shop (2026-W05), which were not delivered."
    )
    assert said_of_missing(connection, MONDAY, sunday) == (
        "Without store 12 (2026-W03), which was not delivered."
    )
    assert said_of_missing(connection, MONDAY - timedelta(days=9), MONDAY - timedelta(days=1)) == ""


def test_a_long_list_is_counted(connection: Connection) -> None:
    for number in range(10, 20):
        owe(connection, f"store {number}", 3)
    said = said_of_missing(connection, MONDAY, MONDAY)
    assert said.startswith("Without store 10 (2026-W03), ")
    assert said.endswith(", store 17 (2026-W03), 2 more, which were not delivered.")
