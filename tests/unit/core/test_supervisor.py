"""dialer.core.supervisor: the machine of one supervisor by itself. On the floor it is in test_attendance.py."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core import supervision as sv
from dialer.core.events import Event
from dialer.core.supervision_words import MonitorMode, SupervisionOrder, SupervisorState
from dialer.core.supervisor import HEARING, RING_TIME, Supervisor, book, step
from dialer.core.words import BridgeId, ChannelId
from tests.factories import ANNA, BEN, NOW, attempt_id
from tests.supervised import BOSS, BOSS_LEG, make_supervisor_profile

A = attempt_id(1)
LATER = NOW + timedelta(seconds=10)
BRIDGE = BridgeId("bridge-1")
EAR = sv.Ear(agent=ANNA, attempt=A, mode=MonitorMode.LISTEN)
AWAY = Supervisor(profile=make_supervisor_profile(), since=NOW)
CALLED = replace(AWAY, state=SupervisorState.CALLED, calling=BOSS_LEG)
WAITING = replace(AWAY, state=SupervisorState.WAITING, leg=BOSS_LEG, agent=ANNA, with_agent=ANNA, by="chief")
LISTENING = replace(WAITING, state=SupervisorState.LISTENING, sent_to=EAR, attempt=A)
TAKING = replace(LISTENING, state=SupervisorState.TAKING_OVER, sent_to=None, left=BRIDGE)
TALKING = replace(TAKING, state=SupervisorState.TALKING, bridge=BridgeId("bridge-2"), left=None)
SESSIONS = [WAITING, LISTENING, TAKING, TALKING]
ORDER = sv.SupervisionOrdered(supervisor=BOSS, order=SupervisionOrder.LISTEN, agent=ANNA, leg=BOSS_LEG, by="chief")
STARTED = sv.MonitorStarted(channel=BOSS_LEG, at=LATER)
STOPPED = sv.MonitorStopped(channel=BOSS_LEG, at=LATER)
GONE = ev.HungUp(channel=BOSS_LEG, at=LATER, cause=16)


def after(supervisor: Supervisor, *events: Event) -> Supervisor:
    for event in events:
        supervisor, _ = step(supervisor, event, LATER)
    return supervisor


def stretch(supervisor: Supervisor, *, over: bool) -> sv.RecordStretch:
    return sv.RecordStretch(
        session=BOSS_LEG,
        supervisor=BOSS,
        agent=supervisor.with_agent,
        state=supervisor.state,
        attempt=supervisor.attempt,
        by=supervisor.by,
        since=supervisor.since,
        until=LATER if over else None,
    )


def test_an_order_rings_the_phone_and_is_kept_until_it_is_picked_up() -> None:
    called, wishes = step(AWAY, ORDER, LATER)
    assert wishes == (sv.CallSupervisor(supervisor=BOSS, channel=BOSS_LEG, dial="PJSIP/9001", ring_time=RING_TIME),)
    assert (called.state, called.asked) == (SupervisorState.CALLED, ORDER)
    here = after(called, sv.SupervisorLegUp(channel=BOSS_LEG, at=LATER, supervisor=BOSS))
    assert (here.state, here.leg, here.calling, here.asked) == (SupervisorState.WAITING, BOSS_LEG, None, None)
    assert here.by == "chief"


@pytest.mark.parametrize(
    "end",
    [
        ev.HungUp(channel=BOSS_LEG, at=LATER, cause=19),
        ev.OriginateRefused(channel=BOSS_LEG, at=LATER, reason=""),
        ev.OriginateInDoubt(channel=BOSS_LEG, at=LATER),
    ],
)
def test_a_phone_that_nobody_picks_up_leaves_nothing_behind(end: Event) -> None:
    assert step(CALLED, end, LATER) == (replace(AWAY, since=LATER), ())


def test_without_a_phone_nobody_is_called() -> None:
    at_home = replace(AWAY, profile=make_supervisor_profile(phone=None))
    assert step(at_home, ORDER, LATER) == (at_home, ())


def test_who_dials_in_while_being_called_is_not_rung_any_longer() -> None:
    mine = ChannelId("mine")
    here, wishes = step(CALLED, sv.SupervisorLegUp(channel=mine, at=LATER, supervisor=BOSS), LATER)
    assert (here.leg, here.calling, here.by) == (mine, None, BOSS)
    assert wishes[0] == do.HangUp(channel=BOSS_LEG)


@pytest.mark.parametrize("supervisor", SESSIONS, ids=lambda s: s.state)
def test_a_second_phone_is_hung_up(supervisor: Supervisor) -> None:
    second = sv.SupervisorLegUp(channel=ChannelId("second"), at=LATER, supervisor=BOSS)
    same, wishes = step(supervisor, second, LATER)
    assert same == supervisor
    assert wishes[0] == do.HangUp(channel=ChannelId("second"))


@pytest.mark.parametrize("supervisor", SESSIONS, ids=lambda s: s.state)
def test_a_hang_up_ends_every_session_and_its_stretch(supervisor: Supervisor) -> None:
    assert step(supervisor, GONE, LATER) == (replace(AWAY, since=LATER), (stretch(supervisor, over=True),))


@pytest.mark.parametrize("mode", MonitorMode)
def test_what_is_heard_is_written_from_the_moment_that_asterisk_says(mode: MonitorMode) -> None:
    ear = replace(EAR, mode=mode)
    sent, wishes = step(WAITING, sig.Heard(ear=ear), NOW)
    assert wishes == (sv.Monitor(channel=BOSS_LEG, supervisor=BOSS, agent=ANNA, mode=mode),)
    assert sent.state is SupervisorState.WAITING
    hearing, wishes = step(sent, STARTED, LATER + timedelta(seconds=5))
    assert (hearing.state, hearing.since) == (HEARING[mode], LATER)
    assert wishes == (stretch(WAITING, over=True), stretch(hearing, over=False))
    assert hearing.attempt == A
    deaf, wishes = step(hearing, replace(STOPPED, at=LATER + timedelta(seconds=1)), LATER)
    assert deaf.state is SupervisorState.WAITING
    assert wishes[0] == replace(stretch(hearing, over=True), until=LATER + timedelta(seconds=1))


def test_a_leg_that_was_sent_nowhere_is_not_believed_to_hear() -> None:
    assert step(WAITING, STARTED, LATER) == (WAITING, ())


def test_nothing_left_to_hear_sends_the_leg_back() -> None:
    sent, wishes = step(LISTENING, sig.Heard(ear=None), LATER)
    assert wishes == (sv.StandBy(channel=BOSS_LEG, supervisor=BOSS),)
    assert (sent.state, sent.sent_to) == (SupervisorState.LISTENING, None)


def test_a_stretch_keeps_the_agent_who_was_heard_though_the_session_has_turned() -> None:
    turned = after(LISTENING, sig.Turned(agent=BEN, mode=MonitorMode.LISTEN))
    assert turned.agent == BEN
    _, wishes = step(turned, STOPPED, LATER)
    assert wishes[0] == stretch(LISTENING, over=True)
    assert isinstance(wishes[1], sv.RecordStretch)
    assert wishes[1].agent == BEN


def test_turning_while_there_is_nothing_to_hear_begins_a_stretch() -> None:
    turned, wishes = step(WAITING, sig.Turned(agent=BEN, mode=MonitorMode.BARGE), LATER)
    assert (turned.agent, turned.mode) == (BEN, MonitorMode.BARGE)
    assert wishes == (stretch(WAITING, over=True), stretch(turned, over=False))


@pytest.mark.parametrize("supervisor", [WAITING, LISTENING], ids=lambda s: s.state)
def test_a_take_over_from_asking_to_the_end(supervisor: Supervisor) -> None:
    taking = after(supervisor, sig.TakesOver(attempt=A, bridge=BRIDGE))
    assert (taking.state, taking.left, taking.sent_to) == (SupervisorState.TAKING_OVER, BRIDGE, None)
    # The leg stops listening because it is taken to the customer.
    assert after(taking, STOPPED) == taking
    met = after(taking, sig.TakenOver(attempt=A, supervisor=BOSS, bridge=BridgeId("b"), at=LATER))
    assert (met.state, met.attempt, met.bridge) == (SupervisorState.TALKING, A, "b")
    assert after(met, sig.TalkOver(attempt=attempt_id(2))) == met
    alone = after(met, ev.LeftBridge(channel=BOSS_LEG, at=LATER, bridge=BridgeId("b")), sig.TalkOver(attempt=A))
    assert (alone.state, alone.bridge, alone.attempt) == (SupervisorState.WAITING, None, None)
    assert alone.agent == ANNA


def test_with_a_customer_nothing_else_is_heard() -> None:
    assert step(TALKING, sig.Heard(ear=EAR), LATER) == (TALKING, ())
    assert step(TALKING, STARTED, LATER) == (TALKING, ())


def test_stretches_never_run_backwards() -> None:
    earlier = replace(STOPPED, at=NOW - timedelta(seconds=1))
    _, wishes = step(LISTENING, earlier, LATER)
    assert wishes[0] == replace(stretch(LISTENING, over=True), until=NOW)


def test_the_last_stretch_is_booked_when_the_daemon_ends() -> None:
    assert book(LISTENING, LATER) == (stretch(LISTENING, over=True),)
    assert book(AWAY, LATER) == ()
