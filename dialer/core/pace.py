"""Decide how many lines a campaign dials now, and dial them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import signals as sig
from dialer.core.campaign import Campaign
from dialer.core.coupling import open_attempt, tell_agent
from dialer.core.floor import Floor
from dialer.core.hopper import take, wanted
from dialer.core.hours import next_opening
from dialer.core.lead import Lead
from dialer.core.pacing.plan import plan
from dialer.core.pacing.view import Pending, PoolView
from dialer.core.policy import CampaignPolicy
from dialer.core.words import AgentState, CallState, CampaignName, Mode

BEAT = timedelta(milliseconds=500)
"""Ages alone change the pacer's mind, so it is asked this often even when nothing happens."""

Wishes = Iterator[do.Command]


def pace(floor: Floor, name: CampaignName, now: datetime) -> Wishes:
    """Ask the pacer, and do what it says; keep the hopper filled."""
    campaign = floor.campaigns[name]
    if not floor.dials(campaign):
        because = ", ".join(sorted(floor.holds)) or campaign.state.value
        floor.campaigns[name] = replace(campaign, because=because)
        return
    yield do.WakeAt(timer=campaign.pace_timer, at=now + BEAT)
    view = pool_view(floor, campaign, now)
    decision = plan(campaign.policy.pacing, view, campaign.rates)
    because = decision.because if campaign.hopper.leads or campaign.fetching else _no_leads(campaign, now)
    taken = take(campaign.hopper, decision.lines, campaign.policy.hours, now)
    campaign = replace(campaign, hopper=taken.hopper, because=because)
    fetch = _fetch(campaign, view, now)
    floor.campaigns[name] = replace(campaign, fetching=campaign.fetching or fetch is not None)
    if fetch is not None:
        yield fetch
    yield from _return_shut(taken.shut, campaign.policy, now)
    if campaign.policy.pacing.mode is Mode.PREVIEW:
        yield from _offer(floor, taken.leads, campaign.policy, now)
    else:
        for lead in taken.leads:
            yield from open_attempt(floor, lead, None, now)


def pool_view(floor: Floor, campaign: Campaign, now: datetime) -> PoolView:
    """What the pacer sees: the agents who serve the campaign, and the lines of all campaigns that share them."""
    policy = campaign.policy
    staff = list(floor.agents_of(policy))

    def ages(state: AgentState) -> tuple[float, ...]:
        return tuple((now - a.since).total_seconds() for a in staff if a.state is state)

    def count(state: AgentState) -> int:
        return sum(1 for a in staff if a.state is state)

    sharing = floor.sharing_agents(policy)
    unbound = [c for c in floor.calls.values() if c.policy.name in sharing and not c.bound]
    own_lines = sum(1 for c in floor.calls_of(policy.name) if c.state.holds_line or c.state is CallState.OPENING)
    trunk_lines = sum(max(0, floor.free_lines_on(trunk)) for trunk in policy.trunks)
    return PoolView(
        ready=count(AgentState.READY),
        reserved=count(AgentState.RESERVED),
        talking=ages(AgentState.TALKING),
        wrapping=ages(AgentState.WRAP_UP),
        paused=count(AgentState.PAUSED),
        pending=tuple(
            Pending(
                age=(now - (c.dialed_at or c.since)).total_seconds(),
                ringing=(now - c.ringing_at).total_seconds() if c.ringing_at is not None else None,
            )
            for c in unbound
            if c.state.pending
        ),
        waiting=tuple(
            (now - (c.arrived_at or c.since)).total_seconds() for c in unbound if c.state is CallState.WAITING
        ),
        free_lines=max(0, min(policy.pacing.max_lines - own_lines, trunk_lines)),
        leads=len(campaign.hopper),
        window=campaign.window,
        wrap_up_limit=policy.wrap_up.total_seconds(),
    )


def _fetch(campaign: Campaign, view: PoolView, now: datetime) -> do.FetchLeads | None:
    if campaign.fetching or (campaign.fetch_at is not None and now < campaign.fetch_at):
        return None
    on_shift = view.ready + view.reserved + len(view.talking) + len(view.wrapping) + view.paused
    if on_shift == 0:
        return None
    lines = min(campaign.policy.pacing.max_lines, max(1, round(on_shift * campaign.policy.pacing.max_lines_per_agent)))
    count = wanted(campaign.hopper, lines)
    return do.FetchLeads(campaign=campaign.name, count=count) if count > 0 else None


def _no_leads(campaign: Campaign, now: datetime) -> str:
    if campaign.next_due_at is not None:
        wait = max(0, round((campaign.next_due_at - now).total_seconds()))
        return f"0 lines: no lead is due; the next in {wait} s, {campaign.remaining} of {campaign.total} still open"
    if campaign.total:
        return f"0 lines: the list is through, {campaign.total} leads ended"
    return "0 lines: no leads at hand"


def _return_shut(leads: tuple[Lead, ...], policy: CampaignPolicy, now: datetime) -> Wishes:
    for lead in leads:
        opens = next_opening(policy.hours, lead.time_zones, now)
        zones = ", ".join(lead.time_zones) or policy.hours.default_time_zone
        yield do.ReturnLeads(leads=(lead,), reason=f"outside calling hours in {zones}", due_at=opens)


def _offer(floor: Floor, leads: tuple[Lead, ...], policy: CampaignPolicy, now: datetime) -> Wishes:
    for lead in leads:
        agent = floor.readiest_agent(policy)
        if agent is None:
            yield do.ReturnLeads(leads=(lead,), reason="no agent to offer it to")
            continue
        until = now + policy.pacing.preview_time
        yield from tell_agent(floor, agent.number, sig.Offered(lead=lead, until=until), now)
