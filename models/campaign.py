"""A campaign, and what was last asked of it, so that a restarted daemon goes on."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Identity, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.core.words import CampaignState
from models.base import Base, one_of


class Campaign(Base):
    __tablename__ = "campaigns"
    __table_args__ = (CheckConstraint(one_of("state", CampaignState), name="state"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(server_default=CampaignState.STOPPED)
    state_by: Mapped[str] = mapped_column(server_default="")
    state_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
