"""Decide how many lines a campaign dials now, and dial them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core import signals as sig
from dialer.core.calling_back import call_back, to_fetch_for
from dialer.core.campaign import Campaign
from dialer.core.coupling import deliver, open_attempt, tell
from dialer.core.decisions import LAUNCHED, LET_GO, Decision
from dialer.core.floor import Floor
from dialer.core.hopper import Taken, take, wanted
from dialer.core.lead import Lead
from dialer.core.letters import ToAgent, ToCall
from dialer.core.pacing.plan import plan
from dialer.core.pacing.view import Plan, PlanKind, PoolView
from dialer.core.policy import CampaignPolicy
from dialer.core.pool import pending_calls, pool_view
from dialer.core.shut import return_shut
from dialer.core.turns import Turn
from dialer.core.words import CampaignName, Mode

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
    yield from call_back(floor, name, now)
    campaign = floor.campaigns[name]
    policy = campaign.policy
    pending = pending_calls(floor, name)
    view = pool_view(floor, campaign, now)
    decision = _in_turn(plan(policy.pacing, view, campaign.rates), turn)
    taken = take(campaign.hopper, decision.lines, policy, floor.number_in_use, now)
    kind, because = _reason(campaign, decision, taken, view.on_hook, now)
    because += _kept_for_own(floor, name)
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
    shut = bool(taken.shut) or campaign.shut
    campaign = replace(campaign, hopper=taken.hopper, because=because, shut=shut and not taken.leads)
    fetch = _fetch(floor, campaign, view, now)
    floor.put_campaign(campaign if fetch is None else _asked(campaign, fetch, now))
    if fetch is not None:
        yield fetch
    yield from return_shut(taken.shut, policy.hours, now + policy.pacing.ring_time)
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


def _fetch(floor: Floor, campaign: Campaign, view: PoolView, now: datetime) -> do.FetchLeads | None:
    """Ask for leads when those at hand run low, and now and then whether a callback has become due meanwhile."""
    if campaign.fetching or view.on_shift == 0:
        return None
    pacing = campaign.policy.pacing
    lines = min(pacing.max_lines, max(1, round(view.on_shift * pacing.max_lines_per_agent)))
    no_use = campaign.fetch_at is not None and now < campaign.fetch_at
    count = 0 if no_use else wanted(campaign.hopper, lines)
    looked_lately = campaign.callbacks_at is not None and now < campaign.callbacks_at
    if not count and looked_lately:
        return None
    return do.FetchLeads(
        campaign=campaign.name,
        count=count,
        callbacks=0 if count else max(1, lines - campaign.hopper.callbacks),
        owners=to_fetch_for(floor, campaign),
        mine_for=campaign.policy.callbacks.mine_for,
        hours=campaign.policy.hours if count and campaign.seems_shut(now) else None,
        ring_time=pacing.ring_time if count and campaign.seems_shut(now) else timedelta(0),
    )


def _asked(campaign: Campaign, fetch: do.FetchLeads, now: datetime) -> Campaign:
    asked_at = now if fetch.hours is not None else campaign.shut_asked_at
    fetching = fetch.count or fetch.callbacks
    return replace(campaign, fetching=fetching, only_callbacks=not fetch.count, shut_asked_at=asked_at)


def _kept_for_own(floor: Floor, name: CampaignName) -> str:
    """A word about the agents whom the pacer does not get."""
    taken = floor.taken_by_own()
    kept = sum(agent.number in taken for agent in floor.agents_of(name)) if taken else 0
    return f"; {kept} kept for callbacks of their own" if kept else ""


def _reason(campaign: Campaign, decision: Plan, taken: Taken, on_hook: int, now: datetime) -> tuple[str, str]:
    """What kind of decision it was, and why in words: the pacer's own, unless the leads stood in its way. For want of
    agents none are fetched; where that is so because all are on hook, it is said."""
    if taken.leads:
        return LAUNCHED, decision.because
    if decision.let_go:
        return LET_GO, decision.because
    nobody = bool(on_hook) and decision.kind is PlanKind.NO_AGENTS
    fetching = campaign.fetching and not campaign.only_callbacks
    if not campaign.hopper.leads and not fetching and not nobody:
        return _no_leads(campaign, now)
    if taken.shut:
        return "hours", f"0 lines: outside the calling hours of {len(taken.shut)} leads, which go back"
    if decision.lines:
        return "numbers_in_use", f"0 lines: the numbers of all {len(campaign.hopper)} leads at hand are in other calls"
    return decision.kind.value, decision.because


def _no_leads(campaign: Campaign, now: datetime) -> tuple[str, str]:
    still = f"{campaign.remaining} of {campaign.total} still open"
    if campaign.opens_at is not None and now < campaign.opens_at:
        wait = round((campaign.opens_at - now).total_seconds())
        return "hours", f"0 lines: outside the calling hours of all who are due; the first opens in {wait} s, {still}"
    return "no_leads", _none_due(campaign, still, now)


def _none_due(campaign: Campaign, still: str, now: datetime) -> str:
    if campaign.next_due_at is not None:
        wait = max(0, round((campaign.next_due_at - now).total_seconds()))
        return f"0 lines: no lead is due; the next in {wait} s, {still}"
    if campaign.remaining:
        return f"0 lines: no lead is due, {still}"
    if campaign.total:
        return f"0 lines: the list is through, {campaign.total} leads ended"
    return "0 lines: no leads at hand"


def _offer(floor: Floor, lead: Lead, policy: CampaignPolicy, now: datetime) -> Wishes:
    agent = floor.readiest_for_offer(policy.name)
    if agent is None:
        yield do.ReturnLeads(leads=(lead,), reason="no agent to offer it to")
        return
    until = now + policy.pacing.preview_time
    yield from tell(floor, now, ToAgent(agent.number, sig.Offered(lead=lead, until=until)))
