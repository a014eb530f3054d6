"""Whether an order would do anything, so that whoever gave it gets a true answer.

The machines themselves are asked: one that would not change and wishes nothing ignores the order. It is refused then,
unless things are already as it asks.
"""

from __future__ import annotations

from datetime import datetime

from dialer.core import campaign as campaigns
from dialer.core import events as ev
from dialer.core import on_hook as agents
from dialer.core import permission, recorder, switching, telling, wishes
from dialer.core import supervision as sv
from dialer.core.choices import choices_of
from dialer.core.floor import Floor
from dialer.core.live_agent import Agent
from dialer.core.words import AgentOrder, AgentState, CampaignOrder, CampaignState

CAMPAIGN_IS_SO = {
    CampaignOrder.START: (CampaignState.RUNNING,),
    CampaignOrder.RESUME: (CampaignState.RUNNING,),
    CampaignOrder.PAUSE: (CampaignState.PAUSED,),
    CampaignOrder.STOP: (CampaignState.STOPPED, CampaignState.STOPPING),
}


def refusal(
    floor: Floor,
    order: ev.CampaignOrdered | ev.AgentOrdered | ev.CallbackSet | sv.SupervisionOrdered | sv.TeamMessaged,
    now: datetime,
) -> str | None:
    """Why the order would do nothing, in one line; None: it will be carried out, or things are so already."""
    match order:
        case ev.CampaignOrdered():
            return _of_campaign(floor, order, now)
        case ev.AgentOrdered():
            return _of_agent(floor, order, now)
        case ev.CallbackSet():
            return wishes.refusal(floor, order, now)
        case sv.SupervisionOrdered() | sv.TeamMessaged():
            return _of_supervisor(floor, order, now)


def _of_campaign(floor: Floor, order: ev.CampaignOrdered, now: datetime) -> str | None:
    campaign = floor.campaigns.get(order.campaign)
    if campaign is None:
        return f"no file of campaign {order.campaign} is loaded"
    if campaign.state in CAMPAIGN_IS_SO[order.order] or campaigns.step(campaign, order, now) != (campaign, ()):
        return None
    return f"{campaign.name} is {campaign.state.value}, so there is nothing to {order.order.value}"


def _of_agent(floor: Floor, order: ev.AgentOrdered, now: datetime) -> str | None:
    agent = floor.agents.get(order.agent)
    if agent is None:
        return f"nobody knows agent {order.agent}"
    if order.order is AgentOrder.END_CALL:
        return None if agent.attempt is not None else f"agent {agent.number} has no call"
    if order.order is AgentOrder.DO_NOT_CALL:
        return wishes.refusal(floor, order, now)
    if order.order is AgentOrder.VERDICT:
        return telling.refusal(floor, agent, order)
    if order.order in recorder.ORDERS:
        return recorder.refusal(floor, agent, order.order)
    if order.order in switching.POSSIBLE:
        return switching.refusal(floor, agent, order)
    if order.order is AgentOrder.DISPOSE and not _offers(floor, agent, order.argument):
        return f"agent {agent.number} has no call that may end as {order.argument!r}"
    if _is_so(agent, order.order) or agents.step(agent, order, now) != (agent, ()):
        return None
    if order.order is AgentOrder.LOG_IN:
        return f"agent {agent.number} has no `phone` in the site file and dials in"
    return f"agent {agent.number} is {agent.state.value}, {order.order.value} does nothing then"


def _of_supervisor(floor: Floor, order: sv.SupervisionOrdered | sv.TeamMessaged, now: datetime) -> str | None:
    refused = permission.refusal(floor, order)
    if refused is not None or isinstance(order, sv.TeamMessaged) or order.order not in permission.OF_AGENTS:
        return refused
    number = order.agent or floor.supervisors[order.supervisor].agent
    if number is None:
        return "say which agent"
    what = permission.OF_AGENTS[order.order]
    return _of_agent(floor, ev.AgentOrdered(agent=number, order=what, argument=order.argument), now)


def _offers(floor: Floor, agent: Agent, disposition: str) -> bool:
    choices = choices_of(floor, agent)
    return choices is not None and choices.disposition_named(disposition) is not None


def _is_so(agent: Agent, order: AgentOrder) -> bool:
    match order:
        case AgentOrder.LOG_IN:
            return agent.state.on_shift or agent.calling is not None
        case AgentOrder.LOG_OUT:
            return agent.state is AgentState.LOGGED_OUT
        case AgentOrder.READY:
            return agent.state.on_shift and agent.leaving is None
        case _:
            return False
