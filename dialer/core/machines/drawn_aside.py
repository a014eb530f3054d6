"""What is aside of a talk, in every state, and every event that concerns it."""

from __future__ import annotations

from dataclasses import replace

from dialer.core import aside as asides
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.aside_words import AsideState, TransferKind
from dialer.core.calling_out import Target
from dialer.core.drawing import NOW, Machine
from dialer.core.live_aside import Aside
from dialer.core.machines.samples import ANNA, BRIDGE, CHANNEL, LEG, A
from dialer.core.transfer import Third, ThirdAnswered
from dialer.core.words import AgentNumber, BridgeId, ChannelId, Timer

_THIRD = Third(
    channel=ChannelId("third-1"),
    target=Target(name="7010", dial="PJSIP/billing"),
    kind=TransferKind.CONSULTATION,
    at=NOW,
)
_BLIND = replace(_THIRD, kind=TransferKind.BLIND)
_COLLEAGUE = replace(
    _THIRD, channel=ChannelId("colleague"), colleague=AgentNumber("1002"), answered_at=NOW, bridge=BRIDGE
)
_OTHER = BridgeId("another")
_WITHOUT_THIRD = (AsideState.TOGETHER, AsideState.HELD, AsideState.RETURNING, AsideState.APOLOGISING)


def _aside(state: AsideState) -> Aside:
    aside = Aside(attempt=A, called_us=False, agent=ANNA, agent_leg=LEG, state=state)
    if state in (AsideState.TOGETHER, AsideState.THREE_WAY):
        aside = replace(aside, customer_in=BRIDGE, agent_in=BRIDGE)
    if state is AsideState.HANDED:
        aside = replace(aside, customer_in=BRIDGE)
    if state in (*_WITHOUT_THIRD, AsideState.OVER, AsideState.LOST, AsideState.PASSED):
        return aside
    blind = state is AsideState.RINGING
    answered_at = None if state in (AsideState.CALLING, AsideState.RINGING) else NOW
    third = replace(_BLIND if blind else _THIRD, answered_at=answered_at)
    if state is AsideState.CONSULTING:
        return replace(aside, agent_in=_OTHER, third=replace(third, bridge=_OTHER))
    # One more step, and whoever is on the way is there.
    if state is AsideState.HANDING:
        third = replace(third, bridge=BRIDGE)
    return replace(aside, agent_in=BRIDGE, third=third)


ASIDE = Machine(
    "What is aside of a talk",
    asides.step,
    {state.value: _aside(state) for state in AsideState}
    | {"handing (colleague)": replace(_aside(AsideState.HANDING), third=_COLLEAGUE)}
    | {"handing (blind)": replace(_aside(AsideState.HANDING), agent_in=None, third=replace(_BLIND, answered_at=NOW))},
    {
        "HoldAsked": sig.HoldAsked(),
        "TakeBackAsked": sig.TakeBackAsked(),
        "ThirdAsked": sig.ThirdAsked(third=_THIRD),
        "ThirdAsked (colleague, blind)": sig.ThirdAsked(third=replace(_COLLEAGUE, kind=TransferKind.BLIND)),
        "ThirdAsked (blind)": sig.ThirdAsked(third=_BLIND),
        "ThreeWayAsked": sig.ThreeWayAsked(),
        "HandOverAsked": sig.HandOverAsked(),
        "ThirdAnswered": ThirdAnswered(channel=_THIRD.channel, at=NOW),
        "EnteredBridge (customer)": ev.EnteredBridge(channel=CHANNEL, at=NOW, bridge=BRIDGE),
        "EnteredBridge (third)": ev.EnteredBridge(channel=_THIRD.channel, at=NOW, bridge=BRIDGE),
        "LeftBridge (customer)": ev.LeftBridge(channel=CHANNEL, at=NOW, bridge=BRIDGE),
        "LeftBridge (agent)": ev.LeftBridge(channel=LEG, at=NOW, bridge=BRIDGE),
        "HungUp (third)": ev.HungUp(channel=_THIRD.channel, at=NOW, cause=16),
        "MessageStarted": ev.MessageStarted(channel=CHANNEL, at=NOW),
        "aside": ev.TimerFired(timer=Timer("aside", A)),
        "TalkEnded": sig.TalkEnded(),
    },
)
