"""dialer.core.telling: whose word counts, and of whom."""

from __future__ import annotations

import pytest

from dialer.core.detection import Detection, MachinesPolicy, Truth
from dialer.core.events import AgentOrdered
from dialer.core.orders import refusal
from dialer.core.phrases import STOCK, Phrase
from dialer.core.supervision import TellAgent
from dialer.core.telling import heard_by, truth_of
from dialer.core.words import AgentOrder, MachineVerdict
from tests.factories import ANNA
from tests.scenes import Scene, running

ALL_HEARD = MachinesPolicy(detection=Detection(), sample=0.999999)


def talking_with(verdict: MachineVerdict) -> Scene:
    return running(machines=ALL_HEARD).opened().answered(verdict=verdict).joined().ignore()


def verdict(said: str) -> AgentOrdered:
    return AgentOrdered(agent=ANNA, order=AgentOrder.VERDICT, argument=said, by="boss")


@pytest.mark.parametrize("said", Truth)
def test_the_agent_who_hears_it_says_what_it_is(said: Truth) -> None:
    play = talking_with(MachineVerdict.MACHINE)
    assert refusal(play.dialer.floor, verdict(said), play.now) is None
    assert truth_of(play.dialer.floor, play.agent(), verdict(said)) is said
    play.agent_order(AgentOrder.VERDICT, said)
    assert play.call().truth is said


def test_of_a_person_nothing_is_to_be_said() -> None:
    play = talking_with(MachineVerdict.HUMAN)
    assert heard_by(play.dialer.floor, play.agent()) is None
    expected = "agent 1001 has nobody on the line who was taken for a machine"
    assert refusal(play.dialer.floor, verdict("machine"), play.now) == expected
    play.agent_order(AgentOrder.VERDICT, "machine")
    assert play.call().truth is None


def test_what_is_no_verdict_is_refused() -> None:
    play = talking_with(MachineVerdict.SILENCE)
    expected = "'robot' is no verdict, expected person or machine"
    assert refusal(play.dialer.floor, verdict("robot"), play.now) == expected
    play.agent_order(AgentOrder.VERDICT, "robot")
    assert play.call().truth is None


def test_the_agents_keys_are_confirmed() -> None:
    play = talking_with(MachineVerdict.MACHINE)
    play.press("**4").expect(TellAgent(agent=ANNA, sound=STOCK[Phrase.NOTED]))
    other = talking_with(MachineVerdict.HUMAN)
    other.press("**4").expect(TellAgent(agent=ANNA, sound=STOCK[Phrase.REFUSED]))
