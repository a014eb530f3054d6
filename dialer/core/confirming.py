"""What an agent hears of what was asked: said once everything has followed from it, so that it never delays a join.

Who waits in the loop hears it there, at once and in place of what was being heard; who talks has it whispered, unheard
by the customer; who is being joined hears nothing. In a spoken dialog the route says it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core.asked import Asked
from dialer.core.choices import choices_of
from dialer.core.dialogs import Dismiss
from dialer.core.events import AgentOrdered
from dialer.core.floor import Floor
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.phrases import IN_STOCK, Phrase, SpokenPhrases
from dialer.core.supervision import TellAgent
from dialer.core.telling import truth_of
from dialer.core.words import AgentOrder, AgentState, CallState

Wishes = Iterator[do.Command]
Words = tuple[Phrase, str]
"""A phrase, and the label that belongs to it."""


CONFIRMED = frozenset(
    {
        AgentOrder.READY,
        AgentOrder.PAUSE,
        AgentOrder.LOG_OUT,
        AgentOrder.DISPOSE,
        AgentOrder.ACCEPT,
        AgentOrder.SKIP,
        AgentOrder.ASK_CALLBACK,
        AgentOrder.MENU,
        AgentOrder.DO_NOT_CALL,
        AgentOrder.VERDICT,
        AgentOrder.END_CALL,
    }
)
"""Orders of which nothing came are refused in words; of every other somebody else says what came of it, as `recorder`
does when Asterisk has spoken."""


ARRANGED = {
    AgentOrder.HOLD: Phrase.ON_HOLD,
    AgentOrder.CONSULT: Phrase.CALLING_THIRD,
    AgentOrder.CONFERENCE: Phrase.THREE_WAY,
}
OF_CUSTOMERS = (AgentOrder.END_CALL, AgentOrder.ASK_CALLBACK, AgentOrder.DO_NOT_CALL)


def language_of(agent: Agent) -> str:
    """In which Waihu speaks to the agent."""
    return agent.desk.language or agent.profile.language


def voice_of(floor: Floor, agent: Agent) -> SpokenPhrases:
    """The sounds of what is said to the agent."""
    return floor.spoken.get(language_of(agent), IN_STOCK)


def with_goodbye(floor: Floor, wishes: Wishes) -> Wishes:
    """An agent who is logged out hears so before the leg is ended."""
    for wish in wishes:
        number = floor.legs.get(wish.channel) if isinstance(wish, do.HangUp) else None
        agent = floor.agents.get(number) if number is not None else None
        if isinstance(wish, do.HangUp) and agent is not None and agent.leaving is AgentState.LOGGED_OUT:
            yield Dismiss(channel=wish.channel, sound=voice_of(floor, agent).sound(Phrase.LOGGED_OUT))
        else:
            yield wish


def confirm(floor: Floor, now: datetime) -> Wishes:
    """Tell agents what came of what was asked of them by the event at hand."""
    asked, floor.asked = floor.asked, []
    for one in asked:
        agent = floor.agents.get(one.after.number)
        if agent is None or agent.leg is None or agent.leaving is not None:
            continue
        if one.order is not None and one.order.order is AgentOrder.REPEAT:
            yield from _say(floor, agent, agent.desk.told or voice_of(floor, agent).sound(Phrase.REFUSED))
            continue
        sounds = [voice_of(floor, agent).sound(phrase, label) for phrase, label in words_for(floor, one)]
        told = "&".join(filter(None, sounds))
        if told:
            agent = replace(agent, desk=replace(agent.desk, told=told, told_at=now))
            floor.put_agent(agent)
            yield from _say(floor, agent, told)


def words_for(floor: Floor, asked: Asked) -> tuple[Words, ...]:
    """What is to be said; nothing where somebody else says it, or there is nothing to say."""
    if asked.order is None:
        return ((Phrase.UNKNOWN_KEY, ""),)
    words = _came_of(floor, asked, asked.order)
    if words is None:
        # Whoever else asked has the refusal as the answer.
        return ((_why_not(asked.order, asked.before), ""),) if asked.order.by == asked.before.number else ()
    return words


def _came_of(floor: Floor, asked: Asked, ordered: AgentOrdered) -> tuple[Words, ...] | None:
    """None: nothing came of it."""
    before, after = asked.before, asked.after
    label = ordered.argument
    match ordered.order:
        case AgentOrder.LOG_IN:
            came = before.leg is None and after.leg is not None and not before.rung
            return ((Phrase.LOGGED_IN, ""),) if came else ()
        case AgentOrder.READY if after.state.on_shift and after.leaving is None:
            return ((Phrase.READY, ""),)
        case AgentOrder.PAUSE if after.state is AgentState.PAUSED:
            return ((Phrase.PAUSED, _reason(floor, label)),)
        case AgentOrder.PAUSE if after.then_pause is not None:
            return ((Phrase.PAUSED_AFTER, _reason(floor, label)),)
        case AgentOrder.LOG_OUT if after.then_log_out:
            return ((Phrase.LOGGED_OUT_AFTER, ""),)
        case AgentOrder.LOG_OUT if after.leaving is not None or not after.state.on_shift:
            return ()
        case AgentOrder.DISPOSE if after != before:
            ready = ((Phrase.READY, ""),) if after.state is AgentState.READY else ()
            return (Phrase.NOTED, _disposition(floor, before, label)), *ready
        case AgentOrder.ACCEPT if before.offer is not None and after.offer is None and after.attempt is not None:
            return ((Phrase.DIALLING, ""),)
        case AgentOrder.SKIP if before.offer is not None and after.offer is None:
            return ((Phrase.PASSED_BY, ""),)
        case AgentOrder.ASK_CALLBACK if after.desk.wants_callback:
            return ((Phrase.CALLBACK_AFTER, ""),)
        case AgentOrder.MENU | AgentOrder.ASK_CALLBACK if after.desk.dialog is not None:
            return ()
        case AgentOrder.DO_NOT_CALL if _is_unwanted(floor, before):
            return ((Phrase.DO_NOT_CALL, ""),)
        case AgentOrder.VERDICT if truth_of(floor, before, ordered) is not None:
            return ((Phrase.NOTED, ""),)
        case AgentOrder.HOLD | AgentOrder.CONSULT | AgentOrder.CONFERENCE if after.reason != before.reason:
            # A customer who is taken back or left to a third is heard, or heard no more.
            return ((ARRANGED[ordered.order], ""),)
        case AgentOrder.END_CALL if before.attempt is not None:
            return ()
        case order:
            return None if order in CONFIRMED else ()


def _why_not(order: AgentOrdered, agent: Agent) -> Phrase:
    return Phrase.NO_CUSTOMER if order.order in OF_CUSTOMERS and agent.attempt is None else Phrase.REFUSED


def _say(floor: Floor, agent: Agent, sound: str) -> Wishes:
    if agent.leg is None or agent.desk.dialog is not None:
        return
    if agent.state is AgentState.TALKING:
        yield TellAgent(agent=agent.number, sound=sound)
    elif agent.state in (AgentState.READY, AgentState.PAUSED, AgentState.WRAP_UP) or _waits_for_bound(floor, agent):
        yield do.Announce(channel=agent.leg, agent=agent.number, sound=sound)


def _is_unwanted(floor: Floor, agent: Agent) -> bool:
    talk = floor.talk(agent.attempt) if agent.attempt is not None else None
    return talk is not None and talk.unwanted_by is not None


def _waits_for_bound(floor: Floor, agent: Agent) -> bool:
    """The agent's own customer is being dialled; once they are being joined nothing may move the leg."""
    talk = floor.talk(agent.attempt) if agent.attempt is not None else None
    return isinstance(talk, Call) and talk.bound and talk.state is not CallState.JOINING


def _reason(floor: Floor, name: str) -> str:
    return next((reason.label for reason in floor.site.pause_reasons if reason.name == name), name)


def _disposition(floor: Floor, agent: Agent, name: str) -> str:
    choices = choices_of(floor, agent)
    chosen = choices.disposition_named(name) if choices is not None else None
    return chosen.label if chosen is not None else name
