"""What the tests sow: campaigns, lists of customers, wishes of the core; and a look at the rows."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import CloseAttempt, OpenAttempt, Outcome
from dialer.core.events import Event
from dialer.core.lead import Lead, LeadNext
from dialer.core.policy import AttemptLimit, CampaignPolicy, HoursPolicy, PacingPolicy, RetryPolicy, Trunk
from dialer.core.words import AgentNumber, CampaignName, Disposition, ListName, Mode, TrunkName
from dialer.store.campaigns import register_campaign
from dialer.store.health import Health
from dialer.store.runs import Run

SPRING = CampaignName("spring")


def policy(name: str = SPRING, lists: Sequence[str] = ("people",), version: str = "v1") -> CampaignPolicy:
    return CampaignPolicy(
        name=CampaignName(name),
        version=version,
        pacing=PacingPolicy(mode=Mode.PREDICTIVE),
        lists=tuple(ListName(one) for one in lists),
        trunks=(Trunk(name=TrunkName("main"), dial="PJSIP/{number}@carrier"),),
        caller_ids=("+861012345678",),
        hours=HoursPolicy(windows={}),
        retry=RetryPolicy(rules={}),
    )


async def sow(engine: AsyncEngine, list_name: str, numbers: Sequence[str | Sequence[str]]) -> None:
    """Customers with these numbers (one, or several each) onto a list."""
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO lists (name) VALUES (:n) ON CONFLICT DO NOTHING"), {"n": list_name})
        for each in numbers:
            own = [each] if isinstance(each, str) else list(each)
            customer = (
                await connection.execute(
                    text("INSERT INTO customers (name) VALUES (:n) RETURNING id"), {"n": f"客户 {own[0]}"}
                )
            ).scalar_one()
            for position, number in enumerate(own):
                await connection.execute(
                    text("""INSERT INTO numbers (e164, national, time_zones)
                            VALUES (:n, ltrim(:n, '+'), '{Asia/Shanghai}') ON CONFLICT DO NOTHING"""),
                    {"n": number},
                )
                await connection.execute(
                    text("""INSERT INTO customer_numbers (customer_id, number_id, position)
                            SELECT :c, id, :p FROM numbers WHERE e164 = :n"""),
                    {"c": customer, "p": position, "n": number},
                )
            await connection.execute(
                text("INSERT INTO leads (list_id, customer_id) SELECT id, :c FROM lists WHERE name = :n"),
                {"c": customer, "n": list_name},
            )
        await connection.execute(
            text("UPDATE lists SET size = (SELECT count(*) FROM leads WHERE list_id = lists.id) WHERE name = :n"),
            {"n": list_name},
        )


async def sow_campaign(engine: AsyncEngine, count: int = 3, name: str = SPRING) -> None:
    """A campaign over the list `people` with the numbers +8613800000001 and so on."""
    await sow(engine, "people", [f"+861380000{n:04d}" for n in range(1, count + 1)])
    await register_campaign(engine, policy(name), "yaml")


async def begin_run(engine: AsyncEngine) -> Run:
    return await Run.begin(engine, Health(lambda event: None), host="here", pid=1)


def opening(
    lead: Lead, *, at: datetime | None = None, agent: str | None = None, a_day: int = 3, **changes: Any
) -> OpenAttempt:
    plain = OpenAttempt(
        lead=lead,
        mode=Mode.PREVIEW if agent else Mode.PREDICTIVE,
        trunk=TrunkName("main"),
        caller_id="+861012345678",
        config_version="v1",
        agent=AgentNumber(agent) if agent else None,
        at=at or datetime.now(UTC),
        attempt_limits=(AttemptLimit(a_day, timedelta(days=1)),),
        abandoned_lockout=timedelta(0),
    )
    return replace(plain, **changes)


def outcome(lead: Lead, disposition: Disposition = Disposition.NO_ANSWER, **changes: Any) -> Outcome:
    now = datetime.now(UTC)
    plain = Outcome(
        attempt=lead.attempt,
        disposition=disposition,
        dialed_at=now - timedelta(seconds=30),
        ringing_at=now - timedelta(seconds=28),
        answered_at=None,
        bridged_at=None,
        ended_at=now,
        agent=None,
        agent_disposition=None,
        hangup_cause=19,
        sip_code=480,
        dial_status="NOANSWER",
        seconds_talked=0.0,
    )
    return replace(plain, **changes)


def closing(lead: Lead, next_: LeadNext | None = None, **changes: Any) -> CloseAttempt:
    later = LeadNext(due_at=datetime.now(UTC) + timedelta(hours=1))
    return CloseAttempt(lead=lead, outcome=outcome(lead, **changes), next=next_ or later)


async def rows(engine: AsyncEngine, question: str, **values: Any) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(text(question), values)).mappings()]


async def one(engine: AsyncEngine, question: str, **values: Any) -> Any:
    """The only value of the only row."""
    (row,) = await rows(engine, question, **values)
    (value,) = row.values()
    return value


async def do(engine: AsyncEngine, statement: str, **values: Any) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement), values)


class Inbox:
    """What was posted, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._came = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._came.set()

    async def until(self, there: Callable[[], bool], seconds: float = 20) -> None:
        """Wait for something that only an event can bring about."""
        async with asyncio.timeout(seconds):
            while not there():
                self._came.clear()
                await self._came.wait()
