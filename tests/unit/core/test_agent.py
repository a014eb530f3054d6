"""dialer.core.agent: the machine of one agent by itself. With its neighbours it is in test_dialer.py and the traces."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.agent import book, step
from dialer.core.events import Event
from dialer.core.live_agent import Agent
from dialer.core.words import AgentOrder, AgentState, BridgeId, ChannelId, Timer
from tests.factories import ANNA, NOW, SPRING, attempt_id, make_agent, make_lead

LEG = ChannelId("leg-1")
A, B = attempt_id(1), attempt_id(2)
LATER = NOW + timedelta(seconds=10)
READY = make_agent(state=AgentState.READY, leg=LEG)
PAUSED = replace(READY, state=AgentState.PAUSED, reason="lunch")
RESERVED = replace(READY, state=AgentState.RESERVED, attempt=A, campaign=SPRING)
TALKING = replace(RESERVED, state=AgentState.TALKING)
WRAPPING = replace(RESERVED, state=AgentState.WRAP_UP)
OFFERED = replace(RESERVED, offer=make_lead(1))
ON_SHIFT = [READY, PAUSED, RESERVED, TALKING, WRAPPING, OFFERED]
GONE = ev.HungUp(channel=LEG, at=LATER, cause=16)


def order(what: AgentOrder, argument: str = "") -> ev.AgentOrdered:
    return ev.AgentOrdered(agent=ANNA, order=what, argument=argument)


def after(agent: Agent, *events: Event) -> Agent:
    for event in events:
        agent, _ = step(agent, event, LATER)
    return agent


def interval(agent: Agent, **changes: Any) -> do.RecordInterval:
    values: dict[str, Any] = {
        "agent": ANNA,
        "state": agent.state,
        "reason": agent.reason,
        "since": NOW,
        "until": LATER,
        "attempt": agent.attempt,
        "campaign": agent.campaign,
    }
    return do.RecordInterval(**(values | changes))


@pytest.mark.parametrize("agent", ON_SHIFT)
def test_every_state_that_is_left_is_written_down(agent: Agent) -> None:
    gone, wishes = step(agent, GONE, LATER)
    assert gone.since == LATER
    assert wishes[0] == interval(agent)


def test_neither_the_time_between_shifts_nor_an_instant_is() -> None:
    _, wishes = step(make_agent(), ev.AgentLegUp(channel=LEG, at=LATER, agent=ANNA), LATER)
    assert wishes == ()
    _, wishes = step(READY, order(AgentOrder.PAUSE), NOW)
    assert wishes == ()


def test_time_is_booked_without_a_change() -> None:
    booked, wishes = book(PAUSED, LATER)
    assert booked == replace(PAUSED, since=LATER)
    assert wishes == (interval(PAUSED),)
    assert book(make_agent(), LATER)[1] == ()


@pytest.mark.parametrize(
    ("agent", "cause", "state"),
    [
        (READY, 16, AgentState.LOGGED_OUT),
        (READY, 38, AgentState.LOST),
        (PAUSED, 16, AgentState.LOGGED_OUT),
        (WRAPPING, 16, AgentState.LOGGED_OUT),
        (OFFERED, 16, AgentState.LOGGED_OUT),
        (RESERVED, 16, AgentState.LOST),
        (TALKING, 16, AgentState.LOST),
        (replace(PAUSED, leaving=AgentState.LOGGED_OUT), 0, AgentState.LOGGED_OUT),
        (replace(PAUSED, leaving=AgentState.LOST), 16, AgentState.LOST),
    ],
)
def test_a_leg_that_goes(agent: Agent, cause: int, state: AgentState) -> None:
    gone = after(agent, replace(GONE, cause=cause))
    assert gone == make_agent(state=state, since=LATER)


def test_another_channels_end_is_no_business_of_the_agent() -> None:
    assert after(READY, ev.HungUp(channel=ChannelId("other"), at=LATER, cause=16)) == READY


def test_who_is_lost_may_come_back_or_be_logged_out() -> None:
    lost = make_agent(state=AgentState.LOST)
    back, wishes = step(lost, ev.AgentLegUp(channel=LEG, at=LATER, agent=ANNA), LATER)
    assert (back.state, back.leg, wishes) == (AgentState.READY, LEG, (interval(lost),))
    assert after(lost, order(AgentOrder.LOG_OUT)).state is AgentState.LOGGED_OUT


@pytest.mark.parametrize("state", [a for a in AgentState if not a.on_shift])
def test_orders_to_who_is_not_there(state: AgentState) -> None:
    away = make_agent(state=state)
    for what in (AgentOrder.READY, AgentOrder.PAUSE, AgentOrder.DISPOSE, AgentOrder.ACCEPT, AgentOrder.SKIP):
        assert step(away, order(what), LATER) == (away, ())


def test_who_has_no_phone_of_ours_cannot_be_called() -> None:
    nobody = make_agent()
    nobody = replace(nobody, profile=replace(nobody.profile, phone=None))
    assert step(nobody, order(AgentOrder.LOG_IN, "leg"), LATER) == (nobody, ())


@pytest.mark.parametrize(
    "failure",
    [
        ev.HungUp(channel=LEG, at=LATER, cause=19),
        ev.OriginateRefused(channel=LEG, at=LATER, reason="no such endpoint"),
        ev.OriginateInDoubt(channel=LEG, at=LATER),
    ],
)
def test_a_phone_that_does_not_answer_may_be_called_again(failure: Event) -> None:
    calling = after(make_agent(), order(AgentOrder.LOG_IN, LEG))
    assert calling.calling == LEG
    assert after(calling, failure).calling is None


def test_a_call_to_the_phone_is_called_off_by_a_log_out() -> None:
    calling = make_agent(calling=LEG)
    assert step(calling, order(AgentOrder.LOG_OUT), LATER) == (calling, (do.HangUp(channel=LEG),))
    lost = replace(calling, state=AgentState.LOST)
    out, wishes = step(lost, order(AgentOrder.LOG_OUT), LATER)
    assert out.state is AgentState.LOGGED_OUT
    assert wishes == (interval(lost), do.HangUp(channel=LEG))


def test_a_signal_about_another_attempt_passes() -> None:
    other = [
        sig.Joined(attempt=B, agent=ANNA, at=LATER),
        sig.Released(attempt=B, join_failed=True),
        sig.CallEnded(attempt=B, wrap_up=timedelta(seconds=5)),
    ]
    for agent in (RESERVED, TALKING):
        assert after(agent, *other) == agent


def test_only_who_is_ready_can_be_reserved() -> None:
    signal = sig.Reserved(attempt=B, campaign=SPRING)
    assert after(READY, signal).attempt == B
    for agent in (PAUSED, RESERVED, TALKING, WRAPPING):
        assert after(agent, signal) == agent


def test_a_lead_cannot_be_offered_without_a_leg() -> None:
    with pytest.raises(ValueError, match="1001"):
        step(replace(READY, leg=None), sig.Offered(lead=make_lead(), until=LATER), NOW)


def test_joins_that_fail_in_a_row_make_a_broken_leg_and_one_that_holds_makes_it_good_again() -> None:
    failed = sig.Released(attempt=A, join_failed=True)
    again = sig.Reserved(attempt=A, campaign=SPRING)
    assert after(RESERVED, failed).state is AgentState.READY
    twice, wishes = step(after(RESERVED, failed, again), failed, LATER)
    assert (twice.state, twice.leaving) == (AgentState.PAUSED, AgentState.LOST)
    assert do.HangUp(channel=LEG) in wishes
    held = after(RESERVED, failed, again, sig.Joined(attempt=A, agent=ANNA, at=LATER))
    assert held.failed_joins == 0


def test_a_wrap_up_has_its_time() -> None:
    wrapping, wishes = step(TALKING, sig.CallEnded(attempt=A, wrap_up=timedelta(seconds=5)), LATER)
    assert wrapping.state is AgentState.WRAP_UP
    assert wishes[-1] == do.WakeAt(timer=Timer("wrap", ANNA), at=LATER + timedelta(seconds=5))
    done = after(wrapping, ev.TimerFired(timer=Timer("wrap", ANNA)))
    assert (done.state, done.attempt, done.campaign) == (AgentState.READY, None, None)


@pytest.mark.parametrize("chosen", [None, "sale"])
def test_a_wrap_up_with_nothing_left_to_do(chosen: str | None) -> None:
    wrap_up = timedelta(0) if chosen is None else timedelta(seconds=5)
    talking = after(TALKING, order(AgentOrder.DISPOSE, "sale")) if chosen else TALKING
    rested = after(talking, sig.CallEnded(attempt=A, wrap_up=wrap_up))
    assert (rested.state, rested.chosen) == (AgentState.READY, chosen)


@pytest.mark.parametrize("busy", [RESERVED, OFFERED, TALKING])
def test_with_a_customer_a_pause_or_a_log_out_waits(busy: Agent) -> None:
    pausing = after(busy, order(AgentOrder.PAUSE, "lunch"))
    leaving = after(busy, order(AgentOrder.LOG_OUT))
    assert pausing.state is leaving.state is busy.state
    assert after(pausing, order(AgentOrder.READY)).then_pause is None
    done = sig.Released(attempt=A) if busy is not TALKING else sig.CallEnded(attempt=A, wrap_up=timedelta(0))
    assert (after(pausing, done).state, after(pausing, done).reason) == (AgentState.PAUSED, "lunch")
    assert after(leaving, done).leaving is AgentState.LOGGED_OUT


@pytest.mark.parametrize("busy", [RESERVED, OFFERED, TALKING])
def test_who_asked_to_pause_or_to_log_out_goes_after_the_call(busy: Agent) -> None:
    pausing = after(busy, order(AgentOrder.PAUSE, "lunch"))
    assert not busy.goes_after_call
    assert pausing.goes_after_call
    assert after(busy, order(AgentOrder.LOG_OUT)).goes_after_call
    assert not after(pausing, order(AgentOrder.READY)).goes_after_call


@pytest.mark.parametrize(
    ("what", "state"),
    [
        (AgentOrder.READY, AgentState.READY),
        (AgentOrder.PAUSE, AgentState.PAUSED),
        (AgentOrder.LOG_OUT, AgentState.PAUSED),
        (AgentOrder.DISPOSE, AgentState.READY),
    ],
)
def test_an_order_ends_a_wrap_up(what: AgentOrder, state: AgentState) -> None:
    assert after(WRAPPING, order(what)).state is state


def test_who_leaves_takes_no_more_orders() -> None:
    leaving, wishes = step(READY, order(AgentOrder.LOG_OUT), LATER)
    assert wishes == (interval(READY), do.HangUp(channel=LEG))
    for what in (AgentOrder.READY, AgentOrder.PAUSE, AgentOrder.LOG_OUT):
        assert step(leaving, order(what), LATER) == (leaving, ())
    assert after(leaving, sig.Reserved(attempt=B, campaign=SPRING)) == leaving


def test_only_the_bridge_one_is_in_can_be_left() -> None:
    inside = after(RESERVED, ev.EnteredBridge(channel=LEG, at=LATER, bridge=BridgeId("new")))
    assert after(inside, ev.LeftBridge(channel=LEG, at=LATER, bridge=BridgeId("old"))) == inside
    assert after(inside, ev.LeftBridge(channel=LEG, at=LATER, bridge=BridgeId("new"))).bridge is None
