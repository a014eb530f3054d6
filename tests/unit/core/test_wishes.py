"""dialer.core.wishes: a callback at a time, and who must not be called any more."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.callback import Callback
from dialer.core.found import OpenAttemptFound
from dialer.core.lead import LeadNext
from dialer.core.orders import refusal
from dialer.core.policy import AgentDisposition, HoursPolicy, RetryPolicy
from dialer.core.wishes import foretell
from dialer.core.words import AgentNumber, AgentOrder, DispositionFlag, LeadEnd, Mode
from tests.factories import ANNA, BEN, MAIN, NOT_NOW, SALE, make_lead
from tests.playbook import like
from tests.scenes import Scene, opening, running, talking

REFUSED = AgentDisposition(name="refused", label="拒绝", digit="3", flags=frozenset({DispositionFlag.REFUSE}))
CHOICES = (SALE, NOT_NOW, REFUSED)
DAY = timedelta(days=1)
UNTIL_EIGHT = HoursPolicy(windows={day: ((time(9), time(20)),) for day in range(7)})


def call_back(scene: Scene, at: datetime, *, mine: bool = True, agent: AgentNumber = ANNA) -> ev.CallbackSet:
    return ev.CallbackSet(agent=agent, at=at, mine=mine, by=agent)


def wrapping() -> Scene:
    scene = talking(dispositions=CHOICES).hung_up()
    scene.ignore()
    return scene


def next_of(scene: Scene) -> LeadNext:
    closed: do.CloseAttempt = scene.wished(do.CloseAttempt)[-1]
    return closed.next


def said(scene: Scene, event: ev.CallbackSet) -> Callback | str:
    """What is foretold; and whoever orders it hears the same."""
    told = foretell(scene.dialer.floor, event, scene.now)
    assert refusal(scene.dialer.floor, event, scene.now) == (told if isinstance(told, str) else None)
    return told


def on_the_line() -> Scene:
    return talking(dispositions=CHOICES)


@pytest.mark.parametrize("begin", [on_the_line, wrapping])
@pytest.mark.parametrize("disposition", ["sale", "not_now"])
def test_a_callback_is_written_with_the_outcome(begin: Callable[[], Scene], disposition: str) -> None:
    scene = begin()
    at = scene.now + DAY
    mine = call_back(scene, at)
    assert said(scene, mine) == Callback(at=at, owner=ANNA, asked_for=at)
    scene.feed(mine).expect(do.KeepWish)
    scene.hung_up().agent_order(AgentOrder.DISPOSE, disposition)
    assert next_of(scene) == LeadNext(due_at=at, callback=True, owner=ANNA)


def test_the_last_of_several_is_kept_and_anybodys_has_no_owner() -> None:
    scene = wrapping()
    at = scene.now + 2 * DAY
    scene.feed(call_back(scene, scene.now + DAY), call_back(scene, at, mine=False))
    scene.wait(20.0)
    assert next_of(scene) == LeadNext(due_at=at, callback=True)


def test_the_clock_does_not_contradict_what_the_agent_promised() -> None:
    scene = talking(dispositions=CHOICES, default_disposition="refused").hung_up()
    at = scene.now + DAY
    scene.feed(call_back(scene, at)).wait(20.0)
    assert next_of(scene) == LeadNext(due_at=at, callback=True, owner=ANNA)
    assert scene.outcome().agent_disposition == "not_now"


def test_it_is_told_what_becomes_of_a_moment_outside_the_hours() -> None:
    scene = talking(hours=UNTIL_EIGHT, dispositions=CHOICES)
    night = scene.now + timedelta(hours=6)
    told = said(scene, call_back(scene, night))
    assert isinstance(told, Callback)
    assert told.moved
    assert told.asked_for == night < told.at


def test_a_disposition_that_forbids_it_comes_later_and_wins() -> None:
    scene = wrapping()
    scene.feed(call_back(scene, scene.now + DAY)).agent_order(AgentOrder.DISPOSE, "refused")
    assert next_of(scene) == LeadNext(end=LeadEnd.REFUSED)


def test_a_callback_after_a_disposition_that_forbids_it_is_refused_until_another_is_chosen() -> None:
    scene = talking(dispositions=CHOICES).agent_order(AgentOrder.DISPOSE, "refused").ignore()
    late = call_back(scene, scene.now + DAY)
    assert said(scene, late) == "the call ends as 'refused', and who is disposed of so is not called back"
    scene.feed(late).expect(like(do.ReportOddity, subject=ANNA))
    scene.agent_order(AgentOrder.DISPOSE, "sale").ignore().feed(late).expect(do.KeepWish)
    scene.hung_up()
    assert next_of(scene).callback


def test_who_does_not_want_to_be_called_is_suppressed_and_loses_the_callback() -> None:
    scene = wrapping()
    callback = call_back(scene, scene.now + DAY)
    scene.feed(callback).agent_order(AgentOrder.DO_NOT_CALL).expect(do.KeepWish, do.KeepWish)
    assert said(scene, callback) == "the customer does not want to be called any more"
    scene.agent_order(AgentOrder.DISPOSE, "sale")
    assert next_of(scene) == LeadNext(end=LeadEnd.SUPPRESSED, suppress=True, suppressed_by=ANNA)
    assert scene.call().unwanted_by == ANNA


def test_the_last_attempt_of_a_lead_is_not_followed_by_a_callback() -> None:
    scene = talking(retry=RetryPolicy(rules={}, max_attempts=1))
    assert said(scene, call_back(scene, scene.now + DAY)) == "lead 1 has had all its 1 attempts (max_attempts)"


def test_without_a_customer_there_is_nothing_to_say() -> None:
    scene = running().opened().rang()
    assert said(scene, call_back(scene, scene.now + DAY)) == "agent 1001 is ready and has no customer"
    assert said(scene, call_back(scene, scene.now + DAY, agent=BEN)) == "nobody knows agent 1002"
    order = ev.AgentOrdered(agent=ANNA, order=AgentOrder.DO_NOT_CALL)
    assert refusal(scene.dialer.floor, order, scene.now) == "agent 1001 is ready and has no customer"
    scene.ignore().feed(order).expect(like(do.ReportOddity, subject=ANNA))


def test_what_is_written_down_cannot_be_changed() -> None:
    scene = wrapping().agent_order(AgentOrder.DISPOSE, "sale")
    assert said(scene, call_back(scene, scene.now + DAY)) == "agent 1001 is ready and has no customer"


def test_a_promise_outlives_the_daemon() -> None:
    scene = opening()
    at = scene.now + DAY
    promised = Callback(at=at, asked_for=at, owner=ANNA)
    found = OpenAttemptFound(
        lead=make_lead(1),
        mode=Mode.PROGRESSIVE,
        trunk=MAIN.name,
        config_version="v1",
        dialed_at=scene.now,
        agent=ANNA,
        callback=promised,
    )
    scene.feed(ev.AttemptsInherited(attempts=(found,))).asterisk_back()
    assert next_of(scene) == LeadNext(due_at=at, callback=True, owner=ANNA)
    assert scene.outcome().callback == promised
