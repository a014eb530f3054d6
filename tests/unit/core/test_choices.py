"""dialer.core.choices: what an agent can say of the customer of the moment."""

from dialer.core.choices import choices_for, choices_of
from dialer.core.policy import AgentDisposition, Choices
from dialer.core.queueing import Acquaintance
from dialer.core.words import CampaignName, Mode
from tests.callers import blended, staffed
from tests.factories import ANNA, SPRING
from tests.scenes import talking

SOLVED = AgentDisposition(name="solved", label="已解决", digit="1")
OWN = Choices(dispositions=(SOLVED,), default="solved")


def test_of_a_customer_who_was_called_the_campaigns() -> None:
    play = talking(ANNA)
    assert choices_of(play.dialer.floor, play.agent()) == play.call().policy.choices


def test_of_a_caller_the_files_own_or_those_of_the_campaign_that_called_last() -> None:
    play = staffed(ANNA).calls_in(choices=OWN).caller_joined()
    assert choices_of(play.dialer.floor, play.agent()) == OWN
    known = blended(Mode.PROGRESSIVE, ANNA, leads=0).calls_in(choices=OWN, knows=Acquaintance(campaign=SPRING))
    spring = known.dialer.floor.campaigns[SPRING].policy
    assert choices_for(known.dialer.floor, known.caller()) == spring.choices
    silent = blended(Mode.PROGRESSIVE, ANNA, leads=0, dispositions=(), default_disposition=None)
    silent.calls_in(choices=OWN, knows=Acquaintance(campaign=SPRING))
    assert choices_for(silent.dialer.floor, silent.caller()) == OWN
    gone = staffed(ANNA).calls_in(choices=OWN, knows=Acquaintance(campaign=CampaignName("autumn")))
    assert choices_for(gone.dialer.floor, gone.caller()) == OWN


def test_between_customers_nothing_can_be_said() -> None:
    play = staffed(ANNA)
    assert choices_of(play.dialer.floor, play.agent()) is None


def test_an_agent_says_by_key_how_the_talk_with_a_caller_went() -> None:
    other = AgentDisposition(name="other", label="", digit="2")
    choices = Choices(dispositions=(SOLVED, other), default="solved")
    play = staffed(ANNA).calls_in(choices=choices).caller_joined().wait(5).caller_hangs_up().press("2")
    assert play.gone()
    assert play.waits()[-1].disposition == "other"


def test_and_the_clock_where_the_agent_says_nothing() -> None:
    play = staffed(ANNA).calls_in(choices=OWN).caller_joined().wait(5).caller_hangs_up().wait(15)
    assert play.waits()[-1].disposition == "solved"


def test_what_is_said_before_the_agent_is_lost_is_kept() -> None:
    play = staffed(ANNA).calls_in(choices=OWN).caller_joined().wait(5).phone_goes().caller_hangs_up()
    assert play.gone()
    assert play.waits()[-1].disposition == "solved"
