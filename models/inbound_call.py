"""A call to one of our numbers."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.core.inbound.record import InboundOutcome
from models.base import Base, one_of


class InboundCall(Base):
    __tablename__ = "inbound_calls"
    __table_args__ = (
        CheckConstraint(one_of("outcome", InboundOutcome), name="outcome"),
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended_with_outcome"),
        Index(None, "arrived_at"),
        Index(None, "caller"),
        Index(None, "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
        Index(None, "returns_attempt_id", postgresql_where=text("returns_attempt_id IS NOT NULL")),
        Index("ix_inbound_calls_open", "run_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """Asterisk's Uniqueid of the caller's channel."""
    run_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("runs.id"))
    """The run that took it; NULL: none did."""
    number: Mapped[str]
    """What was dialled, as the carrier said it."""
    caller: Mapped[str]
    """E.164 where it could be read, else as the carrier said it; empty: withheld."""
    flow: Mapped[str | None]
    flow_version: Mapped[str | None]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    returns_attempt_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("attempts.id"))
    """The abandoned attempt that this call answers: abandoned then, answered later."""
    language: Mapped[str | None]
    """In which it ended."""
    arrived_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    hangup_cause: Mapped[int | None] = mapped_column(SmallInteger)
    """Q.850, where the dialplan wrote it down."""
    fallback: Mapped[str] = mapped_column(server_default="")
    """What the caller heard without Waihu: `apology`, `voicemail`; empty: nothing."""
    voicemail: Mapped[str] = mapped_column(server_default="")
    """Name of the message left then."""
