"""dialer.core.handover: a call whose customer goes to a supervisor."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.events import Event
from dialer.core.guards import HANGUP_GUARD
from dialer.core.handover import step
from dialer.core.live_call import Call
from dialer.core.supervision import Claim, RecordTakeOver, TakeOver
from dialer.core.words import BridgeId, CallState, Disposition, Timer
from tests.factories import ANNA, NOW, make_call
from tests.scenes import channel_of
from tests.supervised import BOSS, TAKEN

CHANNEL = channel_of(1)
BRIDGE = BridgeId("bridge-1")
LATER = NOW + timedelta(seconds=10)
TALKING = make_call(
    state=CallState.TALKING,
    dialed_at=NOW,
    answered_at=NOW,
    arrived_at=NOW,
    bridged_at=NOW,
    agent=ANNA,
    bridge=BRIDGE,
)
GUARD = Timer("guard", TALKING.id)
CLAIMED = replace(TALKING, claim=Claim(supervisor=BOSS))
LEFT = ev.LeftBridge(channel=CHANNEL, at=LATER, bridge=BRIDGE)
TAKEN_OVER = sig.TakenOver(attempt=TALKING.id, supervisor=BOSS, bridge=TAKEN, at=LATER)


def after(call: Call, *events: Event) -> Call:
    for event in events:
        call, _ = step(call, event, LATER)
    return call


def test_a_claim_sends_the_customer_on_its_way() -> None:
    assert step(TALKING, sig.Claimed(supervisor=BOSS), LATER) == (
        CLAIMED,
        (TakeOver(channel=CHANNEL, supervisor=BOSS),),
    )


def test_a_customer_who_is_claimed_cannot_be_claimed_again() -> None:
    assert step(CLAIMED, sig.Claimed(supervisor=BOSS), LATER) == (CLAIMED, ())


@pytest.mark.parametrize("state", [s for s in CallState if s is not CallState.TALKING])
def test_nor_one_who_does_not_talk(state: CallState) -> None:
    call = replace(TALKING, state=state)
    assert step(call, sig.Claimed(supervisor=BOSS), LATER) == (call, ())


def test_on_the_way_the_call_is_guarded_and_afterwards_it_is_talked_on() -> None:
    away, wishes = step(CLAIMED, LEFT, LATER)
    assert wishes == (do.WakeAt(timer=GUARD, at=LATER + HANGUP_GUARD),)
    taken, wishes = step(away, TAKEN_OVER, LATER)
    assert wishes[0] == RecordTakeOver(attempt=TALKING.id, supervisor=BOSS, agent=ANNA, at=LATER)
    assert do.LetSleep(timer=GUARD) in wishes
    assert taken.claim == Claim(supervisor=BOSS, taken_at=LATER)
    assert (taken.state, taken.bridge, taken.parted_at) == (CallState.TALKING, TAKEN, None)
    assert taken.bridged_at == NOW


def test_a_customer_who_comes_back_to_the_agent_is_not_guarded_any_more() -> None:
    back, wishes = step(after(CLAIMED, LEFT), ev.EnteredBridge(channel=CHANNEL, at=LATER, bridge=TAKEN), LATER)
    assert wishes == (do.LetSleep(timer=GUARD),)
    assert (back.bridge, back.parted_at) == (TAKEN, None)
    assert after(back, sig.Unclaimed(supervisor=BOSS)).claim is None


def test_who_has_the_customer_keeps_the_claim() -> None:
    taken = after(CLAIMED, LEFT, TAKEN_OVER)
    assert after(taken, sig.Unclaimed(supervisor=BOSS)) == taken


def test_the_agents_wrap_up_does_not_end_the_call_and_its_disposition_is_kept() -> None:
    done = after(CLAIMED, LEFT, TAKEN_OVER, sig.WrappedUp(agent=ANNA, disposition="sale"))
    assert (done.state, done.agent_disposition) == (CallState.TALKING, "sale")
    gone = after(done, ev.HungUp(channel=CHANNEL, at=LATER, cause=16))
    assert gone.state is CallState.WRAPPING
    recorded = after(gone, sig.WrappedUp(agent=ANNA, disposition="none_given"))
    assert (recorded.agent_disposition, recorded.disposition) == ("sale", Disposition.ANSWERED)


def test_an_agent_who_leaves_on_the_way_does_not_end_it_either() -> None:
    assert after(CLAIMED, LEFT, sig.WrappedUp(agent=ANNA, disposition=None)).state is CallState.TALKING


@pytest.mark.parametrize("state", [s for s in CallState if s.holds_line])
def test_after_being_out_of_touch_it_is_found_with_the_supervisor(state: CallState) -> None:
    found = after(make_call(state=state, dialed_at=NOW), TAKEN_OVER)
    assert (found.state, found.bridge, found.bridged_at) == (CallState.TALKING, TAKEN, LATER)
    assert found.claim == Claim(supervisor=BOSS, taken_at=LATER)


def test_everything_else_is_as_it_always_is() -> None:
    ended = after(TALKING, sig.WrappedUp(agent=ANNA, disposition="sale"))
    assert ended.state is CallState.ENDING
