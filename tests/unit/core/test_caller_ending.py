"""dialer.core.caller_ending: what a talk with a caller means for the campaign that called last."""

from datetime import timedelta

import pytest

from dialer.core.lead import LeadNext
from dialer.core.policy import AgentDisposition, Choices, RetryPolicy, RetryRule
from dialer.core.queueing import Acquaintance, CountTalk
from dialer.core.words import CampaignName, CustomerId, DispositionFlag, LeadEnd, Mode
from tests.callers import QueueScene, blended, caller_channel, staffed
from tests.factories import ANNA, SPRING

KNOWN = Acquaintance(customer=CustomerId(7), campaign=SPRING, agent=ANNA)


def said(name: str, digit: str, *flags: DispositionFlag) -> AgentDisposition:
    return AgentDisposition(name=name, label=name, digit=digit, flags=frozenset(flags))


DISPOSITIONS = (
    said("sale", "1", DispositionFlag.SUCCESS),
    said("later", "2", DispositionFlag.CALLBACK),
    said("never", "3", DispositionFlag.SUPPRESS),
    said("no", "4", DispositionFlag.REFUSE),
    said("somebody_else", "5", DispositionFlag.WRONG_NUMBER),
    said("ask_again", "6"),
    said("nothing", "7"),
)
RETRY = RetryPolicy(rules={"ask_again": RetryRule(after=timedelta(days=2))})


def after_talk(play: QueueScene, key: str) -> list[CountTalk]:
    """A caller talked for nine seconds, and the agent pressed this key."""
    play.caller_joined().wait(9).caller_hangs_up().wait(2).press(key)
    assert play.gone()
    return play.wished(CountTalk)


@pytest.mark.parametrize(
    ("key", "end", "suppress"),
    [
        ("1", LeadEnd.REACHED, False),
        ("3", LeadEnd.SUPPRESSED, True),
        ("4", LeadEnd.REFUSED, False),
        ("7", LeadEnd.REACHED, False),
    ],
)
def test_what_ends_the_lead(key: str, end: LeadEnd, suppress: bool) -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, leads=0, dispositions=DISPOSITIONS, retry=RETRY).calls_in(knows=KNOWN)
    [counted] = after_talk(play, key)
    assert counted.next == LeadNext(end=end, suppress=suppress)
    assert (counted.caller, counted.knows, counted.number) == (caller_channel(), KNOWN, "+8613900000001")


@pytest.mark.parametrize(
    ("key", "after", "callback"), [("2", timedelta(hours=1), True), ("6", timedelta(days=2), False)]
)
def test_what_brings_it_back(key: str, after: timedelta, callback: bool) -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, leads=0, dispositions=DISPOSITIONS, retry=RETRY).calls_in(knows=KNOWN)
    ended = play.now + timedelta(seconds=9)
    [counted] = after_talk(play, key)
    assert counted.next == LeadNext(due_at=ended + after, callback=callback)


def test_who_was_not_the_customer_changes_nothing() -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, leads=0, dispositions=DISPOSITIONS).calls_in(knows=KNOWN)
    assert after_talk(play, "5") == []


def test_a_stranger_can_still_ask_not_to_be_called() -> None:
    own = Choices(dispositions=DISPOSITIONS)
    [counted] = after_talk(staffed(ANNA).calls_in(choices=own), "3")
    assert counted.next.suppress
    assert after_talk(staffed(ANNA).calls_in(choices=own), "1") == []


def test_a_campaign_that_is_gone_is_none() -> None:
    gone = Acquaintance(customer=CustomerId(7), campaign=CampaignName("autumn"))
    play = staffed(ANNA).calls_in(choices=Choices(dispositions=DISPOSITIONS), knows=gone)
    assert after_talk(play, "1") == []


def test_who_was_not_talked_with_changes_nothing() -> None:
    play = blended(Mode.PROGRESSIVE, ANNA, leads=0).press("*21").calls_in(knows=KNOWN).wait(3).caller_hangs_up()
    assert play.gone()
    assert play.wished(CountTalk) == []
