"""Utilisation by team size, a line for each rule and a panel for each answer rate."""

from __future__ import annotations

from pathlib import Path

import matplotlib

from bench.pacing import cells
from bench.pacing.table import Cells
from bench.pacing.trials import utilisation

FEWEST = 3
"""Team sizes that a panel needs."""


def draw(found: Cells, file: Path) -> None:
    """Write the picture, in the format of the file's ending. Raises ValueError if no answer rate has enough sizes."""
    panels: dict[str, list[str]] = {}
    for cell in found:
        world = cell.partition(":")[2]
        if world in cells.RATES:
            panels.setdefault(world, []).append(cell)
    panels = {rate: sorted(names, key=cells.agents_of) for rate, names in panels.items() if len(names) >= FEWEST}
    if not panels:
        raise ValueError(f"plot: no answer rate has {FEWEST} team sizes; ask for cells such as 5:25% 20:25% 100:25%")
    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "waihu"
    from matplotlib import pyplot  # noqa: PLC0415 - after the choice of the backend

    figure, axes = pyplot.subplots(1, len(panels), figsize=(4.2 * len(panels) + 1.6, 4.0), sharey=True, squeeze=False)
    for panel, (rate, names) in zip(axes[0], panels.items(), strict=True):
        sizes = [cells.agents_of(name) for name in names]
        for rule in found[names[0]]:
            used = [100.0 * utilisation(found[name][rule].outcomes) for name in names]
            panel.plot(sizes, used, marker="o", markersize=3.5, label=rule, linewidth=2.2 if rule == "ours" else 1.1)
        panel.set_xscale("log")
        panel.set_xticks(sizes, [str(size) for size in sizes])
        panel.minorticks_off()
        panel.set_title(f"{rate} answered")
        panel.set_xlabel("agents")
        panel.grid(visible=True, alpha=0.3)
    axes[0][0].set_ylabel("utilisation, %")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="center right", fontsize=8)
    figure.tight_layout(rect=(0.0, 0.0, 1.0 - 1.5 / (4.2 * len(panels) + 1.6), 1.0))
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
