"""A campaign file as it was read: every attempt names the version that caused it."""

from datetime import datetime

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class CampaignVersion(Base):
    __tablename__ = "campaign_versions"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    """Content hash."""
    yaml: Mapped[str]
    loaded_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    """When it was last loaded."""
