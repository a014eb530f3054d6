"""Hold what Waihu wrote down of callers against what the carrier saw and what the callers heard.

The carrier's log and the recordings of the callers' ears are made without Waihu. Each agent's phone says a tone of its
own, so the ear of a caller tells which agent was there; and each caller says one, which must be in the message that the
caller left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from dialer.core.inbound.flow import Flow, StepName, ways_out
from dialer.core.inbound.record import InboundOutcome
from dialer.demo.inbound.cast import CallerKind, PlannedCaller
from dialer.demo.inbound.ledger import CallerRow, StepRow
from dialer.embedded.carrier.carrier import CallerCall

ARRIVAL_TOLERANCE = timedelta(seconds=2)
END_TOLERANCE = timedelta(seconds=3)
HEARD_SECONDS = 0.4
"""A tone that was heard for so long was there."""
CERTAIN_TALK = timedelta(seconds=1.5)
"""In a talk of this length the agent must have been heard, and in a message the caller."""
LONG_WAIT = timedelta(seconds=4)
HOLD_TOLERANCE_SECONDS = 1.2
HUNG_UP, JOINED = "hung_up", "agent"

CAME_TO: Mapping[CallerKind, str] = {
    CallerKind.TALKS: "line",
    CallerKind.PUT_ON_HOLD: "line",
    CallerKind.IMPATIENT: "line",
    CallerKind.CHOOSES_WRONG: "line",
    CallerKind.PRESSES_STARS: "line",
    CallerKind.LEAVES_FOR_CALLBACK: "line",
    CallerKind.ABANDONED: "sorry",
    CallerKind.OPTS_OUT: "stop",
    CallerKind.LEAVES_MESSAGE: "message",
    CallerKind.AFTER_HOURS: "message",
    CallerKind.ASKS_CALLBACK: "call-back",
    CallerKind.SAYS_NOTHING: "bye",
}
"""The step of `inbound/demo.yaml` that each kind must have come to."""


ACQUAINTED = (CallerKind.ABANDONED, CallerKind.PROMISED, CallerKind.KNOWN)


@dataclass(frozen=True, slots=True)
class Recorded:
    """How long each side is heard in the recording of a talk, in seconds."""

    agents: Mapping[str, float]
    """Each agent, in the channel of agents."""
    caller: float
    """In the channel of customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Both sides of the same calls."""

    planned: Sequence[PlannedCaller]
    rows: Sequence[CallerRow]
    calls: Sequence[CallerCall]
    """The carrier's log."""
    heard: Mapping[str, Mapping[str, float]]
    """By caller: for how many seconds the ear heard each agent."""
    music: Mapping[str, float]
    """By caller: for how many seconds the ear heard music."""
    held: Mapping[str, float]
    """By call: for how many seconds it was on hold."""
    messages: Mapping[str, float]
    """By file: for how many seconds the caller is heard in it; a message that is missing is not here."""
    recordings: Mapping[str, Recorded]
    """By call: what is in the recording of the talk."""
    flows: Mapping[str, Flow]
    """By the number that they answer."""
    opted_out: Mapping[str, str]
    """Numbers that are called no more, each with its proof."""


def audit_callers(evidence: Evidence) -> list[str]:
    """Every mismatch, one sentence each; an empty list is the proof that was wanted."""
    found: list[str] = []
    rows = {row.caller: row for row in evidence.rows}
    calls = {call.caller: call for call in evidence.calls}
    for caller, times in Counter(row.caller for row in evidence.rows).items():
        if times > 1:
            found.append(f"caller {caller} has {times} rows")
    for planned in evidence.planned:
        row, call = rows.pop(planned.number, None), calls.pop(planned.number, None)
        if call is None:
            found.append(f"caller {planned.number} ({planned.kind}) is in no log of the carrier")
        elif row is None:
            found.append(
                f"the carrier saw {planned.number} ({planned.kind}) call at {call.invited_at}, and no row says so"
            )
        else:
            found += [f"caller {planned.number} ({planned.kind}) {one}" for one in _one(evidence, planned, row, call)]
    found += [f"a row says that {caller} called, and the demo did not plan it" for caller in rows]
    found += [f"the carrier saw {caller} call, and the demo did not plan it" for caller in calls]
    return found


def _one(evidence: Evidence, planned: PlannedCaller, row: CallerRow, call: CallerCall) -> Iterator[str]:
    if row.dialled != call.dialled:
        yield f"dialled {call.dialled}, the row says {row.dialled}"
    if row.outcome is None or row.ended_at is None:
        yield "has no outcome"
        return
    if abs(row.arrived_at - call.invited_at) > ARRIVAL_TOLERANCE:
        yield f"arrived at {row.arrived_at}, by the carrier's log at {call.invited_at}"
    if abs(row.ended_at - call.ended_at) > END_TOLERANCE:
        yield f"ended at {row.ended_at}, by the carrier's log at {call.ended_at}"
    yield from _outcome(row, call)
    yield from _ear(row, evidence.heard.get(row.caller, {}))
    yield from _music(row, evidence.music.get(row.caller, 0.0), evidence.held.get(row.call, 0.0))
    if planned.agent_keys and row.agent is not None and not evidence.held.get(row.call):
        yield f"was to be put on hold by {row.agent}, and was not"
    yield from _recording(row, evidence.recordings.get(row.call))
    yield from _way(row, evidence.flows[planned.dials], at_once=planned.kind is not CallerKind.AFTER_HOURS)
    yield from _wishes(evidence, planned, row)
    if planned.kind in ACQUAINTED and not row.known:
        yield "was not recognised"
    if planned.kind is CallerKind.ABANDONED and not row.returns:
        yield "was abandoned yesterday, and the call does not count as the answer to it"
    if planned.keys_in_talk and row.agent is not None and not call.by_caller:
        yield f"pressed {planned.keys_in_talk} in the talk, and the call was ended by the other side"


