"""dialer.core.aside: hold, consultation, three-way and transfer, one event after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.aside import CUSTOMER_GONE, THIRD_GONE, step, wake
from dialer.core.aside_asking import GUARDS, SEND_GUARD
from dialer.core.aside_words import AsideState, Place, TransferKind, TransferOutcome
from dialer.core.live_aside import Aside
from dialer.core.supervision import TellAgent
from dialer.core.transfer import CallThird, RecordTransfer, Send, ThirdAnswered, third_channel
from dialer.core.words import AttemptId, BridgeId, ChannelId, Timer
from tests.factories import ANNA, NOW, attempt_id
from tests.scenes import leg_of
from tests.talks import BRIDGE, NEW, SIDE, THIRD, make_aside, make_third

S = AsideState
CUSTOMER = ChannelId(attempt_id(1))
TOGETHER = make_aside(customer_in=BRIDGE, agent_in=BRIDGE)
HELD = make_aside(S.HELD)
ANSWERED = make_third(answered_at=NOW)
CONSULTING = make_aside(S.CONSULTING, agent_in=SIDE, third=replace(ANSWERED, bridge=SIDE))
THREE_WAY = make_aside(S.THREE_WAY, customer_in=NEW, agent_in=NEW, third=replace(ANSWERED, kind=TransferKind.THREE_WAY))
RETURNING = make_aside(S.RETURNING)
BLIND = make_third(TransferKind.BLIND)
RINGING = make_aside(S.RINGING, third=BLIND)
HANDING = make_aside(S.HANDING, agent_in=SIDE, third=replace(ANSWERED, bridge=SIDE, kind=TransferKind.WARM))
BLINDLY = make_aside(S.HANDING, third=replace(BLIND, answered_at=NOW))
HANDED = make_aside(S.HANDED, customer_in=NEW, third=replace(ANSWERED, bridge=NEW, kind=TransferKind.WARM))
GUARD = ev.TimerFired(timer=Timer("aside", attempt_id(1)))


def send(place: Place, leg: ChannelId = CUSTOMER, to: str = ANNA) -> Send:
    return Send(channel=leg, place=place, to=to)


def entered(leg: ChannelId, bridge: BridgeId) -> ev.EnteredBridge:
    return ev.EnteredBridge(channel=leg, at=NOW, bridge=bridge)


def left(leg: ChannelId, bridge: BridgeId) -> ev.LeftBridge:
    return ev.LeftBridge(channel=leg, at=NOW, bridge=bridge)


def told(aside: Aside, *events: ev.Event) -> tuple[Aside, list[do.Command]]:
    """What becomes of it, and the wishes without those to be woken."""
    wishes: list[do.Command] = []
    for event in events:
        aside, more = step(aside, event, NOW)
        wishes += (wish for wish in more if not isinstance(wish, do.WakeAt | do.LetSleep))
    return aside, wishes


def outcomes(wishes: list[do.Command]) -> list[TransferOutcome | None]:
    return [wish.outcome for wish in wishes if isinstance(wish, RecordTransfer)]


def test_the_id_of_a_third_is_of_the_talk_and_the_moment() -> None:
    first = third_channel(AttemptId("1700000000.12"), NOW)
    assert first == f"third-1700000000_12-{round(NOW.timestamp() * 1000)}"
    assert third_channel(AttemptId("1700000000.12"), NOW + timedelta(milliseconds=1)) != first


# --- hold ---


def test_a_customer_on_hold_comes_back_into_another_bridge() -> None:
    held, wishes = told(TOGETHER, sig.HoldAsked())
    assert (held.state, wishes) == (S.HELD, [send(Place.HOLD)])
    held, wishes = told(held, left(CUSTOMER, BRIDGE), left(leg_of(ANNA), BRIDGE))
    assert (held.customer_in, held.agent_in, wishes) == (None, None, [])
    returning, wishes = told(held, sig.TakeBackAsked())
    assert (returning.state, wishes) == (S.RETURNING, [send(Place.AGENT)])
    assert told(returning, entered(CUSTOMER, NEW))[0].state is S.RETURNING
    back, wishes = told(returning, entered(leg_of(ANNA), NEW), entered(CUSTOMER, NEW))
    assert (back.state, back.customer_in, wishes) == (S.TOGETHER, NEW, [])


def test_the_bridge_that_is_being_left_is_not_the_one_to_come_back_to() -> None:
    held, _ = told(TOGETHER, sig.HoldAsked(), entered(CUSTOMER, BRIDGE))
    assert held.state is S.HELD
    returning, _ = told(held, sig.TakeBackAsked(), entered(leg_of(ANNA), BRIDGE))
    assert returning.state is S.RETURNING


def test_a_customer_whom_the_dialplan_took_back_is_the_agents() -> None:
    for state in (S.HELD, S.CALLING, S.CONSULTING):
        third = ANSWERED if state is S.CONSULTING else make_third() if state is S.CALLING else None
        aside = make_aside(state, third=third)
        back, wishes = told(aside, entered(leg_of(ANNA), NEW), entered(CUSTOMER, NEW))
        assert (back.state, back.third) == (S.TOGETHER, None)
        assert [wish for wish in wishes if isinstance(wish, do.HangUp)] == (
            [do.HangUp(channel=THIRD)] if third is not None else []
        )


# --- consultation ---


def test_a_third_is_called_while_the_customer_is_put_on_hold() -> None:
    calling, wishes = told(TOGETHER, sig.ThirdAsked(third=make_third()))
    assert calling.state is S.CALLING
    assert [type(wish) for wish in wishes] == [Send, CallThird, RecordTransfer]
    assert wishes[0] == send(Place.HOLD)
    assert isinstance(wishes[1], CallThird)
    assert (wishes[1].channel, wishes[1].dial, wishes[1].agent) == (THIRD, "PJSIP/billing", ANNA)
    answered, wishes = told(calling, ThirdAnswered(channel=THIRD, at=NOW))
    assert wishes[-1] == send(Place.CONSULT, THIRD)
    # They come together in either order, even if the agent was slow to leave.
    for order in ([THIRD, leg_of(ANNA)], [leg_of(ANNA), THIRD]):
        consulting, _ = told(answered, *(entered(leg, SIDE) for leg in order))
        assert consulting.state is S.CONSULTING


def test_a_third_for_a_customer_on_hold_needs_no_other_hold() -> None:
    calling, wishes = told(HELD, sig.ThirdAsked(third=make_third()))
    assert (calling.state, [type(wish) for wish in wishes]) == (S.CALLING, [CallThird, Send, RecordTransfer])
    assert wishes[1] == Send(channel=leg_of(ANNA), place=Place.RINGING, to=THIRD)


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [(17, TransferOutcome.BUSY), (19, TransferOutcome.UNANSWERED), (0, TransferOutcome.UNANSWERED)],
)
def test_a_third_who_does_not_come_brings_the_customer_back_with_beeps(cause: int, outcome: TransferOutcome) -> None:
    calling = make_aside(S.CALLING, third=make_third())
    returning, wishes = told(calling, ev.HungUp(channel=THIRD, at=NOW, cause=cause))
    assert (returning.state, returning.third, outcomes(wishes)) == (S.RETURNING, None, [outcome])
    assert TellAgent(agent=ANNA, sound=THIRD_GONE) in wishes
    assert send(Place.AGENT) in wishes


def test_a_third_who_hangs_up_brings_the_customer_back() -> None:
    returning, wishes = told(CONSULTING, ev.HungUp(channel=THIRD, at=NOW, cause=16))
    assert (returning.state, outcomes(wishes)) == (S.RETURNING, [TransferOutcome.RETURNED])
    assert send(Place.AGENT) in wishes


@pytest.mark.parametrize("aside", [CONSULTING, make_aside(S.CALLING, third=make_third())])
def test_the_agent_lets_go_the_third_and_takes_the_customer_back(aside: Aside) -> None:
    returning, wishes = told(aside, sig.TakeBackAsked())
    assert (returning.state, returning.third) == (S.RETURNING, None)
    assert wishes[0] == do.HangUp(channel=THIRD)
    assert wishes[-1] == send(Place.AGENT)


def test_what_a_third_does_who_is_no_longer_ours_passes() -> None:
    assert told(RETURNING, ev.HungUp(channel=THIRD, at=NOW, cause=16), ThirdAnswered(channel=THIRD, at=NOW)) == (
        RETURNING,
        [],
    )


# --- three-way ---


def test_customer_and_agent_meet_before_the_third_is_let_in() -> None:
    meeting, wishes = told(CONSULTING, sig.ThreeWayAsked())
    assert (meeting.state, wishes) == (S.MEETING, [send(Place.WAIT, THIRD), send(Place.AGENT)])
    meeting, wishes = told(meeting, left(THIRD, SIDE), entered(CUSTOMER, NEW))
    assert (meeting.state, wishes) == (S.MEETING, [])
    # The agent is taken out of the one bridge into the other.
    three_way, wishes = told(meeting, left(leg_of(ANNA), SIDE), entered(leg_of(ANNA), NEW))
    assert (three_way.state, wishes[0]) == (S.THREE_WAY, send(Place.THREE_WAY, THIRD))
    assert three_way.third is not None
    assert three_way.third.kind is TransferKind.THREE_WAY


def test_a_third_who_leaves_the_three_way_talk_leaves_the_others_as_they_are() -> None:
    back, wishes = told(THREE_WAY, ev.HungUp(channel=THIRD, at=NOW, cause=16))
    assert (back.state, outcomes(wishes), len(wishes)) == (S.TOGETHER, [TransferOutcome.RETURNED], 1)
    back, wishes = told(THREE_WAY, sig.TakeBackAsked())
    assert (back.state, wishes[0], len(wishes)) == (S.TOGETHER, do.HangUp(channel=THIRD), 2)


def test_a_third_who_goes_before_it_is_let_in_leaves_the_customer_on_the_way_to_the_agent() -> None:
    meeting, _ = told(CONSULTING, sig.ThreeWayAsked())
    returning, wishes = told(meeting, ev.HungUp(channel=THIRD, at=NOW, cause=16))
    assert (returning.state, outcomes(wishes), len(wishes)) == (S.RETURNING, [TransferOutcome.RETURNED], 1)


# --- transfer ---


@pytest.mark.parametrize("aside", [CONSULTING, THREE_WAY])
def test_a_warm_transfer_is_done_when_customer_and_third_are_together(aside: Aside) -> None:
    handing, wishes = told(aside, sig.HandOverAsked())
    assert (handing.state, wishes) == (S.HANDING, [send(Place.THIRD, to=THIRD)])
    before = aside.customer_in
    moves = [left(CUSTOMER, before), left(leg_of(ANNA), before)] if before is not None else []
    assert told(handing, *moves, entered(CUSTOMER, BRIDGE))[0].state is S.HANDING
    handed, wishes = told(handing, *moves, entered(THIRD, BRIDGE), entered(CUSTOMER, BRIDGE))
    assert (handed.state, handed.reason) == (S.HANDED, None)
    assert handed.third is not None
    assert handed.third.kind is TransferKind.WARM
    over, wishes = told(handed, ev.HungUp(channel=THIRD, at=NOW, cause=16))
    assert (over.state, outcomes(wishes)) == (S.OVER, [TransferOutcome.HANDED])


def test_a_customer_whose_third_went_on_the_way_comes_back_by_the_dialplan() -> None:
    returning, wishes = told(HANDING, ev.HungUp(channel=THIRD, at=NOW, cause=16))
    assert (returning.state, outcomes(wishes), len(wishes)) == (S.RETURNING, [TransferOutcome.RETURNED], 1)
    back, _ = told(returning, left(leg_of(ANNA), SIDE), entered(CUSTOMER, NEW), entered(leg_of(ANNA), NEW))
    assert back.state is S.TOGETHER


def test_in_a_blind_transfer_the_agent_is_out_of_it_at_once() -> None:
    ringing, wishes = told(TOGETHER, sig.ThirdAsked(third=BLIND))
    assert (ringing.state, ringing.reason) == (S.RINGING, None)
    assert [type(wish) for wish in wishes] == [Send, CallThird, RecordTransfer]
    assert wishes[0] == send(Place.RING)
    handing, wishes = told(ringing, left(CUSTOMER, BRIDGE), ThirdAnswered(channel=THIRD, at=NOW))
    assert (handing.state, handing.reason, wishes[-1]) == (S.HANDING, None, send(Place.THIRD, to=THIRD))
    handed, _ = told(handing, entered(CUSTOMER, NEW), entered(THIRD, NEW))
    assert handed.state is S.HANDED


def test_a_customer_of_a_blind_transfer_whom_nobody_takes_hears_the_message() -> None:
    sorry, wishes = told(RINGING, ev.HungUp(channel=THIRD, at=NOW, cause=17))
    assert (sorry.state, outcomes(wishes)) == (S.APOLOGISING, [TransferOutcome.BUSY])
    assert wishes[-1] == do.PlayMessage(channel=CUSTOMER)
    # The dialplan plays it by itself to one who was on the way already.
    sorry, wishes = told(BLINDLY, ev.HungUp(channel=THIRD, at=NOW, cause=16))
    assert (sorry.state, len(wishes)) == (S.APOLOGISING, 1)


# --- what fails ---


def test_every_state_that_waits_for_asterisk_has_a_guard() -> None:
    for state, patience in GUARDS.items():
        assert wake(make_aside(state), NOW) == (do.WakeAt(timer=Timer("aside", attempt_id(1)), at=NOW + patience),)
    assert wake(HELD, NOW) == ()
    _, wishes = step(make_aside(S.CALLING, third=make_third()), ThirdAnswered(channel=THIRD, at=NOW), NOW)
    assert wishes[-1] == do.WakeAt(timer=Timer("aside", attempt_id(1)), at=NOW + SEND_GUARD)


@pytest.mark.parametrize("aside", [CONSULTING, make_aside(S.CALLING, third=make_third()), HANDING])
def test_what_does_not_come_about_ends_with_the_customer_at_the_agent(aside: Aside) -> None:
    after, wishes = told(aside, GUARD)
    assert (after.state, after.third) == (S.RETURNING, None)
    assert do.HangUp(channel=THIRD) in wishes
    assert send(Place.AGENT) in wishes


def test_three_way_that_does_not_come_about_ends_with_the_customer_at_the_agent() -> None:
    meeting, _ = told(CONSULTING, sig.ThreeWayAsked())
    after, wishes = told(meeting, GUARD)
    assert (after.state, send(Place.AGENT) in wishes) == (S.RETURNING, True)


def test_who_is_nowhere_is_lost_and_said_to_be() -> None:
    for aside in (RETURNING, BLINDLY, THREE_WAY, make_aside(S.APOLOGISING)):
        lost, wishes = told(aside, GUARD)
        assert (lost.state, lost.third) == (S.LOST, None)
        assert [wish for wish in wishes if isinstance(wish, do.ReportOddity)]


def test_a_blind_transfer_that_rings_for_ever_ends_with_the_message() -> None:
    sorry, wishes = told(RINGING, GUARD)
    assert (sorry.state, outcomes(wishes)) == (S.APOLOGISING, [TransferOutcome.UNANSWERED])
    assert wishes[-1] == do.PlayMessage(channel=CUSTOMER)


def test_a_guard_that_fires_late_passes() -> None:
    for aside in (TOGETHER, HELD, HANDED):
        assert told(aside, GUARD) == (aside, [])


def test_legs_that_part_unasked_are_guarded_and_may_come_together_again() -> None:
    parted, wishes = step(CONSULTING, left(THIRD, SIDE), NOW)
    assert [type(wish) for wish in wishes] == [do.WakeAt]
    assert step(parted, entered(THIRD, SIDE), NOW)[1] == (do.LetSleep(timer=parted.guard),)
    _, wishes = step(THREE_WAY, left(CUSTOMER, NEW), NOW)
    assert [type(wish) for wish in wishes] == [do.WakeAt]


def test_a_customer_who_hears_the_message_is_nobodys_any_more() -> None:
    sorry, wishes = told(CONSULTING, ev.MessageStarted(channel=CUSTOMER, at=NOW))
    assert (sorry.state, wishes[0]) == (S.APOLOGISING, do.HangUp(channel=THIRD))


@pytest.mark.parametrize("state", [S.HELD, S.CALLING, S.RETURNING])
def test_an_agent_who_waits_for_a_customer_hears_that_the_customer_is_gone(state: AsideState) -> None:
    aside = make_aside(state, third=make_third() if state is S.CALLING else None)
    over, wishes = told(aside, sig.TalkEnded())
    assert (over.state, over.third) == (S.OVER, None)
    assert wishes[-1] == TellAgent(agent=ANNA, sound=CUSTOMER_GONE)


def test_a_third_goes_with_the_talk() -> None:
    for aside, outcome in ((CONSULTING, TransferOutcome.CUT), (HANDED, TransferOutcome.HANDED)):
        over, wishes = told(aside, sig.TalkEnded())
        assert (over.state, wishes[0], outcomes(wishes)) == (S.OVER, do.HangUp(channel=THIRD), [outcome])
