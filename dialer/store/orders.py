"""Orders to the daemon, from any host: a queue in a table, which is its own audit log.

Theory. An order is taken in one transaction and carried out after it, so that a daemon that dies over an order never
leads to its being carried out twice; such an order stays taken, without a result. `NOTIFY` wakes the daemon at once,
and it looks by itself every two seconds, because a notification may be lost with a connection. A campaign's order
waits for a daemon however long; an agent's is about this moment and lapses.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import Insert, RowMapping, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.core.events import AgentOrdered, CallbackSet, CampaignOrdered
from dialer.core.supervision import SupervisionOrdered, TeamMessaged
from dialer.core.supervision_words import SupervisionOrder
from dialer.core.words import AgentNumber, AgentOrder, CampaignName, CampaignOrder, RunId, SupervisorNumber, TeamName
from dialer.store.campaigns import NoSuchCampaign
from dialer.store.failures import AWAY, FIRST_PAUSE_SECONDS, next_pause
from models import Agent, Campaign, Order

CHANNEL = "waihu_orders"
POLL_SECONDS = 2.0
AGENT_ORDERS_LAPSE_AFTER = timedelta(minutes=1)
TOO_LATE = "too late: no daemon took it in time"

_TAKE = text("""
    WITH waiting AS (
        SELECT o.id, c.name FROM orders o LEFT JOIN campaigns c ON c.id = o.campaign_id
        WHERE o.taken_at IS NULL
          AND (c.name = ANY(CAST(:campaigns AS text[])) OR o.agent = ANY(CAST(:agents AS text[]))
            OR o.supervisor = ANY(CAST(:supervisors AS text[])))
        ORDER BY o.id FOR UPDATE OF o SKIP LOCKED
    )
    UPDATE orders o SET taken_at = now(), taken_by_run = :run FROM waiting WHERE o.id = waiting.id
    RETURNING o.id, waiting.name AS campaign, o.supervisor, o.agent, o.wish, o.argument, o.by, o.at, now() - o.at AS age
""")


AnyOrder = CampaignOrdered | AgentOrdered | CallbackSet | SupervisionOrdered | TeamMessaged
MESSAGE = "message"
"""The wish of an order that is a word to a team; its argument is the team and the sound."""
CALLBACK, MINE, ANYBODYS = "callback", "mine", "anybody's"
"""The wish of an agent's order to call the customer back; its argument is the moment and whose the callback is."""
SPEECH = "speech"
"""The same as a text to be spoken; its argument is the team, the language and the text."""


