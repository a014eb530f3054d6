"""A PBX, a carrier behind its trunk, and the Telephone in front of it, with everything the Telephone posts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from dialer.asterisk.settings import AsteriskSettings
from dialer.asterisk.telephone import Telephone
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.detection import Detection, Truth
from dialer.core.words import AgentNumber, AttemptId, ChannelId, MachineVerdict
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.carrier.fates import Fates
from dialer.embedded.carrier.phones import Phones
from dialer.embedded.pbx import EmbeddedPbx
from dialer.tasks import TaskCrew
from tests.asterisk.numbers import SCRIPTED
from tests.fakes.waiting import until

E = TypeVar("E", bound=ev.Event)

LOCAL_CUSTOMERS = """
[customers]
exten => answers,1,Ringing()
 same => n,Wait(0.2)
 same => n,Answer()
 same => n,Wait(60)
exten => busy,1,Busy(1)
exten => congestion,1,Congestion(1)
exten => rings_on,1,Ringing()
 same => n,Wait(60)
exten => unallocated,1,Hangup(1)
"""
"""Customers inside the PBX itself, reached by Local channels."""


@dataclass
class Attempt:
    """All that was told of one attempt, as `dialer.core.outcome` wants it."""

    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    bridged_at: datetime | None = None
    verdict: MachineVerdict = MachineVerdict.OFF
    truth: Truth | None = None
    message_played: bool = False
    called_off: bool = False
    dial_status: str | None = None
    cause: int | None = None
    sip_code: int | None = None
    ended_at: datetime | None = None

    def hear(self, event: ev.Event) -> None:
        match event:
            case ev.Rang(at=at):
                self.ringing_at = self.ringing_at or at
            case ev.Answered(at=at):
                self.answered_at = self.answered_at or at
            case ev.Arrived(verdict=verdict):
                self.verdict = verdict
            case ev.EnteredBridge(at=at):
                self.bridged_at = at
            case ev.MessageStarted():
                self.message_played = True
            case ev.DialEnded(status=status):
                self.dial_status = status
            case ev.OriginateRefused():
                self.dial_status = "REFUSED"
            case ev.HungUp(at=at, cause=cause, sip_code=code):
                self.ended_at, self.cause, self.sip_code = at, cause, code


@dataclass
class Stage:
    """The PBX and who is on the other side of it."""

    pbx: EmbeddedPbx
    carrier: Carrier
    phones: Phones

    @property
    def settings(self) -> AsteriskSettings:
        """The AMI account, with short pauses."""
        ami = self.pbx.ami
        return AsteriskSettings(
            host=ami.host, port=ami.port, user=ami.user, secret=ami.secret, ping_seconds=0.5, last_retry_seconds=0.5
        )


@asynccontextmanager
async def raise_stage(program: AsteriskProgram, folder: Path) -> AsyncIterator[Stage]:
    """Start both Asterisks, and stop them afterwards."""
    async with Carrier(program, folder / "carrier", Fates(seed=1), SCRIPTED) as carrier:
        pbx = EmbeddedPbx(
            program, folder / "pbx", carrier=carrier.sip, phones=carrier.phones_sip, dialplan=LOCAL_CUSTOMERS
        )
        async with pbx:
            yield Stage(pbx, carrier, Phones(carrier, pbx.sip))


@dataclass
class Room:
    """A Telephone that is connected, and what it posted."""

    telephone: Telephone
    crew: TaskCrew
    posted: list[ev.Event] = field(default_factory=list)
    deaths: list[BaseException] = field(default_factory=list)

    def of(self, kind: type[E], channel: str | None = None) -> list[E]:
        """What was posted of that kind, of all channels or of one."""
        return [
            event
            for event in self.posted
            if isinstance(event, kind)
            and (channel is None or (isinstance(event, ev.ChannelEvent) and event.channel == channel))
        ]

    async def posts(self, kind: type[E], channel: str | None = None, times: int = 1, seconds: float = 10) -> E:
        """The event, once it was posted that often."""
        await until(lambda: len(self.of(kind, channel)) >= times, seconds)
        return self.of(kind, channel)[times - 1]

    def told(self, attempt: AttemptId) -> Attempt:
        """All that was posted of an attempt."""
        known = Attempt()
        for event in self.of(ev.ChannelEvent, attempt):
            known.hear(event)
        return known

    def dial(
        self,
        dial: str,
        *,
        ring_seconds: float = 10,
        attempt: AttemptId | None = None,
        detection: Detection | None = None,
    ) -> AttemptId:
        """Dial a customer as the core would."""
        wish = do.Originate(
            attempt=attempt or AttemptId(str(uuid4())),
            dial=dial,
            caller_id="+18005550100",
            ring_time=timedelta(seconds=ring_seconds),
            answer_limit=timedelta(seconds=2),
            message="sorry-youre-having-problems",
            detection=detection,
        )
        self.telephone.perform(wish)
        return wish.attempt

    def dial_number(self, number: str, *, ring_seconds: float = 10) -> AttemptId:
        """Dial a customer through the trunk."""
        return self.dial(EmbeddedPbx.trunk.format(number=number), ring_seconds=ring_seconds)

    async def agent_on_the_phone(self, number: str) -> ChannelId:
        """Call an agent's phone, and wait until its leg stands in the waiting loop."""
        leg = ChannelId(f"leg-{number}-{uuid4()}")
        self.telephone.perform(
            do.CallAgent(
                agent=AgentNumber(number),
                channel=leg,
                dial=EmbeddedPbx.phone.format(number=number),
                ring_time=timedelta(seconds=10),
            )
        )
        await self.posts(ev.AgentLegUp, leg)
        return leg

    async def clear(self) -> None:
        """End every call, so that the next test begins with an empty switchboard."""
        for channel in {event.channel for event in self.of(ev.ChannelEvent)}:
            self.telephone.perform(do.HangUp(channel=channel))
        await asyncio.sleep(0.2)


@asynccontextmanager
async def open_room(settings: AsteriskSettings, **changes: object) -> AsyncIterator[Room]:
    """A Telephone from its start to its end."""
    posted: list[ev.Event] = []
    deaths: list[BaseException] = []
    crew = TaskCrew(lambda _, error: deaths.append(error))
    telephone = Telephone(replace(settings, **changes), posted.append, crew)  # type: ignore[arg-type]
    await telephone.start()
    room = Room(telephone, crew, posted, deaths)
    try:
        yield room
    finally:
        await room.clear()
        await telephone.close()
        await crew.close()
        assert deaths == []
        assert telephone.figures.failures == 0
