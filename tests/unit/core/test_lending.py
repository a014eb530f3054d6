"""dialer.core.lending: colleagues who are asked into a talk, get the customer, or are let go."""

from __future__ import annotations

from itertools import pairwise

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.aside_words import AsideState, Place, TransferKind, TransferOutcome
from dialer.core.lending import why_not
from dialer.core.phrases import Phrase
from dialer.core.queueing import RecordWait
from dialer.core.supervision import TellAgent
from dialer.core.switching import refusal
from dialer.core.transfer import Send
from dialer.core.words import AgentNumber, AgentOrder, AgentState
from tests.factories import ANNA, BEN
from tests.scenes import leg_of
from tests.talks import NEW, SIDE, Begin, TalkScene, both_kinds, with_called, with_caller

ANNAS, BENS = leg_of(ANNA), leg_of(BEN)


def asked(begin: Begin) -> TalkScene:
    """Anna has asked Ben, who is on the way to her; the customer hears music."""
    scene = begin()
    bridge = scene.agent().bridge
    assert bridge is not None
    scene.press(f"*6{BEN}#")
    return scene.leaves(bridge, scene.customer, ANNAS).ignore()


def consulting(begin: Begin) -> TalkScene:
    """Anna talks with Ben."""
    return asked(begin).wait(0.1).enters(SIDE, BENS, ANNAS).ignore()


def passed(begin: Begin) -> TalkScene:
    """Ben has the customer."""
    scene = consulting(begin).wait(5.0)
    scene.press("*6").leaves(SIDE, ANNAS, BENS)
    return scene.enters(NEW, scene.customer, BENS).ignore()


def order(scene: TalkScene, what: AgentOrder, argument: str = "") -> str | None:
    """The answer to Anna's order."""
    event = ev.AgentOrdered(agent=ANNA, order=what, argument=argument, by=ANNA)
    return refusal(scene.dialer.floor, scene.agent(), event)


@both_kinds
def test_a_colleague_who_is_asked_is_reserved_hears_by_whom_and_comes_at_once(begin: Begin) -> None:
    scene = begin()
    scene.press(f"*6{BEN}#").expect(
        Send(channel=scene.customer, place=Place.HOLD, to=ANNA), Send(channel=BENS, place=Place.CONSULT, to=ANNA)
    )
    assert (scene.agent(BEN).state, scene.agent(BEN).attempt) == (AgentState.RESERVED, scene.attempt)
    told = [wish.sound for wish in scene.wished(TellAgent) if wish.agent == BEN]
    assert told == ["beep&digits/1&digits/0&digits/0&digits/1"]
    scene.wait(0.1).enters(SIDE, BENS, ANNAS).expect()
    for agent in (scene.agent(), scene.agent(BEN)):
        assert (agent.state, agent.reason, agent.attempt) == (AgentState.TALKING, "consult", scene.attempt)
    assert scene.talk is not None
    assert scene.talk.agent == ANNA


@both_kinds
def test_a_warm_transfer_makes_the_colleague_the_customers_agent(begin: Begin) -> None:
    scene = consulting(begin).wait(5.0)
    scene.press("*6").expect(Send(channel=scene.customer, place=Place.COLLEAGUE, to=BEN))
    scene.leaves(SIDE, ANNAS, BENS)
    scene.enters(NEW, scene.customer, BENS).expect()
    assert scene.aside is None
    assert scene.talk is not None
    assert (scene.talk.agent, scene.talk.bridge) == (BEN, NEW)
    assert (scene.agent(BEN).state, scene.agent(BEN).reason) == (AgentState.TALKING, "")
    assert (scene.agent().state, scene.agent().attempt) == (AgentState.READY, None)
    last = scene.transfers[-1]
    assert (last.kind, last.outcome, last.agent, last.colleague) == (
        TransferKind.WARM,
        TransferOutcome.HANDED,
        ANNA,
        BEN,
    )
    assert last.target.startswith("1002")
    assert last.ended_at == scene.now
    # Who has the customer on hold, or asks the next colleague, is Ben now; Anna is the next, for she is ready.
    scene.press("*5", BEN).expect(Send(channel=scene.customer, place=Place.HOLD, to=BEN))


