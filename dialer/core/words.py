"""The words of the trade: identities, states and dispositions, one meaning each (docs/glossary.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

AttemptId = NewType("AttemptId", str)
"""A UUID, minted when a lead is leased. It is also the Asterisk ChannelId of the customer's leg, so that finding
the attempt of a channel is equality and nothing else. Where an agent talks with somebody who called us, the ChannelId
of that leg stands in its place: see `is_caller`."""

ChannelId = NewType("ChannelId", str)
"""An Asterisk Uniqueid: an `AttemptId` for a customer's leg, anything else for an agent's."""

BridgeId = NewType("BridgeId", str)
RunId = NewType("RunId", str)
"""One life of the daemon, from start to exit. Leases belong to a run."""

LeadId = NewType("LeadId", int)
CustomerId = NewType("CustomerId", int)
NumberId = NewType("NumberId", int)
CampaignName = NewType("CampaignName", str)
ListName = NewType("ListName", str)
TrunkName = NewType("TrunkName", str)
TeamName = NewType("TeamName", str)
Skill = NewType("Skill", str)
"""Something that an agent can do: `english`, `contracts`."""
AgentNumber = NewType("AgentNumber", str)
"""What an agent keys in to log in, "1001": the identity of an agent everywhere."""

SupervisorNumber = NewType("SupervisorNumber", str)
"""What a supervisor keys in, "9001"; nobody's number as an agent."""


def is_caller(customer: AttemptId) -> bool:
    """Whether this is the leg of somebody who called us, and no attempt of ours: Asterisk gives no UUIDs."""
    return _UUID.fullmatch(customer) is None


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Mode(StrEnum):
    """How a campaign decides to dial."""

    PREDICTIVE = "predictive"
    PROGRESSIVE = "progressive"
    PREVIEW = "preview"


class CountedFrom(StrEnum):
    """From which moment the limit runs after which a person is abandoned; see `dialer.core.answer_limit`."""

    CONNECT = "connect"
    GREETING = "greeting"


class Disposition(StrEnum):
    """How an attempt ended, as the network and the dialler saw it. Every attempt ends with exactly one."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    CONGESTION = "congestion"
    INVALID_NUMBER = "invalid_number"
    REJECTED = "rejected"
    MACHINE = "machine"
    FAX = "fax"
    DEAD_AIR = "dead_air"
    ABANDONED = "abandoned"
    ANSWERED = "answered"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def live_answer(self) -> bool:
        """A person picked up: what the abandon rate is measured against."""
        return self in (Disposition.ANSWERED, Disposition.ABANDONED)


class CallState(StrEnum):
    """Where a live attempt is."""

    OPENING = "opening"
    """Its row is being written; a call that cannot be recorded may not be made."""
    DIALING = "dialing"
    RINGING = "ringing"
    ANSWERED = "answered"
    """Somebody or something picked up; the leg is on its way to our dialplan or with the machine detector."""
    WAITING = "waiting"
    """A person is on the line and no agent is promised yet."""
    JOINING = "joining"
    """An agent is promised and Asterisk was asked to bridge."""
    TALKING = "talking"
    MACHINE = "machine"
    """A machine answered, and an agent who is ready is looked for; the answer comes within the same moment."""
    LEAVING_MESSAGE = "leaving_message"
    """On a machine: its greeting is waited out, then our message plays."""
    CLOSING = "closing"
    """The safe-harbour message plays."""
    ENDING = "ending"
    """We asked Asterisk to hang up."""
    WRAPPING = "wrapping"
    """The line is gone; the agent still writes down how it went."""
    RECORDING = "recording"
    """The outcome is on its way to PostgreSQL."""
    GONE = "gone"
    """Recorded; nothing more can happen to it."""

    @property
    def holds_line(self) -> bool:
        """A trunk line is, or may be, in use."""
        return self not in (CallState.OPENING, CallState.WRAPPING, CallState.RECORDING, CallState.GONE)

    @property
    def takes_line(self) -> bool:
        """A trunk line is in use, or will be when the row is open."""
        return self.holds_line or self is CallState.OPENING

    @property
    def pending(self) -> bool:
        """Launched, and not yet known to be answered or not."""
        return self in _PENDING


_PENDING = (CallState.RINGING, CallState.DIALING, CallState.OPENING, CallState.ANSWERED)


class AgentState(StrEnum):
    """Where an agent is."""

    LOGGED_OUT = "logged_out"
    READY = "ready"
    RESERVED = "reserved"
    """Promised to a customer who is being joined, or looking at the lead offered in preview."""
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    LOST = "lost"
    """The phone leg went away without a log-out."""

    @property
    def on_shift(self) -> bool:
        """Counts as staffed: has a phone leg, or is on hook and can be rung."""
        return self not in (AgentState.LOGGED_OUT, AgentState.LOST)


class CampaignState(StrEnum):
    """What the owner asked of a campaign."""

    STOPPED = "stopped"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    """No new calls; live ones finish, then it is stopped."""


class Hold(StrEnum):
    """Why a running campaign may not dial at the moment."""

    STORE_LOST = "store_lost"
    ASTERISK_LOST = "asterisk_lost"
    DRAINING = "draining"


class CampaignOrder(StrEnum):
    """What an owner may ask of a campaign."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


