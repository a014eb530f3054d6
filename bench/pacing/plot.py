"""Utilisation by team size, a line for each rule and a panel for each answer rate."""

from __future__ import annotations

from pathlib import Path

import matplotlib

from bench.pacing import cells
from bench.pacing.table import TITLES, Cells
from bench.pacing.trials import OURS, pooled, utilisation

FEWEST = 3
"""Team sizes that a panel needs."""


def draw(found: Cells, file: Path, cap: float) -> None:
    """Write the picture, in the format of the file's ending; where a rule breaks the cap its mark is hollow.

    Raises ValueError if no answer rate has enough team sizes.
    """
    panels: dict[str, list[str]] = {}
    for cell in found:
        world = cell.partition(":")[2]
        if world in cells.RATES:
            panels.setdefault(world, []).append(cell)
    panels = {
        rate: sorted(panels[rate], key=cells.agents_of) for rate in cells.RATES if len(panels.get(rate, ())) >= FEWEST
    }
    if not panels:
        raise ValueError(f"plot: no answer rate has {FEWEST} team sizes; ask for cells such as 5:25% 20:25% 100:25%")
    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "waihu"
    from matplotlib import pyplot  # noqa: PLC0415 - after the choice of the backend

    figure, axes = pyplot.subplots(1, len(panels), figsize=(4.2 * len(panels) + 2.2, 4.0), sharey=True, squeeze=False)
    for panel, (rate, names) in zip(axes[0], panels.items(), strict=True):
        sizes = [cells.agents_of(name) for name in names]
        for rule in found[names[0]]:
            outcomes = [found[name][rule].outcomes for name in names]
            used = [100.0 * utilisation(those) for those in outcomes]
            (line,) = panel.plot(sizes, used, label=TITLES[rule], linewidth=2.2 if rule == OURS else 1.1)
            kept = [pooled(those) <= cap for those in outcomes]
            panel.scatter(
                sizes,
                used,
                s=22,
                zorder=3,
                edgecolors=line.get_color(),
                facecolors=[line.get_color() if fine else "white" for fine in kept],
            )
        panel.set_xscale("log")
        panel.set_xticks(sizes, [str(size) for size in sizes])
        panel.minorticks_off()
        panel.set_title(f"{rate} answered; hollow: over the cap of {cap:.0%}")
        panel.set_xlabel("agents")
        panel.grid(visible=True, alpha=0.3)
    axes[0][0].set_ylabel("utilisation, %")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="center right", fontsize=8)
    figure.tight_layout(rect=(0.0, 0.0, 1.0 - 2.1 / (4.2 * len(panels) + 2.2), 1.0))
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
