"""An agent's leg that is spoken to, on a real Asterisk: joined all the same and at once, or back in its loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agi.call import Call
from agi.errors import CommandFailed
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.dialogs import DeskLeft, Dialog, Dismiss, OpenDialog
from dialer.embedded.asterisk_program import AsteriskProgram
from tests.asterisk.joins import ANNA, Pair, Spoken
from tests.asterisk.stage import Room, Stage, open_room, raise_stage
from tests.asterisk.tones import write_tone

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with raise_stage(program, tmp_path_factory.mktemp("announcements")) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="module")
async def room(stage: Stage) -> AsyncIterator[Room]:
    async with open_room(stage.settings) as room:
        yield room


@pytest_asyncio.fixture(loop_scope="module")
async def pair(room: Room) -> Pair:
    return Pair(room, await room.agent_on_the_phone(ANNA))


async def test_a_join_in_the_midst_of_an_announcement(pair: Pair, tmp_path: Path) -> None:
    write_tone(tmp_path / "long.wav", 700, 30.0)
    announce = do.Announce(channel=pair.leg, agent=ANNA, sound=str(tmp_path / "long"))
    # From the very same moment, in which the leg is on its way, to the midst of the sound, which no join waits out.
    for after in (0.0, 0.002, 0.01, 0.3):
        await pair.join(announce, after=after)


async def test_a_join_in_the_midst_of_a_dialog(pair: Pair, stage: Stage) -> None:
    entered: list[str] = []

    async def speak(call: Call) -> None:
        entered.append(call.request.query["dialog"])
        await call.wait_for_key(30)

    async with Spoken(stage, speak):
        dialog = OpenDialog(channel=pair.leg, agent=ANNA, dialog=Dialog.MENU)
        for after in (0.0, 0.003, 0.01, 0.3):
            await pair.join(dialog, after=after)
    assert set(entered) == {"menu"}
    # Who was taken out of a dialog has not come back from it.
    assert pair.room.of(DeskLeft) == []


async def test_however_a_dialog_ends_the_leg_is_back_and_told_of(pair: Pair, stage: Stage) -> None:
    dialog = OpenDialog(channel=pair.leg, agent=ANNA, dialog=Dialog.MENU)
    # Nobody answers AGI.
    pair.room.telephone.perform(dialog)
    await pair.room.posts(DeskLeft, pair.leg, 1)

    async def ends(call: Call) -> None:
        await call.wait_for_key(0.05)

    async def fails(call: Call) -> None:
        raise CommandFailed("no such sound")

    async with Spoken(stage, ends):
        pair.room.telephone.perform(dialog)
        await pair.room.posts(DeskLeft, pair.leg, 2)
    async with Spoken(stage, fails):
        pair.room.telephone.perform(dialog)
        await pair.room.posts(DeskLeft, pair.leg, 3)
    # The server goes away in the middle.
    async with Spoken(stage, _for_ever):
        pair.room.telephone.perform(dialog)
        await asyncio.sleep(0.3)
    await pair.room.posts(DeskLeft, pair.leg, 4)
    assert pair.room.of(ev.HungUp, pair.leg) == []
    await pair.join()


async def test_a_last_word_ends_the_leg(pair: Pair, tmp_path: Path) -> None:
    write_tone(tmp_path / "bye.wav", 700, 0.5)
    began = asyncio.get_running_loop().time()
    pair.room.telephone.perform(Dismiss(channel=pair.leg, sound=str(tmp_path / "bye")))
    gone = await pair.room.posts(ev.HungUp, pair.leg)
    assert gone.cause == 16
    assert asyncio.get_running_loop().time() - began > 0.4


async def _for_ever(call: Call) -> None:
    while True:
        await call.wait_for_key(10)
