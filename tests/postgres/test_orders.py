"""Orders reach the daemon that is concerned, once, and their results come back."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.events import AgentOrdered, CampaignOrdered
from dialer.core.policy import AgentProfile
from dialer.core.supervision import SupervisionOrdered, TeamMessaged
from dialer.core.supervision_words import SupervisionOrder
from dialer.core.words import AgentNumber, AgentOrder, CampaignName, CampaignOrder, SupervisorNumber, TeamName
from dialer.store.agents import keep_agents
from dialer.store.campaigns import NoSuchCampaign
from dialer.store.orders import (
    TOO_LATE,
    NoSuchAgent,
    OrderInbox,
    PlacedOrder,
    order_result,
    place_agent_order,
    place_campaign_order,
    place_message,
    place_speech,
    place_supervision_order,
)
from dialer.store.runs import Run
from dialer.tasks import TaskCrew
from tests.postgres.seeds import SPRING, do, one, rows, sow_campaign

pytestmark = pytest.mark.postgres

ANN = AgentNumber("1001")
BOSS = SupervisorNumber("9001")


@asynccontextmanager
async def daemon(
    engine: AsyncEngine, run: Run, campaigns: Sequence[str] = (SPRING,), agents: Sequence[str] = (ANN,)
) -> AsyncIterator[list[PlacedOrder]]:
    got: list[PlacedOrder] = []

    async def deliver(order: PlacedOrder) -> str:
        got.append(order)
        return f"result {len(got)}"

    inbox = OrderInbox(
        engine,
        run.id,
        deliver,
        campaigns=lambda: [CampaignName(name) for name in campaigns],
        agents=lambda: [AgentNumber(number) for number in agents],
        supervisors=lambda: [BOSS],
    )
    died: list[BaseException] = []
    crew = TaskCrew(lambda name, error: died.append(error))
    crew.start("orders", inbox.work())
    yield got
    await crew.close()
    assert died == []


async def start(engine: AsyncEngine, order: CampaignOrder = CampaignOrder.START) -> int:
    return await place_campaign_order(engine, SPRING, order, by="ann", host="desk")


async def test_an_order_is_carried_out_and_answered_at_once(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    async with daemon(engine, run) as got:
        await asyncio.sleep(0.2)
        placed = asyncio.get_running_loop().time()
        order = await start(engine)
        assert await order_result(engine, order, seconds=5) == "result 1"
        assert asyncio.get_running_loop().time() - placed < 1.5, "it was polled, not notified"
    assert got[0].event == CampaignOrdered(campaign=SPRING, order=CampaignOrder.START, by="ann")
    (row,) = await rows(engine, "SELECT wish, by, host, taken_by_run, taken_at IS NOT NULL AS taken FROM orders")
    assert row == {"wish": "start", "by": "ann", "host": "desk", "taken_by_run": int(run.id), "taken": True}


async def test_orders_that_waited_come_in_order(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    wishes = (CampaignOrder.START, CampaignOrder.PAUSE, CampaignOrder.RESUME)
    placed = [await start(engine, wish) for wish in wishes]
    async with daemon(engine, run) as got:
        assert await order_result(engine, placed[-1], seconds=5) == "result 3"
    events = [order.event for order in got]
    assert [event.order for event in events if isinstance(event, CampaignOrdered)] == ["start", "pause", "resume"]


async def test_each_daemon_takes_what_concerns_it(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    async with daemon(engine, run, campaigns=["winter"]) as others:
        order = await start(engine)
        assert await order_result(engine, order, seconds=0.5) is None
        async with daemon(engine, run) as got:
            assert await order_result(engine, order, seconds=5) == "result 1"
    assert (len(others), len(got)) == (0, 1)


async def test_two_daemons_with_the_same_campaign_do_not_both_take_it(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    async with daemon(engine, run) as left, daemon(engine, run) as right:
        orders = [await start(engine) for _ in range(10)]
        for order in orders:
            assert await order_result(engine, order, seconds=5) is not None
    assert len(left) + len(right) == 10


async def test_an_agents_order(engine: AsyncEngine, run: Run) -> None:
    await keep_agents(engine, [AgentProfile(number=ANN, name="安")])
    async with daemon(engine, run) as got:
        order = await place_agent_order(engine, ANN, AgentOrder.PAUSE, argument="lunch", by="lead", host="desk")
        assert await order_result(engine, order, seconds=5) == "result 1"
    assert got[0].event == AgentOrdered(agent=ANN, order=AgentOrder.PAUSE, argument="lunch", by="lead")


async def test_an_agents_order_lapses_a_campaigns_does_not(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    await keep_agents(engine, [AgentProfile(number=ANN, name="安")])
    for_agent = await place_agent_order(engine, ANN, AgentOrder.READY, by="lead", host="desk")
    for_campaign = await start(engine)
    await do(engine, "UPDATE orders SET at = at - interval '1 hour'")
    async with daemon(engine, run) as got:
        assert await order_result(engine, for_agent, seconds=5) == TOO_LATE
        assert await order_result(engine, for_campaign, seconds=5) == "result 1"
    assert len(got) == 1


async def test_the_inbox_survives_a_lost_connection(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    async with daemon(engine, run) as got:
        assert await order_result(engine, await start(engine), seconds=5) == "result 1"
        await do(
            engine,
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()""",
        )
        assert await order_result(engine, await start(engine), seconds=10) == "result 2"
    assert len(got) == 2


