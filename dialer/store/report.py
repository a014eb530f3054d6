"""The key figures of a campaign, each with its definition."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.words import CampaignName
from dialer.store.campaigns import NoSuchCampaign
from dialer.store.kept_promises import promises
from dialer.store.machine_report import MACHINE_DEFINITIONS, MachineFigures, machine_figures
from models import Campaign

DEFINITIONS: Mapping[str, str] = {
    "attempts": "Calls that were dialled.",
    "open_attempts": "Of these, calls that are not over yet; they count nowhere else.",
    "live_answers": "Calls that a person answered: dispositions answered and abandoned.",
    "abandoned": "Live answers for whom no agent was there within the limit.",
    "abandon_rate": "abandoned / live_answers.",
    "answered_later": "Of the abandoned, those whose customer called us back; by law they stay abandoned.",
    "contacts": "Live answers who were joined with an agent.",
    "contacts_per_hour": "contacts / hours from the first dial to the last end of a call.",
    "agent_hours": "Hours in which agents were ready, talking or in wrap-up. A campaign has a part in the ready hours "
    "of those agents only who took one of its calls.",
    "calls_per_agent_hour": "contacts / agent_hours.",
    "utilisation": "(talking + wrap-up) / agent_hours.",
    "average_talk_seconds": "Mean time in conversation of a contact.",
    "average_wrap_seconds": "Mean time in wrap-up after a contact.",
    "wait_p50_seconds": "Median time from a contact's answer to the bridge with the agent.",
    "wait_p95_seconds": "95th percentile of the same.",
    "wait_max_seconds": "The longest of the same.",
    "dispositions": "Calls by the network's disposition.",
    "agent_dispositions": "Contacts by the agent's disposition.",
    **MACHINE_DEFINITIONS,
    "successes": "Contacts whose agent's disposition counts as success.",
    "conversion": "successes / contacts.",
    "callbacks": "Callbacks that agents promised for a moment of this span: kept (dialled within 5 minutes), late, "
    "missed (not dialled, and more than 5 minutes ago), dropped (cancelled, or the lead ended before) or to_come.",
    "own_callbacks": "Of those dialled that one agent promised in person: who had the call.",
    "caller_dispositions": "Talks with callers whom this campaign had called last, by the agent's disposition; they "
    "count nowhere else.",
}

FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MOMENT = datetime(9999, 1, 1, tzinfo=UTC)

_CALLS = text("""
    SELECT count(*) AS attempts, count(*) FILTER (WHERE ended_at IS NULL) AS open_attempts,
        count(*) FILTER (WHERE disposition IN ('answered', 'abandoned')) AS live_answers,
        count(*) FILTER (WHERE disposition = 'abandoned') AS abandoned,
        count(*) FILTER (WHERE disposition = 'abandoned'
                         AND EXISTS (SELECT FROM inbound_calls i WHERE i.returns_attempt_id = attempts.id)) AS returned,
        count(*) FILTER (WHERE disposition = 'answered' AND bridged_at IS NOT NULL) AS contacts,
        count(*) FILTER (WHERE disposition = 'answered' AND bridged_at IS NOT NULL
                         AND agent_disposition = ANY(CAST(:successes AS text[]))) AS successes,
        extract(epoch FROM max(ended_at) - min(dialed_at))::float8 / 3600 AS hours,
        avg(seconds_talked) FILTER (WHERE disposition = 'answered' AND bridged_at IS NOT NULL) AS talk,
        percentile_cont(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (
            ORDER BY extract(epoch FROM bridged_at - answered_at)::float8
        ) FILTER (WHERE disposition = 'answered' AND bridged_at IS NOT NULL AND answered_at IS NOT NULL) AS waits
    FROM attempts
    WHERE campaign_id = :campaign AND (dialed_at IS NOT NULL OR ended_at IS NULL)
      AND opened_at >= :since AND opened_at < :until
""")

_ENDINGS = text("""
    SELECT disposition, CASE WHEN bridged_at IS NOT NULL THEN agent_disposition END AS agent_disposition, count(*) AS n
    FROM attempts
    WHERE campaign_id = :campaign AND dialed_at IS NOT NULL AND ended_at IS NOT NULL
      AND opened_at >= :since AND opened_at < :until
    GROUP BY 1, 2
""")

_CALLERS = text("""
    SELECT coalesce(agent_disposition, 'none') AS disposition, count(*) AS n FROM queue_waits
    WHERE campaign = :name AND outcome = 'answered' AND arrived_at >= :since AND arrived_at < :until GROUP BY 1
""")

_WORK = text("""
    WITH span AS (
        SELECT i.*, extract(epoch FROM least(i.until, :until) - greatest(i.since, :since))::float8 AS seconds
        FROM agent_intervals i
        WHERE i.until > :since AND i.since < :until
          AND i.state IN ('ready', 'talking', 'wrap_up')
    ), ours AS (
        SELECT DISTINCT agent FROM span WHERE campaign_id = :campaign AND state = 'talking'
    )
    SELECT coalesce(sum(seconds) FILTER (WHERE state = 'ready' AND agent IN (SELECT agent FROM ours)
                                         AND coalesce(campaign_id, :campaign) = :campaign), 0) AS ready,
        coalesce(sum(seconds) FILTER (WHERE state = 'talking' AND campaign_id = :campaign), 0) AS talking,
        coalesce(sum(seconds) FILTER (WHERE state = 'wrap_up' AND campaign_id = :campaign), 0) AS wrapping,
        avg(seconds) FILTER (WHERE state = 'wrap_up' AND campaign_id = :campaign) AS wrap
    FROM span
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport(MachineFigures):
    """Key figures; `DEFINITIONS` says what each means. None where there is nothing to divide by."""

    campaign: CampaignName
    since: datetime | None
    until: datetime | None
    attempts: int
    open_attempts: int
    live_answers: int
    abandoned: int
    abandon_rate: float | None
    answered_later: int
    contacts: int
    contacts_per_hour: float | None
    agent_hours: float
    calls_per_agent_hour: float | None
    utilisation: float | None
    average_talk_seconds: float | None
    average_wrap_seconds: float | None
    wait_p50_seconds: float | None
    wait_p95_seconds: float | None
    wait_max_seconds: float | None
    dispositions: Mapping[str, int]
    agent_dispositions: Mapping[str, int]
    successes: int
    conversion: float | None
    callbacks: Mapping[str, int]
    own_callbacks: Mapping[str, int]
    caller_dispositions: Mapping[str, int]


async def campaign_report(
    engine: AsyncEngine,
    campaign: CampaignName,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    successes: Collection[str] = (),
) -> CampaignReport:
    """The key figures of the attempts opened from `since` up to, not including, `until`.

    `successes`: the names of the agents' dispositions that count as success.

    :raises NoSuchCampaign: there is none of this name in the database.
    """
    async with engine.connect() as connection:
        known = (await connection.execute(select(Campaign.id).where(Campaign.name == campaign))).scalar_one_or_none()
        if known is None:
            raise NoSuchCampaign(campaign)
        scope = {"campaign": known, "since": since or FIRST_MOMENT, "until": until or LAST_MOMENT}
        calls = (await connection.execute(_CALLS, {**scope, "successes": list(successes)})).one()
        endings = (await connection.execute(_ENDINGS, scope)).all()
        work = (await connection.execute(_WORK, scope)).one()
        promised, own = await promises(connection, known, since or FIRST_MOMENT, until or LAST_MOMENT)
        machines = await machine_figures(connection, scope)
        callers = (await connection.execute(_CALLERS, {**scope, "name": campaign})).all()
    waits = calls.waits or [None, None, None]
    agent_seconds = work.ready + work.talking + work.wrapping
    return CampaignReport(
        campaign=campaign,
        since=since,
        until=until,
        attempts=calls.attempts,
        open_attempts=calls.open_attempts,
        live_answers=calls.live_answers,
        abandoned=calls.abandoned,
        abandon_rate=_ratio(calls.abandoned, calls.live_answers),
        answered_later=calls.returned,
        contacts=calls.contacts,
        contacts_per_hour=_ratio(calls.contacts, calls.hours),
        agent_hours=agent_seconds / 3600,
        calls_per_agent_hour=_ratio(calls.contacts, agent_seconds / 3600),
        utilisation=_ratio(work.talking + work.wrapping, agent_seconds),
        average_talk_seconds=calls.talk,
        average_wrap_seconds=work.wrap,
        wait_p50_seconds=waits[0],
        wait_p95_seconds=waits[1],
        wait_max_seconds=waits[2],
        dispositions=_counted((row.disposition, row.n) for row in endings),
        agent_dispositions=_counted((row.agent_disposition, row.n) for row in endings if row.agent_disposition),
        successes=calls.successes,
        conversion=_ratio(calls.successes, calls.contacts) if successes else None,
        callbacks=promised,
        own_callbacks=own,
        caller_dispositions=_counted((row.disposition, row.n) for row in callers),
        **{name: getattr(machines, name) for name in MACHINE_DEFINITIONS},
    )


def _ratio(part: float, whole: float | None) -> float | None:
    return part / whole if whole else None


def _counted(named: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Sums by name, the most frequent first."""
    sums: dict[str, int] = {}
    for name, count in named:
        sums[name] = sums.get(name, 0) + count
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
