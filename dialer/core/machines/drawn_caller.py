"""A caller in a queue, in every state, and every event that concerns it."""

from __future__ import annotations

from dataclasses import replace

from dialer.core import events as ev
from dialer.core import queueing as qu
from dialer.core import signals as sig
from dialer.core import wished_caller as callers
from dialer.core.callback import Callback
from dialer.core.caller import QueuedCaller
from dialer.core.drawing import NOW, Machine
from dialer.core.machines.samples import (
    ANNA,
    BOSS,
    BOTH_JOINED,
    BRIDGE,
    CHANNEL,
    LATER,
    LEG,
    TAKEN,
)
from dialer.core.queueing import CallerState, QueueTerms
from dialer.core.supervision import Claim
from dialer.core.words import (
    BridgeId,
    TeamName,
    Timer,
)


def _caller(state: CallerState) -> QueuedCaller:
    caller = QueuedCaller(channel=CHANNEL, terms=_TERMS, arrived_at=NOW, state=state)
    if state is CallerState.QUEUED:
        return caller
    caller = replace(caller, agent=ANNA, agent_leg=LEG)
    return replace(caller, bridge=BRIDGE, answered_at=NOW) if state is not CallerState.JOINING else caller


_TERMS = QueueTerms(team=TeamName("sales"))

CALLER = Machine(
    "A caller in a queue",
    callers.step,
    {state.value: _caller(state) for state in CallerState}
    | {"queued (unheard)": replace(_caller(CallerState.QUEUED), unheard=True)}
    | {"talking (claimed)": replace(_caller(CallerState.TALKING), claim=Claim(supervisor=BOSS))}
    | {"talking (taken over)": replace(_caller(CallerState.TALKING), claim=Claim(supervisor=BOSS, taken_at=NOW))}
    | {"talking (handed on)": replace(_caller(CallerState.TALKING), handed=True)},
    {
        "CallerQueued (again)": qu.CallerQueued(channel=CHANNEL, at=NOW, terms=_TERMS, number=None),
        "CallerUnheard": qu.CallerUnheard(channel=CHANNEL, at=NOW),
        "CallerPressedOut": qu.CallerPressedOut(channel=CHANNEL, at=NOW),
        "patience": ev.TimerFired(timer=Timer("patience", CHANNEL)),
        "Promised": sig.Promised(agent=ANNA, agent_leg=LEG),
        "Unpromised": sig.Unpromised(agent=ANNA),
        "JoinFailed": ev.JoinFailed(channel=CHANNEL, at=NOW, agent_leg=LEG, reason=""),
        "Joined": BOTH_JOINED,
        "EnteredBridge": ev.EnteredBridge(channel=CHANNEL, at=NOW, bridge=BridgeId("another")),
        "LeftBridge": ev.LeftBridge(channel=CHANNEL, at=NOW, bridge=BRIDGE),
        "guard": ev.TimerFired(timer=Timer("guard", CHANNEL)),
        "HungUp": ev.HungUp(channel=CHANNEL, at=NOW, cause=16),
        "WrappedUp": sig.WrappedUp(agent=ANNA, disposition=None),
        "HandedOn": sig.HandedOn(agent=ANNA, at=NOW),
        "CalledOff": sig.CalledOff(),
        "CallbackPromised": sig.CallbackPromised(callback=Callback(at=LATER, asked_for=LATER)),
        "Unwanted": sig.Unwanted(agent=ANNA),
        "Claimed": sig.Claimed(supervisor=BOSS),
        "TakenOver": TAKEN,
        "Disposed": sig.Disposed(supervisor=BOSS, disposition="sale"),
        "Unclaimed": sig.Unclaimed(supervisor=BOSS),
    },
)
