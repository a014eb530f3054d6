"""The words of supervision: what a supervisor does, asks and is (docs/glossary.md)."""

from __future__ import annotations

from enum import StrEnum


class MonitorMode(StrEnum):
    """What a supervisor does on the line of an agent who talks with a customer."""

    LISTEN = "listen"
    """Hears both, and is heard by nobody."""
    WHISPER = "whisper"
    """Is heard by the agent alone."""
    BARGE = "barge"
    """Is heard by both."""


class SupervisorState(StrEnum):
    """Where a supervisor is. A session lasts from the first state after `CALLED` until `AWAY`."""

    AWAY = "away"
    CALLED = "called"
    """Waihu rings the supervisor's phone."""
    WAITING = "waiting"
    """On the phone, and hears nobody: the agent has no customer."""
    LISTENING = "listening"
    WHISPERING = "whispering"
    BARGING = "barging"
    TAKING_OVER = "taking_over"
    """The customer is on the way from the agent to the supervisor."""
    TALKING = "talking"
    """With a customer who was taken over."""

    @property
    def in_session(self) -> bool:
        """Has a phone leg that Waihu sends to agents' talks."""
        return self not in (SupervisorState.AWAY, SupervisorState.CALLED)


class SupervisionOrder(StrEnum):
    """What a supervisor may ask, by key or by command."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    TAKE_OVER = "take_over"
    """Talk to the customer in the agent's place."""
    NEXT = "next"
    """Turn to the next agent on shift, by number."""
    PREVIOUS = "previous"
    LEAVE = "leave"
    """End the session."""
    READY = "ready"
    """This and the next three concern the agent, as if the agent had asked for it."""
    PAUSE = "pause"
    LOG_OUT = "log_out"
    END_CALL = "end_call"
    RECORD = "record"
    """This and the next two are for who has taken a customer over: record the talk from now on, or again."""
    PAUSE_RECORDING = "pause_recording"
    DISPOSE = "dispose"
    """Say how the talk went, in the agent's place."""


OF_TAKEN_OVER = (SupervisionOrder.RECORD, SupervisionOrder.PAUSE_RECORDING, SupervisionOrder.DISPOSE)
"""What only who has a customer can ask. No single key means it, for keys are the customer's then."""
