"""What follows from a talk with a caller, for the lead of the campaign that called last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads
from dialer.core.events import AttemptRefused
from dialer.core.lead import Lead, LeadNext
from dialer.core.queueing import STRANGER, Acquaintance, CountTalk
from dialer.core.words import AgentNumber, ChannelId, CustomerId, LeadEnd
from dialer.store.attempts import open_attempts
from dialer.store.callers import find_caller
from dialer.store.leasing import Leasing
from dialer.store.runs import Run
from dialer.store.talks import count_talks
from tests.postgres.seeds import SPRING, do, one, opening, rows, sow_campaign

pytestmark = pytest.mark.postgres

NUMBER = "+8613800000001"
DUE = datetime(2030, 1, 1, tzinfo=UTC)


async def talk(engine: AsyncEngine, following: LeadNext, *, known: bool = True) -> None:
    """The customer of the first number called, and this follows."""
    knows = STRANGER
    if known:
        customer = CustomerId(await one(engine, "SELECT customer_id FROM leads ORDER BY id LIMIT 1"))
        knows = Acquaintance(customer=customer, campaign=SPRING)
    wish = CountTalk(caller=ChannelId("pbx-1.1"), knows=knows, number=NUMBER, next=following)
    async with engine.begin() as connection:
        await count_talks(connection, [wish])


async def leased(engine: AsyncEngine, run: Run) -> Lead:
    answer = await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=1))
    return answer.leads[0]


async def lead(engine: AsyncEngine) -> dict[str, Any]:
    [row] = await rows(engine, "SELECT * FROM campaign_leads")
    return row


async def given_back(engine: AsyncEngine, **changes: object) -> None:
    """The lead of an earlier call, as it stands between two."""
    said = ", ".join(f"{name} = :{name}" for name in changes)
    more = f", {said}" if said else ""
    await do(engine, f"UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL{more}", **changes)  # noqa: S608


async def test_a_promised_callback_is_fulfilled(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    await leased(engine, run)
    await given_back(engine, callback=True)
    assert (await find_caller(engine, NUMBER)).callback
    await talk(engine, LeadNext(end=LeadEnd.REACHED))
    row = await lead(engine)
    assert (row["lead_end"], row["due_at"], row["callback"]) == ("reached", None, False)
    assert not (await find_caller(engine, NUMBER)).callback


async def test_a_talk_says_when_we_call_again_and_uses_up_no_attempt(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    await leased(engine, run)
    await given_back(engine, attempts_made=2)
    await talk(engine, LeadNext(due_at=DUE))
    row = await lead(engine)
    assert (row["lead_end"], row["due_at"], row["callback"], row["attempts_made"]) == (None, DUE, False, 2)


async def test_a_lead_that_had_ended_comes_back_by_a_promise_alone(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    await leased(engine, run)
    await given_back(engine, lead_end="closed", due_at=None)
    await talk(engine, LeadNext(due_at=DUE))
    assert (await lead(engine))["lead_end"] == "closed"
    await talk(engine, LeadNext(due_at=DUE, callback=True))
    row = await lead(engine)
    assert (row["lead_end"], row["due_at"], row["callback"]) == (None, DUE, True)


async def test_who_was_about_to_be_dialled_is_not(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    waiting = await leased(engine, run)
    await talk(engine, LeadNext(end=LeadEnd.REACHED))
    async with engine.begin() as connection:
        [refused] = await open_attempts(connection, run.id, [opening(waiting)])
    assert isinstance(refused, AttemptRefused)
    assert (await lead(engine))["lead_end"] == "reached"


async def test_an_attempt_that_is_under_way_settles_the_lead_itself(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    dialled = await leased(engine, run)
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(dialled)])
    await talk(engine, LeadNext(end=LeadEnd.REACHED))
    row = await lead(engine)
    assert (row["lead_end"], str(row["attempt_id"])) == (None, dialled.attempt)


NEVER = LeadNext(end=LeadEnd.SUPPRESSED, suppress=True)


async def test_a_stranger_who_must_not_be_called_is_suppressed_by_number(engine: AsyncEngine) -> None:
    await talk(engine, NEVER, known=False)
    [row] = await rows(engine, "SELECT number, customer_id, source, proof FROM suppressions")
    assert row == {"number": NUMBER, "customer_id": None, "source": "call", "proof": "caller pbx-1.1"}


async def test_and_a_customer_as_a_person_as_well(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    await leased(engine, run)
    await given_back(engine, due_at=datetime.now(UTC) + timedelta(days=1))
    await talk(engine, NEVER)
    assert (await lead(engine))["lead_end"] == "suppressed"
    suppressed = await rows(engine, "SELECT number, customer_id IS NOT NULL AS person FROM suppressions ORDER BY id")
    assert suppressed == [{"number": NUMBER, "person": False}, {"number": None, "person": True}]


async def test_a_promise_of_an_agent_is_that_agents(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    await leased(engine, run)
    await given_back(engine)
    await talk(engine, LeadNext(due_at=DUE, callback=True, owner=AgentNumber("1001")))
    row = await lead(engine)
    assert (row["due_at"], row["callback"], row["callback_agent"]) == (DUE, True, "1001")
    await talk(engine, LeadNext(end=LeadEnd.REACHED))
    row = await lead(engine)
    assert (row["lead_end"], row["callback"], row["callback_agent"]) == ("reached", False, None)


async def test_whom_a_caller_told_not_to_call_is_in_the_proof(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 1)
    unwanted = LeadNext(end=LeadEnd.SUPPRESSED, suppress=True, suppressed_by=AgentNumber("1001"))
    await talk(engine, unwanted, known=False)
    [suppression] = await rows(engine, "SELECT number, proof FROM suppressions")
    assert suppression == {"number": NUMBER, "proof": "caller pbx-1.1, said to agent 1001"}
