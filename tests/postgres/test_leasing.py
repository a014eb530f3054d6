"""Which leads are leased, in which order, and that nobody gets the same one twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.commands import FetchLeads
from dialer.core.events import LeadsFetched
from dialer.core.lead import Lead
from dialer.core.words import CampaignName
from dialer.store.campaigns import register_campaign
from dialer.store.leasing import Leasing, Shelf, UnknownCampaign
from dialer.store.runs import Run
from dialer.store.suppressions import suppress_customer, suppress_number
from tests.postgres.seeds import SPRING, do, one, policy, rows, sow, sow_campaign

pytestmark = pytest.mark.postgres


async def fetch(engine: AsyncEngine, run: Run, count: int, campaign: str = SPRING) -> LeadsFetched:
    return await Leasing(engine, run.id).fetch(FetchLeads(campaign=CampaignName(campaign), count=count))


def numbers(fetched: LeadsFetched) -> list[str]:
    return [lead.number for lead in fetched.leads]


async def test_a_lead_comes_with_all_that_is_needed_to_dial_it(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    before = datetime.now(UTC)
    fetched = await fetch(engine, run, 5)
    (lead,) = fetched.leads
    assert lead.number == "+8613800000001"
    assert lead.name == "客户 +8613800000001"
    assert lead.time_zones == ("Asia/Shanghai",)
    assert (lead.campaign, lead.list, lead.attempts_made) == ("spring", "people", 0)
    assert before - timedelta(seconds=5) < lead.due_at < datetime.now(UTC) + timedelta(seconds=5)
    assert (fetched.remaining, fetched.total, fetched.next_due_at) == (1, 1, None)


async def test_a_customers_own_time_zone_is_believed_before_the_numbers(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    await do(engine, "UPDATE customers SET time_zone = 'Asia/Urumqi'")
    assert (await fetch(engine, run, 1)).leads[0].time_zones == ("Asia/Urumqi",)


async def test_lists_are_dialled_one_after_the_other(engine: AsyncEngine, run: Run) -> None:
    await sow(engine, "second", ["+8613800000021", "+8613800000022"])
    await sow(engine, "first", ["+8613800000011", "+8613800000012"])
    await register_campaign(engine, policy(lists=("first", "second")), "yaml")
    assert numbers(await fetch(engine, run, 3)) == ["+8613800000011", "+8613800000012", "+8613800000021"]
    assert numbers(await fetch(engine, run, 3)) == ["+8613800000022"]


async def test_callbacks_come_first_then_what_is_due_again_then_fresh_leads(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 4)
    await fetch(engine, run, 3)
    await do(
        engine,
        """UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL, due_at = now() - interval '1 minute',
           callback = (customer_id = 3)""",
    )
    await do(engine, "UPDATE campaign_leads SET due_at = now() - interval '1 hour' WHERE customer_id = 2")
    assert [lead.customer for lead in (await fetch(engine, run, 9)).leads] == [3, 2, 1, 4]


async def test_what_is_due_later_waits_and_says_when(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 2)
    await fetch(engine, run, 2)
    later = datetime(2199, 1, 1, tzinfo=UTC)
    await do(engine, "UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL, due_at = :at", at=later)
    fetched = await fetch(engine, run, 2)
    assert fetched.leads == ()
    assert (fetched.next_due_at, fetched.remaining, fetched.total) == (later, 2, 2)


async def test_ended_leads_do_not_remain(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 3)
    await fetch(engine, run, 2)
    await do(
        engine,
        """UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL, due_at = NULL, lead_end = 'reached'
           WHERE customer_id = 1""",
    )
    fetched = await fetch(engine, run, 5)
    assert [lead.customer for lead in fetched.leads] == [3]
    assert (fetched.remaining, fetched.total) == (2, 3)


async def test_the_suppressed_and_the_unreachable_are_settled_at_once(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 4)
    await suppress_number(engine, "+8613800000001", reason="register", source="national list")
    await suppress_customer(engine, 2, reason="asked", source="letter")  # type: ignore[arg-type]
    await do(engine, "UPDATE numbers SET dead_since = now() WHERE e164 = '+8613800000003'")
    fetched = await fetch(engine, run, 10)
    assert numbers(fetched) == ["+8613800000004"]
    ends = await rows(engine, "SELECT customer_id AS id, lead_end FROM campaign_leads ORDER BY 1")
    assert [row["lead_end"] for row in ends] == ["suppressed", "suppressed", "unreachable", None]
    assert fetched.remaining == 1


async def test_a_customer_is_called_under_the_first_living_number(engine: AsyncEngine, run: Run) -> None:
    await sow(engine, "people", [["+8613800000001", "+8613800000002", "+8613800000003"]])
    await register_campaign(engine, policy(), "yaml")
    await do(engine, "UPDATE numbers SET dead_since = now() WHERE e164 = '+8613800000001'")
    await suppress_number(engine, "+8613800000002", reason="register", source="national list")
    assert numbers(await fetch(engine, run, 1)) == ["+8613800000003"]


async def test_fetching_goes_on_past_any_number_of_undialable_leads(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 700)
    await do(
        engine,
        """INSERT INTO suppressions (number, reason, source)
           SELECT e164, 'register', 'test' FROM numbers WHERE e164 < '+8613800000700'""",
    )
    assert numbers(await fetch(engine, run, 1)) == ["+8613800000700"]


async def test_who_stands_on_two_lists_is_called_once(engine: AsyncEngine, run: Run) -> None:
    await sow(engine, "people", ["+8613800000001", "+8613800000002"])
    await do(engine, "INSERT INTO lists (name, size) VALUES ('more', 2)")
    await do(
        engine,
        "INSERT INTO leads (list_id, customer_id) SELECT l.id, c.id FROM lists l, customers c WHERE l.name = 'more'",
    )
    await register_campaign(engine, policy(lists=("people", "more")), "yaml")
    fetched = await fetch(engine, run, 10)
    assert [lead.customer for lead in fetched.leads] == [1, 2]
    assert (fetched.remaining, fetched.total) == (2, 4)


async def test_two_campaigns_dial_one_list_each_for_itself(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 2)
    await register_campaign(engine, policy("summer"), "yaml")
    assert len((await fetch(engine, run, 5)).leads) == 2
    assert len((await fetch(engine, run, 5, "summer")).leads) == 2


async def test_leads_imported_later_are_fetched_too(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1)
    assert len((await fetch(engine, run, 5)).leads) == 1
    await sow(engine, "people", ["+8613800009999"])
    assert numbers(await fetch(engine, run, 5)) == ["+8613800009999"]


async def test_a_list_that_the_file_drops_is_left_alone_and_goes_on_when_it_returns(
    engine: AsyncEngine, run: Run
) -> None:
    await sow(engine, "a", ["+8613800000001", "+8613800000002"])
    await sow(engine, "b", ["+8613800000003"])
    await register_campaign(engine, policy(lists=("a", "b")), "yaml")
    assert numbers(await fetch(engine, run, 1)) == ["+8613800000001"]
    await register_campaign(engine, policy(lists=("b",), version="v2"), "yaml")
    fetched = await fetch(engine, run, 5)
    assert (numbers(fetched), fetched.total) == (["+8613800000003"], 1)
    await register_campaign(engine, policy(lists=("b", "a"), version="v3"), "yaml")
    assert numbers(await fetch(engine, run, 5)) == ["+8613800000002"]


async def test_many_fetches_at_once_share_the_leads_without_overlap(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 200)
    fetched = await asyncio.gather(*(fetch(engine, run, 20) for _ in range(8)))
    leads = [lead for each in fetched for lead in each.leads]
    assert len(leads) == 160
    assert len({lead.id for lead in leads}) == 160
    assert len({lead.attempt for lead in leads}) == 160
    assert await one(engine, "SELECT count(*) FROM campaign_leads WHERE run_id IS NOT NULL") == 160


async def test_a_fetch_in_doubt_gives_back_what_it_may_have_leased(engine: AsyncEngine, run: Run) -> None:
    """The commit went through and its answer was lost: the same as if the caller never learned of it."""
    await sow_campaign(engine, 3)

    class AnswerLost(Leasing):
        lost = True

        async def _answer(self, wish: FetchLeads, shelf: Shelf, leads: list[Lead]) -> LeadsFetched:
            if self.lost:
                await shelf.connection.commit()
                raise ConnectionResetError
            return await super()._answer(wish, shelf, leads)

    leasing = AnswerLost(engine, run.id)
    with pytest.raises(ConnectionResetError):
        await leasing.fetch(FetchLeads(campaign=SPRING, count=2))
    assert await one(engine, "SELECT count(*) FROM campaign_leads WHERE run_id IS NOT NULL") == 2
    leasing.lost = False
    assert len((await leasing.fetch(FetchLeads(campaign=SPRING, count=3))).leads) == 3


async def test_the_count_of_many_waiting_leads_is_refreshed_only_now_and_then(engine: AsyncEngine, run: Run) -> None:
    await sow_campaign(engine, 1_100)
    leasing = Leasing(engine, run.id)
    await leasing.fetch(FetchLeads(campaign=SPRING, count=1_100))
    await do(engine, "UPDATE campaign_leads SET run_id = NULL, attempt_id = NULL")
    first = await leasing.fetch(FetchLeads(campaign=SPRING, count=1))
    assert first.remaining == 1_100
    second = await leasing.fetch(FetchLeads(campaign=SPRING, count=10))
    assert 1_100 <= second.remaining <= 1_110


async def test_an_unknown_campaign_is_an_error(engine: AsyncEngine, run: Run) -> None:
    with pytest.raises(UnknownCampaign, match="'winter'"):
        await fetch(engine, run, 1, "winter")
