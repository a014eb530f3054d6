"""People at the carrier's side who call the PBX: they press keys, speak, and hang up."""

import asyncio
import time
from pathlib import Path
from uuid import uuid4

from dialer.embedded.carrier.ami_action import ami_action
from dialer.embedded.carrier.carrier import Carrier


class Callers:
    """Callers by the channel of their call. `pbx_sip` is the SIP address of the PBX."""

    def __init__(self, carrier: Carrier, pbx_sip: str) -> None:
        self._ami = carrier.ami
        self._pbx_sip = pbx_sip

    async def call(
        self, dialled: str, *, caller: str = "", keys: str = "", heard: Path | None = None, says: int | None = None
    ) -> str:
        """Call a number from the number `caller`; empty: withheld. Returns the channel as soon as it is dialled.

        `keys` are pressed after the answer, one every 300 ms (`w` waits for 700 ms); `heard` is a WAV file that gets
        all that the caller hears; `says` is the tone in hertz that the caller says, instead of a few words.

        :raises AmiActionError: the carrier refused.
        """
        channel = f"caller-{uuid4()}"
        known = {
            "CHANNEL(hangup_handler_push)": "caller-log\\,s\\,1",
            "CALLER": caller,
            "DIALLED": dialled,
            "INVITED": f"{time.time():.3f}",
            "KEYS": keys,
            "HEARD": str(heard or ""),
            "SAYS": str(says or ""),
        }
        await ami_action(
            self._ami,
            "Originate",
            ("Channel", f"PJSIP/pbx/sip:{dialled}@{self._pbx_sip}"),
            ("ChannelId", channel),
            ("Context", "caller-calls"),
            ("Exten", "s"),
            ("Priority", "1"),
            ("CallerID", f"<{caller or 'anonymous'}>"),
            ("Async", "true"),
            *(("Variable", f"{name}={value}") for name, value in known.items()),
        )
        return channel

    async def press(self, channel: str, keys: str) -> None:
        """Press keys (0-9, *, #) one after the other.

        :raises AmiActionError: the call is over.
        """
        for key in keys:
            await ami_action(self._ami, "PlayDTMF", ("Channel", channel), ("Digit", key), ("Duration", "100"))
            # Asterisk only queues the key; keys that overlap would be heard wrong.
            await asyncio.sleep(0.25)

    async def hang_up(self, channel: str) -> None:
        """Put down the phone.

        :raises AmiActionError: the call is over.
        """
        await ami_action(self._ami, "Setvar", ("Channel", channel), ("Variable", "ENDED_BY"), ("Value", "caller"))
        await ami_action(self._ami, "Hangup", ("Channel", channel), ("Cause", "16"))
