"""What becomes of a lead after an attempt: when it comes back, or why it never does.

The person who spoke with the customer knows best: a disposition chosen by an agent wins over the network's, first by
its flags, then by its own retry rule. Where neither says anything the network's disposition decides, by the campaign's
rule for it or by `DEFAULT_RULES`. The attempt limit stands above every rule and above every wish to be called back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from dialer.core.callback import Callback
from dialer.core.lead import Lead, LeadNext
from dialer.core.policy import AgentDisposition, CampaignPolicy, RetryRule
from dialer.core.words import AgentNumber, Disposition, DispositionFlag, LeadEnd

DEFAULT_RULES: Mapping[str, RetryRule] = MappingProxyType(
    {
        Disposition.NO_ANSWER: RetryRule(after=timedelta(hours=2)),
        Disposition.BUSY: RetryRule(after=timedelta(minutes=15)),
        Disposition.CONGESTION: RetryRule(after=timedelta(minutes=15)),
        # Nothing is wrong with the customer: the store goes on to another number, or ends the lead as unreachable.
        Disposition.INVALID_NUMBER: RetryRule(after=timedelta(minutes=1)),
        Disposition.REJECTED: RetryRule(after=timedelta(days=1), times=1),
        Disposition.MACHINE: RetryRule(after=timedelta(hours=4)),
        Disposition.FAX: RetryRule(after=None),
        Disposition.DEAD_AIR: RetryRule(after=timedelta(hours=4)),
        # Ofcom, Persistent misuse statement (2016): 72 hours after an abandoned call.
        Disposition.ABANDONED: RetryRule(after=timedelta(hours=72)),
        Disposition.ANSWERED: RetryRule(after=None),
        Disposition.FAILED: RetryRule(after=timedelta(minutes=15)),
        Disposition.CANCELLED: RetryRule(after=timedelta(minutes=1)),
    }
)
"""For the network's dispositions of which a campaign says nothing."""

CALLBACK_WITHOUT_A_TIME = RetryRule(after=timedelta(hours=1))
"""A customer asked to be called back, and neither a time nor a rule of the campaign says when."""

FORBIDS = frozenset({DispositionFlag.SUPPRESS, DispositionFlag.REFUSE})
"""Flags that no callback comes back from."""

_ENDS = {
    DispositionFlag.SUPPRESS: LeadEnd.SUPPRESSED,
    DispositionFlag.REFUSE: LeadEnd.REFUSED,
    DispositionFlag.SUCCESS: LeadEnd.REACHED,
}
"""Flags that end a lead, the weightiest first."""


def decide(
    policy: CampaignPolicy,
    lead: Lead,
    disposition: Disposition,
    agent_disposition: str | None,
    now: datetime,
    *,
    number_dead: bool = False,
    callback: Callback | None = None,
    unwanted_by: AgentNumber | None = None,
    dialed: bool = True,
) -> LeadNext:
    """What becomes of `lead` after the attempt that just ended.

    `number_dead`: the network says that the number is out of service. `callback`: what an agent promised the customer;
    only a disposition that forbids to call again is stronger. `unwanted_by`: the agent whom the customer told not to
    call any more. `dialed` is False for an attempt that was opened and never dialled: it does not count against the
    attempt limit.
    """
    chosen = policy.disposition_named(agent_disposition) if agent_disposition is not None else None
    flags = chosen.flags if chosen else frozenset()
    dead = number_dead or disposition is Disposition.INVALID_NUMBER or DispositionFlag.WRONG_NUMBER in flags
    if unwanted_by is not None:
        return LeadNext(end=LeadEnd.SUPPRESSED, suppress=True, suppressed_by=unwanted_by, number_dead=dead)
    promised = callback if not flags & FORBIDS else None
    for flag, end in _ENDS.items():
        if flag in flags and promised is None:
            return LeadNext(end=end, suppress=flag is DispositionFlag.SUPPRESS, number_dead=dead)
    name, rule = _rule(policy, disposition, chosen)
    if lead.attempts_made + dialed >= policy.retry.max_attempts:
        return LeadNext(end=LeadEnd.ATTEMPTS_USED, number_dead=dead)
    if promised is not None:
        return LeadNext(due_at=max(promised.at, now), callback=True, owner=promised.owner, number_dead=dead)
    if rule.after is None:
        end = LeadEnd.REACHED if disposition is Disposition.ANSWERED and not dead else LeadEnd.CLOSED
        return LeadNext(end=end, number_dead=dead)
    if rule.times is not None and _times_used(policy, lead, name) >= rule.times:
        return LeadNext(end=LeadEnd.CLOSED, number_dead=dead)
    # A promise that nobody could keep, for the customer was not reached, is one still.
    kept = lead.callback and disposition is not Disposition.ANSWERED
    owner = lead.owner if kept else None
    asked = DispositionFlag.CALLBACK in flags
    return LeadNext(due_at=now + rule.after, callback=asked or kept, owner=owner, number_dead=dead)


