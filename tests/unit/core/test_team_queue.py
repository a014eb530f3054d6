"""dialer.core.team_queue: what is learned of a queue."""

import json
from datetime import timedelta
from random import Random

import pytest

from dialer.core.pacing.rates import Rates
from dialer.core.queueing import QueueOutcome
from dialer.core.team_queue import QueuesRemembered, TeamQueue
from tests.callers import SALES, staffed
from tests.factories import ANNA, NOW

TARGET = timedelta(seconds=20)


def test_the_rate_of_arrivals_is_found() -> None:
    chance = Random(7)  # noqa: S311 - it must repeat itself
    rates = []
    for _ in range(40):
        queue, now = TeamQueue(team=SALES, since=NOW), NOW
        while now < NOW + timedelta(hours=2):
            now += timedelta(seconds=chance.expovariate(0.05))
            queue = queue.after_arrival(now)
        rates.append(queue.arrivals_per_second(now))
    assert sum(rates) / len(rates) == pytest.approx(0.05, rel=0.1)


def test_callers_of_the_morning_are_forgotten() -> None:
    queue = TeamQueue(team=SALES, since=NOW)
    for second in range(600):
        queue = queue.after_arrival(NOW + timedelta(seconds=second))
    assert queue.arrivals_per_second(NOW + timedelta(seconds=600)) > 0.9
    assert queue.arrivals_per_second(NOW + timedelta(hours=5)) < 0.001


def test_one_early_caller_is_no_rush() -> None:
    queue = TeamQueue(team=SALES, since=NOW).after_arrival(NOW)
    assert queue.arrivals_per_second(NOW) < 1 / 200
    assert TeamQueue(team=SALES, since=NOW).arrivals_per_second(NOW) == 0.0


def test_talks_and_wrap_ups_are_learned() -> None:
    queue = TeamQueue(team=SALES, since=NOW)
    for _ in range(300):
        queue = queue.after_talk(200.0, ANNA).after_wrap_up(40.0, ANNA)
    assert queue.rates.talk.mean * queue.rates.talk_habits.pace(ANNA) == pytest.approx(200.0, rel=0.05)
    assert queue.rates.wrap.mean * queue.rates.wrap_habits.pace(ANNA) == pytest.approx(40.0, rel=0.05)


def test_waits_are_counted() -> None:
    queue = TeamQueue(team=SALES, since=NOW)
    queue = queue.after_wait(QueueOutcome.ANSWERED, 20.0, TARGET).after_wait(QueueOutcome.ANSWERED, 21.0, TARGET)
    queue = queue.after_wait(QueueOutcome.ABANDONED, 3.0, TARGET)
    assert queue.outcomes == {QueueOutcome.ANSWERED: 2, QueueOutcome.ABANDONED: 1}
    assert (queue.in_time, queue.waited_seconds) == (1, 41.0)


def learned() -> TeamQueue:
    """A caller each minute for a quarter of an hour, and talks of 40 s."""
    queue = TeamQueue(team=SALES, since=NOW)
    for minute in range(15):
        queue = queue.after_arrival(NOW + timedelta(minutes=minute))
        queue = queue.after_wait(QueueOutcome.ANSWERED, 3.0, TARGET).after_talk(40.0, ANNA).after_wrap_up(5.0, ANNA)
    return queue


LAST = NOW + timedelta(minutes=14)


def test_what_is_learned_can_be_written_down() -> None:
    queue = learned()
    plain = json.loads(json.dumps(queue.to_plain()))
    read = TeamQueue.from_plain(SALES, plain)
    assert read.to_plain() == queue.to_plain()
    assert read.arrivals_per_second(LAST) == queue.arrivals_per_second(LAST)
    assert read.outcomes == {}
    empty = TeamQueue(team=SALES, since=NOW)
    assert TeamQueue.from_plain(SALES, empty.to_plain()).weighed_at is None


def test_a_short_pause_is_as_if_it_had_not_been() -> None:
    queue, away = learned(), timedelta(minutes=10)
    resumed = queue.resumed(away)
    assert resumed.arrivals_per_second(LAST + away) == pytest.approx(queue.arrivals_per_second(LAST))
    assert resumed.rates.talk.mean == pytest.approx(queue.rates.talk.mean, rel=0.02)
    assert (resumed.outcomes, resumed.waited_seconds) == ({}, 0.0)


def test_after_a_long_one_arrivals_are_counted_anew_and_talks_count_less() -> None:
    queue, away = learned(), timedelta(days=4)
    resumed = queue.resumed(away)
    assert resumed.arrivals_per_second(LAST + away) == 0.0
    assert queue.rates.talk.mean < resumed.rates.talk.mean < Rates.prior().talk.mean
    again = resumed.after_arrival(LAST + away)
    assert again.arrivals_per_second(LAST + away) == TeamQueue(team=SALES, since=LAST).after_arrival(
        LAST
    ).arrivals_per_second(LAST)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rates": None},
        {"rates": {}},
        {"weight": -1},
        {"weight": "1"},
        {"weight": float("inf")},
        {"since": None},
        {"since": "x"},
        {"since": "2026-03-02T10:00:00"},
        {"weighed_at": 3},
    ],
)
def test_what_cannot_be_read_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong, it is forgotten
        TeamQueue.from_plain(SALES, learned().to_plain() | wrong)


def test_the_floor_begins_with_what_is_remembered() -> None:
    play = staffed(ANNA).feed(QueuesRemembered(queues=(learned(),)))
    assert play.dialer.floor.queues[SALES].rates.talk.mean == learned().rates.talk.mean
    play.calls_in()
    assert play.dialer.floor.queues[SALES].weight > 1.0
