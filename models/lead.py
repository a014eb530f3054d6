"""A customer on a list. What became of it in a campaign is in `campaign_leads`."""

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Lead(Base):
    __tablename__ = "leads"
    __table_args__ = (
        UniqueConstraint("list_id", "customer_id"),
        Index(None, "list_id", "id"),
        Index(None, "customer_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
