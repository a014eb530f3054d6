"""How a call ended, as far as the dialplan knows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dialer.core.inbound.record import CallersLastWord, InboundId, InboundOutcome


@pytest.mark.parametrize(
    ("fallback", "talked", "outcome"),
    [
        ("", False, InboundOutcome.HUNG_UP),
        ("", True, InboundOutcome.TRANSFERRED),
        ("apology", False, InboundOutcome.FALLBACK),
        ("voicemail", True, InboundOutcome.FALLBACK),
    ],
)
def test_the_outcome(fallback: str, talked: bool, outcome: InboundOutcome) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    word = CallersLastWord(
        call=InboundId("17.1"),
        number="100",
        caller="",
        arrived_at=at,
        ended_at=at,
        cause=16,
        talked=talked,
        fallback=fallback,
        voicemail="",
    )
    assert word.outcome is outcome
