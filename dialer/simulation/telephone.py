"""A simulated Asterisk: wishes of the core in, the facts that a real one would tell out, in virtual time.

It tells what `dialer.asterisk` tells after translation, in its order: a ring, an answer or the end of dialling, the
arrival in the dialplan, both sides of a bridge, the hang-up with its causes. AMI is never lost here, and the daemon is
never late; so the dialplan's own limits, which are for those cases, never come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.detection import LeftMessage
from dialer.core.dialogs import Dialog, Dismiss, OpenDialog
from dialer.core.events import Event
from dialer.core.machine_messages import LeaveMessage, MessageOnMachine
from dialer.core.supervision import TellAgent
from dialer.core.words import AgentNumber, AttemptId, BridgeId, CampaignName, ChannelId, MachineVerdict
from dialer.simulation.agenda import Agenda
from dialer.simulation.world import Customers, Ending, LineFate

NORMAL_CLEARING = 16
REFUSALS: Mapping[Ending, tuple[str | None, int, int | None]] = {
    Ending.BUSY: ("BUSY", 17, 486),
    Ending.CONGESTION: ("CONGESTION", 34, 503),
    Ending.INVALID: ("NOANSWER", 1, 404),
    Ending.REJECTED: ("NOANSWER", 21, 403),
    Ending.NO_ANSWER: ("NOANSWER", 19, 480),
    Ending.RINGS_OUT: (None, 19, 480),
}
"""DIALSTATUS (None: no end of dialling is told), Q.850 cause and SIP status, as `tests/asterisk` saw them on PJSIP."""

Post = Callable[[Event], None]
Step = Callable[["Line"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machinery:
    """How long Asterisk and the network of the house take; seconds."""

    arrival: float = 0.002
    """From the answer until the leg is in our dialplan."""
    join: float = 0.003
    """From the wish to join until both are in a bridge."""
    detection: float = 3.0
    """Machine detection, where the campaign has it."""
    message: float = 8.0
    """The safe-harbour message."""
    greeting: float = 12.0
    """What is left of a machine's greeting when it is known to be one, and the silence behind it."""
    machine_message: float = 15.0
    """A message on a machine."""


@dataclass(slots=True, eq=False)
class Line:
    """A customer's leg."""

    attempt: AttemptId
    campaign: CampaignName
    fate: LineFate
    wish: do.Originate
    place: int = 0
    """Counts moves; what was on the agenda for another place passes."""
    up: bool = False
    agent: AgentLeg | None = None
    bridge: BridgeId | None = None

    @property
    def channel(self) -> ChannelId:
        """The same word as the attempt's."""
        return ChannelId(self.attempt)


@dataclass(slots=True, eq=False)
class AgentLeg:
    """An agent's leg, in the waiting loop or with a customer."""

    channel: ChannelId
    agent: AgentNumber
    customer: Line | None = None


@dataclass(frozen=True, slots=True)
class Dialled:
    """Who is dialled by an attempt."""

    campaign: CampaignName
    number: str


class Directory(Protocol):
    """Knows the open attempts."""

    def dialled(self, attempt: AttemptId) -> Dialled:
        """Who is dialled by it."""


class LineWatch(Protocol):
    """Wants to know when lines are taken and freed."""

    def line_taken(self, attempt: AttemptId) -> None:
        """A line is in use from now on."""

    def line_freed(self, attempt: AttemptId) -> None:
        """It is free again."""


