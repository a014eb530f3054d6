"""Traces of whole calls through `Dialer.handle`: what comes in, and every wish that goes out."""

from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.words import (
    AgentState,
    BridgeId,
    CallState,
    Disposition,
    LeadEnd,
    MachineVerdict,
    Mode,
)
from tests.factories import ANNA, BEN, LISTENS, NOW, attempt_id, make_lead
from tests.playbook import like
from tests.scenes import channel_of, leg_of, running, talking

A, B = attempt_id(1), attempt_id(2)
THE_AGENT = do.Join(channel=channel_of(1), agent=ANNA, agent_leg=leg_of(ANNA))
DIALLING = [Mode.PROGRESSIVE, Mode.PREDICTIVE]


@pytest.mark.parametrize("mode", DIALLING)
def test_answered_joined_wrapped_up_disposed(mode: Mode) -> None:
    play = running(mode)
    play.opened().expect(like(do.Originate, attempt=A, dial="PJSIP/8613800000001@carrier", caller_id="+862150000001"))
    play.wait(1.0).expect()
    play.rang().wait(5.0).expect()
    play.answered().expect(THE_AGENT)
    play.joined().expect()
    assert play.agent().state is AgentState.TALKING
    play.wait(30.0).expect()
    play.parted().hung_up().expect()
    assert play.agent().state is AgentState.WRAP_UP
    play.wait(4.0).ignore()
    play.press("1").expect(like(do.CloseAttempt, lead=make_lead(1)))
    outcome = play.outcome()
    assert outcome == do.Outcome(
        attempt=A,
        disposition=Disposition.ANSWERED,
        dialed_at=NOW,
        ringing_at=NOW + timedelta(seconds=1),
        answered_at=NOW + timedelta(seconds=6),
        bridged_at=NOW + timedelta(seconds=6),
        ended_at=NOW + timedelta(seconds=36),
        agent=ANNA,
        agent_disposition="sale",
        hangup_cause=16,
        sip_code=None,
        dial_status=None,
        seconds_talked=30.0,
    )
    assert play.wished(do.CloseAttempt)[0].next.end is LeadEnd.REACHED
    play.closed().expect(do.ForgetCall(attempt=A))
    assert play.agent().state is AgentState.READY
    assert play.dialer.floor.calls == {}


def test_a_wrap_up_that_nobody_ends_takes_the_default_disposition() -> None:
    play = talking(wrap_up=timedelta(seconds=12)).parted().hung_up()
    play.wait(11.9).expect()
    play.wait(0.2).expect(like(do.CloseAttempt, lead=make_lead(1)))
    assert play.outcome().agent_disposition == "none_given"


def test_nobody_there_within_the_limit_then_the_message_and_abandoned() -> None:
    play = running(leads=1).opened()
    play.press("*21").wait(3.0).ignore()
    play.answered().expect()
    assert play.call().state is CallState.WAITING
    play.wait(1.999).expect()
    play.wait(0.002).expect(do.PlayMessage(channel=channel_of(1)))
    assert play.campaign.window.abandoned == 1
    play.feed(ev.MessageStarted(channel=channel_of(1), at=play.now)).wait(4.0).expect()
    play.hung_up().expect(do.CloseAttempt)
    assert play.outcome().disposition is Disposition.ABANDONED
    assert play.outcome().agent is None
    assert play.campaign.window.abandoned == 1


def test_who_hears_the_message_may_ask_never_to_be_called_again() -> None:
    play = running().opened()
    play.press("*21").answered().wait(2.1)
    play.feed(ev.DigitPressed(channel=channel_of(1), at=play.now, digit="9")).hung_up()
    assert play.wished(do.CloseAttempt)[0].next.suppress


def test_a_hang_up_while_waiting() -> None:
    play = running().opened().press("*21").answered().wait(0.5).ignore()
    play.hung_up().expect(do.CloseAttempt)
    assert play.outcome().disposition is Disposition.ABANDONED
    assert play.alarms.keys() == {play.campaign.pace_timer}


@pytest.mark.parametrize(
    ("verdict", "disposition"),
    [
        (MachineVerdict.MACHINE, Disposition.MACHINE),
        (MachineVerdict.FAX, Disposition.FAX),
        (MachineVerdict.SILENCE, Disposition.DEAD_AIR),
    ],
)
def test_a_machine_is_hung_up(verdict: MachineVerdict, disposition: Disposition) -> None:
    play = running(machines=LISTENS).opened().ignore()
    play.answered(verdict=verdict).expect(do.HangUp(channel=channel_of(1)))
    play.hung_up().expect(do.CloseAttempt)
    assert play.outcome().disposition is disposition
    assert play.campaign.window.answered == 0
    assert play.agent().state is AgentState.READY


@pytest.mark.parametrize("verdict", [MachineVerdict.HUMAN, MachineVerdict.UNSURE])
def test_what_may_be_a_person_gets_an_agent(verdict: MachineVerdict) -> None:
    running(machines=LISTENS).opened().ignore().answered(verdict=verdict).expect(THE_AGENT)


