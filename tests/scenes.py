"""Scenes of a call centre: how a story gets to the point where a test begins."""

from __future__ import annotations

from typing import Any, Self

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.campaign import Campaign
from dialer.core.events import Event
from dialer.core.found import LiveChannel
from dialer.core.lead import Lead
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.words import (
    AgentNumber,
    AgentOrder,
    BridgeId,
    CampaignOrder,
    ChannelId,
    MachineVerdict,
    Mode,
    Timer,
)
from tests.factories import ANNA, NEVER_CALLED, SPRING, attempt_id, make_lead, make_policy, make_profile, make_site
from tests.playbook import Playbook


def leg_of(agent: AgentNumber) -> ChannelId:
    """The phone leg of an agent, in these scenes."""
    return ChannelId(f"leg-{agent}")


def channel_of(n: int) -> ChannelId:
    """The leg of the n-th lead's customer."""
    return ChannelId(attempt_id(n))


class Scene(Playbook):
    """A playbook with the words for what people and Asterisk do. The store's leads come when a test says so.
    What agents hear in their loop is looked for by those tests alone that are about it."""

    quiet = (*Playbook.quiet, do.FetchLeads, do.Announce)

    def feed(self, *events: Event) -> Self:
        """Give events to the dialer; no callback has become due when it asks for them alone."""
        for event in events:
            super().feed(event)
            while SPRING in self.dialer.floor.campaigns and self.campaign.only_callbacks:
                known = self.campaign
                nothing = ev.LeadsFetched(
                    campaign=SPRING,
                    leads=(),
                    next_due_at=known.next_due_at,
                    remaining=known.remaining,
                    total=known.total,
                )
                super().feed(nothing)
        return self

    # --- what is there -----------------------------------------------------------------------------------------

    def call(self, n: int = 1) -> Call:
        """The n-th lead's call."""
        return self.dialer.floor.calls[attempt_id(n)]

    def agent(self, number: AgentNumber = ANNA) -> Agent:
        """An agent."""
        return self.dialer.floor.agents[number]

    @property
    def campaign(self) -> Campaign:
        """The campaign."""
        return self.dialer.floor.campaigns[SPRING]

    # --- what happens ------------------------------------------------------------------------------------------

    def order(self, order: CampaignOrder) -> Self:
        """Somebody asks something of the campaign."""
        return self.feed(ev.CampaignOrdered(campaign=SPRING, order=order, by="boss"))

    def agent_order(self, order: AgentOrder, argument: str = "", agent: AgentNumber = ANNA) -> Self:
        """Somebody asks something of an agent."""
        return self.feed(ev.AgentOrdered(agent=agent, order=order, argument=argument, by="boss"))

    def log_in(self, agent: AgentNumber = ANNA) -> Self:
        """An agent's phone stands in the waiting loop."""
        return self.feed(ev.AgentLegUp(channel=leg_of(agent), at=self.now, agent=agent))

    def press(self, keys: str, agent: AgentNumber = ANNA) -> Self:
        """An agent presses keys."""
        return self.feed(*(ev.DigitPressed(channel=leg_of(agent), at=self.now, digit=key) for key in keys))

    def phone_goes(self, agent: AgentNumber = ANNA, cause: int = 16) -> Self:
        """An agent's leg is gone."""
        return self.feed(ev.HungUp(channel=leg_of(agent), at=self.now, cause=cause))

    def fetched(self, *leads: Lead, total: int | None = None) -> Self:
        """Leads come."""
        count = len(leads) if total is None else total
        return self.feed(ev.LeadsFetched(campaign=SPRING, leads=leads, next_due_at=None, remaining=count, total=count))

    def opened(self, n: int = 1) -> Self:
        """The row of the n-th lead's attempt stands."""
        return self.feed(ev.AttemptOpened(attempt=attempt_id(n)))

    def rang(self, n: int = 1) -> Self:
        """The customer's phone rings."""
        return self.feed(ev.Rang(channel=channel_of(n), at=self.now))

    def answered(self, n: int = 1, verdict: MachineVerdict = MachineVerdict.OFF) -> Self:
        """The customer picks up, and is in our dialplan."""
        return self.feed(
            ev.Answered(channel=channel_of(n), at=self.now),
            ev.Arrived(channel=channel_of(n), at=self.now, verdict=verdict),
        )

    def joined(self, n: int = 1, agent: AgentNumber = ANNA) -> Self:
        """Customer and agent come into one bridge."""
        bridge = BridgeId(f"bridge-{n}")
        return self.feed(
            ev.EnteredBridge(channel=leg_of(agent), at=self.now, bridge=bridge),
            ev.EnteredBridge(channel=channel_of(n), at=self.now, bridge=bridge),
        )

    def parted(self, n: int = 1, agent: AgentNumber = ANNA) -> Self:
        """They leave their bridge."""
        bridge = BridgeId(f"bridge-{n}")
        return self.feed(
            ev.LeftBridge(channel=channel_of(n), at=self.now, bridge=bridge),
            ev.LeftBridge(channel=leg_of(agent), at=self.now, bridge=bridge),
        )

    def hung_up(self, n: int = 1, cause: int = 16, sip_code: int | None = None) -> Self:
        """The customer's leg is gone."""
        return self.feed(ev.HungUp(channel=channel_of(n), at=self.now, cause=cause, sip_code=sip_code))

    def closed(self, n: int = 1) -> Self:
        """The outcome stands in PostgreSQL."""
        return self.feed(ev.AttemptClosed(attempt=attempt_id(n)))

    def fire(self, kind: str, subject: str) -> Self:
        """A wish to be woken comes true, whenever that was to be; one that is withdrawn fires all the same."""
        self.alarms.pop(Timer(kind, subject), None)
        return self.feed(ev.TimerFired(timer=Timer(kind, subject)))

    def asterisk_back(self, *live: LiveChannel, **changes: Any) -> Self:
        """The connection stands again, and this is what lives."""
        values: dict[str, Any] = {"live": live, "last_words": (), "restarted": False, "at": self.now}
        return self.feed(ev.AsteriskBack(**(values | changes)))

    def outcome(self) -> do.Outcome:
        """The outcome that was recorded last."""
        outcome: do.Outcome = self.wished(do.CloseAttempt)[-1].outcome
        return outcome


def opening(mode: Mode = Mode.PROGRESSIVE, *agents: AgentNumber, **policy: Any) -> Scene:
    """Morning: these agents are known, the campaign is loaded, Asterisk is there. Nobody is logged in."""
    scene = Scene()
    scene.feed(
        ev.SiteLoaded(site=make_site(*(make_profile(number) for number in agents or (ANNA,)))),
        ev.CampaignLoaded(policy=make_policy(mode, **policy), window=NEVER_CALLED),
    )
    return scene.asterisk_back()


def running(mode: Mode = Mode.PROGRESSIVE, *agents: AgentNumber, leads: int = 1, **policy: Any) -> Scene:
    """The campaign runs, these agents are ready, and as many leads have come; their rows are being opened."""
    scene = opening(mode, *agents, **policy).order(CampaignOrder.START)
    for number in agents or (ANNA,):
        scene.log_in(number)
    scene.fetched(*(make_lead(n) for n in range(1, leads + 1)))
    scene.ignore()
    return scene


def talking(*agents: AgentNumber, **policy: Any) -> Scene:
    """The first customer talks with the first agent for ten seconds already."""
    scene = running(Mode.PROGRESSIVE, *agents, **policy).opened().rang()
    scene.wait(3.0)
    scene.answered().joined(agent=agents[0] if agents else ANNA)
    scene.wait(10.0)
    scene.ignore()
    return scene
