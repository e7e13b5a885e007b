"""Who asks, whether they may, and how often."""

import secrets
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from reporting.doors.api.keys import Client, KeyRing, Role
from reporting.doors.api.problems import Problem
from warehouse.settings import SettingsError

WRONG_KEYS = "20/minute"
"""So many wrong keys an address may try."""

LOCAL = Client("this computer", Role.LOADER)

_header = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="A key that `api-key` has made."
)
_bearer = HTTPBearer(auto_error=False, description="The same key, as a bearer token.")


class Access:
    """Lets requests in.

    Args:
        keys: that open the API; None where anybody may read everything.
        rate_limit: how often a key may ask, as the library limits writes it.

    Raises:
        SettingsError: the limit cannot be read.
    """

    def __init__(self, keys: KeyRing | None, rate_limit: str) -> None:
        self._keys = keys
        try:
            self._limit = parse(rate_limit)
        except ValueError:
            raise SettingsError(
                "API_RATE_LIMIT: write how often a key may ask like 300/minute."
            ) from None
        self._wrong = parse(WRONG_KEYS)
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        # Keys of others' making must not name what is counted.
        self._salt = secrets.token_hex(8)

    @property
    def takes_keys(self) -> bool:
        """Whether one needs a key to enter."""
        return self._keys is not None

    async def enter(self, request: Request, key: str | None) -> Client:
        """Return who asks.

        Raises:
            Problem: nobody knows the key, or it has asked too often.
        """
        address = request.client.host if request.client else "unknown"
        if self._keys is None:
            client = LOCAL
        else:
            known = self._keys.client(key) if key else None
            if known is None:
                # Whoever has a right key gets in, whatever others at the same address try.
                if key and not await self._counter.hit(self._wrong, self._salt, address):
                    raise self._too_often("Too many wrong keys came from this address.")
                raise Problem(
                    HTTPStatus.UNAUTHORIZED,
                    "key-needed" if not key else "key-unknown",
                    "Send your key in the header X-API-Key, or as Authorization: Bearer; whoever "
                    "runs the API makes keys with `python -m reporting api-key`.",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            client = known
        return await self._counted(request, client)

    async def come_back(self, request: Request, key_hash: str | None) -> Client:
        """Return who asks, of whose key the hash is known from when they signed in.

        Raises:
            Problem: nobody has this key (any more), or it has asked too often.
        """
        client = LOCAL if self._keys is None else self._keys.clients.get(key_hash or "")
        if client is None:
            raise Problem(HTTPStatus.UNAUTHORIZED, "key-needed", "Sign in with your key.")
        return await self._counted(request, client)

    async def _counted(self, request: Request, client: Client) -> Client:
        request.state.client = client
        if not await self._counter.hit(self._limit, client.name):
            raise self._too_often(f"This key may ask {self._limit}.")
        return client

    def _too_often(self, detail: str) -> Problem:
        return Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too-many-requests",
            f"{detail} Try again in a minute.",
            headers={"Retry-After": "60"},
        )


# Both wait for nothing: so they need no thread of their own.
async def reader(
    request: Request,
    key: Annotated[str | None, Security(_header)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Client:
    """Let in whoever has a key."""
    access: Access = request.app.state.access
    return await access.enter(request, key or (bearer.credentials if bearer else None))


async def auditor(client: Annotated[Client, Depends(reader)]) -> Client:
    """Let in whoever may see lines and what was delivered.

    Raises:
        Problem: the key is a reader's.
    """
    if not client.role.includes(Role.AUDITOR):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "auditor-needed",
            "Lines and delivered texts take a key with the role auditor; this one is a reader's.",
        )
    return client
