"""dialer.core.looked_up: what comes of a number that an agent wants to call in the midst of a talk."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.aside_words import Place
from dialer.core.enquiry import LookUpNumber, NumberLookedUp
from dialer.core.phrases import IN_STOCK, Phrase, SpokenPhrases
from dialer.core.supervision import TellAgent
from dialer.core.transfer import CallThird, Send
from dialer.core.words import AgentOrder, AgentState
from tests.factories import ANNA
from tests.playbook import like
from tests.talks import OUT, Begin, TalkScene, both_kinds, with_called

DIGITS, NUMBER = "01065550100", "+861065550100"
REFUSED = "an outside number was not called in a talk: "
SPOKEN = {phrase: phrase.value for phrase in Phrase}


def answer(scene: TalkScene, *, suppressed: bool, nth: int = -1) -> NumberLookedUp:
    """The store's, to the last question, or to another."""
    asked = scene.wished(LookUpNumber)[nth]
    return NumberLookedUp(agent=asked.agent, number=asked.number, asked_at=asked.asked_at, suppressed=suppressed)


def asked(begin: Begin = with_called, keys: str = "*6") -> TalkScene:
    """Anna wants to call outside, and the store is asked."""
    scene = begin()
    scene.dialer.floor.spoken = {"en": SpokenPhrases(phrases=SPOKEN)}
    return scene.press(f"{keys}{DIGITS}#")


def told(scene: TalkScene) -> list[str]:
    return [wish.sound for wish in scene.wished(TellAgent) if wish.agent == ANNA]


@both_kinds
def test_who_may_be_called_is_called_when_the_store_has_said_so(begin: Begin) -> None:
    scene = asked(begin)
    scene.expect(like(LookUpNumber, agent=ANNA, number=NUMBER))
    assert (scene.aside, scene.agent().reason, told(scene)) == (None, "", [])
    scene.feed(answer(scene, suppressed=False)).expect(
        Send(channel=scene.customer, place=Place.HOLD, to=ANNA), like(CallThird, dial="PJSIP/861065550100@out")
    )
    assert scene.agent().reason == "consult"
    assert told(scene) == ["calling_third"]
    # The same answer again means nothing, nor is there anything left to wait for.
    scene.feed(answer(scene, suppressed=False)).expect()
    scene.wait(5.1).expect()


@both_kinds
@pytest.mark.parametrize("keys", ["*6", "*8"])
def test_who_must_not_be_called_is_not_and_the_agent_hears_why(begin: Begin, keys: str) -> None:
    scene = asked(begin, keys).ignore()
    scene.feed(answer(scene, suppressed=True)).expect(
        do.ReportOddity(what=REFUSED + "it must not be called", subject=f"agent 1001, {NUMBER}")
    )
    assert (scene.aside, scene.agent().state, scene.agent().reason) == (None, AgentState.TALKING, "")
    assert told(scene) == ["not_to_be_called"]
    scene.wait(5.1).expect()


def test_where_nothing_is_spoken_it_is_a_beep() -> None:
    assert {IN_STOCK.sound(phrase) for phrase in (Phrase.NOT_TO_BE_CALLED, Phrase.NOT_LOOKED_UP)} == {"beeperr"}


def test_no_answer_in_time_means_no_and_one_that_comes_late_means_nothing() -> None:
    scene = asked().ignore()
    scene.wait(4.9).expect()
    scene.wait(0.2).expect(like(do.ReportOddity, what=REFUSED + "the store did not say in time whether it may be"))
    assert told(scene) == ["not_looked_up"]
    scene.feed(answer(scene, suppressed=False)).expect()
    assert scene.aside is None


def test_somebody_elses_command_is_no_way_round() -> None:
    scene = with_called()
    scene.agent_order(AgentOrder.CONSULT, DIGITS).ignore()
    scene.feed(answer(scene, suppressed=True)).expect(do.ReportOddity)
    assert told(scene) == ["beeperr"]


@both_kinds
def test_a_talk_that_is_over_wants_no_answer(begin: Begin) -> None:
    scene = asked(begin).ignore()
    scene.customer_goes()
    assert scene.dialer.floor.asides.enquiries == {}
    scene.ignore().feed(answer(scene, suppressed=False)).expect()
    scene.wait(5.1).ignore()
    assert told(scene) == []


def test_an_agent_who_is_struck_off_wants_none_either() -> None:
    scene = asked().ignore()
    scene.phone_goes()
    scene.ignore().feed(answer(scene, suppressed=True)).expect()


def test_what_became_impossible_meanwhile_is_refused() -> None:
    scene = asked().ignore()
    scene.dialer.floor._trunk_lines[OUT.name] += 1
    scene.feed(answer(scene, suppressed=False)).expect()
    assert (scene.aside, told(scene)) == (None, ["refused"])


def test_who_is_on_hold_already_can_wait_for_a_third_as_well() -> None:
    scene = with_called().held()
    scene.press(f"*6{DIGITS}#").ignore()
    scene.feed(answer(scene, suppressed=False)).expect(CallThird, like(Send, place=Place.RINGING))


def test_the_last_of_two_numbers_is_called() -> None:
    scene = asked()
    scene.wait(1.0)
    scene.press("*601065550111#").ignore()
    scene.feed(answer(scene, suppressed=False, nth=0)).expect()
    scene.feed(answer(scene, suppressed=False)).expect(Send, like(CallThird, dial="PJSIP/861065550111@out"))


def test_a_site_file_that_lets_nobody_call_out_any_more_is_obeyed() -> None:
    scene = asked().ignore()
    site = replace(scene.dialer.floor.site, transfers=None)
    scene.feed(ev.SiteLoaded(site=site)).ignore()
    scene.feed(answer(scene, suppressed=False)).expect()
    assert told(scene) == ["refused"]
