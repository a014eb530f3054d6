"""dialer.core.on_hook: an agent whose receiver is down, alone. With callers it is in test_summons.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.agent import BROKEN_AFTER
from dialer.core.dialogs import Dialog, OpenDialog
from dialer.core.events import Event
from dialer.core.live_agent import Agent
from dialer.core.on_hook import NO_ANSWER, PHONE_BROKE, step
from dialer.core.policy import OnHook
from dialer.core.words import AgentOrder, AgentState, ChannelId, TeamName
from tests.factories import ANNA, NOW, SPRING, attempt_id, make_agent, make_lead
from tests.on_hook import RING, on_hook_profile

A = attempt_id(1)
LEG = ChannelId("leg")
SALES = TeamName("sales")
LATER = NOW + timedelta(seconds=10)
READY = make_agent(profile=on_hook_profile(), state=AgentState.READY)
RUNG = step(READY, sig.Summoned(queue=SALES), NOW)[0]
OFFERED = step(READY, sig.Offered(lead=make_lead(1), until=NOW + timedelta(seconds=30)), NOW)[0]
TALKING = replace(READY, state=AgentState.TALKING, leg=LEG, attempt=A, queue=SALES)


def order(what: AgentOrder, argument: str = "") -> ev.AgentOrdered:
    return ev.AgentOrdered(agent=ANNA, order=what, argument=argument)


def calling(agent: Agent) -> ChannelId:
    assert agent.calling is not None
    return agent.calling


def up(channel: ChannelId) -> ev.AgentLegUp:
    return ev.AgentLegUp(channel=channel, at=LATER, agent=ANNA)


def gone(channel: ChannelId, cause: int = 16) -> ev.HungUp:
    return ev.HungUp(channel=channel, at=LATER, cause=cause)


def after(agent: Agent, *events: Event) -> Agent:
    for event in events:
        agent, _ = step(agent, event, LATER)
    return agent


@pytest.mark.parametrize("state", [AgentState.LOGGED_OUT, AgentState.LOST])
def test_to_log_in_by_command_rings_no_phone(state: AgentState) -> None:
    away = make_agent(profile=on_hook_profile(), state=state)
    here, wishes = step(away, order(AgentOrder.LOG_IN, "leg"), LATER)
    assert (here.state, here.leg, here.calling) == (AgentState.READY, None, None)
    assert [wish for wish in wishes if not isinstance(wish, do.RecordInterval)] == []


def test_the_phone_is_rung_as_long_as_the_site_says() -> None:
    rung, wishes = step(READY, sig.Summoned(queue=SALES), LATER)
    assert (rung.state, rung.queue, rung.rung, rung.summoned) == (AgentState.RESERVED, SALES, True, True)
    call = do.CallAgent(agent=ANNA, channel=calling(rung), dial="PJSIP/1001", ring_time=RING)
    guard = do.WakeAt(timer=rung.ring_timer, at=LATER + RING + timedelta(seconds=10))
    assert wishes[1:] == (call, guard)
    assert isinstance(wishes[0], do.RecordInterval)
    # Each ring is a leg of its own, in another life of the daemon as well.
    assert calling(step(READY, sig.Summoned(queue=SALES), LATER + timedelta(microseconds=1))[0]) != calling(rung)


def test_only_a_phone_that_lies_there_is_rung() -> None:
    for agent in (replace(READY, leg=LEG), replace(READY, calling=ChannelId("stopped")), TALKING):
        assert step(agent, sig.Summoned(queue=SALES), LATER) == (agent, ())


def test_who_picks_up_has_nobody_yet_and_then_a_caller() -> None:
    here, wishes = step(RUNG, up(calling(RUNG)), LATER)
    assert (here.state, here.leg, here.calling, here.summoned) == (AgentState.RESERVED, RUNG.calling, None, True)
    assert wishes == (do.LetSleep(timer=RUNG.ring_timer),)
    promised, wishes = step(here, sig.Reserved(attempt=A, campaign=None, queue=SALES), LATER)
    assert (promised.attempt, promised.summoned) == (A, False)
    [ringing] = wishes
    assert isinstance(ringing, do.RecordInterval)
    assert (ringing.state, ringing.caller, ringing.since, ringing.until) == (AgentState.RESERVED, None, NOW, LATER)
    assert after(here, sig.Dismissed()).at_hand


def test_a_ring_that_nobody_wants_any_more_is_stopped_and_remembered_until_it_is_over() -> None:
    stopped, wishes = step(RUNG, sig.Dismissed(), LATER)
    assert (stopped.state, stopped.calling, stopped.may_be_rung) == (AgentState.READY, RUNG.calling, False)
    assert wishes[-2:] == (
        do.HangUp(channel=calling(RUNG)),
        do.WakeAt(timer=RUNG.ring_timer, at=LATER + timedelta(seconds=10)),
    )
    over, wishes = step(stopped, gone(calling(RUNG)), LATER)
    assert (over.may_be_rung, wishes) == (True, (do.LetSleep(timer=RUNG.ring_timer),))
    assert after(stopped, ev.TimerFired(timer=RUNG.ring_timer)).may_be_rung
    # Picked up in that very moment: too late.
    assert step(stopped, up(calling(RUNG)), LATER) == (stopped, (do.HangUp(channel=calling(RUNG)),))


@pytest.mark.parametrize(
    "failure",
    [
        gone(calling(RUNG), 19),
        gone(calling(RUNG), 17),
        gone(calling(RUNG), 0),
        ev.OriginateRefused(channel=calling(RUNG), at=LATER, reason="no such endpoint"),
        ev.OriginateInDoubt(channel=calling(RUNG), at=LATER),
        ev.TimerFired(timer=RUNG.ring_timer),
    ],
)
@pytest.mark.parametrize("rung", [RUNG, OFFERED])
def test_who_does_not_answer_is_paused(rung: Agent, failure: Event) -> None:
    paused = after(rung, failure)
    assert (paused.state, paused.reason) == (AgentState.PAUSED, NO_ANSWER)
    assert (paused.attempt, paused.offer, paused.offer_time, paused.queue) == (None, None, None, None)


def test_or_rung_again_after_a_while_where_the_site_says_so() -> None:
    soon = OnHook(back_after=timedelta(seconds=5))
    paused, wishes = step(replace(RUNG, profile=on_hook_profile(on_hook=soon)), gone(calling(RUNG), 19), LATER)
    assert do.WakeAt(timer=RUNG.rest_timer, at=LATER + timedelta(seconds=5)) in wishes
    assert after(paused, ev.TimerFired(timer=RUNG.rest_timer)).may_be_rung
    lunch = after(paused, order(AgentOrder.PAUSE, "lunch"))
    assert after(lunch, ev.TimerFired(timer=RUNG.rest_timer)) == lunch


def test_what_was_asked_for_while_it_rang_is_done_when_nobody_answers() -> None:
    assert after(RUNG, order(AgentOrder.PAUSE, "lunch"), gone(calling(RUNG), 19)).reason == "lunch"
    out = after(RUNG, order(AgentOrder.LOG_OUT), gone(calling(RUNG), 19))
    assert (out.state, out.leg, out.leaving) == (AgentState.LOGGED_OUT, None, None)


def test_the_preview_begins_when_the_phone_is_picked_up() -> None:
    assert (OFFERED.rung, OFFERED.summoned, OFFERED.attempt, OFFERED.campaign) == (True, False, A, SPRING)
    here, wishes = step(OFFERED, up(calling(OFFERED)), LATER)
    assert here.leg == OFFERED.calling
    assert do.WakeAt(timer=here.offer_timer, at=LATER + timedelta(seconds=30)) in wishes
    assert OpenDialog(channel=calling(OFFERED), agent=ANNA, dialog=Dialog.OFFER) in wishes
    assert after(here, order(AgentOrder.ACCEPT)).offer is None


def test_an_offer_cannot_be_accepted_before_the_phone_is_up_but_passed_by() -> None:
    assert step(OFFERED, order(AgentOrder.ACCEPT), LATER) == (OFFERED, ())
    skipped, wishes = step(OFFERED, order(AgentOrder.SKIP), LATER)
    assert (skipped.state, skipped.offer, skipped.offer_time) == (AgentState.READY, None, None)
    assert do.HangUp(channel=calling(OFFERED)) in wishes


@pytest.mark.parametrize("state", [AgentState.READY, AgentState.PAUSED, AgentState.WRAP_UP])
@pytest.mark.parametrize("cause", [16, 38, 0])
def test_to_hang_up_between_calls_is_no_log_out_and_no_interval(state: AgentState, cause: int) -> None:
    here = replace(READY, leg=LEG, state=state, since=NOW)
    assert step(here, gone(LEG, cause), LATER) == (replace(here, leg=None), ())


@pytest.mark.parametrize(("cause", "state", "reason"), [(16, "ready", ""), (0, "ready", ""), (38, "paused", "phone")])
def test_who_hangs_up_in_a_talk_wraps_up_without_a_leg(cause: int, state: str, reason: str) -> None:
    alone = after(TALKING, gone(LEG, cause))
    assert (alone.state, alone.leg, alone.attempt) == (AgentState.TALKING, None, A)
    wrapping = after(alone, sig.CallEnded(attempt=A, wrap_up=timedelta(seconds=5)))
    assert wrapping.state is AgentState.WRAP_UP
    for end in (ev.TimerFired(timer=READY.wrap_timer), order(AgentOrder.DISPOSE, "sale")):
        done = after(wrapping, end)
        assert (done.state.value, done.reason, done.leg) == (state, reason, None)


def test_who_hangs_up_before_the_talk_did_not_take_the_call() -> None:
    promised = replace(RUNG, leg=LEG, calling=None, attempt=A)
    paused = after(promised, gone(LEG))
    assert (paused.state, paused.reason, paused.attempt) == (AgentState.PAUSED, NO_ANSWER, None)
    # Asterisk ended, and took the leg with it.
    assert after(promised, gone(LEG, 0)).may_be_rung


def test_a_leg_that_cannot_be_joined_is_dropped_and_its_agent_paused() -> None:
    broken = replace(RUNG, leg=LEG, calling=None, attempt=A, failed_joins=BROKEN_AFTER - 1)
    leaving = after(broken, sig.Released(attempt=A, join_failed=True))
    paused = after(leaving, gone(LEG))
    assert (paused.state, paused.reason, paused.leaving) == (AgentState.PAUSED, PHONE_BROKE, None)


@pytest.mark.parametrize("reason", [NO_ANSWER, PHONE_BROKE, "lunch"])
def test_to_dial_in_ends_the_pause_of_who_did_not_answer(reason: str) -> None:
    paused = replace(READY, state=AgentState.PAUSED, reason=reason)
    here = after(paused, up(LEG))
    expected = AgentState.PAUSED if reason == "lunch" else AgentState.READY
    assert (here.state, here.leg) == (expected, LEG)


def test_to_log_out_needs_no_leg() -> None:
    out, wishes = step(READY, order(AgentOrder.LOG_OUT), LATER)
    assert out == make_agent(profile=READY.profile, since=LATER)
    assert [type(wish) for wish in wishes] == [do.RecordInterval]
    here = replace(READY, leg=LEG)
    leaving, wishes = step(here, order(AgentOrder.LOG_OUT), LATER)
    assert do.HangUp(channel=LEG) in wishes
    assert after(leaving, gone(LEG)).state is AgentState.LOGGED_OUT


def test_from_another_phone_while_the_own_one_rings() -> None:
    here, wishes = step(RUNG, up(LEG), LATER)
    assert (here.leg, here.rung) == (LEG, False)
    assert do.HangUp(channel=calling(RUNG)) in wishes


def test_who_hangs_up_in_a_spoken_dialog_has_left_it() -> None:
    here = replace(READY, leg=LEG)
    assert after(here, order(AgentOrder.MENU), gone(LEG)) == replace(READY, since=LATER)
    wrapping = after(replace(TALKING, since=LATER), sig.CallEnded(attempt=A, wrap_up=timedelta(seconds=5)))
    down, wishes = step(after(wrapping, order(AgentOrder.MENU)), gone(LEG), LATER)
    assert (down.state, down.leg, down.desk.dialog) == (AgentState.WRAP_UP, None, None)
    assert do.WakeAt(timer=down.wrap_timer, at=LATER + timedelta(seconds=5)) in wishes


def test_no_dialog_is_opened_for_who_asked_for_one_and_hung_up() -> None:
    asked = after(TALKING, order(AgentOrder.ASK_CALLBACK), gone(LEG))
    wrapping, wishes = step(asked, sig.CallEnded(attempt=A, wrap_up=timedelta(seconds=5)), LATER)
    assert do.WakeAt(timer=READY.wrap_timer, at=LATER + timedelta(seconds=5)) in wishes
    assert wrapping.desk.dialog is None
