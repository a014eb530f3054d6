"""What was learned of a team's queue, so that it is not lost with the daemon."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class QueueMemory(Base):
    __tablename__ = "queue_memories"

    team: Mapped[str] = mapped_column(primary_key=True)
    learned: Mapped[dict[str, Any]]
    """How often callers come, how long they are talked with, and the version of the format."""
    learned_at: Mapped[datetime]
    """When something was last learned."""
