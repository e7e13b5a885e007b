"""The command line: `python -m bi write` makes what BI tools open, `superset` starts Superset."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import click

from bi.dashboards import read_dashboards
from bi.datasets import Described
from bi.power_bi.project import project
from bi.superset import serve
from bi.superset.assets import ASSETS, assets
from warehouse.connection import WarehouseUnavailable
from warehouse.settings import CHECKOUT, SettingsError, read_settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Make what BI tools open, and start Superset."""


@main.command("write")
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=CHECKOUT / "target" / "manifest.json",
    help="What dbt has parsed (`dbt parse`).",
)
def write_command(manifest: Path) -> None:
    """Write powerbi/ and superset/assets/ anew, from dbt's manifest."""
    parsed = json.loads(manifest.read_text(encoding="utf-8"))
    for folder, files in (
        (CHECKOUT / "powerbi", project(parsed)),
        (ASSETS, assets(read_dashboards(), Described(parsed))),
    ):
        shutil.rmtree(folder, ignore_errors=True)
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")


@main.command("superset")
def superset_command() -> None:
    """Start Superset with the dashboards; the settings that begin with SUPERSET_ say how."""
    try:
        settings = serve.read_superset_settings()
        warehouse = serve.read_only_url(read_settings().database_url)
        click.echo("Preparing Superset, which takes a minute the first time ...", err=True)
        environment, password = serve.prepare(settings, warehouse)
    except (SettingsError, WarehouseUnavailable) as error:
        raise click.UsageError(str(error)) from None
    except subprocess.CalledProcessError as error:
        raise click.ClickException(f"Superset refused to be set up.\n{error.stdout}") from None
    click.echo(f"Superset is at http://{serve.HOST}:{settings.port} (Ctrl-C stops).", err=True)
    if password:
        once = f"Log in as {settings.admin}; the password, shown this once: {password}"
        click.echo(once, err=True)
    command = serve.command(settings)
    os.execve(command[0], command, environment)  # noqa: S606


if __name__ == "__main__":
    main(prog_name="python -m bi")
