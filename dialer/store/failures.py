"""What a failure of PostgreSQL means to us: it is away and will come back, or one command of ours cannot be written."""

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0

_POISON_CLASSES = ("22", "23")
"""SQLSTATE classes "data exception" and "integrity constraint violation" (PostgreSQL, Appendix A)."""

AWAY = (OSError, TimeoutError, SQLAlchemyError)
"""What the driver raises when a statement fails. Ask `is_poison` first."""


def is_poison(error: BaseException) -> bool:
    """Whether the failure lies in the values themselves, so that trying again cannot help."""
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # The driver refuses by itself what cannot be sent, a NUL in a text for one.
        return isinstance(cause, psycopg.DataError)
    return str(state)[:2] in _POISON_CLASSES


def first_line(error: BaseException) -> str:
    """The failure in one line, without the statement and its values."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]


def next_pause(seconds: float) -> float:
    """How long to wait before the next try, after waiting this long before the last."""
    return min(LONGEST_PAUSE_SECONDS, seconds * 2)
