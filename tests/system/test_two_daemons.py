"""A second daemon on the same database."""

from __future__ import annotations

import asyncio

import pytest

from dialer.core.words import Mode
from dialer.demo.child import start_daemon
from dialer.embedded.carrier.fates import FateKind
from dialer.store.runs import LOCK_CLASS
from tests.postgres.seeds import begin_run, do
from tests.system.cast import Cast
from tests.system.conftest import OpenFloor
from tests.system.floor import lines_of

pytestmark = [pytest.mark.asterisk, pytest.mark.postgres]

NOT_THERE = 3


async def test_it_is_sent_away_and_the_first_one_hears_nothing_of_it(open_with: OpenFloor) -> None:
    cast = Cast()
    [talked] = cast.talkers()
    waiting = cast.add(FateKind.BUSY, 2)
    floor = await open_with(cast, Mode.PROGRESSIVE, 1)
    await floor.log_in()
    await floor.start_campaign()
    await floor.until_agent("1001", "talking")
    leased = "SELECT lead_id FROM campaign_leads WHERE run_id IS NOT NULL ORDER BY lead_id"
    before = await floor.rows(leased)

    log = floor.stage.folder / "second.log"
    second = await start_daemon(floor.stage.site.site_file, log, {"WAIHU_AGI_PORT": "0"})
    async with asyncio.timeout(20):
        assert await second.wait() == NOT_THERE
    [line] = log.read_text(encoding="utf-8").splitlines()
    assert floor.stage.daemon is not None
    assert line.startswith(f"waihu: another waihu is at work on this database (run 1, pid {floor.stage.daemon.pid} on ")

    assert await floor.rows(leased) == before
    assert len(before) == 3
    assert dict(lines_of(await floor.status())) == {"talking": 1}
    [line] = await floor.customers_on_the_line()
    await floor.customer_hangs_up(line)
    await floor.until_recorded(3)
    assert await floor.drain() == 0
    attempts = {attempt["number"]: attempt["disposition"] for attempt in await floor.agreement()}
    assert attempts == {talked: "answered", waiting[0]: "busy", waiting[1]: "busy"}
    assert len(await floor.rows("SELECT FROM runs")) == 1


async def test_one_that_was_taken_over_ends_and_says_so(open_with: OpenFloor) -> None:
    floor = await open_with(Cast(), Mode.PROGRESSIVE, 1)
    engine = floor.stage.database
    locks = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = :class"
    await do(engine, locks, **{"class": LOCK_CLASS})
    other = await begin_run(engine)
    assert await floor.exit_code() == NOT_THERE
    assert "waihu: run 1 was taken over by another while its connection was away" in floor.log
    await other.vanish()
