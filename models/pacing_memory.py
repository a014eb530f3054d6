"""What the pacer learned of a campaign and decided for it, so that neither is lost with the daemon."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class PacingMemory(Base):
    __tablename__ = "pacing_memories"
    __table_args__ = (
        CheckConstraint("(rates IS NULL) = (rates_at IS NULL)", name="rates_have_a_moment"),
        CheckConstraint("(decisions IS NULL) = (decisions_at IS NULL)", name="decisions_have_a_moment"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    rates: Mapped[dict[str, Any] | None]
    """The learned rates and the version of their format."""
    rates_at: Mapped[datetime | None]
    """When they were last written, which is when something was last learned."""
    decisions: Mapped[list[dict[str, Any]] | None]
    """The last decisions, oldest first."""
    decisions_at: Mapped[datetime | None]
