"""The commands that serve the API and make its keys."""

import click

from reporting.doors.api.keys import Role, new_key
from reporting.doors.api.settings import read_api_settings
from reporting.doors.common import err, said_politely
from warehouse.settings import read_settings


@click.command("api")
def api_command() -> None:
    """Serve the HTTP API; the settings that begin with API_ say where, and for whom."""
    with said_politely():
        from reporting.doors.api.serve import serve

        settings = read_api_settings()
        where = f"http://{settings.host}:{settings.port}"
        err.print(f"The API is at {where}, its documentation at {where}/docs (Ctrl-C stops).")
        serve(settings, read_settings().database_url)


@click.command("api-key")
@click.option("--name", required=True, help="Whose key it is, such as power-bi.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.READER.value,
    show_default=True,
    help="reader: reports; auditor: also lines, files, delivered texts; loader: also delivers.",
)
def api_key_command(name: str, role: str) -> None:
    """Make a key for the API: prints it, once, and the line that the API is told."""
    with said_politely():
        key, line = new_key(name, Role(role))
        err.print("The key, for whoever asks; it cannot be shown again:")
        click.echo(key)
        err.print("Its line, for API_KEYS or the file that API_KEYS_FILE names:")
        click.echo(line)
