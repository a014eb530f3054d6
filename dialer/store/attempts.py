"""Attempts: opened before the call, closed with the outcome. Each function takes many and writes them as sets.

Theory. A lease promises a lead to a run; opening turns the promise into an attempt, and looks once more at all that
may have changed since the lease: suppressions, dead numbers, attempt limits, abandoned calls, calls of other daemons.
 What stands in the way is settled in the same transaction. Two partial unique indexes keep what no look can:
that of two daemons at the same number or agent only one comes through.

Closing is idempotent by the attempt's id: only a row that is still open is changed, and only then its lead.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.core.commands import CloseAttempt, OpenAttempt, Outcome, ReturnLeads
from dialer.core.events import AttemptClosed, AttemptOpened, AttemptRefused, Event
from dialer.core.words import AttemptId, LeadEnd, MachineVerdict, RunId
from dialer.store.agents import make_known

HOUR = timedelta(hours=1)
BUSY_PAUSE = timedelta(minutes=1)
"""When a lead is due again whose number was in another call."""
UNRECORDABLE_PAUSE = timedelta(hours=1)
"""When a lead is due again whose attempt could not be written: somebody has to mend something first."""

LEASE_LOST = "lease lost"
NUMBER_BUSY = "number in another call"
ATTEMPT_LIMIT = "attempt limit: "
"""Followed by which one."""
LOCKED_OUT = "abandoned a short while ago"

_JUDGE = text("""
    SELECT w.id, coalesce(lockout.free_at, reached.free_at) AS free_at, CASE
        WHEN EXISTS (SELECT FROM attempts a WHERE a.id = w.id AND a.run_id = :run AND a.ended_at IS NULL) THEN 'open'
        WHEN cl.attempt_id IS DISTINCT FROM w.id OR cl.run_id <> :run THEN 'lease lost'
        WHEN n.dead_since IS NOT NULL THEN 'number out of service'
        WHEN EXISTS (SELECT FROM suppressions s WHERE s.customer_id = cl.customer_id AND s.lifted_at IS NULL)
          OR EXISTS (SELECT FROM suppressions s WHERE s.number = n.e164 AND s.lifted_at IS NULL) THEN 'suppressed'
        WHEN lockout.free_at IS NOT NULL THEN 'abandoned a short while ago'
        WHEN reached.free_at IS NOT NULL THEN format('attempt limit: %s in %s h', reached.most, reached.hours)
        WHEN EXISTS (SELECT FROM attempts a WHERE a.number_id = n.id AND a.ended_at IS NULL)
            THEN 'number in another call'
        WHEN EXISTS (SELECT FROM attempts a WHERE a.agent = w.agent AND a.ended_at IS NULL
            AND a.taken_over_at IS NULL) THEN 'agent in another call'
        ELSE 'may be opened' END AS verdict
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:campaigns AS text[]), CAST(:leads AS bigint[]), CAST(:numbers AS bigint[]),
        CAST(:agents AS text[]), CAST(:moments AS timestamptz[]), CAST(:limits AS jsonb[]),
        CAST(:lockouts AS interval[])
    ) AS w (id, campaign, lead_id, number_id, agent, at, limits, lockout)
    JOIN campaigns c ON c.name = w.campaign
    JOIN campaign_leads cl ON cl.campaign_id = c.id AND cl.lead_id = w.lead_id
    JOIN numbers n ON n.id = w.number_id
    -- The limit that is reached for longest: so many attempts back, one is younger than its time.
    LEFT JOIN LATERAL (
        SELECT allowed.most, allowed.hours, oldest.opened_at + allowed.hours * interval '1 hour' AS free_at
        FROM jsonb_to_recordset(w.limits) AS allowed (most bigint, hours float8),
        LATERAL (
            SELECT a.opened_at FROM attempts a
            WHERE a.number_id = w.number_id AND a.id <> w.id AND (a.dialed_at IS NOT NULL OR a.ended_at IS NULL)
              AND a.opened_at > w.at - allowed.hours * interval '1 hour'
            ORDER BY a.opened_at DESC OFFSET allowed.most - 1 LIMIT 1
        ) oldest
        ORDER BY free_at DESC LIMIT 1
    ) reached ON true
    LEFT JOIN LATERAL (
        SELECT max(a.ended_at) + w.lockout AS free_at FROM attempts a
        WHERE a.number_id = w.number_id AND a.disposition = 'abandoned' AND a.ended_at > w.at - w.lockout
          AND w.agent IS NULL
    ) lockout ON true
    ORDER BY w.id FOR UPDATE OF cl
