"""The end of the inbound demo: both sides' books are compared, the figures shown and written."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from dialer.core.words import AttemptId, CampaignName
from dialer.daemon.recording_files import kept_file
from dialer.demo.audit import AttemptRow, audit
from dialer.demo.inbound.audit import Evidence, Recorded, audit_callers, outcomes
from dialer.demo.inbound.crowd import CALLER_HERTZ
from dialer.demo.inbound.furnishing import MUSIC_HERTZ, SUPERVISOR
from dialer.demo.inbound.ledger import CallerRow, Ledger
from dialer.demo.inbound.shift import Played
from dialer.demo.inbound.visit import AGENT, BOSS, CUSTOMER, Hearing, agents_hertz, wrong_hearings
from dialer.demo.site import TEAM
from dialer.demo.stage import Stage
from dialer.embedded.carrier.ears import seconds_of_tones

MISMATCHES_SHOWN = 10
LEFT, RIGHT = 0, 1
MUSIC = "music"
PARTS_OF_VISIT = ("listening", "whispering", "barging", "listening")
SPED_UP = "sped up: talks, patience and arrivals of a quarter of an hour in a minute and a half; prompts as they are"


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold."""

    name: str
    wrong: Sequence[str]
    """Each mismatch; none: it holds."""


@dataclass(frozen=True, slots=True)
class InboundBooks:
    """What came of it."""

    figures: Mapping[str, Any]
    """JSON-able; the keys are those that `waihu demo --mode inbound --json` promises."""
    checks: Sequence[Check]

    @property
    def all_well(self) -> bool:
        """Whether every check holds."""
        return not any(check.wrong for check in self.checks)


async def close_books(stage: Stage, played: Played) -> InboundBooks:
    """Ask PostgreSQL as anybody would, and hold it against the carrier's log and the callers' ears."""
    ledger = Ledger(stage.database)
    rows = await ledger.calls(played.began_at)
    since = played.began_at.isoformat()
    exporting = ("attempts", "export", "--format", "jsonl", "--campaign")
    queue_said, report_said, audit_said, *exported = await asyncio.gather(
        stage.waihu("report", "--queue", TEAM, "--since", since, "--json"),
        stage.waihu("report", stage.campaign, "--json"),
        stage.waihu("supervise", "audit", "--supervisor", SUPERVISOR, "--json"),
        stage.waihu(*exporting, played.furniture.yesterday),
        stage.waihu(*exporting, stage.campaign),
    )
    queue, report = json.loads(queue_said), json.loads(report_said)
    told = (row for row in json.loads(audit_said) if row["since"] >= since)
    stretches = sorted(told, key=lambda row: str(row["since"]))
    attempts = [AttemptRow.from_export(json.loads(line)) for said in exported for line in said.splitlines()]
    work = await ledger.work(played.began_at, played.ended_at)
    heard = await asyncio.to_thread(_heard, stage, played)
    evidence = Evidence(
        planned=played.plan,
        rows=rows,
        calls=stage.carrier.caller_calls(),
        heard=heard,
        music={one.number: heard[one.number].pop(MUSIC, 0.0) for one in played.plan},
        held=await ledger.held(played.began_at),
        messages=await asyncio.to_thread(_messages, rows),
        recordings=await asyncio.to_thread(_recordings, stage, played, await ledger.recorded(played.began_at)),
        flows=played.furniture.flows,
        opted_out=await ledger.opted_out(),
    )
    checks = (
        Check("every caller agrees with the carrier's log and with what the caller heard", audit_callers(evidence)),
        Check("every call of the campaigns agrees with the carrier's log", audit(attempts, stage.carrier.calls())),
        Check("abandoned calls of the campaign are within the cap", over_cap(report)),
        Check(
            "the supervisor heard, and was heard, as each mode says",
            [*wrong_hearings(played.visit.hearings), *_visit(played)],
        ),
        Check("the supervisor's session is in the audit, each stretch with its end", session_faults(stretches)),
        Check("no agent left the floor by a caller's keys", await ledger.away(played.began_at, played.ended_at)),
        Check("no channel is left in either Asterisk", played.channels_left),
    )
    figures = {
        "mode": "inbound",
        "sped_up": SPED_UP,
        "seed": stage.options.seed,
        "agents": stage.options.agents,
        "seconds": round((played.ended_at - played.began_at).total_seconds(), 1),
        "callers": len(rows),
        "carrier_callers": len(evidence.calls),
        "kinds": dict(sorted(Counter(one.kind.value for one in played.plan).items())),
        "outcomes": outcomes(rows),
        "recognised": sum(row.known for row in rows),
        "with_their_agent": _with_their_agent(rows, await ledger.agents_of(played.furniture.yesterday)),
        "answer_to_abandoned": sum(row.returns for row in rows),
        "opt_outs": sum(row.caller in evidence.opted_out for row in rows),
        "messages": len(evidence.messages),
        "held": len(evidence.held),
        "recordings": len(evidence.recordings),
        "callbacks": await _callbacks(ledger, stage.campaign, rows),
        "queue": queue,
        "agent_dispositions": _said(rows),
        "work": _work(work),
        "outbound": report,
        "supervision": {"stretches": stretches, "hearings": [_hearing(one) for one in played.visit.hearings]},
        "checks": {check.name: list(check.wrong) for check in checks},
    }
    return InboundBooks(figures=figures, checks=checks)


