"""From rows to an HTTP answer: format, cache, ETag."""

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from cachetools import LRUCache
from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.engine import Connection

from reporting.ask.catalog import Column
from reporting.doors.api.database import Build, Database
from reporting.doors.api.formats import (
    MOST_ROWS,
    Format,
    in_chunks,
    key_text,
    to_csv,
    to_xlsx,
)
from reporting.doors.api.problems import Problem
from reporting.draw.data import to_json
from reporting.tables import Row

_LARGEST_SHARE = 8
"""An answer is kept if it takes no more than this part of the memory for all."""


@dataclass(frozen=True)
class Rows:
    """What an endpoint has to say.

    Attributes:
        columns: of its rows.
        rows: a value a column; read while they are written.
        more: what JSON says beside the rows.
    """

    columns: Sequence[Column]
    rows: Iterable[Row]
    more: Mapping[str, Any] = field(default_factory=dict)


class Answers:
    """Answers requests, and remembers answers as long as their build is the newest."""

    def __init__(self, database: Database, cache_megabytes: int) -> None:
        self._database = database
        self._largest = cache_megabytes * 2**20 // _LARGEST_SHARE
        self._kept: LRUCache[str, bytes] = LRUCache(cache_megabytes * 2**20, getsizeof=len)
        self._lock = threading.Lock()

    def of(
        self,
        request: Request,
        name: str,
        chosen: Format,
        parameters: Mapping[str, Any],
        read: Callable[[Connection, Build], Rows],
    ) -> Response:
        """Answer a request for rows.

        Args:
            request: what was asked.
            name: of the report; of a downloaded file, too.
            chosen: the format.
            parameters: as they were understood, for JSON.
            read: reads the rows; called if nobody has asked the same of this build before.
        """
        tag = self._tag(request, self._database.build, chosen, parameters)
        headers = {
            "ETag": tag,
            # Asked again each time, which costs nothing as long as the build is the same.
            "Cache-Control": "private, no-cache",
            "Vary": "Accept, Authorization, X-API-Key",
        }
        if _knows(request, tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if chosen is not Format.JSON:
            with self._database.reading() as (connection, build):
                found = read(connection, build)
                write = to_csv if chosen is Format.CSV else to_xlsx
                file = write(found.columns, not_too_many(found.rows))
            # A build may have ended between the two.
            headers["ETag"] = self._tag(request, build, chosen, parameters)
            headers["Content-Disposition"] = f'attachment; filename="{name}.{chosen.value}"'
            return StreamingResponse(in_chunks(file), media_type=chosen.media_type, headers=headers)
        with self._lock:
            body = self._kept.get(tag)
        if body is None:
            with self._database.reading() as (connection, build):
                found = read(connection, build)
                body = _json(name, build, parameters, found)
            headers["ETag"] = tag = self._tag(request, build, chosen, parameters)
            if len(body) <= self._largest:
                with self._lock:
                    self._kept[tag] = body
        return Response(body, media_type=chosen.media_type, headers=headers)

    @staticmethod
    def _tag(request: Request, build: Build, chosen: Format, parameters: Mapping[str, Any]) -> str:
        # Who may read what is in it: two roles may be told different things.
        told = [
            build.build_id,
            request.state.client.role.value,
            request.url.path,
            chosen.value,
            sorted((key, str(value)) for key, value in parameters.items()),
        ]
        return f'"{hashlib.sha256(repr(told).encode("utf-8", "replace")).hexdigest()[:32]}"'


def chosen_format(request: Request, asked: str | None) -> Format:
    """Return the format of an answer: what a parameter asks for, else the header Accept.

    Raises:
        Problem: nothing that is accepted can be given.
    """
    if asked is not None:
        return Format(asked)
    accepted = request.headers.get("accept", "*/*").lower()
    best, best_quality = None, 0.0
    for item in accepted.split(",")[:50]:
        media, *options = [part.strip() for part in item.split(";")]
        quality = 1.0
        for option in options:
            if option.startswith("q="):
                try:
                    quality = float(option[2:])
                except ValueError:
                    quality = 0.0
        for candidate in Format:
            kind = candidate.media_type.split(";")[0]
            fits = media in (kind, "*/*") or media == kind.split("/")[0] + "/*"
            if fits and quality > best_quality:
                best, best_quality = candidate, quality
                break
    if best is None:
        raise Problem(
            HTTPStatus.NOT_ACCEPTABLE,
            "not-acceptable",
            "Answers are application/json, text/csv or an Excel workbook: set Accept to one of "
            "them, or say format=json, csv or xlsx.",
        )
    return best


def _knows(request: Request, tag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or tag in [
        item.strip().removeprefix("W/") for item in known.split(",")
    ]


def _json(name: str, build: Build, parameters: Mapping[str, Any], found: Rows) -> bytes:
    names = [column.name for column in found.columns]
    keys = [column.name for column in found.columns if column.is_key]
    rows = [dict(zip(names, row, strict=True)) for row in found.rows]
    for row in rows:
        for key in keys:
            row[key] = key_text(row[key])
    return to_json(
        {
            "report": name,
            "build": {"build_id": build.build_id, "built_at": f"{build.built_at.isoformat()}Z"},
            "parameters": {key: value for key, value in parameters.items() if value is not None},
            **found.more,
            "rows": rows,
        }
    )


def not_too_many(rows: Iterable[Row]) -> Iterable[Row]:
    """Give rows on, up to as many as a workbook holds.

    Raises:
        Problem: there are more.
    """
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "too-many-rows",
                f"These are more than {MOST_ROWS:,} rows: ask for fewer days, or a filter more.",
            )
        yield row
