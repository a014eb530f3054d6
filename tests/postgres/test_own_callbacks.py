"""A callback of one agent: kept with the outcome, leased for that agent alone, and after a while for anybody."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.callback import Callback
from dialer.core.commands import FetchLeads, KeepWish
from dialer.core.lead import Lead, LeadNext
from dialer.core.words import AgentNumber, Disposition, LeadEnd
from dialer.store.attempts import close_attempts, open_attempts
from dialer.store.kept_wishes import keep_wishes
from dialer.store.leasing import Leasing
from dialer.store.runs import Run
from tests.postgres.seeds import SPRING, begin_run, closing, do, one, opening, rows, sow_campaign

pytestmark = pytest.mark.postgres

ANNA, BEN = AgentNumber("1001"), AgentNumber("1002")
HALF_AN_HOUR = timedelta(minutes=30)


async def fetch(
    engine: AsyncEngine, run: Run, count: int = 0, *owners: AgentNumber, callbacks: int = 0
) -> tuple[Lead, ...]:
    wish = FetchLeads(campaign=SPRING, count=count, callbacks=callbacks, owners=owners, mine_for=HALF_AN_HOUR)
    return (await Leasing(engine, run.id).fetch(wish)).leads


async def promise(engine: AsyncEngine, customer: int, owner: AgentNumber | None, due: timedelta) -> None:
    """The customer's callback is, or was, due so long from now."""
    if owner is not None:
        await do(
            engine, "INSERT INTO agents (number, active) VALUES (:agent, true) ON CONFLICT DO NOTHING", agent=owner
        )
    await do(
        engine,
        """UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL, callback = true, callback_agent = :owner,
           due_at = now() + :due WHERE customer_id = :customer""",
        owner=owner,
        due=due,
        customer=customer,
    )


def who(leads: tuple[Lead, ...]) -> list[int]:
    return [int(lead.customer) for lead in leads]


async def begun(engine: AsyncEngine, run: Run, count: int) -> None:
    """A campaign whose leads have all been leased once, and wait for tomorrow."""
    await sow_campaign(engine, count)
    await fetch(engine, run, count)
    await do(engine, "UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL, due_at = now() + interval '1 day'")


async def test_it_is_leased_for_its_owner_and_for_nobody_else(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 3)
    await promise(engine, 1, ANNA, -timedelta(minutes=5))
    assert await fetch(engine, run, 9, callbacks=9) == ()
    assert await fetch(engine, run, 9, BEN, callbacks=9) == ()
    (lead,) = await fetch(engine, run, 0, BEN, ANNA)
    assert (lead.customer, lead.callback, lead.owner) == (1, True, ANNA)


async def test_after_a_while_it_is_anybodys_and_still_knows_whose_it_was(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 2)
    await promise(engine, 1, ANNA, -timedelta(minutes=31))
    assert await fetch(engine, run, 0, ANNA) == ()
    (lead,) = await fetch(engine, run, 1)
    assert (lead.customer, lead.owner) == (1, ANNA)


async def test_a_callback_that_is_not_due_is_nobodys(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 1)
    await promise(engine, 1, ANNA, timedelta(minutes=5))
    assert await fetch(engine, run, 9, ANNA, callbacks=9) == ()


async def test_each_owner_gets_the_oldest_few_and_no_others_share(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 6)
    for customer in (1, 2, 3, 4):
        await promise(engine, customer, ANNA, -timedelta(minutes=customer))
    await promise(engine, 5, BEN, -timedelta(minutes=9))
    assert who(await fetch(engine, run, 0, ANNA, BEN)) == [5, 4, 3]
    assert who(await fetch(engine, run, 0, ANNA, BEN)) == [2, 1]


async def test_what_its_owner_cannot_make_yet_is_in_nobodys_way(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 40)
    for customer in range(1, 39):
        await promise(engine, customer, ANNA, -timedelta(minutes=20))
    await do(engine, "UPDATE campaign_leads SET due_at = now() WHERE customer_id > 38")
    answer = await Leasing(engine, run.id).fetch(FetchLeads(campaign=SPRING, count=5, mine_for=HALF_AN_HOUR))
    assert who(answer.leads) == [39, 40]
    assert (answer.remaining, answer.next_due_at) == (40, None)


