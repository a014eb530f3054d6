"""A step that a caller took."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class InboundStep(Base):
    __tablename__ = "inbound_steps"
    __table_args__ = (
        CheckConstraint("(left_at IS NULL) = (result IS NULL)", name="left_with_result"),
        Index("ix_inbound_steps_answers", "step", "entered_at", postgresql_where=text("kind = 'question'")),
    )

    call_id: Mapped[str] = mapped_column(ForeignKey("inbound_calls.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    """In the call, from 0."""
    step: Mapped[str]
    kind: Mapped[str]
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    """NULL: the caller was in it when Waihu was last heard of."""
    result: Mapped[str | None]
    """The way out: a key, a case, `next`, `otherwise`, `answered`, `end`, `hung_up`."""
    value: Mapped[str] = mapped_column(server_default="")
    """What was said in it: an answer's label, digits, the file of a message."""
