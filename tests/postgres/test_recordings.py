"""Recordings in the database and on the disk: made when the call is over, missed when they fail, deleted in time."""

from __future__ import annotations

import csv
import io
import os
from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads
from dialer.core.lead import Lead
from dialer.core.queueing import Acquaintance, QueueOutcome, QueueTerms, RecordWait
from dialer.core.recording import Pause, Recording, WriteRecording
from dialer.core.words import AgentNumber, AttemptId, ChannelId, TeamName
from dialer.daemon.recording_files import checksum, kept_file, raw_file
from dialer.daemon.recordings import RecordingKeeper, inherited
from dialer.store.attempts import close_attempts, open_attempts
from dialer.store.export import write_csv
from dialer.store.leasing import Leasing
from dialer.store.queue_waits import record_waits
from dialer.store.recordings import recordings, write_recordings
from dialer.store.runs import Run
from tests.postgres.seeds import SPRING, closing, do, opening, rows, sow_campaign

pytestmark = pytest.mark.postgres

MINUTE = timedelta(minutes=1)
NOW = datetime.now(UTC).replace(microsecond=0)
TALK = timedelta(seconds=30)


@pytest.fixture
async def leads(engine: AsyncEngine, run: Run) -> tuple[Lead, ...]:
    await sow_campaign(engine, 3)
    fetched = await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=3))
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(lead) for lead in fetched.leads])
    return fetched.leads


async def write(engine: AsyncEngine, *told: Recording) -> None:
    async with engine.begin() as connection:
        await write_recordings(connection, [WriteRecording(recording=one) for one in told])


async def close(engine: AsyncEngine, lead: Lead, ended_at: datetime) -> None:
    async with engine.begin() as connection:
        await close_attempts(connection, [closing(lead, ended_at=ended_at)], print)


def begun(lead: Lead, since: datetime = NOW - MINUTE, **changes: Any) -> Recording:
    return replace(Recording(attempt=lead.attempt, since=since, keep_until=NOW + timedelta(days=90)), **changes)


def asterisk_wrote(folder: Path, attempt: AttemptId, seconds: float) -> Path:
    """As Asterisk leaves it, half a minute ago."""
    raw = raw_file(folder, attempt)
    raw.write_bytes(array("h", (n % 1000 for n in range(round(seconds * 8000) * 2))).tobytes())
    os.utime(raw, ((NOW - TALK).timestamp(),) * 2)
    return raw


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def row(engine: AsyncEngine, attempt: AttemptId) -> dict[str, Any]:
    return {one["attempt_id"]: one for one in await recordings(engine)}[attempt]


async def test_the_last_word_of_a_recording_holds(engine: AsyncEngine, leads: tuple[Lead, ...]) -> None:
    first = begun(leads[0])
    paused = first.switched(True, NOW)
    on = replace(paused.switched(False, NOW + MINUTE), announced=True)
    await write(engine, first)
    await write(engine, paused, on)
    assert (await inherited(engine)).recordings == (on,)
    assert on.pauses == (Pause(since=NOW, until=NOW + MINUTE),)


async def test_a_talk_that_is_over_gets_its_file(engine: AsyncEngine, leads: tuple[Lead, ...], tmp_path: Path) -> None:
    keeper = RecordingKeeper(engine, tmp_path)
    raw = asterisk_wrote(tmp_path, leads[0].attempt, 30.0)
    await write(engine, begun(leads[0]))
    await keeper.look()
    assert raw.exists()
    await close(engine, leads[0], NOW - TALK)
    await keeper.look()
    made = await row(engine, leads[0].attempt)
    file = kept_file(tmp_path, leads[0].attempt)
    assert (made["seconds"], made["bytes"], made["failure"]) == (30.0, file.stat().st_size, None)
    assert made["sha256"] == checksum(file)
    assert names(tmp_path) == [file.name]
    assert (keeper.figures()["recordings_kept_total"], keeper.figures()["recordings_failed_total"]) == (1, 0)
    assert (await inherited(engine)).recordings == ()
    # Nothing is left to do, and a late word changes nothing of the file.
    await write(engine, begun(leads[0]))
    await keeper.look()
    assert await row(engine, leads[0].attempt) == made


