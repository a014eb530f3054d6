"""What a talk with a caller means for the campaign that called this customer last.

The talk counts on the customer's lead as an answered attempt would, but is none: it uses up no attempt. So an open
callback is fulfilled, what ends a lead ends this one, and a disposition with a rule of its own says when we call again.
"""

from __future__ import annotations

from dialer.core.caller import QueuedCaller
from dialer.core.choices import choices_for
from dialer.core.floor import Floor
from dialer.core.queueing import CountTalk
from dialer.core.retry import decide_after_talk


def count_talk(floor: Floor, caller: QueuedCaller) -> CountTalk | None:
    """The wish to write it down; None where there was no talk, or nothing follows from it."""
    if caller.answered_at is None or caller.left_at is None:
        return None
    chosen = choices_for(floor, caller).disposition_named(caller.disposition or "")
    campaign = floor.campaigns.get(caller.knows.campaign) if caller.knows.campaign is not None else None
    policy = campaign.policy if campaign is not None and caller.knows.customer is not None else None
    following = decide_after_talk(
        policy, chosen, caller.left_at, callback=caller.callback, unwanted_by=caller.unwanted_by
    )
    if following is None or (caller.number is None and caller.knows.customer is None):
        return None
    return CountTalk(caller=caller.channel, knows=caller.knows, number=caller.number, next=following)
