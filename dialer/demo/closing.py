"""The end of the demo: the books are closed and compared, the figures shown and written."""

from __future__ import annotations

import json
import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from dialer.core.decisions import KEPT
from dialer.core.words import Disposition
from dialer.demo.audit import AttemptRow, audit, fates_seen
from dialer.demo.picture import decision_line
from dialer.demo.stage import Stage
from dialer.store.pacing_memory import kept_decisions

MISMATCHES_SHOWN = 10
LAUNCHES_SHOWN = 5
LAUNCHES_KEPT = 50
"""In the JSON file; `waihu campaign status --why` has all that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What came of it."""

    figures: Mapping[str, Any]
    """JSON-able; the keys are those that `waihu demo --json` promises."""
    mismatches: Sequence[str]
    fates: Mapping[str, int]


async def close_books(stage: Stage, started: datetime) -> Books:
    """Export the attempts as anybody would, and hold them against the carrier's log."""
    exported = await stage.waihu("attempts", "export", "--campaign", stage.campaign, "--format", "jsonl")
    lines = [json.loads(line) for line in exported.splitlines()]
    report = json.loads(await stage.waihu("report", stage.campaign, "--json"))
    decisions = await kept_decisions(stage.database, stage.campaign, KEPT)
    rows = [AttemptRow.from_export(line) for line in lines]
    calls = stage.carrier.calls()
    mismatches = audit(rows, calls)
    dispositions = Counter(row.disposition for row in rows)
    live = dispositions[Disposition.ANSWERED] + dispositions[Disposition.ABANDONED]
    abandoned = dispositions[Disposition.ABANDONED]
    figures = {
        "mode": stage.options.mode.value,
        "seed": stage.options.seed,
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 1),
        "agents": stage.options.agents,
        "attempts": len(rows),
        "live_answers": live,
        "abandoned": abandoned,
        "abandon_rate": abandoned / live if live else 0.0,
        "utilisation": report["utilisation"],
        "calls_per_agent_hour": report["calls_per_agent_hour"],
        "answer_to_agent_ms": _spread(rows),
        "dispositions": dict(sorted((str(name), count) for name, count in dispositions.items())),
        "mismatches": len(mismatches),
        "carrier_calls": len(calls),
        "launches": [decision for decision in decisions if decision["lines"]][-LAUNCHES_KEPT:],
        "report": report,
    }
    return Books(figures=figures, mismatches=mismatches, fates=fates_seen(calls))


def show_summary(books: Books, stage: Stage, console: Console) -> None:
    """The KPIs, the verdict, where the rows are and what to type next."""
    figures = books.figures
    table = Table(title="what came of it", title_justify="left", show_header=False, box=None, padding=(0, 2))
    spread = figures["answer_to_agent_ms"]
    cap, error = _cap_of(figures), _sampling_error(figures)
    table.add_row("attempts", f"{figures['attempts']} (the carrier counts {figures['carrier_calls']})")
    table.add_row("fates", ", ".join(f"{count} {fate}" for fate, count in sorted(books.fates.items())))
    table.add_row("dispositions", ", ".join(f"{count} {name}" for name, count in figures["dispositions"].items()))
    table.add_row("live answers", str(figures["live_answers"]))
    table.add_row(
        "abandoned",
        f"{figures['abandoned']} = {figures['abandon_rate']:.1%} (cap {cap:.1%}, sampling error {error:.1%})",
    )
    table.add_row("utilisation", f"{figures['utilisation']:.0%} of the agents' time on shift")
    table.add_row("calls per agent hour", f"{figures['calls_per_agent_hour']:.1f}")
    table.add_row(
        "answer to agent", f"median {spread['p50']} ms, 95 % within {spread['p95']} ms, slowest {spread['max']} ms"
    )
    console.print(table)
    console.print("the last launches, and why")
    for launch in figures["launches"][-LAUNCHES_SHOWN:]:
        console.print(f"  {decision_line(launch)}", soft_wrap=True)
    if books.mismatches:
        console.print(f"[red]✗ {len(books.mismatches)} mismatches with the carrier's log[/]")
        for mismatch in books.mismatches[:MISMATCHES_SHOWN]:
            console.print(f"  {mismatch}")
    else:
        console.print("[green]✓ every attempt agrees with the carrier's own log, call by call[/]")
    console.print(
        f"\nThe rows are in PostgreSQL, table attempts, campaign {stage.campaign}; an embedded PostgreSQL ends "
        "with the demo, --keep leaves everything up.\nNext: docs/operations.md puts Waihu beside your own Asterisk, "
        "campaigns/spring.yaml is a campaign to start from, and `waihu check` says what is wrong with yours.",
        soft_wrap=True,
    )


def write_summary(books: Books, path: Path) -> None:
    """All figures as JSON, for scripts."""
    content = {**books.figures, "fates": dict(books.fates), "mismatch_list": list(books.mismatches)}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8")


def _spread(rows: Sequence[AttemptRow]) -> dict[str, float]:
    """From the answer until customer and agent are in one bridge, by Asterisk's own clock; milliseconds."""
    waits = [
        (row.bridged_at - row.answered_at).total_seconds() * 1000
        for row in rows
        if row.bridged_at is not None and row.answered_at is not None
    ]
    if len(waits) < 2:
        only = waits[0] if waits else 0.0
        return {"n": len(waits), "p50": only, "p95": only, "max": only}
    p95 = statistics.quantiles(waits, n=20, method="inclusive")[-1]
    figures = {"p50": statistics.median(waits), "p95": p95, "max": max(waits)}
    return {"n": len(waits), **{name: round(value, 1) for name, value in figures.items()}}


def _cap_of(figures: Mapping[str, Any]) -> float:
    return float(figures["report"].get("drop_cap", 0.03))


def _sampling_error(figures: Mapping[str, Any]) -> float:
    """Two standard errors of a rate at the cap, over this many live answers."""
    cap = _cap_of(figures)
    return 2 * math.sqrt(cap * (1 - cap) / figures["live_answers"]) if figures["live_answers"] else 1.0
