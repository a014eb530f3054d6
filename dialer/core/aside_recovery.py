"""What is aside of talks, after we were out of touch.

Meanwhile the dialplan took customers on hold back to their agents, and those of a blind transfer to the message. What
we know of is told as the events that we missed. Of what an earlier life of the daemon began only the customers are
taken up: one on hold is so still, one with a third stays there; a third who waits for our word, or talks with an agent,
is let go, and the agent has the customer on hold. A colleague's phone is fetched back into its loop. What is written of
thirds gets its end by `left_thirds`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.aside import wake
from dialer.core.aside_asking import send_customer, to_third
from dialer.core.aside_words import AsideState, Place
from dialer.core.caller import QueuedCaller
from dialer.core.coupling import tell
from dialer.core.events import AsteriskBack
from dialer.core.floor import Floor
from dialer.core.found import LiveChannel
from dialer.core.left_thirds import recover_thirds
from dialer.core.letters import ToAgent, ToCall
from dialer.core.live_agent import Agent
from dialer.core.live_aside import Aside
from dialer.core.live_call import Call
from dialer.core.on_the_line import OnTheLine
from dialer.core.session_recovery import UNKNOWN_CAUSE, bridging
from dialer.core.switching import settle, tell_aside
from dialer.core.transfer import THIRD_PREFIX, Send, ThirdAnswered
from dialer.core.words import AgentOrder, AgentState, AttemptId, CallState, ChannelId

Wishes = Iterator[do.Command]
Live = Mapping[ChannelId, LiveChannel]

ON_HOLD = (Place.HOLD, Place.AGENT)
"""Nothing is left to do for who is with the agent again; who is on the way there is found on arrival."""
SENT_TO = {
    **dict.fromkeys((AsideState.HELD, AsideState.CALLING, AsideState.CONSULTING), Place.HOLD),
    **dict.fromkeys((AsideState.MEETING, AsideState.RETURNING), Place.AGENT),
    AsideState.RINGING: Place.RING,
}
"""Where the customer is, or is on the way to, in these states."""


def is_aside(floor: Floor, talk: OnTheLine, channel: LiveChannel) -> bool:
    """Whether the customer is found here, and not where customers are found otherwise."""
    if talk.id in floor.asides:
        return True
    known = talk.state is CallState.TALKING if isinstance(talk, Call) else talk.handed or talk.bridge is not None
    elsewhere = channel.place in (*ON_HOLD, Place.RING) and channel.bridge is None
    return not known and talk.state.holds_line and (elsewhere or channel.place is Place.THIRD)


def recover_asides(floor: Floor, back: AsteriskBack, gone_at: datetime, now: datetime) -> Wishes:
    """Bring everything aside of a talk to where Asterisk says it is. After agents, callers and sessions are."""
    live = {channel.channel: channel for channel in back.live}
    ours = set(floor.asides.thirds)
    for attempt in list(floor.asides):
        # What was told of one may have ended another.
        if attempt in floor.asides:
            yield from _missed(floor, floor.asides[attempt], live, back.at, gone_at, now)
    for channel in back.live:
        if channel.place in (*ON_HOLD, Place.RING, Place.THIRD):
            yield from _take_up(floor, channel, live, back.at, now)
    with_customer = {c.bridge for c in back.live if c.place is Place.THIRD and c.bridge is not None}
    thirds = {channel.channel: channel for channel in back.live if channel.channel.startswith(THIRD_PREFIX)}
    staying = {third for third, channel in thirds.items() if channel.bridge in with_customer}
    for third in thirds:
        if third not in ours and third not in staying:
            yield do.HangUp(channel=third)
    yield from recover_thirds(floor, staying, back.at, gone_at)
    for channel in back.live:
        yield from _fetch_colleague(floor, channel, now)
    for aside in list(floor.asides.values()):
        yield from wake(aside, now)


def _fetch_colleague(floor: Floor, channel: LiveChannel, now: datetime) -> Wishes:
    """An agent whose phone is in a colleague's talk of which we know nothing: out of it, and not ready at once."""
    agent = floor.agents.get(channel.agent) if channel.agent is not None else None
    lost = channel.place in (Place.CONSULT, Place.THREE_WAY) and channel.channel not in floor.asides.thirds
    if agent is None or agent.leg != channel.channel or not lost:
        return
    yield Send(channel=channel.channel, place=Place.LOOP, to=agent.number)
    if agent.state is AgentState.READY:
        pause = ev.AgentOrdered(agent=agent.number, order=AgentOrder.PAUSE, argument="on another call")
        yield from tell(floor, now, ToAgent(agent.number, pause))


