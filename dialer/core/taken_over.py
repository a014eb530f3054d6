"""A supervisor who has taken a customer over: what can be asked then, by key and by command.

The keys are those of an agent's phone, `*3` pause the recording and `*4` record; every other key is the customer's.
How the talk went is said by command, and the agent's word for it counts no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core import keypad, recorder
from dialer.core import signals as sig
from dialer.core import supervision as sv
from dialer.core.choices import choices_for
from dialer.core.coupling import tell
from dialer.core.floor import Floor
from dialer.core.letters import ToCall
from dialer.core.live_call import Call
from dialer.core.on_the_line import is_talking, taken_over_by
from dialer.core.phrases import IN_STOCK, Phrase
from dialer.core.supervision_words import SupervisionOrder
from dialer.core.supervisor import Supervisor
from dialer.core.words import AgentOrder, AttemptId

Wishes = Iterator[do.Command]

OF_RECORDING = {
    AgentOrder.RECORD: SupervisionOrder.RECORD,
    AgentOrder.PAUSE_RECORDING: SupervisionOrder.PAUSE_RECORDING,
}
KEYS = {keys: OF_RECORDING[order] for keys, order in keypad.ORDERS.items() if order in OF_RECORDING}
BEGIN = "*"


def press(supervisor: Supervisor, digit: str) -> tuple[Supervisor, sv.SupervisionOrdered | None]:
    """Add one key to what was pressed before, and say what it means now."""
    keys = supervisor.pending_keys + digit
    done = replace(supervisor, pending_keys="")
    if keys in KEYS:
        return done, sv.SupervisionOrdered(supervisor=supervisor.number, order=KEYS[keys], by=supervisor.number)
    return (replace(supervisor, pending_keys=keys), None) if keys == BEGIN else (done, None)


def refusal(floor: Floor, supervisor: Supervisor, event: sv.SupervisionOrdered) -> str | None:
    """Why the order would do nothing; None: it will be carried out, or asked of Asterisk."""
    attempt = _customer_of(floor, supervisor)
    if attempt is None:
        return f"supervisor {supervisor.number} has taken no customer over, {event.order.value} does nothing then"
    if event.order is SupervisionOrder.DISPOSE:
        offered = _offers(floor, attempt, event.argument)
        return None if offered else f"the talk of supervisor {supervisor.number} cannot end as {event.argument!r}"
    if attempt not in floor.recordings:
        return f"the talk of supervisor {supervisor.number} is not recorded, as its campaign or inbound file says"
    return None


def ordered(floor: Floor, supervisor: Supervisor, event: sv.SupervisionOrdered, now: datetime) -> Wishes:
    """Carry it out; who asked by key hears when it cannot be."""
    attempt = _customer_of(floor, supervisor)
    refused = refusal(floor, supervisor, event)
    if attempt is None or refused is not None:
        yield do.ReportOddity(what=f"{event.order} refused to a supervisor", subject=refused or supervisor.number)
        if event.by == supervisor.number and supervisor.state.in_session:
            sound = IN_STOCK.sound(Phrase.RECORDING_FAILED)
            yield sv.TellSupervisor(supervisor=supervisor.number, sound=sound)
    elif event.order is SupervisionOrder.DISPOSE:
        disposed = sig.Disposed(supervisor=supervisor.number, disposition=event.argument)
        yield from tell(floor, now, ToCall(attempt, disposed))
    else:
        yield recorder.switch(attempt, paused=event.order is SupervisionOrder.PAUSE_RECORDING)


def _customer_of(floor: Floor, supervisor: Supervisor) -> AttemptId | None:
    talk = floor.talk(supervisor.attempt) if supervisor.attempt is not None else None
    has = talk is not None and is_talking(talk) and taken_over_by(talk) == supervisor.number
    return supervisor.attempt if has else None


def _offers(floor: Floor, attempt: AttemptId, disposition: str) -> bool:
    talk = floor.talk(attempt)
    if talk is None:
        return False
    choices = talk.policy.choices if isinstance(talk, Call) else choices_for(floor, talk)
    return choices.disposition_named(disposition) is not None
