"""A talk on a real Asterisk, in which each says a tone of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import transfer as tr
from dialer.core.aside_words import Place
from dialer.core.words import AgentNumber, ChannelId
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.ears import Ears, Voice
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.numbers import TALKATIVE
from tests.asterisk.stage import Room, Stage, raise_stage
from tests.asterisk.tones import write_tone
from tests.fakes.waiting import until, until_told

ANNA = AgentNumber("1001")
BILLING = "7010"
MUSIC_HERTZ = 600
_numbers = count(1)


@dataclass
class Talk:
    """A customer and an agent in a talk, each of whom says a tone."""

    room: Room
    stage: Stage
    ears: Ears
    customer: ChannelId
    agent: ChannelId
    voices: dict[str, Voice]

    def perform(self, wish: do.TelephoneCommand) -> None:
        self.room.telephone.perform(wish)

    def send(self, leg: ChannelId, place: Place, to: str = ANNA) -> None:
        self.perform(tr.Send(channel=leg, place=place, to=to))

    async def hold(self) -> None:
        self.send(self.customer, Place.HOLD)
        await self.room.posts(ev.LeftBridge, self.agent)

    async def calls_third(self) -> ChannelId:
        """A third picks up, and waits."""
        third = ChannelId(f"third-{next(_numbers)}")
        dial = EmbeddedPbx.phone.format(number=BILLING)
        self.perform(tr.CallThird(channel=third, agent=ANNA, dial=dial, caller_id="", ring_time=timedelta(seconds=10)))
        await self.room.posts(tr.ThirdAnswered, third)
        self.voices["third"] = Voice(await self.ears.phone(BILLING), 1200)
        await self.ears.say(self.voices["third"])
        return third

    async def consults(self) -> ChannelId:
        """The customer is on hold, and the agent talks with a third."""
        await self.hold()
        third = await self.calls_third()
        self.send(third, Place.CONSULT)
        await self.together(third, self.agent)
        return third

    async def together(self, *legs: ChannelId, seconds: float = 10) -> None:
        """They are in one bridge."""

        def in_one() -> bool:
            bridges = {self.bridge_of(leg) for leg in legs}
            return len(bridges) == 1 and None not in bridges

        await until(in_one, seconds)

    async def together_no_more(self, leg: ChannelId) -> None:
        """It is in no bridge any more."""
        await until(lambda: self.bridge_of(leg) is None, 10)

    def bridge_of(self, leg: ChannelId) -> str | None:
        """Where it came in last, unless it left."""
        bridge = None
        for event in self.room.of(ev.ChannelEvent, leg):
            if isinstance(event, ev.EnteredBridge):
                bridge = event.bridge
            elif isinstance(event, ev.LeftBridge) and event.bridge == bridge:
                bridge = None
        return bridge

    async def heard(self) -> dict[str, set[str]]:
        # The beep for the agent is over by then.
        await asyncio.sleep(0.8)
        return await self.ears.heard(self.voices, others={"music": Voice("", MUSIC_HERTZ)})

    async def comes_to(self, leg: ChannelId, context: str) -> None:
        """Its dialplan leads it there."""

        async def is_there() -> bool:
            return await self.place_of(leg) == context

        await until_told(is_there)

    async def place_of(self, leg: ChannelId) -> str:
        said = await self.stage.pbx.instance.cli("core show channels concise")
        [line] = [line.split("!") for line in said.splitlines() if line.endswith(f"!{leg}")]
        return line[1]


@asynccontextmanager
async def raise_stage_with_music(program: AsteriskProgram, folder: Path) -> AsyncIterator[Stage]:
    """Both Asterisks; who is on hold hears a tone."""
    music = folder / "music"
    music.mkdir()
    write_tone(music / "tone.wav", MUSIC_HERTZ, seconds=20)
    async with raise_stage(program, folder) as raised:
        configuration = folder / "pbx" / "etc" / "musiconhold.conf"
        configuration.write_text(f"[default]\nmode = files\ndirectory = {music}\n")
        await raised.pbx.instance.cli("moh reload")
        yield raised


async def begin_talk(stage: Stage, room: Room, folder: Path) -> Talk:
    """A customer who was called and Anna, in one bridge."""
    leg = await room.agent_on_the_phone(ANNA)
    customer = ChannelId(room.dial_number(TALKATIVE))
    await room.posts(ev.Arrived, customer)
    room.telephone.perform(do.Join(channel=customer, agent=ANNA, agent_leg=leg))
    await room.posts(ev.EnteredBridge, customer)
    ears = Ears(stage.carrier, folder)
    [customers_end] = await ears.customers()
    voices = {"customer": Voice(customers_end, 440), "agent": Voice(await ears.phone(ANNA), 800)}
    await ears.say(*voices.values())
    await asyncio.sleep(0.3)
    return Talk(room, stage, ears, customer, leg, voices)
