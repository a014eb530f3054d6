"""All machines in one document."""

from __future__ import annotations

from dialer.core.drawing import draw
from dialer.core.machines.drawn_agent import AGENT
from dialer.core.machines.drawn_aside import ASIDE
from dialer.core.machines.drawn_call import CALL
from dialer.core.machines.drawn_caller import CALLER
from dialer.core.machines.drawn_campaign import CAMPAIGN
from dialer.core.machines.drawn_on_hook import ON_HOOK
from dialer.core.machines.drawn_supervisor import SUPERVISOR


def document() -> str:
    """All machines, as `docs/states.md` has them."""
    return draw((CALL, AGENT, ON_HOOK, CAMPAIGN, SUPERVISOR, CALLER, ASIDE))
