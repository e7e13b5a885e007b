"""Metabase's REST API, as far as it is needed, and its refusals in words."""

import time
from typing import Any

import requests

_SECONDS_TO_ANSWER = 120


class MetabaseError(Exception):
    """Metabase does not do what it was asked for; the message says what, why, and what to do."""


class Metabase:
    """A Metabase that is asked by HTTP."""

    def __init__(self, url: str, secrets: tuple[str, ...]) -> None:
        """Name the server.

        Args:
            url: where it listens.
            secrets: texts that no message may repeat.
        """
        self.url = url.rstrip("/")
        self._secrets = secrets
        self._session = requests.Session()

    def __enter__(self) -> "Metabase":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def wait_for_health(self, seconds: float) -> None:
        """Wait until the server says that it is up, which takes it minutes after its first start.

        Raises:
            MetabaseError: it did not within so many seconds.
        """
        give_up_at = time.monotonic() + seconds
        while True:
            try:
                answer = self._session.get(f"{self.url}/api/health", timeout=10)
                if answer.ok and answer.json().get("status") == "ok":
                    return
            except (requests.RequestException, ValueError):
                pass
            if time.monotonic() >= give_up_at:
                raise MetabaseError(
                    f"Metabase does not answer at {self.url}. Start it with "
                    "`docker compose up -d`, and see `docker compose logs metabase` if it does not "
                    "come up within some minutes. If it listens elsewhere, say where in "
                    "METABASE_URL or METABASE_PORT."
                )
            pause(seconds)

    def log_in_with(self, session_id: str) -> None:
        """Have all that follows be asked by the user of a session."""
        self._session.headers["X-Metabase-Session"] = session_id

    def get(self, path: str, **query: Any) -> Any:
        """Ask for something; values of a query that are lists are given several times."""
        return self._ask("GET", path, query=query)

    def post(self, path: str, body: dict[str, Any] | None = None, why: str = "") -> Any:
        """Make something; `why` is what a message calls it."""
        return self._ask("POST", path, body=body or {}, why=why)

    def put(self, path: str, body: dict[str, Any], why: str = "") -> Any:
        """Change something; `why` is what a message calls it."""
        return self._ask("PUT", path, body=body, why=why)

    def _ask(
        self,
        method: str,
        path: str,
        query: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        why: str = "",
    ) -> Any:
        try:
            answer = self._session.request(
                method,
                self.url + path,
                params=query,
                json=body,
                timeout=_SECONDS_TO_ANSWER,
                # A redirected POST would come out as a GET.
                allow_redirects=False,
            )
        except requests.RequestException:
            raise MetabaseError(
                f"Metabase at {self.url} stopped answering ({method} {path}). "
                "See `docker compose logs metabase`, then run this again."
            ) from None
        if not 200 <= answer.status_code < 300:
            raise MetabaseError(
                f"Metabase refused {why or f'{method} {path}'} "
                f"(HTTP status {answer.status_code}): {self._reason(answer)}"
            )
        try:
            return answer.json() if answer.content else None
        except ValueError:
            raise MetabaseError(
                f"What answers at {self.url} is no Metabase: {method} {path} gave no JSON."
            ) from None

    def _reason(self, answer: requests.Response) -> str:
        """Return what the server says of a refusal, without secrets."""
        try:
            told = answer.json()
        except ValueError:
            told = answer.text
        if isinstance(told, dict):
            errors = told.get("specific-errors") or told.get("errors") or told.get("message")
            told = errors or told
        words = "; ".join(_sentences(told)) or "it gives no reason"
        for secret in self._secrets:
            words = words.replace(secret, "***")
        return words[:500]


def pause(seconds: float) -> None:
    """Wait before the same is asked again, of something that may take so many seconds."""
    time.sleep(min(1, seconds / 20))


def _sentences(told: Any, name: str = "") -> list[str]:
    """Return each message in an answer, with the name of what it is about."""
    if isinstance(told, dict):
        return [line for key, value in told.items() for line in _sentences(value, str(key))]
    if isinstance(told, list):
        return [line for value in told for line in _sentences(value, name)]
    words = str(told).strip()
    return [f"{name}: {words}" if name else words] if words and told is not None else []
