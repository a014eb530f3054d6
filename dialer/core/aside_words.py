"""The words of what can be asked for in the midst of a talk: hold, consultation, three-way and transfer.

They are those of the trade (ECMA-269: hold call, consultation call, conference call, transfer call). A *third* is
whoever is called while the customer is on hold.
"""

from __future__ import annotations

from enum import StrEnum


class AsideState(StrEnum):
    """Where the customer, the agent and a third are who are not just customer and agent in one bridge."""

    TOGETHER = "together"
    """Customer and agent are in one bridge: the beginning, and the end if all goes well."""
    HELD = "held"
    """The customer hears music; the agent is alone."""
    CALLING = "calling"
    """The same, and the third's phone rings."""
    CONSULTING = "consulting"
    """The customer hears music; agent and third talk."""
    MEETING = "meeting"
    """The customer is on the way to the agent, and the third waits to be let in."""
    THREE_WAY = "three_way"
    RETURNING = "returning"
    """The customer is on the way to the agent, and there is no third."""
    RINGING = "ringing"
    """Blind transfer: the agent is out of it, the customer hears music while the third's phone rings."""
    HANDING = "handing"
    """The customer is on the way to the third."""
    HANDED = "handed"
    """Customer and third talk; the agent is out of it."""
    APOLOGISING = "apologising"
    """Nobody takes the customer, who hears the message."""
    PASSED = "passed"
    """Customer and colleague talk, who is the customer's agent from now on."""
    OVER = "over"
    """The talk has ended, or goes on without us."""
    LOST = "lost"
    """The customer is nowhere; the call is to be ended."""

    @property
    def reason(self) -> str | None:
        """What an agent who talks does, for the intervals of the day; None: the agent is out of it."""
        return _REASONS.get(self)


HOLD_REASON = "hold"
CONSULT_REASON = "consult"
THREE_WAY_REASON = "three_way"
THIRD_IS_THERE = (CONSULT_REASON, THREE_WAY_REASON)
_REASONS = {
    AsideState.HELD: HOLD_REASON,
    AsideState.CALLING: CONSULT_REASON,
    AsideState.CONSULTING: CONSULT_REASON,
    AsideState.MEETING: THREE_WAY_REASON,
    AsideState.THREE_WAY: THREE_WAY_REASON,
    AsideState.RETURNING: HOLD_REASON,
    AsideState.HANDING: CONSULT_REASON,
    AsideState.TOGETHER: "",
    AsideState.PASSED: "",
    AsideState.OVER: "",
    AsideState.LOST: "",
}


class TransferKind(StrEnum):
    """What a third was called for, as far as it came."""

    CONSULTATION = "consultation"
    THREE_WAY = "three_way"
    WARM = "warm"
    """The customer was handed to a third with whom the agent had talked."""
    BLIND = "blind"


class TransferOutcome(StrEnum):
    """How it ended."""

    UNANSWERED = "unanswered"
    BUSY = "busy"
    RETURNED = "returned"
    """The third has left, and the customer is the agent's as before."""
    HANDED = "handed"
    """The customer talked on with the third, without the agent."""
    CUT = "cut"
    """Customer or agent hung up while the third was there, or being called."""
    RESTART = "restart"
    """The daemon died over it; the next one let the third go, or found nobody there any more."""


class Place(StrEnum):
    """Where a leg can be sent."""

    HOLD = "hold"
    """A customer: music, until it is sent elsewhere; back to the agent by itself while Waihu is away."""
    RING = "ring"
    """A customer in a blind transfer: the same; to the message by itself while Waihu is away."""
    AGENT = "agent"
    """A customer: back to the agent."""
    THIRD = "third"
    """A customer: to the third."""
    COLLEAGUE = "colleague"
    """A customer: to another agent, who is theirs from then on; in vain: back to the one before."""
    WAIT = "wait"
    """A third: nothing is heard."""
    CONSULT = "consult"
    """A third: to the agent."""
    THREE_WAY = "three_way"
    """A third: into the talk of customer and agent."""
    RINGING = "ringing"
    """An agent: hears the third's phone ring, until it is picked up or let go; then nothing."""
    LOOP = "loop"
    """A colleague: back to where agents wait; answered by `AgentLegUp`."""
