"""Why a number, a lead or an attempt was or was not dialled, as far as the database knows, in sentences."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_LEADS_OF_NUMBER = text("""
    SELECT l.id FROM numbers n JOIN customer_numbers cn ON cn.number_id = n.id
    JOIN leads l ON l.customer_id = cn.customer_id WHERE n.e164 = :number ORDER BY l.id
""")
_NUMBER = text("SELECT e164, dead_since FROM numbers WHERE e164 = :number")
_LEAD_OF_ATTEMPT = text("SELECT lead_id FROM attempts WHERE id = :attempt")
_LEASE_OF_ATTEMPT = text("SELECT lead_id FROM campaign_leads WHERE attempt_id = :attempt")
_LEAD = text("""
    SELECT l.id, li.name AS list, cu.id AS customer, cu.name FROM leads l
    JOIN lists li ON li.id = l.list_id JOIN customers cu ON cu.id = l.customer_id WHERE l.id = :lead
""")
_NUMBERS_OF_CUSTOMER = text("""
    SELECT n.e164, n.dead_since FROM customer_numbers cn JOIN numbers n ON n.id = cn.number_id
    WHERE cn.customer_id = :customer ORDER BY cn.position, cn.number_id
""")
_SUPPRESSIONS = text("""
    SELECT s.number, s.reason, s.source, s.since, s.lifted_at, s.lifted_by FROM suppressions s
    WHERE s.customer_id = :customer OR s.number = ANY(CAST(:numbers AS text[])) ORDER BY s.since
""")
_CAMPAIGNS = text("""
    SELECT c.name, c.state, cs.position, cs.taken_up_to, cl.lead_end, cl.due_at, cl.held_because, cl.run_id,
        cl.attempts_made, cl.callback, cl.callback_agent, cl.lead_id IS NOT NULL AS taken, now() AS now,
        (SELECT other.lead_id FROM campaign_leads other
         WHERE other.campaign_id = c.id AND other.customer_id = l.customer_id AND other.lead_id <> l.id) AS twin
    FROM leads l JOIN campaign_lists cs ON cs.list_id = l.list_id JOIN campaigns c ON c.id = cs.campaign_id
    LEFT JOIN campaign_leads cl ON cl.campaign_id = c.id AND cl.lead_id = l.id
    WHERE l.id = :lead ORDER BY c.name
""")
_ATTEMPTS = text("""
    SELECT a.id, c.name AS campaign, n.e164, a.opened_at, a.dialed_at, a.ended_at, a.disposition, a.agent_disposition,
        a.agent, a.hangup_cause, a.sip_code, a.callback_at, a.callback_agent, a.amd_verdict, a.amd_cause, a.amd_truth,
        a.machine_message
    FROM attempts a JOIN campaigns c ON c.id = a.campaign_id JOIN numbers n ON n.id = a.number_id
    WHERE a.lead_id = :lead ORDER BY a.opened_at
""")
_THIRDS = text("""
    SELECT t.target, t.agent, t.at, t.kind, t.outcome FROM transfers t JOIN attempts a ON a.id = t.attempt_id
    WHERE a.lead_id = :lead ORDER BY t.at
""")
_CALLED_US = text("""
    SELECT arrived_at, team, outcome, agent, agent_disposition FROM queue_waits WHERE customer_id = :customer
    ORDER BY arrived_at
