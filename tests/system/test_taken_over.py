"""A supervisor who has taken a customer over and pauses the recording, with the whole of Waihu: heard in the file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dialer.core.words import AttemptId, Mode
from dialer.daemon.recording_files import kept_file
from dialer.embedded.carrier.ears import LOUD, RATE, Ears, Voice, level
from dialer.embedded.carrier.fates import FateKind
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import Floor
from tests.system.test_queueing import FLOW, Line
from tests.system.test_recording import moment, record_of, sides
from tests.system.test_supervision import ANNA, BOSS, boss_of, supervised, until_boss

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

CUSTOMER_HERTZ, BOSS_HERTZ = 440, 1200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings"
    made.mkdir()
    return made


async def take_over_and_pause(floor: Floor, tmp_path: Path, disposition: str) -> str:
    """The supervisor takes Anna's customer over, pauses by key, goes on by command and says how it went; the answer is
    the customer's line."""
    await floor.until_agent(ANNA, "talking")
    await floor.stage.waihu("supervise", "take-over", BOSS, ANNA)
    await until_boss(floor, "talking")
    [customer] = await floor.customers_on_the_line()
    ears = Ears(floor.carrier, tmp_path)
    await ears.say(Voice(customer, CUSTOMER_HERTZ), Voice(await ears.phone(BOSS), BOSS_HERTZ))
    assert boss_of(await floor.status())["recording"] == "on"
    await asyncio.sleep(1.5)
    await floor.phones.press(BOSS, "*3")
    await record_of(floor, "pauses->0->>'until' IS NULL AND jsonb_array_length(pauses) = 1")
    await floor.until(lambda status: boss_of(status)["recording"] == "paused")
    await asyncio.sleep(1.5)
    await floor.stage.waihu("supervise", "record", BOSS)
    await record_of(floor, "pauses->0->>'until' IS NOT NULL")
    await asyncio.sleep(1.5)
    await floor.stage.waihu("supervise", "dispose", BOSS, disposition)
    return customer


def check(file: Path, made: dict[str, Any]) -> None:
    """Supervisor left and customer right are there before the pause and after it, and neither within."""
    left, right = sides(file)
    [pause] = made["pauses"]
    began, ended = (moment(pause[key]) - made["since"].timestamp() for key in ("since", "until"))
    assert ended - began > 1.0

    def heard(side: np.ndarray, start: float, end: float, hertz: int) -> bool:
        return level(side[round(start * RATE) : round(end * RATE)], hertz) > LOUD

    # 0.1 s of the customer's way is in no file, and 0.4 s is for what was on its way.
    for start, end in ((began - 1.0, began - 0.5), (ended + 0.4, ended + 0.9)):
        assert (heard(left, start, end, BOSS_HERTZ), heard(left, start, end, CUSTOMER_HERTZ)) == (True, False)
        assert (heard(right, start, end, CUSTOMER_HERTZ), heard(right, start, end, BOSS_HERTZ)) == (True, False)
    for side in (left, right):
        assert not side[round((began + 0.3) * RATE) : round((ended - 0.5) * RATE)].any()


async def test_of_a_customer_who_was_called(open_with: OpenFloor, folder: Path, tmp_path: Path) -> None:
    cast = Cast()
    cast.talkers()
    environment = {"WAIHU_RECORDINGS": str(folder)}
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, environment=environment, recording="all")
    await supervised(floor)
    await floor.stage.waihu("supervise", "listen", BOSS, ANNA)
    await floor.log_in()
    await floor.start_campaign()
    customer = await take_over_and_pause(floor, tmp_path, "sale")
    await floor.customer_hangs_up(customer)
    await floor.until_closed(1)
    made = await record_of(floor)
    [exported] = await floor.attempts()
    assert (exported["agent"], exported["taken_over_by"], exported["agent_disposition"]) == (ANNA, BOSS, "sale")
    assert await floor.drain() == 0
    check(kept_file(folder, AttemptId(made["talk"])), made)


async def test_of_a_caller(open_with: OpenFloor, folder: Path, tmp_path: Path) -> None:
    environment = {"WAIHU_RECORDINGS": str(folder)}
    cast = Cast()
    cast.add(FateKind.BUSY)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1, environment=environment)
    line = Line(floor, "recording: all\ndispositions: {solved: {key: 7}}\n" + FLOW)
    await line.open()
    await supervised(floor)
    await floor.stage.waihu("supervise", "listen", BOSS, ANNA)
    await floor.log_in()
    caller = await line.call(1)
    await take_over_and_pause(floor, tmp_path, "solved")
    await line.callers.hang_up(caller)
    [waited] = await line.until_over(1)
    made = await record_of(floor)
    assert (waited["agent"], waited["taken_over_by"], waited["agent_disposition"]) == (ANNA, BOSS, "solved")
    assert await floor.drain() == 0
    check(kept_file(folder, AttemptId(made["talk"])), made)
