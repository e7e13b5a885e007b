"""What `dbt build` executes, again without dbt, which costs four times what its SQL does.

The first build from nothing of a session is dbt's own, and what it executes is recorded: on a
warehouse that holds nothing but raw tables, that does not depend on what is in them. The
sequences of `tests/history/` begin with a build of dbt's, and hold every table of it against this.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import duckdb
import psycopg2
import yaml
from dbt.adapters.sql.connections import SQLConnectionManager
from sqlalchemy.engine import URL

from warehouse.postgres import DATABASE
from warehouse.settings import CHECKOUT

Statement = tuple[str, Any]
"""SQL and the values that are bound to it."""

_COMMENT = r"\s*(/\*.*?\*/\s*)?"
_FLAGS = re.DOTALL | re.IGNORECASE
_WRITES = re.compile(
    _COMMENT + r"(create|drop|insert|update|delete|copy|alter|set|analyze|begin|comment)\b(?!\s*$)",
    _FLAGS,
)
"""How statements begin that are needed: dbt also looks around and clears up."""

_WORDS = re.compile(_COMMENT + r"comment\b", _FLAGS)

_NODE = re.compile(r'^\s*/\*.*?"node_id": "([^"]+)".*?\*/', re.DOTALL)
"""How dbt says in a statement what it is of."""

_SEEDS = re.compile(_COMMENT + r'(create table|insert into|copy)\s+"\w+"\."reference"', _FLAGS)


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Record what dbt executes that changes something."""
    statements: list[Statement] = []
    execute = SQLConnectionManager.add_query

    def record(
        self: SQLConnectionManager,
        sql: str,
        auto_begin: bool = True,
        bindings: Any = None,
        *rest: Any,
        **named: Any,
    ) -> Any:
        if _WRITES.match(sql):
            statements.append((sql, bindings))
        return execute(self, sql, auto_begin, bindings, *rest, **named)

    with patch.object(SQLConnectionManager, "add_query", record):
        yield statements


def of_nodes(statements: Iterable[Statement], nodes: Collection[str]) -> list[Statement]:
    """Leave out what is of other models, and what dbt does after all of them; seeds stay."""
    named = [(item, _NODE.search(item[0])) for item in statements]
    begun = next(i for i, (_, node) in enumerate(named) if node)  # schemas are made before
    return [
        item
        for i, (item, node) in enumerate(named)
        if i < begun
        or _SEEDS.match(item[0])
        or (node and (node[1] in nodes or node[1].startswith("seed.")))
    ]


def without_words(statements: Iterable[Statement]) -> list[Statement]:
    """Leave out what describes tables and columns, in half of all statements."""
    return [item for item in statements if not _WORDS.match(item[0])]


def without_seeds(statements: Iterable[Statement]) -> list[Statement]:
    """Leave out what makes the tables of seeds."""
    return [item for item in statements if not _SEEDS.match(item[0])]


def replay(url: URL, statements: Iterable[Statement]) -> None:
    """Execute what was recorded in a warehouse, of the same engine, that holds only raw tables."""
    if url.get_backend_name() == "duckdb":
        with duckdb.connect(str(url.database), config=_settings()) as file:
            for sql, values in statements:
                file.execute(sql, values)
        return
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    server = psycopg2.connect(address)
    try:
        with server, server.cursor() as cursor:
            for sql, values in statements:
                cursor.execute(sql.replace(f'"{DATABASE}"', f'"{url.database}"'), values)
    finally:
        server.close()


def _settings() -> dict[str, Any]:
    """Return the settings of DuckDB that dbt makes."""
    profile = yaml.safe_load((CHECKOUT / "profiles.yml").read_text("utf-8"))
    settings: dict[str, Any] = profile["salesops"]["outputs"]["duckdb"].get("settings", {})
    return settings
