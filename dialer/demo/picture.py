"""The live picture in the terminal: agents, lines, the promise about abandoned calls, and the pacer's reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dialer.core.snapshot import RECENT

AGENT_COLOURS = {
    "talking": "green",
    "wrap_up": "yellow",
    "ready": "cyan",
    "reserved": "blue",
    "paused": "magenta",
    "logged_out": "bright_black",
    "lost": "red",
}
LINE_STATES = (
    *("opening", "dialing", "ringing", "answered", "waiting", "joining", "talking"),
    *("leaving_message", "closing", "ending"),
)


class Picture:
    """Draws one campaign from the daemon's published status."""

    def __init__(self, campaign: str, seconds: float) -> None:
        self._campaign = campaign
        self._seconds = seconds

    def draw(self, status: dict[str, Any] | None, elapsed: float) -> RenderableType:
        """The picture of one moment; `elapsed` seconds since the campaign was started."""
        campaign = self._campaign_of(status)
        if status is None or campaign is None:
            return Panel("waiting for the daemon to speak …", title="Waihu 外呼")
        columns = Table.grid(expand=True, padding=(0, 2))
        columns.add_row(self._agents(status["agents"]), self._lines(campaign), self._figures(campaign, elapsed))
        return Panel(
            Group(columns, *map(queue_line, status["queues"]), self._progress(campaign, elapsed), self._why(campaign)),
            title=f"Waihu 外呼 · {campaign['name']} · {campaign['mode']} · {campaign['state']}",
            subtitle=", ".join(status["holds"]) or None,
        )

    def line(self, status: dict[str, Any] | None, elapsed: float) -> str:
        """The same in one line, for a log."""
        campaign = self._campaign_of(status)
        if status is None or campaign is None:
            return f"{elapsed:4.0f} s  waiting for the daemon to speak"
        busy = sum(1 for agent in status["agents"] if agent["state"] in ("talking", "wrap_up"))
        window = campaign["window"]
        attempts = sum(campaign["dispositions"].values())
        launch = campaign["last_launch"]
        return (
            f"{elapsed:4.0f} s  {busy}/{len(status['agents'])} agents busy, {sum(campaign['lines'].values())} lines, "
            f"{attempts} attempts, {window['answered']} answered, {window['abandoned']} abandoned; "
            f"{launch['because'] if launch is not None else campaign['because']}"
        )

    def _campaign_of(self, status: dict[str, Any] | None) -> dict[str, Any] | None:
        return next((c for c in (status or {}).get("campaigns", ()) if c["name"] == self._campaign), None)

    def _agents(self, agents: list[dict[str, Any]]) -> RenderableType:
        table = Table(title="agents", title_justify="left", box=None, show_header=False, padding=(0, 1))
        for agent in agents:
            colour = AGENT_COLOURS.get(agent["state"], "white")
            table.add_row(
                agent["number"], agent["name"], Text(agent["state"], style=colour), f"{agent['seconds']:.0f} s"
            )
        return table

    def _lines(self, campaign: dict[str, Any]) -> RenderableType:
        table = Table(title="lines", title_justify="left", box=None, show_header=False, padding=(0, 1))
        for state in LINE_STATES:
            count = campaign["lines"].get(state, 0)
            table.add_row(state, str(count), Text("▇" * count, style="green" if state == "talking" else "cyan"))
        return table

    def _figures(self, campaign: dict[str, Any], elapsed: float) -> RenderableType:
        window = campaign["window"]
        rate = window["abandoned"] / window["answered"] if window["answered"] else 0.0
        cap = campaign["drop_cap"]
        attempts = sum(campaign["dispositions"].values())
        table = Table(title="so far", title_justify="left", box=None, show_header=False, padding=(0, 1))
        table.add_row("attempts", str(attempts))
        table.add_row("attempts/hour", f"{attempts / elapsed * 3600:.0f}" if elapsed > 0 else "–")
        table.add_row("answered", str(window["answered"]))
        style = "red" if rate > cap else "green"
        table.add_row("abandoned", Text(f"{window['abandoned']} = {rate:.1%} (cap {cap:.1%})", style=style))
        for disposition, count in sorted(campaign["dispositions"].items(), key=lambda item: -item[1]):
            table.add_row(f"· {disposition}", str(count))
        return table

    def _progress(self, campaign: dict[str, Any], elapsed: float) -> RenderableType:
        done = campaign["total"] - campaign["remaining"]
        grid = Table.grid(padding=(0, 2))
        grid.add_row(
            "list",
            ProgressBar(total=max(1, campaign["total"]), completed=done, width=50),
            f"{done} of {campaign['total']} leads ended",
        )
        grid.add_row(
            "time",
            ProgressBar(total=self._seconds, completed=min(elapsed, self._seconds), width=50),
            f"{elapsed:.0f} of {self._seconds:.0f} s",
        )
        return grid

    def _why(self, campaign: dict[str, Any]) -> RenderableType:
        reasons = Text(overflow="ellipsis", no_wrap=True)
        for decision in campaign["recent"]:
            reasons.append(f"{decision_line(decision)}\n", style="green" if decision["lines"] else "bright_black")
        return Panel(reasons, title="why the pacer dials or waits", title_align="left", height=RECENT + 2)


def queue_line(queue: Mapping[str, Any]) -> str:
    """Who waits for a team, as `snapshot` has it."""
    waiting, expected = queue["waiting"], queue["expected_wait_seconds"]
    longest = f", the longest for {queue['longest_wait_seconds']:.0f} s" if waiting else ""
    promise = "nobody to take a call" if expected is None else f"≈{expected:.0f} s for who calls now"
    ended = ", ".join(f"{count} {outcome}" for outcome, count in queue["outcomes"].items())
    return f"queue {queue['team']}: {waiting} waiting{longest}; {promise}; {ended or 'nobody before'}"


def decision_line(decision: Mapping[str, Any]) -> str:
    """A decision, as `Decision.plain` has it, by the clock of this terminal."""
    since = datetime.fromisoformat(decision["since"]).astimezone()
    together = f" ({decision['lines']} lines in {decision['times']} decisions)" if decision["times"] > 1 else ""
    return f"{since:%H:%M:%S}  {decision['because']}{together}"
