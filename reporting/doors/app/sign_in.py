"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from reporting.doors.api.access import Access
from reporting.doors.api.keys import hash_key
from reporting.doors.api.problems import Problem
from reporting.doors.app.answers import page
from reporting.doors.app.sessions import confirmed, sessions_of

router = APIRouter()


@router.get("/sign-in")
async def ask_for_key(request: Request, to: str = "") -> Response:
    """Ask for a key."""
    return page(request, "sign_in.html.j2", to=to, refusal="", without_query=True)


@router.post("/sign-in", dependencies=[Depends(confirmed)])
async def sign_in(
    request: Request, key: Annotated[str, Form()] = "", to: Annotated[str, Form()] = ""
) -> Response:
    """Take a key, and go on to where its holder wanted to go."""
    access: Access = request.app.state.access
    try:
        await access.enter(request, key.strip())
    except Problem as problem:
        refusal = {
            "key-needed": "Write your key into the field.",
            "key-unknown": "Nobody has this key. Look whether all of it is there: it begins with "
            "so_.",
        }.get(problem.kind, problem.detail)
        return page(
            request,
            "sign_in.html.j2",
            status=problem.status,
            to=to,
            refusal=refusal,
            without_query=True,
        )
    answer = _go(f"{request.scope['root_path']}{_within(to)}")
    sessions_of(request).begin(answer, request, hash_key(key.strip()))
    return answer


@router.post("/sign-out", dependencies=[Depends(confirmed)])
async def sign_out(request: Request) -> Response:
    """Forget who was here."""
    answer = _go(f"{request.scope['root_path']}/sign-in")
    sessions_of(request).begin(answer, request, None)
    return answer


def _within(to: str) -> str:
    """Return a path of the app; what leads elsewhere leads to the first page."""
    is_ours = to.startswith("/") and not to.startswith(("//", "/\\", "/sign-"))
    return to if is_ours and to.isprintable() else "/"


def _go(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303)
