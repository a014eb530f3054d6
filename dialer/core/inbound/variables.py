"""What is known of a caller, as the variables on which a flow can branch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dialer.core.words import AgentNumber, AttemptId, CampaignName, CustomerId, TeamName

YES, NO = "yes", "no"

CALLER_VARIABLES: Mapping[str, tuple[str, ...] | None] = {
    "open": (YES, NO),
    "language": None,
    "number": None,
    "caller.known": (YES, NO),
    "caller.withheld": (YES, NO),
    "caller.name": None,
    "caller.last_campaign": None,
    "caller.last_agent": None,
    "caller.last_team": None,
    "caller.callback": (YES, NO),
    "caller.abandoned": (YES, NO),
}
"""Name to the values that it can have; None: any text, empty where nothing is known.

`open`: within the hours. `number`: the one that was dialled. `caller.withheld`: no number came with the call.
`caller.last_agent`: who talked with this caller last. `caller.last_team`: a team of the campaign that called last.
`caller.callback`: a callback is promised. `caller.abandoned`: the last call of ours to this number found no agent, and
nobody has called back since.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls."""

    number: str | None = None
    """E.164; None: withheld, or no number."""
    customer: CustomerId | None = None
    name: str = ""
    last_campaign: CampaignName | None = None
    last_agent: AgentNumber | None = None
    time_zones: tuple[str, ...] = ()
    """Where a customer whom we know may be, by IANA names."""
    last_team: TeamName | None = None
    """Takes calls of the last campaign."""
    callback: bool = False
    abandoned: AttemptId | None = None
    """The abandoned attempt that this call answers."""


def variables(caller: Caller, *, dialled: str, is_open: bool, language: str) -> dict[str, str]:
    """The values of `CALLER_VARIABLES`."""
    return {
        "open": _word(is_open),
        "language": language,
        "number": dialled,
        "caller.known": _word(caller.customer is not None),
        "caller.withheld": _word(caller.number is None),
        "caller.name": caller.name,
        "caller.last_campaign": caller.last_campaign or "",
        "caller.last_agent": caller.last_agent or "",
        "caller.last_team": caller.last_team or "",
        "caller.callback": _word(caller.callback),
        "caller.abandoned": _word(caller.abandoned is not None),
    }


def _word(is_so: bool) -> str:
    return YES if is_so else NO
