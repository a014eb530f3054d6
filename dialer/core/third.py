"""A third, called in the midst of a talk: let go, and written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core.aside_words import AsideState, TransferOutcome
from dialer.core.live_aside import Aside
from dialer.core.transfer import RecordTransfer, Third

USER_BUSY = 17
"""Q.850."""


def let_go(aside: Aside, at: datetime, outcome: TransferOutcome) -> tuple[Aside, tuple[do.Command, ...]]:
    """The third is needed no more; one who has not answered was never there."""
    third = aside.third
    if third is None:
        return aside, ()
    outcome = outcome if third.answered_at is not None else TransferOutcome.UNANSWERED
    # A colleague's leg is not ours to end: `lending` has it back in the loop.
    end = (do.HangUp(channel=third.channel),) if third.colleague is None else ()
    return replace(aside, third=None), (*end, record(aside, third, at, outcome))


def record(
    aside: Aside, third: Third, ended_at: datetime | None = None, outcome: TransferOutcome | None = None
) -> RecordTransfer:
    """The wish to write down what is known of a third; `ended_at` and `outcome` where it is over."""
    return RecordTransfer(
        third=third.known_as,
        customer=aside.attempt,
        called_us=aside.called_us,
        agent=aside.agent,
        kind=third.kind,
        target=third.target.name,
        colleague=third.colleague,
        at=third.at,
        answered_at=third.answered_at,
        ended_at=ended_at if ended_at is None else max(ended_at, third.at),
        outcome=outcome,
    )


def how_it_ended(aside: Aside, third: Third, cause: int) -> TransferOutcome:
    """What a third was for whose phone is gone; `cause` is that of Q.850."""
    if aside.state is AsideState.HANDED:
        return TransferOutcome.HANDED
    if third.answered_at is not None:
        return TransferOutcome.RETURNED if not aside.blind else TransferOutcome.CUT
    return TransferOutcome.BUSY if cause == USER_BUSY else TransferOutcome.UNANSWERED
