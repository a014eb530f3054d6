"""Preview: a lead is offered to each ready agent, and dialled only when the agent says so."""

from __future__ import annotations

from dialer.core.pacing.view import PoolView


def offers(view: PoolView) -> int:
    """Leads to offer so that each ready agent has one; an agent looking at one is reserved, no longer ready."""
    return view.ready


def because(view: PoolView) -> str:
    """The figures behind it."""
    return f"{view.ready} ready, {view.reserved} reserved"
