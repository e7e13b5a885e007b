"""How much a request may bring along, and how long it may take."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024
"""Of a form."""
SECONDS = 10
"""For a form to arrive; files have as many for each megabyte, too."""

_MEGABYTE = 2**20


class Bodies:
    """ASGI middleware that refuses bodies that are too large or of unknown length.

    Args:
        app: that answers.
        larger: paths whose requests may bring more, and how many bytes.
    """

    def __init__(self, app: ASGIApp, larger: Mapping[str, int]) -> None:
        self.app = app
        self.larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        most = self.larger.get(path, MOST_BYTES)
        text = request.headers.get("content-length", "")
        length = int(text) if text.isascii() and text.isdigit() else None
        if length is None and "transfer-encoding" in request.headers:
            refusal = HTTPStatus.LENGTH_REQUIRED, "Say how long it is, in Content-Length."
        elif (length or 0) > most:
            more = f"{most // _MEGABYTE:,} MB" if most >= _MEGABYTE else f"{most // 1024} kB"
            refusal = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"This takes up to {more} at once."
        else:
            seconds = SECONDS * (1 + (length or 0) // _MEGABYTE)
            await self.app(scope, *_punctual(receive, send, seconds))
            return
        status, said = refusal
        # The connection ends with it, so that the rest is not waited for.
        answer = Response(said, status, {"Connection": "close"}, "text/plain")
        await answer(scope, receive, send)


def _punctual(receive: Receive, send: Send, seconds: float) -> tuple[Receive, Send]:
    """Return what receives a body, and gives up on who sends it too slowly, and what answers."""
    until = asyncio.get_running_loop().time() + seconds
    is_whole = is_late = False

    async def receive_in_time() -> Message:
        nonlocal is_whole, is_late
        if is_whole:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            is_late = True
            raise HTTPException(
                HTTPStatus.REQUEST_TIMEOUT, "What you sent took too long to arrive: try again."
            ) from None
        is_whole = not message.get("more_body", False)
        return message

    async def hang_up(message: Message) -> None:
        if is_late and message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
        await send(message)

    return receive_in_time, hang_up
