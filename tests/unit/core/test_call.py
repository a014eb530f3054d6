"""dialer.core.call: the machine of one call by itself. With its neighbours it is in the traces."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.call import step
from dialer.core.events import Event
from dialer.core.live_call import Call
from dialer.core.words import AttemptId, BridgeId, CallState, ChannelId, CountedFrom, Disposition, MachineVerdict, Timer
from tests.factories import ANNA, BEN, LISTENS, MAIN, NOW, SPRING, make_call, make_policy
from tests.scenes import channel_of

CHANNEL = channel_of(1)
LEG = ChannelId("leg-1")
LATER = NOW + timedelta(seconds=1)
BRIDGE = BridgeId("bridge-1")
DIALLED = make_call(state=CallState.DIALING, dialed_at=NOW)
WAITING = replace(
    DIALLED, state=CallState.WAITING, answered_at=NOW, arrived_at=NOW, limit_at=NOW + timedelta(seconds=2)
)
JOINING = replace(WAITING, state=CallState.JOINING, agent=ANNA, agent_leg=LEG)
TALKING = replace(JOINING, state=CallState.TALKING, bridged_at=NOW, bridge=BRIDGE)
HELD = [
    replace(DIALLED, state=state)
    for state in CallState
    if state.holds_line and state not in (CallState.JOINING, CallState.TALKING)
]
HELD += [JOINING, TALKING]
FREE = [make_call(state=state) for state in CallState if not state.holds_line]


def after(call: Call, *events: Event) -> Call:
    for event in events:
        call, _ = step(call, event, LATER)
    return call


def hung_up(cause: int = 16) -> ev.HungUp:
    return ev.HungUp(channel=CHANNEL, at=LATER, cause=cause)


@pytest.mark.parametrize(
    ("dial", "dialled"),
    [
        ("PJSIP/{number}@carrier", "PJSIP/8613800000001@carrier"),
        ("PJSIP/{e164}@carrier", "PJSIP/+8613800000001@carrier"),
        ("Local/0{national}@out", "Local/013800000001@out"),
    ],
)
def test_the_dial_string(dial: str, dialled: str) -> None:
    call, wishes = step(make_call(trunk=replace(MAIN, dial=dial)), ev.AttemptOpened(attempt=AttemptId("a")), LATER)
    assert (call.state, call.dialed_at) == (CallState.DIALING, LATER)
    assert isinstance(wishes[0], do.Originate)
    assert wishes[0].dial == dialled


@pytest.mark.parametrize("call", HELD, ids=lambda call: call.state)
def test_a_hang_up_ends_whatever_holds_a_line(call: Call) -> None:
    gone = after(call, hung_up())
    assert not gone.state.holds_line
    assert (gone.ended_at, gone.cause) == (LATER, 16)
    assert gone.state is (CallState.WRAPPING if call is TALKING else CallState.RECORDING)


@pytest.mark.parametrize("call", FREE, ids=lambda call: call.state)
def test_and_nothing_else(call: Call) -> None:
    assert after(call, hung_up()) == call


@pytest.mark.parametrize("call", HELD, ids=lambda call: call.state)
def test_a_guard_that_fires_never_leaves_things_as_they_are(call: Call) -> None:
    moved, wishes = step(call, ev.TimerFired(timer=Timer("guard", call.id)), LATER)
    assert moved.state is not call.state
    assert wishes


@pytest.mark.parametrize("call", HELD, ids=lambda call: call.state)
def test_calling_off_hangs_up(call: Call) -> None:
    ending, wishes = step(call, sig.CalledOff(), LATER)
    assert ending.state is CallState.ENDING
    assert do.HangUp(channel=CHANNEL) in wishes


def test_a_disposition_is_decided_once() -> None:
    over = after(WAITING, hung_up())
    assert over.disposition is Disposition.ABANDONED
    late = after(over, ev.DialEnded(channel=CHANNEL, at=LATER, status="BUSY"), hung_up(17), sig.CalledOff())
    assert late == over


def test_an_outcome_names_an_agent_only_where_one_was_there_or_bound() -> None:
    assert after(JOINING, hung_up()).agent is None
    assert after(replace(DIALLED, agent=ANNA, bound=True), hung_up(17)).agent == ANNA
    wrapped = after(TALKING, hung_up(), sig.WrappedUp(agent=ANNA, disposition="sale"))
    assert (wrapped.agent, wrapped.agent_disposition) == (ANNA, "sale")


def test_the_limit_runs_from_the_arrival_not_from_when_we_heard_of_it() -> None:
    arrived = ev.Arrived(channel=CHANNEL, at=NOW, verdict=MachineVerdict.HUMAN)
    waiting, wishes = step(DIALLED, arrived, LATER)
    assert waiting.limit_at == NOW + timedelta(seconds=2)
    assert do.WakeAt(timer=waiting.limit, at=waiting.limit_at) in wishes


def test_a_limit_from_connect_that_is_over_when_the_person_is_known_gives_the_message_at_once() -> None:
    pacing = replace(DIALLED.policy.pacing, counted_from=CountedFrom.CONNECT)
    dialled = replace(DIALLED, policy=replace(DIALLED.policy, pacing=pacing, machines=LISTENS))
    answered = after(dialled, ev.Answered(channel=CHANNEL, at=NOW))
    heard = NOW + timedelta(seconds=3)
    closing, wishes = step(answered, ev.Arrived(channel=CHANNEL, at=heard, verdict=MachineVerdict.HUMAN), heard)
    assert (closing.state, closing.limit_at) == (CallState.CLOSING, None)
    assert do.PlayMessage(channel=CHANNEL) in wishes
    assert after(closing, hung_up()).disposition is Disposition.ABANDONED


@pytest.mark.parametrize("at", [NOW - timedelta(hours=1), NOW + timedelta(hours=1)])
def test_a_clock_that_was_set_does_not_move_the_limit(at: datetime) -> None:
    waiting = after(DIALLED, ev.Arrived(channel=CHANNEL, at=at, verdict=MachineVerdict.OFF))
    assert waiting.limit_at == LATER + timedelta(seconds=2)


def test_a_join_that_fails_leaves_the_limit_where_it_was() -> None:
    failed = ev.JoinFailed(channel=CHANNEL, at=LATER, agent_leg=LEG, reason="gone")
    waiting, wishes = step(JOINING, failed, LATER)
    assert (waiting.state, waiting.agent, waiting.limit_at) == (CallState.WAITING, None, JOINING.limit_at)
    assert do.WakeAt(timer=waiting.limit, at=JOINING.limit_at or NOW) in wishes
    late, wishes = step(JOINING, failed, NOW + timedelta(seconds=2))
    assert late.state is CallState.CLOSING
    assert do.PlayMessage(channel=CHANNEL) in wishes


@pytest.mark.parametrize(
    "event",
    [
        ev.JoinFailed(channel=CHANNEL, at=LATER, agent_leg=ChannelId("another"), reason="gone"),
        sig.Unpromised(agent=BEN),
        sig.Joined(attempt=JOINING.id, agent=BEN, at=LATER),
        ev.TimerFired(timer=Timer("limit", JOINING.id)),
    ],
)
def test_what_is_about_another_agent_or_too_early_to_decide_passes(event: Event) -> None:
    assert after(JOINING, event) == JOINING


def test_only_the_bridge_of_the_talk_can_end_it() -> None:
    other = ev.LeftBridge(channel=CHANNEL, at=LATER, bridge=BridgeId("another"))
    assert after(TALKING, other) == TALKING
    assert after(TALKING, replace(other, bridge=BRIDGE)).parted_at == LATER


def test_who_was_taken_out_of_the_talk_by_a_second_join_that_failed_is_let_go() -> None:
    failed = ev.JoinFailed(channel=CHANNEL, at=LATER, agent_leg=LEG, reason="gone")
    assert after(TALKING, failed) == TALKING
    parted = after(TALKING, ev.LeftBridge(channel=CHANNEL, at=LATER, bridge=BRIDGE), failed)
    assert (parted.state, parted.agent) == (CallState.ENDING, ANNA)


def test_an_agent_who_is_gone_ends_the_talk_and_leaves_a_word() -> None:
    ending = after(TALKING, sig.WrappedUp(agent=ANNA, disposition="sale"))
    assert ending.state is CallState.ENDING
    over = after(ending, hung_up(), sig.WrappedUp(agent=ANNA, disposition="none_given"))
    assert over.agent_disposition == "sale"


def test_the_message_may_begin_before_we_heard_of_the_answer() -> None:
    closing = after(DIALLED, ev.MessageStarted(channel=CHANNEL, at=LATER))
    assert (closing.state, closing.answered_at) == (CallState.CLOSING, LATER)
    assert after(closing, hung_up()).disposition is Disposition.ABANDONED


@pytest.mark.parametrize("call", [WAITING, TALKING])
def test_nine_opts_out_of_the_message_only(call: Call) -> None:
    nine = ev.DigitPressed(channel=CHANNEL, at=LATER, digit="9")
    assert not after(call, nine).opted_out
    closing = after(WAITING, ev.TimerFired(timer=Timer("limit", WAITING.id)))
    assert after(closing, nine).opted_out
    assert not after(closing, replace(nine, digit="8")).opted_out


@pytest.mark.parametrize(
    ("call", "seconds"),
    [
        (WAITING, 0.0),
        (TALKING, 0.0),
        (replace(TALKING, ended_at=NOW + timedelta(seconds=30)), 30.0),
        (replace(TALKING, parted_at=LATER, ended_at=NOW + timedelta(seconds=30)), 1.0),
        (replace(TALKING, ended_at=NOW - timedelta(seconds=1)), 0.0),
    ],
)
def test_seconds_talked(call: Call, seconds: float) -> None:
    assert call.seconds_talked == seconds


def test_with_machine_detection_the_answer_is_given_more_time() -> None:
    answered = ev.Answered(channel=CHANNEL, at=LATER)
    _, plain = step(DIALLED, answered, LATER)
    _, patient = step(replace(DIALLED, policy=make_policy(machines=LISTENS)), answered, LATER)
    assert plain == (do.WakeAt(timer=DIALLED.guard, at=LATER + timedelta(seconds=3)),)
    assert patient == (do.WakeAt(timer=DIALLED.guard, at=LATER + timedelta(seconds=12)),)


def test_found_talking() -> None:
    found = sig.FoundTalking(attempt=DIALLED.id, campaign=SPRING, agent=BEN, bridge=BRIDGE, at=LATER)
    talking = after(DIALLED, found)
    assert (talking.state, talking.agent, talking.bridged_at) == (CallState.TALKING, BEN, LATER)
    assert after(TALKING, replace(found, agent=ANNA)).bridged_at == TALKING.bridged_at
