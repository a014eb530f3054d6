"""The carrier: a second Asterisk, on addresses of its own, that the PBX's trunk leads to.

It knows nothing of Waihu. Its log of calls is written by its own dialplan, so what Waihu says about a call can be held
against what the other side saw.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dialer.embedded.asterisk_instance import AsteriskInstance
from dialer.embedded.asterisk_program import AsteriskProgram
from dialer.embedded.carrier.fates import Fate, FateKind, Fates
from dialer.embedded.pbx import AmiAccount, sip_transport
from dialer.embedded.ports import LoopbackClaim

DIALPLAN = Path(__file__).with_name("extensions.conf")


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierCall:
    """One call as the carrier saw it. `ended_by` is `caller`, `customer` or `network`; `cause` is Q.850."""

    number: str
    nth: int
    fate: FateKind
    invited_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    ended_by: str
    cause: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCall:
    """One call of an agent's phone. `direction` is `called` (by the PBX) or `dialled` (by the agent)."""

    phone: str
    direction: str
    answered_at: datetime
    ended_at: datetime
    cause: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerCall:
    """One call of a caller, as the carrier saw it; `by_caller`: the caller hung up. `cause` is Q.850."""

    caller: str
    dialled: str
    invited_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    by_caller: bool
    cause: int


class Carrier:
    """An Asterisk that answers, refuses, rings and talks as `fates` say.

    `scripted` gives numbers fates of their own, one a call; the last is that of all later calls.
    """

    def __init__(
        self,
        program: AsteriskProgram,
        folder: Path,
        fates: Fates,
        scripted: Mapping[str, Sequence[Fate]] | None = None,
    ) -> None:
        self._claims = [LoopbackClaim.take(), LoopbackClaim.take()]
        trunk_side, phones_side = self._claims
        self.sip = f"{trunk_side.address}:{trunk_side.free_port(5060)}"
        self.phones_sip = f"{phones_side.address}:{phones_side.free_port(5060)}"
        self.ami = AmiAccount(
            host=trunk_side.address, port=trunk_side.free_port(5038), user="stage", secret=secrets.token_hex(24)
        )
        self._calls_log = folder.absolute() / "calls.jsonl"
        self._phones_log = folder.absolute() / "phones.jsonl"
        self._callers_log = folder.absolute() / "callers.jsonl"
        configuration = {
            "extensions.conf": self._dialplan(fates, scripted or {}),
            "manager.conf": (
                f"[general]\nenabled = yes\nbindaddr = {self.ami.host}\nport = {self.ami.port}\n"
                f"[{self.ami.user}]\nsecret = {self.ami.secret}\nread = call\nwrite = call,originate,reporting,system\n"
            ),
            "pjsip.conf": (
                # The PBX's two endpoints come from one address; its phones' one says so in the From header.
                "[global]\ntype = global\nendpoint_identifier_order = username,ip\n\n"
                f"{sip_transport('trunk', self.sip)}{sip_transport('phones', self.phones_sip)}"
                f"{_endpoint('pbx', 'carrier', 'trunk', trunk_side.address)}"
                f"{_endpoint('phones', 'phones', 'phones', phones_side.address)}"
                "[pbx]\ntype = identify\nendpoint = pbx\nmatch = 127.0.0.0/8\n"
            ),
        }
        self.instance = AsteriskInstance(program, folder, configuration, name="carrier")

    async def start(self) -> None:
        """:raises AsteriskInstanceError: it does not start."""
        await self.instance.start()

    async def stop(self) -> None:
        """End it and give its addresses back; its logs stay."""
        await self.instance.stop()
        for claim in self._claims:
            claim.release()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def calls(self) -> list[CarrierCall]:
        """Every call that has ended, in the order of ending."""
        return [
            CarrierCall(
                number=row["number"],
                nth=row["nth"],
                fate=FateKind(row["fate"]),
                invited_at=_moment(row["invited_at"]),
                answered_at=None if row["answered_at"] is None else _moment(row["answered_at"]),
                ended_at=_moment(row["ended_at"]),
                ended_by=row["ended_by"],
                cause=row["cause"],
            )
            for row in _rows(self._calls_log)
        ]

    def phone_calls(self) -> list[PhoneCall]:
        """Every call of an agent's phone that has ended, in the order of ending."""
        return [
            PhoneCall(
                phone=row["phone"],
                direction=row["direction"],
                answered_at=_moment(row["answered_at"]),
                ended_at=_moment(row["ended_at"]),
                cause=row["cause"],
            )
            for row in _rows(self._phones_log)
        ]

    def caller_calls(self) -> list[CallerCall]:
        """Every call of a caller that has ended, in the order of ending."""
        return [
            CallerCall(
                caller=row["caller"],
                dialled=row["dialled"],
                invited_at=_moment(row["invited_at"]),
                answered_at=None if row["answered_at"] is None else _moment(row["answered_at"]),
                ended_at=_moment(row["ended_at"]),
                by_caller=row["by_caller"],
                cause=row["cause"],
            )
            for row in _rows(self._callers_log)
        ]

    def _dialplan(self, fates: Fates, scripted: Mapping[str, Sequence[Fate]]) -> str:
        rows = list(fates.table())
        for number, script in scripted.items():
            rows += [(f"{number}-{nth}", fate) for nth, fate in enumerate(script, start=1)]
            rows.append((f"{number}-more", script[-1]))
        return (
            f"[globals]\nCARRIER_SEED={fates.seed}\n"
            f"CARRIER_LOG={self._calls_log}\nPHONES_LOG={self._phones_log}\n"
            f"CALLERS_LOG={self._callers_log}\n"
            f'#include "{DIALPLAN}"\n[fates]\n'
            + "".join(f"exten => {name},1,{_returned(fate)}\n" for name, fate in rows)
        )


def _returned(fate: Fate) -> str:
    return f"Return({fate.kind}|{fate.ring_seconds:.3f}|{fate.talk_seconds:.3f})"


def _endpoint(name: str, context: str, transport: str, address: str) -> str:
    return (
        f"[{name}]\ntype = endpoint\ncontext = {context}\ntransport = {transport}\ndisallow = all\nallow = alaw,ulaw\n"
        "dtmf_mode = rfc4733\ndirect_media = no\nrtp_symmetric = yes\n"
        f"media_address = {address}\nbind_rtp_to_media_address = yes\n\n"
    )


def _rows(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
