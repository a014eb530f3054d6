"""What an agent has done today, from the intervals in PostgreSQL."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import RecordInterval
from dialer.core.words import AgentNumber, AgentState, AttemptId
from dialer.ports import AgentDay
from dialer.store.agent_day import agent_day
from dialer.store.agents import record_intervals

ANN = AgentNumber("1001")
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def talk(minute: int, seconds: int, caller: str, state: AgentState = AgentState.TALKING) -> RecordInterval:
    since = MIDNIGHT + timedelta(minutes=minute)
    return RecordInterval(
        agent=ANN,
        state=state,
        reason="",
        since=since,
        until=since + timedelta(seconds=seconds),
        attempt=None,
        campaign=None,
        caller=AttemptId(caller),
    )


async def test_talks_and_their_time(engine: AsyncEngine) -> None:
    assert await agent_day(engine, ANN, MIDNIGHT) == AgentDay(calls=0, talked=timedelta(0))
    async with engine.begin() as connection:
        await record_intervals(
            connection,
            [
                talk(-30, 60, "yesterday"),
                # Half of it is of today.
                talk(-1, 120, "over midnight"),
                talk(10, 30, "one"),
                # One talk of which a part was on hold.
                talk(11, 30, "one"),
                talk(12, 45, "one", AgentState.WRAP_UP),
            ],
        )
    assert await agent_day(engine, ANN, MIDNIGHT) == AgentDay(calls=2, talked=timedelta(seconds=120))
    assert (await agent_day(engine, AgentNumber("1002"), MIDNIGHT)).calls == 0
