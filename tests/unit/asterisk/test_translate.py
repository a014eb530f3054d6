"""AMI events to core events: one row a kind, and the kinds that mean nothing."""

from datetime import UTC, datetime

import pytest

from dialer.asterisk.translate import sip_code_of, translate, verdict_of
from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core.dialogs import DeskLeft
from dialer.core.events import Event
from dialer.core.words import AgentNumber, BridgeId, ChannelId, MachineVerdict, SupervisorNumber

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
STAMP = "1795327200.250000"
AT = datetime(2026, 11, 22, 6, 0, 0, 250_000, tzinfo=UTC)
U = ChannelId("u")
S = ChannelId("s")

ROWS: list[tuple[dict[str, str], Event | None]] = [
    ({"Event": "Newstate", "ChannelStateDesc": "Ringing"}, ev.Rang(channel=U, at=AT)),
    ({"Event": "Newstate", "ChannelStateDesc": "Up"}, ev.Answered(channel=U, at=AT)),
    ({"Event": "Newstate", "ChannelStateDesc": "Busy"}, None),
    ({"Event": "DialState", "DialStatus": "RINGING"}, ev.Rang(channel=U, at=AT)),
    ({"Event": "DialState", "DialStatus": "PROGRESS"}, ev.Rang(channel=U, at=AT)),
    ({"Event": "DialState", "DialStatus": "PROCEEDING"}, None),
    ({"Event": "DialEnd", "DialStatus": "ANSWER"}, ev.Answered(channel=U, at=AT)),
    ({"Event": "DialEnd", "DialStatus": "BUSY"}, ev.DialEnded(channel=U, at=AT, status="BUSY")),
    (
        {"Event": "BridgeEnter", "BridgeUniqueid": "b"},
        ev.EnteredBridge(channel=U, at=AT, bridge=BridgeId("b")),
    ),
    ({"Event": "BridgeLeave", "BridgeUniqueid": "b"}, ev.LeftBridge(channel=U, at=AT, bridge=BridgeId("b"))),
    ({"Event": "DTMFEnd", "Digit": "#", "Direction": "Received"}, ev.DigitPressed(channel=U, at=AT, digit="#")),
    ({"Event": "DTMFEnd", "Digit": "#", "Direction": "Sent"}, None),
    (
        {"Event": "Hangup", "Cause": "17", "TechCause": "486"},
        ev.HungUp(channel=U, at=AT, cause=17, sip_code=486),
    ),
    ({"Event": "Hangup", "Cause": "16"}, ev.HungUp(channel=U, at=AT, cause=16, sip_code=None)),
    ({"Event": "Hangup", "Cause": ""}, ev.HungUp(channel=U, at=AT, cause=0, sip_code=None)),
    (
        {"Event": "UserEvent", "UserEvent": "WaihuAnswered", "Attempt": "u", "Amd": "OFF", "AmdCause": ""},
        ev.Arrived(channel=U, at=AT, verdict=MachineVerdict.OFF),
    ),
    (
        {"Event": "UserEvent", "UserEvent": "WaihuAnswered", "Amd": "MACHINE", "AmdCause": "LONGGREETING-1500-1500"},
        ev.Arrived(channel=U, at=AT, verdict=MachineVerdict.MACHINE, verdict_cause="LONGGREETING-1500-1500"),
    ),
    ({"Event": "UserEvent", "UserEvent": "WaihuAnswered", "Amd": "HANGUP", "AmdCause": ""}, None),
    ({"Event": "UserEvent", "UserEvent": "WaihuMessageStarted", "Reason": "late"}, ev.MessageStarted(channel=U, at=AT)),
    ({"Event": "ChanSpyStart", "SpyerUniqueid": "s", "SpyeeUniqueid": "u"}, sv.MonitorStarted(channel=S, at=AT)),
    ({"Event": "ChanSpyStop", "SpyerUniqueid": "s"}, sv.MonitorStopped(channel=S, at=AT)),
    (
        {"Event": "UserEvent", "UserEvent": "WaihuDeskLeft", "Agent": "1001"},
        DeskLeft(channel=U, at=AT),
    ),
    (
        {"Event": "UserEvent", "UserEvent": "WaihuSupervisorLeg", "Supervisor": "9001", "Request": "11001"},
        sv.SupervisorLegUp(channel=U, at=AT, supervisor=SupervisorNumber("9001"), request="11001"),
    ),
    (
        {"Event": "UserEvent", "UserEvent": "WaihuLogin", "Agent": "1001", "Pin": "0815"},
        ev.LoginTried(channel=U, at=AT, agent=AgentNumber("1001"), pin="0815"),
    ),
    (
        {"Event": "UserEvent", "UserEvent": "WaihuAgentLeg", "Agent": "1001"},
        ev.AgentLegUp(channel=U, at=AT, agent=AgentNumber("1001")),
    ),
    ({"Event": "UserEvent", "UserEvent": "SomebodyElse"}, None),
    ({"Event": "Newchannel", "Channel": "x"}, None),
    ({"Event": "OriginateResponse", "Response": "Failure", "Reason": "0"}, None),
    ({"Event": "HangupRequest", "Cause": "17"}, None),
]


