"""dialer.core.answering_machine: what becomes of a call on which detection heard no person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.answering_machine import step
from dialer.core.detection import Detection, LeftMessage, MachineAction, MachinesPolicy, Truth
from dialer.core.false_positives import TakenForNobody
from dialer.core.found import LastWord, WindowCount
from dialer.core.live_call import Call
from dialer.core.machine_messages import LeaveMessage, MessageOnMachine
from dialer.core.phrases import STOCK, Phrase
from dialer.core.supervision import TellAgent
from dialer.core.words import (
    AgentOrder,
    AgentState,
    CallState,
    ChannelId,
    CountedFrom,
    Disposition,
    MachineVerdict,
    Mode,
    Timer,
)
from tests.factories import ANNA, BEN, NOW, SPRING, attempt_id, make_call, make_lead, make_policy
from tests.scenes import Scene, channel_of, leg_of, running

CHANNEL = channel_of(1)
ATTEMPT = attempt_id(1)
LATER = NOW + timedelta(seconds=3)
LEG = ChannelId("leg-1")
SOUND = "waihu/machine"
ALL_HEARD = 0.999999
THE_AGENT = do.Join(channel=CHANNEL, agent=ANNA, agent_leg=leg_of(ANNA))
LEAVE = LeaveMessage(channel=CHANNEL, sound=SOUND, most_length=timedelta(seconds=60))


def machines(then: MachineAction = MachineAction.HANG_UP, sample: float = 0.0) -> MachinesPolicy:
    message = SOUND if then is MachineAction.MESSAGE else None
    return MachinesPolicy(detection=Detection(), then=then, message=message, sample=sample)


LEAVES = machines(MachineAction.MESSAGE)
FOR_AGENTS = machines(MachineAction.AGENT)


def play_with(policy: MachinesPolicy, mode: Mode = Mode.PROGRESSIVE, **changes: Any) -> Scene:
    return running(mode, machines=policy, **changes).opened().ignore()


def leaving(**changes: Any) -> Call:
    policy = changes.pop("policy", make_policy(machines=LEAVES))
    call = make_call(state=CallState.LEAVING_MESSAGE, policy=policy, answered_at=NOW, dialed_at=NOW)
    return replace(call, verdict=MachineVerdict.MACHINE, left=LeftMessage.NOT_BEGUN, **changes)


def arrived(verdict: MachineVerdict) -> ev.Arrived:
    return ev.Arrived(channel=CHANNEL, at=LATER, verdict=verdict, verdict_cause="LONGGREETING-1500-1500")


def on_machine(left: LeftMessage) -> MessageOnMachine:
    return MessageOnMachine(channel=CHANNEL, at=LATER, left=left)


def pressed(digit: str) -> ev.DigitPressed:
    return ev.DigitPressed(channel=CHANNEL, at=LATER, digit=digit)


# --- hang up ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", [MachineVerdict.MACHINE, MachineVerdict.SILENCE])
def test_it_is_hung_up_and_the_verdict_kept(verdict: MachineVerdict) -> None:
    answered = make_call(state=CallState.ANSWERED, policy=make_policy(machines=machines()), answered_at=NOW)
    ended, wishes = step(answered, arrived(verdict), LATER)
    assert (ended.state, ended.verdict, ended.verdict_cause) == (CallState.ENDING, verdict, "LONGGREETING-1500-1500")
    assert do.HangUp(channel=CHANNEL) in wishes
    assert (ended.sampled, ended.truth, ended.left) == (False, None, None)


def test_a_message_is_for_machines_and_not_for_silence() -> None:
    answered = make_call(state=CallState.ANSWERED, policy=make_policy(machines=LEAVES), answered_at=NOW)
    silent, wishes = step(answered, arrived(MachineVerdict.SILENCE), LATER)
    assert silent.state is CallState.ENDING
    assert not [wish for wish in wishes if isinstance(wish, LeaveMessage)]


# --- message ---------------------------------------------------------------------------------------------------


def test_a_message_is_left_and_the_line_is_a_machines() -> None:
    play = play_with(LEAVES)
    play.answered(verdict=MachineVerdict.MACHINE).expect(LEAVE)
    assert play.agent().state is AgentState.READY
    play.feed(on_machine(LeftMessage.CUT), on_machine(LeftMessage.LEFT)).ignore()
    over = play.hung_up().outcome()
    assert (over.disposition, over.left) == (Disposition.MACHINE, LeftMessage.LEFT)


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ([], LeftMessage.NOT_BEGUN),
        ([LeftMessage.CUT], LeftMessage.CUT),
        ([LeftMessage.CUT, LeftMessage.CUT, LeftMessage.LEFT], LeftMessage.LEFT),
        ([LeftMessage.NO_END], LeftMessage.NO_END),
        ([LeftMessage.CUT, LeftMessage.FAILED], LeftMessage.FAILED),
    ],
)
def test_how_far_it_came(told: list[LeftMessage], left: LeftMessage) -> None:
    call = leaving()
    for word in told:
        call, _ = step(call, on_machine(word), LATER)
    over, _ = step(call, ev.HungUp(channel=CHANNEL, at=LATER, cause=16), LATER)
    assert (over.state, over.disposition, over.left) == (CallState.RECORDING, Disposition.MACHINE, left)


def test_what_ended_unseen_is_taken_from_the_black_box() -> None:
    word = LastWord(
        attempt=ATTEMPT,
        ended_at=LATER,
        cause=16,
        dial_status="",
        sip_code=None,
        answered_at=NOW,
        bridged=False,
        message_played=False,
        verdict=MachineVerdict.MACHINE,
        left=LeftMessage.LEFT,
    )
    over, _ = step(leaving(), sig.EndedUnseen(word=word), LATER)
    assert (over.disposition, over.left) == (Disposition.MACHINE, LeftMessage.LEFT)


@pytest.mark.parametrize(
    ("before", "after"), [(LeftMessage.NOT_BEGUN, LeftMessage.NO_END), (LeftMessage.CUT, LeftMessage.CUT)]
)
def test_the_line_is_not_held_for_ever(before: LeftMessage, after: LeftMessage) -> None:
    ended, wishes = step(leaving(), on_machine(before), LATER)
    ended, wishes = step(ended, ev.TimerFired(timer=Timer("guard", ATTEMPT)), LATER)
    assert (ended.state, ended.left) == (CallState.ENDING, after)
    assert do.HangUp(channel=CHANNEL) in wishes
    assert not [wish for wish in wishes if isinstance(wish, do.ReportOddity)]


def test_a_person_who_presses_a_key_gets_an_agent() -> None:
    play = play_with(LEAVES)
    play.answered(verdict=MachineVerdict.MACHINE).ignore()
    assert play.campaign.window.answered == 0
    play.feed(pressed("1")).expect(THE_AGENT)
    assert play.campaign.window.answered == 1
    play.joined().ignore()
    assert play.call().truth is Truth.PERSON
    play.parted().hung_up().ignore()
    over = play.wait(60.0).outcome()
    assert (over.disposition, over.sampled) == (Disposition.ANSWERED, False)


def test_a_person_for_whom_nobody_is_ready_hears_the_message_and_is_abandoned() -> None:
    waiting, wishes = step(leaving(), pressed("5"), LATER)
    assert waiting.state is CallState.WAITING
    assert waiting.limit_at == LATER + timedelta(seconds=2)
    closing, wishes = step(waiting, ev.TimerFired(timer=Timer("limit", ATTEMPT)), LATER + timedelta(seconds=2))
    assert do.PlayMessage(channel=CHANNEL) in wishes
    over, _ = step(closing, ev.HungUp(channel=CHANNEL, at=LATER, cause=16), LATER)
    assert (over.disposition, over.truth) == (Disposition.ABANDONED, Truth.PERSON)


def test_where_the_law_counts_from_connect_such_a_person_is_abandoned_already() -> None:
    policy = make_policy(machines=LEAVES, counted_from=CountedFrom.CONNECT, answer_limit=timedelta(seconds=2))
    closing, wishes = step(leaving(policy=policy), pressed("5"), LATER)
    assert closing.state is CallState.CLOSING
    assert do.PlayMessage(channel=CHANNEL) in wishes


def test_nine_opts_out_and_ends_the_call_at_once() -> None:
    play = play_with(LEAVES)
    play.answered(verdict=MachineVerdict.MACHINE).ignore()
    play.feed(pressed("9")).expect(do.HangUp(channel=CHANNEL))
    over = play.hung_up().outcome()
    assert (over.disposition, over.truth) == (Disposition.ABANDONED, Truth.PERSON)
    assert play.wished(do.CloseAttempt)[-1].next.suppress


# --- agents ----------------------------------------------------------------------------------------------------


def test_an_agent_who_is_ready_takes_it_and_is_told_by_a_sound() -> None:
    play = play_with(FOR_AGENTS)
    play.answered(verdict=MachineVerdict.MACHINE).expect(THE_AGENT)
    play.joined().expect(TellAgent(agent=ANNA, sound=STOCK[Phrase.TAKEN_FOR_MACHINE]))
    assert play.agent().state is AgentState.TALKING
    assert play.call().sampled
    assert play.campaign.window.answered == 0, "no person answered"
    play.parted().hung_up().ignore()
    over = play.wait(60.0).outcome()
    assert (over.disposition, over.sampled, over.truth) == (Disposition.MACHINE, True, None)
    assert over.agent_disposition is None, "the default is of people"


def test_where_nobody_is_ready_it_is_hung_up_and_nobody_was_abandoned() -> None:
    play = play_with(FOR_AGENTS, leads=2)
    play.agent_order(AgentOrder.PAUSE).ignore()
    play.answered(verdict=MachineVerdict.MACHINE).expect(do.HangUp(channel=CHANNEL))
    over = play.hung_up().outcome()
    assert (over.disposition, over.sampled) == (Disposition.MACHINE, False)
    assert (play.campaign.window.answered, play.campaign.window.abandoned) == (0, 0)


@pytest.mark.parametrize("verdict", [MachineVerdict.MACHINE, MachineVerdict.SILENCE])
def test_who_is_drawn_goes_to_an_agent_whatever_becomes_of_the_others(verdict: MachineVerdict) -> None:
    play = play_with(machines(MachineAction.MESSAGE, ALL_HEARD))
    play.answered(verdict=verdict).expect(THE_AGENT)


def test_who_is_drawn_while_nobody_is_ready_is_treated_as_the_others() -> None:
    play = play_with(machines(MachineAction.MESSAGE, ALL_HEARD))
    play.agent_order(AgentOrder.PAUSE).ignore()
    play.answered(verdict=MachineVerdict.MACHINE).expect(LEAVE)
    assert not play.call().sampled


def test_a_join_that_fails_leaves_the_message() -> None:
    joining = make_call(state=CallState.JOINING, policy=make_policy(machines=LEAVES), agent=ANNA, agent_leg=LEG)
    joining = replace(joining, verdict=MachineVerdict.MACHINE, sampled=True)
    for event in (
        ev.JoinFailed(channel=CHANNEL, at=LATER, agent_leg=LEG, reason="gone"),
        sig.Unpromised(agent=ANNA),
        ev.TimerFired(timer=Timer("guard", ATTEMPT)),
    ):
        after, wishes = step(joining, event, LATER)
        assert (after.state, after.agent, after.sampled) == (CallState.LEAVING_MESSAGE, None, False)
        assert LEAVE in wishes


@pytest.mark.parametrize(
    ("keys", "truth", "disposition", "answered"),
    [("**3", Truth.PERSON, Disposition.ANSWERED, 1), ("**4", Truth.MACHINE, Disposition.MACHINE, 0)],
)
def test_the_agent_says_by_key_what_it_was(keys: str, truth: Truth, disposition: Disposition, answered: int) -> None:
    play = play_with(machines(sample=ALL_HEARD))
    play.answered(verdict=MachineVerdict.MACHINE).joined().ignore()
    play.press(keys).ignore()
    assert play.call().truth is truth
    assert play.campaign.window.answered == answered
    play.parted().hung_up().ignore()
    over = play.wait(60.0).outcome()
    assert (over.disposition, over.truth, over.sampled) == (disposition, truth, True)
    assert play.campaign.window.answered == answered


def test_a_disposition_that_means_a_person_says_so_too() -> None:
    play = play_with(machines(sample=ALL_HEARD))
    play.answered(verdict=MachineVerdict.MACHINE).joined().parted().hung_up().ignore()
    over = play.press("1").outcome()
    assert (over.agent_disposition, over.disposition) == ("sale", Disposition.ANSWERED)
    assert over.truth is Truth.PERSON


def test_only_the_agent_who_hears_it_says_what_it_is_and_only_while_it_is_open() -> None:
    talking = make_call(state=CallState.TALKING, agent=ANNA, verdict=MachineVerdict.MACHINE)
    other, _ = step(talking, sig.Told(agent=BEN, truth=Truth.PERSON), LATER)
    assert other.truth is None
    closed, _ = step(replace(talking, state=CallState.RECORDING), sig.Told(agent=ANNA, truth=Truth.PERSON), LATER)
    assert closed.truth is None
    person = replace(talking, verdict=MachineVerdict.HUMAN)
    assert step(person, sig.Told(agent=ANNA, truth=Truth.MACHINE), LATER)[0].truth is None


def test_a_machine_that_takes_an_agent_is_an_answer_to_the_pacer_and_one_that_does_not_is_none() -> None:
    rates = []
    for policy in (FOR_AGENTS, machines()):
        play = play_with(policy)
        play.answered(verdict=MachineVerdict.MACHINE).ignore()
        rates.append(play.campaign.rates.answer_rate)
    assert rates[0] > rates[1]


# --- detection that takes too many people for machines ----------------------------------------------------------


def mistaken(unheard: int, policy: MachinesPolicy, mode: Mode = Mode.PROGRESSIVE) -> Scene:
    """A campaign of whose calls nobody was ever checked: 2 % of the unheard are held to be people."""
    play = running(mode, leads=0, machines=policy)
    window = WindowCount(answered=100, abandoned=0, taken=TakenForNobody(unheard=unheard))
    play.feed(ev.CampaignLoaded(policy=play.campaign.policy, window=window)).ignore()
    return play.fetched(make_lead(1)).fire("pace", SPRING).opened().ignore()


@pytest.mark.parametrize("verdict", [MachineVerdict.MACHINE, MachineVerdict.SILENCE])
def test_an_agent_hears_whoever_answers_while_it_takes_more_people_than_the_cap_allows(verdict: MachineVerdict) -> None:
    play = mistaken(300, machines())
    assert play.call().all_heard
    assert "agents hear all who answer: ≈6.0 people taken for machines are more than 3.00%" in play.campaign.because
    play.answered(verdict=verdict).expect(THE_AGENT)
    assert play.call().sampled
    play.joined().press("**3").ignore()
    assert play.campaign.window.taken == TakenForNobody(unheard=300, checked=1, people=1)


def test_where_no_agent_is_ready_it_is_treated_as_ever() -> None:
    play = mistaken(300, machines()).press("*21").ignore()
    play.answered(verdict=MachineVerdict.MACHINE).expect(do.HangUp(channel=CHANNEL))
    assert play.hung_up().outcome().disposition is Disposition.MACHINE
    assert play.campaign.window.taken == TakenForNobody(unheard=301)


@pytest.mark.parametrize(
    ("unheard", "policy"), [(100, machines()), (300, replace(machines(), count_in_drop_cap=False))]
)
def test_within_the_cap_or_uncounted_it_is_heeded(unheard: int, policy: MachinesPolicy) -> None:
    play = mistaken(unheard, policy)
    assert not play.call().all_heard
    play.answered(verdict=MachineVerdict.MACHINE).expect(do.HangUp(channel=CHANNEL))
