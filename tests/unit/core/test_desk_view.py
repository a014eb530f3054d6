"""dialer.core.desk_view: only an agent's own leg in a dialog is seen."""

from datetime import timedelta

from dialer.core.desk_view import desk_view
from dialer.core.dialogs import UNHEARD_FOR, Dialog
from dialer.core.phrases import STOCK, Phrase
from dialer.core.words import AgentState, CampaignOrder, ChannelId, Mode
from tests.factories import ANNA, BEN, make_lead
from tests.scenes import channel_of, leg_of, opening, talking


def test_an_agent_in_the_menu() -> None:
    scene = opening().log_in().press("#")
    view = desk_view(scene.dialer.floor, leg_of(ANNA), scene.now)
    assert view is not None
    assert (view.agent, view.dialog, view.state, view.reason) == (ANNA, Dialog.MENU, AgentState.PAUSED, "menu")
    assert [reason.name for reason in view.reasons] == ["lunch", "training"]
    assert (view.dispositions, view.has_customer, view.customers_zone.key) == ((), False, "UTC")


def test_the_customer_of_the_wrap_up() -> None:
    scene = talking(wrap_up=timedelta(minutes=1)).parted().hung_up().press("#")
    view = desk_view(scene.dialer.floor, leg_of(ANNA), scene.now)
    assert view is not None
    assert [one.name for one in view.dispositions] == ["sale", "not_now", "none_given"]
    assert (view.has_customer, view.customers_zone.key) == (True, "Asia/Shanghai")


def test_an_offer() -> None:
    scene = opening(Mode.PREVIEW).order(CampaignOrder.START).log_in().fetched(make_lead(1))
    view = desk_view(scene.dialer.floor, leg_of(ANNA), scene.now)
    assert view is not None
    assert (view.dialog, view.offer) == (Dialog.OFFER, make_lead(1))


def test_others_are_not_seen() -> None:
    scene = talking(ANNA, BEN)
    floor = scene.dialer.floor
    for leg in (leg_of(ANNA), leg_of(BEN), channel_of(1), ChannelId("nobody")):
        assert desk_view(floor, leg, scene.now) is None


def test_a_confirmation_that_the_dialog_cut_short() -> None:
    scene = opening(Mode.PREVIEW).order(CampaignOrder.START).log_in().press("*21").press("*1").fetched(make_lead(1))
    view = desk_view(scene.dialer.floor, leg_of(ANNA), scene.now)
    assert view is not None
    assert view.just_told == STOCK[Phrase.READY]
    later = desk_view(scene.dialer.floor, leg_of(ANNA), scene.now + UNHEARD_FOR)
    assert later is not None
    assert later.just_told == ""
