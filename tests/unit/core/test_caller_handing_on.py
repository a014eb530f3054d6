"""dialer.core.caller_handing_on: the agent is done with a caller who talks on with a third."""

from __future__ import annotations

from datetime import timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.caller_handing_on import step
from dialer.core.queueing import CallerState, RecordWait
from dialer.core.words import AgentNumber, BridgeId
from tests.callers import make_caller
from tests.factories import ANNA, NOW

SOON, LATER = NOW + timedelta(seconds=10), NOW + timedelta(seconds=60)
CALLER = make_caller(state=CallerState.TALKING, agent=ANNA, answered_at=NOW, bridge=BridgeId("b"))
HANDED = sig.HandedOn(agent=ANNA, at=SOON)


def test_a_caller_is_handled_when_the_agent_is_done_and_talked_with_until_handed_on() -> None:
    handed, wishes = step(CALLER, HANDED, SOON)
    assert [wish.left_at for wish in wishes if isinstance(wish, RecordWait)] == [SOON]
    done, wishes = step(handed, sig.WrappedUp(agent=ANNA, disposition=None), LATER)
    assert [wish.handled_at for wish in wishes if isinstance(wish, RecordWait)] == [LATER]
    much_later = LATER + timedelta(minutes=5)
    wrapping, _ = step(done, ev.HungUp(channel=CALLER.channel, at=much_later, cause=16), much_later)
    assert (wrapping.state, wrapping.seconds_talked) == (CallerState.WRAPPING, 10.0)
    gone, wishes = step(wrapping, sig.WrappedUp(agent=ANNA, disposition=None), much_later)
    assert gone.state is CallerState.GONE
    assert [(w.left_at, w.handled_at) for w in wishes if isinstance(w, RecordWait)] == [(SOON, LATER)]


def test_nobody_else_can_hand_on_the_caller() -> None:
    assert step(CALLER, sig.HandedOn(agent=AgentNumber("1002"), at=SOON), SOON) == (CALLER, ())


def test_a_caller_who_was_not_handed_on_goes_with_the_agent() -> None:
    alone, wishes = step(CALLER, sig.WrappedUp(agent=ANNA, disposition=None), SOON)
    assert (alone.alone, wishes[0]) == (True, do.HangUp(channel=CALLER.channel))
