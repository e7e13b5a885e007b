"""Superset on this machine: its environment, its own database, its server.

Superset lives in an environment of its own (`.venv/superset`), as it needs other releases of what
dbt needs, too. What it keeps for itself (users, what people make of the dashboards) is in
`data/superset`, and the key that encrypts secrets there as well, unless the environment has it.
"""

import os
import secrets
import subprocess
from pathlib import Path

import sqlalchemy as sa
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL

from warehouse.connection import connect, warehouse_url
from warehouse.published import published_path
from warehouse.settings import CHECKOUT, SettingsError

FOLDER = CHECKOUT / "superset"
BIN = CHECKOUT / ".venv" / "superset" / "bin"
HOST = "127.0.0.1"
READER = "salesops_reader"


class SupersetSettings(BaseSettings):
    """The environment, read once; an empty variable counts as unset.

    Attributes:
        port: on which Superset listens.
        admin: the name of the admin.
        admin_password: what the admin logs in with; unset, one is made at the first start.
        secret_key: encrypts what Superset keeps; unset, one is made and kept at the first start.
        home: the folder of what Superset keeps.
    """

    model_config = SettingsConfigDict(env_prefix="SUPERSET_", env_ignore_empty=True, extra="ignore")

    port: int = Field(default=8088, ge=1, le=65_535)
    admin: str = "admin"
    admin_password: SecretStr | None = None
    secret_key: SecretStr | None = None
    home: Path = CHECKOUT / "data" / "superset"

    @field_validator("home")
    @classmethod
    def _below_the_checkout(cls, value: Path) -> Path:
        return CHECKOUT / value


def read_superset_settings() -> SupersetSettings:
    """Read the settings from the environment.

    Raises:
        SettingsError: a value does not fit.
    """
    try:
        return SupersetSettings()
    except ValidationError as error:
        names = ", ".join(f"SUPERSET_{str(item['loc'][0]).upper()}" for item in error.errors())
        raise SettingsError(f"Superset cannot be started with these settings: {names}.") from None


def read_only_url(database_url: str) -> URL:
    """Return the warehouse as Superset opens it: to read what the last good build published.

    On PostgreSQL it does so as salesops_reader, where there is such a role and the user of
    DATABASE_URL may become it.

    Args:
        database_url: the setting DATABASE_URL.

    Raises:
        SettingsError: nothing has been built yet.
        WarehouseUnavailable: the warehouse does not answer.
    """
    url = warehouse_url(database_url)
    if url.get_backend_name() == "duckdb":
        copy = published_path(str(url.database))
        if not copy.exists():
            raise SettingsError("There is nothing to show yet: `make run` first.")
        return url.set(database=str(copy), query={"access_mode": "READ_ONLY"})
    options = "-c default_transaction_read_only=on"
    with connect(url).connect() as connection:
        may_become = sa.text(
            "select pg_has_role(oid, 'member') from pg_roles where rolname = :role"
        )
        if connection.execute(may_become, {"role": READER}).scalar():
            options += f" -c role={READER}"
    return url.update_query_dict({"options": options})


def prepare(settings: SupersetSettings, warehouse: URL) -> tuple[dict[str, str], str | None]:
    """Bring Superset's own database up to date, with what superset/assets/ names.

    Args:
        settings: where, and for whom.
        warehouse: what `read_only_url` returned.

    Returns:
        The environment that Superset runs in, and the admin's password if it was made just now.

    Raises:
        subprocess.CalledProcessError: Superset refused; `stdout` says why.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_first = not (settings.home / "superset.db").exists()
    given = settings.admin_password
    password = given.get_secret_value() if given else secrets.token_urlsafe(12) if is_first else ""
    environment = {
        **os.environ,
        "SUPERSET_HOME": str(settings.home),
        "SUPERSET_CONFIG_PATH": str(FOLDER / "config.py"),
        "SUPERSET_SECRET_KEY": _secret_key(settings),
        "FLASK_APP": "superset.app:create_app()",
    }
    for_set_up = {
        "SUPERSET_ADMIN": settings.admin,
        "SUPERSET_ADMIN_PASSWORD": password,
        "WAREHOUSE_URL": warehouse.render_as_string(hide_password=False),
    }
    subprocess.run(
        [BIN / "python", FOLDER / "set_up.py"],
        env=environment | for_set_up,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return environment, password if is_first and not given else None


def command(settings: SupersetSettings) -> list[str]:
    """Return the command that serves Superset."""
    return [
        str(BIN / "gunicorn"),
        *("--bind", f"{HOST}:{settings.port}"),
        *("--workers", "1", "--worker-class", "gthread", "--threads", "8"),
        *("--timeout", "120", "--log-level", "warning"),
        "superset.app:create_app()",
    ]


def _secret_key(settings: SupersetSettings) -> str:
    if settings.secret_key:
        return settings.secret_key.get_secret_value()
    file = settings.home / "secret_key"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(secrets.token_urlsafe(42))
    return file.read_text(encoding="utf-8")
