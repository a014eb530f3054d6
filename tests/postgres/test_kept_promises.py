"""What became of promised callbacks, as the report counts them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.callback import Callback
from dialer.core.commands import FetchLeads
from dialer.core.lead import Lead, LeadNext
from dialer.core.words import AgentNumber, LeadEnd
from dialer.store.attempts import close_attempts, open_attempts
from dialer.store.leasing import Leasing
from dialer.store.report import campaign_report
from dialer.store.runs import Run
from tests.postgres.seeds import SPRING, closing, do, opening, sow_campaign

pytestmark = pytest.mark.postgres

ANNA, BEN = AgentNumber("1001"), AgentNumber("1002")
NOW = datetime.now(UTC)


async def call(engine: AsyncEngine, run: Run, lead: Lead, ago: timedelta, **outcome: object) -> None:
    """The lead was called so long ago; what was promised then is its next time, else it is through."""
    at = NOW - ago
    promise = outcome.get("callback")
    if isinstance(promise, Callback):
        next_ = LeadNext(due_at=promise.at, callback=True, owner=promise.owner)
    else:
        next_ = LeadNext(end=LeadEnd.REACHED)
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(lead, at=at)])
        await close_attempts(connection, [closing(lead, next_, dialed_at=at, ended_at=at, **outcome)], pytest.fail)


async def test_promises_are_counted_by_what_became_of_them(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 6)
    fetched = await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=6))
    hour = timedelta(hours=1)
    moments = [-hour, -hour, -hour, hour, -hour, -hour]
    owners = [ANNA, ANNA, None, ANNA, None, None]
    for lead, moment, owner in zip(fetched.leads, moments, owners, strict=True):
        promise = Callback(at=NOW + moment, asked_for=NOW + moment, owner=owner)
        await call(engine, run, lead, 3 * hour, callback=promise, agent=ANNA)
    await do(engine, "UPDATE campaign_leads SET callback = false, callback_agent = NULL WHERE lead_id = 5")
    due = FetchLeads(campaign=SPRING, count=9)
    again = {lead.id: lead for lead in (await Leasing(engine, run.id).fetch(due)).leads}
    assert sorted(again) == [1, 2, 3, 5, 6]
    first, second, third = (again[lead.id] for lead in fetched.leads[:3])
    await call(engine, run, first, hour - timedelta(minutes=4), agent=ANNA)
    await call(engine, run, second, hour - timedelta(minutes=40), agent=BEN)
    await call(engine, run, third, hour - timedelta(minutes=6), agent=BEN)
    report = await campaign_report(engine, SPRING)
    assert report.callbacks == {"kept": 1, "late": 2, "missed": 1, "dropped": 1, "to_come": 1}
    assert report.own_callbacks == {"in_person": 1, "by_others": 1}
    later = await campaign_report(engine, SPRING, since=NOW)
    assert later.callbacks == {"kept": 0, "late": 0, "missed": 0, "dropped": 0, "to_come": 1}
