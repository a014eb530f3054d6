"""One campaign: what its owner asked for, and the leads at hand.

    stopped ─▶ running ⇄ paused,   running or paused ─▶ stopping ─▶ stopped (when its last call is recorded)

A hold (`Floor.holds`) is not a state: a running campaign whose store is away stays running and dials again when the
store is back, without anybody's word. How many lines to dial is not decided here but in `pacing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.events import Event
from dialer.core.false_positives import NONE_TAKEN
from dialer.core.found import WindowCount
from dialer.core.hopper import Hopper
from dialer.core.own_callbacks import OwnCallbacks, is_own
from dialer.core.pacing.rates import Rates
from dialer.core.policy import CampaignPolicy
from dialer.core.words import CampaignName, CampaignOrder, CampaignState, Disposition, Timer

LOOK_AGAIN = timedelta(seconds=5)
"""How long to wait before asking again for leads when fewer came than were asked for: a list may grow meanwhile."""
LOOK_AGAIN_WHEN_SHUT = timedelta(minutes=5)
"""The same when it is outside the calling hours: whether for everybody costs a look at all who are due."""
BEAT = timedelta(milliseconds=500)
"""Ages alone change the pacer's mind, so it is asked this often even when nothing happens."""

Step = tuple["Campaign", tuple[do.Command, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign whose file is loaded."""

    policy: CampaignPolicy
    since: datetime
    """When it came into `state`."""
    state: CampaignState = CampaignState.STOPPED
    hopper: Hopper = field(default_factory=Hopper)
    own: OwnCallbacks = field(default_factory=OwnCallbacks)
    fetching: int = 0
    """Leads that were asked for and have not come yet."""
    fetch_at: datetime | None = None
    """Before this moment there is no use in asking for leads."""
    only_callbacks: bool = False
    """The leads that were asked for are callbacks alone."""
    shut: bool = False
    """It was outside the calling hours of the leads that were looked at last."""
    shut_asked_at: datetime | None = None
    """When the store was last asked whether it is so for everybody."""
    opens_at: datetime | None = None
    """Nobody who is due may be called before that; None: as far as is known, somebody may."""
    callbacks_at: datetime | None = None
    """When to ask again whether a callback has become due; None: at once."""
    next_due_at: datetime | None = None
    remaining: int = 0
    total: int = 0
    window: WindowCount = field(default_factory=lambda: WindowCount(answered=0, abandoned=0))
    """Over the legal window, this run's own calls included."""
    credit: float | None = None
    """Calls that may be abandoned before the drop cap is reached, as far as they can be saved up; see `drop_cap`."""
    rates: Rates = field(default_factory=Rates.prior)
    turn: int = 0
    """Counts launches, so that caller IDs are used in turn."""
    because: str = "not asked yet"
    """Why the pacer dialled, or did not, the last time."""
    dispositions: Mapping[Disposition, int] = field(default_factory=dict)
    """This run's attempts, by how they ended."""

    @property
    def name(self) -> CampaignName:
        """The name in its file."""
        return self.policy.name

    def seems_shut(self, now: datetime) -> bool:
        """The store is to be asked whether it is outside everybody's calling hours."""
        asked_at = self.shut_asked_at
        return self.shut and (asked_at is None or now >= asked_at + LOOK_AGAIN_WHEN_SHUT)

    @property
    def counted(self) -> WindowCount:
        """The window as the drop cap counts it: without those taken for nobody's where the campaign says so."""
        if self.policy.machines.count_in_drop_cap:
            return self.window
        return replace(self.window, taken=NONE_TAKEN)

    @property
    def pace_timer(self) -> Timer:
        """The wish to be woken for the next decision of the pacer."""
        return Timer("pace", self.name)


def step(campaign: Campaign, event: Event, now: datetime) -> Step:
    """What a campaign becomes by an event, and what it wishes then."""
    match event:
        case ev.CampaignLoaded(policy=policy, window=window):
            loaded = replace(campaign, policy=policy, window=window)
            if policy.hours == campaign.policy.hours:
                return loaded, ()
            return replace(loaded, shut=False, shut_asked_at=None, opens_at=None, fetch_at=None), ()
        case ev.CampaignOrdered(order=order, by=by):
            return _ordered(campaign, order, by, now)
        case ev.LeadsFetched():
            return _fetched(campaign, event, now)
        case sig.CallsAreOver() if campaign.state is CampaignState.STOPPING:
            return _enter(campaign, CampaignState.STOPPED, "the last call ended", now)
        case ev.StoreBack():
            return replace(campaign, fetching=0, only_callbacks=False, fetch_at=None), ()
        case ev.TimerFired() if campaign.state is CampaignState.RUNNING:
            return campaign, (do.WakeAt(timer=campaign.pace_timer, at=now + BEAT),)
        case ev.DrainAsked():
            emptied, wishes = _emptied(campaign, "the daemon ends")
            return emptied, (*wishes, do.LetSleep(timer=campaign.pace_timer))
        case _:
            return campaign, ()


def _ordered(campaign: Campaign, order: CampaignOrder, by: str, now: datetime) -> Step:
    match campaign.state, order:
        case (CampaignState.STOPPED | CampaignState.STOPPING, CampaignOrder.START):
            return _enter(replace(campaign, fetch_at=None), CampaignState.RUNNING, by, now)
        case (CampaignState.PAUSED, CampaignOrder.START | CampaignOrder.RESUME):
            return _enter(replace(campaign, fetch_at=None), CampaignState.RUNNING, by, now)
        case (CampaignState.RUNNING, CampaignOrder.PAUSE):
            paused, wishes = _enter(campaign, CampaignState.PAUSED, by, now)
            emptied, returned = _emptied(paused, "campaign paused")
            return emptied, (*wishes, *returned)
        case (CampaignState.RUNNING | CampaignState.PAUSED, CampaignOrder.STOP):
            stopping, wishes = _enter(campaign, CampaignState.STOPPING, by, now)
            emptied, returned = _emptied(stopping, "campaign stopped")
            return emptied, (*wishes, *returned)
        case _:
            return campaign, ()


def _fetched(campaign: Campaign, event: ev.LeadsFetched, now: datetime) -> Step:
    own = tuple(lead for lead in event.leads if is_own(lead, campaign.policy, now))
    anybodys = tuple(lead for lead in event.leads if lead not in own)
    fetch_at = now + LOOK_AGAIN if len(anybodys) < max(1, campaign.fetching) else None
    if event.opens_at is not None:
        fetch_at = min(event.opens_at, now + LOOK_AGAIN_WHEN_SHUT)
    known = replace(
        campaign,
        fetching=0,
        only_callbacks=False,
        callbacks_at=now + LOOK_AGAIN,
        next_due_at=event.next_due_at,
        remaining=event.remaining,
        total=event.total,
        fetch_at=campaign.fetch_at if campaign.only_callbacks else fetch_at,
        opens_at=campaign.opens_at if campaign.only_callbacks else event.opens_at,
    )
    if campaign.state is not CampaignState.RUNNING:
        back = do.ReturnLeads(leads=event.leads, reason="campaign does not dial")
        return known, (back,) if event.leads else ()
    return replace(known, hopper=campaign.hopper.filled(anybodys), own=campaign.own.filled(own, now)), ()


def _enter(campaign: Campaign, state: CampaignState, by: str, now: datetime) -> Step:
    record = do.RecordCampaignState(campaign=campaign.name, state=state, by=by, at=now)
    timer = (
        do.WakeAt(timer=campaign.pace_timer, at=now)
        if state is CampaignState.RUNNING
        else do.LetSleep(timer=campaign.pace_timer)
    )
    return replace(campaign, state=state, since=now, because=state.value), (record, timer)


def _emptied(campaign: Campaign, reason: str) -> Step:
    """Give the leads at hand back to their lists."""
    leads = campaign.own.leads + campaign.hopper.leads
    if not leads:
        return campaign, ()
    return replace(campaign, hopper=Hopper(), own=OwnCallbacks()), (do.ReturnLeads(leads=leads, reason=reason),)
