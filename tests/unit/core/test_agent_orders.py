"""dialer.core.agent_orders: who is let in, and where an order goes."""

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core.dialogs import Dismiss
from dialer.core.words import (
    AgentOrder,
    AgentState,
    ChannelId,
)
from tests.factories import (
    ANNA,
    BEN,
    NOW,
)
from tests.playbook import like
from tests.scenes import leg_of, opening, talking

PHONE = ChannelId("phone-1")


def test_the_right_pin_admits() -> None:
    play = opening()
    play.feed(ev.LoginTried(channel=PHONE, at=NOW, agent=ANNA, pin="4711")).expect(
        do.CheckPin(channel=PHONE, agent=ANNA, pin="4711")
    )
    play.feed(ev.PinChecked(channel=PHONE, at=NOW, agent=ANNA, right=True)).expect(
        do.AdmitAgent(channel=PHONE, agent=ANNA)
    )
    assert play.agent().state is AgentState.LOGGED_OUT
    play.feed(ev.AgentLegUp(channel=PHONE, at=NOW, agent=ANNA)).expect()
    assert play.agent().state is AgentState.READY


def test_the_wrong_pin_does_not() -> None:
    play = opening().feed(ev.PinChecked(channel=PHONE, at=NOW, agent=ANNA, right=False))
    play.expect(do.DenyAgent(channel=PHONE))


def test_neither_does_a_number_that_is_unknown_or_logged_in() -> None:
    play = opening().log_in()
    play.feed(ev.LoginTried(channel=PHONE, at=NOW, agent=ANNA, pin="4711")).expect(do.DenyAgent(channel=PHONE))
    play.feed(ev.LoginTried(channel=PHONE, at=NOW, agent=BEN, pin="4711")).expect(do.DenyAgent(channel=PHONE))
    play.feed(ev.PinChecked(channel=PHONE, at=NOW, agent=ANNA, right=True)).expect(do.DenyAgent(channel=PHONE))


def test_a_phone_of_nobody_and_a_second_phone_are_hung_up() -> None:
    play = opening().log_in()
    play.feed(ev.AgentLegUp(channel=PHONE, at=NOW, agent=BEN)).expect(do.ReportOddity, do.HangUp(channel=PHONE))
    play.feed(ev.AgentLegUp(channel=PHONE, at=NOW, agent=ANNA)).expect(do.HangUp(channel=PHONE), do.ReportOddity)
    play.feed(ev.HungUp(channel=PHONE, at=NOW, cause=16))
    assert play.agent().leg == leg_of(ANNA)


def test_a_phone_that_we_call() -> None:
    play = opening().agent_order(AgentOrder.LOG_IN, PHONE)
    play.expect(like(do.CallAgent, agent=ANNA, channel=PHONE, dial="PJSIP/1001"))
    play.agent_order(AgentOrder.LOG_IN, "phone-2").expect()
    play.feed(ev.HungUp(channel=PHONE, at=NOW, cause=19))
    play.agent_order(AgentOrder.LOG_IN, "phone-2").expect(like(do.CallAgent, channel="phone-2"))
    play.log_in().expect(do.HangUp(channel=ChannelId("phone-2")))
    assert play.agent().calling is None
    assert play.dialer.floor.legs == {leg_of(ANNA): ANNA}


def test_keys_end_what_a_customer_interrupts() -> None:
    play = talking().press("*22").expect(sv.TellAgent)
    assert play.agent().state is AgentState.TALKING
    play.parted().hung_up().press("1").ignore()
    assert (play.agent().state, play.agent().reason) == (AgentState.PAUSED, "training")
    play.press("*1")
    assert play.agent().state is AgentState.READY


def test_a_log_out_asked_for_while_talking() -> None:
    play = talking().press("*9").expect(sv.TellAgent)
    play.parted().hung_up().press("1").expect(like(Dismiss, channel=leg_of(ANNA)), do.CloseAttempt)
    assert play.agent().state is AgentState.PAUSED
    play.phone_goes(cause=0)
    assert play.agent().state is AgentState.LOGGED_OUT


def test_a_disposition_that_the_campaign_does_not_offer() -> None:
    play = talking().parted().hung_up()
    play.agent_order(AgentOrder.DISPOSE, "nonsense").expect(do.ReportOddity)
    play.agent_order(AgentOrder.DISPOSE, "sale").expect(do.CloseAttempt)
    play.agent_order(AgentOrder.DISPOSE, "sale").expect(do.ReportOddity)


def test_an_order_for_an_agent_whom_nobody_knows() -> None:
    opening().agent_order(AgentOrder.PAUSE, agent=BEN).expect(do.ReportOddity)
