"""Which supervisor may do what at this moment, and what there is to hear."""

from __future__ import annotations

from dialer.core import supervision as sv
from dialer.core import taken_over
from dialer.core.floor import Floor
from dialer.core.on_the_line import OnTheLine, is_talking, may_hear, subject_of
from dialer.core.supervision_words import OF_TAKEN_OVER, MonitorMode, SupervisionOrder, SupervisorState
from dialer.core.supervisor import Supervisor
from dialer.core.words import AgentNumber, AgentOrder, AgentState, AttemptId, BridgeId

MODES = {
    SupervisionOrder.LISTEN: MonitorMode.LISTEN,
    SupervisionOrder.WHISPER: MonitorMode.WHISPER,
    SupervisionOrder.BARGE: MonitorMode.BARGE,
}
OF_AGENTS = {
    SupervisionOrder.READY: AgentOrder.READY,
    SupervisionOrder.PAUSE: AgentOrder.PAUSE,
    SupervisionOrder.LOG_OUT: AgentOrder.LOG_OUT,
    SupervisionOrder.END_CALL: AgentOrder.END_CALL,
}
FREE_TO_HEAR = (
    SupervisorState.WAITING,
    SupervisorState.LISTENING,
    SupervisorState.WHISPERING,
    SupervisorState.BARGING,
)
WITH_CUSTOMER = (SupervisorState.TAKING_OVER, SupervisorState.TALKING)
STEPS = {SupervisionOrder.NEXT: 1, SupervisionOrder.PREVIOUS: -1}


def refusal(floor: Floor, event: sv.SupervisionOrdered | sv.TeamMessaged) -> str | None:
    """Why this may not be, for whoever asked; None: it may."""
    supervisor = floor.supervisors.get(event.supervisor)
    if supervisor is None:
        return f"there is no supervisor {event.supervisor} on this site"
    if isinstance(event, sv.TeamMessaged):
        teams = supervisor.profile.teams
        return None if not teams or event.team in teams else f"supervisor {event.supervisor} has no team {event.team}"
    if event.order in OF_TAKEN_OVER:
        return taken_over.refusal(floor, supervisor, event)
    number = event.agent or supervisor.agent
    if event.agent is not None and event.agent not in floor.agents:
        return f"there is no agent {event.agent} on this site"
    if number in floor.agents and not supervisor.profile.may_attend(floor.agents[number].profile):
        return f"supervisor {event.supervisor} may not attend agent {number}"
    if not supervisor.state.in_session and event.order not in OF_AGENTS:
        return _no_session(supervisor, event)
    if supervisor.state in WITH_CUSTOMER and event.order not in (*OF_AGENTS, SupervisionOrder.LEAVE):
        return f"supervisor {event.supervisor} is with a customer"
    call = talk_of(floor, number)
    if event.order in (SupervisionOrder.TAKE_OVER, SupervisionOrder.END_CALL):
        return _not_the_call(floor, supervisor, number, call, event.order)
    return None


def _no_session(supervisor: Supervisor, event: sv.SupervisionOrdered) -> str | None:
    if event.order not in MODES and event.order is not SupervisionOrder.TAKE_OVER:
        return f"supervisor {supervisor.number} is not on the phone"
    if supervisor.state is SupervisorState.CALLED:
        return f"supervisor {supervisor.number} is being called already"
    if supervisor.profile.phone is None:
        return f"supervisor {supervisor.number} has no `phone` on this site, and has to dial in"
    return None


def _not_the_call(
    floor: Floor, supervisor: Supervisor, agent: AgentNumber | None, call: OnTheLine | None, order: SupervisionOrder
) -> str | None:
    if call is None:
        return f"agent {agent} has no customer on the line"
    if not may_hear(supervisor.profile, call):
        return f"supervisor {supervisor.number} may not hear {subject_of(call)}"
    if call.claim is not None:
        return f"the customer of agent {agent} is with supervisor {call.claim.supervisor}"
    if order is SupervisionOrder.TAKE_OVER and call.id in floor.asides:
        return f"the customer of agent {agent} is on hold, or a third is there"
    return None


def audible(floor: Floor, supervisor: Supervisor) -> sv.Ear | None:
    """What there is to hear at this moment."""
    call = talk_of(floor, supervisor.agent)
    if call is None or supervisor.agent is None or not may_hear(supervisor.profile, call):
        return None
    if call.claim is not None or not supervisor.profile.may_attend(floor.agents[supervisor.agent].profile):
        return None
    company = _company_of(floor, call.id, supervisor.agent) if supervisor.mode is MonitorMode.BARGE else None
    return sv.Ear(agent=supervisor.agent, attempt=call.id, mode=supervisor.mode, company=company)


def talk_of(floor: Floor, number: AgentNumber | None) -> OnTheLine | None:
    """The customer, called or a caller, with whom the agent talks now."""
    agent = floor.agents.get(number) if number is not None else None
    if agent is None or agent.state is not AgentState.TALKING or agent.attempt is None:
        return None
    customer = floor.talk(agent.attempt)
    return customer if customer is not None and is_talking(customer) and customer.bridge is not None else None


def _company_of(floor: Floor, attempt: AttemptId, agent: AgentNumber) -> BridgeId | None:
    """The bridge that the agent is in while something is aside of the talk; None: as always, or none.

    Asterisk's ChanSpy finds whom else it barges in on once, and goes on with them wherever they are."""
    aside = floor.asides.get(attempt)
    if aside is not None and aside.third is not None and aside.third.colleague == agent:
        return aside.third.bridge
    return aside.agent_in if aside is not None else None
