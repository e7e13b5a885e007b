"""The application: which paths there are, and what each of them reads."""

import operator
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, Field
from sqlalchemy.engine import Connection

from reporting.ask.catalog import Catalog, Column
from reporting.ask.figures import FILTERS
from reporting.ask.reports import FILES, REPORTS, TOP_PRODUCTS
from reporting.doors.api.access import Access, auditor, reader
from reporting.doors.api.answers import Answers, Rows, chosen_format
from reporting.doors.api.audit import line_columns, quality_columns, read_lines, read_quality
from reporting.doors.api.database import Build, Database, open_database
from reporting.doors.api.formats import Format
from reporting.doors.api.guard import Guard
from reporting.doors.api.keys import Client, read_keys
from reporting.doors.api.known import Builds, Known
from reporting.doors.api.openapi import describe_rows, problem_answers, row_answer
from reporting.doors.api.parameters import Page, Span, Text, with_filters
from reporting.doors.api.problems import answer_problems
from reporting.doors.api.reports import (
    read_report,
    read_rows,
    read_weeks,
    span_columns,
    week_columns,
)
from reporting.doors.api.settings import ApiSettings
from reporting.doors.app.application import HOME as APP
from reporting.doors.app.application import add_app
from warehouse.connection import warehouse_url
from warehouse.settings import SettingsError

Asked = Mapping[str, Any]
Reader = Callable[[Connection, Known, Asked, Client], Rows]


_LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"]

_ABOUT = """
Read-only access to the reports, and to the lines behind every figure.

* **Keys**: send yours in `X-API-Key` (or `Authorization: Bearer`). A `reader` sees reports, an
  `auditor` also lines, files and what was delivered to the letter.
* **Formats**: JSON, or with `format=csv` or `format=xlsx` (or `Accept`) a file with the same
  figures. Amounts in JSON are numbers with all their digits; keys (`..._key`) are texts.
* **Days**: `start_date` and `end_date` are both included; without them, the last complete week.
* **Freshness**: every answer names the build it is of, and carries an `ETag`; ask with
  `If-None-Match`, and an unchanged report costs nothing.
* **Errors** are problem details (RFC 9457) that say what to change.
"""


class Health(BaseModel):
    """That the API answers."""

    status: str = Field(description="ok", examples=["ok"])


class Ready(BaseModel):
    """That there is something to read."""

    status: str = Field(description="ready", examples=["ready"])
    build_id: str = Field(description="The build that readers see now.")
    built_at: str = Field(description="When it was built and tested, in UTC.")


def create_app(
    settings: ApiSettings, database_url: str, database: Database | None = None
) -> FastAPI:
    """Make the application.

    Args:
        settings: of the API.
        database_url: of the warehouse, as in the setting DATABASE_URL.
        database: to read from, instead of the one that the URL names.

    Raises:
        SettingsError: there is no key, or a setting cannot be used.
    """
    keys = None if settings.without_keys else read_keys(settings.keys_file, settings.keys)
    if keys is not None and not keys.clients:
        raise SettingsError(
            "The API has no keys, so nobody could use it: make one with `python -m reporting "
            "api-key`, and name it in API_KEYS or API_KEYS_FILE. (On this computer alone, "
            "API_WITHOUT_KEYS=true does without.)"
        )
    app = FastAPIOffline(
        title="SalesOps Analytics",
        summary="Weekly sales figures, and where each of them comes from.",
        description=_ABOUT,
        version=version("salesops-analytics"),
        docs_url="/docs",
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_until_the_end,
    )
    source = database or open_database(warehouse_url(database_url), settings.statement_seconds)
    app.state.access = Access(keys, settings.rate_limit)
    app.state.database = source
    app.state.database_url = database_url
    app.state.upload_megabytes = settings.upload_megabytes
    app.state.builds = builds = Builds(source)
    app.state.answers = Answers(source, settings.cache_megabytes)
    answer_problems(app)
    _add_state(app)
    shown = _add_reports(app)
    describe_rows(app, shown, lambda: builds.newest().catalog)
    add_app(app)
    origins = settings.cors_origins.split()
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET"],
            allow_headers=["X-API-Key", "Authorization", "If-None-Match"],
            expose_headers=["ETag", "X-Request-ID"],
        )
    if settings.without_keys:
        # A page of somebody else's must not read through the browser of this computer.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=_LOCAL_NAMES)
    app.add_middleware(Guard)
    return app


