"""dialer.engine.trace: the last events, enough to play a surprise again."""

from datetime import timedelta

from dialer.core.events import LoginTried, StoreBack, StoreLost
from dialer.core.words import ChannelId
from dialer.engine.trace import Trace
from tests.factories import ANNA, NOW


def test_the_oldest_go_first() -> None:
    trace = Trace(length=2)
    for n, event in enumerate([StoreLost(), StoreBack(), StoreLost()]):
        trace.add(NOW + timedelta(seconds=n), event)
    assert list(trace) == [(NOW + timedelta(seconds=1), StoreBack()), (NOW + timedelta(seconds=2), StoreLost())]


def test_a_line_an_event_without_pins() -> None:
    trace = Trace()
    trace.add(NOW, LoginTried(channel=ChannelId("c"), at=NOW, agent=ANNA, pin="4711"))
    (line,) = trace.lines()
    assert line.startswith("2026-03-02T10:00:00.000000+00:00 LoginTried(")
    assert "4711" not in line
