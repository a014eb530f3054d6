"""Dialogs with agents without a network: every choice, every mistake, and a hang-up at every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agi.call import Call
from agi.errors import CallerHungUp
from agi.phrase_book import phrase_book
from agi.routes.agent import AgentRoute, NobodysDesk
from agi.speaker import Voices
from agi.voice import Voice
from dialer.core.events import CallbackSet
from dialer.core.hours import next_opening
from dialer.core.phrases import LANGUAGES, STOCK, Phrase
from dialer.core.policy import HoursPolicy
from dialer.core.words import AgentOrder, AgentState, CampaignOrder, Mode
from tests.asterisk.tones import write_tone
from tests.factories import ANNA, make_lead
from tests.fakes.agent_desk import Keys, SceneDesk
from tests.fakes.agi_line import AsteriskLine, on
from tests.fakes.agi_peer import opening
from tests.scenes import Scene, leg_of, talking
from tests.scenes import opening as morning

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = HoursPolicy(windows={day: ((time(9), time(20)),) for day in range(5)})


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every phrase was spoken, and a word for what was not."""
    folder = tmp_path_factory.mktemp("speech")
    write_tone(folder / "word.wav", 700, 0.1)
    for language in LANGUAGES:
        for text in [*phrase_book(language).texts.values(), *"0123456789"]:
            Path(voices(folder).kept.sound(language, text) + ".wav").touch()
    return folder


def voices(folder: Path) -> Voices:
    command = ["cp", str(folder / "word.wav"), "{file}"]
    return Voices(kept=Voice(command, {}, folder), passing=Voice(command, {}, folder / "passing"))


class Stand:
    """An agent at the phone, the core, and what was said."""

    def __init__(self, scene: Scene, speech: Path, keys: Sequence[str], hangs_up_at: int | None = None) -> None:
        self.scene = scene
        self.desk = SceneDesk(scene)
        self.keys = Keys(keys)
        self.voices = voices(speech)
        opens = opening("agent?agent=9999&dialog=menu", uniqueid=str(leg_of(ANNA)))
        self.line = AsteriskLine(self.keys, hangs_up_at, opens)
        self.names = {
            self.voices.kept.sound(language, text): phrase
            for language in LANGUAGES
            for phrase, text in phrase_book(language).texts.items()
        }

    @property
    def call(self) -> Call:
        return on(self.line)

    async def speak(self) -> None:
        await AgentRoute(self.desk, lambda: self.voices, pause_seconds=0.01)(self.call)

    @property
    def heard(self) -> list[Phrase]:
        """The phrases, in order; pieces that are none left out."""
        return [self.names[sound] for sound in self.keys.played if sound in self.names]

    @property
    def orders(self) -> list[tuple[AgentOrder, str]]:
        return [(one.order, one.argument) for one in self.desk.asked if not isinstance(one, CallbackSet)]

    @property
    def callbacks(self) -> list[CallbackSet]:
        return [one for one in self.desk.asked if isinstance(one, CallbackSet)]


def ready_in_menu() -> Scene:
    return morning().log_in().press("#").ignore()


def wrapping_in_menu(**policy: object) -> Scene:
    return talking(wrap_up=timedelta(minutes=5), **policy).parted().hung_up().press("#").ignore()


def asked_for_callback(**policy: object) -> Scene:
    return talking(wrap_up=timedelta(minutes=5), **policy).press("**1").parted().hung_up().ignore()


def offered() -> Scene:
    lead = make_lead(1, attempts_made=2, callback=True)
    return morning(Mode.PREVIEW).order(CampaignOrder.START).log_in().fetched(lead).ignore()


TOMORROW = datetime.now(SHANGHAI).date() + timedelta(days=1)
AT_1030 = datetime(TOMORROW.year, TOMORROW.month, TOMORROW.day, 10, 30, tzinfo=SHANGHAI).astimezone(UTC)

MENU_ITEMS = [Phrase.CHOOSE_READY, Phrase.CHOOSE_PAUSE]


async def test_pause_with_a_reason(speech: Path) -> None:
    stand = Stand(ready_in_menu(), speech, ["2", "1"])
    await stand.speak()
    assert stand.orders == [(AgentOrder.PAUSE, "lunch")]
    assert stand.heard[:3] == [Phrase.MENU, *MENU_ITEMS]
    assert stand.heard[-3:] == [Phrase.WHICH_REASON, Phrase.PRESS, Phrase.PRESS]
    assert (stand.scene.agent().reason, stand.scene.agent().desk.dialog) == ("lunch", None)


