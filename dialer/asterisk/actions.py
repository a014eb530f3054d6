"""From a wish of the core to an AMI action. Pure.

What comes from files and lists is checked here for what it must look like, not for what it must not: a number or a
dial string with anything else in it is refused, so it can neither begin another header nor ring a second phone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from dialer.asterisk import variables
from dialer.asterisk.errors import HeaderRefused
from dialer.core import commands as do
from dialer.core import recording as rec
from dialer.core import supervision as sv
from dialer.core import transfer as tr
from dialer.core.detection import Detection
from dialer.core.dialogs import OpenDialog
from dialer.core.words import AgentNumber, ChannelId, SupervisorNumber

DIAL_STRING = re.compile(r"[A-Za-z][A-Za-z0-9]*/[A-Za-z0-9+*#@:;=%._~/-]+")
CALLER_ID = re.compile(r"\+?[0-9*#]{1,32}")
SOUND = re.compile(r"[\w./-]+(&[\w./-]+)*")
"""Names of sound files; several, joined by an ampersand, are played one after another."""
ONE_SOUND = re.compile(r"[\w./-]+")
FOLDER = re.compile(r"(/[A-Za-z0-9_.+-]+)+")
ATTEMPT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNIQUEID = re.compile(r"[A-Za-z0-9_-]+\.[0-9]+")
"""As Asterisk makes them: perhaps the system's name, the epoch, a count."""
RAW = ".raw"
"""Ending of a file that Asterisk records to: 8,000 samples a second of 16 bits, little-endian, two channels."""
EXTENSION = re.compile(r"[A-Za-z0-9+*#_-]{1,79}")


@dataclass(frozen=True, slots=True)
class AmiAction:
    """An action's name and headers; a header that is repeated has several values."""

    name: str
    headers: Mapping[str, str | Iterable[str]]


def originate(wish: do.Originate, recordings: str | None = None) -> AmiAction:
    """Dial a customer. The leg's Uniqueid and the action's id are the attempt's; `recordings` is the folder for them.

    :raises HeaderRefused: a value is not what it must be.
    """
    given = {
        variables.ATTEMPT: _match(EXTENSION, wish.attempt, "attempt"),
        variables.LIMIT_MS: str(_milliseconds(wish.answer_limit)),
        variables.MESSAGE: _match(SOUND, wish.message, "sound of the safe-harbour message"),
        variables.DETECTION: amd_arguments(wish.detection) if wish.detection else "",
    }
    if wish.record:
        given[variables.RECORDING] = _recording_file(recordings, _match(ATTEMPT, wish.attempt, "attempt to record"))
    context, extension = variables.ANSWERED
    headers: dict[str, str | list[str]] = {
        "Channel": _match(DIAL_STRING, wish.dial, "dial string"),
        "ChannelId": wish.attempt,
        "Context": context,
        "Exten": extension,
        "Priority": "1",
        "Timeout": str(_milliseconds(wish.ring_time)),
        "Async": "true",
        "Variable": [variables.HANGUP_HANDLER, *(f"{name}={value}" for name, value in given.items())],
    }
    if wish.caller_id:
        headers["CallerID"] = f"<{_match(CALLER_ID, wish.caller_id, 'caller id')}>"
    return AmiAction("Originate", headers)


def amd_arguments(detection: Detection) -> str:
    """The nine arguments of Asterisk's AMD(), so that nothing depends on amd.conf; in a Variable of AMI's Originate a
    comma of a value is written with a backslash."""
    return r"\,".join(
        map(
            str,
            (
                *(_milliseconds(detection.initial_silence), _milliseconds(detection.greeting)),
                *(_milliseconds(detection.after_greeting_silence), _milliseconds(detection.total_analysis)),
                *(_milliseconds(detection.minimum_word), _milliseconds(detection.between_words)),
                *(detection.maximum_words, detection.silence_threshold, _milliseconds(detection.maximum_word)),
            ),
        )
    )


def machine_sound(sound: str) -> str:
    """The name of one sound that can be played while Asterisk listens.

    :raises HeaderRefused: it is none.
    """
    return _match(ONE_SOUND, sound, "sound for answering machines")


