"""dialer.core.team_queue: what is learned of a queue."""

from datetime import timedelta
from random import Random

import pytest

from dialer.core.queueing import QueueOutcome
from dialer.core.team_queue import TeamQueue
from tests.callers import SALES
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
