"""Whoever calls this route is called no more.

    same => n,AGI(agi://127.0.0.1/opt-out?country=CN)

Callers hear their number and press 1; who withholds it, or means another one, keys it in. `country` is that of numbers
which say none. Channel variable WAIHU_OPTED_OUT is then the number in E.164, else empty; the route does not hang up.

In the United States a prerecorded message has to come with a number at which people reach such a mechanism, and which
records the request by itself (47 CFR 64.1200(a)(7)(i) and (b)(3)); elsewhere it is a courtesy that saves complaints.
"""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers

from agi.call import Call
from dialer.ports import Suppress

SOURCE = "opt-out line"
TOLD = "WAIHU_OPTED_OUT"
TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutSounds:
    """What is said: names of sounds, played in order. Asterisk's core has those that are given here."""

    number_is: tuple[str, ...] = ("your", "telephone-number")
    """Before the number."""
    confirm: tuple[str, ...] = ("if-correct-press", "digits/1")
    """After it."""
    enter: tuple[str, ...] = ("telephone-number", "vm-then-pound")
    """Asks for a number and the pound key."""
    invalid: tuple[str, ...] = ("pbx-invalid",)
    done: tuple[str, ...] = ("num-was-successfully", "removed")
    goodbye: tuple[str, ...] = ("vm-goodbye",)


class OptOut:
    """The route."""

    def __init__(self, suppress: Suppress, sounds: OptOutSounds | None = None) -> None:
        self._suppress = suppress
        self._sounds = sounds or OptOutSounds()

    async def __call__(self, call: Call) -> None:
        """Have a number confirmed, write it down, and say so; in this order."""
        sounds = self._sounds
        await call.set(TOLD, "")
        await call.answer()
        country = call.request.query.get("country")
        number = e164(call.request.caller_number or "", country)
        for attempt in range(TRIES):
            if attempt > 0 or number is None:
                number = await self._keyed_in(call, country)
            if number is None:
                await call.play(*sounds.invalid)
            elif await self._confirmed(call, number):
                proof = f"call {call.request.uniqueid}"
                await self._suppress(number, reason="asked for it by telephone", source=SOURCE, proof=proof)
                await call.set(TOLD, number)
                await call.play(*sounds.done)
                break
        await call.play(*sounds.goodbye)

    async def _keyed_in(self, call: Call, country: str | None) -> str | None:
        keyed = await call.ask_digits(*self._sounds.enter, most=20)
        return e164(keyed, country) or e164(f"+{keyed}", None)

    async def _confirmed(self, call: Call, number: str) -> bool:
        digits = (f"digits/{digit}" for digit in number.removeprefix("+"))
        prompt = (*self._sounds.number_is, *digits, *self._sounds.confirm)
        return await call.menu(*prompt, choices="1", tries=2, invalid=()) == "1"


def e164(text: str, country: str | None) -> str | None:
    """The number in E.164, or None when it is none. `country` is that of numbers without one."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