async def test_a_file_that_is_being_written_is_left_alone(
    engine: AsyncEngine, leads: tuple[Lead, ...], tmp_path: Path
) -> None:
    raw = asterisk_wrote(tmp_path, leads[0].attempt, 1.0)
    os.utime(raw)
    await write(engine, begun(leads[0]))
    await close(engine, leads[0], NOW - TALK)
    await RecordingKeeper(engine, tmp_path).look()
    assert (await row(engine, leads[0].attempt))["finished_at"] is None


async def test_asterisk_made_no_file(engine: AsyncEngine, leads: tuple[Lead, ...], tmp_path: Path) -> None:
    keeper = RecordingKeeper(engine, tmp_path)
    await write(engine, begun(leads[0]), begun(leads[1], since=datetime.now(UTC)))
    await keeper.look()
    await keeper.look()
    # Seen while the talk goes on, once; of one that has just begun nothing is said yet.
    assert keeper.figures()["recordings_failed_total"] == 1
    assert "Asterisk makes no file in" in (await row(engine, leads[0].attempt))["failure"]
    assert (await row(engine, leads[1].attempt))["failure"] is None
    await close(engine, leads[0], NOW - TALK)
    await keeper.look()
    failed = await row(engine, leads[0].attempt)
    assert failed["finished_at"] is not None
    assert (failed["sha256"], failed["seconds"], failed["bytes"]) == (None, None, None)
    assert "Asterisk makes no file in" in failed["failure"]
    assert keeper.figures()["recordings_failed_total"] == 1


async def test_a_file_that_lacks_a_part_is_kept_and_says_so(
    engine: AsyncEngine, leads: tuple[Lead, ...], tmp_path: Path
) -> None:
    keeper = RecordingKeeper(engine, tmp_path)
    asterisk_wrote(tmp_path, leads[0].attempt, 10.0)
    await write(engine, begun(leads[0]))
    await close(engine, leads[0], NOW - TALK)
    await keeper.look()
    short = await row(engine, leads[0].attempt)
    assert (short["seconds"], short["failure"]) == (10.0, "the last 20 s are missing; was the disk full?")
    assert short["sha256"] == checksum(kept_file(tmp_path, leads[0].attempt))
    assert keeper.figures()["recordings_failed_total"] == 1


async def test_a_file_that_cannot_be_made_is_told(engine: AsyncEngine, leads: tuple[Lead, ...], tmp_path: Path) -> None:
    keeper = RecordingKeeper(engine, tmp_path)
    raw_file(tmp_path, leads[0].attempt).symlink_to("/dev/full")
    await write(engine, begun(leads[0], since=NOW - 2 * MINUTE))
    await close(engine, leads[0], NOW - MINUTE)
    for _ in range(3):
        os.utime(raw_file(tmp_path, leads[0].attempt), (0, 0), follow_symlinks=False)
        await keeper.look()
    failed = await row(engine, leads[0].attempt)
    assert "the file cannot be made" in failed["failure"]
    assert keeper.figures()["recordings_failed_total"] == 1


async def test_what_nobody_asked_for_leaves_no_trace(
    engine: AsyncEngine, leads: tuple[Lead, ...], tmp_path: Path
) -> None:
    asterisk_wrote(tmp_path, leads[0].attempt, 30.0)
    silent = begun(leads[0], pauses=(Pause(since=NOW - MINUTE),))
    await write(engine, silent)
    await close(engine, leads[0], NOW - TALK)
    await RecordingKeeper(engine, tmp_path).look()
    assert await recordings(engine) == []
    assert names(tmp_path) == []


