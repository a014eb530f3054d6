"""Thirds are written down once each, as far as it came with them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.aside_words import TransferKind, TransferOutcome
from dialer.core.commands import FetchLeads
from dialer.core.events import AttemptRefused
from dialer.core.transfer import RecordTransfer
from dialer.core.words import AgentNumber, AttemptId, CampaignName, ChannelId, RunId
from dialer.store.attempts import open_attempts
from dialer.store.health import Health
from dialer.store.journal import Journal
from dialer.store.leasing import Leasing
from dialer.store.runs import Run
from dialer.store.transfers import left_thirds, record_transfers, transfers
from tests.postgres.seeds import SPRING, do, one, opening, sow_campaign

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ATTEMPT = AttemptId("5a0f1b0e-3c8e-4e57-9f43-5d7a1c0c8c11")
CALLED = RecordTransfer(
    third=ChannelId("third-1"),
    customer=ATTEMPT,
    called_us=False,
    agent=AgentNumber("1001"),
    kind=TransferKind.CONSULTATION,
    target="7010 账务 Billing",
    at=NOW,
    answered_at=None,
    ended_at=None,
    outcome=None,
)
ANSWERED = replace(CALLED, answered_at=NOW + timedelta(seconds=3))
WARM = replace(ANSWERED, kind=TransferKind.WARM)
OVER = replace(WARM, ended_at=NOW + timedelta(minutes=2), outcome=TransferOutcome.HANDED)


async def write(engine: AsyncEngine, *wishes: RecordTransfer) -> None:
    async with engine.begin() as connection:
        await record_transfers(connection, wishes)


OF_CALLER = replace(
    ANSWERED, third=ChannelId("third-2"), customer=AttemptId("pbx-1.1"), called_us=True, kind=TransferKind.BLIND
)


async def test_the_next_run_is_told_of_whom_no_end_is_written(engine: AsyncEngine) -> None:
    await write(engine, CALLED, OF_CALLER, replace(OVER, third=ChannelId("third-3")))
    inherited = await left_thirds(engine)
    assert {one.third: one for one in inherited.thirds} == {one.third: one for one in (CALLED, OF_CALLER)}
    over = replace(OF_CALLER, ended_at=NOW + timedelta(minutes=1), outcome=TransferOutcome.RESTART)
    await write(engine, over)
    assert [one.third for one in (await left_thirds(engine)).thirds] == [CALLED.third]
    [row] = [row for row in await transfers(engine) if row["third"] == OF_CALLER.third]
    assert (row["outcome"], row["ended_at"]) == ("restart", over.ended_at)


async def test_where_the_end_of_the_customers_call_is_written_that_is_the_end(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    [lead] = (await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=1))).leads
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(lead)])
    of_attempt = replace(CALLED, customer=lead.attempt)
    await write(engine, of_attempt, OF_CALLER)
    came = "INSERT INTO inbound_calls (id, number, caller, arrived_at) VALUES ('pbx-1.1', '200', '', :at)"
    await do(engine, came, at=NOW)
    # Both calls go on.
    assert len((await left_thirds(engine)).thirds) == 2
    ended = NOW + timedelta(minutes=3)
    await do(engine, "UPDATE inbound_calls SET ended_at = :at, outcome = 'transferred'", at=ended)
    # By another clock it ended before the third was called.
    await do(engine, "UPDATE attempts SET ended_at = :at, disposition = 'answered'", at=NOW - timedelta(hours=1))
    assert (await left_thirds(engine)).thirds == ()
    written = {row["third"]: (row["ended_at"], row["outcome"]) for row in await transfers(engine)}
    assert written == {"third-1": (NOW, "restart"), "third-2": (ended, "restart")}


async def test_a_third_is_one_row_from_the_call_to_the_end(engine: AsyncEngine) -> None:
    await write(engine, CALLED)
    assert await transfers(engine) == [
        {
            "third": "third-1",
            "attempt_id": ATTEMPT,
            "caller": None,
            "agent": "1001",
            "kind": "consultation",
            "target": "7010 账务 Billing",
            "at": NOW,
            "answered_at": None,
            "ended_at": None,
            "outcome": None,
        }
    ]
    await write(engine, ANSWERED, WARM, OVER)
    # What is written twice, or late, changes nothing.
    await write(engine, ANSWERED)
    await write(engine, replace(OVER, outcome=TransferOutcome.CUT, ended_at=NOW + timedelta(hours=1)))
    [row] = await transfers(engine)
    assert (row["kind"], row["outcome"], row["answered_at"], row["ended_at"]) == (
        "warm",
        "handed",
        ANSWERED.answered_at,
        OVER.ended_at,
    )


async def test_the_customer_may_be_a_caller(engine: AsyncEngine) -> None:
    await write(engine, replace(CALLED, customer=AttemptId("1700000000.12"), called_us=True))
    [row] = await transfers(engine)
    assert (row["attempt_id"], row["caller"]) == (None, "1700000000.12")


async def test_the_journal_writes_it(engine: AsyncEngine) -> None:
    journal = Journal(engine, RunId("1"), lambda _: None, Health(lambda _: None), on_oddity=lambda _: None)
    async with engine.begin() as connection:
        assert await journal._carry_out(connection, [CALLED, OVER]) == []
    assert [row["outcome"] for row in await transfers(engine)] == ["handed"]


async def test_an_agent_who_left_a_customer_to_a_colleague_can_have_another_call(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 3)
    leased = await Leasing(engine, run.id).fetch(FetchLeads(campaign=CampaignName(SPRING), count=3))
    first, second, third = leased.leads
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(first, agent="1001")])
    passed = RecordTransfer(
        third=ChannelId("colleague-1002-1"),
        customer=first.attempt,
        called_us=False,
        agent=AgentNumber("1001"),
        colleague=AgentNumber("1002"),
        kind=TransferKind.WARM,
        target="1002",
        at=NOW,
        answered_at=NOW,
        ended_at=None,
        outcome=None,
    )
    for so_far, verdicts in (
        (passed, ["agent in another call"]),
        (replace(passed, ended_at=NOW, outcome=TransferOutcome.HANDED), []),
    ):
        async with engine.begin() as connection:
            await record_transfers(connection, [so_far])
        lead = second if verdicts else third
        async with engine.begin() as connection:
            answers = await open_attempts(connection, run.id, [opening(lead, agent="1001")])
        assert [answer.reason for answer in answers if isinstance(answer, AttemptRefused)] == verdicts
    assert await one(engine, "SELECT agent FROM attempts WHERE id = CAST(:id AS uuid)", id=first.attempt) is None
