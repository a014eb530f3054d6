"""What an agent says of a customer besides how the talk went: call back at a time, or do not call any more.

It may be said while they talk and in the wrap-up, and is kept on the call until its outcome is written. The later word
wins: whoever must not be called loses the callback, and a disposition that ends the lead for good ends the callback
with it. The other way round nothing is promised to who must not be called: the agent is told so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from dialer.core import commands as do
from dialer.core import signals as sig
from dialer.core.callback import Callback, moment_for
from dialer.core.caller import QueuedCaller
from dialer.core.choices import choices_of
from dialer.core.coupling import tell
from dialer.core.events import AgentOrdered, CallbackSet
from dialer.core.floor import Floor
from dialer.core.lending import is_lent
from dialer.core.letters import ToCall
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.retry import FORBIDS
from dialer.core.words import AgentNumber, AgentState, CallState

WITH_CUSTOMER = (AgentState.TALKING, AgentState.WRAP_UP)
NOT_WRITTEN = (CallState.TALKING, CallState.ENDING, CallState.WRAPPING)

Wishes = Iterator[do.Command]


def foretell(floor: Floor, event: CallbackSet, now: datetime) -> Callback | str:
    """What becomes of a callback that is set so: the callback as it will be kept, or a text that says why not."""
    customer = _customer_of(floor, event.agent)
    if isinstance(customer, str):
        return customer
    if customer.unwanted_by is not None:
        return "the customer does not want to be called any more"
    chosen = _chosen(floor, floor.agents[event.agent])
    if chosen is not None:
        return f"the call ends as {chosen!r}, and who is disposed of so is not called back"
    at = (
        _of_caller(floor, customer, event, now)
        if isinstance(customer, QueuedCaller)
        else _of_call(customer, event, now)
    )
    if isinstance(at, str):
        return at
    return Callback(at=at, owner=event.agent if event.mine else None, asked_for=event.at)


def _of_call(call: Call, event: CallbackSet, now: datetime) -> datetime | str:
    most = call.policy.retry.max_attempts
    if call.lead.attempts_made + 1 >= most:
        return f"lead {call.lead.id} has had all its {most} attempts (max_attempts)"
    return moment_for(call.policy, call.lead.time_zones, event.at, now)


def _of_caller(floor: Floor, caller: QueuedCaller, event: CallbackSet, now: datetime) -> datetime | str:
    """Who called us is called back by the campaign that called last."""
    campaign = floor.campaigns.get(caller.knows.campaign) if caller.knows.campaign is not None else None
    if campaign is None or caller.knows.customer is None:
        return "no campaign that is loaded has called this customer, so none can call back"
    return moment_for(campaign.policy, caller.knows.time_zones, event.at, now)


def refusal(floor: Floor, order: CallbackSet | AgentOrdered, now: datetime) -> str | None:
    """Why a callback cannot be set, or nobody be kept from being called, in one line; None: it can."""
    if isinstance(order, CallbackSet):
        said = foretell(floor, order, now)
        return said if isinstance(said, str) else None
    customer = _customer_of(floor, order.agent)
    if isinstance(customer, QueuedCaller) and customer.number is None and customer.knows.customer is None:
        return "the caller's number is withheld, so nobody knows whom not to call"
    return customer if isinstance(customer, str) else None


def answer(floor: Floor, event: CallbackSet, now: datetime) -> str:
    """When the customer is called back, as RFC 3339 in UTC, or why not: what is told to whoever asks for it."""
    said = foretell(floor, event, now)
    return said if isinstance(said, str) else said.at.astimezone(UTC).isoformat()


def keep_wish(floor: Floor, event: CallbackSet | AgentOrdered, now: datetime) -> Wishes:
    """Keep what an agent says of the customer."""
    refused = refusal(floor, event, now)
    if refused is not None:
        yield do.ReportOddity(what=f"wish for a customer refused: {refused}", subject=event.agent)
        return
    attempt = floor.agents[event.agent].attempt
    if attempt is None:
        raise ValueError(f"agent {event.agent} has a customer of no attempt")
    if isinstance(event, AgentOrdered):
        yield from tell(floor, now, ToCall(attempt, sig.Unwanted(agent=event.agent)))
        return
    callback = foretell(floor, event, now)
    if not isinstance(callback, str):
        yield from tell(floor, now, ToCall(attempt, sig.CallbackPromised(callback=callback)))


def _customer_of(floor: Floor, number: AgentNumber) -> Call | QueuedCaller | str:
    """The customer of whom the agent can say something now, or a text that says why there is none."""
    agent = floor.agents.get(number)
    if agent is None:
        return f"nobody knows agent {number}"
    customer = floor.talk(agent.attempt) if agent.attempt is not None else None
    if customer is None or agent.state not in WITH_CUSTOMER or is_lent(floor, agent):
        return f"agent {number} is {agent.state.value} and has no customer"
    if isinstance(customer, Call) and customer.state not in NOT_WRITTEN:
        return "how the call went is written down already"
    return customer


def _chosen(floor: Floor, agent: Agent) -> str | None:
    """The disposition that the agent has chosen already, when it forbids to call again."""
    choices = choices_of(floor, agent)
    chosen = choices.disposition_named(agent.chosen) if choices is not None and agent.chosen else None
    return chosen.name if chosen is not None and chosen.flags & FORBIDS else None
