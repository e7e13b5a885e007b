"""Who has signed in: a cookie that is signed, and tokens for whatever changes something.

The cookie holds no key but its hash, with which only this server begins anything: it signs with a
secret that it makes when it starts. A key that is taken away opens nothing from then on.
"""

import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from reporting.doors.api.access import Access
from reporting.doors.api.keys import Client, Role
from reporting.doors.api.problems import Problem

COOKIE = "salesops"
SECONDS = 12 * 60 * 60
"""So long somebody is signed in: a working day."""


@dataclass(frozen=True)
class Session:
    """A browser that has been here.

    Attributes:
        name: nobody else's.
        key_hash: of the key that was signed in with; None before.
    """

    name: str
    key_hash: str | None = None


class Sessions:
    """Writes and reads the cookie, and the tokens of forms."""

    def __init__(self) -> None:
        self._cookies = URLSafeTimedSerializer(secrets.token_bytes(32), salt="cookie")
        self._tokens = URLSafeTimedSerializer(secrets.token_bytes(32), salt="form")

    def of(self, request: Request) -> Session:
        """Return the session of a request; a new one if it has none, or one that is too old."""
        known: Session | None = getattr(request.state, "session", None)
        if known is None:
            try:
                known = Session(**self._cookies.loads(request.cookies[COOKIE], max_age=SECONDS))
            except (KeyError, TypeError, BadSignature):
                known = Session(secrets.token_urlsafe(16))
            request.state.session = known
        return known

    def begin(self, response: Response, request: Request, key_hash: str | None) -> None:
        """Give the browser a new session: signed in with a key, or with none."""
        request.state.session = Session(secrets.token_urlsafe(16), key_hash)
        self.keep(response, request)

    def keep(self, response: Response, request: Request) -> None:
        """Have the browser remember the session of its request."""
        session = self.of(request)
        response.set_cookie(
            COOKIE,
            self._cookies.dumps({"name": session.name, "key_hash": session.key_hash}),
            max_age=SECONDS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

    def token(self, request: Request) -> str:
        """Return what a form must bring along to be taken for one of ours."""
        return self._tokens.dumps(self.of(request).name)

    def is_ours(self, request: Request, token: str) -> bool:
        """Tell whether a form brought what a page of this session gave it."""
        try:
            name: str = self._tokens.loads(token, max_age=SECONDS)
        except BadSignature:
            return False
        return secrets.compare_digest(name, self.of(request).name)


def sessions_of(request: Request) -> Sessions:
    """Return the sessions of the app."""
    sessions: Sessions = request.app.state.sessions
    return sessions


async def visitor(request: Request) -> Client:
    """Let in whoever has signed in.

    Raises:
        Problem: nobody has, or they ask too often.
    """
    access: Access = request.app.state.access
    return await access.come_back(request, sessions_of(request).of(request).key_hash)


Visitor = Annotated[Client, Depends(visitor)]


async def auditing(client: Visitor) -> Client:
    """Let in whoever may see lines and what was delivered.

    Raises:
        Problem: they may not.
    """
    require(client, Role.AUDITOR)
    return client


def require(client: Client, role: Role) -> None:
    """Refuse what somebody's key is not for.

    Raises:
        Problem: it has not this role.
    """
    if not client.role.includes(role):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            f"{role.value}-needed",
            f"This takes a key with the role {role.value}; yours is a {client.role.value}'s.",
        )


Auditor = Annotated[Client, Depends(auditing)]


async def confirmed(request: Request) -> None:
    """Refuse what does not come from a form of ours.

    The token is in the header X-CSRF-Token, as htmx sends it, or in the field csrf_token.

    Raises:
        Problem: it comes from elsewhere, or from a page that is too old.
    """
    token = request.headers.get("x-csrf-token")
    if token is None:
        token = str((await request.form()).get("csrf_token", ""))
    if not sessions_of(request).is_ours(request, token):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "form-too-old",
            "This page is too old, or the server has started anew since: open it again, and try "
            "once more. Nothing has changed.",
        )
