"""Whole simulated campaigns: nothing is lost, nothing is dialled that may not be, and chance comes from the seed."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from dialer.core import commands as do
from dialer.core.detection import LeftMessage, MachineAction, MachinesPolicy, Truth
from dialer.core.dialer import Dialer
from dialer.core.false_positives import TakenForNobody
from dialer.core.hours import may_call
from dialer.core.policy import AgentDisposition, AttemptLimit, HoursPolicy, RetryPolicy, RetryRule, Trunk
from dialer.core.words import (
    AgentState,
    CampaignName,
    Disposition,
    DispositionFlag,
    LeadEnd,
    MachineVerdict,
    Mode,
    TrunkName,
)
from dialer.simulation.campaign_run import CampaignRun, SimulationPlan, simulate
from dialer.simulation.figures import Figures
from tests.factories import LISTENS, make_policy
from tests.simulation.worlds import START, Shares, Spread, campaign, plan, team, world

HOUR = timedelta(hours=1)


class Watched(CampaignRun):
    """A run that remembers what was wished for and when."""

    def __init__(self, setting: SimulationPlan) -> None:
        super().__init__(setting, Dialer())
        self.opened: list[do.OpenAttempt] = []
        self.originated: list[datetime] = []
        self.closed: list[do.CloseAttempt] = []
        self.intervals: list[do.RecordInterval] = []

    def _perform(self, command: do.Command) -> None:
        match command:
            case do.OpenAttempt():
                self.opened.append(command)
            case do.Originate():
                self.originated.append(self.agenda.now)
            case do.CloseAttempt():
                self.closed.append(command)
            case do.RecordInterval():
                self.intervals.append(command)
            case _:
                pass
        super()._perform(command)


def watched(setting: SimulationPlan) -> tuple[Watched, Figures]:
    """Live through it, and look."""
    run = Watched(setting)
    return run, run.live()


MIXED = world(
    shares=Shares(answered=0.3, machine=0.1, busy=0.15, congestion=0.05, invalid=0.05, rejected=0.05),
    talk=Spread(40.0, 1.0),
)


UNCOUNTED = replace(LISTENS, count_in_drop_cap=False)
"""With a world of machines alone, agents would soon hear them all."""


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    def run(seed: int) -> Figures:
        return simulate(plan(campaign(make_policy(Mode.PREDICTIVE), MIXED, seed=seed), agents=3, hours=0.1))

    first = run(1)
    assert first == run(1)
    assert first != run(2)


def test_attempts_add_up() -> None:
    run, came = watched(plan(campaign(make_policy(Mode.PREDICTIVE), MIXED), agents=8, hours=0.25))

    dialled = [one for one in run.closed if one.outcome.dialed_at is not None]
    endings = Counter(one.outcome.disposition for one in dialled)
    total = came.total
    assert len(run.opened) == len(run.closed)
    assert total.attempts == len(run.originated) == len(dialled) == sum(total.dispositions.values())
    assert total.dispositions == {str(kind): count for kind, count in endings.items()}
    assert set(endings) >= {
        *(Disposition.ANSWERED, Disposition.NO_ANSWER, Disposition.BUSY, Disposition.CONGESTION),
        *(Disposition.INVALID_NUMBER, Disposition.REJECTED),
    }
    assert total.live_answers == endings[Disposition.ANSWERED] + endings[Disposition.ABANDONED]
    assert total.contacts + total.abandoned == total.live_answers
    assert sum(one.live_answers for one in came.slices) == total.live_answers
    assert sum(one.abandoned for one in came.slices) == total.abandoned
    assert came.oddities == {}
    assert (came.hours, came.until) == (0.25, START + HOUR / 4)


def test_what_the_far_end_does_is_what_the_network_says() -> None:
    """Each ending of the simulated network is told so that the core comes to the right disposition."""
    expected = {
        "busy": Disposition.BUSY,
        "congestion": Disposition.CONGESTION,
        "invalid": Disposition.INVALID_NUMBER,
        "rejected": Disposition.REJECTED,
    }
    for share, disposition in expected.items():
        assumed = world(shares=Shares(**{"answered": 0.0, share: 1.0}))
        came = simulate(plan(campaign(assumed=assumed, leads=20), hours=0.05))
        assert set(came.total.dispositions) == {disposition}
    for gives_up in (None, Spread(6.0)):
        silent = simulate(plan(campaign(assumed=world(shares=Shares(answered=0.0), gives_up=gives_up)), hours=0.05))
        assert set(silent.total.dispositions) == {Disposition.NO_ANSWER}


@pytest.mark.parametrize("detect", [True, False])
def test_machines_are_found_by_detection_or_by_agents(detect: bool) -> None:
    machine = AgentDisposition(name="voicemail", label="", digit="7", flags=frozenset({DispositionFlag.MACHINE}))
    machines = UNCOUNTED if detect else MachinesPolicy()
    policy = make_policy(machines=machines, dispositions=(machine,), default_disposition=None)
    assumed = world(shares=Shares(answered=0.0, machine=1.0), machine_ring=Spread(9.0), machine_disposition="voicemail")

    run, came = watched(plan(campaign(policy, assumed), hours=0.2))

    assert came.total.attempts > 20
    assert set(came.total.dispositions) == {Disposition.MACHINE if detect else Disposition.ANSWERED}
    assert came.total.contacts == (0 if detect else came.total.attempts)
    wishes = {one.outcome.agent_disposition for one in run.closed}
    assert wishes == {None if detect else "voicemail"}


@pytest.mark.parametrize("then", MachineAction)
def test_what_becomes_of_machines(then: MachineAction) -> None:
    """A message takes a line and no agent; an agent who hears a machine is busy, and met nobody."""
    choice = AgentDisposition(name="voicemail", label="", digit="7", flags=frozenset({DispositionFlag.MACHINE}))
    machines = replace(UNCOUNTED, then=then, message="waihu/machine" if then is MachineAction.MESSAGE else None)
    policy = make_policy(machines=machines, dispositions=(choice,), default_disposition=None)
    assumed = world(shares=Shares(answered=0.0, machine=1.0), machine_ring=Spread(9.0), machine_disposition="voicemail")

    run, came = watched(plan(campaign(policy, assumed), hours=0.2))

    assert set(came.total.dispositions) == {Disposition.MACHINE}
    assert came.total.abandoned == 0
    left = {one.outcome.left for one in run.closed}
    assert left == ({LeftMessage.LEFT} if then is MachineAction.MESSAGE else {None})
    heard = [one.outcome for one in run.closed if one.outcome.bridged_at is not None]
    assert bool(heard) == (then is MachineAction.AGENT)
    assert {(one.sampled, one.truth) for one in heard} <= {(True, Truth.MACHINE)}
    talking = sum((one.until - one.since).total_seconds() for one in run.intervals if one.state is AgentState.TALKING)
    assert (talking > 0) == (then is MachineAction.AGENT)


def test_every_second_of_an_agent_is_in_one_state() -> None:
    run, came = watched(plan(campaign(make_policy(Mode.PREDICTIVE), MIXED), agents=3, hours=0.25))

    by_agent = defaultdict(list)
    for one in run.intervals:
        by_agent[one.agent].append(one)
    assert len(by_agent) == 3
    for intervals in by_agent.values():
        assert intervals[0].since == START
        assert all(before.until == after.since for before, after in pairwise(intervals))
        assert intervals[-1].until >= came.until
    assert sum(one.agents for one in came.slices) / len(came.slices) == pytest.approx(3.0)


# --- who may be dialled ------------------------------------------------------------------------------------------


def test_nobody_is_dialled_outside_calling_hours() -> None:
    windows = {0: ((time(9, 10), time(9, 30)), (time(9, 50), time(10, 20))), 1: ((time(9, 0), time(9, 10)),)}
    policy = make_policy(hours=HoursPolicy(windows=windows, default_time_zone="Asia/Shanghai"))

    run, came = watched(plan(campaign(policy, leads=300), hours=25.0, beat=timedelta(seconds=5)))

    zone = ZoneInfo("Asia/Shanghai")
    clocks = [moment.astimezone(zone) for moment in run.originated]
    assert all(may_call(policy.hours, (), moment) for moment in run.originated)
    assert {(clock.weekday(), clock.hour) for clock in clocks} == {(0, 9), (0, 10), (1, 9)}
    assert came.total.attempts == len(run.originated) > 100


def test_nobody_is_dialled_more_often_than_the_limits_say() -> None:
    rules = {str(kind): RetryRule(after=timedelta(minutes=1)) for kind in Disposition}
    retry = RetryPolicy(rules=rules, max_attempts=4, attempt_limits=(AttemptLimit(2, timedelta(hours=1)),))
    policy = make_policy(retry=retry)
    assumed = world(shares=Shares(answered=0.0, busy=1.0))

    run, came = watched(plan(campaign(policy, assumed, leads=40), hours=5.0))

    dialled = defaultdict(list)
    for one in run.closed:
        if one.outcome.dialed_at is not None:
            dialled[one.lead.number].append(one.outcome.dialed_at)
    assert len(dialled) == 40
    assert {len(moments) for moments in dialled.values()} == {4}
    for moments in dialled.values():
        assert all(third - first >= HOUR for first, third in zip(moments, moments[2:], strict=False))
    assert (came.total.leads_open, came.total.leads_untouched) == (0, 0)


def test_a_list_that_is_through_ends_the_run_and_says_when() -> None:
    never = RetryPolicy(rules=dict.fromkeys(Disposition, RetryRule(after=None)))
    run, came = watched(plan(campaign(make_policy(retry=never), MIXED, leads=50), hours=8.0))

    assert len(run.originated) == 50
    assert came.total.through_at == came.until < START + HOUR
    assert came.hours < 1.0
    assert run.store.books[CampaignName("spring")].ended[LeadEnd.REACHED] > 0


def test_trunks_are_used_in_their_order_and_never_beyond_their_lines() -> None:
    small = Trunk(name=TrunkName("small"), dial="PJSIP/{number}@small", max_lines=3)
    large = Trunk(name=TrunkName("large"), dial="PJSIP/{number}@large")
    came = simulate(plan(campaign(make_policy(trunks=(small, large))), agents=5, hours=0.3))

    assert came.trunks["small"].peak == 3
    assert 0 < came.trunks["large"].peak <= 2
    assert came.total.lines.peak == 5
    assert came.total.lines.mean == pytest.approx(sum(one.mean for one in came.trunks.values()))


# --- agents --------------------------------------------------------------------------------------------------------


def test_agents_come_go_and_have_lunch() -> None:
    lunch = (START + 0.5 * HOUR, START + 0.8 * HOUR)
    shifts = ((START + 0.1 * HOUR, START + 0.4 * HOUR), (START + 0.45 * HOUR, START + HOUR))
    agents = team(4, 1.2, shifts=shifts, pauses=(lunch,))

    run, came = watched(plan(campaign(assumed=MIXED), hours=1.2, agents=agents))

    talk = timedelta(minutes=8)
    assert all(lunch[0] > at or at >= lunch[1] for at in run.originated)
    assert all(at >= shifts[0][0] and at < shifts[1][1] for at in run.originated)
    assert any(at >= lunch[1] for at in run.originated)
    paused = sum((one.until - one.since for one in run.intervals if one.state == "paused"), timedelta(0))
    assert 4 * 0.3 * HOUR - 4 * talk < paused <= 4 * 0.3 * HOUR + timedelta(seconds=1)
    assert 0.85 <= came.hours <= 0.95


@pytest.mark.parametrize("default", ["none_given", None])
def test_who_is_to_go_goes_after_the_call(default: str | None) -> None:
    """Lunch and the end of the shift wait for the wrap-up, whether or not there is a disposition to choose."""
    policy = make_policy(default_disposition=default)
    assumed = world(shares=Shares(answered=1.0), talk=Spread(50.0), wrap=Spread(5.0))
    lunch = (START + 0.1 * HOUR, START + 0.2 * HOUR)
    agents = team(3, 0.5, shifts=((START, START + 0.4 * HOUR),), pauses=(lunch,))

    run, came = watched(plan(campaign(policy, assumed), hours=0.5, agents=agents))

    late = timedelta(seconds=70)
    talks = [one for one in run.intervals if one.state == "talking"]
    assert all(not (lunch[0] + late < one.until < lunch[1]) for one in talks)
    assert all(one.until < START + 0.4 * HOUR + late for one in talks)
    assert 0.4 <= came.hours <= 0.42


def test_nights_cost_nothing() -> None:
    """Nobody is there for a week; the pacer sleeps, and wakes with the first agent."""
    late = ((START + 7 * 24 * HOUR, START + 7 * 24 * HOUR + HOUR / 10),)
    run, came = watched(plan(campaign(), hours=7 * 24 + 1, agents=team(2, 1.0, shifts=late)))

    assert min(run.originated) - late[0][0] < timedelta(seconds=5)
    assert came.hours == pytest.approx(0.1, abs=0.1)
    assert run.agenda._count < 2_000


def test_wrap_up_takes_as_long_as_assumed_up_to_the_limit() -> None:
    def wrapped(seconds: float, limit: float) -> float:
        policy = make_policy(wrap_up=timedelta(seconds=limit))
        came = simulate(plan(campaign(policy, world(shares=Shares(answered=0.6), wrap=Spread(seconds))), hours=0.4))
        assert came.total.average_wrap_seconds is not None
        return came.total.average_wrap_seconds

    assert wrapped(12.0, 60.0) == pytest.approx(12.0, abs=0.3)
    assert wrapped(40.0, 15.0) == pytest.approx(15.0, abs=0.3)


def test_preview_waits_for_the_agents_look() -> None:
    def calls(look: float) -> int:
        policy = make_policy(Mode.PREVIEW, preview_time=timedelta(seconds=60))
        assumed = world(shares=Shares(answered=0.0, busy=1.0), look=Spread(look), refused=Spread(2.0))
        return simulate(plan(campaign(policy, assumed), agents=2, hours=0.5)).total.attempts

    assert calls(10.0) == pytest.approx(2 * 1800 / 12, rel=0.05)
    assert calls(30.0) == pytest.approx(2 * 1800 / 32, rel=0.05)


# --- several campaigns ---------------------------------------------------------------------------------------------


def test_campaigns_share_their_agents() -> None:
    spring = make_policy(Mode.PREDICTIVE)
    autumn = replace(spring, name=CampaignName("autumn-2"))

    run, came = watched(plan(campaign(spring, MIXED), campaign(autumn, MIXED), agents=5, hours=0.25))

    one, two = came.campaigns
    assert (one.name, two.name, came.total.name) == ("spring", "autumn-2", "total")
    assert min(one.contacts, two.contacts) > 5
    assert one.attempts + two.attempts == came.total.attempts == len(run.originated)
    assert one.utilisation is not None
    assert two.utilisation is not None
    assert one.utilisation + two.utilisation == pytest.approx(came.total.utilisation)
    assert came.total.lines.peak <= one.lines.peak + two.lines.peak
    assert came.total.leads == one.leads + two.leads


def test_more_agents_are_busier_together() -> None:
    """What pooling is for: a larger team of a predictive campaign is the better used."""
    busy = [
        simulate(plan(campaign(make_policy(Mode.PREDICTIVE), MIXED), agents=agents, hours=0.3)).total.utilisation
        for agents in (2, 12)
    ]
    assert busy[0] is not None
    assert busy[1] is not None
    assert busy[1] > busy[0] + 0.05


# --- people whom machine detection takes for machines -----------------------------------------------------------

CROWD = Shares(answered=0.25, machine=0.25)
ONE_IN_TEN = MachinesPolicy(detection=LISTENS.detection, sample=0.1)


def test_people_taken_for_machines_are_those_of_the_world_and_agents_find_them_in_the_sample() -> None:
    assumed = world(shares=CROWD, mistaken=0.2, talk=Spread(20.0), machine_ring=Spread(9.0))
    policy = make_policy(machines=replace(ONE_IN_TEN, count_in_drop_cap=False))
    run, came = watched(plan(campaign(policy, assumed), agents=6, hours=1.0))

    heard = [one.outcome for one in run.closed if one.outcome.sampled]
    people = sum(one.truth is Truth.PERSON for one in heard)
    assert all(one.truth is not None for one in heard)
    taken = [one.outcome for one in run.closed if one.outcome.verdict is MachineVerdict.MACHINE]
    silent = came.total.silent_calls
    assert 0.12 < (silent + people) / (silent + came.total.live_answers) < 0.28
    counted = run.dialer.floor.campaigns[policy.name].window.taken
    assert counted == TakenForNobody(unheard=len(taken) - len(heard), checked=len(heard), people=people)
    assert counted.silent_calls == pytest.approx(silent, rel=0.7)


@pytest.mark.parametrize("counted", [True, False])
def test_people_taken_for_machines_break_the_cap_where_they_do_not_count(counted: bool) -> None:
    """Where they count, agents hear all who answer as soon as they alone would exceed it."""
    assumed = world(shares=CROWD, mistaken=0.1, talk=Spread(60.0, 1.0), machine_ring=Spread(9.0))
    policy = make_policy(Mode.PREDICTIVE, machines=replace(ONE_IN_TEN, count_in_drop_cap=counted))
    came = simulate(plan(campaign(policy, assumed), agents=6, hours=1.0))

    assert came.total.live_answers > 100
    assert came.total.abandon_rate is not None
    assert came.total.abandon_rate_with_silent is not None
    assert came.total.abandon_rate < 0.04
    assert (came.total.abandon_rate_with_silent < 0.04) == counted
    assert came.total.silent_calls > 0
    assert came.oddities == {}
