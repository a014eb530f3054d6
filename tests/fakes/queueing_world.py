"""The world of `world.py` with callers in a queue: they wait, lose patience, press keys and are talked with."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import queues
from dialer.core.caller import QueuedCaller
from dialer.core.caller_recovery import CallersInherited
from dialer.core.policy import RecordingPolicy
from dialer.core.queueing import (
    Acquaintance,
    CallerPressedOut,
    CallerQueued,
    CallerState,
    CallerUnheard,
    CountTalk,
    QueueOutcome,
    QueueTerms,
    RecordWait,
)
from dialer.core.supervision import Claim
from dialer.core.words import AgentState, AttemptId, ChannelId, CustomerId, Hold, RecordingMode
from tests.callers import make_terms
from tests.fakes.asterisk_model import AsteriskModel, Channel
from tests.fakes.promises import check_promise
from tests.fakes.world import World

POLL_SECONDS = 2.0
"""So often does the route look how the caller stands, and so long at most does Asterisk take to see that it is gone."""
LATE_SECONDS = 0.01
"""Later than that no event comes."""
OF_AGENT = {CallerState.JOINING: AgentState.RESERVED, CallerState.TALKING: AgentState.TALKING}


class QueueingModel(AsteriskModel):
    """Asterisk with the dialplan for callers, and the AGI's route, whose connection is another than AMI's."""

    world: QueueingWorld

    def let_in(self, leg: Channel) -> None:
        """The route hands the caller to the queue, for the first time or again, and looks now and then."""
        caller = self.world.callers[leg.id]
        place, run = leg.place, self.world.crashes
        self.world.in_agi[leg.id] = run
        self.world.post(caller)

        def look() -> None:
            if self.channels.get(leg.id) is not leg or leg.place != place:
                return
            if run != self.world.crashes:
                self.world.fallbacks.add(leg.id)
                self.hang_up(leg.id)
            elif queues.place(self.world.dialer.floor, AttemptId(leg.id)) is None:
                self.world.went_on.add(leg.id)
                self.hang_up(leg.id)
            else:
                self.world.later(POLL_SECONDS, look)

        self.world.later(POLL_SECONDS, look)

    def _join(self, wish: do.Join) -> None:
        self._out_of_agi(wish.channel)
        super()._join(wish)
        self.world.joined_at[wish.channel] = self.world.now

    def _wait(self, leg: Channel) -> None:
        if leg.id not in self.world.callers:
            super()._wait(leg)
            return
        run = self.world.crashes
        # The route of before has ended by then; of the failed join AMI may speak later.
        ended = (self.world.unheard_at[leg.id] - self.world.now).total_seconds()
        self._then(leg, max(ended, self.world.chance.choice([0.0, 0.003, 0.3])), lambda: self._again(leg, run))

    def _again(self, leg: Channel, run: int) -> None:
        if run == self.world.crashes and not self.world.finishes:
            self.let_in(leg)
        else:
            # A daemon that knows nothing of the caller refuses the route, and the dialplan apologises.
            self.world.fallbacks.add(leg.id)
            self.hang_up(leg.id)

    def _out_of_agi(self, channel: ChannelId) -> None:
        run = self.world.in_agi.pop(channel, None)
        if run == self.world.crashes:
            unheard = CallerUnheard(channel=channel, at=self.world.now)
            late = self.world.chance.uniform(0.0, 0.004)
            self.world.unheard_at[channel] = self.world.now + timedelta(seconds=late)
            self.world.later(late, lambda: self.world.post(unheard))

    def hang_up(self, channel: ChannelId, cause: int = 16, sip: int | None = None, status: str | None = None) -> None:
        """The leg goes, and with it the route."""
        leg = self.channels.get(channel)
        if leg is not None and channel in self.world.callers and leg.bridged:
            seconds = (self.world.now - self.world.joined_at[channel]).total_seconds()
            (self.world.talked if seconds > LATE_SECONDS else self.world.met).add(channel)
        self._out_of_agi(channel)
        super().hang_up(channel, cause, sip, status)


class QueueingWorld(World):
    """One life of a call centre that is called."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.callers: dict[ChannelId, CallerQueued] = {}
        self.in_agi: dict[ChannelId, int] = {}
        self.unheard_at: dict[ChannelId, datetime] = {}
        self.gave_up: set[ChannelId] = set()
        self.went_on: set[ChannelId] = set()
        self.fallbacks: set[ChannelId] = set()
        self.talked: set[ChannelId] = set()
        self.met: set[ChannelId] = set()
        """Joined so briefly that nobody need have heard of both legs before it was over."""
        self.joined_at: dict[ChannelId, datetime] = {}
        self.records: dict[ChannelId, RecordWait] = {}
        self.counted: dict[ChannelId, CountTalk] = {}
        self.promised = 0
        """Callers to whom something was promised, or who are not to be called."""
        self.crashes = 0
        self._caller_legs = count(1)
        self.queueing = QueueingModel(self, self.manners)
        self.asterisk = self.queueing

    def crash(self) -> None:
        """Whoever waited is taken back by the dialplan; of them nothing more is written here."""
        self.crashes += 1
        for channel, record in list(self.records.items()):
            if record.outcome is None:
                del self.records[channel]
        super().crash()

    def begin(self) -> None:
        """A daemon that follows on one that died is told who talked then."""
        left = [one for one in self.records.values() if one.outcome is QueueOutcome.ANSWERED and one.handled_at is None]
        self.post(CallersInherited(callers=tuple(map(_left_talking, left))))
        super().begin()

    # --- what callers do ---

    def call_in(self, patience: float, terms: QueueTerms) -> None:
        """Somebody calls, and hangs up after so many seconds if nothing else comes of it."""
        channel = ChannelId(f"caller-{next(self._caller_legs)}")
        leg = Channel(id=channel, up=True)
        self.queueing.channels[channel] = leg
        knows = Acquaintance(customer=CustomerId(int(channel.removeprefix("caller-"))), campaign=self.policy.name)
        self.callers[channel] = CallerQueued(channel=channel, at=self.now, terms=terms, number=None, knows=knows)
        self.queueing.let_in(leg)
        self.later(patience, lambda: self._give_up(leg))

    def _give_up(self, leg: Channel) -> None:
        if not leg.bridged:
            self.gave_up.add(leg.id)
            self.queueing.hang_up(leg.id)

    def press_out(self) -> None:
        """The first who waits presses a key."""
        for channel, run in list(self.in_agi.items()):
            if run == self.crashes:
                self.post(CallerPressedOut(channel=channel, at=self.now))
                return

    # --- the laws ---

    def _perform(self, wish: do.Command) -> None:
        if isinstance(wish, RecordWait):
            before = self.records.get(wish.caller)
            assert self.callers[wish.caller].terms == wish.terms
            if before is not None and before.outcome is QueueOutcome.ANSWERED:
                assert wish.outcome is QueueOutcome.ANSWERED, f"{before} becomes {wish}"
            self.records[wish.caller] = wish
        elif isinstance(wish, CountTalk):
            self.counted[wish.caller] = wish
        else:
            super()._perform(wish)

    def _handle(self, event: ev.Event) -> None:
        super()._handle(event)
        floor = self.dialer.floor
        lost = Hold.ASTERISK_LOST in floor.holds
        for caller in floor.callers.values():
            agent = floor.agents.get(caller.agent) if caller.agent is not None else None
            if caller.state in OF_AGENT and not (caller.alone or caller.handed) and caller.claim is None:
                assert agent is not None
                assert (agent.state, agent.attempt) == (OF_AGENT[caller.state], caller.id), f"{caller} with {agent}"
            if caller.callback is not None or caller.unwanted_by is not None:
                written = self.records[caller.channel]
                assert (written.callback, written.unwanted_by) == (caller.callback, caller.unwanted_by)
            # Before the time presses the pacer may have let lines go since agents were last promised.
            if caller.waits and self.now >= caller.pressing_at and not lost:
                assert queues.taker(floor, caller, self.now) is None, f"{caller} waits in vain"
            if caller.state is CallerState.QUEUED:
                over = self.now >= caller.arrived_at + caller.terms.longest
                assert over or caller.patience in self.dialer.alarms
                assert not caller.unheard or lost or caller.guard in self.dialer.alarms

    def finish(self, seconds: float = 400.0) -> None:
        """As ever; no caller is left behind, and what is written down is what became of each."""
        super().finish(seconds)
        assert not self.dialer.floor.callers
        left = [channel for channel in self.queueing.channels if channel in self.callers]
        assert left == [], "callers are left behind"
        for channel in self.callers:
            record = self.records.get(channel)
            if record is None:
                assert self.crashes or channel in self.fallbacks or self.ending, f"nothing is written of {channel}"
                continue
            assert record.outcome is not None, f"{channel} waits for ever: {record}"
            if not self.asterisk.losses and channel not in self.met:
                answered = record.outcome is QueueOutcome.ANSWERED
                assert answered == (channel in self.talked), f"{record}, but talked: {channel in self.talked}"
                lost = record.outcome is QueueOutcome.ABANDONED and channel not in self.gave_up | self.fallbacks
                assert not lost, f"{record}, but the caller waited"
            assert record.left_at is not None or self.crashes, f"the talk of {channel} has no end"
            counted = self.counted.get(channel)
            check_promise(record.callback, record.unwanted_by, counted.next if counted is not None else None)
            self.promised += record.callback is not None or record.unwanted_by is not None

    def outcomes(self) -> list[QueueOutcome]:
        """Of all callers that are written down."""
        return [record.outcome for record in self.records.values() if record.outcome is not None]


def _left_talking(known: RecordWait) -> QueuedCaller:
    return QueuedCaller(
        channel=known.caller,
        terms=known.terms,
        arrived_at=known.arrived_at,
        knows=known.knows,
        state=CallerState.TALKING if known.left_at is None else CallerState.WRAPPING,
        left_at=known.left_at,
        callback=known.callback,
        unwanted_by=known.unwanted_by,
        agent=known.agent,
        answered_at=known.answered_at,
        outcome=known.outcome,
        claim=Claim(supervisor=known.taken_over_by, taken_at=known.taken_over_at) if known.taken_over_by else None,
    )


def queue_terms(priority: int, target_seconds: float, longest_seconds: float) -> QueueTerms:
    """How a caller of this world waits."""
    return make_terms(
        priority=priority,
        target=timedelta(seconds=target_seconds),
        longest=timedelta(seconds=longest_seconds),
        wrap_up=timedelta(seconds=3),
        recording=RecordingPolicy(mode=RecordingMode.ALL),
    )
