"""The log: JSON, a line an event, in `logs/loader.jsonl`; no cell contents, no secrets."""

import logging
from logging.handlers import RotatingFileHandler

import structlog

from warehouse.settings import CHECKOUT

LOG_FILE = CHECKOUT / "logs" / "loader.jsonl"


def log_to_file() -> None:
    """Send the events of this process to the log file, if its folder can be written."""
    handler: logging.Handler
    try:
        LOG_FILE.parent.mkdir(exist_ok=True)
        handler = RotatingFileHandler(LOG_FILE, maxBytes=5_000_000, backupCount=3, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    logging.raiseExceptions = False  # a log that cannot be written any more stops nobody
    logger = logging.getLogger("loader")
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
