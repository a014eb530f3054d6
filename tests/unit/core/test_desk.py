"""dialer.core.desk: what a spoken dialog does to an agent's state, and that nobody stays in one."""

from datetime import timedelta

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.dialogs import DIALOG_GUARD, DeskLeft, Dialog, LanguageChosen, OpenDialog
from dialer.core.words import AgentOrder, AgentState, CampaignOrder, Mode
from tests.factories import ANNA, make_lead, make_site
from tests.playbook import like
from tests.scenes import Scene, leg_of, opening, running, talking

MENU = OpenDialog(channel=leg_of(ANNA), agent=ANNA, dialog=Dialog.MENU)
CALLBACK = OpenDialog(channel=leg_of(ANNA), agent=ANNA, dialog=Dialog.CALLBACK)
WRAP = timedelta(seconds=20)


def left(scene: Scene) -> Scene:
    return scene.feed(DeskLeft(channel=leg_of(ANNA), at=scene.now))


def wrapping(after: float = 5.0) -> Scene:
    """The customer is gone since so many seconds."""
    return talking(wrap_up=WRAP).parted().hung_up().wait(after).ignore()


def intervals(scene: Scene) -> list[tuple[str, str, float]]:
    return [(one.state.value, one.reason, (one.until - one.since).total_seconds()) for one in scene.intervals]


def test_who_was_ready_is_paused_for_the_menu_and_ready_again() -> None:
    scene = opening().log_in().wait(3).ignore().press("#").expect(MENU)
    assert (scene.agent().state, scene.agent().reason) == (AgentState.PAUSED, "menu")
    left(scene.wait(7)).expect()
    assert (scene.agent().state, scene.agent().desk.dialog) == (AgentState.READY, None)
    assert intervals(scene) == [("ready", "", 3.0), ("paused", "menu", 7.0)]


def test_nobody_is_joined_with_an_agent_in_the_menu() -> None:
    scene = running().opened().rang().ignore()
    scene.press("#").expect(MENU)
    scene.answered().expect()
    left(scene.wait(1)).expect(like(do.Join, agent=ANNA))


def test_who_was_paused_stays_so() -> None:
    scene = opening().log_in().press("*21").ignore().press("#").expect(MENU)
    assert (scene.agent().state, scene.agent().reason) == (AgentState.PAUSED, "lunch")
    left(scene).expect()
    assert (scene.agent().state, scene.agent().reason) == (AgentState.PAUSED, "lunch")


def test_the_clock_of_the_wrap_up_stands_still_meanwhile() -> None:
    scene = wrapping(5.0).press("#").expect(MENU)
    scene.wait(60).expect()
    assert scene.agent().state is AgentState.WRAP_UP
    left(scene).wait(14.9).expect()
    scene.wait(0.2).expect(do.CloseAttempt)
    assert scene.agent().state is AgentState.READY


def test_a_lead_on_offer_goes_back_and_is_not_passed_by() -> None:
    scene = opening(Mode.PREVIEW).order(CampaignOrder.START).log_in().fetched(make_lead(1)).ignore()
    assert scene.agent().offer is not None
    scene.press("#").expect(MENU, like(do.ReturnLeads, leads=(make_lead(1),), due_at=None))
    assert (scene.agent().state, scene.agent().reason, scene.agent().attempt) == (AgentState.PAUSED, "menu", None)


@pytest.mark.parametrize("order", [AgentOrder.READY, AgentOrder.PAUSE])
def test_what_is_chosen_ends_the_dialog(order: AgentOrder) -> None:
    scene = opening().log_in().press("#").ignore()
    scene.feed(ev.AgentOrdered(agent=ANNA, order=order, argument="lunch", by=ANNA)).expect()
    assert scene.agent().desk.dialog is None
    state = scene.agent().state
    assert state is (AgentState.READY if order is AgentOrder.READY else AgentState.PAUSED)
    # The route's end, heard late, changes nothing.
    left(scene).expect()
    assert scene.agent().state is state
    assert scene.agent().desk_timer not in scene.alarms


