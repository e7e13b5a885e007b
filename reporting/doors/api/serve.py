"""Serves the API."""

import logging
import sys

import structlog
import uvicorn
from fastapi import FastAPI

from reporting.doors.api.app import create_app
from reporting.doors.api.settings import ApiSettings


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
    server(create_app(settings, database_url), settings.host, settings.port).run()


def server(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """Return what serves an application, with the limits that keep one client from stopping it.

    Args:
        app: what is served.
        host: on which it listens.
        port: on which it listens; 0 for any that is free.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            access_log=False,  # ours has no query in it
            log_level="warning",
            server_header=False,
            h11_max_incomplete_event_size=32_768,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=10,
            limit_concurrency=200,
        )
    )