""")

_OPEN = text("""
    INSERT INTO attempts (
        id, campaign_id, lead_id, number_id, run_id, mode, trunk, caller_id, config_version, agent, opened_at
    )
    SELECT w.id, c.id, w.lead_id, w.number_id, :run, w.mode, w.trunk, w.caller_id, w.version, w.agent, w.at
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:campaigns AS text[]), CAST(:leads AS bigint[]), CAST(:numbers AS bigint[]),
        CAST(:agents AS text[]), CAST(:moments AS timestamptz[]), CAST(:modes AS text[]), CAST(:trunks AS text[]),
        CAST(:caller_ids AS text[]), CAST(:versions AS text[])
    ) AS w (id, campaign, lead_id, number_id, agent, at, mode, trunk, caller_id, version)
    JOIN campaigns c ON c.name = w.campaign
    ON CONFLICT DO NOTHING RETURNING id
""")

_SETTLE = text("""
    UPDATE campaign_leads cl SET run_id = NULL, attempt_id = NULL, lead_end = w.lead_end, held_because = w.because,
        due_at = CASE WHEN w.lead_end IS NULL THEN coalesce(w.due_at, cl.due_at) END, changed_at = now()
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:due AS timestamptz[]), CAST(:ends AS text[]), CAST(:because AS text[])
    ) AS w (attempt_id, due_at, lead_end, because)
    WHERE cl.attempt_id = w.attempt_id
""")

_CLOSE = text("""
    UPDATE attempts a SET
        agent = coalesce(w.agent, a.agent), dialed_at = w.dialed_at, ringing_at = w.ringing_at,
        answered_at = w.answered_at, bridged_at = w.bridged_at, ended_at = w.ended_at, disposition = w.disposition,
        agent_disposition = w.agent_disposition, hangup_cause = w.hangup_cause, sip_code = w.sip_code,
        dial_status = w.dial_status, seconds_talked = w.seconds_talked, callback_at = w.callback_at,
        callback_agent = w.callback_agent, amd_verdict = w.verdict, amd_cause = w.verdict_cause,
        amd_sampled = w.sampled, amd_truth = w.truth, machine_message = w.left_message
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:agents AS text[]), CAST(:dialed AS timestamptz[]), CAST(:ringing AS timestamptz[]),
        CAST(:answered AS timestamptz[]), CAST(:bridged AS timestamptz[]), CAST(:ended AS timestamptz[]),
        CAST(:dispositions AS text[]), CAST(:agent_dispositions AS text[]), CAST(:causes AS smallint[]),
        CAST(:sip_codes AS smallint[]), CAST(:statuses AS text[]), CAST(:talked AS float8[]),
        CAST(:callbacks_at AS timestamptz[]), CAST(:callback_agents AS text[]),
        CAST(:verdicts AS text[]), CAST(:verdict_causes AS text[]), CAST(:sampled AS boolean[]),
        CAST(:truths AS text[]), CAST(:left AS text[])
    ) AS w (id, agent, dialed_at, ringing_at, answered_at, bridged_at, ended_at, disposition, agent_disposition,
            hangup_cause, sip_code, dial_status, seconds_talked, callback_at, callback_agent, verdict, verdict_cause,
            sampled, truth, left_message)
    WHERE a.id = w.id AND a.ended_at IS NULL
    RETURNING a.id
""")

_KNOWN = text("SELECT id FROM attempts WHERE id = ANY(CAST(:ids AS uuid[]))")

_BURY = text("UPDATE numbers SET dead_since = now() WHERE id = ANY(CAST(:numbers AS bigint[])) AND dead_since IS NULL")

_SUPPRESS = text("""
    INSERT INTO suppressions (number, customer_id, reason, source, proof)
    SELECT w.number, w.customer_id, 'asked not to be called', 'call', w.proof
    FROM unnest(CAST(:numbers AS text[]), CAST(:customers AS bigint[]), CAST(:proofs AS text[]))
        AS w (number, customer_id, proof)
    ON CONFLICT DO NOTHING
""")

_GO_ON = text("""
    UPDATE campaign_leads cl SET
        attempts_made = cl.attempts_made + w.dialed, callback = w.callback, callback_agent = w.owner, run_id = NULL,
        attempt_id = NULL, held_because = NULL, changed_at = now(),
        lead_end = CASE WHEN NOT another.number THEN w.lead_end END,
        due_at = CASE WHEN another.number THEN w.ended_at ELSE w.due_at END
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:dialed AS integer[]), CAST(:callbacks AS boolean[]), CAST(:owners AS text[]),
        CAST(:ends AS text[]), CAST(:due AS timestamptz[]), CAST(:ended AS timestamptz[]), CAST(:customers AS bigint[])
    ) AS w (attempt_id, dialed, callback, owner, lead_end, due_at, ended_at, customer_id),
    LATERAL (
        SELECT w.lead_end IS NOT DISTINCT FROM 'unreachable' AND EXISTS (
            SELECT FROM customer_numbers cn JOIN numbers n ON n.id = cn.number_id
            WHERE cn.customer_id = w.customer_id AND n.dead_since IS NULL
        ) AS number
    ) another
    WHERE cl.attempt_id = w.attempt_id
