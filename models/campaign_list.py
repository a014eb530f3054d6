"""A list that a campaign dials, and how far it has come in it.

Leads are taken from a list in the order of their ids, so one mark tells the fresh from the taken, and starting a
campaign on a million leads writes nothing.
"""

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class CampaignList(Base):
    __tablename__ = "campaign_lists"
    __table_args__ = (
        UniqueConstraint("campaign_id", "position", deferrable=True, initially="DEFERRED"),
        CheckConstraint("taken >= 0 AND taken_up_to >= 0", name="taken"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"), primary_key=True)
    position: Mapped[int | None] = mapped_column(SmallInteger)
    """Dialled in this order; NULL: the campaign file does not name the list any more."""
    taken_up_to: Mapped[int] = mapped_column(server_default=text("0"))
    """The highest lead id taken into the campaign."""
    taken: Mapped[int] = mapped_column(server_default=text("0"))
    """How many leads that were."""