""")


async def why(engine: AsyncEngine, what: str) -> tuple[str, ...]:
    """Lines about a number (E.164, with plus), a lead (its id) or an attempt (its UUID)."""
    what = what.strip()
    async with engine.connect() as connection:
        if re.fullmatch(r"\+\d+", what):
            return await _of_number(connection, what)
        if re.fullmatch(r"\d+", what):
            return await _of_lead(connection, int(what)) or (f"there is no lead {what}; a number begins with +",)
        try:
            attempt = uuid.UUID(what)
        except ValueError:
            return (f"`{what}` is no number (+…), no lead (digits) and no attempt (a UUID)",)
        for question in (_LEAD_OF_ATTEMPT, _LEASE_OF_ATTEMPT):
            lead = (await connection.execute(question, {"attempt": attempt})).scalar_one_or_none()
            if lead is not None:
                return await _of_lead(connection, lead)
        return (
            f"attempt {attempt} was never opened: its lead was given back undialled, or it is not of this database",
        )


async def _of_number(connection: AsyncConnection, number: str) -> tuple[str, ...]:
    if (await connection.execute(_NUMBER, {"number": number})).one_or_none() is None:
        return (f"{number} is on no list", *await _suppressions(connection, None, [number]))
    leads = (await connection.execute(_LEADS_OF_NUMBER, {"number": number})).scalars().all()
    lines: list[str] = []
    for lead in leads:
        lines += await _of_lead(connection, lead)
    return tuple(lines)


async def _of_lead(connection: AsyncConnection, lead: int) -> tuple[str, ...]:
    row = (await connection.execute(_LEAD, {"lead": lead})).one_or_none()
    if row is None:
        return ()
    numbers = (await connection.execute(_NUMBERS_OF_CUSTOMER, {"customer": row.customer})).all()
    lines = [f"lead {row.id}: customer {row.customer} ({row.name or 'without a name'}) on list {row.list}"]
    for number in numbers:
        dead = f", out of service since {_moment(number.dead_since)}" if number.dead_since else ""
        lines.append(f"  number {number.e164}{dead}")
    lines += await _suppressions(connection, row.customer, [number.e164 for number in numbers])
    campaigns = (await connection.execute(_CAMPAIGNS, {"lead": lead})).mappings().all()
    lines += [f"  campaign {campaign['name']} ({campaign['state']}): {_standing(campaign)}" for campaign in campaigns]
    if not campaigns:
        lines.append("  no campaign names this list")
    attempts = (await connection.execute(_ATTEMPTS, {"lead": lead})).mappings().all()
    lines += [f"  {_attempt(attempt)}" for attempt in attempts]
    if not attempts:
        lines.append("  never dialled")
    thirds = await connection.execute(_THIRDS, {"lead": lead})
    lines += [
        f"  {one.agent} called {one.target} in the talk at {_moment(one.at)}: {one.kind}, {one.outcome or 'open'}"
        for one in thirds
    ]
    waits = (await connection.execute(_CALLED_US, {"customer": row.customer})).mappings().all()
    lines += [f"  {_called_us(wait)}" for wait in waits]
    return tuple(lines)


async def _suppressions(connection: AsyncConnection, customer: int | None, numbers: Sequence[str]) -> list[str]:
    rows = await connection.execute(_SUPPRESSIONS, {"customer": customer, "numbers": list(numbers)})
    return [
        f"  suppressed: {row.number or 'the customer'} since {_moment(row.since)}: {row.reason} ({row.source})"
        + (f", lifted {_moment(row.lifted_at)} by {row.lifted_by}" if row.lifted_at else "")
        for row in rows
    ]


def _standing(row: RowMapping) -> str:
    """Where a lead stands in a campaign."""
    if not row["taken"]:
        if row["twin"] is not None:
            return f"the customer is called as lead {row['twin']}"
        return (
            "not begun with yet" if row["position"] is not None else "the campaign file does not name the list any more"
        )
    made = f"{row['attempts_made']} attempts made"
    if row["lead_end"] is not None:
        return f"ended, {row['lead_end']}; {made}"
    if row["run_id"] is not None:
        return f"leased to run {row['run_id']}: about to be dialled, or in a call; {made}"
    kind = "callback due" if row["callback"] else "due"
    whose = f", for a while {row['callback_agent']}'s alone" if row["callback_agent"] else ""
    since = "since" if row["due_at"] <= row["now"] else "at"
    held = f"; last held because: {row['held_because']}" if row["held_because"] else ""
    return f"{kind} {since} {_moment(row['due_at'])}{whose}; {made}{held}"


def _attempt(row: RowMapping) -> str:
    if row["ended_at"] is None:
        ending: Any = "in a call now"
    else:
        codes = [f"{name} {row[key]}" for key, name in (("hangup_cause", "Q.850"), ("sip_code", "SIP")) if row[key]]
        by = f" by {row['agent']}" if row["agent"] else ""
        said = f", {row['agent_disposition']}{by}" if row["agent_disposition"] else ""
        ending = f"{row['disposition']}{said}" + (f" ({', '.join(codes)})" if codes else "")
        if row["callback_at"] is not None:
            ending += f"; {row['callback_agent'] or 'a call'} promised for {_moment(row['callback_at'])}"
        ending += _detected(row)
    dialled = _moment(row["dialed_at"] or row["opened_at"])
    return f"attempt {row['id']} of {row['campaign']} at {dialled} to {row['e164']}: {ending}"


def _detected(row: RowMapping) -> str:
    """What machine detection said, and what came of it; nothing where nobody listened."""
    if row["amd_verdict"] is None:
        return ""
    cause = f" ({row['amd_cause']})" if row["amd_cause"] else ""
    truth = f", in truth a {row['amd_truth']}" if row["amd_truth"] else ""
    message = f", message {row['machine_message']}" if row["machine_message"] else ""
    return f"; detection: {row['amd_verdict']}{cause}{truth}{message}"


def _called_us(row: RowMapping) -> str:
    by = f" by {row['agent']}" if row["agent"] else ""
    said = f", {row['agent_disposition']}" if row["agent_disposition"] else ""
    return (
        f"called us at {_moment(row['arrived_at'])} and waited for {row['team']}: {row['outcome'] or 'still'}{by}{said}"
    )


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%SZ")