@both_kinds
def test_the_colleague_disposes_of_the_call_and_both_days_add_up(begin: Begin) -> None:
    scene = passed(begin).wait(20.0)
    scene.leaves(NEW, scene.customer, BENS).customer_goes()
    assert (scene.agent(BEN).state, scene.agent().state) == (AgentState.WRAP_UP, AgentState.READY)
    scene.press("1", BEN)
    of = {who: [i for i in scene.wished(do.RecordInterval) if i.agent == who] for who in (ANNA, BEN)}
    spent = {who: [(i.state, i.reason) for i in of[who] if i.attempt or i.caller] for who in of}
    talking = AgentState.TALKING
    assert spent[ANNA][-2:] == [(talking, ""), (talking, "consult")]
    assert spent[BEN][:3] == [(AgentState.RESERVED, ""), (talking, "consult"), (talking, "")]
    for intervals in of.values():
        assert all(a.until == b.since for a, b in pairwise(intervals))
    if begin is with_called:
        outcome = scene.wished(do.CloseAttempt)[-1].outcome
        assert (outcome.agent, outcome.agent_disposition) == (BEN, "sale")
        assert outcome.seconds_talked == pytest.approx(35.1)
    else:
        assert scene.wished(RecordWait)[-1].agent == BEN


@both_kinds
def test_all_three_talk_and_then_the_agent_leaves(begin: Begin) -> None:
    scene = consulting(begin)
    scene.press("*7").expect(
        Send(channel=BENS, place=Place.WAIT, to=ANNA), Send(channel=scene.customer, place=Place.AGENT, to=ANNA)
    )
    scene.leaves(SIDE, ANNAS, BENS).enters(NEW, scene.customer, ANNAS)
    scene.expect(Send(channel=BENS, place=Place.THREE_WAY, to=ANNA))
    assert [scene.agent(who).reason for who in (ANNA, BEN)] == ["three_way", "three_way"]
    scene.press("*6").expect(Send(channel=scene.customer, place=Place.COLLEAGUE, to=BEN))


@both_kinds
def test_a_customer_can_be_left_to_a_colleague_without_a_word(begin: Begin) -> None:
    scene = begin()
    bridge = scene.agent().bridge
    assert bridge is not None
    scene.press(f"*8{BEN}#").expect(Send(channel=scene.customer, place=Place.COLLEAGUE, to=BEN))
    scene.leaves(bridge, scene.customer, ANNAS).enters(NEW, BENS, scene.customer).expect()
    assert scene.talk is not None
    assert (scene.talk.agent, scene.agent().state) == (BEN, AgentState.READY)
    assert (scene.transfers[-1].kind, scene.transfers[-1].outcome) == (TransferKind.BLIND, TransferOutcome.HANDED)


@both_kinds
def test_a_colleague_who_could_not_be_joined_leaves_the_customer_with_the_agent(begin: Begin) -> None:
    scene = begin()
    bridge = scene.agent().bridge
    assert bridge is not None
    scene.press(f"*8{BEN}#").leaves(bridge, scene.customer, ANNAS).ignore()
    scene.enters(NEW, scene.customer, ANNAS).expect(Send(channel=BENS, place=Place.LOOP, to=BEN))
    assert (scene.agent().state, scene.agent().reason) == (AgentState.TALKING, "")


@both_kinds
def test_a_colleague_who_is_let_go_is_ready_when_the_phone_is_back_and_not_before(begin: Begin) -> None:
    scene = consulting(begin)
    scene.press("*5").expect(
        Send(channel=scene.customer, place=Place.AGENT, to=ANNA), Send(channel=BENS, place=Place.LOOP, to=BEN)
    )
    ben = scene.agent(BEN)
    assert (ben.state, ben.reason, ben.attempt) == (AgentState.WRAP_UP, "consult", None)
    scene.leaves(SIDE, ANNAS, BENS)
    assert scene.agent(BEN).state is AgentState.WRAP_UP
    scene.feed(ev.AgentLegUp(channel=BENS, at=scene.now, agent=BEN))
    assert scene.agent(BEN).state is AgentState.READY


