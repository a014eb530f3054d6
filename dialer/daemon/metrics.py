"""Prometheus metrics, read from the floor at the moment of the scrape; only what cannot be read later is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from dialer.core import commands as do
from dialer.core.words import MachineVerdict

Figures = Callable[[], Mapping[str, float]]
"""Plain numbers of the rooms, by name."""
Status = Callable[[], dict[str, Any]]
"""The floor, as `Snapshot.plain`."""


class Metrics:
    """The daemon's metrics, in a registry of their own."""

    def __init__(self, status: Status, figures: Figures) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Floor(status, figures))
        self._attempts = Counter(
            "waihu_attempts", "Attempts closed", ["campaign", "disposition"], registry=self._registry
        )
        self._verdicts = Counter(
            "waihu_amd_verdicts",
            "Attempts closed on which machine detection spoke; truth is what an agent or a key said of it",
            ["campaign", "verdict", "sampled", "truth"],
            registry=self._registry,
        )
        self._messages = Counter(
            "waihu_machine_messages",
            "Messages that were to be left on machines, by how far they came",
            ["campaign", "left"],
            registry=self._registry,
        )
        self._joining = Histogram(
            "waihu_answer_to_agent_seconds",
            "From the customer's answer until customer and agent are in one bridge, by Asterisk's clock",
            ["campaign"],
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
            registry=self._registry,
        )
        self._talking = Histogram(
            "waihu_talk_seconds",
            "Customer and agent in one bridge",
            ["campaign"],
            buckets=(5, 15, 30, 60, 120, 240, 480, 960),
            registry=self._registry,
        )

    def see(self, command: do.Command) -> None:
        """Count what a wish of the core says."""
        if not isinstance(command, do.CloseAttempt):
            return
        outcome, campaign = command.outcome, command.lead.campaign
        self._attempts.labels(campaign, outcome.disposition.value).inc()
        if outcome.verdict is not MachineVerdict.OFF:
            sampled, truth = str(outcome.sampled).lower(), outcome.truth.value if outcome.truth else "unknown"
            self._verdicts.labels(campaign, outcome.verdict.value, sampled, truth).inc()
        if outcome.left is not None:
            self._messages.labels(campaign, outcome.left.value).inc()
        if outcome.answered_at is not None and outcome.bridged_at is not None:
            waited = (outcome.bridged_at - outcome.answered_at).total_seconds()
            self._joining.labels(campaign).observe(max(0.0, waited))
            self._talking.labels(campaign).observe(outcome.seconds_talked)

    def text(self) -> bytes:
        """The exposition that Prometheus scrapes."""
        return generate_latest(self._registry)


