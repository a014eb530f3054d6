"""Which wishes of the core are worth a line in the log, and what the line says."""

from __future__ import annotations

import structlog

from dialer.core import commands as do
from dialer.core.supervision import RecordStretch

log = structlog.get_logger("waihu")


def log_command(command: do.Command) -> None:
    """One line for each attempt dialled and closed, agent's state left, campaign's and supervisor's state entered."""
    match command:
        case do.Originate(attempt=attempt, ring_time=ring_time):
            log.info("dialling", attempt=attempt, ring_seconds=ring_time.total_seconds())
        case do.CloseAttempt(outcome=outcome, lead=lead):
            log.info(
                "attempt closed",
                attempt=outcome.attempt,
                campaign=lead.campaign,
                lead=lead.id,
                disposition=outcome.disposition.value,
                agent=outcome.agent,
                agent_disposition=outcome.agent_disposition,
                seconds_talked=round(outcome.seconds_talked, 1),
            )
        case do.RecordInterval(agent=agent, state=state, since=since, until=until):
            log.debug("agent left", agent=agent, state=state.value, seconds=round((until - since).total_seconds(), 1))
        case do.RecordCampaignState(campaign=campaign, state=state, by=by):
            log.info("campaign", campaign=campaign, state=state.value, by=by)
        case do.ReturnLeads(leads=leads, reason=reason):
            log.info("leads returned", campaign=leads[0].campaign, count=len(leads), reason=reason)
        case RecordStretch(until=None, supervisor=supervisor, state=state, agent=agent):
            log.info("supervisor", supervisor=supervisor, state=state.value, agent=agent)
        case _:
            pass
