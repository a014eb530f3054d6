"""What is made of Asterisk's word after we were out of touch: calls and agents as they really are.

Nothing is sent again blindly. What happened meanwhile is told to calls and agents as the events that we missed: a call
that still lives goes on from where it stands; one that ended unseen is closed with the last word that Asterisk's
black box kept; one that left no trace died with Asterisk, or was never born. Only where customer and agent are found
talking, or a call is found dead, is there nothing to tell but just that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from dialer.core import commands as do
from dialer.core import events as ev
from dialer.core import signals as sig
from dialer.core.aside_recovery import is_aside, recover_asides
from dialer.core.caller_recovery import recover_callers
from dialer.core.coupling import deliver, tell
from dialer.core.events import AsteriskBack
from dialer.core.floor import Floor
from dialer.core.found import LastWord, LiveChannel, OpenAttemptFound
from dialer.core.guards import MESSAGE_GUARD, RING_GRACE
from dialer.core.letters import Letter, ToAgent, ToCall
from dialer.core.live_agent import Agent
from dialer.core.live_call import Call
from dialer.core.on_hook import NO_ANSWER
from dialer.core.policy import CampaignPolicy, HoursPolicy, PacingPolicy, RetryPolicy, Trunk
from dialer.core.session_recovery import bridging, recover_sessions
from dialer.core.summons import recover_rings
from dialer.core.words import AgentNumber, AgentOrder, AttemptId, BridgeId, CallState, ChannelId

Wishes = Iterator[do.Command]
UNKNOWN_CAUSE = 0


def inherit(floor: Floor, found: OpenAttemptFound, now: datetime) -> Wishes:
    """Take over an attempt that a dead run opened; what became of it is told by the next `AsteriskBack`."""
    if found.lead.attempt in floor.calls:
        return
    campaign = floor.campaigns.get(found.lead.campaign)
    policy = campaign.policy if campaign is not None else _policy_of_nobody(found)
    trunk = next((t for t in policy.trunks if t.name == found.trunk), Trunk(name=found.trunk, dial=""))
    call = Call(
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
        callback=found.callback,
        unwanted_by=found.unwanted_by,
    )
    floor.put_call(call)
    yield do.WakeAt(timer=call.guard, at=now + policy.pacing.ring_time + RING_GRACE)


def recover(floor: Floor, back: AsteriskBack, now: datetime) -> Wishes:
    """Bring every call and agent to where Asterisk says it is."""
    live = {channel.channel: channel for channel in back.live}
    words = {word.attempt: word for word in back.last_words}
    # What died with Asterisk did so when we lost it, not when it came back.
    gone_at = floor.asterisk_lost_at if back.restarted and floor.asterisk_lost_at is not None else back.at
    held = [call for call in floor.calls.values() if call.state.holds_line]
    for call in held:
        if call.channel not in live:
            yield from tell(floor, now, ToCall(call.id, _end_unseen(call, words, gone_at)))
            if call.id not in words:
                yield do.ReportOddity(what="call vanished with Asterisk", subject=call.id)
    yield from deliver(floor, now, recover_rings(floor, live, now))
    for agent in list(floor.agents.values()):
        if agent.leaving is not None and agent.leg is not None and agent.leg in live:
            yield do.HangUp(channel=agent.leg)
        yield from tell(floor, now, *_missed_by_agent(agent, live, back.at, gone_at))
    for channel in back.live:
        yield from _take_up_agent(floor, channel, back, now)
    floor.pauses = {}
    yield from recover_callers(floor, back, gone_at, now)
    yield from recover_sessions(floor, back, gone_at, now)
    yield from recover_asides(floor, back, gone_at, now)
    together = {c.bridge: c.agent for c in back.live if c.bridge is not None and c.agent in floor.agents}
    for call in held:
        if call.channel in live and not is_aside(floor, floor.calls[call.id], live[call.channel]):
            yield from tell(floor, now, *_missed_by_call(floor.calls[call.id], live[call.channel], together, back.at))
            yield from _guard_anew(floor.calls[call.id], now)
        if call.channel in live and call.state is CallState.ENDING:
            yield do.HangUp(channel=call.channel)
    for attempt in words:
        if attempt not in floor.calls:
            yield do.ForgetCall(attempt=attempt)


def log_in_again(floor: Floor, agents: Collection[AgentNumber], now: datetime) -> Wishes:
    """Who was logged in on hook under the last run is so again. Before Asterisk says whose phone is up."""
    for number in sorted(agents):
        known = floor.agents.get(number)
        terms = known.profile.on_hook if known is not None else None
        if terms is None:
            continue
        log_in = ev.AgentOrdered(agent=number, order=AgentOrder.LOG_IN, by="as before")
        yield from tell(floor, now, ToAgent(number, log_in))
        why = floor.pauses.get(number)
        if why is not None and (why != NO_ANSWER or terms.back_after is None):
            pause = ev.AgentOrdered(agent=number, order=AgentOrder.PAUSE, argument=why, by="as before")
            yield from tell(floor, now, ToAgent(number, pause))


def _end_unseen(call: Call, words: Mapping[AttemptId, LastWord], gone_at: datetime) -> ev.Event:
    word = words.get(call.id)
    if word is not None:
        return sig.EndedUnseen(word=word)
    return ev.HungUp(channel=call.channel, at=gone_at, cause=UNKNOWN_CAUSE)


def _guard_anew(call: Call, now: datetime) -> Wishes:
    """A guard may have fired unheard while Asterisk was away."""
    if call.state in _GUARDED or (call.state.holds_line and call.parted_at is not None):
        yield do.WakeAt(timer=call.guard, at=now + max(MESSAGE_GUARD, call.policy.pacing.ring_time + RING_GRACE))


_GUARDED = (
    *(CallState.DIALING, CallState.RINGING, CallState.ANSWERED),
    *(CallState.LEAVING_MESSAGE, CallState.CLOSING, CallState.ENDING),
)


def _missed_by_agent(
    agent: Agent, live: Mapping[ChannelId, LiveChannel], at: datetime, gone_at: datetime
) -> Iterator[Letter]:
    for leg in (agent.leg, agent.calling):
        if leg is not None and leg not in live:
            yield ToAgent(agent.number, ev.HungUp(channel=leg, at=gone_at, cause=UNKNOWN_CAUSE))
    if agent.leg is not None and agent.leg in live:
        yield from (ToAgent(agent.number, event) for event in bridging(agent.bridge, live[agent.leg], at))


def _take_up_agent(floor: Floor, channel: LiveChannel, back: AsteriskBack, now: datetime) -> Wishes:
    """A phone that we did not know of: its agent is ready, or with a customer, which is told with the call."""
    if channel.agent is None or not channel.up:
        return
    agent = floor.agents.get(channel.agent)
    if agent is None:
        yield do.ReportOddity(what="agent whom the site file does not list", subject=channel.agent)
        yield do.HangUp(channel=channel.channel)
    elif agent.leg != channel.channel:
        up = ev.AgentLegUp(channel=channel.channel, at=back.at, agent=channel.agent)
        yield from tell(floor, now, ToAgent(channel.agent, up))
        if channel.agent in floor.pauses:
            why = floor.pauses[channel.agent]
            pause = ev.AgentOrdered(agent=channel.agent, order=AgentOrder.PAUSE, argument=why, by="as before")
            yield from tell(floor, now, ToAgent(channel.agent, pause))
        if channel.bridge is not None and floor.agents[channel.agent].leg == channel.channel:
            bridged = ev.EnteredBridge(channel=channel.channel, at=back.at, bridge=channel.bridge)
            pause = ev.AgentOrdered(agent=channel.agent, order=AgentOrder.PAUSE, argument="on another call")
            yield from tell(floor, now, ToAgent(channel.agent, bridged), ToAgent(channel.agent, pause))


def _missed_by_call(
    call: Call, channel: LiveChannel, together: Mapping[BridgeId, AgentNumber | None], at: datetime
) -> Iterator[Letter]:
    if channel.answered_at is not None and call.answered_at is None:
        yield ToCall(call.id, ev.Answered(channel=call.channel, at=channel.answered_at))
    agent = together.get(channel.bridge) if channel.bridge is not None else None
    if channel.bridge is not None and agent is not None:
        found = sig.FoundTalking(
            attempt=call.id,
            campaign=call.policy.name,
            agent=agent,
            bridge=channel.bridge,
            at=channel.bridged_at or at,
        )
        yield from (ToAgent(agent, found), ToCall(call.id, found))
        return
    yield from (ToCall(call.id, event) for event in bridging(call.bridge, channel, at))
    if call.state is CallState.JOINING and call.agent is not None:
        yield ToCall(call.id, sig.Unpromised(agent=call.agent))
    elif channel.up and call.state in (CallState.DIALING, CallState.RINGING, CallState.ANSWERED):
        # Somebody, or something, answered while we were away. What detection has not said yet is not waited for.
        yield ToCall(call.id, ev.Arrived(channel=call.channel, at=at, verdict=channel.verdict))


def _policy_of_nobody(found: OpenAttemptFound) -> CampaignPolicy:
    """For an attempt whose campaign file is gone: enough to close it, by the rules of a campaign that says nothing."""
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
