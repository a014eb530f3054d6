"""Decide how many lines a campaign dials now, and dial them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import signals as sig
from dialer.core.campaign import Campaign
from dialer.core.coupling import ToAgent, deliver, open_attempt, tell
from dialer.core.decisions import LAUNCHED, Decision
from dialer.core.floor import Floor
from dialer.core.hopper import Taken, take, wanted
from dialer.core.hours import next_opening
from dialer.core.lead import Lead
from dialer.core.pacing.plan import plan
from dialer.core.pacing.view import Busy, Pending, Plan, PoolView
from dialer.core.policy import CampaignPolicy, HoursPolicy
from dialer.core.words import AgentState, CallState, CampaignName, Mode

NEVER_OPEN = timedelta(days=7)
"""When to look again at a lead for which calling hours never come: somebody may have changed them by then."""

Wishes = Iterator[do.Command]


def pace(floor: Floor, name: CampaignName, now: datetime) -> Wishes:
    """Ask the pacer, and do what it says; keep the hopper filled."""
    campaign = floor.campaigns[name]
    if not floor.dials(campaign):
        because = ", ".join(sorted(floor.holds)) or campaign.state.value
        floor.put_campaign(replace(campaign, because=because))
        floor.put_decision(name, Decision(since=now, until=now, lines=0, kind=because, because=because))
        return
    policy = campaign.policy
    view = pool_view(floor, campaign, now)
    decision = plan(policy.pacing, view, campaign.rates)
    taken = take(campaign.hopper, decision.lines, policy.hours, floor.number_in_use, now)
    kind, because = _reason(campaign, decision, taken, now)
    floor.put_decision(name, Decision(since=now, until=now, lines=len(taken.leads), kind=kind, because=because))
    campaign = replace(campaign, hopper=taken.hopper, because=because)
    fetch = _fetch(campaign, view, now)
    floor.put_campaign(replace(campaign, fetching=campaign.fetching if fetch is None else fetch.count))
    if fetch is not None:
        yield fetch
    yield from _return_shut(taken.shut, policy.hours, now)
    for lead in taken.leads:
        if policy.pacing.mode is Mode.PREVIEW:
            yield from _offer(floor, lead, policy, now)
        else:
            yield from deliver(floor, now, open_attempt(floor, lead, None, now))


def pool_view(floor: Floor, campaign: Campaign, now: datetime) -> PoolView:
    """What the pacer sees: the agents who serve the campaign, and the lines of all campaigns that share them."""
    policy = campaign.policy
    ready = reserved = paused = 0
    talking: list[Busy] = []
    wrapping: list[Busy] = []
    for agent in floor.agents_of(campaign.name):
        match agent.state:
            case AgentState.READY:
                ready += 1
            case AgentState.RESERVED:
                reserved += 1
            case AgentState.TALKING:
                talking.append(Busy((now - agent.since).total_seconds()))
            case AgentState.WRAP_UP:
                wrapping.append(Busy((now - agent.since).total_seconds()))
            case _:
                paused += 1
    pending: list[Pending] = []
    waiting: list[float] = []
    for name in floor.sharing_agents(campaign.name):
        for call in floor.calls_of(name):
            if call.bound:
                continue
            if call.state.pending:
                ringing = (now - call.ringing_at).total_seconds() if call.ringing_at is not None else None
                pending.append(Pending((now - (call.dialed_at or call.since)).total_seconds(), ringing))
            elif call.state is CallState.WAITING:
                waiting.append((now - (call.arrived_at or call.since)).total_seconds())
    trunk_lines = sum(floor.free_lines_on(trunk) for trunk in policy.trunks)
    return PoolView(
        ready=ready,
        reserved=reserved,
        talking=tuple(talking),
        wrapping=tuple(wrapping),
        paused=paused,
        pending=tuple(pending),
        waiting=tuple(waiting),
        free_lines=max(0, min(policy.pacing.max_lines - floor.lines_of(campaign.name), trunk_lines)),
        leads=len(campaign.hopper),
        window=campaign.window,
        wrap_up_limit=policy.wrap_up.total_seconds(),
    )


def _fetch(campaign: Campaign, view: PoolView, now: datetime) -> do.FetchLeads | None:
    if campaign.fetching or (campaign.fetch_at is not None and now < campaign.fetch_at) or view.on_shift == 0:
        return None
    pacing = campaign.policy.pacing
    lines = min(pacing.max_lines, max(1, round(view.on_shift * pacing.max_lines_per_agent)))
    count = wanted(campaign.hopper, lines)
    return do.FetchLeads(campaign=campaign.name, count=count) if count > 0 else None


def _reason(campaign: Campaign, decision: Plan, taken: Taken, now: datetime) -> tuple[str, str]:
    """What kind of decision it was, and why in words: the pacer's own, unless the leads stood in its way."""
    if taken.leads:
        return LAUNCHED, decision.because
    if not campaign.hopper.leads and not campaign.fetching:
        return "no leads", _no_leads(campaign, now)
    if taken.shut:
        return "hours", f"0 lines: outside the calling hours of {len(taken.shut)} leads, which go back"
    if decision.lines:
        return "numbers in use", f"0 lines: the numbers of all {len(campaign.hopper)} leads at hand are in other calls"
    return "held", decision.because


def _no_leads(campaign: Campaign, now: datetime) -> str:
    if campaign.next_due_at is not None:
        wait = max(0, round((campaign.next_due_at - now).total_seconds()))
        return f"0 lines: no lead is due; the next in {wait} s, {campaign.remaining} of {campaign.total} still open"
    if campaign.remaining:
        return f"0 lines: no lead is due, {campaign.remaining} of {campaign.total} still open"
    if campaign.total:
        return f"0 lines: the list is through, {campaign.total} leads ended"
    return "0 lines: no leads at hand"


def _return_shut(leads: tuple[Lead, ...], hours: HoursPolicy, now: datetime) -> Wishes:
    together: defaultdict[tuple[str, ...], list[Lead]] = defaultdict(list)
    for lead in leads:
        together[lead.time_zones].append(lead)
    for zones, shut in together.items():
        opens = next_opening(hours, zones, now) or now + NEVER_OPEN
        reason = f"outside calling hours in {', '.join(zones) or hours.default_time_zone}"
        yield do.ReturnLeads(leads=tuple(shut), reason=reason, due_at=opens)


def _offer(floor: Floor, lead: Lead, policy: CampaignPolicy, now: datetime) -> Wishes:
    agent = floor.readiest_agent(policy.name)
    if agent is None:
        yield do.ReturnLeads(leads=(lead,), reason="no agent to offer it to")
        return
    until = now + policy.pacing.preview_time
    yield from tell(floor, now, ToAgent(agent.number, sig.Offered(lead=lead, until=until)))
