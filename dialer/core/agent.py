"""One agent, from log-in to log-out.

    logged_out ─▶ ready ─▶ reserved ─▶ talking ─▶ wrap_up ─▶ ready …
                   │  ▲                              │
                   └─▶ paused ◀──────────────────────┘      a leg that goes away: logged_out, or lost

The phone leg stays up in the waiting loop; the state says what the agent does with it. A pause or a log-out asked
for while a customer is on the line waits until the wrap-up is over. Hanging up between calls is a log-out; a leg
that goes while a customer is promised or on the line, or that breaks, makes the agent lost.

Every state that is left becomes an interval in PostgreSQL, so that the day of an agent adds up to the second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.events import Event
from dialer.core.lead import Lead
from dialer.core.policy import AgentProfile
from dialer.core.words import AgentNumber, AgentOrder, AgentState, AttemptId, BridgeId, CampaignName, ChannelId, Timer

NORMAL_CLEARING = 16
"""Q.850: the far end hung up as one does."""
NEVER_MIND = 2
"""Joins that may fail in a row before the leg is held to be broken."""
OFFER_SOUND = "beep"
LOGIN_RING_TIME = timedelta(seconds=30)

Step = tuple["Agent", tuple[do.Command, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent of the site file, logged in or not."""

    profile: AgentProfile
    since: datetime
    """When the agent came into `state`."""
    state: AgentState = AgentState.LOGGED_OUT
    reason: str = ""
    leg: ChannelId | None = None
    calling: ChannelId | None = None
    """The leg on which Waihu rings the agent's phone."""
    bridge: BridgeId | None = None
    attempt: AttemptId | None = None
    campaign: CampaignName | None = None
    offer: Lead | None = None
    """Preview: the lead on the agent's desk."""
    chosen: str | None = None
    """The disposition chosen so far for the call being wrapped up, or still talked on."""
    then_pause: str | None = None
    then_log_out: bool = False
    pending_keys: str = ""
    failed_joins: int = 0

    @property
    def number(self) -> AgentNumber:
        """What the agent keys in to log in."""
        return self.profile.number

    @property
    def wrap_timer(self) -> Timer:
        """The wish to be woken when the wrap-up is over."""
        return Timer("wrap", self.number)

    @property
    def offer_timer(self) -> Timer:
        """The wish to be woken when the lead on offer is to be dialled."""
        return Timer("offer", self.number)


def step(agent: Agent, event: Event, now: datetime) -> Step:
    """What an agent becomes by an event, and what it wishes then."""
    match agent.state, event:
        case (AgentState.LOGGED_OUT | AgentState.LOST, ev.AgentLegUp(channel=leg)):
            return _enter(replace(agent, leg=leg, calling=None, failed_joins=0), AgentState.READY, now)
        case (_, ev.AgentLegUp(channel=leg)) if leg != agent.leg:
            return agent, (
                do.HangUp(channel=leg),
                do.ReportOddity(what="second phone of an agent", subject=agent.number),
            )
        case (_, ev.HungUp(channel=leg)) if leg == agent.calling:
            return replace(agent, calling=None), ()
        case (_, ev.HungUp(channel=leg)) if leg == agent.leg:
            return _leg_gone(agent, event, now)

        case (AgentState.READY, sig.Reserved(attempt=attempt, campaign=campaign)):
            return _enter(replace(agent, attempt=attempt, campaign=campaign), AgentState.RESERVED, now)
        case (AgentState.READY, sig.Offered(lead=lead, until=until)):
            offered = replace(agent, offer=lead, attempt=lead.attempt, campaign=lead.campaign)
            reserved, wishes = _enter(offered, AgentState.RESERVED, now)
            return reserved, (*wishes, do.WakeAt(timer=agent.offer_timer, at=until), _announce(agent))
        case (AgentState.RESERVED, ev.TimerFired(timer=Timer("offer"))):
            return _accept(agent)
        case (AgentState.RESERVED, sig.Joined()):
            return _enter(replace(agent, failed_joins=0, chosen=None), AgentState.TALKING, now)
        case (AgentState.RESERVED, sig.Released(join_failed=failed)):
            return _released(agent, now, failed)
        case (AgentState.TALKING, sig.CallEnded(wrap_up=wrap_up)):
            return _wrap_up(agent, wrap_up, now)
        case (AgentState.WRAP_UP, ev.TimerFired(timer=Timer("wrap"))):
            return _rest(agent, now)

        case (AgentState.RESERVED | AgentState.TALKING, ev.EnteredBridge(bridge=bridge)):
            return replace(agent, bridge=bridge), ()
        case (_, ev.LeftBridge()):
            return replace(agent, bridge=None), ()
        case (_, ev.AgentOrdered()):
            return _ordered(agent, event, now)
        case _:
            return agent, ()


def _enter(agent: Agent, state: AgentState, now: datetime, reason: str = "") -> Step:
    """Go into a state, and write down the one that is left."""
    interval = do.RecordInterval(
        agent=agent.number,
        state=agent.state,
        reason=agent.reason,
        since=agent.since,
        until=now,
        attempt=agent.attempt if agent.state is not AgentState.READY else None,
        campaign=agent.campaign if agent.state is not AgentState.READY else None,
    )
    left = () if agent.state is AgentState.LOGGED_OUT else (interval,)
    return replace(agent, state=state, since=now, reason=reason), left


