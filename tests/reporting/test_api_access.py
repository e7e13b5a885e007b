"""Who gets into the HTTP API, and what it does where the warehouse makes no difference."""

import itertools
import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from reporting.__main__ import main as reporting
from reporting.doors.api.app import create_app
from reporting.doors.api.keys import KeyRing, Role, hash_key, new_key
from reporting.doors.api.reports import read_rows
from reporting.doors.api.settings import ApiSettings, is_loopback, read_api_settings
from tests.reporting.served import (
    AUDITOR,
    AUDITOR_LINE,
    LOADER,
    READER,
    READER_LINE,
    Api,
    problem,
    served,
)
from warehouse.published import published_path
from warehouse.settings import SettingsError

TABLES = """
create schema marts; create schema reports; create schema quality;
create table quality.dq_build (invocation_id text, built_at timestamp);
create table reports.rpt_seasonality as
    select '{build}' as season_name, 'month' as season_kind, 1 as season_number, 'EUR' as currency;
insert into quality.dq_build values ('{build}', timestamp '2026-01-01' + interval {number} hour)
"""
ROWS = "/reports/seasonality"


def publish(warehouse: Path, number: int) -> None:
    """Publish a copy of a warehouse that says of itself which build it is."""
    copy = published_path(warehouse)
    other = copy.with_name(f"{number}.duckdb")
    with duckdb.connect(str(other)) as connection:
        connection.execute(TABLES.format(build=f"build {number}", number=number))
    os.replace(other, copy)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    file = tmp_path / "it's" / "warehouse.duckdb"
    file.parent.mkdir()
    publish(file, 1)
    return file


@pytest.fixture
def url(warehouse: Path) -> str:
    return f"duckdb:///{warehouse}"


@pytest.fixture
def api(url: str) -> Iterator[Api]:
    with served(url) as api:
        yield api


# -------------------------------------------------------------------------------- keys


def test_keys_open_what_their_role_may_read(api: Api) -> None:
    assert api.get(ROWS, READER).status_code == api.get(ROWS, AUDITOR).status_code == 200
    for path in ("/lines", "/files"):
        problem(api.get(path, READER), 403, "auditor-needed")
        for key in (AUDITOR, LOADER):
            problem(api.get(path, key), 503, "not-built")
    refused = api.get(ROWS, None)
    problem(refused, 401, "key-needed")
    assert refused.headers["www-authenticate"] == "Bearer"
    for wrong in ("so_x", READER[:-1], READER + "x", READER_LINE, "x" * 20_000, "' or 1=1 --"):
        problem(api.get(ROWS, wrong), 401, "key-unknown")
    for path in ("/health", "/ready", "/docs", "/openapi.json", "/"):
        assert api.get(path, None).status_code == 200


def test_many_wrong_keys_lock_out_nobody_else(api: Api) -> None:
    statuses = [api.get(ROWS, f"so_{number}").status_code for number in range(25)]
    assert statuses == [401] * 20 + [429] * 5
    told = api.get(ROWS, "so_x")
    problem(told, 429, "too-many-requests")
    assert told.headers["retry-after"] == "60"
    assert api.get(ROWS, READER).status_code == 200


def test_an_invented_address_gives_no_more_tries(url: str) -> None:
    def statuses(api: Api) -> list[int]:
        with api.client("so_x") as client:
            return [
                client.get(ROWS, headers={"X-Forwarded-For": f"10.0.0.{number}"}).status_code
                for number in range(21)
            ]

    with served(url) as api:
        assert statuses(api)[-1] == 429
    with served(url, trusted_proxies="127.0.0.1") as api:
        assert set(statuses(api)) == {401}


