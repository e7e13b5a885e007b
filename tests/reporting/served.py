"""The API as people reach it: by a socket, from a server that runs in a thread."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import httpx2

from reporting.doors.api.app import create_app
from reporting.doors.api.keys import Role, new_key
from reporting.doors.api.serve import server
from reporting.doors.api.settings import ApiSettings

READER, READER_LINE = new_key("reader", Role.READER)
AUDITOR, AUDITOR_LINE = new_key("auditor", Role.AUDITOR)
LOADER, LOADER_LINE = new_key("loader", Role.LOADER)


class Api:
    """A running API.

    Attributes:
        url: where it is.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def client(self, key: str | None = AUDITOR) -> httpx2.Client:
        """Return a client; it is the caller's to close."""
        headers = {} if key is None else {"X-API-Key": key}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=180)

    def get(self, path: str, key: str | None = AUDITOR, /, **parameters: Any) -> httpx2.Response:
        """Ask once."""
        with self.client(key) as client:
            return client.get(path, params=parameters)

    def json(self, path: str, key: str | None = AUDITOR, /, **parameters: Any) -> Any:
        """Ask once; the answer must be good. Amounts keep their digits."""
        answer = self.get(path, key, **parameters)
        assert answer.status_code == 200, answer.text
        return exact(answer)

    def rows(self, path: str, key: str | None = AUDITOR, /, **parameters: Any) -> list[Any]:
        """Ask once for the rows of an answer."""
        rows = self.json(path, key, **parameters)["rows"]
        assert isinstance(rows, list)
        return rows


def exact(answer: httpx2.Response) -> Any:
    """Return what JSON says, amounts with all their digits."""
    return json.loads(answer.text, parse_float=Decimal)


@contextmanager
def served(database_url: str, **settings: Any) -> Iterator[Api]:
    """Serve a warehouse, with a key for each role unless others are given."""
    # On a busy machine all take longer; time limits have tests of their own.
    usual: dict[str, Any] = {
        "keys": f"{READER_LINE} {AUDITOR_LINE} {LOADER_LINE}",
        "rate_limit": "100000/minute",
        "statement_seconds": 120,
    }
    given = ApiSettings(**(usual | settings)).model_copy(update={"port": 0})
    running = server(create_app(given, database_url), given)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        waits_until = time.monotonic() + 120
        while not running.started:
            assert thread.is_alive()
            assert time.monotonic() < waits_until
            time.sleep(0.01)
        port = running.servers[0].sockets[0].getsockname()[1]
        yield Api(f"http://127.0.0.1:{port}")
    finally:
        running.should_exit = True
        thread.join(timeout=30)


def problem(answer: httpx2.Response, status: int, kind: str) -> dict[str, Any]:
    """Return what a problem says; it must be this one."""
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told["type"]) == (status, f"urn:salesops:problem:{kind}"), told
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["status"] == status
    assert told["instance"].endswith(answer.headers["x-request-id"])
    assert told["title"]
    assert told["detail"]
    return told


def number(text: str) -> Decimal | None:
    """Return the amount that a CSV file has."""
    return Decimal(text) if text else None
