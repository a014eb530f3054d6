"""SIGTERM, once and twice."""

from __future__ import annotations

import signal
from datetime import UTC, datetime

import pytest

from dialer.core.words import Mode
from dialer.embedded.carrier.fates import FateKind
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import lines_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]


async def test_a_drain_lets_live_calls_finish_and_leaves_nothing_open(open_with: OpenFloor) -> None:
    cast = Cast()
    [talked] = cast.talkers()
    [rang] = cast.add(FateKind.NO_ANSWER, ring=2)
    cast.add(FateKind.BUSY, 5)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until(lambda status: lines_of(status)["talking"] == 1 and lines_of(status)["ringing"] == 1)

    floor.signal(signal.SIGTERM)
    await floor.until(lambda status: status["holds"] == ["draining"])
    assert await floor.rows("SELECT FROM campaign_leads WHERE run_id IS NOT NULL AND attempt_id IS NULL") == []
    await floor.until(lambda status: dict(lines_of(status)) == {"talking": 1})
    [line] = await floor.customers_on_the_line()
    hung_up_at = datetime.now(UTC)
    await floor.customer_hangs_up(line)
    assert await floor.exit_code() == 0

    attempts = {attempt["number"]: attempt for attempt in await floor.agreement()}
    assert {number: attempt["disposition"] for number, attempt in attempts.items()} == {
        talked: "answered",
        rang: "no_answer",
    }
    assert attempts[talked]["agent_disposition"] == "not_interested"
    assert await floor.rows("SELECT FROM campaign_leads WHERE run_id IS NOT NULL") == []
    [run] = await floor.rows("SELECT ended_at, taken_over_by FROM runs")
    assert run["ended_at"] is not None
    assert run["taken_over_by"] is None
    shifts = await floor.rows("SELECT agent, max(until) AS until FROM agent_intervals GROUP BY agent ORDER BY agent")
    assert [row["agent"] for row in shifts] == ["1001", "1002"]
    assert all(hung_up_at <= row["until"] <= run["ended_at"] for row in shifts)
    # Their phones stay up for the daemon that comes next.
    assert floor.carrier.phone_calls() == []


async def test_a_second_signal_ends_it_at_once_and_the_next_daemon_makes_it_good(open_with: OpenFloor) -> None:
    cast = Cast()
    [talked] = cast.talkers()
    [rang] = cast.add(FateKind.NO_ANSWER, ring=2)
    floor = await open_with(cast, Mode.PROGRESSIVE, 2)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until(lambda status: lines_of(status)["talking"] == 1 and lines_of(status)["ringing"] == 1)
    floor.signal(signal.SIGTERM)
    await floor.until(lambda status: status["holds"] == ["draining"])
    floor.signal(signal.SIGTERM)
    assert await floor.exit_code(5) == 1
    assert len(await floor.rows("SELECT FROM attempts WHERE ended_at IS NULL")) == 2

    await floor.start()
    await floor.until(lambda status: dict(lines_of(status)) == {"talking": 1})
    [line] = await floor.customers_on_the_line()
    await floor.customer_hangs_up(line)
    await floor.until_recorded(2)
    assert await floor.drain() == 0
    attempts = {attempt["number"]: attempt["disposition"] for attempt in await floor.agreement()}
    assert attempts == {talked: "answered", rang: "no_answer"}
