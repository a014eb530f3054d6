"""A colleague asked into a talk, and given the customer, with the whole of Waihu, for called and for callers."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from dialer.core.words import AgentOrder, Mode
from dialer.embedded.carrier.ears import Voice
from tests.asterisk.tones import write_tone
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.test_queueing import ANNA, BEN, MUSIC, quiet
from tests.system.test_talk import Begin, Talk, begin_talk

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]


async def with_called(open_with: OpenFloor, folder: Path) -> Talk:
    """Anna talks with a customer who was called; Ben is logged in, and paused."""
    cast = Cast()
    cast.talkers(1)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2, wrap_up="20s")
    music = floor.stage.folder / "music"
    await asyncio.to_thread(music.mkdir)
    await asyncio.to_thread(write_tone, music / "music.wav", MUSIC, 3)
    held = f"[default]\nmode = files\ndirectory = {music}\n"
    await asyncio.to_thread((floor.stage.pbx.instance.etc / "musiconhold.conf").write_text, held)
    await floor.stage.pbx.instance.cli("moh reload")
    await floor.log_in()
    await floor.order_agent(BEN, AgentOrder.PAUSE, "lunch")
    await floor.start_campaign()
    return await begin_talk(floor, folder)


async def with_caller(open_with: OpenFloor, folder: Path) -> Talk:
    """The same with a caller out of the queue."""
    floor, line = await quiet(open_with, agents=2)
    await floor.log_in()
    await floor.order_agent(BEN, AgentOrder.PAUSE, "lunch")
    await line.call(1)
    return await begin_talk(floor, folder)


@pytest.mark.parametrize("begin", [with_called, with_caller])
async def test_a_colleague_is_asked_comes_in_and_has_the_customer_in_the_end(
    open_with: OpenFloor, tmp_path: Path, begin: Begin
) -> None:
    talk = await begin(open_with, tmp_path)
    floor = talk.floor
    # Whoever is paused is not asked.
    await talk.press(f"*6{BEN}#")
    assert await talk.transfers() == []
    await floor.order_agent(BEN, AgentOrder.READY)
    await floor.until_agent(BEN, "ready")
    talk.voices["colleague"] = Voice(await talk.ears.phone(BEN), 1200)

    await talk.press(f"*6{BEN}#")
    await talk.until("consult")
    await floor.until_agent(BEN, "talking")
    await talk.ears.say(talk.voices["colleague"])
    await talk.until_heard({"customer": {"music"}, "agent": {"colleague"}, "colleague": {"agent"}})
    await talk.press("*7")
    await talk.until("three_way")
    await talk.until_heard(
        {"customer": {"agent", "colleague"}, "agent": {"customer", "colleague"}, "colleague": {"customer", "agent"}}
    )
    await talk.press("*6")
    await floor.until_agent(ANNA, "ready")
    await talk.until_heard({"customer": {"colleague"}, "agent": set(), "colleague": {"customer"}})
    await floor.customer_hangs_up(talk.customer)
    await floor.until_agent(BEN, "wrap_up")
    await floor.order_agent(BEN, AgentOrder.READY)
    await floor.until_agent(BEN, "ready")

    [told] = await talk.ended_transfers()
    assert (told["kind"], told["agent"], told["outcome"]) == ("warm", ANNA, "handed")
    assert told["target"].startswith(BEN)
    if begin is with_called:
        await floor.until_recorded(1)
        [attempt] = await floor.rows("SELECT * FROM attempts")
        assert (attempt["disposition"], attempt["agent"], attempt["id"]) == ("answered", BEN, told["attempt_id"])
        assert attempt["bridged_at"] < told["ended_at"] < attempt["ended_at"]
    else:
        await floor.until_rows("SELECT FROM queue_waits WHERE handled_at IS NOT NULL", seconds=10)
        [wait] = await floor.rows("SELECT * FROM queue_waits")
        assert (wait["outcome"], wait["agent"], told["caller"]) == ("answered", BEN, wait["call_id"])
    assert await floor.drain() == 0
    first, colleague = [
        await floor.rows("SELECT * FROM agent_intervals WHERE agent = :agent ORDER BY since, id", agent=agent)
        for agent in (ANNA, BEN)
    ]
    for day in (first, colleague):
        assert all(one["until"] == other["since"] for one, other in pairwise(day))
    assert [row["reason"] for row in first if row["state"] == "talking"][:3] == ["", "consult", "three_way"]
    reasons = [row["reason"] for row in colleague if row["state"] == "talking"]
    # While the customer is on the way to the colleague it is a consultation again.
    assert (reasons[0], "three_way" in reasons, reasons[-1]) == ("consult", True, "")