def test_who_never_finishes_asking_keeps_nobody_out(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporting.doors.api.serve.SECONDS_TO_ASK", 2)
    with served(url) as api:
        host, port = api.url.removeprefix("http://").split(":")
        waiting = [socket.create_connection((host, int(port))) for _ in range(230)]
        try:
            asked = f"GET /health HTTP/1.1\r\nHost: {host}\r\n"
            for number, connection in enumerate(waiting):
                match number % 3:
                    case 1:
                        connection.sendall(asked.encode())
                    case 2:  # a whole request, answered, and a part of the next one
                        connection.sendall(f"{asked}\r\n".encode())
                        assert b"200 OK" in connection.recv(4_096)
                        connection.sendall(asked.encode())
            assert api.get(ROWS, READER).status_code == 200
            for connection in waiting:
                connection.settimeout(20)
                while connection.recv(4_096):
                    pass
        finally:
            for connection in waiting:
                connection.close()


def test_a_key_may_ask_so_often(url: str) -> None:
    with served(url, rate_limit="3/minute") as api:
        assert [api.get(ROWS, READER).status_code for _ in range(4)] == [200, 200, 200, 429]
        problem(api.get(ROWS, READER), 429, "too-many-requests")
        assert api.get(ROWS, AUDITOR).status_code == 200
        assert api.get("/health", READER).status_code == 200


def test_too_many_at_once_are_asked_to_come_again(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporting.doors.api.guard.MOST_AT_ONCE", 2)
    begun, is_over = threading.Semaphore(0), threading.Event()

    def slowly(*arguments: Any, **more: Any) -> Any:
        begun.release()
        assert is_over.wait(120)
        return read_rows(*arguments, **more)

    monkeypatch.setattr("reporting.doors.api.app.read_rows", slowly)
    with served(url) as api, ThreadPoolExecutor(2) as askers:
        asked = [askers.submit(api.get, ROWS, READER, limit=limit) for limit in (1, 2)]
        for _ in asked:
            assert begun.acquire(timeout=120)
        refused = api.get(ROWS, READER)
        problem(refused, 503, "busy")
        assert refused.headers["retry-after"] == "10"
        is_over.set()
        assert [answer.result().status_code for answer in asked] == [200, 200]
        assert api.get(ROWS, READER).status_code == 200


def test_ten_thousand_keys(url: str, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    made = [new_key(f"client-{number}", Role.READER) for number in range(10_000)]
    file.write_text("# who may read\n\n" + "\n".join(line for _, line in made))
    with served(url, keys_file=file, keys=AUDITOR_LINE) as api:
        for key, _ in (made[0], made[-1]):
            assert api.get(ROWS, key).status_code == 200
        assert api.get("/files", AUDITOR).status_code == 503
        assert api.get(ROWS, READER).status_code == 401
    ring = KeyRing.read([line for _, line in made])
    started = time.process_time()
    for _ in range(1_000):
        ring.client(made[-1][0])
    assert time.process_time() - started < 1


def test_what_is_kept_of_a_key_does_not_open(tmp_path: Path) -> None:
    key, line = new_key("power-bi", Role.READER)
    assert key not in line
    assert line == f"power-bi:reader:{hash_key(key)}"
    assert len(key) > 40
    assert new_key("power-bi", Role.READER)[0] != key
    ring = KeyRing.read([line])
    assert ring.client(hash_key(key)) is None
    found = ring.client(key)
    assert found is not None
    assert (found.name, found.role) == ("power-bi", Role.READER)
    for name in ("", "a:b", "a b", "a\nb", "x" * 65):
        with pytest.raises(ValueError, match="name"):
            new_key(name, Role.READER)


def test_the_command_makes_a_key() -> None:
    done = CliRunner().invoke(reporting, ["api-key", "--name", "power-bi", "--role", "auditor"])
    assert done.exit_code == 0, done.output
    key, line = done.stdout.split()
    assert line == f"power-bi:auditor:{hash_key(key)}"
    refused = CliRunner().invoke(reporting, ["api-key", "--name", "power bi"])
    assert refused.exit_code == 2


# ----------------------------------------------------------------------------- settings


def test_no_keys_no_api(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no keys"):
        create_app(ApiSettings(), url)
    with pytest.raises(SettingsError, match=r"API_KEYS_FILE: cannot read .*No such file"):
        create_app(ApiSettings(keys_file=tmp_path / "none"), url)
    with pytest.raises(SettingsError, match="line 2") as refused:
        create_app(ApiSettings(keys=f"{READER_LINE} {AUDITOR}"), url)
    assert AUDITOR not in str(refused.value)
    with pytest.raises(SettingsError, match="API_RATE_LIMIT"):
        create_app(ApiSettings(keys=READER_LINE, rate_limit="often"), url)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.com", "127.0.0.1.x"])  # noqa: S104
def test_without_keys_on_this_computer_only(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_loopback(host)
    monkeypatch.setenv("API_HOST", host)
    monkeypatch.setenv("API_WITHOUT_KEYS", "true")
    with pytest.raises(SettingsError, match="this computer alone"):
        read_api_settings()


def test_wrong_settings_are_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_PORT", "so_secret")
    with pytest.raises(SettingsError, match="API_PORT") as refused:
        read_api_settings()
    assert "so_secret" not in str(refused.value)
    done = CliRunner().invoke(reporting, ["api"])
    assert done.exit_code == 2


def test_without_keys_other_peoples_pages_get_nothing(url: str) -> None:
    with served(url, without_keys=True, keys="") as api:
        assert api.get(ROWS, None).status_code == 200
        with api.client(None) as client:
            # A name of somebody else's that leads to this computer.
            for host in ("evil.example", "localhost.evil.example"):
                assert client.get(ROWS, headers={"Host": host}).status_code == 400
            assert client.get(ROWS, headers={"Host": "localhost:8000"}).status_code == 200


# --------------------------------------------------------------------- headers and pages


def test_answers_are_safe_to_show(api: Api) -> None:
    for path in (ROWS, "/nowhere", "/docs", f"{ROWS}?format=csv", f"{ROWS}?limit=x"):
        headers = api.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers
        assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])
    assert api.get(ROWS).headers["cache-control"] == "private, no-cache"
    assert api.get("/nowhere").headers["cache-control"] == "no-store"
    with api.client() as client:
        given = client.get(ROWS, headers={"X-Request-ID": "mine-1"})
        assert given.headers["x-request-id"] == "mine-1"
        odd = client.get(ROWS, headers={"X-Request-ID": "a b\t<script>"})
        assert "script" not in odd.headers["x-request-id"]


def test_other_origins_are_closed_unless_named(url: str) -> None:
    def allowed(api: Api, origin: str) -> str | None:
        with api.client() as client:
            answer = client.get(ROWS, headers={"Origin": origin})
            asked = client.options(
                ROWS, headers={"Origin": origin, "Access-Control-Request-Method": "GET"}
            )
        name = "access-control-allow-origin"
        found: str | None = answer.headers.get(name)
        assert asked.headers.get(name) == found
        return found

    with served(url) as api:
        assert allowed(api, "https://bi.example") is None
    with served(url, cors_origins="https://bi.example https://other.example") as api:
        assert allowed(api, "https://bi.example") == "https://bi.example"
        assert allowed(api, "https://evil.example") is None


class Resources(HTMLParser):
    """What a page loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_documentation_needs_no_internet(api: Api) -> None:
    page = api.get("/docs", None)
    assert page.headers["content-type"].startswith("text/html")
    loaded = Resources(page.text).found
    assert len(loaded) >= 2
    for path in loaded:
        assert path.startswith("/")
        assert not path.startswith("//")
        assert api.get(path, None).status_code == 200
    assert not re.search(r"https?://", page.text)
    document = api.get("/openapi.json", None).json()
    assert document["openapi"].startswith("3.1")
    assert "$ref" in json.dumps(document)
    assert api.get("/redoc", None).status_code == 404


# --------------------------------------------------------------------------------- logs


@pytest.fixture
def log() -> Iterator[list[MutableMapping[str, Any]]]:
    with capture_logs() as entries:
        yield entries


def test_the_log_has_a_line_a_request_and_no_secret(
    url: str, log: list[MutableMapping[str, Any]]
) -> None:
    with served(url) as api:
        api.get(ROWS, READER, currency="Somebody's name")
        api.get(ROWS, "so_wrong_key", currency="x")
        api.get("/nowhere", None)
    # There is no such currency, and no table here that would say which ones are near.
    assert [(entry["path"], entry["status"], entry["client"]) for entry in log] == [
        *[(ROWS, 503, "reader"), (ROWS, 401, None), ("/nowhere", 404, None)]
    ]
    for entry in log:
        assert entry["request_id"]
        assert entry["method"] == "GET"
        assert entry["milliseconds"] >= 0
    written = repr(log)
    for secret in (READER, "so_wrong_key", "Somebody", hash_key(READER)):
        assert secret not in written


def test_a_fault_of_ours_tells_nothing(
    url: str, log: list[MutableMapping[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret customer")

    monkeypatch.setattr("reporting.doors.api.app.read_rows", fail)
    with served(url) as api:
        told = api.get(ROWS, READER, currency="Somebody's name")
        problem(told, 500, "internal-error")
        assert told.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in told.text
    assert "secret customer" not in repr(log)
    (failed,) = [entry for entry in log if entry["event"] == "failed"]
    assert failed["error"] == "RuntimeError"
    assert failed["request_id"] == told.headers["x-request-id"]


# -------------------------------------------------------------------------------- builds


def test_builds_take_their_places_while_many_ask(warehouse: Path, api: Api) -> None:
    is_over = threading.Event()
    seen: set[str] = set()
    counts = [0] * 8

    def ask(asker: int) -> None:
        tags: dict[str, str] = {}
        with api.client() as client:
            while not is_over.is_set():
                answer = client.get(ROWS, params={"limit": 1 + counts[asker] % 3})
                assert answer.status_code == 200, answer.text
                told = answer.json()
                build = told["build"]["build_id"]
                assert [row["season_name"] for row in told["rows"]] == [build]
                # Another build never has the same tag.
                assert tags.setdefault(answer.headers["etag"], build) == build
                seen.add(build)
                counts[asker] += 1

    with ThreadPoolExecutor(8) as askers:
        asked = [askers.submit(ask, asker) for asker in range(8)]
        for number in itertools.count(2):
            publish(warehouse, number)
            time.sleep(0.05)
            enough = len(seen) > 5 and min(counts) > 3
            if number >= 20 and (enough or any(asker.done() for asker in asked)):
                break
        is_over.set()
        for asker in asked:
            asker.result()
    assert api.rows(ROWS)[0]["season_name"] == f"build {number}"


def test_a_new_build_is_told_without_a_restart(
    warehouse: Path, api: Api, url: str, tmp_path: Path
) -> None:
    published_path(warehouse).unlink()
    problem(api.get("/ready", None), 503, "not-built")
    document = api.get("/openapi.json", None).json()
    assert "/reports/weekly-summary" in document["paths"]
    published_path(warehouse).write_bytes(b"no DuckDB file" * 1_000)
    problem(api.get(ROWS), 503, "warehouse-unavailable")
    publish(warehouse, 7)
    assert api.rows(ROWS)[0]["season_name"] == "build 7"
    assert api.get("/ready", None).json() == {
        "status": "ready",
        "build_id": "build 7",
        "built_at": "2026-01-01T07:00:00Z",
    }


def test_an_answer_that_is_kept_is_of_its_role_and_build(
    warehouse: Path, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    really: Callable[..., object] = read_rows

    def count(*arguments: object) -> object:
        read.append(arguments)
        return really(*arguments)

    monkeypatch.setattr("reporting.doors.api.app.read_rows", count)
    for _ in range(3):
        assert api.rows(ROWS, READER)
    assert len(read) == 1
    assert api.rows(ROWS, AUDITOR)
    assert api.rows(ROWS, READER, limit=7)
    assert len(read) == 3
    publish(warehouse, 2)
    assert api.rows(ROWS, READER)[0]["season_name"] == "build 2"
    assert len(read) == 4