class SimulatedTelephone:
    """Behaves as `dialer.ports.Telephone`, in virtual time."""

    def __init__(
        self,
        agenda: Agenda,
        post: Post,
        directory: Directory,
        customers: Mapping[CampaignName, Customers],
        machinery: Machinery,
        watch: LineWatch,
    ) -> None:
        self._agenda = agenda
        self._post = post
        self._directory = directory
        self._customers = customers
        self._machinery = machinery
        self._watch = watch
        self._lines: dict[ChannelId, Line] = {}
        self._agents: dict[ChannelId, AgentLeg] = {}
        self._calls_to: dict[str, int] = {}
        self._met: dict[AttemptId, Ending] = {}
        self._bridges = 0
        self.offered: Callable[[AgentNumber], None] = lambda _: None
        """Is told when an agent hears that a lead is offered."""

    @property
    def staff(self) -> int:
        """Agents whose phones are up."""
        return len(self._agents)

    def met_by(self, attempt: AttemptId) -> Ending:
        """What was at the far end of a line; raises KeyError when its call is forgotten."""
        return self._met[attempt]

    # --- agents' phones ---

    def log_in(self, agent: AgentNumber, channel: ChannelId) -> None:
        """An agent's phone comes into the waiting loop."""
        self._agents[channel] = AgentLeg(channel, agent)
        self._post(ev.AgentLegUp(channel=channel, at=self._agenda.now, agent=agent))

    # --- wishes ---

    def perform(self, command: do.TelephoneCommand) -> None:
        """See `dialer.ports.Telephone`."""
        match command:
            case do.Originate():
                self._originate(command)
            case do.Join():
                self._agenda.after(self._machinery.join, self._join, command)
            case do.PlayMessage(channel=channel):
                self._play(channel)
            case LeaveMessage(channel=channel):
                self._leave_message(channel)
            case do.HangUp(channel=channel) | Dismiss(channel=channel):
                self._hang_up(channel)
            case OpenDialog(agent=agent, dialog=Dialog.OFFER):
                self.offered(agent)
            case do.Announce() | TellAgent():
                pass
            case do.ForgetCall(attempt=attempt):
                self._met.pop(attempt, None)
            case _:
                raise TypeError(f"nobody in a simulation wishes for {type(command).__name__}")

    def _originate(self, wish: do.Originate) -> None:
        who = self._directory.dialled(wish.attempt)
        nth = self._calls_to[who.number] = self._calls_to.get(who.number, 0) + 1
        fate = self._customers[who.campaign].fate(who.number, nth, self._agenda.now)
        line = Line(wish.attempt, who.campaign, fate, wish)
        self._lines[line.channel] = line
        self._met[line.attempt] = fate.ending
        self._watch.line_taken(line.attempt)
        ring_time = wish.ring_time.total_seconds()
        if fate.rings and fate.set_up_seconds < ring_time:
            self._later(line, fate.set_up_seconds, self._ring)
        speaks_after = fate.set_up_seconds + fate.ring_seconds
        if fate.ending is Ending.RINGS_OUT or speaks_after >= ring_time:
            self._later(line, ring_time, self._give_up)
        else:
            self._later(line, speaks_after, self._answer if fate.ending.picks_up else self._refuse)

    def _ring(self, line: Line) -> None:
        self._post(ev.Rang(channel=line.channel, at=self._agenda.now))

    def _give_up(self, line: Line) -> None:
        self._end_unanswered(line, Ending.RINGS_OUT)

    def _refuse(self, line: Line) -> None:
        self._end_unanswered(line, line.fate.ending)

    def _end_unanswered(self, line: Line, ending: Ending) -> None:
        status, cause, sip_code = REFUSALS[ending]
        if status is not None:
            self._post(ev.DialEnded(channel=line.channel, at=self._agenda.now, status=status))
        self._gone(line, cause, sip_code)

    def _answer(self, line: Line) -> None:
        line.up = True
        self._post(ev.Answered(channel=line.channel, at=self._agenda.now))
        detection = self._machinery.detection if line.wish.detection else 0.0
        self._later(line, self._machinery.arrival + detection, self._arrive)
        if line.fate.stays_seconds is not None:
            self._agenda.after(line.fate.stays_seconds, self._leave, line)

    def _arrive(self, line: Line) -> None:
        verdict = MachineVerdict.OFF
        if line.wish.detection:
            machine = line.fate.ending is Ending.MACHINE or line.fate.mistaken
            verdict = MachineVerdict.MACHINE if machine else MachineVerdict.HUMAN
        self._post(ev.Arrived(channel=line.channel, at=self._agenda.now, verdict=verdict))

    def _join(self, wish: do.Join) -> None:
        line, leg = self._lines.get(wish.channel), self._agents.get(wish.agent_leg)
        now = self._agenda.now
        if line is None or leg is None:
            failed = ev.JoinFailed(channel=wish.channel, at=now, agent_leg=wish.agent_leg, reason="the leg is gone")
            self._post(failed)
            return
        line.place += 1
        line.agent, leg.customer = leg, line
        self._bridges += 1
        bridge = line.bridge = BridgeId(f"bridge-{self._bridges}")
        self._post(ev.EnteredBridge(channel=line.channel, at=now, bridge=bridge))
        self._post(ev.EnteredBridge(channel=leg.channel, at=now, bridge=bridge))
        if line.fate.talk_seconds is not None:
            self._later(line, line.fate.talk_seconds, self._talked_out)

    def _talked_out(self, line: Line) -> None:
        self._gone(line, NORMAL_CLEARING, None)

    def _leave(self, line: Line) -> None:
        if self._lines.get(line.channel) is line:
            self._gone(line, NORMAL_CLEARING, None)

    def _play(self, channel: ChannelId) -> None:
        line = self._lines.get(channel)
        if line is None or not line.up:
            return
        line.place += 1
        self._part(line)
        self._post(ev.MessageStarted(channel=channel, at=self._agenda.now))
        self._later(line, self._machinery.message, self._talked_out)

    def _leave_message(self, channel: ChannelId) -> None:
        line = self._lines.get(channel)
        if line is None or not line.up:
            return
        line.place += 1
        self._part(line)

        def come_to(left: LeftMessage) -> None:
            self._post(MessageOnMachine(channel=channel, at=self._agenda.now, left=left))

        def begin(line: Line) -> None:
            come_to(LeftMessage.CUT)
            self._later(line, self._machinery.machine_message, end)

        def end(line: Line) -> None:
            come_to(LeftMessage.LEFT)
            self._talked_out(line)

        self._later(line, self._machinery.greeting, begin)

    def _hang_up(self, channel: ChannelId) -> None:
        line, leg = self._lines.get(channel), self._agents.pop(channel, None)
        if line is not None:
            self._gone(line, NORMAL_CLEARING, None)
        elif leg is not None:
            if leg.customer is not None:
                self._gone(leg.customer, NORMAL_CLEARING, None)
            self._post(ev.HungUp(channel=channel, at=self._agenda.now, cause=NORMAL_CLEARING))

    # --- the parts of it ---

    def _gone(self, line: Line, cause: int, sip_code: int | None) -> None:
        line.place += 1
        self._part(line)
        del self._lines[line.channel]
        self._watch.line_freed(line.attempt)
        self._post(ev.HungUp(channel=line.channel, at=self._agenda.now, cause=cause, sip_code=sip_code))

    def _part(self, line: Line) -> None:
        leg, line.agent = line.agent, None
        if leg is None or line.bridge is None:
            return
        leg.customer = None
        for channel in (line.channel, leg.channel):
            self._post(ev.LeftBridge(channel=channel, at=self._agenda.now, bridge=line.bridge))

    def _later(self, line: Line, seconds: float, step: Step) -> None:
        self._agenda.after(seconds, self._if_still_there, (line, line.place, step))

    def _if_still_there(self, planned: tuple[Line, int, Step]) -> None:
        line, place, step = planned
        if line.place == place:
            step(line)
