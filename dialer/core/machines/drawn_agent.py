"""An agent, in every state, and every event that concerns it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialer.core import agent as agents
from dialer.core import events as ev
from dialer.core import lent_agent
from dialer.core import signals as sig
from dialer.core.aside_words import CONSULT_REASON
from dialer.core.dialogs import MENU_REASON, Desk, DeskLeft, Dialog, LanguageChosen
from dialer.core.drawing import NOW, Machine
from dialer.core.live_agent import Agent
from dialer.core.machines.samples import (
    ANNA,
    BOTH_JOINED,
    BRIDGE,
    FOUND,
    LEAD,
    LEG,
    SPRING,
    A,
)
from dialer.core.policy import (
    AgentProfile,
)
from dialer.core.switching import POSSIBLE
from dialer.core.words import (
    AgentOrder,
    AgentState,
    ChannelId,
    Timer,
)

_OF_OTHERS = (AgentOrder.END_CALL, *POSSIBLE)
"""Orders that never come to the agent."""
IN_MENU = Desk(dialog=Dialog.MENU, wrap_left=timedelta(seconds=1))


def _agent(state: AgentState) -> Agent:
    agent = Agent(profile=AgentProfile(number=ANNA, name="", phone="PJSIP/1001"), since=NOW, state=state)
    if not state.on_shift:
        return agent
    agent = replace(agent, leg=LEG)
    with_customer = state in (AgentState.RESERVED, AgentState.TALKING, AgentState.WRAP_UP)
    return replace(agent, attempt=A, campaign=SPRING) if with_customer else agent


def _order(order: AgentOrder) -> ev.AgentOrdered:
    return ev.AgentOrdered(agent=ANNA, order=order, argument="phone" if order is AgentOrder.LOG_IN else "")


AGENT = Machine(
    "An agent",
    lent_agent.step,
    {state.value: _agent(state) for state in AgentState}
    | {"reserved (with an offer)": replace(_agent(AgentState.RESERVED), offer=LEAD)}
    | {"paused (in a dialog)": replace(_agent(AgentState.PAUSED), reason=MENU_REASON, desk=IN_MENU)}
    | {"wrap_up (was lent)": replace(_agent(AgentState.WRAP_UP), reason=CONSULT_REASON, attempt=None)}
    | {"wrap_up (in a dialog)": replace(_agent(AgentState.WRAP_UP), desk=IN_MENU)},
    {
        "AgentLegUp": ev.AgentLegUp(channel=LEG, at=NOW, agent=ANNA),
        "AgentLegUp (another)": ev.AgentLegUp(channel=ChannelId("other"), at=NOW, agent=ANNA),
        "HungUp (by will)": ev.HungUp(channel=LEG, at=NOW, cause=agents.NORMAL_CLEARING),
        "HungUp (broken)": ev.HungUp(channel=LEG, at=NOW, cause=38),
        "Reserved": sig.Reserved(attempt=A, campaign=SPRING),
        "Offered": sig.Offered(lead=LEAD, until=NOW),
        "offer": ev.TimerFired(timer=Timer("offer", ANNA)),
        "Joined": BOTH_JOINED,
        "Released": sig.Released(attempt=A),
        "CallEnded": sig.CallEnded(attempt=A, wrap_up=timedelta(seconds=1)),
        "CallEnded (no wrap-up)": sig.CallEnded(attempt=A, wrap_up=timedelta(0)),
        "wrap": ev.TimerFired(timer=Timer("wrap", ANNA)),
        "EnteredBridge": ev.EnteredBridge(channel=LEG, at=NOW, bridge=BRIDGE),
        "FoundTalking": FOUND,
        "Rearranged": sig.Rearranged(attempt=A, reason="hold"),
        "Lent": lent_agent.Lent(attempt=A, reason="consult"),
        "Dispensed": lent_agent.Dispensed(attempt=A),
        "DeskLeft": DeskLeft(channel=LEG, at=NOW),
        "desk": ev.TimerFired(timer=Timer("desk", ANNA)),
        "LanguageChosen": LanguageChosen(channel=LEG, at=NOW, language="zh"),
    }
    | {f"order {order.value}": _order(order) for order in AgentOrder if order not in _OF_OTHERS},
)
