"""Talks on a real Asterisk are recorded: each side in a channel of its own, pauses silent, whatever ends the call."""

from __future__ import annotations

import asyncio
import time
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import pytest_asyncio

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import recording as rec
from dialer.core import supervision as sv
from dialer.core import transfer as tr
from dialer.core.aside_words import Place
from dialer.core.supervision_words import MonitorMode
from dialer.core.transfer import Send
from dialer.core.words import AgentNumber, AttemptId, ChannelId, SupervisorNumber
from dialer.daemon.recording_files import is_begun, kept_file, make_kept_file, raw_file
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.ears import LOUD, RATE, Ears, Voice, level
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.numbers import TALKATIVE
from tests.asterisk.stage import Room, Stage, open_room, raise_stage
from tests.asterisk.tones import write_tone

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

ANNA = AgentNumber("1001")
BEN = AgentNumber("1002")
BILLING = "7010"
CUSTOMER_HERTZ, AGENT_HERTZ, NOTICE_HERTZ, BOSS_HERTZ, THIRD_HERTZ = 440, 800, 600, 1200, 1200


@dataclass
class Talk:
    """A customer and an agent, recorded; each says a tone."""

    room: Room
    stage: Stage
    folder: Path
    ears: Ears
    attempt: AttemptId
    voices: dict[str, Voice]

    @property
    def channel(self) -> ChannelId:
        return ChannelId(self.attempt)

    async def switch(self, paused: bool) -> rec.RecordingSwitched:
        times = len(self.room.of(rec.RecordingSwitched)) + 1
        self.room.telephone.perform(rec.SwitchRecording(channel=self.channel, paused=paused))
        return await self.room.posts(rec.RecordingSwitched, self.attempt, times)

    async def hang_up(self) -> None:
        self.room.telephone.perform(do.HangUp(channel=self.channel))
        await self.room.posts(ev.HungUp, self.attempt)
        await asyncio.sleep(0.3)

    def sides(self) -> tuple[np.ndarray, np.ndarray]:
        """Left and right of the file that is kept."""
        make_kept_file(self.folder, self.attempt)
        with wave.open(str(kept_file(self.folder, self.attempt))) as kept:
            assert (kept.getnchannels(), kept.getframerate()) == (2, RATE)
            samples = np.frombuffer(kept.readframes(kept.getnframes()), dtype="<i2").astype(float)
        return samples[0::2], samples[1::2]


