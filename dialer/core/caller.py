"""One caller, from the queue to the end of the talk with an agent.

    queued ─▶ joining ─▶ talking ─▶ wrapping ─▶ gone
     │  ▲        │                               ▲
     │  └────────┘ (the join failed)             │
     └───────────────────────────────────────────┘ (hung up, waited too long, pressed out, Waihu ends)

For an agent a caller is a customer like one who was called, and is spoken of by the ChannelId of the caller's leg,
where the other has the id of an attempt. Who waits is looked after by a route of the AGI, not by the dialplan: should
Waihu go away, the dialplan takes the caller back. A caller who leaves the queue without an agent is not hung up here;
the route sees it and goes on in its flow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import queueing as qu
from dialer.core import signals as sig
from dialer.core.callback import Callback
from dialer.core.events import Event
from dialer.core.guards import HANGUP_GUARD
from dialer.core.queueing import STRANGER, Acquaintance, CallerState, QueueOutcome, QueueTerms
from dialer.core.recording import is_wanted
from dialer.core.supervision import Claim
from dialer.core.words import AgentNumber, AttemptId, BridgeId, ChannelId, Timer

BACK_GUARD = timedelta(seconds=3)
"""Who comes back from a join that failed is heard of again within milliseconds."""
JOIN_GUARD = timedelta(seconds=5)
"""Longer than for a customer who was called: no limit runs, and who is given up too soon is joined with two agents."""
PRESSING_FROM = 0.5
"""The part of the target after which a caller goes before customers who were called. Before that callers yield, for
a customer who was called must not wait and a caller hears music; at the target itself it would be too late."""

Step = tuple["QueuedCaller", tuple[do.Command, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedCaller:
    """A caller who was let into a queue."""

    channel: ChannelId
    terms: QueueTerms
    arrived_at: datetime
    number: str | None = None
    knows: Acquaintance = STRANGER
    position: int = 1
    """In the queue, on arrival."""
    expected_seconds: float | None = None
    """The wait that was expected on arrival."""
    state: CallerState = CallerState.QUEUED
    unheard: bool = False
    """The route has lost the caller, who was sent to an agent, comes back, or has hung up."""
    agent: AgentNumber | None = None
    """Promised, talking, or who talked."""
    agent_leg: ChannelId | None = None
    alone: bool = False
    """The agent's phone went in the midst of the talk."""
    handed: bool = False
    """The agent left the caller to a third; see `handing_on`."""
    handled_at: datetime | None = None
    """When the agent was done with a caller who was handed on."""
    bridge: BridgeId | None = None
    answered_at: datetime | None = None
    left_at: datetime | None = None
    outcome: QueueOutcome | None = None
    claim: Claim | None = None
    """A supervisor takes, or took, the agent's place; see `caller_handover`."""
    disposition: str | None = None
    """What the agent said of the talk."""
    callback: Callback | None = None
    """What the agent has promised the caller."""
    unwanted_by: AgentNumber | None = None
    """Whom the caller told not to call any more."""

    @property
    def id(self) -> AttemptId:
        """What the agent knows the caller by."""
        return AttemptId(self.channel)

    @property
    def guard(self) -> Timer:
        """The wish to be woken when nothing happens any more."""
        return Timer("guard", self.channel)

    @property
    def patience(self) -> Timer:
        """The wish to be woken when the longest wait is over."""
        return Timer("patience", self.channel)

    @property
    def turn(self) -> Timer:
        """The wish to be woken when the caller goes before customers who were called."""
        return Timer("turn", self.channel)

    @property
    def preference(self) -> Timer:
        """The wish to be woken when one agent is as good as another."""
        return Timer("preference", self.channel)

    @property
    def prefers(self) -> AgentNumber | None:
        """Who talked with the caller last, where that counts."""
        return self.knows.agent if self.terms.prefer_for is not None else None

    @property
    def prefers_until(self) -> datetime:
        """So long the preferred agent is waited for."""
        return self.arrived_at + (self.terms.prefer_for or timedelta(0))

    @property
    def pressing_at(self) -> datetime:
        """From when on the caller goes before customers who were called."""
        return self.arrived_at + PRESSING_FROM * self.terms.target

    @property
    def waits(self) -> bool:
        """An agent may be promised now."""
        return self.state is CallerState.QUEUED and not self.unheard

    @property
    def seconds_talked(self) -> float:
        """From the join to the end of the talk, 0 when there was none."""
        if self.answered_at is None or self.left_at is None:
            return 0.0
        return max(0.0, (self.left_at - self.answered_at).total_seconds())


