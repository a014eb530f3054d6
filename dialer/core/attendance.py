"""Where supervisors meet the floor: who may do what, what there is to hear, and the way of a customer taken over.

The machines of agent and call know nothing of supervisors who listen. After every event each session is held against
the floor (`attend`), and where the talk to be heard is another than the one the leg was sent to, the leg is sent on.
So a change of agent, call, permission or mode needs no rule of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core import supervision as sv
from dialer.core import taken_over
from dialer.core.coupling import tell
from dialer.core.events import Event
from dialer.core.floor import Floor
from dialer.core.letters import ToAgent, ToCall
from dialer.core.on_the_line import OnTheLine, is_talking, wrap_up_of
from dialer.core.permission import FREE_TO_HEAR, MODES, OF_AGENTS, STEPS, WITH_CUSTOMER, audible, refusal, talk_of
from dialer.core.policy import SitePolicy
from dialer.core.supervision_words import OF_TAKEN_OVER, SupervisionOrder, SupervisorState
from dialer.core.supervisor import Supervisor, book, step
from dialer.core.words import AgentNumber, AttemptId, SupervisorNumber

Wishes = Iterator[do.Command]
Follows = Iterator[do.Command | ev.AgentOrdered]
"""Wishes, and what is asked of agents in a supervisor's name."""


def supervise(floor: Floor, event: Event, now: datetime) -> Follows:
    """Everything that an event of a supervisor's leg, or a supervisor's wish, leads to."""
    match event:
        case sv.SupervisorLegUp(supervisor=number, channel=channel) if number not in floor.supervisors:
            yield do.ReportOddity(what="supervisor whom the site file does not list", subject=number)
            yield do.HangUp(channel=channel)
        case sv.SupervisorLegUp(supervisor=number):
            yield from _begin(floor, event, number, now)
        case sv.SupervisionOrdered():
            yield from _ordered(floor, event, now)
        case sv.TeamMessaged():
            yield from _message(floor, event)
        case sv.TakeOverFailed(supervisor=number):
            yield from give_up(floor, floor.supervisors[number], now)
        case ev.DigitPressed(channel=channel):
            yield from _keyed(floor, floor.supervisors[floor.supervisor_legs[channel]], event.digit, now)
        case ev.ChannelEvent(channel=channel):
            yield from tell_supervisor(floor, floor.supervisor_legs[channel], event, now)


def is_supervisor(floor: Floor, number: AgentNumber) -> bool:
    """Whether the number that was keyed at the log-in is a supervisor's."""
    return SupervisorNumber(number) in floor.supervisors


def admit(floor: Floor, event: ev.LoginTried | ev.PinChecked) -> Wishes:
    """Somebody keyed a supervisor's number: let in whose PIN is right, unless the supervisor is there already."""
    number = SupervisorNumber(event.agent)
    if floor.supervisors[number].state.in_session:
        yield do.DenyAgent(channel=event.channel)
    elif isinstance(event, ev.LoginTried):
        yield do.CheckPin(channel=event.channel, agent=event.agent, pin=event.pin)
    elif event.right:
        yield sv.AdmitSupervisor(channel=event.channel, supervisor=number)
    else:
        yield do.DenyAgent(channel=event.channel)


def load_supervisors(floor: Floor, site: SitePolicy, now: datetime) -> Wishes:
    """The site file was read: who is not on it any more has to leave."""
    for number, profile in site.supervisors.items():
        known = floor.supervisors.get(number)
        floor.put_supervisor(
            Supervisor(profile=profile, since=now) if known is None else replace(known, profile=profile)
        )
    for number in set(floor.supervisors) - set(site.supervisors):
        for leg in (floor.supervisors[number].leg, floor.supervisors[number].calling):
            if leg is not None:
                yield do.HangUp(channel=leg)
        if not floor.supervisors[number].state.in_session and floor.supervisors[number].calling is None:
            floor.remove_supervisor(number)


def tell_supervisor(floor: Floor, number: SupervisorNumber, event: Event, now: datetime) -> Wishes:
    """Give an event to a supervisor; a customer who was to come, and now cannot, stays with the agent."""
    before = floor.supervisors[number]
    after, wishes = step(before, event, now)
    floor.put_supervisor(after)
    yield from wishes
    if before.state is SupervisorState.TAKING_OVER and before.attempt is not None and not after.state.in_session:
        yield from _leave_with_agent(floor, before.attempt, number, now)
    if not after.state.in_session and after.calling is None and number not in floor.site.supervisors:
        floor.remove_supervisor(number)


