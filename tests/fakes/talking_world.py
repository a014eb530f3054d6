"""The world of `queueing_world.py` with agents who put customers on hold, call thirds, and leave customers to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core import transfer as tr
from dialer.core.aside_asking import GUARDS
from dialer.core.aside_words import AsideState, Place, TransferKind, TransferOutcome
from dialer.core.calling_out import CallingOut, Target
from dialer.core.enquiry import NumberLookedUp
from dialer.core.left_thirds import ThirdsInherited
from dialer.core.live_aside import Aside
from dialer.core.words import AgentNumber, AttemptId, BridgeId, ChannelId, Hold, TrunkName
from tests.fakes.asterisk_model import Channel
from tests.fakes.queueing_world import QueueingModel, QueueingWorld

BILLING = "7010"
OUTSIDE, FORBIDDEN = "01065550100", "01065550199"
"""As they are keyed; the second must not be called."""
FORBIDDEN_NUMBER = "+861065550199"
OUT = CallingOut(trunk=TrunkName("out"), dial="PJSIP/{number}@out", max_lines=1, country="CN")
AWAY_SECONDS = 5.0
"""So old may the heartbeat be until the dialplan acts by itself."""
TRIED_SECONDS = 2.0
WAITS = (Place.HOLD, Place.RING)


@dataclass(frozen=True)
class ThirdManners:
    """How thirds and the sending of legs behave; shares of 1."""

    answers: float = 0.7
    busy: float = 0.1
    most_ring_seconds: float = 3.0
    most_patience_seconds: float = 25.0
    lost: float = 0.02
    """Legs that are sent and stay where they are."""


class TalkingModel(QueueingModel):
    """Asterisk with the dialplan for what is aside of a talk."""

    world: TalkingWorld

    def perform(self, command: do.TelephoneCommand) -> None:
        """Do it a moment later."""
        slow = self.world.chance.random() < self.manners.slow
        delay = self.world.chance.uniform(0.0, 3.0 if slow else 0.02)
        match command:
            case tr.Send(channel=leg):
                if self.world.chance.random() < self.world.thirds.lost or not self.connected:
                    self.world.stray.add(leg)
                else:
                    self._perform(delay, lambda: self._send(command), lambda: self.world.stray.add(leg))
            case tr.CallThird(channel=channel):
                failed = ev.HungUp(channel=channel, at=self.world.now, cause=0)
                self._perform(delay, lambda: self._call_third(command), lambda: self.world.post(failed))
            case sv.TellAgent():
                pass
            case _:
                super().perform(command)

    def survey(self) -> ev.AsteriskBack:
        """All that lives, and where it was sent in the midst of a talk."""
        back = super().survey()
        spots, peers = self.world.spots | self.world.lent, self.world.peers
        live = (replace(c, place=spots.get(c.channel), peer=peers.get(c.channel)) for c in back.live)
        return replace(back, live=tuple(live))

    # --- the dialplan ---

    def _send(self, wish: tr.Send) -> None:
        leg = self.channels.get(wish.channel)
        if leg is None or not leg.up:
            return
        leg.place += 1
        self._part(leg)
        if leg.agent is None:
            self.world.spots[leg.id] = wish.place
        elif wish.place in (Place.CONSULT, Place.THREE_WAY):
            self.world.lent[leg.id] = wish.place
        match wish.place:
            case Place.HOLD | Place.RING:
                self._wait_aside(leg, AgentNumber(wish.to))
            case Place.AGENT:
                self._back(leg, AgentNumber(wish.to))
            case Place.THIRD:
                self._to_third(leg, ChannelId(wish.to))
            case Place.COLLEAGUE:
                self._to_colleague(leg, AgentNumber(wish.to))
            case Place.LOOP:
                self.world.lent.pop(leg.id, None)
                self._to_loop(leg.id, AgentNumber(wish.to))
            case Place.CONSULT:
                self._consult(leg, AgentNumber(wish.to))
            case Place.WAIT | Place.THREE_WAY | Place.RINGING:
                pass

    def _part(self, leg: Channel) -> None:
        """Out of its bridge: an agent goes back to the loop, a third waits, unless it was with the customer."""
        peer = self._peer(leg)
        self._leave_bridge(leg)
        if peer is not None and peer.agent is None and not self._waits_after(peer):
            self._then(peer, 0.002, lambda: self.hang_up(peer.id))

    def _waits_after(self, leg: Channel) -> bool:
        return leg.id.startswith(tr.THIRD_PREFIX) and leg.id not in self.world.handed

    def _wait_aside(self, leg: Channel, agent: AgentNumber) -> None:
        def look() -> None:
            if not self.connected and self.world.now - self.stable_since >= timedelta(seconds=AWAY_SECONDS):
                if self.world.spots[leg.id] is Place.HOLD:
                    self.world.spots[leg.id] = Place.AGENT
                    self._back(leg, agent)
                else:
                    self._play(leg.id)
            else:
                self._then(leg, 1.0, look)

        self._then(leg, 1.0, look)
        self._then(leg, self.world.chance.uniform(0.5, 60.0), lambda: self.hang_up(leg.id))

    def _back(self, leg: Channel, number: AgentNumber) -> None:
        agent = self.leg_of(number)
        if agent is None:
            self._then(leg, TRIED_SECONDS, lambda: self._play(leg.id))
            return
        self._part(agent)
        self._meet(leg, agent)

    def _to_third(self, leg: Channel, third_id: ChannelId) -> None:
        third = self.channels.get(third_id)
        if third is not None and third.up:
            self.world.handed.add(third.id)
            third.place += 1
            self._leave_bridge(third)
            self._meet(leg, third)
        elif leg.id in self.world.blind:
            self._play(leg.id)
        else:
            self.world.spots[leg.id] = Place.AGENT
            self._back(leg, self.world.peers[leg.id])

    def _to_colleague(self, leg: Channel, number: AgentNumber) -> None:
        colleague = self.leg_of(number)
        if colleague is None:
            self.world.spots[leg.id] = Place.AGENT
            self._then(leg, TRIED_SECONDS, lambda: self._back(leg, self.world.peers[leg.id]))
            return
        self.world.spots.pop(leg.id, None)
        self.world.lent.pop(colleague.id, None)
        self.world.peers[leg.id] = number
        self._part(colleague)
        self._meet(leg, colleague)

    def _consult(self, third: Channel, number: AgentNumber) -> None:
        agent = self.leg_of(number)
        if agent is None:
            self._then(third, TRIED_SECONDS, lambda: self.hang_up(third.id))
            return
        self._part(agent)
        self._meet(third, agent, ends=False)

    def _meet(self, leg: Channel, other: Channel, *, ends: bool = True) -> None:
        self._bridges += 1
        bridge = BridgeId(f"bridge-{self._bridges}")
        for one in (leg, other):
            one.bridge, one.changed_at = bridge, self.world.now
            self.tell(ev.EnteredBridge(channel=one.id, at=self.world.now, bridge=bridge))
        if ends:
            talk = self.world.chance.uniform(0.01, self.manners.most_talk_seconds)
            self._then(leg, talk, lambda: self.hang_up(leg.id))

    def _call_third(self, wish: tr.CallThird) -> None:
        chance, manners = self.world.chance, self.world.thirds
        third = Channel(id=wish.channel)
        self.channels[third.id] = third
        rings = chance.uniform(0.0, manners.most_ring_seconds)
        luck = chance.random()
        if luck < manners.answers:
            self._then(third, rings, lambda: self._third_answers(third))
        elif luck < manners.answers + manners.busy:
            self._then(third, rings, lambda: self.hang_up(third.id, 17, 486))
        else:
            self._then(third, wish.ring_time.total_seconds(), lambda: self.hang_up(third.id, 19, 480))

    def _third_answers(self, third: Channel) -> None:
        third.up = True
        self.world.spots[third.id] = Place.WAIT
        self.tell(tr.ThirdAnswered(channel=third.id, at=self.world.now))
        patience = self.world.chance.uniform(0.01, self.world.thirds.most_patience_seconds)
        self._then(third, patience, lambda: self.hang_up(third.id), only_here=False)

    # --- what ends it ---

    def _play(self, channel: ChannelId) -> None:
        self.world.spots.pop(channel, None)
        super()._play(channel)

    def _join(self, wish: do.Join) -> None:
        asked_away = wish.agent_leg in self.world.lent and wish.agent_leg not in self.world.stray
        assert not asked_away, f"{wish} while the phone is in a colleague's talk"
        self.world.spots.pop(wish.channel, None)
        self.world.peers[wish.channel] = wish.agent
        super()._join(wish)

    def hang_up(self, channel: ChannelId, cause: int = 16, sip: int | None = None, status: str | None = None) -> None:
        """The leg goes; a third who talked with the agent waits on."""
        leg = self.channels.get(channel)
        peer = self._peer(leg) if leg is not None else None
        if leg is not None and peer is not None and self._waits_after(peer):
            self._leave_bridge(leg)
        self.world.spots.pop(channel, None)
        self.world.lent.pop(channel, None)
        super().hang_up(channel, cause, sip, status)


class TalkingWorld(QueueingWorld):
    """One life of a call centre whose agents do more than talk."""

    thirds = ThirdManners()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.spots: dict[ChannelId, Place] = {}
        self.peers: dict[ChannelId, AgentNumber] = {}
        self.handed: set[ChannelId] = set()
        self.blind: set[ChannelId] = set()
        self.lent: dict[ChannelId, Place] = {}
        """Agents' legs in colleagues' talks."""
        self.stray: set[ChannelId] = set()
        """Legs that were sent somewhere in vain."""
        self.heard_to_ring: set[str] = set()
        self.transfers: dict[ChannelId, tr.RecordTransfer] = {}
        self.states: set[str] = set()
        self.kinds: set[TransferKind] = set()
        self.may_be_called: set[str] = set()
        """Dial strings of the numbers of which the store has said so."""
        self.called_out = 0
        self.left: set[ChannelId] = set()
        """Thirds whom the last daemon left behind without an end."""
        self.handed_and_left = 0
        self.store.suppressed.add(FORBIDDEN_NUMBER)
        self._grumbles: set[str] = set()
        self.model = TalkingModel(self, self.manners)
        self.queueing = self.model
        self.asterisk = self.model

    def post(self, event: ev.Event) -> None:
        """Every site file has a directory, and lets agents call out."""
        if isinstance(event, ev.SiteLoaded):
            directory = {BILLING: Target(name="7010 账务 Billing", dial="PJSIP/billing")}
            event = replace(event, site=replace(event.site, directory=directory, transfers=OUT))
        if isinstance(event, NumberLookedUp) and not event.suppressed:
            self.may_be_called.add(OUT.dial.format(number=event.number.removeprefix("+")))
        super().post(event)

    def begin(self) -> None:
        """A daemon that follows on one that died is told of whom no end is written."""
        self.left = {one.third for one in self.transfers.values() if one.ended_at is None}
        self.post(ThirdsInherited(thirds=tuple(self.transfers[third] for third in self.left)))
        super().begin()

    # --- the laws ---

    def _perform(self, wish: do.Command) -> None:
        match wish:
            case tr.RecordTransfer():
                before = self.transfers.get(wish.third)
                assert before is None or before.ended_at is None, f"{before} ends twice: {wish}"
                assert wish.ended_at is None or wish.outcome is not None
                self.transfers[wish.third] = wish
                self.handed_and_left += wish.third in self.left and wish.outcome is TransferOutcome.HANDED
                self.kinds.add(wish.kind)
            case _:
                if isinstance(wish, tr.Send) and wish.place is Place.RING:
                    self.blind.add(wish.channel)
                if isinstance(wish, tr.Send) and wish.place is Place.RINGING:
                    self.heard_to_ring.add(wish.to)
                if isinstance(wish, tr.CallThird) and wish.dial.endswith("@out"):
                    assert wish.dial in self.may_be_called, f"nobody said that it may be called: {wish}"
                    self.called_out += 1
                super()._perform(wish)

    def _handle(self, event: ev.Event) -> None:
        super()._handle(event)
        floor = self.dialer.floor
        lost = Hold.ASTERISK_LOST in floor.holds
        for aside in floor.asides.values():
            self.states.add(aside.state)
            self._check(aside)
            assert aside.state not in GUARDS or lost or aside.guard in self.dialer.alarms, f"no guard: {aside}"
        for enquiry in floor.asides.enquiries.values():
            assert floor.agents[enquiry.order.agent].attempt == enquiry.talk, f"{enquiry} of nobody"
            assert enquiry.timer in self.dialer.alarms, f"waits for ever: {enquiry}"
        for agent in floor.agents.values():
            known = floor.asides.get(agent.attempt) if agent.attempt is not None else None
            reason = known.reason if known is not None else ""
            if agent.state == "talking":
                assert agent.reason == reason, f"{agent} with {known}"
        expected = {a.third.channel: a.attempt for a in floor.asides.values() if a.third is not None}
        assert floor.asides.thirds == expected
        asked = [a.third.colleague for a in floor.asides.values() if a.third is not None and a.third.colleague]
        assert len(asked) == len(set(asked)), "a colleague in two talks"
        customers = Counter(a.attempt for a in floor.agents.values() if a.state == "talking")
        for aside in floor.asides.values():
            customers[aside.attempt] -= aside.third is not None and aside.third.colleague is not None
        assert all(agents <= 1 for agents in customers.values()), "two agents think that a customer is theirs"

    def _check(self, aside: Aside) -> None:
        talk, agent = self.dialer.floor.talk(aside.attempt), self.dialer.floor.agents[aside.agent]
        assert talk is not None
        assert talk.state == "talking", f"{aside} of {talk}"
        if aside.reason is not None:
            assert agent.attempt == aside.attempt, f"{aside} of {agent}"
        if aside.third is not None and aside.third.colleague is not None:
            colleague = self.dialer.floor.agents[aside.third.colleague]
            assert colleague.attempt == aside.attempt, f"{colleague} is not reserved for {aside}"
            assert colleague.state in ("reserved", "talking"), f"{aside} asks {colleague}"

    def grumble(self) -> None:
        """Nobody waits whom the dialler does not know of; what is so for a moment may be."""
        floor = self.dialer.floor
        grumbles = set()
        for leg in self.model.channels.values():
            spot = self.spots.get(leg.id)
            if spot in WAITS and AttemptId(leg.id) not in floor.asides:
                grumbles.add(f"{leg.id} is forgotten on {spot}")
            if leg.id.startswith(tr.THIRD_PREFIX) and leg.id not in floor.asides.thirds and leg.id not in self.handed:
                grumbles.add(f"{leg.id} is forgotten")
        for aside in floor.asides.values():
            if aside.third is not None and aside.third.channel not in self.model.channels:
                grumbles.add(f"the third of {aside} is gone")
            third = aside.third if aside.state is AsideState.CALLING else None
            rings = third.channel if third is not None and third.colleague is None else None
            if rings is not None and aside.agent_in is None and rings not in self.heard_to_ring:
                grumbles.add(f"the agent hears silence while {rings} rings")
        if not self.model.settled() or Hold.ASTERISK_LOST in floor.holds:
            grumbles = set()
        assert not grumbles & self._grumbles, grumbles & self._grumbles
        self._grumbles = grumbles

    def finish(self, seconds: float = 400.0) -> None:
        """As ever; no third is left behind, and what is written down of each has an end."""
        super().finish(seconds)
        assert not self.dialer.floor.asides
        left = [channel for channel in self.model.channels if channel.startswith(tr.THIRD_PREFIX)]
        assert left == [], "thirds are left behind"
        open_ones = [one for one in self.transfers.values() if one.ended_at is None]
        assert not open_ones