class AgentOrder(StrEnum):
    """What may be asked of an agent: by the agent's own keys, or by somebody else."""

    LOG_IN = "log_in"
    """Waihu calls the agent's phone; who is on hook is logged in without."""
    LOG_OUT = "log_out"
    READY = "ready"
    PAUSE = "pause"
    DISPOSE = "dispose"
    """Say how the call went."""
    ACCEPT = "accept"
    """Preview: dial the lead on offer now."""
    SKIP = "skip"
    """Preview: pass the lead on offer by."""
    END_CALL = "end_call"
    RECORD = "record"
    """Record the talk from now on, or again after a pause."""
    PAUSE_RECORDING = "pause_recording"
    VERDICT = "verdict"
    """Say whether a customer who was taken for a machine is a person or a machine."""
    MENU = "menu"
    """Open the spoken menu."""
    ASK_CALLBACK = "ask_callback"
    """Ask for the time of a callback when the talk is over, or now in the wrap-up."""
    REPEAT = "repeat"
    """Say the last confirmation again."""
    DO_NOT_CALL = "do_not_call"
    """The customer on the line, or the last one in wrap-up, must not be called any more."""
    HOLD = "hold"
    """The customer hears music until RETRIEVE."""
    RETRIEVE = "retrieve"
    """Take the customer back, and let go a third."""
    CONSULT = "consult"
    """Put the customer on hold and call a third."""
    CONFERENCE = "conference"
    """Let customer and third meet: all three talk."""
    TRANSFER = "transfer"
    """Leave the customer to the third."""
    BLIND_TRANSFER = "blind_transfer"
    """Leave the customer to whoever answers there."""


class RecordingMode(StrEnum):
    """Which talks of a campaign are recorded."""

    OFF = "off"
    ALL = "all"
    SAMPLE = "sample"
    """A share of them, drawn by the attempt's id."""
    ON_DEMAND = "on_demand"
    """Those that the agent says, from then on."""


class MachineVerdict(StrEnum):
    """What answering-machine detection said of an answered leg."""

    OFF = "off"
    HUMAN = "human"
    MACHINE = "machine"
    FAX = "fax"
    SILENCE = "silence"
    """Nothing was heard at all: dead air."""
    UNSURE = "unsure"


class LeadEnd(StrEnum):
    """Why a lead will not be dialled again."""

    REACHED = "reached"
    REFUSED = "refused"
    SUPPRESSED = "suppressed"
    UNREACHABLE = "unreachable"
    """No number of the customer is in service."""
    ATTEMPTS_USED = "attempts_used"
    CLOSED = "closed"
    """The retry rules say never again after this disposition."""


class DispositionFlag(StrEnum):
    """What a disposition chosen by an agent means to the rest of the dialler."""

    HUMAN = "human"
    SUCCESS = "success"
    CALLBACK = "callback"
    REFUSE = "refuse"
    SUPPRESS = "suppress"
    MACHINE = "machine"
    WRONG_NUMBER = "wrong_number"


@dataclass(frozen=True, slots=True)
class Timer:
    """The name of a wish to be woken; asking again under the same name replaces the first wish."""

    kind: str
    subject: str
