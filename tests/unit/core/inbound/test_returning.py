"""dialer.core.inbound.returning: the team that a known caller returns to."""

from dialer.core.inbound.returning import with_team
from dialer.core.inbound.variables import Caller
from dialer.core.policy import CampaignPolicy
from dialer.core.words import AgentNumber, TeamName
from tests.factories import ANNA, SPRING, make_policy, make_profile

SALES, SUPPORT, VIP = TeamName("sales"), TeamName("support"), TeamName("vip")
KNOWN = Caller(last_campaign=SPRING, last_agent=ANNA)


def team(caller: Caller, policy: CampaignPolicy, *of_anna: TeamName) -> TeamName | None:
    agents = {ANNA: make_profile(ANNA, teams=frozenset(of_anna))}
    return with_team(caller, {SPRING: policy}, agents).last_team


def test_the_team_of_the_last_campaign() -> None:
    assert team(KNOWN, make_policy(teams=frozenset({SALES})), SUPPORT) == SALES


def test_of_several_the_one_of_the_last_agent_else_the_first_by_name() -> None:
    both = make_policy(teams=frozenset({VIP, SUPPORT}))
    assert team(KNOWN, both, VIP) == VIP
    assert team(KNOWN, both, SALES) == SUPPORT
    assert team(Caller(last_campaign=SPRING, last_agent=AgentNumber("1999")), both) == SUPPORT


def test_none_without_a_campaign_or_without_teams() -> None:
    assert team(Caller(last_agent=ANNA), make_policy(), SALES) is None
    assert team(KNOWN, make_policy(teams=frozenset(), agents=frozenset({ANNA})), SALES) is None
    assert with_team(KNOWN, {}, {}).last_team is None