def show_summary(books: InboundBooks, console: Console) -> None:
    """The figures, what the supervisor's telephone heard, and the verdict."""
    table = Table(
        title=f"what came of it ({SPED_UP})", title_justify="left", show_header=False, box=None, padding=(0, 2)
    )
    for name, said in _lines(books.figures):
        table.add_row(name, said)
    console.print(table)
    console.print("the supervisor's session, as PostgreSQL has it, and what the far ends heard (dB of full scale)")
    for stretch in books.figures["supervision"]["stretches"]:
        about = f"agent {stretch['agent']}" if stretch["agent"] else ""
        console.print(f"  {stretch['since'][11:23]}  {stretch['state']}  {about}", soft_wrap=True)
    for hearing in books.figures["supervision"]["hearings"]:
        who = f"{hearing['state']}, agent {hearing['agent']} with {hearing['customer']}"
        console.print(f"  {who}: {_in_words(hearing)}", soft_wrap=True)
    for check in books.checks:
        if not check.wrong:
            console.print(f"[green]✓ {check.name}[/]")
            continue
        console.print(f"[red]✗ {check.name}: {len(check.wrong)} mismatches[/]")
        for wrong in check.wrong[:MISMATCHES_SHOWN]:
            console.print(f"  {wrong}", soft_wrap=True, markup=False)
    console.print(
        "\nThe flow is inbound/demo.yaml; docs/agi.md says what a flow can do, and `waihu inbound draw` draws it.",
        soft_wrap=True,
    )


