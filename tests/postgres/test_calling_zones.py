"""Nobody is leased while it is outside the calling hours of everybody who is due."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads
from dialer.core.events import LeadsFetched
from dialer.core.policy import HoursPolicy
from dialer.store.campaigns import register_campaign
from dialer.store.leasing import Leasing
from dialer.store.runs import Run
from tests.postgres.seeds import SPRING, do, policy, rows, sow

pytestmark = pytest.mark.postgres

RING = timedelta(seconds=20)


def open_in(zone_hours: int) -> HoursPolicy:
    """Open for two hours around now, by the clock of a zone so far from UTC."""
    now = datetime.now(UTC) + timedelta(hours=zone_hours)
    begin, end = (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time()
    windows = ((begin, end),) if begin < end else ((begin, time(0)), (time(0), end))
    return HoursPolicy(windows=dict.fromkeys(range(7), windows))


NOBODY = open_in(-8)
"""Numbers are in Shanghai, sixteen hours ahead of that clock."""


@pytest_asyncio.fixture
async def leasing(engine: AsyncEngine, run: Run) -> Leasing:
    await sow(engine, "people", [f"+861380000{n:04d}" for n in range(30)])
    await register_campaign(engine, policy(), "yaml")
    return Leasing(engine, run.id)


async def fetch(leasing: Leasing, hours: HoursPolicy | None, count: int = 10) -> LeadsFetched:
    return await leasing.fetch(FetchLeads(campaign=SPRING, count=count, hours=hours, ring_time=RING))


async def test_fresh_leads_stay_untouched(engine: AsyncEngine, leasing: Leasing) -> None:
    shut = await fetch(leasing, NOBODY)
    assert shut.opens_at is not None
    assert timedelta(hours=6) < shut.opens_at - datetime.now(UTC) < timedelta(hours=8)
    assert (shut.leads, shut.remaining, shut.total) == ((), 30, 30)
    assert await rows(engine, "SELECT FROM campaign_leads") == []
    assert len((await fetch(leasing, None)).leads) == 10


async def test_so_do_leads_that_are_due_again_and_those_that_are_not_due_say_nothing(
    engine: AsyncEngine, leasing: Leasing
) -> None:
    assert len((await fetch(leasing, None, 30)).leads) == 30
    await do(engine, "UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL, due_at = now() - interval '1 hour'")
    assert (await fetch(leasing, NOBODY)).leads == ()
    # One lives where it is day.
    await do(engine, "UPDATE customers SET time_zone = 'Etc/GMT+8' WHERE id = (SELECT min(id) FROM customers)")
    mixed = await fetch(leasing, NOBODY)
    assert (len(mixed.leads), mixed.opens_at) == (10, None)
    [one] = await rows(engine, "SELECT min(id) AS id FROM customers")
    await do(engine, "UPDATE campaign_leads SET due_at = now() + interval '1 hour' WHERE customer_id = :id", **one)
    await do(engine, "UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL")
    assert (await fetch(leasing, NOBODY)).leads == ()
    await do(engine, "UPDATE campaign_leads SET lead_end = 'reached', due_at = NULL WHERE customer_id = :id", **one)
    assert (await fetch(leasing, NOBODY)).leads == ()


async def test_within_the_hours_all_is_as_ever(leasing: Leasing) -> None:
    fetched = await fetch(leasing, open_in(8))
    assert (len(fetched.leads), fetched.opens_at) == (10, None)


async def test_where_nobody_is_due_nobody_opens(engine: AsyncEngine, leasing: Leasing) -> None:
    await fetch(leasing, None, 30)
    await do(engine, "UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL, due_at = now() + interval '1 hour'")
    nobody = await fetch(leasing, NOBODY)
    assert (nobody.leads, nobody.opens_at) == ((), None)
    assert nobody.next_due_at is not None
