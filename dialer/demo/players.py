"""The agents' hands: they watch their state as a screen would show it and press the keys a person would press."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

Press = Callable[[str, str], Awaitable[None]]
"""Presses keys on the phone of an agent."""

WRAP_UP_KEYS = ("1", "2", "3", "4")
FORGETFUL_SHARE = 0.2
"""Of the wrap-ups, this share is left to the timer."""
ACCEPT, SKIP = "1", "2"
SKIP_SHARE = 0.1


class Players:
    """One pair of hands for all agents. What they do is drawn from the seed, agent by agent."""

    def __init__(self, press: Press, seed: int) -> None:
        self._press = press
        self._seed = seed
        self._draws: dict[str, random.Random] = {}
        self._acted_on: dict[str, tuple[str, str | None]] = {}

    async def look(self, status: dict[str, Any]) -> None:
        """Press what is to be pressed, given what the agents see now."""
        pressing = [self._act(agent) for agent in status["agents"] if self._is_new(agent)]
        await asyncio.gather(*pressing)

    def _is_new(self, agent: dict[str, Any]) -> bool:
        """Each wrap-up and each offer is acted on once."""
        moment = (agent["state"], agent["attempt"])
        if self._acted_on.get(agent["number"]) == moment:
            return False
        self._acted_on[agent["number"]] = moment
        return True

    async def _act(self, agent: dict[str, Any]) -> None:
        number = agent["number"]
        draw = self._draws.setdefault(number, random.Random(f"{self._seed} {number}"))
        if agent["state"] == "wrap_up" and draw.random() >= FORGETFUL_SHARE:
            await self._press(number, draw.choice(WRAP_UP_KEYS))
        elif agent["offer"]:
            await self._press(number, SKIP if draw.random() < SKIP_SHARE else ACCEPT)
