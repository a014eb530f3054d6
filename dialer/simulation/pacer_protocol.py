"""The pacer by itself, asked in JSON lines: so that any simulator can drive the very code that runs in the daemon.

The first line in says what is known beforehand and is not answered:

    {"hello": {"cap": 0.03, "n_agents": 20, "patience": 2.0, "ring_timeout": 25.0, "shift_end": 30600.0}}

Then a line for each moment, with ages in seconds in no order, counts since the start, and what ended since the last
line, is answered by a line `{"launch": n, "because": "…"}`:

    {"t": 61.5, "idle": [3.1], "talk": [40.2, 7.9], "wrap": [2.0], "paused": 0, "ringing": [1.5, 9.0], "waiting": [],
     "answered": 7, "abandoned": 0, "attempts": 31, "events": [{"k": "end", "t": 61.2, "launched": 52.0,
     "outcome": "answer"}, {"k": "talk", "t": 61.4, "d": 33.0}]}

Outcomes are answer, noanswer, machine, busy and fail; events of kind connect and abandon say nothing that the counts
do not. Keys that are not known are ignored. The shift is the legal window; with `shift_end`, in the seconds of `t`, its
end is planned for. `hello` may also carry `mode` (predictive, progressive or preview) and `max_lines_per_agent`.

Who knows more may say so, in keys that may be missing. `ringing_segments` names the segments of each line in `ringing`,
a list of strings each, and `segments` in an `end` event those of its line: large groups that may answer more or less
often, a list, an hour, how many attempts came before. `next_segments` are those of the leads that would be dialled
next, in the same form; without them they are taken to be like the youngest line that rings. `talk_agents` and
`wrap_agents` name the agent of each age in `talk` and `wrap`, a string each, and `agent` that of a `talk` or `wrap`
event:

    {"t": 62.5, "ringing": [2.5], "ringing_segments": [["list:spring", "hour:10"]], "talk": [41.2],
     "talk_agents": ["1001"], "events": [{"k": "talk", "t": 62.1, "d": 8.6, "agent": "1002"}]}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from math import isfinite
from typing import TextIO, TypeVar

from dialer.core.found import WindowCount
from dialer.core.pacing.habits import Habits
from dialer.core.pacing.plan import plan
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.pacing.view import Busy, Pending, PoolView
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode

T = TypeVar("T")

NO_SEGMENTS: tuple[str, ...] = ()

UNBOUNDED = 1_000_000
"""Lines and leads of a simulator that does not speak of them."""
LINES_PER_AGENT = 40.0
"""The limit if `hello` gives none; the simulator is to see the pacer, not an owner's caution."""
OUTCOMES = {
    "answer": LineOutcome.LIVE,
    "machine": LineOutcome.MACHINE,
    "noanswer": LineOutcome.NONE,
    "busy": LineOutcome.NONE,
    "fail": LineOutcome.NONE,
}


class PacerProtocolError(ValueError):
    """A line in was not what the protocol foresees; says which line, what was wrong and what was expected."""


class PacerProtocol:
    """One conversation: give it each line in, get the line out."""

    def __init__(self) -> None:
        self._policy = PacingPolicy(mode=Mode.PREDICTIVE, max_lines_per_agent=LINES_PER_AGENT)
        self._rates = Rates.prior()
        self._shift_end: float | None = None
        self._line = 0

    def answer(self, line: str) -> str | None:
        """The line to write, without its newline; None after `hello`.

        Raises PacerProtocolError on a line that is not understood; the conversation may go on, as if it had not come.
        """
        self._line += 1
        try:
            said = json.loads(line)
        except ValueError as error:
            raise PacerProtocolError(f"line {self._line}: not JSON ({error}); expected one object a line") from error
        if not isinstance(said, dict):
            raise PacerProtocolError(f"line {self._line}: expected an object, got {type(said).__name__}")
        try:
            if "hello" in said:
                hello = _object(said, "hello")
                self._policy, self._shift_end = _policy(hello), _shift_end(hello)
                return None
            rates = self._rates
            for event in _objects(said, "events"):
                rates = _learn(rates, event)
            view = _view(said, rates, self._shift_end)
        except ValueError as error:
            raise PacerProtocolError(f"line {self._line}: {error}") from error
        self._rates = rates
        answer = plan(self._policy, view, rates)
        return json.dumps({"launch": answer.lines, "because": answer.because}, ensure_ascii=False)


def main(stdin: TextIO, stdout: TextIO) -> None:
    """Answer every line until the input ends. Raises PacerProtocolError on a line that is not understood."""
    protocol = PacerProtocol()
    for line in stdin:
        if not line.strip():
            continue
        answer = protocol.answer(line)
        if answer is not None:
            stdout.write(answer + "\n")
            stdout.flush()