@asynccontextmanager
async def _until_the_end(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.desk.close()


def _add_state(app: FastAPI) -> None:
    @app.get("/health", summary="Whether the API answers", tags=["State"])
    async def health() -> Health:  # also while all threads wait for the warehouse
        return Health(status="ok")

    @app.get(
        "/ready",
        summary="Whether there is something to read, and of which build",
        tags=["State"],
        responses=problem_answers(HTTPStatus.SERVICE_UNAVAILABLE),
    )
    def ready() -> Ready:
        build = app.state.database.build
        return Ready(
            status="ready", build_id=build.build_id, built_at=f"{build.built_at.isoformat()}Z"
        )

    @app.get("/", include_in_schema=False)
    async def root(request: Request) -> Response:
        # Who opens a browser wants to see, programs want to know where to read on.
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(APP)
        return JSONResponse({"app": APP, "docs": "/docs", "openapi": "/openapi.json"})


def _add_reports(app: FastAPI) -> dict[str, Callable[[Catalog], tuple[Column, ...]]]:
    """Add the paths that answer with rows; return what the rows of each are made of."""
    columns: dict[str, Callable[[Catalog], tuple[Column, ...]]] = {}

    def add(
        path: str,
        title: str,
        asked: Any,
        read: Reader,
        *,
        made_of: Callable[[Catalog], tuple[Column, ...]],
        for_auditors: bool = False,
        tag: str = "Reports",
        more: tuple[str, ...] = ("period",),
    ) -> None:
        name = path.rsplit("/", 1)[-1]
        allowed = auditor if for_auditors else reader

        def endpoint(
            request: Request,
            parameters: Annotated[asked, Query()],
            client: Annotated[Client, Depends(allowed)],
        ) -> Response:
            values = {key: item for key, item in dict(parameters).items() if key != "format"}
            chosen = chosen_format(request, parameters.format)
            if chosen is not Format.JSON:
                for page in ("limit", "offset", "cursor"):
                    if page in values and path != "/reports/top-products":
                        values[page] = None

            def rows(connection: Connection, build: Build) -> Rows:
                known = app.state.builds.known(connection, build)
                return read(connection, known, values, client)

            answers: Answers = app.state.answers
            return answers.of(request, name, chosen, values, rows)

        app.get(
            path,
            summary=title,
            tags=[tag],
            name=name,
            operation_id=name,
            response_class=Response,
            responses={**row_answer(name, more), **problem_answers()},
        )(endpoint)
        columns[name] = made_of

    spans = with_filters("Lines", Span, FILTERS)
    add(
        "/reports/weekly-summary",
        "Weeks: revenue, orders, customers, margin",
        spans,
        lambda connection, known, asked, _: read_weeks(connection, known, asked),
        made_of=week_columns,
        more=("period", "totals"),
    )
    for report in (report for report in REPORTS if report.path and report.function):
        add(
            f"/reports/{report.path}",
            report.summary,
            _TopProducts if report is TOP_PRODUCTS else spans,
            lambda connection, known, asked, _, report=report: read_report(  # type: ignore[misc]
                connection, report, known, asked
            ),
            made_of=partial(span_columns, report.table),
        )
    add(
        "/reports/data-quality",
        "What is wrong with the delivered rows, and in which of them",
        _Quality,
        read_quality,
        made_of=quality_columns,
        more=("period", "weeks", "samples"),
    )
    tables = (report for report in REPORTS if report.path and not report.function)
    for report in (*tables, FILES):
        is_report = report is not FILES
        base: Any = Page if report.day is None else type("Days", (Span, Page), {})
        described = {
            name: FILTERS.get(name, f"Only rows with this {column}.")
            for name, column in report.filters.items()
        }
        add(
            f"/reports/{report.path}" if is_report else f"/{report.path}",
            report.summary,
            with_filters(f"Of_{report.path.replace('-', '_')}", base, described),
            lambda connection, known, asked, _, report=report: read_rows(  # type: ignore[misc]
                connection, report, known.catalog, asked
            ),
            made_of=operator.itemgetter(report.table),
            tag="Reports" if is_report else "Where figures come from",
            for_auditors=not is_report,
            more=("has_more",),
        )
    add(
        "/lines",
        "The lines behind the figures, each with its file, sheet and row",
        _Lines,
        lambda connection, known, asked, _: read_lines(connection, known, asked),
        made_of=line_columns,
        for_auditors=True,
        tag="Where figures come from",
        more=("period", "next_cursor"),
    )
    return columns


class _TopProducts(with_filters("LinesOfProducts", Span, FILTERS)):  # type: ignore[misc]
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many a currency.")] = 10


class _Quality(Span):
    currency: Annotated[Text | None, Field(description=FILTERS["currency"])] = None
    rule: Annotated[Text | None, Field(description="A rule of the seed dq_rules.")] = None
    severity: Annotated[
        Text | None, Field(description="reject (kept out), warn or info (flagged).")
    ] = None
    samples: Annotated[
        int, Field(ge=0, le=100, description="How many delivered rows to show for each rule.")
    ] = 3


class _Lines(with_filters("LinesOfSpan", Span, FILTERS)):  # type: ignore[misc]
    order_id: Annotated[Text | None, Field(description="An order's number.")] = None
    file: Annotated[Text | None, Field(description="A file's path below the inbox.")] = None
    limit: Annotated[
        int, Field(ge=1, le=5_000, description="How many lines a page has (JSON only).")
    ] = 500
    cursor: Annotated[
        Text | None, Field(description="next_cursor of the page before (JSON only).")
    ] = None
