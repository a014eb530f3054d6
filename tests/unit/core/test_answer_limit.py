"""When a person who waits becomes an abandoned one, by the two ways in which laws count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialer.core.answer_limit import limit_at
from dialer.core.detection import Detection
from dialer.core.policy import PacingPolicy
from dialer.core.words import CountedFrom, Mode

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


@pytest.mark.parametrize(
    ("counted_from", "answered", "arrived", "limit"),
    [
        (CountedFrom.GREETING, -0.01, 0.0, 2.0),
        (CountedFrom.CONNECT, -0.01, 0.0, 1.99),
        # Machine detection listened for three seconds.
        (CountedFrom.GREETING, -3.0, -0.1, 1.9),
        (CountedFrom.CONNECT, -3.0, -0.1, -1.0),
        # A clock was set: what cannot be is taken for now.
        (CountedFrom.GREETING, -900.0, -900.0, 2.0),
        (CountedFrom.CONNECT, -900.0, -900.0, 2.0),
        (CountedFrom.GREETING, 5.0, 5.0, 2.0),
        (CountedFrom.CONNECT, 5.0, 5.0, 2.0),
    ],
)
def test_the_limit_runs_from_connect_or_from_the_greetings_end(
    counted_from: CountedFrom, answered: float, arrived: float, limit: float
) -> None:
    pacing = PacingPolicy(mode=Mode.PREDICTIVE, answer_limit=seconds(2), counted_from=counted_from)
    assert limit_at(pacing, Detection(), NOW + seconds(answered), NOW + seconds(arrived), NOW) == NOW + seconds(limit)
