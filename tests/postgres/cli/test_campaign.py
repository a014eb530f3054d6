"""`waihu campaign`, with a daemon at the other end of PostgreSQL."""

import getpass
import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialer.core.decisions import Decision
from dialer.core.events import CampaignOrdered
from dialer.core.words import CampaignName, CampaignOrder, CampaignState
from tests.postgres.cli.conftest import Waihu, policies
from tests.postgres.cli.daemon_stand import daemon

pytestmark = pytest.mark.postgres

SPRING = CampaignName("spring")


def test_orders_reach_the_daemon_with_who_asked(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site)) as stand:
        started = waihu("campaign", "start", "spring")
        assert (started.exit_code, started.stdout, started.stderr) == (0, "spring runs\n", "")
        state = stand.dialer.floor.campaigns[SPRING].state
        assert state is CampaignState.RUNNING
        for order in ("pause", "resume", "stop"):
            assert waihu("campaign", order, "spring", "--by", "李娜").exit_code == 0
    events = [placed.event for placed in stand.orders]
    me = getpass.getuser()
    assert events == [
        CampaignOrdered(campaign=SPRING, order=CampaignOrder.START, by=me),
        CampaignOrdered(campaign=SPRING, order=CampaignOrder.PAUSE, by="李娜"),
        CampaignOrdered(campaign=SPRING, order=CampaignOrder.RESUME, by="李娜"),
        CampaignOrdered(campaign=SPRING, order=CampaignOrder.STOP, by="李娜"),
    ]
    assert socket.gethostname()


def test_an_order_that_the_daemon_refuses_exits_1(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site), answer="spring has no agents"):
        result = waihu("campaign", "start", "spring")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "waihu: spring has no agents\n")


def test_an_order_that_would_do_nothing_is_refused(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site)):
        result = waihu("campaign", "pause", "spring")
        assert waihu("campaign", "stop", "spring").exit_code == 0
    assert (result.exit_code, result.stderr) == (1, "waihu: spring is stopped, so there is nothing to pause\n")


def test_no_daemon_takes_the_order(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site)):
        pass
    result = waihu("campaign", "start", "spring", "--wait", "0.1")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        "waihu: no daemon runs on this database; start one with `waihu run`. The order waits until a daemon takes it; "
        "to take it back, order the contrary\n"
    )


def test_a_daemon_that_does_not_answer(waihu: Waihu, site: Path, database_url: str) -> None:
    (site / "campaigns" / "autumn.yaml").write_text((site / "campaigns" / "spring.yaml").read_text("utf-8"), "utf-8")
    with daemon(database_url, *policies(site)):
        pass
    site_policy, campaigns = policies(site)
    with daemon(database_url, site_policy, tuple(one for one in campaigns if one.name == SPRING)):
        result = waihu("campaign", "start", "autumn", "--wait", "0.1")
    assert result.exit_code == 3
    assert result.stderr.startswith(
        "waihu: the daemon (run 2 on call-centre-1) has not answered within 0.1 s; the order"
    )


def test_a_campaign_that_nobody_knows(waihu: Waihu) -> None:
    result = waihu("campaign", "start", "autumn")
    assert result.exit_code == 2
    assert result.stderr.startswith("waihu: there is no campaign `autumn` in the database")


def test_status_shows_the_floor(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site)):
        result = waihu("campaign", "status", "spring")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("daemon: run 1 on call-centre-1, pid 4711, for ")
    assert lines[3].startswith("spring: stopped for ")
    assert [line.split() for line in lines if "live answers" in line] == [
        ["abandoned", "3", "of", "200", "live", "answers", "=", "1.50%,", "at", "most", "3.00%"]
    ]
    assert any(line.split() == ["agents", "none"] for line in lines)
    assert not any("because" in line for line in lines)


def test_status_why_gives_the_pacers_reason(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site)) as stand:
        waihu("campaign", "start", "spring")
    because = stand.dialer.floor.campaigns[SPRING].because
    assert because
    result = waihu("campaign", "status", "spring", "--why")
    assert any(line.split(None, 1) == ["because", because] for line in result.stdout.splitlines())
    assert any(line.split() == ["last", "launch", "none", "yet"] for line in result.stdout.splitlines())


def test_status_why_tells_the_last_decisions_newest_last(waihu: Waihu, site: Path, database_url: str) -> None:
    now = datetime.now(UTC)
    with daemon(database_url, *policies(site)) as stand:
        floor = stand.dialer.floor
        for ago, lines, reason in (
            (9, 0, "stopped"),
            (5, 3, "3 lines: 3 ready"),
            (4, 0, "0 lines: 乙"),
            (2, 0, "0 丙"),
        ):
            at = now - timedelta(seconds=ago)
            kind = "launched" if lines else reason[:1]
            floor.put_decision(SPRING, Decision(since=at, until=at, lines=lines, kind=kind, because=reason))
    shown = waihu("campaign", "status", "spring", "--why", "--last", "2").stdout.splitlines()
    assert any(line.split(None, 2)[:2] == ["last", "launch"] and "ago, 3 lines: 3 ready" in line for line in shown)
    head, *rows = shown[shown.index("") + 1 :][shown[shown.index("") + 1 :].index("") + 1 :]
    assert head.split() == ["from", "to", "times", "lines", "let", "go", "why"]
    launch, since = now - timedelta(seconds=5), now - timedelta(seconds=4)
    assert [row.split(None, 5) for row in rows] == [
        [f"{launch.astimezone():%H:%M:%S}", "1", "3", "0", "3", "lines: 3 ready"],
        [
            f"{since.astimezone():%H:%M:%S}",
            f"{now.astimezone() - timedelta(seconds=2):%H:%M:%S}",
            "2",
            "0",
            "0",
            "0 丙",
        ],
    ]
    told = json.loads(waihu("campaign", "status", "spring", "--why", "--json").stdout)["campaigns"][0]
    assert [decision["because"] for decision in told["why"][1:]] == ["stopped", "3 lines: 3 ready", "0 丙"]
    assert told["last_launch"]["lines"] == 3
    assert "why" not in json.loads(waihu("campaign", "status", "spring", "--json").stdout)["campaigns"][0]


def test_status_without_a_living_daemon_exits_3_and_shows_the_last_of_it(
    waihu: Waihu, site: Path, database_url: str
) -> None:
    assert waihu("campaign", "status").exit_code == 3
    with daemon(database_url, *policies(site)):
        pass
    result = waihu("campaign", "status")
    assert result.exit_code == 3
    assert result.stdout.startswith("daemon: none runs; this is the last of run 1 on call-centre-1")
    assert "spring: stopped" in result.stdout


def test_status_as_json(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site)):
        result = waihu("campaign", "status", "spring", "--json")
    status = json.loads(result.stdout)
    assert status["alive"] is True
    assert [campaign["name"] for campaign in status["campaigns"]] == ["spring"]
    assert status["campaigns"][0]["window"] == {"answered": 200, "abandoned": 3}


def test_status_of_a_campaign_that_the_daemon_does_not_have(waihu: Waihu, site: Path, database_url: str) -> None:
    with daemon(database_url, *policies(site)):
        result = waihu("campaign", "status", "autumn")
    assert result.exit_code == 2
    assert result.stderr == "waihu: the daemon has no campaign `autumn`; it has: spring\n"
