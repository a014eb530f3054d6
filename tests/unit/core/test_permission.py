"""dialer.core.permission: why not, in words for whoever asked."""

import pytest

from dialer.core import supervision as sv
from dialer.core.permission import audible, refusal, talk_of
from dialer.core.policy import SupervisorProfile
from dialer.core.supervision_words import OF_TAKEN_OVER, MonitorMode, SupervisionOrder
from dialer.core.words import AgentNumber, CampaignName, SupervisorNumber, TeamName
from tests.factories import ANNA, BEN
from tests.supervised import BOSS, SALES, Supervised, listening, make_supervisor_profile, supervised

STRANGER = make_supervisor_profile(teams=frozenset({TeamName("support")}))
AUTUMN = make_supervisor_profile(campaigns=frozenset({CampaignName("autumn")}))


def why_not(play: Supervised, order: SupervisionOrder, agent: AgentNumber | None = ANNA) -> str | None:
    asked = sv.SupervisionOrdered(supervisor=BOSS, order=order, agent=agent)
    return refusal(play.dialer.floor, asked)


@pytest.mark.parametrize(
    "order", [o for o in SupervisionOrder if o.value not in ("next", "previous", "leave") and o not in OF_TAKEN_OVER]
)
def test_what_is_allowed_from_anywhere(order: SupervisionOrder) -> None:
    assert why_not(supervised(), order) is None


@pytest.mark.parametrize("order", [o for o in SupervisionOrder if o not in OF_TAKEN_OVER])
def test_what_is_allowed_in_a_session(order: SupervisionOrder) -> None:
    assert why_not(listening(), order, None) is None


@pytest.mark.parametrize(
    ("profile", "order", "agent", "said"),
    [
        (STRANGER, SupervisionOrder.LISTEN, ANNA, "may not attend agent 1001"),
        (STRANGER, SupervisionOrder.PAUSE, ANNA, "may not attend agent 1001"),
        (None, SupervisionOrder.LISTEN, AgentNumber("1009"), "no agent 1009"),
        (None, SupervisionOrder.NEXT, None, "is not on the phone"),
        (None, SupervisionOrder.LEAVE, None, "is not on the phone"),
        (make_supervisor_profile(phone=None), SupervisionOrder.LISTEN, ANNA, "has to dial in"),
        (None, SupervisionOrder.END_CALL, BEN, "agent 1002 has no customer"),
        (AUTUMN, SupervisionOrder.END_CALL, ANNA, "may not hear calls of campaign spring"),
    ],
)
def test_what_is_not(
    profile: SupervisorProfile | None, order: SupervisionOrder, agent: AgentNumber | None, said: str
) -> None:
    assert said in (why_not(supervised(profile), order, agent) or "")


def test_a_phone_that_rings_is_not_called_again() -> None:
    play = supervised().boss_orders(SupervisionOrder.LISTEN, ANNA)
    assert "being called already" in (why_not(play, SupervisionOrder.LISTEN) or "")


def test_who_is_with_a_customer_does_nothing_else() -> None:
    play = listening().boss_presses("4")
    assert "is with a customer" in (why_not(play, SupervisionOrder.NEXT) or "")
    assert why_not(play, SupervisionOrder.LEAVE) is None


def test_nobody_takes_the_customer_of_another_supervisor() -> None:
    other = SupervisorNumber("9002")
    second = make_supervisor_profile(number=other)
    play = listening().supervised_by(make_supervisor_profile(), second).boss_presses("4")
    ends = sv.SupervisionOrdered(supervisor=other, order=SupervisionOrder.END_CALL, agent=ANNA)
    assert "is with supervisor 9001" in (refusal(play.dialer.floor, ends) or "")


def test_messages_go_to_ones_own_teams() -> None:
    floor = supervised().dialer.floor
    assert refusal(floor, sv.TeamMessaged(supervisor=BOSS, team=SALES, sound="a")) is None
    assert refusal(floor, sv.TeamMessaged(supervisor=BOSS, team=TeamName("x"), sound="a")) is not None
    assert refusal(floor, sv.TeamMessaged(supervisor=SupervisorNumber("9"), team=SALES, sound="a")) is not None


def test_what_there_is_to_hear() -> None:
    play = listening()
    floor = play.dialer.floor
    assert audible(floor, play.boss) == sv.Ear(agent=ANNA, attempt=play.call().id, mode=MonitorMode.LISTEN)
    assert talk_of(floor, BEN) is None
    assert talk_of(floor, None) is None
    play.boss_presses("4")
    assert audible(play.dialer.floor, play.boss) is None
