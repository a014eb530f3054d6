"""Losing a real Asterisk and finding it again: the cable, the process, the account."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dialer.asterisk.errors import ActionRefused, AsteriskUnreachable, LoginRefused
from dialer.asterisk.requirements import missing_requirements
from dialer.asterisk.session import Session
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.detection import Detection, LeftMessage
from dialer.core.machine_messages import LeaveMessage, MessageOnMachine
from dialer.core.outcome import disposition_of_last_word
from dialer.core.words import AgentNumber, ChannelId, Disposition, MachineVerdict
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.fates import FateKind
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.numbers import MACHINE, NUMBERS, TALKATIVE
from tests.asterisk.stage import Room, Stage, open_room, raise_stage
from tests.fakes.cable import Cable
from tests.fakes.waiting import until

pytestmark = pytest.mark.asterisk


@pytest.fixture
async def stage(program: AsteriskProgram, tmp_path: Path) -> AsyncIterator[Stage]:
    async with raise_stage(program, tmp_path) as raised:
        yield raised


@pytest.fixture
async def cable(stage: Stage) -> AsyncIterator[Cable]:
    async with Cable(stage.pbx.ami.host, stage.pbx.ami.port) as laid:
        yield laid


@pytest.fixture
async def room(stage: Stage, cable: Cable) -> AsyncIterator[Room]:
    async with open_room(stage.settings, host="127.0.0.1", port=cable.port, action_seconds=1.0) as opened:
        yield opened


async def test_all_that_waihu_needs_is_there(stage: Stage) -> None:
    assert await missing_requirements(stage.settings) == ()


async def test_a_wrong_secret(stage: Stage) -> None:
    wrong = replace(stage.settings, secret="falsch")  # noqa: S106
    with pytest.raises(LoginRefused, match="Authentication failed"):
        async with open_room(wrong):
            pass


async def test_a_closed_port(stage: Stage) -> None:
    with pytest.raises(AsteriskUnreachable, match="nobody listens at"):
        async with open_room(stage.settings, port=9):
            pass


async def test_the_cable_is_cut_and_calls_go_on(room: Room, cable: Cable) -> None:
    leg = await room.agent_on_the_phone("1001")
    talking = room.dial_number(TALKATIVE)
    await room.posts(ev.Arrived, talking)
    room.telephone.perform(do.Join(channel=ChannelId(talking), agent=AgentNumber("1001"), agent_leg=leg))
    bridge = (await room.posts(ev.EnteredBridge, talking)).bridge
    ending = room.dial_number(NUMBERS[FateKind.RINGS_ON], ring_seconds=1.5)
    await room.posts(ev.Rang, ending)
    cable.cut()
    await room.posts(ev.AsteriskLost)
    refused = room.dial_number(TALKATIVE)
    await room.posts(ev.OriginateRefused, refused)
    await asyncio.sleep(2)
    cable.mend()
    back = await room.posts(ev.AsteriskBack, times=2)
    assert not back.restarted
    live = {channel.channel: channel for channel in back.live}
    assert live[ChannelId(talking)].bridge == bridge
    assert (live[leg].agent, live[leg].bridge, live[leg].up) == ("1001", bridge, True)
    [word] = [word for word in back.last_words if word.attempt == ending]
    assert disposition_of_last_word(word) is Disposition.NO_ANSWER
    assert room.of(ev.HungUp, ending) == [], "it ended unseen"
    assert len([call for call in room.of(ev.OriginateRefused) if str(call.channel) == refused]) == 1

    room.telephone.perform(do.HangUp(channel=ChannelId(talking)))
    await room.posts(ev.HungUp, talking)
    await room.posts(ev.LeftBridge, leg)
    assert room.telephone.figures.connects == 2


async def test_a_message_on_a_machine_goes_on_and_its_end_is_not_missed(room: Room, cable: Cable) -> None:
    machine = room.dial(EmbeddedPbx.trunk.format(number=MACHINE), detection=Detection())
    assert (await room.posts(ev.Arrived, machine)).verdict is MachineVerdict.MACHINE
    cable.cut()
    await room.posts(ev.AsteriskLost)
    cable.mend()
    live = {channel.channel: channel for channel in (await room.posts(ev.AsteriskBack, times=2)).live}
    assert live[ChannelId(machine)].verdict is MachineVerdict.MACHINE
    half_a_minute = timedelta(seconds=30)
    room.telephone.perform(LeaveMessage(channel=ChannelId(machine), sound="vm-goodbye", most_length=half_a_minute))
    begun = await room.posts(MessageOnMachine, machine, seconds=30)
    assert begun.left is LeftMessage.CUT
    cable.cut()
    await room.posts(ev.AsteriskLost, times=2)
    await asyncio.sleep(4)
    cable.mend()
    back = await room.posts(ev.AsteriskBack, times=3)
    [word] = [word for word in back.last_words if word.attempt == machine]
    assert (word.verdict, word.left) == (MachineVerdict.MACHINE, LeftMessage.LEFT)
    assert disposition_of_last_word(word) is Disposition.MACHINE


async def test_asterisk_is_silent_though_the_cable_holds(room: Room, cable: Cable) -> None:
    cable.freeze()
    asked = room.dial_number(TALKATIVE)
    in_doubt = await room.posts(ev.OriginateInDoubt, asked)
    await room.posts(ev.AsteriskLost)
    assert room.posted.index(in_doubt) < room.posted.index(room.of(ev.AsteriskLost)[0])
    cable.cut()
    cable.mend()
    back = await room.posts(ev.AsteriskBack, times=2)
    assert ChannelId(asked) not in {channel.channel for channel in back.live}, (
        "what never arrived must not be sent again"
    )


async def test_asterisk_is_restarted(room: Room, stage: Stage) -> None:
    leg = await room.agent_on_the_phone("1001")
    attempt = room.dial_number(TALKATIVE)
    await room.posts(ev.Arrived, attempt)
    await stage.pbx.instance.kill()
    await room.posts(ev.AsteriskLost)
    await stage.pbx.instance.start()
    back = await room.posts(ev.AsteriskBack, times=2, seconds=20)
    assert back.restarted
    assert back.live == ()
    assert attempt not in {word.attempt for word in back.last_words}
    assert room.of(ev.HungUp) == []
    again = await room.agent_on_the_phone("1001")
    assert again != leg
    beat = await stage.pbx.instance.cli("dialplan show globals")
    assert "WAIHU_HEARTBEAT=" in beat


async def test_the_secret_is_changed_while_we_are_away(room: Room, stage: Stage, cable: Cable) -> None:
    secret_file = stage.pbx.instance.etc / "waihu-manager-secret.conf"
    right = secret_file.read_text()
    secret_file.write_text("secret = somebody-changed-it\n")
    await stage.pbx.instance.cli("manager reload")
    cable.cut()
    await room.posts(ev.AsteriskLost)
    cable.mend()
    await asyncio.sleep(3)
    assert len(room.of(ev.AsteriskBack)) == 1
    secret_file.write_text(right)
    await stage.pbx.instance.cli("manager reload")
    await room.posts(ev.AsteriskBack, times=2, seconds=20)


async def test_nothing_is_lost_while_a_burst_of_calls_runs_into_a_resync(room: Room, cable: Cable) -> None:
    """Each call ends exactly once for us: by its hang-up, or by its last word."""
    attempts = []
    for n in range(30):
        attempts.append(room.dial("Local/busy@customers" if n % 2 else "Local/rings_on@customers", ring_seconds=1.5))
        await asyncio.sleep(0.03)
        if n == 10:
            cable.cut()
            cable.mend()
    await room.posts(ev.AsteriskBack, times=2)
    await asyncio.sleep(3)
    back = room.of(ev.AsteriskBack)[1]
    refused: set[str] = {event.channel for event in room.of(ev.OriginateRefused)}
    in_doubt: set[str] = {event.channel for event in room.of(ev.OriginateInDoubt)}
    hung_up: set[str] = {event.channel for event in room.of(ev.HungUp)}
    words: set[str] = {word.attempt for word in back.last_words}
    for attempt in attempts:
        ended = (attempt in refused) or (attempt in hung_up) or (attempt in words)
        assert ended or attempt in in_doubt, attempt
        assert not (attempt in refused and (attempt in hung_up or attempt in words)), attempt
    assert hung_up
    assert room.deaths == []


async def test_a_line_break_never_reaches_asterisk(stage: Stage) -> None:
    session = Session(stage.settings, lambda _: None)
    await session.connect()
    with suppress(ValueError):
        session.send("Setvar", {"Variable": "X", "Value": "1\r\n\r\nAction: Setvar\r\nVariable: STOLEN\r\nValue: 1"})
    longest = "v" * (1024 - len("Value: \r\n"))
    await session.ask("Setvar", {"Variable": "LONG", "Value": longest})
    with pytest.raises(ActionRefused):
        await session.ask("Redirect", {"Channel": "nobody"})
    assert (await session.ask("Getvar", {"Variable": "STOLEN"})).response["Value"] == ""
    assert (await session.ask("Getvar", {"Variable": "LONG"})).response["Value"] == longest
    await session.close()


async def test_the_wizards_of_unicode(stage: Stage) -> None:
    session = Session(stage.settings, lambda _: None)
    await session.connect()
    await session.ask("Setvar", {"Variable": "NAME", "Value": "外呼 – Müller, Ж"})
    assert (await session.ask("Getvar", {"Variable": "NAME"})).response["Value"] == "外呼 – Müller, Ж"
    await session.close()


async def test_the_heartbeat_beats(room: Room, stage: Stage) -> None:
    seen: set[str] = set()

    async def look() -> bool:
        text = await stage.pbx.instance.cli("dialplan show globals")
        seen.update(line.strip() for line in text.splitlines() if "WAIHU_HEARTBEAT=" in line)
        return len(seen) >= 3

    for _ in range(60):
        if await look():
            break
        await asyncio.sleep(0.1)
    assert len(seen) >= 3
    await until(lambda: room.telephone.figures.last_ping_ms > 0)
