"""How well the pacer does: utilisation, abandon rate and waits on simulated shifts, beside other rules, seed by seed.

    python bench/pacing [--cells quick|all|NAME ...] [--pacers NAME ...] [--seeds N] [--hours H] [--cap 0.03]
                        [--processes N] [--markdown] [--plot FILE]
    python bench/pacing --short [--seeds N]

Cells are worlds (`cells.py`), named by agents and answer rate or scenario: 20:25%, 20:20→50%, 100:lunch. A shift lasts
8 h, with 100 agents and more a quarter of that; it begins cold. Each figure is the mean over the seeds with its 95 %
interval (t), the abandon rate is that of all the shifts together, `worst` that of the worst of them.

Rules: ours; progressive, one line per ready agent; truth, a look-ahead that is told the world's own laws, its threshold
chosen with hindsight; fixed, the best fixed ratio with hindsight; VICIdial's hard, average and tapered at their
defaults, and with a star at the best settings found with hindsight; issabel, and with overcommit; wombat, the best
boost with hindsight. With hindsight: the busiest agents on these very shifts, the cap kept on them together, which no
rule that must find its way can be sure of. `to truth` is the difference of utilisation, in points, paired by seed.

`--short` is the first 90 s of a campaign with short calls: see `starts.py`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.pacing import cells, hindsight, plot, starts, table
from bench.pacing.hindsight import Found, Judge
from bench.pacing.trials import MOST_LINES_PER_AGENT, OURS, Laboratory, Outcome, Trial

RULES: dict[str, str | Callable[[Judge, float], Found]] = {
    table.REFERENCE: hindsight.truth,
    OURS: OURS,
    "progressive": "ratio:ratio=1",
    "fixed": hindsight.fixed,
    "wombat": hindsight.wombat,
    "issabel": "issabel",
    "overcommit": "issabel:overcommit=1",
    "hard": "hard",
    "average": "average",
    "tapered": "tapered",
    "hard*": partial(hindsight.adapt, method="hard"),
    "average*": partial(hindsight.adapt, method="average"),
    "tapered*": partial(hindsight.adapt, method="tapered"),
}
"""The reference first: the others are set beside it."""
NAMED = {"quick": cells.QUICK, "all": cells.ALL}


def arguments() -> argparse.Namespace:
    """What was asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", nargs="*", default=["quick"], help="quick, all, or names such as 20:25%% 20:lunch")
    parser.add_argument(
        "--pacers", nargs="*", choices=RULES, default=["truth", OURS, "progressive", "fixed", "hard"], metavar="NAME"
    )
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--hours", type=float, default=8.0, help="of a shift; 100 agents and more: a quarter")
    parser.add_argument("--cap", type=float, default=0.03)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--markdown", action="store_true", help="print the table for the documentation besides")
    parser.add_argument("--plot", type=Path, help="draw utilisation by team size into this file")
    parser.add_argument("--short", action="store_true", help="the first 90 s with short calls instead")
    return parser.parse_args()


def main() -> None:
    """Print the table."""
    asked = arguments()
    if asked.short:
        starts.show(asked.seeds, asked.cap, MOST_LINES_PER_AGENT)
        return
    laboratory = Laboratory(asked.processes)
    found: dict[str, dict[str, Found]] = {}
    print(table.HEAD)
    for cell in [cell for name in asked.cells for cell in NAMED.get(name, (name,))]:

        def judge(rule: str, seeds: int | None = None, cell: str = cell) -> Sequence[Outcome]:
            some = range(asked.seeds if seeds is None else seeds)
            return laboratory.outcomes([Trial(cell, rule, seed, asked.hours, asked.cap) for seed in some])

        found[cell] = {}
        for name, rule in RULES.items():
            if name in asked.pacers:
                found[cell][name] = Found(rule, judge(rule)) if isinstance(rule, str) else rule(judge, asked.cap)
                print(table.row(cell, name, found[cell]), flush=True)
    print(table.summary(found))
    if asked.markdown:
        print(table.markdown(found))
    if asked.plot:
        plot.draw(found, asked.plot, asked.cap)


if __name__ == "__main__":
    main()