async def test_in_the_wrap_up_there_is_more_to_choose(speech: Path) -> None:
    stand = Stand(wrapping_in_menu(), speech, ["3", "1"])
    await stand.speak()
    assert {Phrase.CHOOSE_DISPOSITION, Phrase.CHOOSE_CALLBACK, Phrase.CHOOSE_DO_NOT_CALL} < set(stand.heard)
    assert stand.orders == [(AgentOrder.DISPOSE, "sale")]
    assert stand.scene.outcome().agent_disposition == "sale"


async def test_out_of_it_their_keys_mean_nothing(speech: Path) -> None:
    stand = Stand(ready_in_menu(), speech, ["3", "4", "5", "1"])
    await stand.speak()
    assert stand.heard.count(Phrase.UNKNOWN_KEY) == 3
    assert stand.orders == [(AgentOrder.READY, "")]
    assert stand.scene.agent().state is AgentState.READY


async def test_do_not_call_is_asked_twice(speech: Path) -> None:
    stand = Stand(wrapping_in_menu(), speech, ["5", "2", "5", "1", "0"])
    await stand.speak()
    assert stand.orders == [(AgentOrder.DO_NOT_CALL, "")]
    assert stand.scene.call().unwanted_by == ANNA
    assert [one for one in stand.heard if one in (Phrase.LEFT_AS_IT_WAS, Phrase.DO_NOT_CALL)] == [
        Phrase.LEFT_AS_IT_WAS,
        Phrase.DO_NOT_CALL,
    ]
    assert stand.heard[-1] is Phrase.MENU_LEFT


async def test_state_and_figures(speech: Path) -> None:
    stand = Stand(ready_in_menu(), speech, ["6", "0"])
    await stand.speak()
    said = stand.keys.played
    kept = stand.voices.kept
    assert said.index(kept.sound("en", "12")) == said.index(kept.sound("en", "Calls today")) + 1
    assert said.index(kept.sound("en", "90")) == said.index(kept.sound("en", "Minutes of talk today")) + 1
    stand = Stand(ready_in_menu(), speech, ["6", "0"])
    stand.desk.away = True
    await stand.speak()
    assert Phrase.FIGURES_MISSING in stand.heard


async def test_another_language(speech: Path) -> None:
    stand = Stand(ready_in_menu(), speech, ["7", "0"])
    await stand.speak()
    said, chinese = stand.keys.played, phrase_book("zh").texts
    # The offer to change is made in the language that is offered.
    kept = stand.voices.kept
    offered_in_chinese = said.index(kept.sound("zh", chinese[Phrase.CHOOSE_LANGUAGE]))
    assert offered_in_chinese < said.index(kept.sound("zh", chinese[Phrase.THIS_LANGUAGE]))
    assert said[-1] == kept.sound("zh", chinese[Phrase.MENU_LEFT])
    assert stand.scene.agent().desk.language == "zh"
    assert [one for one in stand.line.asked if "language" in one] == [
        "SET VARIABLE CHANNEL(language) en",
        "SET VARIABLE CHANNEL(language) zh",
    ]


async def test_repeat_and_three_rounds_of_silence(speech: Path) -> None:
    stand = Stand(ready_in_menu(), speech, ["", "", "*", "8"])
    await stand.speak()
    assert stand.heard.count(Phrase.CHOOSE_READY) == 7
    assert stand.heard[-1] is Phrase.MENU_LEFT
    assert stand.orders == []


async def test_a_callback_from_the_talk_on(speech: Path) -> None:
    stand = Stand(asked_for_callback(), speech, ["1", "1", "1030", "1"])
    await stand.speak()
    [wish] = stand.callbacks
    assert (wish.agent, wish.at, wish.mine) == (ANNA, AT_1030, True)
    assert stand.scene.call().callback is not None
    assert stand.heard == [
        Phrase.WHOSE_CALLBACK,
        Phrase.WHICH_DAY,
        # The agent's clock shows UTC.
        Phrase.CUSTOMERS_CLOCK,
        Phrase.WHICH_TIME,
        Phrase.CALLBACK_ON,
        Phrase.BY_YOU,
        Phrase.RIGHT_OR_AGAIN,
        Phrase.CALLBACK_KEPT,
    ]
    moment = phrase_book("en").text_of(AT_1030.astimezone(SHANGHAI))
    assert stand.voices.passing.sound("en", moment) in stand.keys.played
    assert "10:30" in moment
    # What was said of one customer is not kept.
    assert stand.voices.passing.kept("en", moment) is None


