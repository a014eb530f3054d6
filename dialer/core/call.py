"""One live attempt, from the moment its row is opened until its outcome is recorded.

    opening ─▶ dialing ─▶ ringing ─▶ answered ─▶ waiting ─▶ joining ─▶ talking ─▶ wrapping ─▶ recording ─▶ gone
                  │          │          │           │          │
                  └──────────┴──────────┴── ending ─┴─ closing ┘   (we hang up; the safe-harbour message)

Asterisk tells the story in any order and some of it twice, so a fact that is older than the state is noted where it
is worth a column (`ringing_at`, `dial_status`) and otherwise passes. A hang-up ends every state that holds a line;
what it means is decided by `outcome`, once, and the disposition never changes afterwards.

Every state that waits for Asterisk has a guard: a wish to be woken when the fact that must come has not come. A
call whose guard fires is hung up, and one that does not even hang up is recorded as failed. So no call is stuck.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.events import Event
from dialer.core.lead import Lead
from dialer.core.outcome import disposition_of
from dialer.core.policy import CampaignPolicy, Trunk
from dialer.core.words import (
    AgentNumber,
    AttemptId,
    BridgeId,
    CallState,
    ChannelId,
    Disposition,
    MachineVerdict,
    Mode,
    Timer,
)

ANSWER_GUARD = timedelta(seconds=3)
"""From pick-up to our dialplan takes a millisecond; after this long the dialplan is not what it should be."""
DETECTION_GUARD = timedelta(seconds=12)
"""The same with machine detection, which decides in 2.4-5 s."""
RING_GRACE = timedelta(seconds=10)
"""Asterisk ends an unanswered call at the ring time itself; this much later it has not."""
HANGUP_GUARD = timedelta(seconds=10)
MESSAGE_GUARD = timedelta(seconds=60)
JOIN_GUARD = timedelta(seconds=3)
OPT_OUT_DIGIT = "9"
"""Pressed during the safe-harbour message: never call me again (47 CFR 64.1200(b)(3))."""

Step = tuple["Call", tuple[do.Command, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An attempt that lives, or whose outcome is not recorded yet."""

    lead: Lead
    policy: CampaignPolicy
    config_version: str
    mode: Mode
    trunk: Trunk
    caller_id: str
    since: datetime
    """When it came into `state`."""
    state: CallState = CallState.OPENING
    agent: AgentNumber | None = None
    """The agent it is bound to, promised or talking to."""
    bound: bool = False
    """Preview: the agent was chosen before dialling, and waits for this customer."""
    dialed_at: datetime | None = None
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    arrived_at: datetime | None = None
    bridged_at: datetime | None = None
    parted_at: datetime | None = None
    ended_at: datetime | None = None
    verdict: MachineVerdict = MachineVerdict.OFF
    bridge: BridgeId | None = None
    dial_status: str | None = None
    cause: int | None = None
    sip_code: int | None = None
    message_played: bool = False
    called_off: bool = False
    opted_out: bool = False
    disposition: Disposition | None = None
    agent_disposition: str | None = None

    @property
    def id(self) -> AttemptId:
        """The attempt's id."""
        return self.lead.attempt

    @property
    def channel(self) -> ChannelId:
        """The customer's leg: the same word, see `AttemptId`."""
        return ChannelId(self.lead.attempt)

    @property
    def guard(self) -> Timer:
        """The wish to be woken when nothing happens any more."""
        return Timer("guard", self.id)

    @property
    def limit(self) -> Timer:
        """The wish to be woken when a waiting person becomes an abandoned one."""
        return Timer("limit", self.id)

    @property
    def seconds_talked(self) -> float:
        """From the join to the parting, 0 when there was none."""
        end = self.parted_at or self.ended_at
        if self.bridged_at is None or end is None:
            return 0.0
        return max(0.0, (end - self.bridged_at).total_seconds())


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

        case (CallState.DIALING, ev.Rang(at=at)):
            return replace(call, state=CallState.RINGING, since=now, ringing_at=at), ()
        case (CallState.DIALING | CallState.RINGING, ev.Answered(at=at)):
            return _answered(call, at, now)
        case (CallState.DIALING | CallState.RINGING | CallState.ANSWERED, ev.Arrived()):
            return _arrived(call, event, now)
        case (CallState.DIALING, ev.OriginateRefused()):
            return _over(replace(call, ended_at=event.at, dial_status="REFUSED"), now)
        case (CallState.WAITING, sig.Promised(agent=agent, agent_leg=leg)):
            joining = replace(call, state=CallState.JOINING, since=now, agent=agent)
            return joining, (
                do.Join(channel=call.channel, agent=agent, agent_leg=ChannelId(leg)),
                _guard(call, now + JOIN_GUARD),
            )
        case (CallState.JOINING, ev.JoinFailed() | sig.Unpromised()):
            return replace(call, state=CallState.WAITING, since=now, agent=None, bound=False, bridge=None), ()
        case (CallState.JOINING | CallState.WAITING, ev.EnteredBridge(bridge=bridge)):
            return replace(call, bridge=bridge), ()
        case (CallState.JOINING, sig.Joined(at=at)):
            talking = replace(call, state=CallState.TALKING, since=now, bridged_at=at)
            return talking, (do.LetSleep(timer=call.limit), do.LetSleep(timer=call.guard))
        case (CallState.TALKING, ev.LeftBridge(at=at)):
            return replace(call, bridge=None, parted_at=at), (_guard(call, now + HANGUP_GUARD),)

        case (CallState.WAITING | CallState.JOINING, ev.TimerFired(timer=Timer("limit"))):
            closing = replace(call, state=CallState.CLOSING, since=now, agent=None, bound=False)
            return closing, (do.PlayMessage(channel=call.channel), _guard(call, now + MESSAGE_GUARD))
        case (CallState.ANSWERED | CallState.WAITING | CallState.JOINING | CallState.CLOSING, ev.MessageStarted()):
            closing = replace(
                call, state=CallState.CLOSING, since=now, agent=None, bound=False, message_played=True, bridge=None
            )
            return closing, (do.LetSleep(timer=call.limit), _guard(call, now + MESSAGE_GUARD))
        case (CallState.CLOSING, ev.DigitPressed(digit=digit)) if digit == OPT_OUT_DIGIT:
            return replace(call, opted_out=True), ()

        case (CallState.WRAPPING, sig.WrappedUp(disposition=disposition)):
            return _over(replace(call, agent_disposition=disposition), now)
        case (_, ev.HungUp()) if call.state.holds_line:
            return _hung_up(call, event, now)
        case (_, sig.CalledOff()) if call.state.holds_line:
            return _end(replace(call, called_off=True), now)
        case (_, ev.TimerFired(timer=Timer("guard"))) if call.state.holds_line:
            return _guard_fired(call, now)
        case (_, ev.DialEnded(status=status)):
            return replace(call, dial_status=call.dial_status or status), ()
        case (_, ev.Rang(at=at)) if call.ringing_at is None and call.state is not CallState.OPENING:
            return replace(call, ringing_at=at), ()
        case (_, ev.OriginateInDoubt()):
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
        detect_machines=call.policy.detect_machines,
    )
    dialing = replace(call, state=CallState.DIALING, since=now, dialed_at=now)
    return dialing, (originate, _guard(call, now + pacing.ring_time + RING_GRACE))


