"""Where recordings meet the floor: begun with the talk, paused and resumed by whoever has the customer, the agent or a
supervisor, who hears whether it is so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from dialer.core import commands as do
from dialer.core.confirming import voice_of
from dialer.core.floor import Floor
from dialer.core.live_agent import Agent
from dialer.core.on_the_line import OnTheLine, is_talking, recording_policy_of, taken_over_by
from dialer.core.phrases import IN_STOCK, Phrase
from dialer.core.recording import (
    PlayNotice,
    RecordingNotSwitched,
    RecordingsInherited,
    RecordingSwitched,
    SwitchRecording,
    WriteRecording,
    begin,
    is_wanted,
)
from dialer.core.supervision import TellAgent, TellSupervisor
from dialer.core.words import AgentNumber, AgentOrder, AgentState, AttemptId, ChannelId, RecordingMode

Wishes = Iterator[do.Command]

ORDERS = (AgentOrder.RECORD, AgentOrder.PAUSE_RECORDING)


def record(floor: Floor, call: OnTheLine, at: datetime) -> Wishes:
    """Customer and agent were joined: Asterisk has begun to record where it was told to, by the call or the join."""
    policy = recording_policy_of(call)
    if not is_wanted(policy, call.id) or call.id in floor.recordings:
        return
    recording = begin(policy, call.id, at)
    floor.recordings[call.id] = recording
    yield WriteRecording(recording=recording)
    if recording.paused:
        yield SwitchRecording(channel=call.channel, paused=True)
    if recording.announced and policy.notice is not None and call.agent is not None:
        yield PlayNotice(agent=call.agent, sound=policy.notice)


def refusal(floor: Floor, agent: Agent, order: AgentOrder) -> str | None:
    """Why the order would do nothing; None: it will be asked of Asterisk, or things are so already."""
    if agent.state is not AgentState.TALKING or agent.attempt is None:
        return f"agent {agent.number} is {agent.state.value}, {order.value} does nothing then"
    if agent.attempt not in floor.recordings:
        return f"the talk of agent {agent.number} is not recorded, as its campaign or inbound file says"
    return None


def ordered(floor: Floor, agent: Agent, order: AgentOrder) -> Wishes:
    """The agent, or somebody else, wants the recording paused or going on."""
    if agent.attempt is None or refusal(floor, agent, order) is not None:
        yield tell_agent(floor, agent.number, Phrase.RECORDING_FAILED)
        return
    yield switch(agent.attempt, paused=order is AgentOrder.PAUSE_RECORDING)


def switch(attempt: AttemptId, *, paused: bool) -> SwitchRecording:
    """Asked of Asterisk even where it seems so already: what counts is what Asterisk says."""
    return SwitchRecording(channel=ChannelId(attempt), paused=paused)


def switched(floor: Floor, event: RecordingSwitched | RecordingNotSwitched) -> Wishes:
    """What Asterisk said of it is written down, and whoever has the customer hears it."""
    attempt = AttemptId(event.channel)
    recording, call = floor.recordings.get(attempt), floor.talk(attempt)
    if recording is None or call is None or not is_talking(call):
        return
    if isinstance(event, RecordingNotSwitched):
        asked = "pause" if event.paused else "go on"
        yield do.ReportOddity(what=f"recording did not {asked}: {event.reason}", subject=attempt)
        yield from _say(floor, call, Phrase.RECORDING_FAILED)
        return
    policy = recording_policy_of(call)
    after = recording.switched(event.paused, event.at)
    announce = policy.notice is not None and not after.paused and not after.announced
    after = replace(after, announced=after.announced or announce)
    if after != recording:
        floor.recordings[attempt] = after
        yield WriteRecording(recording=after)
    if policy.notice is not None and announce:
        boss = taken_over_by(call)
        yield PlayNotice(agent=call.agent if boss is None else None, supervisor=boss, sound=policy.notice)
    elif after.asked_for or policy.mode is not RecordingMode.ON_DEMAND:
        yield from _say(floor, call, Phrase.RECORDING_PAUSED if event.paused else Phrase.RECORDS)


def _say(floor: Floor, call: OnTheLine, phrase: Phrase) -> Wishes:
    boss = taken_over_by(call)
    if boss is not None:
        yield TellSupervisor(supervisor=boss, sound=IN_STOCK.sound(phrase))
    elif call.agent is not None:
        yield tell_agent(floor, call.agent, phrase)


def tell_agent(floor: Floor, number: AgentNumber, phrase: Phrase) -> TellAgent:
    """Say it into the agent's ear, in the agent's language."""
    agent = floor.agents.get(number)
    voice = voice_of(floor, agent) if agent is not None else IN_STOCK
    return TellAgent(agent=number, sound=voice.sound(phrase))


def inherit_recordings(floor: Floor, event: RecordingsInherited) -> None:
    """Take over what a dead run recorded and Asterisk records still."""
    for recording in event.recordings:
        if floor.talk(recording.attempt) is not None or recording.attempt in floor.left_callers:
            floor.recordings[recording.attempt] = recording
