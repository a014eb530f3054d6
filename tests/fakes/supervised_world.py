"""The world of `world.py` with supervisors in it: what they do, what Asterisk does for them, and their laws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core.on_the_line import OnTheLine, is_talking
from dialer.core.phrases import STOCK, Phrase
from dialer.core.supervision_words import SupervisionOrder, SupervisorState
from dialer.core.words import AgentNumber, AgentState, BridgeId, ChannelId, Hold, SupervisorNumber
from tests.fakes.asterisk_model import Channel, Manners
from tests.fakes.recording_model import RecordingModel
from tests.fakes.store_model import Surroundings
from tests.fakes.world import World
from tests.supervised import make_supervisor_profile

BOSSES = (SupervisorNumber("9001"), SupervisorNumber("9002"))
HEARING = (SupervisorState.LISTENING, SupervisorState.WHISPERING, SupervisorState.BARGING)
Stretch = tuple[ChannelId, datetime, SupervisorState]


class SupervisedModel(RecordingModel):
    """Asterisk with the dialplan for supervisors."""

    def __init__(self, world: Surroundings, manners: Manners) -> None:
        super().__init__(world, manners)
        self.bosses: dict[ChannelId, SupervisorNumber] = {}
        """The supervisors' legs that are up in the loop or elsewhere."""
        self.ears: dict[ChannelId, AgentNumber] = {}
        """Whom a supervisor's leg hears."""

    def perform(self, command: do.TelephoneCommand) -> None:
        """As ever, and what is wished for supervisors."""
        delay = self.world.chance.uniform(0.0, 0.02)
        match command:
            case sv.CallSupervisor(channel=channel, supervisor=number):
                gone = ev.HungUp(channel=channel, at=self.world.now, cause=0)
                self._perform(delay, lambda: self._ring_boss(channel, number), lambda: self.world.post(gone))
            case sv.AdmitSupervisor(channel=channel, supervisor=number):
                self._perform(delay, lambda: self.to_boss_loop(channel, number))
            case sv.StandBy(channel=channel):
                self._perform(delay, lambda: self._deafen(channel))
            case sv.RefuseSupervisor(channel=channel):
                self._perform(delay, lambda: self.hang_up(channel))
            case sv.Monitor():
                self._perform(delay, lambda: self._monitor(command))
            case sv.TakeOver():
                self._perform(delay, lambda: self._take_over(command), lambda: self._not_taken(command))
            case _:
                super().perform(command)

    def survey(self) -> ev.AsteriskBack:
        """All that lives, supervisors' legs named."""
        back = super().survey()
        live = tuple(replace(one, supervisor=self.bosses.get(one.channel)) for one in back.live)
        return replace(back, live=live)

    def hang_up(self, channel: ChannelId, cause: int = 16, sip: int | None = None, status: str | None = None) -> None:
        """A customer who goes leaves a supervisor in the loop."""
        leg = self.channels.get(channel)
        if leg is None:
            return
        peer = self._peer(leg)
        if peer is not None and peer.id in self.bosses:
            self._leave_bridge(leg)
        self.bosses.pop(channel, None)
        self.ears.pop(channel, None)
        super().hang_up(channel, cause, sip, status)

    def leg_of_boss(self, number: SupervisorNumber) -> Channel | None:
        """The supervisor's phone, if it is up."""
        return next((self.channels[leg] for leg, one in self.bosses.items() if one == number), None)

    def to_boss_loop(self, channel: ChannelId, number: SupervisorNumber, request: str = "") -> None:
        """The leg stands in the loop for the first time."""
        leg = self.channels.get(channel)
        if leg is not None:
            leg.place += 1
            leg.up = True
            self.bosses[channel] = number
            self.tell(sv.SupervisorLegUp(channel=channel, at=self.world.now, supervisor=number, request=request))

    def _ring_boss(self, channel: ChannelId, number: SupervisorNumber) -> None:
        leg = Channel(id=channel)
        self.channels[channel] = leg
        if self.world.chance.random() < 0.8:
            self._then(leg, self.world.chance.uniform(0.5, 4.0), lambda: self.to_boss_loop(channel, number))
        else:
            self._then(leg, 10.0, lambda: self.hang_up(channel, 19))

    def _deafen(self, channel: ChannelId) -> None:
        if self.ears.pop(channel, None) is not None:
            self.tell(sv.MonitorStopped(channel=channel, at=self.world.now), last=True)

    def _monitor(self, wish: sv.Monitor) -> None:
        self._deafen(wish.channel)
        if wish.channel in self.bosses and self.leg_of(wish.agent) is not None:
            self.ears[wish.channel] = wish.agent
            self.tell(sv.MonitorStarted(channel=wish.channel, at=self.world.now), last=True)

    def _not_taken(self, wish: sv.TakeOver) -> None:
        failed = sv.TakeOverFailed(
            channel=wish.channel, at=self.world.now, supervisor=wish.supervisor, reason="not there"
        )
        self.world.post(failed)

    def _take_over(self, wish: sv.TakeOver) -> None:
        customer = self.channels.get(wish.channel)
        if customer is None or not customer.up:
            self._not_taken(wish)
            return
        agent = self._peer(customer)
        customer.place += 1
        self._leave_bridge(customer)
        boss = self.leg_of_boss(wish.supervisor)
        if boss is not None and boss.bridge is None and self.world.chance.random() < 0.9:
            # Whoever listened is taken away, and says nothing of it.
            self.ears.pop(boss.id, None)
            self._meet(customer, boss)
        else:
            self._then(customer, 0.2, lambda: self._back(customer, agent))

    def _back(self, customer: Channel, agent: Channel | None) -> None:
        if agent is not None and self.channels.get(agent.id) is agent and agent.bridge is None:
            self._meet(customer, agent)
        else:
            self._play(customer.id)

    def _meet(self, customer: Channel, other: Channel) -> None:
        self._bridges += 1
        bridge = BridgeId(f"bridge-{self._bridges}")
        for leg in (customer, other):
            leg.bridge, leg.changed_at = bridge, self.world.now
            self.tell(ev.EnteredBridge(channel=leg.id, at=self.world.now, bridge=bridge))
        talk = self.world.chance.uniform(0.01, self.manners.most_talk_seconds)
        self._then(customer, talk, lambda: self.hang_up(customer.id))


