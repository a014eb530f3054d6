"""dialer.core.lent_agent: an agent in a colleague's talk, one event after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.aside_asking import SEND_GUARD
from dialer.core.aside_words import Place
from dialer.core.lent_agent import Dispensed, Lent, step
from dialer.core.live_agent import Agent
from dialer.core.transfer import Send
from dialer.core.words import AgentState, CampaignName
from tests.factories import ANNA, NOW, attempt_id, make_profile
from tests.scenes import leg_of

LATER = NOW + timedelta(seconds=7)
READY = Agent(profile=make_profile(ANNA), since=NOW, state=AgentState.READY, leg=leg_of(ANNA))
RESERVED = replace(READY, state=AgentState.RESERVED, attempt=attempt_id(1), campaign=CampaignName("spring"))
TALKING = replace(RESERVED, state=AgentState.TALKING, reason="consult")


def test_a_lent_agent_is_reserved_and_talks_and_the_day_adds_up() -> None:
    reserved, _ = step(READY, sig.Reserved(attempt=attempt_id(1), campaign=CampaignName("spring")), NOW)
    talking, wishes = step(replace(reserved, chosen="sale"), Lent(attempt=attempt_id(1), reason="consult"), LATER)
    assert (talking.state, talking.reason, talking.chosen) == (AgentState.TALKING, "consult", None)
    [interval] = [wish for wish in wishes if isinstance(wish, do.RecordInterval)]
    assert (interval.state, interval.attempt) == (AgentState.RESERVED, attempt_id(1))
    mine, _ = step(talking, Lent(attempt=attempt_id(1), reason=""), LATER)
    assert (mine.state, mine.reason, mine.attempt) == (AgentState.TALKING, "", attempt_id(1))


@pytest.mark.parametrize("lent", [RESERVED, TALKING], ids=["reserved", "talking"])
def test_who_is_let_go_is_nobodys_until_the_phone_is_back(lent: Agent) -> None:
    free, wishes = step(lent, Dispensed(attempt=attempt_id(1)), LATER)
    assert (free.state, free.reason, free.attempt, free.campaign) == (AgentState.WRAP_UP, "consult", None, None)
    assert Send(channel=leg_of(ANNA), place=Place.LOOP, to=ANNA) in wishes
    assert do.WakeAt(timer=free.wrap_timer, at=LATER + SEND_GUARD) in wishes
    ready, wishes = step(free, ev.AgentLegUp(channel=leg_of(ANNA), at=LATER, agent=ANNA), LATER)
    assert ready.state is AgentState.READY
    assert do.LetSleep(timer=free.wrap_timer) in wishes
    assert step(free, ev.TimerFired(timer=free.wrap_timer), LATER)[0].state is AgentState.READY


def test_what_was_asked_for_meanwhile_comes_when_the_phone_is_back() -> None:
    free, _ = step(replace(TALKING, then_pause="lunch"), Dispensed(attempt=attempt_id(1)), LATER)
    paused, _ = step(free, ev.AgentLegUp(channel=leg_of(ANNA), at=LATER, agent=ANNA), LATER)
    assert (paused.state, paused.reason) == (AgentState.PAUSED, "lunch")


def test_who_has_no_phone_any_more_is_free_at_once() -> None:
    free, wishes = step(replace(TALKING, leg=None), Dispensed(attempt=attempt_id(1)), LATER)
    assert (free.state, free.attempt) == (AgentState.READY, None)
    assert not any(isinstance(wish, Send) for wish in wishes)


def test_what_is_told_of_another_talk_passes() -> None:
    for event in (Lent(attempt=attempt_id(2), reason="consult"), Dispensed(attempt=attempt_id(2))):
        assert step(TALKING, event, LATER) == (TALKING, ())


def test_a_phone_that_comes_in_an_ordinary_wrap_up_ends_none() -> None:
    writing = replace(TALKING, state=AgentState.WRAP_UP, reason="")
    assert (
        step(writing, ev.AgentLegUp(channel=leg_of(ANNA), at=LATER, agent=ANNA), LATER)[0].state is AgentState.WRAP_UP
    )
