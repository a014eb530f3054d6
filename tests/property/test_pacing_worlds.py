"""The cap against worlds that change as it suits the pacer least: answer rates that leap up and down."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dialer.core.pacing.drop_cap import CUSHION, CUSHION_GROWS
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode
from dialer.simulation.pacers import PolicyPacer
from dialer.simulation.shift import World, run

SECONDS = 1500.0
rates = st.sampled_from([0.03, 0.1, 0.25, 0.45, 0.7])


def leaping(parts: list[float]) -> Callable[[float], float]:
    """One rate after the other, each for its part of the shift."""
    return lambda second: parts[min(len(parts) - 1, int(second / SECONDS * len(parts)))]


@settings(max_examples=8, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    agents=st.sampled_from([4, 10, 20]),
    parts=st.lists(rates, min_size=2, max_size=5),
    talk=st.sampled_from([25.0, 90.0, 240.0]),
    talk_cv=st.sampled_from([0.2, 1.0]),
    ring=st.sampled_from([5.0, 14.0]),
    cap=st.sampled_from([0.01, 0.03]),
    seed=st.integers(0, 1000),
)
def test_the_cap_holds_whatever_the_world_does(
    agents: int, parts: list[float], talk: float, talk_cv: float, ring: float, cap: float, seed: int
) -> None:
    world = World(
        agents=agents,
        answer_rate=leaping(parts),
        seconds=SECONDS,
        talk=talk,
        talk_cv=talk_cv,
        ring=ring,
        rings_seen=True,
    )
    policy = PacingPolicy(mode=Mode.PREDICTIVE, drop_cap=cap, max_lines_per_agent=10.0)

    shift = run(world, PolicyPacer(policy), seed)

    allowed = cap * shift.answered
    # What rings when the rate leaps up was launched for another world, and nothing could tell.
    leaps = sum(after > before for before, after in pairwise(parts))
    unforeseen = leaps * shift.most_pending * max(parts)
    assert shift.abandoned <= allowed + 2.0 * (CUSHION + CUSHION_GROWS * allowed**0.5) + unforeseen