async def test_keyed_again_and_for_anyone(speech: Path) -> None:
    stand = Stand(asked_for_callback(), speech, ["2", "1", "0930", "2", "1", "1030", "1"])
    await stand.speak()
    [wish] = stand.callbacks
    assert (wish.at, wish.mine) == (AT_1030, False)
    assert Phrase.BY_ANYONE in stand.heard


async def test_given_up(speech: Path) -> None:
    stand = Stand(asked_for_callback(), speech, ["1", "1", "1030", "0"])
    await stand.speak()
    assert (stand.callbacks, stand.heard[-1]) == ([], Phrase.NO_CALLBACK)


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (["0231"], Phrase.NO_SUCH_DAY),
        (["1301"], Phrase.NO_SUCH_DAY),
        (["1", "2460"], Phrase.NO_SUCH_TIME),
        (["1", "25"], Phrase.NO_SUCH_TIME),
        (["0", "0000"], Phrase.PAST),
    ],
)
async def test_what_is_wrong_is_explained_and_asked_again(speech: Path, keys: list[str], why: Phrase) -> None:
    stand = Stand(asked_for_callback(), speech, ["1", *keys, "1", "1030", "1"])
    await stand.speak()
    assert why in stand.heard
    assert stand.heard.count(Phrase.WHICH_DAY) == 2
    assert [wish.at for wish in stand.callbacks] == [AT_1030]


async def test_a_key_that_cuts_an_explanation_short_is_the_next_answer(speech: Path) -> None:
    stand = Stand(asked_for_callback(), speech, ["1", "0231", "1", "", "1030", "1"])
    stand.keys.cuts_short = stand.voices.kept.sound("en", phrase_book("en").texts[Phrase.NO_SUCH_DAY])
    await stand.speak()
    assert [wish.at for wish in stand.callbacks] == [AT_1030]
    assert stand.heard.count(Phrase.WHICH_DAY) == 1
    stand = Stand(wrapping_in_menu(), speech, ["5", "2", "2", "1"])
    stand.keys.cuts_short = stand.voices.kept.sound("en", phrase_book("en").texts[Phrase.LEFT_AS_IT_WAS])
    await stand.speak()
    assert stand.orders == [(AgentOrder.PAUSE, "lunch")]


async def test_out_of_calling_hours_it_is_moved_and_said(speech: Path) -> None:
    stand = Stand(asked_for_callback(hours=HOURS), speech, ["1", "1", "0300", "1"])
    await stand.speak()
    assert stand.heard.index(Phrase.MOVED) < stand.heard.index(Phrase.CALLBACK_ON)
    [wish] = stand.callbacks
    kept = stand.scene.call().callback
    assert kept is not None
    assert kept.at == next_opening(HOURS, ("Asia/Shanghai",), wish.at)
    said = phrase_book("en").text_of(kept.at.astimezone(SHANGHAI))
    assert stand.voices.passing.sound("en", said) in stand.keys.played


async def test_a_day_too_far_ahead_is_refused(speech: Path) -> None:
    far = (datetime.now(SHANGHAI) + timedelta(days=200)).strftime("%m%d")
    stand = Stand(asked_for_callback(), speech, ["1", far, "1030", "1", "1030", "1"])
    await stand.speak()
    assert Phrase.CALLBACK_REFUSED in stand.heard
    assert [wish.at for wish in stand.callbacks] == [AT_1030]


async def test_a_customer_who_cannot_be_called_back_is_not_asked_about_for_ever(speech: Path) -> None:
    scene = talking(wrap_up=timedelta(minutes=5)).press("**2").press("**1").parted().hung_up().ignore()
    stand = Stand(scene, speech, ["1", "1", "1030", "1", "1030", "1", "1030"])
    await stand.speak()
    assert stand.heard.count(Phrase.CALLBACK_REFUSED) == 2
    assert (stand.callbacks, stand.heard[-1]) == ([], Phrase.NO_CALLBACK)