async def test_callbacks_alone_can_be_asked_for(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 4)
    await do(engine, "UPDATE campaign_leads SET due_at = now()")
    await promise(engine, 3, None, -timedelta(minutes=1))
    await promise(engine, 4, None, -timedelta(minutes=2))
    assert who(await fetch(engine, run, callbacks=1)) == [4]
    assert who(await fetch(engine, run, callbacks=5)) == [3]
    assert await fetch(engine, run, callbacks=5) == ()


async def test_a_suppressed_customer_is_not_called_back(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 1)
    await promise(engine, 1, ANNA, -timedelta(minutes=1))
    await do(engine, "INSERT INTO suppressions (number, reason, source) VALUES ('+8613800000001', 'asked', 'letter')")
    assert await fetch(engine, run, 0, ANNA) == ()
    assert await one(engine, "SELECT lead_end FROM campaign_leads") == LeadEnd.SUPPRESSED


async def test_the_outcome_keeps_what_was_promised(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    (lead,) = await fetch(engine, run, 1)
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    promised = Callback(at=at, owner=ANNA, asked_for=at)
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(lead)])
        closed = closing(lead, LeadNext(due_at=at, callback=True, owner=ANNA), callback=promised)
        await close_attempts(connection, [closed], print)
    assert await rows(engine, "SELECT callback_at, callback_agent FROM attempts") == [
        {"callback_at": at, "callback_agent": ANNA}
    ]
    assert await rows(engine, "SELECT due_at, callback, callback_agent FROM campaign_leads") == [
        {"due_at": at, "callback": True, "callback_agent": ANNA}
    ]


async def test_an_attempt_that_promises_nothing_frees_the_callback(engine: AsyncEngine, run: Run) -> None:
    await begun(engine, run, 1)
    await promise(engine, 1, ANNA, -timedelta(minutes=1))
    (lead,) = await fetch(engine, run, 0, ANNA)
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(lead)])
        await close_attempts(connection, [closing(lead, LeadNext(end=LeadEnd.REACHED))], print)
    assert await rows(engine, "SELECT callback, callback_agent, lead_end FROM campaign_leads") == [
        {"callback": False, "callback_agent": None, "lead_end": "reached"}
    ]


async def test_whoever_told_an_agent_is_suppressed_and_the_proof_says_where(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    (lead,) = await fetch(engine, run, 1)
    next_ = LeadNext(end=LeadEnd.SUPPRESSED, suppress=True, suppressed_by=ANNA)
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(lead)])
        await close_attempts(connection, [closing(lead, next_, disposition=Disposition.ANSWERED)], print)
    proof = f"attempt {lead.attempt}, said to agent 1001"
    assert await rows(engine, "SELECT number, customer_id, source, proof FROM suppressions ORDER BY id") == [
        {"number": lead.number, "customer_id": None, "source": "call", "proof": proof},
        {"number": None, "customer_id": lead.customer, "source": "call", "proof": proof},
    ]


async def test_what_is_promised_outlives_the_run(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 2)
    hers, unwanted = await fetch(engine, run, 2)
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(hers), opening(unwanted)])
        first = Callback(at=at - timedelta(hours=1), asked_for=at)
        wishes = [
            KeepWish(attempt=hers.attempt, callback=first),
            KeepWish(attempt=hers.attempt, callback=Callback(at=at, asked_for=at, owner=ANNA)),
            KeepWish(attempt=unwanted.attempt, unwanted_by=BEN),
        ]
        await keep_wishes(connection, wishes)
    await run.vanish()
    after = await begin_run(engine)
    found = {one.lead.id: one for one in after.inherited.attempts}
    assert found[hers.id].callback == Callback(at=at, asked_for=at, owner=ANNA)
    assert (found[unwanted.id].callback, found[unwanted.id].unwanted_by) == (None, BEN)
    await after.vanish()


async def test_what_is_closed_knows_no_more_wishes(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    (lead,) = await fetch(engine, run, 1)
    at = datetime.now(UTC)
    async with engine.begin() as connection:
        await open_attempts(connection, run.id, [opening(lead)])
        await keep_wishes(connection, [KeepWish(attempt=lead.attempt, callback=Callback(at=at, asked_for=at))])
        await close_attempts(connection, [closing(lead, LeadNext(end=LeadEnd.REFUSED))], print)
        await keep_wishes(connection, [KeepWish(attempt=lead.attempt, callback=Callback(at=at, asked_for=at))])
    assert await one(engine, "SELECT callback_at FROM attempts") is None
