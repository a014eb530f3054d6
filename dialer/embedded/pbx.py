"""The PBX of the demo and the tests: an Asterisk of our own with `asterisk-conf/`, a trunk and agents' phones."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from dialer.embedded.asterisk_instance import AsteriskInstance
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.ports import LoopbackClaim

ASTERISK_CONF = Path(__file__).resolve().parents[2] / "asterisk-conf"
LOGIN_EXTENSION = "9000"
"""What a phone dials to reach `waihu-login`."""
SUPERVISE_PREFIX = "*5"
"""What a phone dials to reach `waihu-supervise`, followed by a key and an agent's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiAccount:
    """Where an AMI listens and who may enter."""

    host: str
    port: int
    user: str
    secret: str = field(repr=False)


class EmbeddedPbx:
    """An Asterisk on a loopback address of its own.

    `carrier` and `phones` are the SIP addresses (`127.87.1.2:5060`) of the trunk `carrier` and of the agents' phones.
    `agi` is the address and port where it asks Waihu about callers.
    `dialplan` is text appended to `extensions.conf`, for what a test or a demo wants beside Waihu's contexts.
    """

    trunk = "PJSIP/{number}@carrier"
    phone = "PJSIP/{number}@phones"

    def __init__(
        self,
        program: AsteriskProgram,
        folder: Path,
        *,
        carrier: str,
        phones: str,
        dialplan: str = "",
        survive_parent: bool = False,
    ) -> None:
        self._claim = LoopbackClaim.take()
        address = self._claim.address
        self.sip = f"{address}:{self._claim.free_port(5060)}"
        self.ami = AmiAccount(
            host=address, port=self._claim.free_port(5038), user="waihu", secret=secrets.token_hex(24)
        )
        self.agi = (address, self._claim.free_port(4573))
        configuration = {
            "extensions.conf": (
                "[globals]\nWAIHU_AGI = {}:{}\n".format(*self.agi)
                + f'#include "{ASTERISK_CONF}/waihu-extensions.conf"\n{_DIALPLAN}{dialplan}'
            ),
            "manager.conf": (
                f"[general]\nenabled = yes\nbindaddr = {address}\nport = {self.ami.port}\n"
                f'#include "{ASTERISK_CONF}/waihu-manager.conf"\n'
            ),
            "waihu-manager-secret.conf": f"secret = {self.ami.secret}\n",
            "pjsip.conf": (
                f"{sip_transport('transport', self.sip)}"
                f'#include "{ASTERISK_CONF}/waihu-pjsip.conf"\n'
                f"{_peer('carrier', 'waihu-trunk', carrier, address)}"
                f"{_peer('phones', 'waihu-phone', phones, address)}from_user = phones\n"
                f"{_contact('carrier', carrier)}{_contact('phones', phones)}"
            ),
        }
        self.instance = AsteriskInstance(program, folder, configuration, name="pbx", survive_parent=survive_parent)

    async def start(self) -> None:
        """:raises AsteriskInstanceError: it does not start."""
        await self.instance.start()

    async def stop(self) -> None:
        """End it and give its address back; it cannot be started again."""
        await self.instance.stop()
        self._claim.release()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


_DIALPLAN = f"""
[from-phones]
exten => {LOGIN_EXTENSION},1,Goto(waihu-login,s,1)
exten => _{SUPERVISE_PREFIX}X!,1,Goto(waihu-supervise,${{EXTEN:{len(SUPERVISE_PREFIX)}}},1)

[from-trunk]
exten => _[+0-9]!,1,Goto(waihu-inbound,${{EXTEN}},1)

"""


def sip_transport(name: str, sip: str) -> str:
    """The section of `pjsip.conf` that listens at `sip`."""
    return f"[{name}]\ntype = transport\nprotocol = udp\nbind = {sip}\n\n"


def _peer(name: str, template: str, sip: str, address: str) -> str:
    host = sip.rpartition(":")[0]
    return (
        f"[{name}]\ntype = identify\nendpoint = {name}\nmatch = {host}\n"
        f"[{name}]({template})\ntransport = transport\naors = {name}\n"
        f"media_address = {address}\nbind_rtp_to_media_address = yes\n"
    )


def _contact(name: str, sip: str) -> str:
    return f"[{name}]\ntype = aor\ncontact = sip:{sip}\n"
