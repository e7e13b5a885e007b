"""The app, below /app of the service: with its pages, its way to sign in, and its own errors."""

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from reporting.ask.periods import NoFigures
from reporting.doors.api.keys import Role
from reporting.doors.api.problems import Problem, of_parameters
from reporting.doors.app import exports, lines, quality, sales, sign_in, static
from reporting.doors.app.answers import page
from reporting.doors.app.bodies import Bodies
from reporting.doors.app.deliver import decisions, files
from reporting.doors.app.deliver import pages as deliver
from reporting.doors.app.deliver.desk import Desk
from reporting.doors.app.navigation import Entry, Part
from reporting.doors.app.sessions import Sessions, Visitor
from reporting.doors.app.static import static_addresses
from reporting.doors.app.views import Remembered
from warehouse.settings import read_settings

HOME = "/app"

PARTS = (
    Part(sign_in.router),
    Part(static.router),
    Part(
        sales.router,
        (
            Entry("/sales", "Sales"),
            Entry("/customers", "Customers"),
            Entry("/products", "Products"),
            Entry("/sellers", "Sellers and shipping"),
        ),
    ),
    Part(quality.router, (Entry("/quality", "Data quality"),)),
    Part(lines.router, (Entry("/lines", "Lines", Role.AUDITOR),)),
    Part(exports.router),
    Part(deliver.router, (Entry("/deliver", "Deliver", Role.LOADER),)),
    Part(files.router, (Entry("/files", "Files", Role.LOADER),)),
    Part(decisions.router, (Entry("/answer", "Answer", Role.LOADER),)),
)
"""All pages; the navigation leads to their entries, in this order."""


def add_app(api: FastAPI) -> None:
    """Add the app to the service, whose keys, limits and database it uses."""
    app = FastAPI(openapi_url=None)
    app.state = api.state
    app.state.sessions = Sessions()
    app.state.parts = PARTS
    app.state.remembered = Remembered()
    app.state.locale = read_settings().report_locale
    app.state.static = static_addresses(HOME)
    app.state.desk = Desk(api.state.database_url, read_settings())
    app.add_middleware(Bodies, larger={deliver.DROP: api.state.upload_megabytes * 2**20})
    for part in PARTS:
        app.include_router(part.router)

    @app.get("/")
    async def first_page(client: Visitor) -> Response:
        return RedirectResponse(HOME + PARTS[2].entries[0].path)

    _answer_problems(app)
    api.mount(HOME, app)


def _answer_problems(app: FastAPI) -> None:
    """Answer errors with pages that say what to do."""

    @app.exception_handler(Problem)
    async def own(request: Request, problem: Problem) -> Response:
        if problem.status == HTTPStatus.UNAUTHORIZED:
            return _to_sign_in(request)
        answer = page(
            request,
            "problem.html.j2",
            client=getattr(request.state, "client", None),
            status=problem.status,
            title=problem.kind.replace("-", " ").capitalize(),
            detail=problem.detail,
            without_query=True,
        )
        answer.headers.update(problem.headers)
        return answer

    @app.exception_handler(NoFigures)
    async def nothing_yet(request: Request, error: NoFigures) -> Response:
        return await own(
            request, Problem(HTTPStatus.SERVICE_UNAVAILABLE, "nothing-to-show-yet", str(error))
        )

    @app.exception_handler(RequestValidationError)
    async def wrong_form(request: Request, error: RequestValidationError) -> Response:
        return await own(request, of_parameters(error.errors()))

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        # The log tells more (reporting.doors.api.guard).
        problem = Problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "internal-error",
            f"Something went wrong here; the log tells more, by the number "
            f"{request.state.request_id}.",
        )
        return await own(request, problem)

    @app.exception_handler(HTTPException)
    async def of_http(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        detail = {
            HTTPStatus.NOT_FOUND: "There is no such page.",
            HTTPStatus.METHOD_NOT_ALLOWED: "This page does not take what was sent.",
        }.get(status, str(error.detail))
        return await own(request, Problem(status, status.phrase, detail, headers=error.headers))


def _to_sign_in(request: Request) -> Response:
    """Lead to where one signs in, and from there back to a page that was asked for."""
    wanted = request.url.path.removeprefix(HOME)
    if request.url.query:
        wanted += f"?{request.url.query}"
    more = f"?{urlencode({'to': wanted})}" if request.method == "GET" and wanted != "/" else ""
    address = f"{HOME}/sign-in{more}"
    if request.headers.get("hx-request"):
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)
