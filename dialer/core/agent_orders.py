"""What is asked of agents, by their own keys or by somebody else, and who is let in as one.

An order that concerns the customer goes to the call or to what is aside of it, one that concerns the recording to the
recorder, and every other to the agent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import recorder, switching
from dialer.core.asked import Asked
from dialer.core.attendance import admit, is_supervisor
from dialer.core.choices import choices_of
from dialer.core.confirming import with_goodbye
from dialer.core.coupling import tell
from dialer.core.floor import Floor
from dialer.core.keypad import is_unknown, press
from dialer.core.lending import is_lent
from dialer.core.letters import ToAgent, ToCall
from dialer.core.live_agent import Agent
from dialer.core.phrases import Phrase
from dialer.core.signals import CalledOff, Told
from dialer.core.telling import truth_of
from dialer.core.wishes import keep_wish
from dialer.core.words import AgentNumber, AgentOrder, AgentState, CallState

Wishes = Iterator[do.Command]

OF_CUSTOMER = (
    *(AgentOrder.END_CALL, AgentOrder.DISPOSE, AgentOrder.ASK_CALLBACK, AgentOrder.DO_NOT_CALL, AgentOrder.VERDICT),
    *recorder.ORDERS,
    *switching.POSSIBLE,
)
"""Orders that only the customer's own agent can be given."""


def log_in(floor: Floor, event: ev.LoginTried | ev.PinChecked | ev.AgentLegUp, now: datetime) -> Wishes:
    """Somebody wants to be let in, or stands in the waiting loop."""
    known = floor.agents.get(event.agent)
    match event:
        case ev.LoginTried() | ev.PinChecked() if is_supervisor(floor, event.agent):
            yield from admit(floor, event)
        case ev.LoginTried() if known is None or not known.may_come:
            yield do.DenyAgent(channel=event.channel)
        case ev.LoginTried(pin=pin):
            yield do.CheckPin(channel=event.channel, agent=event.agent, pin=pin)
        case ev.PinChecked(right=True) if known is not None and known.may_come:
            yield do.AdmitAgent(channel=event.channel, agent=event.agent)
        case ev.PinChecked():
            yield do.DenyAgent(channel=event.channel)
        case ev.AgentLegUp() if known is None:
            yield do.ReportOddity(what="agent whom the site file does not list", subject=event.agent)
            yield do.HangUp(channel=event.channel)
        case ev.AgentLegUp():
            yield from tell(floor, now, ToAgent(event.agent, event))
            came = ev.AgentOrdered(agent=event.agent, order=AgentOrder.LOG_IN)
            floor.asked.append(Asked(order=came, before=known, after=floor.agents[event.agent]))


def keyed(floor: Floor, number: AgentNumber, digit: str, now: datetime) -> Wishes:
    """An agent pressed a key."""
    agent = floor.agents[number]
    if not agent.state.on_shift or agent.desk.dialog is not None:
        return  # In a dialog a key answers the voice.
    pressed, order = press(agent, digit, choices_of(floor, agent), floor.site)
    floor.put_agent(pressed)
    if order is not None:
        yield from ordered(floor, number, order, now)
    elif is_unknown(agent, pressed):
        floor.asked.append(Asked(order=None, before=agent, after=pressed))


def ordered(floor: Floor, number: AgentNumber, event: ev.AgentOrdered, now: datetime) -> Wishes:
    """Something was asked of an agent, by key or by somebody else; what came of it will be confirmed."""
    agent = floor.agents.get(number)
    if agent is None:
        yield do.ReportOddity(what="order for an agent whom nobody knows", subject=number)
        return
    yield from with_goodbye(floor, _carry_out(floor, agent, event, now))
    if number in floor.agents:
        floor.asked.append(Asked(order=event, before=agent, after=floor.agents[number]))


def _carry_out(floor: Floor, agent: Agent, event: ev.AgentOrdered, now: datetime) -> Wishes:
    number = agent.number
    if event.order in OF_CUSTOMER and is_lent(floor, agent):
        yield from _of_colleagues_customer(floor, agent, event, now)
    elif event.order is AgentOrder.END_CALL:
        if agent.attempt is not None and (agent.state is AgentState.TALKING or _is_bound(floor, agent)):
            yield from tell(floor, now, ToCall(agent.attempt, CalledOff()))
    elif event.order is AgentOrder.DO_NOT_CALL:
        yield from keep_wish(floor, event, now)
    elif event.order in recorder.ORDERS:
        yield from recorder.ordered(floor, agent, event.order)
    elif event.order in switching.POSSIBLE:
        yield from switching.ordered(floor, agent, event, now)
    elif event.order is AgentOrder.DISPOSE and not _offers_disposition(floor, agent, event.argument):
        yield do.ReportOddity(what=f"disposition {event.argument!r} that the campaign does not offer", subject=number)
    else:
        if agent.attempt is not None and (truth := truth_of(floor, agent, event)) is not None:
            yield from tell(floor, now, ToCall(agent.attempt, Told(agent=number, truth=truth)))
        yield from tell(floor, now, ToAgent(number, event))


def _of_colleagues_customer(floor: Floor, agent: Agent, event: ev.AgentOrdered, now: datetime) -> Wishes:
    """Who was asked into a colleague's talk can leave it, and has no customer."""
    if event.order is AgentOrder.END_CALL:
        yield from switching.leave(floor, agent, now)
    elif event.order in (*recorder.ORDERS, *switching.POSSIBLE) and event.by == agent.number:
        # Of the others `confirm` says it.
        yield recorder.tell_agent(floor, agent.number, Phrase.REFUSED)


def _is_bound(floor: Floor, agent: Agent) -> bool:
    call = floor.calls.get(agent.attempt) if agent.attempt is not None else None
    return call is not None and call.bound and call.state is not CallState.OPENING


def _offers_disposition(floor: Floor, agent: Agent, name: str) -> bool:
    choices = choices_of(floor, agent)
    return choices is not None and choices.disposition_named(name) is not None
