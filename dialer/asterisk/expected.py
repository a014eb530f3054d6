"""What has to be remembered between a wish and the AMI event that answers it."""

from __future__ import annotations

from collections.abc import Callable

from dialer.asterisk.errors import AsteriskError
from dialer.asterisk.protocol import Message
from dialer.core.words import AgentNumber, ChannelId

Failed = Callable[[AsteriskError], None]
"""Told why a wish came to nothing."""


class Unborn:
    """Originates whose channel has not shown itself yet, each with whom to tell when it never will.

    When Asterisk can make no channel it says so in OriginateResponse, in the same words as for a channel that it made
    and lost: the same Uniqueid, the same Reason 0. What tells them apart is that the channel was heard of or not; and
    since the two kinds of event come by different ways inside Asterisk, who finds one missing looks again a little
    later.
    """

    def __init__(self) -> None:
        self._channels: dict[ChannelId, Failed] = {}

    def __contains__(self, channel: ChannelId) -> bool:
        return channel in self._channels

    def expect(self, channel: ChannelId, failed: Failed) -> None:
        """An originate with this id is being sent."""
        self._channels[channel] = failed

    def settle(self, channel: ChannelId) -> Failed | None:
        """It is settled what became of it: whom to tell, None when it was settled before."""
        return self._channels.pop(channel, None)

    def hear(self, message: Message) -> None:
        """Take note of a birth."""
        if message["Event"] == "Newchannel":
            self._channels.pop(ChannelId(message["Uniqueid"]), None)

    def clear(self) -> None:
        """Forget them: the connection is lost, and a resync tells what lives."""
        self._channels.clear()


class Joins:
    """Customers who were sent to an agent's leg, and to whose. The dialplan tells the agent's number when the leg
    was gone; the core wants to know which leg that was."""

    def __init__(self) -> None:
        self._joins: dict[ChannelId, tuple[AgentNumber, ChannelId]] = {}

    def expect(self, customer: ChannelId, agent: AgentNumber, leg: ChannelId) -> None:
        """A customer is being sent there, and nowhere else any more."""
        self._joins[customer] = (agent, leg)

    def failed(self, customer: ChannelId, agent: AgentNumber) -> ChannelId | None:
        """The leg that was not there; None when the customer was sent elsewhere since."""
        if self._joins.get(customer, ("", ""))[0] != agent:
            return None
        return self._joins.pop(customer)[1]

    def hear(self, message: Message) -> None:
        """Take note of customers who arrived or hung up."""
        if message["Event"] in ("BridgeEnter", "Hangup"):
            self._joins.pop(ChannelId(message["Uniqueid"]), None)

    def clear(self) -> None:
        """Forget them: the connection is lost."""
        self._joins.clear()