def call_agent(wish: do.CallAgent) -> AmiAction:
    """Ring an agent's phone; who picks up stands in the waiting loop.

    :raises HeaderRefused: a value is not what it must be.
    """
    return _call(wish.dial, wish.channel, variables.AGENT_CONTEXT, _agent(wish.agent), wish.ring_time)


def redirect(channel: str, context: str, extension: str) -> AmiAction:
    """Send a channel to a place in the dialplan."""
    return AmiAction("Redirect", {"Channel": channel, "Context": context, "Exten": extension, "Priority": "1"})


def to_agent_loop(channel: str, agent: AgentNumber) -> AmiAction:
    """Send a channel into the waiting loop of an agent.

    :raises HeaderRefused: the agent's number is none.
    """
    return redirect(channel, variables.AGENT_CONTEXT, _agent(agent))


def to_dialog(wish: OpenDialog) -> AmiAction:
    """Send an agent's leg into a spoken dialog.

    :raises HeaderRefused: the agent's number is none.
    """
    return redirect(wish.channel, variables.DESK_CONTEXT, _agent(wish.agent))


def join(wish: do.Join) -> AmiAction:
    """Send a customer to an agent's leg.

    Not AMI's Bridge: it takes any channel whose name or Uniqueid begins with what it is given (an attempt's id begins
    that of the far leg of its own Local channel), and after it the legs come back to an unknown place of the dialplan.

    :raises HeaderRefused: the agent's number is none.
    """
    return redirect(wish.channel, variables.BRIDGE_CONTEXT, _agent(wish.agent))


def record_talk(wish: do.Join, recordings: str | None) -> AmiAction:
    """Have a caller's talk recorded that is about to begin; `recordings` is the folder for it.

    :raises HeaderRefused: there is no folder, or one that cannot be told, or the channel is none of Asterisk's naming.
    """
    file = _recording_file(recordings, _match(UNIQUEID, wish.channel, "caller to record"))
    return set_channel_variable(wish.channel, variables.RECORDING, file)


def call_supervisor(wish: sv.CallSupervisor) -> AmiAction:
    """Ring a supervisor's phone; who picks up stands in the supervisors' waiting loop.

    :raises HeaderRefused: a value is not what it must be.
    """
    return _call(wish.dial, wish.channel, variables.SUPERVISOR_CONTEXT, _supervisor(wish.supervisor), wish.ring_time)


def to_supervisor_loop(channel: str, supervisor: SupervisorNumber) -> AmiAction:
    """Send a channel into the waiting loop of a supervisor.

    :raises HeaderRefused: the supervisor's number is none.
    """
    return redirect(channel, variables.SUPERVISOR_CONTEXT, _supervisor(supervisor))


def monitor(wish: sv.Monitor) -> AmiAction:
    """Let a supervisor's leg hear an agent's.

    :raises HeaderRefused: the agent's number is none.
    """
    return redirect(wish.channel, variables.MONITOR_CONTEXTS[wish.mode], _agent(wish.agent))


def take_over(wish: sv.TakeOver) -> AmiAction:
    """Send a customer to a supervisor's leg.

    :raises HeaderRefused: the supervisor's number is none.
    """
    return redirect(wish.channel, variables.TAKE_OVER_CONTEXT, _supervisor(wish.supervisor))


def call_third(wish: tr.CallThird) -> AmiAction:
    """Ring a third's phone; who picks up waits in our dialplan.

    :raises HeaderRefused: a value is not what it must be.
    """
    call = _call(wish.dial, wish.channel, variables.THIRD_CONTEXT, _agent(wish.agent), wish.ring_time)
    if not wish.caller_id:
        return call
    return AmiAction(call.name, {**call.headers, "CallerID": f"<{_match(CALLER_ID, wish.caller_id, 'caller id')}>"})


def send(wish: tr.Send) -> AmiAction:
    """Send the leg of a customer or a third elsewhere.

    :raises HeaderRefused: what it is sent to is none.
    """
    return redirect(wish.channel, variables.PLACES[wish.place], _match(EXTENSION, wish.to, "extension"))


def tell(wish: sv.TellAgent | sv.TellSupervisor) -> AmiAction:
    """Play a sound into an agent's ear, or a supervisor's.

    :raises HeaderRefused: the number is none, or the sound's name.
    """
    whose = _agent(wish.agent) if isinstance(wish, sv.TellAgent) else _supervisor_there(wish.supervisor)
    return _play(variables.TELL_CONTEXT, whose, wish.sound)


