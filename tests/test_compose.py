"""docker-compose.yml: what can be checked without a Docker engine."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from warehouse import postgres
from warehouse.connection import warehouse_url
from warehouse.settings import CHECKOUT

COMPOSE_FILE = CHECKOUT / "docker-compose.yml"
COMPOSE = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SECRET = re.compile("PASS|SECRET|KEY|TOKEN")
PASSWORDS = {"METABASE_DB_PASSWORD": "it's @ secret", "SALESOPS_READER_PASSWORD": 'my "own"'}

each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES.keys())


def test_fits_the_compose_specification() -> None:
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--builtin-schema=vendor.compose-spec",
            str(COMPOSE_FILE),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "version" not in COMPOSE


@each_service
def test_image_has_an_exact_tag(service: dict[str, Any]) -> None:
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+(\.\d+)*(-trixie)?", service["image"])


@each_service
def test_ports_are_open_to_this_machine_only(service: dict[str, Any]) -> None:
    assert service["ports"]
    for port in service["ports"]:
        assert isinstance(port, str)
        assert port.startswith("127.0.0.1:")


@each_service
def test_secrets_come_from_the_environment_and_have_no_default(service: dict[str, Any]) -> None:
    secrets = {name: text for name, text in service["environment"].items() if SECRET.search(name)}
    assert secrets
    for text in secrets.values():
        assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", text)


@each_service
def test_service_comes_back_and_tells_its_health(service: dict[str, Any]) -> None:
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    for needed in service.get("depends_on", {}).values():
        assert needed == {"condition": "service_healthy"}


@each_service
def test_mounts(service: dict[str, Any]) -> None:
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        if source.startswith("."):
            assert (CHECKOUT / source).is_file()
            assert mount.endswith(":ro")
        else:
            assert source in COMPOSE["volumes"]


def test_postgresql_18_keeps_its_data_in_the_volume() -> None:
    assert SERVICES["postgres"]["image"].startswith("postgres:18.")
    assert "postgres:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]


def test_metabase_uses_the_database_that_the_script_makes() -> None:
    environment = SERVICES["metabase"]["environment"]
    assert environment["MB_DB_HOST"] in SERVICES
    assert environment["MB_DB_USER"] == environment["MB_DB_DBNAME"] == "metabase"
    shared = environment["MB_DB_PASS"]
    assert shared == SERVICES["postgres"]["environment"]["METABASE_DB_PASSWORD"]


@pytest.fixture(scope="module")
def server() -> Iterator[sa.URL]:
    data = Path(tempfile.mkdtemp(prefix="salesops-compose-"))
    try:
        url = postgres.start(data, durable=False)
        assert _run_init_script(url, {}).returncode != 0, "a missing password goes unnoticed"
        done = _run_init_script(url, PASSWORDS)
        assert done.returncode == 0, done.stderr
        yield warehouse_url(url)
    finally:
        postgres.stop(data)
        shutil.rmtree(data)


def _run_init_script(url: str, passwords: dict[str, str]) -> subprocess.CompletedProcess[str]:
    # With the options that the image's entry point gives.
    return subprocess.run(
        [
            str(postgres.BIN / "psql"),
            "--set=ON_ERROR_STOP=1",
            "--no-password",
            "--no-psqlrc",
            f"--file={CHECKOUT / 'docker' / 'postgres-init.sql'}",
            url,
        ],
        capture_output=True,
        text=True,
        env={**os.environ, **passwords},
        check=False,
    )


def _as(server: sa.URL, user: str, database: str, *statements: str) -> None:
    variable = {"metabase": "METABASE_DB_PASSWORD", "salesops_reader": "SALESOPS_READER_PASSWORD"}
    url = server.set(database=database)
    if user in variable:
        url = url.set(username=user, password=PASSWORDS[variable[user]])
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_init_script_gives_metabase_a_database_of_its_own(server: sa.URL) -> None:
    _as(server, "metabase", "metabase", "create table kept (id integer)", "drop table kept")
    with pytest.raises(sa.exc.OperationalError, match="permission denied for database"):
        _as(server, "metabase", "salesops")


def test_init_script_makes_a_reader_without_rights(server: sa.URL) -> None:
    _as(server, "postgres", "salesops", "create schema marts", "create table marts.one as select 1")
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied for schema marts"):
        _as(server, "salesops_reader", "salesops", "select * from marts.one")
    _as(
        server,
        "postgres",
        "salesops",
        "grant usage on schema marts to salesops_reader",
        "grant select on all tables in schema marts to salesops_reader",
    )
    _as(server, "salesops_reader", "salesops", "select * from marts.one")
    for statement in ("create table own (id integer)", "create temporary table own (id integer)"):
        with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
            _as(server, "salesops_reader", "salesops", "set transaction read write", statement)
    with pytest.raises(sa.exc.OperationalError, match="permission denied for database"):
        _as(server, "salesops_reader", "metabase")
