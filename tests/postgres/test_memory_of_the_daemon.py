"""dialer.daemon.pacing_memory: what changed is written, what did not is left as old as it is."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from dialer.core.campaign import Campaign
from dialer.core.decisions import Decision
from dialer.core.floor import Floor
from dialer.core.pacing.rates import Rates, Talked
from dialer.core.team_queue import TeamQueue
from dialer.core.words import TeamName
from dialer.daemon import pacing_memory
from dialer.daemon.pacing_memory import PacingMemory
from dialer.store.pacing_memory import kept_decisions, kept_rates
from dialer.store.queue_memory import kept_queues
from dialer.tasks import TaskCrew
from tests.postgres.seeds import SPRING, do, one, policy, sow_campaign

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SALES = TeamName("sales")


async def life(engine: AsyncEngine) -> tuple[PacingMemory, Floor]:
    """A daemon's life begins: its campaign is loaded."""
    floor = Floor()
    memory = PacingMemory(engine, floor)
    floor.put_campaign(Campaign(policy=policy(), since=NOW, rates=await memory.recall(SPRING)))
    return memory, floor


def learn(floor: Floor, seconds: float = 33.0) -> Rates:
    campaign = floor.campaigns[SPRING]
    floor.put_campaign(replace(campaign, rates=campaign.rates.after(Talked(seconds=seconds))))
    return floor.campaigns[SPRING].rates


async def test_the_next_life_begins_with_what_the_last_learned(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 1)
    memory, floor = await life(engine)
    learned = learn(floor)
    await memory.write()
    with capture_logs() as lines:
        _, floor = await life(engine)
    recalled = floor.campaigns[SPRING].rates
    assert recalled.talk.mean == pytest.approx(learned.talk.mean, rel=1e-3)
    assert learned.talk.mean != Rates.prior().talk.mean
    [line] = lines
    assert (line["event"], line["hours_ago"]) == ("the pacer goes on with what it had learned", 0.0)


async def test_what_was_learned_long_ago_counts_less(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 1)
    memory, floor = await life(engine)
    learned = learn(floor)
    await memory.write()
    await do(engine, "UPDATE pacing_memories SET rates_at = rates_at - interval '4 days'")
    _, floor = await life(engine)
    recalled = floor.campaigns[SPRING].rates.talk.mean
    assert recalled == pytest.approx(learned.faded(timedelta(days=4)).talk.mean, rel=1e-3)
    assert learned.talk.mean < recalled < Rates.prior().talk.mean


async def test_a_life_in_which_nothing_was_learned_leaves_the_memory_as_old_as_it_is(engine: AsyncEngine) -> None:
    await sow_campaign(engine, 1)
    memory, _ = await life(engine)
    await memory.write()
    assert await one(engine, "SELECT count(*) FROM pacing_memories") == 0
    memory, floor = await life(engine)
    learn(floor)
    await memory.write()
    await do(engine, "UPDATE pacing_memories SET rates_at = rates_at - interval '2 days'")
    memory, floor = await life(engine)
    await memory.write()
    kept = await kept_rates(engine, SPRING)
    assert kept is not None
    assert kept.age.days == 2
    learn(floor)
    await memory.write()
    kept = await kept_rates(engine, SPRING)
    assert kept is not None
    assert kept.age.days == 0


async def test_it_is_written_while_the_daemon_lives_and_after_postgresql_was_away(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing_memory, "DECISIONS_SECONDS", 0.02)
    monkeypatch.setattr(pacing_memory, "RATES_SECONDS", 0.1)
    await sow_campaign(engine, 1)
    memory, floor = await life(engine)
    died: list[BaseException] = []
    crew = TaskCrew(lambda name, error: died.append(error))
    floor.put_decision(SPRING, Decision(since=NOW, until=NOW, lines=2, kind="launched", because="2 lines: 2 ready"))
    await do(engine, "ALTER TABLE pacing_memories RENAME TO away")
    with capture_logs() as lines:
        crew.start("memory", memory.keep())
        await asyncio.sleep(0.3)
        await do(engine, "ALTER TABLE away RENAME TO pacing_memories")
        learned = learn(floor)
        await asyncio.sleep(0.5)
    await crew.close()
    assert died == []
    [line] = lines
    assert line["event"] == "the pacer's memory waits for PostgreSQL"
    kept = await kept_rates(engine, SPRING)
    assert kept is not None
    assert kept.rates.to_plain() == learned.to_plain()
    assert [decision["lines"] for decision in await kept_decisions(engine, SPRING, 9)] == [2]


async def queue_life(engine: AsyncEngine) -> tuple[PacingMemory, Floor]:
    """A daemon's life begins: it remembers the queues."""
    floor = Floor()
    memory = PacingMemory(engine, floor)
    for queue in (await memory.recall_queues()).queues:
        floor.put_queue(queue)
    return memory, floor


async def test_a_queue_is_remembered_and_left_as_old_as_it_is(engine: AsyncEngine) -> None:
    memory, floor = await queue_life(engine)
    learned = TeamQueue(team=SALES, since=NOW).after_arrival(NOW).after_talk(33.0, "1001")
    floor.put_queue(learned)
    await memory.write()
    await do(engine, "UPDATE queue_memories SET learned_at = learned_at - interval '2 days'")
    memory, floor = await queue_life(engine)
    recalled = floor.queues[SALES].rates.talk.mean
    assert recalled == pytest.approx(learned.rates.faded(timedelta(days=2)).talk.mean, rel=1e-3)
    await memory.write()
    assert (await kept_queues(engine))[0].age.days == 2
    floor.put_queue(floor.queues[SALES].after_arrival(NOW))
    await memory.write()
    assert (await kept_queues(engine))[0].age.days == 0


async def test_a_queue_of_another_format_is_learned_anew(engine: AsyncEngine) -> None:
    memory, floor = await queue_life(engine)
    floor.put_queue(TeamQueue(team=SALES, since=NOW).after_arrival(NOW))
    await memory.write()
    await do(engine, "UPDATE queue_memories SET learned = jsonb_set(learned, '{format}', '99')")
    with capture_logs() as lines:
        _, floor = await queue_life(engine)
    assert floor.queues == {}
    assert [line["team"] for line in lines] == [SALES]
