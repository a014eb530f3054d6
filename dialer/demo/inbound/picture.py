"""The live picture of the inbound demo: agents and whom they talk with, the queue, the supervisor, the campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dialer.demo.inbound.crowd import Crowd
from dialer.demo.picture import AGENT_COLOURS, decision_line, queue_line

SPED_UP = "a quarter of an hour in a minute and a half: talks, patience and arrivals are ten times as quick"


class InboundPicture:
    """Draws the floor from the daemon's published status, and the callers as the stage knows them."""

    def __init__(self, campaign: str, seconds: float, crowd: Crowd) -> None:
        self._campaign = campaign
        self._seconds = seconds
        self._crowd = crowd

    def draw(self, status: Mapping[str, Any] | None, where: Mapping[str, str], elapsed: float) -> RenderableType:
        """The picture of one moment; `elapsed` seconds into the shift, `where` each caller stands."""
        if status is None:
            return Panel("waiting for the daemon to speak …", title="Waihu 外呼")
        columns = Table.grid(expand=True, padding=(0, 2))
        columns.add_row(_agents(status), self._callers(where), self._lines(status))
        told = [Text(queue_line(queue)) for queue in status["queues"]]
        told += [Text(_supervisor_line(one)) for one in status["supervisors"]]
        time = Table.grid(padding=(0, 2))
        bar = ProgressBar(total=self._seconds, completed=min(elapsed, self._seconds), width=50)
        over = elapsed >= self._seconds
        time.add_row("time", bar, "who is here is served" if over else f"{elapsed:.0f} of {self._seconds:.0f} s")
        return Panel(Group(columns, *told, time), title=f"Waihu 外呼 · inbound · {SPED_UP}", subtitle=self._why(status))

    def line(self, status: Mapping[str, Any] | None, elapsed: float) -> str:
        """The same in one line, for a log."""
        if status is None:
            return f"{elapsed:4.0f} s  waiting for the daemon to speak"
        busy = sum(1 for agent in status["agents"] if agent["state"] in ("talking", "wrap_up"))
        told = "; ".join(queue_line(queue) for queue in status["queues"])
        return (
            f"{elapsed:4.0f} s  {busy}/{len(status['agents'])} agents busy, {self._crowd.here} callers here, "
            f"{self._crowd.to_come} to come; {told}"
        )

    def _callers(self, where: Mapping[str, str]) -> RenderableType:
        table = Table(title="callers", title_justify="left", box=None, show_header=False, padding=(0, 1))
        table.add_row("to come", str(self._crowd.to_come), "")
        table.add_row("on the line", str(self._crowd.here), Text("▇" * self._crowd.here, style="green"))
        steps = list(where.values())
        for step in sorted(set(steps)):
            table.add_row(f"· in {step}", str(steps.count(step)), Text("▇" * steps.count(step), style="cyan"))
        return table

    def _lines(self, status: Mapping[str, Any]) -> RenderableType:
        table = Table(title="campaign", title_justify="left", box=None, show_header=False, padding=(0, 1))
        campaign = self._campaign_of(status)
        if campaign is None:
            return table
        table.add_row("mode", campaign["mode"])
        table.add_row("lines", str(sum(campaign["lines"].values())))
        for disposition, count in sorted(campaign["dispositions"].items(), key=lambda item: -item[1]):
            table.add_row(f"· {disposition}", str(count))
        return table

    def _why(self, status: Mapping[str, Any]) -> str | None:
        campaign = self._campaign_of(status)
        return decision_line(campaign["recent"][-1]) if campaign is not None and campaign["recent"] else None

    def _campaign_of(self, status: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return next((one for one in status["campaigns"] if one["name"] == self._campaign), None)


def _agents(status: Mapping[str, Any]) -> RenderableType:
    table = Table(title="agents", title_justify="left", box=None, show_header=False, padding=(0, 1))
    for agent in status["agents"]:
        state, busy = agent["state"], agent["state"] in ("talking", "wrap_up", "reserved")
        whom = "a caller" if agent["queue"] else "a customer" if agent["campaign"] and busy else ""
        colour = AGENT_COLOURS.get(state, "white")
        table.add_row(agent["number"], agent["name"], Text(state, style=colour), whom, f"{agent['seconds']:.0f} s")
    return table


def _supervisor_line(supervisor: Mapping[str, Any]) -> str:
    about = f" agent {supervisor['agent']}" if supervisor["agent"] else ""
    return f"supervisor {supervisor['number']}: {supervisor['state']}{about}"
