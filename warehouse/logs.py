"""The logs: JSON, a line an event, in `logs/`; no cell contents, no secrets."""

import logging
from logging.handlers import RotatingFileHandler

import structlog

from warehouse.settings import CHECKOUT

LOGS = CHECKOUT / "logs"


def log_to_file(name: str) -> None:
    """Send the events of this process to a log file, if the folder can be written.

    Args:
        name: of the file, without its ending, and of the logger.
    """
    handler: logging.Handler
    try:
        LOGS.mkdir(exist_ok=True)
        handler = RotatingFileHandler(
            LOGS / f"{name}.jsonl", maxBytes=5_000_000, backupCount=3, encoding="utf-8"
        )
    except OSError:
        handler = logging.NullHandler()
    logging.raiseExceptions = False  # a log that cannot be written any more stops nobody
    logger = logging.getLogger(name)
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: logger,
    )
