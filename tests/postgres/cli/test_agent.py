"""`waihu agent`, with a daemon at the other end of PostgreSQL."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialer.core.events import AgentLegUp, AgentOrdered
from dialer.core.words import AgentNumber, AgentOrder, ChannelId
from tests.postgres.cli.conftest import Waihu, policies
from tests.postgres.cli.daemon_stand import daemon

pytestmark = pytest.mark.postgres

LI_NA = AgentNumber("1001")


def test_orders_reach_the_daemon(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site)) as stand:
        said = [waihu("agent", "call", "1001", "--by", "ann")]
        stand.tell(AgentLegUp(channel=ChannelId("leg"), at=datetime.now(UTC), agent=LI_NA))
        said += [
            waihu("agent", *arguments, "--by", "ann")
            for arguments in (("pause", "1001", "lunch"), ("ready", "1001"), ("logout", "1001"))
        ]
    assert [result.exit_code for result in said] == [0, 0, 0, 0]
    assert [placed.event for placed in stand.orders] == [
        AgentOrdered(agent=LI_NA, order=AgentOrder.LOG_IN, by="ann"),
        AgentOrdered(agent=LI_NA, order=AgentOrder.PAUSE, argument="lunch", by="ann"),
        AgentOrdered(agent=LI_NA, order=AgentOrder.READY, by="ann"),
        AgentOrdered(agent=LI_NA, order=AgentOrder.LOG_OUT, by="ann"),
    ]


def test_an_agent_who_is_not_there_cannot_be_paused(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site)):
        result = waihu("agent", "pause", "1001")
    assert (result.exit_code, result.stderr) == (1, "waihu: agent 1001 is logged_out, pause does nothing then\n")


def test_a_verdict_is_asked_for_of_those_alone_who_were_taken_for_machines(
    waihu: Waihu, site: Path, database_url: str
) -> None:
    with daemon(database_url, *policies(site)) as stand:
        refused = waihu("agent", "verdict", "1001", "person")
        wrong = waihu("agent", "verdict", "1001", "robot")
    said = "waihu: agent 1001 has nobody on the line who was taken for a machine\n"
    assert (refused.exit_code, refused.stderr) == (1, said)
    assert wrong.exit_code == 2
    assert [placed.event.argument for placed in stand.orders if isinstance(placed.event, AgentOrdered)] == ["person"]


def test_what_concerns_a_talk_is_refused_where_there_is_none(waihu: Waihu, site: Path, database_url: str) -> None:
    file = site / "waihu.yaml"
    directory = "directory: {10: {name: 账务 Billing, phone: PJSIP/billing}}\n"
    file.write_text(file.read_text(encoding="utf-8") + directory, encoding="utf-8")
    asked = (("hold",), ("retrieve",), ("consult", "10"), ("conference",), ("transfer",), ("transfer", "10"))
    with daemon(database_url, *policies(site)) as stand:
        said = [waihu("agent", verb, "1001", *digits) for verb, *digits in asked]
        wrong = waihu("agent", "consult", "1001", "99")
    assert {result.exit_code for result in said} == {1}
    assert said[0].stderr == "waihu: agent 1001 is logged_out, hold does nothing then\n"
    orders = [placed.event for placed in stand.orders if isinstance(placed.event, AgentOrdered)]
    assert [(order.order, order.argument) for order in orders] == [
        (AgentOrder.HOLD, ""),
        (AgentOrder.RETRIEVE, ""),
        (AgentOrder.CONSULT, "10"),
        (AgentOrder.CONFERENCE, ""),
        (AgentOrder.TRANSFER, ""),
        (AgentOrder.BLIND_TRANSFER, "10"),
    ]
    assert wrong.exit_code == 2
    assert wrong.stderr.endswith(
        "waihu.yaml: 99 is not in the site's directory, and `transfers` lets nobody call out\n"
    )


def test_who_is_on_hook_is_logged_in_and_shown_so(waihu: Waihu, site: Path, database_url: str) -> None:
    file = site / "waihu.yaml"
    text = file.read_text(encoding="utf-8")
    assert "phone: PJSIP/1001" in text
    file.write_text(text.replace("phone: PJSIP/1001", "phone: PJSIP/1001, on_hook: true"), encoding="utf-8")
    with daemon(database_url, *policies(site)) as stand:
        result = waihu("agent", "login", "1001", "--by", "ann")
    assert (result.exit_code, result.stdout) == (0, "1001 is logged in, on hook\n")
    assert [placed.event for placed in stand.orders] == [AgentOrdered(agent=LI_NA, order=AgentOrder.LOG_IN, by="ann")]
    stand_in = next(agent for agent in stand.dialer.floor.agents.values() if agent.number == LI_NA)
    assert (stand_in.state.value, stand_in.leg, stand_in.calling) == ("ready", None, None)
    called = waihu("agent", "call", "1001")
    assert (called.exit_code, called.stderr.count("type: waihu agent login 1001")) == (2, 1)
    # What the command line shows is what the daemon left in PostgreSQL.
    [shown] = [one for one in json.loads(waihu("agent", "list", "--json").stdout) if one["number"] == "1001"]
    assert (shown["on_hook"], shown["phone_up"], shown["recording"]) == (True, False, None)


def test_list_shows_everybody(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site)):
        result = waihu("agent", "list")
        as_json = json.loads(waihu("agent", "list", "--json").stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[1][:4] == ["1001", "李娜", "sales", "logged_out"]
    assert rows[2][:4] == ["1002", "Ann", "sales", "logged_out"]
    assert [(agent["number"], agent["state"]) for agent in as_json] == [("1001", "logged_out"), ("1002", "logged_out")]


def test_without_a_daemon_nobody_is_anywhere(waihu: Waihu) -> None:
    result = waihu("agent", "list")
    assert result.exit_code == 3
    assert "李娜" in result.stdout
    assert result.stderr == "waihu: no daemon runs, so nobody is logged in; start one with `waihu run`\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ready", "1003"), "has no agent 1003, did you mean '100"),
        (("pause", "1001", "lunsh"), "'lunsh' is no pause reason of the site, did you mean 'lunch'?"),
        (("call", "1002"), "agent 1002 has no `phone`"),
        (("login", "1002"), "agent 1002 is not `on_hook`"),
        (("ready", "1001"), "there is no agent `1001` in the database; has `waihu run` loaded the site file yet?"),
    ],
)
def test_what_cannot_be_asked_exits_2(waihu: Waihu, arguments: tuple[str, ...], said: str) -> None:
    result = waihu("agent", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