async def test_an_order_over_which_a_daemon_died_is_not_carried_out_again(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    order = await start(engine)
    await do(engine, "UPDATE orders SET taken_at = now(), taken_by_run = :run", run=int(run.id))
    async with daemon(engine, run) as got:
        assert await order_result(engine, order, seconds=0.5) is None
    assert got == []
    assert await one(engine, "SELECT result FROM orders") is None


async def test_who_is_unknown_cannot_be_ordered(engine: AsyncEngine) -> None:
    with pytest.raises(NoSuchCampaign, match="no campaign `spring`"):
        await start(engine)
    with pytest.raises(NoSuchAgent, match="no agent `1001`"):
        await place_agent_order(engine, ANN, AgentOrder.READY, by="lead", host="desk")


async def test_agents_follow_the_site_file(engine: AsyncEngine) -> None:
    await keep_agents(
        engine, [AgentProfile(number=ANN, name="安"), AgentProfile(number=AgentNumber("1002"), name="Bo")]
    )
    await keep_agents(engine, [AgentProfile(number=ANN, name="安妮", teams=frozenset({"b", "a"}))])  # type: ignore[arg-type]
    assert await rows(engine, "SELECT number, name, teams, active FROM agents ORDER BY 1") == [
        {"number": "1001", "name": "安妮", "teams": ["a", "b"], "active": True},
        {"number": "1002", "name": "Bo", "teams": [], "active": False},
    ]
    await keep_agents(engine, [])
    assert await one(engine, "SELECT count(*) FROM agents WHERE active") == 0


async def test_orders_in_a_supervisors_name(engine: AsyncEngine, run: Run) -> None:
    await keep_agents(engine, [AgentProfile(number=ANN, name="Ann")])
    by: dict[str, Any] = {"by": "chief", "host": "desk"}
    orders = [
        await place_supervision_order(engine, BOSS, SupervisionOrder.BARGE, agent=ANN, **by),
        await place_supervision_order(engine, BOSS, SupervisionOrder.NEXT, **by),
        await place_supervision_order(engine, BOSS, SupervisionOrder.PAUSE, agent=ANN, argument="lunch", **by),
        await place_message(engine, BOSS, TeamName("销售"), "custom/meeting", **by),
        await place_speech(engine, BOSS, TeamName("销售"), "zh", "五点 开会", **by),
    ]
    async with daemon(engine, run, agents=()) as got:
        assert await order_result(engine, orders[-1], seconds=5) == "result 5"
    assert [placed.event for placed in got] == [
        SupervisionOrdered(supervisor=BOSS, order=SupervisionOrder.BARGE, agent=ANN, by="chief"),
        SupervisionOrdered(supervisor=BOSS, order=SupervisionOrder.NEXT, by="chief"),
        SupervisionOrdered(supervisor=BOSS, order=SupervisionOrder.PAUSE, agent=ANN, argument="lunch", by="chief"),
        TeamMessaged(supervisor=BOSS, team=TeamName("销售"), sound="custom/meeting", by="chief"),
        TeamMessaged(supervisor=BOSS, team=TeamName("销售"), sound="", text="五点 开会", language="zh", by="chief"),
    ]


async def test_a_supervisors_order_lapses_too(engine: AsyncEngine, run: Run) -> None:
    order = await place_supervision_order(engine, BOSS, SupervisionOrder.NEXT, by="chief", host="desk")
    await do(engine, "UPDATE orders SET at = now() - interval '61 s' WHERE id = :id", id=order)
    async with daemon(engine, run) as got:
        assert await order_result(engine, order, seconds=5) == TOO_LATE
    assert got == []


async def test_nobody_supervises_an_agent_whom_nobody_knows(engine: AsyncEngine) -> None:
    with pytest.raises(NoSuchAgent):
        await place_supervision_order(engine, BOSS, SupervisionOrder.LISTEN, agent=ANN, by="chief", host="desk")
    assert await one(engine, "SELECT count(*) FROM orders") == 0
