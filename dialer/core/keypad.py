"""What an agent says with the keys of a phone.

Keys that begin with a star are orders to Waihu in every state, so that plain digits stay free for the far end's own
menus while a call is up: `*0` end the call, `*1` ready, `*2` and a reason's key pause, `*3` pause the recording, `*4`
record, `*9` log out; of one taken for a machine `**3` it is a person, `**4` it is a machine. Between calls a single
digit answers whatever is being asked: how the call went, or whether to dial the lead on offer (1) or not (2).
"""

from __future__ import annotations

from dataclasses import replace

from dialer.core.detection import Truth
from dialer.core.events import AgentOrdered
from dialer.core.live_agent import Agent
from dialer.core.policy import CampaignPolicy, SitePolicy
from dialer.core.words import AgentOrder, AgentState

ORDERS = {
    "*0": AgentOrder.END_CALL,
    "*1": AgentOrder.READY,
    "*3": AgentOrder.PAUSE_RECORDING,
    "*4": AgentOrder.RECORD,
    "*9": AgentOrder.LOG_OUT,
}
PAUSE = "*2"
VERDICT = "**"
TRUTHS = {"3": Truth.PERSON, "4": Truth.MACHINE}
ANSWERS_TO_OFFER = {"1": AgentOrder.ACCEPT, "2": AgentOrder.SKIP}


def press(
    agent: Agent, digit: str, campaign: CampaignPolicy | None, site: SitePolicy
) -> tuple[Agent, AgentOrdered | None]:
    """Add one key to what the agent pressed before, and say what it means now; unknown sequences are forgotten.

    `campaign` is that of the agent's present or last call, for the keys of its dispositions.
    """
    keys = agent.pending_keys + digit
    if keys.startswith("*"):
        return _starred(agent, keys, site)
    if agent.state is AgentState.RESERVED and agent.offer is not None and digit in ANSWERS_TO_OFFER:
        return agent, _order(agent, ANSWERS_TO_OFFER[digit])
    if agent.state is AgentState.WRAP_UP and campaign is not None:
        chosen = campaign.disposition_for(digit)
        return agent, _order(agent, AgentOrder.DISPOSE, chosen.name) if chosen else None
    return agent, None


def _starred(agent: Agent, keys: str, site: SitePolicy) -> tuple[Agent, AgentOrdered | None]:
    done = replace(agent, pending_keys="")
    if keys in ORDERS:
        return done, _order(agent, ORDERS[keys])
    if keys in ("*", PAUSE, VERDICT):
        return replace(agent, pending_keys=keys), None
    if keys.startswith(VERDICT):
        truth = TRUTHS.get(keys[len(VERDICT) :])
        return done, _order(agent, AgentOrder.VERDICT, truth) if truth is not None else None
    if keys.startswith(PAUSE):
        reason = next((r.name for r in site.pause_reasons if r.digit == keys[len(PAUSE)]), "")
        return done, _order(agent, AgentOrder.PAUSE, reason)
    return done, None


def _order(agent: Agent, order: AgentOrder, argument: str = "") -> AgentOrdered:
    return AgentOrdered(agent=agent.number, order=order, argument=argument, by=agent.number)
