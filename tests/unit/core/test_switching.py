"""dialer.core.switching: whole stories of hold, consultation, three-way and transfer, of both kinds of customers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import orders
from dialer.core import supervision as sv
from dialer.core.aside_words import AsideState, Place, TransferKind, TransferOutcome
from dialer.core.enquiry import LookUpNumber, NumberLookedUp
from dialer.core.live_call import Call
from dialer.core.phrases import IN_STOCK, Phrase
from dialer.core.queueing import RecordWait
from dialer.core.supervision import Claim, TellAgent
from dialer.core.supervision_words import MonitorMode, SupervisionOrder, SupervisorState
from dialer.core.switching import POSSIBLE
from dialer.core.transfer import CallThird, Send
from dialer.core.words import AgentOrder, AgentState, AttemptId, BridgeId, CallState, ChannelId
from tests.factories import ANNA, BEN, attempt_id
from tests.playbook import like
from tests.scenes import leg_of
from tests.supervised import BOSS, BOSS_LEG, make_supervisor_profile
from tests.talks import BILLING, NEW, OUT, SIDE, Begin, TalkScene, both_kinds, with_called, with_caller

REFUSED = IN_STOCK.sound(Phrase.REFUSED)


def reasons(scene: TalkScene) -> list[tuple[str, float]]:
    """What Anna did while talking, as far as it is written down, and for how many seconds."""
    return [
        (interval.reason, (interval.until - interval.since).total_seconds())
        for interval in scene.intervals
        if interval.agent == ANNA and interval.state is AgentState.TALKING
    ]


def refusal(scene: TalkScene, order: AgentOrder, argument: str = "") -> str | None:
    asked = ev.AgentOrdered(agent=ANNA, order=order, argument=argument)
    return orders.refusal(scene.dialer.floor, asked, scene.now)


# --- hold ---


@both_kinds
def test_hold_and_take_back_is_one_talk_with_a_stretch_of_hold(begin: Begin) -> None:
    scene = begin()
    scene.press("*5").expect(Send(channel=scene.customer, place=Place.HOLD, to=ANNA))
    bridge = scene.agent().bridge
    assert bridge is not None
    scene.leaves(bridge, scene.customer, leg_of(ANNA)).expect()
    scene.wait(30.0)
    assert scene.agent().reason == "hold"
    scene.press("*5").expect(Send(channel=scene.customer, place=Place.AGENT, to=ANNA))
    scene.enters(NEW, scene.customer, leg_of(ANNA)).expect()
    assert scene.aside is None
    assert scene.talk is not None
    assert scene.talk.bridge == NEW
    assert (scene.agent().state, scene.agent().reason) == (AgentState.TALKING, "")
    assert reasons(scene) == [("", 10.0), ("hold", 30.0)]
    # From now on it is a talk as every other.
    scene.wait(5.0)
    scene.leaves(NEW, scene.customer, leg_of(ANNA)).customer_goes()
    assert scene.agent().state is AgentState.WRAP_UP


@both_kinds
def test_a_customer_who_hangs_up_on_hold_ends_the_talk_and_the_agent_hears_it(begin: Begin) -> None:
    scene = begin().held()
    scene.customer_goes()
    assert (scene.agent().state, scene.agent().reason) == (AgentState.WRAP_UP, "")
    assert scene.aside is None
    assert [wish.sound for wish in scene.wished(TellAgent)] == ["beeperr"]


@both_kinds
def test_the_agent_ends_the_call_of_a_customer_on_hold(begin: Begin) -> None:
    scene = begin().held()
    scene.press("*0").expect(do.HangUp(channel=scene.customer))
    scene.customer_goes()
    assert scene.agent().state is AgentState.WRAP_UP


@both_kinds
def test_an_agent_whose_phone_goes_leaves_nobody_on_hold(begin: Begin) -> None:
    scene = begin().held()
    scene.phone_goes()
    assert do.HangUp(channel=scene.customer) in scene.unexpected
    assert scene.aside is None
    scene.customer_goes()
    assert scene.agent().state is AgentState.LOST


def test_a_customer_who_cannot_come_back_is_not_left_alone() -> None:
    scene = with_called().held()
    scene.press("*5").ignore()
    scene.wait(5.1).expect(do.ReportOddity, do.HangUp(channel=scene.customer))
    assert scene.call().state is CallState.ENDING


def test_a_customer_without_an_agent_hears_the_message_and_the_agent_writes() -> None:
    scene = with_called().held()
    scene.feed(ev.MessageStarted(channel=scene.customer, at=scene.now)).expect()
    assert (scene.call().state, scene.agent().state) == (CallState.TALKING, AgentState.WRAP_UP)
    scene.hung_up()
    assert scene.aside is None


# --- consultation ---


@both_kinds
def test_the_agent_talks_with_a_third_while_the_customer_waits(begin: Begin) -> None:
    scene = begin()
    scene.press(f"*6{BILLING}#").expect(
        Send(channel=scene.customer, place=Place.HOLD, to=ANNA), like(CallThird, dial="PJSIP/billing", agent=ANNA)
    )
    third = scene.third
    assert third.startswith(f"third-{scene.customer.replace('.', '_')}-")
    bridge = scene.agent().bridge
    assert bridge is not None
    scene.leaves(bridge, scene.customer).expect()
    scene.leaves(bridge, leg_of(ANNA)).expect(Send(channel=leg_of(ANNA), place=Place.RINGING, to=third))
    scene.answers().expect(Send(channel=third, place=Place.CONSULT, to=ANNA))
    scene.enters(SIDE, third, leg_of(ANNA)).expect()
    assert scene.agent().reason == "consult"
    assert scene.aside is not None
    assert scene.aside.state is AsideState.CONSULTING
    # The customer is nowhere, and the talk goes on.
    scene.wait(120.0).expect()
    scene.press("*5").expect(do.HangUp(channel=third), Send(channel=scene.customer, place=Place.AGENT, to=ANNA))
    scene.leaves(SIDE, third, leg_of(ANNA)).enters(NEW, scene.customer, leg_of(ANNA)).expect()
    assert scene.agent().reason == ""
    [called, answered, over] = scene.transfers
    assert (called.kind, called.target, called.answered_at) == (TransferKind.CONSULTATION, "7010 账务 Billing", None)
    assert called.customer == scene.attempt
    assert called.called_us is (begin is with_caller)
    assert (answered.answered_at, over.outcome) == (answered.at, TransferOutcome.RETURNED)


@both_kinds
def test_a_third_goes_with_a_customer_who_hangs_up(begin: Begin) -> None:
    scene = begin().consulting()
    third = scene.third
    scene.customer_goes()
    assert do.HangUp(channel=third) in scene.unexpected
    assert (scene.aside, scene.agent().state) == (None, AgentState.WRAP_UP)
    assert scene.transfers[-1].outcome is TransferOutcome.CUT


@both_kinds
def test_a_third_who_does_not_answer_brings_the_customer_back(begin: Begin) -> None:
    scene = begin()
    scene.press(f"*6{BILLING}#").ignore()
    scene.third_goes(cause=17).expect(Send(channel=scene.customer, place=Place.AGENT, to=ANNA))
    assert [wish.sound for wish in scene.wished(TellAgent)] == ["beeperr&beeperr"]
    scene.enters(NEW, scene.customer, leg_of(ANNA)).expect()
    assert scene.agent().reason == ""
    assert scene.transfers[-1].outcome is TransferOutcome.BUSY


# --- three-way ---


@both_kinds
def test_all_three_talk_and_the_agent_leaves_the_others_to_themselves(begin: Begin) -> None:
    scene = begin().consulting()
    third = scene.third
    scene.press("*7").expect(
        Send(channel=third, place=Place.WAIT, to=ANNA), Send(channel=scene.customer, place=Place.AGENT, to=ANNA)
    )
    scene.leaves(SIDE, third, leg_of(ANNA)).enters(NEW, scene.customer, leg_of(ANNA))
    scene.expect(Send(channel=third, place=Place.THREE_WAY, to=ANNA))
    assert scene.agent().reason == "three_way"
    scene.wait(20.0)
    scene.press("*6").expect(Send(channel=scene.customer, place=Place.THIRD, to=third))
    other = BridgeId("bridge-other")
    scene.leaves(NEW, scene.customer, leg_of(ANNA)).enters(other, scene.customer, third).expect()
    assert scene.agent().state is AgentState.WRAP_UP
    assert scene.transfers[-1].kind is TransferKind.WARM
    # The line is in use until the customer goes.
    scene.wait(60.0).expect()
    assert scene.talk is not None
    assert scene.talk.bridge == other


@both_kinds
def test_the_agent_lets_the_third_go_out_of_a_three_way_talk(begin: Begin) -> None:
    scene = begin().in_three_way()
    third = scene.third
    scene.press("*5").expect(do.HangUp(channel=third))
    assert (scene.aside, scene.agent().reason) == (None, "")


# --- transfer ---


def test_after_a_warm_transfer_the_agent_takes_others_and_the_call_lasts() -> None:
    scene = with_called().handed()
    talked = scene.call()
    assert talked.handed_at == scene.now
    scene.press("1").ignore()
    assert (scene.agent().state, scene.call().state) == (AgentState.READY, CallState.TALKING)
    scene.wait(100.0)
    third = scene.third
    scene.customer_goes()
    assert do.HangUp(channel=third) in scene.unexpected
    [closed] = scene.wished(do.CloseAttempt)
    assert (closed.outcome.agent, closed.outcome.agent_disposition) == (ANNA, "sale")
    assert closed.outcome.seconds_talked == 12.0
    assert scene.transfers[-1].outcome is TransferOutcome.HANDED


def test_a_customer_who_goes_before_the_agent_has_written_waits_for_the_disposition() -> None:
    scene = with_called().handed()
    scene.customer_goes()
    assert (scene.call().state, scene.agent().state) == (CallState.WRAPPING, AgentState.WRAP_UP)
    scene.press("1")
    [closed] = scene.wished(do.CloseAttempt)
    assert closed.outcome.agent_disposition == "sale"


def test_a_caller_who_is_handed_on_is_written_down_as_far_as_the_agent_had_it() -> None:
    scene = with_caller().handed()
    handed_at = scene.now
    scene.wait(15.1)
    assert scene.agent().state is AgentState.READY
    done_at = scene.waits()[-1].handled_at
    scene.wait(60.0)
    scene.customer_goes()
    assert scene.gone()
    last: RecordWait = scene.waits()[-1]
    assert (last.left_at, last.handled_at) == (handed_at, done_at)


@both_kinds
def test_in_a_blind_transfer_the_agent_is_free_and_the_customer_waits_for_the_third(begin: Begin) -> None:
    scene = begin()
    scene.press(f"*8{BILLING}#").expect(
        Send(channel=scene.customer, place=Place.RING, to=ANNA), like(CallThird, dial="PJSIP/billing")
    )
    assert scene.agent().state is AgentState.WRAP_UP
    third = scene.third
    scene.leaves(BridgeId("bridge-1"), leg_of(ANNA)).wait(3.0)
    scene.answers().expect(Send(channel=scene.customer, place=Place.THIRD, to=third))
    scene.enters(NEW, scene.customer, third).expect()
    assert scene.transfers[-1].kind is TransferKind.BLIND
    # The third hangs up, and the dialplan ends the customer's call.
    scene.third_goes()
    assert scene.aside is None
    scene.leaves(NEW, scene.customer).customer_goes()
    assert scene.transfers[-1].outcome is TransferOutcome.HANDED


def test_a_blind_transfer_that_nobody_takes_ends_with_the_message() -> None:
    scene = with_called()
    scene.press(f"*8{BILLING}#").ignore()
    scene.third_goes(cause=19).expect(do.PlayMessage(channel=scene.customer))
    scene.feed(ev.MessageStarted(channel=scene.customer, at=scene.now)).expect()
    scene.wait(4.0)
    scene.customer_goes()
    assert scene.aside is None


def test_the_agents_next_customer_has_nothing_to_do_with_the_one_who_was_handed_on() -> None:
    scene = with_called()
    scene.press(f"*8{BILLING}#").press("1").ignore()
    assert scene.agent().state is AgentState.READY
    # Another customer comes, and is put on hold.
    scene.feed(ev.EnteredBridge(channel=leg_of(ANNA), at=scene.now, bridge=BridgeId("next"))).expect()
    assert scene.aside is not None
    assert (scene.aside.state, scene.aside.agent_in) == (AsideState.RINGING, BridgeId("bridge-1"))


# --- who may what ---


@pytest.mark.parametrize("order", list(POSSIBLE))
def test_orders_are_for_agents_who_talk(order: AgentOrder) -> None:
    scene = with_called()
    scene.customer_goes()
    assert refusal(scene, order, BILLING) == f"agent 1001 is wrap_up, {order.value} does nothing then"
    scene.ignore().agent_order(order, BILLING).expect()


def test_what_is_possible_depends_on_where_the_customer_is() -> None:
    scene = with_called()
    said = "the customer of agent 1001 is"
    assert refusal(scene, AgentOrder.HOLD) is None
    assert refusal(scene, AgentOrder.RETRIEVE) == f"{said} together, retrieve does nothing then"
    assert refusal(scene, AgentOrder.TRANSFER) == f"{said} together, transfer does nothing then"
    scene.held()
    assert refusal(scene, AgentOrder.HOLD) == f"{said} held, hold does nothing then"
    assert refusal(scene, AgentOrder.RETRIEVE) is None
    assert refusal(scene, AgentOrder.CONFERENCE) == f"{said} held, conference does nothing then"
    assert refusal(scene, AgentOrder.CONSULT, BILLING) is None


def test_a_customer_whom_a_supervisor_takes_over_stays_where_it_is() -> None:
    scene = with_called()
    call = scene.talk
    assert isinstance(call, Call)
    scene.dialer.floor.put_call(replace(call, claim=Claim(supervisor=BOSS)))
    assert refusal(scene, AgentOrder.HOLD) == "the customer of agent 1001 is with supervisor 9001"


def test_wrong_digits_are_refused_with_a_beep_and_the_customer_stays() -> None:
    scene = with_called()
    scene.press("*699#").expect()
    assert (scene.aside, scene.wished(TellAgent)[-1].sound) == (None, REFUSED)
    said = refusal(scene, AgentOrder.CONSULT, "99")
    assert said is not None
    assert "99 is not in the site's directory" in said


def test_thirds_outside_take_a_line_of_their_trunk() -> None:
    scene = with_called()
    floor = scene.dialer.floor
    assert floor.free_lines_on(OUT) == 1
    scene.press("*601065550100#")
    assert floor.free_lines_on(OUT) == 1
    [asked] = scene.wished(LookUpNumber)
    free = NumberLookedUp(agent=ANNA, number=asked.number, asked_at=asked.asked_at, suppressed=False)
    scene.feed(free)
    assert scene.wished(CallThird)[-1].dial == "PJSIP/861065550100@out"
    assert floor.free_lines_on(OUT) == 0
    scene.press("*5")
    assert floor.free_lines_on(OUT) == 1
    # And there is none for a second.
    scene.enters(NEW, scene.customer, leg_of(ANNA))
    floor._trunk_lines[OUT.name] += 1
    assert refusal(scene, AgentOrder.CONSULT, "01065550100") == "no line of trunk out is free"
    assert refusal(scene, AgentOrder.CONSULT, BILLING) is None


def test_other_customers_and_agents_are_told_as_ever() -> None:
    scene = with_called().held()
    scene.feed(
        ev.EnteredBridge(channel=leg_of(BEN), at=scene.now, bridge=SIDE),
        ev.LeftBridge(channel=ChannelId("nobody"), at=scene.now, bridge=SIDE),
    )
    assert scene.agent(BEN).bridge == SIDE
    assert scene.aside is not None
    assert (scene.aside.attempt, scene.aside.agent_in) == (AttemptId(attempt_id(1)), None)


# --- supervisors ---


def supervised_talk() -> TalkScene:
    """A supervisor hears Anna's talk."""
    scene = with_called()
    site = replace(scene.dialer.floor.site, supervisors={BOSS: make_supervisor_profile()})
    scene.feed(ev.SiteLoaded(site=site), sv.SupervisorLegUp(channel=BOSS_LEG, at=scene.now, supervisor=BOSS))
    return scene.ignore()


