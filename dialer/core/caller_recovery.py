"""What is made of Asterisk's word about callers after we were out of touch: each as Asterisk says.

Meanwhile callers heard their music, for the AGI is a connection of its own. One who is gone hung up; one who is with
the promised agent was joined; a promise of which nothing came is off, and the caller keeps the place.

A talk in whose midst a daemon died is taken up where it goes on. Where it does not, the dialplan has written down when
it ended, and whoever reads that closes it. What the agent would have said of it nobody knows any more, as when the
clock ends a wrap-up; so what follows for the lead follows from what had been promised, else from the default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.aside_recovery import is_aside
from dialer.core.caller import BACK_GUARD, QueuedCaller, record
from dialer.core.caller_ending import count_talk
from dialer.core.choices import choices_for
from dialer.core.coupling import tell
from dialer.core.events import AsteriskBack, Event
from dialer.core.floor import Floor
from dialer.core.found import LiveChannel
from dialer.core.guards import HANGUP_GUARD
from dialer.core.letters import ToAgent, ToCall
from dialer.core.queueing import CallerState
from dialer.core.session_recovery import UNKNOWN_CAUSE, bridging
from dialer.core.team_queue import TeamQueue
from dialer.core.wished_caller import by_default
from dialer.core.words import ChannelId

Wishes = Iterator[do.Command]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallersInherited(Event):
    """Callers who talked with agents when the last run died, or of whom agents still wrote. Comes before the first
    `AsteriskBack`, which tells who of them is still on the telephone."""

    callers: tuple[QueuedCaller, ...]


def inherit_callers(floor: Floor, event: CallersInherited) -> None:
    """Keep them in mind until Asterisk has spoken."""
    floor.left_callers = {caller.id: caller for caller in event.callers}


def recover_callers(floor: Floor, back: AsteriskBack, gone_at: datetime, now: datetime) -> Wishes:
    """Bring every caller to where Asterisk says they are. After the agents are."""
    live = {channel.channel: channel for channel in back.live}
    yield from _take_up(floor, live, back.at, now)
    for caller in list(floor.callers.values()):
        if not caller.state.holds_line:
            continue
        if caller.channel not in live:
            gone = ev.HungUp(channel=caller.channel, at=gone_at, cause=UNKNOWN_CAUSE)
            yield from tell(floor, now, ToCall(caller.id, gone))
            continue
        if is_aside(floor, caller, live[caller.channel]):
            continue
        for event in bridging(caller.bridge, live[caller.channel], back.at):
            yield from tell(floor, now, ToCall(caller.id, event))
        yield from _found_with_agent(floor, floor.callers[caller.id], back, now)
        found = floor.callers[caller.id]
        if found.state is CallerState.JOINING and found.agent is not None:
            yield from tell(floor, now, ToCall(found.id, sig.Unpromised(agent=found.agent)))
        # A guard may have fired unheard while Asterisk was away.
        if found.state is CallerState.QUEUED and found.unheard:
            yield do.WakeAt(timer=found.guard, at=now + BACK_GUARD)
        elif found.state is CallerState.TALKING and found.bridge is None:
            yield do.WakeAt(timer=found.guard, at=now + HANGUP_GUARD)


def _take_up(floor: Floor, live: Mapping[ChannelId, LiveChannel], at: datetime, now: datetime) -> Wishes:
    """Whose talk goes on is on the floor again; the row is this run's from now on."""
    left, floor.left_callers = floor.left_callers, {}
    for caller in left.values():
        if caller.channel not in live or caller.left_at is not None:
            floor.recordings.pop(caller.id, None)
            yield from _as_the_clock_would(floor, caller, at, now)
            continue
        if caller.terms.team not in floor.queues:
            floor.put_queue(TeamQueue(team=caller.terms.team, since=now))
        floor.put_caller(caller)
        yield record(caller, None)


def _as_the_clock_would(floor: Floor, caller: QueuedCaller, at: datetime, now: datetime) -> Wishes:
    """End the wrap-up of a talk that is over, of which nobody writes any more."""
    over = replace(caller, disposition=by_default(caller, choices_for(floor, caller)))
    if over.left_at is not None:
        yield record(over, min(now, over.left_at + over.terms.wrap_up))
    counted = count_talk(floor, replace(over, left_at=over.left_at or at))
    if counted is not None:
        yield counted


def _found_with_agent(floor: Floor, caller: QueuedCaller, back: AsteriskBack, now: datetime) -> Wishes:
    """The agent of a talk that was taken up is in it, and not on some other call."""
    if caller.state is not CallerState.TALKING or caller.bridge is None:
        return
    there = (one.agent for one in back.live if one.bridge == caller.bridge and one.agent is not None)
    number = next(there, None)
    agent = floor.agents.get(number) if number is not None else None
    if agent is None or agent.attempt == caller.id:
        return
    found = sig.FoundTalking(
        attempt=caller.id,
        campaign=None,
        agent=agent.number,
        bridge=caller.bridge,
        at=caller.answered_at or back.at,
        queue=caller.terms.team,
    )
    yield from tell(floor, now, ToAgent(agent.number, found))
