"""How well the pacer does: utilisation, abandon rate and waits on simulated shifts, beside other rules, seed by seed.

python bench/pacing [--cells quick|all|NAME ...] [--pacers NAME ...] [--seeds N] [--hours H] [--cap 0.03]
                    [--processes N] [--markdown] [--plot FILE]
python bench/pacing --short [--seeds N]
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.pacing import cells, hindsight, table
from bench.pacing.hindsight import Found
from bench.pacing.trials import OURS, Laboratory, Outcome, Trial

COLUMNS = {
    OURS: None,
    "progressive": "ratio:ratio=1",
    "truth": hindsight.truth,
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
"""Rules by their name in the table; a star: VICIdial's with its best settings."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", nargs="*", default=["quick"], help="quick, all, or names such as 20:25%% 20:lunch")
    parser.add_argument(
        "--pacers", nargs="*", default=[OURS, "progressive", "fixed", "hard", "truth"], help=", ".join(COLUMNS)
    )
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--hours", type=float, default=8.0, help="of a shift; 100 agents and more: a quarter")
    parser.add_argument("--cap", type=float, default=0.03)
    parser.add_argument("--processes", type=int, default=1)
    asked = parser.parse_args()
    laboratory = Laboratory(asked.processes)
    named = {"quick": cells.QUICK, "all": cells.ALL}
    print(table.HEAD)
    for cell in [cell for name in asked.cells for cell in named.get(name, (name,))]:

        def judge(rule: str, cell: str = cell) -> list[Outcome]:
            trials = [Trial(cell, rule, seed, asked.hours, asked.cap) for seed in range(asked.seeds)]
            return laboratory.outcomes(trials)

        found: dict[str, Found] = {}
        for name in asked.pacers:
            rule = COLUMNS[name]
            if rule is None or isinstance(rule, str):
                found[name] = Found(rule or OURS, judge(rule or OURS))
            else:
                found[name] = rule(judge, asked.cap)
            print(table.row(cell, name, found), flush=True)


if __name__ == "__main__":
    main()
