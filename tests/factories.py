"""Leads, policies and agents as tests need them: everything has a sensible value, and a test names what matters."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from dialer.core.detection import Detection, MachinesPolicy
from dialer.core.found import WindowCount
from dialer.core.lead import Lead
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.policy import (
    AgentDisposition,
    AgentProfile,
    CampaignPolicy,
    HoursPolicy,
    PacingPolicy,
    PauseReason,
    RetryPolicy,
    SitePolicy,
    Trunk,
)
from dialer.core.words import (
    AgentNumber,
    AttemptId,
    CampaignName,
    CustomerId,
    DispositionFlag,
    LeadId,
    ListName,
    Mode,
    NumberId,
    TeamName,
    TrunkName,
)

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A Monday, within the calling hours below."""
SPRING = CampaignName("spring")
ANNA = AgentNumber("1001")
BEN = AgentNumber("1002")
NEVER_CALLED = WindowCount(answered=0, abandoned=0)
ALL_DAY = HoursPolicy(windows={day: ((time(0), time(0)),) for day in range(7)})
OFFICE_HOURS = HoursPolicy(windows={day: ((time(9), time(18)),) for day in range(5)})
MAIN = Trunk(name=TrunkName("main"), dial="PJSIP/{number}@carrier")
SALE = AgentDisposition(name="sale", label="成交", digit="1", flags=frozenset({DispositionFlag.SUCCESS}))
NOT_NOW = AgentDisposition(name="not_now", label="not now", digit="2", flags=frozenset({DispositionFlag.CALLBACK}))
NO_DISPOSITION = AgentDisposition(name="none_given", label="none given", digit="0")


def attempt_id(n: int) -> AttemptId:
    """The attempt of the n-th lead."""
    return AttemptId(f"attempt-{n}")


def make_lead(n: int = 1, **changes: Any) -> Lead:
    """The n-th lead; its id, attempt and telephone number go by `n`."""
    values: dict[str, Any] = {
        "id": LeadId(n),
        "attempt": attempt_id(n),
        "campaign": SPRING,
        "list": ListName("people"),
        "customer": CustomerId(n),
        "number_id": NumberId(n),
        "number": f"+8613800{n:06d}",
        "national": f"13800{n:06d}",
        "name": f"客户 {n}",
        "time_zones": ("Asia/Shanghai",),
        "attempts_made": 0,
        "due_at": NOW,
    }
    return Lead(**(values | changes))


LISTENS = MachinesPolicy(detection=Detection(), sample=0.0)
"""Machines are told from people, and hung up."""


def make_policy(mode: Mode = Mode.PROGRESSIVE, **changes: Any) -> CampaignPolicy:
    """A campaign; names of fields of `PacingPolicy` change its pacing."""
    pacing = {name: changes.pop(name) for name in list(changes) if name in PacingPolicy.__dataclass_fields__}
    values: dict[str, Any] = {
        "name": SPRING,
        "version": "v1",
        "pacing": PacingPolicy(mode=mode, **pacing),
        "lists": (ListName("people"),),
        "trunks": (MAIN,),
        "caller_ids": ("+862150000001", "+862150000002"),
        "hours": ALL_DAY,
        "retry": RetryPolicy(rules={}),
        "teams": frozenset({TeamName("sales")}),
        "dispositions": (SALE, NOT_NOW, NO_DISPOSITION),
        "default_disposition": "none_given",
    }
    return CampaignPolicy(**(values | changes))


def make_profile(number: AgentNumber = ANNA, **changes: Any) -> AgentProfile:
    """An agent of the team that serves the campaign."""
    values: dict[str, Any] = {
        "number": number,
        "name": f"坐席 {number}",
        "phone": f"PJSIP/{number}",
        "teams": frozenset({TeamName("sales")}),
    }
    return AgentProfile(**(values | changes))


def make_site(*profiles: AgentProfile) -> SitePolicy:
    """A site with these agents, and two reasons for a pause."""
    return SitePolicy(
        agents={profile.number: profile for profile in profiles},
        pause_reasons=(
            PauseReason(name="lunch", label="午饭", digit="1"),
            PauseReason(name="training", label="training", digit="2"),
        ),
    )


def make_agent(number: AgentNumber = ANNA, **changes: Any) -> Agent:
    """An agent, logged out unless said otherwise."""
    values: dict[str, Any] = {"profile": make_profile(number), "since": NOW}
    return Agent(**(values | changes))


def make_call(n: int = 1, **changes: Any) -> Call:
    """A call on the n-th lead, its row being opened unless said otherwise."""
    policy = changes.pop("policy", None) or make_policy()
    values: dict[str, Any] = {
        "lead": make_lead(n),
        "policy": policy,
        "config_version": policy.version,
        "mode": policy.pacing.mode,
        "trunk": MAIN,
        "caller_id": policy.caller_ids[0],
        "since": NOW,
    }
    return Call(**(values | changes))
