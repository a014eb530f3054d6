"""dialer.core.enquiry: the store is asked about a number, with a limit in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialer.core import commands as do
from dialer.core.enquiry import PATIENCE, Enquiry, LookUpNumber, enquire
from dialer.core.events import AgentOrdered
from dialer.core.words import AgentNumber, AgentOrder, Timer
from tests.factories import ANNA, NOW, attempt_id

ORDER = AgentOrdered(agent=ANNA, order=AgentOrder.CONSULT, argument="01065550100", by=ANNA)
NUMBER = "+861065550100"


def test_it_is_asked_and_the_answer_is_not_waited_for_long() -> None:
    asked: dict[AgentNumber, Enquiry] = {}
    wishes = list(enquire(asked, ORDER, attempt_id(1), NUMBER, NOW))
    assert wishes == [
        LookUpNumber(agent=ANNA, number=NUMBER, asked_at=NOW),
        do.WakeAt(timer=Timer("enquiry", ANNA), at=NOW + PATIENCE),
    ]
    assert asked == {ANNA: Enquiry(order=ORDER, talk=attempt_id(1), number=NUMBER, asked_at=NOW)}


def test_of_several_questions_of_an_agent_the_last_counts() -> None:
    asked: dict[AgentNumber, Enquiry] = {}
    later = NOW + timedelta(seconds=1)
    list(enquire(asked, ORDER, attempt_id(1), NUMBER, NOW))
    list(enquire(asked, replace(ORDER, argument="02"), attempt_id(1), "+862", later))
    assert [(one.number, one.asked_at) for one in asked.values()] == [("+862", later)]
