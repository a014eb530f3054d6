"""What a plan may never do, whatever the pool looks like and whatever was learned."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dialer.core.found import WindowCount
from dialer.core.pacing.plan import plan
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.pacing.view import Pending, PoolView
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode

ages = st.floats(-0.5, 400.0)
line_ages = st.floats(-0.5, 70.0)


@st.composite
def windows(draw: st.DrawFn) -> WindowCount:
    answered = draw(st.integers(0, 5000))
    return WindowCount(answered=answered, abandoned=draw(st.integers(0, min(answered, 300))))


@st.composite
def views(draw: st.DrawFn) -> PoolView:
    lines = draw(st.lists(line_ages, max_size=60))
    return PoolView(
        ready=draw(st.integers(0, 40)),
        reserved=draw(st.integers(0, 3)),
        talking=tuple(draw(st.lists(ages, max_size=25))),
        wrapping=tuple(draw(st.lists(ages, max_size=10))),
        paused=draw(st.integers(0, 3)),
        pending=tuple(Pending(age, draw(st.none() | st.just(age / 2))) for age in lines),
        waiting=tuple(draw(st.lists(st.floats(0.0, 3.0), max_size=3))),
        free_lines=draw(st.integers(-2, 200)),
        leads=draw(st.integers(0, 200)),
        window=draw(windows()),
        wrap_up_limit=draw(st.none() | st.floats(0.0, 60.0)),
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


@settings(max_examples=100, deadline=None)
@given(policies, views(), learned(), st.integers(1, 50))
def test_the_drop_cap_only_lowers_a_plan(policy: PacingPolicy, view: PoolView, rates: Rates, abandoned: int) -> None:
    worse = replace(view, window=replace(view.window, abandoned=view.window.abandoned + abandoned))

    assert plan(policy, worse, rates).lines <= plan(policy, view, rates).lines


@settings(max_examples=100, deadline=None)
@given(learned())
def test_what_was_learned_comes_back_as_it_was(rates: Rates) -> None:
    assert Rates.from_plain(rates.to_plain()) == rates
