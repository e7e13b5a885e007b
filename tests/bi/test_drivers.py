"""What JDBC and ODBC tell a reader of PostgreSQL about the marts, by the drivers of this machine.

Debian's are libpostgresql-jdbc-java (Java 11 or newer beside it) and odbc-postgresql.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from bi.superset.serve import READER
from tests.asked_by_tools import FOREIGN, PRIMARY
from tests.bi.conftest import url_of_reader
from tests.conftest import Warehouse
from warehouse.connection import warehouse_url

JDBC = Path("/usr/share/java/postgresql.jar")
JAVA = shutil.which("java") or ""
ODBC = "PostgreSQL Unicode"

pytestmark = [
    pytest.mark.bi,
    pytest.mark.skipif(not (JDBC.exists() and JAVA), reason="no Java, or no driver of JDBC"),
]

Said = dict[str, set[tuple[str, ...]]]
"""Facts about tables, by their kind; the parts of each."""


def test_drivers_tell_readers_keys_and_words_after_every_build(published: Warehouse) -> None:
    if published.engine == "duckdb":
        pytest.skip("PostgreSQL only: DuckDB's copy has no keys")
    pyodbc = pytest.importorskip("pyodbc", reason="`make test-bi` installs it")
    if ODBC not in pyodbc.drivers():
        pytest.skip("no driver of ODBC")
    url = warehouse_url(url_of_reader(published))
    for build in range(3):
        if build:
            assert published.dbt("build", "--log-level", "none").success
        by_jdbc, by_odbc = said_by_jdbc(url), said_by_odbc(url)
        for said in (by_jdbc, by_odbc):
            assert said["primary"] == set(PRIMARY.items())
            assert len(said["primary"]) == 10
            assert said["foreign"] == FOREIGN
            assert len(said["foreign"]) == 15
        assert {name for name, _ in by_jdbc["table"]} == {name for (name,) in by_odbc["table"]}
        assert {row[:2] for row in by_jdbc["column"]} == by_odbc["column"]
        # The driver of ODBC tells nobody the words of tables and columns.
        for *names, words in by_jdbc["table"] | by_jdbc["column"]:
            assert len(words) > len("null"), names


def said_by_jdbc(url: sa.URL) -> Said:
    """Ask the driver of JDBC as Java programs do."""
    address = f"jdbc:postgresql://{url.host}:{url.port}/{url.database}"
    program = Path(__file__).with_name("Metadata.java")
    asked = [address, READER, str(url.password), "marts"]
    done = subprocess.run(
        [JAVA, "-cp", str(JDBC), str(program), *asked],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: Said = {}
    for line in done.stdout.splitlines():
        kind, *parts = line.split("\t")
        said.setdefault(kind, set()).add(tuple(parts))
    return said


def said_by_odbc(url: sa.URL) -> Said:
    """Ask the driver of ODBC by SQLTables, SQLPrimaryKeys, SQLForeignKeys and SQLColumns."""
    import pyodbc

    with pyodbc.connect(
        f"Driver={{{ODBC}}};Server={url.host};Port={url.port};Database={url.database};"
        f"Uid={READER};Pwd={url.password}"
    ) as connection:
        asked = connection.cursor()
        tables = [row.table_name for row in asked.tables(schema="marts", tableType="TABLE")]
        said: Said = {"table": {(table,) for table in tables}, "primary": set(), "foreign": set()}
        for table in tables:
            for row in asked.primaryKeys(table, schema="marts"):
                said["primary"].add((row.table_name, row.column_name))
            for row in asked.foreignKeys(foreignTable=table, foreignSchema="marts"):
                names = (row.fktable_name, row.fkcolumn_name, row.pktable_name, row.pkcolumn_name)
                said["foreign"].add(names)
        said["column"] = {
            (row.table_name, row.column_name)
            for row in asked.columns(schema="marts")
            if row.table_name in tables
        }
        return said
