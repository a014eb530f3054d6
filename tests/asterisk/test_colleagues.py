"""What agents hear while a third is called, and talks with colleagues, on a real Asterisk: measured at the far ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import transfer as tr
from dialer.core.aside_words import Place
from dialer.core.words import ChannelId
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.ears import LOUD, Voice
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.stage import Room, Stage, open_room
from tests.asterisk.talk import ANNA, BILLING, Talk, begin_talk, raise_stage_with_music

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

RING = Voice("", 480)
"""The half of the ring tone that nobody else says."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with raise_stage_with_music(program, tmp_path_factory.mktemp("colleagues")) as raised:
        yield raised


@pytest_asyncio.fixture(loop_scope="module")
async def room(stage: Stage) -> AsyncIterator[Room]:
    async with open_room(stage.settings) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def talk(stage: Stage, room: Room, tmp_path: Path) -> Talk:
    return await begin_talk(stage, room, tmp_path)


async def rings(talk: Talk) -> bool:
    """The agent hears a phone ring: the tone is on for 2 of 6 s, so 5 s have at least a second of it."""
    ear = {"agent": talk.voices["agent"]}
    for _ in range(10):
        heard = await talk.ears.levels(ear, 0.6, {"ring": RING})
        if heard["agent"]["ring"] > LOUD:
            return True
    return False


async def test_an_agent_hears_the_third_s_phone_ring_until_it_is_let_go(talk: Talk) -> None:
    await talk.hold()
    third = ChannelId("third-rings-on")
    dial = "Local/rings_on@customers/n"
    talk.perform(tr.CallThird(channel=third, agent=ANNA, dial=dial, caller_id="", ring_time=timedelta(seconds=60)))
    talk.send(talk.agent, Place.RINGING, third)
    assert await rings(talk)
    assert (await talk.heard())["customer"] == {"music"}
    talk.perform(do.HangUp(channel=third))
    await talk.room.posts(ev.HungUp, third)
    assert not await rings(talk)


async def test_an_agent_who_heard_it_ring_hears_the_third_alone_who_answers(talk: Talk) -> None:
    await talk.hold()
    third = ChannelId("third-picks-up")
    dial = EmbeddedPbx.phone.format(number=BILLING)
    talk.perform(tr.CallThird(channel=third, agent=ANNA, dial=dial, caller_id="", ring_time=timedelta(seconds=10)))
    talk.send(talk.agent, Place.RINGING, third)
    await talk.room.posts(tr.ThirdAnswered, third)
    talk.send(third, Place.CONSULT)
    await talk.together(third, talk.agent)
    talk.voices["third"] = Voice(await talk.ears.phone(BILLING), 1200)
    await talk.ears.say(talk.voices["third"])
    assert await talk.heard() == {"customer": {"music"}, "agent": {"third"}, "third": {"agent"}}
    ear = {name: talk.voices[name] for name in ("agent", "third")}
    # Longer than the tone pauses.
    heard = await talk.ears.levels(ear, 5.0, {"ring": RING})
    assert all(levels["ring"] < LOUD for levels in heard.values())
