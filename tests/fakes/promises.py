"""The law of what was promised: it is kept, whoever died meanwhile, unless a stronger word overrules it."""

from __future__ import annotations

from dialer.core.callback import Callback
from dialer.core.lead import LeadNext
from dialer.core.words import AgentNumber, LeadEnd

STRONGER = (LeadEnd.SUPPRESSED, LeadEnd.REFUSED, LeadEnd.ATTEMPTS_USED)


def check_promise(callback: Callback | None, unwanted_by: AgentNumber | None, following: LeadNext | None) -> None:
    """What follows for the lead is what was written down last of the customer's wishes."""
    if unwanted_by is not None:
        assert following is not None, "nobody is kept from calling"
        assert following.suppress, f"told {unwanted_by} not to call, and then {following}"
    if callback is not None:
        assert following is not None, f"{callback} is lost"
        kept = following.callback and following.due_at is not None and following.due_at >= callback.at
        assert kept or following.end in STRONGER, f"{callback} becomes {following}"
        assert not kept or following.owner == callback.owner
