"""The first 90 s of a campaign with short calls: too short to average, so what counts is how many runs go wrong."""

from __future__ import annotations

from statistics import fmean

from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode
from dialer.simulation.pacers import PolicyPacer
from dialer.simulation.shift import Shift, World, run

CASES = ((5, 0.3), (5, 0.5), (5, 0.7), (10, 0.3), (10, 0.5), (10, 0.7))
HEAD = f"{'agents':>6} {'rate':>7}  {'rule':<16}  util %  abandoned %  over %"


def world(agents: int, rate: float) -> World:
    """Set-up 0.3 s, ring to answer 5 s, given up after 12 s, talk 8 s, wrap-up 3 s."""
    return World(
        agents=agents,
        answer_rate=lambda _: rate,
        seconds=90.0,
        set_up=0.3,
        ring=5.0,
        ring_cv=0.35,
        timeout=12.0,
        busy=0.4,
        talk=8.0,
        talk_cv=0.3,
        wrap=3.0,
        wrap_cv=0.3,
        rings_seen=True,
        tick=0.5,
    )


def show(seeds: int, cap: float, lines_per_agent: float) -> None:
    """Print the table; `over` is the part of the runs that ended over the cap: two abandoned calls of sixty do."""
    print(HEAD)
    for agents, rate in CASES:
        for mode in (Mode.PROGRESSIVE, Mode.PREDICTIVE):
            policy = PacingPolicy(mode=mode, drop_cap=cap, max_lines_per_agent=lines_per_agent)
            runs: list[Shift] = [run(world(agents, rate), PolicyPacer(policy), seed) for seed in range(seeds)]
            used, abandoned = fmean(one.utilisation for one in runs), fmean(one.abandon_rate for one in runs)
            over = fmean(one.abandon_rate > cap for one in runs)
            print(
                f"{agents:>6} {rate:>7.0%}  {mode.value:<16} {100 * used:>7.1f} {100 * abandoned:>12.2f}"
                f" {100 * over:>7.0f}",
                flush=True,
            )
