"""A number or a customer that must not be called, why, and how that is known."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

IN_FORCE = text("lifted_at IS NULL")


class Suppression(Base):
    __tablename__ = "suppressions"
    __table_args__ = (
        CheckConstraint("(number IS NULL) <> (customer_id IS NULL)", name="one_subject"),
        CheckConstraint(r"number ~ '^\+[1-9][0-9]{3,14}$'", name="number"),
        Index("uq_suppressions_number", "number", unique=True, postgresql_where=IN_FORCE),
        Index("uq_suppressions_customer_id", "customer_id", unique=True, postgresql_where=IN_FORCE),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    number: Mapped[str | None]
    """E.164; it need not be a number that we know."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    reason: Mapped[str]
    source: Mapped[str]
    proof: Mapped[str] = mapped_column(server_default="")
    since: Mapped[datetime] = mapped_column(server_default=text("now()"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
