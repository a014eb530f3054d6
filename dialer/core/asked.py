"""What was asked of an agent, and what the agent was before and after it."""

from __future__ import annotations

from dataclasses import dataclass

from dialer.core.events import AgentOrdered
from dialer.core.live_agent import Agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing that was asked of an agent."""

    order: AgentOrdered | None
    """None: a key was pressed that means nothing."""
    before: Agent
    after: Agent