@pytest.mark.parametrize(
    ("cause", "sip_code", "status", "disposition"),
    [
        (17, 486, "BUSY", Disposition.BUSY),
        (19, 480, None, Disposition.NO_ANSWER),
        (1, 404, "NOANSWER", Disposition.INVALID_NUMBER),
        (34, 503, "CONGESTION", Disposition.CONGESTION),
    ],
)
def test_nobody_answers(cause: int, sip_code: int, status: str | None, disposition: Disposition) -> None:
    play = running().opened().rang().wait(5.0).ignore()
    if status is not None:
        play.feed(ev.DialEnded(channel=channel_of(1), at=play.now, status=status))
    play.hung_up(cause=cause, sip_code=sip_code).expect(do.CloseAttempt)
    outcome = play.outcome()
    assert (outcome.disposition, outcome.dial_status) == (disposition, status)
    assert (outcome.hangup_cause, outcome.sip_code) == (cause, sip_code)
    assert play.alarms.keys() == {play.campaign.pace_timer}


def test_refused_by_asterisk() -> None:
    play = running().opened().ignore()
    refused = ev.OriginateRefused(channel=channel_of(1), at=play.now, reason="no such endpoint")
    play.feed(refused).expect(do.CloseAttempt)
    assert (play.outcome().disposition, play.outcome().dial_status) == (Disposition.FAILED, "REFUSED")


def test_in_doubt_and_never_heard_of_again() -> None:
    play = running().opened().ignore()
    play.feed(ev.OriginateInDoubt(channel=channel_of(1), at=play.now)).expect(do.ReportOddity)
    play.wait(34.9).expect()
    play.wait(0.2).expect(do.ReportOddity, do.HangUp(channel=channel_of(1)))
    play.wait(10.0).expect(do.ReportOddity, do.CloseAttempt)
    assert play.outcome().disposition is Disposition.FAILED


def test_in_doubt_and_yet_it_rings() -> None:
    play = running().opened().feed(ev.OriginateInDoubt(channel=channel_of(1), at=NOW)).ignore()
    play.rang().wait(3.0).answered().expect(THE_AGENT)


def test_a_join_that_fails_brings_another_agent() -> None:
    play = running(Mode.PROGRESSIVE, ANNA, BEN).opened().ignore()
    failed = ev.JoinFailed(channel=channel_of(1), at=play.now, agent_leg=leg_of(ANNA), reason="gone")
    play.answered().expect(THE_AGENT)
    play.wait(0.1).feed(failed).expect(do.Join(channel=channel_of(1), agent=BEN, agent_leg=leg_of(BEN)))
    assert play.agent(ANNA).state is AgentState.READY
    play.feed(failed).expect()
    play.joined(agent=BEN).expect()
    assert play.agent(BEN).state is AgentState.TALKING


def test_a_join_that_comes_to_nothing_brings_another_agent() -> None:
    play = running(Mode.PROGRESSIVE, ANNA, BEN).opened().answered().ignore()
    play.wait(0.9).expect()
    play.wait(0.2).expect(do.Join(channel=channel_of(1), agent=BEN, agent_leg=leg_of(BEN)))


def test_a_join_asked_for_in_time_is_seen_through_and_no_longer() -> None:
    play = running().opened().press("*21").answered().wait(1.5).ignore()
    play.press("*1").expect(THE_AGENT)
    play.wait(0.9).expect()
    play.wait(0.2).expect(do.PlayMessage(channel=channel_of(1)))
    assert play.agent().state is AgentState.READY


def test_an_agent_whose_leg_cannot_be_joined_twice_running_is_lost() -> None:
    play = running().opened().answered().ignore()
    failed = ev.JoinFailed(channel=channel_of(1), at=play.now, agent_leg=leg_of(ANNA), reason="gone")
    play.feed(failed).expect(THE_AGENT)
    play.feed(failed).expect(do.HangUp(channel=leg_of(ANNA)), do.ReportOddity)
    play.phone_goes()
    assert play.agent().state is AgentState.LOST
    play.wait(2.1).expect(do.PlayMessage(channel=channel_of(1)))


def test_an_agent_lost_while_promised() -> None:
    play = running(Mode.PROGRESSIVE, ANNA, BEN).opened().answered().ignore()
    play.phone_goes(ANNA).expect(do.Join(channel=channel_of(1), agent=BEN, agent_leg=leg_of(BEN)))
    assert play.agent(ANNA).state is AgentState.LOST
    late = ev.JoinFailed(channel=channel_of(1), at=play.now, agent_leg=leg_of(ANNA), reason="gone")
    play.feed(late).expect()
    assert play.call().agent == BEN


def test_an_agent_lost_while_talking() -> None:
    play = talking()
    play.phone_goes().expect(do.HangUp(channel=channel_of(1)))
    assert play.agent().state is AgentState.LOST
    play.hung_up().expect(do.CloseAttempt)
    assert (play.outcome().disposition, play.outcome().agent) == (Disposition.ANSWERED, ANNA)
    assert play.outcome().agent_disposition == "none_given"
    assert play.outcome().seconds_talked == 10.0


