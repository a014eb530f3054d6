"""Every way a call can end, on a real Asterisk: through a SIP trunk to a real carrier, and through Local channels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from dialer.asterisk.black_box import last_word
from dialer.asterisk.session import Session
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.outcome import disposition_of, disposition_of_last_word, number_is_dead
from dialer.core.words import AgentNumber, AttemptId, ChannelId, Disposition
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.fates import FateKind
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.numbers import NUMBERS, TALKATIVE
from tests.asterisk.stage import Room, Stage, open_room, raise_stage
from tests.fakes.waiting import until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("outcomes")
    async with raise_stage(program, folder) as raised:
        yield raised


@pytest_asyncio.fixture(loop_scope="module")
async def room(stage: Stage) -> AsyncIterator[Room]:
    async with open_room(stage.settings) as opened:
        yield opened


async def black_box_says(stage: Stage, attempt: AttemptId) -> Disposition | None:
    """The disposition by Asterisk's own last word; None when it kept none."""
    session = Session(stage.settings, lambda _: None)
    await session.connect()
    entries = (await session.ask("DBGetTree", {"Family": "waihu-calls"}, collect=True)).events
    await session.close()
    words = [last_word(entry, 0.0) for entry in entries if entry["Key"].endswith(f"/{attempt}")]
    return disposition_of_last_word(words[0]) if words else None


UNANSWERED = [
    # dial string, ring time: disposition, rang, DIALSTATUS, Q.850 cause, SIP code, number dead
    (
        EmbeddedPbx.trunk.format(number=NUMBERS[FateKind.BUSY]),
        10,
        (Disposition.BUSY, False, "BUSY", 17, 486, False),
    ),
    (
        EmbeddedPbx.trunk.format(number=NUMBERS[FateKind.RINGS_ON]),
        1.5,
        (Disposition.NO_ANSWER, True, None, 19, 480, False),
    ),
    (
        EmbeddedPbx.trunk.format(number=NUMBERS[FateKind.NO_ANSWER]),
        10,
        (Disposition.NO_ANSWER, True, "NOANSWER", 19, 480, False),
    ),
    (
        EmbeddedPbx.trunk.format(number=NUMBERS[FateKind.CONGESTION]),
        10,
        (Disposition.CONGESTION, False, "CONGESTION", 34, 503, False),
    ),
    (
        EmbeddedPbx.trunk.format(number=NUMBERS[FateKind.UNALLOCATED]),
        10,
        (Disposition.INVALID_NUMBER, False, "NOANSWER", 1, 404, True),
    ),
    (
        EmbeddedPbx.trunk.format(number=NUMBERS[FateKind.NOT_IN_SERVICE]),
        15,
        (Disposition.INVALID_NUMBER, True, "NOANSWER", 1, 404, True),
    ),
    (
        EmbeddedPbx.trunk.format(number=NUMBERS[FateKind.REJECTED]),
        10,
        (Disposition.REJECTED, True, "NOANSWER", 21, 403, False),
    ),
    # Nobody listens on the discard port of a loopback address.
    ("PJSIP/carrier/sip:+8613800138000@127.0.0.1:9", 1.5, (Disposition.FAILED, False, None, 19, 480, False)),
    ("Local/busy@customers", 10, (Disposition.BUSY, False, "BUSY", 0, None, False)),
    ("Local/congestion@customers", 10, (Disposition.CONGESTION, False, "CONGESTION", 0, None, False)),
    ("Local/rings_on@customers", 1.5, (Disposition.NO_ANSWER, True, None, 19, None, False)),
    ("Local/unallocated@customers", 10, (Disposition.INVALID_NUMBER, False, "NOANSWER", 1, None, True)),
    ("Local/nobody@customers", 10, (Disposition.FAILED, False, None, 0, None, False)),
]


@pytest.mark.parametrize(("dial", "ring_seconds", "row"), UNANSWERED, ids=[dial for dial, _, _ in UNANSWERED])
async def test_nobody_answers(
    dial: str,
    ring_seconds: float,
    row: tuple[Disposition, bool, str | None, int, int | None, bool],
    room: Room,
) -> None:
    attempt = room.dial(dial, ring_seconds=ring_seconds)
    await room.posts(ev.HungUp, attempt, seconds=20)
    await asyncio.sleep(0.05)
    told = room.told(attempt)
    disposition = disposition_of(told)
    dead = number_is_dead(disposition, told.cause, told.sip_code)
    rang = told.ringing_at is not None
    assert (disposition, rang, told.dial_status, told.cause, told.sip_code, dead) == row
    assert len(room.of(ev.HungUp, attempt)) == 1
    assert room.of(ev.OriginateRefused) == []


@pytest.mark.parametrize("dial", ["PJSIP/1@nosuchtrunk", "NoSuchTechnology/1"])
async def test_asterisk_makes_no_channel(dial: str, room: Room) -> None:
    attempt = room.dial(dial)
    refused = await room.posts(ev.OriginateRefused, attempt)
    assert "made no channel" in refused.reason
    assert disposition_of(room.told(attempt)) is Disposition.FAILED
    assert room.of(ev.HungUp, attempt) == []


