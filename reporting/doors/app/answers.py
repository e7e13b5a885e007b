"""From what a page says to HTTP."""

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from reporting.doors.api.keys import Client
from reporting.doors.app.navigation import entries_for
from reporting.doors.app.sessions import sessions_of
from reporting.draw.templates import render

# Nothing from elsewhere, and nothing inline: what files and names say is text, whatever it is.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(
    request: Request,
    template: str,
    *,
    client: Client | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    **said: Any,
) -> HTMLResponse:
    """Answer with a page.

    Args:
        request: what was asked.
        template: its path below reporting/draw/app; it extends base.html.j2.
        client: who sees it; None who has not signed in.
        status: of HTTP.
        said: what the template speaks of.
    """
    state = request.app.state
    query = request.url.query
    sessions = sessions_of(request)
    text = render(
        f"app/{template}",
        state.locale,
        client=client,
        entries=entries_for(state.parts, client) if client else [],
        here=request.url.path.removeprefix(request.scope.get("root_path", "")),
        home=request.scope.get("root_path", ""),
        # Filters go along to other pages.
        query=f"?{query}" if query and not said.get("without_query") else "",
        takes_keys=state.access.takes_keys,
        csrf_token=sessions.token(request),
        static=state.static,
        **said,
    )
    answer = HTMLResponse(
        text,
        status_code=status,
        headers={
            "Content-Security-Policy": POLICY,
            # What one has seen is not for who signs in next.
            "Cache-Control": "private, no-store",
            "Vary": "Cookie, HX-Request",
        },
    )
    sessions.keep(answer, request)
    return answer
