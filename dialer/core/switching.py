"""Where hold, consultation, three-way and transfer meet the floor: who may ask what, and what the rest is told of it.

While a talk has something aside, the bridges that its customer enters and leaves are told here and not to the call,
which so stays in its talk; when the customer is with somebody again, for good, the call is told where. After every
event each talk is held against the floor (`settle`): one that has ended takes what is aside with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dialer.core import aside as asides
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import lending
from dialer.core import signals as sig
from dialer.core.agent import NORMAL_CLEARING
from dialer.core.aside_words import AsideState, TransferKind
from dialer.core.caller import QueuedCaller
from dialer.core.calling_out import Target
from dialer.core.confirming import voice_of
from dialer.core.coupling import tell
from dialer.core.directory import look_up
from dialer.core.enquiry import enquire
from dialer.core.events import Event
from dialer.core.floor import Floor
from dialer.core.letters import ToAgent, ToCall
from dialer.core.live_agent import Agent
from dialer.core.live_aside import Aside
from dialer.core.on_the_line import OnTheLine, is_talking, wrap_up_of
from dialer.core.phrases import Phrase
from dialer.core.policy import Trunk
from dialer.core.supervision import TellAgent
from dialer.core.transfer import Third, third_channel
from dialer.core.words import AgentOrder, AgentState, AttemptId, ChannelId

Wishes = Iterator[do.Command]

S = AsideState
POSSIBLE = {
    AgentOrder.HOLD: (S.TOGETHER,),
    AgentOrder.RETRIEVE: (S.HELD, S.CALLING, S.CONSULTING, S.MEETING, S.THREE_WAY),
    AgentOrder.CONSULT: (S.TOGETHER, S.HELD),
    AgentOrder.CONFERENCE: (S.CONSULTING,),
    AgentOrder.TRANSFER: (S.CONSULTING, S.THREE_WAY),
    AgentOrder.BLIND_TRANSFER: (S.TOGETHER, S.HELD),
}
"""What may be asked when. Every order that is listed here concerns what is aside of a talk."""
OF_THIRDS = {AgentOrder.CONSULT: TransferKind.CONSULTATION, AgentOrder.BLIND_TRANSFER: TransferKind.BLIND}
ENDED = (S.TOGETHER, S.OVER, S.LOST, S.PASSED)
WITH_SOMEBODY = (S.TOGETHER, S.THREE_WAY, S.HANDED, S.PASSED)


def refusal(floor: Floor, agent: Agent, event: ev.AgentOrdered) -> str | None:
    """Why the order would do nothing; None: it will be carried out."""
    talk = talk_of(floor, agent)
    if talk is None:
        return f"agent {agent.number} is {agent.state.value}, {event.order.value} does nothing then"
    if talk.claim is not None:
        return f"the customer of agent {agent.number} is with supervisor {talk.claim.supervisor}"
    aside = floor.asides.get(talk.id)
    state = aside.state if aside is not None else S.TOGETHER
    if state not in POSSIBLE[event.order]:
        return f"the customer of agent {agent.number} is {state.value}, {event.order.value} does nothing then"
    if event.order not in OF_THIRDS:
        return None
    if lending.colleague_of(floor, event.argument) is not None:
        return lending.refusal(floor, agent, event.argument)
    target = look_up(floor.site, event.argument)
    if isinstance(target, str):
        return target
    out = floor.site.transfers
    if target.trunk is not None and out is not None:
        trunk = Trunk(name=out.trunk, dial=out.dial, max_lines=out.max_lines)
        if floor.free_lines_on(trunk) <= 0:
            return f"no line of trunk {out.trunk} is free"
    return None


def ordered(floor: Floor, agent: Agent, event: ev.AgentOrdered, now: datetime) -> Wishes:
    """The agent, or somebody else, wants something of the talk; the agent hears when it cannot be."""
    talk = talk_of(floor, agent)
    if talk is None or agent.leg is None or refusal(floor, agent, event) is not None:
        if event.by == agent.number:
            yield TellAgent(agent=agent.number, sound=voice_of(floor, agent).sound(_why(floor, agent, event)))
        return
    asks_outside = event.order in OF_THIRDS and lending.colleague_of(floor, event.argument) is None
    target = look_up(floor.site, event.argument) if asks_outside else None
    if isinstance(target, Target) and target.trunk is not None:
        yield from enquire(floor.asides.enquiries, event, talk.id, target.name, now)
    else:
        yield from carry_out(floor, agent, talk, event, now)


def carry_out(floor: Floor, agent: Agent, talk: OnTheLine, event: ev.AgentOrdered, now: datetime) -> Wishes:
    """Nothing stands against it.

    :raises ValueError: the agent has no leg, so something stood against it.
    """
    if agent.leg is None:
        raise ValueError(f"agent {agent.number} has a customer without a leg")
    if talk.id not in floor.asides:
        floor.asides.put(
            Aside(
                attempt=talk.id,
                called_us=isinstance(talk, QueuedCaller),
                agent=agent.number,
                agent_leg=agent.leg,
                customer_in=talk.bridge,
                agent_in=agent.bridge,
            )
        )
    match event.order:
        case AgentOrder.HOLD:
            yield from tell_aside(floor, talk.id, sig.HoldAsked(), now)
        case AgentOrder.RETRIEVE:
            yield from tell_aside(floor, talk.id, sig.TakeBackAsked(), now)
        case AgentOrder.CONFERENCE:
            yield from tell_aside(floor, talk.id, sig.ThreeWayAsked(), now)
        case AgentOrder.TRANSFER:
            yield from tell_aside(floor, talk.id, sig.HandOverAsked(), now)
        case AgentOrder.CONSULT | AgentOrder.BLIND_TRANSFER:
            yield from _ask_third(floor, talk, agent, event, now)


def _why(floor: Floor, agent: Agent, event: ev.AgentOrdered) -> Phrase:
    """What the agent hears who is refused."""
    colleague = lending.colleague_of(floor, event.argument) if event.order in OF_THIRDS else None
    why = lending.why_not(agent, colleague) if colleague is not None else None
    return why if why is not None and talk_of(floor, agent) is not None else Phrase.REFUSED


def _ask_third(floor: Floor, talk: OnTheLine, agent: Agent, event: ev.AgentOrdered, now: datetime) -> Wishes:
    kind = OF_THIRDS[event.order]
    colleague = lending.colleague_of(floor, event.argument)
    target = look_up(floor.site, event.argument)
    third = None
    if colleague is not None:
        yield from lending.ask(floor, talk, agent, colleague, kind, now)
        third = lending.as_third(colleague, kind, now)
    elif isinstance(target, Target):
        third = Third(channel=third_channel(talk.id, now), target=target, kind=kind, at=now)
    if third is not None:
        yield from tell_aside(floor, talk.id, sig.ThirdAsked(third=third), now)


def concerns(floor: Floor, event: Event) -> bool:
    """Whether the event is for what is aside of a talk and for nobody else."""
    match event:
        case ev.EnteredBridge(channel=channel) | ev.LeftBridge(channel=channel):
            aside = floor.asides.get(AttemptId(channel))
            return _is_outsider(floor, channel) or (aside is not None and aside.state is not S.HANDED)
        case ev.ChannelEvent(channel=channel):
            return _is_outsider(floor, channel)
        case _:
            return False


def _is_outsider(floor: Floor, channel: ChannelId) -> bool:
    """A third's leg, and no colleague's."""
    return channel in floor.asides.thirds and channel not in floor.legs


def leave(floor: Floor, agent: Agent, now: datetime) -> Wishes:
    """A colleague who was asked into a talk has had enough of it."""
    aside = floor.asides.get(agent.attempt) if agent.attempt is not None else None
    if aside is not None and aside.third is not None and aside.third.colleague == agent.number:
        gone = ev.HungUp(channel=aside.third.channel, at=now, cause=NORMAL_CLEARING)
        yield from tell_aside(floor, aside.attempt, gone, now)


def hear(floor: Floor, event: Event, now: datetime) -> Wishes:
    """What concerns a third, a customer on the way, or a guard."""
    match event:
        case ev.ChannelEvent(channel=channel):
            yield from tell_aside(floor, floor.asides.thirds.get(channel, AttemptId(channel)), event, now)
        case ev.TimerFired(timer=timer):
            yield from tell_aside(floor, AttemptId(timer.subject), event, now)


def settle(floor: Floor, event: Event, now: datetime) -> Wishes:
    """Bring what is aside to where the floor is by now, after `event`."""
    match event:
        case ev.EnteredBridge(channel=channel) | ev.LeftBridge(channel=channel) if channel in floor.legs:
            agent = floor.agents[floor.legs[channel]]
            aside = floor.asides.get(agent.attempt) if agent.attempt is not None else None
            if aside is not None and aside.reason is not None:
                yield from tell_aside(floor, aside.attempt, event, now)
        case ev.MessageStarted(channel=channel):
            yield from tell_aside(floor, AttemptId(channel), event, now)
    for aside in list(floor.asides.values()):
        if lending.missing(floor, aside) and aside.third is not None:
            at = event.at if isinstance(event, ev.ChannelEvent) else now
            gone = ev.HungUp(channel=aside.third.channel, at=at, cause=NORMAL_CLEARING)
            yield from tell_aside(floor, aside.attempt, gone, now)
    for aside in list(floor.asides.values()):
        if not _goes_on(floor, aside):
            yield from tell_aside(floor, aside.attempt, sig.TalkEnded(), now)


def tell_aside(floor: Floor, attempt: AttemptId, event: Event, now: datetime) -> Wishes:
    """Give an event to what is aside of a talk, and to call and agent what follows for them."""
    before = floor.asides.get(attempt)
    if before is None:
        return
    after, wishes = asides.step(before, event, now)
    floor.asides.put(after)
    yield from wishes
    at = event.at if isinstance(event, ev.ChannelEvent) else now
    if after.state in ENDED:
        floor.asides.remove(attempt)
    if after.state is S.LOST:
        yield from tell(floor, now, ToCall(attempt, sig.CalledOff()))
    elif after.state is not before.state and after.state in WITH_SOMEBODY and after.customer_in is not None:
        there = ev.EnteredBridge(channel=ChannelId(attempt), at=at, bridge=after.customer_in)
        yield from tell(floor, now, ToCall(attempt, there))
    yield from lending.follow(floor, before, after, at, now)
    yield from _tell_agent(floor, before, after, at, now)


def _tell_agent(floor: Floor, before: Aside, after: Aside, at: datetime, now: datetime) -> Wishes:
    agent, talk = floor.agents.get(after.agent), floor.talk(after.attempt)
    if talk is None or agent is None or agent.attempt != after.attempt or agent.state is not AgentState.TALKING:
        return
    if after.reason is not None:
        if after.reason != agent.reason:
            yield from tell(
                floor, now, ToAgent(agent.number, sig.Rearranged(attempt=after.attempt, reason=after.reason))
            )
    elif before.reason is not None and after.state not in ENDED:
        yield from tell(
            floor,
            now,
            ToCall(after.attempt, sig.HandedOn(agent=agent.number, at=at)),
            ToAgent(agent.number, sig.CallEnded(attempt=after.attempt, wrap_up=wrap_up_of(talk))),
        )


def talk_of(floor: Floor, agent: Agent) -> OnTheLine | None:
    """The talk in which the agent is, the customer on hold or not."""
    if agent.state is not AgentState.TALKING or agent.attempt is None:
        return None
    talk = floor.talk(agent.attempt)
    return talk if talk is not None and is_talking(talk) and talk.agent == agent.number else None


def _goes_on(floor: Floor, aside: Aside) -> bool:
    talk, agent = floor.talk(aside.attempt), floor.agents.get(aside.agent)
    if not is_talking(talk):
        return False
    return aside.reason is None or (agent is not None and agent.attempt == aside.attempt)
