"""A supervisor, in every state, and every event that concerns it."""

from __future__ import annotations

from dataclasses import replace

from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core import supervision as sv
from dialer.core import supervisor as supervisors
from dialer.core.drawing import NOW, Machine
from dialer.core.machines.samples import (
    ANNA,
    BOSS,
    BRIDGE,
    LEG,
    TAKEN,
    A,
)
from dialer.core.policy import (
    SupervisorProfile,
)
from dialer.core.supervision_words import MonitorMode, SupervisionOrder, SupervisorState
from dialer.core.supervisor import Supervisor
from dialer.core.words import (
    AgentNumber,
    ChannelId,
)


def _supervisor(state: SupervisorState) -> Supervisor:
    profile = SupervisorProfile(number=BOSS, name="", phone="PJSIP/9001")
    supervisor = Supervisor(profile=profile, since=NOW, state=state)
    if state is SupervisorState.CALLED:
        return replace(supervisor, calling=LEG)
    if not state.in_session:
        return supervisor
    supervisor = replace(supervisor, leg=LEG, agent=ANNA)
    if state in (SupervisorState.TAKING_OVER, SupervisorState.TALKING):
        return replace(supervisor, attempt=A)
    return replace(supervisor, sent_to=_EAR)


_EAR = sv.Ear(agent=ANNA, attempt=A, mode=MonitorMode.LISTEN)

SUPERVISOR = Machine(
    "A supervisor",
    supervisors.step,
    {state.value: _supervisor(state) for state in SupervisorState},
    {
        "order listen": sv.SupervisionOrdered(supervisor=BOSS, order=SupervisionOrder.LISTEN, leg=LEG),
        "SupervisorLegUp": sv.SupervisorLegUp(channel=LEG, at=NOW, supervisor=BOSS),
        "SupervisorLegUp (another)": sv.SupervisorLegUp(channel=ChannelId("other"), at=NOW, supervisor=BOSS),
        "HungUp": ev.HungUp(channel=LEG, at=NOW, cause=16),
        "Turned": sig.Turned(agent=AgentNumber("1002"), mode=MonitorMode.LISTEN),
        "Heard": sig.Heard(ear=_EAR),
        "Heard (nothing)": sig.Heard(ear=None),
        "MonitorStarted": sv.MonitorStarted(channel=LEG, at=NOW),
        "MonitorStopped": sv.MonitorStopped(channel=LEG, at=NOW),
        "TakesOver": sig.TakesOver(attempt=A, bridge=BRIDGE),
        "TakenOver": TAKEN,
        "TalkOver": sig.TalkOver(attempt=A),
        "EnteredBridge": ev.EnteredBridge(channel=LEG, at=NOW, bridge=BRIDGE),
    },
)
