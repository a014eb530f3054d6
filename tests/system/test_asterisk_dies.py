"""Asterisk is killed under a running campaign, and started again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from dialer.core.words import Mode
from dialer.embedded.carrier.fates import FateKind
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import campaign_of, lines_of, state_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

AWAY_SECONDS = 3.0


async def test_every_call_that_died_with_it_is_closed_and_the_campaign_goes_on(open_with: OpenFloor) -> None:
    cast = Cast()
    [talked] = cast.talkers()
    [rang] = cast.add(FateKind.RINGS_ON, ring=60)
    rest = cast.add(FateKind.BUSY, 2)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2, pacing={"ring_time": "30s"})
    agents = [agent.number for agent in floor.stage.agents]
    await floor.log_in()
    await floor.start_campaign()
    await floor.until(lambda status: lines_of(status)["talking"] == 1 and lines_of(status)["ringing"] == 1)

    await floor.stage.pbx.instance.kill()
    died_at = datetime.now(UTC)
    await floor.until(lambda status: "asterisk_lost" in status["holds"])
    ill = await floor.get("/healthz")
    assert ill.status_code == 503
    assert ill.json()["parts"] == {"asterisk": False, "store": True, "core": True}
    assert "waihu_asterisk_connected 0.0" in (await floor.get("/metrics")).text
    await asyncio.sleep(AWAY_SECONDS)
    assert await floor.rows("SELECT FROM attempts WHERE ended_at IS NOT NULL") == []

    await floor.stage.pbx.instance.start()
    status = await floor.until(lambda status: not status["holds"] and not lines_of(status))
    assert [state_of(status, agent) for agent in agents] == ["lost", "lost"]
    assert campaign_of(status)["state"] == "running"
    assert (await floor.get("/healthz")).status_code == 200
    # The other side learns of the dead Asterisk by its own timers; here at once.
    await floor.carrier.instance.cli("channel request hangup all")
    attempts = {attempt["number"]: attempt for attempt in await floor.attempts()}
    assert attempts[talked]["disposition"] == "answered"
    assert attempts[talked]["agent"] in agents
    assert attempts[rang]["disposition"] == "failed"
    for number in (talked, rang):
        assert abs(datetime.fromisoformat(attempts[number]["ended_at"]) - died_at) < timedelta(seconds=1)

    await floor.log_in()
    await floor.until_recorded(4)
    assert await floor.drain() == 0
    dispositions = {attempt["number"]: attempt["disposition"] for attempt in await floor.attempts()}
    assert len(dispositions) == 4
    assert {dispositions[number] for number in rest} == {"busy"}
    states = await floor.rows("SELECT agent, state FROM agent_intervals WHERE state = 'lost'")
    assert sorted(row["agent"] for row in states) == agents
