"""What an agent asks for in the midst of a talk, as the sending of legs; see `aside`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dialer.core import commands as do
from dialer.core.aside_words import AsideState, Place, TransferKind, TransferOutcome
from dialer.core.guards import MESSAGE_GUARD, RING_GRACE
from dialer.core.live_aside import Aside
from dialer.core.third import let_go, record
from dialer.core.transfer import CallThird, Send, Third

RING_TIME = timedelta(seconds=30)
SEND_GUARD = timedelta(seconds=5)
"""A leg that is sent is there within milliseconds; the dialplan tries for two seconds."""

S = AsideState
GUARDS = {
    S.CALLING: RING_TIME + RING_GRACE,
    S.RINGING: RING_TIME + RING_GRACE,
    S.MEETING: SEND_GUARD,
    S.RETURNING: SEND_GUARD,
    S.HANDING: SEND_GUARD,
    S.APOLOGISING: MESSAGE_GUARD,
}

Step = tuple[Aside, tuple[do.Command, ...]]


def send_customer(aside: Aside, state: AsideState, place: Place) -> Step:
    """Send the customer there, out of the bridge where they are."""
    to: str = aside.agent
    if place is Place.THIRD and aside.third is not None:
        to = aside.third.channel
    elif place is Place.COLLEAGUE and aside.third is not None and aside.third.colleague is not None:
        to = aside.third.colleague
    sent = replace(aside, state=state, left=aside.customer_in)
    return sent, (Send(channel=aside.customer, place=place, to=to),)


def call(aside: Aside, third: Third, now: datetime) -> Step:
    """Ring the third: the agent hears it, or, in a blind transfer, the customer music. A colleague is there at once."""
    if third.colleague is not None:
        return _call_colleague(aside, third, now)
    blind = third.kind is TransferKind.BLIND
    calling = replace(aside, third=third)
    wishes: tuple[do.Command, ...] = ()
    if blind:
        calling, wishes = send_customer(calling, S.RINGING, Place.RING)
    elif aside.state is S.TOGETHER:
        calling, wishes = send_customer(calling, S.CALLING, Place.HOLD)
    else:
        calling = replace(calling, state=S.CALLING)
    ring = CallThird(
        channel=third.channel,
        agent=aside.agent,
        dial=third.target.dial,
        caller_id=third.target.caller_id,
        ring_time=RING_TIME,
    )
    return calling, (*wishes, ring, *let_hear(calling), record(calling, third), guard(calling, now))


def _call_colleague(aside: Aside, third: Third, now: datetime) -> Step:
    calling = replace(aside, third=third)
    if third.kind is TransferKind.BLIND:
        handing, wishes = hand(calling, now)
        return handing, (*wishes, record(handing, third))
    wishes = ()
    if aside.state is S.TOGETHER:
        calling, wishes = send_customer(calling, S.CALLING, Place.HOLD)
    calling = replace(calling, state=S.CALLING)
    come = Send(channel=third.channel, place=Place.CONSULT, to=aside.agent)
    return calling, (*wishes, come, record(calling, third), do.WakeAt(timer=aside.guard, at=now + SEND_GUARD))


def let_hear(aside: Aside) -> tuple[do.Command, ...]:
    """The agent hears the third's phone ring; not before the leg has left the talk, for then it would not arrive."""
    third, leg = aside.third, aside.agent_leg
    rings = aside.state is S.CALLING and third is not None and third.answered_at is None and third.colleague is None
    if not rings or third is None or leg is None or aside.agent_in is not None:
        return ()
    return (Send(channel=leg, place=Place.RINGING, to=third.channel),)


def take_back(aside: Aside, now: datetime) -> Step:
    """The agent has the customer again, and no third."""
    alone, wishes = let_go(aside, now, TransferOutcome.RETURNED)
    if aside.state is S.THREE_WAY:
        return returned(alone, wishes)
    if aside.state is S.MEETING:
        return replace(alone, state=S.RETURNING), wishes
    returning, sent = send_customer(alone, S.RETURNING, Place.AGENT)
    return returning, (*wishes, *sent, guard(returning, now))


def confer(aside: Aside, now: datetime) -> Step:
    """Bring customer, agent and third together."""
    if aside.third is None:
        raise ValueError(f"{aside.attempt} is {aside.state} without a third")
    waits = Send(channel=aside.third.channel, place=Place.WAIT, to=aside.agent)
    meeting, sent = send_customer(of_kind(aside, TransferKind.THREE_WAY), S.MEETING, Place.AGENT)
    return meeting, (waits, *sent, guard(meeting, now))


def to_third(aside: Aside) -> Place:
    """Where a customer is sent who is left to the third."""
    colleague = aside.third is not None and aside.third.colleague is not None
    return Place.COLLEAGUE if colleague else Place.THIRD


def hand(aside: Aside, now: datetime) -> Step:
    """Leave the customer to the third."""
    handing, sent = send_customer(aside, S.HANDING, to_third(aside))
    return handing, (*sent, guard(handing, now))


def of_kind(aside: Aside, kind: TransferKind) -> Aside:
    """The third is there for this."""
    return replace(aside, third=replace(aside.third, kind=kind)) if aside.third is not None else aside


def returned(aside: Aside, wishes: tuple[do.Command, ...]) -> Step:
    """Customer and agent are in one bridge again."""
    return replace(aside, state=S.TOGETHER), (*wishes, do.LetSleep(timer=aside.guard))


def guard(aside: Aside, now: datetime) -> do.WakeAt:
    """The wish to be woken when nothing comes of the state."""
    return do.WakeAt(timer=aside.guard, at=now + GUARDS[aside.state])
