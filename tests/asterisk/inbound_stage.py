"""A flow on a real Asterisk, with callers who come over SIP; what it wants of the rest of Waihu is kept in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agi.router import Router
from agi.routes.aside import Aside
from agi.routes.inbound import Desk, Inbound, InboundFigures
from agi.server import AgiServer, AgiSettings
from agi.voice import Voice
from dialer.config.load_inbound import load_flow
from dialer.core.inbound.flow import Speech, pieces
from dialer.core.inbound.record import CallBegan, CallEnded, InboundFact, StepTaken
from dialer.core.inbound.variables import Caller
from dialer.core.words import CampaignName
from dialer.embedded.carrier.callers import Callers
from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.tones import write_tone
from tests.fakes.caller_queues import SceneLines, SceneQueues
from tests.fakes.waiting import until

TONES = {"welcome": 440, "menu": 520, "sub": 610, "wrong": 700, "done": 790, "failed": 880, "bye": 970}
"""Sounds of the tests' flows."""
LATER = timedelta(seconds=30)


@dataclass
class Memory:
    """The rest of Waihu."""

    facts: list[InboundFact] = field(default_factory=list)
    suppressed: dict[str, str] = field(default_factory=dict)
    callbacks: list[tuple[str, CampaignName, timedelta]] = field(default_factory=list)
    callers: dict[str, Caller] = field(default_factory=dict)
    away: bool = False
    now: datetime | None = None

    async def find(self, number: str) -> Caller:
        self._answer()
        return self.callers.get(number, Caller(number=number))

    async def suppress(self, number: str, *, reason: str, source: str, proof: str) -> bool:
        self._answer()
        self.suppressed[number] = proof
        return True

    async def promise(self, number: str, *, campaign: CampaignName, after: timedelta) -> None:
        self._answer()
        self.callbacks.append((number, campaign, after))

    def keep(self, fact: InboundFact) -> None:
        self.facts.append(fact)

    def clock(self) -> datetime:
        return self.now or datetime.now(UTC)

    def _answer(self) -> None:
        if self.away:
            raise ConnectionError("PostgreSQL is away")


@dataclass
class InboundStage:
    """The flow at work."""

    callers: Callers
    memory: Memory
    server: AgiServer
    folder: Path
    recordings: Path

    async def visit(self, keys: str = "", caller: str = "13800138000", *, heard: Path | None = None) -> list[str]:
        """Somebody calls, presses keys, and stays to the end; the steps taken, each `step:result:value`."""
        before = len(self.ended())
        await self.callers.call("100", caller=caller, keys=keys, heard=heard)
        await until(lambda: len(self.ended()) > before, 30)
        return self.ways()

    def ended(self) -> list[CallEnded]:
        return [fact for fact in self.memory.facts if isinstance(fact, CallEnded)]

    def began(self) -> CallBegan:
        """The last call."""
        return [fact for fact in self.memory.facts if isinstance(fact, CallBegan)][-1]

    def ways(self) -> list[str]:
        """Of the last call."""
        call = self.began().call
        steps = [fact for fact in self.memory.facts if isinstance(fact, StepTaken) and fact.call == call]
        return [f"{step.step}:{step.result}:{step.value}".rstrip(":") for step in steps if step.result is not None]

    async def in_step(self, name: str) -> None:
        """Until a caller is in it."""
        await until(lambda: any(isinstance(fact, StepTaken) and fact.step == name for fact in self.memory.facts), 20)

    async def nobody_left(self) -> None:
        """Until no call is served, and what served it is gone."""
        await until(lambda: self.server.calls_now == 0, 10)
        await asyncio.sleep(0)
        names = [task.get_name() for task in asyncio.all_tasks()]
        assert not [name for name in names if name.startswith("AGI inbound")]


@asynccontextmanager
async def on_stage(
    pbx: EmbeddedPbx, carrier: Carrier, folder: Path, text: str, voice: Voice | None = None
) -> AsyncIterator[InboundStage]:
    """Have calls to the PBX answered by this flow; `SOUNDS/` in it is where the tones are. Where no `voice` is given
    texts are tones."""
    for name, hertz in TONES.items():
        write_tone(folder / f"{name}.wav", hertz)
    file = folder / "test.yaml"
    file.write_text(text.replace("SOUNDS", str(folder)), encoding="utf-8")
    flow = load_flow(file, None)
    memory = Memory()
    recordings = folder / "messages"
    recordings.mkdir()
    speaking = Path(__file__).with_name("speaks_tones.py")
    voice = voice or Voice(["python3", str(speaking), "{voice}", "{file}"], {"zh": "cmn"}, folder / "speech")
    await voice.prepare([(lang, piece.text) for _, lang, piece in pieces(flow) if isinstance(piece, Speech)])
    desk = Desk(
        flow_of=lambda number: flow if number in flow.numbers else None,
        find_caller=memory.find,
        suppress=memory.suppress,
        promise_callback=memory.promise,
        queues=SceneQueues(),
        lines=SceneLines(),
        keep=memory.keep,
        voice=voice,
        recordings=str(recordings),
        now=memory.clock,
    )
    deaths: list[BaseException] = []
    host, port = pbx.agi
    server = AgiServer(
        AgiSettings(host=host, port=port, close_seconds=0.5),
        Router({"inbound": Inbound(desk, InboundFigures(), Aside())}),
        lambda _, error: deaths.append(error),
    )
    await server.start()
    try:
        yield InboundStage(Callers(carrier, pbx.sip), memory, server, folder, recordings)
    finally:
        await server.close()
        await carrier.instance.cli("channel request hangup all")
    assert deaths == []
