"""Opening looks once more at everything; closing writes the outcome and what becomes of the lead, once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import CloseAttempt, FetchLeads, OpenAttempt, ReturnLeads
from dialer.core.events import AttemptClosed, AttemptOpened, AttemptRefused, Event
from dialer.core.lead import Lead, LeadNext
from dialer.core.policy import AttemptLimit
from dialer.core.words import AgentNumber, CampaignName, CustomerId, Disposition, LeadEnd
from dialer.store.attempts import close_attempts, open_attempts, return_leads
from dialer.store.campaigns import register_campaign
from dialer.store.leasing import Leasing
from dialer.store.runs import Run
from dialer.store.suppressions import suppress_customer, suppress_number
from tests.postgres.seeds import SPRING, closing, do, one, opening, policy, rows, sow, sow_campaign

pytestmark = pytest.mark.postgres


async def lease(engine: AsyncEngine, run: Run, count: int = 9, campaign: str = SPRING) -> tuple[Lead, ...]:
    wish = FetchLeads(campaign=CampaignName(campaign), count=count)
    return (await Leasing(engine, run.id).fetch(wish)).leads


async def open_(engine: AsyncEngine, run: Run, *wishes: OpenAttempt) -> list[Event]:
    async with engine.begin() as connection:
        return await open_attempts(connection, run.id, wishes)


async def close(engine: AsyncEngine, *wishes: CloseAttempt, oddities: list[str] | None = None) -> list[Event]:
    async with engine.begin() as connection:
        return await close_attempts(connection, wishes, (oddities if oddities is not None else []).append)


async def state(engine: AsyncEngine, lead: Lead) -> dict[str, object]:
    (row,) = await rows(
        engine,
        """SELECT attempts_made, due_at, lead_end, callback, held_because, run_id, attempt_id
           FROM campaign_leads cl JOIN campaigns c ON c.id = cl.campaign_id WHERE lead_id = :lead AND c.name = :name""",
        lead=lead.id,
        name=lead.campaign,
    )
    return row


def refused(answers: Sequence[Event]) -> list[str]:
    return [answer.reason for answer in answers if isinstance(answer, AttemptRefused)]


async def test_open_then_close(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    (lead,) = await lease(engine, run)
    assert await open_(engine, run, opening(lead)) == [AttemptOpened(attempt=lead.attempt)]
    again = datetime.now(UTC) + timedelta(hours=2)
    assert await close(engine, closing(lead, LeadNext(due_at=again))) == [AttemptClosed(attempt=lead.attempt)]
    after = await state(engine, lead)
    assert (after["attempts_made"], after["due_at"], after["lead_end"]) == (1, again, None)
    assert (after["run_id"], after["attempt_id"]) == (None, None)
    (row,) = await rows(engine, "SELECT * FROM attempts")
    assert (row["disposition"], row["hangup_cause"], row["sip_code"]) == ("no_answer", 19, 480)
    assert (row["trunk"], row["mode"], row["config_version"], row["run_id"]) == (
        "main",
        "predictive",
        "v1",
        int(run.id),
    )


async def test_opening_twice_is_opening_once(engine: AsyncEngine, run: Run) -> None:
    """The first time's commit may have lost its answer."""
    await sow_campaign(engine, 1)
    (lead,) = await lease(engine, run)
    await open_(engine, run, opening(lead))
    assert await open_(engine, run, opening(lead)) == [AttemptOpened(attempt=lead.attempt)]
    assert await one(engine, "SELECT count(*) FROM attempts") == 1


