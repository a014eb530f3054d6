"""What is made of Asterisk's word after we were out of touch: calls and agents as they really are.

Nothing is sent again. A call that still lives is taken up where it stands; one that ended unseen is closed with the
last word that Asterisk's black box kept; one that left no trace died with Asterisk, or was never born.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core.call import MESSAGE_GUARD, RING_GRACE, Call
from dialer.core.coupling import tell_agent, tell_call
from dialer.core.events import AsteriskBack
from dialer.core.floor import Floor
from dialer.core.found import LastWord, LiveChannel, OpenAttemptFound
from dialer.core.policy import CampaignPolicy, HoursPolicy, PacingPolicy, RetryPolicy, Trunk
from dialer.core.words import AgentNumber, AgentState, BridgeId, CallState, MachineVerdict

Wishes = Iterator[do.Command]
UNKNOWN_CAUSE = 0


def inherit(floor: Floor, found: OpenAttemptFound, now: datetime) -> None:
    """Take over an attempt that a dead run opened; what became of it is told by the next `AsteriskBack`."""
    campaign = floor.campaigns.get(found.lead.campaign)
    policy = campaign.policy if campaign is not None else _policy_of_nobody(found)
    trunk = next((t for t in policy.trunks if t.name == found.trunk), Trunk(name=found.trunk, dial=""))
    floor.calls[found.lead.attempt] = Call(
        lead=found.lead,
        policy=policy,
        config_version=found.config_version,
        mode=found.mode,
        trunk=trunk,
        caller_id="",
        since=now,
        state=CallState.DIALING,
        agent=found.agent,
        dialed_at=found.dialed_at,
    )


def recover(floor: Floor, back: AsteriskBack, now: datetime) -> Wishes:
    """Bring every call and agent to where Asterisk says it is."""
    live = {channel.channel: channel for channel in back.live}
    words = {word.attempt: word for word in back.last_words}
    together = {c.bridge: c.agent for c in back.live if c.bridge is not None and c.agent is not None}
    yield from _recover_agents(floor, back, now)
    for call in list(floor.calls.values()):
        channel = live.get(call.channel)
        if not call.state.holds_line:
            continue
        if channel is not None:
            yield from _resume(floor, call, channel, together, now)
        elif call.id in words:
            yield from _end_by_last_word(floor, call, words[call.id], now)
        else:
            yield do.ReportOddity(what="call vanished with Asterisk", subject=call.id)
            gone = ev.HungUp(channel=call.channel, at=back.at, cause=UNKNOWN_CAUSE)
            yield from tell_call(floor, call.id, gone, now)
    for attempt in words:
        if attempt not in floor.calls:
            yield do.ForgetCall(attempt=attempt)


def _recover_agents(floor: Floor, back: AsteriskBack, now: datetime) -> Wishes:
    standing = {channel.channel for channel in back.live}
    for agent in list(floor.agents.values()):
        for leg in (agent.leg, agent.calling):
            if leg is not None and leg not in standing:
                gone = ev.HungUp(channel=leg, at=back.at, cause=UNKNOWN_CAUSE)
                yield from tell_agent(floor, agent.number, gone, now)
    for channel in back.live:
        if channel.agent is None or not channel.up:
            continue
        if channel.agent not in floor.agents:
            yield do.ReportOddity(what="agent on the phone whom nobody knows", subject=channel.agent)
        elif floor.agents[channel.agent].leg != channel.channel:
            floor.agents[channel.agent] = replace(floor.agents[channel.agent], bridge=channel.bridge)
            up = ev.AgentLegUp(channel=channel.channel, at=back.at, agent=channel.agent)
            yield from _take_up(floor, up, channel, now)


def _take_up(floor: Floor, up: ev.AgentLegUp, channel: LiveChannel, now: datetime) -> Wishes:
    """An agent who waits is ready; one who stands in a bridge is taken up with the call in it."""
    if channel.bridge is None:
        yield from tell_agent(floor, up.agent, up, now)
        return
    agent = floor.agents[up.agent]
    floor.legs[channel.channel] = up.agent
    floor.agents[up.agent] = replace(
        agent,
        leg=channel.channel,
        calling=None,
        state=AgentState.PAUSED,
        reason="joined",
        since=now,
        bridge=channel.bridge,
    )


def _resume(
    floor: Floor, call: Call, channel: LiveChannel, together: dict[BridgeId, AgentNumber], now: datetime
) -> Wishes:
    agent = together.get(channel.bridge) if channel.bridge is not None else None
    if agent is not None and agent in floor.agents:
        floor.calls[call.id] = replace(
            call,
            state=CallState.TALKING,
            since=now,
            agent=agent,
            bridge=channel.bridge,
            answered_at=call.answered_at or now,
            arrived_at=call.arrived_at or now,
            bridged_at=call.bridged_at or now,
        )
        talking = replace(
            floor.agents[agent],
            state=AgentState.TALKING,
            reason="",
            attempt=call.id,
            campaign=call.policy.name,
            bridge=channel.bridge,
            since=now,
        )
        floor.agents[agent] = talking if floor.agents[agent].attempt != call.id else floor.agents[agent]
        yield from (do.LetSleep(timer=call.limit), do.LetSleep(timer=call.guard))
    elif not channel.up:
        yield do.WakeAt(timer=call.guard, at=now + call.policy.pacing.ring_time + RING_GRACE)
    elif call.state is CallState.JOINING:
        failed = ev.JoinFailed(channel=call.channel, at=now, agent_leg=call.channel, reason="Asterisk was lost")
        yield from tell_call(floor, call.id, failed, now)
    elif call.state in (CallState.DIALING, CallState.RINGING, CallState.ANSWERED):
        # Somebody answered while we were away and has waited longer than the limit: the dialplan sees to the message.
        closing = replace(call, state=CallState.CLOSING, since=now, answered_at=call.answered_at or now)
        floor.calls[call.id] = closing
        yield do.PlayMessage(channel=call.channel)
        yield do.WakeAt(timer=call.guard, at=now + MESSAGE_GUARD)


def _end_by_last_word(floor: Floor, call: Call, word: LastWord, now: datetime) -> Wishes:
    bridged_at = call.bridged_at or (word.answered_at if word.bridged else None)
    floor.calls[call.id] = replace(
        call,
        dial_status=call.dial_status or word.dial_status or None,
        answered_at=call.answered_at or word.answered_at,
        bridged_at=bridged_at,
        verdict=word.verdict if word.verdict is not MachineVerdict.OFF else call.verdict,
        message_played=call.message_played or word.message_played,
    )
    gone = ev.HungUp(channel=call.channel, at=word.ended_at, cause=word.cause, sip_code=word.sip_code)
    yield from tell_call(floor, call.id, gone, now)


def _policy_of_nobody(found: OpenAttemptFound) -> CampaignPolicy:
    """For an attempt whose campaign file is gone: enough to close it, and its lead stays as it was."""
    return CampaignPolicy(
        name=found.lead.campaign,
        version=found.config_version,
        pacing=PacingPolicy(mode=found.mode),
        lists=(found.lead.list,),
        trunks=(),
        caller_ids=(),
        hours=HoursPolicy(windows={}),
        retry=RetryPolicy(rules={}),
    )
