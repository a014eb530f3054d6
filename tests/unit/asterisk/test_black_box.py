"""Last words, as the dialplan writes them and AMI gives them."""

from datetime import UTC, datetime

import pytest

from dialer.asterisk.black_box import last_word
from dialer.core.found import LastWord
from dialer.core.words import AgentNumber, AttemptId, MachineVerdict

KEY = "/waihu-calls/0d9a6b52-6a2e-4a54-9f5c-0c6f5f0a9a11"


def entry(**said: str) -> dict[str, str]:
    fields = dict.fromkeys(
        ("ended", "cause", "tech", "answered", "bridged", "agent", "message", "reason", "amd", "amd_cause"), ""
    )
    value = "&".join(
        f"{name}={text}" for name, text in {**fields, "ended": "1795327200.250", "cause": "16", **said}.items()
    )
    return {"Event": "DBGetTreeResponse", "Key": KEY, "Val": value}


def word(**known: object) -> LastWord:
    return LastWord(
        **{
            "attempt": AttemptId("0d9a6b52-6a2e-4a54-9f5c-0c6f5f0a9a11"),
            "ended_at": datetime(2026, 11, 22, 6, 0, 0, 250_000, tzinfo=UTC),
            "cause": 16,
            "dial_status": "",
            "sip_code": None,
            "answered_at": None,
            "bridged": False,
            "message_played": False,
            "verdict": MachineVerdict.OFF,
            **known,
        }  # type: ignore[arg-type]
    )


def test_a_busy_phone() -> None:
    assert last_word(entry(cause="17", tech="SIP%20486%20Busy%20Here"), 0.0) == word(cause=17, sip_code=486)


def test_our_own_ring_time_is_no_answer_of_the_far_end() -> None:
    assert last_word(entry(cause="19", tech="SIP%20180%20Ringing"), 0.0) == word(cause=19, sip_code=None)


def test_a_conversation() -> None:
    said = last_word(entry(answered="1795327190.000", bridged="1795327190.100", agent="1001"), 0.0)
    assert said == word(
        answered_at=datetime(2026, 11, 22, 5, 59, 50, tzinfo=UTC),
        bridged=True,
        bridged_at=datetime(2026, 11, 22, 5, 59, 50, 100_000, tzinfo=UTC),
        agent=AgentNumber("1001"),
    )


def test_a_message() -> None:
    said = last_word(entry(answered="1795327190.000", message="STARTED", reason="away"), 0.0)
    assert said == word(answered_at=datetime(2026, 11, 22, 5, 59, 50, tzinfo=UTC), message_played=True)


@pytest.mark.parametrize(
    ("amd", "cause", "verdict"),
    [
        ("MACHINE", "INITIALSILENCE-2500-2500", MachineVerdict.SILENCE),
        ("HUMAN", "HUMAN-800-800", MachineVerdict.HUMAN),
        ("HANGUP", "", MachineVerdict.OFF),
    ],
)
def test_what_machine_detection_said(amd: str, cause: str, verdict: MachineVerdict) -> None:
    assert last_word(entry(amd=amd, amd_cause=cause), 0.0) == word(verdict=verdict, verdict_cause=cause)


def test_times_are_translated_to_our_clock() -> None:
    said = last_word(entry(answered="1795327200.000"), 10.0)
    assert said.ended_at == datetime(2026, 11, 22, 6, 0, 10, 250_000, tzinfo=UTC)
    assert said.answered_at == datetime(2026, 11, 22, 6, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "broken",
    [
        {"Key": KEY, "Val": "ended=1795327200.250"},
        {"Key": KEY, "Val": ""},
        {"Key": KEY},
        {**entry(), "Key": "/somebody/else"},
        {**entry(), "Key": "/waihu-calls"},
        entry(ended="yesterday"),
        entry(cause="busy"),
    ],
)
def test_what_is_no_last_word_is_an_error(broken: dict[str, str]) -> None:
    with pytest.raises((KeyError, ValueError)):
        last_word(broken, 0.0)
