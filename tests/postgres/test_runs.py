"""A run lives as long as its lock; what a dead one leaves behind goes to the next."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads
from dialer.core.events import StoreBack, StoreLost
from dialer.core.words import Mode
from dialer.store.attempts import close_attempts, open_attempts
from dialer.store.health import Health
from dialer.store.leasing import Leasing
from dialer.store.runs import LOCK_CLASS, NotAlone, Run, RunTakenOver
from dialer.store.status import latest_status
from dialer.tasks import TaskCrew
from tests.postgres.seeds import SPRING, Inbox, begin_run, closing, do, one, opening, rows, sow_campaign

pytestmark = pytest.mark.postgres

CUT = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = :class AND objid = :run"


@asynccontextmanager
async def kept(run: Run) -> AsyncIterator[list[BaseException]]:
    died: list[BaseException] = []
    crew = TaskCrew(lambda name, error: died.append(error))
    crew.start("run", run.keep())
    yield died
    await crew.close()


async def test_a_living_run_is_left_alone(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 2)
    await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=2))
    other = await begin_run(engine)
    assert other.inherited.attempts == ()
    assert await one(engine, "SELECT count(*) FROM campaign_leads WHERE run_id = :run", run=int(run.id)) == 2
    await other.vanish()


async def test_the_next_run_inherits_open_attempts_and_frees_the_other_leases(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 3)
    dead = await begin_run(engine)
    first, second, _ = (await Leasing(engine, dead.id).fetch(FetchLeads(campaign=SPRING, count=3))).leads
    async with engine.begin() as connection:
        await open_attempts(connection, dead.id, [opening(first), opening(second, agent="1001")])
    await dead.vanish()

    heir = await begin_run(engine)
    found = {attempt.lead.attempt: attempt for attempt in heir.inherited.attempts}
    assert set(found) == {first.attempt, second.attempt}
    assert found[first.attempt].lead == first
    assert (found[first.attempt].mode, found[first.attempt].agent) == (Mode.PREDICTIVE, None)
    assert (found[second.attempt].mode, found[second.attempt].agent) == (Mode.PREVIEW, "1001")
    assert (found[second.attempt].trunk, found[second.attempt].config_version) == ("main", "v1")
    leases = await rows(engine, "SELECT run_id, count(*) AS n FROM campaign_leads GROUP BY 1 ORDER BY 1")
    assert leases == [{"run_id": int(heir.id), "n": 2}, {"run_id": None, "n": 1}]
    (row,) = await rows(engine, "SELECT ended_at, taken_over_by FROM runs WHERE id = :run", run=int(dead.id))
    assert row["ended_at"] is not None
    assert row["taken_over_by"] == int(heir.id)

    async with engine.begin() as connection:
        await close_attempts(connection, [closing(first)], print)
    assert await one(engine, "SELECT run_id FROM attempts WHERE ended_at IS NOT NULL") == int(heir.id)
    await heir.vanish()
    third = await begin_run(engine)
    assert [attempt.lead.attempt for attempt in third.inherited.attempts] == [second.attempt]
    await third.vanish()


async def test_two_that_begin_at_once_do_not_both_inherit(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 6)
    dead = await begin_run(engine)
    leads = (await Leasing(engine, dead.id).fetch(FetchLeads(campaign=SPRING, count=6))).leads
    async with engine.begin() as connection:
        await open_attempts(connection, dead.id, [opening(lead) for lead in leads])
    await dead.vanish()
    heirs = await asyncio.gather(*(begin_run(engine) for _ in range(3)))
    assert sum(len(heir.inherited.attempts) for heir in heirs) == 6
    for heir in heirs:
        await heir.vanish()


async def test_a_clean_end_gives_everything_back(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 2)
    run = await begin_run(engine)
    await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=2))
    await run.end()
    assert await one(engine, "SELECT count(*) FROM campaign_leads WHERE run_id IS NOT NULL") == 0
    assert await one(engine, "SELECT ended_at IS NOT NULL FROM runs") is True
    assert await one(engine, "SELECT count(*) FROM pg_locks WHERE classid = :class", **{"class": LOCK_CLASS}) == 0


async def test_an_end_with_a_call_still_open_leaves_it_to_the_next_run(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 1)
    run = await begin_run(engine)
    (lead,) = (await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=2))).leads
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(lead)])
    await run.end()
    heir = await begin_run(engine)
    assert [attempt.lead for attempt in heir.inherited.attempts] == [lead]
    await heir.vanish()


async def test_a_lost_lock_is_noticed_and_taken_back(engine: AsyncEngine) -> None:
    inbox = Inbox()
    run = await Run.begin(engine, Health(inbox), host="here", pid=1)
    async with kept(run) as died:
        await do(engine, CUT, **{"class": LOCK_CLASS, "run": int(run.id)})
        await inbox.until(lambda: StoreBack() in inbox.events)
        assert inbox.events == [StoreLost(), StoreBack()]
        held = "SELECT count(*) FROM pg_locks WHERE classid = :class AND objid = :run AND granted"
        assert await one(engine, held, **{"class": LOCK_CLASS, "run": int(run.id)}) == 1
    assert died == []
    await run.vanish()


async def test_a_run_that_was_taken_over_does_not_go_on(engine: AsyncEngine) -> None:
    inbox = Inbox()
    run = await Run.begin(engine, Health(inbox), host="here", pid=1)
    await do(engine, CUT, **{"class": LOCK_CLASS, "run": int(run.id)})
    heir = await begin_run(engine)
    with pytest.raises(RunTakenOver, match=f"run {run.id} was taken over"):
        await asyncio.wait_for(run.keep(), 20)
    await run.vanish()
    await heir.vanish()


async def test_the_status_of_the_living_run_is_there_for_all(engine: AsyncEngine) -> None:
    assert await latest_status(engine) is None
    old, new = await begin_run(engine), await begin_run(engine)
    for run, word in ((old, "旧"), (new, "新")):
        run.publish({"word": word})
    async with kept(old), kept(new):
        await asyncio.sleep(2.5)
        status = await latest_status(engine)
        assert status is not None
        assert status.run == new.id
        assert status.status == {"word": "新"}
        assert status.alive
        assert (status.host, status.pid) == ("here", 1)
    await new.vanish()
    status = await latest_status(engine)
    assert status is not None
    assert (status.run, status.alive) == (old.id, True)
    await old.vanish()
    status = await latest_status(engine)
    assert status is not None
    assert (status.run, status.alive) == (new.id, False)


async def sole_run(engine: AsyncEngine, pid: int) -> Run:
    return await Run.begin(engine, Health(lambda event: None), host="here", pid=pid, sole=True)


async def test_a_sole_run_has_no_other_beside_it(engine: AsyncEngine) -> None:
    first = await sole_run(engine, 11)
    with pytest.raises(NotAlone, match=f"run {first.id}, pid 11 on host here"):
        await sole_run(engine, 12)
    assert await one(engine, "SELECT count(*) FROM runs") == 1
    await first.vanish()
    second = await sole_run(engine, 12)
    assert await one(engine, "SELECT taken_over_by FROM runs WHERE id = :run", run=int(first.id)) == int(second.id)
    await second.end()
    third = await sole_run(engine, 13)
    await third.end()


async def test_a_sole_run_whose_connection_was_cut_is_the_sole_one_again(engine: AsyncEngine) -> None:
    run = await sole_run(engine, 11)
    async with kept(run) as died:
        await do(engine, CUT, **{"class": LOCK_CLASS, "run": int(run.id)})
        await asyncio.sleep(3)
        with pytest.raises(NotAlone):
            await sole_run(engine, 12)
    assert died == []
    await run.end()
