"""A telephone number. It is a thing by itself: several people may share it, and it may be dead while they live."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Identity, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Number(Base):
    __tablename__ = "numbers"
    __table_args__ = (
        CheckConstraint(r"e164 ~ '^\+[1-9][0-9]{3,14}$'", name="e164"),
        CheckConstraint("national ~ '^[0-9]+$'", name="national"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    e164: Mapped[str] = mapped_column(unique=True)
    national: Mapped[str]
    """As its own country dials it, digits only."""
    time_zones: Mapped[list[str]] = mapped_column(server_default=text("'{}'::text[]"))
    """IANA names of all places where the number may be."""
    dead_since: Mapped[datetime | None]
    """Since when it is known to be out of service."""
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
