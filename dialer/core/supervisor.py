"""One supervisor, from the first ring of a session until the phone is hung up.

    away ─▶ called ─▶ waiting ◀─▶ listening, whispering, barging
      └───────────────▶ │ ▲            │
                        ▼ │            ▼
                   taking_over ─▶ talking ─▶ waiting …        a phone that goes: away

The session belongs to the phone leg, not to a call: it stays while the agent waits for the next customer, and the
leg is sent to each talk as it begins (`sent_to`). What the supervisor hears is told by Asterisk: a leg that was sent
somewhere is listening only when it says so, and from the moment that it names.

Every state that is left becomes a stretch in PostgreSQL, written when it begins and again when it is over; so the
audit knows of everything that was heard, even if the daemon dies in the midst of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core import supervision as sv
from dialer.core.events import Event
from dialer.core.policy import SupervisorProfile
from dialer.core.supervision_words import MonitorMode, SupervisorState
from dialer.core.words import AgentNumber, AttemptId, BridgeId, ChannelId, SupervisorNumber

RING_TIME = timedelta(seconds=30)

HEARING = {
    MonitorMode.LISTEN: SupervisorState.LISTENING,
    MonitorMode.WHISPER: SupervisorState.WHISPERING,
    MonitorMode.BARGE: SupervisorState.BARGING,
}
_MONITORING = tuple(HEARING.values())

Step = tuple["Supervisor", tuple[do.Command, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisor:
    """A supervisor of the site file, in a session or not."""

    profile: SupervisorProfile
    since: datetime
    """When the present stretch began."""
    state: SupervisorState = SupervisorState.AWAY
    leg: ChannelId | None = None
    calling: ChannelId | None = None
    """The leg on which Waihu rings the supervisor's phone."""
    asked: sv.SupervisionOrdered | None = None
    """What the session was begun for, until it is begun."""
    by: str = ""
    """Who asked for the session."""
    agent: AgentNumber | None = None
    """Whom the session is about."""
    mode: MonitorMode = MonitorMode.LISTEN
    """How the next talk is heard."""
    sent_to: sv.Ear | None = None
    """What the leg was sent to hear, and where it is by now unless Asterisk failed to."""
    attempt: AttemptId | None = None
    """The talk of the present stretch."""
    with_agent: AgentNumber | None = None
    """The agent of the present stretch."""
    bridge: BridgeId | None = None
    left: BridgeId | None = None
    """The bridge out of which the customer is being taken."""
    pending_keys: str = ""
    """Keys of an order that is not complete."""

    @property
    def number(self) -> SupervisorNumber:
        """What the supervisor keys in."""
        return self.profile.number


