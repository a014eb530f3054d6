"""dialer.core.wished_caller: what a caller wishes of the agent, until the talk is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.core import signals as sig
from dialer.core.callback import Callback
from dialer.core.caller import record
from dialer.core.events import AgentOrdered, CallbackSet
from dialer.core.lead import LeadNext
from dialer.core.orders import refusal
from dialer.core.policy import Choices
from dialer.core.queueing import Acquaintance, CallerState, CountTalk, QueueOutcome, RecordWait
from dialer.core.wished_caller import by_default, step
from dialer.core.wishes import foretell
from dialer.core.words import AgentOrder, CampaignName, CustomerId, LeadEnd, Mode
from tests.callers import QueueScene, blended, caller_channel, make_caller, staffed
from tests.factories import ANNA, NOW, OFFICE_HOURS, SALE, SPRING
from tests.unit.core.test_wishes import CHOICES

TOMORROW = Callback(at=NOW + timedelta(days=1), asked_for=NOW + timedelta(days=1), owner=ANNA)
KNOWN = Acquaintance(customer=CustomerId(7), campaign=SPRING, time_zones=("Asia/Shanghai",))
KEEPS = (CallerState.TALKING, CallerState.WRAPPING)


def talks(knows: Acquaintance = KNOWN, **policy: object) -> QueueScene:
    """A caller is on the line with the agent."""
    scene = blended(Mode.PROGRESSIVE, ANNA, leads=0, dispositions=CHOICES, **policy).calls_in(knows=knows)
    return scene.caller_joined().wait(9).ignore()


def in_a_day(scene: QueueScene) -> CallbackSet:
    return CallbackSet(agent=ANNA, at=scene.now + timedelta(days=1), mine=True)


@pytest.mark.parametrize("state", CallerState)
def test_a_wish_is_kept_while_the_talk_is_not_counted(state: CallerState) -> None:
    caller = make_caller(state=state)
    assert step(caller, sig.CallbackPromised(callback=TOMORROW), NOW)[0].callback == (
        TOMORROW if state in KEEPS else None
    )
    unwanted, wishes = step(replace(caller, callback=TOMORROW), sig.Unwanted(agent=ANNA), NOW)
    assert (unwanted.callback, unwanted.unwanted_by) == ((None, ANNA) if state in KEEPS else (TOMORROW, None))
    assert [type(wish) for wish in wishes] == ([RecordWait, CountTalk] if state in KEEPS else [])


@pytest.mark.parametrize("state", KEEPS)
def test_a_wish_is_written_down_at_once_and_the_later_word_holds(state: CallerState) -> None:
    handled = NOW - timedelta(seconds=1)
    caller = make_caller(state=state, agent=ANNA, answered_at=NOW, outcome=QueueOutcome.ANSWERED, handled_at=handled)
    promised, wishes = step(caller, sig.CallbackPromised(callback=TOMORROW), NOW)
    assert wishes == (record(promised, handled),)
    assert (wishes[0].callback, wishes[0].unwanted_by) == (TOMORROW, None)
    later = replace(TOMORROW, at=NOW + timedelta(days=2), owner=None)
    changed, wishes = step(promised, sig.CallbackPromised(callback=later), NOW)
    assert [wish.callback for wish in wishes if isinstance(wish, RecordWait)] == [later]
    _, wishes = step(changed, sig.Unwanted(agent=ANNA), NOW)
    written = [wish for wish in wishes if isinstance(wish, RecordWait)]
    assert [(wish.callback, wish.unwanted_by, wish.handled_at) for wish in written] == [(None, ANNA, handled)]


def test_the_clock_does_not_contradict_what_was_promised() -> None:
    choices = Choices(dispositions=CHOICES, default="refused")
    assert by_default(make_caller(), choices) == "refused"
    assert by_default(make_caller(callback=TOMORROW), choices) == "not_now"
    assert by_default(make_caller(unwanted_by=ANNA), Choices(dispositions=(SALE,), default="sale")) is None


def test_the_campaign_that_called_last_calls_back() -> None:
    scene = talks()
    wish = in_a_day(scene)
    scene.feed(wish).caller_hangs_up().wait(20)
    [counted] = scene.wished(CountTalk)
    assert counted.next == LeadNext(due_at=wish.at, callback=True, owner=ANNA)
    assert (counted.caller, counted.knows) == (caller_channel(), KNOWN)


def test_the_moment_is_within_the_hours_of_that_campaign() -> None:
    scene = talks(hours=OFFICE_HOURS)
    told = foretell(scene.dialer.floor, in_a_day(scene), scene.now)
    assert isinstance(told, Callback)
    assert told.moved


@pytest.mark.parametrize(
    "knows", [Acquaintance(), replace(KNOWN, customer=None), replace(KNOWN, campaign=CampaignName("autumn"))]
)
def test_whom_no_campaign_called_cannot_be_called_back(knows: Acquaintance) -> None:
    scene = talks(knows)
    assert refusal(scene.dialer.floor, in_a_day(scene), scene.now) == (
        "no campaign that is loaded has called this customer, so none can call back"
    )


def test_a_caller_who_must_not_be_called_any_more() -> None:
    scene = staffed(ANNA).calls_in().caller_joined().wait(3)
    scene.agent_order(AgentOrder.DO_NOT_CALL)
    [counted] = scene.wished(CountTalk)
    assert counted.next == LeadNext(end=LeadEnd.SUPPRESSED, suppress=True, suppressed_by=ANNA)
    assert counted.number == "+8613900000001"
    scene.caller_hangs_up().wait(20)
    assert scene.wished(CountTalk) == [counted, counted]


def test_nobody_knows_whom_not_to_call_when_the_number_is_withheld() -> None:
    scene = talks(Acquaintance())
    scene.dialer.floor.put_caller(replace(scene.caller(), number=None))
    order = AgentOrdered(agent=ANNA, order=AgentOrder.DO_NOT_CALL)
    assert refusal(scene.dialer.floor, order, scene.now) == (
        "the caller's number is withheld, so nobody knows whom not to call"
    )
