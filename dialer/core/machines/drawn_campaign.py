"""A campaign, in every state, and every event that concerns it."""

from __future__ import annotations

from dialer.core import campaign as campaigns
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.campaign import Campaign
from dialer.core.drawing import NOW, Machine
from dialer.core.found import WindowCount
from dialer.core.hopper import Hopper
from dialer.core.machines.samples import (
    LEAD,
    POLICY,
    SPRING,
)
from dialer.core.words import (
    CampaignOrder,
    CampaignState,
    Timer,
)

CAMPAIGN = Machine(
    "A campaign",
    campaigns.step,
    {
        state.value: Campaign(policy=POLICY, since=NOW, state=state, fetching=20, hopper=Hopper((LEAD,)))
        for state in CampaignState
    },
    {f"order {o.value}": ev.CampaignOrdered(campaign=SPRING, order=o, by="") for o in CampaignOrder}
    | {
        "LeadsFetched": ev.LeadsFetched(campaign=SPRING, leads=(LEAD,), next_due_at=None, remaining=1, total=1),
        "pace": ev.TimerFired(timer=Timer("pace", SPRING)),
        "CampaignLoaded": ev.CampaignLoaded(policy=POLICY, window=WindowCount(answered=1, abandoned=0)),
        "CallsAreOver": sig.CallsAreOver(),
        "StoreBack": ev.StoreBack(),
        "DrainAsked": ev.DrainAsked(),
    },
)
