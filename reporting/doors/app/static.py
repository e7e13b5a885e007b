"""The files that pages are made with, all from here."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import Response

from reporting.doors.api.problems import Problem
from reporting.draw.charts import vega

_LARGE = 10_000
"""Bytes from which on a file is packed."""

router = APIRouter()


@dataclass(frozen=True)
class StaticFile:
    """A file as it is sent.

    Attributes:
        media_type: as HTTP names it.
        content: its bytes.
        packed: the same, with gzip; None where that saves nothing.
        digest: tells one version of it from another.
    """

    media_type: str
    content: bytes
    packed: bytes | None
    digest: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Return the files by name."""
    own = files("reporting.draw") / "app" / "static"
    htmx = files("js_lib_htmx") / "static" / "htmx" / "htmx.min.js"
    return {
        "app.css": _file("text/css", (own / "app.css").read_bytes()),
        "app.js": _file("text/javascript", (own / "app.js").read_bytes()),
        "htmx.js": _file("text/javascript", htmx.read_bytes()),
        "vega.js": _file("text/javascript", vega().encode()),
    }


def static_addresses(home: str) -> dict[str, str]:
    """Return the address of each file: a new version has a new one, so each is asked for once."""
    return {name: f"{home}/static/{file.digest}/{name}" for name, file in static_files().items()}


@router.get("/static/{digest}/{name}")
def static_file(request: Request, digest: str, name: str) -> Response:
    """Send a file."""
    file = static_files().get(name)
    if file is None or file.digest != digest:
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such file.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    content = file.content
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = file.packed
    return Response(content, media_type=file.media_type, headers=headers)


def _file(media_type: str, content: bytes) -> StaticFile:
    packed = gzip.compress(content, mtime=0) if len(content) > _LARGE else None
    return StaticFile(media_type, content, packed, hashlib.sha256(content).hexdigest()[:12])
