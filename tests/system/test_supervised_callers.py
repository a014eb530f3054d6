"""Supervisors at talks with callers, with the whole of Waihu: who hears whom is measured at every far end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.system.conftest import OpenFloor
from tests.system.test_queueing import quiet
from tests.system.test_supervision import ANNA, BOSS, Voices, audit, boss_of, supervised, until_boss

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]


async def test_a_caller_is_heard_whispered_to_barged_in_on_and_taken_over(open_with: OpenFloor, tmp_path: Path) -> None:
    floor, line = await quiet(open_with)
    await supervised(floor)
    await floor.log_in()
    first = await line.call(1)
    await floor.until_agent(ANNA, "talking")
    voices = Voices(floor, tmp_path)
    await floor.stage.waihu("supervise", "listen", BOSS, ANNA)
    status = await until_boss(floor, "listening")
    [caller] = await floor.customers_on_the_line()
    both = {"customer", "agent"}
    assert await voices.heard(caller) == {"customer": {"agent"}, "agent": {"customer"}, "boss": both}
    await floor.phones.press(BOSS, "2")
    await until_boss(floor, "whispering")
    assert await voices.heard(caller) == {"customer": {"agent"}, "agent": {"customer", "boss"}, "boss": both}
    await floor.phones.press(BOSS, "3")
    await until_boss(floor, "barging")
    assert await voices.heard(caller) == {"customer": {"agent", "boss"}, "agent": {"customer", "boss"}, "boss": both}

    await floor.phones.press(BOSS, "4")
    await until_boss(floor, "talking")
    assert await voices.heard(caller) == {"customer": {"boss"}, "agent": set(), "boss": {"customer"}}
    # The agent is free for the next caller while the first one talks with the supervisor.
    second = await line.call(2)
    await floor.until_agent(ANNA, "talking")
    await line.callers.hang_up(first)
    await until_boss(floor, "barging")
    await asyncio.sleep(0.5)
    await line.callers.hang_up(second)
    await until_boss(floor, "waiting")
    await floor.phones.hang_up(BOSS)
    one, two = await line.until_over(2)
    assert (one["agent"], one["taken_over_by"], one["taken_over_at"] > one["answered_at"]) == (ANNA, BOSS, True)
    assert (two["agent"], two["taken_over_by"]) == (ANNA, None)
    assert one["left_at"] > one["taken_over_at"]
    assert boss_of(status)["attempt"] == one["call_id"]

    assert await audit(floor) == ["listening", "whispering", "barging", "talking", "barging"]
    rows = await floor.rows("SELECT * FROM supervision_stretches WHERE state <> 'waiting' ORDER BY since, id")
    assert {row["caller"] for row in rows} == {one["call_id"], two["call_id"]}
    assert {row["attempt_id"] for row in rows} == {None}
    assert one["call_id"] in await floor.stage.waihu("supervise", "audit", "--json")
    assert await floor.drain() == 0
