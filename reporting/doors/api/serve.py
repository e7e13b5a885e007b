"""Serves the API."""

import asyncio
import logging
import sys

import structlog
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from reporting.doors.api.app import create_app
from reporting.doors.api.settings import ApiSettings

SECONDS_TO_ASK = 10


def serve(settings: ApiSettings, database_url: str) -> None:
    """Serve until somebody stops it (Ctrl-C).

    Raises:
        SettingsError: there is no key, or a setting cannot be used.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    server(create_app(settings, database_url), settings).run()


class PunctualProtocol(H11Protocol):
    """Hangs up on who does not finish a request's headers in time.

    Such connections cost memory and a file each, and nothing else: what is answered at a time is
    counted by the guard, from whole headers on.
    """

    _asks_until: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._asks_until = self.loop.call_later(SECONDS_TO_ASK, transport.close)

    def data_received(self, data: bytes) -> None:
        """Wait no longer if this ends a request's headers; else from its first byte on."""
        super().data_received(data)
        is_asked = self.cycle is not None and not self.cycle.response_complete
        if is_asked and self._asks_until is not None:
            self._asks_until.cancel()
            self._asks_until = None
        elif not is_asked and self._asks_until is None:
            self._asks_until = self.loop.call_later(SECONDS_TO_ASK, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was waited for."""
        if self._asks_until is not None:
            self._asks_until.cancel()
        super().connection_lost(exc)


def server(app: FastAPI, settings: ApiSettings) -> uvicorn.Server:
    """Return what serves an application, with the limits that keep one client from stopping it.

    Args:
        app: what is served.
        settings: where it listens (port 0: any that is free), and which proxies it believes when
            they say for whom they ask.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=PunctualProtocol,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies.split(),
            access_log=False,  # ours has no query in it
            log_level="warning",
            server_header=False,
            h11_max_incomplete_event_size=32_768,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=10,
        )
    )
