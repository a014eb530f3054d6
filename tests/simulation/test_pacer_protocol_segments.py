"""The pacer asked in JSON lines by someone who knows of segments and agents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dialer.simulation.pacer_protocol import PacerProtocol, PacerProtocolError

COLD, WARM = ["list:cold", "hour:9"], ["list:warm", "hour:9"]


def asked(protocol: PacerProtocol, **said: Any) -> int:
    """The lines it would launch."""
    answer = protocol.answer(json.dumps(said))
    assert answer is not None
    launched: int = json.loads(answer)["launch"]
    return launched


def after_two_lists(**more: Any) -> PacerProtocol:
    """One list was answered by nobody in twenty, the other by every second."""
    protocol = PacerProtocol()
    events = [
        {
            "k": "end",
            "t": 20.0,
            "launched": 10.0 if live else 0.0,
            "outcome": "answer" if live else "noanswer",
            "segments": keys,
        }
        for number in range(400)
        for keys, live in ((COLD, number % 20 == 0), (WARM, number % 2 == 0))
    ]
    asked(protocol, idle=[1.0], events=events, answered=220, **more)
    return protocol


def test_leads_that_answer_seldom_are_dialled_more() -> None:
    said = {"idle": [1.0] * 8, "answered": 220}

    cold = asked(after_two_lists(), next_segments=[COLD, COLD], **said)
    warm = asked(after_two_lists(), next_segments=[WARM], **said)

    assert cold > 2 * warm > 0


def test_without_a_word_on_the_next_leads_they_are_like_the_youngest_line() -> None:
    said = {"idle": [1.0] * 8, "answered": 220, "ringing": [9.0, 0.5, 20.0]}
    ringing = [WARM, COLD, WARM]

    silent = asked(after_two_lists(), ringing_segments=ringing, **said)

    assert silent == asked(after_two_lists(), ringing_segments=ringing, next_segments=[COLD], **said)
    assert silent > asked(after_two_lists(), ringing_segments=ringing, next_segments=[WARM], **said)


def test_ringing_lines_of_a_good_list_hold_further_ones_back() -> None:
    said = {"idle": [1.0] * 8, "answered": 220, "ringing": [4.0] * 12, "next_segments": [WARM]}

    cold = asked(after_two_lists(), ringing_segments=[COLD] * 12, **said)
    warm = asked(after_two_lists(), ringing_segments=[WARM] * 12, **said)

    assert cold > warm


def test_agents_who_are_slow_free_themselves_later() -> None:
    def lines(agents: list[str]) -> int:
        protocol = PacerProtocol()
        talks = [
            {"k": "talk", "t": 1.0, "d": seconds, "agent": agent}
            for _ in range(60)
            for agent, seconds in (("quick", 5.0), ("slow", 25.0))
        ]
        wraps = [{"k": "wrap", "t": 1.0, "d": 1.0, "agent": agent} for agent in ("quick", "slow") for _ in range(60)]
        live = [{"k": "end", "t": 11.0, "launched": 0.0, "outcome": "answer"}] * 300
        asked(protocol, idle=[1.0], events=[*talks, *wraps, *live])
        return asked(protocol, talk=[3.0] * 10, talk_agents=agents, answered=300)

    assert lines(["quick"] * 10) > lines(["slow"] * 10)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"ringing": [1.0], "ringing_segments": []}, "ringing_segments has 0 entries; expected one for each of 1 ages"),
        ({"ringing": [1.0], "ringing_segments": ["list:a"]}, "ringing_segments holds 'list:a'; expected a list of str"),
        ({"ringing_segments": 3}, "ringing_segments is 3; expected a list"),
        ({"next_segments": [[1]]}, r"next_segments holds \[1\]; expected a list of strings"),
        ({"talk": [1.0], "talk_agents": [7]}, "talk_agents holds 7; expected a string"),
        ({"wrap": [1.0], "wrap_agents": ["a", "b"]}, "wrap_agents has 2 entries"),
        ({"events": [{"k": "talk", "d": 1.0, "agent": 7}]}, "agent holds 7; expected a string"),
        (
            {"events": [{"k": "end", "t": 1, "launched": 0, "outcome": "answer", "segments": "list:a"}]},
            "segments holds 'list:a'",
        ),
    ],
)
def test_a_line_that_is_not_understood_is_refused(said: dict[str, Any], error: str) -> None:
    with pytest.raises(PacerProtocolError, match=f"line 1: {error}"):
        PacerProtocol().answer(json.dumps(said))


def test_null_names_nobody() -> None:
    assert asked(PacerProtocol(), idle=[1.0], talk=[2.0], talk_agents=[None]) == asked(
        PacerProtocol(), idle=[1.0], talk=[2.0]
    )