def test_a_disposition_chosen_in_the_dialog_ends_the_wrap_up() -> None:
    scene = wrapping().press("#").ignore()
    chosen = ev.AgentOrdered(agent=ANNA, order=AgentOrder.DISPOSE, argument="sale", by=ANNA)
    scene.feed(chosen).expect(do.CloseAttempt)
    assert scene.outcome().agent_disposition == "sale"
    assert (scene.agent().state, scene.agent().desk.dialog) == (AgentState.READY, None)


def test_in_a_dialog_keys_answer_the_voice() -> None:
    scene = wrapping().press("#").ignore()
    scene.press("1*1*9#").expect()
    assert (scene.agent().state, scene.agent().chosen) == (AgentState.WRAP_UP, None)


def test_a_dialog_that_nobody_ends_is_ended() -> None:
    scene = opening().log_in().press("#").ignore()
    scene.wait(DIALOG_GUARD.total_seconds() - 0.1).expect()
    scene.wait(0.2).expect(do.AdmitAgent(channel=leg_of(ANNA), agent=ANNA))
    assert (scene.agent().state, scene.agent().desk.dialog) == (AgentState.READY, None)


def test_hanging_up_in_a_dialog_is_a_log_out() -> None:
    scene = opening().log_in().press("#").ignore().phone_goes().expect()
    assert (scene.agent().state, scene.agent().desk.dialog) == (AgentState.LOGGED_OUT, None)
    assert scene.agent().desk_timer not in scene.alarms


def test_hanging_up_in_the_wrap_up_leaves_the_default_disposition() -> None:
    wrapping().press("#").ignore().phone_goes().expect(do.CloseAttempt)


def test_a_callback_asked_for_in_the_talk_comes_before_the_disposition() -> None:
    scene = talking(wrap_up=WRAP).press("**1").ignore()
    assert scene.agent().desk.wants_callback
    scene.parted().hung_up().expect(CALLBACK)
    assert scene.agent().state is AgentState.WRAP_UP
    left(scene.wait(100)).expect()
    scene.press("1").expect(do.CloseAttempt)
    assert scene.outcome().agent_disposition == "sale"


def test_it_does_so_where_there_is_no_wrap_up() -> None:
    scene = talking(wrap_up=timedelta(0)).press("**1").ignore().parted().hung_up().expect(CALLBACK)
    left(scene.wait(30)).wait(0.0).expect(do.CloseAttempt)
    assert scene.agent().state is AgentState.READY


def test_it_does_so_where_the_disposition_was_chosen_in_the_talk() -> None:
    scene = talking(wrap_up=WRAP).agent_order(AgentOrder.DISPOSE, "sale").press("**1").ignore()
    scene.parted().hung_up().expect(CALLBACK)
    left(scene).expect(do.CloseAttempt)
    assert scene.outcome().agent_disposition == "sale"


def test_a_callback_is_not_asked_for_after_the_next_talk() -> None:
    scene = talking(wrap_up=WRAP).press("**1").ignore().parted().hung_up()
    left(scene)
    assert not scene.agent().desk.wants_callback


def test_in_the_wrap_up_it_is_asked_for_at_once() -> None:
    wrapping().press("**1").expect(CALLBACK)


def test_a_log_out_that_waited_wins_over_the_menu() -> None:
    scene = opening(Mode.PREVIEW).order(CampaignOrder.START).log_in().fetched(make_lead(1))
    scene.press("*9").ignore().press("#")
    assert scene.wished(OpenDialog)[-1].dialog is Dialog.OFFER
    assert scene.agent().leaving is AgentState.LOGGED_OUT


def test_the_language_lasts_until_the_phone_is_hung_up() -> None:
    scene = opening().log_in()
    scene.feed(LanguageChosen(channel=leg_of(ANNA), at=scene.now, language="zh"))
    assert scene.agent().desk.language == "zh"
    scene.phone_goes().log_in()
    assert scene.agent().desk.language is None


def test_an_agent_who_is_struck_off_in_the_menu_leaves() -> None:
    scene = opening().log_in().press("#").ignore()
    scene.feed(ev.SiteLoaded(site=make_site())).expect(do.HangUp(channel=leg_of(ANNA)))
    scene.phone_goes()
    assert ANNA not in scene.dialer.floor.agents