async def test_what_has_expired_goes_and_only_that(
    engine: AsyncEngine, leads: tuple[Lead, ...], tmp_path: Path
) -> None:
    keeper = RecordingKeeper(engine, tmp_path)
    for lead in leads[:2]:
        asterisk_wrote(tmp_path, lead.attempt, 30.0)
        await write(engine, begun(lead))
        await close(engine, lead, NOW - TALK)
    await keeper.look()
    await write(engine, begun(leads[2], since=datetime.now(UTC), keep_until=NOW - MINUTE))
    expired = "UPDATE recordings SET keep_until = now() - interval '1 s' WHERE attempt_id = :id"
    await do(engine, expired, id=leads[0].attempt)
    assert await keeper.delete_expired() == 1
    assert not kept_file(tmp_path, leads[0].attempt).exists()
    assert kept_file(tmp_path, leads[1].attempt).exists()
    assert (await row(engine, leads[0].attempt))["deleted_at"] is not None
    # One that goes on is not expired, whatever is said of it.
    assert (await row(engine, leads[2].attempt))["deleted_at"] is None
    assert await keeper.delete_expired() == 0
    assert keeper.figures()["recordings_deleted_total"] == 1


async def test_one_that_cannot_be_deleted_is_tried_again(
    engine: AsyncEngine, leads: tuple[Lead, ...], tmp_path: Path
) -> None:
    keeper = RecordingKeeper(engine, tmp_path)
    asterisk_wrote(tmp_path, leads[0].attempt, 30.0)
    await write(engine, begun(leads[0], keep_until=NOW - MINUTE))
    await close(engine, leads[0], NOW - TALK)
    await keeper.look()
    file = kept_file(tmp_path, leads[0].attempt)
    file.unlink()
    file.mkdir()
    assert await keeper.delete_expired() == 0
    file.rmdir()
    assert await keeper.delete_expired() == 1


async def test_the_export_names_the_file(engine: AsyncEngine, leads: tuple[Lead, ...], tmp_path: Path) -> None:
    asterisk_wrote(tmp_path, leads[0].attempt, 30.0)
    await write(engine, begun(leads[0]), begun(leads[1]))
    for lead in leads:
        await close(engine, lead, NOW - TALK)
    await RecordingKeeper(engine, tmp_path).look()
    out = io.StringIO()
    await write_csv(engine, SPRING, out)
    lines = {line["attempt_id"]: line for line in csv.DictReader(io.StringIO(out.getvalue()))}
    kept, failed, none = (lines[lead.attempt] for lead in leads)
    assert kept["recording"] == f"{leads[0].attempt}.wav"
    assert kept["recording_sha256"] == checksum(kept_file(tmp_path, leads[0].attempt))
    assert (failed["recording"], failed["recording_failure"][:21]) == ("", "Asterisk made no file")
    assert (none["recording"], none["recording_sha256"], none["recording_failure"]) == ("", "", "")
    assert len(await rows(engine, "SELECT FROM recordings")) == 2


async def test_a_callers_talk_gets_its_file_too(engine: AsyncEngine, run: Run, tmp_path: Path) -> None:
    caller = AttemptId("pbx-1700000000.12")
    keeper = RecordingKeeper(engine, tmp_path)
    asterisk_wrote(tmp_path, caller, 30.0)
    await write(engine, Recording(attempt=caller, since=NOW - MINUTE, keep_until=NOW + timedelta(days=90)))
    talking = RecordWait(
        caller=ChannelId(caller),
        arrived_at=NOW - 2 * MINUTE,
        terms=QueueTerms(team=TeamName("sales")),
        number="+8613800000001",
        position=1,
        expected_seconds=None,
        outcome=QueueOutcome.ANSWERED,
        agent=AgentNumber("1001"),
        answered_at=NOW - MINUTE,
        knows=Acquaintance(campaign=SPRING),
    )
    async with engine.begin() as connection:
        await record_waits(connection, run.id, [talking])
    assert [one.attempt for one in (await inherited(engine)).recordings] == [caller]
    await keeper.look()
    assert (await recordings(engine))[0]["finished_at"] is None
    async with engine.begin() as connection:
        await record_waits(connection, run.id, [replace(talking, left_at=NOW - TALK)])
    await keeper.look()
    [made] = await recordings(engine, SPRING)
    assert (made["talk"], made["attempt_id"], made["agent"], made["queue"]) == (caller, None, "1001", "sales")
    assert (made["seconds"], made["sha256"]) == (30.0, checksum(kept_file(tmp_path, caller)))
    await do(engine, "UPDATE recordings SET keep_until = now() - interval '1 s'")
    assert await keeper.delete_expired() == 1
    assert names(tmp_path) == []
