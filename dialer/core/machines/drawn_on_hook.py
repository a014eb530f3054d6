"""An agent on hook, in every state, and every event that concerns it."""

from __future__ import annotations

from dataclasses import replace

from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.drawing import NOW, Machine
from dialer.core.live_agent import Agent
from dialer.core.machines.drawn_agent import AGENT
from dialer.core.machines.samples import ANNA, LEAD, LEG, SPRING, A
from dialer.core.on_hook import NO_ANSWER, step
from dialer.core.policy import AgentProfile, OnHook
from dialer.core.words import AgentState, ChannelId, TeamName, Timer

PROFILE = AgentProfile(number=ANNA, name="", phone="PJSIP/1001", on_hook=OnHook())
QUEUE = TeamName("sales")
RING = ChannelId("ring")


def _agent(state: AgentState) -> Agent:
    return replace(AGENT.things[state.value], profile=PROFILE)


def _down(state: AgentState) -> Agent:
    return replace(_agent(state), leg=None)


_RUNG = replace(_down(AgentState.RESERVED), attempt=None, campaign=None, queue=QUEUE, calling=RING)

ON_HOOK = Machine(
    "An agent on hook",
    step,
    {
        "logged_out": _agent(AgentState.LOGGED_OUT),
        "ready": _down(AgentState.READY),
        "ready (phone up)": _agent(AgentState.READY),
        "reserved (rung for a caller)": _RUNG,
        "reserved (rung for an offer)": replace(_RUNG, queue=None, attempt=A, campaign=SPRING, offer=LEAD),
        "reserved (picked up)": replace(_RUNG, leg=LEG, calling=None),
        "reserved (for a customer)": _agent(AgentState.RESERVED),
        "talking": _agent(AgentState.TALKING),
        "talking (receiver down)": _down(AgentState.TALKING),
        "wrap_up": _down(AgentState.WRAP_UP),
        "wrap_up (phone up)": _agent(AgentState.WRAP_UP),
        "paused": _down(AgentState.PAUSED),
        "paused (no answer)": replace(_down(AgentState.PAUSED), reason=NO_ANSWER),
    },
    {
        "AgentLegUp": ev.AgentLegUp(channel=LEG, at=NOW, agent=ANNA),
        "AgentLegUp (the phone rung)": ev.AgentLegUp(channel=RING, at=NOW, agent=ANNA),
        "HungUp (the phone rung)": ev.HungUp(channel=RING, at=NOW, cause=19),
        "ring": ev.TimerFired(timer=Timer("ring", ANNA)),
        "rest": ev.TimerFired(timer=Timer("rest", ANNA)),
        "Summoned": sig.Summoned(queue=QUEUE),
        "Dismissed": sig.Dismissed(),
    }
    | {name: event for name, event in AGENT.events.items() if not name.startswith("AgentLegUp")},
)
