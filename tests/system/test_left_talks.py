"""The daemon dies while an agent talks with a caller: the talk goes on, and its row is complete either way."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dialer.core.words import AttemptId, Mode
from dialer.daemon.recording_files import kept_file
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor, agent_of
from tests.system.test_queueing import ANNA, BEN, Line
from tests.system.test_recording import record_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

FLOW = """\
numbers: [200]
start: line
recording: all
dispositions: {solved: {key: 7}, nothing: {key: 8}}
default_disposition: nothing
steps: {line: {queue: {team: sales, wrap_up: 20s, say_position: false, say_wait: false}}}
"""


async def talking(open_with: OpenFloor, folder: Path) -> tuple[Floor, Line, str]:
    """Anna talks with a caller, and the talk is recorded; the answer's last is the caller."""
    await asyncio.to_thread(folder.mkdir)
    cast = Cast()
    cast.talkers(1)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2, environment={"WAIHU_RECORDINGS": str(folder)})
    line = Line(floor, FLOW)
    await line.open()
    await floor.log_in(ANNA)
    caller = await line.call(1)
    await floor.until_agent(ANNA, "talking")
    async with asyncio.timeout(10):
        while not await floor.rows("SELECT FROM queue_waits WHERE outcome = 'answered'"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return floor, line, caller


async def test_a_talk_that_goes_on_is_taken_up(open_with: OpenFloor, tmp_path: Path) -> None:
    floor, line, caller = await talking(open_with, tmp_path / "recordings")
    await asyncio.sleep(1)
    await floor.kill()
    await asyncio.sleep(1)
    await floor.start()
    status = await floor.until_agent(ANNA, "talking")
    [wait] = await line.waits()
    assert agent_of(status, ANNA)["attempt"] == wait["call_id"]
    assert agent_of(status, ANNA)["queue"] == "sales"
    # The next caller is for somebody else.
    await floor.log_in(BEN)
    second = await line.call(2)
    await floor.until_agent(BEN, "talking")
    await line.callers.hang_up(caller)
    await floor.until_agent(ANNA, "wrap_up")
    await floor.phones.press(ANNA, "7")
    await line.until_over(1)
    await line.callers.hang_up(second)
    await floor.until_agent(BEN, "wrap_up")
    await floor.phones.press(BEN, "*1")
    first, _ = await line.until_over(2)
    assert (first["agent_disposition"], first["agent"]) == ("solved", ANNA)
    assert (first["left_at"] - first["answered_at"]).total_seconds() > 2.0
    assert first["handled_at"] >= first["left_at"]
    async with asyncio.timeout(20):
        while len(made := await floor.rows("SELECT * FROM recordings WHERE sha256 IS NOT NULL")) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    [of_first] = [one for one in made if one["talk"] == first["call_id"]]
    assert abs(of_first["seconds"] - (first["left_at"] - first["answered_at"]).total_seconds()) < 0.5
    assert of_first["failure"] is None
    assert await floor.drain() == 0


async def test_one_that_ends_meanwhile_is_closed_by_the_dialplans_word(open_with: OpenFloor, tmp_path: Path) -> None:
    floor, line, caller = await talking(open_with, tmp_path / "recordings")
    await floor.kill()
    await asyncio.sleep(2)
    await line.callers.hang_up(caller)
    await asyncio.sleep(1.5)
    await floor.start()
    [wait] = await line.until_over(1)
    talked = (wait["left_at"] - wait["answered_at"]).total_seconds()
    assert 2.0 < talked < 10.0
    made = await record_of(floor)
    assert kept_file(tmp_path / "recordings", AttemptId(made["talk"])).exists()
    assert abs(made["seconds"] - talked) < 0.5
    # The agent, back in the waiting loop, is free for the next one.
    await floor.until_agent(ANNA, "ready")
    calls = await line.until_calls_over(1)
    assert calls["1"]["outcome"] == "transferred"
    assert await floor.drain() == 0
