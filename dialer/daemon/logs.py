"""Structured logs: one event a line, with the attempt and the campaign it is about."""

from __future__ import annotations

import logging
import sys

import structlog


def configure_logs(log_format: str, level: str) -> None:
    """Send everything to standard error, for people (`console`) or for machines (`json`); times are UTC."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # It tells with a traceback that it could not reset a lost connection, which the store has told in one line.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    # Their records of every frame and request belong to their own debugging, not to ours.
    for noisy in ("uvicorn.access", "watchfiles.main", "panoramisk.manager", "alembic.runtime.migration"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
