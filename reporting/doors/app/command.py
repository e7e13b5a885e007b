"""The command that opens the app."""

import click

from reporting.doors.api.settings import is_loopback, read_api_settings
from reporting.doors.common import err, said_politely
from warehouse.settings import read_settings


@click.command("app")
def app_command() -> None:
    """Serve the app: the dashboard in the browser; the settings that begin with API_ are its, too.

    Without a key in API_KEYS or API_KEYS_FILE, whoever sits at this computer may use it.
    """
    with said_politely():
        from reporting.doors.api.serve import serve
        from reporting.doors.app.application import HOME

        settings = read_api_settings()
        has_keys = bool(settings.keys or settings.keys_file)
        if not has_keys and is_loopback(settings.host):
            settings = settings.model_copy(update={"without_keys": True})
        where = f"http://{settings.host}:{settings.port}"
        who = "nobody needs a key" if settings.without_keys else "sign in with a key"
        err.print(f"The app is at {where}{HOME}/ ({who}; Ctrl-C stops).")
        serve(settings, read_settings().database_url)