def _missed(floor: Floor, aside: Aside, live: Live, at: datetime, gone_at: datetime, now: datetime) -> Wishes:
    third, agent = aside.third, floor.agents.get(aside.agent)
    events: list[ev.Event] = []
    if third is not None and third.channel in live:
        if live[third.channel].up and third.answered_at is None:
            events.append(ThirdAnswered(channel=third.channel, at=at))
        events += bridging(third.bridge, live[third.channel], at)
    if aside.customer in live and aside.state is not AsideState.HANDED:
        events += bridging(aside.customer_in, live[aside.customer], at)
    if agent is not None and agent.leg is not None and agent.leg in live and agent.attempt == aside.attempt:
        events += bridging(aside.agent_in, live[agent.leg], at)
    if third is not None and third.channel not in live:
        events.append(ev.HungUp(channel=third.channel, at=gone_at, cause=UNKNOWN_CAUSE))
    for event in events:
        yield from tell_aside(floor, aside.attempt, event, now)
    after = floor.asides.get(aside.attempt)
    if after is not None and after.state is aside.state and aside.customer in live:
        yield from _send_stray(after, live[aside.customer])
    if aside.customer in live and aside.state is AsideState.HANDED:
        customer = floor.talk(aside.attempt)
        for event in bridging(customer.bridge if customer is not None else None, live[aside.customer], at):
            yield from tell(floor, now, ToCall(aside.attempt, event))
    yield from settle(floor, AsteriskBack(live=(), last_words=(), restarted=False, at=at), now)


def _send_stray(aside: Aside, channel: LiveChannel) -> Wishes:
    """The wish to send the customer was lost: it is where it was before."""
    place = SENT_TO.get(aside.state)
    in_old_bridge = channel.bridge is not None and channel.bridge == aside.left
    waits_elsewhere = (
        channel.bridge is None and channel.place in (Place.HOLD, Place.RING) and channel.place is not place
    )
    if aside.state is AsideState.HANDING and (in_old_bridge or waits_elsewhere):
        _, wishes = send_customer(aside, AsideState.HANDING, to_third(aside))
        yield from wishes
    elif place is not None and (in_old_bridge or waits_elsewhere):
        yield Send(channel=aside.customer, place=place, to=aside.agent)


def _take_up(floor: Floor, channel: LiveChannel, live: Live, at: datetime, now: datetime) -> Wishes:
    """A customer whom an earlier life of the daemon put on hold, or handed on."""
    attempt = AttemptId(channel.channel)
    if attempt in floor.asides:
        return
    agent = _free(floor.agents.get(channel.peer) if channel.peer is not None else None, live)
    talk = floor.talk(attempt)
    if talk is not None and is_aside(floor, talk, channel):
        yield from _take_up_talk(floor, talk, channel, agent, at, now)
    elif talk is not None or channel.bridge is not None:
        return
    elif agent is not None and channel.place in ON_HOLD:
        # One of whom we know nothing; so the agent has to end it.
        pause = ev.AgentOrdered(agent=agent.number, order=AgentOrder.PAUSE, argument="on another call")
        yield from tell(floor, now, ToAgent(agent.number, pause))
        yield Send(channel=channel.channel, place=Place.AGENT, to=agent.number)
    else:
        yield do.PlayMessage(channel=channel.channel)


def _take_up_talk(
    floor: Floor, talk: OnTheLine, channel: LiveChannel, agent: Agent | None, at: datetime, now: datetime
) -> Wishes:
    number = channel.peer or talk.agent
    if isinstance(talk, Call) and channel.answered_at is not None and talk.answered_at is None:
        yield from tell(floor, now, ToCall(talk.id, ev.Answered(channel=talk.channel, at=channel.answered_at)))
    if number is None:
        yield do.PlayMessage(channel=talk.channel)
        return
    leg = agent.leg if agent is not None and channel.place in ON_HOLD else None
    found = sig.FoundTalking(
        attempt=talk.id,
        campaign=talk.policy.name if isinstance(talk, Call) else None,
        agent=number,
        bridge=channel.bridge,
        at=channel.bridged_at or at,
        queue=None if isinstance(talk, Call) else talk.terms.team,
    )
    yield from tell(floor, now, ToCall(talk.id, found))
    if channel.bridge is not None:
        there = ev.EnteredBridge(channel=talk.channel, at=at, bridge=channel.bridge)
        yield from tell(floor, now, ToCall(talk.id, there))
    if leg is not None:
        yield from tell(floor, now, ToAgent(number, found))
    else:
        yield from tell(floor, now, ToCall(talk.id, sig.HandedOn(agent=number, at=channel.handed_at or at)))
    if channel.place is Place.THIRD and channel.bridge is not None:
        return
    state = AsideState.HELD if leg is not None else AsideState.APOLOGISING
    aside = Aside(attempt=talk.id, called_us=isinstance(talk, QueuedCaller), agent=number, agent_leg=leg, state=state)
    floor.asides.put(aside)
    if leg is not None:
        yield from tell(floor, now, ToAgent(number, sig.Rearranged(attempt=talk.id, reason=state.reason or "")))
    else:
        yield do.PlayMessage(channel=talk.channel)


def _free(agent: Agent | None, live: Live) -> Agent | None:
    """An agent who can go on with the customer: here, and with nobody else."""
    if agent is None or agent.leg is None or agent.leg not in live or agent.attempt is not None:
        return None
    return agent if agent.state in (AgentState.READY, AgentState.PAUSED) else None
