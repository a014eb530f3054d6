"""Legs are sent one place after another, though Asterisk takes no second Redirect before the first is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from dialer.asterisk import sending
from dialer.asterisk.actions import AmiAction
from dialer.asterisk.errors import ActionRefused
from dialer.asterisk.expected import Failed
from dialer.asterisk.sending import Sender
from dialer.core.aside_words import Place
from dialer.core.transfer import Send
from dialer.core.words import ChannelId

LEG = ChannelId("third-1")
BUSY = "Redirect failed, channel not up."


class Line:
    """An Asterisk that refuses so many actions before it takes one."""

    def __init__(self, refusals: list[str]) -> None:
        self.refusals = refusals
        self.taken: list[str] = []
        self.asked: list[str] = []
        self.dropped: list[Send] = []
        self.sender = Sender(self._do, lambda wish: lambda _: self.dropped.append(wish))

    def _do(self, make: Callable[[], AmiAction], failed: Failed, *, done: Callable[[], None] = lambda: None) -> None:
        context = str(make().headers["Context"])
        self.asked.append(context)
        if self.refusals:
            asyncio.get_running_loop().call_soon(failed, ActionRefused(self.refusals.pop(0)))
        else:
            self.taken.append(context)
            asyncio.get_running_loop().call_soon(done)

    def send(self, place: Place) -> None:
        self.sender.send(Send(channel=LEG, place=place, to="1001"))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AGAIN_SECONDS", 0.001)


async def until_quiet(line: Line) -> None:
    for _ in range(100):
        before = len(line.asked)
        await asyncio.sleep(0.01)
        if len(line.asked) == before:
            return


async def test_who_is_on_the_way_is_sent_on_when_it_has_arrived() -> None:
    line = Line([BUSY, BUSY])
    line.send(Place.THREE_WAY)
    await until_quiet(line)
    assert (line.asked, line.taken, line.dropped) == (["waihu-three-way"] * 3, ["waihu-three-way"], [])


async def test_who_was_sent_elsewhere_since_is_not_sent_back() -> None:
    line = Line([BUSY])
    line.send(Place.HOLD)
    line.send(Place.AGENT)
    await until_quiet(line)
    assert line.taken == ["waihu-back"]


async def test_who_is_gone_is_not_asked_for_again() -> None:
    line = Line(["No such channel"])
    line.send(Place.HOLD)
    await until_quiet(line)
    assert (len(line.asked), [wish.place for wish in line.dropped]) == (1, [Place.HOLD])


async def test_it_does_not_go_on_for_ever() -> None:
    line = Line([BUSY] * 100)
    line.send(Place.HOLD)
    await until_quiet(line)
    assert (len(line.asked), len(line.dropped)) == (sending.TRIES, 1)