@dataclass
class SupervisedWorld(World):
    """One life of a call centre with supervisors."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.model = SupervisedModel(self, self.manners)
        self.asterisk = self.model
        self.open: dict[Stretch, sv.RecordStretch] = {}
        self.heard = 0
        self.taken_over = 0
        self.told_pauses = 0
        """How often a supervisor heard that the recording is paused."""
        self.crashes = 0
        self._boss_legs = count(1)
        self._grumbles: set[str] = set()

    def post(self, event: ev.Event) -> None:
        """Every site file lists the supervisors."""
        if isinstance(event, ev.SiteLoaded):
            profiles = {number: make_supervisor_profile(number=number) for number in BOSSES}
            event = replace(event, site=replace(event.site, supervisors=profiles))
        super().post(event)

    def crash(self) -> None:
        """What was open stays open in the audit."""
        self.open.clear()
        self.crashes += 1
        super().crash()

    # --- what supervisors do ---

    def boss_dials_in(self, index: int, request: str) -> None:
        """A supervisor phones in, and the PIN was right."""
        leg = ChannelId(f"boss-{next(self._boss_legs)}")
        self.model.channels[leg] = Channel(id=leg, up=True)
        self.model.to_boss_loop(leg, BOSSES[index % len(BOSSES)], request)

    def boss_orders(self, index: int, order: SupervisionOrder, agent: int) -> None:
        """Somebody asks at a command line."""
        leg = ChannelId(f"boss-{next(self._boss_legs)}")
        number = self.numbers[agent % len(self.numbers)]
        self.post(sv.SupervisionOrdered(supervisor=BOSSES[index % len(BOSSES)], order=order, agent=number, leg=leg))

    def boss_presses(self, index: int, key: str) -> None:
        """A supervisor presses keys."""
        leg = self.model.leg_of_boss(BOSSES[index % len(BOSSES)])
        if leg is None:
            return
        for digit in key:
            self.model.tell(ev.DigitPressed(channel=leg.id, at=self.now, digit=digit), last=True)

    def boss_hangs_up(self, index: int) -> None:
        """A supervisor's phone goes."""
        leg = self.model.leg_of_boss(BOSSES[index % len(BOSSES)])
        if leg is not None:
            self.model.hang_up(leg.id)

    # --- the laws ---

    def _perform(self, wish: do.Command) -> None:
        match wish:
            case sv.RecordStretch():
                self._record(wish)
            case sv.RecordTakeOver(attempt=attempt):
                self.taken_over += 1
                assert self.dialer.floor.calls[attempt].claim is not None
            case sv.TellSupervisor(supervisor=number, sound=sound):
                assert self.dialer.floor.supervisors[number].state.in_session
                self.told_pauses += sound == STOCK[Phrase.RECORDING_PAUSED]
            case sv.TellAgent(agent=agent, sound=sound) if sound == STOCK[Phrase.RECORDING_PAUSED]:
                assert self.dialer.floor.agents[agent].state is AgentState.TALKING, "who has the customer hears nothing"
            case _:
                super()._perform(wish)

    def _record(self, wish: sv.RecordStretch) -> None:
        """A stretch begins once, ends once, and never overlaps another of its session."""
        key = (wish.session, wish.since, wish.state)
        if wish.until is None:
            others = [one for one in self.open.values() if one.session == wish.session and one.since < wish.since]
            assert not others, f"{wish} begins in the midst of {others}"
            self.open[key] = wish
            self.heard += wish.state in HEARING
        else:
            assert wish.until >= wish.since
            begun = self.open.pop(key)
            assert (begun.agent, begun.attempt) == (wish.agent, wish.attempt)

    def _handle(self, event: ev.Event) -> None:
        super()._handle(event)
        floor = self.dialer.floor
        for number, supervisor in floor.supervisors.items():
            assert supervisor.state.in_session == (number in floor.sessions)
            assert supervisor.state.in_session == (supervisor.leg is not None)
            if supervisor.state in (SupervisorState.TAKING_OVER, SupervisorState.TALKING):
                assert supervisor.attempt is not None
                call = floor.talk(supervisor.attempt)
                assert call is not None
                assert is_talking(call)
                assert call.claim is not None
                assert call.claim.supervisor == number
        customers: tuple[OnTheLine, ...] = (*floor.calls.values(), *floor.callers.values())
        for customer in customers:
            claim = customer.claim
            if claim is not None and is_talking(customer):
                assert floor.supervisors[claim.supervisor].attempt == customer.id or claim.taken_at is not None

    def grumble(self) -> None:
        """What Asterisk has and what the dialler believes of supervisors are the same, or are so a second later."""
        floor = self.dialer.floor
        if Hold.ASTERISK_LOST in floor.holds:
            # A daemon that has just begun does not even know the supervisors.
            self._grumbles = set()
            return
        grumbles = set()
        for leg, agent in self.model.ears.items():
            boss = floor.supervisors[self.model.bosses[leg]]
            if boss.leg == leg and (boss.state not in HEARING or boss.with_agent != agent):
                grumbles.add(f"{leg} hears {agent}, but is {boss}")
        for boss in floor.supervisors.values():
            if boss.leg is not None and boss.leg not in self.model.channels:
                grumbles.add(f"the leg of {boss} is gone")
            if boss.state in HEARING and boss.leg not in self.model.ears:
                grumbles.add(f"{boss} hears nobody")
        for recording in floor.recordings.values():
            muted = self.model.is_muted(recording.attempt)
            if muted is not None and muted != recording.paused:
                grumbles.add(f"{recording} of {floor.talk(recording.attempt)}, but muted: {muted}")
        if not self.model.settled():
            grumbles = set()
        assert not grumbles & self._grumbles, grumbles & self._grumbles
        self._grumbles = grumbles
