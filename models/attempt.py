"""One dial of one lead: open while the call lives, then closed with its outcome and never changed."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.core.detection import LeftMessage, Truth
from dialer.core.words import Disposition, MachineVerdict, Mode
from models.base import Base, one_of

OPEN = text("ended_at IS NULL")
HELD = text("ended_at IS NULL AND taken_over_at IS NULL")


class Attempt(Base):
    __tablename__ = "attempts"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "lead_id"], ["campaign_leads.campaign_id", "campaign_leads.lead_id"]),
        ForeignKeyConstraint(
            ["campaign_id", "config_version"], ["campaign_versions.campaign_id", "campaign_versions.version"]
        ),
        CheckConstraint(one_of("mode", Mode), name="mode"),
        CheckConstraint(one_of("disposition", Disposition), name="disposition"),
        CheckConstraint(
            one_of("amd_verdict", [word for word in MachineVerdict if word is not MachineVerdict.OFF]),
            name="amd_verdict",
        ),
        CheckConstraint(one_of("amd_truth", Truth), name="amd_truth"),
        CheckConstraint(one_of("machine_message", LeftMessage), name="machine_message"),
        CheckConstraint("(ended_at IS NULL) = (disposition IS NULL)", name="ended_with_disposition"),
        CheckConstraint("seconds_talked >= 0", name="seconds_talked"),
        CheckConstraint("(taken_over_by IS NULL) = (taken_over_at IS NULL)", name="taken_over_by_somebody"),
        CheckConstraint("callback_agent IS NULL OR callback_at IS NOT NULL", name="own_callback"),
        # No number is called twice at once, no agent holds two calls: not even by two daemons. A call that a supervisor
        # took over is not held by its agent any more.
        Index("uq_attempts_open_number", "number_id", unique=True, postgresql_where=OPEN),
        Index("uq_attempts_open_agent", "agent", unique=True, postgresql_where=HELD),
        Index("ix_attempts_open_run", "run_id", postgresql_where=OPEN),
        Index(None, "number_id", "opened_at"),
        Index(None, "campaign_id", "opened_at", "id"),
        Index(None, "lead_id"),
        Index("ix_attempts_promised", "campaign_id", "callback_at", postgresql_where=text("callback_at IS NOT NULL")),
        Index(
            "ix_attempts_live_answers",
            "campaign_id",
            "ended_at",
            postgresql_include=["disposition"],
            postgresql_where=text("disposition IN ('answered', 'abandoned')"),
        ),
        Index(
            "ix_attempts_taken_for_nobody",
            "campaign_id",
            "ended_at",
            postgresql_include=["amd_sampled", "amd_truth"],
            postgresql_where=text("amd_verdict IN ('machine', 'silence')"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Also the Asterisk channel id of the customer's leg."""
    campaign_id: Mapped[int]
    lead_id: Mapped[int]
    number_id: Mapped[int] = mapped_column(ForeignKey("numbers.id"))
    run_id: Mapped[int] = mapped_column(Integer, ForeignKey("runs.id"))
    """The run that answers for it; changes when a dead run's attempt is taken over."""
    mode: Mapped[str]
    trunk: Mapped[str]
    caller_id: Mapped[str]
    config_version: Mapped[str]
    agent: Mapped[str | None] = mapped_column(ForeignKey("agents.number"))
    opened_at: Mapped[datetime]
    dialed_at: Mapped[datetime | None]
    ringing_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    bridged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    disposition: Mapped[str | None]
    agent_disposition: Mapped[str | None]
    hangup_cause: Mapped[int | None] = mapped_column(SmallInteger)
    sip_code: Mapped[int | None] = mapped_column(SmallInteger)
    dial_status: Mapped[str | None]
    seconds_talked: Mapped[float | None]
    taken_over_by: Mapped[str | None]
    """The supervisor who talked with the customer to the end, in the place of `agent`."""
    taken_over_at: Mapped[datetime | None]
    callback_at: Mapped[datetime | None]
    """When the agent promised to call back; NULL: not, or another word of the agent was stronger."""
    callback_agent: Mapped[str | None] = mapped_column(ForeignKey("agents.number"))
    """Who promised to call in person."""
    unwanted_by: Mapped[str | None] = mapped_column(ForeignKey("agents.number"))
    """The agent whom the customer told not to call any more."""
    amd_verdict: Mapped[str | None]
    """What machine detection said; empty: nobody listened, or the far end hung up before it spoke."""
    amd_cause: Mapped[str | None]
    """Why, in Asterisk's words (AMDCAUSE)."""
    amd_sampled: Mapped[bool | None]
    """Taken for a machine or for dead air, it went to an agent who heard what it is."""
    amd_truth: Mapped[str | None]
    """What it is, by the agent's word or by a key that the far end pressed."""
    machine_message: Mapped[str | None]
    """How far a message on a machine came; empty: none was to be left."""
