"""What a supervisor did in a session, from one moment to another: the audit of supervision."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dialer.core.supervision_words import SupervisorState
from models.base import Base, one_of


class SupervisionStretch(Base):
    __tablename__ = "supervision_stretches"
    __table_args__ = (
        CheckConstraint(one_of("state", SupervisorState), name="state"),
        CheckConstraint("until >= since", name="forward"),
        # Makes writing the same stretch twice harmless.
        UniqueConstraint("session", "since", "state"),
        Index(None, "supervisor", "since"),
        Index(None, "agent", "since"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    session: Mapped[str]
    """The Asterisk channel id of the supervisor's leg."""
    supervisor: Mapped[str]
    agent: Mapped[str | None] = mapped_column(ForeignKey("agents.number"))
    state: Mapped[str]
    attempt_id: Mapped[uuid.UUID | None]
    """The call that was heard or taken over. No foreign key: what was heard is kept longer than calls may be."""
    caller: Mapped[str | None]
    """The same of a call that came in, of `inbound_calls`."""
    by: Mapped[str]
    """Who asked for the session: the supervisor, by telephone, or somebody at a command line."""
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    """NULL: it goes on, or the daemon died over it."""
