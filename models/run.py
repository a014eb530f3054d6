"""One life of the daemon. It lives exactly as long as it holds the advisory lock of its number."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Run(Base):
    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_not_ended", "id", postgresql_where=text("ended_at IS NULL")),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    """An `integer`, because advisory locks have room for one beside their class."""
    host: Mapped[str]
    pid: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    ended_at: Mapped[datetime | None]
    taken_over_by: Mapped[int | None] = mapped_column(Integer, ForeignKey("runs.id"))
    """The run that found this one dead."""
    status: Mapped[dict[str, Any] | None]
    """What the daemon last said of itself."""
    status_at: Mapped[datetime | None]
