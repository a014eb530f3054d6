"""A simulated campaign whose agents are called as well."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.dialer import Dialer
from dialer.core.queueing import CallerQueued, QueueOutcome, QueueTerms, RecordWait
from dialer.core.words import BridgeId, ChannelId
from dialer.simulation.campaign_run import CampaignRun, SimulationPlan


@dataclass(frozen=True)
class Crowd:
    """Who calls: as a Poisson process, with exponential patience and talks."""

    an_hour: float
    talk_seconds: float
    terms: QueueTerms
    patience_seconds: float = 300.0
    seed: int = 1


@dataclass
class Waits:
    """What became of callers, by how long they waited."""

    ended: dict[QueueOutcome, list[float]] = field(default_factory=dict)

    @property
    def all(self) -> list[float]:
        return [seconds for waits in self.ended.values() for seconds in waits]

    def level(self, target: float) -> float:
        """The part of all who were answered within so many seconds."""
        return sum(seconds <= target for seconds in self.ended[QueueOutcome.ANSWERED]) / len(self.all)


class BlendedRun(CampaignRun):
    """One run with callers."""

    def __init__(self, plan: SimulationPlan, crowd: Crowd) -> None:
        super().__init__(plan, Dialer())
        self.crowd = crowd
        self.waits = Waits()
        self._chance = Random(crowd.seed)  # noqa: S311 - a world's chance, and it must repeat itself
        self._number = 0
        self._gone: set[ChannelId] = set()
        self._talking: set[ChannelId] = set()
        self._comes()

    def _comes(self, _: None = None) -> None:
        now = self.agenda.now
        if now < self.plan.until and self._number:
            channel = ChannelId(f"caller-{self._number}")
            self._inbox.append(CallerQueued(channel=channel, at=now, terms=self.crowd.terms, number=None))
            self.agenda.after(self._chance.expovariate(1 / self.crowd.patience_seconds), self._loses_patience, channel)
        self._number += 1
        following = now + timedelta(seconds=self._chance.expovariate(self.crowd.an_hour / 3600))
        if following < self.plan.until:
            self.agenda.at(following, self._comes)

    def _loses_patience(self, channel: ChannelId) -> None:
        if channel not in self._talking:
            self._hangs_up(channel)

    def _hangs_up(self, channel: ChannelId) -> None:
        if channel not in self._gone:
            self._gone.add(channel)
            self._inbox.append(ev.HungUp(channel=channel, at=self.agenda.now, cause=16))

    def _perform(self, command: do.Command) -> None:
        match command:
            case do.Join(channel=channel) if channel.startswith("caller"):
                self.agenda.after(self.plan.machinery.join, self._joins, command)
            case RecordWait(outcome=outcome):
                if outcome is not None and (outcome is not QueueOutcome.ANSWERED or command.left_at is None):
                    over = command.answered_at or command.left_at or self.agenda.now
                    seconds = (over - command.arrived_at).total_seconds()
                    self.waits.ended.setdefault(outcome, []).append(seconds)
            case _:
                super()._perform(command)

    def _joins(self, wish: do.Join) -> None:
        if wish.channel in self._gone:
            failed = ev.JoinFailed(channel=wish.channel, at=self.agenda.now, agent_leg=wish.agent_leg, reason="gone")
            self._inbox.append(failed)
            return
        self._talking.add(wish.channel)
        bridge = BridgeId(f"bridge-{wish.channel}")
        for channel in (wish.agent_leg, wish.channel):
            self._inbox.append(ev.EnteredBridge(channel=channel, at=self.agenda.now, bridge=bridge))
        self.agenda.after(self._chance.expovariate(1 / self.crowd.talk_seconds), self._ends, wish)

    def _ends(self, wish: do.Join) -> None:
        bridge = BridgeId(f"bridge-{wish.channel}")
        for channel in (wish.agent_leg, wish.channel):
            self._inbox.append(ev.LeftBridge(channel=channel, at=self.agenda.now, bridge=bridge))
        self._hangs_up(wish.channel)
