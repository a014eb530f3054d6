"""A list of customers, as it was imported."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Identity, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class CustomerList(Base):
    __tablename__ = "lists"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(server_default=text("0"))
    """Leads on it; kept by the import, so that nobody counts a million rows."""
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
