"""A caller waited for a team."""

from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, Float, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.core.queueing import QueueOutcome
from models.base import Base, one_of


class QueueWait(Base):
    __tablename__ = "queue_waits"
    __table_args__ = (
        CheckConstraint(one_of("outcome", QueueOutcome), name="outcome"),
        CheckConstraint("(outcome = 'answered') = (answered_at IS NOT NULL)", name="answered_then"),
        CheckConstraint("(taken_over_by IS NULL) = (taken_over_at IS NULL)", name="taken_over_by_somebody"),
        Index(None, "team", "arrived_at"),
        Index("ix_queue_waits_customer_id", "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
        Index("ix_queue_waits_open", "run_id", postgresql_where=text("outcome IS NULL")),
    )

    call_id: Mapped[str] = mapped_column(primary_key=True)
    """Of `inbound_calls`. No foreign key: the two are written by different writers, in any order."""
    arrived_at: Mapped[datetime] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(Integer, ForeignKey("runs.id"))
    team: Mapped[str]
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    priority: Mapped[int] = mapped_column(Integer)
    target_seconds: Mapped[float] = mapped_column(Float)
    """Within which the caller was to be answered."""
    position: Mapped[int] = mapped_column(Integer)
    """In the queue, on arrival; 1 is the first."""
    expected_seconds: Mapped[float | None] = mapped_column(Float)
    """The wait that was expected on arrival; NULL: nobody was there to take the call."""
    outcome: Mapped[str | None]
    """NULL: the caller waits."""
    agent: Mapped[str | None] = mapped_column(ForeignKey("agents.number"))
    answered_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    """When the caller left the queue, hung up, or ended the talk."""
    handled_at: Mapped[datetime | None]
    """When the agent was done with the caller."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    campaign: Mapped[str | None]
    """That called this number last."""
    last_agent: Mapped[str | None]
    """Who had talked with this number last, before this."""
    agent_disposition: Mapped[str | None]
    callback_at: Mapped[datetime | None]
    """For when the agent has promised to call back."""
    callback_agent: Mapped[str | None] = mapped_column(ForeignKey("agents.number"))
    """Who promised to call back in person."""
    unwanted_by: Mapped[str | None] = mapped_column(ForeignKey("agents.number"))
    """The agent whom the caller told not to call any more."""
    taken_over_by: Mapped[str | None]
    """The supervisor who talked with the caller to the end, in the place of `agent`."""
    taken_over_at: Mapped[datetime | None]