def write_summary(books: InboundBooks, path: Path) -> None:
    """All figures as JSON, for scripts."""
    path.write_text(json.dumps(books.figures, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8")


def _lines(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    queue, outbound = figures["queue"], figures["outbound"]
    work, callbacks = figures["work"], figures["callbacks"]
    yield "callers", f"{figures['callers']} (the carrier counts {figures['carrier_callers']})"
    yield "what they are", ", ".join(f"{count} {kind}" for kind, count in figures["kinds"].items())
    yield "what became of them", ", ".join(f"{count} {name}" for name, count in figures["outcomes"].items())
    theirs = figures["with_their_agent"]
    yield (
        "recognised",
        (
            f"{figures['recognised']}; {theirs['theirs']} of {theirs['known']} who know an agent talked with this one; "
            f"{figures['answer_to_abandoned']} had been abandoned by us, and called back"
        ),
    )
    yield (
        "queue",
        (
            f"{queue['callers']} callers, {queue['answered']} answered, {queue['abandoned']} hung up, "
            f"{queue['by_key']} left by key, {queue['timeout']} waited too long"
        ),
    )
    yield "service level", f"{_share(queue['service_level'])} of all answered within the target of 3 s"
    yield (
        "time to answer",
        (
            f"mean {_seconds(queue['time_to_answer_seconds'])}, "
            f"95 % within {_seconds(queue['time_to_answer_p95_seconds'])}; "
            f"longest wait {_seconds(queue['longest_wait_seconds'])}"
        ),
    )
    yield "agents said", ", ".join(f"{count} {name}" for name, count in figures["agent_dispositions"].items())
    yield "put on hold", f"{figures['held']}, with music"
    yield "called no more", str(figures["opt_outs"])
    yield "messages", f"{figures['messages']}; {figures['recordings']} talks recorded, the agent left, the caller right"
    yield (
        "callbacks",
        (f"{callbacks['promised']} promised, {callbacks['called']} called back by now, {callbacks['talked']} talked"),
    )
    yield (
        "agents",
        (
            f"{_share(work['occupancy'])} of their time with somebody; {_share(work['share_of_callers'])} of that with "
            "callers, the rest with customers"
        ),
    )
    yield (
        "campaign meanwhile",
        (
            f"{outbound['attempts']} attempts, {outbound['live_answers']} live answers, "
            f"{outbound['abandoned']} abandoned = {_share(outbound['abandon_rate'])} (cap {CAP:.0%})"
        ),
    )


CAP = 0.03
"""Of `campaigns/demo.yaml`."""
UNLIKELY = 0.025


def over_cap(report: Mapping[str, Any]) -> list[str]:
    """Whether more were abandoned than chance explains at the cap: the binomial tail, for live answers are few."""
    live, abandoned = report["live_answers"], report["abandoned"]
    fewer = sum(math.comb(live, count) * CAP**count * (1 - CAP) ** (live - count) for count in range(abandoned))
    if 1 - fewer >= UNLIKELY:
        return []
    return [f"{abandoned} of {live}, which at the cap of {CAP:.0%} happens in {1 - fewer:.1%} of shifts"]


def _visit(played: Played) -> list[str]:
    parts = tuple(str(hearing.state) for hearing in played.visit.hearings)
    short = (
        []
        if parts == PARTS_OF_VISIT
        else [f"measured {', '.join(parts) or 'nothing'}, expected {', '.join(PARTS_OF_VISIT)}"]
    )
    return [*played.visit.missing, *short]


def session_faults(stretches: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the audit of supervision lacks of a visit."""
    states = [row["state"] for row in stretches]
    found = [f"no stretch says {state}" for state in sorted(set(PARTS_OF_VISIT) - set(states))]
    found += [f"{row['state']} from {row['since']} has no end" for row in stretches if row["until"] is None]
    return found


def _heard(stage: Stage, played: Played) -> dict[str, dict[str, float]]:
    tones = {**agents_hertz([agent.number for agent in stage.agents]), MUSIC: MUSIC_HERTZ}
    return {one.number: seconds_of_tones(played.crowd.ear(one.number), tones) for one in played.plan}


def _recordings(stage: Stage, played: Played, finished: Mapping[str, bool]) -> dict[str, Recorded]:
    """Of every talk whose file is made."""
    tones = agents_hertz([agent.number for agent in stage.agents])
    files = {
        talk: kept_file(played.furniture.recordings, AttemptId(talk)) for talk, is_made in finished.items() if is_made
    }
    return {
        talk: Recorded(
            seconds_of_tones(file, tones, LEFT),
            seconds_of_tones(file, {CUSTOMER: CALLER_HERTZ}, RIGHT).get(CUSTOMER, 0.0),
        )
        for talk, file in files.items()
    }


def _messages(rows: Sequence[CallerRow]) -> dict[str, float]:
    files = [step.value for row in rows for step in row.steps if step.kind == "record"]
    return {
        file: seconds_of_tones(Path(f"{file}.wav"), {CUSTOMER: CALLER_HERTZ}).get(CUSTOMER, 0.0)
        for file in files
        if Path(f"{file}.wav").is_file()
    }


async def _callbacks(ledger: Ledger, campaign: CampaignName, rows: Sequence[CallerRow]) -> dict[str, int]:
    promised = [
        row.caller for row in rows if any(step.kind == "callback" and step.value == "done" for step in row.steps)
    ]
    called = await ledger.called_back(campaign, promised)
    return {"promised": len(promised), "called": len(called), "talked": sum(called.values())}


def _with_their_agent(rows: Sequence[CallerRow], agents: Mapping[str, str]) -> dict[str, int]:
    """Of the callers who talked with an agent before and now: how many with the same one."""
    known = [row for row in rows if row.agent is not None and row.caller in agents]
    return {"known": len(known), "theirs": sum(row.agent == agents[row.caller] for row in known)}


def _said(rows: Sequence[CallerRow]) -> dict[str, int]:
    """How often agents said what of a talk with a caller."""
    return dict(Counter(str(wait.disposition) for row in rows for wait in row.waits if wait.agent).most_common())


def _work(seconds: Mapping[tuple[str, str], float]) -> dict[str, Any]:
    def of(whom: str) -> float:
        return sum(seconds.get((state, whom), 0.0) for state in ("talking", "wrap_up"))

    callers, customers = of("callers"), of("customers")
    on_shift = sum(
        spent for (state, _), spent in seconds.items() if state in ("ready", "reserved", "talking", "wrap_up")
    )
    return {
        "occupancy": (callers + customers) / on_shift if on_shift else None,
        "share_of_callers": callers / (callers + customers) if callers + customers else None,
        "seconds": {f"{state} {whom}".rstrip(): round(spent, 1) for (state, whom), spent in sorted(seconds.items())},
    }


def _hearing(hearing: Hearing) -> dict[str, Any]:
    levels = {who: {other: round(level, 1) for other, level in heard.items()} for who, heard in hearing.levels.items()}
    return {"state": hearing.state.value, "agent": hearing.agent, "customer": hearing.customer, "levels": levels}


def _in_words(hearing: Mapping[str, Any]) -> str:
    heard = [
        f"{who} hears {other} at {hearing['levels'][who][other]:.0f}"
        for who in (BOSS, AGENT, CUSTOMER)
        for other in (AGENT, CUSTOMER, BOSS)
        if who != other
    ]
    return ", ".join(heard)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"
