"""What a spoken dialog has to know of an agent, read from the floor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dialer.core.choices import choices_of
from dialer.core.confirming import language_of
from dialer.core.dialogs import UNHEARD_FOR, Dialog
from dialer.core.floor import Floor
from dialer.core.lead import Lead
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.policy import AgentDisposition, PauseReason
from dialer.core.words import AgentNumber, AgentState, ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """An agent in a dialog."""

    agent: AgentNumber
    dialog: Dialog
    language: str
    state: AgentState
    reason: str
    """The label of the pause, as the site calls it."""
    reasons: tuple[PauseReason, ...]
    dispositions: tuple[AgentDisposition, ...]
    """That the call in wrap-up may end with; none in other states."""
    has_customer: bool
    """There is a customer in wrap-up, of whom something can be said."""
    offer: Lead | None
    just_told: str
    """A confirmation that was cut short by this dialog, as sounds joined by ampersands."""
    own_zone: ZoneInfo
    customers_zone: ZoneInfo
    """The agent's, where nothing is known of the customer's."""


def desk_view(floor: Floor, leg: ChannelId, now: datetime) -> DeskView | None:
    """The dialog that is open on this leg; None: it is no agent's, or none is open."""
    number = floor.legs.get(leg)
    agent = floor.agents.get(number) if number is not None else None
    if agent is None or agent.leg != leg:
        return None
    dialog = agent.desk.dialog or (Dialog.OFFER if agent.offer is not None else None)
    if dialog is None:
        return None
    told_at = agent.desk.told_at
    wrapping = agent.state is AgentState.WRAP_UP
    choices = choices_of(floor, agent) if wrapping else None
    own = ZoneInfo(floor.site.time_zone)
    return DeskView(
        agent=agent.number,
        dialog=dialog,
        language=language_of(agent),
        state=agent.state,
        reason=next((one.label for one in floor.site.pause_reasons if one.name == agent.reason), agent.reason),
        reasons=floor.site.pause_reasons,
        dispositions=choices.dispositions if choices is not None else (),
        has_customer=wrapping and agent.attempt is not None and floor.talk(agent.attempt) is not None,
        offer=agent.offer,
        just_told=agent.desk.told if told_at is not None and now - told_at < UNHEARD_FOR else "",
        own_zone=own,
        customers_zone=_customers_zone(floor, agent) or own,
    )


def _customers_zone(floor: Floor, agent: Agent) -> ZoneInfo | None:
    talk = floor.talk(agent.attempt) if agent.attempt is not None else None
    if talk is None:
        return None
    if isinstance(talk, Call):
        zones = (*talk.lead.time_zones, talk.policy.hours.default_time_zone)
    else:
        zones = talk.knows.time_zones
    for name in zones:
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, KeyError):
            continue
    return None
