"""`profiles.yml` and the loader read DATABASE_URL alike."""

from argparse import Namespace
from pathlib import Path

import pytest
from dbt.config.runtime import load_profile
from dbt.flags import set_from_args
from dbt_common.context import set_invocation_context

from warehouse.connection import DEFAULT_DATABASE, warehouse_url
from warehouse.settings import CHECKOUT, SettingsError


def credentials_of_dbt(url: str) -> dict[str, object]:
    """Return what dbt would connect with; nothing is connected to."""
    set_invocation_context({"DATABASE_URL": url})
    set_from_args(Namespace(PROFILES_DIR=CHECKOUT, PROJECT_DIR=CHECKOUT), None)
    profile = load_profile(str(CHECKOUT), {})
    return {"target": profile.target_name, **profile.credentials.to_dict()}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:secret@db.example.com:6543/sales",
        "postgresql+psycopg2://ana:secret@db.example.com:6543/sales",
        "postgres://ana:secret@db.example.com/sales",
        "postgresql://ana:p%40ss%2Fw%3Ard%25@localhost/sales",
        "postgresql://%C3%A9va%20b:%F0%9F%94%91@127.0.0.1:5433/%C3%A4%2Fb",
        "postgresql://ana:12345@localhost/2026",
        "postgresql://ana@localhost/sales?sslmode=require",
    ],
)
def test_a_server(url: str) -> None:
    meant = warehouse_url(url)
    found = credentials_of_dbt(url)
    assert found["target"] == "postgres"
    assert (found["host"], found["user"], found["pass"], found["database"]) == (
        meant.host,
        meant.username,
        meant.password or "",
        meant.database,
    )
    assert found["port"] == (meant.port or 5432)
    assert found["sslmode"] == meant.query.get("sslmode", "prefer")


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("", DEFAULT_DATABASE),
        ("duckdb:////srv/sales/week.duckdb", Path("/srv/sales/week.duckdb")),
        ("duckdb:///data/other.duckdb", CHECKOUT / "data" / "other.duckdb"),
    ],
)
def test_a_file_is_the_same_from_every_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, file: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    found = credentials_of_dbt(url)
    assert found["target"] == "duckdb"
    assert Path(str(found["path"])) == file
    assert warehouse_url(url).database == str(file)


@pytest.mark.parametrize(
    "url", ["sales", "mysql://ana:secret@localhost/sales", "postgresql://localhost", "duckdb://"]
)
def test_what_is_no_warehouse(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL") as problem:
        warehouse_url(url)
    assert "secret" not in str(problem.value)
