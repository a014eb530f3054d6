"""A supervisor's visit: dials in with number and PIN, listens, whispers, barges in, turns to the next agent.

What the supervisor's telephone, the agent's and the customer's receive is measured at the carrier's side: every far end
says a tone of its own, so it is known who hears whom.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialer.core.supervision_words import SupervisorState
from dialer.demo.cues import LOOK_SECONDS
from dialer.demo.inbound.crowd import CALLER_HERTZ
from dialer.demo.inbound.furnishing import SUPERVISOR
from dialer.demo.inbound.ledger import Ledger
from dialer.demo.stage import Stage
from dialer.embedded.carrier.ami_action import AmiActionError
from dialer.embedded.carrier.ears import Ears, NothingHeardError, Voice
from dialer.embedded.carrier.phones import PhoneNotUpError
from dialer.embedded.pbx import SUPERVISE_PREFIX

SUPERVISOR_HERTZ = 500
AGENTS_HERTZ = range(600, 3400)
STEP_HERTZ = 30
LISTEN, WHISPER, BARGE, NEXT = "1", "2", "3", "6"
"""Keys of `supervision_keys`, as they are where the site says nothing."""
LEG_SECONDS = 25.0
"""How long each part of the visit may wait for a talk that can be measured."""
SETTLED_SECONDS = 0.7
"""A status is half a second old; a talk is one talk when it is the same before and after."""
HELLO_SECONDS = 1.5
"""Into the talk, when a customer who was called has said hello and says a tone."""
HEARD = -27.0
"""dB of full scale: a tone arrives at about -14, and speech, which agents hear as well, has at most -34 at one
frequency within the time that is measured."""
BOSS, AGENT, CUSTOMER = "supervisor", "agent", "customer"

SHOULD_HEAR: Mapping[SupervisorState, Mapping[str, frozenset[str]]] = {
    SupervisorState.LISTENING: {
        BOSS: frozenset({AGENT, CUSTOMER}),
        AGENT: frozenset({CUSTOMER}),
        CUSTOMER: frozenset({AGENT}),
    },
    SupervisorState.WHISPERING: {
        BOSS: frozenset({AGENT, CUSTOMER}),
        AGENT: frozenset({CUSTOMER, BOSS}),
        CUSTOMER: frozenset({AGENT}),
    },
    SupervisorState.BARGING: {
        BOSS: frozenset({AGENT, CUSTOMER}),
        AGENT: frozenset({CUSTOMER, BOSS}),
        CUSTOMER: frozenset({AGENT, BOSS}),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What was heard in one part of the visit."""

    state: SupervisorState
    agent: str
    customer: str
    levels: Mapping[str, Mapping[str, float]]
    """At each far end the level of each voice, in dB of full scale."""

    @property
    def heard(self) -> dict[str, frozenset[str]]:
        """Who heard whom."""
        return {
            who: frozenset(other for other, decibels in heard.items() if decibels > HEARD and other != who)
            for who, heard in self.levels.items()
        }


