"""Logs as JSON lines on standard output, each with the correlation id of its story."""

import logging
import sys
from contextlib import suppress
from typing import Any

import orjson
import structlog


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# They tell of every connection and worker, at the level where we tell of failures.
TALKATIVE = ("amqp", "kombu", "nameko", "alembic", "faker", "eventlet.wsgi", "urllib3")


class Named:
    """Writes lines to standard output, and knows whose they are."""

    def __init__(self, name: str = ""):
        self.name = name
        self.lines = structlog.BytesLogger(sys.stdout.buffer)

    def write(self, line: bytes) -> None:
        # Whoever reads the lines may be gone; the work goes on.
        with suppress(OSError):
            self.lines.msg(line)

    debug = info = warning = error = critical = exception = write


def set_up_logs(level: str, process: str) -> None:
    """Ours are written as they are, for there is one for each event; the libraries' as the same."""
    structlog.configure(
        processors=[
            *SHARED,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=as_line),
        ],
        logger_factory=Named,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=as_text),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process)


def as_line(entry: Any, **_: Any) -> bytes:
    """
    >>> as_line({"event": "started", "code": {1}})
    b'{"event":"started","code":"{1}"}'
    """
    return orjson.dumps(entry, default=str)


def as_text(entry: Any, **_: Any) -> str:
    return as_line(entry).decode()


def get_log(name: str) -> Any:
    return structlog.get_logger(name)
