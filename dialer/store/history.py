"""What a campaign's own calls say of its customers and agents: for a simulation that need not assume it.

Durations come as quantiles, so that a long tail stays one. Calls that we called off say nothing, and are left out.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.policy import CampaignPolicy
from models import Campaign

STEPS = 100
"""Durations are told by so many equally probable steps."""

_CALLS = """
    SELECT dialed_at, ringing_at, answered_at, ended_at, seconds_talked, bridged_at, agent_disposition,
        CASE WHEN disposition = 'answered' AND agent_disposition = ANY(CAST(:machines AS text[])) THEN 'machine'
             WHEN disposition = 'abandoned' THEN 'answered'
             ELSE disposition END AS ending
    FROM attempts
    WHERE campaign_id = :campaign AND dialed_at >= :since AND ended_at IS NOT NULL AND disposition <> 'cancelled'
"""

_ENDINGS = text(f"""
    WITH calls AS ({_CALLS})
    SELECT extract(hour FROM dialed_at AT TIME ZONE :zone)::int AS hour, ending, count(*) AS n
    FROM calls GROUP BY 1, 2
""")  # noqa: S608 - no value is in it

_TIMES = text(f"""
    WITH calls AS ({_CALLS}),
    spans AS (
        SELECT 'set_up' AS what, extract(epoch FROM ringing_at - dialed_at) AS seconds
            FROM calls WHERE ringing_at IS NOT NULL
        UNION ALL SELECT 'ring', extract(epoch FROM answered_at - coalesce(ringing_at, dialed_at))
            FROM calls WHERE ending = 'answered' AND answered_at IS NOT NULL
        UNION ALL SELECT 'machine_ring', extract(epoch FROM answered_at - coalesce(ringing_at, dialed_at))
            FROM calls WHERE ending = 'machine' AND answered_at IS NOT NULL
        UNION ALL SELECT 'gives_up', extract(epoch FROM ended_at - coalesce(ringing_at, dialed_at))
            FROM calls WHERE ending = 'no_answer'
        UNION ALL SELECT 'refused', extract(epoch FROM ended_at - dialed_at)
            FROM calls WHERE ending IN ('busy', 'congestion', 'invalid_number', 'rejected', 'failed')
        UNION ALL SELECT 'talk', seconds_talked FROM calls WHERE ending = 'answered' AND bridged_at IS NOT NULL
        UNION ALL SELECT 'machine_talk', seconds_talked FROM calls WHERE ending = 'machine' AND bridged_at IS NOT NULL
        UNION ALL SELECT 'wrap', extract(epoch FROM until - since)
            FROM agent_intervals WHERE campaign_id = :campaign AND state = 'wrap_up' AND since >= :since
    )
    SELECT what, count(*) AS n,
        percentile_cont(CAST(:steps AS float8[])) WITHIN GROUP (ORDER BY greatest(seconds, 0)::float8) AS quantiles
    FROM spans GROUP BY what
""")  # noqa: S608 - no value is in it

_CHOICES = text(f"""
    WITH calls AS ({_CALLS})
    SELECT agent_disposition AS name, count(*) AS n FROM calls
    WHERE ending = 'answered' AND bridged_at IS NOT NULL AND agent_disposition IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1
""")  # noqa: S608 - no value is in it

_SPAN = text("""
    SELECT min(dialed_at) AS since, max(dialed_at) AS until FROM attempts
    WHERE campaign_id = :campaign AND dialed_at >= :since
""")

_LEADS = text("""
    SELECT coalesce((SELECT sum(size) FROM lists WHERE name = ANY(CAST(:lists AS text[]))), 0)
        - (SELECT count(*) FROM campaign_leads WHERE campaign_id = :campaign AND lead_end IS NOT NULL) AS open
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredTimes:
    """Durations of one kind, in seconds."""

    count: int
    quantiles: tuple[float, ...]
    """`STEPS` + 1 of them, from the least to the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignHistory:
    """What is known of a campaign from its calls."""

    since: datetime | None
    until: datetime | None
    """When the first and the last of the calls looked at was dialled; None: there was none."""
    endings_by_hour: Mapping[int, Mapping[str, int]]
    """Calls by the hour of the day at which they were dialled, and by disposition; abandoned ones under `answered`,
    those that an agent found to be a machine under `machine`."""
    times: Mapping[str, MeasuredTimes]
    """`set_up` (dialled to ringing), `ring` and `machine_ring` (ringing to answer), `gives_up` (ringing to no answer),
    `refused` (dialled to busy and the like), `talk`, `machine_talk`, `wrap`."""
    agent_dispositions: Mapping[str, int]
    """Of talks with persons."""
    leads_open: int
    """Leads on its lists that are not ended."""

    @property
    def calls(self) -> int:
        """How many calls it rests on."""
        return sum(sum(endings.values()) for endings in self.endings_by_hour.values())


async def campaign_history(
    engine: AsyncEngine, policy: CampaignPolicy, *, since: datetime, machines: Collection[str] = ()
) -> CampaignHistory:
    """What the calls dialled from `since` on say; hours are those of the campaign's own time zone.

    `machines`: the agents' dispositions that mean a machine. A campaign that the database does not know has made no
    calls.
    """
    async with engine.connect() as connection:
        known = await connection.execute(select(Campaign.id).where(Campaign.name == policy.name))
        scope = {"campaign": known.scalar_one_or_none() or 0, "since": since, "machines": list(machines)}
        span = (await connection.execute(_SPAN, {"campaign": scope["campaign"], "since": since})).one()
        zone = policy.hours.default_time_zone
        endings = (await connection.execute(_ENDINGS, {**scope, "zone": zone})).all()
        times = (await connection.execute(_TIMES, {**scope, "steps": [n / STEPS for n in range(STEPS + 1)]})).all()
        choices = (await connection.execute(_CHOICES, scope)).all()
        asked = {"lists": list(policy.lists), "campaign": scope["campaign"]}
        leads = (await connection.execute(_LEADS, asked)).scalar_one()
    by_hour: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for row in endings:
        by_hour[row.hour][row.ending] = row.n
    return CampaignHistory(
        since=span.since,
        until=span.until,
        endings_by_hour=dict(sorted(by_hour.items())),
        times={row.what: MeasuredTimes(count=row.n, quantiles=_rising(row.quantiles)) for row in times},
        agent_dispositions={row.name: row.n for row in choices},
        leads_open=max(0, int(leads)),
    )


def _rising(quantiles: Sequence[float]) -> tuple[float, ...]:
    """In order, whatever rounding made of equal ones."""
    return tuple(sorted(quantiles))
