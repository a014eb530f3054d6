"""Samples of every machine's states, and of every event that concerns it, for their drawing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialer.core import agent as agents
from dialer.core import caller as callers
from dialer.core import campaign as campaigns
from dialer.core import events as ev
from dialer.core import handover as calls
from dialer.core import queueing as qu
from dialer.core import signals as sig
from dialer.core import supervision as sv
from dialer.core import supervisor as supervisors
from dialer.core.agent import Agent
from dialer.core.call import Call
from dialer.core.caller import QueuedCaller
from dialer.core.campaign import Campaign
from dialer.core.drawing import NOW, Machine, draw
from dialer.core.found import LastWord, WindowCount
from dialer.core.hopper import Hopper
from dialer.core.lead import Lead
from dialer.core.policy import (
    AgentProfile,
    CampaignPolicy,
    HoursPolicy,
    PacingPolicy,
    RetryPolicy,
    SupervisorProfile,
    Trunk,
)
from dialer.core.queueing import CallerState, QueueTerms
from dialer.core.supervision import Claim
from dialer.core.supervisor import Supervisor
from dialer.core.words import (
    AgentNumber,
    AgentOrder,
    AgentState,
    AttemptId,
    BridgeId,
    CallState,
    CampaignName,
    CampaignOrder,
    CampaignState,
    ChannelId,
    CustomerId,
    LeadId,
    ListName,
    MachineVerdict,
    Mode,
    MonitorMode,
    NumberId,
    SupervisionOrder,
    SupervisorNumber,
    SupervisorState,
    TeamName,
    Timer,
    TrunkName,
)

_LATER = NOW + timedelta(seconds=1)
_SPRING = CampaignName("spring")
_ANNA = AgentNumber("1001")
_A = AttemptId("attempt")
_CHANNEL = ChannelId(_A)
_LEG = ChannelId("leg")
_BRIDGE = BridgeId("bridge")
_LEAD = Lead(
    id=LeadId(1),
    attempt=_A,
    campaign=_SPRING,
    list=ListName("people"),
    customer=CustomerId(1),
    number_id=NumberId(1),
    number="+8613800000001",
    national="13800000001",
    name="",
    time_zones=(),
    attempts_made=0,
    due_at=NOW,
)
_POLICY = CampaignPolicy(
    name=_SPRING,
    version="1",
    pacing=PacingPolicy(mode=Mode.PROGRESSIVE),
    lists=(_LEAD.list,),
    trunks=(Trunk(name=TrunkName("main"), dial="PJSIP/{number}@main"),),
    caller_ids=(),
    hours=HoursPolicy(windows={}),
    retry=RetryPolicy(rules={}),
)
_WORD = LastWord(
    attempt=_A,
    ended_at=NOW,
    cause=16,
    dial_status="",
    sip_code=None,
    answered_at=None,
    bridged=False,
    message_played=False,
    verdict=MachineVerdict.OFF,
)
_FOUND = sig.FoundTalking(attempt=_A, campaign=_SPRING, agent=_ANNA, bridge=_BRIDGE, at=NOW)
_BOSS = SupervisorNumber("9001")
_BOTH_JOINED = sig.Joined(attempt=_A, agent=_ANNA, at=NOW)

_TAKEN = sig.TakenOver(attempt=_A, supervisor=_BOSS, bridge=_BRIDGE, at=NOW)


def _call(state: CallState) -> Call:
    trunk = _POLICY.trunks[0]
    call = Call(
        lead=_LEAD, policy=_POLICY, config_version="1", mode=Mode.PROGRESSIVE, trunk=trunk, caller_id="", since=NOW
    )
    if state is CallState.OPENING:
        return call
    call = replace(call, state=state, dialed_at=NOW, limit_at=_LATER)
    if state in (CallState.JOINING, CallState.TALKING, CallState.WRAPPING):
        call = replace(call, agent=_ANNA, agent_leg=_LEG, answered_at=NOW)
    if state in (CallState.TALKING, CallState.WRAPPING):
        call = replace(call, bridged_at=NOW)
    return replace(call, bridge=_BRIDGE) if state is CallState.TALKING else call


CALL = Machine(
    "A call",
    calls.step,
    {state.value: _call(state) for state in CallState}
    | {"talking (claimed)": replace(_call(CallState.TALKING), claim=Claim(supervisor=_BOSS))},
    {
        "AttemptOpened": ev.AttemptOpened(attempt=_A),
        "AttemptRefused": ev.AttemptRefused(attempt=_A, reason=""),
        "Rang": ev.Rang(channel=_CHANNEL, at=NOW),
        "Answered": ev.Answered(channel=_CHANNEL, at=NOW),
        "Arrived (person)": ev.Arrived(channel=_CHANNEL, at=NOW, verdict=MachineVerdict.HUMAN),
        "Arrived (machine)": ev.Arrived(channel=_CHANNEL, at=NOW, verdict=MachineVerdict.MACHINE),
        "DialEnded": ev.DialEnded(channel=_CHANNEL, at=NOW, status="BUSY"),
        "OriginateRefused": ev.OriginateRefused(channel=_CHANNEL, at=NOW, reason=""),
        "OriginateInDoubt": ev.OriginateInDoubt(channel=_CHANNEL, at=NOW),
        "Promised": sig.Promised(agent=_ANNA, agent_leg=_LEG),
        "Unpromised": sig.Unpromised(agent=_ANNA),
        "JoinFailed": ev.JoinFailed(channel=_CHANNEL, at=NOW, agent_leg=_LEG, reason=""),
        "Joined": _BOTH_JOINED,
        "EnteredBridge": ev.EnteredBridge(channel=_CHANNEL, at=NOW, bridge=BridgeId("another")),
        "LeftBridge": ev.LeftBridge(channel=_CHANNEL, at=NOW, bridge=_BRIDGE),
        "limit": ev.TimerFired(timer=Timer("limit", _A)),
        "MessageStarted": ev.MessageStarted(channel=_CHANNEL, at=NOW),
        "DigitPressed 9": ev.DigitPressed(channel=_CHANNEL, at=NOW, digit="9"),
        "CalledOff": sig.CalledOff(),
        "guard": ev.TimerFired(timer=Timer("guard", _A)),
        "HungUp": ev.HungUp(channel=_CHANNEL, at=NOW, cause=16),
        "WrappedUp": sig.WrappedUp(agent=_ANNA, disposition=None),
        "AttemptClosed": ev.AttemptClosed(attempt=_A),
        "EndedUnseen": sig.EndedUnseen(word=_WORD),
        "FoundTalking": _FOUND,
        "Claimed": sig.Claimed(supervisor=_BOSS),
        "TakenOver": _TAKEN,
        "Unclaimed": sig.Unclaimed(supervisor=_BOSS),
    },
)


def _agent(state: AgentState) -> Agent:
    agent = Agent(profile=AgentProfile(number=_ANNA, name="", phone="PJSIP/1001"), since=NOW, state=state)
    if not state.on_shift:
        return agent
    agent = replace(agent, leg=_LEG)
    with_customer = state in (AgentState.RESERVED, AgentState.TALKING, AgentState.WRAP_UP)
    return replace(agent, attempt=_A, campaign=_SPRING) if with_customer else agent


def _order(order: AgentOrder) -> ev.AgentOrdered:
    return ev.AgentOrdered(agent=_ANNA, order=order, argument="phone" if order is AgentOrder.LOG_IN else "")


AGENT = Machine(
    "An agent",
    agents.step,
    {state.value: _agent(state) for state in AgentState}
    | {"reserved (with an offer)": replace(_agent(AgentState.RESERVED), offer=_LEAD)},
    {
        "AgentLegUp": ev.AgentLegUp(channel=_LEG, at=NOW, agent=_ANNA),
        "AgentLegUp (another)": ev.AgentLegUp(channel=ChannelId("other"), at=NOW, agent=_ANNA),
        "HungUp (by will)": ev.HungUp(channel=_LEG, at=NOW, cause=agents.NORMAL_CLEARING),
        "HungUp (broken)": ev.HungUp(channel=_LEG, at=NOW, cause=38),
        "Reserved": sig.Reserved(attempt=_A, campaign=_SPRING),
        "Offered": sig.Offered(lead=_LEAD, until=NOW),
        "offer": ev.TimerFired(timer=Timer("offer", _ANNA)),
        "Joined": _BOTH_JOINED,
        "Released": sig.Released(attempt=_A),
        "CallEnded": sig.CallEnded(attempt=_A, wrap_up=timedelta(seconds=1)),
        "CallEnded (no wrap-up)": sig.CallEnded(attempt=_A, wrap_up=timedelta(0)),
        "wrap": ev.TimerFired(timer=Timer("wrap", _ANNA)),
        "EnteredBridge": ev.EnteredBridge(channel=_LEG, at=NOW, bridge=_BRIDGE),
        "FoundTalking": _FOUND,
    }
    | {f"order {order.value}": _order(order) for order in AgentOrder if order is not AgentOrder.END_CALL},
)

CAMPAIGN = Machine(
    "A campaign",
    campaigns.step,
    {
        state.value: Campaign(policy=_POLICY, since=NOW, state=state, fetching=20, hopper=Hopper((_LEAD,)))
        for state in CampaignState
    },
    {f"order {o.value}": ev.CampaignOrdered(campaign=_SPRING, order=o, by="") for o in CampaignOrder}
    | {
        "LeadsFetched": ev.LeadsFetched(campaign=_SPRING, leads=(_LEAD,), next_due_at=None, remaining=1, total=1),
        "pace": ev.TimerFired(timer=Timer("pace", _SPRING)),
        "CampaignLoaded": ev.CampaignLoaded(policy=_POLICY, window=WindowCount(answered=1, abandoned=0)),
        "CallsAreOver": sig.CallsAreOver(),
        "StoreBack": ev.StoreBack(),
        "DrainAsked": ev.DrainAsked(),
    },
)


def _supervisor(state: SupervisorState) -> Supervisor:
    profile = SupervisorProfile(number=_BOSS, name="", phone="PJSIP/9001")
    supervisor = Supervisor(profile=profile, since=NOW, state=state)
    if state is SupervisorState.CALLED:
        return replace(supervisor, calling=_LEG)
    if not state.in_session:
        return supervisor
    supervisor = replace(supervisor, leg=_LEG, agent=_ANNA)
    if state in (SupervisorState.TAKING_OVER, SupervisorState.TALKING):
        return replace(supervisor, attempt=_A)
    return replace(supervisor, sent_to=_EAR)


_EAR = sv.Ear(agent=_ANNA, attempt=_A, mode=MonitorMode.LISTEN)

SUPERVISOR = Machine(
    "A supervisor",
    supervisors.step,
    {state.value: _supervisor(state) for state in SupervisorState},
    {
        "order listen": sv.SupervisionOrdered(supervisor=_BOSS, order=SupervisionOrder.LISTEN, leg=_LEG),
        "SupervisorLegUp": sv.SupervisorLegUp(channel=_LEG, at=NOW, supervisor=_BOSS),
        "SupervisorLegUp (another)": sv.SupervisorLegUp(channel=ChannelId("other"), at=NOW, supervisor=_BOSS),
        "HungUp": ev.HungUp(channel=_LEG, at=NOW, cause=16),
        "Turned": sig.Turned(agent=AgentNumber("1002"), mode=MonitorMode.LISTEN),
        "Heard": sig.Heard(ear=_EAR),
        "Heard (nothing)": sig.Heard(ear=None),
        "MonitorStarted": sv.MonitorStarted(channel=_LEG, at=NOW),
        "MonitorStopped": sv.MonitorStopped(channel=_LEG, at=NOW),
        "TakesOver": sig.TakesOver(attempt=_A, bridge=_BRIDGE),
        "TakenOver": _TAKEN,
        "TalkOver": sig.TalkOver(attempt=_A),
        "EnteredBridge": ev.EnteredBridge(channel=_LEG, at=NOW, bridge=_BRIDGE),
    },
)


def _caller(state: CallerState) -> QueuedCaller:
    caller = QueuedCaller(channel=_CHANNEL, terms=_TERMS, arrived_at=NOW, state=state)
    if state is CallerState.QUEUED:
        return caller
    caller = replace(caller, agent=_ANNA, agent_leg=_LEG)
    return replace(caller, bridge=_BRIDGE, answered_at=NOW) if state is not CallerState.JOINING else caller


_TERMS = QueueTerms(team=TeamName("sales"))

CALLER = Machine(
    "A caller in a queue",
    callers.step,
    {state.value: _caller(state) for state in CallerState}
    | {"queued (unheard)": replace(_caller(CallerState.QUEUED), unheard=True)},
    {
        "CallerQueued (again)": qu.CallerQueued(channel=_CHANNEL, at=NOW, terms=_TERMS, number=None),
        "CallerUnheard": qu.CallerUnheard(channel=_CHANNEL, at=NOW),
        "CallerPressedOut": qu.CallerPressedOut(channel=_CHANNEL, at=NOW),
        "patience": ev.TimerFired(timer=Timer("patience", _CHANNEL)),
        "Promised": sig.Promised(agent=_ANNA, agent_leg=_LEG),
        "Unpromised": sig.Unpromised(agent=_ANNA),
        "JoinFailed": ev.JoinFailed(channel=_CHANNEL, at=NOW, agent_leg=_LEG, reason=""),
        "Joined": _BOTH_JOINED,
        "EnteredBridge": ev.EnteredBridge(channel=_CHANNEL, at=NOW, bridge=BridgeId("another")),
        "LeftBridge": ev.LeftBridge(channel=_CHANNEL, at=NOW, bridge=_BRIDGE),
        "guard": ev.TimerFired(timer=Timer("guard", _CHANNEL)),
        "HungUp": ev.HungUp(channel=_CHANNEL, at=NOW, cause=16),
        "WrappedUp": sig.WrappedUp(agent=_ANNA, disposition=None),
        "CalledOff": sig.CalledOff(),
    },
)


def document() -> str:
    """All machines, as `docs/states.md` has them."""
    return draw((CALL, AGENT, CAMPAIGN, SUPERVISOR, CALLER))
