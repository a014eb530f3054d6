"""The journal writes in order and in groups, survives PostgreSQL's absence, and does not choke on one bad wish."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads, RecordCampaignState, RecordInterval, ReturnLeads
from dialer.core.events import (
    AttemptClosed,
    AttemptOpened,
    AttemptRefused,
    Event,
    LeadsFetched,
    StoreBack,
    StoreLost,
)
from dialer.core.lead import Lead
from dialer.core.words import AgentNumber, AgentState, CampaignName, CampaignState, RunId
from dialer.embedded.postgres import PostgresServer
from dialer.store import schema
from dialer.store.campaigns import kept_states
from dialer.store.connect import make_engine
from dialer.store.health import LATE_SECONDS, Health
from dialer.store.journal import Journal, JournalFull
from dialer.store.runs import Run
from dialer.tasks import TaskCrew
from tests.postgres.seeds import SPRING, Inbox, begin_run, closing, do, one, opening, rows, sow_campaign

pytestmark = pytest.mark.postgres


class Desk:
    """A journal at work, and what it posted."""

    def __init__(self, engine: AsyncEngine, run: RunId) -> None:
        self.inbox = Inbox()
        self.oddities: list[str] = []
        self.health = Health(self.inbox)
        self.journal = Journal(engine, run, self.inbox, self.health, on_oddity=self.oddities.append)

    def got(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.inbox.events if isinstance(event, kind)]

    async def leads(self, count: int, campaign: str = SPRING) -> tuple[Lead, ...]:
        before = len(self.got(LeadsFetched))
        self.journal.perform(FetchLeads(campaign=CampaignName(campaign), count=count))
        await self.inbox.until(lambda: len(self.got(LeadsFetched)) > before)
        answer = self.got(LeadsFetched)[-1]
        assert isinstance(answer, LeadsFetched)
        return answer.leads


@asynccontextmanager
async def working(engine: AsyncEngine, run: RunId) -> AsyncIterator[Desk]:
    desk = Desk(engine, run)
    died: list[BaseException] = []
    crew = TaskCrew(lambda name, error: died.append(error))
    crew.start("journal", desk.journal.write())
    crew.start("leases", desk.journal.fetch())
    yield desk
    await crew.close()
    assert died == []


@pytest_asyncio.fixture
async def desk(engine: AsyncEngine, run: Run) -> AsyncIterator[Desk]:
    async with working(engine, run.id) as desk:
        yield desk


def interval(agent: str, minute: int, state: AgentState = AgentState.READY) -> RecordInterval:
    since = datetime(2026, 3, 2, 9, minute, tzinfo=UTC)
    return RecordInterval(
        agent=AgentNumber(agent),
        state=state,
        reason="",
        since=since,
        until=since + timedelta(seconds=50),
        attempt=None,
        campaign=SPRING,
    )


async def test_a_call_from_lease_to_outcome(engine: AsyncEngine, desk: Desk) -> None:
    await sow_campaign(engine, 2)
    first, second = await desk.leads(2)
    desk.journal.perform(opening(first))
    desk.journal.perform(ReturnLeads(leads=(second,), reason="stopped"))
    await desk.inbox.until(lambda: bool(desk.got(AttemptOpened)))
    desk.journal.perform(closing(first))
    await asyncio.wait_for(desk.journal.drain(), 10)
    assert desk.got(AttemptClosed) == [AttemptClosed(attempt=first.attempt)]
    assert desk.journal.depth == 0
    assert await one(engine, "SELECT count(*) FROM campaign_leads WHERE run_id IS NOT NULL") == 0


async def test_what_queues_up_during_a_commit_shares_the_next_one(engine: AsyncEngine, desk: Desk) -> None:
    await sow_campaign(engine, 200)
    leads = await desk.leads(200)
    commits: list[int] = []
    sqlalchemy_event.listen(engine.sync_engine, "commit", lambda connection: commits.append(1))
    for lead in leads:
        desk.journal.perform(opening(lead))
    await asyncio.wait_for(desk.journal.drain(), 10)
    assert len(desk.got(AttemptOpened)) == 200
    assert len(commits) == 1


async def test_an_attempt_opened_and_closed_in_one_breath_is_written_in_that_order(
    engine: AsyncEngine, desk: Desk
) -> None:
    await sow_campaign(engine, 1)
    (lead,) = await desk.leads(1)
    desk.journal.perform(opening(lead))
    desk.journal.perform(closing(lead))
    await asyncio.wait_for(desk.journal.drain(), 10)
    assert [type(event) for event in desk.inbox.events[1:]] == [AttemptOpened, AttemptClosed]
    assert desk.oddities == []


async def test_a_bad_wish_is_reported_and_its_neighbours_are_written(engine: AsyncEngine, desk: Desk) -> None:
    await sow_campaign(engine, 2)
    good, bad = await desk.leads(2)
    desk.journal.perform(interval("1001", 1))
    desk.journal.perform(opening(good))
    desk.journal.perform(replace(opening(bad), config_version="never registered"))
    desk.journal.perform(replace(interval("1001", 2), reason="a NUL \0 in a text"))
    desk.journal.perform(interval("1001", 3))
    await asyncio.wait_for(desk.journal.drain(), 10)
    assert desk.got(AttemptOpened) == [AttemptOpened(attempt=good.attempt)]
    (refusal,) = desk.got(AttemptRefused)
    assert isinstance(refusal, AttemptRefused)
    assert refusal.attempt == bad.attempt
    assert refusal.reason.startswith("not recordable: ")
    assert len(desk.oddities) == 2
    assert "RecordInterval" in desk.oddities[1]
    assert await one(engine, "SELECT count(*) FROM agent_intervals") == 2
    assert desk.got(StoreLost) == []
    (lead,) = await rows(
        engine, "SELECT run_id, due_at > now() AS later FROM campaign_leads WHERE lead_id = :i", i=bad.id
    )
    assert lead == {"run_id": None, "later": True}


async def test_the_same_interval_twice_is_one(engine: AsyncEngine, desk: Desk) -> None:
    await sow_campaign(engine, 1)
    desk.journal.perform(interval("1001", 1))
    desk.journal.perform(interval("1001", 1))
    desk.journal.perform(interval("1001", 1, AgentState.TALKING))
    await asyncio.wait_for(desk.journal.drain(), 10)
    assert await one(engine, "SELECT count(*) FROM agent_intervals") == 2


async def test_the_last_state_of_a_campaign_is_kept(engine: AsyncEngine, desk: Desk) -> None:
    await sow_campaign(engine, 1)
    for state in (CampaignState.RUNNING, CampaignState.PAUSED):
        desk.journal.perform(RecordCampaignState(campaign=SPRING, state=state, by="ann", at=datetime.now(UTC)))
    await asyncio.wait_for(desk.journal.drain(), 10)
    assert await kept_states(engine) == {SPRING: CampaignState.PAUSED}


async def test_an_unknown_campaign_is_answered_and_reported(desk: Desk) -> None:
    assert await desk.leads(5, "winter") == ()
    assert "'winter'" in desk.oddities[0]


async def test_while_postgresql_is_away_nothing_is_lost_and_order_is_kept() -> None:
    """A server of its own, since it is going to crash."""
    with PostgresServer(durable=False) as server:
        schema.upgrade(server.dsn())
        engine = make_engine(server.dsn())
        await sow_campaign(engine, 20)
        run = await begin_run(engine)
        async with working(engine, run.id) as desk:
            leads = await desk.leads(15)
            for lead in leads[:10]:
                desk.journal.perform(opening(lead))
            await asyncio.wait_for(desk.journal.drain(), 10)
            server.crash()
            for lead in leads[:10]:
                desk.journal.perform(closing(lead))
            await desk.inbox.until(lambda: bool(desk.got(StoreLost)))
            for lead in leads[10:]:
                desk.journal.perform(opening(lead))
            desk.journal.perform(FetchLeads(campaign=SPRING, count=5))
            await asyncio.sleep(0.3)
            assert desk.journal.depth == 15
            assert desk.health.lost == {"journal", "leases"}
            server.start()
            await asyncio.wait_for(desk.journal.drain(), 20)
            await desk.inbox.until(lambda: bool(desk.got(StoreBack)))
            assert desk.health.lost == frozenset()
            assert len(desk.got(AttemptClosed)) == 10
            assert len(desk.got(AttemptOpened)) == 15
            assert len(desk.got(StoreLost)) == len(desk.got(StoreBack)) == 1
            closed = max(i for i, event in enumerate(desk.inbox.events) if isinstance(event, AttemptClosed))
            assert closed < desk.inbox.events.index(StoreBack())
            assert len(desk.got(LeadsFetched)) == 2
        await run.vanish()
        assert await one(engine, "SELECT count(*) FROM attempts WHERE ended_at IS NOT NULL") == 10
        assert await one(engine, "SELECT count(*) FROM attempts WHERE ended_at IS NULL") == 5
        await engine.dispose()


def processes_of(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *(each for child in children for each in processes_of(int(child)))]


async def test_a_postgresql_that_does_not_answer_counts_as_lost_before_anything_fails() -> None:
    with PostgresServer(durable=False) as server:
        schema.upgrade(server.dsn())
        engine = make_engine(server.dsn())
        await sow_campaign(engine, 1)
        run = await begin_run(engine)
        async with working(engine, run.id) as desk:
            (lead,) = await desk.leads(1)
            frozen = processes_of(server.process_id)
            for process in frozen:
                os.kill(process, signal.SIGSTOP)
            try:
                desk.journal.perform(opening(lead))
                async with asyncio.timeout(LATE_SECONDS + 2):
                    await desk.inbox.until(lambda: StoreLost() in desk.inbox.events)
                assert desk.journal.depth == 1
            finally:
                for process in frozen:
                    os.kill(process, signal.SIGCONT)
            await desk.inbox.until(lambda: StoreBack() in desk.inbox.events)
            assert [type(event) for event in desk.inbox.events] == [LeadsFetched, StoreLost, AttemptOpened, StoreBack]
        await run.vanish()
        await engine.dispose()


async def test_a_connection_cut_in_the_middle_is_no_loss(engine: AsyncEngine, desk: Desk) -> None:
    await sow_campaign(engine, 60)
    leads = await desk.leads(60)
    for number, lead in enumerate(leads):
        desk.journal.perform(opening(lead))
        if number % 20 == 10:
            await asyncio.sleep(0.002)
            await do(
                engine,
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()
                     AND query NOT LIKE '%%advisory_lock%%' AND query NOT LIKE '%%runs%%'""",
            )
    await asyncio.wait_for(desk.journal.drain(), 20)
    assert len(desk.got(AttemptOpened)) == 60
    assert await one(engine, "SELECT count(*) FROM attempts") == 60


async def test_a_full_journal_refuses_loudly(engine: AsyncEngine, run: Run) -> None:
    inbox = Inbox()
    journal = Journal(engine, run.id, inbox, Health(inbox), on_oddity=print, limit=2)
    journal.perform(interval("1001", 1))
    journal.perform(interval("1001", 2))
    with pytest.raises(JournalFull, match="2 wishes"):
        journal.perform(interval("1001", 3))