def play_notice(wish: rec.PlayNotice) -> AmiAction:
    """Play a sound to both sides of an agent's talk, or of a supervisor's.

    :raises HeaderRefused: the number is none, or the sound's name.
    """
    whose = _supervisor_there(wish.supervisor) if wish.supervisor is not None else _agent(wish.agent or AgentNumber(""))
    return _play(variables.NOTICE_CONTEXT, whose, wish.sound)


def switch_recording(wish: rec.SwitchRecording) -> AmiAction:
    """Pause a recording: both of its channels become silence; or go on with it."""
    state = "1" if wish.paused else "0"
    return AmiAction("MixMonitorMute", {"Channel": wish.channel, "Direction": "both", "State": state})


def hang_up(channel: str) -> AmiAction:
    """End a channel, as one does (Q.850 cause 16)."""
    # A name in slashes would be a pattern, and end every channel that it matches.
    return AmiAction("Hangup", {"Channel": _match(re.compile(r"[^/].*"), channel, "channel"), "Cause": "16"})


def set_channel_variable(channel: str, name: str, value: str) -> AmiAction:
    """Set a variable of one channel."""
    return AmiAction("Setvar", {"Channel": channel, "Variable": name, "Value": value})


def sound_for(channel: str, name: str, sound: str) -> AmiAction:
    """Set a variable of one channel to a sound that it will play.

    :raises HeaderRefused: the sound's name is none.
    """
    return set_channel_variable(channel, name, announcement(sound))


def announcement(sound: str) -> str:
    """A sound's name, checked.

    :raises HeaderRefused: it is none.
    """
    return _match(SOUND, sound, "sound")


def heartbeat(asterisk_epoch_seconds: float) -> AmiAction:
    """Tell the dialplan that we are here."""
    return AmiAction("Setvar", {"Variable": variables.HEARTBEAT, "Value": str(int(asterisk_epoch_seconds))})


def forget_call(wish: do.ForgetCall) -> AmiAction:
    """Take a call out of the black box.

    :raises HeaderRefused: the attempt's id is none.
    """
    entry = f"{variables.BLACK_BOX}/{_match(EXTENSION, wish.attempt, 'attempt')}"
    return AmiAction("Setvar", {"Variable": f"DB_DELETE({entry})", "Value": ""})


def _play(context: str, extension: str, sound: str) -> AmiAction:
    return AmiAction(
        "Originate",
        {
            "Channel": f"Local/{extension}@{context}/n",
            "Context": variables.TELL_CONTEXT,
            "Exten": variables.PLAY,
            "Priority": "1",
            "Async": "true",
            "Variable": f"{variables.SOUND}={announcement(sound)}",
        },
    )


def _call(dial: str, channel: ChannelId, context: str, extension: str, ring_time: timedelta) -> AmiAction:
    return AmiAction(
        "Originate",
        {
            "Channel": _match(DIAL_STRING, dial, "dial string"),
            "ChannelId": _match(EXTENSION, channel, "channel id"),
            "Context": context,
            "Exten": extension,
            "Priority": "1",
            "Timeout": str(_milliseconds(ring_time)),
            "Async": "true",
        },
    )


def _recording_file(folder: str | None, talk: str) -> str:
    # MixMonitor by AMI would want class `system`, which may run programs; so the dialplan starts it.
    return f"{_match(FOLDER, folder or '', 'folder for recordings')}/{talk}{RAW}"


def _supervisor(number: SupervisorNumber) -> str:
    return _match(EXTENSION, number, "supervisor's number")


def _supervisor_there(number: SupervisorNumber) -> str:
    return f"{variables.SUPERVISORS_EXTENSION}{_supervisor(number)}"


def _agent(number: AgentNumber) -> str:
    return _match(EXTENSION, number, "agent's number")


def _milliseconds(duration: timedelta) -> int:
    return round(duration / timedelta(milliseconds=1))


def _match(pattern: re.Pattern[str], value: str, what: str) -> str:
    if pattern.fullmatch(value) is None:
        raise HeaderRefused(f"{value!r} is no {what} that may be sent to Asterisk (expected {pattern.pattern})")
    return value