""")


async def open_attempts(connection: AsyncConnection, run: RunId, wishes: Sequence[OpenAttempt]) -> list[Event]:
    """Write down the attempts that may be made; settle the leads of the others. One answer each, in order."""
    await make_known(connection, {wish.agent for wish in wishes if wish.agent})
    judged = {
        str(row.id): row for row in await connection.execute(_JUDGE, {"run": int(run), **_columns_to_judge(wishes)})
    }
    verdicts = {
        wish.lead.attempt: judged[wish.lead.attempt].verdict if wish.lead.attempt in judged else LEASE_LOST
        for wish in wishes
    }
    may = [wish for wish in wishes if verdicts[wish.lead.attempt] == "may be opened"]
    if may:
        values = {"run": int(run), **_columns_to_judge(may), **_columns_to_open(may)}
        opened = {str(row.id) for row in await connection.execute(_OPEN, values)}
        for wish in may:
            # What was free a moment ago and is not any more: the twin of this wish, here or in another daemon.
            verdicts[wish.lead.attempt] = "open" if wish.lead.attempt in opened else NUMBER_BUSY
    await _settle(
        connection,
        [
            (wish.lead.attempt, *_settlement(verdict, wish.at, judged[wish.lead.attempt].free_at), verdict)
            for wish in wishes
            if (verdict := verdicts[wish.lead.attempt]) not in ("open", LEASE_LOST)
        ],
    )
    return [
        AttemptOpened(attempt=attempt) if verdict == "open" else AttemptRefused(attempt=attempt, reason=verdict)
        for attempt, verdict in verdicts.items()
    ]


async def refuse_attempt(connection: AsyncConnection, wish: OpenAttempt, because: str) -> Event:
    """Give back the lead of an attempt that cannot be written, for an hour."""
    await _settle(connection, [(wish.lead.attempt, wish.at + UNRECORDABLE_PAUSE, None, because)])
    return AttemptRefused(attempt=wish.lead.attempt, reason=because)


async def return_leads(connection: AsyncConnection, wishes: Sequence[ReturnLeads]) -> None:
    """Give leases back undialled."""
    await _settle(
        connection, [(lead.attempt, wish.due_at, None, wish.reason) for wish in wishes for lead in wish.leads]
    )


async def close_attempts(
    connection: AsyncConnection, wishes: Sequence[CloseAttempt], on_oddity: Callable[[str], None]
) -> list[Event]:
    """Write outcomes and what becomes of the leads. An attempt that is closed already stays as it is."""
    first = {wish.outcome.attempt: wish for wish in reversed(wishes)}
    named = {agent for wish in wishes for agent in (wish.outcome.agent, wish.next.owner) if agent}
    await make_known(connection, named)
    closed = {str(row.id) for row in await connection.execute(_CLOSE, _columns_to_close(list(first.values())))}
    if done := [wish for attempt, wish in first.items() if attempt in closed]:
        await _carry_consequences(connection, done)
    if others := [attempt for attempt in first if attempt not in closed]:
        known = {str(row.id) for row in await connection.execute(_KNOWN, {"ids": others})}
        for attempt in others:
            if attempt not in known:
                on_oddity(f"attempt {attempt} was to be closed but never opened; nothing was written")
    return [AttemptClosed(attempt=attempt) for attempt in {wish.outcome.attempt: None for wish in wishes}]


async def _carry_consequences(connection: AsyncConnection, done: list[CloseAttempt]) -> None:
    if dead := [wish.lead.number_id for wish in done if wish.next.number_dead]:
        await connection.execute(_BURY, {"numbers": dead})
    if suppress := [wish for wish in done if wish.next.suppress]:
        none = [None] * len(suppress)
        await connection.execute(
            _SUPPRESS,
            {
                "numbers": [wish.lead.number for wish in suppress] + none,
                "customers": none + [wish.lead.customer for wish in suppress],
                "proofs": [_proof(wish) for wish in suppress] * 2,
            },
        )
    await connection.execute(
        _GO_ON,
        {
            "ids": [wish.outcome.attempt for wish in done],
            "dialed": [int(wish.outcome.dialed_at is not None) for wish in done],
            "callbacks": [wish.next.callback for wish in done],
            "owners": [wish.next.owner for wish in done],
            "ends": [wish.next.end and wish.next.end.value for wish in done],
            "due": [wish.next.due_at for wish in done],
            "ended": [wish.outcome.ended_at for wish in done],
            "customers": [wish.lead.customer for wish in done],
        },
    )


def _proof(wish: CloseAttempt) -> str:
    """Where it was said that the customer must not be called, and to whom."""
    told = f", said to agent {wish.next.suppressed_by}" if wish.next.suppressed_by else ""
    return f"attempt {wish.outcome.attempt}{told}"


async def _settle(
    connection: AsyncConnection, leads: list[tuple[AttemptId, datetime | None, LeadEnd | None, str]]
) -> None:
    if leads:
        values = {
            "ids": [attempt for attempt, _, _, _ in leads],
            "due": [due for _, due, _, _ in leads],
            "ends": [end and end.value for _, _, end, _ in leads],
            "because": [because for _, _, _, because in leads],
        }
        await connection.execute(_SETTLE, values)


def _settlement(verdict: str, at: datetime, free_at: datetime | None) -> tuple[datetime | None, LeadEnd | None]:
    """When the lead is due again (None: as before), or how it ended."""
    if verdict == "suppressed":
        return None, LeadEnd.SUPPRESSED
    if verdict == LOCKED_OUT or verdict.startswith(ATTEMPT_LIMIT):
        return free_at, None
    if verdict == NUMBER_BUSY:
        return at + BUSY_PAUSE, None
    # A lead whose number died goes on with its next number, one whose agent is taken with another agent.
    return None, None


def _columns_to_judge(wishes: Sequence[OpenAttempt]) -> dict[str, Any]:
    return {
        "ids": [wish.lead.attempt for wish in wishes],
        "campaigns": [wish.lead.campaign for wish in wishes],
        "leads": [wish.lead.id for wish in wishes],
        "numbers": [wish.lead.number_id for wish in wishes],
        "agents": [wish.agent for wish in wishes],
        "moments": [wish.at for wish in wishes],
        "limits": [
            json.dumps([{"most": limit.most, "hours": limit.within / HOUR} for limit in wish.attempt_limits])
            for wish in wishes
        ],
        "lockouts": [wish.abandoned_lockout for wish in wishes],
    }


def _columns_to_open(wishes: Sequence[OpenAttempt]) -> dict[str, Any]:
    return {
        "modes": [wish.mode.value for wish in wishes],
        "trunks": [wish.trunk for wish in wishes],
        "caller_ids": [wish.caller_id for wish in wishes],
        "versions": [wish.config_version for wish in wishes],
    }


def _columns_to_close(wishes: Sequence[CloseAttempt]) -> dict[str, Any]:
    outcomes = [wish.outcome for wish in wishes]
    return {
        "ids": [outcome.attempt for outcome in outcomes],
        "agents": [outcome.agent for outcome in outcomes],
        "dialed": [outcome.dialed_at for outcome in outcomes],
        "ringing": [outcome.ringing_at for outcome in outcomes],
        "answered": [outcome.answered_at for outcome in outcomes],
        "bridged": [outcome.bridged_at for outcome in outcomes],
        "ended": [outcome.ended_at for outcome in outcomes],
        "dispositions": [outcome.disposition.value for outcome in outcomes],
        "agent_dispositions": [outcome.agent_disposition for outcome in outcomes],
        "causes": [outcome.hangup_cause for outcome in outcomes],
        "sip_codes": [outcome.sip_code for outcome in outcomes],
        "statuses": [outcome.dial_status for outcome in outcomes],
        "talked": [float(outcome.seconds_talked) for outcome in outcomes],
        "callbacks_at": [outcome.callback and outcome.callback.at for outcome in outcomes],
        "callback_agents": [outcome.callback and outcome.callback.owner for outcome in outcomes],
        **_columns_of_machines(outcomes),
    }


def _columns_of_machines(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Where nobody listened for machines nothing is written."""
    heard = [outcome.verdict is not MachineVerdict.OFF for outcome in outcomes]
    return {
        "verdicts": [o.verdict.value if h else None for o, h in zip(outcomes, heard, strict=True)],
        "verdict_causes": [o.verdict_cause if h else None for o, h in zip(outcomes, heard, strict=True)],
        "sampled": [o.sampled if h else None for o, h in zip(outcomes, heard, strict=True)],
        "truths": [outcome.truth and outcome.truth.value for outcome in outcomes],
        "left": [outcome.left and outcome.left.value for outcome in outcomes],
    }