def arrive(caller: QueuedCaller) -> tuple[do.Command, ...]:
    """What is wished for a caller who has just come."""
    return (
        record(caller, None),
        do.WakeAt(timer=caller.patience, at=caller.arrived_at + caller.terms.longest),
        do.WakeAt(timer=caller.turn, at=caller.pressing_at),
        *([do.WakeAt(timer=caller.preference, at=caller.prefers_until)] if caller.prefers is not None else []),
    )


def step(caller: QueuedCaller, event: Event, now: datetime) -> Step:
    """What a caller becomes by an event, and what it wishes then."""
    match caller.state, event:
        case _, ev.HungUp(at=at) if caller.state.holds_line:
            return _hung_up(caller, at, now)
        case CallerState.QUEUED, sig.Promised(agent=agent, agent_leg=leg) if caller.waits:
            joining = replace(caller, state=CallerState.JOINING, agent=agent, agent_leg=leg)
            record_it = is_wanted(caller.terms.recording, caller.id)
            join = do.Join(channel=caller.channel, agent=agent, agent_leg=leg, record=record_it)
            return joining, (join, do.WakeAt(timer=caller.guard, at=now + JOIN_GUARD))
        case CallerState.QUEUED, ev.TimerFired(timer=Timer("patience")):
            return _gone(caller, QueueOutcome.TIMEOUT, now, now)
        case CallerState.QUEUED, qu.CallerPressedOut(at=at):
            return _gone(caller, QueueOutcome.BY_KEY, at, now)
        case CallerState.QUEUED, sig.CalledOff():
            return _gone(caller, QueueOutcome.CLOSED, now, now)
        case CallerState.QUEUED, qu.CallerUnheard() if not caller.unheard:
            guard = do.WakeAt(timer=caller.guard, at=now + BACK_GUARD)
            return replace(caller, unheard=True), (guard,)
        case CallerState.JOINING, qu.CallerUnheard():
            return replace(caller, unheard=True), ()
        case CallerState.JOINING, qu.CallerQueued() if caller.unheard:
            # Back already, before AMI has said that the join failed.
            return replace(caller, unheard=False), ()
        case CallerState.QUEUED, qu.CallerQueued() if caller.unheard:
            patience = do.WakeAt(timer=caller.patience, at=caller.arrived_at + caller.terms.longest)
            return replace(caller, unheard=False), (do.LetSleep(timer=caller.guard), patience)
        case CallerState.QUEUED, ev.TimerFired(timer=Timer("guard")) if caller.unheard:
            return _gone(caller, QueueOutcome.ABANDONED, now, now)

        case CallerState.JOINING, ev.JoinFailed(agent_leg=leg) if leg == caller.agent_leg:
            return _not_joined(caller, now)
        case CallerState.JOINING, sig.Unpromised(agent=agent) if agent == caller.agent:
            return _not_joined(caller, now)
        case CallerState.JOINING, ev.TimerFired(timer=Timer("guard")):
            return _not_joined(caller, now)
        case CallerState.JOINING, sig.Joined(agent=agent, at=at) if agent == caller.agent:
            return _talking(caller, at)

        case CallerState.TALKING, ev.LeftBridge(bridge=bridge, at=at) if bridge == caller.bridge:
            parted = replace(caller, bridge=None, left_at=at)
            return parted, (do.WakeAt(timer=caller.guard, at=now + HANGUP_GUARD),)
        case CallerState.TALKING, sig.CalledOff():
            return caller, (_hang_up(caller), do.WakeAt(timer=caller.guard, at=now + HANGUP_GUARD))
        case CallerState.TALKING, sig.WrappedUp(agent=agent) if agent == caller.agent:
            guard = do.WakeAt(timer=caller.guard, at=now + HANGUP_GUARD)
            return replace(caller, alone=True, disposition=event.disposition), (_hang_up(caller), guard)
        case CallerState.TALKING, ev.TimerFired(timer=Timer("guard")):
            oddity = do.ReportOddity(what="nothing came after a caller's talk", subject=caller.channel)
            gone, wishes = _hung_up(caller, now, now)
            return gone, (oddity, _hang_up(caller), *wishes)
        case CallerState.WRAPPING, sig.WrappedUp(disposition=disposition):
            gone = replace(caller, state=CallerState.GONE, disposition=caller.disposition or disposition)
            return gone, (record(gone, caller.handled_at or now),)

        case _, ev.EnteredBridge(bridge=bridge) if caller.state.holds_line:
            return replace(caller, bridge=bridge), ()
        case _, ev.LeftBridge(bridge=bridge) if bridge == caller.bridge:
            return replace(caller, bridge=None), ()
        case _:
            return caller, ()


