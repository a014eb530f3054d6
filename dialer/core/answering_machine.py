"""A call that detection takes for nobody's: a machine answered, or a line on which nothing was heard.

It is hung up, or a message is left, or an agent who is ready at that moment hears what it is: all of them, or the few
that are drawn to find out how often detection errs. For the pacer the last are answers, because they take an agent;
for the law they are persons only when the agent says so, or the far end presses a key while the message is on its way.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core import wished_call as calls
from dialer.core.call import OPT_OUT_DIGIT, Step, end, waiting
from dialer.core.detection import TAKEN_FOR_NOBODY, LeftMessage, MachineAction, Truth, is_sampled
from dialer.core.events import Event
from dialer.core.floor import Floor
from dialer.core.guards import JOIN_GUARD, MACHINE_GRACE
from dialer.core.letters import Consequences, ToAgent, ToCall
from dialer.core.live_call import Call
from dialer.core.machine_messages import LeaveMessage, MessageOnMachine
from dialer.core.words import CallState, CountedFrom, Hold, MachineVerdict, Timer

NOT_ANSWERED_YET = (CallState.DIALING, CallState.RINGING, CallState.ANSWERED)
TOLD_TOO_LATE = (CallState.RECORDING, CallState.GONE)


def step(call: Call, event: Event, now: datetime) -> Step:
    """What a call becomes by an event, and what it wishes then; as in `wished_call`, where a person is there."""
    match call.state, event:
        case state, ev.Arrived(verdict=verdict) if state in NOT_ANSWERED_YET and verdict in TAKEN_FOR_NOBODY:
            return _answered(call, event, now)
        case CallState.MACHINE, sig.Promised(agent=agent, agent_leg=leg):
            joining = replace(call, state=CallState.JOINING, since=now, agent=agent, agent_leg=leg, sampled=True)
            join = do.Join(channel=call.channel, agent=agent, agent_leg=leg)
            return joining, (join, do.WakeAt(timer=call.guard, at=now + JOIN_GUARD))
        case CallState.MACHINE, sig.NobodyReady():
            return _without_agent(call, now)
        case CallState.JOINING, _ if call.taken_for_machine and _join_failed(call, event):
            return _without_agent(replace(call, agent=None, agent_leg=None, bound=False, sampled=False), now)
        case state, sig.Told(agent=agent, truth=truth) if (
            call.verdict in TAKEN_FOR_NOBODY and agent == call.agent and state not in TOLD_TOO_LATE
        ):
            return replace(call, truth=truth), ()
        case CallState.LEAVING_MESSAGE, MessageOnMachine(left=left):
            return replace(call, left=left), ()
        case CallState.LEAVING_MESSAGE, ev.DigitPressed(digit=digit):
            return _person(call, digit, now)
        case CallState.LEAVING_MESSAGE, ev.TimerFired(timer=Timer("guard")):
            came = LeftMessage.NO_END if call.left is LeftMessage.NOT_BEGUN else call.left
            return end(replace(call, left=came), now)
        case CallState.LEAVING_MESSAGE, sig.EndedUnseen(word=word):
            return calls.step(replace(call, left=word.left or call.left), event, now)
        case _:
            return calls.step(call, event, now)


def find_agent(floor: Floor, call: Call) -> Consequences:
    """Who hears what it is: the agent bound to it, or whoever has been ready longest where no person waits."""
    if call.bound and call.agent is not None:
        agent = floor.agents.get(call.agent)
    else:
        agent = None if floor.waiting() else floor.readiest_agent(call.policy.name)
    if agent is None or agent.leg is None or Hold.ASTERISK_LOST in floor.holds:
        yield ToCall(call.id, sig.NobodyReady())
        return
    yield ToAgent(agent.number, sig.Reserved(attempt=call.id, campaign=call.policy.name))
    yield ToCall(call.id, sig.Promised(agent=agent.number, agent_leg=agent.leg))


def _answered(call: Call, event: ev.Arrived, now: datetime) -> Step:
    here = replace(
        call,
        verdict=event.verdict,
        verdict_cause=event.verdict_cause,
        arrived_at=event.at,
        answered_at=call.answered_at or event.at,
    )
    machines = call.policy.machines
    for_agent = machines.then is MachineAction.AGENT and event.verdict is MachineVerdict.MACHINE
    if for_agent or call.all_heard or is_sampled(machines, call.id, event.verdict):
        return replace(here, state=CallState.MACHINE, since=now), ()
    return _without_agent(here, now)


def _without_agent(call: Call, now: datetime) -> Step:
    machines = call.policy.machines
    leaves = machines.then is MachineAction.MESSAGE and call.verdict is MachineVerdict.MACHINE
    if not leaves or not isinstance(machines.message, str):
        return end(call, now)
    leaving = replace(
        call, state=CallState.LEAVING_MESSAGE, since=now, agent=None, bound=False, left=LeftMessage.NOT_BEGUN
    )
    leave = LeaveMessage(channel=call.channel, sound=machines.message, most_length=machines.most_length)
    return leaving, (leave, do.WakeAt(timer=call.guard, at=now + machines.most_length + MACHINE_GRACE))


def _join_failed(call: Call, event: Event) -> bool:
    match event:
        case ev.JoinFailed(agent_leg=leg):
            return leg == call.agent_leg
        case sig.Unpromised(agent=agent):
            return agent == call.agent
        case ev.TimerFired(timer=Timer("guard")):
            return True
        case _:
            return False


def _person(call: Call, digit: str, now: datetime) -> Step:
    """Machines press no keys: the person is let go who asks for it, and any other gets an agent as after a hello."""
    person = replace(call, truth=Truth.PERSON)
    if digit == OPT_OUT_DIGIT:
        return end(replace(person, opted_out=True), now)
    from_connect = call.policy.pacing.counted_from is CountedFrom.CONNECT
    since = call.answered_at if from_connect and call.answered_at is not None else now
    return waiting(person, since + call.policy.pacing.answer_limit, now)
