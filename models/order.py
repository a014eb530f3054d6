"""What somebody asked of a campaign, of an agent or in a supervisor's name: a queue, and its own audit log."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("(campaign_id IS NULL) <> (agent IS NULL AND supervisor IS NULL)", name="one_subject"),
        CheckConstraint("(taken_at IS NULL) = (taken_by_run IS NULL)", name="taken_by_somebody"),
        CheckConstraint("result IS NULL OR taken_at IS NOT NULL", name="result_when_taken"),
        Index("ix_orders_waiting", "id", postgresql_where=text("taken_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    agent: Mapped[str | None] = mapped_column(ForeignKey("agents.number"))
    wish: Mapped[str]
    argument: Mapped[str] = mapped_column(server_default="")
    by: Mapped[str]
    host: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    taken_at: Mapped[datetime | None]
    taken_by_run: Mapped[int | None] = mapped_column(Integer, ForeignKey("runs.id"))
    result: Mapped[str | None]
    """What the daemon answered. NULL on a taken order: the daemon died over it; no order is carried out twice."""
    supervisor: Mapped[str | None]
    """In whose name it is; then `agent` says whom it concerns, if anybody."""
