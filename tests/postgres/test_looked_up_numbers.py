"""Whether a number must not be called, asked in the midst of a talk: of the core by the journal, and of commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.core.calling_out import CallingOut, Target
from dialer.core.enquiry import LookUpNumber, NumberLookedUp
from dialer.core.events import AgentOrdered
from dialer.core.lead import LeadNext
from dialer.core.policy import SitePolicy
from dialer.core.queueing import Acquaintance, CountTalk
from dialer.core.words import AgentNumber, AgentOrder, ChannelId, CustomerId, LeadEnd, TrunkName
from dialer.daemon.outside_numbers import forbidden
from dialer.store.connect import make_engine
from dialer.store.health import Health
from dialer.store.journal import Journal
from dialer.store.runs import Run
from dialer.store.suppressions import lift_suppression, suppress_customer, suppress_number
from dialer.tasks import TaskCrew
from tests.postgres.seeds import Inbox, rows, sow

pytestmark = pytest.mark.postgres

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ANNA = AgentNumber("1001")
OWN, SHARED, STRANGE = "+861065550100", "+861065550101", "+861065550199"
OUT = CallingOut(trunk=TrunkName("out"), dial="PJSIP/{number}@out", max_lines=1, country="CN")
SITE = SitePolicy(transfers=OUT, directory={"10": Target(name="10 账务", dial="PJSIP/billing")})


def ask(number: str, second: int = 0) -> LookUpNumber:
    return LookUpNumber(agent=ANNA, number=number, asked_at=AT + timedelta(seconds=second))


def order(digits: str, what: AgentOrder = AgentOrder.CONSULT) -> AgentOrdered:
    return AgentOrdered(agent=ANNA, order=what, argument=digits, by="boss")


async def answers(engine: AsyncEngine, run: Run, *wishes: LookUpNumber | CountTalk) -> list[NumberLookedUp]:
    """What the journal says to these, written in one group."""
    inbox = Inbox()
    journal = Journal(engine, run.id, inbox, Health(inbox), on_oddity=pytest.fail)
    for wish in wishes:
        journal.perform(wish)
    crew = TaskCrew(lambda name, error: pytest.fail(f"{name}: {error}"))
    crew.start("journal", journal.write())
    await journal.drain()
    asked = sum(isinstance(wish, LookUpNumber) for wish in wishes)

    def got() -> list[NumberLookedUp]:
        return [event for event in inbox.events if isinstance(event, NumberLookedUp)]

    await inbox.until(lambda: len(got()) == asked)
    await crew.close()
    return got()


async def test_a_number_and_a_customer_who_has_it(engine: AsyncEngine, run: Run) -> None:
    await sow(engine, "people", [[OWN, SHARED]])
    free = [NumberLookedUp(agent=ANNA, number=n, asked_at=AT, suppressed=False) for n in (OWN, SHARED, STRANGE)]
    assert await answers(engine, run, ask(OWN), ask(SHARED), ask(STRANGE)) == free
    await suppress_number(engine, STRANGE, reason="asked", source="call")
    await suppress_number(engine, SHARED, reason="asked", source="call")
    said = await answers(engine, run, ask(OWN), ask(SHARED, 1), ask(STRANGE, 2))
    assert [(one.number, one.suppressed) for one in said] == [(OWN, False), (SHARED, True), (STRANGE, True)]
    assert [one.asked_at for one in said] == [AT + timedelta(seconds=n) for n in range(3)]
    await lift_suppression(engine, number=SHARED, by="boss")
    [customer] = await rows(engine, "SELECT id FROM customers")
    await suppress_customer(engine, CustomerId(customer["id"]), reason="asked", source="call")
    assert [one.suppressed for one in await answers(engine, run, ask(OWN), ask(SHARED))] == [True, True]
    await lift_suppression(engine, customer=CustomerId(customer["id"]), by="boss")
    assert [one.suppressed for one in await answers(engine, run, ask(OWN))] == [False]


async def test_what_is_written_with_the_question_counts(engine: AsyncEngine, run: Run) -> None:
    never = LeadNext(end=LeadEnd.SUPPRESSED, suppress=True, suppressed_by=ANNA)
    told = CountTalk(caller=ChannelId("pbx-1.1"), knows=Acquaintance(), number=STRANGE, next=never)
    assert [one.suppressed for one in await answers(engine, run, ask(STRANGE), told)] == [True]


@pytest.mark.parametrize("what", [AgentOrder.CONSULT, AgentOrder.BLIND_TRANSFER])
async def test_who_asks_by_command_is_told_so(engine: AsyncEngine, what: AgentOrder) -> None:
    assert await forbidden(engine, SITE, order("01065550199", what)) is None
    await suppress_number(engine, STRANGE, reason="asked", source="call")
    assert await forbidden(engine, SITE, order("01065550199", what)) == f"{STRANGE} must not be called"


async def test_other_orders_and_the_sites_own_phones_are_not_looked_up() -> None:
    nowhere = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    for one in (order("10"), order("", AgentOrder.HOLD), order("01065550199", AgentOrder.PAUSE)):
        assert await forbidden(nowhere, SITE, one) is None
    away = f"PostgreSQL does not say whether {STRANGE} may be called"
    assert await forbidden(nowhere, SITE, order("01065550199")) == away
    assert await forbidden(nowhere, replace(SITE, transfers=None), order("01065550199")) is None
    await nowhere.dispose()
