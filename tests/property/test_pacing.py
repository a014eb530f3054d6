"""What a plan may never do, whatever the pool looks like and whatever was learned."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dialer.core.false_positives import TakenForNobody
from dialer.core.found import WindowCount
from dialer.core.pacing.drop_cap import machines_exceed, threshold
from dialer.core.pacing.plan import plan
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.pacing.view import Busy, Neighbour, Pending, PoolView
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode

line_ages = st.floats(-0.5, 70.0)
just_launched = st.builds(Pending, st.floats(-0.5, 0.4), st.none(), st.sampled_from([1.0, 0.2, 5.0]))
busy = st.builds(Busy, st.floats(-0.5, 400.0), st.sampled_from([1.0, 0.3, 3.0]), wraps=st.sampled_from([0.0, 1.0]))


@st.composite
def windows(draw: st.DrawFn) -> WindowCount:
    answered = draw(st.integers(0, 5000))
    checked = draw(st.integers(0, 200))
    taken = TakenForNobody(
        unheard=draw(st.sampled_from([0, 0, 50, 1000, 10_000])), checked=checked, people=draw(st.integers(0, checked))
    )
    return WindowCount(answered=answered, abandoned=draw(st.integers(0, min(answered, 300))), taken=taken)


@st.composite
def pending_lines(draw: st.DrawFn, most: int) -> tuple[Pending, ...]:
    factors = st.sampled_from([1.0, 0.2, 5.0])
    return tuple(
        Pending(age, draw(st.none() | st.just(age / 2)), draw(factors))
        for age in draw(st.lists(line_ages, max_size=most))
    )


observations = st.one_of(
    st.builds(
        LineEnded,
        age=line_ages,
        outcome=st.sampled_from(list(LineOutcome)),
        ringing=st.none() | st.floats(0.0, 30.0),
    ),
    st.builds(Talked, seconds=st.floats(0.0, 5000.0)),
    st.builds(Wrapped, seconds=st.floats(0.0, 500.0)),
)


@st.composite
def learned(draw: st.DrawFn) -> Rates:
    rates = Rates.prior()
    for one in draw(st.lists(observations, max_size=8)):
        for _ in range(draw(st.integers(1, 20))):
            rates = rates.after(one)
    return rates


@st.composite
def neighbours(draw: st.DrawFn) -> Neighbour:
    return Neighbour(
        rates=draw(learned()),
        share=draw(st.sampled_from([0.0, 0.3, 1.0])),
        pending=draw(pending_lines(20)),
        waiting=draw(st.integers(0, 3)),
        talking=tuple(draw(st.lists(busy, max_size=5))),
        threshold=draw(st.floats(0.0, 1.0)),
    )


@st.composite
def queues(draw: st.DrawFn) -> Neighbour:
    """Callers who come to our agents."""
    return Neighbour(
        rates=draw(learned()),
        share=draw(st.sampled_from([0.3, 1.0])),
        waiting=draw(st.integers(0, 10)),
        arrivals=draw(st.sampled_from([0.0, 0.01, 0.1, 1.0])),
        talking=tuple(draw(st.lists(busy, max_size=5))),
    )


@st.composite
def views(draw: st.DrawFn) -> PoolView:
    return PoolView(
        ready=draw(st.integers(0, 40)),
        reserved=draw(st.integers(0, 3)),
        talking=tuple(draw(st.lists(busy, max_size=25))),
        wrapping=tuple(draw(st.lists(busy, max_size=10))),
        leaving=draw(st.integers(0, 3)),
        paused=draw(st.integers(0, 3)),
        pending=draw(pending_lines(60)),
        waiting=tuple(draw(st.lists(st.floats(0.0, 3.0), max_size=3))),
        free_lines=draw(st.integers(-2, 200)),
        leads=draw(st.integers(0, 200)),
        window=draw(windows()),
        wrap_up_limit=draw(st.none() | st.floats(0.0, 60.0)),
        closes_in=draw(st.none() | st.floats(0.0, 60.0)),
        next_factor=draw(st.sampled_from([1.0, 0.2, 5.0])),
        neighbours=tuple(draw(st.lists(neighbours(), max_size=2))),
    )


policies = st.builds(
    PacingPolicy,
    mode=st.sampled_from(list(Mode)),
    drop_cap=st.sampled_from([0.0, 0.01, 0.03, 0.05]),
    max_lines_per_agent=st.sampled_from([1.0, 1.5, 3.0, 10.0]),
)


@settings(max_examples=150, deadline=None)
@given(policies, views(), learned())
def test_a_plan_is_never_negative_and_never_above_a_limit(policy: PacingPolicy, view: PoolView, rates: Rates) -> None:
    answer = plan(policy, view, rates)

    assert 0 <= answer.lines <= max(0, view.free_lines)
    assert answer.lines <= view.leads
    assert answer.lines == 0 or answer.lines + view.lines_in_use <= policy.max_lines_per_agent * view.on_shift
    assert answer.because.startswith(str(answer.lines))
    assert set(answer.let_go) <= set(range(len(view.pending)))
    if not view.serving:
        assert answer.lines == 0


@settings(max_examples=150, deadline=None)
@given(policies, views(), learned())
def test_fewer_ready_agents_never_mean_more_lines(policy: PacingPolicy, view: PoolView, rates: Rates) -> None:
    lines = plan(policy, view, rates).lines

    for fewer in {view.ready - 1, view.ready // 2} - {view.ready, -1}:
        paused = replace(view, ready=fewer, paused=view.paused + view.ready - fewer)
        gone = replace(view, ready=fewer)
        assert plan(policy, paused, rates).lines <= lines
        assert plan(policy, gone, rates).lines <= lines


@settings(max_examples=100, deadline=None)
@given(policies, views(), learned())
def test_more_waiting_customers_never_mean_more_lines(policy: PacingPolicy, view: PoolView, rates: Rates) -> None:
    assume(policy.mode is not Mode.PREVIEW)
    more = replace(view, waiting=(*view.waiting, 0.0))

    assert plan(policy, more, rates).lines <= plan(policy, view, rates).lines


@settings(max_examples=150, deadline=None)
@given(policies, views(), learned(), queues(), st.integers(1, 5), st.sampled_from([0.0, 0.02, 0.5]))
def test_more_callers_never_mean_more_lines(
    policy: PacingPolicy, view: PoolView, rates: Rates, queue: Neighbour, callers: int, arrivals: float
) -> None:
    """More who wait, and more who are expected to come."""
    assume(policy.mode is not Mode.PREVIEW)
    few, waiting, expected = (
        replace(view, neighbours=(*view.neighbours, one))
        for one in (
            queue,
            replace(queue, waiting=queue.waiting + callers),
            replace(queue, arrivals=queue.arrivals + arrivals),
        )
    )
    lines = plan(policy, few, rates).lines

    assert plan(policy, waiting, rates).lines <= lines
    assert plan(policy, expected, rates).lines <= lines


@settings(max_examples=100, deadline=None)
@given(policies, views(), learned(), st.integers(1, 50))
def test_the_drop_cap_only_lowers_a_plan(policy: PacingPolicy, view: PoolView, rates: Rates, abandoned: int) -> None:
    worse = replace(view, window=replace(view.window, abandoned=view.window.abandoned + abandoned))

    assert plan(policy, worse, rates).lines <= plan(policy, view, rates).lines


@settings(max_examples=100, deadline=None)
@given(policies, views(), learned(), st.integers(1, 5000))
def test_more_people_taken_for_machines_never_mean_more_lines(
    policy: PacingPolicy, view: PoolView, rates: Rates, unheard: int
) -> None:
    taken = view.window.taken
    worse = replace(view, window=replace(view.window, taken=replace(taken, unheard=taken.unheard + unheard)))

    assert plan(policy, worse, rates).lines <= plan(policy, view, rates).lines


@settings(max_examples=100, deadline=None)
@given(policies, views(), learned())
def test_where_machine_detection_alone_exceeds_the_cap_predictive_is_progressive_and_says_why(
    policy: PacingPolicy, view: PoolView, rates: Rates
) -> None:
    assume(machines_exceed(policy.drop_cap, view.window))
    predictive, progressive = (replace(policy, mode=mode) for mode in (Mode.PREDICTIVE, Mode.PROGRESSIVE))
    decision = plan(predictive, view, rates)

    assert decision.lines == plan(progressive, view, rates).lines
    if view.serving:
        assert "people taken for machines" in decision.because


@settings(max_examples=100, deadline=None)
@given(policies, views(), learned(), st.lists(just_launched, min_size=1, max_size=5))
def test_more_lines_just_launched_never_mean_more_lines(
    policy: PacingPolicy, view: PoolView, rates: Rates, added: list[Pending]
) -> None:
    """Just launched, for an older line also teaches that people answer late or not at all.

    And beside neighbours who may bear what we may: else more lines of our own make a stricter neighbour count less.
    """
    assume(policy.mode is not Mode.PREVIEW)
    beside = replace(view, neighbours=tuple(replace(one, threshold=1.0) for one in view.neighbours))
    more = replace(beside, pending=(*view.pending, *added))

    assert plan(policy, more, rates).lines <= plan(policy, beside, rates).lines


@settings(max_examples=100, deadline=None)
@given(policies, views(), learned())
def test_for_agents_who_are_gone_when_the_first_answers_no_more_than_progressive_is_dialled(
    policy: PacingPolicy, view: PoolView, rates: Rates
) -> None:
    assume(policy.mode is not Mode.PREVIEW)
    closed = replace(view, closes_in=0.0)
    progressive = replace(policy, mode=Mode.PROGRESSIVE)

    assert plan(policy, closed, rates).lines == plan(progressive, view, rates).lines


@settings(max_examples=100, deadline=None)
@given(policies, views(), learned())
def test_a_cap_of_nothing_is_progressive(policy: PacingPolicy, view: PoolView, rates: Rates) -> None:
    strict = replace(policy, mode=Mode.PREDICTIVE, drop_cap=0.0)
    progressive = replace(policy, mode=Mode.PROGRESSIVE)

    assert plan(strict, view, rates).lines == plan(progressive, view, rates).lines


@settings(max_examples=100, deadline=None)
@given(policies, views(), learned())
def test_predictive_never_launches_fewer_than_progressive(policy: PacingPolicy, view: PoolView, rates: Rates) -> None:
    predictive, progressive = (replace(policy, mode=mode) for mode in (Mode.PREDICTIVE, Mode.PROGRESSIVE))

    assert plan(predictive, view, rates).lines >= plan(progressive, view, rates).lines


@given(st.floats(0.0, 0.2), windows(), st.integers(1, 200))
def test_a_launch_carries_more_the_more_credit_there_is(cap: float, window: WindowCount, calls: int) -> None:
    now = threshold(cap, window)

    assert 0.0 <= now <= 0.5
    assert threshold(cap, replace(window, answered=window.answered + calls)) >= now
    assert threshold(cap, replace(window, abandoned=window.abandoned + calls)) <= now


@settings(max_examples=100, deadline=None)
@given(learned())
def test_what_was_learned_comes_back_as_it_was(rates: Rates) -> None:
    assert Rates.from_plain(rates.to_plain()).to_plain() == rates.to_plain()
