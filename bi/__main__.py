"""The command line: `write` makes what BI tools open; `superset` and `metabase` show it there."""

import json
import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import click

from bi.dashboards import read_dashboards
from bi.datasets import Described
from bi.metabase.client import MetabaseError
from bi.metabase.content import CONTENT, content, read_content
from bi.metabase.provision import provision, read_metabase_settings
from bi.power_bi.project import project
from bi.superset import serve
from bi.superset.assets import ASSETS, assets
from warehouse.connection import WarehouseUnavailable
from warehouse.settings import CHECKOUT, SettingsError, read_settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Make what BI tools open, start Superset, and set Metabase up."""


@main.command("write")
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=CHECKOUT / "target" / "manifest.json",
    help="What dbt has parsed (`dbt parse`).",
)
def write_command(manifest: Path) -> None:
    """Write powerbi/, superset/assets/ and metabase/ anew, from dbt's manifest."""
    parsed = json.loads(manifest.read_text(encoding="utf-8"))
    for folder, files in (
        (CHECKOUT / "powerbi", project(parsed)),
        (ASSETS, assets(read_dashboards(), Described(parsed))),
        (CONTENT, content(read_dashboards(), Described(parsed), parsed)),
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


@main.command("metabase")
def metabase_command() -> None:
    """Put the dashboards into a Metabase that runs; the settings METABASE_… say which."""
    try:
        settings = read_metabase_settings()
        addresses = provision(settings, read_content(), partial(click.echo, err=True))
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    except MetabaseError as error:
        raise click.ClickException(str(error)) from None
    click.echo("The dashboards are at:")
    for address in addresses:
        click.echo(f"  {address}")


if __name__ == "__main__":
    main(prog_name="python -m bi")
