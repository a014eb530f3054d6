"""A third whom an agent called in the midst of a talk: consulted, let in, or given the customer."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dialer.core.aside_words import TransferKind, TransferOutcome
from models.base import Base, one_of


class Transfer(Base):
    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint(one_of("kind", TransferKind), name="kind"),
        CheckConstraint(one_of("outcome", TransferOutcome), name="outcome"),
        CheckConstraint("(attempt_id IS NULL) <> (caller IS NULL)", name="one_customer"),
        CheckConstraint("outcome IS NULL OR ended_at IS NOT NULL", name="ended"),
        Index(None, "attempt_id"),
        Index(None, "caller"),
        Index(None, "agent", "at"),
    )

    third: Mapped[str] = mapped_column(primary_key=True)
    """The Asterisk channel id of the third's leg."""
    attempt_id: Mapped[uuid.UUID | None]
    """The call in which it was. No foreign key: callers have none either, and a talk is told of before it is closed."""
    caller: Mapped[str | None]
    """Where the customer called us: the channel id of that leg, as `queue_waits.call_id`."""
    agent: Mapped[str] = mapped_column(ForeignKey("agents.number"))
    kind: Mapped[str]
    """As far as it came: a consultation can become a three-way talk, and either a warm transfer."""
    target: Mapped[str]
    """Number and name in the directory, or a number in E.164."""
    at: Mapped[datetime]
    """When the third was called."""
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When the third was let go or hung up. NULL: it goes on, or the daemon has just died over it."""
    outcome: Mapped[str | None]
