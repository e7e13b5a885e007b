"""Starting Superset: what it is told, what is kept, and what people are told."""

import os
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from bi.superset import serve
from bi.superset.serve import SupersetSettings, prepare, read_only_url
from warehouse.connection import warehouse_url
from warehouse.settings import SettingsError

WAREHOUSE = warehouse_url("postgresql://reader:p%40ss@host/sales")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for Superset, whose place takes a program that writes down what it is told."""
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\nenv >"$SUPERSET_HOME/told"; touch "$SUPERSET_HOME/superset.db"\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(serve, "BIN", program.parent)
    return tmp_path / "home"


def told(home: Path) -> dict[str, str]:
    lines = (home / "told").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line.startswith(("SUPERSET_", "WAREHOUSE")))


def test_a_password_is_made_and_told_once(home: Path) -> None:
    _, password = prepare(SupersetSettings(home=home), WAREHOUSE)
    assert password
    first = told(home)
    assert first["SUPERSET_ADMIN_PASSWORD"] == password
    assert first["WAREHOUSE_URL"] == "postgresql+psycopg2://reader:p%40ss@host/sales"

    environment, again = prepare(SupersetSettings(home=home), WAREHOUSE)
    assert again is None
    assert told(home)["SUPERSET_ADMIN_PASSWORD"] == ""
    assert told(home)["SUPERSET_SECRET_KEY"] == first["SUPERSET_SECRET_KEY"]
    # Who serves pages needs neither.
    assert not {"SUPERSET_ADMIN_PASSWORD", "WAREHOUSE_URL"} & set(environment) - set(os.environ)


def test_secrets_of_the_environment_are_kept_nowhere(home: Path) -> None:
    settings = SupersetSettings(
        home=home, admin_password=SecretStr("chosen"), secret_key=SecretStr("secret")
    )
    _, password = prepare(settings, WAREHOUSE)
    assert password is None
    assert told(home)["SUPERSET_ADMIN_PASSWORD"] == "chosen"  # noqa: S105
    assert told(home)["SUPERSET_SECRET_KEY"] == "secret"  # noqa: S105
    assert not (home / "secret_key").exists()


def test_a_key_that_is_kept_is_for_its_owner_alone(home: Path) -> None:
    prepare(SupersetSettings(home=home), WAREHOUSE)
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600


def test_what_was_published_is_opened_to_read(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'warehouse.duckdb'}"
    with pytest.raises(SettingsError, match="make run"):
        read_only_url(url)
    copy = tmp_path / "warehouse.published.duckdb"
    copy.touch()
    assert str(read_only_url(url)) == f"duckdb:///{copy}?access_mode=READ_ONLY"