def agents_hertz(agents: Sequence[str]) -> dict[str, int]:
    """The tone of each agent."""
    step = min(STEP_HERTZ, len(AGENTS_HERTZ) // max(1, len(agents)))
    return {agent: AGENTS_HERTZ[step * index] for index, agent in enumerate(agents)}


def wrong_hearings(hearings: Sequence[Hearing]) -> Iterator[str]:
    """What should have been heard and was not, and the other way round."""
    for hearing in hearings:
        for who, expected in SHOULD_HEAR[hearing.state].items():
            if hearing.heard[who] != expected:
                yield (
                    f"supervisor {hearing.state} with agent {hearing.agent}: the {who} heard "
                    f"{', '.join(sorted(hearing.heard[who])) or 'nobody'}, expected {', '.join(sorted(expected))}"
                )


class Visit:
    """One session of the supervisor, and what was heard in it."""

    def __init__(self, stage: Stage, ledger: Ledger, pin: str) -> None:
        self._stage = stage
        self._ledger = ledger
        self._pin = pin
        self._hertz = agents_hertz([agent.number for agent in stage.agents])
        self.hearings: list[Hearing] = []
        self.missing: list[str] = []
        """What could not be done or measured, one sentence each."""
        self._ears = Ears(stage.carrier, stage.folder / "heard")

    async def pay(self) -> None:
        """From the first digit that is dialled until the phone is put down."""
        try:
            status = await self._until("nobody talked", _someone_talks)
            agent = next(one["number"] for one in status["agents"] if one["state"] == "talking")
            await self._stage.phones.dial_in(SUPERVISOR, SUPERVISOR, self._pin, f"{SUPERVISE_PREFIX}{LISTEN}{agent}")
            await self._until("the supervisor was not let in", lambda now: _boss(now)["state"] in SHOULD_HEAR_OR_WAIT)
            await self._ears.say(Voice(await self._ears.phone(SUPERVISOR), SUPERVISOR_HERTZ))
            await self._measure(SupervisorState.LISTENING)
            await self._press(WHISPER)
            await self._measure(SupervisorState.WHISPERING)
            await self._press(BARGE)
            await self._measure(SupervisorState.BARGING)
            await self._press(LISTEN)
            if len(self._stage.agents) > 1:
                await self._press(NEXT)
                await self._until(
                    "the supervisor did not turn to the next agent", lambda now: _boss(now)["agent"] != agent
                )
            await self._measure(SupervisorState.LISTENING)
            await self._stage.phones.hang_up(SUPERVISOR)
        except (_NotInTime, PhoneNotUpError, AmiActionError) as error:
            self.missing.append(f"the supervisor's visit was cut short: {error}")

    async def _press(self, key: str) -> None:
        await self._stage.phones.press(SUPERVISOR, key)

    async def _measure(self, state: SupervisorState) -> None:
        """In a talk that is the same before and after."""
        deadline = time.monotonic() + LEG_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            status = await self._until(
                f"there was no talk while {state}", lambda now: can_be_measured(now, state), left
            )
            hearing = await self._hearing(state, _boss(status)["agent"], _talk(status))
            await asyncio.sleep(SETTLED_SECONDS)
            later = await self._stage.status()
            if (
                hearing is not None
                and later is not None
                and can_be_measured(later, state)
                and _talk(later) == _talk(status)
            ):
                self.hearings.append(hearing)
                return
        raise _NotInTime(f"no talk was long enough while {state}, within {LEG_SECONDS:.0f} s")

    async def _hearing(self, state: SupervisorState, agent: str, talk: str) -> Hearing | None:
        """None: somebody hung up meanwhile."""
        number = await self._ledger.number_of(talk)
        if number is None:
            return None
        try:
            levels = await self._ears.levels(
                {
                    BOSS: Voice(await self._ears.phone(SUPERVISOR), SUPERVISOR_HERTZ),
                    AGENT: Voice(await self._ears.phone(agent), self._hertz[agent]),
                    CUSTOMER: Voice(await self._ears.customer(number), CALLER_HERTZ),
                }
            )
        except (AmiActionError, NothingHeardError, PhoneNotUpError):
            return None
        return Hearing(state=state, agent=agent, customer=number, levels=levels)

    async def _until(
        self, otherwise: str, is_so: Callable[[dict[str, Any]], bool], seconds: float = LEG_SECONDS
    ) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status = await self._stage.status()
            if status is not None and is_so(status):
                return status
            await asyncio.sleep(LOOK_SECONDS / 2)
        raise _NotInTime(f"{otherwise} within {seconds:.0f} s")


class _NotInTime(Exception):
    """Something did not come true."""


SHOULD_HEAR_OR_WAIT = (*SHOULD_HEAR, SupervisorState.WAITING)


def _boss(status: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in status["supervisors"] if one["number"] == SUPERVISOR)
    return found


def _talk(status: Mapping[str, Any]) -> str:
    """What the supervisor hears now; empty: nothing."""
    return str(_boss(status)["attempt"] or "")


def _someone_talks(status: Mapping[str, Any]) -> bool:
    return any(agent["state"] == "talking" for agent in status["agents"])


def can_be_measured(status: Mapping[str, Any], state: SupervisorState) -> bool:
    """Whether the supervisor is in this state with a talk in which both sides say their tones: the customer is not on
    hold, and has said hello."""
    boss = _boss(status)
    agent = next((one for one in status["agents"] if one["number"] == boss["agent"]), None)
    if agent is None or boss["state"] != state or not _talk(status):
        return False
    return agent["state"] == "talking" and not agent["reason"] and agent["seconds"] >= HELLO_SECONDS
