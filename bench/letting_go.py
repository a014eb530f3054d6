"""What it gains to let lines go when agents leave together.

    python bench/letting_go.py [--hours H] [--seeds N]

Twenty agents, of whom ten leave for five minutes in every ten; a quarter of the lines answered after 12 s of ringing on
average, given up after 25 s, ringing seen; the rest as in `bench/pacing`. `never` lets no line go before its ring time
is over, `15 s` those that rang for 15 s.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode
from dialer.simulation.pacers import PolicyPacer
from dialer.simulation.shift import World, run

RING = 25.0
CYCLE = 600.0
AWAY = 300.0


def world(seconds: float) -> World:
    """A call centre whose agents leave in droves."""
    leaves = [CYCLE * (n + 1) for n in range(int(seconds / CYCLE))]
    staff = tuple(change for at in leaves for change in ((at, -10), (at + AWAY, 10)))
    return World(
        agents=20,
        answer_rate=lambda _: 0.25,
        seconds=seconds,
        staff=staff,
        ring=12.0,
        timeout=RING,
        rings_seen=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    print(f"{'':<6} {'util %':>7} {'abandoned %':>12} {'let go':>7}")
    for name, least in (("never", RING), ("15 s", 15.0)):
        policy = PacingPolicy(mode=Mode.PREDICTIVE, max_lines_per_agent=10.0, least_ring_time=timedelta(seconds=least))
        shifts = [run(world(asked.hours * 3600.0), PolicyPacer(policy), seed) for seed in range(1, asked.seeds + 1)]
        answered, abandoned = sum(one.answered for one in shifts), sum(one.abandoned for one in shifts)
        utilisation = 100.0 * fmean(one.utilisation for one in shifts)
        let_go = sum(one.let_go for one in shifts)
        print(f"{name:<6} {utilisation:>7.2f} {100.0 * abandoned / answered:>12.2f} {let_go:>7}")


if __name__ == "__main__":
    main()
