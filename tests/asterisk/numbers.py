"""Numbers whose fate at the tests' carrier is fixed, and the customer's leg placed to one of them."""

import uuid

from dialer.embedded.carrier.fates import Fate, FateKind
from dialer.embedded.pbx import EmbeddedPbx
from tests.asterisk.bare_ami import BareAmi

NUMBERS = {kind: f"+155500{index:02}" for index, kind in enumerate(FateKind)}
"""One number of each kind; it rings or talks 0.2 s, so that tests are quick, unless it is told below."""

TALKATIVE = "+15551000"
"""A person who answers at once and talks for a minute."""
BRIEF = "+15551001"
"""A person who answers at once and hangs up after 0.3 s."""
MACHINE = "+15551002"
"""An answering machine that answers at once and records for a minute."""
AMD = r"2500\,1500\,800\,5000\,100\,50\,3\,256\,5000"
"""Asterisk's own defaults, as they stand in a Variable of Originate."""

SCRIPTED = {
    **{number: [Fate(kind=kind, ring_seconds=0.2, talk_seconds=0.2)] for kind, number in NUMBERS.items()},
    NUMBERS[FateKind.RINGS_ON]: [Fate(kind=FateKind.RINGS_ON, ring_seconds=60)],
    TALKATIVE: [Fate(kind=FateKind.HUMAN, ring_seconds=0, talk_seconds=60)],
    MACHINE: [Fate(kind=FateKind.VOICEMAIL, ring_seconds=0, talk_seconds=60)],
    BRIEF: [Fate(kind=FateKind.IMPATIENT, ring_seconds=0, talk_seconds=0.3)],
}


async def call(
    ami: BareAmi,
    number: str,
    *,
    trunk: str = EmbeddedPbx.trunk,
    limit_ms: int = 2000,
    message: str = "vm-goodbye",
    amd: str = "",
    ring_ms: int = 5000,
) -> str:
    """Originate as Waihu does; returns the attempt's id."""
    attempt = str(uuid.uuid4())
    answer = await ami.action(
        "Originate",
        "CHANNEL(hangup_handler_push)=waihu-hangup\\,s\\,1",
        f"WAIHU_ATTEMPT={attempt}",
        f"WAIHU_LIMIT_MS={limit_ms}",
        f"WAIHU_MESSAGE={message}",
        f"WAIHU_AMD={amd}",
        Channel=trunk.format(number=number),
        ChannelId=attempt,
        Context="waihu-answered",
        Exten="s",
        Priority="1",
        Timeout=str(ring_ms),
        Async="true",
    )
    assert answer["Response"] == "Success", answer
    return attempt


async def agent_leg(ami: BareAmi, agent: str) -> str:
    """Waihu calls the agent's phone; returns the leg's Uniqueid when it waits in the loop."""
    leg = str(uuid.uuid4())
    await ami.action(
        "Originate",
        Channel=EmbeddedPbx.phone.format(number=agent),
        ChannelId=leg,
        Context="waihu-agent",
        Exten=agent,
        Priority="1",
        Timeout="5000",
        Async="true",
    )
    await ami.event("WaihuAgentLeg", Uniqueid=leg, Agent=agent)
    return leg


async def redirect(ami: BareAmi, channel: str, context: str, exten: str = "s") -> None:
    answer = await ami.action("Redirect", Channel=channel, Context=context, Exten=exten, Priority="1")
    assert answer["Response"] == "Success", answer