class _Floor(Collector):
    """Gauges of the floor and of the rooms."""

    def __init__(self, status: Status, figures: Figures) -> None:
        self._status = status
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """Read everything now."""
        status = self._status()
        for name, value in self._figures().items():
            yield GaugeMetricFamily(f"waihu_{name}", name.replace("_", " "), value=value)
        lines = GaugeMetricFamily("waihu_lines", "Calls by state", labels=["campaign", "state"])
        agents = GaugeMetricFamily(
            "waihu_agents", "Agents who serve the campaign, by state", labels=["campaign", "state"]
        )
        on_hook = GaugeMetricFamily(
            "waihu_agents_on_hook", "Agents who would serve the campaign, but can only be rung", labels=["campaign"]
        )
        rate = GaugeMetricFamily(
            "waihu_abandon_rate", "Abandoned / live answers in the legal window", labels=["campaign"]
        )
        silent = GaugeMetricFamily(
            "waihu_silent_calls",
            "Estimate: people taken for machines or dead air in the legal window whom nobody heard",
            labels=["campaign"],
        )
        with_silent = GaugeMetricFamily(
            "waihu_abandon_rate_with_silent",
            "(Abandoned + silent calls) / (live answers + silent calls) in the legal window",
            labels=["campaign"],
        )
        cap = GaugeMetricFamily("waihu_drop_cap", "The abandon rate that may not be exceeded", labels=["campaign"])
        hopper = GaugeMetricFamily("waihu_hopper_leads", "Leads at hand", labels=["campaign"])
        remaining = GaugeMetricFamily("waihu_leads_remaining", "Leads that are not ended", labels=["campaign"])
        launched = CounterMetricFamily("waihu_pacing_lines_launched", "Lines launched", labels=["campaign"])
        let_go = CounterMetricFamily(
            "waihu_pacing_lines_let_go", "Lines hung up because nobody would be there", labels=["campaign"]
        )
        decisions = CounterMetricFamily(
            "waihu_pacing_decisions", "Decisions of the pacer, by what decided them", labels=["campaign", "kind"]
        )
        figures: dict[str, GaugeMetricFamily] = {}
        for campaign in status["campaigns"]:
            name = campaign["name"]
            launched.add_metric([name], campaign["launched"])
            let_go.add_metric([name], campaign["let_go"])
            for kind, count in campaign["decisions"].items():
                decisions.add_metric([name, kind], count)
            for figure, value in campaign["figures"].items():
                if figure not in figures:
                    about = f"{figure.replace('_', ' ')}, as docs/pacing.md has it"
                    figures[figure] = GaugeMetricFamily(f"waihu_pacing_{figure}", about, labels=["campaign"])
                figures[figure].add_metric([name], value)
            for state, count in campaign["lines"].items():
                lines.add_metric([name, state], count)
            for state, count in campaign["agents"].items():
                agents.add_metric([name, state], count)
            on_hook.add_metric([name], campaign["on_hook"])
            window = campaign["window"]
            rate.add_metric([name], window["abandoned"] / window["answered"] if window["answered"] else 0.0)
            silent.add_metric([name], campaign["taken_for_nobody"]["silent_calls"])
            with_silent.add_metric([name], campaign["taken_for_nobody"]["abandon_rate_with_silent"])
            cap.add_metric([name], campaign["drop_cap"])
            hopper.add_metric([name], campaign["hopper"])
            remaining.add_metric([name], campaign["remaining"])
        yield from (
            lines,
            agents,
            on_hook,
            rate,
            silent,
            with_silent,
            cap,
            hopper,
            remaining,
            launched,
            let_go,
            decisions,
        )
        yield from figures.values()
        yield from _queues(status["queues"])


def _queues(queues: list[dict[str, Any]]) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
    waiting = GaugeMetricFamily("waihu_queue_waiting", "Callers who wait for an agent", labels=["team"])
    longest = GaugeMetricFamily("waihu_queue_longest_wait_seconds", "Of those who wait", labels=["team"])
    expected = GaugeMetricFamily(
        "waihu_queue_expected_wait_seconds", "Of who comes now; absent: nobody could take the call", labels=["team"]
    )
    arrivals = GaugeMetricFamily("waihu_queue_arrivals_per_hour", "As the pacer expects them", labels=["team"])
    outcomes = CounterMetricFamily("waihu_queue_callers", "Waits that ended, by how", labels=["team", "outcome"])
    in_time = CounterMetricFamily("waihu_queue_answered_in_time", "Within their target", labels=["team"])
    waited = CounterMetricFamily("waihu_queue_answered_wait_seconds", "Of all answered, together", labels=["team"])
    for queue in queues:
        team = [queue["team"]]
        waiting.add_metric(team, queue["waiting"])
        longest.add_metric(team, queue["longest_wait_seconds"])
        if queue["expected_wait_seconds"] is not None:
            expected.add_metric(team, queue["expected_wait_seconds"])
        arrivals.add_metric(team, queue["arrivals_per_hour"])
        for outcome, count in queue["outcomes"].items():
            outcomes.add_metric([*team, outcome], count)
        in_time.add_metric(team, queue["answered_in_time"])
        waited.add_metric(team, queue["answered_wait_seconds"])
    yield from (waiting, longest, expected, arrivals, outcomes, in_time, waited)