def _outcome(row: CallerRow, call: CallerCall) -> Iterator[str]:
    last = row.steps[-1].result if row.steps else None
    if row.agent is not None:
        expected = InboundOutcome.TRANSFERRED
    elif call.by_caller and last == HUNG_UP:
        expected = InboundOutcome.HUNG_UP
    else:
        expected = InboundOutcome.COMPLETED
    if row.outcome != expected:
        who = "the caller" if call.by_caller else "the other side"
        yield f"is {row.outcome}, expected {expected}: {who} hung up, the last step ended with {last}"
    if row.outcome == InboundOutcome.HUNG_UP and not call.by_caller:
        yield "is hung_up, and by the carrier's log the other side hung up"


def _ear(row: CallerRow, heard: Mapping[str, float]) -> Iterator[str]:
    agents = {agent for agent, seconds in heard.items() if seconds >= HEARD_SECONDS}
    if agents - {wait.agent for wait in row.waits}:
        yield f"heard {', '.join(sorted(agents))}, and the rows know of {row.agent or 'no agent'}"
    taken_over = any(wait.taken_over for wait in row.waits)
    if row.agent is not None and row.agent not in agents and _lasted(row) >= CERTAIN_TALK and not taken_over:
        yield f"talked with {row.agent} for {_lasted(row).total_seconds():.1f} s, and never heard that agent"


def _music(row: CallerRow, music: float, held: float) -> Iterator[str]:
    """In a queue the announcement comes first, so the end of a long wait must be music; on hold all of it."""
    ends = [(wait.answered_at or wait.left_at, wait.arrived_at) for wait in row.waits]
    waited = max((end - since for end, since in ends if end is not None), default=timedelta(0))
    if waited >= LONG_WAIT and music < HEARD_SECONDS:
        yield f"waited for {waited.total_seconds():.1f} s, and heard no music"
    if music < held - HOLD_TOLERANCE_SECONDS:
        yield f"was on hold for {held:.1f} s, and heard music for {music:.1f} s"


def _lasted(row: CallerRow) -> timedelta:
    """How long the last talk was."""
    wait = next((wait for wait in reversed(row.waits) if wait.outcome == "answered"), None)
    if wait is None or wait.answered_at is None:
        return timedelta(0)
    return (wait.left_at or row.ended_at or wait.answered_at) - wait.answered_at


def _recording(row: CallerRow, recorded: Recorded | None) -> Iterator[str]:
    if row.agent is None or _lasted(row) < CERTAIN_TALK:
        return
    if recorded is None:
        yield f"talked with {row.agent}, and there is no recording"
        return
    if recorded.agents.get(row.agent, 0.0) < HEARD_SECONDS:
        yield f"talked with {row.agent}, who is not heard in the recording"
    if recorded.caller < HEARD_SECONDS:
        yield "is not heard in the recording"


def _way(row: CallerRow, flow: Flow, *, at_once: bool) -> Iterator[str]:
    """Every step is there, and each follows from the one before, as the flow says."""
    first = flow.start if at_once else flow.closed
    if not row.steps or row.steps[0].step != first:
        yield f"began at {row.steps[0].step if row.steps else 'no step'}, expected {first}"
        return
    for step in row.steps:
        if step.result is None or step.left_at is None:
            yield f"never left {step.step}"
    for step, after in pairwise(row.steps):
        target = _ways(flow, step).get(step.result or "")
        if target != after.step:
            yield f"went from {step.step} by {step.result} to {after.step}, the flow says to {target}"
    last = row.steps[-1]
    ends = {HUNG_UP} if row.outcome == InboundOutcome.HUNG_UP else {JOINED} if row.agent is not None else {"end"}
    if last.result not in ends:
        yield f"is {row.outcome}, and the last step, {last.step}, ended with {last.result}"


def _ways(flow: Flow, step: StepRow) -> Mapping[str, str | None]:
    return dict(ways_out(flow.steps[StepName(step.step)])) if StepName(step.step) in flow.steps else {}


def _wishes(evidence: Evidence, planned: PlannedCaller, row: CallerRow) -> Iterator[str]:
    expected = CAME_TO.get(planned.kind)
    if expected is not None and expected not in {step.step for step in row.steps}:
        yield f"never came to {expected}: {' '.join(f'{step.step}:{step.result}' for step in row.steps)}"
    for step in row.steps:
        if step.kind == "opt_out" and evidence.opted_out.get(row.caller) != f"call {row.call}":
            yield "asked to be called no more, and no suppression has this call as its proof"
        if step.kind == "callback" and step.value != "done":
            yield f"asked to be called back: {step.value}"
        if step.kind == "record" and step.left_at is not None and step.left_at - step.entered_at >= CERTAIN_TALK:
            seconds = evidence.messages.get(step.value)
            if seconds is None:
                yield f"left a message, and there is no file {step.value!r}"
            elif seconds < HEARD_SECONDS:
                yield f"is not heard in the message {step.value}"


def outcomes(rows: Iterable[CallerRow]) -> dict[str, int]:
    """How many callers came to what, in words for people."""
    return dict(Counter(_in_words(row) for row in rows).most_common())


def _in_words(row: CallerRow) -> str:
    steps = {step.kind: step for step in row.steps}
    queue = row.waits[-1].outcome if row.waits else None
    if row.agent is not None:
        return "talked with an agent"
    if queue == "abandoned":
        return "hung up in the queue"
    if "opt_out" in steps:
        return "called no more"
    if "callback" in steps:
        return "promised a callback"
    if "record" in steps:
        return "left a message"
    return "hung up on the way" if row.outcome == InboundOutcome.HUNG_UP else "heard the flow to its end"
