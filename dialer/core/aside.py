"""Hold, consultation, three-way and transfer: where the three legs of one talk are, and where they are being sent.

    together ─▶ held ─▶ calling ─▶ consulting ─▶ meeting ─▶ three_way
       ▲ │        └──────┬─┴────────────┤             │          │
       │ │               ▼              └──────┬──────┼──────────┤
       │ │           returning ◀───────────────┼──────┘          │
       └─┼───────────────┘                     ▼                 │
         └─▶ ringing (blind) ─────────────▶ handing ◀────────────┘
                 └─▶ apologising               └─▶ handed ─▶ over

Call and agent know nothing of it: for them it is one talk. Every wish is the sending of a leg, and what came of it is
told by the bridges that customer, agent and third are in; so it does not matter in which order they enter and leave.
A customer who turns up with the agent, sent by us or by the dialplan, is the agent's again, whatever was meant.

Three-way is the customer and the agent in a bridge of two, into which the third barges. A conference would be heard by
no supervisor.

Every state that waits for Asterisk has a guard. What fails ends with the customer back at the agent; where there is no
agent any more, with the message; and where even that does not come, with the end of the call. Nobody is left alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.aside_asking import (
    GUARDS,
    SEND_GUARD,
    Step,
    call,
    confer,
    guard,
    hand,
    let_hear,
    of_kind,
    returned,
    send_customer,
    take_back,
)
from dialer.core.aside_words import AsideState, Place, TransferKind, TransferOutcome
from dialer.core.events import Event
from dialer.core.guards import HANGUP_GUARD
from dialer.core.live_aside import Aside
from dialer.core.supervision import TellAgent
from dialer.core.third import how_it_ended, let_go, record
from dialer.core.transfer import Send, ThirdAnswered
from dialer.core.words import BridgeId, Timer

CUSTOMER_GONE = "beeperr"
THIRD_GONE = "beeperr&beeperr"
"""What the agent alone hears; shipped with Asterisk."""

S = AsideState


def step(aside: Aside, event: Event, now: datetime) -> Step:
    """What becomes of it by an event, and what is wished then."""
    match aside.state, event:
        case S.OVER | S.LOST | S.PASSED, _:
            return aside, ()
        case S.TOGETHER, sig.HoldAsked():
            return send_customer(aside, S.HELD, Place.HOLD)
        case S.TOGETHER | S.HELD, sig.ThirdAsked(third=third):
            return call(aside, third, now)
        case S.HELD | S.CALLING | S.CONSULTING | S.MEETING | S.THREE_WAY, sig.TakeBackAsked():
            return take_back(aside, now)
        case S.CONSULTING, sig.ThreeWayAsked():
            return confer(aside, now)
        case S.CONSULTING | S.THREE_WAY, sig.HandOverAsked():
            return hand(of_kind(aside, TransferKind.WARM), now)
        case S.CALLING | S.RINGING, ThirdAnswered(channel=channel, at=at) if aside.is_third(channel):
            return _answered(aside, at, now)
        case _, ev.HungUp(channel=channel) if aside.is_third(channel):
            return _third_gone(aside, event, now)
        case S.CALLING, ev.LeftBridge(channel=channel) if channel == aside.agent_leg:
            alone = _moved(aside, event)
            return alone, let_hear(alone)
        case _, ev.EnteredBridge() | ev.LeftBridge():
            return _look(_moved(aside, event), event.at, now)
        case S.RINGING | S.APOLOGISING | S.HANDED, ev.MessageStarted():
            return aside, ()
        case _, ev.MessageStarted():
            alone, wishes = let_go(aside, now, TransferOutcome.CUT)
            apologising = replace(alone, state=S.APOLOGISING)
            return apologising, (*wishes, guard(apologising, now))
        case _, ev.TimerFired(timer=Timer("aside")):
            return _guard_fired(aside, now)
        case _, sig.TalkEnded():
            return _end(aside, now)
        case _:
            return aside, ()


def wake(aside: Aside, now: datetime) -> tuple[do.Command, ...]:
    """The guard of its state anew, where it has one: an earlier one may have fired unheard."""
    return (guard(aside, now),) if aside.state in GUARDS else ()


# --- what happens ----------------------------------------------------------------------------------------------


def _answered(aside: Aside, at: datetime, now: datetime) -> Step:
    if aside.third is None:
        raise ValueError(f"{aside.attempt} is {aside.state} without a third")
    third = replace(aside.third, answered_at=aside.third.answered_at or at)
    here = replace(aside, third=third)
    if aside.state is S.RINGING:
        handing, wishes = hand(here, now)
        return handing, (record(handing, third), *wishes)
    consult = Send(channel=third.channel, place=Place.CONSULT, to=aside.agent)
    return here, (record(here, third), consult, do.WakeAt(timer=aside.guard, at=now + SEND_GUARD))


def _moved(aside: Aside, event: ev.EnteredBridge | ev.LeftBridge) -> Aside:
    """A leg came into a bridge, or left the one that it was in."""
    entered = isinstance(event, ev.EnteredBridge)

    def after(known: BridgeId | None) -> BridgeId | None:
        return event.bridge if entered else None if known == event.bridge else known

    if event.channel == aside.customer:
        return replace(aside, customer_in=after(aside.customer_in))
    if aside.third is not None and aside.is_third(event.channel):
        return replace(aside, third=replace(aside.third, bridge=after(aside.third.bridge)))
    return replace(aside, agent_in=after(aside.agent_in))


def _look(aside: Aside, at: datetime, now: datetime) -> Step:
    """What it means that the legs are where they are now."""
    third_in = aside.third.bridge if aside.third is not None else None
    with_agent = aside.customer_in is not None and aside.customer_in == aside.agent_in
    back = with_agent and aside.customer_in != aside.left
    match aside.state:
        case S.MEETING if back and aside.third is not None:
            enter = Send(channel=aside.third.channel, place=Place.THREE_WAY, to=aside.agent)
            three_way = replace(aside, state=S.THREE_WAY)
            return three_way, (enter, do.LetSleep(timer=aside.guard), record(three_way, aside.third))
        case S.HANDING if aside.third is not None and aside.customer_in is not None and aside.customer_in == third_in:
            if aside.third.colleague is not None:
                there = replace(aside.third, answered_at=aside.third.answered_at or at)
                passed = replace(aside, state=S.PASSED, third=there)
                return passed, (do.LetSleep(timer=aside.guard), record(passed, there, at, TransferOutcome.HANDED))
            handed = replace(aside, state=S.HANDED)
            return handed, (do.LetSleep(timer=aside.guard), record(handed, aside.third))
        case S.HELD | S.CALLING | S.CONSULTING | S.RETURNING | S.HANDING if back and not aside.blind:
            alone, wishes = let_go(aside, at, TransferOutcome.RETURNED)
            return returned(alone, wishes)
        case S.CALLING if third_in is not None and third_in == aside.agent_in:
            consulting = replace(aside, state=S.CONSULTING)
            asleep = do.LetSleep(timer=aside.guard)
            if aside.third is None or aside.third.answered_at is not None:
                return consulting, (asleep,)
            there = replace(aside.third, answered_at=at)
            return replace(consulting, third=there), (asleep, record(consulting, there))
        case S.CONSULTING if third_in is None or third_in != aside.agent_in:
            return aside, (do.WakeAt(timer=aside.guard, at=now + SEND_GUARD),)
        case S.THREE_WAY if not with_agent:
            return aside, (do.WakeAt(timer=aside.guard, at=now + HANGUP_GUARD),)
        case S.CONSULTING | S.THREE_WAY:
            return aside, (do.LetSleep(timer=aside.guard),)
        case _:
            return aside, ()


def _third_gone(aside: Aside, event: ev.HungUp, now: datetime) -> Step:
    third = aside.third
    if third is None:
        raise ValueError(f"{aside.attempt} has no third who could be gone")
    alone = replace(aside, third=None)
    recorded = record(aside, third, event.at, how_it_ended(aside, third, event.cause))
    match aside.state:
        case S.CALLING:
            back, wishes = send_customer(alone, S.RETURNING, Place.AGENT)
            tell = TellAgent(agent=aside.agent, sound=THIRD_GONE)
            return back, (recorded, tell, *wishes, guard(back, now))
        case S.CONSULTING:
            back, wishes = send_customer(alone, S.RETURNING, Place.AGENT)
            return back, (recorded, *wishes, guard(back, now))
        case S.THREE_WAY if aside.customer_in is not None and aside.customer_in == aside.agent_in:
            return returned(alone, (recorded,))
        case S.RINGING:
            sorry = replace(alone, state=S.APOLOGISING)
            return sorry, (recorded, do.PlayMessage(channel=aside.customer), guard(sorry, now))
        case S.HANDING if aside.blind:
            # The dialplan plays the message by itself.
            sorry = replace(alone, state=S.APOLOGISING)
            return sorry, (recorded, guard(sorry, now))
        case S.HANDED:
            return replace(alone, state=S.OVER), (recorded,)
        case _:
            # On the way to the agent already, or brought there by the dialplan.
            back = replace(alone, state=S.RETURNING)
            return back, (recorded, guard(back, now))


def _guard_fired(aside: Aside, now: datetime) -> Step:
    oddity = do.ReportOddity(what=f"nothing came of a customer who is {aside.state}", subject=aside.attempt)
    match aside.state:
        case S.CALLING | S.CONSULTING:
            back, wishes = take_back(aside, now)
            return back, (TellAgent(agent=aside.agent, sound=THIRD_GONE), *wishes)
        case S.MEETING | S.HANDING if not aside.blind:
            alone, wishes = let_go(aside, now, TransferOutcome.RETURNED)
            back, sent = send_customer(alone, S.RETURNING, Place.AGENT)
            return back, (oddity, *wishes, *sent, guard(back, now))
        case S.RINGING:
            alone, wishes = let_go(aside, now, TransferOutcome.UNANSWERED)
            sorry = replace(alone, state=S.APOLOGISING)
            return sorry, (*wishes, do.PlayMessage(channel=aside.customer), guard(sorry, now))
        case S.HANDING | S.RETURNING | S.THREE_WAY | S.APOLOGISING:
            alone, wishes = let_go(aside, now, TransferOutcome.CUT)
            return replace(alone, state=S.LOST), (oddity, *wishes)
        case _:
            return aside, ()


def _end(aside: Aside, now: datetime) -> Step:
    alone, wishes = let_go(aside, now, TransferOutcome.HANDED if aside.state is S.HANDED else TransferOutcome.CUT)
    waited = aside.state in (S.HELD, S.CALLING, S.RETURNING)
    tone = (TellAgent(agent=aside.agent, sound=CUSTOMER_GONE),) if waited else ()
    return replace(alone, state=S.OVER), (*wishes, *tone, do.LetSleep(timer=aside.guard))
