"""Where an agent asks a colleague into a talk: who can be asked, and what follows for the one who was.

The colleague's own leg is the third's leg. So it is never ended by us, its keys and its end are the agent's first, and
what is aside of the talk hears afterwards whether the colleague is still there (`missing`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dialer.core import commands as do
from dialer.core import signals as sig
from dialer.core.aside_words import AsideState, TransferKind
from dialer.core.calling_out import Target
from dialer.core.confirming import voice_of
from dialer.core.coupling import tell
from dialer.core.floor import Floor
from dialer.core.lent_agent import Dispensed, Lent, PassedTo
from dialer.core.letters import ToAgent, ToCall
from dialer.core.live_agent import Agent
from dialer.core.live_aside import Aside
from dialer.core.live_call import Call
from dialer.core.on_the_line import OnTheLine
from dialer.core.phrases import Phrase
from dialer.core.supervision import TellAgent
from dialer.core.transfer import Third
from dialer.core.words import AgentNumber, AgentState

Wishes = Iterator[do.Command]

AWAY = (AgentState.LOGGED_OUT, AgentState.LOST)


def colleague_of(floor: Floor, digits: str) -> Agent | None:
    """Which agent of the site these digits mean; None: no agent."""
    number = AgentNumber(digits)
    return floor.agents.get(number) if number in floor.site.agents else None


def why_not(agent: Agent, colleague: Agent) -> Phrase | None:
    """Why the colleague cannot be asked now; None: there, ready, and with the phone up."""
    if colleague.number == agent.number or colleague.state in AWAY or colleague.may_be_rung:
        return Phrase.COLLEAGUE_AWAY
    if colleague.state is AgentState.PAUSED:
        return Phrase.COLLEAGUE_PAUSED
    return None if colleague.at_hand else Phrase.COLLEAGUE_BUSY


def refusal(floor: Floor, agent: Agent, digits: str) -> str | None:
    """The same in words, where the digits mean an agent at all."""
    colleague = colleague_of(floor, digits)
    if colleague is None or why_not(agent, colleague) is None:
        return None
    if colleague.number == agent.number:
        return f"{digits} is agent {agent.number} itself"
    down = ", with the receiver down" if colleague.may_be_rung else ""
    return f"agent {colleague.number} is {colleague.state.value}{down}, and cannot be asked into a talk then"


def ask(floor: Floor, talk: OnTheLine, agent: Agent, colleague: Agent, kind: TransferKind, now: datetime) -> Wishes:
    """Reserve the colleague, who hears who it is that asks."""
    reserved = sig.Reserved(
        attempt=talk.id,
        campaign=talk.policy.name if isinstance(talk, Call) else None,
        queue=None if isinstance(talk, Call) else talk.terms.team,
    )
    yield from tell(floor, now, ToAgent(colleague.number, reserved))
    asked = Phrase.CUSTOMER_COMES_FROM if kind is TransferKind.BLIND else Phrase.COLLEAGUE_ASKS
    who = [f"digits/{digit}" for digit in agent.number if digit.isdigit()]
    sound = "&".join(filter(None, [voice_of(floor, colleague).sound(asked), *who]))
    yield TellAgent(agent=colleague.number, sound=sound)


def as_third(colleague: Agent, kind: TransferKind, now: datetime) -> Third | None:
    """The colleague as somebody in the talk; None: without a phone."""
    if colleague.leg is None:
        return None
    name = f"{colleague.number} {colleague.profile.name}".strip()
    return Third(
        channel=colleague.leg,
        target=Target(name=name, dial=""),
        kind=kind,
        at=now,
        bridge=colleague.bridge,
        colleague=colleague.number,
    )


def is_lent(floor: Floor, agent: Agent) -> bool:
    """The customer of whom the agent talks is a colleague's."""
    aside = floor.asides.get(agent.attempt) if agent.attempt is not None else None
    return aside is not None and aside.agent != agent.number


def missing(floor: Floor, aside: Aside) -> bool:
    """The colleague who was asked is not there any more."""
    third = aside.third
    if third is None or third.colleague is None:
        return False
    colleague = floor.agents.get(third.colleague)
    return colleague is None or colleague.leg != third.channel or colleague.attempt != aside.attempt


def follow(floor: Floor, before: Aside, after: Aside, at: datetime, now: datetime) -> Wishes:
    """What follows for the colleague, and for whose the customer is, from what became of what is aside of the talk."""
    was = before.third.colleague if before.third is not None else None
    third = after.third
    colleague = third.colleague if third is not None else None
    if was is not None and colleague is None:
        yield from tell(floor, now, ToAgent(was, Dispensed(attempt=after.attempt)))
    if third is None or colleague is None:
        return
    if after.state is AsideState.PASSED:
        passed = PassedTo(agent=after.agent, to=colleague, leg=third.channel, at=at)
        yield from tell(floor, now, ToCall(after.attempt, passed))
    reason = _reason(after)
    if reason is not None and (after.state is AsideState.PASSED or reason != floor.agents[colleague].reason):
        yield from tell(floor, now, ToAgent(colleague, Lent(attempt=after.attempt, reason=reason)))


def _reason(aside: Aside) -> str | None:
    """What the colleague does, for the intervals of the day; None: is only reserved yet."""
    there = aside.third is not None and aside.third.answered_at is not None
    return aside.state.reason if there or aside.state is AsideState.PASSED else None
