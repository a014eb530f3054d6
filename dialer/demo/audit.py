"""Hold what Waihu wrote down against what the carrier saw: two logs of the same calls, written by two programs.

The n-th attempt on a number that was dialled is the n-th call to that number in the carrier's log. The two must agree
on when it was dialled, answered and ended, and on how it ended as far as the other side can know it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest
from operator import itemgetter

from dialer.core.words import Disposition
from dialer.embedded.carrier.carrier import CarrierCall
from dialer.embedded.carrier.fates import FateKind

DIAL_TOLERANCE = timedelta(seconds=2)
ANSWER_TOLERANCE = timedelta(milliseconds=500)
END_TOLERANCE = timedelta(seconds=2)

NEVER_SENT = (Disposition.CANCELLED, Disposition.FAILED)
"""An attempt that ended so may have ended before the carrier heard of it."""
_MET = (Disposition.ANSWERED, Disposition.ABANDONED)
REFUSED = {
    FateKind.NO_ANSWER: Disposition.NO_ANSWER,
    FateKind.BUSY: Disposition.BUSY,
    FateKind.CONGESTION: Disposition.CONGESTION,
    FateKind.UNALLOCATED: Disposition.INVALID_NUMBER,
    FateKind.NOT_IN_SERVICE: Disposition.INVALID_NUMBER,
    FateKind.REJECTED: Disposition.REJECTED,
}
PICKED_UP = {
    FateKind.HUMAN: _MET,
    FateKind.IMPATIENT: _MET,
    FateKind.VOICEMAIL: (*_MET, Disposition.MACHINE),
    FateKind.DEAD_AIR: (*_MET, Disposition.MACHINE, Disposition.DEAD_AIR),
    FateKind.FAX: (*_MET, Disposition.MACHINE, Disposition.FAX),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """What the audit needs of an attempt, as it was exported."""

    attempt_id: str
    number: str
    dialed_at: datetime | None
    answered_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime | None
    disposition: str | None
    agent: str | None
    taken_over_at: datetime | None
    """When a supervisor took the agent's place."""

    @classmethod
    def from_export(cls, line: dict[str, str | None]) -> AttemptRow:
        """From one line of `waihu attempts export --format jsonl`."""

        def moment(key: str) -> datetime | None:
            text = line[key]
            return datetime.fromisoformat(text) if text else None

        return cls(
            attempt_id=line["attempt_id"] or "",
            number=line["number"] or "",
            dialed_at=moment("dialed_at"),
            answered_at=moment("answered_at"),
            bridged_at=moment("bridged_at"),
            ended_at=moment("ended_at"),
            disposition=line["disposition"],
            agent=line["agent"],
            taken_over_at=moment("taken_over_at"),
        )


def audit(rows: Sequence[AttemptRow], calls: Iterable[CarrierCall]) -> list[str]:
    """Every mismatch, one sentence each; an empty list is the proof that was wanted."""
    return [*_unfinished(rows), *_against_carrier(rows, calls), *_agents_in_two_calls(rows)]


def fates_seen(calls: Iterable[CarrierCall]) -> Counter[str]:
    """How many calls of each fate the carrier played."""
    return Counter(call.fate.value for call in calls)


def _unfinished(rows: Sequence[AttemptRow]) -> Iterator[str]:
    for attempt, count in Counter(row.attempt_id for row in rows).items():
        if count > 1:
            yield f"attempt {attempt} has {count} rows"
    for row in rows:
        if row.disposition is None or row.ended_at is None:
            yield f"attempt {row.attempt_id} has no final disposition"
        elif row.disposition not in set(Disposition):
            yield f"attempt {row.attempt_id} has the disposition {row.disposition!r}, which is none"


def _against_carrier(rows: Sequence[AttemptRow], calls: Iterable[CarrierCall]) -> Iterator[str]:
    dialled: dict[str, list[tuple[datetime, AttemptRow]]] = defaultdict(list)
    for row in rows:
        if row.dialed_at is not None:
            dialled[row.number.removeprefix("+")].append((row.dialed_at, row))
    seen: dict[str, list[CarrierCall]] = defaultdict(list)
    for call in calls:
        seen[call.number.removeprefix("+")].append(call)
    for number in sorted(dialled.keys() | seen.keys()):
        attempts = [row for _, row in sorted(dialled[number], key=itemgetter(0))]
        heard = sorted(seen[number], key=lambda call: call.invited_at)
        if len(attempts) != len(heard):
            attempts = [row for row in attempts if row.disposition not in NEVER_SENT]
        for row, call in zip_longest(attempts, heard):
            if row is None:
                yield f"the carrier was asked for {number} at {call.invited_at}, and no attempt says so"
            elif call is None:
                yield f"attempt {row.attempt_id} on {number} says {row.disposition}, and the carrier never heard of it"
            else:
                yield from _one_call(row, call)
        for earlier, later in pairwise(heard):
            if later.invited_at < earlier.ended_at:
                yield f"{number} was called twice at once, at {earlier.invited_at} and {later.invited_at}"


def _one_call(row: AttemptRow, call: CarrierCall) -> Iterator[str]:
    name = f"attempt {row.attempt_id} on {row.number} ({call.fate})"
    if row.disposition not in _possible(call):
        yield f"{name} is {row.disposition}, the carrier allows only {', '.join(sorted(_possible(call)))}"
    if (row.answered_at is None) != (call.answered_at is None):
        yield f"{name} answered at {row.answered_at}, by the carrier's log at {call.answered_at}"
    yield from _differ(name, "dialled", row.dialed_at, call.invited_at, DIAL_TOLERANCE)
    yield from _differ(name, "answered", row.answered_at, call.answered_at, ANSWER_TOLERANCE)
    yield from _differ(name, "ended", row.ended_at, call.ended_at, END_TOLERANCE)
    if row.disposition == Disposition.ANSWERED and row.bridged_at is None:
        yield f"{name} is answered, and no agent was ever joined"


def _possible(call: CarrierCall) -> tuple[Disposition, ...]:
    if call.answered_at is not None:
        return PICKED_UP.get(call.fate, ())
    if call.ended_by == "caller":
        return (Disposition.NO_ANSWER, Disposition.CANCELLED)
    return (REFUSED[call.fate],) if call.fate in REFUSED else ()


def _differ(
    name: str, what: str, ours: datetime | None, theirs: datetime | None, tolerance: timedelta
) -> Iterator[str]:
    if ours is not None and theirs is not None and abs(ours - theirs) > tolerance:
        yield f"{name} was {what} at {ours}, by the carrier's log at {theirs}"


def _agents_in_two_calls(rows: Sequence[AttemptRow]) -> Iterator[str]:
    talks: dict[str, list[tuple[datetime, datetime, str]]] = defaultdict(list)
    for row in rows:
        if row.agent is not None and row.bridged_at is not None and row.ended_at is not None:
            talks[row.agent].append((row.bridged_at, row.taken_over_at or row.ended_at, row.attempt_id))
    for agent, spans in talks.items():
        for (_, end, first), (begin, _, second) in pairwise(sorted(spans)):
            if begin < end:
                yield f"agent {agent} was in two calls at once: {first} and {second}"
