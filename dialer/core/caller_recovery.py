"""What is made of Asterisk's word about callers after we were out of touch: each as Asterisk says.

Meanwhile callers heard their music, for the AGI is a connection of its own. One who is gone hung up; one who is with
the promised agent was joined; a promise of which nothing came is off, and the caller keeps the place.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.caller import BACK_GUARD
from dialer.core.coupling import tell
from dialer.core.events import AsteriskBack
from dialer.core.floor import Floor
from dialer.core.guards import HANGUP_GUARD
from dialer.core.letters import ToCall
from dialer.core.queueing import CallerState
from dialer.core.session_recovery import UNKNOWN_CAUSE, bridging

Wishes = Iterator[do.Command]


def recover_callers(floor: Floor, back: AsteriskBack, gone_at: datetime, now: datetime) -> Wishes:
    """Bring every caller to where Asterisk says they are. After the agents are."""
    live = {channel.channel: channel for channel in back.live}
    for caller in list(floor.callers.values()):
        if not caller.state.holds_line:
            continue
        if caller.channel not in live:
            gone = ev.HungUp(channel=caller.channel, at=gone_at, cause=UNKNOWN_CAUSE)
            yield from tell(floor, now, ToCall(caller.id, gone))
            continue
        if caller.id in floor.asides:
            continue
        for event in bridging(caller.bridge, live[caller.channel], back.at):
            yield from tell(floor, now, ToCall(caller.id, event))
        found = floor.callers[caller.id]
        if found.state is CallerState.JOINING and found.agent is not None:
            yield from tell(floor, now, ToCall(found.id, sig.Unpromised(agent=found.agent)))
        # A guard may have fired unheard while Asterisk was away.
        if found.state is CallerState.QUEUED and found.unheard:
            yield do.WakeAt(timer=found.guard, at=now + BACK_GUARD)
        elif found.state is CallerState.TALKING and found.bridge is None:
            yield do.WakeAt(timer=found.guard, at=now + HANGUP_GUARD)