def monitors(scene: TalkScene) -> list[MonitorMode]:
    """How the supervisor's leg was sent to Anna since the last look."""
    came, scene.unexpected = scene.unexpected, []
    return [wish.mode for wish in came if isinstance(wish, sv.Monitor)]


def test_a_supervisor_who_listens_stays_where_it_is_through_hold_and_consultation() -> None:
    scene = supervised_talk()
    scene.feed(sv.MonitorStarted(channel=BOSS_LEG, at=scene.now))
    scene.press("*5").leaves(BridgeId("bridge-1"), scene.customer, leg_of(ANNA))
    scene.press(f"*6{BILLING}#").answers().enters(SIDE, scene.third, leg_of(ANNA)).press("*5")
    scene.enters(NEW, scene.customer, leg_of(ANNA))
    assert monitors(scene) == []
    assert scene.dialer.floor.supervisors[BOSS].state is SupervisorState.LISTENING


def test_a_supervisor_who_barges_in_follows_the_agents_company() -> None:
    scene = supervised_talk()
    scene.feed(ev.DigitPressed(channel=BOSS_LEG, at=scene.now, digit="3"))
    assert monitors(scene) == [MonitorMode.BARGE]
    scene.press("*5").leaves(BridgeId("bridge-1"), scene.customer, leg_of(ANNA)).ignore()
    scene.press(f"*6{BILLING}#").answers().ignore()
    scene.enters(SIDE, scene.third, leg_of(ANNA))
    assert monitors(scene) == [MonitorMode.BARGE]


def test_nobody_is_taken_over_who_is_on_hold() -> None:
    scene = supervised_talk().held()
    asked = sv.SupervisionOrdered(supervisor=BOSS, order=SupervisionOrder.TAKE_OVER, agent=ANNA)
    said = orders.refusal(scene.dialer.floor, asked, scene.now)
    assert said == "the customer of agent 1001 is on hold, or a third is there"