def step(supervisor: Supervisor, event: Event, now: datetime) -> Step:
    """What a supervisor becomes by an event, and what it wishes then."""
    match supervisor.state, event:
        case SupervisorState.AWAY, sv.SupervisionOrdered(leg=leg) if leg is not None and supervisor.profile.phone:
            call = sv.CallSupervisor(
                supervisor=supervisor.number, channel=leg, dial=supervisor.profile.phone, ring_time=RING_TIME
            )
            called = replace(supervisor, state=SupervisorState.CALLED, since=now, calling=leg, asked=event)
            return replace(called, by=event.by), (call,)
        case SupervisorState.AWAY | SupervisorState.CALLED, sv.SupervisorLegUp(channel=leg, at=at):
            return _came(supervisor, leg, at)
        case _, sv.SupervisorLegUp(channel=leg) if leg != supervisor.leg:
            second = do.ReportOddity(what="second phone of a supervisor", subject=supervisor.number)
            return supervisor, (do.HangUp(channel=leg), second)
        case _, ev.HungUp() | ev.OriginateRefused() | ev.OriginateInDoubt() if event.channel == supervisor.calling:
            return Supervisor(profile=supervisor.profile, since=now), ()
        case _, ev.HungUp(channel=leg, at=at) if leg == supervisor.leg:
            over = _written(supervisor, max(at, supervisor.since))
            return Supervisor(profile=supervisor.profile, since=now), (over,)

        case state, sig.Turned(agent=agent, mode=mode) if state.in_session:
            turned = replace(supervisor, agent=agent, mode=mode)
            return _enter(turned, state, now) if state is SupervisorState.WAITING else (turned, ())
        case state, sig.Heard(ear=ear) if state is SupervisorState.WAITING or state in _MONITORING:
            return _send(supervisor, ear)
        case SupervisorState.WAITING, sv.MonitorStarted(at=at) if supervisor.sent_to is not None:
            return _hears(supervisor, supervisor.sent_to, at)
        case state, sv.MonitorStarted(at=at) if state in _MONITORING and supervisor.sent_to is not None:
            return _hears(supervisor, supervisor.sent_to, at)
        case state, sv.MonitorStopped(at=at) if state in _MONITORING:
            return _enter(supervisor, SupervisorState.WAITING, at)

        case state, sig.TakesOver(attempt=attempt, bridge=bridge) if (
            state is SupervisorState.WAITING or state in _MONITORING
        ):
            taking = replace(supervisor, sent_to=None, left=bridge)
            return _enter(taking, SupervisorState.TAKING_OVER, now, attempt)
        case state, sig.TakenOver(attempt=attempt, bridge=bridge, at=at) if state.in_session:
            return _enter(replace(supervisor, bridge=bridge, left=None), SupervisorState.TALKING, at, attempt)
        case SupervisorState.TAKING_OVER | SupervisorState.TALKING, sig.TalkOver() if (
            event.attempt == supervisor.attempt
        ):
            return _enter(replace(supervisor, left=None), SupervisorState.WAITING, now)

        case state, ev.EnteredBridge(bridge=bridge) if state.in_session:
            return replace(supervisor, bridge=bridge), ()
        case _, ev.LeftBridge(bridge=bridge) if bridge == supervisor.bridge:
            return replace(supervisor, bridge=None), ()
        case _:
            return supervisor, ()


def book(supervisor: Supervisor, now: datetime) -> tuple[do.Command, ...]:
    """Write down the present stretch as far as it has come: nobody will do so later."""
    return (_written(supervisor, max(now, supervisor.since)),) if supervisor.state.in_session else ()


def _came(supervisor: Supervisor, leg: ChannelId, at: datetime) -> Step:
    other = supervisor.calling if supervisor.calling != leg else None
    hang_up = () if other is None else (do.HangUp(channel=other),)
    by = supervisor.by or supervisor.number
    here, wishes = _enter(replace(supervisor, leg=leg, calling=None, asked=None, by=by), SupervisorState.WAITING, at)
    return here, (*hang_up, *wishes)


def _send(supervisor: Supervisor, ear: sv.Ear | None) -> Step:
    if supervisor.leg is None:
        raise ValueError(f"supervisor {supervisor.number} is sent to a talk without a leg")
    sent = replace(supervisor, sent_to=ear)
    if ear is None:
        return sent, (sv.StandBy(channel=supervisor.leg, supervisor=supervisor.number),)
    monitor = sv.Monitor(channel=supervisor.leg, supervisor=supervisor.number, agent=ear.agent, mode=ear.mode)
    return sent, (monitor,)


def _hears(supervisor: Supervisor, ear: sv.Ear, at: datetime) -> Step:
    return _enter(supervisor, HEARING[ear.mode], at, ear.attempt, ear.agent)


def _enter(
    supervisor: Supervisor,
    state: SupervisorState,
    at: datetime,
    attempt: AttemptId | None = None,
    agent: AgentNumber | None = None,
) -> Step:
    """Begin a stretch, and write down the end of the one before."""
    at = max(at, supervisor.since)
    before = (_written(supervisor, at),) if supervisor.state.in_session else ()
    entered = replace(supervisor, state=state, since=at, attempt=attempt, with_agent=agent or supervisor.agent)
    entered = replace(entered, pending_keys="")
    return entered, (*before, _written(entered, None))


def _written(supervisor: Supervisor, until: datetime | None) -> sv.RecordStretch:
    if supervisor.leg is None:
        raise ValueError(f"supervisor {supervisor.number} has a session without a leg")
    return sv.RecordStretch(
        session=supervisor.leg,
        supervisor=supervisor.number,
        agent=supervisor.with_agent,
        state=supervisor.state,
        attempt=supervisor.attempt,
        by=supervisor.by,
        since=supervisor.since,
        until=until,
    )
