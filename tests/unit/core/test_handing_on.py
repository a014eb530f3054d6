"""dialer.core.handing_on: the agent is done with a customer who talks on with a third."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.handing_on import step
from dialer.core.words import AgentNumber, BridgeId, CallState
from tests.factories import ANNA, NOW, make_call

SOON, LATER = NOW + timedelta(seconds=10), NOW + timedelta(seconds=60)
TALKING = make_call(
    state=CallState.TALKING, agent=ANNA, answered_at=NOW, bridged_at=NOW, dialed_at=NOW, bridge=BridgeId("b")
)
HANDED = sig.HandedOn(agent=ANNA, at=SOON)


def test_the_end_of_the_wrap_up_leaves_the_customer_on_the_line() -> None:
    handed, _ = step(TALKING, HANDED, SOON)
    done, wishes = step(handed, sig.WrappedUp(agent=ANNA, disposition="sale"), SOON)
    assert (done.state, done.agent_disposition, wishes) == (CallState.TALKING, "sale", ())


def test_the_agents_talk_ends_with_the_handing_on_and_the_line_later() -> None:
    handed, _ = step(TALKING, HANDED, SOON)
    over, _ = step(handed, ev.HungUp(channel=handed.channel, at=LATER, cause=16), LATER)
    assert (over.state, over.seconds_talked, over.ended_at) == (CallState.WRAPPING, 10.0, LATER)


def test_nobody_else_can_hand_on_the_customer() -> None:
    other = sig.HandedOn(agent=AgentNumber("1002"), at=SOON)
    assert step(TALKING, other, SOON) == (TALKING, ())


def test_a_customer_who_was_not_handed_on_goes_with_the_agent() -> None:
    over, wishes = step(TALKING, sig.WrappedUp(agent=ANNA, disposition=None), SOON)
    assert (over.state, wishes[0]) == (CallState.ENDING, do.HangUp(channel=TALKING.channel))


def test_a_call_is_handed_on_once() -> None:
    handed, _ = step(TALKING, HANDED, SOON)
    assert step(handed, replace(HANDED, at=LATER), LATER)[0].handed_at == SOON
