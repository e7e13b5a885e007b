"""Serves the API."""

import logging
import sys

import structlog
import uvicorn

from reporting.api.app import create_app
from reporting.api.settings import ApiSettings


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
    uvicorn.run(
        create_app(settings, database_url),
        host=settings.host,
        port=settings.port,
        access_log=False,  # ours has no query in it
        log_level="warning",
        server_header=False,
        h11_max_incomplete_event_size=32_768,
        timeout_keep_alive=15,
        limit_concurrency=200,
    )
