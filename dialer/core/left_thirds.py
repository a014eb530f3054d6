"""Thirds of an earlier life of the daemon: each gets an end in the store, whatever became of it.

One who talks with the customer is left there, and is over when the customer's talk is. Every other is let go, or was
gone already; how it ended nobody saw, so it ends with the moment at which we found out, as `restart`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core.aside_words import TransferOutcome
from dialer.core.events import Event, HungUp
from dialer.core.floor import Floor
from dialer.core.on_the_line import is_talking
from dialer.core.transfer import RecordTransfer
from dialer.core.words import ChannelId

Wishes = Iterator[do.Command]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdsInherited(Event):
    """Thirds of whom no end is written. Comes before the first `AsteriskBack`, which tells who of them is there."""

    thirds: tuple[RecordTransfer, ...]


def inherit_thirds(floor: Floor, event: ThirdsInherited) -> None:
    """Keep them in mind until Asterisk has spoken."""
    floor.asides.left = {third.third: third for third in event.thirds}


def recover_thirds(floor: Floor, staying: Collection[ChannelId], at: datetime, gone_at: datetime) -> Wishes:
    """Asterisk says who talks with a customer. After all else that is aside of talks is recovered."""
    for channel in [channel for channel in floor.asides.handed if channel not in staying]:
        yield from _over(floor, channel, gone_at)
    left, floor.asides.left = floor.asides.left, {}
    for channel, third in left.items():
        if channel in staying and not _is_over(floor, third):
            floor.asides.handed[channel] = third
        else:
            yield _ended(third, at, TransferOutcome.RESTART)


def settle(floor: Floor, event: Event, now: datetime) -> Wishes:
    """End those who are gone, or whose customer's talk is over, after `event`."""
    for channel, third in list(floor.asides.handed.items()):
        if isinstance(event, HungUp) and event.channel in (channel, third.customer):
            yield from _over(floor, channel, event.at)
        elif _is_over(floor, third):
            yield from _over(floor, channel, now)


def _is_over(floor: Floor, third: RecordTransfer) -> bool:
    """The customer's talk is over. A caller whose agent was done is not followed by this life: a hang-up tells."""
    talk = floor.talk(third.customer)
    return not is_talking(talk) and not (talk is None and third.called_us)


def _over(floor: Floor, channel: ChannelId, at: datetime) -> Wishes:
    yield _ended(floor.asides.handed.pop(channel), at, TransferOutcome.HANDED)


def _ended(third: RecordTransfer, at: datetime, outcome: TransferOutcome) -> RecordTransfer:
    return replace(third, ended_at=max(at, third.answered_at or third.at), outcome=outcome)
