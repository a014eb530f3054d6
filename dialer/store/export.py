"""Attempts as lines for other programs: every attempt of a campaign, oldest first, streamed.

Moments are RFC 3339 in UTC with milliseconds. An attempt that is still open has no `ended_at` and no `disposition`.
`recording` is the name of a file in the site's folder for recordings; it is empty again when the file was deleted.
"""

from collections.abc import AsyncIterator
from typing import Any, TextIO

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.words import CampaignName
from dialer.store.campaigns import NoSuchCampaign
from dialer.store.written_lines import write_csv_lines, write_json_lines
from models import Campaign

FIELDS = (
    "attempt_id",
    "campaign",
    "list",
    "lead_id",
    "customer_id",
    "number",
    "trunk",
    "mode",
    "dialed_at",
    "ringing_at",
    "answered_at",
    "bridged_at",
    "ended_at",
    "disposition",
    "agent_disposition",
    "agent",
    "hangup_cause",
    "sip_code",
    "dial_status",
    "config_version",
    "run_id",
    "abandoned",
    "seconds_talked",
    "taken_over_by",
    "taken_over_at",
    "recording",
    "recording_sha256",
    "recording_failure",
    "amd_verdict",
    "amd_cause",
    "amd_sampled",
    "amd_truth",
    "machine_message",
    "callback_at",
    "callback_agent",
)
"""The columns, in this order. Others may be added after them; scripts rely on these."""

_ATTEMPTS = text("""
    SELECT a.id::text AS attempt_id, c.name AS campaign, li.name AS list, a.lead_id, cl.customer_id, n.e164 AS number,
        a.trunk, a.mode,
        to_char(a.dialed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS dialed_at,
        to_char(a.ringing_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ringing_at,
        to_char(a.answered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS answered_at,
        to_char(a.bridged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS bridged_at,
        to_char(a.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ended_at,
        a.disposition, a.agent_disposition, a.agent, a.hangup_cause, a.sip_code, a.dial_status, a.config_version,
        a.run_id::text AS run_id, a.disposition IS NOT DISTINCT FROM 'abandoned' AS abandoned,
        round(a.seconds_talked::numeric, 3)::float8 AS seconds_talked, a.taken_over_by,
        to_char(a.taken_over_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS taken_over_at,
        CASE WHEN r.sha256 IS NOT NULL AND r.deleted_at IS NULL THEN a.id::text || '.wav' END AS recording,
        r.sha256 AS recording_sha256, r.failure AS recording_failure,
        a.amd_verdict, a.amd_cause, a.amd_sampled, a.amd_truth, a.machine_message,
        to_char(a.callback_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS callback_at, a.callback_agent
    FROM attempts a
    LEFT JOIN recordings r ON r.attempt_id = a.id
    JOIN campaigns c ON c.id = a.campaign_id
    JOIN campaign_leads cl ON cl.campaign_id = a.campaign_id AND cl.lead_id = a.lead_id
    JOIN lists li ON li.id = cl.list_id
    JOIN numbers n ON n.id = a.number_id
    WHERE c.name = :campaign
    ORDER BY a.opened_at, a.id
""")


async def attempts_of(engine: AsyncEngine, campaign: CampaignName) -> AsyncIterator[dict[str, Any]]:
    """Each attempt of a campaign under the names of `FIELDS`, oldest first, in little memory.

    :raises NoSuchCampaign: there is none of this name in the database.
    """
    async with engine.connect() as connection:
        known = await connection.execute(select(Campaign.id).where(Campaign.name == campaign))
        if known.one_or_none() is None:
            raise NoSuchCampaign(campaign)
        async with connection.stream(_ATTEMPTS, {"campaign": campaign}) as rows:
            async for row in rows.mappings():
                yield dict(row)


async def write_csv(engine: AsyncEngine, campaign: CampaignName, out: TextIO) -> int:
    """Write attempts as CSV (RFC 4180) with a header line; the answer is how many there were.

    :raises NoSuchCampaign: there is none of this name in the database; nothing was written.
    """
    return await write_csv_lines(attempts_of(engine, campaign), FIELDS, out)


async def write_jsonl(engine: AsyncEngine, campaign: CampaignName, out: TextIO) -> int:
    """Write attempts as one JSON object a line; the answer is how many there were.

    :raises NoSuchCampaign: there is none of this name in the database; nothing was written.
    """
    return await write_json_lines(attempts_of(engine, campaign), out)