@pytest.mark.parametrize("dial", [EmbeddedPbx.trunk.format(number=TALKATIVE), "Local/answers@customers"])
async def test_a_customer_talks_with_an_agent(dial: str, room: Room, stage: Stage) -> None:
    leg = await room.agent_on_the_phone("1001")
    attempt = room.dial(dial)
    arrived = await room.posts(ev.Arrived, attempt)
    room.telephone.perform(do.Join(channel=arrived.channel, agent=AgentNumber("1001"), agent_leg=leg))
    customer_in, agent_in = await room.posts(ev.EnteredBridge, attempt), await room.posts(ev.EnteredBridge, leg)
    assert customer_in.bridge == agent_in.bridge
    room.telephone.perform(do.HangUp(channel=arrived.channel))
    await room.posts(ev.HungUp, attempt)
    await room.posts(ev.LeftBridge, leg)
    assert disposition_of(room.told(attempt)) is Disposition.ANSWERED
    assert room.of(ev.HungUp, leg) == [], "the agent's leg must stay up"
    assert room.of(ev.JoinFailed) == []
    told = room.told(attempt)
    assert told.ringing_at is not None
    assert told.answered_at is not None
    assert told.ringing_at <= told.answered_at <= arrived.at <= customer_in.at
    await until(lambda: not room.telephone.figures.waiting)
    assert await black_box_says(stage, attempt) is Disposition.ANSWERED


async def test_the_agents_leg_takes_one_customer_after_another(room: Room) -> None:
    leg = await room.agent_on_the_phone("1002")
    for turn in range(1, 6):
        attempt = room.dial("Local/answers@customers")
        await room.posts(ev.Arrived, attempt)
        room.telephone.perform(do.Join(channel=ChannelId(attempt), agent=AgentNumber("1002"), agent_leg=leg))
        await room.posts(ev.EnteredBridge, leg, times=turn)
        room.telephone.perform(do.HangUp(channel=ChannelId(attempt)))
        await room.posts(ev.LeftBridge, leg, times=turn)
    assert room.of(ev.JoinFailed) == []
    assert room.of(ev.HungUp, leg) == []


async def test_a_person_for_whom_nobody_is_there_hears_the_message(room: Room, stage: Stage) -> None:
    attempt = room.dial_number(TALKATIVE)
    arrived = await room.posts(ev.Arrived, attempt)
    room.telephone.perform(do.PlayMessage(channel=arrived.channel))
    await room.posts(ev.MessageStarted, attempt)
    await room.posts(ev.HungUp, attempt, seconds=20)
    assert disposition_of(room.told(attempt)) is Disposition.ABANDONED
    assert await black_box_says(stage, attempt) is Disposition.ABANDONED


async def test_a_person_whom_we_forget_hears_the_message_all_the_same(room: Room) -> None:
    attempt = room.dial_number(TALKATIVE)
    arrived = await room.posts(ev.Arrived, attempt)
    started = await room.posts(ev.MessageStarted, attempt)
    # The limit is 2 s, and the dialplan waits 1 s more for us.
    assert 2.5 < (started.at - arrived.at).total_seconds() < 4


async def test_a_call_that_is_called_off_while_it_rings(room: Room, stage: Stage) -> None:
    attempt = room.dial_number(NUMBERS[FateKind.RINGS_ON])
    await room.posts(ev.Rang, attempt)
    room.telephone.perform(do.HangUp(channel=ChannelId(attempt)))
    await room.posts(ev.HungUp, attempt)
    told = room.told(attempt)
    told.called_off = True
    assert disposition_of(told) is Disposition.CANCELLED
    assert told.answered_at is None
    await until(
        lambda: any(
            call.number == NUMBERS[FateKind.RINGS_ON] and call.ended_by == "caller" for call in stage.carrier.calls()
        )
    )


async def test_a_join_with_a_leg_that_is_gone(room: Room) -> None:
    leg = await room.agent_on_the_phone("1003")
    room.telephone.perform(do.HangUp(channel=leg))
    await room.posts(ev.HungUp, leg)
    attempt = room.dial_number(TALKATIVE)
    await room.posts(ev.Arrived, attempt)
    room.telephone.perform(do.Join(channel=ChannelId(attempt), agent=AgentNumber("1003"), agent_leg=leg))
    failed = await room.posts(ev.JoinFailed, attempt)
    assert failed.agent_leg == leg
    assert room.of(ev.HungUp, attempt) == [], "the customer must wait on for another agent"


async def test_an_agents_phone_that_does_not_exist(room: Room) -> None:
    leg = ChannelId("leg-of-nobody")
    room.telephone.perform(
        do.CallAgent(
            agent=AgentNumber("1009"), channel=leg, dial="PJSIP/1009@nosuchphone", ring_time=timedelta(seconds=5)
        )
    )
    assert (await room.posts(ev.HungUp, leg)).cause == 0


async def test_what_the_carrier_saw_agrees(room: Room, stage: Stage) -> None:
    attempt = room.dial_number(TALKATIVE)
    await room.posts(ev.Arrived, attempt)
    await asyncio.sleep(0.5)
    room.telephone.perform(do.HangUp(channel=ChannelId(attempt)))
    await room.posts(ev.HungUp, attempt)
    told = room.told(attempt)

    def near(one: datetime | None, other: datetime | None) -> bool:
        return one is not None and other is not None and abs((one - other).total_seconds()) < 0.2

    def seen() -> bool:
        calls = [call for call in stage.carrier.calls() if call.number == TALKATIVE]
        return any(near(call.answered_at, told.answered_at) and near(call.ended_at, told.ended_at) for call in calls)

    await until(seen)


async def test_a_recorded_call_leaves_the_black_box(room: Room, stage: Stage) -> None:
    attempt = room.dial_number(NUMBERS[FateKind.BUSY])
    await room.posts(ev.HungUp, attempt)
    assert await black_box_says(stage, attempt) is Disposition.BUSY
    room.telephone.perform(do.ForgetCall(attempt=attempt))
    await until(lambda: not room.telephone.figures.waiting)
    assert await black_box_says(stage, attempt) is None
