"""The black box: what the dialplan wrote down of a call when it ended (asterisk-conf/waihu-extensions.conf)."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl

from dialer.asterisk import variables
from dialer.asterisk.protocol import Message
from dialer.asterisk.translate import message_on_machine, sip_code_of, verdict_of
from dialer.core.found import LastWord
from dialer.core.words import AgentNumber, AttemptId, MachineVerdict


def last_word(entry: Message, offset_seconds: float) -> LastWord:
    """One entry of the AstDB family, as AMI's DBGetTree gives it.

    `offset_seconds` is our clock minus Asterisk's.

    :raises KeyError: the entry lacks a header, or the value a field.
    :raises ValueError: a number is none, or the entry is of another family.
    """
    key, said = written_down(entry, variables.BLACK_BOX)
    return LastWord(
        attempt=AttemptId(key),
        ended_at=_moment(said["ended"], offset_seconds),
        cause=int(said["cause"] or 0),
        dial_status="",
        sip_code=sip_code_of(said["tech"]),
        answered_at=moment(said["answered"], offset_seconds),
        bridged=said["bridged"] != "",
        bridged_at=moment(said["bridged"], offset_seconds),
        agent=AgentNumber(said["agent"]) if said["agent"] else None,
        message_played=said["message"] != "",
        verdict=(said["amd"] and verdict_of(said["amd"], said["amd_cause"])) or MachineVerdict.OFF,
        verdict_cause=said["amd_cause"],
        left=message_on_machine(said.get("machine", "")),
    )


def written_down(entry: Message, box: str) -> tuple[str, dict[str, str]]:
    """Key and fields of an entry of an AstDB family that the dialplan writes.

    :raises KeyError: the entry lacks a header.
    :raises ValueError: the entry is of another family.
    """
    family, slash, key = entry["Key"].removeprefix("/").partition("/")
    if family != box or not slash or not key:
        raise ValueError(f"{entry['Key']!r} is no entry of {box!r}")
    return key, dict(parse_qsl(entry["Val"], keep_blank_values=True))


def moment(epoch_seconds: str, offset_seconds: float) -> datetime | None:
    """What the dialplan wrote down of its own clock, by ours; None: nothing.

    :raises ValueError: it is no number.
    """
    return _moment(epoch_seconds, offset_seconds) if epoch_seconds else None


def _moment(epoch_seconds: str, offset_seconds: float) -> datetime:
    return datetime.fromtimestamp(float(epoch_seconds) + offset_seconds, UTC)
