"""The callers' black box: calls whose end Waihu did not bring about, as the dialplan wrote them down.

Whoever wants to know which calls are in neither asks for the channels first: a call that ends between the two
questions is then in one of the answers or in both.
"""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from dialer.asterisk import variables
from dialer.asterisk.actions import EXTENSION
from dialer.asterisk.black_box import moment, written_down
from dialer.asterisk.errors import HeaderRefused
from dialer.asterisk.protocol import Message
from dialer.asterisk.session import Session
from dialer.core.inbound.record import CallersLastWord, InboundId
from dialer.core.words import AgentNumber

log = structlog.get_logger(__name__)


async def live_channels(session: Session) -> frozenset[InboundId]:
    """Every channel there is.

    :raises AsteriskError: Asterisk cannot be asked.
    """
    channels = (await session.ask("CoreShowChannels", collect=True)).events
    return frozenset(InboundId(message["Uniqueid"]) for message in channels)


async def callers_last_words(session: Session) -> tuple[CallersLastWord, ...]:
    """All that is in the box.

    :raises AsteriskError: Asterisk cannot be asked.
    """
    words = []
    for entry in (await session.ask("DBGetTree", {"Family": variables.CALLERS_BOX}, collect=True)).events:
        try:
            words.append(callers_last_word(entry, session.clock.offset_seconds))
        except (KeyError, ValueError) as error:
            log.warning("an entry of the callers' box cannot be read", key=entry.get("Key"), reason=repr(error))
    return tuple(words)


async def forget_caller(session: Session, call: InboundId) -> None:
    """Take a call out of the box.

    :raises AsteriskError: Asterisk cannot be asked, or the call's id is none.
    """
    if EXTENSION.fullmatch(call.replace(".", "")) is None:
        raise HeaderRefused(f"{call!r} is no Uniqueid (expected letters, digits, - and .)")
    await session.ask("Setvar", {"Variable": f"DB_DELETE({variables.CALLERS_BOX}/{call})", "Value": ""})


def callers_last_word(entry: Message, offset_seconds: float) -> CallersLastWord:
    """One entry of the AstDB family, as AMI's DBGetTree gives it. `offset_seconds` is our clock minus Asterisk's.

    :raises KeyError: the entry lacks a header, or the value a field.
    :raises ValueError: a number is none, or the entry is of another family.
    """
    key, said = written_down(entry, variables.CALLERS_BOX)
    return CallersLastWord(
        call=InboundId(key),
        number=said["did"],
        caller=said["caller"],
        arrived_at=datetime.fromtimestamp(float(said["arrived"]) + offset_seconds, UTC),
        ended_at=datetime.fromtimestamp(float(said["ended"]) + offset_seconds, UTC),
        cause=int(said["cause"] or 0),
        talked=said["served"] == "agent" or (said["served"], said["dialled"]) == ("talking", "ANSWER"),
        fallback=said["fallback"],
        voicemail=said["voicemail"],
        # A dialplan of before does not tell the last two.
        bridged_at=moment(said.get("bridged", ""), offset_seconds),
        agent=AgentNumber(said["agent"]) if said.get("agent") else None,
    )
