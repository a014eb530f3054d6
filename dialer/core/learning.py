"""What a campaign learns when one of its calls moves on: the pacer's rates and the drop cap's counts.

A live answer counts the moment a person is on the line, and an abandoned one the moment the limit has passed, not
when the row is written: the pacer must not launch into what it could already know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from dialer.core.campaign import Campaign
from dialer.core.detection import TAKEN_FOR_NOBODY, Truth
from dialer.core.false_positives import NONE_TAKEN, TakenForNobody
from dialer.core.found import WindowCount
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.pacing.drop_cap import earned
from dialer.core.pacing.rates import LineEnded, LineOutcome, Talked, Wrapped
from dialer.core.segment_keys import segment_keys
from dialer.core.words import AgentState, CallState, Disposition

_BEFORE_A_PERSON = (CallState.OPENING, CallState.DIALING, CallState.RINGING, CallState.ANSWERED, CallState.MACHINE)


def learn_from_call(campaign: Campaign, before: Call, after: Call, now: datetime) -> Campaign:
    """The campaign after one of its calls went from `before` to `after`."""
    if after.state is before.state and after.truth is before.truth:
        return campaign
    answered, abandoned = _is_live(after) - _is_live(before), _is_abandoned(after) - _is_abandoned(before)
    campaign = _count(campaign, answered, abandoned, more=_taken(after), less=_taken(before))
    if answered or abandoned:
        cap = campaign.policy.pacing.drop_cap
        campaign = replace(campaign, credit=earned(cap, campaign.credit, campaign.counted, answered, abandoned))
    if before.state in _BEFORE_A_PERSON and after.state not in _BEFORE_A_PERSON:
        campaign = _line_ended(campaign, before, after, now)
    if after.state is CallState.WRAPPING and before.state is not CallState.WRAPPING:
        talked = Talked(seconds=after.seconds_talked, agent=after.agent)
        campaign = replace(campaign, rates=campaign.rates.after(talked))
    if after.state is CallState.RECORDING and before.state is not after.state and after.disposition is not None:
        dispositions = Counter(campaign.dispositions)
        dispositions[after.disposition] += 1
        campaign = replace(campaign, dispositions=dict(dispositions))
    return campaign


def learn_from_agent(campaign: Campaign, before: Agent, after: Agent, now: datetime) -> Campaign:
    """The campaign after an agent who served it went from `before` to `after`."""
    if before.state is AgentState.WRAP_UP and after.state is not AgentState.WRAP_UP:
        seconds = max(0.0, (now - before.since).total_seconds())
    elif before.state is AgentState.TALKING and after.state.on_shift and after.attempt is None:
        if after.state is AgentState.WRAP_UP:
            return campaign  # Lent to a colleague, and on the way back.
        seconds = 0.0
    else:
        return campaign
    return replace(campaign, rates=campaign.rates.after(Wrapped(seconds=seconds, agent=before.number)))


def count_live_calls(campaign: Campaign, calls: Iterable[Call]) -> Campaign:
    """The campaign with a window fresh from the store, which does not know yet of the calls that are not recorded."""
    for call in calls:
        campaign = _count(campaign, int(_is_live(call)), int(_is_abandoned(call)), more=_taken(call), less=NONE_TAKEN)
    return campaign


def _is_live(call: Call) -> bool:
    """A person is known to have picked up."""
    if call.disposition is not None:
        return call.disposition.live_answer
    if call.taken_for_machine:
        return False
    return call.state in (
        CallState.WAITING,
        CallState.JOINING,
        CallState.TALKING,
        CallState.WRAPPING,
        CallState.CLOSING,
    ) or (call.state is CallState.ENDING and call.bridged_at is not None)


def _is_abandoned(call: Call) -> bool:
    """The person is known to have met no agent within the limit."""
    if call.disposition is not None:
        return call.disposition is Disposition.ABANDONED
    return call.state is CallState.CLOSING and not call.taken_for_machine


def _taken(call: Call) -> TakenForNobody:
    """What the call says of people among those taken for nobody's, from when it is settled who hears it."""
    if call.verdict not in TAKEN_FOR_NOBODY or call.state is CallState.MACHINE:
        return NONE_TAKEN
    if not call.sampled:
        return TakenForNobody(unheard=int(call.taken_for_machine))
    return TakenForNobody(checked=int(call.truth is not None), people=int(call.truth is Truth.PERSON))


def _count(
    campaign: Campaign, answered: int, abandoned: int, *, more: TakenForNobody, less: TakenForNobody
) -> Campaign:
    if not answered and not abandoned and more == less:
        return campaign
    window = campaign.window
    counted = WindowCount(
        answered=window.answered + answered,
        abandoned=window.abandoned + abandoned,
        taken=window.taken.plus(more, less),
    )
    return replace(campaign, window=counted)


def _line_ended(campaign: Campaign, before: Call, after: Call, now: datetime) -> Campaign:
    if after.called_off or before.dialed_at is None:
        return campaign
    if _is_live(after) or after.state is CallState.JOINING:
        # A machine that an agent shall hear is no person, but it takes an agent as one does.
        outcome = LineOutcome.LIVE
    elif after.answered_at is not None:
        outcome = LineOutcome.MACHINE
    else:
        outcome = LineOutcome.NONE
    ringing = None if after.ringing_at is None else max(0.0, (now - after.ringing_at).total_seconds())
    age = max(0.0, (now - before.dialed_at).total_seconds())
    keys = segment_keys(before.lead, before.policy.hours, before.dialed_at)
    ended = LineEnded(age=age, outcome=outcome, ringing=ringing, segments=keys)
    return replace(campaign, rates=campaign.rates.after(ended))
