"""What tests of BI tools share: a demo that was published on each engine, and who shows it."""

import csv
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from bi.superset.serve import BIN, HOST, READER, SupersetSettings, command, prepare, read_only_url
from demo.workbooks import write_demo
from tests.conftest import ENGINES, Warehouse
from warehouse.settings import CHECKOUT

PROGRAMS = CHECKOUT / ".venv" / "metricflow" / "bin"
PASSWORD = "not a secret"  # noqa: S105
PATIENCE = 120
"""Seconds that Superset is given to start, and pages to show what they are about."""


@pytest.fixture(scope="session")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbooks of the demo."""
    folder = tmp_path_factory.mktemp("inbox")
    write_demo(folder, lines=2_000, months=4, end=date(2026, 11, 15))
    return folder


@pytest.fixture(scope="session", params=ENGINES)
def published(
    request: pytest.FixtureRequest, new_warehouse: Callable[[str], Warehouse], inbox: Path
) -> Iterator[Warehouse]:
    """The demo, built and published as people do; on PostgreSQL there is a reader."""
    warehouse = new_warehouse(request.param)
    assert {outcome.status for outcome in warehouse.load(inbox)} == {"loaded"}
    if warehouse.engine == "postgres":
        warehouse.execute(f"drop role if exists {READER}")
        warehouse.execute(f"create role {READER} login password 'reader'")
    assert warehouse.dbt("build", "--log-level", "none").success
    yield warehouse
    if warehouse.engine == "postgres":
        warehouse.execute(f"drop owned by {READER}", f"drop role {READER}")


def url_of_reader(warehouse: Warehouse) -> str:
    """Return the address of a warehouse for who may only read it; on DuckDB for everybody."""
    if warehouse.engine == "duckdb":
        return warehouse.url
    return warehouse.url.replace(warehouse.url.split("@")[0], f"postgresql://{READER}:reader")


class MetricFlow:
    """MetricFlow on a warehouse; on PostgreSQL as a reader, who sees what is published."""

    def __init__(self, warehouse: Warehouse) -> None:
        target = "postgres_read" if warehouse.engine == "postgres" else warehouse.engine
        self._told = {"DATABASE_URL": url_of_reader(warehouse), "DBT_TARGET": target}
        # It reads from target/ what the tables of this warehouse are called.
        self.run("dbt", "--quiet", "parse")

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of its environment, which must end well; return what it says."""
        done = subprocess.run(
            [str(PROGRAMS / program), *arguments],
            env=os.environ | self._told,
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def ask(
        self, metrics: list[str], by: list[str], folder: Path, *more: str
    ) -> list[dict[str, str]]:
        """Return its answer, row by row; first what it is by, then the metrics."""
        answer = folder / "answer.csv"
        asked = ["--metrics", ",".join(metrics), "--group-by", ",".join(by), *more]
        self.run("mf", "query", *asked, "--csv", str(answer))
        with answer.open(encoding="utf-8", newline="") as lines:
            return [{name: row[name] for name in (*by, *metrics)} for row in csv.DictReader(lines)]


@pytest.fixture(scope="module")
def metricflow(published: Warehouse) -> MetricFlow:
    """MetricFlow, as it is after whatever other files of tests have built."""
    assert PROGRAMS.exists(), "`make test-bi` installs MetricFlow"
    return MetricFlow(published)


@dataclass(frozen=True)
class Superset:
    """A running Superset.

    Attributes:
        root: where it is.
        home: what it keeps.
    """

    root: str
    home: Path

    def ask(
        self,
        dataset: str,
        columns: Collection[str],
        where: Mapping[str, str],
        metrics: Collection[str] = (),
    ) -> list[dict[str, Any]]:
        """Return the rows that it answers: lines, or metrics by columns."""
        with httpx2.Client(base_url=f"{self.root}/api/v1", timeout=PATIENCE) as client:
            who = {"username": "admin", "password": PASSWORD, "provider": "db"}
            token = _of(client.post("/security/login", json=who))["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            known = _of(client.get("/dataset/", params={"q": "(page_size:100)"}))["result"]
            (number,) = [each["id"] for each in known if each["table_name"] == dataset]
            query = {
                "columns": list(columns),
                "metrics": list(metrics) or None,
                "filters": [{"col": name, "op": "==", "val": text} for name, text in where.items()],
                "row_limit": 10_000,
            }
            asked = {"datasource": {"id": number, "type": "table"}, "queries": [query]}
            (answer,) = _of(client.post("/chart/data", json=asked))["result"]
        rows: list[dict[str, Any]] = answer["data"]
        return rows


def _of(answer: httpx2.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="session")
def superset(published: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    """A Superset in front of the demo, which was set up twice, as each start does."""
    assert BIN.exists(), "`make test-bi` installs Superset"
    folder = tmp_path_factory.mktemp("superset")
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    settings = SupersetSettings(
        port=port, home=folder / "home", admin_password=SecretStr(PASSWORD), secret_key=None
    )
    prepare(settings, read_only_url(published.url))
    environment, _ = prepare(settings, read_only_url(published.url))
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command(settings), env=environment, stdout=log, stderr=log)
    try:
        root = f"http://{HOST}:{port}"
        _wait_for(f"{root}/health")
        yield Superset(root, settings.home)
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _wait_for(address: str) -> None:
    for _ in range(PATIENCE):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(1)
    raise TimeoutError(address)
