"""Hold, consultation, three-way and transfer on a real Asterisk: who hears whom is measured at the far ends."""

from __future__ import annotations

import asyncio
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
from tests.asterisk.stage import Room, Stage, open_room
from tests.asterisk.talk import ANNA, BILLING, Talk, begin_talk, raise_stage_with_music

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with raise_stage_with_music(program, tmp_path_factory.mktemp("talk")) as raised:
        yield raised


@pytest_asyncio.fixture(loop_scope="module")
async def room(stage: Stage) -> AsyncIterator[Room]:
    async with open_room(stage.settings) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def talk(stage: Stage, room: Room, tmp_path: Path) -> Talk:
    return await begin_talk(stage, room, tmp_path)


async def test_a_customer_on_hold_hears_music_and_the_agent_nothing_until_it_is_taken_back(talk: Talk) -> None:
    await talk.hold()
    assert await talk.heard() == {"customer": {"music"}, "agent": set()}
    assert await talk.place_of(talk.agent) == "waihu-agent"
    talk.send(talk.customer, Place.AGENT)
    await talk.together(talk.customer, talk.agent)
    assert await talk.heard() == {"customer": {"agent"}, "agent": {"customer"}}


async def test_a_third_hears_the_agent_and_the_customer_does_not(talk: Talk) -> None:
    third = await talk.consults()
    assert await talk.heard() == {"customer": {"music"}, "agent": {"third"}, "third": {"agent"}}
    # The agent's keys are heard of in this talk as well.
    await talk.stage.phones.press(ANNA, "*6")
    assert [event.digit for event in talk.room.of(ev.DigitPressed, talk.agent)] == ["*", "6"]
    talk.perform(do.HangUp(channel=third))
    talk.send(talk.customer, Place.AGENT)
    await talk.together(talk.customer, talk.agent)
    await talk.ears.say(talk.voices["agent"])
    talk.voices.pop("third")
    assert await talk.heard() == {"customer": {"agent"}, "agent": {"customer"}}


async def test_a_warm_transfer_leaves_customer_and_third_to_themselves(talk: Talk) -> None:
    third = await talk.consults()
    talk.send(talk.customer, Place.THIRD, third)
    await talk.together(talk.customer, third)
    assert await talk.heard() == {"customer": {"third"}, "agent": set(), "third": {"customer"}}
    assert await talk.place_of(talk.agent) == "waihu-agent"
    # Whoever hangs up ends the call of the other, and the agent's phone stays.
    await talk.stage.phones.hang_up(BILLING)
    await talk.room.posts(ev.HungUp, talk.customer)
    assert talk.room.of(ev.HungUp, talk.agent) == []


async def test_in_a_three_way_talk_all_hear_one_another(talk: Talk) -> None:
    third = await talk.consults()
    talk.send(third, Place.WAIT)
    talk.send(talk.customer, Place.AGENT)
    await talk.together(talk.customer, talk.agent)
    talk.send(third, Place.THREE_WAY)
    assert await talk.heard() == {
        "customer": {"agent", "third"},
        "agent": {"customer", "third"},
        "third": {"customer", "agent"},
    }
    # The agent leaves, and the others go on; the customer hangs up and ends it.
    talk.send(talk.customer, Place.THIRD, third)
    await talk.together(talk.customer, third)
    assert await talk.heard() == {"customer": {"third"}, "agent": set(), "third": {"customer"}}
    talk.perform(do.HangUp(channel=talk.customer))
    await talk.room.posts(ev.HungUp, third)


async def test_a_third_who_leaves_a_three_way_talk_leaves_the_others_to_themselves(talk: Talk) -> None:
    third = await talk.consults()
    talk.send(third, Place.WAIT)
    talk.send(talk.customer, Place.AGENT)
    await talk.together(talk.customer, talk.agent)
    talk.send(third, Place.THREE_WAY)
    await asyncio.sleep(0.5)
    await talk.stage.phones.hang_up(BILLING)
    await talk.room.posts(ev.HungUp, third)
    talk.voices.pop("third")
    assert await talk.heard() == {"customer": {"agent"}, "agent": {"customer"}}


async def test_a_third_is_not_lost_who_is_let_in_while_there_is_no_leg_of_the_agents(talk: Talk) -> None:
    # As for a moment while the leg goes from one bridge into another; here for good, so that it can be seen.
    third = await talk.consults()
    talk.send(third, Place.WAIT)
    await talk.room.posts(ev.LeftBridge, third)
    await talk.stage.phones.hang_up(ANNA)
    await talk.room.posts(ev.HungUp, talk.agent)
    talk.send(third, Place.THREE_WAY)
    await talk.comes_to(third, "waihu-spy")
    # It was tried for two seconds.
    await talk.comes_to(third, "waihu-aside")
    assert talk.room.of(ev.HungUp, third) == []


async def test_in_a_blind_transfer_the_customer_hears_music_and_then_the_third(talk: Talk) -> None:
    talk.send(talk.customer, Place.RING)
    await talk.room.posts(ev.LeftBridge, talk.agent)
    assert await talk.heard() == {"customer": {"music"}, "agent": set()}
    third = await talk.calls_third()
    talk.send(talk.customer, Place.THIRD, third)
    await talk.together(talk.customer, third)
    assert await talk.heard() == {"customer": {"third"}, "agent": set(), "third": {"customer"}}


async def test_a_customer_whose_third_is_gone_comes_back_to_the_agent(talk: Talk) -> None:
    await talk.hold()
    talk.send(talk.customer, Place.THIRD, "third-0")
    await talk.together(talk.customer, talk.agent)
    assert await talk.heard() == {"customer": {"agent"}, "agent": {"customer"}}


async def test_a_customer_of_a_blind_transfer_whose_third_is_gone_hears_the_message(talk: Talk) -> None:
    talk.send(talk.customer, Place.RING)
    await talk.room.posts(ev.LeftBridge, talk.agent)
    talk.send(talk.customer, Place.THIRD, "third-0")
    await talk.room.posts(ev.MessageStarted, talk.customer)
    assert talk.bridge_of(talk.agent) is None


async def test_a_customer_whose_agent_is_gone_hears_the_message(talk: Talk) -> None:
    await talk.hold()
    await talk.stage.phones.hang_up(ANNA)
    await talk.room.posts(ev.HungUp, talk.agent)
    talk.send(talk.customer, Place.AGENT)
    await talk.room.posts(ev.MessageStarted, talk.customer)


async def test_a_phone_that_cannot_be_called_is_a_third_who_is_gone(room: Room) -> None:
    third = ChannelId("third-nowhere")
    room.telephone.perform(
        tr.CallThird(channel=third, agent=ANNA, dial="PJSIP/1@nobody", caller_id="", ring_time=timedelta(seconds=2))
    )
    await room.posts(ev.HungUp, third)