def end_sessions(floor: Floor, now: datetime) -> Wishes:
    """The daemon ends: nobody may go on listening whom it does not see."""
    for number in list(floor.sessions):
        supervisor = floor.supervisors[number]
        yield from book(supervisor, now)
        if supervisor.leg is not None:
            yield do.HangUp(channel=supervisor.leg)
        floor.put_supervisor(Supervisor(profile=supervisor.profile, since=now))


def attend(floor: Floor, event: Event, now: datetime) -> Wishes:
    """Bring every session to where the floor is by now, after `event`."""
    for number in list(floor.sessions):
        if floor.supervisors[number].state in WITH_CUSTOMER:
            yield from _see_through(floor, floor.supervisors[number], event, now)
        supervisor = floor.supervisors[number]
        if supervisor.state in FREE_TO_HEAR:
            ear = audible(floor, supervisor)
            if ear != supervisor.sent_to and (supervisor.bridge is None or ear is None):
                yield from tell_supervisor(floor, number, sig.Heard(ear=ear), now)


def _begin(floor: Floor, event: sv.SupervisorLegUp, number: SupervisorNumber, now: datetime) -> Follows:
    """A session begins: with what it was asked for, by command or in the number that was dialled."""
    before = floor.supervisors[number]
    yield from tell_supervisor(floor, number, event, now)
    if before.state.in_session:
        return
    order = before.asked or _dialled(floor, event)
    if order.order is SupervisionOrder.TAKE_OVER and refusal(floor, order) is not None:
        # The customer is gone by now: wait for the next one.
        order = replace(order, order=SupervisionOrder.LISTEN)
    yield from _ordered(floor, order, now)
    if floor.supervisors[number].agent is None:
        yield sv.RefuseSupervisor(channel=event.channel)


def _dialled(floor: Floor, event: sv.SupervisorLegUp) -> sv.SupervisionOrdered:
    key, agent = event.request[:1], event.request[1:]
    return sv.SupervisionOrdered(
        supervisor=event.supervisor,
        order=floor.site.supervision_keys.get(key, SupervisionOrder.LISTEN),
        agent=AgentNumber(agent) if agent else None,
        by=event.supervisor,
    )


def _keyed(floor: Floor, supervisor: Supervisor, digit: str, now: datetime) -> Follows:
    """A key in a session; one that is pressed with a customer on the line is for the customer, but for a few."""
    if supervisor.state is SupervisorState.TALKING:
        pressed, asked = taken_over.press(supervisor, digit)
        floor.put_supervisor(pressed)
        if asked is not None:
            yield from taken_over.ordered(floor, pressed, asked, now)
        return
    order = floor.site.supervision_keys.get(digit)
    if order is not None and supervisor.state in FREE_TO_HEAR:
        keyed = sv.SupervisionOrdered(supervisor=supervisor.number, order=order, by=supervisor.number)
        yield from _ordered(floor, keyed, now)


def _ordered(floor: Floor, event: sv.SupervisionOrdered, now: datetime) -> Follows:
    if event.order in OF_TAKEN_OVER and event.supervisor in floor.supervisors:
        yield from taken_over.ordered(floor, floor.supervisors[event.supervisor], event, now)
        return
    refused = refusal(floor, event)
    if refused is not None:
        yield do.ReportOddity(what=f"{event.order} refused to a supervisor", subject=refused)
        return
    supervisor = floor.supervisors[event.supervisor]
    number = event.agent or supervisor.agent
    if event.order in OF_AGENTS:
        if number is not None:
            by = f"supervisor {event.supervisor}"
            yield ev.AgentOrdered(agent=number, order=OF_AGENTS[event.order], argument=event.argument, by=by)
    elif not supervisor.state.in_session:
        yield from tell_supervisor(floor, event.supervisor, event, now)
    elif event.order is SupervisionOrder.LEAVE:
        if supervisor.leg is not None:
            yield do.HangUp(channel=supervisor.leg)
    elif supervisor.state in FREE_TO_HEAR:
        yield from _turn(floor, supervisor, event, now)


def _turn(floor: Floor, supervisor: Supervisor, event: sv.SupervisionOrdered, now: datetime) -> Wishes:
    number = event.agent or supervisor.agent
    if event.order in STEPS or number is None:
        number = _neighbour(floor, supervisor, STEPS.get(event.order, 1)) or number
    if number is None:
        return
    mode = MODES.get(event.order, supervisor.mode)
    yield from tell_supervisor(floor, supervisor.number, sig.Turned(agent=number, mode=mode), now)
    call = talk_of(floor, number)
    if event.order is SupervisionOrder.TAKE_OVER and call is not None:
        yield from _take_over(floor, floor.supervisors[supervisor.number], call, now)


