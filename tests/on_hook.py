"""Scenes of a call centre whose agents have put the receiver down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.policy import AgentProfile, OnHook
from dialer.core.queueing import RecordWait
from dialer.core.words import AgentNumber, AgentOrder, BridgeId, ChannelId, Mode
from tests.callers import QueueScene, caller_channel
from tests.factories import ANNA, NEVER_CALLED, make_policy, make_profile, make_site

RING = timedelta(seconds=15)


class OnHookScene(QueueScene):
    """A scene in which phones are rung."""

    quiet = (*QueueScene.quiet, RecordWait)

    def rings(self, agent: AgentNumber = ANNA) -> ChannelId | None:
        """The leg on which the agent's phone rings now."""
        known = self.agent(agent)
        return known.calling if known.rung else None

    def picks_up(self, agent: AgentNumber = ANNA) -> Self:
        """The agent answers the phone that rings."""
        ring = self.wished_ring(agent)
        return self.feed(ev.AgentLegUp(channel=ring, at=self.now, agent=agent))

    def ring_ends(self, agent: AgentNumber = ANNA, cause: int = 19) -> Self:
        """The phone does not ring any more, and nobody has answered it."""
        return self.feed(ev.HungUp(channel=self.wished_ring(agent), at=self.now, cause=cause))

    def talks(self, n: int = 1, agent: AgentNumber = ANNA) -> Self:
        """The n-th caller and the agent come into one bridge."""
        leg = self.agent(agent).leg
        assert leg is not None
        bridge = BridgeId(f"bridge-{n}-{agent}")
        for channel in (leg, caller_channel(n)):
            self.feed(ev.EnteredBridge(channel=channel, at=self.now, bridge=bridge))
        return self

    def wished_ring(self, agent: AgentNumber = ANNA) -> ChannelId:
        """The leg of the last ring that was wished for."""
        channel: ChannelId = next(c.channel for c in reversed(self.wished(do.CallAgent)) if c.agent == agent)
        return channel

    def puts_down(self, agent: AgentNumber = ANNA, cause: int = 16) -> Self:
        """The agent's leg is gone."""
        leg = self.agent(agent).leg
        assert leg is not None
        return self.feed(ev.HungUp(channel=leg, at=self.now, cause=cause))


def on_hook_profile(number: AgentNumber = ANNA, **changes: Any) -> AgentProfile:
    """An agent on hook, of the team that serves the campaign."""
    return make_profile(number, **({"on_hook": OnHook(ring=RING)} | changes))


def with_profiles(mode: Mode | None, *profiles: AgentProfile, **policy: Any) -> OnHookScene:
    """These agents are known, Asterisk is there, and a campaign unless `mode` is None."""
    scene = OnHookScene()
    scene.feed(ev.SiteLoaded(site=make_site(*profiles)))
    if mode is not None:
        scene.feed(ev.CampaignLoaded(policy=make_policy(mode, **policy), window=NEVER_CALLED))
    return scene.asterisk_back().ignore()


def on_hook(*agents: AgentNumber, mode: Mode | None = None, **policy: Any) -> OnHookScene:
    """These agents are logged in, by command."""
    scene = with_profiles(mode, *(on_hook_profile(number) for number in agents), **policy)
    for number in agents:
        scene.agent_order(AgentOrder.LOG_IN, "leg", number).wait(0.1)
    return scene.ignore()
