"""A small honest model of Asterisk, its dialplan, customers and phones, in virtual time.

It does what Waihu's dialplan does (asterisk-conf/README.md): an answered customer waits for a redirect until a second
after the limit and then hears the message; a join whose agent leg is gone sends the customer back to wait; after a
talk the agent's leg waits on and the customer's is hung up; the black box keeps the last word of each call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.detection import LeftMessage
from dialer.core.dialogs import DeskLeft, Dismiss, OpenDialog
from dialer.core.found import LastWord, LiveChannel
from dialer.core.guards import JOIN_GUARD
from dialer.core.machine_messages import LeaveMessage
from dialer.core.words import AgentNumber, AttemptId, BridgeId, ChannelId, MachineVerdict
from tests.fakes.machine_messages import leave_message
from tests.fakes.store_model import Surroundings

LATE_SECONDS = 1.0
"""The dialplan acts by itself this long after the limit."""
MESSAGE_SECONDS = 3.0
SETTLED_SECONDS = 0.5
TOLERANCE_SECONDS = 0.5
"""A busy daemon hears of a timer this much late."""


@dataclass
class Channel:
    """A leg that Asterisk has."""

    id: ChannelId
    agent: AgentNumber | None = None
    attempt: do.Originate | None = None
    up: bool = False
    bridge: BridgeId | None = None
    place: int = 0
    """Grows with every redirect, so that what the dialplan had in mind before is off."""
    deadline: datetime | None = None
    answered_at: datetime | None = None
    bridged: bool = False
    message: bool = False
    left: LeftMessage | None = None
    verdict: MachineVerdict = MachineVerdict.OFF
    changed_at: datetime | None = None
    """When it last came into a bridge or left one."""


@dataclass(frozen=True)
class Manners:
    """How customers and lines behave; shares of 1."""

    answer: float = 0.6
    machine: float = 0.1
    refused: float = 0.03
    in_doubt: float = 0.03
    busy: float = 0.1
    join_fails: float = 0.03
    slow: float = 0.03
    """Wishes that take up to three seconds instead of milliseconds."""
    duplicates: float = 0.1
    most_ring_seconds: float = 8.0
    most_talk_seconds: float = 20.0


class AsteriskModel:
    """Performs wishes, tells facts; loses its connection when told to."""

    def __init__(self, world: Surroundings, manners: Manners) -> None:
        self.world = world
        self.manners = manners
        self.channels: dict[ChannelId, Channel] = {}
        self.black_box: dict[AttemptId, LastWord] = {}
        self.ended: dict[AttemptId, Channel] = {}
        self.connected = True
        self.losses = 0
        self.restarted = False
        self.overdue: list[str] = []
        """Customers whom nobody saw to when their time was up, though the connection stood."""
        self.stable_since = world.now
        self._taken = world.now
        self._bridges = 0
        self._seen_to: dict[ChannelId, do.TelephoneCommand] = {}
        self._told: dict[ChannelId, datetime] = {}

    # --- the connection ---

    def lose(self) -> None:
        """Facts and wishes get lost from now on."""
        self.stable_since = self.world.now
        if self.connected:
            self.connected = False
            self.losses += 1
            self.world.later(self.world.chance.uniform(0.0, 0.01), lambda: self.world.post(ev.AsteriskLost()))

    def settled(self) -> bool:
        """Connected for a while, and all that was wished for is done for a while."""
        still = self.world.now - timedelta(seconds=SETTLED_SECONDS)
        return self.connected and self.stable_since < still and self._taken < still

    def forget_listener(self) -> None:
        """Who listened died; another will ask what lives."""
        self.stable_since = self.world.now
        self.losses += 1

    def restart(self) -> None:
        """Asterisk dies; its black box survives, its channels do not."""
        self.lose()
        self.channels.clear()
        self.restarted = True

    def regain(self) -> None:
        """Connected again: first what lives and what ended, then what happens from now on."""
        if not self.connected:
            self.connected = True
            self.stable_since = self.world.now
            self.world.post(self.survey())

    def survey(self) -> ev.AsteriskBack:
        """All that lives and all that ended unseen."""
        live = tuple(LiveChannel(channel=c.id, agent=c.agent, up=c.up, bridge=c.bridge) for c in self.channels.values())
        restarted, self.restarted = self.restarted, False
        return ev.AsteriskBack(
            live=live, last_words=tuple(self.black_box.values()), restarted=restarted, at=self.world.now
        )

    # --- wishes ---

    def perform(self, command: do.TelephoneCommand) -> None:
        """Do it a moment later; without a connection say at once what came of it."""
        slow = self.world.chance.random() < self.manners.slow
        delay = self.world.chance.uniform(0.0, 3.0 if slow else 0.02)
        if isinstance(command, do.Join | do.PlayMessage | do.HangUp):
            self._seen_to[command.channel] = command
        match command:
            case do.Originate():
                self._perform(delay, lambda: self._originate(command), lambda: self._not_sent(command))
            case do.Join():
                self._perform(delay, lambda: self._join(command), lambda: self.world.post(self._join_failed(command)))
            case do.PlayMessage(channel=channel):
                self._perform(delay, lambda: self._play(channel))
            case LeaveMessage(channel=channel):
                self._perform(delay, lambda: self._leave_message(channel))
            case do.HangUp(channel=channel):
                self._perform(delay, lambda: self.hang_up(channel))
            case do.CallAgent(channel=channel):
                failed = ev.HungUp(channel=channel, at=self.world.now, cause=0)
                self._perform(delay, lambda: self._ring_agent(command), lambda: self.world.post(failed))
            case Dismiss(channel=channel):
                self._perform(delay, lambda: self.hang_up(channel))
            case OpenDialog(channel=channel):
                self._perform(delay, lambda: self._speak(channel))
            case do.AdmitAgent(channel=channel, agent=agent):
                self._perform(delay, lambda: self._to_loop(channel, agent))
            case do.DenyAgent(channel=channel):
                self._perform(delay, lambda: self.hang_up(channel))
            case do.ForgetCall(attempt=attempt):
                self._perform(delay, lambda: self.black_box.pop(attempt, None))

    def _perform(self, delay: float, action: Callable[[], object], failed: Callable[[], None] = lambda: None) -> None:
        if not self.connected:
            failed()
            return
        # One connection: Asterisk takes one action after another.
        self._taken = max(self._taken, self.world.now + timedelta(seconds=delay))
        late = (self._taken - self.world.now).total_seconds()
        connection = self.losses
        self.world.later(late, lambda: action() if self.losses == connection else failed())

    def _not_sent(self, wish: do.Originate) -> None:
        channel = ChannelId(wish.attempt)
        self.world.post(ev.OriginateRefused(channel=channel, at=self.world.now, reason="not connected"))

    def _join_failed(self, wish: do.Join) -> ev.JoinFailed:
        return ev.JoinFailed(channel=wish.channel, at=self.world.now, agent_leg=wish.agent_leg, reason="not there")

    # --- customers ---

    def _originate(self, wish: do.Originate) -> None:
        chance, manners = self.world.chance, self.manners
        channel = ChannelId(wish.attempt)
        luck = chance.random()
        if luck < manners.refused:
            refused = ev.OriginateRefused(channel=channel, at=self.world.now, reason="no such endpoint")
            self.world.later(1.0, lambda: self.tell(refused))
            return
        if luck < manners.refused + manners.in_doubt:
            self.tell(ev.OriginateInDoubt(channel=channel, at=self.world.now))
            if chance.random() < 0.5:
                return
        leg = Channel(id=channel, attempt=wish)
        self.channels[channel] = leg
        if chance.random() < 0.9:
            self._then(leg, chance.uniform(0.0, 1.0), lambda: self.tell(ev.Rang(channel=channel, at=self.world.now)))
        luck = chance.random()
        rings = chance.uniform(0.0, manners.most_ring_seconds)
        if luck < manners.answer:
            self._then(leg, rings, lambda: self._answer(leg))
        elif luck < manners.answer + manners.busy:
            self._then(leg, rings, lambda: self.hang_up(channel, 17, 486, "BUSY"))
        else:
            self._then(leg, wish.ring_time.total_seconds(), lambda: self.hang_up(channel, 19, 480))

    def _answer(self, leg: Channel) -> None:
        wish = leg.attempt
        assert wish is not None
        leg.up, leg.answered_at = True, self.world.now
        self.tell(ev.Answered(channel=leg.id, at=self.world.now))
        machine = wish.detection and self.world.chance.random() < self.manners.machine
        if wish.detection:
            leg.verdict = MachineVerdict.MACHINE if machine else MachineVerdict.HUMAN
        self._then(leg, self.world.chance.uniform(2.0, 5.0) if wish.detection else 0.001, lambda: self._in(leg))
        patience = self.world.chance.choice([0.3, 1.5, 30.0, 30.0, 30.0])
        self._then(leg, patience, lambda: self.hang_up(leg.id), only_here=False)

    def _in(self, leg: Channel) -> None:
        assert leg.attempt is not None
        limit = leg.attempt.answer_limit
        leg.deadline = self.world.now + limit + timedelta(seconds=LATE_SECONDS)
        self.tell(ev.Arrived(channel=leg.id, at=self.world.now, verdict=leg.verdict))
        self._wait(leg)
        if self.connected and leg.verdict is not MachineVerdict.MACHINE:
            seconds = limit.total_seconds() + TOLERANCE_SECONDS
            self._look_after(leg, seconds, (do.Join, do.PlayMessage, do.HangUp))
            self._look_after(leg, seconds + JOIN_GUARD.total_seconds(), (do.PlayMessage, do.HangUp))

    def _look_after(self, leg: Channel, seconds: float, wishes: tuple[type[do.TelephoneCommand], ...]) -> None:
        """By then the customer must be with an agent or hear the message, or one of these must have been wished for."""
        losses = self.losses

        def look() -> None:
            alone = leg.id in self.channels and not (leg.bridged or leg.message)
            if alone and self.losses == losses and not isinstance(self._seen_to.get(leg.id), wishes):
                self.overdue.append(leg.id)

        self.world.later(seconds, look)

    def _wait(self, leg: Channel) -> None:
        left = max(0.0, (leg.deadline - self.world.now).total_seconds()) if leg.deadline is not None else 0.0
        self._then(leg, left, lambda: self._play(leg.id))

    def _play(self, channel: ChannelId) -> None:
        leg = self.channels.get(channel)
        if leg is None or not leg.up:
            return
        self._leave_bridge(leg)
        leg.place += 1
        leg.message = True
        self.tell(ev.MessageStarted(channel=channel, at=self.world.now))
        if self.world.chance.random() < 0.1:
            press = ev.DigitPressed(channel=channel, at=self.world.now, digit="9")
            self._then(leg, 1.0, lambda: self.tell(press))
        self._then(leg, MESSAGE_SECONDS, lambda: self.hang_up(channel))

    def _leave_message(self, channel: ChannelId) -> None:
        leg = self.channels.get(channel)
        if leg is not None and leg.up:
            self._leave_bridge(leg)
            leg.place += 1
            leave_message(self, leg, partial(self._then, leg))

    def _join(self, wish: do.Join) -> None:
        customer, agent = self.channels.get(wish.channel), self.channels.get(wish.agent_leg)
        if customer is None or not customer.up:
            self.world.post(self._join_failed(wish))
            return
        customer.place += 1
        self._leave_bridge(customer)
        if agent is None or not agent.up or self.world.chance.random() < self.manners.join_fails:
            self.tell(self._join_failed(wish))
            self._wait(customer)
            return
        peer = self._peer(agent)
        self._leave_bridge(agent)
        if peer is not None and peer.agent is None:
            self._then(peer, 0.001, lambda: self.hang_up(peer.id))
        self._bridges += 1
        bridge = BridgeId(f"bridge-{self._bridges}")
        for leg in (customer, agent):
            leg.bridge, leg.changed_at = bridge, self.world.now
            self.tell(ev.EnteredBridge(channel=leg.id, at=self.world.now, bridge=bridge))
        customer.bridged = True
        talk = self.world.chance.uniform(0.01, self.manners.most_talk_seconds)
        self._then(customer, talk, lambda: self.hang_up(customer.id))

    def hang_up(self, channel: ChannelId, cause: int = 16, sip: int | None = None, status: str | None = None) -> None:
        """The leg goes; who was with it goes back to where its dialplan has it."""
        leg = self.channels.get(channel)
        if leg is None:
            return
        peer = self._peer(leg)
        self._leave_bridge(leg)
        if peer is not None and peer.agent is None:
            self._then(peer, 0.002, lambda: self.hang_up(peer.id))
        del self.channels[channel]
        if leg.attempt is not None:
            self.ended[leg.attempt.attempt] = leg
            self.black_box[leg.attempt.attempt] = LastWord(
                attempt=leg.attempt.attempt,
                ended_at=self.world.now,
                cause=cause,
                dial_status=status or "",
                sip_code=sip,
                answered_at=leg.answered_at,
                bridged=leg.bridged,
                message_played=leg.message,
                verdict=leg.verdict,
                left=leg.left,
            )
        if status is not None:
            self.tell(ev.DialEnded(channel=channel, at=self.world.now, status=status))
        self.tell(ev.HungUp(channel=channel, at=self.world.now, cause=cause, sip_code=sip), last=True)

    # --- agents' phones ---

    def dial_in(self, channel: ChannelId, agent: AgentNumber, pin: str) -> None:
        """An agent phones in and keys number and PIN."""
        leg = Channel(id=channel, up=True)
        self.channels[channel] = leg
        self.tell(ev.LoginTried(channel=channel, at=self.world.now, agent=agent, pin=pin))
        self._then(leg, 5.0, lambda: self.hang_up(channel))

    def leg_of(self, agent: AgentNumber) -> Channel | None:
        """The agent's phone, if it is up."""
        return next((c for c in self.channels.values() if c.agent == agent and c.up), None)

    def _ring_agent(self, wish: do.CallAgent) -> None:
        leg = Channel(id=wish.channel)
        self.channels[wish.channel] = leg
        luck = self.world.chance.random()
        if luck < 0.8:
            self._then(leg, self.world.chance.uniform(0.5, 4.0), lambda: self._to_loop(wish.channel, wish.agent))
        elif luck < 0.9:
            self._then(leg, 0.3, lambda: self.hang_up(wish.channel, 17))
        else:
            self._then(leg, wish.ring_time.total_seconds(), lambda: self.hang_up(wish.channel, 19))

    def _speak(self, channel: ChannelId) -> None:
        """A spoken dialog; now and then nobody says that it is over."""
        leg = self.channels.get(channel)
        if leg is None:
            return
        leg.place += 1
        if self.world.chance.random() > self.manners.slow:
            over = DeskLeft(channel=channel, at=self.world.now)
            self._then(leg, self.world.chance.uniform(0.5, 20.0), lambda: self.tell(over))

    def _to_loop(self, channel: ChannelId, agent: AgentNumber) -> None:
        leg = self.channels.get(channel)
        if leg is None:
            return
        leg.place += 1
        leg.up, leg.agent = True, agent
        self.tell(ev.AgentLegUp(channel=channel, at=self.world.now, agent=agent))

    # --- the parts of it ---

    def tell(self, event: ev.ChannelEvent, *, last: bool = False) -> None:
        """Send an event over the connection: a little late, perhaps twice; only the hang-up is surely the last."""
        once = isinstance(event, ev.JoinFailed)
        copies = 2 if self.world.chance.random() < self.manners.duplicates and not once else 1
        for _ in range(copies):
            late = self.world.chance.choice([0.0, 0.0, self.world.chance.uniform(0.0, 0.004)])
            at = self.world.now + timedelta(seconds=late)
            latest = self._told.get(event.channel, at)
            if last or once or isinstance(event, ev.LeftBridge | ev.EnteredBridge | ev.MessageStarted):
                at = max(at, latest)
            self._told[event.channel] = max(at, latest)
            self.world.later((at - self.world.now).total_seconds(), lambda: self._arrive(event))

    def _arrive(self, event: ev.Event) -> None:
        if self.connected:
            self.world.post(event)

    def _then(self, leg: Channel, seconds: float, action: Callable[[], object], *, only_here: bool = True) -> None:
        place = leg.place

        def act() -> None:
            if self.channels.get(leg.id) is leg and (leg.place == place or not only_here):
                action()

        self.world.later(seconds, act)

    def _peer(self, leg: Channel) -> Channel | None:
        others = (c for c in self.channels.values() if c is not leg and c.bridge == leg.bridge)
        return next(others, None) if leg.bridge is not None else None

    def _leave_bridge(self, leg: Channel) -> None:
        bridge = leg.bridge
        if bridge is None:
            return
        for one in [c for c in self.channels.values() if c.bridge == bridge]:
            one.bridge, one.changed_at = None, self.world.now
            self.tell(ev.LeftBridge(channel=one.id, at=self.world.now, bridge=bridge))
