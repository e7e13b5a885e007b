"""What every request passes, whatever it asks for: a number, a line in the log, safe headers."""

import re
import time
import traceback
import uuid
from collections.abc import MutableMapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reporting.doors.api.problems import Problem, problem_response

log = structlog.get_logger("reporting.api")

_SAFE = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_NOTHING = b"default-src 'none'; frame-ancestors 'none'"
# Swagger's page starts by a script and styles of its own, inline; all comes from here.
_DOCS = (
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


MOST_AT_ONCE = 150
"""Requests that are answered at a time; those beyond are asked to come again."""


class Guard:
    """ASGI middleware, the outermost one.

    The log holds no query, as customers' names may be in it, and no key.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.at_once = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = _request_id(scope)
        started = time.perf_counter()
        status, has_begun = int(HTTPStatus.INTERNAL_SERVER_ERROR), False

        async def send_safely(message: Message) -> None:
            nonlocal status, has_begun
            if message["type"] == "http.response.start":
                status, has_begun = int(message["status"]), True
                headers = list(message.get("headers", []))
                named = {name for name, _ in headers}
                policy = _DOCS if scope["path"] in ("/docs", "/redoc") else _NOTHING
                for name, value in [
                    *_SAFE,
                    (b"content-security-policy", policy),
                    (b"x-request-id", request_id.encode()),
                ]:
                    if name not in named:
                        headers.append((name, value))
                message["headers"] = headers
            await send(message)

        self.at_once += 1
        try:
            if self.at_once > MOST_AT_ONCE:
                busy = Problem(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "busy",
                    f"{MOST_AT_ONCE} requests are being answered: try again in a few seconds.",
                    headers={"Retry-After": "10"},
                )
                await problem_response(Request(scope), busy)(scope, receive, send_safely)
            else:
                await self.app(scope, receive, send_safely)
        except Exception as error:
            # Where it happened, not what was asked: that may name customers.
            log.error(
                "failed",
                request_id=request_id,
                error=type(error).__name__,
                at=[f"{Path(item.filename).name}:{item.lineno}" for item in _way(error)],
            )
            if has_begun:
                raise
            problem = Problem(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "internal-error",
                "Something went wrong here; the log tells more, by the number of the request.",
            )
            answer = problem_response(Request(scope), problem)
            await answer(scope, receive, send_safely)
        finally:
            self.at_once -= 1
            log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                path=scope["path"][:200],
                status=status,
                milliseconds=round(1_000 * (time.perf_counter() - started), 1),
                client=_client(state),
            )


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value.decode())
    return uuid.uuid4().hex


def _way(error: Exception) -> list[traceback.FrameSummary]:
    return traceback.extract_tb(error.__traceback__)[-4:]


def _client(state: MutableMapping[str, Any]) -> str | None:
    client = state.get("client")
    return None if client is None else str(client.name)