class NoSuchAgent(LookupError):
    """No agent of this number is in the database."""

    def __init__(self, number: str) -> None:
        super().__init__(f"there is no agent `{number}` in the database; has `waihu run` loaded the site file yet?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """An order as the daemon gets it."""

    id: int
    event: AnyOrder
    at: datetime


async def place_campaign_order(
    engine: AsyncEngine, campaign: CampaignName, order: CampaignOrder, *, by: str, host: str
) -> int:
    """Queue an order for whichever daemon has the campaign; the answer is the order's id.

    :raises NoSuchCampaign: no daemon ever loaded such a campaign.
    """
    async with engine.begin() as connection:
        known = (await connection.execute(select(Campaign.id).where(Campaign.name == campaign))).scalar_one_or_none()
        if known is None:
            raise NoSuchCampaign(campaign)
        return await _place(connection, insert(Order).values(campaign_id=known, wish=order.value, by=by, host=host))


async def place_agent_order(
    engine: AsyncEngine, agent: AgentNumber, order: AgentOrder, *, argument: str = "", by: str, host: str
) -> int:
    """Queue an order for whichever daemon has the agent; the answer is the order's id.

    :raises NoSuchAgent: no daemon ever loaded such an agent.
    """
    async with engine.begin() as connection:
        await _make_sure(connection, agent)
        row = insert(Order).values(agent=agent, wish=order.value, argument=argument, by=by, host=host)
        return await _place(connection, row)


async def place_callback(
    engine: AsyncEngine, agent: AgentNumber, at: datetime, *, mine: bool, by: str, host: str
) -> int:
    """Queue that the agent's customer shall be called back at a moment; the answer is the order's id.

    :raises NoSuchAgent: no daemon ever loaded such an agent.
    """
    argument = f"{at.astimezone(UTC).isoformat()} {MINE if mine else ANYBODYS}"
    async with engine.begin() as connection:
        await _make_sure(connection, agent)
        row = insert(Order).values(agent=agent, wish=CALLBACK, argument=argument, by=by, host=host)
        return await _place(connection, row)


async def place_supervision_order(
    engine: AsyncEngine,
    supervisor: SupervisorNumber,
    order: SupervisionOrder,
    *,
    agent: AgentNumber | None = None,
    argument: str = "",
    by: str,
    host: str,
) -> int:
    """Queue what a supervisor wants of an agent, or of the session that is on; the answer is the order's id.

    :raises NoSuchAgent: no daemon ever loaded such an agent.
    """
    async with engine.begin() as connection:
        if agent is not None:
            await _make_sure(connection, agent)
        row = insert(Order).values(supervisor=supervisor, agent=agent, wish=order.value, argument=argument)
        return await _place(connection, row.values(by=by, host=host))


async def place_message(
    engine: AsyncEngine, supervisor: SupervisorNumber, team: TeamName, sound: str, *, by: str, host: str
) -> int:
    """Queue a word to the agents of a team; the answer is the order's id."""
    async with engine.begin() as connection:
        row = insert(Order).values(supervisor=supervisor, wish=MESSAGE, argument=f"{team} {sound}", by=by, host=host)
        return await _place(connection, row)


async def place_speech(
    engine: AsyncEngine, supervisor: SupervisorNumber, team: TeamName, language: str, text: str, *, by: str, host: str
) -> int:
    """Queue a text that shall be spoken to the agents of a team; the answer is the order's id."""
    async with engine.begin() as connection:
        row = insert(Order).values(supervisor=supervisor, wish=SPEECH, argument=f"{team} {language} {text}")
        return await _place(connection, row.values(by=by, host=host))


async def order_result(engine: AsyncEngine, order_id: int, *, seconds: float) -> str | None:
    """What the daemon answered, waiting for it at most so long; None: nothing yet."""
    deadline = time.monotonic() + seconds
    while True:
        async with engine.connect() as connection:
            result = (await connection.execute(select(Order.result).where(Order.id == order_id))).scalar_one()
        if result is not None or time.monotonic() >= deadline:
            return result
        await asyncio.sleep(0.05)


class OrderInbox:
    """Takes the orders that concern this daemon and hands them to `deliver`, whose answer is the order's result.

    `campaigns`, `agents` and `supervisors` say whose orders those are, at every moment anew.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        run: RunId,
        deliver: Callable[[PlacedOrder], Awaitable[str]],
        *,
        campaigns: Callable[[], Collection[CampaignName]],
        agents: Callable[[], Collection[AgentNumber]],
        supervisors: Callable[[], Collection[SupervisorNumber]],
    ) -> None:
        self._engine = engine
        self._run = int(run)
        self._deliver = deliver
        self._campaigns = campaigns
        self._agents = agents
        self._supervisors = supervisors

    async def work(self) -> None:
        """Take orders as they come, until cancelled."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                async with self._engine.connect() as connection:
                    session = (await connection.get_raw_connection()).driver_connection
                    if session is None:
                        raise OSError("the connection was lost at once")
                    await session.set_autocommit(True)
                    await session.execute(f"LISTEN {CHANNEL}")
                    while True:
                        await self._take()
                        pause = FIRST_PAUSE_SECONDS
                        async for _ in session.notifies(timeout=POLL_SECONDS, stop_after=1):
                            pass
            except (*AWAY, psycopg.Error):
                await asyncio.sleep(pause)
                pause = next_pause(pause)

    async def _take(self) -> None:
        values = {
            "run": self._run,
            "campaigns": list(self._campaigns()),
            "agents": list(self._agents()),
            "supervisors": list(self._supervisors()),
        }
        async with self._engine.begin() as connection:
            taken = (await connection.execute(_TAKE, values)).mappings().all()
        for row in sorted(taken, key=lambda row: int(row["id"])):
            lapsed = row["campaign"] is None and row["age"] > AGENT_ORDERS_LAPSE_AFTER
            result = TOO_LATE if lapsed else await self._deliver(_placed(row))
            async with self._engine.begin() as connection:
                await connection.execute(update(Order).where(Order.id == row["id"]).values(result=result))


async def _make_sure(connection: AsyncConnection, agent: AgentNumber) -> None:
    if (await connection.execute(select(Agent.number).where(Agent.number == agent))).scalar_one_or_none() is None:
        raise NoSuchAgent(agent)


async def _place(connection: AsyncConnection, row: Insert) -> int:
    order_id: int = (await connection.execute(row.returning(Order.id))).scalar_one()
    await connection.execute(select(func.pg_notify(CHANNEL, str(order_id))))
    return order_id


def _placed(row: RowMapping) -> PlacedOrder:
    return PlacedOrder(id=row["id"], event=_event(row), at=row["at"])


def _event(row: RowMapping) -> AnyOrder:
    by, wish = row["by"], row["wish"]
    if row["campaign"] is not None:
        return CampaignOrdered(campaign=CampaignName(row["campaign"]), order=CampaignOrder(wish), by=by)
    if row["supervisor"] is None:
        agent = AgentNumber(row["agent"])
        if wish == CALLBACK:
            at, _, whose = row["argument"].partition(" ")
            return CallbackSet(agent=agent, at=datetime.fromisoformat(at), mine=whose == MINE, by=by)
        return AgentOrdered(agent=agent, order=AgentOrder(wish), argument=row["argument"], by=by)
    supervisor = SupervisorNumber(row["supervisor"])
    if wish == MESSAGE:
        team, _, sound = row["argument"].partition(" ")
        return TeamMessaged(supervisor=supervisor, team=TeamName(team), sound=sound, by=by)
    if wish == SPEECH:
        team, language, words = row["argument"].split(" ", 2)
        return TeamMessaged(supervisor=supervisor, team=TeamName(team), sound="", text=words, language=language, by=by)
    concerned = AgentNumber(row["agent"]) if row["agent"] is not None else None
    return SupervisionOrdered(
        supervisor=supervisor, order=SupervisionOrder(wish), agent=concerned, argument=row["argument"], by=by
    )
