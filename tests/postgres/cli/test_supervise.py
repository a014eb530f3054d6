"""`waihu supervise`, with a daemon at the other end of PostgreSQL."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialer.core.policy import AgentProfile
from dialer.core.supervision import RecordStretch, SupervisionOrdered, SupervisorLegUp, TeamMessaged
from dialer.core.supervision_words import SupervisionOrder, SupervisorState
from dialer.core.words import AgentNumber, ChannelId, SupervisorNumber, TeamName
from dialer.store.agents import keep_agents
from dialer.store.connect import make_engine
from dialer.store.supervision import record_stretches
from tests.postgres.cli.conftest import Waihu, policies
from tests.postgres.cli.daemon_stand import daemon

pytestmark = pytest.mark.postgres

BOSS = SupervisorNumber("9001")
LI_NA, ANN = AgentNumber("1001"), AgentNumber("1002")
SUPERVISORS = """
supervisors:
  9001: {name: 陈静, phone: PJSIP/9001, teams: [sales]}
  9002: {name: Ōe, teams: [support]}
  9003: {name: Kim, campaigns: [autumn]}
"""


@pytest.fixture
def supervised(site: Path) -> Path:
    file = site / "waihu.yaml"
    file.write_text(file.read_text(encoding="utf-8") + SUPERVISORS, encoding="utf-8")
    return site


def test_orders_reach_the_daemon(waihu: Waihu, supervised: Path, database_url: str) -> None:
    with daemon(database_url, *policies(supervised)) as stand:
        said = [waihu("supervise", "whisper", "9001", "1001", "--by", "chief")]
        leg = SupervisorLegUp(channel=ChannelId("leg"), at=datetime.now(UTC), supervisor=BOSS)
        stand.tell(leg)
        message = ("message", "9001", "sales", "custom/meeting")
        more = (("next", "9001"), ("listen", "9001", "1002"), ("leave", "9001"), message)
        said += [waihu("supervise", *words, "--by", "chief") for words in more]
    assert [(result.exit_code, result.stderr) for result in said] == [(0, "")] * 5
    assert said[0].stdout == "9001: whisper 1001\n"
    by = {"supervisor": BOSS, "by": "chief"}
    assert [placed.event for placed in stand.orders] == [
        SupervisionOrdered(order=SupervisionOrder.WHISPER, agent=LI_NA, **by),  # type: ignore[arg-type]
        SupervisionOrdered(order=SupervisionOrder.NEXT, **by),  # type: ignore[arg-type]
        SupervisionOrdered(order=SupervisionOrder.LISTEN, agent=ANN, **by),  # type: ignore[arg-type]
        SupervisionOrdered(order=SupervisionOrder.LEAVE, **by),  # type: ignore[arg-type]
        TeamMessaged(team=TeamName("sales"), sound="custom/meeting", **by),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("listen", "9002", "1001"), "supervisor 9002 may not attend agent 1001"),
        (("listen", "9003", "1001"), "supervisor 9003 has no `phone` on this site, and has to dial in"),
        (("next", "9001"), "supervisor 9001 is not on the phone"),
        (("end-call", "9001", "1001"), "agent 1001 has no customer on the line"),
        (("pause", "9001", "1001", "lunch"), "agent 1001 is logged_out, pause does nothing then"),
        (("logout", "9002", "1001"), "supervisor 9002 may not attend agent 1001"),
        (("message", "9002", "sales", "beep"), "supervisor 9002 has no team sales"),
    ],
)
def test_what_may_not_be_is_refused(
    waihu: Waihu, supervised: Path, database_url: str, words: Sequence[str], said: str
) -> None:
    with daemon(database_url, *policies(supervised)):
        result = waihu("supervise", *words)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"waihu: {said}\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("listen", "9009", "1001"), "has no supervisor 9009, did you mean '900"),
        (("listen", "9001", "1009"), "has no agent 1009, did you mean '100"),
        (("pause", "9001", "1001", "lunsh"), "'lunsh' is no pause reason of the site, did you mean 'lunch'?"),
        (("message", "9001", "sails", "beep"), "is of team 'sails', did you mean 'sales'?"),
        (("message", "9001", "sales", "a b"), "'a b' is no sound"),
        (("message", "9001", "sales"), "say either a sound or --text"),
        (("message", "9001", "sales", "beep", "--text", "Hello"), "say either a sound or --text"),
        (("message", "9001", "sales", "--text", " "), "--text or --language says nothing"),
    ],
)
@pytest.mark.usefixtures("supervised")
def test_what_cannot_be_asked_exits_2(waihu: Waihu, words: Sequence[str], said: str) -> None:
    result = waihu("supervise", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_who_attends_whom(waihu: Waihu, supervised: Path, database_url: str) -> None:
    with daemon(database_url, *policies(supervised)):
        table = waihu("supervise", "list")
        rows = json.loads(waihu("supervise", "list", "--json").stdout)
    assert (table.exit_code, table.stderr) == (0, "")
    assert table.stdout.splitlines()[1].split()[:3] == ["9001", "陈静", "away"]
    assert [(row["number"], row["state"], row["agent"]) for row in rows] == [
        ("9001", "away", None),
        ("9002", "away", None),
        ("9003", "away", None),
    ]


@pytest.mark.usefixtures("supervised")
def test_without_a_daemon_nobody_attends_anybody(waihu: Waihu) -> None:
    result = waihu("supervise", "list")
    assert result.exit_code == 3
    assert "no daemon runs" in result.stderr


@pytest.mark.usefixtures("supervised")
def test_the_audit(waihu: Waihu, database_url: str) -> None:
    since = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    heard = RecordStretch(
        session=ChannelId("leg"),
        supervisor=BOSS,
        agent=LI_NA,
        state=SupervisorState.LISTENING,
        attempt=None,
        by="chief",
        since=since,
        until=None,
    )

    async def write() -> None:
        engine = make_engine(database_url)
        await keep_agents(engine, [AgentProfile(number=LI_NA, name="李娜")])
        async with engine.begin() as connection:
            await record_stretches(connection, [heard])
        await engine.dispose()

    asyncio.run(write())
    assert waihu("supervise", "audit").stdout.splitlines()[1].split()[2:] == ["9001", "1001", "listening", "chief"]
    (row,) = json.loads(waihu("supervise", "audit", "--supervisor", "9001", "--json").stdout)
    assert (row["since"], row["until"], row["state"]) == ("2026-03-02T10:00:00+00:00", None, "listening")
    assert json.loads(waihu("supervise", "audit", "--agent", "1002", "--json").stdout) == []
