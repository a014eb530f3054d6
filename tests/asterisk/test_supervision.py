"""Supervisors on a real Asterisk: who hears whom is measured at the far ends, each of which says a tone of its own."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core.supervision_words import MonitorMode
from dialer.core.words import AgentNumber, ChannelId, SupervisorNumber
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.ears import Ears, Voice
from dialer.embedded.pbx import SUPERVISE_PREFIX, EmbeddedPbx
from tests.asterisk.numbers import TALKATIVE
from tests.asterisk.stage import Room, Stage, open_room, raise_stage
from tests.fakes.waiting import until, until_told

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

ANNA = AgentNumber("1001")
BOSS = SupervisorNumber("9001")
BOSS_LEG = ChannelId("boss")
NOTE_HERTZ = 600


@dataclass
class Talk:
    """A customer and an agent in a talk, and a supervisor beside it."""

    room: Room
    stage: Stage
    ears: Ears
    customer: ChannelId
    agent: ChannelId
    voices: dict[str, Voice]

    def perform(self, wish: do.TelephoneCommand) -> None:
        self.room.telephone.perform(wish)

    async def monitors(self, mode: MonitorMode, times: int = 1) -> None:
        """The supervisor's leg is sent to the talk, and Asterisk says that it is there."""
        self.perform(sv.Monitor(channel=BOSS_LEG, supervisor=BOSS, agent=ANNA, mode=mode))
        await self.room.posts(sv.MonitorStarted, BOSS_LEG, times)
        await asyncio.sleep(0.2)

    async def heard(self) -> dict[str, set[str]]:
        return await self.ears.heard(self.voices)

    async def comes_back(self) -> None:
        """The supervisor's leg is in its loop again."""

        async def is_back() -> bool:
            return await self.place_of(BOSS_LEG) == "waihu-supervisor"

        await until_told(is_back)

    async def place_of(self, leg: ChannelId) -> str:
        said = await self.stage.pbx.instance.cli("core show channels concise")
        [line] = [line.split("!") for line in said.splitlines() if line.endswith(f"!{leg}")]
        return line[1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with raise_stage(program, tmp_path_factory.mktemp("supervision")) as raised:
        yield raised


@pytest_asyncio.fixture(loop_scope="module")
async def room(stage: Stage) -> AsyncIterator[Room]:
    async with open_room(stage.settings) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def talk(stage: Stage, room: Room, tmp_path: Path) -> Talk:
    """The supervisor's phone is up, and hears nobody yet."""
    leg = await room.agent_on_the_phone(ANNA)
    customer = ChannelId(room.dial_number(TALKATIVE))
    await room.posts(ev.Arrived, customer)
    room.telephone.perform(do.Join(channel=customer, agent=ANNA, agent_leg=leg))
    await room.posts(ev.EnteredBridge, customer)
    room.telephone.perform(
        sv.CallSupervisor(
            supervisor=BOSS,
            channel=BOSS_LEG,
            dial=EmbeddedPbx.phone.format(number=BOSS),
            ring_time=timedelta(seconds=10),
        )
    )
    up = await room.posts(sv.SupervisorLegUp, BOSS_LEG)
    assert (up.supervisor, up.request) == (BOSS, "")
    ears = Ears(stage.carrier, tmp_path)
    [customers_end] = await ears.customers()
    voices = {
        "customer": Voice(customers_end, 440),
        "agent": Voice(await ears.phone(ANNA), 800),
        "boss": Voice(await ears.phone(BOSS), 1200),
    }
    await ears.say(*voices.values())
    await asyncio.sleep(0.3)
    return Talk(room, stage, ears, customer, leg, voices)


EACH_OTHER = {"customer": {"agent"}, "agent": {"customer"}, "boss": set[str]()}


async def test_who_hears_whom_in_every_mode_one_after_the_other(talk: Talk) -> None:
    assert await talk.heard() == EACH_OTHER
    await talk.monitors(MonitorMode.LISTEN)
    assert await talk.heard() == {**EACH_OTHER, "boss": {"customer", "agent"}}
    await talk.monitors(MonitorMode.WHISPER, 2)
    assert await talk.heard() == {
        "customer": {"agent"},
        "agent": {"customer", "boss"},
        "boss": {"customer", "agent"},
    }
    await talk.monitors(MonitorMode.BARGE, 3)
    assert await talk.heard() == {
        "customer": {"agent", "boss"},
        "agent": {"customer", "boss"},
        "boss": {"customer", "agent"},
    }
    # Each change was told, the end of the one before and the beginning of the next.
    told = [
        type(e) for e in talk.room.of(ev.ChannelEvent, BOSS_LEG) if isinstance(e, sv.MonitorStarted | sv.MonitorStopped)
    ]
    assert told == [sv.MonitorStarted, *[sv.MonitorStopped, sv.MonitorStarted] * 2]
    talk.perform(sv.StandBy(channel=BOSS_LEG, supervisor=BOSS))
    await talk.room.posts(sv.MonitorStopped, BOSS_LEG, 3)
    await asyncio.sleep(0.1)
    assert await talk.heard() == EACH_OTHER
    assert await talk.place_of(BOSS_LEG) == "waihu-supervisor"


async def test_keys_reach_us_while_listening_and_leave_the_ear_where_it_is(talk: Talk) -> None:
    await talk.monitors(MonitorMode.LISTEN)
    # A star lets ChanSpy look for the next channel, of which there is none; a hash makes it louder.
    await talk.stage.phones.press(BOSS, "1*2#345")
    await until(lambda: len(talk.room.of(ev.DigitPressed, BOSS_LEG)) == 7)
    assert "".join(e.digit for e in talk.room.of(ev.DigitPressed, BOSS_LEG)) == "1*2#345"
    await talk.ears.say(talk.voices["boss"])
    await asyncio.sleep(0.3)
    assert await talk.heard() == {**EACH_OTHER, "boss": {"customer", "agent"}}


@pytest.mark.parametrize("mode", [None, *MonitorMode])
async def test_a_take_over_leaves_customer_and_supervisor_to_themselves(talk: Talk, mode: MonitorMode | None) -> None:
    if mode is not None:
        await talk.monitors(mode)
    talk.perform(sv.TakeOver(channel=talk.customer, supervisor=BOSS))
    customer = await talk.room.posts(ev.EnteredBridge, talk.customer, 2)
    boss = await talk.room.posts(ev.EnteredBridge, BOSS_LEG)
    assert customer.bridge == boss.bridge
    await talk.room.posts(ev.LeftBridge, talk.agent)
    # The agent hears a beep.
    await asyncio.sleep(0.6)
    assert await talk.heard() == {"customer": {"boss"}, "agent": set(), "boss": {"customer"}}
    assert await talk.place_of(talk.agent) == "waihu-agent"
    # The customer hangs up, and the session goes on.
    talk.perform(do.HangUp(channel=talk.customer))
    await talk.room.posts(ev.LeftBridge, BOSS_LEG)
    await asyncio.sleep(0.2)
    assert await talk.place_of(BOSS_LEG) == "waihu-supervisor"
    assert talk.room.of(ev.HungUp, BOSS_LEG) == []


async def test_a_supervisor_who_hangs_up_ends_the_call_that_was_taken_over(talk: Talk) -> None:
    talk.perform(sv.TakeOver(channel=talk.customer, supervisor=BOSS))
    await talk.room.posts(ev.EnteredBridge, BOSS_LEG)
    await talk.stage.phones.hang_up(BOSS)
    await talk.room.posts(ev.HungUp, talk.customer)


async def test_a_supervisor_who_is_gone_gets_nobody_and_the_agent_goes_on(talk: Talk) -> None:
    talk.perform(sv.TakeOver(channel=talk.customer, supervisor=SupervisorNumber("9009")))
    customer = await talk.room.posts(ev.EnteredBridge, talk.customer, 2)
    agent = await talk.room.posts(ev.EnteredBridge, talk.agent, 2)
    assert customer.bridge == agent.bridge
    await asyncio.sleep(0.6)
    assert await talk.heard() == EACH_OTHER


async def test_a_customer_who_is_gone_is_reported(talk: Talk) -> None:
    gone = ChannelId("nobody")
    talk.perform(sv.TakeOver(channel=gone, supervisor=BOSS))
    failed = await talk.room.posts(sv.TakeOverFailed, gone)
    assert failed.supervisor == BOSS


async def test_an_agent_without_a_phone_lets_nobody_hear_somebody_else(talk: Talk) -> None:
    talk.perform(sv.Monitor(channel=BOSS_LEG, supervisor=BOSS, agent=AgentNumber("1999"), mode=MonitorMode.LISTEN))
    assert await talk.heard() == EACH_OTHER
    await talk.comes_back()
    assert await talk.heard() == EACH_OTHER
    assert talk.room.of(sv.MonitorStarted, BOSS_LEG) == []


def write_note(file: Path, seconds: float = 3.0) -> str:
    """A sound that is one tone; its name as Asterisk wants it."""
    samples = 8000 * np.sin(2 * np.pi * NOTE_HERTZ * np.arange(int(8000 * seconds)) / 8000)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(samples.astype("<i2").tobytes())
    return str(file.with_suffix(""))


@pytest.mark.parametrize("in_talk", [True, False])
async def test_a_message_reaches_the_agents_ear_alone(talk: Talk, tmp_path: Path, in_talk: bool) -> None:
    if not in_talk:
        talk.perform(do.HangUp(channel=talk.customer))
        await talk.room.posts(ev.LeftBridge, talk.agent)
        talk.voices.pop("customer")
        await asyncio.sleep(1.0)
    talk.perform(sv.TellAgent(agent=ANNA, sound=write_note(tmp_path / "note.wav")))
    await asyncio.sleep(0.8)
    note = {"note": Voice("", NOTE_HERTZ)}
    heard = await talk.ears.heard(talk.voices, others=note)
    in_the_talk = {"agent": {"note", "customer"}, "customer": {"agent"}, "boss": set()}
    assert heard == (in_the_talk if in_talk else {"agent": {"note"}, "boss": set()})
    # When it is over, nothing of it is left on the switchboard.
    await asyncio.sleep(3.0)
    assert "waihu-tell" not in await talk.stage.pbx.instance.cli("core show channels concise")


async def test_a_supervisor_dials_in(stage: Stage, room: Room) -> None:
    await stage.phones.dial_in(BOSS, BOSS, "4711", f"{SUPERVISE_PREFIX}2{ANNA}")
    await until(lambda: bool(room.of(ev.LoginTried)), 15)
    [tried] = room.of(ev.LoginTried)
    assert (tried.agent, tried.pin) == (AgentNumber(BOSS), "4711")
    room.telephone.perform(sv.AdmitSupervisor(channel=tried.channel, supervisor=BOSS))
    up = await room.posts(sv.SupervisorLegUp, tried.channel)
    assert (up.supervisor, up.request) == (BOSS, f"2{ANNA}")
    # In the loop again it is the same session.
    room.telephone.perform(sv.StandBy(channel=tried.channel, supervisor=BOSS))
    await asyncio.sleep(0.3)
    assert len(room.of(sv.SupervisorLegUp)) == 1


async def test_a_supervisor_who_may_not_is_told_so_and_let_go(stage: Stage, room: Room) -> None:
    await stage.phones.dial_in(BOSS, BOSS, "4711", f"{SUPERVISE_PREFIX}2{ANNA}")
    await until(lambda: bool(room.of(ev.LoginTried)), 15)
    [tried] = room.of(ev.LoginTried)
    room.telephone.perform(sv.RefuseSupervisor(channel=tried.channel))
    await room.posts(ev.HungUp, tried.channel)


async def test_a_supervisors_phone_that_cannot_be_called_is_gone(room: Room) -> None:
    leg = ChannelId("nowhere")
    room.telephone.perform(
        sv.CallSupervisor(supervisor=BOSS, channel=leg, dial="PJSIP/9001@nobody", ring_time=timedelta(seconds=2))
    )
    await room.posts(ev.HungUp, leg)


async def test_a_supervisor_waits_on_when_the_agents_phone_goes_and_nobody_sends_the_leg_elsewhere(talk: Talk) -> None:
    await talk.monitors(MonitorMode.LISTEN)
    await talk.stage.phones.hang_up(ANNA)
    await talk.room.posts(sv.MonitorStopped, BOSS_LEG)
    await talk.comes_back()
    assert talk.room.of(ev.HungUp, BOSS_LEG) == []
