"""What PostgreSQL knows of callers, while they are there and afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.words import CampaignName

_WHERE = text("""
    SELECT c.caller, s.step FROM inbound_calls c JOIN inbound_steps s ON s.call_id = c.id
    WHERE c.ended_at IS NULL AND s.left_at IS NULL
""")
_TALKS = text("""
    SELECT c.caller, w.agent FROM inbound_calls c JOIN queue_waits w ON w.call_id = c.id
    WHERE w.outcome = 'answered' AND w.left_at IS NULL
""")
_NUMBER = text("""
    SELECT caller FROM inbound_calls WHERE id = :talk
    UNION ALL
    SELECT n.e164 FROM attempts a JOIN numbers n ON n.id = a.number_id WHERE a.id::text = :talk
""")
_CALLS = text("""
    SELECT c.id, c.number, c.caller, c.arrived_at, c.ended_at, c.outcome,
        c.customer_id IS NOT NULL AS known, c.returns_attempt_id IS NOT NULL AS returns
    FROM inbound_calls c WHERE c.arrived_at >= :since ORDER BY c.arrived_at
""")
_STEPS = text(
    "SELECT call_id, position, step, kind, entered_at, left_at, result, value FROM inbound_steps ORDER BY position"
)
_WAITS = text("""
    SELECT call_id, arrived_at, outcome, agent, answered_at, left_at, taken_over_by, agent_disposition
    FROM queue_waits ORDER BY arrived_at
""")
_OPTED_OUT = text("SELECT number, proof FROM suppressions WHERE source = 'inbound call' AND lifted_at IS NULL")
_ABANDONED = text("""
    SELECT DISTINCT n.e164 FROM attempts a JOIN numbers n ON n.id = a.number_id JOIN campaigns c ON c.id = a.campaign_id
    WHERE c.name = :campaign AND a.disposition = 'abandoned'
""")
_AGENTS_OF = text("""
    SELECT DISTINCT ON (n.e164) n.e164, a.agent FROM attempts a JOIN numbers n ON n.id = a.number_id
    JOIN campaigns c ON c.id = a.campaign_id
    WHERE c.name = :campaign AND a.bridged_at IS NOT NULL ORDER BY n.e164, a.opened_at DESC
""")
_PROMISED = text("""
    SELECT DISTINCT n.e164 FROM campaign_leads l JOIN campaigns c ON c.id = l.campaign_id
    JOIN customer_numbers cn ON cn.customer_id = l.customer_id JOIN numbers n ON n.id = cn.number_id
    WHERE c.name = :campaign AND l.callback AND l.lead_end IS NULL
""")
_KEPT = text("""
    SELECT n.e164, bool_or(a.bridged_at IS NOT NULL) AS talked
    FROM attempts a JOIN numbers n ON n.id = a.number_id JOIN campaigns c ON c.id = a.campaign_id
    WHERE c.name = :campaign AND a.dialed_at IS NOT NULL AND n.e164 = ANY(CAST(:numbers AS text[])) GROUP BY 1
""")
_RECORDED = text("""
    SELECT talk, finished_at IS NOT NULL AS finished FROM recordings WHERE attempt_id IS NULL AND since >= :since
""")
_HELD = text("""
    SELECT caller, sum(extract(epoch FROM until - since))::float8 AS seconds FROM agent_intervals
    WHERE state = 'talking' AND reason = 'hold' AND caller IS NOT NULL AND since >= :since GROUP BY 1
""")
_AWAY = text("""
    SELECT agent, state, reason FROM agent_intervals
    WHERE state IN ('logged_out', 'paused', 'lost') AND since >= :since AND since < :until
