"""Laws of retrying, for any rules and any run of outcomes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dialer.core.callback import Callback
from dialer.core.lead import Lead
from dialer.core.policy import AgentDisposition, CampaignPolicy, HoursPolicy, PacingPolicy, RetryPolicy, RetryRule
from dialer.core.retry import DEFAULT_RULES, decide
from dialer.core.words import (
    AttemptId,
    CampaignName,
    CustomerId,
    Disposition,
    DispositionFlag,
    LeadEnd,
    LeadId,
    ListName,
    Mode,
    NumberId,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
AGENTS_NAMES = ["sale", "later", "machine", "wrong"]
delays = st.timedeltas(timedelta(0), timedelta(days=30))
retry_rules = st.builds(RetryRule, after=st.none() | delays, times=st.none() | st.integers(1, 4))
names = st.sampled_from([*Disposition, *AGENTS_NAMES])
choices = st.lists(
    st.builds(
        AgentDisposition,
        name=st.sampled_from(AGENTS_NAMES),
        label=st.just("标签"),
        digit=st.just("1"),
        flags=st.frozensets(st.sampled_from(DispositionFlag), max_size=2),
    ),
    unique_by=lambda choice: choice.name,
).map(tuple)
outcomes = st.tuples(
    st.sampled_from(Disposition),
    st.none() | st.sampled_from([*AGENTS_NAMES, "gone"]),
    st.booleans(),
    st.none() | delays,
)


@st.composite
def campaigns(draw: st.DrawFn) -> CampaignPolicy:
    return CampaignPolicy(
        name=CampaignName("any"),
        version="1",
        pacing=PacingPolicy(mode=Mode.PREDICTIVE),
        lists=(),
        trunks=(),
        caller_ids=(),
        hours=HoursPolicy(windows={}),
        retry=RetryPolicy(rules=draw(st.dictionaries(names, retry_rules)), max_attempts=draw(st.integers(1, 8))),
        dispositions=draw(choices),
    )


FRESH = Lead(
    id=LeadId(1),
    attempt=AttemptId("a"),
    campaign=CampaignName("any"),
    list=ListName("any"),
    customer=CustomerId(1),
    number_id=NumberId(1),
    number="+861065550100",
    national="01065550100",
    name="",
    time_zones=(),
    attempts_made=0,
    due_at=NOW,
)


@given(campaigns(), st.lists(outcomes, min_size=12, max_size=12))
def test_a_lead_comes_back_or_ends_and_never_passes_the_attempt_limit(
    policy: CampaignPolicy, run: list[tuple[Disposition, str | None, bool, timedelta | None]]
) -> None:
    history: Counter[str] = Counter()
    now = NOW
    for disposition, chosen, number_dead, wish in run:
        lead = replace(FRESH, attempts_made=history.total(), history=tuple(history.items()))
        at = now if wish is None else now + wish - timedelta(days=1)
        callback = None if wish is None else Callback(at=at, asked_for=at)
        result = decide(policy, lead, disposition, chosen, now, number_dead=number_dead, callback=callback)
        history[chosen or disposition] += 1
        assert history.total() <= policy.retry.max_attempts
        assert (result.due_at is None) != (result.end is None)
        assert result.suppress == (result.end is LeadEnd.SUPPRESSED)
        assert result.number_dead >= number_dead
        if result.due_at is None:
            break
        assert result.due_at >= now
        now = result.due_at


@given(campaigns(), st.sampled_from(Disposition))
def test_a_rule_brings_a_lead_back_exactly_as_often_as_it_says(
    policy: CampaignPolicy, disposition: Disposition
) -> None:
    policy = replace(policy, dispositions=(), retry=replace(policy.retry, max_attempts=20))
    rule = policy.retry.rules.get(disposition, DEFAULT_RULES[disposition])
    came_back = 0
    while came_back < 19:
        lead = replace(FRESH, attempts_made=came_back, history=((disposition, came_back),))
        if decide(policy, lead, disposition, None, NOW).due_at is None:
            break
        came_back += 1
    assert came_back == (0 if rule.after is None else 19 if rule.times is None else rule.times)
