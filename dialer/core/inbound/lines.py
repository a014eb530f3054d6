"""Lines of trunks that transfers of callers hold: asked for before anybody is rung, given back when the talk is over.

A line is one whoever uses it: campaigns dial fewer lines meanwhile, and where none is free nobody is rung.
"""

from __future__ import annotations

from dataclasses import dataclass

from dialer.core.events import ChannelEvent
from dialer.core.floor import Floor
from dialer.core.policy import Trunk


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWanted(ChannelEvent):
    """A flow is about to ring somebody over a trunk for the caller of `channel`; that a line was taken is seen on the
    floor."""

    trunk: Trunk


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFreed(ChannelEvent):
    """The caller of `channel` needs no line of a trunk any more."""


def move_line(floor: Floor, event: LineWanted | LineFreed) -> None:
    """Take a line, if one is free, or give it back."""
    match event:
        case LineWanted(channel=channel, trunk=trunk):
            if floor.free_lines_on(trunk) > 0:
                floor.caller_lines[channel] = trunk.name
        case LineFreed(channel=channel):
            floor.moved |= floor.caller_lines.pop(channel, None) is not None
