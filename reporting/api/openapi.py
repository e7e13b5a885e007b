"""What the API says of itself: the columns of each report in the words of dbt's docs."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from reporting.api.catalog import Catalog, Column
from reporting.api.formats import Format
from reporting.api.problems import MEDIA_TYPE, Problem, ProblemDetails

Columns = Mapping[str, Callable[[Catalog], tuple[Column, ...]]]

_MEANINGS = {
    HTTPStatus.UNAUTHORIZED: "No key, or one that nobody knows.",
    HTTPStatus.FORBIDDEN: "The key's role does not include this.",
    HTTPStatus.NOT_ACCEPTABLE: "None of the accepted formats can be given.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A parameter is unknown or does not fit.",
    HTTPStatus.TOO_MANY_REQUESTS: "Asked too often.",
    HTTPStatus.SERVICE_UNAVAILABLE: "There is no build yet, or the warehouse does not answer.",
    HTTPStatus.GATEWAY_TIMEOUT: "The query took too long.",
}

_ENVELOPE = {
    "report": {"type": "string", "description": "The report's name."},
    "build": {
        "type": "object",
        "description": "The build that the figures are of.",
        "properties": {
            "build_id": {"type": "string"},
            "built_at": {"type": "string", "format": "date-time"},
        },
        "required": ["build_id", "built_at"],
    },
    "parameters": {"type": "object", "description": "What was asked for, as understood."},
}


def problem_answers(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return the errors that a path can answer with; all of them if none is named."""
    return {
        int(status): {
            "description": _MEANINGS[status],
            "model": ProblemDetails,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
        for status in statuses or _MEANINGS
    }


def row_answer(name: str) -> dict[int | str, dict[str, Any]]:
    """Return what a path that tells rows answers with."""
    return {
        200: {
            "description": "The rows.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            **_ENVELOPE,
                            "rows": {
                                "type": "array",
                                "items": {"$ref": f"#/components/schemas/{_schema_name(name)}"},
                            },
                        },
                        "required": ["report", "build", "parameters", "rows"],
                    }
                },
                "text/csv": {"schema": {"type": "string"}},
                Format.XLSX.media_type: {"schema": {"type": "string", "format": "binary"}},
            },
        },
        304: {"description": "Unchanged since the ETag that was sent."},
    }


def describe_rows(app: FastAPI, columns: Columns, newest: Callable[[], Catalog]) -> None:
    """Let the OpenAPI document tell the columns of each report, as the newest build has them."""

    def openapi() -> dict[str, Any]:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
        )
        try:
            catalog = newest()
        except Problem:  # no warehouse yet: the paths can be told nevertheless
            catalog = Catalog()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name, of in columns.items():
            schemas[_schema_name(name)] = {
                "type": "object",
                "properties": {column.name: column.json_schema for column in of(catalog)},
            }
        for path in document["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= HTTPStatus.BAD_REQUEST:
                        answer["content"].pop("application/json", None)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _schema_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-")) + "Row"
