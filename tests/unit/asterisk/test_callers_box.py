"""The callers' black box, as AMI gives it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dialer.asterisk.callers_box import callers_last_word
from dialer.core.inbound.record import CallersLastWord, InboundId

VALUE = (
    "ended=1795321999.500&arrived=1795321993.250&cause=16&did=%2B861065550100&caller=138&served=&dialled="
    "&fallback=voicemail&voicemail=a%20b"
)


def entry(value: str = VALUE, key: str = "/waihu-inbound/1795321993.7") -> dict[str, str]:
    return {"Key": key, "Val": value}


def test_an_entry() -> None:
    assert callers_last_word(entry(), offset_seconds=0.5) == CallersLastWord(
        call=InboundId("1795321993.7"),
        number="+861065550100",
        caller="138",
        arrived_at=datetime.fromtimestamp(1795321993.75, UTC),
        ended_at=datetime.fromtimestamp(1795322000, UTC),
        cause=16,
        talked=False,
        fallback="voicemail",
        voicemail="a b",
    )


def test_with_whom_the_caller_was_joined() -> None:
    word = callers_last_word(entry(f"{VALUE}&bridged=1795321995.000&agent=1001"), 0.5)
    assert (word.bridged_at, word.agent) == (datetime.fromtimestamp(1795321995.5, UTC), "1001")
    word = callers_last_word(entry(f"{VALUE}&bridged=&agent="), 0.5)
    assert (word.bridged_at, word.agent) == (None, None)


@pytest.mark.parametrize(
    ("served", "dialled", "talked"),
    [("talking", "ANSWER", True), ("talking", "NOANSWER", False), ("", "ANSWER", False)],
)
def test_whether_somebody_talked(served: str, dialled: str, talked: bool) -> None:
    value = VALUE.replace("served=&dialled=", f"served={served}&dialled={dialled}")
    assert callers_last_word(entry(value), 0).talked is talked


@pytest.mark.parametrize(
    "wrong", [entry(VALUE.replace("arrived=1795321993.250", "arrived=")), entry(key="/waihu-calls/1")]
)
def test_what_cannot_be_read(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        callers_last_word(wrong, 0)
    with pytest.raises(KeyError):
        callers_last_word(entry("ended=1"), 0)
