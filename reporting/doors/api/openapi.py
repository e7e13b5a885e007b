"""What the API says of itself: the columns of each report in the words of dbt's docs."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from reporting.ask.catalog import Catalog, Column
from reporting.ask.periods import NoFigures
from reporting.doors.api.formats import Format
from reporting.doors.api.problems import MEDIA_TYPE, Problem, ProblemDetails

_JSON_TYPES: dict[str, dict[str, object]] = {
    "bool": {"type": "boolean", "examples": [True]},
    "date": {"type": "string", "format": "date", "examples": ["2026-01-12"]},
    # No date-time: that has a time zone, and a sale has the clock of its shop.
    "timestamp": {"type": "string", "examples": ["2026-01-12T14:30:00"]},
    "decimal": {"type": "number", "examples": [1249.5]},
    "numeric": {"type": "number", "examples": [1249.5]},
    "integer": {"type": "integer", "examples": [3]},
    "bigint": {"type": "integer", "examples": [42]},
}

_EXAMPLES: dict[str, object] = {
    "_key": "2947457607818040",
    "date_key": 20260112,
    "_share": 0.125,
    "_pct": 12.5,
    "currency": "EUR",
    "iso_week": "2026-W03",
    "seller_name": "Ana Lindqvist",
    "product_name": "Snow shovel",
    "category": "Garden",
    "customer_name": "Norrland Bygg AB",
    "store_name": "Lisbon Chiado",
    "shipping_company_name": "Royal Mail",
    "city": "Lisbon",
    "region": "South",
    "country": "PT",
    "order_id": "A-10431",
    "source_file": "Sales 2026-W03.xlsx",
    "source_sheet": "Sales",
    "source_row_number": 17,
    "rule": "price_mismatch",
    "severity": "warn",
    "entity": "sales_lines",
}
"""What values look like, made up, by the end of a column's name; the last one that fits counts."""

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


_OBJECTS = {"type": "array", "items": {"type": "object"}}

BESIDE_ROWS: dict[str, dict[str, Any]] = {
    "period": {
        "type": "object",
        "description": "The days that the figures are of.",
        "properties": {
            "start_date": {"type": "string", "format": "date"},
            "end_date": {"type": "string", "format": "date", "description": "Included."},
            "is_complete": {
                "type": "boolean",
                "description": "Whether the sales of all its trading days have been delivered.",
            },
        },
        "required": ["start_date", "end_date", "is_complete"],
    },
    "totals": {
        **_OBJECTS,
        "description": "All the days together, a row a currency, compared with as many days before "
        "and with the same weekdays a year before.",
    },
    "has_more": {
        "type": "boolean",
        "description": "Whether there are rows after the last one: ask with a larger offset.",
    },
    "next_cursor": {
        "type": ["string", "null"],
        "description": "Send it as cursor to get the next page; null on the last one.",
    },
    "weeks": {**_OBJECTS, "description": "Whether each week's figures can be trusted, and why."},
    "samples": {
        **_OBJECTS,
        "description": "Some of the rows that each rule found, with file, sheet and row; what was "
        "delivered in them (offending_text) for auditors only.",
    },
}
"""What JSON tells beside the rows."""


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


def row_answer(name: str, more: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """Return what a path that tells rows answers with.

    Args:
        name: of the path's last part.
        more: what JSON tells beside the rows, by its name in `BESIDE_ROWS`.
    """
    return {
        200: {
            "description": "The rows.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            **_ENVELOPE,
                            **{name: BESIDE_ROWS[name] for name in more},
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
    told: tuple[Catalog, dict[str, Any]] | None = None

    def openapi() -> dict[str, Any]:
        nonlocal told
        try:
            catalog = newest()
        except Problem:  # no warehouse yet: the paths can be told nevertheless
            catalog = Catalog()
        if told is None or told[0] is not catalog:
            told = catalog, describe(catalog)
        return told[1]

    def describe(catalog: Catalog) -> dict[str, Any]:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name, made_of in columns.items():
            schemas[_schema_name(name)] = _row(made_of, catalog)
        for path in document["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= HTTPStatus.BAD_REQUEST:
                        answer["content"].pop("application/json", None)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _row(made_of: Callable[[Catalog], tuple[Column, ...]], catalog: Catalog) -> dict[str, Any]:
    try:
        columns = made_of(catalog)
    except NoFigures:  # its table has not been built yet
        return {"type": "object"}
    return {
        "type": "object",
        "properties": {column.name: _json_schema(column) for column in columns},
        "required": [column.name for column in columns],
    }


def _json_schema(column: Column) -> dict[str, object]:
    """Return what the values of a column are in JSON."""
    kind: dict[str, object] = {"type": "string"}
    if not column.is_key:
        for start, schema in _JSON_TYPES.items():
            if column.type.lower().startswith(start):
                kind = dict(schema)
    fitting = {"string": str, "integer": int, "number": int | float}.get(str(kind["type"]))
    for end, example in _EXAMPLES.items():
        if fitting and column.name.endswith(end) and isinstance(example, fitting):
            kind["examples"] = [example]
    nullable = {**kind, "type": [kind["type"], "null"]}
    return {**nullable, "description": column.comment} if column.comment else nullable


def _schema_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-")) + "Row"
