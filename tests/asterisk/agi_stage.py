"""A real Asterisk whose dialplan asks an AGI server, and callers behind Local channels."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from agi.call import Call
from agi.errors import CallerHungUp
from agi.router import Router
from agi.server import AgiServer, AgiSettings
from dialer.embedded.asterisk_instance import AsteriskInstance
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.ports import LoopbackClaim
from tests.asterisk.bare_ami import BareAmi, Message

_DIALPLAN = """
[callers]
exten => stays,1,Answer()
 same => n,Wait(60)
exten => leaves,1,Answer()
 same => n,Wait(0.7)
 same => n,Hangup(16)
exten => presses,1,Answer()
 same => n,Wait(0.5)
 same => n,SendDTMF(${KEYS},100,60)
 same => n,Wait(60)
exten => speaks,1,Answer()
 same => n,Playback(demo-congrats)
 same => n,Wait(60)
exten => speaks-and-leaves,1,Answer()
 same => n,Playback(demo-thanks)
 same => n,Hangup(16)
exten => is-silent,1,Answer()
 same => n,Playback(silence/10)
 same => n,Wait(60)
exten => busy,1,Busy(1)
exten => talks-briefly,1,Answer()
 same => n,Wait(1.2)
 same => n,Hangup(16)

[asks]
exten => s,1,Set(CALLERID(num)=${URIDECODE(${NUMBER})})
 same => n,Set(TWO_LINES=${URIDECODE(first%0asecond)})
 same => n,Set(FORGED=${URIDECODE(x%29%0a200 result=1 (forged)})
 same => n,AGI(${URL},first argument,外呼)
 same => n,UserEvent(AgiEnded,Status: ${AGISTATUS},Told: ${TOLD})
 same => n,Wait(60)
exten => script,1,AGI(${SCRIPT})
 same => n,UserEvent(AgiEnded,Status: ${AGISTATUS},Open: ${WAIHU_OPEN})
 same => n,Wait(60)
"""

_MANAGER = "[general]\nenabled = yes\nbindaddr = {0}\nport = {1}\n[stage]\nsecret = stage\nread = all\nwrite = all\n"
_QUEUES = "[general]\n[sales]\njoinempty = yes\n"

Body = Callable[[Call], Awaitable[object]]


class AgiStage:
    """The Asterisk, its AMI, and routes that a test gives."""

    def __init__(self, instance: AsteriskInstance, ami: BareAmi, address: str) -> None:
        self.instance = instance
        self.ami = ami
        self.address = address
        self._numbers = itertools.count(1)

    async def call(self, url: str, caller: str = "stays", number: str = "100", keys: str = "") -> str:
        """A caller whose call asks that URL; the Uniqueid of the leg that asks."""
        return await self._originate(caller, "s", f"URL={url}", f"NUMBER={number}", f"__KEYS={keys}")

    async def call_script(self, script: str, caller: str = "stays", keys: str = "") -> str:
        """A caller whose call starts a script: its path and arguments with commas between."""
        escaped = script.replace(",", "\\,")
        return await self._originate(caller, "script", f"SCRIPT={escaped}", f"__KEYS={keys}")

    async def ended(self, leg: str, seconds: float = 15) -> Message:
        """How AGI() ended, told by the dialplan after it: `Status` is AGISTATUS, `Told` the variable TOLD."""
        return await self.ami.event("AgiEnded", Uniqueid=leg, seconds=seconds)

    async def gone(self, leg: str, seconds: float = 15) -> Message:
        """The Hangup of that leg."""
        return await self.ami.event("Hangup", Uniqueid=leg, seconds=seconds)

    async def hang_up(self, leg: str) -> None:
        """The caller puts down the phone."""
        begun = await self.ami.event("Newchannel", Uniqueid=leg)
        await self.ami.action("Hangup", Channel=begun["Channel"])

    async def _originate(self, caller: str, extension: str, *variables: str) -> str:
        leg = f"caller-{next(self._numbers)}"
        answer = await self.ami.action(
            "Originate",
            *variables,
            Channel=f"Local/{caller}@callers/n",
            ChannelId=leg,
            Context="asks",
            Exten=extension,
            Priority="1",
            CallerID='"张伟: (a)" <100>',
            Async="true",
        )
        assert answer["Response"] == "Success", answer
        return leg


@asynccontextmanager
async def raise_agi_stage(program: AsteriskProgram, folder: Path) -> AsyncIterator[AgiStage]:
    """Start the Asterisk, and stop it afterwards."""
    claim = LoopbackClaim.take()
    port = claim.free_port(5038)
    configuration = {
        "extensions.conf": _DIALPLAN,
        "manager.conf": _MANAGER.format(claim.address, port),
        "queues.conf": _QUEUES,
    }
    async with AsteriskInstance(program, folder, configuration, name="agi") as instance:
        ami = await BareAmi.login(claim.address, port, "stage", "stage")
        try:
            yield AgiStage(instance, ami, claim.address)
        finally:
            await ami.close()
    claim.release()


@asynccontextmanager
async def served(stage: AgiStage, **routes: Body) -> AsyncIterator[tuple[AgiServer, str]]:
    """A server with these routes, and what `agi://` URLs of it begin with."""
    deaths: list[BaseException] = []

    def to_route(body: Body) -> Callable[[Call], Awaitable[None]]:
        async def route(call: Call) -> None:
            await body(call)

        return route

    settings = AgiSettings(host=stage.address, port=0, close_seconds=1)
    server = AgiServer(
        settings, Router({n: to_route(b) for n, b in routes.items()}), lambda _, error: deaths.append(error)
    )
    await server.start()
    try:
        yield server, f"agi://{stage.address}:{server.port}"
    finally:
        await server.close()
    assert deaths == []


class Ear:
    """A route that does what it is told and keeps what came of it."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self.results: list[object] = []
        self.hung_up = 0

    async def __call__(self, call: Call) -> None:
        try:
            self.results.append(await self._body(call))
        except CallerHungUp:
            self.hung_up += 1
            raise