def record(caller: QueuedCaller, handled_at: datetime | None) -> qu.RecordWait:
    """The wish to write down what is known of the caller now."""
    return qu.RecordWait(
        caller=caller.channel,
        arrived_at=caller.arrived_at,
        terms=caller.terms,
        number=caller.number,
        position=caller.position,
        expected_seconds=caller.expected_seconds,
        outcome=caller.outcome,
        agent=caller.agent if caller.answered_at is not None else None,
        answered_at=caller.answered_at,
        left_at=caller.left_at,
        handled_at=handled_at,
        taken_over_by=caller.claim.supervisor if caller.claim is not None and caller.claim.taken_at else None,
        taken_over_at=caller.claim.taken_at if caller.claim is not None else None,
        knows=caller.knows,
        disposition=caller.disposition,
        callback=caller.callback,
        unwanted_by=caller.unwanted_by,
    )


def _not_joined(caller: QueuedCaller, now: datetime) -> Step:
    """The promised agent did not come. The caller keeps the place, and is let in again by the dialplan when it had been
    taken out already."""
    queued = replace(caller, state=CallerState.QUEUED, agent=None, agent_leg=None)
    guard = do.WakeAt(timer=caller.guard, at=now + BACK_GUARD) if caller.unheard else do.LetSleep(timer=caller.guard)
    if now >= caller.arrived_at + caller.terms.longest and not caller.unheard:
        return _gone(queued, QueueOutcome.TIMEOUT, now, now)
    return queued, (guard,)


def _talking(caller: QueuedCaller, at: datetime) -> Step:
    talking = replace(caller, state=CallerState.TALKING, answered_at=at, outcome=QueueOutcome.ANSWERED)
    return talking, (record(talking, None), *_timers_off(caller))


def _hung_up(caller: QueuedCaller, at: datetime, now: datetime) -> Step:
    if caller.state is not CallerState.TALKING:
        return _gone(caller, QueueOutcome.ABANDONED, at, now)
    left = replace(caller, left_at=caller.left_at or at, bridge=None)
    if caller.alone:
        return _gone(left, QueueOutcome.ANSWERED, at, now)
    return replace(left, state=CallerState.WRAPPING), (record(left, None), *_timers_off(caller))


def _gone(caller: QueuedCaller, outcome: QueueOutcome, at: datetime, now: datetime) -> Step:
    left_at = caller.left_at or max(at, caller.arrived_at)
    gone = replace(caller, state=CallerState.GONE, outcome=outcome, left_at=left_at)
    handled_at = now if outcome is QueueOutcome.ANSWERED else None
    return gone, (record(gone, handled_at), *_timers_off(caller))


def _hang_up(caller: QueuedCaller) -> do.HangUp:
    return do.HangUp(channel=caller.channel)


def _timers_off(caller: QueuedCaller) -> tuple[do.Command, ...]:
    return (
        do.LetSleep(timer=caller.guard),
        do.LetSleep(timer=caller.patience),
        do.LetSleep(timer=caller.turn),
        do.LetSleep(timer=caller.preference),
    )
