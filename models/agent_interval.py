"""An agent was in a state from one moment to another."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dialer.core.words import AgentState
from models.base import Base, one_of


class AgentInterval(Base):
    __tablename__ = "agent_intervals"
    __table_args__ = (
        CheckConstraint(one_of("state", AgentState), name="state"),
        CheckConstraint("until >= since", name="forward"),
        # Makes writing the same interval twice harmless.
        UniqueConstraint("agent", "since", "state"),
        Index(None, "campaign_id", "since"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    agent: Mapped[str] = mapped_column(ForeignKey("agents.number"))
    state: Mapped[str]
    reason: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    attempt_id: Mapped[uuid.UUID | None]
    """No foreign key: in preview an agent may look at a lead whose attempt is never opened."""
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    caller: Mapped[str | None]
    """The call that came in, of `inbound_calls`. No foreign key: the two are written by different writers."""