def _answered(call: Call, at: datetime, now: datetime) -> Step:
    guard = DETECTION_GUARD if call.policy.detect_machines else ANSWER_GUARD
    return replace(call, state=CallState.ANSWERED, since=now, answered_at=at), (_guard(call, now + guard),)


def _arrived(call: Call, event: ev.Arrived, now: datetime) -> Step:
    here = replace(
        call, verdict=event.verdict, arrived_at=event.at, answered_at=call.answered_at or event.at, since=now
    )
    if event.verdict in (MachineVerdict.MACHINE, MachineVerdict.FAX, MachineVerdict.SILENCE):
        return _end(here, now)
    limit = now + call.policy.pacing.answer_limit
    waiting = replace(here, state=CallState.WAITING)
    return waiting, (do.LetSleep(timer=call.guard), do.WakeAt(timer=call.limit, at=limit))


def _end(call: Call, now: datetime) -> Step:
    ending = replace(call, state=CallState.ENDING, since=now)
    return ending, (do.HangUp(channel=call.channel), _guard(call, now + HANGUP_GUARD))


def _hung_up(call: Call, event: ev.HungUp, now: datetime) -> Step:
    gone = replace(call, ended_at=event.at, cause=event.cause, sip_code=event.sip_code, bridge=None)
    if call.bridged_at is not None and call.agent is not None:
        wrapping = replace(gone, state=CallState.WRAPPING, since=now, parted_at=call.parted_at or event.at)
        return wrapping, (do.LetSleep(timer=call.guard),)
    return _over(gone, now)


def _guard_fired(call: Call, now: datetime) -> Step:
    oddity = do.ReportOddity(what=f"nothing came after {call.state}", subject=call.id)
    if call.state is CallState.ENDING:
        over, wishes = _over(replace(call, ended_at=now), now)
        return over, (oddity, *wishes)
    ending, wishes = _end(call, now)
    return ending, (oddity, *wishes)


def _over(call: Call, now: datetime) -> Step:
    over = replace(call, state=CallState.RECORDING, since=now)
    return (
        replace(over, disposition=disposition_of(over)),
        (do.LetSleep(timer=call.limit), do.LetSleep(timer=call.guard)),
    )


def _guard(call: Call, at: datetime) -> do.WakeAt:
    return do.WakeAt(timer=call.guard, at=at)
