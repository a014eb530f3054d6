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
from dialer.core.words import AgentNumber, ChannelId
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.ears import LOUD, Voice
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.stage import Room, Stage, open_room
from tests.asterisk.talk import ANNA, BILLING, Talk, begin_talk, raise_stage_with_music

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

BEN = AgentNumber("1002")
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


# --- colleagues ---


async def comes(talk: Talk) -> ChannelId:
    """Ben is logged in, and says a tone too."""
    leg = await talk.room.agent_on_the_phone(BEN)
    talk.voices["colleague"] = Voice(await talk.ears.phone(BEN), 1200)
    await talk.ears.say(talk.voices["colleague"])
    return leg


async def consults(talk: Talk) -> ChannelId:
    """The customer is on hold, and the agent talks with Ben."""
    colleague = await comes(talk)
    await talk.hold()
    talk.send(colleague, Place.CONSULT)
    await talk.together(colleague, talk.agent)
    return colleague


async def back_in_the_loop(talk: Talk, leg: ChannelId) -> None:
    """Asterisk says that the colleague's phone waits where agents wait."""
    before = len(talk.room.of(ev.AgentLegUp, leg))
    talk.send(leg, Place.LOOP, BEN)
    await talk.room.posts(ev.AgentLegUp, leg, times=before + 1)
    assert await talk.place_of(leg) == "waihu-agent"


async def test_a_colleague_is_consulted_while_the_customer_hears_music_and_goes_back_to_wait(talk: Talk) -> None:
    colleague = await consults(talk)
    assert await talk.heard() == {"customer": {"music"}, "agent": {"colleague"}, "colleague": {"agent"}}
    # The keys of both are heard of.
    await talk.stage.phones.press(ANNA, "*7")
    await talk.stage.phones.press(BEN, "*0")
    for leg, keys in ((talk.agent, "*7"), (colleague, "*0")):
        await talk.room.posts(ev.DigitPressed, leg, times=2)
        assert "".join(event.digit for event in talk.room.of(ev.DigitPressed, leg)) == keys
    await talk.ears.say(talk.voices["agent"], talk.voices["colleague"])
    talk.send(talk.customer, Place.AGENT)
    await back_in_the_loop(talk, colleague)
    await talk.together(talk.customer, talk.agent)
    assert await talk.heard() == {"customer": {"agent"}, "agent": {"customer"}, "colleague": set()}


async def test_the_customer_goes_to_the_colleague_whose_phone_outlives_the_talk(talk: Talk) -> None:
    colleague = await consults(talk)
    talk.send(talk.customer, Place.COLLEAGUE, BEN)
    await talk.together(talk.customer, colleague)
    assert await talk.heard() == {"customer": {"colleague"}, "agent": set(), "colleague": {"customer"}}
    assert await talk.place_of(talk.agent) == "waihu-agent"
    talk.perform(do.HangUp(channel=talk.customer))
    await talk.room.posts(ev.HungUp, talk.customer)
    await talk.together_no_more(colleague)
    assert await talk.place_of(colleague) == "waihu-agent"
    assert talk.room.of(ev.HungUp, colleague) == []


async def test_all_three_hear_one_another_and_then_customer_and_colleague(talk: Talk) -> None:
    colleague = await consults(talk)
    talk.send(colleague, Place.WAIT)
    talk.send(talk.customer, Place.AGENT)
    await talk.together(talk.customer, talk.agent)
    talk.send(colleague, Place.THREE_WAY)
    assert await talk.heard() == {
        "customer": {"agent", "colleague"},
        "agent": {"customer", "colleague"},
        "colleague": {"customer", "agent"},
    }
    talk.send(talk.customer, Place.COLLEAGUE, BEN)
    await talk.together(talk.customer, colleague)
    assert await talk.heard() == {"customer": {"colleague"}, "agent": set(), "colleague": {"customer"}}


async def test_a_colleague_is_fetched_out_of_a_three_way_talk(talk: Talk) -> None:
    colleague = await consults(talk)
    talk.send(colleague, Place.WAIT)
    talk.send(talk.customer, Place.AGENT)
    await talk.together(talk.customer, talk.agent)
    talk.send(colleague, Place.THREE_WAY)
    await until_barging(talk, colleague)
    await back_in_the_loop(talk, colleague)
    assert await talk.heard() == {"customer": {"agent"}, "agent": {"customer"}, "colleague": set()}


async def test_a_customer_is_left_to_a_colleague_without_a_word(talk: Talk) -> None:
    colleague = await comes(talk)
    talk.send(talk.customer, Place.COLLEAGUE, BEN)
    await talk.together(talk.customer, colleague)
    assert await talk.heard() == {"customer": {"colleague"}, "agent": set(), "colleague": {"customer"}}


async def test_a_customer_whose_colleague_is_gone_comes_back_to_the_agent(talk: Talk) -> None:
    await talk.hold()
    talk.send(talk.customer, Place.COLLEAGUE, "1003")
    await talk.together(talk.customer, talk.agent)
    assert await talk.heard() == {"customer": {"agent"}, "agent": {"customer"}}


async def until_barging(talk: Talk, colleague: ChannelId) -> None:
    for _ in range(200):
        if await talk.place_of(colleague) == "waihu-spy":
            return
    raise AssertionError("the colleague is not let in")
