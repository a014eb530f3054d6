"""Decide how many lines a campaign dials now, and dial them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import signals as sig
from dialer.core.campaign import Campaign
from dialer.core.coupling import deliver, open_attempt, tell
from dialer.core.decisions import LAUNCHED, LET_GO, Decision
from dialer.core.floor import Floor
from dialer.core.hopper import Taken, take, wanted
from dialer.core.hours import next_opening
from dialer.core.lead import Lead
from dialer.core.letters import ToAgent, ToCall
from dialer.core.pacing.plan import plan
from dialer.core.pacing.view import Plan, PlanKind, PoolView
from dialer.core.policy import CampaignPolicy, HoursPolicy
from dialer.core.pool import pending_calls, pool_view
from dialer.core.turns import Turn
from dialer.core.words import Mode

NEVER_OPEN = timedelta(days=7)
"""When to look again at a lead for which calling hours never come: somebody may have changed them by then."""

Wishes = Iterator[do.Command]


def pace(floor: Floor, turn: Turn, now: datetime) -> Wishes:
    """Ask the pacer, and do what it says as far as it is the campaign's turn; keep the hopper filled."""
    name = turn.campaign
    campaign = floor.campaigns[name]
    if not floor.dials(campaign):
        because = ", ".join(sorted(floor.holds)) or campaign.state.value
        floor.put_campaign(replace(campaign, because=because))
        floor.put_decision(name, Decision(since=now, until=now, lines=0, kind=because, because=because))
        return
    policy = campaign.policy
    pending = pending_calls(floor, name)
    view = pool_view(floor, campaign, now)
    decision = _in_turn(plan(policy.pacing, view, campaign.rates), turn)
    taken = take(campaign.hopper, decision.lines, policy, floor.number_in_use, now)
    kind, because = _reason(campaign, decision, taken, view.on_hook, now)
    made = Decision(
        since=now,
        until=now,
        lines=len(taken.leads),
        let_go=len(decision.let_go),
        kind=kind,
        because=because,
        figures=decision.figures,
    )
    floor.put_decision(name, made)
    campaign = replace(campaign, hopper=taken.hopper, because=because)
    fetch = _fetch(campaign, view, now)
    floor.put_campaign(replace(campaign, fetching=campaign.fetching if fetch is None else fetch.count))
    if fetch is not None:
        yield fetch
    yield from _return_shut(taken.shut, policy.hours, now + policy.pacing.ring_time)
    for at in decision.let_go:
        yield from tell(floor, now, ToCall(pending[at].id, sig.LetGo()))
    for lead in taken.leads:
        if policy.pacing.mode is Mode.PREVIEW:
            yield from _offer(floor, lead, policy, now)
        else:
            yield from deliver(floor, now, open_attempt(floor, lead, None, now))


def _in_turn(decision: Plan, turn: Turn) -> Plan:
    lines = turn.of(decision.lines)
    if lines == decision.lines:
        return decision
    return replace(decision, lines=lines, because=f"{lines} as {turn.part:.0%} of {decision.because}")


def _fetch(campaign: Campaign, view: PoolView, now: datetime) -> do.FetchLeads | None:
    if campaign.fetching or (campaign.fetch_at is not None and now < campaign.fetch_at) or view.on_shift == 0:
        return None
    pacing = campaign.policy.pacing
    lines = min(pacing.max_lines, max(1, round(view.on_shift * pacing.max_lines_per_agent)))
    count = wanted(campaign.hopper, lines)
    return do.FetchLeads(campaign=campaign.name, count=count) if count > 0 else None


def _reason(campaign: Campaign, decision: Plan, taken: Taken, on_hook: int, now: datetime) -> tuple[str, str]:
    """What kind of decision it was, and why in words: the pacer's own, unless the leads stood in its way. For want of
    agents none are fetched; where that is so because all are on hook, it is said."""
    if taken.leads:
        return LAUNCHED, decision.because
    if decision.let_go:
        return LET_GO, decision.because
    if not campaign.hopper.leads and not campaign.fetching and not (on_hook and decision.kind is PlanKind.NO_AGENTS):
        return "no_leads", _no_leads(campaign, now)
    if taken.shut:
        return "hours", f"0 lines: outside the calling hours of {len(taken.shut)} leads, which go back"
    if decision.lines:
        return "numbers_in_use", f"0 lines: the numbers of all {len(campaign.hopper)} leads at hand are in other calls"
    return decision.kind.value, decision.because


def _no_leads(campaign: Campaign, now: datetime) -> str:
    if campaign.next_due_at is not None:
        wait = max(0, round((campaign.next_due_at - now).total_seconds()))
        return f"0 lines: no lead is due; the next in {wait} s, {campaign.remaining} of {campaign.total} still open"
    if campaign.remaining:
        return f"0 lines: no lead is due, {campaign.remaining} of {campaign.total} still open"
    if campaign.total:
        return f"0 lines: the list is through, {campaign.total} leads ended"
    return "0 lines: no leads at hand"


def _return_shut(leads: tuple[Lead, ...], hours: HoursPolicy, until: datetime) -> Wishes:
    """Give leads back whose phones may not ring until then."""
    together: defaultdict[tuple[str, ...], list[Lead]] = defaultdict(list)
    for lead in leads:
        together[lead.time_zones].append(lead)
    for zones, shut in together.items():
        opens = next_opening(hours, zones, until) or until + NEVER_OPEN
        reason = f"outside calling hours in {', '.join(zones) or hours.default_time_zone}"
        yield do.ReturnLeads(leads=tuple(shut), reason=reason, due_at=opens)


def _offer(floor: Floor, lead: Lead, policy: CampaignPolicy, now: datetime) -> Wishes:
    agent = floor.readiest_for_offer(policy.name)
    if agent is None:
        yield do.ReturnLeads(leads=(lead,), reason="no agent to offer it to")
        return
    until = now + policy.pacing.preview_time
    yield from tell(floor, now, ToAgent(agent.number, sig.Offered(lead=lead, until=until)))
