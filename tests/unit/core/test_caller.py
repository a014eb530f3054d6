"""dialer.core.caller: one caller, from the queue to the end of the talk."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.core import caller as callers
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.events import Event
from dialer.core.queueing import CallerPressedOut, CallerState, CallerUnheard, QueueOutcome, RecordWait
from dialer.core.words import AttemptId, BridgeId, ChannelId, Timer
from tests.callers import caller_channel, make_caller, make_terms, staffed
from tests.factories import ANNA, BEN, NOW
from tests.playbook import like
from tests.scenes import leg_of

CHANNEL = caller_channel()
LEG = leg_of(ANNA)


def test_a_caller_is_answered_talked_with_and_written_down() -> None:
    play = staffed(ANNA)
    play.calls_in()
    play.expect(
        like(RecordWait, caller=CHANNEL, position=1, expected_seconds=0.0, outcome=None),
        do.Join(channel=CHANNEL, agent=ANNA, agent_leg=LEG),
    )
    play.wait(0.5)
    play.unheard().caller_joined()
    assert play.caller().state is CallerState.TALKING
    play.expect(like(RecordWait, outcome=QueueOutcome.ANSWERED, agent=ANNA, answered_at=play.now, left_at=None))
    play.wait(30)
    ended = play.now
    play.caller_hangs_up()
    play.wait(5)
    play.press("*1")
    assert play.gone()
    last = play.waits()[-1]
    assert (last.left_at, last.handled_at, last.agent) == (ended, play.now, ANNA)
    assert [(i.state.value, i.caller, i.attempt) for i in play.intervals[-3:]] == [
        ("reserved", AttemptId(CHANNEL), None),
        ("talking", AttemptId(CHANNEL), None),
        ("wrap_up", AttemptId(CHANNEL), None),
    ]


def test_who_hangs_up_in_the_queue_has_abandoned_it() -> None:
    play = staffed()
    play.calls_in().wait(7).caller_hangs_up()
    assert play.gone()
    assert play.waits()[-1].outcome is QueueOutcome.ABANDONED
    assert play.waits()[-1].left_at == play.now
    assert not play.alarms


def test_the_longest_wait_ends_it() -> None:
    play = staffed()
    play.calls_in(longest=timedelta(seconds=30)).wait(29)
    assert not play.gone()
    play.wait(1)
    assert play.gone()
    assert play.waits()[-1].outcome is QueueOutcome.TIMEOUT


def test_a_key_leads_out() -> None:
    play = staffed()
    assert play.calls_in().presses_out().gone()
    assert play.waits()[-1].outcome is QueueOutcome.BY_KEY


def test_a_key_that_comes_too_late_does_not() -> None:
    play = staffed(ANNA).calls_in().presses_out()
    assert play.caller_joined().caller().state is CallerState.TALKING


def test_an_agent_who_leaves_while_being_joined_costs_the_caller_no_place() -> None:
    play = staffed(ANNA).calls_in()
    play.phone_goes()
    assert play.caller().state is CallerState.QUEUED
    play.wait(2).log_in(BEN).log_in(ANNA)
    assert play.caller().agent == ANNA
    assert play.waits()[-1].arrived_at == play.caller().arrived_at


def test_who_comes_back_from_a_failed_join_waits_on_where_they_were() -> None:
    play = staffed(ANNA, BEN).calls_in().wait(0.1)
    play.unheard()
    play.feed(ev.JoinFailed(channel=CHANNEL, at=play.now, agent_leg=LEG, reason="gone"))
    assert (play.caller().state, play.caller().unheard) == (CallerState.QUEUED, True)
    play.ignore()
    play.wait(0.1)
    play.calls_in(at=play.caller().arrived_at)
    play.expect(like(do.Join, channel=CHANNEL))
    assert len({wait.arrived_at for wait in play.waits()}) == 1
    assert play.dialer.floor.queues[play.caller().terms.team].weight == pytest.approx(1.0, abs=0.01)


def test_who_is_back_before_the_failed_join_is_told_of_keeps_the_place() -> None:
    play = staffed(ANNA).calls_in().wait(0.1).unheard()
    play.calls_in(at=play.caller().arrived_at)
    assert (play.caller().state, play.caller().unheard) == (CallerState.JOINING, False)
    play.phone_goes().wait(callers.BACK_GUARD.total_seconds() + 1)
    assert play.caller().waits


def test_who_does_not_come_back_is_gone() -> None:
    play = staffed(ANNA).calls_in().unheard()
    play.feed(ev.JoinFailed(channel=CHANNEL, at=play.now, agent_leg=LEG, reason="gone"))
    play.wait(callers.BACK_GUARD.total_seconds())
    assert play.gone()
    assert play.waits()[-1].outcome is QueueOutcome.ABANDONED


def test_the_longest_wait_counts_for_who_came_back() -> None:
    play = staffed(ANNA).calls_in(longest=timedelta(seconds=10)).phone_goes()
    play.unheard().wait(2).calls_in(at=play.caller().arrived_at, longest=timedelta(seconds=10)).wait(8)
    assert play.gone()
    assert play.waits()[-1].outcome is QueueOutcome.TIMEOUT


def test_an_agent_whose_phone_goes_in_the_talk_ends_it() -> None:
    play = staffed(ANNA).calls_in().caller_joined().wait(9).ignore()
    play.phone_goes(cause=38).expect(do.HangUp(channel=CHANNEL))
    play.caller_hangs_up()
    assert play.gone()
    assert (play.waits()[-1].agent, play.waits()[-1].outcome) == (ANNA, QueueOutcome.ANSWERED)


def test_an_agent_can_end_the_talk() -> None:
    play = staffed(ANNA).calls_in().caller_joined().wait(9).ignore()
    play.press("*0").expect(do.HangUp(channel=CHANNEL))


def test_a_caller_without_a_bridge_does_not_stay_for_ever() -> None:
    play = staffed(ANNA).calls_in().caller_joined().wait(9)
    bridge = play.caller().bridge
    assert bridge is not None
    play.feed(ev.LeftBridge(channel=CHANNEL, at=play.now, bridge=bridge)).ignore()
    play.wait(15).expect(do.ReportOddity, do.HangUp, RecordWait)
    play.wait(15)
    assert play.gone()


@pytest.mark.parametrize("state", CallerState)
@pytest.mark.parametrize(
    "event",
    [
        ev.HungUp(channel=CHANNEL, at=NOW, cause=16),
        sig.Promised(agent=BEN, agent_leg=ChannelId("leg-2")),
        sig.Joined(attempt=make_caller().id, agent=BEN, at=NOW),
        sig.Unpromised(agent=BEN),
        ev.JoinFailed(channel=CHANNEL, at=NOW, agent_leg=ChannelId("leg-2"), reason=""),
        CallerPressedOut(channel=CHANNEL, at=NOW),
        CallerUnheard(channel=CHANNEL, at=NOW),
        ev.TimerFired(timer=Timer("patience", CHANNEL)),
        ev.LeftBridge(channel=CHANNEL, at=NOW, bridge=BridgeId("other")),
    ],
)
def test_what_is_about_something_else_passes(state: CallerState, event: Event) -> None:
    caller = make_caller(state=state)
    if state is not CallerState.QUEUED:
        caller = replace(caller, agent=ANNA, agent_leg=LEG)
    after, _ = callers.step(caller, event, NOW)
    assert after.agent == caller.agent or state is CallerState.QUEUED
    assert (
        after.state
        in {
            CallerState.QUEUED: (CallerState.QUEUED, CallerState.JOINING, CallerState.GONE),
            CallerState.JOINING: (CallerState.JOINING, CallerState.GONE),
            CallerState.TALKING: (CallerState.TALKING, CallerState.WRAPPING),
            CallerState.WRAPPING: (CallerState.WRAPPING,),
            CallerState.GONE: (CallerState.GONE,),
        }[state]
    )


def test_callers_press_from_half_of_the_target_on() -> None:
    caller = make_caller(target=timedelta(seconds=20))
    assert caller.pressing_at == NOW + timedelta(seconds=10)
    assert make_terms(target=timedelta(0)).target == timedelta(0)
