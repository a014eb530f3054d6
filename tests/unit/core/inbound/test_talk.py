"""Every kind of step talked through, answer by answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.core.inbound import moves as do
from dialer.core.inbound.flow import (
    Branch,
    Callback,
    Flow,
    HangUp,
    OptOut,
    Play,
    Record,
    Sound,
    StepName,
    Switch,
    Transfer,
)
from dialer.core.inbound.moves import Left
from dialer.core.inbound.talk import Talk, UnexpectedAnswer, begin, step
from dialer.core.inbound.variables import Caller
from dialer.core.queueing import QueueTerms
from dialer.core.words import AgentNumber, CampaignName, TeamName
from tests.unit.core.inbound.flows import EN, SECONDS, collect, flow, heard, menu, queue, to

NUMBER = "+8613800138000"
CALLER = Caller(number=NUMBER, last_campaign=CampaignName("spring"), last_agent=AgentNumber("1001"))
MINUTE = timedelta(minutes=1)
BYE = HangUp(name=StepName("bye"), prompt={})


class Line:
    """A talk, what it wants now, and every step that was left."""

    def __init__(self, flow: Flow, caller: Caller = CALLER, *, is_open: bool = True) -> None:
        self.talk, self.action = begin(flow, caller, dialled="100", is_open=is_open)
        self.left: list[Left] = list(self.talk.left)

    def says(self, answer: do.Answer) -> do.Action:
        self.talk, self.action = step(self.talk, answer)
        self.left += self.talk.left
        return self.action

    def keys(self, *each: str) -> do.Action:
        for keys in each:
            self.says(do.Keyed(keys))
        return self.action


def sounds(*names: str) -> do.Heard:
    return tuple(map(Sound, names))


def test_play_and_the_end() -> None:
    line = Line(flow(Play(name=StepName("hello"), prompt=heard("hi"), next=to("two")), menu("two", k1="two")))
    assert line.action == do.Say(sounds("hi"))
    assert line.says(do.Done()) == do.AskKey(sounds("two-prompt"), 5 * SECONDS)
    assert line.keys("", "", "") == do.End()
    assert line.talk.at is None
    assert line.left == [Left(StepName("hello"), "play", "next"), Left(StepName("two"), "menu", "otherwise")]


def test_a_menu_of_menus() -> None:
    line = Line(flow(menu("main", k1="sub", k2="bye"), menu("sub", k0="main", k9="bye"), BYE))
    assert line.keys("1") == do.AskKey(sounds("sub-prompt"), 5 * SECONDS)
    assert line.keys("0") == do.AskKey(sounds("main-prompt"), 5 * SECONDS)
    assert line.keys("1", "9") == do.End()
    ways = [(left.step, left.result) for left in line.left]
    assert ways == [("main", "1"), ("sub", "0"), ("main", "1"), ("sub", "9"), ("bye", "end")]


def test_a_menu_is_heard_again_after_a_wrong_key_and_after_silence() -> None:
    line = Line(flow(menu("main", "bye", tries=3, k1="main"), BYE))
    assert line.keys("7") == do.AskKey(sounds("invalid", "main-prompt"), 5 * SECONDS)
    assert line.keys("") == do.AskKey(sounds("main-prompt"), 5 * SECONDS)
    assert line.keys("8") == do.End()
    assert line.left[0] == Left(StepName("main"), "menu", "otherwise", "8")


def test_tries_begin_anew_with_each_visit() -> None:
    line = Line(flow(menu("main", tries=2, k1="main")))
    assert line.keys("7", "1", "7") == do.AskKey(sounds("invalid", "main-prompt"), 5 * SECONDS)


def test_a_question_is_kept_by_its_label_and_can_be_asked_for() -> None:
    by_answer = Branch(name=StepName("b"), on="q", cases={"label 2": to("bye")})
    line = Line(flow(menu("q", question=True, k1="b", k2="b"), by_answer, BYE))
    assert line.keys("2") == do.End()
    assert line.left == [
        Left(StepName("q"), "question", "2", "label 2"),
        Left(StepName("b"), "branch", "label 2", "label 2"),
        Left(StepName("bye"), "hang_up", "end"),
    ]


def test_digits_are_collected_said_back_and_kept() -> None:
    line = Line(flow(collect("n", "bye", say_back=True), BYE))
    assert line.action == do.AskDigits(sounds("n-prompt"), 4, 3 * SECONDS)
    assert line.keys("1") == do.AskDigits(sounds("invalid", "n-prompt"), 4, 3 * SECONDS)
    assert line.keys("1234") == do.SayDigits("1234")
    assert line.says(do.Done()) == do.End()
    assert line.left[0] == Left(StepName("n"), "collect", "next", "1234")


def test_digits_that_are_secret_are_not_kept_but_known() -> None:
    check = Branch(name=StepName("check"), on="pin", cases={"4711": to("bye")})
    line = Line(flow(collect("pin", "check", keep=False), check, BYE))
    line.keys("4711")
    assert line.left[0] == Left(StepName("pin"), "collect", "next", "")
    assert line.left[-1].step == "bye"


def test_no_digits_in_all_tries() -> None:
    line = Line(flow(collect("n", otherwise=to("bye")), BYE))
    assert line.keys("", "1") == do.End()
    assert line.left[0] == Left(StepName("n"), "collect", "otherwise", "1")


@pytest.mark.parametrize(
    ("answer", "value"), [(do.Recorded("m/17.1", 3.5), "m/17.1"), (do.Failed("disk full"), "failed: disk full")]
)
def test_a_message(answer: do.Answer, value: str) -> None:
    line = Line(flow(Record(name=StepName("m"), prompt=heard("leave"), longest=MINUTE, silence=SECONDS)))
    assert line.action == do.TakeMessage(sounds("leave"), MINUTE, SECONDS)
    assert line.says(answer) == do.End()
    assert line.left == [Left(StepName("m"), "record", "next", value)]


OPT_OUT = OptOut(name=StepName("stop"), done=heard("done"), failed=heard("failed"), next=to("bye"))
CALLBACK = Callback(
    name=StepName("stop"), campaign=None, after=MINUTE, done=heard("done"), failed=heard("failed"), next=to("bye")
)


@pytest.mark.parametrize(
    ("wish", "asked"),
    [(OPT_OUT, do.Suppress(NUMBER)), (CALLBACK, do.PromiseCallback(NUMBER, CampaignName("spring"), MINUTE))],
)
def test_nothing_is_promised_before_it_is_written_down(wish: OptOut | Callback, asked: do.Action) -> None:
    line = Line(flow(wish, BYE))
    assert line.action == asked
    assert line.says(do.Done()) == do.Say(sounds("done"))
    line.says(do.Done())
    assert line.left[0].value == "done"

    line = Line(flow(wish, BYE))
    assert line.says(do.Failed("PostgreSQL is away")) == do.Say(sounds("failed"))
    line.says(do.Done())
    assert line.left[0].value == "failed: PostgreSQL is away"


def test_wishes_of_who_cannot_be_called() -> None:
    line = Line(flow(OPT_OUT, BYE), Caller())
    assert line.action == do.Say(sounds("failed"))
    line.says(do.Done())
    assert line.left[0].value == "failed: no number"
    line = Line(flow(CALLBACK, BYE), Caller(number=NUMBER))
    assert line.action == do.Say(sounds("failed"))


def test_a_transfer() -> None:
    transfer = Transfer(
        name=StepName("t"), dial="PJSIP/1", ring=MINUTE, caller_id="86", answered=to("bye"), otherwise=to("m")
    )
    whole = flow(transfer, BYE, Play(name=StepName("m"), prompt=heard("m")))
    line = Line(whole)
    assert line.action == do.Dial("PJSIP/1", MINUTE, "86")
    line.says(do.Dialled("ANSWER", 12))
    assert line.left[0] == Left(StepName("t"), "transfer", "answered", "12 s")
    line = Line(whole)
    assert line.says(do.Dialled("BUSY", 0)) == do.Say(sounds("m"))
    assert line.left == [Left(StepName("t"), "transfer", "otherwise", "BUSY")]


def test_a_transfer_to_who_talked_last() -> None:
    transfer = Transfer(name=StepName("t"), dial=None, ring=MINUTE, caller_id=None)
    phones = {AgentNumber("1001"): "PJSIP/1001"}
    assert Line(flow(transfer, phones=phones)).action == do.Dial("PJSIP/1001", MINUTE, None)
    for line in (Line(flow(transfer)), Line(flow(transfer, phones=phones), Caller(number=NUMBER))):
        assert line.action == do.End()
        assert line.left == [Left(StepName("t"), "transfer", "otherwise", "no phone")]


def test_another_language() -> None:
    switch = Switch(name=StepName("en"), language=EN, next=to("p"))
    line = Line(flow(switch, Play(name=StepName("p"), prompt={EN: sounds("english")})))
    assert line.action == do.Speak(EN)
    assert line.says(do.Done()) == do.Say(sounds("english"))
    assert (line.talk.language, line.talk.variables["language"]) == (EN, "en")


def test_outside_the_hours_and_without_a_word() -> None:
    closed = Play(name=StepName("closed"), prompt=heard("closed"))
    whole = flow(menu("main", k1="main"), closed, closed=to("closed"))
    assert Line(whole, is_open=False).action == do.Say(sounds("closed"))
    assert Line(flow(menu("main", k1="main")), is_open=False).action == do.End()


def test_hang_up_with_a_word() -> None:
    line = Line(flow(HangUp(name=StepName("bye"), prompt=heard("bye"))))
    assert line.action == do.Say(sounds("bye"))
    assert line.says(do.Done()) == do.End()


def test_a_queue_that_nobody_serves() -> None:
    line = Line(flow(queue("q", "bye"), BYE))
    terms, thanks = QueueTerms(team=TeamName("sales")), sounds("q-prompt")
    assert line.action == do.WaitInQueue(terms, "default", MINUTE, thanks, say_position=True, say_wait=True, keys="")
    assert line.says(do.Waited()) == do.End()
    assert line.left[0] == Left(StepName("q"), "queue", "otherwise")


def test_a_known_caller_returns_to_a_team_and_a_stranger_goes_elsewhere() -> None:
    returning = replace(queue("q", "bye"), returning=True, stranger=to("main"))
    way = flow(returning, menu("main", k1="main"), BYE)
    known = Line(way, replace(CALLER, last_team=TeamName("support")))
    assert isinstance(known.action, do.WaitInQueue)
    assert known.action.terms == replace(returning.terms, team=TeamName("support"))
    stranger = Line(way)
    assert isinstance(stranger.action, do.AskKey)
    assert stranger.left == [Left(StepName("q"), "queue", "stranger")]


def test_who_leaves_a_queue_to_be_called_back_is_called_when_the_turn_would_have_come() -> None:
    back = Callback(
        name=StepName("back"), campaign=CampaignName("spring"), after=MINUTE, done=heard("yes"), failed=heard("no")
    )
    for still, after in ((7 * MINUTE, 7 * MINUTE), (MINUTE / 2, MINUTE), (None, MINUTE)):
        line = Line(flow(queue("q", "bye", k1="back"), back, BYE))
        assert line.says(do.Waited("1", still)) == do.PromiseCallback(NUMBER, CampaignName("spring"), after)
        assert (line.left[0].result, line.left[0].step) == ("1", "q")


def test_what_cannot_be_an_answer_is_our_mistake() -> None:
    line = Line(flow(menu("main", k1="main")))
    with pytest.raises(UnexpectedAnswer, match="Done at main"):
        line.says(do.Done())
    line.keys("", "", "")
    with pytest.raises(UnexpectedAnswer, match="Keyed at the end"):
        line.keys("")


def test_a_talk_is_a_value() -> None:
    line = Line(flow(menu("main", k1="main")))
    before: Talk = line.talk
    assert step(before, do.Keyed("7")) == step(before, do.Keyed("7"))
    assert line.talk is before
