"""A call, in every state, and every event that concerns it."""

from __future__ import annotations

from dataclasses import replace

from dialer.core import answering_machine as calls
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.callback import Callback
from dialer.core.detection import Detection, LeftMessage, MachineAction, MachinesPolicy, Truth
from dialer.core.drawing import NOW, Machine
from dialer.core.live_call import Call
from dialer.core.machine_messages import MessageOnMachine
from dialer.core.machines.samples import (
    ANNA,
    BOSS,
    BOTH_JOINED,
    BRIDGE,
    CHANNEL,
    FOUND,
    LATER,
    LEAD,
    LEG,
    POLICY,
    TAKEN,
    WORD,
    A,
)
from dialer.core.supervision import Claim
from dialer.core.words import (
    BridgeId,
    CallState,
    MachineVerdict,
    Mode,
    Timer,
)


def _call(state: CallState) -> Call:
    trunk = POLICY.trunks[0]
    call = Call(
        lead=LEAD, policy=POLICY, config_version="1", mode=Mode.PROGRESSIVE, trunk=trunk, caller_id="", since=NOW
    )
    if state is CallState.OPENING:
        return call
    call = replace(call, state=state, dialed_at=NOW, limit_at=LATER)
    if state in (CallState.JOINING, CallState.TALKING, CallState.WRAPPING):
        call = replace(call, agent=ANNA, agent_leg=LEG, answered_at=NOW)
    if state in (CallState.TALKING, CallState.WRAPPING):
        call = replace(call, bridged_at=NOW)
    if state in (CallState.MACHINE, CallState.LEAVING_MESSAGE):
        call = replace(_listened(call), answered_at=NOW, verdict=MachineVerdict.MACHINE)
    return replace(call, bridge=BRIDGE) if state is CallState.TALKING else call


def _listened(call: Call, then: str = "message") -> Call:
    """Of a campaign that listens for machines."""
    machines = MachinesPolicy(detection=Detection(), then=MachineAction(then), message="waihu/machine")
    return replace(call, policy=replace(call.policy, machines=machines))


CALL = Machine(
    "A call",
    calls.step,
    {state.value: _call(state) for state in CallState}
    | {"talking (claimed)": replace(_call(CallState.TALKING), claim=Claim(supervisor=BOSS))}
    | {"talking (handed on)": replace(_call(CallState.TALKING), handed_at=NOW)}
    | {f"answered (then: {then})": _listened(_call(CallState.ANSWERED), then) for then in ("message", "agent")}
    | {"joining (machine)": replace(_listened(_call(CallState.JOINING)), verdict=MachineVerdict.MACHINE)},
    {
        "AttemptOpened": ev.AttemptOpened(attempt=A),
        "AttemptRefused": ev.AttemptRefused(attempt=A, reason=""),
        "Rang": ev.Rang(channel=CHANNEL, at=NOW),
        "Answered": ev.Answered(channel=CHANNEL, at=NOW),
        "Arrived (person)": ev.Arrived(channel=CHANNEL, at=NOW, verdict=MachineVerdict.HUMAN),
        "Arrived (machine)": ev.Arrived(channel=CHANNEL, at=NOW, verdict=MachineVerdict.MACHINE),
        "DialEnded": ev.DialEnded(channel=CHANNEL, at=NOW, status="BUSY"),
        "OriginateRefused": ev.OriginateRefused(channel=CHANNEL, at=NOW, reason=""),
        "OriginateInDoubt": ev.OriginateInDoubt(channel=CHANNEL, at=NOW),
        "NobodyReady": sig.NobodyReady(),
        "MessageOnMachine": MessageOnMachine(channel=CHANNEL, at=NOW, left=LeftMessage.LEFT),
        "Told (person)": sig.Told(agent=ANNA, truth=Truth.PERSON),
        "Promised": sig.Promised(agent=ANNA, agent_leg=LEG),
        "Unpromised": sig.Unpromised(agent=ANNA),
        "JoinFailed": ev.JoinFailed(channel=CHANNEL, at=NOW, agent_leg=LEG, reason=""),
        "Joined": BOTH_JOINED,
        "EnteredBridge": ev.EnteredBridge(channel=CHANNEL, at=NOW, bridge=BridgeId("another")),
        "LeftBridge": ev.LeftBridge(channel=CHANNEL, at=NOW, bridge=BRIDGE),
        "limit": ev.TimerFired(timer=Timer("limit", A)),
        "MessageStarted": ev.MessageStarted(channel=CHANNEL, at=NOW),
        "DigitPressed 1": ev.DigitPressed(channel=CHANNEL, at=NOW, digit="1"),
        "DigitPressed 9": ev.DigitPressed(channel=CHANNEL, at=NOW, digit="9"),
        "CalledOff": sig.CalledOff(),
        "guard": ev.TimerFired(timer=Timer("guard", A)),
        "HungUp": ev.HungUp(channel=CHANNEL, at=NOW, cause=16),
        "WrappedUp": sig.WrappedUp(agent=ANNA, disposition=None),
        "AttemptClosed": ev.AttemptClosed(attempt=A),
        "EndedUnseen": sig.EndedUnseen(word=WORD),
        "FoundTalking": FOUND,
        "CallbackPromised": sig.CallbackPromised(callback=Callback(at=LATER, asked_for=LATER)),
        "Unwanted": sig.Unwanted(agent=ANNA),
        "Claimed": sig.Claimed(supervisor=BOSS),
        "TakenOver": TAKEN,
        "HandedOn": sig.HandedOn(agent=ANNA, at=NOW),
        "Disposed": sig.Disposed(supervisor=BOSS, disposition="sale"),
        "Unclaimed": sig.Unclaimed(supervisor=BOSS),
    },
)