def decide_after_talk(
    policy: CampaignPolicy | None,
    chosen: AgentDisposition | None,
    ended_at: datetime,
    *,
    callback: Callback | None = None,
    unwanted_by: AgentNumber | None = None,
) -> LeadNext | None:
    """What becomes of the lead of a customer who called us and talked with an agent; None: it stays as it is.

    As after an answered attempt, which this is not: no attempt is used up, and how often a rule was used is not looked
    at. `policy` is of the campaign that called last; None: nobody knows one, and no more can follow than that the
    number is not called again, and what was promised while it was known. Whoever was not the customer changes nothing.
    `callback` and `unwanted_by` are as there.
    """
    flags = chosen.flags if chosen else frozenset()
    if unwanted_by is not None:
        return LeadNext(end=LeadEnd.SUPPRESSED, suppress=True, suppressed_by=unwanted_by)
    if DispositionFlag.SUPPRESS in flags:
        return LeadNext(end=LeadEnd.SUPPRESSED, suppress=True)
    if callback is not None and not flags & FORBIDS:
        return LeadNext(due_at=max(callback.at, ended_at), callback=True, owner=callback.owner)
    if policy is None or flags & {DispositionFlag.WRONG_NUMBER, DispositionFlag.MACHINE}:
        return None
    for flag, end in _ENDS.items():
        if flag in flags:
            return LeadNext(end=end)
    _, rule = _rule(policy, Disposition.ANSWERED, chosen)
    if rule.after is None:
        return LeadNext(end=LeadEnd.REACHED)
    return LeadNext(due_at=ended_at + rule.after, callback=DispositionFlag.CALLBACK in flags)


def _rule(policy: CampaignPolicy, disposition: Disposition, chosen: AgentDisposition | None) -> tuple[str, RetryRule]:
    """The rule that applies, and the name under which its uses are counted."""
    rules = policy.retry.rules
    if chosen is not None:
        if chosen.name in rules:
            return chosen.name, rules[chosen.name]
        if DispositionFlag.CALLBACK in chosen.flags:
            return chosen.name, CALLBACK_WITHOUT_A_TIME
    name = _network_name(disposition, chosen)
    return name, rules.get(name, DEFAULT_RULES[name])


def _network_name(disposition: Disposition, chosen: AgentDisposition | None) -> Disposition:
    """The network's disposition as corrected by an agent: what was taken for a person was a machine or a stranger."""
    if chosen is not None:
        if DispositionFlag.MACHINE in chosen.flags:
            return Disposition.MACHINE
        if DispositionFlag.WRONG_NUMBER in chosen.flags:
            return Disposition.INVALID_NUMBER
    return disposition


def _times_used(policy: CampaignPolicy, lead: Lead, name: str) -> int:
    """How often earlier attempts on the lead fell under the rule of this name."""
    return sum(times for ending, times in lead.history if _counted_under(policy, ending) == name)


def _counted_under(policy: CampaignPolicy, ending: str) -> str:
    chosen = policy.disposition_named(ending)
    if chosen is None and ending in DEFAULT_RULES:
        return ending
    # Only a call that reached an agent can have an agent's disposition.
    return _rule(policy, Disposition.ANSWERED, chosen)[0]
