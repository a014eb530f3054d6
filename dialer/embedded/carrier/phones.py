"""The agents' phones at the carrier's side: they pick up by themselves, dial in, press keys and hang up."""

import asyncio

from dialer.embedded.carrier.ami_action import ami_action
from dialer.embedded.carrier.carrier import Carrier
from dialer.embedded.pbx import LOGIN_EXTENSION


class PhoneNotUpError(Exception):
    """The phone is in no call, so nothing can be pressed or hung up on it."""


class Phones:
    """Phones by their number. `pbx_sip` is the SIP address of the PBX they belong to."""

    def __init__(self, carrier: Carrier, pbx_sip: str) -> None:
        self._ami = carrier.ami
        self._pbx_sip = pbx_sip

    async def dial_in(self, phone: str, number: str, pin: str, extension: str = LOGIN_EXTENSION) -> None:
        """Dial Waihu's login and key the `number` and `pin` there. Returns as soon as it is dialled.

        :raises AmiActionError: the carrier refused.
        """
        await ami_action(
            self._ami,
            "Originate",
            ("Channel", f"PJSIP/phones/sip:{extension}@{self._pbx_sip}"),
            ("Context", "phone-dials"),
            ("Exten", phone),
            ("Priority", "1"),
            ("CallerID", f"<{phone}>"),
            ("Async", "true"),
            ("Variable", f"KEYS_NUMBER={number},KEYS_PIN={pin}"),
        )

    async def press(self, phone: str, digits: str) -> None:
        """Press keys (0-9, *, #) one after the other.

        :raises PhoneNotUpError: it is in no call.
        """
        channel = await self._channel(phone)
        for digit in digits:
            await ami_action(self._ami, "PlayDTMF", ("Channel", channel), ("Digit", digit), ("Duration", "100"))
            # Asterisk only queues the key; keys that overlap would be heard wrong.
            await asyncio.sleep(0.25)

    async def hang_up(self, phone: str) -> None:
        """:raises PhoneNotUpError: it is in no call."""
        await ami_action(self._ami, "Hangup", ("Channel", await self._channel(phone)), ("Cause", "16"))

    async def is_up(self, phone: str) -> bool:
        """Whether the phone is in a call."""
        return bool(await self._channel_or_nothing(phone))

    async def _channel(self, phone: str) -> str:
        channel = await self._channel_or_nothing(phone)
        if not channel:
            raise PhoneNotUpError(f"phone {phone} is in no call")
        return channel

    async def _channel_or_nothing(self, phone: str) -> str:
        return (await ami_action(self._ami, "Getvar", ("Variable", f"PHONE_{phone}"))).get("Value", "")
