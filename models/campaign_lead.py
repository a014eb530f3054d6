"""What became of a lead in a campaign: due again, leased to a run, or ended."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.core.words import LeadEnd
from models.base import Base, one_of

WAITING = text("lead_end IS NULL AND run_id IS NULL")


class CampaignLead(Base):
    __tablename__ = "campaign_leads"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "list_id"], ["campaign_lists.campaign_id", "campaign_lists.list_id"]),
        # Whoever stands on two lists of a campaign is one person and is called as one.
        UniqueConstraint("campaign_id", "customer_id"),
        CheckConstraint(one_of("lead_end", LeadEnd), name="lead_end"),
        CheckConstraint("(due_at IS NULL) = (lead_end IS NOT NULL)", name="due_or_ended"),
        CheckConstraint("(run_id IS NULL) = (attempt_id IS NULL)", name="lease_is_whole"),
        CheckConstraint("lead_end IS NULL OR run_id IS NULL", name="ended_is_not_leased"),
        CheckConstraint("attempts_made >= 0", name="attempts_made"),
        CheckConstraint("callback_agent IS NULL OR callback", name="own_callback"),
        Index("ix_campaign_leads_due", "campaign_id", "list_id", "due_at", "lead_id", postgresql_where=WAITING),
        Index(
            "ix_campaign_leads_callback",
            "campaign_id",
            "due_at",
            postgresql_where=text("callback AND lead_end IS NULL AND run_id IS NULL"),
        ),
        Index(
            "ix_campaign_leads_own_callback",
            "campaign_id",
            "callback_agent",
            "due_at",
            postgresql_where=text("callback_agent IS NOT NULL AND lead_end IS NULL AND run_id IS NULL"),
        ),
        Index("ix_campaign_leads_run_id", "run_id", postgresql_where=text("run_id IS NOT NULL")),
        Index(
            "uq_campaign_leads_attempt_id", "attempt_id", unique=True, postgresql_where=text("attempt_id IS NOT NULL")
        ),
        Index(None, "lead_id"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), primary_key=True)
    list_id: Mapped[int]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    attempts_made: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    due_at: Mapped[datetime | None]
    lead_end: Mapped[str | None]
    callback: Mapped[bool] = mapped_column(server_default=text("false"))
    """The customer asked for the moment `due_at`."""
    callback_agent: Mapped[str | None] = mapped_column(ForeignKey("agents.number"))
    """Who promised to make the callback; NULL: whoever is there."""
    held_because: Mapped[str | None]
    """Why it was last given back undialled."""
    run_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("runs.id"))
    attempt_id: Mapped[uuid.UUID | None]
    """The attempt that the lease is good for; its row comes when it is opened."""
    changed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