async def test_closing_twice_changes_nothing(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    (lead,) = await lease(engine, run)
    await open_(engine, run, opening(lead))
    await close(engine, closing(lead))
    before = await state(engine, lead)
    again = closing(lead, LeadNext(end=LeadEnd.REACHED, suppress=True), disposition=Disposition.ANSWERED)
    assert await close(engine, again) == [AttemptClosed(attempt=lead.attempt)]
    assert await state(engine, lead) == before
    assert await one(engine, "SELECT disposition FROM attempts") == "no_answer"
    assert await one(engine, "SELECT count(*) FROM suppressions") == 0


async def test_the_same_close_twice_in_one_group_counts_once(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    (lead,) = await lease(engine, run)
    await open_(engine, run, opening(lead))
    assert await close(engine, closing(lead), closing(lead)) == [AttemptClosed(attempt=lead.attempt)]
    assert (await state(engine, lead))["attempts_made"] == 1


async def test_what_became_suppressed_since_the_lease_is_not_dialled(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 3)
    by_number, by_customer, free = await lease(engine, run)
    await suppress_number(engine, by_number.number, reason="register", source="national list")
    await suppress_customer(engine, by_customer.customer, reason="asked", source="letter")
    answers = await open_(engine, run, opening(by_number), opening(by_customer), opening(free))
    assert refused(answers) == ["suppressed", "suppressed"]
    assert answers[2] == AttemptOpened(attempt=free.attempt)
    for lead in (by_number, by_customer):
        assert (await state(engine, lead))["lead_end"] == "suppressed"


async def test_a_number_found_dead_since_the_lease_gives_way_to_the_next(engine: AsyncEngine, run: Run) -> None:
    await sow(engine, "people", [["+8613800000001", "+8613800000002"]])
    await register_campaign(engine, policy(), "yaml")
    (lead,) = await lease(engine, run)
    await do(engine, "UPDATE numbers SET dead_since = now() WHERE e164 = '+8613800000001'")
    assert refused(await open_(engine, run, opening(lead))) == ["number out of service"]
    (lead,) = await lease(engine, run)
    assert lead.number == "+8613800000002"


async def test_a_number_is_tried_so_often_in_24_hours_and_no_more(engine: AsyncEngine, run: Run) -> None:
    """By all campaigns together; the lead is due again when the oldest of those attempts is a day old."""
    await sow_campaign(engine, 1)
    await register_campaign(engine, policy("summer"), "yaml")
    noon = datetime.now(UTC)
    for hours in (30, 20, 5):
        (lead,) = await lease(engine, run)
        at = noon - timedelta(hours=hours)
        await open_(engine, run, opening(lead, at=at, a_day=2))
        await close(engine, closing(lead, LeadNext(due_at=at)))
    (lead,) = await lease(engine, run, campaign="summer")
    assert refused(await open_(engine, run, opening(lead, at=noon, a_day=2))) == ["attempt limit: 2 in 24 h"]
    after = await state(engine, lead)
    assert after["due_at"] == noon - timedelta(hours=20) + timedelta(hours=24)
    assert after["held_because"] == "attempt limit: 2 in 24 h"
    (lead,) = await lease(engine, run)
    assert await open_(engine, run, opening(lead, at=noon, a_day=3)) == [AttemptOpened(attempt=lead.attempt)]


async def test_of_several_limits_the_one_that_is_reached_for_longest_holds(engine: AsyncEngine, run: Run) -> None:
    """Three a day and four in 30 days, by all campaigns together, to the microsecond."""
    await sow_campaign(engine, 1)
    await register_campaign(engine, policy("summer"), "yaml")
    limits = (AttemptLimit(3, timedelta(days=1)), AttemptLimit(4, timedelta(days=30)))
    noon = datetime.now(UTC)
    for name, before in ((SPRING, 33), (SPRING, 29), ("summer", 20), ("summer", 10), (SPRING, 2)):
        (lead,) = await lease(engine, run, campaign=name)
        at = noon - timedelta(days=before)
        answers = await open_(engine, run, opening(lead, at=at, attempt_limits=limits))
        assert answers == [AttemptOpened(attempt=lead.attempt)]
        await close(engine, closing(lead, LeadNext(due_at=at)))
    free_at = noon - timedelta(days=29) + timedelta(days=30)
    for at, expected in ((noon, False), (free_at - timedelta(microseconds=1), False), (free_at, True)):
        (lead,) = await lease(engine, run)
        answers = await open_(engine, run, opening(lead, at=at, attempt_limits=limits))
        assert isinstance(answers[0], AttemptOpened) is expected
        if not expected:
            assert refused(answers) == ["attempt limit: 4 in 720 h"]
            assert (await state(engine, lead))["due_at"] == free_at
            await do(engine, "UPDATE campaign_leads SET due_at = now() WHERE lead_id = :lead", lead=lead.id)


async def test_each_wish_has_its_own_limits(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 2)
    answers: list[Event] = []
    for _ in range(2):
        leads = await lease(engine, run)
        answers = await open_(
            engine, run, *(opening(lead, a_day=most) for lead, most in zip(leads, (1, 2), strict=True))
        )
        await close(engine, *(closing(lead, LeadNext(due_at=datetime.now(UTC))) for lead in leads))
    assert [type(answer) for answer in answers] == [AttemptRefused, AttemptOpened]


async def test_after_an_abandoned_call_only_an_agent_who_is_bound_may_be_dialled_for(
    engine: AsyncEngine, run: Run
) -> None:
    """72 hours, and in every campaign: the number is locked out, not the lead."""
    await sow_campaign(engine, 1)
    await register_campaign(engine, policy("summer"), "yaml")
    (lead,) = await lease(engine, run)
    await open_(engine, run, opening(lead))
    ended = datetime.now(UTC)
    await close(engine, closing(lead, LeadNext(due_at=ended), disposition=Disposition.ABANDONED, ended_at=ended))
    locked: dict[str, Any] = {"a_day": 9, "abandoned_lockout": timedelta(hours=72)}
    (lead,) = await lease(engine, run, campaign="summer")
    early = opening(lead, at=ended + timedelta(hours=71, minutes=59), **locked)
    assert refused(await open_(engine, run, early)) == ["abandoned a short while ago"]
    after = await state(engine, lead)
    assert (after["due_at"], after["held_because"]) == (ended + timedelta(hours=72), "abandoned a short while ago")
    (lead,) = await lease(engine, run)
    bound = opening(lead, agent="1001", at=ended + timedelta(hours=1), **locked)
    assert await open_(engine, run, bound) == [AttemptOpened(attempt=lead.attempt)]
    await close(engine, closing(lead, LeadNext(due_at=ended)))
    (lead,) = await lease(engine, run)
    late = opening(lead, at=ended + timedelta(hours=72), **locked)
    assert await open_(engine, run, late) == [AttemptOpened(attempt=lead.attempt)]


async def test_what_was_opened_but_never_dialled_costs_nothing(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    for _ in range(3):
        (lead,) = await lease(engine, run)
        assert lead.attempts_made == 0
        assert await open_(engine, run, opening(lead, a_day=1)) == [AttemptOpened(attempt=lead.attempt)]
        undialled = closing(
            lead, LeadNext(due_at=datetime.now(UTC)), disposition=Disposition.CANCELLED, dialed_at=None, ringing_at=None
        )
        await close(engine, undialled)


async def test_a_number_is_never_in_two_calls_at_once(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    await register_campaign(engine, policy("summer"), "yaml")
    (mine,) = await lease(engine, run)
    (theirs,) = await lease(engine, run, campaign="summer")
    await open_(engine, run, opening(mine))
    before = datetime.now(UTC)
    assert refused(await open_(engine, run, opening(theirs))) == ["number in another call"]
    due = (await state(engine, theirs))["due_at"]
    assert isinstance(due, datetime)
    assert timedelta(seconds=55) < due - before < timedelta(seconds=65)
    assert await lease(engine, run, campaign="summer") == ()


async def test_of_two_in_one_group_at_the_same_number_one_comes_through(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    await register_campaign(engine, policy("summer"), "yaml")
    (mine,) = await lease(engine, run)
    (theirs,) = await lease(engine, run, campaign="summer")
    answers = await open_(engine, run, opening(mine), opening(theirs))
    assert len(refused(answers)) == 1
    assert await one(engine, "SELECT count(*) FROM attempts") == 1


async def test_an_agent_never_has_two_attempts_at_once(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 2)
    first, second = await lease(engine, run)
    await open_(engine, run, opening(first, agent="1001"))
    assert refused(await open_(engine, run, opening(second, agent="1001"))) == ["agent in another call"]
    assert [lead.id for lead in await lease(engine, run)] == [second.id]


async def test_the_database_itself_keeps_a_number_and_an_agent_out_of_two_calls(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 2)
    first, second = await lease(engine, run)
    await open_(engine, run, opening(first, agent="1001"))
    copy = """INSERT INTO attempts (id, campaign_id, lead_id, number_id, run_id, mode, trunk, caller_id, config_version,
              agent, opened_at) SELECT gen_random_uuid(), campaign_id, :lead, :number, run_id, mode, trunk, caller_id,
              config_version, :agent, now() FROM attempts"""
    with pytest.raises(IntegrityError, match="uq_attempts_open_number"):
        await do(engine, copy, lead=second.id, number=first.number_id, agent=None)
    with pytest.raises(IntegrityError, match="uq_attempts_open_agent"):
        await do(engine, copy, lead=second.id, number=second.number_id, agent="1001")


async def test_a_lost_lease_is_no_ground_to_dial(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    (lead,) = await lease(engine, run)
    await do(engine, "UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL")
    (others,) = await lease(engine, run)
    assert refused(await open_(engine, run, opening(lead))) == ["lease lost"]
    assert str((await state(engine, lead))["attempt_id"]) == others.attempt


async def test_returned_leads_come_back_when_they_shall(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 2)
    now_, later = await lease(engine, run)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    wishes = [
        ReturnLeads(leads=(now_,), reason="campaign stopped"),
        ReturnLeads(leads=(later,), reason="outside hours", due_at=tomorrow),
    ]
    async with engine.begin() as connection:
        await return_leads(connection, wishes)
    assert ((await state(engine, later))["due_at"], (await state(engine, later))["held_because"]) == (
        tomorrow,
        "outside hours",
    )
    (again,) = await lease(engine, run)
    assert again.id == now_.id
    assert again.attempt != now_.attempt
    assert again.due_at == now_.due_at


async def test_a_dead_number_leads_to_the_next_one_at_once(engine: AsyncEngine, run: Run) -> None:
    await sow(engine, "people", [["+8613800000001", "+8613800000002"]])
    await register_campaign(engine, policy(), "yaml")
    dialled: list[str] = []
    for _ in range(2):
        (lead,) = await lease(engine, run)
        dialled.append(lead.number)
        await open_(engine, run, opening(lead))
        dead = LeadNext(end=LeadEnd.UNREACHABLE, number_dead=True)
        await close(engine, closing(lead, dead, disposition=Disposition.INVALID_NUMBER))
    assert dialled == ["+8613800000001", "+8613800000002"]
    assert await lease(engine, run) == ()
    (after,) = await rows(engine, "SELECT lead_end, attempts_made FROM campaign_leads")
    assert after == {"lead_end": "unreachable", "attempts_made": 2}
    assert await one(engine, "SELECT count(*) FROM numbers WHERE dead_since IS NOT NULL") == 2


async def test_a_wish_not_to_be_called_holds_for_the_person_and_the_number(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    await register_campaign(engine, policy("summer"), "yaml")
    (lead,) = await lease(engine, run)
    await open_(engine, run, opening(lead))
    await close(
        engine,
        closing(lead, LeadNext(end=LeadEnd.SUPPRESSED, suppress=True), disposition=Disposition.ANSWERED),
    )
    found = await rows(engine, "SELECT number, customer_id, proof FROM suppressions ORDER BY number")
    proof = f"attempt {lead.attempt}"
    assert found == [
        {"number": lead.number, "customer_id": None, "proof": proof},
        {"number": None, "customer_id": lead.customer, "proof": proof},
    ]
    assert await lease(engine, run, campaign="summer") == ()


async def test_a_callback_comes_before_everything_else(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 3)
    lead, *_ = await lease(engine, run, 1)
    await open_(engine, run, opening(lead))
    await close(engine, closing(lead, LeadNext(due_at=datetime.now(UTC), callback=True)))
    assert (await lease(engine, run))[0].id == lead.id


async def test_history_counts_endings_by_the_agents_word_where_there_is_one(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    endings = [(Disposition.BUSY, None), (Disposition.ANSWERED, "later"), (Disposition.BUSY, None)]
    for disposition, word in endings:
        (lead,) = await lease(engine, run)
        await open_(engine, run, opening(lead, a_day=9))
        next_ = LeadNext(due_at=datetime.now(UTC))
        await close(engine, closing(lead, next_, disposition=disposition, agent_disposition=word))
    (lead,) = await lease(engine, run)
    assert (lead.attempts_made, lead.history) == (3, (("busy", 2), ("later", 1)))


async def test_an_agent_unknown_to_the_site_file_loses_no_outcome(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    (lead,) = await lease(engine, run)
    await open_(engine, run, opening(lead))
    await close(engine, closing(lead, agent=AgentNumber("4711"), disposition=Disposition.ANSWERED))
    assert await one(engine, "SELECT agent FROM attempts") == "4711"
    assert await one(engine, "SELECT active FROM agents") is False


async def test_closing_what_was_never_opened_is_told(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    (lead,) = await lease(engine, run)
    oddities: list[str] = []
    assert await close(engine, closing(lead), oddities=oddities) == [AttemptClosed(attempt=lead.attempt)]
    assert len(oddities) == 1
    assert lead.attempt in oddities[0]


async def test_a_customer_suppressed_by_id_only_exists_once(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    assert await suppress_customer(engine, CustomerId(1), reason="asked", source="letter")
    assert not await suppress_customer(engine, CustomerId(1), reason="asked", source="letter")