@pytest.mark.parametrize(
    ("message", "event"), ROWS, ids=lambda row: " ".join(row.values()) if isinstance(row, dict) else ""
)
def test_each_kind(message: dict[str, str], event: Event | None) -> None:
    ids = {"DestUniqueid": "u", "Uniqueid": "not this"} if message["Event"].startswith("Dial") else {"Uniqueid": "u"}
    assert translate({**ids, "Timestamp": STAMP, **message}, 0.0, NOW) == event


def test_asterisks_time_is_translated_to_ours() -> None:
    [event] = [translate({"Event": "Hangup", "Uniqueid": "u", "Timestamp": STAMP}, -0.25, NOW)]
    assert isinstance(event, ev.HungUp)
    assert event.at == datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


def test_without_a_time_it_is_now() -> None:
    event = translate({"Event": "Hangup", "Uniqueid": "u"}, 99.0, NOW)
    assert isinstance(event, ev.HungUp)
    assert event.at == NOW


def test_an_event_that_lacks_its_channel_is_an_error_and_no_guess() -> None:
    with pytest.raises(KeyError, match="Uniqueid"):
        translate({"Event": "Hangup", "Cause": "16"}, 0.0, NOW)


def test_a_pin_is_not_shown() -> None:
    event = translate(
        {"Event": "UserEvent", "Uniqueid": "u", "UserEvent": "WaihuLogin", "Agent": "1001", "Pin": "0815"}, 0.0, NOW
    )
    assert "1001" in repr(event)
    assert "0815" not in repr(event)


@pytest.mark.parametrize(
    ("status", "cause", "verdict"),
    [
        ("OFF", "", MachineVerdict.OFF),
        ("HUMAN", "HUMAN-800-800", MachineVerdict.HUMAN),
        ("MACHINE", "MAXWORDS-3-3", MachineVerdict.MACHINE),
        ("MACHINE", "INITIALSILENCE-2500-2500", MachineVerdict.SILENCE),
        ("NOTSURE", "TOOLONG-5000", MachineVerdict.UNSURE),
        ("FAX", "", MachineVerdict.FAX),
        ("SOMETHINGNEW", "", MachineVerdict.UNSURE),
        ("", "", MachineVerdict.UNSURE),
        ("HANGUP", "", None),
    ],
)
def test_verdicts(status: str, cause: str, verdict: MachineVerdict | None) -> None:
    assert verdict_of(status, cause) is verdict


@pytest.mark.parametrize(
    ("tech_cause", "code"),
    [("486", 486), ("SIP 486 Busy Here", 486), ("", None), ("SIP 200 OK", None), ("31005", None)],
)
def test_sip_codes(tech_cause: str, code: int | None) -> None:
    assert sip_code_of(tech_cause) == code
