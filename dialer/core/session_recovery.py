"""Supervisors' sessions after we were out of touch.

Whoever was listening is sent there anew, for it is not known what was missed. A supervisor's leg that nobody knows of
is one of an earlier life of the daemon: its session goes on, at rest, so that nobody is heard whom no rule of now
allows; only one who is with a customer stays there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core import supervision as sv
from dialer.core.attendance import give_up, tell_supervisor
from dialer.core.coupling import tell
from dialer.core.events import AsteriskBack
from dialer.core.floor import Floor
from dialer.core.found import LiveChannel
from dialer.core.letters import ToCall
from dialer.core.on_the_line import OnTheLine
from dialer.core.permission import WITH_CUSTOMER
from dialer.core.words import AttemptId, BridgeId, SupervisorNumber

Wishes = Iterator[do.Command]
UNKNOWN_CAUSE = 0


def recover_sessions(floor: Floor, back: AsteriskBack, gone_at: datetime, now: datetime) -> Wishes:
    """Bring every session to where Asterisk says it is. Before the calls are, and after the agents."""
    live = {channel.channel: channel for channel in back.live}
    talks: tuple[OnTheLine, ...] = (*floor.calls.values(), *floor.callers.values())
    held = [live[talk.channel] for talk in talks if talk.state.holds_line and talk.channel in live]
    customers = {customer.bridge: customer for customer in held if customer.bridge is not None}
    for number in list(floor.supervisors):
        for leg in (floor.supervisors[number].leg, floor.supervisors[number].calling):
            if leg is not None and leg not in live:
                gone = ev.HungUp(channel=leg, at=gone_at, cause=UNKNOWN_CAUSE)
                yield from tell_supervisor(floor, number, gone, now)
    for channel in back.live:
        if channel.supervisor is not None and channel.up:
            yield from _session(floor, channel.supervisor, channel, customers, back.at, now)


def _session(
    floor: Floor,
    number: SupervisorNumber,
    channel: LiveChannel,
    customers: Mapping[BridgeId, LiveChannel],
    at: datetime,
    now: datetime,
) -> Wishes:
    if number not in floor.supervisors:
        yield do.ReportOddity(what="supervisor whom the site file does not list", subject=number)
        yield do.HangUp(channel=channel.channel)
        return
    if floor.supervisors[number].leg != channel.channel:
        up = sv.SupervisorLegUp(channel=channel.channel, at=at, supervisor=number)
        yield from tell_supervisor(floor, number, up, now)
        if floor.supervisors[number].leg != channel.channel:
            return
    for event in bridging(floor.supervisors[number].bridge, channel, at):
        yield from tell_supervisor(floor, number, event, now)
    supervisor = floor.supervisors[number]
    if supervisor.state in WITH_CUSTOMER:
        still = customers.get(supervisor.left) if supervisor.left is not None else None
        if still is not None and AttemptId(still.channel) == supervisor.attempt:
            # The customer was never sent.
            yield from give_up(floor, supervisor, now)
        return
    customer = customers.get(channel.bridge) if channel.bridge is not None else None
    if customer is not None and channel.bridge is not None:
        yield from _found_talking(floor, number, customer, channel.bridge, at, now)
    else:
        yield from tell_supervisor(floor, number, sv.MonitorStopped(channel=channel.channel, at=at), now)
        yield from tell_supervisor(floor, number, sig.Heard(ear=None), now)


def _found_talking(
    floor: Floor, number: SupervisorNumber, customer: LiveChannel, bridge: BridgeId, at: datetime, now: datetime
) -> Wishes:
    attempt = AttemptId(customer.channel)
    answered_at, known = customer.answered_at, floor.talk(attempt)
    if answered_at is not None and known is not None and known.answered_at is None:
        yield from tell(floor, now, ToCall(attempt, ev.Answered(channel=customer.channel, at=answered_at)))
    taken = sig.TakenOver(attempt=attempt, supervisor=number, bridge=bridge, at=at, bridged_at=customer.bridged_at)
    yield from tell(floor, now, ToCall(attempt, taken))
    yield from tell_supervisor(floor, number, taken, now)


def bridging(known: BridgeId | None, channel: LiveChannel, at: datetime) -> Iterator[ev.ChannelEvent]:
    """What was missed of a channel's coming into bridges and leaving them."""
    if known is not None and known != channel.bridge:
        yield ev.LeftBridge(channel=channel.channel, at=at, bridge=known)
    if channel.bridge is not None and known != channel.bridge:
        yield ev.EnteredBridge(channel=channel.channel, at=at, bridge=channel.bridge)
