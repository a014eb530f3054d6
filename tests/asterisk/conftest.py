"""The real Asterisk for the tests of this folder: one PBX and one carrier a run, on addresses of their own."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dialer.embedded.asterisk_program import AsteriskProgram, find_asterisk
from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.carrier.fates import Fates
from dialer.embedded.carrier.phones import Phones
from dialer.embedded.pbx import EmbeddedPbx
from dialer.embedded.speech_program import find_espeak
from tests.asterisk.agi_stage import AgiStage, raise_agi_stage
from tests.asterisk.bare_ami import BareAmi
from tests.asterisk.numbers import SCRIPTED

LOCAL_ENDS = """
[local-ends]
exten => busy,1,Hangup(17)
exten => unallocated,1,Hangup(1)
exten => rings_on,1,Ringing()
 same => n,Wait(60)
exten => answers,1,Answer()
 same => n,Wait(1)
 same => n,Hangup(16)
"""


@pytest.fixture(scope="session")
def program() -> AsteriskProgram:
    return find_asterisk(say=print)


@pytest.fixture(scope="session")
def espeak() -> Path:
    """The program that speaks."""
    return find_espeak(say=print)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def carrier(program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Carrier]:
    async with Carrier(program, tmp_path_factory.mktemp("carrier"), Fates(seed=1), SCRIPTED) as carrier:
        yield carrier


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pbx(
    program: AsteriskProgram, carrier: Carrier, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[EmbeddedPbx]:
    folder = tmp_path_factory.mktemp("pbx")
    async with EmbeddedPbx(program, folder, carrier=carrier.sip, phones=carrier.phones_sip, dialplan=LOCAL_ENDS) as pbx:
        yield pbx


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def agi_stage(program: AsteriskProgram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AgiStage]:
    """An Asterisk whose dialplan asks AGI servers and scripts; for tests in the session's event loop."""
    async with raise_agi_stage(program, tmp_path_factory.mktemp("agi")) as stage:
        yield stage


@pytest.fixture
def phones(carrier: Carrier, pbx: EmbeddedPbx) -> Phones:
    return Phones(carrier, pbx.sip)


@pytest_asyncio.fixture
async def ami(pbx: EmbeddedPbx) -> AsyncIterator[BareAmi]:
    """A session on the PBX with Waihu's account; every leg is hung up afterwards, so tests do not meet."""
    session = await BareAmi.login(pbx.ami.host, pbx.ami.port, pbx.ami.user, pbx.ami.secret)
    yield session
    await session.close()
    await pbx.instance.cli("channel request hangup all")


@pytest_asyncio.fixture
async def heartbeat(ami: BareAmi) -> AsyncIterator[None]:
    """Waihu is there."""

    async def beat() -> None:
        while True:
            await ami.action("Setvar", Variable="WAIHU_HEARTBEAT", Value=str(int(time.time())))
            await asyncio.sleep(1)

    await ami.action("Setvar", Variable="WAIHU_HEARTBEAT", Value=str(int(time.time())))
    beating = asyncio.create_task(beat(), name="heartbeat")
    yield
    beating.cancel()
    await asyncio.wait([beating])


@pytest_asyncio.fixture
async def waihu_is_away(ami: BareAmi) -> None:
    await ami.action("Setvar", Variable="WAIHU_HEARTBEAT", Value=str(int(time.time()) - 6))
