"""A flow as a picture: SVG, whose texts stay texts, or PNG."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font_names
from matplotlib.patches import FancyBboxPatch

from dialer.cli.errors import InputWrong
from dialer.core.inbound.flow import Flow
from dialer.core.inbound.layout import Arrow, Box, layout

FORMATS = ("svg", "png")
ACROSS, DOWN = 2.6, 1.5
"""Inches from one box to the next."""
WIDTH, HEIGHT = 1.9, 0.72
COLOURS = {
    **dict.fromkeys(("menu", "question", "collect"), "#dbe9f6"),
    **dict.fromkeys(("transfer", "queue", "callback"), "#dff0d8"),
    **dict.fromkeys(("opt_out", "hang_up"), "#f6dedb"),
    "branch": "#fbf3d0",
}
FONTS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
    *("Droid Sans Fallback", "SimHei", "Microsoft YaHei"),
)
"""With Chinese characters, where one of them is there."""


def draw_flow(flow: Flow, path: Path) -> tuple[str, ...]:
    """Draw it; what is to be said about the picture.

    :raises InputWrong: the ending is neither .svg nor .png, or the file cannot be written.
    """
    form = path.suffix.removeprefix(".")
    if form not in FORMATS:
        raise InputWrong(f"{path}: a picture is .svg or .png, not {path.suffix or 'without an ending'}")
    there = set(get_font_names())
    family = [*(font for font in FONTS if font in there), "DejaVu Sans"]
    settings: Any = {"svg.fonttype": "none", "font.family": family, "svg.hashsalt": flow.version}
    with mpl.rc_context(settings), warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        try:
            _figure(flow).savefig(path, format=form, dpi=110, metadata={"Date": None} if form == "svg" else None)
        except OSError as error:
            raise InputWrong(f"{path} cannot be written: {error.strerror}") from error
    if form == "png" and any("missing from font" in str(one.message) for one in complaints):
        return ("this machine has no font for some of the characters; an .svg keeps them as text",)
    return ()


def _figure(flow: Flow) -> Figure:
    drawing = layout(flow)
    wide = max(abs(box.place) for box in drawing.boxes) + 0.8
    deep = max(box.row for box in drawing.boxes) + 1
    picture = Figure(figsize=(2 * wide * ACROSS, deep * DOWN + 0.6))
    FigureCanvasAgg(picture)
    axes = picture.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(-wide * ACROSS, wide * ACROSS)
    axes.set_ylim(-deep * DOWN + HEIGHT / 2, DOWN * 0.75)
    places = {box.step: box for box in drawing.boxes}
    for arrow in drawing.arrows:
        _draw_arrow(axes, places[arrow.source], places[arrow.target], arrow)
    for box in drawing.boxes:
        _draw_box(axes, box)
    hours = "" if flow.hours is None else f", hours in {flow.hours.default_time_zone}"
    title = f"{flow.name}: {', '.join(flow.numbers)}{hours}"
    axes.text(-wide * ACROSS + 0.2, DOWN * 0.6, title, fontsize=11, fontweight="bold", va="center")
    return picture


def _draw_box(axes: Axes, box: Box) -> None:
    x, y = box.place * ACROSS, -box.row * DOWN
    corner = (x - WIDTH / 2, y - HEIGHT / 2)
    axes.add_patch(
        FancyBboxPatch(
            corner,
            WIDTH,
            HEIGHT,
            boxstyle="round,pad=0.02,rounding_size=0.1",
            facecolor=COLOURS.get(box.kind, "#eeeeee"),
            edgecolor="#333333",
            linewidth=2.0 if box.first else 0.9,
            zorder=2,
        )
    )
    axes.text(x, y + 0.13, box.step, ha="center", va="center", fontsize=9.5, fontweight="bold", zorder=3)
    ends = f" · ends: {', '.join(box.ends)}" if box.ends else ""
    axes.text(x, y - 0.15, f"{box.kind}{ends}", ha="center", va="center", fontsize=7.5, color="#444444", zorder=3)
    if box.first:
        axes.text(x - WIDTH / 2, y + HEIGHT / 2 + 0.09, box.first, fontsize=7.5, color="#a33", style="italic")


def _draw_arrow(axes: Axes, source: Box, target: Box, arrow: Arrow) -> None:
    down = target.row > source.row
    start = (source.place * ACROSS, -source.row * DOWN - HEIGHT / 2)
    end = (target.place * ACROSS, -target.row * DOWN + HEIGHT / 2)
    bend = 0.0
    if not down:
        # Up or along the row: from side to side, in a bow that leaves the arrows down alone.
        side = 1 if target.place >= source.place else -1
        start = (source.place * ACROSS + side * WIDTH / 2, -source.row * DOWN)
        end = (target.place * ACROSS + side * WIDTH / 2, -target.row * DOWN)
        bend = 0.35 * side
        if source.row == target.row and source.step != target.step:
            end = (target.place * ACROSS - side * WIDTH / 2, -target.row * DOWN)
            bend = 0.0
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        zorder=1,
        arrowprops={
            "arrowstyle": "-|>",
            "color": "#555555" if down else "#8a6d3b",
            "linewidth": 0.9,
            "connectionstyle": f"arc3,rad={bend}",
            "shrinkA": 2,
            "shrinkB": 2,
        },
    )
    if arrow.label:
        # Near the step that it belongs to, however far the other one is.
        way = 0.32 / max(1, target.row - source.row)
        x, y = start[0] * (1 - way) + end[0] * way, start[1] * (1 - way) + end[1] * way
        axes.text(
            x + bend * 0.8,
            y,
            arrow.label,
            fontsize=7.5,
            ha="center",
            va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )
