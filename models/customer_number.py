"""Under which numbers a customer is called, and in which order."""

from sqlalchemy import ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class CustomerNumber(Base):
    __tablename__ = "customer_numbers"
    __table_args__ = (Index(None, "number_id"),)

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("numbers.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    """The lowest living one is dialled."""
