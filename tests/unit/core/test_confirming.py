"""dialer.core.confirming: what agents hear of what was asked of them, and that it is in nobody's way."""

from dataclasses import replace

from dialer.core import commands as do
from dialer.core.dialogs import Dismiss, PhrasesSpoken
from dialer.core.found import LiveChannel
from dialer.core.phrases import STOCK, Phrase, SpokenPhrases
from dialer.core.supervision import TellAgent
from dialer.core.transfer import Send
from dialer.core.words import AgentOrder, CampaignOrder, Mode
from tests.factories import ANNA, make_lead, make_profile, make_site
from tests.playbook import Playbook
from tests.scenes import Scene, leg_of, opening, running, talking

ENGLISH = SpokenPhrases(
    phrases={phrase: f"/en/{phrase}" for phrase in Phrase}, labels={"午饭": "/en/lunch", "成交": "/en/sale"}
)
CHINESE = SpokenPhrases(phrases={phrase: f"/zh/{phrase}" for phrase in Phrase})


class Heard(Scene):
    """A scene in which it matters what agents hear."""

    quiet = (*Playbook.quiet, do.FetchLeads)


def hearing(scene: Scene) -> Heard:
    heard = Heard(dialer=scene.dialer, now=scene.now, alarms=scene.alarms)
    return heard.feed(PhrasesSpoken(spoken={"en": ENGLISH, "zh": CHINESE})).ignore()


def announced(*sounds: str) -> do.Announce:
    return do.Announce(channel=leg_of(ANNA), agent=ANNA, sound="&".join(sounds))


def test_who_logs_in_hears_so() -> None:
    hearing(opening()).log_in().expect(announced("/en/logged_in"))


def test_pause_with_its_reason_and_ready() -> None:
    play = hearing(opening().log_in())
    play.press("*21").expect(announced("/en/paused", "/en/lunch"))
    # A reason whose label is not spoken.
    play.press("*22").expect(announced("/en/paused"))
    play.press("*1").expect(announced("/en/ready"))


def test_what_others_ask_is_heard_too() -> None:
    play = hearing(opening().log_in())
    play.agent_order(AgentOrder.PAUSE, "lunch").expect(announced("/en/paused", "/en/lunch"))
    # They have refusals as their answer.
    play.agent_order(AgentOrder.ACCEPT).expect()


def test_each_agent_in_their_language() -> None:
    play = hearing(opening().log_in())
    site = make_site(make_profile(language="zh"))
    play.dialer.floor.site = site
    play.dialer.floor.put_agent(replace(play.agent(), profile=site.agents[ANNA]))
    play.press("*1").expect(announced("/zh/ready"))
    play.dialer.floor.put_agent(replace(play.agent(), profile=make_profile(language="fr")))
    play.press("*1").expect(announced(STOCK[Phrase.READY]))


def test_in_a_talk_it_is_whispered() -> None:
    play = hearing(talking())
    play.press("*21").expect(TellAgent(agent=ANNA, sound="/en/paused_after&/en/lunch"))
    play.press("**1").expect(TellAgent(agent=ANNA, sound="/en/callback_after"))
    play.press("*#").expect(TellAgent(agent=ANNA, sound="/en/callback_after"))
    # Plain digits are the far end's.
    play.press("5").expect()


def test_a_disposition_and_what_comes_after_it() -> None:
    play = hearing(talking().parted().hung_up())
    play.press("7").expect(announced("/en/unknown_key"))
    play.press("1").expect(do.CloseAttempt, announced("/en/noted", "/en/sale", "/en/ready"))


def test_hold_is_said_where_words_are_spoken() -> None:
    play = hearing(talking())
    play.press("*5").expect(Send, TellAgent(agent=ANNA, sound="/en/on_hold"))
    quiet = Heard(dialer=(scene := talking()).dialer, now=scene.now, alarms=scene.alarms)
    quiet.press("*5").expect(Send)


def test_log_out() -> None:
    play = hearing(opening().log_in())
    play.press("*9").expect(Dismiss(channel=leg_of(ANNA), sound="/en/logged_out"))


def test_what_does_nothing_is_refused_in_words() -> None:
    play = hearing(opening().log_in())
    play.press("*0").expect(announced("/en/no_customer"))
    play.press("**1").expect(announced("/en/no_customer"))
    play.press("*7").expect(announced("/en/unknown_key"))
    # Nothing is being asked, so a plain digit answers nothing.
    play.press("7").expect()


def test_nothing_was_said_yet() -> None:
    hearing(opening().log_in().phone_goes()).press("*#").expect()
    found = opening().asterisk_back(LiveChannel(channel=leg_of(ANNA), agent=ANNA, up=True, bridge=None))
    hearing(found).press("*#").expect(announced("/en/refused"))


def offered() -> Heard:
    return hearing(opening(Mode.PREVIEW).order(CampaignOrder.START).log_in().fetched(make_lead(1)))


def test_an_offer_that_is_accepted_stops_what_was_being_said() -> None:
    play = offered().press("1").expect(do.OpenAttempt, announced("/en/dialling"))
    play.opened().rang().ignore().answered().expect(do.Join)
    # While the two are brought together nothing may move the leg.
    play.press("*1").expect()


def test_an_offer_that_is_passed_by() -> None:
    offered().press("2").expect(do.ReturnLeads, announced("/en/passed_by"))


def test_a_confirmation_never_comes_between_an_agent_and_a_customer() -> None:
    waiting = running(leads=2).press("*21").opened().rang().ignore()
    play = hearing(waiting.answered())
    # Ready, and promised in the same moment: the join, and no sound that would move the leg.
    play.press("*1").expect(do.Join(channel=play.call().channel, agent=ANNA, agent_leg=leg_of(ANNA)))
    play.press("*1").expect()
