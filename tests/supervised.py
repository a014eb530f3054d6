"""Scenes of a call centre with a supervisor in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from dialer.core import events as ev
from dialer.core import supervision as sv
from dialer.core.policy import SupervisorProfile
from dialer.core.supervision_words import SupervisionOrder
from dialer.core.supervisor import Supervisor
from dialer.core.words import AgentNumber, BridgeId, ChannelId, SupervisorNumber, TeamName
from tests.factories import ANNA, BEN, make_profile, make_site
from tests.scenes import Scene, channel_of, leg_of, talking

BOSS = SupervisorNumber("9001")
BOSS_LEG = ChannelId("leg-9001")
SALES = TeamName("sales")
TAKEN = BridgeId("bridge-taken")


def make_supervisor_profile(**changes: Any) -> SupervisorProfile:
    """A supervisor of the team that serves the campaign."""
    values: dict[str, Any] = {
        "number": BOSS,
        "name": "主管 Boss",
        "phone": "PJSIP/9001",
        "teams": frozenset({SALES}),
    }
    return SupervisorProfile(**(values | changes))


class Supervised(Scene):
    """A scene in which a supervisor does and asks things."""

    quiet = (*Scene.quiet, sv.RecordStretch, sv.RecordTakeOver)

    @property
    def boss(self) -> Supervisor:
        """The supervisor."""
        return self.dialer.floor.supervisors[BOSS]

    @property
    def stretches(self) -> list[tuple[str, AgentNumber | None, float]]:
        """Every stretch that is over: the state, the agent, and how many seconds it took."""
        return [
            (stretch.state.value, stretch.agent, (stretch.until - stretch.since).total_seconds())
            for stretch in self.wished(sv.RecordStretch)
            if stretch.until is not None
        ]

    def supervised_by(self, *profiles: SupervisorProfile, agents: tuple[AgentNumber, ...] = (ANNA, BEN)) -> Self:
        """The site file lists these supervisors."""
        site = make_site(*(make_profile(number) for number in agents))
        return self.feed(ev.SiteLoaded(site=replace(site, supervisors={p.number: p for p in profiles})))

    def boss_comes(self, request: str = "", leg: ChannelId = BOSS_LEG) -> Self:
        """The supervisor's phone stands in the supervisors' loop."""
        return self.feed(sv.SupervisorLegUp(channel=leg, at=self.now, supervisor=BOSS, request=request))

    def boss_orders(self, order: SupervisionOrder, agent: AgentNumber | None = None, argument: str = "") -> Self:
        """The supervisor asks something by command."""
        leg = ChannelId("leg-called")
        return self.feed(
            sv.SupervisionOrdered(supervisor=BOSS, order=order, agent=agent, argument=argument, leg=leg, by="chief")
        )

    def boss_presses(self, keys: str) -> Self:
        """The supervisor presses keys."""
        return self.feed(*(ev.DigitPressed(channel=BOSS_LEG, at=self.now, digit=key) for key in keys))

    def hears(self) -> Self:
        """Asterisk says that the supervisor hears the agent now."""
        return self.feed(sv.MonitorStarted(channel=BOSS_LEG, at=self.now))

    def hears_nothing(self) -> Self:
        """Asterisk says that the supervisor hears nobody any more."""
        return self.feed(sv.MonitorStopped(channel=BOSS_LEG, at=self.now))

    def customer_leaves_agent(self, n: int = 1, agent: AgentNumber = ANNA) -> Self:
        """On the way to the supervisor."""
        bridge = BridgeId(f"bridge-{n}")
        return self.feed(
            ev.LeftBridge(channel=channel_of(n), at=self.now, bridge=bridge),
            ev.LeftBridge(channel=leg_of(agent), at=self.now, bridge=bridge),
        )

    def customer_comes_to(self, leg: ChannelId, n: int = 1) -> Self:
        """Customer and a leg come into one bridge."""
        return self.feed(
            ev.EnteredBridge(channel=leg, at=self.now, bridge=TAKEN),
            ev.EnteredBridge(channel=channel_of(n), at=self.now, bridge=TAKEN),
        )

    def boss_hangs_up(self) -> Self:
        """The supervisor's phone goes."""
        return self.feed(ev.HungUp(channel=BOSS_LEG, at=self.now, cause=16))


def supervised(profile: SupervisorProfile | None = None, **policy: Any) -> Supervised:
    """Anna talks with the first customer, Ben is ready, and the supervisor is somewhere else."""
    scene = talking(ANNA, BEN, **policy)
    watched = Supervised(dialer=scene.dialer, now=scene.now, alarms=scene.alarms)
    return watched.supervised_by(profile or make_supervisor_profile()).ignore()


def listening(profile: SupervisorProfile | None = None, **policy: Any) -> Supervised:
    """The supervisor listens to Anna and the first customer."""
    return supervised(profile, **policy).boss_comes(f"1{ANNA}").hears().ignore()
