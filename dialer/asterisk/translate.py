"""From an AMI event to a core event. Pure.

Each event stands for itself, so it does not matter in which order they come. Both legs of a Local channel are told
of; the core knows only ids it gave or met, so the other leg passes unnoticed there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from dialer.asterisk import variables
from dialer.asterisk.protocol import Message
from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core.detection import LeftMessage
from dialer.core.dialogs import DeskLeft
from dialer.core.events import Event
from dialer.core.machine_messages import MessageOnMachine
from dialer.core.transfer import ThirdAnswered
from dialer.core.words import AgentNumber, BridgeId, ChannelId, MachineVerdict, SupervisorNumber

SIP_CODE = re.compile(r"\b([3-6]\d\d)\b")
"""In TechCause: "486" from Asterisk 22.10, "SIP 486 Busy Here" before."""

AMD_STATUSES = {
    "OFF": MachineVerdict.OFF,
    "HUMAN": MachineVerdict.HUMAN,
    "MACHINE": MachineVerdict.MACHINE,
    "FAX": MachineVerdict.FAX,
    "NOTSURE": MachineVerdict.UNSURE,
}

MESSAGE_STATUSES = {
    "WAITING": LeftMessage.NOT_BEGUN,
    "STARTED": LeftMessage.CUT,
    "LEFT": LeftMessage.LEFT,
    "NO_END": LeftMessage.NO_END,
    "FAILED": LeftMessage.FAILED,
}


def translate(message: Message, offset_seconds: float, now: datetime) -> Event | None:
    """The core event for an AMI event, None when it means nothing to the core.

    `offset_seconds` is our clock minus Asterisk's; `now` stands in when the event carries no time.

    :raises KeyError: a header is missing that this kind of event always had.
    :raises ValueError: a number is none.
    """
    translator = _TRANSLATORS.get(message["Event"])
    if translator is None:
        return None
    return translator(message, _moment(message, offset_seconds, now))


def verdict_of(status: str, cause: str) -> MachineVerdict | None:
    """What AMD's AMDSTATUS and AMDCAUSE mean; None when it came to no verdict because the far end hung up.

    AMD calls a line on which it heard nothing at all a machine, by INITIALSILENCE; that is dead air. What it does
    not know is UNSURE, and so is a word that we do not know: it may be a person.
    """
    if status == "HANGUP":
        return None
    if status == "MACHINE" and cause.startswith("INITIALSILENCE"):
        return MachineVerdict.SILENCE
    return AMD_STATUSES.get(status, MachineVerdict.UNSURE)


def message_on_machine(status: str) -> LeftMessage | None:
    """How far a message on a machine came, in the dialplan's word; None: none was to be left, or no word of ours."""
    return MESSAGE_STATUSES.get(status)


def sip_code_of(tech_cause: str) -> int | None:
    """The SIP status in a TechCause."""
    found = SIP_CODE.search(tech_cause)
    return int(found[1]) if found else None


def _moment(message: Message, offset_seconds: float, now: datetime) -> datetime:
    stamp = message.get("Timestamp")
    return datetime.fromtimestamp(float(stamp) + offset_seconds, UTC) if stamp else now


def _channel(message: Message) -> ChannelId:
    return ChannelId(message["Uniqueid"])


def _new_state(message: Message, at: datetime) -> Event | None:
    match message["ChannelStateDesc"]:
        case "Ringing":
            return ev.Rang(channel=_channel(message), at=at)
        case "Up":
            return ev.Answered(channel=_channel(message), at=at)
        case _:
            return None


def _dial_state(message: Message, at: datetime) -> Event | None:
    if message["DialStatus"] in ("RINGING", "PROGRESS"):
        return ev.Rang(channel=ChannelId(message["DestUniqueid"]), at=at)
    return None


def _dial_end(message: Message, at: datetime) -> Event | None:
    channel = ChannelId(message["DestUniqueid"])
    status = message["DialStatus"]
    return (
        ev.Answered(channel=channel, at=at)
        if status == "ANSWER"
        else ev.DialEnded(channel=channel, at=at, status=status)
    )


def _bridge_enter(message: Message, at: datetime) -> Event | None:
    return ev.EnteredBridge(channel=_channel(message), at=at, bridge=BridgeId(message["BridgeUniqueid"]))


def _bridge_leave(message: Message, at: datetime) -> Event | None:
    return ev.LeftBridge(channel=_channel(message), at=at, bridge=BridgeId(message["BridgeUniqueid"]))


def _dtmf_end(message: Message, at: datetime) -> Event | None:
    if message["Direction"] != "Received":
        return None
    return ev.DigitPressed(channel=_channel(message), at=at, digit=message["Digit"])


def _hangup(message: Message, at: datetime) -> Event | None:
    return ev.HungUp(
        channel=_channel(message),
        at=at,
        cause=int(message.get("Cause") or 0),
        sip_code=sip_code_of(message.get("TechCause", "")),
    )


def _user_event(message: Message, at: datetime) -> Event | None:
    match message["UserEvent"]:
        case variables.ANSWERED_EVENT:
            cause = message.get("AmdCause", "")
            verdict = verdict_of(message["Amd"], cause)
            if verdict is None:
                return None
            return ev.Arrived(channel=_channel(message), at=at, verdict=verdict, verdict_cause=cause)
        case variables.MESSAGE_STARTED_EVENT:
            return ev.MessageStarted(channel=_channel(message), at=at)
        case variables.MACHINE_EVENT:
            left = message_on_machine(message["Status"])
            return None if left is None else MessageOnMachine(channel=_channel(message), at=at, left=left)
        case variables.LOGIN_EVENT:
            agent = AgentNumber(message["Agent"])
            return ev.LoginTried(channel=_channel(message), at=at, agent=agent, pin=message["Pin"])
        case variables.AGENT_LEG_EVENT:
            return ev.AgentLegUp(channel=_channel(message), at=at, agent=AgentNumber(message["Agent"]))
        case variables.DESK_LEFT_EVENT:
            return DeskLeft(channel=_channel(message), at=at)
        case variables.SUPERVISOR_LEG_EVENT:
            number = SupervisorNumber(message["Supervisor"])
            request = message.get("Request", "")
            return sv.SupervisorLegUp(channel=_channel(message), at=at, supervisor=number, request=request)
        case variables.THIRD_EVENT:
            return ThirdAnswered(channel=_channel(message), at=at)
        case _:
            return None


def _spy_start(message: Message, at: datetime) -> Event | None:
    return sv.MonitorStarted(channel=ChannelId(message["SpyerUniqueid"]), at=at)


def _spy_stop(message: Message, at: datetime) -> Event | None:
    return sv.MonitorStopped(channel=ChannelId(message["SpyerUniqueid"]), at=at)


_TRANSLATORS: dict[str, Callable[[Message, datetime], Event | None]] = {
    "Newstate": _new_state,
    "DialState": _dial_state,
    "DialEnd": _dial_end,
    "BridgeEnter": _bridge_enter,
    "BridgeLeave": _bridge_leave,
    "DTMFEnd": _dtmf_end,
    "Hangup": _hangup,
    "ChanSpyStart": _spy_start,
    "ChanSpyStop": _spy_stop,
    "UserEvent": _user_event,
}
