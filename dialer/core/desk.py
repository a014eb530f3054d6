"""An agent in a spoken dialog: what it does to the agent's state, and how it ends.

A dialog needs an agent to whom nobody can be joined: one who is ready is paused for it, and ready again afterwards
unless something else was chosen; a lead on offer goes back. In the wrap-up its clock stands still meanwhile. Whatever
moves the agent on ends the dialog, and so do the route, the dialplan and at last a guard: nobody stays in it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dialer.core import agent as agents
from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.agent import Step
from dialer.core.dialogs import DIALOG_GUARD, MENU_REASON, DeskLeft, Dialog, LanguageChosen, OpenDialog
from dialer.core.events import Event
from dialer.core.live_agent import Agent
from dialer.core.words import AgentOrder, AgentState, Timer

AT_THE_DESK = (AgentState.PAUSED, AgentState.WRAP_UP)
"""Where a dialog can be open."""


def step(agent: Agent, event: Event, now: datetime) -> Step:
    """What an agent becomes by an event, and what it wishes then: as in `agent`, but for dialogs."""
    match event:
        case ev.AgentOrdered(order=AgentOrder.MENU):
            return _open(agent, Dialog.MENU, now)
        case ev.AgentOrdered(order=AgentOrder.ASK_CALLBACK) if agent.state is AgentState.WRAP_UP:
            return _open(agent, Dialog.CALLBACK, now)
        case ev.AgentOrdered(order=AgentOrder.ASK_CALLBACK) if agent.state is AgentState.TALKING:
            return replace(agent, desk=replace(agent.desk, wants_callback=True)), ()
        case LanguageChosen(language=language):
            return replace(agent, desk=replace(agent.desk, language=language)), ()
        case DeskLeft() if agent.desk.dialog is not None:
            return _close(agent, now)
        case ev.TimerFired(timer=Timer("desk")) if agent.desk.dialog is not None and agent.leg is not None:
            closed, wishes = _close(agent, now)
            return closed, (do.AdmitAgent(channel=agent.leg, agent=agent.number), *wishes)
        case sig.CallEnded(wrap_up=wrap_up) if agent.state is AgentState.TALKING and agent.desk.wants_callback:
            return _ask_for_callback(agent, event, wrap_up, now)
        case _:
            after, wishes = agents.step(agent, event, now)
            return _see(agent, after, wishes)


def _open(agent: Agent, dialog: Dialog, now: datetime) -> Step:
    """Send the leg into a dialog, where that may be now."""
    if agent.leg is None or agent.leaving is not None or agent.desk.dialog is not None:
        return agent, ()
    at_desk, wishes = _to_the_desk(agent, now)
    if at_desk.state not in AT_THE_DESK or at_desk.leaving is not None:
        return at_desk, wishes
    left = None
    if at_desk.state is AgentState.WRAP_UP:
        left = max(timedelta(0), (at_desk.desk.wrap_until or now) - now)
        wishes = (*wishes, do.LetSleep(timer=agent.wrap_timer))
    desk = replace(at_desk.desk, dialog=dialog, wrap_left=left, wants_callback=False)
    send = OpenDialog(channel=agent.leg, agent=agent.number, dialog=dialog)
    return replace(at_desk, desk=desk), (*wishes, do.WakeAt(timer=agent.desk_timer, at=now + DIALOG_GUARD), send)


def _to_the_desk(agent: Agent, now: datetime) -> Step:
    """Let nobody be joined with the agent; one who is ready, or has a lead on offer, is paused."""
    wishes: tuple[do.Command, ...] = ()
    if agent.offer is not None:
        agent, wishes = agents.step(agent, sig.Released(attempt=agent.offer.attempt), now)
    if agent.state is not AgentState.READY:
        return agent, wishes
    pause = ev.AgentOrdered(agent=agent.number, order=AgentOrder.PAUSE, argument=MENU_REASON)
    paused, more = agents.step(agent, pause, now)
    return paused, (*wishes, *more)


def _close(agent: Agent, now: datetime) -> Step:
    """The dialog is over: back to what was before."""
    left = agent.desk.wrap_left
    closed = replace(agent, desk=replace(agent.desk, dialog=None, wrap_left=None))
    off = do.LetSleep(timer=agent.desk_timer)
    if agent.state is AgentState.PAUSED and agent.reason == MENU_REASON:
        ready = ev.AgentOrdered(agent=agent.number, order=AgentOrder.READY)
        resumed, wishes = agents.step(closed, ready, now)
        return resumed, (off, *wishes)
    if agent.state is not AgentState.WRAP_UP:
        return closed, (off,)
    if agent.chosen is not None:
        chosen = ev.AgentOrdered(agent=agent.number, order=AgentOrder.DISPOSE, argument=agent.chosen)
        rested, wishes = agents.step(closed, chosen, now)
        return rested, (off, *wishes)
    until = now + (left or timedelta(0))
    goes_on = replace(closed, desk=replace(closed.desk, wrap_until=until))
    return goes_on, (off, do.WakeAt(timer=agent.wrap_timer, at=until))


def _ask_for_callback(agent: Agent, ended: sig.CallEnded, wrap_up: timedelta, now: datetime) -> Step:
    """The talk is over, and a callback was asked for in it: its time comes before all else."""
    # There is a wrap-up for the dialog even where the campaign has none, or where the disposition was chosen already.
    long_enough = replace(ended, wrap_up=max(wrap_up, DIALOG_GUARD))
    wrapping, wishes = agents.step(replace(agent, chosen=None), long_enough, now)
    if wrapping.state is not AgentState.WRAP_UP:
        return wrapping, wishes
    until = replace(wrapping.desk, wrap_until=now + wrap_up)
    opened, more = _open(replace(wrapping, chosen=agent.chosen, desk=until), Dialog.CALLBACK, now)
    return opened, (*wishes, *more)


def _see(before: Agent, after: Agent, wishes: tuple[do.Command, ...]) -> Step:
    """What follows for the dialog from what the agent has become."""
    for wish in wishes:
        if isinstance(wish, do.WakeAt) and wish.timer == after.wrap_timer:
            after = replace(after, desk=replace(after.desk, wrap_until=wish.at))
    if after.state is not before.state and before.state is AgentState.TALKING:
        after = replace(after, desk=replace(after.desk, wants_callback=False))
    if before.desk.dialog is None or (after.state, after.reason, after.leaving) == (
        before.state,
        before.reason,
        before.leaving,
    ):
        return after, wishes
    over = replace(after.desk, dialog=None, wrap_left=None)
    return replace(after, desk=over), (*wishes, do.LetSleep(timer=before.desk_timer))