def _neighbour(floor: Floor, supervisor: Supervisor, step_by: int) -> AgentNumber | None:
    """The agent on shift who comes next by number, of those whom the supervisor may attend; round and round."""
    staff = sorted(
        a.number for a in floor.agents.values() if a.state.on_shift and supervisor.profile.may_attend(a.profile)
    )
    if not staff:
        return None
    if supervisor.agent in staff:
        return staff[(staff.index(supervisor.agent) + step_by) % len(staff)]
    after = [number for number in staff if supervisor.agent is None or number > supervisor.agent]
    return (after or staff)[0] if step_by > 0 else ([n for n in staff if n not in after] or staff)[-1]


def _take_over(floor: Floor, supervisor: Supervisor, call: OnTheLine, now: datetime) -> Wishes:
    takes_over = sig.TakesOver(attempt=call.id, bridge=call.bridge)
    yield from tell_supervisor(floor, supervisor.number, takes_over, now)
    yield from tell(floor, now, ToCall(call.id, sig.Claimed(supervisor=supervisor.number)))


def give_up(floor: Floor, supervisor: Supervisor, now: datetime) -> Wishes:
    """The customer does not come, and is with the agent."""
    if supervisor.state is not SupervisorState.TAKING_OVER or supervisor.attempt is None:
        return
    attempt = supervisor.attempt
    yield from tell_supervisor(floor, supervisor.number, sig.TalkOver(attempt=attempt), now)
    yield from _leave_with_agent(floor, attempt, supervisor.number, now)


def _leave_with_agent(floor: Floor, attempt: AttemptId, number: SupervisorNumber, now: datetime) -> Wishes:
    """The customer stays with the agent; where there is none any more, nobody has the customer."""
    yield from tell(floor, now, ToCall(attempt, sig.Unclaimed(supervisor=number)))
    call = floor.talk(attempt)
    agent = floor.agents.get(call.agent) if call is not None and call.agent is not None else None
    if is_talking(call) and (agent is None or agent.attempt != attempt):
        yield from tell(floor, now, ToCall(attempt, sig.CalledOff()))


def _see_through(floor: Floor, supervisor: Supervisor, event: Event, now: datetime) -> Wishes:
    """A take-over: the customer arrives at the supervisor, comes back to the agent, or is gone."""
    if supervisor.attempt is None:
        raise ValueError(f"supervisor {supervisor.number} is {supervisor.state} without a customer")
    call = floor.talk(supervisor.attempt)
    if call is None or not is_talking(call) or call.claim is None:
        yield from tell_supervisor(floor, supervisor.number, sig.TalkOver(attempt=supervisor.attempt), now)
    elif supervisor.state is SupervisorState.TAKING_OVER and call.bridge is not None:
        agent = floor.agents.get(call.agent) if call.agent is not None else None
        if call.bridge == supervisor.bridge:
            yield from _taken_over(floor, supervisor, call, event, now)
        elif agent is not None and agent.bridge == call.bridge != supervisor.left:
            yield from give_up(floor, supervisor, now)


def _taken_over(floor: Floor, supervisor: Supervisor, call: OnTheLine, event: Event, now: datetime) -> Wishes:
    if call.bridge is None:
        raise ValueError(f"attempt {call.id} is taken over outside any bridge")
    at = event.at if isinstance(event, ev.EnteredBridge) else now
    taken = sig.TakenOver(attempt=call.id, supervisor=supervisor.number, bridge=call.bridge, at=at)
    yield from tell_supervisor(floor, supervisor.number, taken, now)
    yield from tell(floor, now, ToCall(call.id, taken))
    if call.agent is not None:
        ended = sig.CallEnded(attempt=call.id, wrap_up=wrap_up_of(call))
        yield from tell(floor, now, ToAgent(call.agent, ended))


def _message(floor: Floor, event: sv.TeamMessaged) -> Wishes:
    refused = refusal(floor, event)
    if refused is not None:
        yield do.ReportOddity(what="message refused to a supervisor", subject=refused)
        return
    for agent in floor.agents.values():
        if agent.state.on_shift and event.team in agent.profile.teams:
            yield sv.TellAgent(agent=agent.number, sound=event.sound)
