"""What is under way from one machine to another; see `coupling`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dialer.core import commands as do
from dialer.core.events import Event
from dialer.core.words import AgentNumber, AttemptId


@dataclass(frozen=True, slots=True)
class ToCall:
    """An event on its way to a call, or to a caller by the ChannelId of the leg."""

    attempt: AttemptId
    event: Event


@dataclass(frozen=True, slots=True)
class ToAgent:
    """An event on its way to an agent."""

    agent: AgentNumber
    event: Event


Letter = ToCall | ToAgent
Consequences = Iterator[do.Command | Letter]