def test_a_customer_whom_nobody_hangs_up_after_the_talk() -> None:
    play = talking()
    play.parted().wait(9.9).expect()
    play.wait(0.2).expect(do.ReportOddity, do.HangUp(channel=channel_of(1)))
    play.hung_up().press("1")
    assert play.outcome().seconds_talked == 10.0


def test_the_agent_ends_the_call() -> None:
    play = talking()
    play.press("*0").expect(do.HangUp(channel=channel_of(1)))
    play.parted().hung_up().expect()
    assert play.agent().state is AgentState.WRAP_UP
    play.press("2").expect(do.CloseAttempt)
    assert play.outcome().disposition is Disposition.ANSWERED
    assert play.wished(do.CloseAttempt)[0].next.callback


def test_without_a_wrap_up_the_agent_is_ready_at_once() -> None:
    play = talking(wrap_up=timedelta(0))
    play.parted().hung_up().expect(do.CloseAttempt)
    assert play.agent().state is AgentState.READY
    assert [i.state for i in play.intervals] == [AgentState.READY, AgentState.TALKING]


def test_the_message_of_the_dialplan_and_our_join_cross_and_the_join_wins() -> None:
    play = running().opened().answered().ignore()
    play.feed(ev.MessageStarted(channel=channel_of(1), at=play.now)).expect()
    play.joined().expect()
    assert play.call().state is CallState.TALKING


def test_the_message_of_the_dialplan_and_our_join_cross_and_the_join_fails() -> None:
    play = running(Mode.PROGRESSIVE, ANNA, BEN).opened().answered().ignore()
    play.feed(
        ev.MessageStarted(channel=channel_of(1), at=play.now),
        ev.JoinFailed(channel=channel_of(1), at=play.now, agent_leg=leg_of(ANNA), reason="gone"),
    ).expect(do.PlayMessage(channel=channel_of(1)))
    assert play.call().state is CallState.CLOSING
    play.hung_up()
    assert play.outcome().disposition is Disposition.ABANDONED


def test_facts_in_another_order_and_twice() -> None:
    play = running().opened().ignore()
    arrived = ev.Arrived(channel=channel_of(1), at=play.now, verdict=MachineVerdict.OFF)
    play.feed(arrived, arrived).expect(THE_AGENT)
    play.rang().joined().joined().expect()
    play.feed(ev.Answered(channel=channel_of(1), at=play.now)).expect()
    assert play.call().state is CallState.TALKING
    assert play.call().ringing_at == play.now
    play.hung_up().hung_up().parted().expect()
    assert play.agent().state is AgentState.WRAP_UP
    play.wait(16.0).hung_up().rang().expect(do.CloseAttempt)
    play.closed().expect(do.ForgetCall(attempt=A))
    play.closed().hung_up().fire("guard", A).expect()


def test_the_customer_comes_into_the_bridge_before_the_agent() -> None:
    play = running().opened().answered().ignore()
    bridge = BridgeId("bridge-1")
    play.feed(ev.EnteredBridge(channel=channel_of(1), at=NOW, bridge=bridge)).expect()
    assert play.call().state is CallState.JOINING
    later = NOW + timedelta(milliseconds=3)
    play.feed(ev.EnteredBridge(channel=leg_of(ANNA), at=later, bridge=bridge)).expect()
    assert (play.call().state, play.call().bridged_at) == (CallState.TALKING, later)


def test_a_timer_that_was_withdrawn_while_it_rang_is_not_heard() -> None:
    play = running().opened().rang()
    play.feed(ev.Answered(channel=channel_of(1), at=play.now)).wait(2.9)
    play.now += timedelta(seconds=0.2)
    play.feed(ev.Arrived(channel=channel_of(1), at=play.now, verdict=MachineVerdict.OFF)).ignore()
    play.fire("guard", A).expect()
    assert play.call().state is CallState.JOINING


def test_nothing_comes_after_the_answer() -> None:
    play = running().opened().feed(ev.Answered(channel=channel_of(1), at=NOW)).ignore()
    play.wait(3.1).expect(do.ReportOddity, do.HangUp(channel=channel_of(1)))
    play.hung_up().expect(do.CloseAttempt)


def test_two_customers_and_one_agent() -> None:
    play = talking(max_lines_per_agent=5.0)
    play.fetched(make_lead(2), make_lead(3)).parted().hung_up().ignore()
    play.press("1").expect(do.CloseAttempt, like(do.OpenAttempt, lead=make_lead(2)))
    play.opened(2).press("*21").answered(2).wait(0.1).ignore()
    play.press("*1").expect(do.Join(channel=channel_of(2), agent=ANNA, agent_leg=leg_of(ANNA)))
    # The last talk's bridge is left only now; that is not this customer's.
    play.feed(ev.LeftBridge(channel=leg_of(ANNA), at=play.now, bridge=BridgeId("bridge-1")))
    play.joined(2).expect()
    assert play.call(2).state is CallState.TALKING
