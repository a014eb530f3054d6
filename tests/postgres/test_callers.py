"""Who calls, and the promise to call back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads
from dialer.core.events import Event
from dialer.core.inbound.variables import Caller
from dialer.core.lead import Lead
from dialer.core.words import CampaignName, Disposition
from dialer.store.attempts import close_attempts, open_attempts
from dialer.store.callers import CallbackImpossible, find_caller, promise_callback
from dialer.store.leasing import Leasing
from dialer.store.list_import.merge import ONE_IMPORT_AT_A_TIME
from dialer.store.runs import Run
from dialer.store.suppressions import suppress_number
from tests.postgres.seeds import SPRING, closing, do, one, opening, rows, sow_campaign

pytestmark = pytest.mark.postgres

FIRST, SECOND = "+8613800000001", "+8613800000002"
STRANGER = "+8613900000009"
HOUR = timedelta(hours=1)


async def lease(engine: AsyncEngine, run: Run, count: int = 1) -> list[Lead]:
    answer = await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=count))
    return list(answer.leads)


async def call(engine: AsyncEngine, run: Run, lead: Lead, disposition: Disposition, **changes: Any) -> list[Event]:
    """One attempt, from its opening to its end."""
    async with engine.begin() as connection:
        opened = await open_attempts(connection, run.id, [opening(lead)])
    async with engine.begin() as connection:
        closed = closing(lead, disposition=disposition, **changes)
        return opened + await close_attempts(connection, [closed], pytest.fail)


async def test_a_stranger(engine: AsyncEngine) -> None:
    assert await find_caller(engine, STRANGER) == Caller(number=STRANGER)


async def test_a_customer_who_was_never_called(engine: AsyncEngine) -> None:
    await sow_campaign(engine)
    found = await find_caller(engine, FIRST)
    assert (found.name, found.last_campaign, found.callback, found.abandoned) == (f"客户 {FIRST}", None, False, None)
    assert found.customer == await one(engine, "SELECT customer_id FROM leads ORDER BY id LIMIT 1")


async def test_who_was_abandoned_and_who_talked(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine)
    first, second = await lease(engine, run, 2)
    await call(engine, run, first, Disposition.ABANDONED)
    await do(engine, "INSERT INTO agents (number, name) VALUES ('1001', '李娜')")
    talked = datetime.now(UTC) - timedelta(seconds=20)
    await call(engine, run, second, Disposition.ANSWERED, agent="1001", answered_at=talked, bridged_at=talked)

    lost = await find_caller(engine, FIRST)
    assert (lost.last_campaign, lost.last_agent, lost.abandoned) == (SPRING, None, first.attempt)
    heard = await find_caller(engine, SECOND)
    assert (heard.last_campaign, heard.last_agent, heard.abandoned) == (SPRING, "1001", None)

    # Answered later: the next call of theirs is a call like any other.
    await do(
        engine,
        "INSERT INTO inbound_calls (id, number, caller, arrived_at, returns_attempt_id) "
        "VALUES ('17.1', '100', '', now(), CAST(:attempt AS uuid))",
        attempt=first.attempt,
    )
    assert (await find_caller(engine, FIRST)).abandoned is None


async def test_a_promise_of_who_is_on_the_list(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine)
    leads = {lead.number: lead for lead in await lease(engine, run, 2)}
    await call(engine, run, leads[FIRST], Disposition.NO_ANSWER)
    await promise_callback(engine, FIRST, campaign=SPRING, after=timedelta(0))
    assert (await find_caller(engine, FIRST)).callback
    [again] = await lease(engine, run)
    assert again.number == FIRST
    # The third has never been leased yet.
    await promise_callback(engine, "+8613800000003", campaign=SPRING, after=HOUR)
    await promise_callback(engine, "+8613800000003", campaign=SPRING, after=3 * HOUR)
    [due] = await rows(engine, "SELECT due_at - now() AS ahead FROM campaign_leads WHERE callback AND run_id IS NULL")
    assert timedelta(minutes=59) < due["ahead"] <= HOUR


async def test_a_promise_to_a_stranger(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine)
    await promise_callback(engine, STRANGER, campaign=SPRING, after=timedelta(0))
    assert await one(engine, "SELECT size FROM lists") == 4
    found = await find_caller(engine, STRANGER)
    assert found.callback
    assert found.customer is not None
    first, *_ = await lease(engine, run, 4)
    assert (first.number, first.time_zones) == (STRANGER, ("Asia/Shanghai",))


async def test_a_caller_who_wants_it_sooner_takes_it_from_its_owner(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    await lease(engine, run, 1)
    await do(engine, "INSERT INTO agents (number) VALUES ('1001')")
    own = """UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL, callback = true, callback_agent = '1001',
             due_at = now() + interval '2 hours'"""
    await do(engine, own)
    await promise_callback(engine, FIRST, campaign=SPRING, after=3 * HOUR)
    assert await one(engine, "SELECT callback_agent FROM campaign_leads") == "1001"
    await promise_callback(engine, FIRST, campaign=SPRING, after=HOUR)
    assert await one(engine, "SELECT callback_agent FROM campaign_leads") is None


async def test_where_a_caller_is_is_known_by_the_customer_or_by_the_number(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 1)
    assert (await find_caller(engine, FIRST)).time_zones == ("Asia/Shanghai",)
    await do(engine, "UPDATE customers SET time_zone = 'Asia/Urumqi'")
    assert (await find_caller(engine, FIRST)).time_zones == ("Asia/Urumqi",)


async def test_promises_that_could_not_be_kept(engine: AsyncEngine) -> None:
    await sow_campaign(engine)
    with pytest.raises(CallbackImpossible, match="campaign autumn is unknown or has no list"):
        await promise_callback(engine, FIRST, campaign=CampaignName("autumn"), after=HOUR)
    await suppress_number(engine, FIRST, reason="asked", source="test")
    with pytest.raises(CallbackImpossible, match="must not be called"):
        await promise_callback(engine, FIRST, campaign=SPRING, after=HOUR)
    with pytest.raises(CallbackImpossible, match="is no valid number"):
        await promise_callback(engine, "+86138000", campaign=SPRING, after=HOUR)
    async with engine.begin() as importing:
        await importing.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_IMPORT_AT_A_TIME})")
        with pytest.raises(CallbackImpossible, match="a list is being imported"):
            await promise_callback(engine, STRANGER, campaign=SPRING, after=HOUR)
    assert await one(engine, "SELECT count(*) FROM customers") == 3