def _policy(hello: Mapping[str, object]) -> PacingPolicy:
    mode = hello.get("mode", Mode.PREDICTIVE.value)
    if not isinstance(mode, str) or mode not in list(Mode):
        raise ValueError(f"mode is {mode!r}; expected one of {', '.join(Mode)}")
    return PacingPolicy(
        mode=Mode(mode),
        drop_cap=_number(hello, "cap", 0.03),
        answer_limit=timedelta(seconds=_number(hello, "patience", 2.0)),
        ring_time=timedelta(seconds=_number(hello, "ring_timeout", 25.0)),
        max_lines_per_agent=_number(hello, "max_lines_per_agent", LINES_PER_AGENT),
    )


def _shift_end(hello: Mapping[str, object]) -> float | None:
    return None if hello.get("shift_end") is None else _number(hello, "shift_end")


def _window(said: Mapping[str, object], now: float, left: float | None) -> WindowCount:
    """The shift is the legal window; until it ends, answers come as they came so far."""
    answered = int(_number(said, "answered", 0))
    expected = answered * left / now if left is not None and now > 0.0 else None
    return WindowCount(answered=answered, abandoned=int(_number(said, "abandoned", 0)), expected=expected)


def _view(said: Mapping[str, object], rates: Rates, shift_end: float | None) -> PoolView:
    now = _number(said, "t", 0.0)
    left = None if shift_end is None else max(0.0, shift_end - now)
    ages = _ages(said, "ringing")
    factors = [
        rates.segments.factor(keys) for keys in _parallel(said, "ringing_segments", _segments, len(ages), NO_SEGMENTS)
    ]
    pending = tuple([Pending(age, None, factor) for age, factor in zip(ages, factors, strict=True)])
    coming = [rates.segments.factor(keys) for keys in _list(said, "next_segments", _segments)]
    return PoolView(
        ready=len(_ages(said, "idle")),
        talking=_busy(said, "talk", rates.talk_habits),
        wrapping=_busy(said, "wrap", rates.wrap_habits),
        paused=int(_number(said, "paused", 0)),
        pending=pending,
        waiting=_ages(said, "waiting"),
        next_factor=sum(coming) / len(coming) if coming else min(pending, default=Pending(0.0)).factor,
        free_lines=UNBOUNDED,
        leads=UNBOUNDED,
        window=_window(said, now, left),
        closes_in=left,
    )


def _busy(said: Mapping[str, object], key: str, habits: Habits) -> tuple[Busy, ...]:
    ages = _ages(said, key)
    agents = _parallel(said, f"{key}_agents", _agent, len(ages), None)
    paces = [1.0 if agent is None else habits.pace(agent) for agent in agents]
    return tuple([Busy(age, pace) for age, pace in zip(ages, paces, strict=True)])


def _learn(rates: Rates, event: Mapping[str, object]) -> Rates:
    match event.get("k"):
        case "end":
            outcome = event.get("outcome")
            if outcome not in OUTCOMES:
                raise ValueError(f"outcome is {outcome!r}; expected one of {', '.join(OUTCOMES)}")
            age = max(0.0, _number(event, "t") - _number(event, "launched"))
            segments = _segments(event.get("segments", []), "segments")
            return rates.after(LineEnded(age=age, outcome=OUTCOMES[str(outcome)], segments=segments))
        case "talk":
            return rates.after(Talked(seconds=_number(event, "d"), agent=_agent(event.get("agent"), "agent")))
        case "wrap":
            return rates.after(Wrapped(seconds=_number(event, "d"), agent=_agent(event.get("agent"), "agent")))
        case _:
            return rates


def _number(said: Mapping[str, object], key: str, default: float | None = None) -> float:
    value = said.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        raise ValueError(f"{key} is {value!r}; expected a number from 0 up")
    return float(value)


def _ages(said: Mapping[str, object], key: str) -> tuple[float, ...]:
    return tuple(_list(said, key, lambda age, of: _number({of: age}, of)))


def _list(said: Mapping[str, object], key: str, read: Callable[[object, str], T]) -> list[T]:
    value = said.get(key, [])
    if not isinstance(value, list):
        raise ValueError(f"{key} is {value!r}; expected a list")
    return [read(one, key) for one in value]


def _parallel(said: Mapping[str, object], key: str, read: Callable[[object, str], T], many: int, none: T) -> list[T]:
    """As many as there are ages: what is said under the key, or nothing of any."""
    if key not in said:
        return [none] * many
    found = _list(said, key, read)
    if len(found) != many:
        raise ValueError(f"{key} has {len(found)} entries; expected one for each of {many} ages")
    return found


def _segments(value: object, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{key} holds {value!r}; expected a list of strings")
    return tuple(value)


def _agent(value: object, key: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} holds {value!r}; expected a string")
    return value


def _object(said: Mapping[str, object], key: str) -> dict[str, object]:
    value = said.get(key)
    if not isinstance(value, dict):
        raise ValueError(f"{key} is {value!r}; expected an object")
    return value


def _objects(said: Mapping[str, object], key: str) -> list[dict[str, object]]:
    return _list(said, key, lambda one, of: _object({of: one}, of))
