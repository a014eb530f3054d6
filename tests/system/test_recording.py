"""Talks recorded by the whole of Waihu: heard side by side, paused by a key, through the death of the daemon."""

from __future__ import annotations

import asyncio
import time
import wave
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dialer.core.words import AgentOrder, AttemptId, Mode
from dialer.daemon.recording_files import checksum, kept_file
from dialer.embedded.carrier.ears import LOUD, RATE, Ears, Voice, level
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, agent_of, campaign_of, lines_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

ANNA = "1001"
CUSTOMER_HERTZ, AGENT_HERTZ = 440, 800


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings"
    made.mkdir()
    return made


async def record_of(floor: Floor, is_so: str = "finished_at IS NOT NULL") -> dict[str, Any]:
    """The only recording, when it is so."""
    deadline = time.monotonic() + 20
    while not (found := await floor.rows(f"SELECT * FROM recordings WHERE {is_so}")):  # noqa: S608 - our own words
        assert time.monotonic() < deadline, floor.log[-3000:]
        await asyncio.sleep(0.1)
    [recording] = found
    return recording


def sides(file: Path) -> tuple[np.ndarray, np.ndarray]:
    with wave.open(str(file)) as kept:
        assert (kept.getnchannels(), kept.getframerate()) == (2, RATE)
        samples = np.frombuffer(kept.readframes(kept.getnframes()), dtype="<i2").astype(float)
    return samples[0::2], samples[1::2]


async def speak(floor: Floor, folder: Path) -> str:
    """Customer and agent say a tone each; the answer is the customer's line at the carrier."""
    ears = Ears(floor.carrier, folder)
    [line] = await floor.customers_on_the_line()
    await ears.say(Voice(line, CUSTOMER_HERTZ), Voice(await ears.phone(ANNA), AGENT_HERTZ))
    return line


async def test_a_pause_by_key_outlives_the_daemon_and_the_file_is_right(
    open_with: OpenFloor, folder: Path, tmp_path: Path
) -> None:
    cast = Cast()
    [_] = cast.talkers()
    environment = {"WAIHU_RECORDINGS": str(folder)}
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, environment=environment, recording="all")
    await floor.log_in()
    await floor.start_campaign()
    status = await floor.until_agent(ANNA, "talking")
    attempt = AttemptId(agent_of(status, ANNA)["attempt"])
    line = await speak(floor, tmp_path)
    await asyncio.sleep(1.5)
    await floor.phones.press(ANNA, "*3")
    paused = await record_of(floor, "pauses->0->>'until' IS NULL AND jsonb_array_length(pauses) = 1")
    assert str(paused["attempt_id"]) == attempt

    # Asterisk keeps the pause while the daemon is away, and the next daemon knows of it.
    await floor.kill()
    await floor.start()
    await floor.until(lambda status: lines_of(status)["talking"] == 1)
    await asyncio.sleep(1.0)
    await floor.order_agent(ANNA, AgentOrder.RECORD)
    await record_of(floor, "pauses->0->>'until' IS NOT NULL")
    await asyncio.sleep(1.5)
    await floor.customer_hangs_up(line)
    await floor.until_closed(1)
    made = await record_of(floor)
    assert await floor.drain() == 0

    file = kept_file(folder, attempt)
    assert (made["sha256"], made["bytes"], made["failure"]) == (checksum(file), file.stat().st_size, None)
    [exported] = await floor.attempts()
    assert (exported["recording"], exported["recording_sha256"]) == (file.name, made["sha256"])
    assert abs(exported["seconds_talked"] - made["seconds"]) < 1.0
    left, right = sides(file)
    [pause] = made["pauses"]
    began, ended = ((moment(pause[key]) - made["since"].timestamp()) for key in ("since", "until"))
    assert ended - began > 1.5
    # By the clock of the recording itself, with 0.4 s for what was on its way.
    for start, end in ((began - 1.0, began - 0.4), (ended + 0.4, ended + 1.0)):
        agent, customer = (side[round(start * RATE) : round(end * RATE)] for side in (left, right))
        assert level(agent, AGENT_HERTZ) > LOUD > level(agent, CUSTOMER_HERTZ)
        assert level(customer, CUSTOMER_HERTZ) > LOUD > level(customer, AGENT_HERTZ)
    for side in (left, right):
        assert not side[round((began + 0.4) * RATE) : round((ended - 0.4) * RATE)].any()


async def test_on_demand_only_what_was_asked_for_is_kept(open_with: OpenFloor, folder: Path, tmp_path: Path) -> None:
    cast = Cast()
    cast.talkers(2)
    environment = {"WAIHU_RECORDINGS": str(folder)}
    recording = {"calls": "on_demand", "notice": "beep"}
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, environment=environment, recording=recording)
    await floor.log_in()
    await floor.start_campaign()
    # With the first customer nobody asks.
    await floor.until_agent(ANNA, "talking")
    line = await speak(floor, tmp_path)
    await asyncio.sleep(1.0)
    await floor.customer_hangs_up(line)
    await floor.until(lambda status: campaign_of(status)["dispositions"].get("answered") == 1)
    status = await floor.until_agent(ANNA, "talking")
    attempt = AttemptId(agent_of(status, ANNA)["attempt"])
    line = await speak(floor, tmp_path)
    await asyncio.sleep(1.0)
    await floor.phones.press(ANNA, "*4")
    asked = await record_of(floor, "pauses->0->>'until' IS NOT NULL")
    assert asked["announced"]
    await asyncio.sleep(1.0)
    await floor.customer_hangs_up(line)
    await floor.until_closed(2)
    made = await record_of(floor)
    await floor.until_true(lambda: [path.name for path in folder.iterdir()] == [f"{attempt}.wav"])
    assert len(await floor.rows("SELECT FROM recordings")) == 1
    assert await floor.drain() == 0
    left, right = sides(kept_file(folder, attempt))
    [pause] = made["pauses"]
    until = moment(pause["until"]) - made["since"].timestamp()
    for side, hertz in ((left, AGENT_HERTZ), (right, CUSTOMER_HERTZ)):
        assert not side[round(0.6 * RATE) : round((until - 0.4) * RATE)].any()
        assert level(side[round((until + 0.4) * RATE) : round((until + 0.9) * RATE)], hertz) > LOUD


async def test_a_folder_that_asterisk_cannot_write_to_is_seen_in_log_metric_and_row(
    open_with: OpenFloor, tmp_path: Path
) -> None:
    cast = Cast()
    cast.talkers()
    # Not even root can make a file there.
    environment = {"WAIHU_RECORDINGS": "/proc/waihu"}
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, environment=environment, recording="all")
    assert "talks cannot be recorded" in floor.log
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_agent(ANNA, "talking")
    failed = await record_of(floor, "failure IS NOT NULL")
    assert "Asterisk makes no file in /proc/waihu" in failed["failure"]
    assert "waihu_recordings_failed_total 1.0" in (await floor.get("/metrics")).text
    assert "a talk is not recorded as it should be" in floor.log
    # The talk itself goes on.
    [line] = await floor.customers_on_the_line()
    await floor.customer_hangs_up(line)
    await floor.until_closed(1)
    await record_of(floor)
    [exported] = await floor.attempts()
    assert exported["disposition"] == "answered"
    assert (exported["recording"], exported["recording_sha256"]) == (None, None)
    assert exported["recording_failure"] == failed["failure"]
    assert await floor.drain() == 0


def moment(written: str) -> float:
    """Of a time in JSON, as an epoch."""
    return datetime.fromisoformat(written).timestamp()
