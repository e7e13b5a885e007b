"""What goes wrong, as RFC 9457 problem details: what it is, and what to change."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from reporting.ask.periods import NoFigures

MEDIA_TYPE = "application/problem+json"


class ProblemDetails(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:salesops:problem:invalid-parameter",
                    "title": "Invalid parameter",
                    "status": 422,
                    "detail": "from: There is no such parameter here; /docs lists those that there "
                    "are.",
                    "instance": "urn:salesops:request:5f0c1d2e",
                    "errors": [
                        {
                            "parameter": "from",
                            "detail": "There is no such parameter here; /docs lists those that "
                            "there are.",
                        }
                    ],
                }
            ]
        }
    )

    type: str = Field(description="What kind of problem it is; the same text each time.")
    title: str = Field(description="The kind in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened here, and what to change.")
    instance: str = Field(description="The number of the request, as in the log.")
    errors: list[dict[str, str]] | None = Field(
        default=None, description="Each parameter that does not fit, and why."
    )


class Problem(Exception):
    """A request that cannot be answered.

    Args:
        status: of HTTP.
        kind: of problem, in a few words with hyphens.
        detail: what happened and what to change.
        errors: parameters that do not fit: name and reason of each.
        headers: more of them, for the answer.
    """

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})


def answer_problems(app: FastAPI) -> None:
    """Answer every error of an application with problem details."""

    @app.exception_handler(Problem)
    async def own(request: Request, problem: Problem) -> JSONResponse:
        return problem_response(request, problem)

    @app.exception_handler(NoFigures)
    async def nothing_yet(request: Request, error: NoFigures) -> JSONResponse:
        problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "not-built", str(error))
        return problem_response(request, problem)

    @app.exception_handler(RequestValidationError)
    async def wrong_parameters(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem_response(request, of_parameters(error.errors()))

    @app.exception_handler(HTTPException)
    async def of_http(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        detail = {
            HTTPStatus.NOT_FOUND: f"There is nothing at {request.url.path}; /docs lists what is.",
            HTTPStatus.METHOD_NOT_ALLOWED: "Everything here is read with GET.",
        }.get(status, str(error.detail))
        return problem_response(
            request,
            Problem(status, status.phrase.lower().replace(" ", "-"), detail, headers=error.headers),
        )


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """Return the answer that tells of a problem."""
    content: dict[str, Any] = {
        "type": f"urn:salesops:problem:{problem.kind}",
        "title": problem.kind.replace("-", " ").capitalize(),
        "status": int(problem.status),
        "detail": problem.detail,
        "instance": f"urn:salesops:request:{request.state.request_id}",
    }
    if problem.errors:
        content["errors"] = [dict(error) for error in problem.errors]
    return JSONResponse(
        content,
        status_code=problem.status,
        headers={**problem.headers, "Cache-Control": "no-store"},
        media_type=MEDIA_TYPE,
    )


def of_parameters(found: Sequence[Any]) -> Problem:
    """Return the problem that parameters have, as pydantic tells of each.

    Args:
        found: errors of pydantic.
    """
    errors = []
    for item in found:
        name = ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0])
        if item["type"] == "extra_forbidden":
            reason = "There is no such parameter here; /docs lists those that there are."
        else:
            reason = str(item["msg"]).removeprefix("Value error, ")
        # A name comes from the request and may be as long as that.
        errors.append({"parameter": name[:100], "detail": reason[:500]})
    said = "; ".join(f"{item['parameter']}: {item['detail']}" for item in errors[:5])
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-parameter", said, errors[:20])
