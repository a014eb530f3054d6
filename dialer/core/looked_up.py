"""What comes of an enquiry: the third is called, or the agent hears why not; one whose talk is over is forgotten.

What may have changed while the store was asked is looked at once more, as if it were asked for now.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dialer.core import commands as do
from dialer.core import switching
from dialer.core.asked import Asked
from dialer.core.confirming import voice_of
from dialer.core.enquiry import Enquiry, NumberLookedUp
from dialer.core.events import TimerFired
from dialer.core.floor import Floor
from dialer.core.phrases import Phrase
from dialer.core.supervision import TellAgent
from dialer.core.words import AgentNumber

Wishes = Iterator[do.Command]

WHY = {
    Phrase.NOT_TO_BE_CALLED: "it must not be called",
    Phrase.NOT_LOOKED_UP: "the store did not say in time whether it may be",
}


def hear(floor: Floor, event: NumberLookedUp | TimerFired, now: datetime) -> Wishes:
    """The store has answered, or has not."""
    match event:
        case NumberLookedUp(agent=number, asked_at=asked_at, suppressed=suppressed):
            enquiry = floor.asides.enquiries.get(number)
            if enquiry is None or enquiry.asked_at != asked_at:
                return  # Nobody waits for it any more.
            yield from _forget(floor, enquiry)
            if suppressed:
                yield from _refuse(floor, enquiry, Phrase.NOT_TO_BE_CALLED)
            else:
                yield from _go_on(floor, enquiry, now)
        case TimerFired(timer=timer):
            enquiry = floor.asides.enquiries.pop(AgentNumber(timer.subject), None)
            if enquiry is not None:
                yield from _refuse(floor, enquiry, Phrase.NOT_LOOKED_UP)


def settle(floor: Floor) -> Wishes:
    """Forget what was asked in talks in which the agent is no more."""
    for enquiry in list(floor.asides.enquiries.values()):
        agent = floor.agents.get(enquiry.order.agent)
        talk = switching.talk_of(floor, agent) if agent is not None else None
        if talk is None or talk.id != enquiry.talk:
            yield from _forget(floor, enquiry)


def _go_on(floor: Floor, enquiry: Enquiry, now: datetime) -> Wishes:
    agent = floor.agents[enquiry.order.agent]
    talk = switching.talk_of(floor, agent)
    if talk is None or agent.leg is None or switching.refusal(floor, agent, enquiry.order) is not None:
        yield TellAgent(agent=agent.number, sound=voice_of(floor, agent).sound(Phrase.REFUSED))
        return
    yield from switching.carry_out(floor, agent, talk, enquiry.order, now)
    floor.asked.append(Asked(order=enquiry.order, before=agent, after=floor.agents[agent.number]))


def _refuse(floor: Floor, enquiry: Enquiry, why: Phrase) -> Wishes:
    """Whoever asked, by key or by command, it is the agent who waits for the third."""
    number = enquiry.order.agent
    what = f"an outside number was not called in a talk: {WHY[why]}"
    yield do.ReportOddity(what=what, subject=f"agent {number}, {enquiry.number}")
    yield TellAgent(agent=number, sound=voice_of(floor, floor.agents[number]).sound(why))


def _forget(floor: Floor, enquiry: Enquiry) -> Wishes:
    del floor.asides.enquiries[enquiry.order.agent]
    yield do.LetSleep(timer=enquiry.timer)
