"""A person."""

from datetime import datetime
from typing import Any

from sqlalchemy import Identity, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Customer(Base):
    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    external_id: Mapped[str | None] = mapped_column(unique=True)
    """What the customer is called where the list came from."""
    name: Mapped[str] = mapped_column(server_default="")
    time_zone: Mapped[str | None]
    """IANA name, where the list said so; it is believed before the number's."""
    extra: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """Columns of the list that mean nothing to the dialler."""
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