async def test_who_is_offered(speech: Path) -> None:
    stand = Stand(offered(), speech, [])
    await stand.speak()
    assert stand.heard == [Phrase.OFFER, Phrase.IS_CALLBACK, Phrase.ATTEMPTS, Phrase.DIAL_OR_NOT]
    lead, kept, passing = make_lead(1), stand.voices.kept, stand.voices.passing
    said = stand.keys.played
    assert said[1] == passing.sound("en", lead.name)
    assert said[2 : 2 + len(lead.national)] == [kept.sound("en", digit) for digit in lead.national]
    assert passing.kept("en", lead.name) is None
    assert stand.scene.agent().offer is not None


async def test_what_was_just_told_is_heard_before_who_is_offered(speech: Path) -> None:
    scene = morning(Mode.PREVIEW).order(CampaignOrder.START).log_in().press("*21").ignore()
    stand = Stand(scene, speech, [])
    scene.press("*1").fetched(make_lead(1))
    await stand.speak()
    assert stand.keys.played[:2] == [
        STOCK[Phrase.READY],
        stand.voices.kept.sound("en", phrase_book("en").texts[Phrase.OFFER]),
    ]


async def test_without_a_program_nothing_fails(tmp_path: Path) -> None:
    stand = Stand(wrapping_in_menu(), tmp_path, ["6", "4", "1", "1", "1030", "1", "0"])
    await stand.speak()
    assert [wish.at for wish in stand.callbacks] == [AT_1030]
    assert STOCK[Phrase.CHOOSE_AGAIN] in stand.keys.played
    assert [one for one in stand.keys.played if one.startswith("SAY")] == [
        "SAY NUMBER 12",
        "SAY NUMBER 90",
        f"SAY DATETIME {int(AT_1030.timestamp())}",
    ]


async def test_a_leg_in_no_dialog_is_not_spoken_to(speech: Path) -> None:
    for scene in (morning().log_in(), morning(), ready_in_menu().phone_goes()):
        stand = Stand(scene, speech, ["1"])
        with pytest.raises(NobodysDesk):
            await stand.speak()
        assert stand.line.asked == []


SCRIPTS = {
    "pause": (ready_in_menu, ["6", "7", "2", "1"]),
    "leave": (ready_in_menu, ["3", "0"]),
    "log out": (ready_in_menu, ["9"]),
    "dispose": (wrapping_in_menu, ["5", "1", "3", "1"]),
    "callback": (wrapping_in_menu, ["4", "2", "0231", "1", "1030", "2", "1", "1030", "1", "0"]),
    "after the talk": (asked_for_callback, ["1", "1", "1030", "1"]),
    "offer": (offered, []),
}


@pytest.mark.parametrize("name", SCRIPTS)
async def test_hanging_up_at_every_step(speech: Path, name: str) -> None:
    make, keys = SCRIPTS[name]
    whole = Stand(make(), speech, keys)
    await whole.speak()
    for at in range(len(whole.line.asked)):
        stand = Stand(make(), speech, keys, hangs_up_at=at)
        with pytest.raises(CallerHungUp):
            await stand.speak()
        agent = stand.scene.phone_goes().agent()
        assert not agent.state.on_shift
        assert (agent.desk.dialog, agent.attempt, agent.offer) == (None, None, None)
        assert agent.desk_timer not in stand.scene.alarms


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    keys=st.lists(st.text(alphabet="0123456789*#", max_size=5), max_size=30),
    make=st.sampled_from([ready_in_menu, wrapping_in_menu, asked_for_callback]),
)
async def test_whatever_is_keyed_the_dialog_ends_and_nobody_is_stuck(
    tmp_path: Path, keys: list[str], make: object
) -> None:
    assert callable(make)
    stand = Stand(make(), tmp_path, keys)
    await stand.speak()
    agent = stand.scene.agent()
    assert (agent.desk_timer in stand.scene.alarms) == (agent.desk.dialog is not None)
    assert all(kept.at > datetime.now(UTC) for kept in stand.callbacks)


async def test_the_language_of_the_profile(speech: Path) -> None:
    scene = ready_in_menu()
    scene.dialer.floor.put_agent(replace(scene.agent(), profile=replace(scene.agent().profile, language="zh")))
    stand = Stand(scene, speech, ["0"])
    await stand.speak()
    assert stand.keys.played[0] == stand.voices.kept.sound("zh", phrase_book("zh").texts[Phrase.MENU])