def between(samples: np.ndarray, start: float, end: float) -> np.ndarray:
    return samples[round(start * RATE) : round(end * RATE)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with raise_stage(program, tmp_path_factory.mktemp("recording")) as raised:
        yield raised


@pytest_asyncio.fixture(loop_scope="module")
async def room(stage: Stage, tmp_path: Path) -> AsyncIterator[Room]:
    async with open_room(stage.settings, recordings=str(tmp_path / "recordings")) as opened:
        yield opened


def dial(room: Room, attempt: AttemptId | None = None) -> AttemptId:
    wish = do.Originate(
        attempt=attempt or AttemptId(str(uuid4())),
        dial=EmbeddedPbx.trunk.format(number=TALKATIVE),
        caller_id="+18005550100",
        ring_time=timedelta(seconds=10),
        answer_limit=timedelta(seconds=2),
        message="sorry-youre-having-problems",
        detection=None,
        record=True,
    )
    room.telephone.perform(wish)
    return wish.attempt


async def join(room: Room, attempt: AttemptId, leg: ChannelId) -> None:
    room.telephone.perform(do.Join(channel=ChannelId(attempt), agent=ANNA, agent_leg=leg))
    await room.posts(ev.EnteredBridge, attempt)


@pytest_asyncio.fixture(loop_scope="module")
async def talk(stage: Stage, room: Room, tmp_path: Path) -> Talk:
    leg = await room.agent_on_the_phone(ANNA)
    attempt = dial(room)
    await room.posts(ev.Arrived, attempt)
    await join(room, attempt, leg)
    ears = Ears(stage.carrier, tmp_path)
    [customers_end] = await ears.customers()
    voices = {
        "customer": Voice(customers_end, CUSTOMER_HERTZ),
        "agent": Voice(await ears.phone(ANNA), AGENT_HERTZ),
    }
    await ears.say(*voices.values())
    return Talk(room, stage, tmp_path / "recordings", ears, attempt, voices)


async def test_the_agent_is_left_the_customer_right_and_a_pause_is_silence(talk: Talk) -> None:
    began = asyncio.get_running_loop().time()
    await asyncio.sleep(1.5)
    await talk.switch(paused=True)
    await asyncio.sleep(1.5)
    await talk.switch(paused=False)
    await asyncio.sleep(1.5)
    lasted = asyncio.get_running_loop().time() - began
    await talk.hang_up()
    left, right = talk.sides()
    # The pause has its place in the file, so that moments of the talk can be found in it.
    assert lasted - 0.3 < len(left) / RATE < lasted + 1.5
    ends = len(left) / RATE
    for start, end in ((ends - 4.2, ends - 3.4), (ends - 1.2, ends - 0.4)):
        agent, customer = between(left, start, end), between(right, start, end)
        assert level(agent, AGENT_HERTZ) > LOUD > level(agent, CUSTOMER_HERTZ)
        assert level(customer, CUSTOMER_HERTZ) > LOUD > level(customer, AGENT_HERTZ)
    middle = (ends - 2.7, ends - 1.9)
    assert not between(left, *middle).any()
    assert not between(right, *middle).any()


@dataclass
class Boss:
    """A supervisor who barges in and then takes the customer over."""

    talk: Talk
    number = SupervisorNumber("9001")
    leg = ChannelId("boss")

    async def comes_and_barges_in(self) -> None:
        telephone, room = self.talk.room.telephone, self.talk.room
        phone = EmbeddedPbx.phone.format(number=self.number)
        ring = timedelta(seconds=10)
        telephone.perform(sv.CallSupervisor(supervisor=self.number, channel=self.leg, dial=phone, ring_time=ring))
        await room.posts(sv.SupervisorLegUp, self.leg)
        await self.talk.ears.say(Voice(await self.talk.ears.phone(self.number), BOSS_HERTZ))
        telephone.perform(sv.Monitor(channel=self.leg, supervisor=self.number, agent=ANNA, mode=MonitorMode.BARGE))
        await room.posts(sv.MonitorStarted, self.leg)
        await asyncio.sleep(1.5)

    async def takes_over(self) -> float:
        asked_at = time.monotonic()
        self.talk.room.telephone.perform(sv.TakeOver(channel=self.talk.channel, supervisor=self.number))
        await self.talk.room.posts(ev.EnteredBridge, self.talk.attempt, 2)
        on_the_way = time.monotonic() - asked_at
        await asyncio.sleep(1.5)
        return on_the_way


async def third_of(talk: Talk) -> ChannelId:
    """The customer is on hold, and a third whom the agent called says a tone."""
    third = ChannelId(f"third-{talk.attempt}")
    telephone = talk.room.telephone
    telephone.perform(tr.Send(channel=talk.channel, place=Place.HOLD, to=ANNA))
    dial = EmbeddedPbx.phone.format(number=BILLING)
    ring = timedelta(seconds=10)
    telephone.perform(tr.CallThird(channel=third, agent=ANNA, dial=dial, caller_id="", ring_time=ring))
    await talk.room.posts(tr.ThirdAnswered, third)
    await talk.ears.say(Voice(await talk.ears.phone(BILLING), THIRD_HERTZ))
    return third


async def colleague_of(talk: Talk) -> ChannelId:
    """The customer is on hold, and the agent talks with a colleague."""
    leg = await talk.room.agent_on_the_phone(BEN)
    await talk.ears.say(Voice(await talk.ears.phone(BEN), THIRD_HERTZ))
    talk.room.telephone.perform(tr.Send(channel=talk.channel, place=Place.HOLD, to=ANNA))
    talk.room.telephone.perform(tr.Send(channel=leg, place=Place.CONSULT, to=ANNA))
    await talk.room.posts(ev.EnteredBridge, leg)
    return leg


@pytest.mark.parametrize("talk_number", range(2))
@pytest.mark.parametrize("three_way", [False, True])
@pytest.mark.parametrize("colleague", [False, True])
async def test_after_a_transfer_the_third_is_left(
    talk: Talk, colleague: bool, three_way: bool, talk_number: int
) -> None:
    third = await (colleague_of(talk) if colleague else third_of(talk))
    place, to = (Place.COLLEAGUE, BEN) if colleague else (Place.THIRD, third)
    telephone, joins = talk.room.telephone, 2
    if three_way:
        telephone.perform(tr.Send(channel=third, place=Place.WAIT, to=ANNA))
        telephone.perform(tr.Send(channel=talk.channel, place=Place.AGENT, to=ANNA))
        await talk.room.posts(ev.EnteredBridge, talk.attempt, joins)
        telephone.perform(tr.Send(channel=third, place=Place.THREE_WAY, to=ANNA))
        await asyncio.sleep(1.0)
        joins += 1
    telephone.perform(tr.Send(channel=talk.channel, place=place, to=to))
    await talk.room.posts(ev.EnteredBridge, talk.attempt, joins)
    await asyncio.sleep(1.5)
    await talk.hang_up()
    left, right = talk.sides()
    ends = len(left) / RATE
    assert level(between(left, ends - 1.0, ends - 0.3), THIRD_HERTZ) > LOUD, f"of talk {talk_number}"
    assert level(between(right, ends - 1.0, ends - 0.3), CUSTOMER_HERTZ) > LOUD


# Where the agent's packets are not forgotten, the supervisor is missing in about every second one.
@pytest.mark.parametrize("talk_number", range(4))
async def test_after_a_take_over_the_supervisor_is_left(talk: Talk, talk_number: int) -> None:
    boss = Boss(talk)
    await boss.comes_and_barges_in()
    await boss.takes_over()
    await talk.hang_up()
    left, right = talk.sides()
    ends = len(left) / RATE
    taken, barged = between(left, ends - 1.0, ends - 0.3), between(left, ends - 2.4, ends - 1.8)
    assert level(taken, BOSS_HERTZ) > LOUD > level(taken, AGENT_HERTZ), f"of talk {talk_number}"
    assert level(barged, AGENT_HERTZ) > LOUD > level(barged, BOSS_HERTZ)
    assert level(between(right, ends - 1.0, ends - 0.3), CUSTOMER_HERTZ) > LOUD


# Where it is not begun anew, the supervisor is missing afterwards in about every second one.
@pytest.mark.parametrize("talk_number", range(4))
async def test_a_paused_recording_stays_paused_through_a_take_over_and_then_has_the_supervisor(
    talk: Talk, talk_number: int
) -> None:
    boss = Boss(talk)
    await boss.comes_and_barges_in()
    paused = await talk.switch(paused=True)
    await asyncio.sleep(0.5)
    on_the_way = await boss.takes_over()
    resumed = await talk.switch(paused=False)
    await asyncio.sleep(1.5)
    await talk.hang_up()
    left, right = talk.sides()
    ends = len(left) / RATE
    assert level(between(left, ends - 1.0, ends - 0.3), BOSS_HERTZ) > LOUD, f"of talk {talk_number}"
    assert level(between(right, ends - 1.0, ends - 0.3), CUSTOMER_HERTZ) > LOUD
    [over] = talk.room.of(ev.HungUp, talk.attempt)
    silent_since, silent_until = ((over.at - moment.at).total_seconds() for moment in (paused, resumed))
    # The customer's way is in no file, so all that was before it is as much later in it; 0.4 s for what was in between.
    since, until = ends - silent_since + on_the_way + 0.4, ends - silent_until - 0.4
    assert since < until - 1
    assert not any(between(side, since, until).any() for side in (left, right))


async def test_a_paused_recording_that_nobody_mutes_when_it_begins_anew_is_at_its_end(talk: Talk) -> None:
    boss = Boss(talk)
    await boss.comes_and_barges_in()
    await talk.switch(paused=True)
    # As if Waihu were away: it is not asked.
    said = await talk.stage.pbx.instance.cli("dialplan show s@waihu-another-voice")
    [line] = [line for line in said.splitlines() if "UserEvent" in line]
    asks = int(line.partition(".")[0].split()[-1])
    await talk.stage.pbx.instance.cli(f"dialplan add extension s,{asks},NoOp into waihu-another-voice replace")
    await boss.takes_over()
    talk.room.telephone.perform(rec.SwitchRecording(channel=talk.channel, paused=False))
    refused = await talk.room.posts(rec.RecordingNotSwitched, talk.attempt)
    assert "Cannot set mute flag" in refused.reason
    await talk.stage.pbx.instance.cli("dialplan reload")
    await talk.hang_up()


async def test_who_pauses_before_the_first_word_keeps_none(talk: Talk) -> None:
    await talk.switch(paused=True)
    await asyncio.sleep(1.0)
    await talk.hang_up()
    left, right = talk.sides()
    assert len(left) / RATE > 0.8
    assert not any(between(side, 0.6, 9).any() for side in (left, right))


async def test_both_hear_the_notice(talk: Talk, tmp_path: Path) -> None:
    write_tone(tmp_path / "notice.wav", NOTICE_HERTZ, seconds=3.0)
    talk.room.telephone.perform(rec.PlayNotice(agent=ANNA, sound=str(tmp_path / "notice")))
    await asyncio.sleep(1.0)
    notice = {"notice": Voice("nobody", NOTICE_HERTZ)}
    heard = await talk.ears.heard(talk.voices, 0.6, notice)
    assert all("notice" in heard[side] for side in ("customer", "agent"))


async def test_a_pause_where_nothing_is_recorded_is_refused_and_told(room: Room) -> None:
    leg = await room.agent_on_the_phone(ANNA)
    room.telephone.perform(rec.SwitchRecording(channel=leg, paused=True))
    refused = await room.posts(rec.RecordingNotSwitched, leg)
    assert refused.paused
    assert "Cannot set mute flag" in refused.reason


async def test_a_join_that_fails_records_nobody_and_the_next_one_begins_anew(room: Room, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    leg = await room.agent_on_the_phone(ANNA)
    room.telephone.perform(do.HangUp(channel=leg))
    await room.posts(ev.HungUp, leg)
    attempt = dial(room)
    await room.posts(ev.Arrived, attempt)
    room.telephone.perform(do.Join(channel=ChannelId(attempt), agent=ANNA, agent_leg=leg))
    await room.posts(ev.JoinFailed, attempt)
    await asyncio.sleep(0.5)
    size = raw_file(folder, attempt).stat().st_size if is_begun(folder, attempt) else 0
    await asyncio.sleep(0.5)
    assert size == (raw_file(folder, attempt).stat().st_size if is_begun(folder, attempt) else 0)
    leg = await room.agent_on_the_phone(ANNA)
    await join(room, attempt, leg)
    await asyncio.sleep(1.0)
    room.telephone.perform(do.HangUp(channel=ChannelId(attempt)))
    await room.posts(ev.HungUp, attempt)
    await asyncio.sleep(0.3)
    assert 0.5 < make_kept_file(folder, attempt).seconds < 2.5


async def test_what_cannot_be_written_leaves_no_file_and_a_talk(stage: Stage) -> None:
    async with open_room(stage.settings, recordings="/proc/waihu") as room:
        leg = await room.agent_on_the_phone(ANNA)
        attempt = dial(room)
        await room.posts(ev.Arrived, attempt)
        await join(room, attempt, leg)
        await asyncio.sleep(0.5)
        assert room.of(ev.HungUp, attempt) == []
        assert not is_begun(Path("/proc/waihu"), attempt)


async def test_a_full_disk_ends_no_talk_and_loses_what_it_must(stage: Stage, room: Room, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    attempt = AttemptId(str(uuid4()))
    # Every write to it fails as on a disk that is full.
    raw_file(folder, attempt).symlink_to("/dev/full")
    leg = await room.agent_on_the_phone(ANNA)
    dial(room, attempt)
    await room.posts(ev.Arrived, attempt)
    await join(room, attempt, leg)
    await asyncio.sleep(1.0)
    assert room.of(ev.HungUp, attempt) == []
    room.telephone.perform(do.HangUp(channel=ChannelId(attempt)))
    await room.posts(ev.HungUp, attempt)
    with pytest.raises(OSError, match="symbolic link"):
        make_kept_file(folder, attempt)


async def test_the_file_is_whole_when_asterisk_is_killed(
    program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = tmp_path_factory.mktemp("own")
    folder = own / "recordings"
    async with (
        raise_stage(program, own) as stage,
        open_room(stage.settings, recordings=str(folder)) as room,
    ):
        leg = await room.agent_on_the_phone(ANNA)
        attempt = dial(room)
        await room.posts(ev.Arrived, attempt)
        await join(room, attempt, leg)
        await asyncio.sleep(8.0)
        await stage.pbx.instance.kill()
        await room.posts(ev.AsteriskLost)
    made = make_kept_file(folder, attempt)
    # What Asterisk had not handed to the kernel yet is lost: less than a second.
    assert 6.0 < made.seconds < 9.0


async def test_a_recording_goes_on_while_the_customer_is_on_hold_and_begins_no_second_time(talk: Talk) -> None:
    [agent] = {event.channel for event in talk.room.of(ev.AgentLegUp)}
    await asyncio.sleep(1.5)
    talk.room.telephone.perform(Send(channel=talk.channel, place=Place.HOLD, to=ANNA))
    await talk.room.posts(ev.LeftBridge, agent)
    await asyncio.sleep(1.5)
    talk.room.telephone.perform(Send(channel=talk.channel, place=Place.AGENT, to=ANNA))
    await talk.room.posts(ev.EnteredBridge, agent, 2)
    await asyncio.sleep(1.5)
    await talk.hang_up()
    left, right = talk.sides()
    ends = len(left) / RATE
    assert 4.0 < ends < 7.0
    # What the agent says meanwhile is for nobody, and not in it; what the customer says is.
    on_hold, back = (ends - 2.6, ends - 2.0), (ends - 1.0, ends - 0.4)
    assert level(between(left, *on_hold), AGENT_HERTZ) < LOUD < level(between(right, *on_hold), CUSTOMER_HERTZ)
    assert level(between(left, *back), AGENT_HERTZ) > LOUD
    assert level(between(right, *back), CUSTOMER_HERTZ) > LOUD
