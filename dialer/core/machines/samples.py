"""What the drawings of the machines have in common."""

from __future__ import annotations

from datetime import timedelta

from dialer.core import signals as sig
from dialer.core.drawing import NOW
from dialer.core.found import LastWord
from dialer.core.lead import Lead
from dialer.core.policy import (
    CampaignPolicy,
    HoursPolicy,
    PacingPolicy,
    RetryPolicy,
    Trunk,
)
from dialer.core.words import (
    AgentNumber,
    AttemptId,
    BridgeId,
    CampaignName,
    ChannelId,
    CustomerId,
    LeadId,
    ListName,
    MachineVerdict,
    Mode,
    NumberId,
    SupervisorNumber,
    TrunkName,
)

LATER = NOW + timedelta(seconds=1)
SPRING = CampaignName("spring")
ANNA = AgentNumber("1001")
A = AttemptId("attempt")
CHANNEL = ChannelId(A)
LEG = ChannelId("leg")
BRIDGE = BridgeId("bridge")
LEAD = Lead(
    id=LeadId(1),
    attempt=A,
    campaign=SPRING,
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
POLICY = CampaignPolicy(
    name=SPRING,
    version="1",
    pacing=PacingPolicy(mode=Mode.PROGRESSIVE),
    lists=(LEAD.list,),
    trunks=(Trunk(name=TrunkName("main"), dial="PJSIP/{number}@main"),),
    caller_ids=(),
    hours=HoursPolicy(windows={}),
    retry=RetryPolicy(rules={}),
)
WORD = LastWord(
    attempt=A,
    ended_at=NOW,
    cause=16,
    dial_status="",
    sip_code=None,
    answered_at=None,
    bridged=False,
    message_played=False,
    verdict=MachineVerdict.OFF,
)
FOUND = sig.FoundTalking(attempt=A, campaign=SPRING, agent=ANNA, bridge=BRIDGE, at=NOW)
BOSS = SupervisorNumber("9001")
BOTH_JOINED = sig.Joined(attempt=A, agent=ANNA, at=NOW)

TAKEN = sig.TakenOver(attempt=A, supervisor=BOSS, bridge=BRIDGE, at=NOW)
