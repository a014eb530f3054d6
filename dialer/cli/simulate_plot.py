"""The day of a simulation as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from dialer.cli.errors import InputWrong
from dialer.simulation.figures import Figures

SIZE = (11.0, 9.0)
DOTS_PER_INCH = 110


def draw(runs: Sequence[Figures], zone: ZoneInfo, path: Path) -> None:
    """Utilisation, abandon rate, lines and agents over time, one colour for each size of the team, as PNG.

    :raises InputWrong: the file cannot be written.
    """
    picture = Figure(figsize=SIZE, layout="constrained")
    FigureCanvasAgg(picture)
    busy, abandoned, lines = picture.subplots(3, 1, sharex=True)
    for place, run in enumerate(runs):
        _draw_run(busy, abandoned, lines, run, f"C{place}")
    busy.set_ylabel("utilisation")
    busy.set_ylim(0.0, 1.02)
    busy.yaxis.set_major_formatter(PercentFormatter(1.0))
    abandoned.set_ylabel("abandon rate so far")
    abandoned.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
    abandoned.set_ylim(bottom=0.0)
    lines.set_ylabel("lines (solid), agents at work (dashed)")
    lines.set_ylim(bottom=0.0)
    lines.xaxis_date(zone)
    lines.set_xlabel(zone.key)
    for axes in (busy, abandoned, lines):
        axes.grid(visible=True, alpha=0.3)
    busy.legend(loc="lower right")
    try:
        picture.savefig(path, format="png", dpi=DOTS_PER_INCH)
    except OSError as error:
        raise InputWrong(f"{path} cannot be written: {error.strerror}") from error


def _draw_run(busy: Axes, abandoned: Axes, lines: Axes, run: Figures, colour: str) -> None:
    # Matplotlib counts days since 1970.
    times = [one.since.timestamp() / 86400.0 for one in run.slices]
    busy.step(times, _drawn([one.utilisation for one in run.slices]), where="post", color=colour, label=_name(run))
    abandoned.step(times, _drawn(_rate_so_far(run)), where="post", color=colour)
    lines.step(times, [one.lines for one in run.slices], where="post", color=colour)
    lines.step(times, [one.agents for one in run.slices], where="post", color=colour, linestyle="--")


def _name(run: Figures) -> str:
    return f"{run.agents} agent" if run.agents == 1 else f"{run.agents} agents"


def _drawn(values: Sequence[float | None]) -> list[float]:
    """Nothing is drawn where there is nothing to tell."""
    return [float("nan") if value is None else value for value in values]


def _rate_so_far(run: Figures) -> list[float | None]:
    rates: list[float | None] = []
    answers = lost = 0
    for one in run.slices:
        answers, lost = answers + one.live_answers, lost + one.abandoned
        rates.append(lost / answers if answers else None)
    return rates