def _rest(agent: Agent, now: datetime) -> Step:
    """Nothing is left to do with a customer: ready again, or what was asked for meanwhile."""
    free, (interval, *_) = _enter(agent, AgentState.READY, now)
    free = replace(free, attempt=None, campaign=None, bridge=None, offer=None)
    wishes: tuple[do.Command, ...] = (
        interval,
        do.LetSleep(timer=agent.wrap_timer),
        do.LetSleep(timer=agent.offer_timer),
    )
    if agent.then_log_out and agent.leg is not None:
        return replace(free, then_log_out=False, state=AgentState.PAUSED, reason="log_out"), (
            *wishes,
            do.HangUp(channel=agent.leg),
        )
    if agent.then_pause is not None:
        return replace(free, then_pause=None, state=AgentState.PAUSED, reason=agent.then_pause), wishes
    return free, wishes


def _released(agent: Agent, now: datetime, join_failed: bool) -> Step:
    failed = agent.failed_joins + 1 if join_failed else 0
    free, wishes = _rest(replace(agent, failed_joins=failed), now)
    if failed < NEVER_MIND or agent.leg is None:
        return free, wishes
    broken = do.ReportOddity(what="agent's leg cannot be joined", subject=agent.number)
    paused = replace(free, state=AgentState.PAUSED, reason="broken leg")
    return paused, (*wishes, broken, do.HangUp(channel=agent.leg))


def _wrap_up(agent: Agent, wrap_up: timedelta, now: datetime) -> Step:
    wrapping, wishes = _enter(agent, AgentState.WRAP_UP, now)
    if wrap_up <= timedelta(0) or agent.chosen is not None:
        free, more = _rest(wrapping, now)
        return free, (*wishes, *more)
    return wrapping, (*wishes, do.WakeAt(timer=agent.wrap_timer, at=now + wrap_up))


def _leg_gone(agent: Agent, event: ev.HungUp, now: datetime) -> Step:
    with_customer = agent.state in (AgentState.RESERVED, AgentState.TALKING) and agent.offer is None
    left_by_will = event.cause == NORMAL_CLEARING and not with_customer
    state = AgentState.LOGGED_OUT if left_by_will else AgentState.LOST
    gone, wishes = _enter(agent, state, now)
    asleep = (do.LetSleep(timer=agent.wrap_timer), do.LetSleep(timer=agent.offer_timer))
    return Agent(profile=gone.profile, since=now, state=state), (*wishes, *asleep)


def _ordered(agent: Agent, event: ev.AgentOrdered, now: datetime) -> Step:
    match event.order:
        case AgentOrder.LOG_IN if not agent.state.on_shift and agent.calling is None and agent.profile.phone:
            channel = ChannelId(event.argument)
            call = do.CallAgent(
                agent=agent.number, channel=channel, dial=agent.profile.phone, ring_time=LOGIN_RING_TIME
            )
            return replace(agent, calling=channel), (call,)
        case _ if not agent.state.on_shift:
            return agent, ()
        case AgentOrder.READY:
            return _make_ready(agent, now)
        case AgentOrder.PAUSE:
            return _pause(agent, event.argument, now)
        case AgentOrder.LOG_OUT:
            return _log_out(agent, now)
        case AgentOrder.DISPOSE if agent.state in (AgentState.TALKING, AgentState.WRAP_UP):
            chosen = replace(agent, chosen=event.argument)
            return _rest(chosen, now) if agent.state is AgentState.WRAP_UP else (chosen, ())
        case AgentOrder.ACCEPT if agent.offer is not None:
            return _accept(agent)
        case AgentOrder.SKIP if agent.offer is not None:
            return _rest(agent, now)
        case _:
            return agent, ()


def _accept(agent: Agent) -> Step:
    """The lead on offer is to be dialled; the agent stays reserved for it."""
    return replace(agent, offer=None), (do.LetSleep(timer=agent.offer_timer),)


def _make_ready(agent: Agent, now: datetime) -> Step:
    agent = replace(agent, then_pause=None, then_log_out=False)
    if agent.state is AgentState.PAUSED:
        return _enter(agent, AgentState.READY, now)
    return _rest(agent, now) if agent.state is AgentState.WRAP_UP else (agent, ())


def _pause(agent: Agent, reason: str, now: datetime) -> Step:
    if agent.state in (AgentState.READY, AgentState.PAUSED):
        return _enter(agent, AgentState.PAUSED, now, reason)
    waiting = replace(agent, then_pause=reason)
    return _rest(waiting, now) if agent.state is AgentState.WRAP_UP else (waiting, ())


def _log_out(agent: Agent, now: datetime) -> Step:
    if agent.state in (AgentState.READY, AgentState.PAUSED) and agent.leg is not None:
        return agent, (do.HangUp(channel=agent.leg),)
    waiting = replace(agent, then_log_out=True)
    return _rest(waiting, now) if agent.state is AgentState.WRAP_UP else (waiting, ())


def _announce(agent: Agent) -> do.Command:
    if agent.leg is None:
        raise ValueError(f"agent {agent.number} is offered a lead without a leg")
    return do.Announce(channel=agent.leg, agent=agent.number, sound=OFFER_SOUND)
