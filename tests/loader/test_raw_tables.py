"""The raw tables of an earlier version go on working."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.engine import Connection

from loader.ledger import read_ledger
from loader.raw_tables import ENTITY_TABLES, create_raw_tables, is_outdated
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, LINE, Dropped, ledger
from warehouse.connection import connect, warehouse_url


def connection_to(warehouse: Warehouse) -> Connection:
    return connect(warehouse_url(warehouse.url)).connect()


def test_a_ledger_of_an_earlier_version(warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    lines = [["A" + str(number), *LINE[1:]] for number in range(4)]
    drop("a.csv", [HEADER, lines[0]])
    drop("b.csv", [HEADER, lines[1]])
    drop("c.csv", [HEADER, lines[1]])
    drop("bad.csv", "x,y\n1,2\n")
    warehouse.load(inbox)
    for line in lines[2:]:
        drop("a.csv", [HEADER, line])
        warehouse.load(inbox)
    warehouse.execute("update raw.file_versions set modified_at = timestamp '2026-02-03 23:30:00'")
    now = ledger(warehouse, "file_version_id, status, file_id")
    warehouse.execute(
        "alter table raw.file_versions drop column file_id",
        "alter table raw.file_versions drop column as_of_date",
        "alter table raw.file_versions drop column period_start_date",
        "alter table raw.file_versions drop column period_end_date",
        "alter table raw.file_parts drop column headers",
        "alter table raw.sales_lines drop column line_cost",
    )
    with connection_to(warehouse) as connection:
        assert len(read_ledger(connection)) == 6  # status shows it as it is
        assert is_outdated(connection)
    drop("d 2026-01.csv", [HEADER, ["D1", *LINE[1:]]])
    assert [outcome.status for outcome in warehouse.load(inbox)] == [
        "unchanged", "unchanged", "failed", "copy", "loaded",
    ]  # fmt: skip
    assert ledger(warehouse, "file_version_id, status, file_id")[:6] == now
    assert {file_id for _, _, file_id in now} == {1, 2, None}
    days = {day for (day,) in ledger(warehouse, "as_of_date")[:6]}
    assert {str(day) for day in days} == {"2026-02-03", "None"}
    assert ledger(warehouse, "as_of_date")[6] == (datetime.now(UTC).date(),)
    nothing, january = (None, None), (date(2026, 1, 1), date(2026, 1, 31))
    assert ledger(warehouse, "period_start_date, period_end_date") == [*[nothing] * 6, january]
    *older, newest = warehouse.query("select headers from raw.file_parts order by file_version_id")
    assert older == [(None,)] * 4
    columns = ["order_id", "sold_at", "product_name", "units", "unit_price"]
    assert json.loads(*newest) == {
        column: [header] for column, header in zip(columns, HEADER, strict=True)
    }
    with connection_to(warehouse) as connection:
        assert not is_outdated(connection)


def test_rows_of_one_version_are_found_by_an_index(warehouse: Warehouse) -> None:
    """On PostgreSQL; DuckDB keeps the bounds of every row group anyway."""
    for _ in range(2):
        with connection_to(warehouse) as connection, connection.begin():
            create_raw_tables(connection)
    if warehouse.engine == "duckdb":
        assert not warehouse.query("select * from duckdb_indexes()")
        return
    indexes = warehouse.query("select tablename, indexdef from pg_indexes where schemaname = 'raw'")
    assert {table for table, _ in indexes} == set(ENTITY_TABLES)
    assert len(indexes) == len(ENTITY_TABLES)
    for _, definition in indexes:
        assert "USING brin (_file_version_id) WITH (autosummarize=" in definition
