"""`waihu agent callback`, `waihu agent do-not-call` and `waihu callbacks`, on a real database."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialer.core.commands import FetchLeads
from dialer.core.events import AgentOrdered, CallbackSet
from dialer.core.words import AgentNumber, AgentOrder, AgentState, AttemptId, CallState, CampaignName
from dialer.store.connect import make_engine
from dialer.store.leasing import Leasing
from tests.factories import make_call
from tests.postgres.cli.conftest import Waihu, policies
from tests.postgres.cli.daemon_stand import DaemonStand, daemon
from tests.postgres.seeds import begin_run, do, one

pytestmark = pytest.mark.postgres

LI_NA = AgentNumber("1001")
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date()


def talks(stand: DaemonStand) -> None:
    """The agent has a customer on the line."""
    floor = stand.dialer.floor
    policy = next(iter(floor.campaigns.values())).policy
    call = make_call(1, policy=policy, state=CallState.TALKING, agent=LI_NA)
    floor.put_call(call)
    floor.put_agent(
        replace(floor.agents[LI_NA], state=AgentState.TALKING, attempt=AttemptId(call.id), campaign=policy.name)
    )


def test_a_callback_is_promised_and_told(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site)) as stand:
        talks(stand)
        result = waihu("agent", "callback", "1001", "--at", f"{TOMORROW} 03:00", "--time-zone", "Asia/Shanghai")
        refused = waihu("agent", "callback", "1001", "--at", "2020-01-01 09:00Z", "--anyone")
        unwanted = waihu("agent", "do-not-call", "1001", "--by", "ann")
        too_late = waihu("agent", "callback", "1001", "--at", f"{TOMORROW} 12:00Z")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("the customer is called back at ")
    assert result.stdout.endswith(" CST by 1001; at the moment that was asked for the customer may not be called\n")
    assert (refused.exit_code, refused.stderr) == (1, "waihu: 2020-01-01T09:00+00:00 is past\n")
    assert (unwanted.exit_code, unwanted.stdout) == (0, "the customer of 1001 will not be called any more\n")
    assert (too_late.exit_code, too_late.stderr) == (1, "waihu: the customer does not want to be called any more\n")
    first, _, third, _ = (placed.event for placed in stand.orders)
    assert isinstance(first, CallbackSet)
    three_in_the_morning = datetime.combine(TOMORROW, datetime.min.time(), UTC) - timedelta(hours=5)
    assert (first.agent, first.at, first.mine) == (LI_NA, three_in_the_morning, True)
    assert third == AgentOrdered(agent=LI_NA, order=AgentOrder.DO_NOT_CALL, by="ann")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--at", "soon"), "'soon' is no moment"),
        (("--at", "2026-12-01 15:00", "--time-zone", "Mars/Olympus"), "'Mars/Olympus' is no time zone"),
        (("--at", "2027-03-28 02:30", "--time-zone", "Europe/Berlin"), "the clocks of Europe/Berlin never show"),
    ],
)
def test_moments_that_are_none(waihu: Waihu, arguments: tuple[str, ...], said: str) -> None:
    result = waihu("agent", "callback", "1001", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


async def _promise(database_url: str) -> None:
    engine = make_engine(database_url)
    await do(
        engine,
        """UPDATE campaign_leads SET callback = true, callback_agent = '1001', due_at = now() - interval '1 hour',
           run_id = NULL, attempt_id = NULL""",
    )
    await engine.dispose()


def test_promises_are_listed_moved_and_cancelled(waihu: Waihu, site: Path, database_url: str, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("name,phone\n王芳,+861065550100\n", encoding="utf-8")
    with daemon(database_url, *policies(site)):
        pass
    imported = waihu("list", "import", people, "--list", "spring")
    assert imported.exit_code == 0, imported.stderr
    asyncio.run(_lease_all(database_url))
    asyncio.run(_promise(database_url))
    shown = waihu("callbacks", "list").stdout.splitlines()
    assert shown[0].split()[:4] == ["campaign", "lead", "due", "owner"]
    assert {"LATE", "1001", "王芳", "+861065550100"} <= set(shown[1].split())
    [listed] = json.loads(waihu("callbacks", "list", "--agent", "1001", "--json").stdout)
    where = (listed["campaign"], str(listed["lead_id"]))
    moved = waihu("callbacks", "move", *where, "--at", f"{TOMORROW} 12:00Z", "--anyone")
    assert (moved.exit_code, moved.stderr) == (0, "")
    [listed] = json.loads(waihu("callbacks", "list", "--json").stdout)
    assert (listed["due_at"], listed["owner"]) == (f"{TOMORROW}T12:00:00.000+00:00", None)
    assert waihu("callbacks", "move", *where).exit_code == 2
    assert waihu("callbacks", "move", *where, "--agent", "1001", "--anyone").exit_code == 2
    assert "there is no agent `7`" in waihu("callbacks", "move", *where, "--agent", "7").stderr
    assert waihu("callbacks", "cancel", *where).exit_code == 0
    assert json.loads(waihu("callbacks", "list", "--json").stdout) == []
    gone = waihu("callbacks", "cancel", *where)
    assert gone.exit_code == 2
    assert "has no callback in campaign" in gone.stderr


async def _lease_all(database_url: str) -> None:
    engine = make_engine(database_url)
    run = await begin_run(engine)
    name = await one(engine, "SELECT name FROM campaigns")
    await Leasing(engine, run.id).fetch(FetchLeads(campaign=CampaignName(name), count=10))
    await run.end()
    await engine.dispose()