""")
_WORK = text("""
    SELECT state, CASE WHEN caller IS NOT NULL THEN 'callers' WHEN campaign_id IS NOT NULL THEN 'customers' ELSE '' END
        AS whom, sum(extract(epoch FROM least(until, :until) - greatest(since, :since)))::float8 AS seconds
    FROM agent_intervals WHERE until > :since AND since < :until GROUP BY 1, 2
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A step that a caller took."""

    step: str
    kind: str
    entered_at: datetime
    left_at: datetime | None
    result: str | None
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRow:
    """A caller in a queue."""

    arrived_at: datetime
    outcome: str | None
    agent: str | None
    answered_at: datetime | None
    left_at: datetime | None
    taken_over: bool
    disposition: str | None
    """What the agent said of the talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRow:
    """A call that came in, with all that was written down of it."""

    call: str
    dialled: str
    caller: str
    arrived_at: datetime
    ended_at: datetime | None
    outcome: str | None
    known: bool
    """The caller was recognised."""
    returns: bool
    """The call answers one of ours that was abandoned."""
    steps: tuple[StepRow, ...]
    waits: tuple[WaitRow, ...]

    @property
    def agent(self) -> str | None:
        """Who talked with the caller at the end."""
        return next((wait.agent for wait in reversed(self.waits) if wait.outcome == "answered"), None)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The database of the demo."""

    database: AsyncEngine

    async def whereabouts(self) -> dict[str, str]:
        """The step in which each caller stands now, by number."""
        return {row["caller"]: row["step"] for row in await self._rows(_WHERE)}

    async def talks(self) -> dict[str, str]:
        """The agent with whom each caller talks now, by number."""
        return {row["caller"]: row["agent"] for row in await self._rows(_TALKS)}

    async def number_of(self, talk: str) -> str | None:
        """Whom an agent talks with, who called or was called."""
        return next((row["caller"] for row in await self._rows(_NUMBER, talk=talk)), None)

    async def calls(self, since: datetime) -> list[CallerRow]:
        """Every call that came in from then on, in the order of arrival."""
        steps: dict[str, list[StepRow]] = {}
        for row in await self._rows(_STEPS):
            call = row.pop("call_id")
            del row["position"]
            steps.setdefault(call, []).append(StepRow(**row))
        waits: dict[str, list[WaitRow]] = {}
        for row in await self._rows(_WAITS):
            waits.setdefault(row["call_id"], []).append(
                WaitRow(
                    arrived_at=row["arrived_at"],
                    outcome=row["outcome"],
                    agent=row["agent"],
                    answered_at=row["answered_at"],
                    left_at=row["left_at"],
                    taken_over=row["taken_over_by"] is not None,
                    disposition=row["agent_disposition"],
                )
            )
        return [
            CallerRow(
                call=row["id"],
                dialled=row["number"],
                caller=row["caller"],
                arrived_at=row["arrived_at"],
                ended_at=row["ended_at"],
                outcome=row["outcome"],
                known=row["known"],
                returns=row["returns"],
                steps=tuple(steps.get(row["id"], ())),
                waits=tuple(waits.get(row["id"], ())),
            )
            for row in await self._rows(_CALLS, since=since)
        ]

    async def recorded(self, since: datetime) -> dict[str, bool]:
        """The talks with callers of which there is a recording from then on, and whether its file is made."""
        return {row["talk"]: row["finished"] for row in await self._rows(_RECORDED, since=since)}

    async def held(self, since: datetime) -> dict[str, float]:
        """For how many seconds callers were on hold from then on, by call."""
        return {row["caller"]: row["seconds"] for row in await self._rows(_HELD, since=since)}

    async def opted_out(self) -> dict[str, str]:
        """The numbers that are called no more because a caller asked for it, each with its proof."""
        return {row["number"]: row["proof"] for row in await self._rows(_OPTED_OUT)}

    async def abandoned(self, campaign: CampaignName) -> list[str]:
        """The numbers of a campaign that found no agent."""
        return [row["e164"] for row in await self._rows(_ABANDONED, campaign=campaign)]

    async def agents_of(self, campaign: CampaignName) -> dict[str, str]:
        """The agent who talked with each number of a campaign last."""
        return {row["e164"]: row["agent"] for row in await self._rows(_AGENTS_OF, campaign=campaign)}

    async def promised(self, campaign: CampaignName) -> list[str]:
        """The numbers that a campaign is to call back."""
        return [row["e164"] for row in await self._rows(_PROMISED, campaign=campaign)]

    async def called_back(self, campaign: CampaignName, numbers: Sequence[str]) -> dict[str, bool]:
        """Which of these numbers a campaign has called, and whether an agent talked with them."""
        found = await self._rows(_KEPT, campaign=campaign, numbers=list(numbers))
        return {row["e164"]: row["talked"] for row in found}

    async def away(self, since: datetime, until: datetime) -> list[str]:
        """Agents who left the floor between two moments, one sentence each."""
        found = await self._rows(_AWAY, since=since, until=until)
        return [f"agent {row['agent']} was {row['state']} {row['reason']}".rstrip() for row in found]

    async def work(self, since: datetime, until: datetime) -> Mapping[tuple[str, str], float]:
        """Seconds of all agents by state and for whom: `callers`, `customers` or nobody."""
        found = await self._rows(_WORK, since=since, until=until)
        return {(row["state"], row["whom"]): row["seconds"] for row in found}

    async def _rows(self, question: Any, **values: Any) -> list[dict[str, Any]]:
        async with self.database.connect() as connection:
            return [dict(row) for row in (await connection.execute(question, values)).mappings()]