@both_kinds
def test_a_colleague_is_ready_though_nobody_says_that_the_phone_is_back(begin: Begin) -> None:
    scene = consulting(begin)
    scene.press("*5").wait(6.0)
    assert scene.agent(BEN).state is AgentState.READY


@both_kinds
def test_a_colleague_can_leave_and_has_no_customer_to_hold_or_to_end(begin: Begin) -> None:
    scene = consulting(begin)
    scene.press("*5", BEN).press("*0", BEN)
    scene.expect(Send(channel=scene.customer, place=Place.AGENT, to=ANNA), Send(channel=BENS, place=Place.LOOP, to=BEN))
    assert scene.agent(BEN).state is AgentState.WRAP_UP
    assert scene.transfers[-1].outcome is TransferOutcome.RETURNED


@both_kinds
def test_a_pause_asked_for_in_a_consultation_comes_after_it(begin: Begin) -> None:
    scene = consulting(begin)
    scene.press("*21", BEN)
    scene.press("*5").feed(ev.AgentLegUp(channel=BENS, at=scene.now, agent=BEN))
    assert scene.agent(BEN).state is AgentState.PAUSED


@both_kinds
def test_a_colleague_whose_phone_dies_leaves_the_agent_with_the_customer(begin: Begin) -> None:
    scene = consulting(begin)
    scene.feed(ev.HungUp(channel=BENS, at=scene.now, cause=16))
    scene.expect(Send(channel=scene.customer, place=Place.AGENT, to=ANNA))
    assert scene.agent(BEN).state is AgentState.LOST
    assert scene.aside is not None
    assert (scene.aside.state, scene.aside.third) == (AsideState.RETURNING, None)


@both_kinds
def test_a_customer_who_hangs_up_ends_the_consultation(begin: Begin) -> None:
    scene = consulting(begin).customer_goes()
    assert scene.aside is None
    assert (scene.agent().state, scene.agent(BEN).state) == (AgentState.WRAP_UP, AgentState.WRAP_UP)
    scene.feed(ev.AgentLegUp(channel=BENS, at=scene.now, agent=BEN))
    assert scene.agent(BEN).state is AgentState.READY


@both_kinds
def test_the_second_agent_s_phone_ends_the_talk_after_the_transfer_as_any_agents_does(begin: Begin) -> None:
    scene = passed(begin)
    scene.feed(ev.HungUp(channel=BENS, at=scene.now, cause=16))
    assert do.HangUp(channel=scene.customer) in scene.unexpected
    assert scene.agent().state is AgentState.READY


@pytest.mark.parametrize("begin", [with_called, with_caller])
def test_whoever_is_not_ready_is_refused_with_the_reason(begin: Begin) -> None:
    scene = begin()
    assert order(scene, AgentOrder.CONSULT, BEN) is None
    assert order(scene, AgentOrder.CONSULT, ANNA) == "1001 is agent 1001 itself"
    scene.press("*21", BEN)
    assert order(scene, AgentOrder.CONSULT, BEN) == "agent 1002 is paused, and cannot be asked into a talk then"
    before = len(scene.wished(TellAgent))
    scene.press(f"*6{BEN}#").expect()
    assert [wish.agent for wish in scene.wished(TellAgent)[before:]] == [ANNA]
    assert scene.agent().reason == ""
    scene.feed(ev.HungUp(channel=BENS, at=scene.now, cause=16))
    assert (
        order(scene, AgentOrder.BLIND_TRANSFER, BEN) == "agent 1002 is logged_out, and cannot be asked into a talk then"
    )
    # Digits that mean no agent mean somebody of the directory, or outside, as ever.
    assert "1003" in (order(scene, AgentOrder.CONSULT, AgentNumber("1003")) or "")


def test_each_reason_has_words() -> None:
    scene = consulting(with_called)
    anna, ben = scene.agent(), scene.agent(BEN)
    assert why_not(anna, ben) is Phrase.COLLEAGUE_BUSY
    assert why_not(anna, anna) is Phrase.COLLEAGUE_AWAY
