"""What Asterisk has at this moment, asked for after each connect.

The channels are asked for before the black box. A call that ends between the two is then in both, never in neither;
and its hang-up is among the events that were held back, which are told afterwards.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from dialer.asterisk import variables
from dialer.asterisk.black_box import last_word, moment
from dialer.asterisk.errors import ActionRefused
from dialer.asterisk.protocol import Message
from dialer.asterisk.session import Session
from dialer.asterisk.translate import verdict_of
from dialer.core.aside_words import Place
from dialer.core.found import LastWord, LiveChannel
from dialer.core.words import AgentNumber, BridgeId, ChannelId, MachineVerdict, SupervisorNumber

PLACE_OF = {context: place for place, context in variables.PLACES.items()} | {variables.SPY_CONTEXT: Place.THREE_WAY}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All that lives in an Asterisk and all that ended unseen."""

    live: tuple[LiveChannel, ...]
    last_words: tuple[LastWord, ...]
    started: str
    """Date and time of Asterisk's start, in its own words: another word, another life."""


async def survey(session: Session) -> Survey:
    """Ask for it all.

    :raises ActionRefused: the AMI user may not ask (it needs write = system or reporting).
    :raises OutcomeUnknown: the connection was lost again, or Asterisk is too slow.
    :raises NotConnected: there is no connection.
    """
    status = (await session.ask("CoreStatus")).response
    channels = (await session.ask("CoreShowChannels", collect=True)).events
    live = await asyncio.gather(*(_with_moments(session, message) for message in channels))
    entries = (await session.ask("DBGetTree", {"Family": variables.BLACK_BOX}, collect=True)).events
    return Survey(
        live=tuple(live),
        last_words=_last_words(entries, session.clock.offset_seconds),
        started=f"{status.get('CoreStartupDate')} {status.get('CoreStartupTime')}",
    )


def live_channel(message: Message) -> LiveChannel:
    """One channel, as AMI's CoreShowChannels gives it."""
    account = message.get("AccountCode", "")
    agent = account.removeprefix(variables.AGENT_ACCOUNT_PREFIX)
    supervisor = account.removeprefix(variables.SUPERVISOR_ACCOUNT_PREFIX)
    return LiveChannel(
        channel=ChannelId(message["Uniqueid"]),
        agent=AgentNumber(agent) if agent != account else None,
        supervisor=SupervisorNumber(supervisor) if supervisor != account else None,
        up=message["ChannelStateDesc"] == "Up",
        bridge=BridgeId(message["BridgeId"]) if message.get("BridgeId") else None,
    )


async def _with_moments(session: Session, message: Message) -> LiveChannel:
    """A customer's leg that is up in our dialplan knows when it was answered and joined, though nobody heard it."""
    channel = live_channel(message)
    if channel.agent is not None:
        return replace(channel, place=PLACE_OF.get(message.get("Context", "")))
    if not channel.up or not message.get("Context", "").startswith(variables.OUR_CONTEXTS):
        return channel
    place = PLACE_OF.get(message["Context"])
    peer = await _said(session, channel.channel, variables.PEER) if place is not None else ""
    return replace(
        channel,
        answered_at=await _moment_said(session, channel.channel, variables.ANSWERED_AT),
        bridged_at=await _moment_said(session, channel.channel, variables.BRIDGED_AT),
        place=place,
        peer=AgentNumber(peer) if peer else None,
        handed_at=await _moment_said(session, channel.channel, variables.HANDED_AT) if place is Place.THIRD else None,
        verdict=await _verdict(session, channel.channel),
    )


async def _said(session: Session, channel: ChannelId, variable: str) -> str:
    try:
        reply = await session.ask("Getvar", {"Channel": channel, "Variable": variable})
        return reply.response.get("Value", "")
    except ActionRefused:
        # It ended meanwhile, and its last word is in the black box.
        return ""


async def _moment_said(session: Session, channel: ChannelId, variable: str) -> datetime | None:
    try:
        return moment(await _said(session, channel, variable), session.clock.offset_seconds)
    except ValueError:
        return None


async def _verdict(session: Session, channel: ChannelId) -> MachineVerdict:
    status = await _said(session, channel, variables.AMD_STATUS)
    cause = await _said(session, channel, variables.AMD_CAUSE)
    return (status and verdict_of(status, cause)) or MachineVerdict.OFF


def _last_words(entries: tuple[Message, ...], offset_seconds: float) -> tuple[LastWord, ...]:
    words = []
    for entry in entries:
        try:
            words.append(last_word(entry, offset_seconds))
        except (KeyError, ValueError) as error:
            log.warning("an entry of the black box cannot be read", key=entry.get("Key"), reason=repr(error))
    return tuple(words)
