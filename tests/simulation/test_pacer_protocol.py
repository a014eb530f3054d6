"""The pacer asked in JSON lines."""

from __future__ import annotations

import io
import json

import pytest

from dialer.core.found import WindowCount
from dialer.core.pacing.plan import plan
from dialer.core.pacing.rates import LineEnded, LineOutcome, Rates, Talked, Wrapped
from dialer.core.pacing.view import Busy, Pending, PoolView
from dialer.core.policy import PacingPolicy
from dialer.core.words import Mode
from dialer.simulation.pacer_protocol import PacerProtocol, PacerProtocolError, main

HELLO = json.dumps({"hello": {"cap": 0.03, "n_agents": 20, "patience": 2.0, "ring_timeout": 25.0, "seed": 1}})
MOMENT = {
    "t": 61.5,
    "idle": [3.1, 0.2],
    "talk": [40.2, 7.9],
    "wrap": [2.0],
    "paused": 1,
    "ringing": [1.5, 9.0],
    "waiting": [0.4],
    "answered": 7,
    "abandoned": 0,
    "attempts": 31,
    "from_the_future": {"lead": 7},
    "events": [
        {"k": "end", "t": 61.2, "launched": 52.0, "outcome": "answer"},
        {"k": "end", "t": 61.3, "launched": 34.3, "outcome": "noanswer"},
        {"k": "connect", "t": 61.2, "d": 0.0},
        {"k": "talk", "t": 61.4, "d": 33.0},
        {"k": "wrap", "t": 61.5, "d": 20.0},
    ],
}


def test_it_answers_what_the_daemon_would_do() -> None:
    protocol = PacerProtocol()
    rates = Rates.prior().after(LineEnded(age=61.2 - 52.0, outcome=LineOutcome.LIVE))
    rates = rates.after(LineEnded(age=61.3 - 34.3, outcome=LineOutcome.NONE))
    rates = rates.after(Talked(seconds=33.0)).after(Wrapped(seconds=20.0))
    expected = plan(
        PacingPolicy(mode=Mode.PREDICTIVE, max_lines_per_agent=10.0),
        PoolView(
            ready=2,
            talking=(Busy(40.2), Busy(7.9)),
            wrapping=(Busy(2.0),),
            paused=1,
            pending=(Pending(1.5), Pending(9.0)),
            waiting=(0.4,),
            free_lines=1000,
            leads=1000,
            window=WindowCount(answered=7, abandoned=0),
        ),
        rates,
    )

    assert protocol.answer(HELLO) is None
    answer = json.loads(protocol.answer(json.dumps(MOMENT)) or "")

    assert answer == {"launch": expected.lines, "because": expected.because}


def test_it_learns_from_line_to_line() -> None:
    ready = {"idle": [1.0] * 4}
    ended = [{"k": "end", "t": 27.0, "launched": 0.0, "outcome": "noanswer"}] * 400
    protocol = PacerProtocol()

    first = json.loads(protocol.answer(json.dumps(ready)) or "")
    protocol.answer(json.dumps({**ready, "events": ended}))
    later = json.loads(protocol.answer(json.dumps(ready)) or "")

    assert later["launch"] > first["launch"] >= 4


def test_the_mode_may_be_asked_for() -> None:
    protocol = PacerProtocol()
    protocol.answer(json.dumps({"hello": {"mode": "progressive"}}))

    assert json.loads(protocol.answer('{"idle": [0, 0, 0], "ringing": [4]}') or "")["launch"] == 2


def test_a_conversation_over_streams() -> None:
    out = io.StringIO()

    main(io.StringIO(f"{HELLO}\n\n{json.dumps(MOMENT)}\n{json.dumps(MOMENT)}\n"), out)

    lines = out.getvalue().splitlines()
    assert len(lines) == 2
    assert all(json.loads(line)["launch"] >= 0 for line in lines)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: not JSON"),
        ("[1]", "line 2: expected an object, got list"),
        ('{"idle": 3}', "line 2: idle is 3; expected a list"),
        ('{"talk": ["x"]}', "line 2: talk is 'x'; expected a number from 0 up"),
        ('{"wrap": [-1]}', "line 2: wrap is -1; expected a number from 0 up"),
        ('{"wrap": [1e999]}', "line 2: wrap is inf; expected a number from 0 up"),
        ('{"paused": true}', "line 2: paused is True; expected a number from 0 up"),
        ('{"events": [7]}', "line 2: events is 7; expected an object"),
        ('{"events": [{"k": "talk"}]}', "line 2: d is None; expected a number from 0 up"),
        ('{"events": [{"k": "end", "t": 1, "launched": 0, "outcome": "ok"}]}', "line 2: outcome is 'ok'"),
        ('{"hello": {"mode": "psychic"}}', "line 2: mode is 'psychic'; expected one of predictive"),
        ('{"hello": 1}', "line 2: hello is 1; expected an object"),
    ],
)
def test_a_line_that_is_not_understood_is_refused_whole(line: str, said: str) -> None:
    protocol, other = PacerProtocol(), PacerProtocol()
    protocol.answer(HELLO)
    other.answer(HELLO)

    with pytest.raises(PacerProtocolError) as refused:
        protocol.answer(line)

    assert str(refused.value).startswith(said)
    assert protocol.answer(json.dumps(MOMENT)) == other.answer(json.dumps(MOMENT))
