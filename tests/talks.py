"""Talks with something aside of them, as tests need them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

import pytest

from dialer.core import events as ev
from dialer.core import transfer as tr
from dialer.core.aside_words import AsideState, TransferKind
from dialer.core.caller import QueuedCaller
from dialer.core.calling_out import CallingOut, Target
from dialer.core.live_aside import Aside
from dialer.core.live_call import Call
from dialer.core.policy import SitePolicy, Trunk
from dialer.core.queueing import RecordWait
from dialer.core.supervision import TellAgent
from dialer.core.words import AgentNumber, AttemptId, BridgeId, ChannelId, Mode, TrunkName
from tests.callers import QueueScene, caller_channel
from tests.factories import ANNA, BEN, NOW, attempt_id, make_profile, make_site
from tests.scenes import leg_of, running

BILLING = "7010"
OUT = Trunk(name=TrunkName("out"), dial="PJSIP/{number}@out", max_lines=1)
DIRECTORY = {BILLING: Target(name="7010 账务 Billing", dial="PJSIP/billing")}
TRANSFERS = CallingOut(trunk=OUT.name, dial=OUT.dial, max_lines=OUT.max_lines, country="CN", caller_id="+862150000001")
BRIDGE = BridgeId("bridge-1")
NEW, SIDE = BridgeId("bridge-new"), BridgeId("bridge-side")
THIRD = ChannelId("third-1")


def make_third(kind: TransferKind = TransferKind.CONSULTATION, **changes: Any) -> tr.Third:
    """A third from the directory, called at this moment."""
    values: dict[str, Any] = {
        "channel": THIRD,
        "target": Target(name=BILLING, dial="PJSIP/billing"),
        "kind": kind,
        "at": NOW,
    }
    return tr.Third(**(values | changes))


def make_aside(state: AsideState = AsideState.TOGETHER, **changes: Any) -> Aside:
    """The first lead's customer and Anna."""
    values: dict[str, Any] = {
        "attempt": attempt_id(1),
        "called_us": False,
        "agent": ANNA,
        "agent_leg": leg_of(ANNA),
        "state": state,
    }
    return Aside(**(values | changes))


def site_with_directory(*agents: AgentNumber) -> SitePolicy:
    """These agents can call billing, and out."""
    site = make_site(*(make_profile(number) for number in agents))
    return replace(site, directory=DIRECTORY, transfers=TRANSFERS)


class TalkScene(QueueScene):
    """A scene with a talk of Anna's, whose customer was called or is a caller."""

    quiet = (*QueueScene.quiet, tr.RecordTransfer, TellAgent, RecordWait)

    customer: ChannelId

    @property
    def attempt(self) -> AttemptId:
        """The talk."""
        return AttemptId(self.customer)

    @property
    def talk(self) -> Call | QueuedCaller | None:
        """What the floor knows of the customer."""
        return self.dialer.floor.talk(self.attempt)

    @property
    def aside(self) -> Aside | None:
        """What is aside of it."""
        return self.dialer.floor.asides.get(self.attempt)

    @property
    def third(self) -> ChannelId:
        """The third's leg."""
        aside = self.aside
        assert aside is not None
        assert aside.third is not None
        return aside.third.channel

    @property
    def transfers(self) -> list[tr.RecordTransfer]:
        """What was written down of thirds."""
        return self.wished(tr.RecordTransfer)

    def enters(self, bridge: BridgeId, *legs: ChannelId) -> Self:
        """These legs come into a bridge, one after the other."""
        return self.feed(*(ev.EnteredBridge(channel=leg, at=self.now, bridge=bridge) for leg in legs))

    def leaves(self, bridge: BridgeId, *legs: ChannelId) -> Self:
        """These legs leave it."""
        return self.feed(*(ev.LeftBridge(channel=leg, at=self.now, bridge=bridge) for leg in legs))

    def held(self) -> Self:
        """Anna has put the customer on hold, who is there."""
        bridge = self.agent().bridge
        assert bridge is not None
        return self.press("*5").leaves(bridge, self.customer, leg_of(ANNA)).ignore()

    def consulting(self) -> Self:
        """Anna talks with a third, the customer is on hold."""
        bridge = self.agent().bridge
        assert bridge is not None
        self.press(f"*6{BILLING}#").leaves(bridge, self.customer, leg_of(ANNA))
        self.wait(2.0)
        self.answers()
        return self.enters(SIDE, self.third, leg_of(ANNA)).ignore()

    def answers(self) -> Self:
        """The third picks up."""
        return self.feed(tr.ThirdAnswered(channel=self.third, at=self.now))

    def in_three_way(self) -> Self:
        """Customer, Anna and a third talk."""
        self.consulting()
        third = self.third
        self.press("*7").leaves(SIDE, third, leg_of(ANNA))
        return self.enters(NEW, self.customer, leg_of(ANNA)).ignore()

    def handed(self) -> Self:
        """Customer and third talk, and Anna writes how it went."""
        self.consulting()
        third = self.third
        self.press("*6").leaves(SIDE, leg_of(ANNA), third)
        return self.enters(NEW, self.customer, third).ignore()

    def third_goes(self, cause: int = 16) -> Self:
        """The third's phone is gone."""
        return self.feed(ev.HungUp(channel=self.third, at=self.now, cause=cause))

    def customer_goes(self) -> Self:
        """The customer's phone is gone."""
        return self.feed(ev.HungUp(channel=self.customer, at=self.now, cause=16))


def with_called() -> TalkScene:
    """Anna talks with a customer who was called, for ten seconds already; Ben is ready."""
    scene = running(Mode.PROGRESSIVE, ANNA, BEN)
    talk = TalkScene(dialer=scene.dialer, alarms=scene.alarms)
    talk.customer = ChannelId(attempt_id(1))
    talk.feed(ev.SiteLoaded(site=site_with_directory(ANNA, BEN)))
    talk.opened().rang().answered().joined()
    talk.wait(10.0)
    return talk.ignore()


def with_caller() -> TalkScene:
    """Anna talks with a caller out of the queue, for ten seconds already; Ben is ready."""
    talk = TalkScene()
    talk.customer = caller_channel()
    talk.feed(ev.SiteLoaded(site=site_with_directory(ANNA, BEN)))
    talk.asterisk_back()
    for agent in (ANNA, BEN):
        talk.log_in(agent)
    talk.calls_in().unheard().caller_joined()
    talk.wait(10.0)
    return talk.ignore()


both_kinds = pytest.mark.parametrize("begin", [with_called, with_caller])
"""Of customers."""
Begin = Callable[[], TalkScene]
