"""One live attempt, from the moment its row is opened until its outcome is recorded.

    opening ─▶ dialing ─▶ ringing ─▶ answered ─▶ waiting ─▶ joining ─▶ talking ─▶ wrapping ─▶ recording ─▶ gone
                  │          │          │           │ ▲        │ │
                  │          │          │           │ └────────┘ │ (the join failed, the agent left)
                  └──────────┴── ending ┴─ closing ◀┴────────────┘ (we hang up; the safe-harbour message)

Asterisk tells the story in any order and some of it twice, so a fact that is older than the state is noted where it
is worth a column (`ringing_at`, `dial_status`) and otherwise passes. A hang-up ends every state that holds a line;
what it means is decided by `outcome`, once, and the disposition never changes afterwards.

What detection takes for a machine is in `answering_machine`. A person waits until `limit_at` for an agent and is then
given the message. A join that was asked for in time is seen through, for it takes milliseconds: the limit counts again
when it fails. The dialplan keeps the limit too, should we be away; where its message and our join cross, the join
wins.

Every state that waits for Asterisk has a guard: a wish to be woken when the fact that must come has not come. A call
whose guard fires is hung up, and one that does not even hang up is recorded as it stands. So no call is stuck.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.answer_limit import limit_at
from dialer.core.events import Event
from dialer.core.found import LastWord
from dialer.core.guards import ANSWER_GUARD, DETECTION_GRACE, HANGUP_GUARD, JOIN_GUARD, MESSAGE_GUARD, RING_GRACE
from dialer.core.live_call import Call
from dialer.core.outcome import BY_VERDICT, LET_GO, disposition_of, disposition_of_last_word
from dialer.core.recording import is_wanted
from dialer.core.words import (
    CallState,
    MachineVerdict,
    Timer,
)

OPT_OUT_DIGIT = "9"
"""Pressed during the safe-harbour message: never call me again (47 CFR 64.1200(b)(3))."""

Step = tuple[Call, tuple[do.Command, ...]]


def step(call: Call, event: Event, now: datetime) -> Step:
    """What a call becomes by an event, and what it wishes then."""
    match call.state, event:
        case CallState.OPENING, ev.AttemptOpened():
            return _dial(call, now)
        case CallState.OPENING, ev.AttemptRefused():
            return replace(call, state=CallState.GONE, since=now), ()
        case CallState.OPENING, sig.CalledOff():
            return _over(replace(call, called_off=True, ended_at=now), now)
        case CallState.RECORDING, ev.AttemptClosed():
            return replace(call, state=CallState.GONE, since=now), (do.ForgetCall(attempt=call.id),)

        case CallState.DIALING, ev.Rang(at=at):
            return replace(call, state=CallState.RINGING, since=now, ringing_at=at), ()
        case CallState.DIALING | CallState.RINGING, ev.Answered(at=at):
            detection = call.policy.machines.detection
            guard = detection.total_analysis + DETECTION_GRACE if detection else ANSWER_GUARD
            answered = replace(call, state=CallState.ANSWERED, since=now, answered_at=at)
            return answered, (_guard(call, now + guard),)
        case CallState.DIALING | CallState.RINGING | CallState.ANSWERED, ev.Arrived(verdict=verdict, at=at):
            here = replace(call, verdict=verdict, verdict_cause=event.verdict_cause, arrived_at=at)
            here = replace(here, answered_at=call.answered_at or at)
            until = limit_at(call.policy.pacing, call.policy.machines.detection, call.answered_at or at, at, now)
            return end(here, now) if verdict in BY_VERDICT else waiting(here, until, now)
        case CallState.DIALING | CallState.ENDING, ev.OriginateRefused(at=at):
            return _over(replace(call, ended_at=at, dial_status="REFUSED"), now)

        case CallState.WAITING, sig.Promised(agent=agent, agent_leg=leg):
            joining = replace(call, state=CallState.JOINING, since=now, agent=agent, agent_leg=leg)
            join = do.Join(channel=call.channel, agent=agent, agent_leg=leg)
            return joining, (join, _guard(call, now + JOIN_GUARD))
        case CallState.JOINING, ev.JoinFailed(agent_leg=leg) if leg == call.agent_leg:
            return _not_joined(call, now)
        case CallState.JOINING, sig.Unpromised(agent=agent) if agent == call.agent:
            return _not_joined(call, now)
        case CallState.JOINING, ev.TimerFired(timer=Timer("guard")):
            return _not_joined(call, now)
        case CallState.JOINING, sig.Joined(agent=agent, at=at) if agent == call.agent:
            return _talking(call, at, now)
        case CallState.TALKING, ev.LeftBridge(bridge=bridge, at=at) if bridge == call.bridge:
            return replace(call, bridge=None, parted_at=at), (_guard(call, now + HANGUP_GUARD),)
        case CallState.TALKING, ev.JoinFailed(agent_leg=leg) if leg == call.agent_leg and call.bridge is None:
            # A join that was slow was wished again: the first came about, and the second took the customer out of it.
            return end(call, now)
        case CallState.TALKING | CallState.ENDING, sig.WrappedUp(agent=agent) if agent == call.agent:
            return end(replace(call, agent_disposition=event.disposition), now)

        case CallState.WAITING, ev.TimerFired(timer=Timer("limit")):
            return _closing(call, now, do.PlayMessage(channel=call.channel))
        case CallState.JOINING, ev.MessageStarted():
            return replace(call, message_played=True), ()
        case CallState.TALKING | CallState.ENDING, ev.MessageStarted():
            return call, ()
        case _, ev.MessageStarted(at=at) if call.state.holds_line:
            return _closing(replace(call, answered_at=call.answered_at or at, message_played=True), now)
        case CallState.CLOSING, ev.DigitPressed(digit=digit) if digit == OPT_OUT_DIGIT:
            return replace(call, opted_out=True), ()

        case _, sig.Unpromised(agent=agent) if (
            agent == call.agent and call.bridged_at is None and call.state.takes_line
        ):
            return replace(call, agent=None, bound=False), ()
        case CallState.WRAPPING, sig.WrappedUp(disposition=disposition):
            return _over(replace(call, agent_disposition=call.agent_disposition or disposition), now)
        case _, ev.HungUp(at=at, cause=cause, sip_code=sip_code) if call.state.holds_line:
            return _hung_up(replace(call, ended_at=at, cause=cause, sip_code=sip_code), now)
        case _, sig.EndedUnseen(word=word) if call.state.holds_line:
            return _hung_up(_by_last_word(call, word), now)
        case _, sig.FoundTalking(agent=agent, bridge=bridge, at=at) if call.state.holds_line:
            return _talking(replace(call, agent=agent, bridge=bridge, answered_at=call.answered_at or at), at, now)
        case CallState.RINGING, sig.LetGo():
            return end(replace(call, dial_status=LET_GO), now)
        case _, sig.CalledOff() if call.state.holds_line:
            return end(replace(call, called_off=True), now)
        case _, ev.TimerFired(timer=Timer("guard")) if call.state.holds_line:
            return _guard_fired(call, now)
        case _, ev.EnteredBridge(bridge=bridge) if call.state.holds_line:
            return replace(call, bridge=bridge), ()
        case _, ev.LeftBridge(bridge=bridge) if bridge == call.bridge:
            return replace(call, bridge=None), ()
        case _, ev.DialEnded(status=status) if call.state.holds_line:
            return replace(call, dial_status=call.dial_status or status), ()
        case _, ev.Rang(at=at) if call.state.holds_line and call.ringing_at is None:
            return replace(call, ringing_at=at), ()
        case _, ev.OriginateInDoubt():
            return call, (do.ReportOddity(what="originate in doubt", subject=call.id),)
        case _:
            return call, ()


def _dial(call: Call, now: datetime) -> Step:
    number = call.lead.number
    dial = call.trunk.dial.format(number=number.removeprefix("+"), e164=number, national=call.lead.national)
    pacing = call.policy.pacing
    originate = do.Originate(
        attempt=call.id,
        dial=dial,
        caller_id=call.caller_id,
        ring_time=pacing.ring_time,
        answer_limit=pacing.answer_limit,
        message=call.policy.safe_harbour_message,
        detection=call.policy.machines.detection,
        record=is_wanted(call.policy.recording, call.id),
    )
    dialing = replace(call, state=CallState.DIALING, since=now, dialed_at=now)
    return dialing, (originate, _guard(call, now + pacing.ring_time + RING_GRACE))


def waiting(call: Call, until: datetime, now: datetime) -> Step:
    """A person waits for an agent until then; where that is over, hears the message."""
    if now >= until:
        return _closing(call, now, do.PlayMessage(channel=call.channel))
    waiting = replace(call, state=CallState.WAITING, since=now, limit_at=until)
    return waiting, (do.LetSleep(timer=call.guard), do.WakeAt(timer=call.limit, at=until))


def _not_joined(call: Call, now: datetime) -> Step:
    """The promised agent did not come: another one may, while the limit lasts."""
    if call.message_played or call.limit_at is None:
        return _closing(call, now, do.PlayMessage(channel=call.channel))
    return waiting(replace(call, agent=None, agent_leg=None, bound=False), call.limit_at, now)


def _talking(call: Call, at: datetime, now: datetime) -> Step:
    talking = replace(call, state=CallState.TALKING, since=now, bridged_at=call.bridged_at or at, parted_at=None)
    return talking, (do.LetSleep(timer=call.limit), do.LetSleep(timer=call.guard))


def _closing(call: Call, now: datetime, *first: do.Command) -> Step:
    closing = replace(call, state=CallState.CLOSING, since=now, agent=None, agent_leg=None, bound=False)
    return closing, (*first, do.LetSleep(timer=call.limit), _guard(call, now + MESSAGE_GUARD))


def end(call: Call, now: datetime) -> Step:
    """Hang up."""
    ending = replace(call, state=CallState.ENDING, since=now)
    asleep = do.LetSleep(timer=call.limit)
    return ending, (do.HangUp(channel=call.channel), asleep, _guard(call, now + HANGUP_GUARD))


def _hung_up(call: Call, now: datetime) -> Step:
    if call.bridged_at is not None and call.agent is not None:
        parted_at = call.parted_at or call.ended_at
        wrapping = replace(call, state=CallState.WRAPPING, since=now, parted_at=parted_at, bridge=None)
        return wrapping, (do.LetSleep(timer=call.guard), do.LetSleep(timer=call.limit))
    return _over(call, now)


def _guard_fired(call: Call, now: datetime) -> Step:
    oddity = do.ReportOddity(what=f"nothing came after {call.state}", subject=call.id)
    after, wishes = _hung_up(replace(call, ended_at=now), now) if call.state is CallState.ENDING else end(call, now)
    return after, (oddity, *wishes)


def _by_last_word(call: Call, word: LastWord) -> Call:
    bridged_at = call.bridged_at or (word.bridged_at or word.answered_at if word.bridged else None)
    known_by_us = call.called_off or bridged_at is not None or call.truth is not None
    return replace(
        call,
        ended_at=word.ended_at,
        cause=word.cause,
        sip_code=word.sip_code,
        dial_status=call.dial_status or word.dial_status or None,
        answered_at=call.answered_at or word.answered_at,
        bridged_at=bridged_at,
        agent=call.agent or word.agent,
        verdict=word.verdict if word.verdict is not MachineVerdict.OFF else call.verdict,
        verdict_cause=word.verdict_cause or call.verdict_cause,
        message_played=call.message_played or word.message_played,
        disposition=None if known_by_us else disposition_of_last_word(word),
    )


def _over(call: Call, now: datetime) -> Step:
    agent = call.agent if call.bridged_at is not None or call.bound else None
    over = replace(call, state=CallState.RECORDING, since=now, agent=agent, bridge=None)
    over = replace(over, disposition=over.disposition or disposition_of(over))
    return over, (do.LetSleep(timer=call.limit), do.LetSleep(timer=call.guard))


def _guard(call: Call, at: datetime) -> do.WakeAt:
    return do.WakeAt(timer=call.guard, at=at)
